import { realpathSync } from "node:fs";
import { CallerError } from "../../errors/caller-error.ts";

/**
 * The real path of the folder that this process works for.
 * @param given as the client names it; absent: the process's current folder.
 * @throws CallerError when it was deleted, or cannot be opened by this user.
 */
export function startFolder(given?: string): string {
  try {
    return realpathSync(given ?? process.cwd());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isGone = code === "ENOENT" || code === "ENOTDIR";
    throw new CallerError(
      "wrong_state",
      `The folder ${given === undefined ? "in which this was started" : JSON.stringify(given)} ${isGone ? "does not exist any more" : `cannot be opened (${code})`}.`,
      "Start again in a folder that is there: the repository, or a folder in it.",
    );
  }
}
