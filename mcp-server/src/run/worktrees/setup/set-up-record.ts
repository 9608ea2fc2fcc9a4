import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { folderOfWorkTree } from "../../../git/work-tree.ts";
import { dataOf } from "../../../host/json-file.ts";
import { PORT_VARIABLE } from "./port.ts";

/** In git's own folder of the worktree, which goes with it. */
export const SET_UP_FILE = "parallel-setup.json";

const setUp = z.object({
  /** Loopback port that the worktree has for itself. */
  port: z.number(),
  /** Links to folders that it shares with the checkout. */
  links: z.array(z.string()),
  /** Files that `.worktreeinclude` names, as copies. */
  included: z.array(z.string()),
  /** What the command made of files that git ignores; the name of a whole folder ends with a slash. */
  outputs: z.array(z.string()),
});

/** What a worktree got beside the files of its commit. Paths are relative to its top level, with forward slashes. */
export type SetUp = Readonly<z.infer<typeof setUp>>;

/** What the worktree got when it was set up last; undefined where that never came to its end. */
export async function readSetUp(worktree: string): Promise<SetUp | undefined> {
  return dataOf(await fileOf(worktree), setUp);
}

/** What commands that run in the worktree get beside the user's variables. */
export async function variablesOfWorktree(worktree: string): Promise<Record<string, string>> {
  const port = (await readSetUp(worktree))?.port;
  return port === undefined ? {} : { [PORT_VARIABLE]: String(port) };
}

export async function writeSetUp(worktree: string, record: SetUp): Promise<void> {
  await writeFile(await fileOf(worktree), JSON.stringify(record));
}

async function fileOf(worktree: string): Promise<string> {
  return join(await folderOfWorkTree(worktree), SET_UP_FILE);
}
