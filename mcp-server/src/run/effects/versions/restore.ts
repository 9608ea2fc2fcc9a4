import { lstatSync } from "node:fs";
import { join } from "node:path";
import { CallerError } from "../../../errors/caller-error.ts";
import { headFiles } from "../../../git/committed-versions.ts";
import type { AttemptId } from "../../../graph/attempt.ts";
import { ABSENT, type AttributedEffect, type ContentId } from "../../../graph/effect.ts";
import type { TaskId } from "../../../graph/task.ts";
import { effectsInOrder } from "../../../policy/effects/effects-in-order.ts";
import { type Overwritten, overwrittenVersions } from "../../../report/files/overwritten.ts";
import { shownPath } from "../../../text/display-path.ts";
import { existingGraph } from "../../plan/load-plan.ts";
import { changePlan } from "../../plan/plan-transaction.ts";
import type { RunContext } from "../../project/run-context.ts";
import { keptFolder } from "../effects-folder.ts";
import { idOfBytes, readContent } from "../file-content.ts";
import { KeptFiles } from "../kept-files.ts";
import { replaceFile } from "../replace-file.ts";
import { readSeenPlan, type SeenPlan, SeenVersions } from "./seen-versions.ts";

const DIGEST_BEGINNING = /^(?:sha256:)?([0-9a-f]{4,64})$/;

/** Which of the versions that were seen. */
export interface WantedVersion {
  /** Relative to the checkout's top level. */
  readonly file?: string | undefined;
  readonly task?: string | undefined;
  /** The beginning of a digest: that version, whoever wrote it. */
  readonly content?: string | undefined;
}

/** A file that was restored, and where what stood in it went. */
export interface Restored {
  readonly path: string;
  readonly task: string;
  /** What stands in it now. */
  readonly content: ContentId;
  /** Undefined: there was no file. */
  readonly putAside: string | undefined;
}

/** A version that can be put into its file. */
type ChosenVersion = Pick<Overwritten, "path" | "holder" | "task" | "before" | "after" | "sinceMs">;

/** The versions of a plan's files that others have overwritten, oldest first. @throws CallerError for an unknown plan. */
export async function listOverwritten(
  ctx: RunContext,
  slug: string,
  wanted: WantedVersion,
): Promise<Overwritten[]> {
  return overwrittenIn(await readSeenPlan(ctx, slug), wanted);
}

function overwrittenIn({ plan, seen }: SeenPlan, wanted: WantedVersion): Overwritten[] {
  const all = overwrittenVersions(seen, (attempt) => plan.graph.claim(attempt)?.task);
  return all.filter((version) => isWanted(version, wanted));
}

function isWanted({ path, task }: { path: string; task: TaskId }, wanted: WantedVersion): boolean {
  const isFile = wanted.file === undefined || path === wanted.file;
  return isFile && (wanted.task === undefined || task === wanted.task);
}

/**
 * Puts what a holder had in a file, before others changed it, back into the file; or the version that is named. What
 * stands there now is kept as well.
 * @param force also where the file was changed since.
 * @throws CallerError where there is no such version, where its bytes are gone, where the file was changed since, or
 *   where it is in another checkout, behind a link or git's own.
 */
export async function restoreFile(
  ctx: RunContext,
  slug: string,
  wanted: WantedVersion,
  force: boolean,
): Promise<Restored> {
  const seenPlan = await readSeenPlan(ctx, slug);
  const name = seenPlan.plan.stored.slug;
  const chosen = wanted.content === undefined ? newestOf(seenPlan, wanted) : versionOf(seenPlan, wanted);
  const { path, holder, task, before, after, sinceMs } = chosen;
  if (seenPlan.plan.graph.claim(holder)?.checkout !== ctx.checkoutKey) {
    throw refusal(
      `${shownPath(path)} was held in another checkout.`,
      "Run the command in the one in which the task worked.",
    );
  }
  const { root } = ctx.checkout;
  const bytes = await new SeenVersions(ctx).read(name, { path, content: before, beforeMs: sinceMs });
  if (!bytes) {
    throw refusal(
      `What stood in ${shownPath(path)} was not kept, or is gone, and no commit that is near has it.`,
      "Look into the repository's other commits.",
    );
  }
  const [committed] = (await headFiles(root, [path])).values();
  const file = join(root, path);
  const now = readContent(file, lstatSync(file, { throwIfNoEntry: false }));
  if (now.id !== after && !force) {
    throw refusal(
      `${shownPath(path)} was changed again since.`,
      "Look at it first; --force restores it all the same, and keeps what stands there now.",
    );
  }
  const kept = new KeptFiles(keptFolder(ctx.checkout));
  const notKept = kept.keep(name, now);
  if (notKept !== undefined) {
    throw refusal(
      `What stands in ${shownPath(path)} now could not be kept: ${notKept}.`,
      "Copy the file elsewhere, remove it, and restore again.",
    );
  }
  const content = idOfBytes(bytes);
  const restored = { path, task, content, putAside: now.id === ABSENT ? undefined : now.id };
  if (now.id === content) return restored;
  // Told first, so that no server that watches takes it for the doing of a call, and undoes it.
  await tell(ctx, slug, { path, holder, before: now.id, after: content });
  const mode = committed && { mode: committed.mode };
  const replaced = replaceFile(root, { path, expected: now.id, bytes, ...mode });
  if (replaced.kind === "replaced") {
    if (replaced.lost) kept.keep(name, replaced.lost);
    return restored;
  }
  await tell(ctx, slug, { path, holder, before: content, after: now.id });
  throw notReplaced(path, replaced);
}

function newestOf(seenPlan: SeenPlan, wanted: WantedVersion): ChosenVersion {
  const lost = overwrittenIn(seenPlan, wanted).at(-1);
  if (lost) return lost;
  const whose = wanted.task === undefined ? "" : ` of task ${wanted.task}`;
  throw refusal(
    `Nobody was seen to change ${wanted.file}${whose} while it was held.`,
    `parallel restore ${seenPlan.plan.stored.slug} lists what can be had back.`,
  );
}

/** The one version whose digest begins as it is wanted. */
function versionOf({ plan, seen }: SeenPlan, wanted: WantedVersion): ChosenVersion {
  const [, digits] = DIGEST_BEGINNING.exec(wanted.content ?? "") ?? [];
  if (digits === undefined) {
    const problem = "The content is no beginning of a SHA-256 digest.";
    throw new CallerError("bad_input", problem, "Give 4 to 64 hexadecimal digits.", "content");
  }
  const stands = new Map<string, ContentId>();
  const found = new Map<string, ChosenVersion>();
  for (const { file, look } of effectsInOrder(seen)) {
    const { path, holder, before, after, undone } = file;
    stands.set(path, (undone && before) || after);
    const task = taskOf(plan, holder);
    if (task === undefined || !isWanted({ path, task }, wanted)) continue;
    for (const content of [before, after]) {
      if (!content?.startsWith(`sha256:${digits}`)) continue;
      const { sinceMs } = look;
      found.set(JSON.stringify([path, content]), { path, holder, task, before: content, after, sinceMs });
    }
  }
  const [version, another] = found.values();
  if (version && !another) return { ...version, after: stands.get(version.path) ?? version.after };
  const problem = version ? "Several versions are meant." : "No version that was seen begins so.";
  throw new CallerError("bad_input", problem, "Give more of the digest, and the file.", "content");
}

function taskOf(plan: SeenPlan["plan"], attempt: AttemptId): TaskId | undefined {
  return plan.graph.claim(attempt)?.task;
}

async function tell(
  ctx: RunContext,
  slug: string,
  version: Pick<AttributedEffect, "path" | "holder" | "after"> & { readonly before: ContentId },
): Promise<void> {
  const store = await existingGraph(ctx, slug);
  await changePlan(ctx, store, "cli", slug, (plan) => plan.append({ type: "file.restored", ...version }));
}

function notReplaced(path: string, replaced: Exclude<ReturnType<typeof replaceFile>, { kind: "replaced" }>) {
  switch (replaced.kind) {
    case "changed":
      return refusal(`${shownPath(path)} was changed just now.`, "Look at it, and restore again.");
    case "elsewhere":
      return refusal(
        `${shownPath(path)} is a link, leads out of the checkout, or is git's own.`,
        "Remove the link first.",
      );
    case "failed":
      return refusal(
        `${shownPath(path)} could not be written (${replaced.why}).`,
        "See whether the folder can be written.",
      );
  }
}

function refusal(problem: string, remedy: string): CallerError {
  return new CallerError("wrong_state", problem, remedy, "file");
}
