import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { filesNow } from "../../../git/apply/file-states.ts";
import { placeFiles, stageFiles } from "../../../git/apply/place-files.ts";
import { type FileVersion, sameVersion } from "../../../git/apply/tree-changes.ts";
import { refreshIndex } from "../../../git/commit-files.ts";
import { git } from "../../../git/git.ts";
import { isAncestor } from "../../../git/merge-tree.ts";
import type { PlanSlug } from "../../../graph/task.ts";
import type { GraphStore } from "../../../store/graph-store.ts";
import { changePlan } from "../../plan/plan-transaction.ts";
import type { RunContext } from "../../project/run-context.ts";

const version = z.strictObject({ mode: z.string(), object: z.string() });
const journal = z.strictObject({
  delivery: z.string(),
  /** The tree that it began with. */
  onto: z.string(),
  /** The commit that the checkout's branch moves to when all is written; absent: it stays where it is. */
  merge: z.string().optional(),
  /** Where the new versions lie until they are placed. */
  staged: z.string(),
  files: z.array(z.strictObject({ path: z.string(), from: version.optional(), to: version.optional() })),
});

/** What a delivery is about to do: whoever finds one that was interrupted can take it back. */
export type DeliveryJournal = z.infer<typeof journal>;

/** Git's own folder of the checkout, which is on its file system as a rule. */
export async function gitFolder(root: string): Promise<string> {
  return resolve(root, (await git(root, ["rev-parse", "--git-dir"])).trim());
}

function placeOf(folder: string, plan: PlanSlug): string {
  return join(folder, `parallel-deliver-${plan}.json`);
}

/** Written before the first file is: it names every file that is written, in its old version too. */
export function beginJournal(folder: string, plan: PlanSlug, entry: DeliveryJournal): void {
  const place = placeOf(folder, plan);
  writeFileSync(`${place}.new`, JSON.stringify(entry), { flush: true });
  renameSync(`${place}.new`, place);
}

export function endJournal(folder: string, plan: PlanSlug): void {
  rmSync(placeOf(folder, plan), { force: true });
}

function readJournal(folder: string, plan: PlanSlug): DeliveryJournal | undefined {
  try {
    return journal.parse(JSON.parse(readFileSync(placeOf(folder, plan), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Takes back what a delivery of the plan has written that was interrupted before it was logged. What somebody has
 * changed since stays as it is. It takes a write transaction, because a delivery that is under way has one.
 */
export async function undoInterrupted(ctx: RunContext, store: GraphStore, slug: PlanSlug): Promise<void> {
  const { root } = ctx.checkout;
  const folder = await gitFolder(root);
  if (!readJournal(folder, slug)) return;
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const found = readJournal(folder, slug);
    if (!found) return;
    const events = await plan.reader.events(plan.id, { types: ["work.delivered"] });
    const isLogged = events.some(
      ({ change }) => change.type === "work.delivered" && change.delivery === found.delivery,
    );
    const isMerged = found.merge !== undefined && (await isAncestor(root, found.merge, "HEAD"));
    // The index is the last step of a merge.
    if (isMerged)
      await refreshIndex(
        root,
        found.files.map(({ path }) => path),
      );
    else if (!isLogged) await takeBack(root, folder, found);
    rmSync(found.staged, { recursive: true, force: true });
    endJournal(folder, slug);
  });
}

async function takeBack(root: string, folder: string, { onto, files }: DeliveryJournal): Promise<void> {
  const now = await filesNow(
    root,
    files.map(({ path }) => path),
  );
  const isWritten = (path: string, to: FileVersion | undefined) => {
    const state = now.get(path)?.state;
    if (typeof state !== "object") return to === undefined && state === "absent";
    return to !== undefined && sameVersion(state, to, false);
  };
  const back = files
    .filter(({ path, to }) => isWritten(path, to))
    .map(({ path, from }) => ({ path, to: from, stamp: now.get(path)?.stamp ?? "" }));
  const staged = await stageFiles(root, back, onto, folder);
  try {
    placeFiles(root, staged, back);
  } finally {
    await staged.remove();
  }
}
