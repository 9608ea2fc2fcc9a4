import type { AnyClaim, AttemptId } from "../../graph/attempt.ts";
import type { AttributedFile, AtWork, ChangedFile } from "../../graph/checkout-change.ts";
import type { Change, GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { scopeOf, type TaskId, taskName } from "../../graph/task.ts";
import { declaredFiles, isDeclared } from "./declared-files.ts";

/** A file in a task's scope that changed while the task was worked on, and that no report names. */
export interface UndeclaredFile extends ChangedFile {
  readonly task: TaskId;
  /** Others that were at work meanwhile and may have written it: by id, those of other plans as `<plan>/<id>`. */
  readonly orBy: readonly string[];
}

/** A file outside the scope of every task that was worked on when it changed, and that no report names. */
export interface StrayFile extends ChangedFile {
  /** Who was at work meanwhile: one of them wrote it, or the main conversation, or another program. */
  readonly by: readonly string[];
  /** Tasks of the plan in whose scope it lies. */
  readonly scopeOf: readonly TaskId[];
}

/** What the looks at the checkout say about the tasks' files, beside what the reports say. */
export interface ActualWrites {
  readonly undeclared: readonly UndeclaredFile[];
  readonly strays: readonly StrayFile[];
  /** Files that a report names and that did not change while its task was worked on. */
  readonly unchanged: readonly { readonly task: TaskId; readonly path: string }[];
  /** Tasks of which nobody saw what they changed, with the reason. */
  readonly unobserved: readonly { readonly task: TaskId; readonly why: string }[];
  /** What each task has certainly written: changed while it was worked on, and either reported or in its scope alone. */
  readonly written: ReadonlyMap<TaskId, readonly string[]>;
}

type Observed = Extract<Change, { type: "checkout.observed" }>;

/** Compares scopes, reports and what really changed. Files that somebody may still report are left out. */
export function actualWrites(state: PlanState, events: readonly GraphEvent[]): ActualWrites {
  const claims = new Map(state.claims.map((claim) => [claim.id, claim]));
  const undeclared = new Map<string, UndeclaredFile>();
  const strays = new Map<string, StrayFile>();
  const written = new Map<TaskId, Set<string>>();
  const declaredByTask = declarationsOf(state.claims);
  for (const { change } of events) {
    if (change.type !== "checkout.observed") continue;
    for (const file of change.files) {
      const { writers, reported } = writersOf(file, change, claims);
      for (const { task } of writers) written.set(task, (written.get(task) ?? new Set()).add(file.path));
      if (reported || mayBeReported(change, claims)) continue;
      const owner = writers[0];
      if (owner && !isDeclared(declaredByTask.get(owner.task) ?? [], file.path)) {
        const orBy = namesOf(change.atWork, state, owner.task);
        const key = JSON.stringify([owner.task, file.path]);
        const known = undeclared.get(key)?.orBy ?? [];
        undeclared.set(key, { ...plain(file), task: owner.task, orBy: union(known, orBy) });
      } else if (!owner && !isOfAnotherPlan(file, claims)) {
        const by = union(strays.get(file.path)?.by ?? [], namesOf(change.atWork, state));
        strays.set(file.path, { ...plain(file), by, scopeOf: tasksCovering(file.path, state) });
      }
    }
  }
  return {
    undeclared: [...undeclared.values()].sort(byPath),
    strays: [...strays.values()].sort(byPath),
    unchanged: events.flatMap(({ change }) =>
      change.type === "attempt.compared" ? change.unchanged.map((path) => ({ task: change.task, path })) : [],
    ),
    unobserved: unobserved(state, events),
    written: new Map([...written].map(([task, paths]) => [task, [...paths].sort()])),
  };
}

/** Who certainly wrote a file: whoever reports it, else the only one in whose scope it lies. */
function writersOf(
  file: AttributedFile,
  { atWork }: Observed,
  claims: ReadonlyMap<AttemptId, AnyClaim>,
): { readonly writers: readonly AnyClaim[]; readonly reported: boolean } {
  const reporters = atWork
    .flatMap(({ attempt }) => claims.get(attempt) ?? [])
    .filter((claim) => isDeclared(declaredFiles(claim), file.path));
  if (reporters.length > 0) return { writers: reporters, reported: true };
  const [owner, another] = file.inScopeOf;
  const claim = owner === undefined || another !== undefined ? undefined : claims.get(owner);
  return { writers: claim ? [claim] : [], reported: false };
}

function mayBeReported({ atWork }: Observed, claims: ReadonlyMap<AttemptId, AnyClaim>): boolean {
  return atWork.some(({ attempt }) => claims.get(attempt)?.state === "running");
}

/** Only in the scope of attempts of other plans: their reports tell of it. */
function isOfAnotherPlan({ inScopeOf }: AttributedFile, claims: ReadonlyMap<AttemptId, AnyClaim>): boolean {
  return inScopeOf.length > 0 && inScopeOf.every((attempt) => !claims.has(attempt));
}

/** A retry finishes what its predecessor began: what one attempt reports is reported for the task. */
function declarationsOf(claims: readonly AnyClaim[]): ReadonlyMap<TaskId, readonly string[]> {
  const declared = new Map<TaskId, string[]>();
  for (const claim of claims) {
    declared.set(claim.task, [...(declared.get(claim.task) ?? []), ...declaredFiles(claim)]);
  }
  return declared;
}

/** An attempt is observed when a look came after its end, and one before its start. */
function unobserved(state: PlanState, events: readonly GraphEvent[]): ActualWrites["unobserved"] {
  const endedAt = new Map<AttemptId, number>();
  const observed = new Set<AttemptId>();
  const without = new Map<AttemptId, string>();
  let failure: string | undefined;
  for (const { seq, change } of events) {
    if (change.type === "attempt.ended") endedAt.set(change.attempt, seq);
    if (change.type === "checkout.observed") {
      for (const { attempt } of change.atWork) if (endedAt.has(attempt)) observed.add(attempt);
    }
    if (change.type === "checkout.unmeasured") {
      if (change.atWork.length === 0) failure = change.why;
      for (const { attempt } of change.atWork) without.set(attempt, change.why);
    }
  }
  const reasons = new Map<TaskId, string>();
  for (const claim of state.claims) {
    if (claim.state !== "ended") continue;
    const why = claim.isolation === "worktree" ? "it worked in a worktree of its own" : without.get(claim.id);
    if (why !== undefined) reasons.set(claim.task, why);
    else if (!observed.has(claim.id)) {
      reasons.set(claim.task, failure ?? "nobody looked at the checkout after it ended");
    }
  }
  return [...reasons].map(([task, why]) => ({ task, why }));
}

function namesOf(atWork: readonly AtWork[], { plan }: PlanState, except?: TaskId): string[] {
  const own = taskName(plan.slug, "" as TaskId);
  const names = atWork.map(({ task }) => (task.startsWith(own) ? task.slice(own.length) : task));
  return [...new Set(names)].filter((name) => name !== except);
}

function tasksCovering(path: string, { tasks, caseInsensitive }: PlanState): TaskId[] {
  return tasks
    .filter((task) => parseScope(scopeOf(task), caseInsensitive).writes.some((glob) => matches(glob, path)))
    .map((task) => task.id);
}

function plain({ path, how }: AttributedFile): ChangedFile {
  return { path, how };
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}

function byPath(a: ChangedFile, b: ChangedFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
