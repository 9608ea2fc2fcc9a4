import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { git } from "../../git/git.ts";

/** The working copy that this process serves. All paths are real and absolute. */
export interface Checkout {
  /** Top level of the work tree; outside git the project's folder. */
  readonly root: string;
  /** Git's common folder, shared by all worktrees; undefined outside git. */
  readonly gitCommonDir: string | undefined;
}

/** Finds the checkout that `directory` belongs to. */
export async function findCheckout(directory: string): Promise<Checkout> {
  try {
    const found = await git(directory, ["rev-parse", "--show-toplevel", "--git-common-dir"]);
    const [root, common] = found.trim().split("\n");
    if (root !== undefined && common !== undefined) {
      return { root: realpathSync(root), gitCommonDir: realpathSync(resolve(directory, common)) };
    }
  } catch {
    // Not a repository, or no git: the project's folder is the checkout.
  }
  return { root: realpathSync(directory), gitCommonDir: undefined };
}

/** Scopes hold across all plans that work in the same folder of the same machine. */
export function checkoutKey(checkout: Checkout): string {
  return `${hostname()}:${checkout.root}`;
}
