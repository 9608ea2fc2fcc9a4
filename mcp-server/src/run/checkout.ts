import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

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
    const { stdout } = await run("git", ["rev-parse", "--show-toplevel", "--git-common-dir"], {
      cwd: directory,
    });
    const [root, common] = stdout.trim().split("\n");
    if (root !== undefined && common !== undefined) {
      return { root: realpathSync(root), gitCommonDir: realpathSync(resolve(directory, common)) };
    }
  } catch {
    // Not a repository, or no git: the project's folder is the checkout.
  }
  return { root: realpathSync(directory), gitCommonDir: undefined };
}

/** Where the graph of this checkout lies. */
export interface GraphLocation {
  readonly path: string;
  /** Name of the repository inside the database: a database of its own needs none. */
  readonly repository: string;
}

/**
 * `PARALLEL_DATABASE_URL`, else inside git's common folder (so that all worktrees share it), else in the
 * project. A database that was chosen by hand may hold several repositories, so they are told apart there.
 */
export function graphLocation(checkout: Checkout, url: string | undefined): GraphLocation {
  if (url !== undefined) {
    return { path: resolve(checkout.root, url.slice("sqlite:".length)), repository: checkoutKey(checkout) };
  }
  return {
    path: checkout.gitCommonDir
      ? join(checkout.gitCommonDir, "parallel", "graph.sqlite")
      : join(checkout.root, ".parallel", "graph.sqlite"),
    repository: ".",
  };
}

/** Scopes hold across all plans that work in the same folder of the same machine. */
export function checkoutKey(checkout: Checkout): string {
  return `${hostname()}:${checkout.root}`;
}
