import { CompiledQuery, type Kysely } from "kysely";
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
import { HELD, UNRECOGNISED } from "../tables/held-claim.ts";
import { bothForms } from "../tables/masked-claim.ts";
import type { NewRows } from "../tables/new-rows.ts";
import { outlineColumns } from "../tables/outline-row.ts";
import {
  CLAIMS,
  EVENTS,
  LEASE_COLUMNS,
  onConflict,
  PLANS,
  TASKS,
  type WrittenTable,
} from "../tables/row-columns.ts";
import type { Database } from "../tables/schema.ts";
import { storableJson } from "../tables/storable.ts";

/** The graph's tables lie in a schema of their own, so that a database may hold other things as well. */
export const SCHEMA = "parallel";

/** The time as the database has it: not when the transaction began, which may have waited for its turn since. */
export const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/** Values of one statement, in the order of their placeholders. */
class Values {
  readonly list: unknown[] = [];

  /** @returns the placeholder. */
  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

const CLAIMS_WITH_PLAN = `select c.*, p.slug as plan_slug, p.repository from ${SCHEMA}.claims c join ${SCHEMA}.plans p on p.id = c.plan_id`;

/**
 * A transaction on a PostgreSQL database. A network lies between, so what a call needs is read by one statement and
 * what it has changed is written by one, whatever it is.
 * @param db bound to the transaction's connection.
 * @param channel where watchers listen.
 * @param heard is told what the database says that the time is.
 */
export function postgresTransaction(
  db: Kysely<Database>,
  channel: string,
  heard: (nowMs: number) => void,
): EngineTransaction {
  const query = async <Row>(text: string, values: readonly unknown[]) =>
    (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows as Row[];

  return {
    db,
    stamp: undefined,
    async load(wanted: ReadAhead, known: ReadonlyMap<number, number>): Promise<LoadedRows> {
      const values = new Values();
      const [row] = await query<{ loaded: Loaded }>(loadStatement(wanted, known, values), values.list);
      if (!row) throw new Error("a select without a table has one row");
      const { nowMs, held, claim, ...rest } = row.loaded;
      heard(nowMs);
      const whole = rest.plans.filter(({ id }) => !known.has(id)).map(({ id }) => id);
      const rowsOf = async <Row>(
        { name, columns, order }: ReadTable,
        newer: readonly Row[],
      ): Promise<readonly Row[]> =>
        whole.length === 0
          ? newer
          : [
              ...newer,
              ...(await query<Row>(
                `select ${columns} from ${SCHEMA}.${name} where plan_id = any ($1::int[]) order by ${order}`,
                [whole],
              )),
            ];
      return {
        ...rest,
        tasks: await rowsOf(READ.tasks, rest.tasks),
        claims: await rowsOf(READ.claims, rest.claims),
        held: held ?? undefined,
        claim: claim ?? undefined,
      };
    },
    definitions: (planId, ids) =>
      query<DefinitionRow>(
        `select id, definition from ${SCHEMA}.tasks where plan_id = $1 and ($2::text[] is null or id = any ($2))`,
        [planId, ids ?? null],
      ),
    async save(rows: NewRows, wanted?: ReadWithSave): Promise<Saved> {
      const values = new Values();
      const statement = saveStatement(rows, channel, wanted, values);
      const [row] = await query<{ saved: Saved }>(statement, values.list);
      if (!row) throw new Error("a select without a table has one row");
      return row.saved;
    },
    // It ends a transaction of which it hears nothing for a while, for its host may have died.
    goesOn: async () => void (await query("select", [])),
    // Writers of other repositories run at the same time, so the largest number plus one would not do.
    async nextIds(table, count) {
      const rows = await query<{ id: number }>(
        `select nextval(pg_get_serial_sequence('${SCHEMA}.${table}', 'id')) as id from generate_series(1, $1::int)`,
        [count],
      );
      return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
    },
  };
}

/** What is read of a table, and in which order. */
interface ReadTable {
  readonly name: string;
  readonly columns: string;
  readonly order: string;
}

const READ = {
  tasks: { name: "tasks", columns: outlineColumns("postgres"), order: "position" },
  claims: { name: "claims", columns: "*", order: "id" },
} satisfies Record<string, ReadTable>;

/** As JSON has it: there is no undefined. */
type Loaded = { readonly [Field in keyof LoadedRows]: LoadedRows[Field] | null } & LoadedRows & {
    readonly nowMs: number;
  };

/** The rows of a query as one JSON list. */
function jsonRows(select: string): string {
  return `(select coalesce(json_agg(r), '[]') from (${select}) r)`;
}

/**
 * One statement: a JSON object of all that is wanted, but for the tasks and claims of plans that are not known at all.
 * Those are many, and take several times as long as JSON.
 */
function loadStatement(wanted: ReadAhead, known: ReadonlyMap<number, number>, values: Values): string {
  const knownSeq = `(${values.add(JSON.stringify(Object.fromEntries(known)))}::json ->> w.id::text)::bigint`;
  const isKnown = `w.id = any (${values.add([...known.keys()])}::int[])`;
  const plans = [
    ...(wanted.plan ? [planCondition(wanted.plan, values)] : []),
    ...(wanted.claim ? ["id = (select plan_id from one)"] : []),
  ];
  const newer = ({ name, columns, order }: ReadTable) =>
    jsonRows(
      `select ${columns} from (select t.* from ${SCHEMA}.${name} t join wanted_plans w on w.id = t.plan_id
        where ${isKnown} and t.changed_seq > ${knownSeq}) t order by ${order}`,
    );
  const { events } = wanted;
  const types = wanted.claim && events ? values.add(events.types) : undefined;
  const since =
    events?.sinceMs === undefined
      ? "(select offered_at_ms from one)"
      : `${values.add(events.sinceMs)}::bigint`;
  const fields: Readonly<Record<keyof Loaded, string>> = {
    nowMs: NOW_MS,
    lastSeq: `coalesce((select max(seq) from ${SCHEMA}.events), 0)`,
    plans: jsonRows("select * from wanted_plans"),
    tasks: newer(READ.tasks),
    claims: newer(READ.claims),
    held: wanted.held
      ? jsonRows(`${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`)
      : "null::json",
    claim: "(select row_to_json(r) from one r)",
    ended: wanted.endedAfter
      ? jsonRows(`${CLAIMS_WITH_PLAN} where c.checkout = ${values.add(wanted.endedAfter.checkout)}
            and c.ended_at_ms > ${values.add(wanted.endedAfter.afterMs)}::bigint and c.started_at_ms is not null`)
      : "'[]'::json",
    events:
      types === undefined
        ? "'[]'::json"
        : jsonRows(`select * from ${SCHEMA}.events where plan_id = (select plan_id from one)
            and type = any (${types}::text[]) and at_ms >= ${since} order by seq`),
    eventsSinceMs: types === undefined ? "0" : `coalesce(${since}, 0)`,
    attemptIds: wanted.attemptIds
      ? `(select json_agg(nextval(pg_get_serial_sequence('${SCHEMA}.claims', 'id')))
          from generate_series(1, ${values.add(wanted.attemptIds)}::int))`
      : "'[]'::json",
  };
  const one = wanted.claim
    ? `${CLAIMS_WITH_PLAN} where ${claimCondition(wanted.claim, values)} order by c.id desc limit 1`
    : `${CLAIMS_WITH_PLAN} where false`;
  return `with one as materialized (${one}),
    wanted_plans as materialized (
      select * from ${SCHEMA}.plans where ${plans.length > 0 ? plans.join(" or ") : "false"})
    select ${jsonObject(fields)} as loaded`;
}

function jsonObject(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(([name, value]) => `'${name}', ${value}`);
  return `json_build_object(${parts.join(",\n")})`;
}

function planCondition(key: PlanKey, values: Values): string {
  return "planId" in key
    ? `id = ${values.add(key.planId)}`
    : `(repository = ${values.add(key.repository)} and slug = ${values.add(key.slug)})`;
}

function claimCondition(key: ClaimKey, values: Values): string {
  const oneOf = (text: string) =>
    bothForms(text)
      .map((form) => values.add(form))
      .join(", ");
  if ("tokenHash" in key) return `c.token_hash in (${oneOf(key.tokenHash)})`;
  return "agentId" in key ? `c.agent_id in (${oneOf(key.agentId)})` : `c.id = ${values.add(key.attempt)}`;
}

/**
 * One statement for all tables. Numbers of events are taken from their sequence, which other repositories share. What is
 * read by it is as it was before: the parts of a statement do not see each other's rows.
 */
function saveStatement(
  rows: NewRows,
  channel: string,
  wanted: ReadWithSave | undefined,
  values: Values,
): string {
  // The sequence is looked up once: its name is that of the column, which takes longer to find than the number to get.
  const parts = [
    `sequence as materialized (select pg_get_serial_sequence('${SCHEMA}.events', 'seq')::regclass as id)`,
    `ids as materialized (
      select event, nextval(sequence.id) as seq
      from sequence, generate_series(1, ${values.add(rows.events.length)}::int) as event)`,
  ];
  const insert = (table: WrittenTable, written: readonly object[], conflict: string) => {
    if (written.length === 0) return;
    const columns = Object.keys(table.columns);
    const from = recordset(table.columns, written, values);
    const order = table.key.map((column) => `r.${column}`).join(", ");
    parts.push(`new_${table.name} as (
      insert into ${SCHEMA}.${table.name} (${[...columns, table.seq].join(", ")})
      select ${[...columns.map((column) => `r.${column}`), "ids.seq"].join(", ")}
      from ${from} join ids using (event) order by ${table === EVENTS ? "event" : order} ${conflict})`);
  };
  const numbered = rows.events.map((row, i) => ({ ...row, event: i + 1 }));
  insert(EVENTS, numbered, "");
  insert(PLANS, rows.plans, onConflict(PLANS));
  insert(TASKS, rows.tasks, onConflict(TASKS));
  insert(CLAIMS, rows.claims, onConflict(CLAIMS));
  if (rows.versions.length > 0) {
    parts.push(`new_versions as (
      update ${SCHEMA}.plans p set version = ids.seq
      from ${recordset({ id: "bigint" }, rows.versions, values)} join ids using (event) where p.id = r.id)`);
  }
  if (rows.leases.length > 0) {
    parts.push(`new_leases as (
      update ${SCHEMA}.claims c set last_seen_ms = r.last_seen_ms, expires_at_ms = r.expires_at_ms
      from ${recordset(LEASE_COLUMNS, rows.leases, values)} where c.id = r.id and c.state in ('offered', 'running'))`);
  }
  const plans = [...new Set(rows.events.map(({ plan_id }) => plan_id))];
  parts.push(
    `told as materialized (select pg_notify(${values.add(channel)}, plan::text)
      from json_array_elements_text(${values.add(JSON.stringify(plans))}::json) as plan)`,
  );
  const events = wanted?.events;
  const fields: Readonly<Record<keyof Saved, string>> = {
    seqs: "(select coalesce(json_agg(seq order by seq), '[]') from ids)",
    definitions: wanted
      ? jsonRows(`select id, definition from ${SCHEMA}.tasks
          where plan_id = ${values.add(wanted.planId)} and id = any (${values.add(wanted.tasks)}::text[])`)
      : "'[]'::json",
    events:
      wanted && events
        ? jsonRows(`select * from ${SCHEMA}.events
            where plan_id = ${values.add(wanted.planId)} and type = any (${values.add(events.types)}::text[])
              and at_ms >= ${values.add(events.sinceMs)}::bigint order by seq`)
        : "'[]'::json",
  };
  return `with ${parts.join(",\n")}
    select ${jsonObject(fields)} as saved from (select count(*) from told) t`;
}

function recordset(
  columns: Readonly<Record<string, string>>,
  rows: readonly object[],
  values: Values,
): string {
  const types = Object.entries({ ...columns, event: "int" }).map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset(${values.add(storableJson(rows))}::json) as r (${types.join(", ")})`;
}
