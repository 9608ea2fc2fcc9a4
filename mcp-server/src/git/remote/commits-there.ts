import { git } from "../git.ts";

/** Those of the commits (whole names) that the repository has. */
export async function commitsThere(root: string, commits: readonly string[]): Promise<Set<string>> {
  if (commits.length === 0) return new Set();
  const command = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const lines = (await git(root, command, { input: `${commits.join("\n")}\n` })).split("\n");
  return new Set(commits.filter((commit) => lines.includes(`${commit} commit`)));
}

/** Those of the commits that another one contains. All of them must be there. */
export async function containedIn(
  root: string,
  head: string,
  commits: readonly string[],
): Promise<Set<string>> {
  if (commits.length === 0) return new Set();
  const input = `^${head}\n${commits.join("\n")}\n`;
  const others = new Set((await git(root, ["rev-list", "--stdin"], { input })).split("\n"));
  return new Set(commits.filter((commit) => !others.has(commit)));
}
