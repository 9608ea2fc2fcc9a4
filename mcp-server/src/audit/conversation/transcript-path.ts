import { posix, win32 } from "node:path";

/** A drive, or a share of the network. */
const WINDOWS = /^(?:[A-Za-z]:[\\/]|\\\\)/;
/** How Git's shell for Windows writes a drive. */
const SHELL_DRIVE = /^\/([A-Za-z])(?=\/|$)/;

/**
 * A path of a transcript as an absolute one with slashes, whichever system wrote it and whichever reads it; `undefined`
 * for what is no path.
 * @param directory the working directory of the conversation, as this function returned it; empty where it is unknown
 */
export function transcriptPath(file: string, directory: string): string | undefined {
  if (file === "" || file.includes("\0")) return undefined;
  if (!WINDOWS.test(file) && !WINDOWS.test(directory)) {
    return directory === "" ? posix.normalize(file) : posix.resolve(directory, file);
  }
  const native = file.replace(SHELL_DRIVE, "$1:");
  const absolute = directory === "" ? win32.normalize(native) : win32.resolve(directory, native);
  return absolute.replaceAll("\\", "/").replace(/^[a-z](?=:)/, (drive) => drive.toUpperCase());
}

/** Equal for paths of the same file. */
export function transcriptPathKey(path: string): string {
  return WINDOWS.test(path) || path.startsWith("//") ? path.toLowerCase() : path;
}

/** The last part of a path that `transcriptPath` returned. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
