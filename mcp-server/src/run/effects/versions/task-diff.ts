import { isUtf8 } from "node:buffer";
import { diffHunks } from "../../../git/unified-diff.ts";
import type { AttemptId } from "../../../graph/attempt.ts";
import { ABSENT, type ContentId, type HeldFilesChanged } from "../../../graph/effect.ts";
import type { TaskId } from "../../../graph/task.ts";
import { effectsInOrder, type SeenEffect } from "../../../policy/effects/effects-in-order.ts";
import { taskOf } from "../../plan/load-plan.ts";
import type { RunContext } from "../../project/run-context.ts";
import { readSeenPlan, reasonsNotKept, SeenVersions, whyNoBytes } from "./seen-versions.ts";

/** What a task changed in a file without a change of anybody else between. */
export interface FileDiff {
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** Hunks of a unified diff; absent: see `instead`. */
  readonly hunks?: string;
  /** Why there is no diff. */
  readonly instead?: string;
}

/** What a task changed, as far as it was seen. */
export interface TaskDiff {
  readonly task: TaskId;
  readonly files: readonly FileDiff[];
  /** Files that a call of the task may have changed, or another one. */
  readonly uncertain: readonly string[];
  /** Changed files that were too many to be listed. */
  readonly unlisted: number;
}

/**
 * What the attempts of a task changed in files that claims held: what only their calls can have changed, and what one
 * of their calls changed for certain.
 * @throws CallerError for an unknown plan or task.
 */
export async function taskDiff(ctx: RunContext, slug: string, id: string): Promise<TaskDiff> {
  const { plan, seen, planOf } = await readSeenPlan(ctx, slug);
  const task = taskOf(plan, id).id;
  const attempts = new Set(plan.graph.claimsOf(task).map((claim) => claim.id));
  const effects = effectsInOrder(seen);
  const versions = new SeenVersions(ctx);
  const reasons = reasonsNotKept(seen);
  const isInGit = ctx.checkout.gitCommonDir !== undefined;
  const files: FileDiff[] = [];
  for (const { first, last } of stretches(effects, attempts)) {
    const { path, holder } = first.file;
    const held = planOf(holder) ?? plan.stored.slug;
    const read = (content: ContentId | undefined) =>
      versions.read(held, { path, content, beforeMs: first.look.sinceMs });
    const before = beforeOf(first.file.before, await read(first.file.before), isInGit);
    const after = { content: last.file.after, bytes: await read(last.file.after) };
    const diff = await diffOf(before, after, reasons);
    if (diff) files.push({ path, ...diff });
  }
  const uncertain = effects.filter(({ file, look }) => mayBeOf(file.by, look, attempts));
  return {
    task,
    files,
    uncertain: [...new Set(uncertain.map(({ file }) => file.path))],
    unlisted: seen.reduce((sum, { unlisted = 0 }) => sum + unlisted, 0),
  };
}

interface Stretch {
  readonly first: SeenEffect;
  readonly last: SeenEffect;
}

/** The changes of each file that follow one another without one of anybody else, by path. */
function stretches(effects: readonly SeenEffect[], attempts: ReadonlySet<AttemptId>): Stretch[] {
  const found: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const effect of effects) {
    const { path, undone } = effect.file;
    if (undone) continue;
    const earlier = open.get(path);
    if (!isOf(effect, attempts)) {
      open.delete(path);
      continue;
    }
    const goesOn = earlier?.last.file.after === effect.file.before;
    const stretch = { first: goesOn && earlier ? earlier.first : effect, last: effect };
    if (goesOn && earlier) found[found.indexOf(earlier)] = stretch;
    else found.push(stretch);
    open.set(path, stretch);
  }
  return found.sort((a, b) => (a.first.file.path < b.first.file.path ? -1 : 1));
}

function isOf({ file, look }: SeenEffect, attempts: ReadonlySet<AttemptId>): boolean {
  if (file.by === "own") return attempts.has(file.holder);
  const caller = look.calls.find(({ id }) => id === file.call)?.caller.attempt;
  return file.by === "certain" && caller !== undefined && attempts.has(caller);
}

function mayBeOf(by: string, { calls }: HeldFilesChanged, attempts: ReadonlySet<AttemptId>): boolean {
  const isCaller = calls.some(({ caller }) => caller.attempt !== undefined && attempts.has(caller.attempt));
  return by === "uncertain" && isCaller;
}

interface Side {
  readonly content: ContentId | undefined;
  readonly bytes: Buffer | undefined;
}

/** What nobody had read stood there as it was committed: what git does not have either was not there. */
function beforeOf(content: ContentId | undefined, bytes: Buffer | undefined, isInGit: boolean): Side {
  return content === undefined && !bytes && isInGit ? { content: ABSENT, bytes } : { content, bytes };
}

/** @returns undefined where nothing differs. */
async function diffOf(
  before: Side,
  after: Side,
  reasons: ReadonlyMap<ContentId, string>,
): Promise<Omit<FileDiff, "path"> | undefined> {
  if (before.content === after.content) return undefined;
  const isNew = before.content === ABSENT;
  const kind = isNew ? "added" : after.content === ABSENT ? "removed" : "changed";
  const old = isNew ? Buffer.alloc(0) : before.bytes;
  const fresh = after.content === ABSENT ? Buffer.alloc(0) : after.bytes;
  if (!old)
    return { kind, instead: `what stood there before is missing: ${whyNoBytes(before.content, reasons)}` };
  if (!fresh) return { kind, instead: `what it wrote is missing: ${whyNoBytes(after.content, reasons)}` };
  if (isBinary(old) || isBinary(fresh)) return { kind, instead: "binary files differ" };
  return { kind, hunks: await diffHunks(old, fresh) };
}

function isBinary(bytes: Buffer): boolean {
  return bytes.includes(0) || !isUtf8(bytes);
}
