import { type LoggedEvent, nonceIn, type Row } from "./evidence.ts";
import type { Sent } from "./journal.ts";
import { clash, type KnownScope } from "./paths.ts";
import type { KnownPlan, KnownTask, Needs } from "./workload.ts";

/** A claim as the log tells it. */
export interface ReplayedClaim {
  readonly attempt: number;
  /** `<plan>/<id>`. */
  readonly task: string;
  readonly role: string;
  readonly scope: KnownScope;
  readonly tokenHash: string;
  readonly ownerPid: number;
  readonly checkout: string;
  /** Whether its agent works in the files of the checkout, and not in a worktree. */
  readonly isShared: boolean;
  readonly expiresAtMs: number;
  state: "offered" | "running" | "delivering" | "ended" | "returned";
  /** Of a running one: when its token was last let through. */
  lastSignMs: number;
  outcome?: string;
  cause?: string;
  /** The scope stays held until then. */
  drainsUntilMs?: number;
  /** The report that was accepted while its commit was on its way. */
  accepted?: Readonly<Record<string, unknown>>;
  /** It completed and reported changed files of which there is no commit. */
  leftFiles?: boolean;
  /** What its report said in place of a summary. */
  nonce?: string | undefined;
  /** The commit from which its worktree was cut. */
  base?: string;
  /** The last commit of its work. */
  commit?: string;
}

interface ReplayedTask {
  readonly name: string;
  readonly plan: string;
  /** Absent where only the server knows it. */
  readonly role?: string;
  needs: Needs;
  dependencies: readonly string[];
  scope: KnownScope;
  status: string;
  attempts: number;
  failures: number;
  /** It waited for a task that looked for the cause of its failure. */
  recovers: boolean;
  lastClaim?: ReplayedClaim;
}

/** A task that the server just made, and those that have yet to wait for it, in the same transaction. */
interface AwaitedTask {
  readonly task: string;
  readonly waiting: Set<string>;
  readonly hold: (task: ReplayedTask, definition: Row) => void;
}

/** The nonces that stand in the files of a commit; undefined where there is no such commit. */
export type NoncesAt = (commit: string) => ReadonlySet<string> | undefined;

/** What the next event must say of a task, because both belong to one transaction. */
interface Owed {
  readonly task: string;
  readonly status: readonly string[];
  /** What a blocked agent asked for: before the task goes back to pending it is added to it. */
  readonly asked?: Asked;
}

interface Asked {
  readonly writes?: readonly string[];
  readonly tasks?: readonly string[];
}

const ENDED = ["completed", "failed", "cancelled"];
const REPORTED = ["completed", "failed", "blocked"];
const OWNER_DEAD = "its session ended";
/** So begins the cause of a claim that ended because there was nowhere to work. */
const NO_WORKTREE = "no worktree: ";
/** A clock that times are told by may be read a moment before the transaction's, or after, in milliseconds. */
const CLOCK_SLACK_MS = 30_000;
/** How long an offer is held. */
const OFFER_MS = 120_000;

/** Replays a log by rules of its own and says where it breaks the invariants 1 to 7, and 11. */
export class Replay {
  readonly violations: string[] = [];
  readonly claims = new Map<number, ReplayedClaim>();
  /** How often the log has each nonce in an effect: a report that ended an attempt, a note that was kept. */
  readonly effects = new Map<string, number>();
  readonly #plans: ReadonlyMap<string, KnownPlan>;
  readonly #known = new Map<string, KnownTask>();
  readonly #sent: ReadonlyMap<string, Sent>;
  readonly #leaseMs: number;
  readonly #slugs = new Map<number, string>();
  readonly #status = new Map<string, string>();
  readonly #tasks = new Map<string, ReplayedTask>();
  /** Offered, running and draining ones. */
  readonly #held = new Set<ReplayedClaim>();
  readonly #committed = new Set<number>();
  readonly #noncesAt: NoncesAt | undefined;
  readonly #endedAgents: ReadonlySet<number>;
  readonly #endedOwners: ReadonlySet<number> | undefined;
  /** By task that merges what is in conflict, the task whose work that is. */
  readonly #merges = new Map<string, string>();
  /** By attempt whose work conflicts, the task that merges it. */
  readonly #conflicts = new Map<number, string>();
  #owed: Owed | undefined;
  #awaited: AwaitedTask | undefined;
  #event: LoggedEvent | undefined;

  /**
   * @param sent the calls with a token that clients made, by nonce.
   * @param noncesAt what git says; absent: nobody worked in worktrees.
   * @param endedAgents the attempts whose agents are known to have ended.
   * @param endedOwners the processes that are known to have ended; absent: it is not known which.
   */
  constructor(
    plans: readonly KnownPlan[],
    leaseMs: number,
    sent: ReadonlyMap<string, Sent>,
    noncesAt?: NoncesAt,
    endedAgents: ReadonlySet<number> = new Set(),
    endedOwners?: ReadonlySet<number>,
  ) {
    this.#plans = new Map(plans.map((plan) => [plan.slug, plan]));
    for (const { slug, tasks } of plans)
      for (const task of tasks) this.#known.set(`${slug}/${task.file.id}`, task);
    this.#leaseMs = leaseMs;
    this.#sent = sent;
    this.#noncesAt = noncesAt;
    this.#endedAgents = endedAgents;
    this.#endedOwners = endedOwners;
  }

  run(events: readonly LoggedEvent[]): this {
    for (const event of events) {
      if (event.seq <= (this.#event?.seq ?? 0)) this.#violate(8, `event ${event.seq} comes too late`);
      if (event.atMs < (this.#event?.atMs ?? 0)) this.#violate(8, "time went back in the log");
      this.#event = event;
      this.#apply(event, `${this.#slugs.get(event.planId)}/${event.task}`);
    }
    if (this.#owed) this.#violate(8, `the log ends in the middle of a change of ${this.#owed.task}`);
    for (const name of this.#known.keys())
      if (!this.#tasks.has(name)) this.#violate(9, `${name} is not there`);
    return this;
  }

  /** The attempts by which the tasks that are completed were. */
  completed(): ReplayedClaim[] {
    const completed = [...this.#tasks.values()].filter(({ status }) => status === "completed");
    return completed.flatMap(({ lastClaim }) => lastClaim ?? []);
  }

  /** Whether another task brings the work of this attempt onto the branch. */
  isConflict({ attempt }: ReplayedClaim): boolean {
    return this.#conflicts.has(attempt);
  }

  /** Whether the branch must have the work of an attempt that completed its task: what conflicts waits to be merged. */
  isDelivered({ attempt }: ReplayedClaim): boolean {
    const merge = this.#conflicts.get(attempt);
    if (merge === undefined) return true;
    const task = this.#tasks.get(merge);
    return task?.status === "completed" && task.lastClaim !== undefined && this.isDelivered(task.lastClaim);
  }

  #apply(event: LoggedEvent, name: string): void {
    const { type, data } = event;
    this.#collectOwed(event, name);
    this.#collectAwaited(event, name);
    if (type === "plan.created") {
      this.#slugs.set(event.planId, String(data.slug));
      this.#status.set(String(data.slug), "open");
    } else if (type === "plan.status") {
      this.#status.set(this.#slugs.get(event.planId) ?? "", String(data.status));
    } else if (type === "task.created") this.#create(name, data.definition as Record<string, unknown>);
    else if (type === "task.status") this.#changeStatus(name, String(data.status));
    else if (type === "task.annotated" && data.note !== undefined) this.#keepNote(event, name);
    else if (type === "claim.offered") this.#offer(event, name);
    else if (type === "claim.returned") this.#return(event);
    else if (type === "attempt.started") this.#startAttempt(event);
    else if (type === "delivery.accepted") this.#accept(event);
    else if (type === "attempt.ended") this.#endAttempt(event, name);
    else if (type === "attempt.drained") this.#drain(event);
    else if (type === "attempt.revived") this.#revive(event, name);
    else if (type === "token.refused") this.#refuse(event, name);
    else if (type === "work.committed") this.#commit(event);
    else if (type === "work.conflicted")
      this.#conflicts.set(event.attempt ?? 0, `${this.#slugs.get(event.planId)}/${data.mergeTask}`);
    else if (type === "worktree.cut") this.#cut(event, name);
  }

  /** Half a transaction shows as an event that is not followed by what belongs to it. */
  #collectOwed({ type, data }: LoggedEvent, name: string): void {
    const owed = this.#owed;
    if (!owed) {
      if (
        type === "task.defined" &&
        !this.#awaited?.waiting.has(name) &&
        !this.#joins(name, data.definition as Row) &&
        !this.#waitsForMerge(name, data.definition as Row)
      )
        this.#violate(8, `${name} was defined anew, and nobody asked for it`);
      return;
    }
    if (name === owed.task && type === "task.defined" && owed.asked) {
      this.#add(this.#tasks.get(name) as ReplayedTask, owed.asked);
      this.#checkDefinition(name, data.definition as Record<string, unknown>);
      this.#owed = { task: owed.task, status: owed.status };
      return;
    }
    this.#owed = undefined;
    if (name === owed.task && type === "task.status" && owed.status.includes(String(data.status))) {
      if (owed.asked && data.status === "pending")
        this.#violate(8, `what ${name} was blocked on was not added`);
      return;
    }
    this.#violate(8, `${owed.task} should have become ${owed.status.join(" or ")} in the same transaction`);
  }

  /** Whoever is to wait for a task that the server made does so from the same transaction on. */
  #collectAwaited({ type, data }: LoggedEvent, name: string): void {
    const awaited = this.#awaited;
    if (!awaited) return;
    if (type !== "task.defined" || !awaited.waiting.delete(name)) {
      for (const task of awaited.waiting)
        this.#violate(8, `${task} should have been told to wait for ${awaited.task} in the same transaction`);
      this.#awaited = undefined;
      return;
    }
    awaited.hold(this.#tasks.get(name) as ReplayedTask, data.definition as Row);
  }

  #holdBack(task: ReplayedTask, recovery: string, definition: Row): void {
    if (task.needs !== "all" && task.needs !== "settled") {
      task.dependencies = task.dependencies.filter((id) => this.#tasks.get(id)?.status === "completed");
      task.needs = "all";
    }
    task.dependencies = [...task.dependencies, recovery];
    task.recovers = true;
    this.#checkDefinition(task.name, definition);
  }

  /** Who fails later for a cause that was looked for waits for that as well, and the recovery is told of it. */
  #joins(name: string, definition: Row): boolean {
    const task = this.#tasks.get(name);
    const isRecovery = (id: string) => this.#tasks.has(id) && !this.#known.has(id) && !this.#merges.has(id);
    if (!task) return false;
    if (isRecovery(name)) {
      this.#checkDefinition(name, definition);
      return !ENDED.includes(task.status);
    }
    const recovery = (definition.dependencies as string[])
      .map((id) => `${task.plan}/${id}`)
      .find((id) => isRecovery(id) && !task.dependencies.includes(id));
    const mayWait = task.status === "pending" && task.failures > 0 && !task.recovers && !isClaimed(task);
    if (recovery === undefined || !mayWait) return false;
    this.#holdBack(task, recovery, definition);
    return true;
  }

  #create(name: string, definition: Readonly<Record<string, unknown>>): void {
    const known = this.#known.get(name);
    const plan = name.slice(0, name.indexOf("/"));
    if (!known) {
      const purpose = (definition.extra as { purpose?: { kind: string; of: string } } | undefined)?.purpose;
      if (purpose?.kind === "merge") this.#createMerge(name, `${plan}/${purpose.of}`, definition);
      else this.#createRecovery(name, plan, definition);
      return;
    }
    this.#tasks.set(name, {
      name,
      plan,
      role: known.role,
      needs: known.file.needs ?? "all",
      dependencies: known.file.dependencies.map((id) => `${plan}/${id}`),
      scope: known.scope,
      status: "pending",
      attempts: 0,
      failures: 0,
      recovers: false,
    });
    this.#checkDefinition(name, definition);
  }

  /** It follows on work that conflicts, and whatever waits for that waits for it. */
  #createMerge(name: string, of: string, definition: Row): void {
    const task = this.#tasks.get(of);
    const plan = name.slice(0, name.indexOf("/"));
    const isAlone = JSON.stringify(definition.dependencies) === JSON.stringify([of.slice(plan.length + 1)]);
    if (definition.origin !== "server" || task?.lastClaim?.state !== "delivering" || !isAlone) {
      this.#violate(8, `${name} merges what is not in conflict`);
      return;
    }
    const writes = definition.writes as string[];
    this.#tasks.set(name, {
      ...{ name, plan, needs: "all", dependencies: [of], status: "pending" },
      scope: { basis: "declared", writes, reads: [], resources: [] },
      ...{ attempts: 0, failures: 0, recovers: false },
    });
    this.#merges.set(name, of);
    const waiting = [...this.#tasks.values()].filter(
      (other) => other.name !== name && other.status === "pending" && other.dependencies.includes(of),
    );
    this.#awaited = {
      task: name,
      waiting: new Set(waiting.map((other) => other.name)),
      hold: (other, changed) => void this.#waitsForMerge(other.name, changed),
    };
  }

  /** Whoever waits for a task whose work is in conflict waits for the one that merges it. */
  #waitsForMerge(name: string, definition: Row): boolean {
    const task = this.#tasks.get(name);
    const named = (definition.dependencies as string[]).map((id) => `${task?.plan}/${id}`);
    const [merge = ""] = named.filter((id) => !task?.dependencies.includes(id));
    const of = this.#merges.get(merge);
    if (!task || of === undefined || !task.dependencies.includes(of)) return false;
    const isAny = task.needs !== "all" && task.needs !== "settled";
    const kept =
      isAny && !named.includes(of) ? task.dependencies.filter((id) => id !== of) : task.dependencies;
    task.dependencies = [...kept, merge];
    this.#checkDefinition(name, definition);
    return true;
  }

  /** A kind of task that is in no plan: it follows on failures of several, and is for these alone. */
  #createRecovery(name: string, plan: string, { origin, extra, dependencies }: Row): void {
    const recovers = (extra as { recovers?: string[] } | undefined)?.recovers;
    if (origin !== "server" || !recovers || (dependencies as string[]).length > 0 || this.#tasks.has(name)) {
      this.#violate(8, `${name} is in no plan`);
      return;
    }
    const failed = [...new Set(recovers)].flatMap((id) => this.#tasks.get(`${plan}/${id}`) ?? []);
    const isOpen = ({ status }: ReplayedTask) => status !== "completed" && status !== "cancelled";
    if (failed.length < 2 || !failed.every((task) => isOpen(task) && task.failures > 0 && !task.recovers))
      this.#violate(8, `${name} is for tasks that did not fail together`);
    this.#tasks.set(name, {
      name,
      plan,
      needs: "all",
      dependencies: [],
      scope: { basis: "unscoped", writes: [], reads: [], resources: [] },
      status: "pending",
      attempts: 0,
      failures: 0,
      recovers: false,
    });
    const waiting = failed
      .filter((task) => task.status === "pending" && !isClaimed(task))
      .map((task) => task.name);
    this.#awaited = {
      task: name,
      waiting: new Set(waiting),
      hold: (task, changed) => this.#holdBack(task, name, changed),
    };
  }

  /** Whether the log's idea of a task is that of the file and of what its agents asked for since. */
  #checkDefinition(name: string, definition: Readonly<Record<string, unknown>>): void {
    const task = this.#tasks.get(name);
    if (!task) return;
    const dependencies = (definition.dependencies as string[]).map((id) => `${task.plan}/${id}`);
    if (!sameSet(dependencies, task.dependencies))
      this.#violate(8, `${name} has other dependencies than planned`);
    if (JSON.stringify(definition.needs) !== JSON.stringify(task.needs))
      this.#violate(8, `${name} needs something else than planned`);
  }

  #changeStatus(name: string, status: string): void {
    const task = this.#tasks.get(name);
    if (!task) {
      this.#violate(8, `${name} was never created`);
      return;
    }
    if (task.status === "completed") this.#violate(6, `${name} was completed and became ${status}`);
    const last = task.lastClaim;
    if (status === "completed" && (last?.outcome !== "completed" || task.status !== "in_progress"))
      this.#violate(7, `${name} is completed without a completed attempt`);
    if (status === "in_progress" && last?.state !== "running")
      this.#violate(8, `${name} is in progress and nobody works on it`);
    if (status !== "in_progress" && last && isLive(last))
      this.#violate(8, `${name} became ${status} and keeps a live claim`);
    task.status = status;
  }

  #offer({ data, attempt, atMs }: LoggedEvent, name: string): void {
    const task = this.#tasks.get(name);
    if (!task || attempt === null) {
      this.#violate(8, `${name} was never created`);
      return;
    }
    const plan = this.#plans.get(task.plan) as KnownPlan;
    const all = this.#live().filter((claim) => claim.task.startsWith(`${task.plan}/`));
    // What is on its way onto a branch takes nobody's place.
    const live = all.filter(({ state }) => state !== "delivering");
    if (this.claims.has(attempt)) this.#violate(8, `attempt ${attempt} exists already`);
    if (this.#status.get(task.plan) !== "open")
      this.#violate(4, `${name} was claimed while the plan was not open`);
    if (all.some((claim) => claim.task === name)) this.#violate(1, `${name} has two live claims`);
    if (live.length >= plan.cap) this.#violate(3, `${name} was claimed above the cap of ${plan.cap}`);
    const role = task.role ?? String(data.role);
    const capacity = plan.capacity[role];
    if (capacity !== undefined && live.filter((claim) => claim.role === role).length >= capacity)
      this.#violate(3, `${name} was claimed above the capacity of ${role}`);
    if (task.status === "completed") this.#violate(6, `${name} was claimed after it completed`);
    else if (task.status !== "pending") this.#violate(4, `${name} was claimed when it was ${task.status}`);
    if (!this.#needsHold(task)) this.#violate(4, `${name} was claimed before its needs held`);
    this.#checkScope(name, task.scope, data.scope as KnownScope);
    const checkout = String(data.checkout);
    const isAway = ({ lastClaim }: ReplayedTask) =>
      Boolean(lastClaim?.leftFiles && lastClaim.isShared && lastClaim.checkout !== checkout);
    const away = data.isolation === "worktree" ? undefined : this.#workAway(task, isAway);
    if (away !== undefined)
      this.#violate(11, `${name} was claimed in ${checkout}, and the work of ${away} lies elsewhere`);
    for (const other of this.#held) {
      if (other.checkout !== checkout) continue;
      if (!isLive(other) && (other.drainsUntilMs ?? 0) <= atMs) continue;
      const why = clash(task.scope, other.scope);
      if (why !== undefined) this.#violate(2, `${name} clashes with ${other.task}, ${other.state}: ${why}`);
    }
    const claim: ReplayedClaim = {
      attempt,
      task: name,
      role,
      scope: task.scope,
      tokenHash: String(data.tokenHash),
      ownerPid: Number((data.owner as { pid: number }).pid),
      checkout,
      isShared: data.isolation !== "worktree",
      expiresAtMs: Number(data.expiresAtMs),
      state: "offered",
      lastSignMs: atMs,
    };
    if (Math.abs(claim.expiresAtMs - atMs - OFFER_MS) > CLOCK_SLACK_MS)
      this.#violate(9, `the offer of ${name} is held by another clock than the log's`);
    this.claims.set(attempt, claim);
    task.lastClaim = claim;
    this.#held.add(claim);
  }

  /**
   * A task before this one whose work is not there, if too few of those that it needs are.
   * @param isAway whether the work of a completed task is elsewhere only.
   */
  #workAway(task: ReplayedTask, isAway: (before: ReplayedTask) => boolean): string | undefined {
    const away = new Map<string, string>();
    for (const name of new Set(task.dependencies)) {
      const before = this.#tasks.get(name);
      if (!before || !ENDED.includes(before.status)) continue;
      const where = before.status === "completed" && isAway(before) ? name : this.#workAway(before, isAway);
      if (where !== undefined) away.set(name, where);
    }
    const [first] = away.values();
    if (task.needs === "all" || task.needs === "settled") return first;
    const here = task.dependencies.filter(
      (name) => !away.has(name) && this.#tasks.get(name)?.status === "completed",
    );
    return here.length < (task.needs === "any" ? 1 : task.needs.atLeast) ? first : undefined;
  }

  #commit({ attempt, data }: LoggedEvent): void {
    this.#committed.add(attempt ?? 0);
    const claim = this.claims.get(attempt ?? 0);
    if (claim) claim.commit = String(data.commit);
  }

  /** The files from which an attempt starts hold what was done before it. */
  #cut({ attempt, data }: LoggedEvent, name: string): void {
    const claim = this.claims.get(attempt ?? 0);
    if (!claim || claim.task !== name) return;
    claim.base = String(data.base);
    const nonces = this.#noncesAt?.(claim.base);
    if (this.#noncesAt && !nonces) this.#violate(11, `${name} starts from ${claim.base}, which is not there`);
    if (!nonces) return;
    // What a merge is there to bring is no part of what it starts from.
    let of = name;
    while (this.#merges.has(of)) of = this.#merges.get(of) as string;
    const isAway = ({ name: before, lastClaim }: ReplayedTask) =>
      this.#known.has(before) && !nonces.has(lastClaim?.nonce ?? "");
    const away = this.#workAway(this.#tasks.get(of) as ReplayedTask, isAway);
    if (away !== undefined)
      this.#violate(11, `${name} starts from ${claim.base}, which lacks the work of ${away}`);
  }

  #checkScope(name: string, known: KnownScope, claimed: KnownScope): void {
    const writes = known.basis === "unscoped" ? ["**"] : known.writes;
    const same =
      claimed.basis === known.basis &&
      sameSet(claimed.writes, writes) &&
      sameSet(claimed.reads, known.reads) &&
      sameSet(claimed.resources, known.resources);
    if (!same) this.#violate(2, `${name} was claimed with another scope than its own`);
  }

  #return(event: LoggedEvent): void {
    const claim = this.#claimIn(event, "offered");
    if (!claim) return;
    claim.cause = String(event.data.cause);
    if (claim.cause === "nobody took it up in time" && event.atMs < claim.expiresAtMs)
      this.#violate(9, `the offer of ${claim.task} was taken back too early`);
    claim.state = "returned";
    this.#held.delete(claim);
  }

  #startAttempt(event: LoggedEvent): void {
    const claim = this.#claimIn(event, "offered");
    if (!claim) return;
    if (event.atMs >= claim.expiresAtMs)
      this.#violate(5, `${claim.task} was started by an offer that had lapsed`);
    const task = this.#tasks.get(claim.task) as ReplayedTask;
    task.attempts += 1;
    if (event.data.number !== task.attempts)
      this.#violate(8, `${claim.task}: its attempts are counted wrong`);
    if (Math.abs(Number(event.data.leaseUntilMs) - event.atMs - this.#leaseMs) > CLOCK_SLACK_MS)
      this.#violate(9, `the lease of ${claim.task} goes by another clock than the log's`);
    claim.state = "running";
    claim.lastSignMs = event.atMs;
    this.#owed = { task: claim.task, status: ["in_progress"] };
  }

  /** The report ended the work; the attempt ends when its commit is where it belongs. */
  #accept(event: LoggedEvent): void {
    const claim = this.#claimIn(event, "running");
    if (!claim) return;
    claim.state = "delivering";
    claim.accepted = event.data.report as Record<string, unknown>;
    this.#checkReport(claim, "completed", claim.accepted);
  }

  #endAttempt(event: LoggedEvent, name: string): void {
    const { data, atMs } = event;
    const isDelivered = this.claims.get(event.attempt ?? 0)?.state === "delivering";
    const claim = this.#claimIn(event, isDelivered ? "delivering" : "running");
    if (!claim) return;
    claim.state = "ended";
    claim.outcome = String(data.outcome);
    if (data.cause !== undefined) claim.cause = String(data.cause);
    claim.nonce = nonceIn((data.report as { summary?: unknown } | undefined)?.summary);
    const files = (data.report as { filesChanged?: unknown[] } | undefined)?.filesChanged ?? [];
    claim.leftFiles = files.length > 0 && !this.#committed.has(claim.attempt);
    const report = data.report as Record<string, unknown> | undefined;
    if (isDelivered) this.#checkDelivered(claim, report);
    else if (REPORTED.includes(claim.outcome)) this.#checkReport(claim, claim.outcome, report);
    else this.#checkLoss(claim, event);
    const task = this.#tasks.get(claim.task);
    if (task && claim.outcome === "failed") task.failures += 1;
    const drainsUntilMs = Number(data.drainsUntilMs ?? 0);
    if (drainsUntilMs > atMs) claim.drainsUntilMs = drainsUntilMs;
    else this.#held.delete(claim);
    const asked = (data.report as { blockedOn?: Asked } | undefined)?.blockedOn;
    this.#owed = {
      task: name,
      status: claim.outcome === "completed" ? ["completed"] : ["pending", "failed"],
      ...(asked && { asked }),
    };
  }

  /** What was accepted is what completes the task; a commit that was lost completes nothing. */
  #checkDelivered({ task, outcome, accepted }: ReplayedClaim, report: unknown): void {
    if (outcome === "completed" && JSON.stringify(report) !== JSON.stringify(accepted))
      this.#violate(7, `${task} is completed by another report than was accepted`);
    if (outcome === "failed" || outcome === "unreported")
      this.#violate(7, `${task} ended as ${outcome} after its report was accepted`);
  }

  #checkReport(
    claim: ReplayedClaim,
    outcome: string,
    report: Readonly<Record<string, unknown>> | undefined,
  ): void {
    const nonce = nonceIn(report?.summary);
    const sent = nonce === undefined ? undefined : this.#sent.get(nonce);
    if (!report || !sent) {
      this.#violate(7, `${claim.task} ended as ${outcome} by no report`);
      return;
    }
    this.#count(nonce as string);
    if (sent.call !== "report" || sent.outcome !== outcome || report.outcome !== outcome)
      this.#violate(7, `${claim.task} ended as ${outcome}, and ${sent.outcome} was reported`);
    if (outcome === "completed" && !(report.evidence as unknown[] | undefined)?.length)
      this.#violate(7, `${claim.task} is completed without evidence`);
    this.#checkToken(claim, sent);
  }

  #add(task: ReplayedTask, { writes, tasks }: Asked): void {
    if (tasks) task.dependencies = [...task.dependencies, ...tasks.map((id) => `${task.plan}/${id}`)];
    if (writes) {
      const basis = task.scope.basis === "unscoped" ? "inferred" : task.scope.basis;
      task.scope = { ...task.scope, basis, writes: [...task.scope.writes, ...writes] };
    }
  }

  /** An attempt is lost for a reason, and its scope stays held when its agent may still be at work. */
  #checkLoss(claim: ReplayedClaim, { atMs, data }: LoggedEvent): void {
    if (claim.cause === OWNER_DEAD) {
      if (this.#endedOwners && !this.#endedOwners.has(claim.ownerPid))
        this.#violate(9, `the claim of ${claim.task} was ended although process ${claim.ownerPid} lives`);
      return;
    }
    // Nobody is at work that a scope would have to be held for.
    if (this.#endedAgents.has(claim.attempt)) return;
    if (claim.cause?.startsWith(NO_WORKTREE)) {
      if (claim.base !== undefined) this.#violate(9, `${claim.task} was ended although it had a worktree`);
      return;
    }
    if (Number(data.drainsUntilMs ?? 0) < atMs + this.#leaseMs)
      this.#violate(2, `${claim.task} was ${claim.outcome} and does not drain for a lease`);
    // A lease is prolonged only by a sign that comes a third of a lease after the one before.
    if (claim.outcome === "lost" && atMs < claim.lastSignMs + (this.#leaseMs * 2) / 3)
      this.#violate(9, `${claim.task} was lost ${atMs - claim.lastSignMs} ms after a sign of life`);
  }

  #drain({ attempt, atMs, data }: LoggedEvent): void {
    const claim = this.claims.get(attempt ?? 0);
    if (claim?.state !== "ended") {
      this.#violate(8, `attempt ${attempt} drained before it ended`);
      return;
    }
    const isGone = data.how === OWNER_DEAD || this.#endedAgents.has(claim.attempt);
    if (!isGone && atMs < (claim.drainsUntilMs ?? 0))
      this.#violate(2, `${claim.task} was let go while it drained`);
    this.#held.delete(claim);
  }

  /** Its agent was taken for lost and lives; nobody has taken what it held. */
  #revive({ attempt, atMs }: LoggedEvent, name: string): void {
    const claim = this.claims.get(attempt ?? 0);
    const task = this.#tasks.get(name);
    if (claim?.state !== "ended" || claim.outcome !== "lost" || !task || isTaken(task, claim)) {
      this.#violate(5, `attempt ${attempt} was revived and was not the last one, lost`);
      return;
    }
    for (const other of this.#held) {
      if (other.checkout !== claim.checkout) continue;
      if (other === claim || (!isLive(other) && (other.drainsUntilMs ?? 0) <= atMs)) continue;
      const why = clash(claim.scope, other.scope);
      if (why !== undefined) this.#violate(2, `${name} was revived and clashes with ${other.task}: ${why}`);
    }
    if (task.status === "completed") this.#violate(6, `${name} was revived after it completed`);
    task.lastClaim = claim;
    claim.state = "running";
    claim.lastSignMs = atMs;
    delete claim.outcome;
    delete claim.drainsUntilMs;
    this.#held.add(claim);
    this.#owed = { task: name, status: ["in_progress"] };
  }

  /** A note of a client with a token has to come from a live attempt, and shows that it is alive. */
  #keepNote({ data, atMs }: LoggedEvent, name: string): void {
    const nonce = nonceIn(data.note);
    const sent = nonce === undefined ? undefined : this.#sent.get(nonce);
    if (nonce === undefined || !sent) {
      this.#violate(8, `${name} has a note that nobody sent`);
      return;
    }
    this.#count(nonce);
    const claim = this.claims.get(attemptOf(sent.token));
    if (claim?.state !== "running" || claim.task !== name) {
      this.#violate(5, `a dead token left a note on ${name}`);
      return;
    }
    claim.lastSignMs = atMs;
  }

  #checkToken(claim: ReplayedClaim, sent: Sent): void {
    if (attemptOf(sent.token) !== claim.attempt || sent.task !== claim.task)
      this.#violate(5, `${claim.task} was ended by a token that is not its own`);
  }

  #refuse({ attempt, data }: LoggedEvent, name: string): void {
    const claim = this.claims.get(attempt ?? 0);
    const { task } = data.tried as { task: string };
    if (claim && isLive(claim) && claim.state !== "delivering" && task === name)
      this.#violate(9, `a report with the live token of ${name} was refused`);
  }

  #claimIn({ type, attempt }: LoggedEvent, state: ReplayedClaim["state"]): ReplayedClaim | undefined {
    const claim = this.claims.get(attempt ?? 0);
    if (claim?.state === state) return claim;
    this.#violate(5, `${type} of attempt ${attempt}, which is ${claim?.state ?? "not there"}`);
    return undefined;
  }

  #live(): ReplayedClaim[] {
    return [...this.#held].filter(isLive);
  }

  #needsHold({ dependencies, needs }: ReplayedTask): boolean {
    const statuses = [...new Set(dependencies)].map((name) => this.#tasks.get(name)?.status ?? "");
    const completed = statuses.filter((status) => status === "completed").length;
    if (statuses.length === 0) return true;
    if (needs === "settled") return statuses.every((status) => ENDED.includes(status));
    const wanted = needs === "all" ? statuses.length : needs === "any" ? 1 : needs.atLeast;
    return completed >= wanted;
  }

  #count(nonce: string): void {
    this.effects.set(nonce, (this.effects.get(nonce) ?? 0) + 1);
  }

  #violate(invariant: number, text: string): void {
    this.violations.push(`invariant ${invariant}: ${text} (event ${this.#event?.seq})`);
  }
}

/** The attempt that a token speaks for. */
export function attemptOf(token: string): number {
  return Number(token.slice(0, token.indexOf("-")));
}

function isLive(claim: ReplayedClaim): boolean {
  return claim.state === "offered" || claim.state === "running" || claim.state === "delivering";
}

/** Somebody has taken the task up since. */
function isTaken({ lastClaim }: ReplayedTask, claim: ReplayedClaim): boolean {
  return lastClaim !== claim && lastClaim?.state !== "returned";
}

function isClaimed({ lastClaim }: ReplayedTask): boolean {
  return lastClaim !== undefined && isLive(lastClaim);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((item) => other.has(item));
}
