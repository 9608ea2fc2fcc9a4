import type { AnyClaim, AttemptId } from "../../graph/attempt.ts";
import type { ChangedFile } from "../../graph/effect.ts";
import type { ChangeType, GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { scopeOf, type TaskId, taskName } from "../../graph/task.ts";
import { checkoutLooks, type SeenChange, seenChanges } from "../../policy/effects/seen-changes.ts";
import { isDeclared } from "../../text/normalise.ts";
import { declaredFiles, type WrittenFiles } from "../tasks/attempt-files.ts";

/** A file in a task's scope that changed while the task was worked on, and that no report names. */
export interface UndeclaredFile extends ChangedFile {
  readonly task: TaskId;
  /** Others that may have written it instead: by id, those of other plans as `<plan>/<id>`. */
  readonly orBy: readonly string[];
}

/** A file outside the scope of every task that was worked on when it changed, and that no report names. */
export interface StrayFile extends ChangedFile {
  /** Who was at work meanwhile: one of them wrote it, or the main conversation, or another program. */
  readonly by: readonly string[];
  /** Tasks of the plan in whose scope it lies. */
  readonly scopeOf: readonly TaskId[];
}

/** A file that somebody else changed while a task held it. */
export interface ForeignChange extends ChangedFile {
  /** Whose scope it lies in. */
  readonly task: TaskId;
  /** One of these changed it, by id, those of other plans as `<plan>/<id>`; none: a person or another program. */
  readonly by: readonly string[];
}

/** What was seen of the tasks' files, beside what the reports say. */
export interface ActualWrites {
  readonly undeclared: readonly UndeclaredFile[];
  readonly strays: readonly StrayFile[];
  readonly byOthers: readonly ForeignChange[];
  /** Files that a report names and that did not change while its task was worked on. */
  readonly unchanged: readonly { readonly task: TaskId; readonly path: string }[];
  /** Tasks of which nobody saw all that they changed, with the reason. */
  readonly unobserved: readonly { readonly task: TaskId; readonly why: string }[];
  /** What each attempt was seen to write. */
  readonly written: WrittenFiles;
}

/** Compares scopes, reports and what really changed. Files that somebody may still report are left out. */
export function actualWrites(state: PlanState, events: readonly GraphEvent[]): ActualWrites {
  const claims = new Map(state.claims.map((claim) => [claim.id, claim]));
  const undeclared = new Map<string, UndeclaredFile>();
  const strays = new Map<string, StrayFile>();
  const byOthers = new Map<string, ForeignChange>();
  const written = committedInWorktrees(events, (id) => claims.get(id));
  const declaredByTask = declarationsOf(state.claims);
  for (const change of seenChanges(events)) {
    const { path, how, holder } = change;
    const { writers, isReported } = writersOf(change, (attempt) => claims.get(attempt));
    for (const { id } of writers) written.set(id, (written.get(id) ?? new Set()).add(path));
    const owner = holder === undefined ? undefined : claims.get(holder);
    if (owner && isByOthers(change)) {
      const key = JSON.stringify([owner.task, path]);
      const by = union(byOthers.get(key)?.by ?? [], namesOf(change, state));
      byOthers.set(key, { path, how, task: owner.task, by });
      continue;
    }
    if (isReported || mayBeReported(change, claims)) continue;
    if (owner && !isDeclared(declaredByTask.get(owner.task) ?? [], path)) {
      const key = JSON.stringify([owner.task, path]);
      const orBy = union(undeclared.get(key)?.orBy ?? [], namesOf(change, state, owner.task));
      undeclared.set(key, { path, how, task: owner.task, orBy });
    } else if (holder === undefined) {
      const by = union(strays.get(path)?.by ?? [], namesOf(change, state));
      strays.set(path, { path, how, by, scopeOf: tasksCovering(path, state) });
    }
  }
  return {
    undeclared: [...undeclared.values()].sort(byPath),
    strays: [...strays.values()].sort(byPath),
    byOthers: [...byOthers.values()].sort(byPath),
    unchanged: events.flatMap(({ change }) =>
      change.type === "attempt.compared" ? change.unchanged.map((path) => ({ task: change.task, path })) : [],
    ),
    unobserved: [...unobservedTasks(state.claims, events, endsIn(events))].map(([task, why]) => ({
      task,
      why,
    })),
    written: new Map([...written].map(([attempt, paths]) => [attempt, [...paths].sort()])),
  };
}

/**
 * Who wrote a file: who is known to have, else whoever of those that may have reports it, else of those the one in whose
 * scope it lies.
 */
export function writersOf(
  { path, holder, by, suspects }: SeenChange,
  claimOf: (attempt: AttemptId) => AnyClaim | undefined,
): { readonly writers: readonly AnyClaim[]; readonly isReported: boolean } {
  const attempts = new Set(suspects.flatMap(({ attempt }) => attempt ?? []));
  const suspected = [...attempts].flatMap((attempt) => claimOf(attempt) ?? []);
  const reporters = suspected.filter((claim) => isDeclared(declaredFiles(claim), path));
  const isReported = reporters.length > 0;
  if (by === "own" || by === "certain") return { writers: suspected, isReported };
  return { writers: isReported ? reporters : suspected.filter(({ id }) => id === holder), isReported };
}

/** Whether somebody else than the holder of the file changed it. */
export function isByOthers({ holder, suspects }: SeenChange): boolean {
  return holder !== undefined && suspects.every(({ attempt }) => attempt !== holder);
}

/** What all attempts at each task were seen to write. */
export function writtenByTask(
  { claims }: PlanState,
  written: WrittenFiles,
): ReadonlyMap<TaskId, readonly string[]> {
  const byTask = new Map<TaskId, readonly string[]>();
  for (const { id, task } of claims) {
    const all = new Set([...(byTask.get(task) ?? []), ...(written.get(id) ?? [])]);
    byTask.set(task, [...all].sort());
  }
  return byTask;
}

/** A worktree's commit has what its attempt wrote. */
export function committedInWorktrees(
  events: readonly GraphEvent[],
  claimOf: (attempt: AttemptId) => AnyClaim | undefined,
): Map<AttemptId, Set<string>> {
  return new Map(
    events.flatMap(({ change }) =>
      change.type === "work.committed" && claimOf(change.attempt)?.isolation === "worktree"
        ? [[change.attempt, new Set(change.files)] as const]
        : [],
    ),
  );
}

function mayBeReported({ suspects }: SeenChange, claims: ReadonlyMap<AttemptId, AnyClaim>): boolean {
  return suspects.some(({ attempt }) => attempt !== undefined && claims.get(attempt)?.state === "running");
}

/** A retry finishes what its predecessor began: what one attempt reports is reported for the task. */
function declarationsOf(claims: readonly AnyClaim[]): ReadonlyMap<TaskId, readonly string[]> {
  const declared = new Map<TaskId, string[]>();
  for (const claim of claims) {
    declared.set(claim.task, [...(declared.get(claim.task) ?? []), ...declaredFiles(claim)]);
  }
  return declared;
}

/** After these events the agent of an attempt writes nothing more. */
const ENDS_WORK: readonly string[] = ["delivery.accepted", "attempt.ended"] satisfies readonly ChangeType[];

/** Which attempts had ended before an event of the log. */
function endsIn(events: readonly GraphEvent[]): (attempt: AttemptId, before: GraphEvent) => boolean {
  const ends = new Map<AttemptId, number>();
  for (const { seq, change } of events) {
    if (!ENDS_WORK.includes(change.type) || !("attempt" in change) || change.attempt === undefined) continue;
    if (!ends.has(change.attempt)) ends.set(change.attempt, seq);
  }
  return (attempt, { seq }) => (ends.get(attempt) ?? Number.POSITIVE_INFINITY) < seq;
}

/**
 * Of these tasks, those of which nobody saw all that they changed, with the reason. An attempt is observed when a look
 * came after its end, and one before its start.
 * @param claims of the tasks.
 * @param events at least those since the first of the claims was offered.
 * @param hadEnded whether an attempt had ended before an event.
 */
export function unobservedTasks(
  claims: readonly AnyClaim[],
  events: readonly GraphEvent[],
  hadEnded: (attempt: AttemptId, before: GraphEvent) => boolean,
): ReadonlyMap<TaskId, string> {
  const observed = new Set<AttemptId>();
  const without = new Map<AttemptId, string>();
  let failure: string | undefined;
  for (const event of events) {
    const { change } = event;
    for (const { atWork } of checkoutLooks([event])) {
      for (const { attempt } of atWork) if (hadEnded(attempt, event)) observed.add(attempt);
    }
    if (change.type === "checkout.unmeasured") {
      if (change.atWork.length === 0) failure = change.why;
      for (const { attempt } of change.atWork) without.set(attempt, change.why);
    }
  }
  const reasons = new Map<TaskId, string>();
  for (const claim of claims) {
    if (claim.state !== "ended") continue;
    const why = claim.isolation === "worktree" ? "it worked in a worktree of its own" : without.get(claim.id);
    if (why !== undefined) reasons.set(claim.task, why);
    else if (!observed.has(claim.id)) {
      reasons.set(claim.task, failure ?? "nobody looked at the checkout after it ended");
    }
  }
  return reasons;
}

/** Without those of the one task. */
function namesOf({ suspects }: SeenChange, { plan }: PlanState, except?: TaskId): string[] {
  const own = taskName(plan.slug, "" as TaskId);
  const names = suspects.map(({ name }) => (name.startsWith(own) ? name.slice(own.length) : name));
  return [...new Set(names)].filter((name) => name !== except);
}

function tasksCovering(path: string, { tasks, caseInsensitive }: PlanState): TaskId[] {
  return tasks
    .filter((task) => parseScope(scopeOf(task), caseInsensitive).writes.some((glob) => matches(glob, path)))
    .map((task) => task.id);
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}

function byPath(a: ChangedFile, b: ChangedFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
