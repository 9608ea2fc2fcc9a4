import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import { type AnyClaim, type AttemptId, isAttempt, type Owner, workedUntilMs } from "../graph/attempt.ts";
import type { GraphEvent } from "../graph/event.ts";
import { type ChosenModel, INHERIT } from "../graph/model/model-choice.ts";
import { PlanGraph } from "../graph/plan-graph.ts";
import type { Runner, RunnerFacts } from "../graph/runner.ts";
import type { TaskDefinition, TaskId } from "../graph/task.ts";
import type { EstimatesFrom, Sample, TaskEstimates } from "../graph/task-estimates.ts";
import { newTokens, type Usage } from "../graph/usage.ts";
import type { ClaimKey, DefinitionRow, EngineTransaction, PlanKey, ReadAhead } from "./engine.ts";
import type { GraphMemory, PlanMirror } from "./plan-mirror.ts";
import { type HeldClaim, heldFromRow } from "./tables/held-claim.ts";
import { type IndexedType, IS_INDEXED } from "./tables/indexed-events.ts";
import { bothForms } from "./tables/masked-claim.ts";
import {
  claimFromRow,
  eventFromRow,
  planFromRow,
  type StoredPlan,
  storedDelivery,
  taskFromRow,
} from "./tables/rows.ts";

/** Estimates go by at most so many attempts: the newest say most about the next ones. */
const HISTORY = 500;

/** At most so many values in one condition: few enough for every engine's limits. */
const MAX_VALUES = 125;

/** Which events of a plan. */
export interface EventFilter {
  readonly afterSeq?: number;
  readonly types?: readonly IndexedType[];
  readonly sinceMs?: number;
  readonly task?: TaskId;
}

/** What was read ahead of the plan's log. */
interface EventsAhead {
  readonly planId: number;
  readonly types: readonly IndexedType[];
  readonly sinceMs: number;
  readonly events: readonly GraphEvent[];
}

/**
 * What can be read of the graph, inside or outside a write transaction. Several things may be asked for at once: each
 * answer is made of what was read for it.
 */
export class GraphReader {
  #claimAhead: { readonly key: ClaimKey; readonly found: HeldClaim | undefined } | undefined;
  #eventsAhead: EventsAhead | undefined;
  #endedAhead: (ReadAhead["endedAfter"] & { readonly found: readonly HeldClaim[] }) | undefined;
  protected attemptIdsAhead: number[] = [];

  constructor(
    protected readonly transaction: EngineTransaction,
    protected readonly memory: GraphMemory,
    private readonly estimatesFrom: EstimatesFrom,
  ) {}

  /** Reads at once what the call will need, unless it is known. */
  async readAhead(wanted: ReadAhead): Promise<void> {
    const { plan, held, ...rest } = wanted;
    const missing: ReadAhead = {
      ...rest,
      ...(plan && !this.memory.current(plan) && { plan }),
      ...(held && !this.memory.held && { held }),
    };
    if (Object.keys(missing).length > 0) await this.#load(missing);
  }

  /** @returns the claim that was wanted. */
  async #load(wanted: ReadAhead): Promise<HeldClaim | undefined> {
    const rows = await this.transaction.load(wanted, this.memory.known);
    this.memory.lastSeq ??= rows.lastSeq;
    for (const row of rows.plans) {
      const stored = planFromRow(row);
      const mirror = this.memory.mirror(stored.id) ?? (await this.#newMirror(stored));
      if (mirror.isCurrent) continue;
      const isOfPlan = ({ plan_id }: { readonly plan_id: number }) => plan_id === stored.id;
      mirror.graph.apply(
        rows.tasks.filter(isOfPlan).map(taskFromRow),
        rows.claims.filter(isOfPlan).map(claimFromRow),
      );
      mirror.stored = stored;
      mirror.seq = stored.version;
      mirror.isCurrent = true;
      this.memory.renewLeasesOf(stored.id);
    }
    if (rows.held && !this.memory.held) this.memory.setHeld(rows.held.map(heldFromRow));
    const claim = rows.claim && heldFromRow(rows.claim);
    if (wanted.claim) this.#claimAhead = { key: wanted.claim, found: claim };
    if (wanted.endedAfter) this.#endedAhead = { ...wanted.endedAfter, found: rows.ended.map(heldFromRow) };
    if (wanted.events && claim) {
      const { types } = wanted.events;
      const events = rows.events.map(eventFromRow);
      this.#eventsAhead = { planId: claim.planId, types, sinceMs: rows.eventsSinceMs, events };
    }
    this.attemptIdsAhead.push(...rows.attemptIds);
    return claim;
  }

  async #newMirror(stored: StoredPlan): Promise<PlanMirror> {
    const estimates = await this.currentEstimates(stored.repository);
    const known = this.memory.mirror(stored.id);
    if (known) return known;
    const graph = new PlanGraph((task) => estimates.durationMs(task));
    const mirror = { estimates, graph, stored, seq: 0, isCurrent: false };
    this.memory.add(mirror);
    return mirror;
  }

  /** A plan that is made in this transaction. */
  protected async addMirror(stored: StoredPlan): Promise<PlanMirror> {
    const mirror = await this.#newMirror(stored);
    mirror.isCurrent = true;
    return mirror;
  }

  /** The plan in memory, brought up to date with this reader's view. */
  async mirror(key: PlanKey): Promise<PlanMirror | undefined> {
    const known = this.memory.current(key);
    if (known) return known;
    await this.#load({ plan: key });
    return this.memory.current(key);
  }

  async plan(repository: string, slug: string): Promise<StoredPlan | undefined> {
    return (await this.mirror({ repository, slug }))?.stored;
  }

  /** Those that execute plans of the repository without a conversation, or did until lately, in the order in which they came. */
  async runners(repository: string): Promise<Runner[]> {
    const rows = await this.transaction.db
      .selectFrom("runners")
      .selectAll()
      .where("repository", "=", repository)
      .orderBy("since_ms")
      .orderBy("owner_host")
      .orderBy("owner_pid")
      .execute();
    return rows.map((row) => ({
      ...(JSON.parse(row.facts) as RunnerFacts),
      owner: { host: row.owner_host, pid: Number(row.owner_pid), startedAt: row.owner_started_at },
      sinceMs: Number(row.since_ms),
      lastSeenMs: Number(row.last_seen_ms),
      leaseUntilMs: Number(row.lease_until_ms),
    }));
  }

  /** The repositories that have plans in this graph, by name. */
  async repositories(): Promise<string[]> {
    const rows = await this.transaction.db.selectFrom("plans").select("repository").distinct().execute();
    return rows.map(({ repository }) => repository).sort();
  }

  /** All plans of the repository, newest first. */
  async plans(repository: string): Promise<StoredPlan[]> {
    const rows = await this.transaction.db
      .selectFrom("plans")
      .selectAll()
      .where("repository", "=", repository)
      .orderBy("id", "desc")
      .execute();
    return rows.map((row) => this.memory.current({ planId: row.id })?.stored ?? planFromRow(row));
  }

  /**
   * The plan in memory, brought up to date with this reader's view. The same object is returned every time:
   * what was read from it before is as old as it was then.
   */
  async graph(plan: StoredPlan): Promise<PlanGraph> {
    return (await this.#existing(plan.id)).graph;
  }

  /** What the plan's tasks are expected to take. */
  async estimates(plan: StoredPlan): Promise<TaskEstimates> {
    return (await this.#existing(plan.id)).estimates;
  }

  async #existing(planId: number): Promise<PlanMirror> {
    const mirror = await this.mirror({ planId });
    if (!mirror) throw new Error(`there is no plan ${planId}`);
    return mirror;
  }

  /** What tasks of the plan are described as, which is not in memory. @param ids absent: all of them. */
  async descriptions(planId: number, ids?: readonly TaskId[]): Promise<Map<TaskId, string>> {
    return descriptionsIn(await this.transaction.definitions(planId, ids));
  }

  /** What tasks of the repository are expected to take, by all attempts up to now. */
  async currentEstimates(repository: string): Promise<TaskEstimates> {
    return this.estimatesFrom(await this.#history(repository));
  }

  /** The repository's completed attempts, newest first. */
  async #history(repository: string): Promise<Sample[]> {
    const rows = await this.transaction.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .innerJoin("tasks", (join) =>
        join.onRef("tasks.plan_id", "=", "claims.plan_id").onRef("tasks.id", "=", "claims.task_id"),
      )
      .select([
        "tasks.definition",
        "offered_at_ms",
        "started_at_ms",
        "claims.ended_at_ms",
        "usage",
        "delivering",
        "chosen_model",
      ])
      .where("plans.repository", "=", repository)
      .where("outcome", "=", "completed")
      .orderBy("claims.id", "desc")
      .limit(HISTORY)
      .execute();
    return rows.map((row) => {
      const { agent, size, estimateMs } = JSON.parse(row.definition) as TaskDefinition;
      const startedAtMs = Number(row.started_at_ms);
      const chosen = JSON.parse(row.chosen_model ?? "null") as ChosenModel | null;
      const { acceptedAtMs } = storedDelivery(row.delivering);
      return {
        ...(agent !== undefined && { agent }),
        ...(size !== undefined && { size }),
        ...(estimateMs !== undefined && { estimateMs }),
        models: [chosen?.model ?? INHERIT],
        durationMs: (acceptedAtMs ?? Number(row.ended_at_ms)) - startedAtMs,
        launchMs: startedAtMs - Number(row.offered_at_ms),
        ...measuredOf(row.usage),
      };
    });
  }

  /** Claims of all plans that hold their scope, in one checkout or in any: offered, running, or not yet drained. */
  async held(checkout?: string): Promise<readonly HeldClaim[]> {
    if (!this.memory.held) await this.#load({ held: true });
    const held = [...(this.memory.held?.values() ?? [])];
    return checkout === undefined ? held : held.filter(({ claim }) => claim.checkout === checkout);
  }

  async claimByTokenHash(tokenHash: string): Promise<HeldClaim | undefined> {
    return this.#claim({ tokenHash }, (claim) => claim.tokenHash === tokenHash);
  }

  async claimById(attempt: AttemptId): Promise<HeldClaim | undefined> {
    const held = this.memory.held?.get(attempt);
    return held ?? this.#claim({ attempt }, ({ id }) => id === attempt);
  }

  /** The newest claim that the agent was bound to. */
  async claimOfAgent(agentId: string): Promise<HeldClaim | undefined> {
    return this.#claim({ agentId }, (claim) => isOfAgent(claim, [agentId]));
  }

  async #claim(key: ClaimKey, isMeant: (claim: AnyClaim) => boolean): Promise<HeldClaim | undefined> {
    const ahead = this.#claimAhead;
    const found = ahead && isDeepStrictEqual(ahead.key, key) ? ahead.found : await this.#load({ claim: key });
    return this.asChanged(found ? [found] : [], isMeant).at(-1);
  }

  /** Claims of all plans in the checkout that were offered from that time on, but for offers that nobody took up. */
  async claimsOfferedSince(checkout: string, sinceMs: number): Promise<readonly HeldClaim[]> {
    const rows = await this.transaction.db
      .selectFrom("claims")
      .innerJoin("plans", "plans.id", "claims.plan_id")
      .selectAll("claims")
      .select(["plans.slug as plan_slug", "plans.repository"])
      .where("checkout", "=", checkout)
      .where("offered_at_ms", ">=", sinceMs)
      .where("state", "!=", "returned")
      .execute();
    return rows.map(heldFromRow);
  }

  /** Ended attempts in the checkout whose agents were at work after that time. */
  async attemptsEndedAfter(checkout: string, afterMs: number): Promise<readonly HeldClaim[]> {
    const isAhead = this.#endedAhead?.checkout === checkout && this.#endedAhead.afterMs <= afterMs;
    if (!isAhead) await this.#load({ endedAfter: { checkout, afterMs } });
    return this.asChanged(
      (this.#endedAhead?.found ?? []).filter(({ claim }) => endedLater(claim, checkout, afterMs)),
      (claim) => endedLater(claim, checkout, afterMs),
    );
  }

  /** Every attempt that one of the agents was bound to, oldest first: an agent that pulls its work has several. */
  async attemptsOfAgents(agentIds: readonly string[]): Promise<HeldClaim[]> {
    const found: HeldClaim[] = [];
    for (let from = 0; from < agentIds.length; from += MAX_VALUES) {
      const rows = await this.transaction.db
        .selectFrom("claims")
        .innerJoin("plans", "plans.id", "claims.plan_id")
        .selectAll("claims")
        .select(["plans.slug as plan_slug", "plans.repository"])
        .where("agent_id", "in", agentIds.slice(from, from + MAX_VALUES).flatMap(bothForms))
        .execute();
      found.push(...rows.map(heldFromRow));
    }
    return this.asChanged(found, (claim) => isOfAgent(claim, agentIds));
  }

  /** Claims of the database as this transaction has made them, with those that it has made, by id. */
  protected asChanged(found: readonly HeldClaim[], _isMeant: (claim: AnyClaim) => boolean): HeldClaim[] {
    return [...found].sort((a, b) => a.claim.id - b.claim.id);
  }

  /** The plan's events in order: all of them, or those of some types, after a sequence number or from a time on. */
  async events(planId: number, only: EventFilter = {}): Promise<GraphEvent[]> {
    const ahead = this.#eventsAhead;
    const isAhead =
      ahead?.planId === planId &&
      only.types?.every((type) => ahead.types.includes(type)) &&
      (only.sinceMs ?? 0) >= ahead.sinceMs;
    if (isAhead) return ahead.events.filter((event) => isMeant(event, only));
    let query = this.transaction.db
      .selectFrom("events")
      .selectAll()
      .where("plan_id", "=", planId)
      .where("seq", ">", only.afterSeq ?? 0);
    if (only.types) query = query.where("type", "in", only.types).where(sql<boolean>`${sql.raw(IS_INDEXED)}`);
    if (only.sinceMs !== undefined) query = query.where("at_ms", ">=", only.sinceMs);
    if (only.task !== undefined) query = query.where("task_id", "=", only.task);
    // As an expression, or SQLite would read the whole log in its order instead of the events of these types.
    const order = only.types ? sql`+seq` : sql.ref("seq");
    return (await query.orderBy(order).execute()).map(eventFromRow);
  }

  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId: number, type: IndexedType): Promise<{ seq: number; atMs: number }> {
    const row = await this.transaction.db
      .selectFrom("events")
      .select(["seq", "at_ms"])
      .where("plan_id", "=", planId)
      .where("type", "=", type)
      .where(sql<boolean>`${sql.raw(IS_INDEXED)}`)
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    return { seq: Number(row?.seq ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }

  /** When the events with these sequence numbers happened. */
  async timesOf(seqs: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (seqs.length === 0) return new Map();
    const rows = await this.transaction.db
      .selectFrom("events")
      .select(["seq", "at_ms"])
      .where("seq", "in", seqs)
      .execute();
    return new Map(rows.map((row) => [Number(row.seq), Number(row.at_ms)]));
  }

  /** Whether the owner's process holds or held a claim of the plan. */
  async hasClaimOf(planId: number, owner: Owner): Promise<boolean> {
    const row = await this.transaction.db
      .selectFrom("claims")
      .select("id")
      .where("plan_id", "=", planId)
      .where("owner_pid", "=", owner.pid)
      .where("owner_started_at", "=", owner.startedAt)
      .where("owner_host", "in", bothForms(owner.host))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Sequence number of the plan's last event: a cheap question whether anything changed. */
  async version(planId: number): Promise<number> {
    const known = this.memory.current({ planId });
    if (known) return known.stored.version;
    const row = await this.transaction.db
      .selectFrom("plans")
      .select("version")
      .where("id", "=", planId)
      .executeTakeFirst();
    return Number(row?.version ?? 0);
  }
}

function endedLater(claim: AnyClaim, checkout: string, afterMs: number): boolean {
  return (
    claim.state === "ended" &&
    claim.checkout === checkout &&
    (workedUntilMs(claim) ?? claim.endedAtMs) > afterMs
  );
}

function isOfAgent(claim: AnyClaim, agentIds: readonly string[]): boolean {
  const agentId = isAttempt(claim) ? claim.agentId : undefined;
  return agentId !== undefined && agentIds.includes(agentId);
}

/** Whether the filter lets the event through. */
export function isMeant(
  { seq, atMs, change }: GraphEvent,
  { afterSeq = 0, types, sinceMs = 0, task }: EventFilter,
): boolean {
  const meant: readonly string[] | undefined = types;
  if (task !== undefined && !("task" in change && change.task === task)) return false;
  return seq > afterSeq && atMs >= sinceMs && (meant === undefined || meant.includes(change.type));
}

export function descriptionsIn(rows: readonly DefinitionRow[]): Map<TaskId, string> {
  return new Map(
    rows.map(({ id, definition }) => [id as TaskId, (JSON.parse(definition) as TaskDefinition).description]),
  );
}

/** What was used, as the column holds it. */
function measuredOf(column: string | null): Pick<Sample, "tokens" | "usage"> {
  if (column === null) return {};
  const usage = JSON.parse(column) as Usage;
  return { tokens: newTokens(usage), usage };
}
