import { CallerError } from "../../errors/caller-error.ts";
import {
  type Link,
  submoduleFolders,
  submoduleWork,
  untrackedRepositories,
} from "../../git/inner-repositories.ts";
import type { Report } from "../../graph/attempt.ts";
import type { TaskId } from "../../graph/task.ts";
import { shownPath } from "../../text/display-path.ts";
import { isDeclared, normalisePath } from "../../text/normalise.ts";

/** A repository inside a work tree. */
export interface InnerRepository {
  readonly kind: "repository" | "submodule";
  readonly folder: string;
}

/** The repository inside the checkout in which a file of the report lies. */
export async function reportedInside(
  root: string,
  { filesChanged }: Report,
): Promise<InnerRepository | undefined> {
  if (filesChanged.length === 0) return undefined;
  const reported = filesChanged.map(normalisePath);
  const holds = (folder: string) => reported.some((file) => isDeclared([folder], file));
  const nested = (await untrackedRepositories(root)).find(holds);
  if (nested !== undefined) return { kind: "repository", folder: nested };
  const submodule = [...(await submoduleFolders(root))].find(holds);
  return submodule === undefined ? undefined : { kind: "submodule", folder: submodule };
}

/** Why work in the shared checkout is not in the task's commit. */
export function leftInside(task: TaskId, { kind, folder }: InnerRepository): string {
  const what = kind === "submodule" ? "a submodule" : "a git repository of its own";
  return `What ${task} wrote in ${shownPath(folder)}/ was not committed: that is ${what}.`;
}

/** @param where whose folder it is. */
export function innerRepository(nested: string, where: string): CallerError {
  const folder = shownPath(nested);
  return new CallerError(
    "wrong_state",
    `${folder}/ in ${where} is a git repository of its own, so none of its files can come onto the plan's branch.`,
    `If they belong to this task, move ${folder}/.git to a folder outside of ${where}: git then sees the files. If it is not part of the work, name ${folder}/ in a .gitignore. Then report again.`,
    "outcome",
  );
}

/**
 * Refuses what lies in a submodule of a worktree: a commit of the worktree holds none of it, and it would go with it.
 * @throws CallerError
 */
export async function refuseSubmoduleWork(path: string, base: string, links: readonly Link[]): Promise<void> {
  const found = await submoduleWork(path, base, links);
  if (found === undefined) return;
  const { folder, what } = found;
  const work =
    what.kind === "files"
      ? `${shownPath(what.example)} lies in the submodule ${shownPath(folder)}`
      : `The submodule ${shownPath(folder)} stands at commit ${what.commit.slice(0, 12)}, which only your worktree has`;
  throw new CallerError(
    "wrong_state",
    `${work}: what is done in a submodule cannot come onto the plan's branch.`,
    `Your work stays where it is. If the task can do without it, take it back and report again; else report blocked with blockedOn {question: how the work in the submodule is to be done, for example with isolation "shared" for this task and those before it}.`,
    "outcome",
  );
}
