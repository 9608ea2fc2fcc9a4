import type { EvidenceStanding, Outcome, Severity } from "../graph/attempt.ts";
import type { PlanStatus } from "../graph/plan.ts";
import type { TaskStatus } from "../graph/task.ts";

/**
 * A plan as it stands, as plain JSON for everything that shows it: page, terminal, band, skill and runner. Foreign text in
 * it is cleaned and cut, and there is no brief, no report and no token of a claim in it. Times are milliseconds since the
 * epoch by the graph's clock; tasks are named by their ids.
 */
export interface PlanSnapshot extends SnapshotHead {
  /** In order of position. */
  readonly tasks: readonly TaskRow[];
}

/** What there is to say of the plan as a whole. */
export interface SnapshotHead {
  readonly v: 1;
  readonly plan: string;
  readonly title: string;
  readonly repository: string;
  /** Sequence number of the plan's last event. */
  readonly seq: number;
  readonly atMs: number;
  readonly status: PlanStatus;
  /** Nothing runs and nothing can become ready. */
  readonly done: boolean;
  /** Why nothing starts, whatever is ready: paused, stopped, a limit; absent: nothing keeps it. */
  readonly held?: string;
  /** When that ends by itself. */
  readonly heldUntilMs?: number;
  readonly runBy: RunBy;
  /** Who executes it, or could, and where. */
  readonly machines: readonly MachineNow[];
  /** Of the first attempt; absent: nothing has run yet. */
  readonly startedAtMs?: number;
  /** Of the last attempt, once the plan is done or stopped. */
  readonly endedAtMs?: number;
  readonly cap: CapNow;
  readonly counts: SnapshotCounts;
  /** Absent once nothing is left to do, or where nothing is expected. */
  readonly forecast?: Forecast;
  readonly cost: CostNow;
  /** What goes no further without a person, what holds up most first. */
  readonly needs: readonly Need[];
  /** What went wrong, newest first; at most `MAX_TROUBLE`. */
  readonly trouble: readonly Incident[];
}

/** A snapshot names so many of what went wrong. */
export const MAX_TROUBLE = 50;

/** Who launches the plan's agents. */
export interface RunBy {
  /** `session`: an agent works for a conversation; `nobody`: something is left to do, and nobody is known to be at it. */
  readonly kind: "mod" | "workflow" | "session" | "runner" | "nobody" | "done";
  readonly words: string;
  /** Since when nobody has been at it. */
  readonly sinceMs?: number;
  /** The command by which it goes on; absent: it goes on by itself, or is done. */
  readonly how?: string;
}

/** A process that executes plans: one machine may have several. */
export interface MachineNow {
  readonly machine: string;
  readonly pid: number;
  /** `run`, `worker`: the commands; `session`: a conversation or another client, of which no slots are known. */
  readonly kind: "run" | "worker" | "session";
  /** `draining`: it starts nothing more; `gone`: it has died, or its lease ended without a sign of life. */
  readonly state: "here" | "draining" | "gone";
  /** When it was heard of last; only of what is gone. */
  readonly lastSeenMs?: number;
  /** How many agents of which clients it runs at once. */
  readonly clients: readonly { readonly name: string; readonly slots: number }[];
  /** What is there that tasks may ask for. */
  readonly labels: readonly string[];
  /** Roles whose tasks it does; empty: all. */
  readonly roles: readonly string[];
  /** Tasks that it works at, of any plan, as `plan/task`. */
  readonly runs: readonly string[];
}

export interface CapNow {
  /** Agents that hold a place. */
  readonly running: number;
  /** How many may run at once now. */
  readonly now: number;
  /** What the plan's policy allows; more than `now` after a limit of the provider. */
  readonly allowed: number;
}

/** Numbers of tasks; each is counted once, so all but `total` add up to it. */
export interface SnapshotCounts {
  readonly total: number;
  readonly completed: number;
  readonly running: number;
  readonly delivering: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Everything that has not begun, ready or not. */
  readonly waiting: number;
}

export interface Forecast {
  readonly leftMs: number;
  /** No plan is shorter than this. */
  readonly lowerBoundMs: number;
}

export interface Money {
  readonly amount: number;
  /** `USD` */
  readonly currency: string;
}

export interface CostNow {
  /** Of all agents as far as they were measured, without what was read from a cache. */
  readonly tokens: number;
  /** Over the last ten minutes; absent: too little was measured. */
  readonly tokensPerMinute?: number;
  /** With the main conversation; absent: there is no price for it. */
  readonly money?: Money;
  /** The plan's limits, by the names of their settings. */
  readonly limits: readonly LimitNow[];
}

export interface LimitNow {
  readonly name: string;
  readonly used: number;
  readonly max: number;
  /** Of `maxCost`. */
  readonly currency?: string;
}

export const ACTIONS = [
  "pause",
  "resume",
  "stop",
  "cap",
  "retry",
  "cancel",
  "answer",
  "accept",
  "reject",
  "restore",
] as const;
/** What a person can do to a plan or to one of its tasks. */
export type ActionName = (typeof ACTIONS)[number];

/** Something that goes no further until a person decides. */
export interface Need {
  /** Absent: it is the plan that waits. */
  readonly task?: string;
  /**
   * `question`: an agent asks; `failed`, `cancelled`: a task that will not run again by itself; `decision`: the plan was
   * paused until somebody decides; `limit`: a limit of the plan is reached; `review`: a rejected work that has had all its rounds.
   */
  readonly kind: "question" | "failed" | "cancelled" | "decision" | "limit" | "review";
  readonly text: string;
  readonly sinceMs?: number;
  /** Tasks that cannot run before this is settled. */
  readonly holdsUp: readonly string[];
  /** What may be done about it, the most likely first. */
  readonly actions: readonly ActionName[];
}

export const INCIDENTS = [
  "failed",
  "lost",
  "unreported",
  "blocked",
  "refused-write",
  "refused-token",
  "overwritten",
  "returned-report",
  "conflict",
  "gate",
  "limit",
  "rejected",
] as const;
/** Something that went wrong. */
export interface Incident {
  readonly atMs: number;
  readonly kind: (typeof INCIDENTS)[number];
  readonly task?: string;
  readonly text: string;
}

export const ROW_GROUPS = ["running", "couldStart", "waits", "cannotRun", "done"] as const;
/**
 * Where a task stands in every view, in this order. `couldStart`: its dependencies hold, and it has not started;
 * `waits`: for other tasks; `cannotRun`: it has failed, or stands behind one that has.
 */
export type RowGroup = (typeof ROW_GROUPS)[number];

export const WAIT_KINDS = [
  "next",
  "cap",
  "role",
  "files",
  "turn",
  "retry",
  "schedule",
  "level",
  "limit",
  "elsewhere",
  "machine",
  "held",
  "tasks",
  "question",
  "failed",
  "behind",
] as const;
/**
 * Why a task does not run, in a word to count and to fold by. `next`: nothing keeps it but that nobody has launched it;
 * `turn`: one agent does it after others; `elsewhere`: the work before it is not in this checkout; `machine`: no machine that is known may take it; `held`: the plan is
 * paused or stopped; `tasks`: those before it; `question`, `failed`: it ended so itself; `behind`: one before it did.
 */
export type WaitKind = (typeof WAIT_KINDS)[number];

/** One task. */
export interface TaskRow {
  readonly id: string;
  readonly subject: string;
  readonly position: number;
  /** Name of its phase, or its number where it has no name. */
  readonly phase?: string;
  readonly role?: string;
  /** On which it works or worked last, where one was chosen. */
  readonly model?: string;
  readonly status: TaskStatus;
  readonly group: RowGroup;
  /** Why it does not run, or why it ended as it did. */
  readonly reason?: string;
  readonly why?: WaitKind;
  /** What it waits for now: tasks before it that have not ended, or the one that holds its files. */
  readonly waitsFor: readonly string[];
  /** Its dependencies, ended or not. */
  readonly needs: readonly string[];
  /** It is on the longest chain of what is left. */
  readonly critical: boolean;
  /** Oldest first. */
  readonly attempts: readonly AttemptRow[];
  /** Absent: it has ended, or will not run. Of what runs `startMs` is when it did. */
  readonly expected?: { readonly startMs: number; readonly endMs: number; readonly durationMs: number };
  /** Of all its attempts, without what was read from a cache; absent: nothing was measured. */
  readonly tokens?: number;
  /** The last sign of life of its agent, while it runs. */
  readonly lastSeenMs?: number;
  /** From when on its agent is called silent: half of its lease without a sign of life. */
  readonly silentAtMs?: number;
}

export interface AttemptRow {
  /** From 1 on; 0: it is offered, and nobody has taken it up yet. */
  readonly number: number;
  readonly state: "offered" | "running" | "delivering" | Outcome;
  readonly startMs: number;
  /** Absent: it goes on. */
  readonly endMs?: number;
  /** Where its server runs. */
  readonly machine?: string;
  readonly tokens?: number;
}

/** What a stream sends: the head as it is, and the rows that are other than at `after`. */
export interface SnapshotUpdate {
  /** Grows with each update of one server; to be given back as it is, to go on from here. */
  readonly cursor: string;
  readonly head: SnapshotHead;
  readonly rows: readonly TaskRow[];
  /** Ids of rows that are no more. */
  readonly gone: readonly string[];
  /** `rows` are all there are: what the reader had is void. */
  readonly reset?: true;
}

/** What the reader has after an update. @returns rows that did not change are the same objects as before. */
export function applyUpdate(before: PlanSnapshot | undefined, update: SnapshotUpdate): PlanSnapshot {
  const changed = new Map(update.rows.map((row) => [row.id, row]));
  const gone = new Set(update.gone);
  const tasks: TaskRow[] = [];
  for (const row of (!update.reset && before?.tasks) || []) {
    const now = changed.get(row.id);
    changed.delete(row.id);
    if (now) tasks.push(now);
    else if (!gone.has(row.id)) tasks.push(row);
  }
  tasks.push(...changed.values());
  // Seldom is anything to be moved, and then a look at each is all that it takes.
  return { ...update.head, tasks: tasks.sort((a, b) => a.position - b.position) };
}

/** One plan among all of them. */
export interface PlanEntry {
  readonly plan: string;
  readonly title: string;
  /** For people: the last part of its path or of its address. */
  readonly repository: string;
  /** Stands for the plan in addresses: its name, or one of its own where it is of another graph or repository. */
  readonly address: string;
  readonly status: PlanStatus;
  readonly done: boolean;
  readonly counts: SnapshotCounts;
  readonly needs: number;
  readonly createdAtMs: number;
}

/** A whole run, so that it can be shown as it was at any moment. */
export interface PlanHistory {
  readonly v: 1;
  readonly plan: string;
  readonly title: string;
  readonly repository: string;
  readonly seq: number;
  readonly startMs: number;
  readonly endMs: number;
  /** `[time, status]`, oldest first. */
  readonly statuses: readonly (readonly [number, PlanStatus])[];
  readonly cap: number;
  readonly tasks: readonly HistoryTask[];
  /** Oldest first. */
  readonly trouble: readonly Incident[];
}

export interface HistoryTask
  extends Pick<TaskRow, "id" | "subject" | "position" | "phase" | "role" | "model" | "needs" | "attempts"> {
  /** `[time, status]`, oldest first; the first is when the task came in. */
  readonly statuses: readonly (readonly [number, TaskStatus])[];
  /** How many of its dependencies have to complete, or that they have to end only; absent: all complete. */
  readonly needed?: number | "ended";
  /** How long it was expected to take at last. */
  readonly durationMs: number;
}

/** All that can be told of one task, for the one who looks at it. Foreign text is cleaned, and cut only at far limits. */
export interface TaskDetail {
  readonly v: 1;
  readonly plan: string;
  readonly seq: number;
  readonly atMs: number;
  readonly row: TaskRow;
  readonly description: string;
  readonly acceptance: readonly { readonly criterion: string; readonly command?: string }[];
  /** Tasks that need it. */
  readonly dependents: readonly string[];
  readonly writes?: readonly string[];
  readonly reads: readonly string[];
  readonly resources: readonly string[];
  /** For the agent that works at it next. */
  readonly notes: readonly string[];
  /** Newest first. */
  readonly attempts: readonly AttemptDetail[];
  readonly files: readonly TaskFile[];
  /** Changed files beyond those that are listed, as far as is known. */
  readonly unlisted: number;
  /** Newest first. */
  readonly events: readonly EventLine[];
  readonly actions: readonly ActionName[];
}

export interface AttemptDetail extends AttemptRow {
  readonly agentType: string;
  readonly checkout: string;
  readonly isolation: string;
  readonly model?: string;
  readonly money?: Money;
  readonly estimateMs?: number;
  /** Of its report, or its last message where it gave none. */
  readonly summary?: string;
  /** Why it ended as it did, where no report says it. */
  readonly cause?: string;
  readonly verdict?: "accepted" | "rejected";
  readonly evidence: readonly EvidenceLine[];
  readonly findings: readonly {
    readonly severity: Severity;
    readonly text: string;
    readonly file?: string;
  }[];
  readonly notes: readonly string[];
  /** Files that its report names. */
  readonly filesReported: readonly string[];
}

export interface EvidenceLine {
  readonly criterion?: string;
  /** `inspected` and `not-verified` are what the agent says. */
  readonly standing: EvidenceStanding | "inspected" | "not-verified";
  readonly command?: string;
  readonly exitCode?: number;
  readonly text: string;
  /** What was seen, where the standing does not say it all. */
  readonly seen?: string;
}

/** A file that a task has changed, or may have. */
export interface TaskFile {
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** It was this task or another call. */
  readonly uncertain?: true;
  /** A unified diff without its heading; absent where there is none to show. */
  readonly hunks?: string;
  /** Why there is no diff, or that it was cut. */
  readonly instead?: string;
  /** Somebody overwrote what the task had in it, and it can be put back. */
  readonly restorable?: true;
  /** The address by which the user's editor opens it. */
  readonly open?: string;
}

export interface EventLine {
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly actor: string;
  readonly text: string;
}

/** What a person wants done; `seq` is what the one who asks had seen. */
export interface ActionRequest {
  readonly do: ActionName;
  readonly task?: string;
  /** A note, an answer, or a reason; of `restore` the file. */
  readonly text?: string;
  /** Of `cap`. */
  readonly value?: number;
  readonly seq: number;
}

export interface ActionResult {
  readonly done: boolean;
  /** What has happened, or why nothing has. */
  readonly text: string;
  /** The task or the plan has changed since: look again. */
  readonly stale?: true;
}
