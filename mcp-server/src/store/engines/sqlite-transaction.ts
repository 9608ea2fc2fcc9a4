import type { Kysely, Selectable, SqliteDatabase } from "kysely";
import { isReadable } from "../../graph/event.ts";
import type {
  ClaimKey,
  DefinitionRow,
  EngineTransaction,
  LoadedRows,
  PlanKey,
  ReadAhead,
  ReadWithSave,
  Saved,
} from "../engine.ts";
import { HELD, type HeldRow, UNRECOGNISED } from "../tables/held-claim.ts";
import { IS_INDEXED } from "../tables/indexed-events.ts";
import { bothForms } from "../tables/masked-claim.ts";
import type { NewRows } from "../tables/new-rows.ts";
import { type OutlineRow, outlineColumns } from "../tables/outline-row.ts";
import { CLAIMS, EVENTS, onConflict, PLANS, TASKS, type WrittenTable } from "../tables/row-columns.ts";
import type { ClaimsTable, Database, EventsTable, PlansTable } from "../tables/schema.ts";

const CLAIMS_WITH_PLAN =
  "select claims.*, plans.slug as plan_slug, plans.repository from claims join plans on plans.id = claims.plan_id";

/**
 * All rows of a plan, or those that an event since then names: the log has the only index by sequence number. The `+`
 * keeps its column out of the search, so that claims are looked up one by one instead of among all of the plan.
 */
const CHANGED = {
  tasks: changed(
    `${outlineColumns("sqlite")} from tasks`,
    "position",
    "plan_id = ?1 and id in (select task_id",
  ),
  claims: changed("* from claims", "id", "+plan_id = ?1 and id in (select attempt_id"),
};

function changed(what: string, order: string, isIn: string) {
  return {
    all: `select ${what} where plan_id = ? order by ${order}`,
    since: `select ${what} where ${isIn} from events where plan_id = ?1 and seq > ?2) order by ${order}`,
  };
}

/**
 * Rows are written one by one: without a network in between, executing a statement that is prepared takes less time
 * than taking a row's values out of a text. The last value is that of the column `seq`, if the table has one.
 */
const INSERT = {
  plans: insertion(PLANS),
  events: insertion(EVENTS),
  tasks: insertion(TASKS),
  claims: insertion(CLAIMS),
};

const DEFINITIONS = {
  one: "select id, definition from tasks where plan_id = ? and id = ?",
  some: "select id, definition from tasks where plan_id = ? and id in (select value from json_each(?))",
};

/** Ordered by an expression, or the whole log of the plan would be read in its order. */
const EVENTS_OF_TYPES = `select * from events where plan_id = ?1 and type in (select value from json_each(?2))
  and ${IS_INDEXED} and at_ms >= ?3 order by +seq`;

const VERSION = "update plans set version = ? where id = ?";

const LEASE =
  "update claims set last_seen_ms = ?, expires_at_ms = ? where id = ? and state in ('offered', 'running')";

/** @returns the statement, and the columns of its values in their order. */
function insertion(table: WrittenTable): { readonly sql: string; readonly columns: readonly string[] } {
  const columns = Object.keys(table.columns);
  const all = [...columns, ...(table.seq === undefined ? [] : [table.seq])];
  const conflict = table === EVENTS ? "" : onConflict(table);
  const values = all.map(() => "?").join(", ");
  return { sql: `insert into ${table.name} (${all.join(", ")}) values (${values}) ${conflict}`, columns };
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
    const [column, values]: readonly [string, readonly unknown[]] =
      "tokenHash" in key
        ? ["token_hash", bothForms(key.tokenHash)]
        : "agentId" in key
          ? ["agent_id", bothForms(key.agentId)]
          : ["claims.id", [key.attempt]];
    // Ordered by an expression, or SQLite would walk all claims in their order instead of asking the index.
    const [row] = all<HeldRow>(
      `${CLAIMS_WITH_PLAN} where ${column} in (${values.map(() => "?").join(", ")}) order by +claims.id desc limit 1`,
      ...values,
    );
    return row;
  };

  /** Whether all that a plan's log says since can be read: an event of a newer version may concern any row. */
  const isReadableSince = (planId: number, seq: number) =>
    all<Selectable<EventsTable>>(
      "select distinct type, v from events where plan_id = ? and seq > ?",
      planId,
      seq,
    ).every(({ type, v }) => isReadable(type, v));

  const definitionsOf = (planId: number, ids: readonly string[]) =>
    ids.length === 1
      ? all<DefinitionRow>(DEFINITIONS.one, planId, ids[0])
      : all<DefinitionRow>(DEFINITIONS.some, planId, JSON.stringify(ids));

  const eventsOf = (planId: number, types: readonly string[], sinceMs: number) =>
    all<Selectable<EventsTable>>(EVENTS_OF_TYPES, planId, JSON.stringify(types), sinceMs);

  let last: number | undefined;
  /** Nobody else writes meanwhile, and what this transaction has changed is written once, at its end. */
  const lastSeq = () => {
    last ??= all<{ seq: number | null }>("select max(seq) as seq from events")[0]?.seq ?? 0;
    return last;
  };
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
      const changed = plans.flatMap(({ id, version }) => {
        const seq = known.get(id) ?? 0;
        if (Number(version) <= seq) return [];
        return [{ id, seq: seq > 0 && isReadableSince(id, seq) ? seq : 0 }];
      });
      const changedRows = <Row>(statement: { readonly all: string; readonly since: string }) =>
        changed.flatMap(({ id, seq }) =>
          seq === 0 ? all<Row>(statement.all, id) : all<Row>(statement.since, id, seq),
        );
      const { events } = wanted;
      const eventsSinceMs = events?.sinceMs ?? Number(claim?.offered_at_ms ?? 0);
      return {
        lastSeq: lastSeq(),
        plans,
        tasks: changedRows<OutlineRow>(CHANGED.tasks),
        claims: changedRows<Selectable<ClaimsTable>>(CHANGED.claims),
        held: wanted.held
          ? all<HeldRow>(
              `${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`,
            )
          : undefined,
        claim,
        ended: wanted.endedAfter
          ? all<HeldRow>(
              `${CLAIMS_WITH_PLAN} where checkout = ? and ended_at_ms > ? and started_at_ms is not null`,
              wanted.endedAfter.checkout,
              wanted.endedAfter.afterMs,
            )
          : [],
        events: claim && events ? eventsOf(claim.plan_id, events.types, eventsSinceMs) : [],
        eventsSinceMs,
        attemptIds: wanted.attemptIds ? nextIds("claims", wanted.attemptIds) : [],
      };
    },
    definitions: async (planId, ids) =>
      ids === undefined
        ? all<DefinitionRow>("select id, definition from tasks where plan_id = ?", planId)
        : definitionsOf(planId, ids),
    async save(rows: NewRows, wanted?: ReadWithSave): Promise<Saved> {
      const read = {
        definitions: wanted ? definitionsOf(wanted.planId, wanted.tasks) : [],
        events: wanted?.events ? eventsOf(wanted.planId, wanted.events.types, wanted.events.sinceMs) : [],
      };
      const before = lastSeq();
      const insert = ({ sql, columns }: (typeof INSERT)["plans"], row: object, ...seq: readonly number[]) => {
        const values = row as Readonly<Record<string, unknown>>;
        statements.prepare(sql).run([...columns.map((column) => values[column]), ...seq]);
      };
      for (const row of rows.plans) insert(INSERT.plans, row, before + row.event);
      for (const [i, row] of rows.events.entries()) insert(INSERT.events, row, before + 1 + i);
      for (const row of rows.tasks) insert(INSERT.tasks, row, before + row.event);
      for (const row of rows.claims) insert(INSERT.claims, row, before + row.event);
      for (const { id, event } of rows.versions) statements.prepare(VERSION).run([before + event, id]);
      for (const { id, last_seen_ms, expires_at_ms } of rows.leases) {
        statements.prepare(LEASE).run([last_seen_ms, expires_at_ms, id]);
      }
      last = before + rows.events.length;
      return { seqs: rows.events.map((_, i) => before + 1 + i), ...read };
    },
    goesOn: async () => undefined,
    nextIds: async (table, count) => nextIds(table, count),
  };
}
