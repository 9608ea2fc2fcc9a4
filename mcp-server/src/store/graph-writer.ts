import type { AnyClaim, AttemptId, Owner } from "../graph/attempt.ts";
import type { Actor, Change, ChangeType, GraphEvent } from "../graph/event.ts";
import type { RunnerFacts } from "../graph/runner.ts";
import type { Task, TaskDefinition, TaskId, TaskRedefinition } from "../graph/task.ts";
import type { EstimatesFrom } from "../graph/task-estimates.ts";
import type { EngineTransaction, ReadAhead, ReadWithSave } from "./engine.ts";
import { descriptionsIn, type EventFilter, GraphReader, isMeant } from "./graph-reader.ts";
import type { GraphMemory, PlanMirror } from "./plan-mirror.ts";
import type { HeldClaim } from "./tables/held-claim.ts";
import type { IndexedType } from "./tables/indexed-events.ts";
import {
  claimRow,
  eventRow,
  eventVersion,
  type LeaseRow,
  type NewRows,
  type OwnEvent,
  planRow,
  taskRow,
} from "./tables/new-rows.ts";
import { claimAfter, planAfter, taskAfter } from "./tables/projection.ts";
import { eventFromRow } from "./tables/rows.ts";

/** A statement writes at most so many events, with what they changed last: all that a call changes, but for an import. */
const MAX_EVENTS = 1_000;

/** Events that a report comes with. */
const REPORTING: readonly ChangeType[] = ["attempt.ended", "delivery.accepted"];

/** What has changed of a plan; each with the place of its last event among those of the transaction, from 1. */
interface Touched {
  readonly mirror: PlanMirror;
  event: number;
  isChanged: boolean;
  readonly tasks: Map<TaskId, number>;
  /** Tasks that are new, or to be done in another way. */
  readonly definitions: Map<TaskId, number>;
  readonly claims: Map<AttemptId, number>;
}

/** What was read in the round trip in which a transaction was written, with what that has changed of it. */
export interface FoundWithSave {
  readonly descriptions: ReadonlyMap<TaskId, string>;
  readonly events: readonly GraphEvent[];
}

interface WantedWithSave {
  readonly wanted: ReadWithSave;
  readonly tell: (found: FoundWithSave) => void;
}

/** A definition as an event has it, with the place of that. */
interface Defined {
  readonly place: number;
  readonly task: TaskId;
  readonly definition: TaskRedefinition;
}

/**
 * A write transaction. Nothing of the graph is changed but by `append`, which changes it in memory; what has changed is
 * written once, at the end. Until then events have the numbers that follow the last one that was read, which is what
 * they get unless another repository of the same database writes meanwhile.
 */
export class GraphWriter extends GraphReader {
  #nowMs: number | undefined;
  readonly #events: { readonly planId: number; readonly event: OwnEvent }[] = [];
  readonly #touched = new Map<number, Touched>();
  readonly #reported = new Set<AttemptId>();
  readonly #prolonged = new Set<AttemptId>();
  readonly #beforeCommit: (() => Promise<void>)[] = [];
  #withSave: WantedWithSave | undefined;

  constructor(
    transaction: EngineTransaction,
    memory: GraphMemory,
    estimatesFrom: EstimatesFrom,
    private readonly now: () => number,
    private readonly actor: Actor,
  ) {
    super(transaction, memory, estimatesFrom);
  }

  /** By then the database has told its time, and this one waits no more: it is when the transaction takes place. */
  override async readAhead(wanted: ReadAhead): Promise<void> {
    await super.readAhead(wanted);
    this.#nowMs ??= this.now();
  }

  /** When the transaction takes place. All of its changes have this time. */
  get nowMs(): number {
    this.#nowMs ??= this.now();
    return this.#nowMs;
  }

  /** Plans of which something was logged: if the transaction fails then, they are ahead of the database in memory. */
  get changedPlans(): ReadonlySet<number> {
    return new Set(this.#touched.keys());
  }

  /** Logs the changes in order and applies them to the plan in memory. */
  async append(planId: number, ...changes: readonly Change[]): Promise<void> {
    const [first] = changes;
    if (!first) return;
    const made = planAfter(undefined, first, { planId, atMs: this.nowMs });
    const mirror = made ? await this.addMirror(made) : await this.mirror({ planId });
    if (!mirror) throw new Error(`there is no plan ${planId}`);
    this.change(mirror, changes);
  }

  /** As `append`, for a plan that this transaction has read. */
  change(mirror: PlanMirror, changes: readonly Change[]): void {
    const { graph, stored } = mirror;
    const planId = stored.id;
    const at = { planId, atMs: this.nowMs };
    const touched = this.#touchedOf(mirror);
    const tasks = new Map<TaskId, Task>();
    const claims = new Map<AttemptId, AnyClaim>();
    for (const change of changes) {
      const place = this.#log(planId, change);
      touched.event = place;
      const plan = planAfter(mirror.stored, change, at);
      if (plan && plan !== mirror.stored) {
        mirror.stored = plan;
        touched.isChanged = true;
      }
      const { task: id, attempt } = change as Change & { task?: TaskId; attempt?: AttemptId };
      if (id !== undefined) {
        const before = tasks.get(id) ?? graph.tasks.get(id);
        const after = taskAfter(before, change, this.nowMs);
        if (after && after !== before) {
          tasks.set(id, after);
          touched.tasks.set(id, place);
          if ("definition" in change) touched.definitions.set(id, place);
        }
      }
      if (attempt !== undefined) {
        const before = claims.get(attempt) ?? graph.claim(attempt);
        const after = claimAfter(before, change, this.nowMs);
        if (after && after !== before) {
          claims.set(attempt, after);
          touched.claims.set(attempt, place);
          if (REPORTING.includes(change.type)) this.#reported.add(attempt);
        }
      }
    }
    mirror.stored = { ...mirror.stored, version: this.#seqAt(touched.event) };
    graph.apply([...tasks.values()], [...claims.values()]);
    for (const claim of claims.values()) this.memory.putHeld(heldOf(mirror, claim));
  }

  #touchedOf(mirror: PlanMirror): Touched {
    const { id } = mirror.stored;
    const known = this.#touched.get(id);
    if (known) return known;
    const none = { tasks: new Map(), definitions: new Map(), claims: new Map() };
    const touched = { mirror, event: 0, isChanged: false, ...none };
    this.#touched.set(id, touched);
    return touched;
  }

  /** @returns the place of the event, from 1. */
  #log(planId: number, change: Change): number {
    const place = this.#events.length + 1;
    const { nowMs: atMs, actor } = this;
    this.#events.push({
      planId,
      event: { seq: this.#seqAt(place), atMs, v: eventVersion(change), actor, change },
    });
    return place;
  }

  #seqAt(place: number): number {
    return (this.memory.lastSeq ?? 0) + place;
  }

  override async events(planId: number, only: EventFilter = {}): Promise<GraphEvent[]> {
    return [...(await super.events(planId, only)), ...this.#ownEvents(planId, only)];
  }

  override async lastEvent(planId: number, type: IndexedType): Promise<{ seq: number; atMs: number }> {
    return this.#ownEvents(planId, { types: [type] }).at(-1) ?? super.lastEvent(planId, type);
  }

  override async descriptions(planId: number, ids?: readonly TaskId[]): Promise<Map<TaskId, string>> {
    return this.#redescribed(await super.descriptions(planId, ids), planId, ids);
  }

  #redescribed(
    found: Map<TaskId, string>,
    planId: number,
    ids: readonly TaskId[] | undefined,
  ): Map<TaskId, string> {
    for (const { task, definition } of this.#defined(planId)) {
      const isWanted = ids === undefined || ids.includes(task);
      if (isWanted && definition.description !== undefined) found.set(task, definition.description);
    }
    return found;
  }

  /** What this transaction has said of how tasks are to be done, in order. */
  #defined(planId: number): Defined[] {
    return this.#events.flatMap(({ planId: of, event: { change } }, i) =>
      of === planId && (change.type === "task.created" || change.type === "task.defined")
        ? [{ place: i + 1, task: change.task, definition: change.definition }]
        : [],
    );
  }

  /** The same with the descriptions that tasks keep, by the place of the event. */
  async #wholeDefinitions(): Promise<ReadonlyMap<number, TaskDefinition>> {
    const whole = new Map<number, TaskDefinition>();
    for (const [planId, { definitions }] of this.#touched) {
      if (definitions.size === 0) continue;
      const defined = this.#defined(planId);
      const keeping = defined.filter(({ definition }) => definition.description === undefined);
      const ids = keeping.map(({ task }) => task);
      const known = ids.length > 0 ? await super.descriptions(planId, ids) : new Map<TaskId, string>();
      for (const { place, task, definition } of defined) {
        const description = definition.description ?? known.get(task);
        if (description === undefined) throw new Error(`${task} has no description to keep`);
        known.set(task, description);
        whole.set(place, { ...definition, description });
      }
    }
    return whole;
  }

  #ownEvents(planId: number, only: EventFilter): GraphEvent[] {
    return this.#events.flatMap((own) =>
      own.planId === planId && isMeant(own.event, only) ? [own.event] : [],
    );
  }

  #ownWanted({ planId, events }: ReadWithSave): GraphEvent[] {
    return events ? this.#ownEvents(planId, events) : [];
  }

  protected override asChanged(
    found: readonly HeldClaim[],
    isMeant: (claim: AnyClaim) => boolean,
  ): HeldClaim[] {
    const claims = new Map(found.map((held) => [held.claim.id, held]));
    for (const { mirror, claims: changed } of this.#touched.values()) {
      for (const id of changed.keys()) {
        const claim = mirror.graph.claim(id);
        if (claim && (claims.has(id) || isMeant(claim))) claims.set(id, heldOf(mirror, claim));
      }
    }
    return super.asChanged([...claims.values()], isMeant);
  }

  /** Claims of all plans that hold their scope, as this transaction has made them. */
  get holding(): readonly HeldClaim[] {
    return [...(this.memory.held?.values() ?? [])];
  }

  async nextPlanId(): Promise<number> {
    const [id] = await this.transaction.nextIds("plans", 1);
    return id as number;
  }

  /** Numbers of claims that nobody else has or gets. */
  async nextAttemptIds(count: number): Promise<AttemptId[]> {
    const missing = count - this.attemptIdsAhead.length;
    if (missing > 0) this.attemptIdsAhead.push(...(await this.transaction.nextIds("claims", missing)));
    return this.attemptIdsAhead.splice(0, count) as AttemptId[];
  }

  /** The token of an open offer, where a server before schema 1.8 has kept it. */
  async storedToken(attempt: AttemptId): Promise<string | undefined> {
    const row = await this.transaction.db
      .selectFrom("claims")
      .select("offer_token")
      .where("id", "=", attempt)
      .executeTakeFirst();
    return row?.offer_token ?? undefined;
  }

  /**
   * Puts off what time would end, an offer or the lease of an attempt; never brings it forward. Not an event: nothing
   * about the graph changes.
   * @param lastSeenMs the sign of life that it follows on; absent: there was none.
   */
  prolong(attempt: AttemptId, untilMs: number, lastSeenMs?: number): void {
    const held = this.memory.held?.get(attempt);
    const claim = held && prolonged(held.claim, untilMs, lastSeenMs);
    if (!claim || claim === held.claim) return;
    this.memory.putHeld({ ...held, claim });
    this.memory.renewLeasesOf(held.planId);
    this.#prolonged.add(attempt);
  }

  /**
   * Reads in the round trip in which everything is written, once in a transaction. To be awaited when that is over: there
   * is no answer before, nor after a failure.
   */
  readWithSave(wanted: ReadWithSave): Promise<FoundWithSave> {
    if (this.#withSave) throw new Error("something else is read with what this transaction writes");
    return new Promise((tell) => {
      this.#withSave = { wanted, tell };
    });
  }

  /** A runner tells of itself: it is here until its lease ends. Not an event: nothing about the graph changes. */
  async keepRunner(repository: string, owner: Owner, facts: RunnerFacts, leaseMs: number): Promise<void> {
    const said = {
      facts: JSON.stringify(facts),
      last_seen_ms: this.nowMs,
      lease_until_ms: this.nowMs + leaseMs,
    };
    await this.transaction.db
      .insertInto("runners")
      .values({ ...runnerKey(repository, owner), ...said, since_ms: this.nowMs })
      .onConflict((row) =>
        row.columns(["repository", "owner_host", "owner_pid", "owner_started_at"]).doUpdateSet(said),
      )
      .execute();
  }

  /** A runner has ended by itself, or is forgotten. */
  async removeRunner(repository: string, owner: Owner): Promise<void> {
    const { owner_host, owner_pid, owner_started_at } = runnerKey(repository, owner);
    await this.transaction.db
      .deleteFrom("runners")
      .where("repository", "=", repository)
      .where("owner_host", "=", owner_host)
      .where("owner_pid", "=", owner_pid)
      .where("owner_started_at", "=", owner_started_at)
      .execute();
  }

  /** Forgets those of all repositories whose lease ended before that time. @param kept others that are remembered. */
  async forgetRunners(beforeMs: number, kept: (owner: Owner) => boolean): Promise<void> {
    const columns = ["repository", "owner_host", "owner_pid", "owner_started_at"] as const;
    const gone = this.transaction.db.selectFrom("runners").select(columns);
    for (const row of await gone.where("lease_until_ms", "<", beforeMs).execute()) {
      const owner = { host: row.owner_host, pid: Number(row.owner_pid), startedAt: row.owner_started_at };
      if (!kept(owner)) await this.removeRunner(row.repository, owner);
    }
  }

  /** To be called now and then by what takes long: see `EngineTransaction`. */
  goesOn(): Promise<void> {
    return this.transaction.goesOn();
  }

  /** Runs after everything is written, right before the commit: what it throws undoes the transaction. */
  beforeCommit(work: () => Promise<void>): void {
    this.#beforeCommit.push(work);
  }

  /** Writes what has changed. Nothing can be changed or read afterwards. */
  async save(): Promise<void> {
    if (this.#events.length + this.#prolonged.size > 0 || this.#withSave) {
      const definitions = await this.#wholeDefinitions();
      const seqs: number[] = [];
      // Part after part, because a database waits only so long for the next statement, and takes only so large a value.
      for (let from = 0; from === 0 || from < this.#events.length; from += MAX_EVENTS) {
        const isLast = from + MAX_EVENTS >= this.#events.length;
        const last = isLast ? this.#withSave : undefined;
        const saved = await this.transaction.save(this.#newRows(definitions, from), last?.wanted);
        seqs.push(...saved.seqs);
        last?.tell({
          descriptions: this.#redescribed(
            descriptionsIn(saved.definitions),
            last.wanted.planId,
            last.wanted.tasks,
          ),
          events: [...saved.events.map(eventFromRow), ...this.#ownWanted(last.wanted)],
        });
      }
      for (const { mirror, event } of this.#touched.values()) {
        const version = seqs[event - 1] ?? 0;
        mirror.stored = { ...mirror.stored, version };
        mirror.seq = version;
      }
      if (seqs.length > 0) this.memory.lastSeq = seqs.at(-1);
    }
    for (const work of this.#beforeCommit) await work();
  }

  /**
   * The rows whose last event is one of those behind `from`. A plan comes with the first part, because the others refer
   * to it, and has its version from the last.
   */
  #newRows(definitions: ReadonlyMap<number, TaskDefinition>, from: number): NewRows {
    const touched = [...this.#touched.values()];
    const isFirst = from === 0;
    const isLast = from + MAX_EVENTS >= this.#events.length;
    const isHere = (event: number) => event > from && event <= from + MAX_EVENTS;
    const claims = touched.flatMap(({ mirror, claims }) =>
      [...claims].flatMap(([id, event]) => {
        const claim = isHere(event) ? mirror.graph.claim(id) : undefined;
        const how = { hasJustReported: this.#reported.has(id), event: event - from };
        return claim ? [claimRow(mirror.stored.id, claim, how)] : [];
      }),
    );
    return {
      events: this.#events
        .slice(from, from + MAX_EVENTS)
        .map(({ planId, event }, i) => eventRow(planId, event, definitions.get(from + i + 1))),
      plans: touched.flatMap(({ mirror, event, isChanged }) =>
        isChanged && isFirst ? [planRow(mirror.stored, Math.min(event, MAX_EVENTS))] : [],
      ),
      versions: touched.flatMap(({ mirror, event, isChanged }) =>
        isHere(event) && !(isChanged && isFirst) ? [{ id: mirror.stored.id, event: event - from }] : [],
      ),
      tasks: touched.flatMap(({ mirror, tasks, definitions: defined }) =>
        [...tasks].flatMap(([id, event]) => {
          const task = isHere(event) ? mirror.graph.tasks.get(id) : undefined;
          const definition = definitions.get(defined.get(id) ?? 0);
          return task ? [taskRow(mirror.stored.id, task, event - from, definition)] : [];
        }),
      ),
      claims: claims.sort((a, b) => a.id - b.id),
      leases: isLast ? this.#leases() : [],
    };
  }

  /** Of claims that have changed beside it, the row says it all. */
  #leases(): LeaseRow[] {
    const written = new Set([...this.#touched.values()].flatMap(({ claims }) => [...claims.keys()]));
    return [...this.#prolonged].flatMap((id) => {
      const claim = this.memory.held?.get(id)?.claim;
      return claim && !written.has(id) ? leaseRows(claim) : [];
    });
  }
}

function runnerKey(repository: string, { host, pid, startedAt }: Owner) {
  return { repository, owner_host: host, owner_pid: pid, owner_started_at: startedAt };
}

function heldOf({ stored }: PlanMirror, claim: AnyClaim): HeldClaim {
  return { planId: stored.id, plan: stored.slug, repository: stored.repository, claim };
}

function prolonged(claim: AnyClaim, untilMs: number, lastSeenMs: number | undefined): AnyClaim {
  if (claim.state === "offered")
    return untilMs > claim.expiresAtMs ? { ...claim, expiresAtMs: untilMs } : claim;
  if (claim.state !== "running" || (untilMs <= claim.leaseUntilMs && lastSeenMs === undefined)) return claim;
  const leaseUntilMs = Math.max(untilMs, claim.leaseUntilMs);
  return { ...claim, lastSeenMs: lastSeenMs ?? claim.lastSeenMs, leaseUntilMs };
}

function leaseRows(claim: AnyClaim): LeaseRow[] {
  const { id } = claim;
  if (claim.state === "offered") return [{ id, last_seen_ms: null, expires_at_ms: claim.expiresAtMs }];
  return claim.state === "running"
    ? [{ id, last_seen_ms: claim.lastSeenMs, expires_at_ms: claim.leaseUntilMs }]
    : [];
}
