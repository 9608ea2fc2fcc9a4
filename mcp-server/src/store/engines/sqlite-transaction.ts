import type { Kysely, Selectable, SqliteDatabase } from "kysely";
import type { ClaimKey, EngineTransaction, LoadedRows, PlanKey, ReadAhead } from "../engine.ts";
import { HELD, type HeldRow, UNRECOGNISED } from "../tables/held-claim.ts";
import type { NewRows } from "../tables/new-rows.ts";
import {
  CLAIMS,
  EVENTS,
  LEASE_COLUMNS,
  OBSERVATIONS,
  onConflict,
  PLANS,
  TASKS,
  type WrittenTable,
} from "../tables/row-columns.ts";
import type {
  ClaimsTable,
  Database,
  EventsTable,
  ObservationsTable,
  PlansTable,
  TasksTable,
} from "../tables/schema.ts";
import { storableJson } from "../tables/storable.ts";

const CLAIMS_WITH_PLAN =
  "select claims.*, plans.slug as plan_slug, plans.repository from claims join plans on plans.id = claims.plan_id";

/** A place in the list of events that is written (from 1) as a sequence number. */
const SEQ = "?2 + (value ->> 'event')";

/** Rows come as one JSON text each, so that a statement is the same however many there are. */
const INSERT = {
  events: insertion(EVENTS, "?2 + key + 1"),
  plans: insertion(PLANS, SEQ),
  tasks: insertion(TASKS, SEQ),
  claims: insertion(CLAIMS, SEQ),
  observations: `insert into observations (${Object.keys(OBSERVATIONS.columns).join(", ")})
    select ${Object.keys(OBSERVATIONS.columns)
      .map((column) =>
        column === "seq"
          ? "case when value ->> 'event' > 0 then ?2 + (value ->> 'event') else value ->> 'seq' end"
          : `value ->> '${column}'`,
      )
      .join(", ")}
    from json_each(?1) where true ${onConflict(OBSERVATIONS)}`,
};

const VERSIONS = `update plans set version = ?2 + (changed.value ->> 'event')
  from json_each(?1) as changed where plans.id = changed.value ->> 'id'`;

const LEASES = `update claims set ${Object.keys(LEASE_COLUMNS)
  .filter((column) => column !== "id")
  .map((column) => `${column} = renewed.value ->> '${column}'`)
  .join(", ")}
  from json_each(?1) as renewed where claims.id = renewed.value ->> 'id' and claims.state = 'running'`;

function insertion(table: WrittenTable, seq: string): string {
  const columns = Object.keys(table.columns);
  const values = columns.map((column) => `value ->> '${column}'`);
  return `insert into ${table.name} (${[...columns, table.seq].join(", ")})
    select ${[...values, seq].join(", ")} from json_each(?1) where true
    ${table === EVENTS ? "" : onConflict(table)}`;
}

/**
 * A transaction on a SQLite database. Its statements are the same few in every transaction, so they are prepared once
 * and go past the query builder.
 * @param db its connection, of which this process runs one transaction at a time.
 */
export function sqliteTransaction(
  statements: SqliteDatabase,
  db: Kysely<Database>,
  stamp: number | undefined,
): EngineTransaction {
  const all = <Row>(sql: string, ...values: unknown[]) => statements.prepare(sql).all(values) as Row[];

  const planOf = (key: PlanKey) =>
    "planId" in key
      ? all<Selectable<PlansTable>>("select * from plans where id = ?", key.planId)
      : all<Selectable<PlansTable>>(
          "select * from plans where repository = ? and slug = ?",
          key.repository,
          key.slug,
        );

  const claimOf = (key: ClaimKey): HeldRow | undefined => {
    const [column, value] =
      "tokenHash" in key
        ? ["token_hash", key.tokenHash]
        : "agentId" in key
          ? ["agent_id", key.agentId]
          : ["claims.id", key.attempt];
    const [row] = all<HeldRow>(
      `${CLAIMS_WITH_PLAN} where ${column} = ? order by claims.id desc limit 1`,
      value,
    );
    return row;
  };

  const lastSeq = () => all<{ seq: number | null }>("select max(seq) as seq from events")[0]?.seq ?? 0;
  // Writers run one at a time over the whole file, so nobody else can take the same numbers; what this transaction has
  // taken is not written yet.
  const taken = { plans: 0, claims: 0 };
  const nextIds = (table: "plans" | "claims", count: number) => {
    const stored = all<{ id: number | null }>(`select max(id) as id from ${table}`)[0]?.id ?? 0;
    const last = Math.max(stored, taken[table]);
    taken[table] = last + count;
    return Array.from({ length: count }, (_, i) => last + 1 + i);
  };

  return {
    db,
    stamp,
    async load(wanted: ReadAhead, known: ReadonlyMap<number, number>): Promise<LoadedRows> {
      const claim = wanted.claim && claimOf(wanted.claim);
      const plans = wanted.plan ? planOf(wanted.plan) : [];
      if (claim && !plans.some(({ id }) => id === claim.plan_id)) {
        plans.push(...planOf({ planId: claim.plan_id }));
      }
      const changed = plans.filter((plan) => Number(plan.version) > (known.get(plan.id) ?? 0));
      const changedRows = <Row>(table: string, order: string) =>
        changed.flatMap(({ id }) =>
          all<Row>(
            `select * from ${table} where plan_id = ? and changed_seq > ? order by ${order}`,
            id,
            known.get(id) ?? 0,
          ),
        );
      const observation =
        wanted.checkout === undefined
          ? undefined
          : all<Selectable<ObservationsTable>>(
              "select * from observations where checkout = ?",
              wanted.checkout,
            )[0];
      const { events } = wanted;
      const eventsSinceMs = events?.sinceMs ?? Number(claim?.offered_at_ms ?? 0);
      return {
        lastSeq: lastSeq(),
        plans,
        tasks: changedRows<Selectable<TasksTable>>("tasks", "position"),
        claims: changedRows<Selectable<ClaimsTable>>("claims", "id"),
        held: wanted.held
          ? all<HeldRow>(
              `${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`,
            )
          : undefined,
        claim,
        observation,
        attemptsSince: observation
          ? all<HeldRow>(
              `${CLAIMS_WITH_PLAN} where checkout = ?1 and (
                claims.id in (select value from json_each(?2))
                or claims.id in (select attempt_id from events where seq > ?3 and type = 'attempt.started')
              ) order by claims.id`,
              wanted.checkout,
              observation.at_work,
              observation.seq,
            )
          : [],
        events:
          // Ordered by an expression, or the whole log of the plan would be read in its order.
          claim && events
            ? all<Selectable<EventsTable>>(
                `select * from events where plan_id = ?1 and type in (select value from json_each(?2))
                  and at_ms >= ?3 order by +seq`,
                claim.plan_id,
                JSON.stringify(events.types),
                eventsSinceMs,
              )
            : [],
        eventsSinceMs,
        attemptIds: wanted.attemptIds ? nextIds("claims", wanted.attemptIds) : [],
      };
    },
    async save(rows: NewRows): Promise<readonly number[]> {
      const before = lastSeq();
      const write = (sql: string, written: readonly unknown[], ...values: unknown[]) => {
        if (written.length > 0) statements.prepare(sql).run([storableJson(written), ...values]);
      };
      write(INSERT.plans, rows.plans, before);
      write(INSERT.events, rows.events, before);
      write(INSERT.tasks, rows.tasks, before);
      write(INSERT.claims, rows.claims, before);
      write(INSERT.observations, rows.observations, before);
      write(VERSIONS, rows.versions, before);
      write(LEASES, rows.leases);
      return rows.events.map((_, i) => before + 1 + i);
    },
    nextIds: async (table, count) => nextIds(table, count),
  };
}
