import type { Kysely } from "kysely";
import type { AnyClaim, AttemptId } from "../graph/attempt.ts";
import type { Actor, Change, GraphEvent } from "../graph/event.ts";
import type { PlanSlug, Task } from "../graph/task.ts";
import { project } from "./projection.ts";
import { claimFromRow, eventFromRow, planFromRow, type StoredPlan, taskFromRow } from "./rows.ts";
import type { Database } from "./schema.ts";

/** A claim with the plan that it belongs to. */
export interface HeldClaim {
  readonly planId: number;
  readonly plan: PlanSlug;
  readonly claim: AnyClaim;
}

/** What can be read of the graph, inside or outside a transaction. */
export class GraphReader {
  constructor(protected readonly db: Kysely<Database>) {}

  async plan(repository: string, slug: string): Promise<StoredPlan | undefined> {
    const row = await this.db
      .selectFrom("plans")
      .selectAll()
      .where("repository", "=", repository)
      .where("slug", "=", slug)
      .executeTakeFirst();
    return row && planFromRow(row);
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

  /** The tasks of a plan in order of position. */
  async tasks(planId: number): Promise<Task[]> {
    const rows = await this.db
      .selectFrom("tasks")
      .selectAll()
      .where("plan_id", "=", planId)
      .orderBy("position")
      .execute();
    return rows.map(taskFromRow);
  }

  /** Every claim that the plan ever had, oldest first. */
  async claims(planId: number): Promise<AnyClaim[]> {
    const rows = await this.db
      .selectFrom("claims")
      .selectAll()
      .where("plan_id", "=", planId)
      .orderBy("id")
      .execute();
    return rows.map(claimFromRow);
  }

  /** Claims of all plans that hold their scope, in one checkout or in any: offered, running, or not yet drained. */
  async held(checkout?: string): Promise<HeldClaim[]> {
    const rows = await this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select("plans.slug as plan_slug")
      .$if(checkout !== undefined, (all) => all.where("checkout", "=", checkout as string))
      .where((e) => e.or([e("state", "in", ["offered", "running"]), e("drains_until_ms", "is not", null)]))
      .orderBy("claims.id")
      .execute();
    return rows.map((row) => ({
      planId: row.plan_id,
      plan: row.plan_slug as PlanSlug,
      claim: claimFromRow(row),
    }));
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

  async #claim(column: "token_hash" | "claims.id" | "agent_id", value: string | number) {
    const row = await this.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select("plans.slug as plan_slug")
      .where(column, "=", value)
      .orderBy("claims.id", "desc")
      .executeTakeFirst();
    return row && { planId: row.plan_id, plan: row.plan_slug as PlanSlug, claim: claimFromRow(row) };
  }

  /** The plan's events after `afterSeq`, in order. */
  async events(planId: number, afterSeq = 0): Promise<GraphEvent[]> {
    const rows = await this.db
      .selectFrom("events")
      .selectAll()
      .where("plan_id", "=", planId)
      .where("seq", ">", afterSeq)
      .orderBy("seq")
      .execute();
    return rows.map(eventFromRow);
  }

  /** Sequence number of the last event of any plan: a cheap question whether anything changed. */
  async lastSeq(): Promise<number> {
    const row = await this.db
      .selectFrom("events")
      .select((e) => e.fn.max("seq").as("seq"))
      .executeTakeFirst();
    return Number(row?.seq ?? 0);
  }
}

/** A write transaction. Nothing is changed but by `append`. */
export class GraphWriter extends GraphReader {
  constructor(
    db: Kysely<Database>,
    readonly nowMs: number,
    private readonly actor: Actor,
  ) {
    super(db);
  }

  /** Logs the changes in order and applies them to the tables. */
  async append(planId: number, ...changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const { type, task, attempt, ...data } = change as Change & { task?: string; attempt?: AttemptId };
      const { seq } = await this.db
        .insertInto("events")
        .values({
          at_ms: this.nowMs,
          plan_id: planId,
          task_id: task ?? null,
          attempt_id: attempt ?? null,
          type,
          actor: this.actor,
          v: 1,
          data: JSON.stringify(data),
        })
        .returning("seq")
        .executeTakeFirstOrThrow();
      await project(this.db, planId, Number(seq), this.nowMs, change);
    }
  }

  async nextPlanId(): Promise<number> {
    const row = await this.db
      .selectFrom("plans")
      .select((e) => e.fn.max("id").as("id"))
      .executeTakeFirst();
    return Number(row?.id ?? 0) + 1;
  }

  async nextAttemptId(): Promise<AttemptId> {
    const row = await this.db
      .selectFrom("claims")
      .select((e) => e.fn.max("id").as("id"))
      .executeTakeFirst();
    return (Number(row?.id ?? 0) + 1) as AttemptId;
  }

  /** Keeps the token of an open offer, which the next `batch_next` has to hand out again. */
  async keepOfferToken(attempt: AttemptId, token: string): Promise<void> {
    await this.db
      .updateTable("claims")
      .set({ offer_token: token })
      .where("id", "=", attempt)
      .where("state", "=", "offered")
      .execute();
  }

  async offerToken(attempt: AttemptId): Promise<string | undefined> {
    const row = await this.db
      .selectFrom("claims")
      .select("offer_token")
      .where("id", "=", attempt)
      .executeTakeFirst();
    return row?.offer_token ?? undefined;
  }

  /** Prolongs the lease of a running attempt. Not an event: nothing about the graph changes. */
  async renewLease(attempt: AttemptId, untilMs: number): Promise<void> {
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
  constructor(
    private readonly db: Kysely<Database>,
    /** Turns an engine's error into one that says who must act. */
    private readonly translate: (error: unknown) => unknown,
  ) {}

  /** Runs `work` outside a transaction: each query sees the last commit. */
  async read<T>(work: (reader: GraphReader) => Promise<T>): Promise<T> {
    try {
      return await work(new GraphReader(this.db));
    } catch (error) {
      throw this.translate(error);
    }
  }

  /** Runs `work` in one transaction: all of its changes are kept, or none. */
  async write<T>(nowMs: number, actor: Actor, work: (tx: GraphWriter) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction().execute((tx) => work(new GraphWriter(tx, nowMs, actor)));
    } catch (error) {
      throw this.translate(error);
    }
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}
