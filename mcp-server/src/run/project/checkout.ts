import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { GitFailed, git } from "../../git/git.ts";

/** The working copy that this process serves. All paths are real and absolute. */
export interface Checkout {
  /** Top level of the work tree; outside git the project's folder. */
  readonly root: string;
  /** Git's common folder, shared by all worktrees; undefined outside git. */
  readonly gitCommonDir: string | undefined;
}

/**
 * Finds the checkout that `directory` belongs to.
 * @throws CallerError for a repository that git does not let itself be asked about: without it the plans in it would
 * seem to be gone, and a second graph would begin beside them.
 */
export async function findCheckout(directory: string): Promise<Checkout> {
  try {
    const found = await git(directory, ["rev-parse", "--show-toplevel", "--git-common-dir"]);
    const [root, common] = found.trim().split("\n");
    if (root !== undefined && common !== undefined) {
      return { root: realpathSync(root), gitCommonDir: realpathSync(resolve(directory, common)) };
    }
  } catch (error) {
    if (error instanceof GitFailed) refuseHiddenRepository(directory, error);
  }
  return { root: realpathSync(directory), gitCommonDir: undefined };
}

/** How git says that there is no work tree: then the project's folder is the checkout. */
const NO_WORK_TREE = /^not a git repository \(or any|must be run in a work tree/;

function refuseHiddenRepository(directory: string, { exitCode, reason }: GitFailed): void {
  const holder = folderOfRepository(directory);
  if (holder === undefined || NO_WORK_TREE.test(reason)) return;
  const refuse = (problem: string, remedy: string) =>
    new CallerError("wrong_state", problem, `${remedy} Then start this server or command again.`);
  if (exitCode === undefined) {
    throw refuse(
      `${holder} is a git repository, but git cannot be started: ${reason}.`,
      "Install git, or put it on the PATH of the program that starts this server.",
    );
  }
  if (/dubious ownership|unsafe repository/.test(reason)) {
    throw refuse(
      `Git does not open the repository ${holder}, because it belongs to another user (dubious ownership): its plans cannot be reached.`,
      `If the user trusts it: git config --global --add safe.directory ${JSON.stringify(holder)}. Else it has to belong to the user who runs this.`,
    );
  }
  throw refuse(
    `Git cannot work in the repository ${holder}: ${reason.replace(/\.$/, "")}.`,
    "Make git status work in that folder.",
  );
}

/** The nearest folder, from this one upwards, that holds `.git`. */
function folderOfRepository(directory: string): string | undefined {
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Scopes hold across all plans that work in the same folder of the same machine. */
export function checkoutKey(checkout: Checkout): string {
  return folderKey(checkout.root);
}

/** The name of a folder of this machine, among those of all machines that share a graph. */
export function folderKey(folder: string): string {
  return `${hostname()}:${folder}`;
}

/** The machine and the folder that such a name stands for. */
export function placeOfCheckout(key: string): { readonly machine: string; readonly path: string } {
  const colon = key.indexOf(":");
  return { machine: key.slice(0, colon), path: key.slice(colon + 1) };
}

/** What this program keeps of a repository lies beside its graph: in git's common folder, else in `.parallel`. */
export function folderBesideGraph({ gitCommonDir, root }: Checkout): string {
  return gitCommonDir ? join(gitCommonDir, "parallel") : join(root, ".parallel");
}

/** Whole reports of plans, of which conversations are given the beginning. */
export function reportsFolder(checkout: Checkout): string {
  return join(folderBesideGraph(checkout), "reports");
}

/** The name of what is kept there of one checkout: other worktrees of the repository have their own. */
export function checkoutFileName(checkout: Checkout): string {
  return createHash("sha256").update(checkoutKey(checkout)).digest("hex").slice(0, 16);
}
