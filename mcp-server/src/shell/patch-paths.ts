/** More files than this in one patch are not told apart. */
const MAX_PATHS = 1_000;
const HEADER = /^(?:\+\+\+ |--- |rename (?:from|to) |copy to )(.*)$/gm;

/**
 * The files that a patch changes, as it names them, without the first `strip` folders; the last name always stays.
 * @param text in unified or git format.
 */
export function pathsInPatch(text: string, strip: number): string[] {
  const paths = new Set<string>();
  for (const [line, rest = ""] of text.matchAll(HEADER)) {
    // Names of renamed files have no prefix that could be cut off.
    const isPlain = line.startsWith("rename") || line.startsWith("copy");
    const name = nameIn(rest);
    if (name === "/dev/null" || name === "") continue;
    const folders = name.split("/");
    paths.add(isPlain ? name : folders.slice(Math.min(strip, folders.length - 1)).join("/"));
    if (paths.size >= MAX_PATHS) break;
  }
  return [...paths];
}

/** A time may follow the name, after a tab; git quotes names with unusual characters. */
function nameIn(rest: string): string {
  const [name = ""] = rest.trimEnd().split("\t");
  return /^".*"$/.test(name) ? name.slice(1, -1) : name;
}
