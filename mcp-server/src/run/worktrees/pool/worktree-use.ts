import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { undefinedIfMissing } from "../../project/inside-checkout.ts";

const NAME = /^parallel-use-(\d+)\.json$/;
/** What the names of all files begin with that hold or prepare a worktree's use. */
export const USE_FILES = "parallel-use-";
/** Whoever reads while somebody else changes reads again; each time somebody else was faster. */
const MAX_TRIES = 10;

const process = z.object({ pid: z.number(), startedAt: z.string() });
const held = z.object({
  state: z.literal("held"),
  plan: z.string(),
  /** The hash of the claim's token: numbers of plans and claims begin anew in every graph. */
  claim: z.string(),
  /** The digest of the command that set it up; empty: none did. */
  setup: z.string(),
});
const free = z.object({
  state: z.literal("free"),
  plan: z.string(),
  /** The commit at which it stands. Who finds another one there finds somebody's work. */
  head: z.string(),
  setup: z.string(),
});
const schema = z.discriminatedUnion("state", [
  held,
  free,
  z.object({
    state: z.literal("taken"),
    by: process.extend({ host: z.string(), server: process.optional() }),
    /** What it was, and is again if whoever has taken it dies before anything was changed. */
    before: z.discriminatedUnion("state", [held, free]),
  }),
]);

/**
 * Who uses a worktree that this project has made: the attempt of a claim; nobody; or a server, which is just about to
 * free, to clean or to remove it.
 */
export type WorktreeUse = z.infer<typeof schema>;

/** A use as it was read. A change names the number, and fails when somebody else has changed it first. */
export interface NumberedUse {
  readonly number: number;
  readonly use: WorktreeUse;
}

/**
 * Reads a worktree's use from git's folder of that worktree.
 * @returns undefined where none was ever written: the worktree is not this project's; nor is one whose file nobody understands.
 */
export async function readUse(gitFolder: string): Promise<NumberedUse | undefined> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const number = await lastNumber(gitFolder);
    if (number === 0) return undefined;
    const text = await readFile(fileOf(gitFolder, number), "utf8").catch(undefinedIfMissing);
    if (text === undefined) continue;
    const use = useIn(text);
    return use && { number, use };
  }
  return undefined;
}

/**
 * Changes a worktree's use. Each use is a file of its own with the next number, and only one process can make it: so of
 * two that have read the same use one changes it, and nothing needs a lock that could be left behind.
 * @param from the number of the use that was read; 0 for none.
 * @returns the new use; undefined when somebody else has changed it.
 */
export async function changeUse(
  gitFolder: string,
  from: number,
  use: WorktreeUse,
): Promise<NumberedUse | undefined> {
  const number = from + 1;
  const file = fileOf(gitFolder, number);
  const prepared = join(gitFolder, `${USE_FILES}${randomUUID()}.new`);
  try {
    await writeFile(prepared, JSON.stringify(use));
    // A link to what is written already: nobody ever reads half of it.
    await link(prepared, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOENT") return undefined;
    throw error;
  } finally {
    await rm(prepared, { force: true });
  }
  if ((await lastNumber(gitFolder)) > number) {
    // The file was made and removed before, by those who went on from there.
    await rm(file, { force: true });
    return undefined;
  }
  await removeBefore(gitFolder, number);
  return { number, use };
}

/** Has a worktree be none of this project's any more. Only for whoever has taken it. */
export async function removeUse(gitFolder: string): Promise<void> {
  await removeBefore(gitFolder, Number.POSITIVE_INFINITY);
}

async function lastNumber(gitFolder: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(gitFolder)));
}

async function removeBefore(gitFolder: string, number: number): Promise<void> {
  const outdated = (await numbersIn(gitFolder)).filter((one) => one < number);
  await Promise.all(outdated.map((one) => rm(fileOf(gitFolder, one), { force: true })));
}

async function numbersIn(gitFolder: string): Promise<number[]> {
  const names = (await readdir(gitFolder).catch(undefinedIfMissing)) ?? [];
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
}

function fileOf(gitFolder: string, number: number): string {
  return join(gitFolder, `${USE_FILES}${number}.json`);
}

function useIn(text: string): WorktreeUse | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
