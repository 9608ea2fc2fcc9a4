import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { git } from "./git.ts";
import { mergedTree } from "./merge-tree.ts";

/** Git makes markers longer where an attribute asks for it, and for conflicts within a common ancestor. */
const MARKER = /^(?:(?:<{7,}|>{7,}|\|{7,})(?: |\r?$)|={7}\r?$)/;

/** The tree of everything that lies in the worktree. Its index goes on telling which files are in conflict. */
export async function treeOf(worktree: string): Promise<string> {
  const index = resolve(worktree, (await git(worktree, ["rev-parse", "--git-path", "index"])).trim());
  const folder = await mkdtemp(join(tmpdir(), "parallel-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await copyFile(index, env.GIT_INDEX_FILE);
    await git(worktree, ["add", "--all", "--sparse"], { env });
    return (await git(worktree, ["write-tree"], { env })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The first file with a line that is a conflict marker and that none of the sides has, so that a file which is meant to
 * hold such lines counts only if they are new. It does not matter whether the file is staged, committed or renamed.
 * @param sides commits whose work comes together in the tree; at least one.
 * @param files where to look; everywhere if absent.
 */
export async function fileWithMarkers(
  root: string,
  tree: string,
  sides: readonly string[],
  files: readonly string[] = [],
): Promise<string | undefined> {
  // A combined diff has one column per side, and it takes two sides to get one.
  const columns = sides.length === 1 ? [...sides, ...sides] : sides;
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--find-renames"];
  const diff = await git(
    root,
    ["-c", "core.quotePath=false", "diff", "--cc", "--unified=0", ...plain, tree, ...columns, "--", ...files],
    { env: { GIT_LITERAL_PATHSPECS: "1" } },
  );
  const isNew = "+".repeat(columns.length);
  let file = "";
  for (const line of diff.split("\n")) {
    file = /^diff --cc (.*)$/.exec(line)?.[1] ?? file;
    if (line.startsWith(isNew) && MARKER.test(line.slice(isNew.length))) return file;
  }
  return undefined;
}

/** Those of the unmerged files that are as git's own merge of the two commits leaves them. */
export async function untouchedFiles(
  root: string,
  ours: string,
  theirs: string,
  tree: string,
  unmerged: readonly string[],
): Promise<string[]> {
  const left = await mergedTree(root, ours, theirs);
  const differing = await git(root, [
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    "--no-renames",
    left.tree,
    tree,
  ]);
  const touched = new Set(differing.split("\0"));
  return unmerged.filter((file) => !touched.has(file));
}
