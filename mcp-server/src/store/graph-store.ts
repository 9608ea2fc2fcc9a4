import { type Kysely, type Selectable, sql } from "kysely";
import type { AnyClaim, AttemptId, Owner } from "../graph/attempt.ts";
import type { Actor, Change, ChangeType, GraphEvent } from "../graph/event.ts";
import { PlanGraph } from "../graph/plan-graph.ts";
import type { PlanSlug, TaskDefinition } from "../graph/task.ts";
import { newTokens, type Usage } from "../graph/usage.ts";
import { Estimates, type Sample } from "../schedule/estimate.ts";
import { Doorbell } from "./doorbell.ts";
import type { Engine } from "./engine.ts";
import { changesPlan, isOnlyLogged, type LoggedChange, project, ROWS_AT_ONCE } from "./projection.ts";
import {
  claimFromRow,
  eventFromRow,
  type Observation,
  observationFromRow,
  planFromRow,
  type StoredPlan,
  taskFromRow,
} from "./rows.ts";
import type { ClaimsTable, Database } from "./schema.ts";

/** Plans in memory, by id, with the event up to which they are known. */
type Mirrors = Map<number, Mirror>;

interface Mirror {
  readonly graph: PlanGraph;
  /** By the attempts of the repository when the plan was first read: they stay the same while it is in memory. */
  readonly estimates: Estimates;
  seq: number;
}

/** Estimates go by at most so many attempts: the newest say most about the next ones. */
const HISTORY = 500;

/**
 * The condition of the index `claims_held`, word for word: with bound values, or with an order that the index does not
 * have, SQLite reads every claim that there ever was instead.
 */
const HOLDS = sql<boolean>`state in ('offered', 'running') or drains_until_ms is not null`;

/** The condition of the index `claims_unrecognised`, word for word. */
const UNRECOGNISED = sql<boolean>`state not in ('offered', 'running', 'returned', 'ended')`;

/** A claim with the plan that it belongs to. */
export interface HeldClaim {
  readonly planId: number;
  readonly plan: PlanSlug;
  readonly claim: AnyClaim;
}

/** What can be read of the graph, inside or outside a transaction. */
export class GraphReader {
  // Asked for several times in most transactions, and the same until something is written.
  protected heldClaims: readonly HeldClaim[] | undefined;
  protected readonly readPlans = new Map<string, StoredPlan>();

  constructor(
    protected readonly db: Kysely<Database>,
    protected readonly mirrors: Mirrors,
  ) {}

  async plan(repository: string, slug: string): Promise<StoredPlan | undefined> {
    const key = JSON.stringify([repository, slug]);
    const known = this.readPlans.get(key);
    if (known) return known;
    const row = await this.db
      .selectFrom("plans")
      .selectAll()
      .where("repository", "=", repository)
      .where("slug", "=", slug)
      .executeTakeFirst();
    const plan = row && planFromRow(row);
    if (plan) this.readPlans.set(key, plan);
    return plan;
  }

  /** All plans of the repository, newest first. */
  async plans(repository: string): Promise<StoredPlan[]> {
    const rows = await this.db
      .selectFrom("plans")
      .selectAll()
      .where("repository", "=", repository)
      .orderBy("id", "desc")
      .execute();
    return rows.map(planFromRow);
  }

  /**
   * The plan in memory, brought up to date with this reader's view. The same object is returned every time:
   * what was read from it before is as old as it was then.
   */
  async graph(plan: StoredPlan): Promise<PlanGraph> {
    return (await this.#mirrorOf(plan)).graph;
  }

  /** What the plan's tasks are expected to take. */
  async estimates(plan: StoredPlan): Promise<Estimates> {
    return (await this.#mirrorOf(plan)).estimates;
  }

  async #mirrorOf(plan: StoredPlan): Promise<Mirror> {
    const mirror = this.mirrors.get(plan.id) ?? (await this.#newMirror(plan));
    if (mirror.seq < plan.version) {
      const tasks = await this.db
        .selectFrom("tasks")
        .selectAll()
        .where("plan_id", "=", plan.id)
        .where("changed_seq", ">", mirror.seq)
        .orderBy("position")
        .execute();
      const claims = await this.db
        .selectFrom("claims")
        .selectAll()
        .where("plan_id", "=", plan.id)
        .where("changed_seq", ">", mirror.seq)
        .orderBy("id")
        .execute();
      mirror.graph.apply(tasks.map(taskFromRow), claims.map(claimFromRow));
      mirror.seq = plan.version;
      this.mirrors.set(plan.id, mirror);
    }
    return mirror;
  }

  /** What tasks of the repository are expected to take, by all attempts up to now. */
  async currentEstimates(repository: string): Promise<Estimates> {
    return new Estimates(await this.#history(repository));
  }

  async #newMirror({ repository }: StoredPlan): Promise<Mirror> {
    const estimates = await this.currentEstimates(repository);
    return { estimates, graph: new PlanGraph((task) => estimates.durationMs(task)), seq: 0 };
  }

  /** The repository's completed attempts, newest first. */
  async #history(repository: string): Promise<Sample[]> {
    const rows = await this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .innerJoin("tasks", (join) =>
        join.onRef("tasks.plan_id", "=", "claims.plan_id").onRef("tasks.id", "=", "claims.task_id"),
      )
      .select(["tasks.definition", "offered_at_ms", "started_at_ms", "claims.ended_at_ms", "usage"])
      .where("plans.repository", "=", repository)
      .where("outcome", "=", "completed")
      .orderBy("claims.id", "desc")
      .limit(HISTORY)
      .execute();
    return rows.map((row) => {
      const { agent, size, estimateMs } = JSON.parse(row.definition) as TaskDefinition;
      const startedAtMs = Number(row.started_at_ms);
      return {
        ...(agent !== undefined && { agent }),
        ...(size !== undefined && { size }),
        ...(estimateMs !== undefined && { estimateMs }),
        durationMs: Number(row.ended_at_ms) - startedAtMs,
        launchMs: startedAtMs - Number(row.offered_at_ms),
        ...(row.usage !== null && { tokens: newTokens(JSON.parse(row.usage) as Usage) }),
      };
    });
  }

  /** Claims of all plans that hold their scope, in one checkout or in any: offered, running, or not yet drained. */
  async held(checkout?: string): Promise<readonly HeldClaim[]> {
    this.heldClaims ??= await this.#readHeld();
    return checkout === undefined
      ? this.heldClaims
      : this.heldClaims.filter(({ claim }) => claim.checkout === checkout);
  }

  async #readHeld(): Promise<HeldClaim[]> {
    const claims = this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select("plans.slug as plan_slug");
    // Each half by its own index, and no claim by both.
    const unrecognised = claims.where(UNRECOGNISED).where("drains_until_ms", "is", null);
    const rows = await claims.where(HOLDS).unionAll(unrecognised).execute();
    return rows.map(heldFromRow).sort((a, b) => a.claim.id - b.claim.id);
  }

  async claimByTokenHash(hash: string): Promise<HeldClaim | undefined> {
    return this.#claim("token_hash", hash);
  }

  async claimById(id: AttemptId): Promise<HeldClaim | undefined> {
    return this.#claim("claims.id", id);
  }

  /** The newest claim that the agent was bound to. */
  async claimOfAgent(agentId: string): Promise<HeldClaim | undefined> {
    return this.#claim("agent_id", agentId);
  }

  /** Every attempt that one of the agents was bound to, oldest first: an agent that pulls its work has several. */
  async attemptsOfAgents(agentIds: readonly string[]): Promise<HeldClaim[]> {
    const found: HeldClaim[] = [];
    for (let from = 0; from < agentIds.length; from += ROWS_AT_ONCE) {
      const rows = await this.db
        .selectFrom("claims")
        .innerJoin("plans", "plans.id", "claims.plan_id")
        .selectAll("claims")
        .select("plans.slug as plan_slug")
        .where("agent_id", "in", agentIds.slice(from, from + ROWS_AT_ONCE))
        .execute();
      found.push(...rows.map(heldFromRow));
    }
    return found.sort((a, b) => a.claim.id - b.claim.id);
  }

  async #claim(column: "token_hash" | "claims.id" | "agent_id", value: string | number) {
    const row = await this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select("plans.slug as plan_slug")
      .where(column, "=", value)
      .orderBy("claims.id", "desc")
      .executeTakeFirst();
    return row && heldFromRow(row);
  }

  /** The last look at the checkout. */
  async observation(checkout: string): Promise<Observation | undefined> {
    const row = await this.db
      .selectFrom("observations")
      .selectAll()
      .where("checkout", "=", checkout)
      .executeTakeFirst();
    return row && observationFromRow(row);
  }

  /** Attempts in the checkout: those with these ids, and those that started after the event. */
  async attemptsSince(checkout: string, seq: number, ids: readonly AttemptId[]): Promise<HeldClaim[]> {
    const rows = await this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select("plans.slug as plan_slug")
      .where("checkout", "=", checkout)
      .where((e) =>
        e.or([
          ...(ids.length > 0 ? [e("claims.id", "in", ids)] : []),
          e(
            "claims.id",
            "in",
            e
              .selectFrom("events")
              .select((started) => started.ref("attempt_id").$notNull().as("id"))
              .where("seq", ">", seq)
              .where("type", "=", "attempt.started"),
          ),
        ]),
      )
      .orderBy("claims.id")
      .execute();
    return rows.map(heldFromRow);
  }

  /** The plan's events in order: all of them, or those of one type, after a sequence number or from a time on. */
  async events(
    planId: number,
    only: { readonly afterSeq?: number; readonly type?: ChangeType; readonly sinceMs?: number } = {},
  ): Promise<GraphEvent[]> {
    let query = this.db
      .selectFrom("events")
      .selectAll()
      .where("plan_id", "=", planId)
      .where("seq", ">", only.afterSeq ?? 0);
    if (only.type !== undefined) query = query.where("type", "=", only.type);
    if (only.sinceMs !== undefined) query = query.where("at_ms", ">=", only.sinceMs);
    return (await query.orderBy("seq").execute()).map(eventFromRow);
  }

  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId: number, type: ChangeType): Promise<{ seq: number; atMs: number }> {
    const row = await this.db
      .selectFrom("events")
      .select(["seq", "at_ms"])
      .where("plan_id", "=", planId)
      .where("type", "=", type)
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    return { seq: Number(row?.seq ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }

  /** Sequence number of the last event of the whole database. */
  async lastSeq(): Promise<number> {
    const row = await this.db
      .selectFrom("events")
      .select((e) => e.fn.max("seq").as("seq"))
      .executeTakeFirst();
    return Number(row?.seq ?? 0);
  }

  /** Whether the owner's process holds or held a claim of the plan. */
  async hasClaimOf(planId: number, owner: Owner): Promise<boolean> {
    const row = await this.db
      .selectFrom("claims")
      .select("id")
      .where("plan_id", "=", planId)
      .where("owner_pid", "=", owner.pid)
      .where("owner_started_at", "=", owner.startedAt)
      .where("owner_host", "=", owner.host)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Sequence number of the plan's last event: a cheap question whether anything changed. */
  async version(planId: number): Promise<number> {
    const row = await this.db
      .selectFrom("plans")
      .select("version")
      .where("id", "=", planId)
      .executeTakeFirst();
    return Number(row?.version ?? 0);
  }
}

function heldFromRow(row: Selectable<ClaimsTable> & { readonly plan_slug: string }): HeldClaim {
  return { planId: row.plan_id, plan: row.plan_slug as PlanSlug, claim: claimFromRow(row) };
}

/** A write transaction. Nothing of the graph is changed but by `append`. */
export class GraphWriter extends GraphReader {
  readonly #changed = new Set<number>();

  constructor(
    db: Kysely<Database>,
    mirrors: Mirrors,
    private readonly engine: Engine,
    readonly nowMs: number,
    private readonly actor: Actor,
  ) {
    super(db, mirrors);
  }

  /** Plans of which something was logged: if the transaction fails then, they are ahead of the database in memory. */
  get changedPlans(): ReadonlySet<number> {
    return this.#changed;
  }

  /** Logs the changes in order and applies them to the tables. */
  async append(planId: number, ...changes: readonly Change[]): Promise<void> {
    await this.appendOffers(planId, changes, new Map());
  }

  /** As `append`, and keeps the tokens of the offers among the changes: `batch_next` may have to hand them out again. */
  async appendOffers(
    planId: number,
    changes: readonly Change[],
    tokens: ReadonlyMap<AttemptId, string>,
  ): Promise<void> {
    if (changes.length === 0) return;
    this.#changed.add(planId);
    const logged: LoggedChange[] = [];
    for (let from = 0; from < changes.length; from += ROWS_AT_ONCE) {
      logged.push(...(await this.#log(planId, changes.slice(from, from + ROWS_AT_ONCE))));
    }
    await project(this.db, planId, this.nowMs, logged, tokens);
    this.#follow(planId, logged);
  }

  /** Whatever was read in this transaction and is the same after these changes need not be read again. */
  #follow(planId: number, logged: readonly LoggedChange[]): void {
    const onlyLogged = logged.every(({ change }) => isOnlyLogged(change));
    if (!onlyLogged) this.heldClaims = undefined;
    const version = logged.at(-1)?.seq ?? 0;
    for (const [key, plan] of this.readPlans) {
      if (plan.id !== planId) continue;
      const mirror = this.mirrors.get(planId);
      if (onlyLogged && mirror?.seq === plan.version) mirror.seq = version;
      if (logged.some(({ change }) => changesPlan(change))) this.readPlans.delete(key);
      else this.readPlans.set(key, { ...plan, version });
    }
  }

  async #log(planId: number, changes: readonly Change[]): Promise<LoggedChange[]> {
    const rows = await this.db
      .insertInto("events")
      .values(
        changes.map((change) => {
          const { type, task, attempt, ...data } = change as Change & { task?: string; attempt?: AttemptId };
          return {
            at_ms: this.nowMs,
            plan_id: planId,
            task_id: task ?? null,
            attempt_id: attempt ?? null,
            type,
            actor: this.actor,
            v: 1,
            data: JSON.stringify(data),
          };
        }),
      )
      .returning("seq")
      .execute();
    // Both engines number the rows of one INSERT in their order, but do not promise to return them in it.
    const seqs = rows.map((row) => Number(row.seq)).sort((a, b) => a - b);
    return changes.map((change, i) => ({ seq: seqs[i] as number, change }));
  }

  async nextPlanId(): Promise<number> {
    const [id] = await this.engine.nextIds(this.db, "plans", 1);
    return id as number;
  }

  async nextAttemptIds(count: number): Promise<AttemptId[]> {
    return (await this.engine.nextIds(this.db, "claims", count)) as AttemptId[];
  }

  async offerToken(attempt: AttemptId): Promise<string | undefined> {
    const row = await this.db
      .selectFrom("claims")
      .select("offer_token")
      .where("id", "=", attempt)
      .executeTakeFirst();
    return row?.offer_token ?? undefined;
  }

  /** Keeps what the next look at the checkout is compared with. Not an event: it is no part of the graph. */
  async keepObservation(checkout: string, observation: Observation): Promise<void> {
    const row = {
      from_ms: observation.fromMs,
      to_ms: observation.toMs,
      seq: observation.seq,
      head: observation.head,
      files: JSON.stringify([...observation.files]),
      at_work: JSON.stringify(observation.atWork),
    };
    await this.db
      .insertInto("observations")
      .values({ checkout, ...row })
      .onConflict((known) => known.column("checkout").doUpdateSet(row))
      .execute();
  }

  /** Prolongs the lease of a running attempt. Not an event: nothing about the graph changes. */
  async renewLease(attempt: AttemptId, untilMs: number): Promise<void> {
    this.heldClaims = undefined;
    await this.db
      .updateTable("claims")
      .set({ last_seen_ms: this.nowMs, expires_at_ms: untilMs })
      .where("id", "=", attempt)
      .where("state", "=", "running")
      .execute();
  }
}

/** The durable graph: readers see the last commit, writers run one at a time across all processes. */
export class GraphStore {
  readonly #mirrors: Mirrors = new Map();
  readonly #waiting = new Map<Doorbell, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  /** Runs `work` on one snapshot of the last commit. It must not read or write by the store itself. */
  async read<T>(work: (reader: GraphReader) => Promise<T>): Promise<T> {
    return this.#inTurn(() =>
      this.engine.db
        .transaction()
        .setIsolationLevel("repeatable read")
        .setAccessMode("read only")
        .execute((tx) => work(new GraphReader(tx, this.#mirrors))),
    );
  }

  /**
   * Runs `work` in one transaction: all of its changes are kept, or none. It must not read or write by the
   * store itself.
   * @param now read when it is this writer's turn, which it may have waited for: the log's times follow its order,
   *   and no lease begins with a part of it used up.
   */
  async write<T>(now: () => number, actor: Actor, work: (tx: GraphWriter) => Promise<T>): Promise<T> {
    const { result, changedPlans } = await this.#inTurn(async () => {
      let writer: GraphWriter | undefined;
      try {
        return await this.engine.db.transaction().execute(async (tx) => {
          await this.engine.takeTurn(tx);
          writer = new GraphWriter(tx, this.#mirrors, this.engine, now(), actor);
          const result = await work(writer);
          for (const planId of writer.changedPlans) await this.engine.announce(tx, planId);
          return { result, changedPlans: writer.changedPlans };
        });
      } catch (error) {
        if (writer && writer.changedPlans.size > 0) this.#mirrors.clear();
        throw error;
      }
    });
    for (const [bell, awaited] of this.#waiting) if (changedPlans.has(awaited)) bell.ring();
    return result;
  }

  /** Returns when the plan has an event after `afterSeq`, after `waitMs`, or when the signal is aborted. */
  async changed(planId: number, afterSeq: number, waitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + waitMs;
    const bell = new Doorbell();
    this.#waiting.set(bell, planId);
    const stopWatching = this.engine.watch((changed) => {
      if (changed === undefined || changed === planId) bell.ring();
    });
    try {
      for (;;) {
        const leftMs = end - performance.now();
        if (leftMs <= 0 || signal.aborted) return;
        if ((await this.read((reader) => reader.version(planId))) > afterSeq) return;
        await bell.sleep(leftMs, signal);
      }
    } finally {
      stopWatching();
      this.#waiting.delete(bell);
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  /** One transaction of this process at a time, because plans in memory are shared by all of them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
