import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";

/** Files of which the second commit has other contents. */
export const CHANGED = 100;

const nameOf = (n: number) => `src/m${n % 100}/n${n % 10}/file-${n}.ts`;
const textOf = (n: number) => `export const value${n} = ${n};\n`.repeat(40 + (n % 80));

export function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Makes a repository of that many files. @returns its two commits; of `CHANGED` files they have other contents. */
export async function makeRepository(root: string, files: number): Promise<[string, string]> {
  await git(root, ["init", "--quiet"]);
  await git(root, ["config", "user.name", "B"]);
  await git(root, ["config", "user.email", "b@example.org"]);
  write(root, ".gitignore", "build/\nnode_modules/\n");
  for (let n = 0; n < files; n++) write(root, nameOf(n), textOf(n));
  const first = await commit(root, "First");
  for (let n = 0; n < CHANGED; n++) write(root, nameOf(n * 7), textOf(n * 7 + 1));
  return [first, await commit(root, "Second")];
}

async function commit(root: string, message: string): Promise<string> {
  await git(root, ["add", "--all"]);
  await git(root, ["commit", "--quiet", "--message", message]);
  return (await git(root, ["rev-parse", "HEAD"])).trim();
}
