/** The form in which two texts that say the same are equal: case, white space and a final stop set aside. */
export function normaliseText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.!;:,]+$/, "");
}

/** A path as the scopes write it: forward slashes, without a leading `./`. */
export function normalisePath(path: string): string {
  return path
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/+)+/, "");
}

/** Whether these names, some of which may be folders, cover the path. */
export function isDeclared(declared: readonly string[], path: string): boolean {
  return declared.some((name) => name === path || path.startsWith(name.endsWith("/") ? name : `${name}/`));
}
