import { isDeepStrictEqual } from "node:util";
import type { Effort, Inherit, Model } from "./model/model-choice.ts";
import type { Scope } from "./scope/scope.ts";
import type { Unrecognised } from "./unrecognised.ts";

/** `<plan slug>`: `[a-z0-9][a-z0-9-]{0,63}`. */
export type PlanSlug = string & { readonly brand: "PlanSlug" };
/** The id of a task inside its plan, as the breakdown writes it (`1.1`, `T012`). */
export type TaskId = string & { readonly brand: "TaskId" };
/** The longest id of a task, in characters: with its plan's name before it, it still fits wherever a task is named. */
export const MAX_TASK_ID = 128;

export const TASK_STATUSES = ["pending", "in_progress", "completed", "failed", "cancelled"] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const SIZES = ["xs", "small", "medium", "large", "xl"] as const;
export type Size = (typeof SIZES)[number];

export const PRIORITIES = ["high", "medium", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What must hold of a task's dependencies before it may be claimed. */
export type Needs = "all" | "any" | "settled" | { readonly atLeast: number };

/** Where an agent works: in the shared checkout, or in a worktree of its own. */
export const ISOLATIONS = ["shared", "worktree"] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** One condition that the finished task is judged by; a `command` proves it by exit code 0. */
export interface AcceptanceCriterion {
  readonly criterion: string;
  readonly command?: string;
}

/** Who brought a task into the graph. */
export type Origin = "file" | "call" | "server";

/**
 * A task as it was planned, but for its description. That is by far the most of it, and only who works at the task, or
 * writes it down, reads it; so a plan in memory does without. Times are milliseconds.
 */
export interface TaskOutline {
  readonly id: TaskId;
  readonly subject: string;
  readonly activeForm?: string;
  readonly phase?: number;
  readonly phaseName?: string;
  readonly size?: Size;
  readonly priority: Priority;
  readonly dependencies: readonly TaskId[];
  readonly needs: Needs;
  /** Absent: nobody declared what the task writes. Empty: it writes nothing. */
  readonly writes?: readonly string[];
  readonly reads: readonly string[];
  readonly resources: readonly string[];
  /** Paths that the description names; used to keep tasks apart when `writes` is absent. */
  readonly inferredWrites: readonly string[];
  /** The role: the agent type that should execute it, without a plugin prefix. */
  readonly agent?: string;
  /** On which model its agent works, and with which effort; absent: as the policy says. */
  readonly model?: Model | Inherit;
  readonly effort?: Effort | Inherit;
  /** On what it is tried again, one step for each failed attempt, as `modelChoiceFrom` reads it; absent: the policy's. */
  readonly escalate?: readonly string[];
  readonly isolation?: Isolation;
  /** Name of a group of tasks that are several approaches to one thing: the first that completes is taken. */
  readonly alternatives?: string;
  readonly estimateMs?: number;
  readonly timeoutMs?: number;
  /** What all of its attempts together may spend, as the policy's limits; absent: as much as it takes. */
  readonly maxTokens?: number;
  readonly maxCost?: number;
  readonly maxTurns?: number;
  readonly maxMs?: number;
  /** Further attempts after the first; absent: the policy's. */
  readonly retries?: number;
  readonly acceptance: readonly AcceptanceCriterion[];
  readonly review?: boolean;
  readonly origin: Origin;
  /** Keys of the breakdown that this project does not interpret, kept for a faithful export. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A task as it was planned: everything that a person wrote or a file said. */
export interface TaskDefinition extends TaskOutline {
  readonly description: string;
}

/** What a task becomes; without a description it keeps the one that it has. */
export type TaskRedefinition = TaskOutline & Partial<TaskDefinition>;

/** A task with its state in the graph. */
export interface Task extends TaskOutline {
  /** Order in which the tasks came in; the last tie-breaker everywhere. */
  readonly position: number;
  readonly status: TaskStatus;
  /** Why the task has its status, where that is not obvious. */
  readonly cause?: TaskCause;
  readonly owner?: string;
  /** Notes for the task's agent, from `task_update` and from the reports of its prerequisites. */
  readonly notes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Attempts that count against the retries (failed and unreported ones). */
  readonly failedAttempts: number;
  /** Attempts that ended without the agent's fault (crash, lease). */
  readonly lostAttempts: number;
  /** How often a `blocked` report sent the task back to pending. */
  readonly timesBlocked: number;
  readonly endedAtMs?: number;
  /** Words of its definition are named here too, and stay in the definition as they are: it is written back. */
  readonly unrecognised?: Unrecognised;
}

/** The task as it is before anything has happened to it. */
export function unstarted(definition: TaskRedefinition, position: number): Task {
  return {
    ...withoutDescription(definition),
    position,
    status: "pending",
    notes: [],
    metadata: {},
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0,
  };
}

/** What a task has beside its definition. */
const STATE: Readonly<Record<Exclude<keyof Task, keyof TaskOutline>, true>> = {
  position: true,
  status: true,
  cause: true,
  owner: true,
  notes: true,
  metadata: true,
  failedAttempts: true,
  lostAttempts: true,
  timesBlocked: true,
  endedAtMs: true,
  unrecognised: true,
};

function definedFields(task: Task): (keyof TaskOutline)[] {
  return (Object.keys(task) as (keyof Task)[]).filter(
    (field): field is keyof TaskOutline => !(field in STATE),
  );
}

/** What is planned, without the description. */
export function withoutDescription({ description: _, ...outline }: TaskRedefinition): TaskOutline {
  return outline;
}

/** The planned part of a task, without its state. */
export function outlineOf(task: Task): TaskOutline {
  return Object.fromEntries(
    definedFields(task).map((field) => [field, task[field]]),
  ) as unknown as TaskOutline;
}

/** Whether both are to be done in the same way, whatever their state. */
export function sameDefinition(a: Task, b: Task): boolean {
  const fields = definedFields(a);
  return (
    fields.length === definedFields(b).length &&
    // What nobody has changed is the same object in both.
    fields.every((field) => a[field] === b[field] || isDeepStrictEqual(a[field], b[field]))
  );
}

/** The scope that a task claims, from its declaration or, without one, from its description. */
export function scopeOf(task: TaskOutline): Scope {
  if (task.writes !== undefined) {
    return { basis: "declared", writes: task.writes, reads: task.reads, resources: task.resources };
  }
  if (task.inferredWrites.length > 0) {
    return { basis: "inferred", writes: task.inferredWrites, reads: task.reads, resources: task.resources };
  }
  return { basis: "unscoped", writes: [], reads: task.reads, resources: task.resources };
}

/**
 * The subject without the marks in front that only repeat where the task stands: its plan (`[shop]`), its phase
 * (`[P1]`) and that it may run beside others (`[P]`). Any other label (`[iOS]`) is part of what its author calls it.
 * @param slug of the plan, with which a breakdown begins its subjects: `[shop] [P1] Build the cart`.
 */
export function plainSubject(
  { subject, phase }: Pick<TaskDefinition, "subject" | "phase">,
  slug: string,
): string {
  let rest = subject;
  let isAfterSlug = false;
  for (;;) {
    const [mark, label = ""] = /^\[([^\]]*)\]\s*(?=\S)/.exec(rest) ?? [];
    if (mark === undefined) return rest;
    const isPhase = isAfterSlug ? /^P\d+$/.test(label) : label === `P${phase}`;
    if (label !== slug && label !== "P" && !isPhase) return rest;
    isAfterSlug ||= label === slug;
    rest = rest.slice(mark.length);
  }
}

/** `<plan>/<id>`, the name by which a task is known outside its plan. */
export function taskName(plan: PlanSlug, id: TaskId): string {
  return `${plan}/${id}`;
}

/** Why a task has its status, where that is not obvious. */
export type TaskCause =
  /** Its parts stand for it. */
  | { readonly kind: "split"; readonly parts: readonly TaskId[] }
  /** Another approach to the same thing completed first, and stands for it. */
  | { readonly kind: "alternative"; readonly taken: TaskId }
  /** The breakdown does not have it any more. */
  | { readonly kind: "removed" }
  /** In words, which nothing follows from. */
  | { readonly kind: "said"; readonly text: string };
