import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "./git.ts";
import { commitTree } from "./merge-tree.ts";

/**
 * A commit of exactly these files as they lie in the checkout, on top of `parent`. It is made with an index of its
 * own, so that what the user has staged is neither in it nor changed. No ref moves.
 * @returns undefined when the files do not differ from the parent's.
 */
export async function commitFiles(
  root: string,
  parent: string,
  files: readonly string[],
  message: string,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "parallel-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await git(root, ["read-tree", parent], { env });
    await git(root, ["update-index", "--add", "--remove", "-z", "--stdin"], { env, input: listed(files) });
    const tree = (await git(root, ["write-tree"], { env })).trim();
    const before = (await git(root, ["rev-parse", `${parent}^{tree}`])).trim();
    return tree === before ? undefined : await commitTree(root, tree, [parent], message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The user's index takes over what was committed of these files, or it would show them as changed back. */
export async function refreshIndex(root: string, files: readonly string[]): Promise<void> {
  await git(root, ["reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", "HEAD"], {
    input: listed(files),
    env: { GIT_LITERAL_PATHSPECS: "1" },
  });
}

function listed(files: readonly string[]): string {
  return files.map((file) => `${file}\0`).join("");
}
