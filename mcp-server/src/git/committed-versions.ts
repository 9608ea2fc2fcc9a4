import { createHash } from "node:crypto";
import { git } from "./git.ts";

/** So many commits that changed a file are gone back. */
const MAX_COMMITS = 20;
const SHA1_DIGITS = 40;

/**
 * The bytes of a file as the last commits had it, newest first, as a checkout would write them.
 * @param path relative to the top level.
 * @param untilMs commits made later are left out; milliseconds since 1970.
 * @returns nothing where git cannot tell.
 */
export async function* committedVersions(
  root: string,
  path: string,
  untilMs?: number,
): AsyncGenerator<Buffer> {
  const until = untilMs === undefined ? [] : [`--until=${new Date(untilMs).toISOString()}`];
  const limits = ["-n", String(MAX_COMMITS), ...until];
  const log = ["--literal-pathspecs", "log", "--format=%H", ...limits, "HEAD", "--", path];
  const commits = await git(root, log).catch(() => "");
  for (const commit of commits.split("\n").filter(Boolean)) {
    const read = git(root, ["cat-file", "--filters", `${commit}:${path}`], { encoding: "latin1" });
    // A commit that removed the file has none.
    const bytes = await read.catch(() => undefined);
    if (bytes !== undefined) yield Buffer.from(bytes, "latin1");
  }
}

/** What the last commit has of a file. */
export interface HeadFile {
  /** Permission bits. */
  readonly mode: number;
  /** The object's name, in hexadecimal digits. */
  readonly blob: string;
}

/** By path relative to the top level, the files that the last commit has; none where git cannot tell. */
export async function headFiles(root: string, paths: readonly string[]): Promise<Map<string, HeadFile>> {
  const parameters = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "HEAD", "--", ...paths];
  const listed = await git(root, parameters).catch(() => "");
  const files = listed.split("\0").flatMap((line): [string, HeadFile][] => {
    const [, mode = "", blob = "", path = ""] = /^(\d+) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    return blob === "" ? [] : [[path, { mode: Number.parseInt(mode, 8) & 0o777, blob }]];
  });
  return new Map(files);
}

/** Whether the object holds just these bytes. What filters change on the way into a commit counts as another content. */
export function isBlob({ blob }: HeadFile, bytes: Uint8Array): boolean {
  const hash = createHash(blob.length === SHA1_DIGITS ? "sha1" : "sha256");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex") === blob;
}
