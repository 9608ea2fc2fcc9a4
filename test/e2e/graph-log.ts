import { DatabaseSync } from "@photostructure/sqlite";
import picomatch from "picomatch";
import { overlap } from "../support/globs.ts";

/**
 * The event log as somebody reads it who does not trust the server: straight from the database file, replayed by
 * rules of its own, and judged against what may never happen.
 */

export interface LoggedEvent {
  seq: number;
  atMs: number;
  plan: number;
  task: string | null;
  attempt: number | null;
  type: string;
  actor: string;
  data: Record<string, unknown>;
}

export interface LoggedScope {
  basis: string;
  writes: string[];
  reads: string[];
  resources: string[];
}

/** One claim from its offer on. A scope is held until `freeMs`, which is later than the end while it drains. */
export interface LoggedClaim {
  attempt: number;
  /** `<plan>/<id>`. */
  task: string;
  scope: LoggedScope;
  offeredMs: number;
  startedMs?: number;
  endedMs?: number;
  /** How the attempt ended; `returned` is an offer that nobody took up. */
  outcome?: string;
  freeMs?: number;
}

export interface LoggedTask {
  /** `<plan>/<id>`. */
  name: string;
  dependencies: string[];
  needs: unknown;
  status: string;
  /** Whether the breakdown wants it reviewed; absent: the policy says. */
  review?: boolean;
  writesNothing: boolean;
  /** For a task that the server made: the work of the plan that it is about, and in which way. */
  step?: LoggedStep;
}

export interface LoggedStep {
  kind: string;
  /** `<plan>/<id>`. */
  of?: string;
}

/** What the log says of agents that one message launched. */
export interface LoggedMessage {
  inOneMessage: number;
  attempts: number[];
  leftOut: number[];
}

/** Reads the whole log of a graph, in order. */
export function readLog(database: string): LoggedEvent[] {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = db.prepare("select * from events order by seq").all() as Record<string, unknown>[];
    return rows.map((row) => ({
      seq: Number(row.seq),
      atMs: Number(row.at_ms),
      plan: Number(row.plan_id),
      task: row.task_id === null ? null : String(row.task_id),
      attempt: row.attempt_id === null ? null : Number(row.attempt_id),
      type: String(row.type),
      actor: String(row.actor),
      data: JSON.parse(String(row.data)) as Record<string, unknown>,
    }));
  } finally {
    db.close();
  }
}

/** The messages that launched agents, as the host's hook after each message counted them. */
export function messagesIn(events: LoggedEvent[]): LoggedMessage[] {
  return events
    .filter((event) => event.type === "batch.launched")
    .map((event) => event.data as unknown as LoggedMessage);
}

/** The graph at the end of a log, and everything in the log that may never happen. */
export class Replay {
  readonly tasks = new Map<string, LoggedTask>();
  readonly claims = new Map<number, LoggedClaim>();
  readonly violations: string[] = [];
  /** The largest number of claims, offers included, that were live at once. */
  mostLive = 0;
  readonly #plans = new Map<number, string>();
  /** Plans whose policy has every task reviewed. */
  readonly #reviewing = new Set<string>();
  /** Works that a review has accepted. */
  readonly #accepted = new Set<string>();
  readonly #cap: number;

  /** @param cap the most claims that may be live at once. */
  constructor(events: LoggedEvent[], cap: number) {
    this.#cap = cap;
    let last = 0;
    for (const event of events) {
      if (event.seq <= last) this.violations.push(`event ${event.seq} follows event ${last}`);
      last = event.seq;
      this.#apply(event);
    }
  }

  /** The attempts at a task, in order; offers that were returned are none. */
  attemptsAt(task: string): LoggedClaim[] {
    return [...this.claims.values()].filter(
      (claim) => claim.task === task && claim.startedMs !== undefined && claim.outcome !== "returned",
    );
  }

  /** Whether the graph has two tasks that neither wait for each other nor clash, so that agents can overlap. */
  allowsOverlap(): boolean {
    const claims = [...this.claims.values()];
    return claims.some((one, at) =>
      claims
        .slice(at + 1)
        .some(
          (other) =>
            !this.#waitsFor(one.task, other.task) &&
            !this.#waitsFor(other.task, one.task) &&
            clash(one.scope, other.scope) === undefined,
        ),
    );
  }

  /** How many tasks the longest chain of dependencies has. */
  levels(): number {
    const levels = new Map<string, number>();
    const levelOf = (name: string): number => {
      const known = levels.get(name);
      if (known !== undefined) return known;
      const level = 1 + Math.max(0, ...(this.tasks.get(name)?.dependencies ?? []).map(levelOf));
      levels.set(name, level);
      return level;
    };
    return Math.max(0, ...[...this.tasks.keys()].map(levelOf));
  }

  #apply(event: LoggedEvent): void {
    const { data } = event;
    const slug = this.#plans.get(event.plan);
    const name = `${slug}/${event.task}`;
    switch (event.type) {
      case "plan.created":
        this.#plans.set(event.plan, String(data.slug));
        this.#policy(String(data.slug), data.policy);
        break;
      case "plan.updated":
        this.#policy(String(slug), data.policy);
        break;
      case "task.created":
      case "task.defined": {
        const status = this.tasks.get(name)?.status ?? "pending";
        this.tasks.set(name, { ...taskOf(data.definition, String(slug)), name, status });
        break;
      }
      case "task.status":
        this.#changeStatus(event, name, String(data.status));
        break;
      case "claim.offered":
        this.#offer(event, name);
        break;
      case "claim.returned":
        this.#change(event, (claim) => {
          if (claim.startedMs !== undefined) this.violations.push(`${name}: an attempt was returned`);
          claim.endedMs = claim.freeMs = event.atMs;
          claim.outcome = "returned";
        });
        break;
      case "attempt.started":
        this.#change(event, (claim) => {
          if (claim.startedMs !== undefined) this.violations.push(`${name}: an attempt began twice`);
          claim.startedMs = event.atMs;
        });
        break;
      case "attempt.widened":
        this.#change(event, (claim) => {
          claim.scope.writes.push(String(data.path));
          this.#checkScope(claim, event.atMs);
        });
        break;
      case "attempt.ended":
        this.#change(event, (claim) => {
          claim.endedMs = event.atMs;
          claim.freeMs = data.drainsUntilMs === undefined ? event.atMs : Number(data.drainsUntilMs);
          claim.outcome = String(data.outcome);
          this.#judge(name, claim, data.report);
          const hasReport = data.report !== undefined || data.lastMessage !== undefined;
          if (claim.outcome === "completed" && !hasReport)
            this.violations.push(`${name}: completed without a report`);
        });
        break;
      case "attempt.revived": {
        const claim = this.claims.get(event.attempt ?? 0);
        if (claim?.outcome !== "lost") {
          this.violations.push(`${name}: an attempt was revived that was not lost`);
          break;
        }
        if (this.#live().some(({ task }) => task === name))
          this.violations.push(`${name}: revived while somebody else works at it`);
        delete claim.endedMs;
        delete claim.freeMs;
        delete claim.outcome;
        this.#checkScope(claim, event.atMs);
        break;
      }
      case "attempt.drained": {
        const claim = this.claims.get(event.attempt ?? 0);
        if (claim !== undefined) claim.freeMs = event.atMs;
        break;
      }
    }
  }

  #changeStatus(event: LoggedEvent, name: string, status: string): void {
    const task = this.tasks.get(name);
    if (task === undefined) {
      this.violations.push(`${name} has a status and was never created`);
      return;
    }
    if (task.status === "completed" && status !== "completed")
      this.violations.push(`${name}: completed became ${status} (event ${event.seq})`);
    if (status === "completed" && this.attemptsAt(name).at(-1)?.outcome !== "completed")
      this.violations.push(`${name}: completed without a completed attempt (event ${event.seq})`);
    task.status = status;
  }

  #offer(event: LoggedEvent, name: string): void {
    const task = this.tasks.get(name);
    if (task === undefined || task.status !== "pending")
      this.violations.push(`${name} was claimed when it was ${task?.status ?? "not there"}`);
    if (task !== undefined && !this.#holds(task))
      this.violations.push(
        `${name} was claimed before its dependencies ended and were accepted (event ${event.seq})`,
      );
    if (this.#live().some((claim) => claim.task === name))
      this.violations.push(`${name} has two live claims (event ${event.seq})`);
    const scope = event.data.scope as LoggedScope;
    const claim = {
      attempt: event.attempt ?? 0,
      task: name,
      scope: { ...scope, writes: [...scope.writes] },
      offeredMs: event.atMs,
    };
    this.#checkScope(claim, event.atMs);
    this.claims.set(claim.attempt, claim);
    this.mostLive = Math.max(this.mostLive, this.#live().length);
    if (this.#live().length > this.#cap)
      this.violations.push(`${this.#live().length} claims at a cap of ${this.#cap} (event ${event.seq})`);
  }

  #change(event: LoggedEvent, change: (claim: LoggedClaim) => void): void {
    const claim = this.claims.get(event.attempt ?? 0);
    if (claim === undefined) this.violations.push(`${event.type} of a claim that nobody made`);
    else if (claim.endedMs !== undefined)
      this.violations.push(`${claim.task}: ${event.type} after its claim ended (event ${event.seq})`);
    else change(claim);
  }

  #checkScope(claim: LoggedClaim, atMs: number): void {
    for (const other of this.claims.values()) {
      if (other === claim || (other.freeMs ?? Number.POSITIVE_INFINITY) <= atMs) continue;
      const why = clash(claim.scope, other.scope);
      if (why !== undefined) this.violations.push(`${claim.task} and ${other.task} at once: ${why}`);
    }
  }

  #live(): LoggedClaim[] {
    return [...this.claims.values()].filter((claim) => claim.endedMs === undefined);
  }

  #policy(slug: string, policy: unknown): void {
    const review = (policy as { review?: string } | undefined)?.review;
    if (policy !== undefined) this.#reviewing[review === "task" ? "add" : "delete"](slug);
  }

  #judge(name: string, claim: LoggedClaim, report: unknown): void {
    const step = this.tasks.get(name)?.step;
    const verdict = (report as { verdict?: string } | undefined)?.verdict;
    if ((verdict !== undefined) !== (step?.kind === "review" && claim.outcome === "completed"))
      this.violations.push(`${name}: ${claim.outcome} with the verdict ${verdict}`);
    if (verdict === "accepted" && step?.of !== undefined) this.#accepted.add(step.of);
  }

  /** Whether what depends on the task has to wait until a review has accepted the work that it is about. */
  #isUnaccepted(name: string): boolean {
    const task = this.tasks.get(name);
    if (task?.step?.of !== undefined) {
      return task.step.kind === "merge"
        ? this.#isUnaccepted(task.step.of)
        : !this.#accepted.has(task.step.of);
    }
    if (task === undefined || task.step !== undefined || this.#accepted.has(name)) return false;
    const isUnderReview = [...this.tasks.values()].some(
      ({ step }) => step?.kind === "review" && step.of === name,
    );
    const isReviewed = this.#reviewing.has(name.split("/")[0] ?? "") && !task.writesNothing;
    return isUnderReview || (task.review ?? isReviewed);
  }

  #holds({ dependencies, needs, step }: LoggedTask): boolean {
    // What is made for a work is there to have it accepted.
    const isFree = (name: string) => step !== undefined || !this.#isUnaccepted(name);
    const statuses = dependencies.map((name) => {
      const status = this.tasks.get(name)?.status;
      return status === "completed" && !isFree(name) ? "not accepted" : status;
    });
    const completed = statuses.filter((status) => status === "completed").length;
    if (dependencies.length === 0) return true;
    if (needs === "all") return completed === statuses.length;
    if (needs === "any") return completed > 0;
    if (needs === "settled")
      return statuses.every((status) => ["completed", "failed", "cancelled"].includes(String(status)));
    return completed >= (needs as { atLeast: number }).atLeast;
  }

  #waitsFor(task: string, other: string): boolean {
    const dependencies = this.tasks.get(task)?.dependencies ?? [];
    return dependencies.some((name) => name === other || this.#waitsFor(name, other));
  }
}

function taskOf(definition: unknown, slug: string): Omit<LoggedTask, "name" | "status"> {
  const { dependencies, needs, review, writes, origin, extra } = definition as {
    dependencies: string[];
    needs: unknown;
    review?: boolean;
    writes?: string[];
    origin: string;
    extra?: { purpose?: { kind: string; of?: unknown } };
  };
  const { kind, of } = extra?.purpose ?? {};
  const step =
    kind === undefined
      ? { kind: "recovery" }
      : { kind, ...(typeof of === "string" && { of: `${slug}/${of}` }) };
  return {
    dependencies: dependencies.map((id) => `${slug}/${id}`),
    needs,
    ...(review !== undefined && { review }),
    writesNothing: writes?.length === 0,
    ...(origin === "server" && { step }),
  };
}

/** Why two scopes may not be held at once; a claim of which nothing is known and that holds everything is alone. */
function clash(one: LoggedScope, other: LoggedScope): string | undefined {
  const alone = [one, other].find((scope) => scope.basis === "unscoped" && scope.writes.includes("**"));
  if (alone !== undefined) return "one of them has to run alone";
  const pairs = [
    ...one.writes.flatMap((write) => [...other.writes, ...other.reads].map((path) => [write, path] as const)),
    ...one.reads.flatMap((read) => other.writes.map((path) => [read, path] as const)),
  ];
  const meeting = pairs.find(([a, b]) => meet(a, b));
  if (meeting !== undefined) return `${meeting[0]} meets ${meeting[1]}`;
  return one.resources.find((resource) => other.resources.includes(resource));
}

/** A plain path meets itself and what lies below it; what two patterns have in common, the server's own rule says. */
function meet(a: string, b: string): boolean {
  const [aIsPlain, bIsPlain] = [isPlain(a), isPlain(b)];
  if (aIsPlain && bIsPlain) return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  if (aIsPlain) return picomatch.isMatch(a, b, { dot: true });
  if (bIsPlain) return picomatch.isMatch(b, a, { dot: true });
  return overlap(a, b);
}

function isPlain(path: string): boolean {
  return !/[*?[\]{}()!]/.test(path);
}
