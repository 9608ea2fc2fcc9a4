/**
 * The graph as the design describes it, as simply as possible: maps in memory, everything looked up anew, nothing
 * of the product's code. Scopes are sets of file names, so that whether two clash is plain to see.
 */

export type Needs = "all" | "any" | "settled" | { readonly atLeast: number };

/** A task as a breakdown of these tests writes it. */
export interface TaskSpec {
  readonly id: string;
  readonly dependencies: readonly string[];
  readonly needs: Needs;
  /** Names of files below src/; undefined: not declared. */
  readonly writes: readonly string[] | undefined;
  /** Files that the description names. */
  readonly mentions: readonly string[];
  readonly resources: readonly string[];
  readonly agent: string | undefined;
  readonly retries: number | undefined;
}

export interface PolicySpec {
  readonly maxParallel: number;
  readonly failure: "best-effort" | "retry" | "fail-fast";
  readonly retries: number;
  readonly testers: number;
}

export type Outcome = "completed" | "failed" | "blocked" | "lost" | "cancelled" | "unreported";
export type Need =
  | { readonly writes: readonly string[] }
  | { readonly tasks: readonly string[] }
  | { readonly question: string };

interface ModelTask extends TaskSpec {
  /** What keeps the task apart where nothing is declared. */
  readonly inferred: readonly string[];
  readonly fromFile: boolean;
  status: "pending" | "in_progress" | "completed" | "failed" | "cancelled";
  /** Vanished from the file. */
  removed: boolean;
  /** What stands for the task since it was split. */
  parts: readonly string[] | undefined;
  failedAttempts: number;
  lostAttempts: number;
  timesBlocked: number;
}

interface Scope {
  readonly writes: readonly string[];
  readonly resources: readonly string[];
  /** Nothing is known of what it writes. */
  readonly alone: boolean;
}

export interface ModelClaim {
  readonly plan: string;
  readonly task: string;
  readonly token: string;
  readonly owner: string;
  /** Where its agent works. */
  readonly checkout: string;
  readonly role: string;
  readonly scope: Scope;
  state: "offered" | "running" | "delivering" | "ended";
  /** End of the offer or of the lease. */
  untilMs: number;
  seenMs: number;
  drainsUntilMs: number;
  /** What its agent reported, to know it again. */
  report: string | undefined;
  /** It completed its task, and left files in its checkout or not. */
  completed: { readonly wrote: boolean } | undefined;
}

interface ModelPlan {
  status: "open" | "paused" | "stopped";
  policy: PolicySpec;
  /** The file as it was imported last. */
  file: string | undefined;
  readonly tasks: Map<string, ModelTask>;
}

/** A plan as both the model and the product can tell it, made for being read side by side. */
export interface Picture {
  readonly status: string;
  readonly tasks: Readonly<Record<string, string>>;
  readonly ready: readonly string[];
  readonly live: readonly string[];
  readonly draining: readonly string[];
}

/** The operation is not allowed: nothing is changed. */
export class Refused extends Error {}

export const LEASE_MINUTES = 10;
const LEASE_MS = LEASE_MINUTES * 60_000;
const OFFER_MS = 120_000;
export const DEFAULT_ROLE = "feature-implementer";
/** Stands for a glob that covers every file. */
export const EVERYTHING = "**";

export class Model {
  nowMs = 1_750_000_000_000;
  readonly plans = new Map<string, ModelPlan>();
  /** In the order in which they were offered. */
  readonly claims: ModelClaim[] = [];
  readonly #deadOwners = new Set<string>();

  // Time and owners

  ownerDies(owner: string): void {
    this.#deadOwners.add(owner);
  }

  /** Ends every claim that nobody answers for any more. */
  settle(): void {
    for (const claim of this.claims) {
      const dead = this.#deadOwners.has(claim.owner);
      if (claim.state === "offered" && (dead || claim.untilMs <= this.nowMs)) claim.state = "ended";
      if (claim.state === "running" && dead) this.#end(claim, "lost", { interrupted: true });
      if (claim.state === "running" && claim.untilMs <= this.nowMs) this.#end(claim, "lost", { drain: true });
    }
  }

  // Plans

  import(slug: string, specs: readonly TaskSpec[], file: string | undefined, policy: PolicySpec): void {
    const plan: ModelPlan = this.plans.get(slug) ?? {
      status: "open",
      policy,
      file: undefined,
      tasks: new Map(),
    };
    const sameFile = file !== undefined && file === plan.file;
    const after = new Map(plan.tasks);
    for (const written of specs) {
      const spec = { ...written, dependencies: this.#standIns(plan, written) };
      const old = plan.tasks.get(spec.id);
      if (!old) {
        after.set(spec.id, newTask(spec, file !== undefined));
        continue;
      }
      const same = sameFile || meaningOf(spec) === meaningOf(old);
      if (old.status === "completed" || old.parts || (same && !old.removed) || this.#isTaken(slug, old))
        continue;
      after.set(spec.id, { ...old, ...newTask(spec, old.fromFile), ...countersOf(old) });
    }
    if (file !== undefined) {
      const named = new Set(specs.map(({ id }) => id));
      for (const old of plan.tasks.values()) {
        const stays = named.has(old.id) || !old.fromFile || ["completed", "cancelled"].includes(old.status);
        if (!stays && !this.#isTaken(slug, old))
          after.set(old.id, { ...old, status: "cancelled", removed: true });
      }
    }
    refuseCycle(after);
    plan.tasks.clear();
    for (const [id, task] of after) plan.tasks.set(id, task);
    if (file !== undefined) plan.file = file;
    if (plan.status === "stopped") plan.status = "open";
    this.plans.set(slug, plan);
  }

  act(slug: string, action: "pause" | "resume" | "stop" | "reopen"): void {
    const plan = this.plan(slug);
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" } as const;
    if (status[action] === plan.status) return;
    plan.status = status[action];
    if (action === "stop") this.#releaseAll(slug);
  }

  setPolicy(slug: string, policy: Partial<PolicySpec>): void {
    const plan = this.plan(slug);
    plan.policy = { ...plan.policy, ...policy };
  }

  // Tasks

  addTask(slug: string, spec: TaskSpec): void {
    const plan = this.plan(slug);
    plan.tasks.set(spec.id, newTask({ ...spec, dependencies: this.#standIns(plan, spec) }, false));
  }

  changeDependencies(slug: string, id: string, add: readonly string[], remove: readonly string[]): void {
    const plan = this.plan(slug);
    const task = this.task(slug, id);
    const kept = task.dependencies.filter((other) => !remove.includes(other));
    const wanted = { ...task, dependencies: unique([...kept, ...add]) };
    const dependencies = this.#standIns(plan, wanted);
    this.#define(plan, { ...task, dependencies });
  }

  addWrites(slug: string, id: string, files: readonly string[]): void {
    const task = this.task(slug, id);
    this.#define(this.plan(slug), { ...task, writes: unique([...(task.writes ?? []), ...files]) });
  }

  setStatus(slug: string, id: string, status: "pending" | "cancelled"): void {
    const task = this.task(slug, id);
    if (task.status === "completed") throw new Refused("completed is final");
    if (task.parts) throw new Refused("its parts do its work");
    if (task.status === status) return;
    const claim = this.#liveClaim(slug, id);
    if (claim?.state === "offered") claim.state = "ended";
    if (claim?.state === "running") this.#end(claim, "cancelled", { drain: true });
    if (claim?.state === "delivering") this.#end(claim, "cancelled");
    Object.assign(task, { status, removed: false, parts: undefined });
  }

  /** @param chained each part waits for the one before it. */
  split(
    slug: string,
    id: string,
    claim: ModelClaim | undefined,
    parts: readonly string[],
    chained: boolean,
  ): void {
    const plan = this.plan(slug);
    const task = this.task(slug, id);
    if (task.status === "completed" || task.status === "cancelled") throw new Refused(`it is ${task.status}`);
    if (claim && (!speaks(claim) || claim.plan !== slug || claim.task !== id))
      throw new Refused("dead token");
    const held = claim ?? this.#liveClaim(slug, id);
    if (!claim && (held?.state === "running" || held?.state === "delivering"))
      throw new Refused("somebody works on it");
    const after = new Map(plan.tasks);
    parts.forEach((part, i) => {
      const before = chained ? parts[i - 1] : undefined;
      const own: TaskSpec = { ...task, id: part };
      const spec = before === undefined ? own : { ...own, dependencies: [before], needs: "all" as const };
      after.set(part, { ...newTask(spec, false), inferred: task.inferred });
    });
    after.set(id, { ...task, status: "cancelled", parts });
    for (const other of plan.tasks.values()) {
      if (!other.dependencies.includes(id) || other.status === "completed") continue;
      after.set(other.id, { ...other, dependencies: this.#standIns({ ...plan, tasks: after }, other) });
    }
    for (const [key, value] of after) plan.tasks.set(key, value);
    if (held?.state === "offered") held.state = "ended";
    if (held?.state === "running") this.#end(held, "cancelled");
  }

  // Claims

  /** Pending tasks whose needs hold and that nobody has claimed. */
  ready(slug: string): ModelTask[] {
    const plan = this.plan(slug);
    return [...plan.tasks.values()].filter(
      (task) => task.status === "pending" && !this.#liveClaim(slug, task.id) && needsHold(plan, task),
    );
  }

  /** What keeps a ready task from being claimed now; undefined if it may be. */
  whyNot(slug: string, task: ModelTask, checkout: string): string | undefined {
    const plan = this.plan(slug);
    if (plan.status !== "open") return `the plan is ${plan.status}`;
    // What was reported and is being delivered takes no place.
    const live = this.claims.filter((claim) => claim.plan === slug && speaks(claim));
    if (live.length >= plan.policy.maxParallel) return "the cap is reached";
    const role = roleOf(task);
    const ofRole = live.filter((claim) => claim.role === role).length;
    if (role === "tester" && ofRole >= plan.policy.testers) return "all testers are busy";
    const holder = this.claims.find(
      (claim) => claim.checkout === checkout && this.#holds(claim) && clash(claim.scope, scopeOf(task)),
    );
    if (holder) return `${holder.plan}/${holder.task} holds its files`;
    return this.#hasInputs(slug, task, checkout) ? undefined : "work before it lies in another checkout";
  }

  /** Whether enough of what the task needs was done in the checkout, or without writing, all the way back. */
  #hasInputs(slug: string, { dependencies, needs }: ModelTask, checkout: string): boolean {
    const ended = dependencies
      .map((id) => this.task(slug, id))
      .filter(({ status }) => ["completed", "failed", "cancelled"].includes(status));
    const isHere = (task: ModelTask): boolean => {
      const done = this.claims.findLast(
        (claim) => claim.plan === slug && claim.task === task.id && claim.completed,
      );
      const isOwn = task.status !== "completed" || !done?.completed?.wrote || done.checkout === checkout;
      return isOwn && this.#hasInputs(slug, task, checkout);
    };
    const here = ended.filter(isHere);
    if (here.length === ended.length) return true;
    const wanted = needs === "any" ? 1 : typeof needs === "object" ? needs.atLeast : Infinity;
    const completed = here.filter(({ status }) => status === "completed").length;
    return completed >= Math.min(wanted, dependencies.length);
  }

  /** The product offered a task; says what is wrong with that. */
  offer(slug: string, id: string, token: string, owner: string, checkout: string): void {
    const task = this.ready(slug).find((ready) => ready.id === id);
    if (!task) throw new Error(`${slug}/${id} was offered but is not ready`);
    const why = this.whyNot(slug, task, checkout);
    if (why !== undefined) throw new Error(`${slug}/${id} was offered although ${why}`);
    this.claims.push({
      plan: slug,
      task: id,
      token,
      owner,
      checkout,
      role: roleOf(task),
      scope: scopeOf(task),
      state: "offered",
      untilMs: this.nowMs + OFFER_MS,
      seenMs: 0,
      drainsUntilMs: 0,
      report: undefined,
      completed: undefined,
    });
  }

  /** Offers of the owner that nobody took up, oldest first. */
  openOffers(slug: string, owner: string): ModelClaim[] {
    return this.claims.filter(
      (claim) => claim.plan === slug && claim.owner === owner && claim.state === "offered",
    );
  }

  /** A token was used: the offer becomes an attempt, the attempt's lease is renewed. */
  use(claim: ModelClaim): void {
    if (!speaks(claim)) throw new Refused("dead token");
    if (claim.state === "offered") {
      claim.state = "running";
      this.task(claim.plan, claim.task).status = "in_progress";
    } else if (this.nowMs - claim.seenMs < LEASE_MS / 3) return;
    claim.seenMs = this.nowMs;
    claim.untilMs = this.nowMs + LEASE_MS;
  }

  report(
    claim: ModelClaim,
    outcome: "completed" | "failed" | "blocked",
    need: Need | undefined,
    wrote: boolean,
  ): void {
    const report = JSON.stringify([outcome, need, wrote]);
    if (!isLive(claim) && claim.report === report) return;
    if (speaks(claim) && need && "tasks" in need) {
      const tasks = new Map(this.plan(claim.plan).tasks);
      tasks.set(claim.task, this.#withNeed(claim, need));
      refuseCycle(tasks);
    }
    this.use(claim);
    claim.report = report;
    if (outcome === "completed") claim.completed = { wrote };
    this.#end(claim, outcome, { need });
  }

  /** Its report brought a commit, which is not where it belongs yet. */
  accept(claim: ModelClaim): void {
    if (claim.state === "running") claim.state = "delivering";
  }

  /** Its commit is where it belongs, or has been lost. */
  deliver(claim: ModelClaim, isThere: boolean): void {
    if (claim.state !== "delivering") return;
    if (isThere) claim.completed = { wrote: false };
    this.#end(claim, isThere ? "completed" : "lost", { interrupted: true });
  }

  agentGone(claim: ModelClaim, finished: boolean): void {
    if (claim.state === "running") this.#end(claim, finished ? "unreported" : "lost");
    claim.drainsUntilMs = 0;
  }

  #end(
    claim: ModelClaim,
    outcome: Outcome,
    how: { drain?: boolean; need?: Need | undefined; interrupted?: boolean } = {},
  ): void {
    const plan = this.plan(claim.plan);
    const task = this.task(claim.plan, claim.task);
    claim.state = "ended";
    if (how.drain) claim.drainsUntilMs = this.nowMs + LEASE_MS;
    if (outcome === "failed" || outcome === "unreported") task.failedAttempts += 1;
    if (outcome === "lost" && !how.interrupted) task.lostAttempts += 1;
    if (outcome === "blocked") task.timesBlocked += 1;
    if (task.status !== "in_progress") return;
    task.status = statusAfter(plan, task, outcome, how.need);
    if (task.status === "pending" && how.need) plan.tasks.set(task.id, this.#withNeed(claim, how.need));
    if (task.status === "failed" && plan.policy.failure === "fail-fast") {
      plan.status = "stopped";
      this.#releaseAll(claim.plan);
    }
  }

  #releaseAll(slug: string): void {
    for (const claim of this.claims.filter((one) => one.plan === slug)) {
      if (claim.state === "offered") claim.state = "ended";
      if (claim.state === "running") this.#end(claim, "cancelled", { drain: true });
    }
  }

  #withNeed(claim: ModelClaim, need: Need): ModelTask {
    const task = this.task(claim.plan, claim.task);
    if ("question" in need) return task;
    if ("writes" in need) {
      return task.writes
        ? { ...task, writes: unique([...task.writes, ...need.writes]) }
        : { ...task, inferred: unique([...task.inferred, ...need.writes]) };
    }
    const dependencies = unique([...task.dependencies, ...need.tasks]);
    return { ...task, dependencies: this.#standIns(this.plan(claim.plan), { ...task, dependencies }) };
  }

  // Looking

  plan(slug: string): ModelPlan {
    const plan = this.plans.get(slug);
    if (!plan) throw new Error(`no plan ${slug}`);
    return plan;
  }

  task(slug: string, id: string): ModelTask {
    const task = this.plan(slug).tasks.get(id);
    if (!task) throw new Error(`no task ${slug}/${id}`);
    return task;
  }

  picture(slug: string): Picture {
    const plan = this.plan(slug);
    const own = this.claims.filter((claim) => claim.plan === slug);
    return {
      status: plan.status,
      tasks: Object.fromEntries(
        [...plan.tasks.values()].map((task) => [
          task.id,
          pictureOfTask(task.status, task.dependencies, [
            task.failedAttempts,
            task.lostAttempts,
            task.timesBlocked,
          ]),
        ]),
      ),
      ready: this.ready(slug)
        .map(({ id }) => id)
        .sort(),
      live: own.filter(isLive).map((claim) => `${claim.task} ${claim.state}`),
      draining: own.filter((claim) => this.#drains(claim)).map((claim) => claim.task),
    };
  }

  #drains(claim: ModelClaim): boolean {
    return claim.drainsUntilMs > this.nowMs && !this.#deadOwners.has(claim.owner);
  }

  #holds(claim: ModelClaim): boolean {
    return isLive(claim) || this.#drains(claim);
  }

  #liveClaim(slug: string, id: string): ModelClaim | undefined {
    return this.claims.find((claim) => claim.plan === slug && claim.task === id && isLive(claim));
  }

  #isTaken(slug: string, task: ModelTask): boolean {
    return task.status === "in_progress" || this.#liveClaim(slug, task.id) !== undefined;
  }

  #define(plan: ModelPlan, task: ModelTask): void {
    const old = plan.tasks.get(task.id);
    if (meaningOf(task) === (old && meaningOf(old))) return;
    const after = new Map(plan.tasks).set(task.id, task);
    refuseCycle(after);
    if (task.status === "completed") throw new Refused("completed is final");
    plan.tasks.set(task.id, task);
  }

  /** A task's dependencies, with the parts in place of what was split. */
  #standIns(plan: ModelPlan, task: Pick<TaskSpec, "dependencies" | "needs">): string[] {
    const every = task.needs === "all" || task.needs === "settled";
    const standIn = (id: string): string[] => {
      const parts = plan.tasks.get(id)?.parts;
      if (!parts) return [id];
      const awaited = parts.flatMap((part) => plan.tasks.get(part)?.dependencies ?? []);
      const last = parts.filter((part) => !awaited.includes(part));
      if (!every && last.length !== 1) throw new Refused("no single part stands for all of them");
      return (every ? parts : last).flatMap(standIn);
    };
    return unique(task.dependencies.flatMap(standIn));
  }
}

export function isLive(claim: ModelClaim): boolean {
  return claim.state !== "ended";
}

/** Whether the claim's token is good for something. */
function speaks(claim: ModelClaim): boolean {
  return claim.state === "offered" || claim.state === "running";
}

/** @param counts failed and lost attempts, and how often it was blocked. */
export function pictureOfTask(
  status: string,
  dependencies: readonly string[],
  counts: readonly number[],
): string {
  return `${status}, waits for [${dependencies.join(" ")}], failed/lost/blocked ${counts.join("/")}`;
}

function newTask(spec: TaskSpec, fromFile: boolean): ModelTask {
  return {
    ...spec,
    inferred: spec.writes ? [] : spec.mentions,
    fromFile,
    status: "pending",
    removed: false,
    parts: undefined,
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0,
  };
}

function countersOf({ failedAttempts, lostAttempts, timesBlocked }: ModelTask) {
  return { failedAttempts, lostAttempts, timesBlocked };
}

/** Everything of a task that a breakdown says. */
function meaningOf({ dependencies, needs, writes, mentions, resources, agent, retries }: TaskSpec): string {
  return JSON.stringify([
    dependencies,
    needs,
    writes ?? null,
    mentions,
    resources,
    agent ?? null,
    retries ?? null,
  ]);
}

function needsHold(plan: ModelPlan, { dependencies, needs }: ModelTask): boolean {
  const statuses = dependencies.map((id) => plan.tasks.get(id)?.status);
  const completed = statuses.filter((status) => status === "completed").length;
  if (dependencies.length === 0) return true;
  if (needs === "all") return completed === dependencies.length;
  if (needs === "any") return completed >= 1;
  if (needs === "settled")
    return statuses.every((status) => status !== "pending" && status !== "in_progress");
  return completed >= Math.min(needs.atLeast, dependencies.length);
}

/** The status that a running task gets when its attempt has ended so. */
function statusAfter(plan: ModelPlan, task: ModelTask, outcome: Outcome, need: Need | undefined) {
  const mayRetry =
    plan.policy.failure !== "fail-fast" && task.failedAttempts <= (task.retries ?? plan.policy.retries);
  const again = {
    completed: false,
    cancelled: true,
    lost: task.lostAttempts < 3,
    blocked: task.timesBlocked <= 2 && !(need && "question" in need),
    failed: mayRetry,
    unreported: mayRetry,
  }[outcome];
  if (outcome === "completed") return "completed" as const;
  return again ? ("pending" as const) : ("failed" as const);
}

function roleOf(task: TaskSpec): string {
  return task.agent ?? DEFAULT_ROLE;
}

function scopeOf(task: ModelTask): Scope {
  const writes = task.writes ?? task.inferred;
  return { writes, resources: task.resources, alone: task.writes === undefined && writes.length === 0 };
}

function clash(a: Scope, b: Scope): boolean {
  if (a.alone || b.alone) return true;
  if (a.resources.some((name) => b.resources.includes(name))) return true;
  const covers = (one: Scope, other: Scope) =>
    one.writes.some(
      (file) => other.writes.includes(file) || (file === EVERYTHING && other.writes.length > 0),
    );
  return covers(a, b) || covers(b, a);
}

function refuseCycle(tasks: ReadonlyMap<string, ModelTask>): void {
  const waitsFor = (id: string, goal: string, seen: Set<string>): boolean =>
    (tasks.get(id)?.dependencies ?? []).some(
      (next) => next === goal || (!seen.has(next) && waitsFor(next, goal, seen.add(next))),
    );
  for (const id of tasks.keys()) if (waitsFor(id, id, new Set())) throw new Refused("a cycle");
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
