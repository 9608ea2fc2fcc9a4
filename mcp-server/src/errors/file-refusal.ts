import { CallerError } from "./caller-error.ts";

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["EACCES", "Give the user who runs this write access to it and its folder"],
  ["EPERM", "Give the user who runs this write access to it and its folder"],
  ["ENOTDIR", "A file stands where a folder has to be: rename it"],
  ["EROFS", "The file system is mounted read-only: mount it writable, or use a checkout that is"],
  ["ENOSPC", "Make room on its disk"],
  ["EDQUOT", "Make room within this user's quota"],
]);

/**
 * What the system's refusal to open, make or change a file means to the user; undefined for any other error.
 * @param file the file that the user knows, where it was refused for another one; else the one that was refused.
 */
export function fileRefusal(error: unknown, file?: string): CallerError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path } = error as NodeJS.ErrnoException;
  const remedy = REMEDIES.get(code);
  if (remedy === undefined || path === undefined) return undefined;
  return new CallerError(
    "wrong_state",
    `${file ?? path} cannot be opened or made (${code}).`,
    `${remedy}, and try again.`,
  );
}
