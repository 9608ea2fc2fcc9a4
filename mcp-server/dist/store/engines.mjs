// import:node:fs in store/engines.mjs
import { existsSync, renameSync, statSync } from "node:fs";

// import:errors.mjs in store/engines.mjs
import { StoreUnusable } from "../errors.mjs";

// mcp-server/src/store/engines/opened-files.ts
var LOGS = ["-wal", "-shm"];
var OpenedFiles = class {
  /**
   * @param path of the database, which is open.
   * @param saveCopy puts all that was committed into a file of its own, and says where.
   */
  constructor(path, saveCopy) {
    this.path = path;
    this.saveCopy = saveCopy;
    this.#database = identityOf(path);
    this.#logs = LOGS.map((end) => identityOf(path + end));
  }
  path;
  saveCopy;
  #database;
  #logs;
  #isMoved = false;
  /** Where everything is that was committed before. */
  #copy;
  get areInPlace() {
    return identityOf(this.path) === this.#database && LOGS.every((end, i) => this.#isOurs(end, i));
  }
  /**
   * To be called before each transaction. What was committed is saved when the files are first missed.
   * @throws StoreUnusable while they are not in their place.
   */
  refuseMoved() {
    const wasMoved = this.#isMoved;
    this.#isMoved = !this.areInPlace;
    if (!this.#isMoved) return;
    if (!wasMoved) {
      this.#copy = orUndefined(this.saveCopy);
      orUndefined(() => this.#setLogAside());
    }
    throw this.movedAway();
  }
  movedAway() {
    const copy = this.#copy;
    const saved = copy === void 0 ? "" : ` What was committed is saved in ${copy}.`;
    const use = copy === void 0 ? "" : " The copy can take its place while no session is open and no -wal and -shm file is beside it.";
    return new StoreUnusable(
      "moved",
      `The task graph ${this.path}, or its -wal or -shm file, was moved, replaced or removed while this session had it open. Nothing is read from it or written to it any more.${saved}`,
      `Put the file back in its place, with its -wal and -shm files if they were moved, too; or restart Claude Code in all sessions of the repository to go on with what is there now.${use}`
    );
  }
  /**
   * Where another database has been put in the place of the one that is open, gives the log that was left beside it
   * another name. Where none has, the log stays, so that the database can be put back.
   */
  #setLogAside() {
    const now = identityOf(this.path);
    if (now === void 0 || now === this.#database) return;
    for (const [i, end] of LOGS.entries()) {
      if (this.#isOurs(end, i)) renameSync(this.path + end, freeName(`${this.path}.moved${end}`));
    }
  }
  #isOurs(end, index) {
    return identityOf(this.path + end) === this.#logs[index];
  }
};
function refuseLeftLog(path) {
  const log = `${path}-wal`;
  if (existsSync(path) || sizeOf(log) === 0) return;
  throw new StoreUnusable(
    "moved",
    `The task graph ${path} is not there, but its log ${log} is, with what was done last.`,
    `Put the file back beside its log. To go on with a copy of it, or to begin a new one, first move the log and ${path}-shm to another folder.`
  );
}
function freeName(name) {
  let free = name;
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`;
  return free;
}
function orUndefined(work) {
  try {
    return work();
  } catch {
    return void 0;
  }
}
function sizeOf(path) {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
function identityOf(path) {
  try {
    const info = statSync(path, { throwIfNoEntry: false, bigint: true });
    return info && `${info.dev} ${info.ino}`;
  } catch {
    return void 0;
  }
}

// mcp-server/src/store/engines/postgres-listener.ts
var RECONNECT_MS = 1e3;
var PostgresListener = class {
  constructor(newClient, channel) {
    this.newClient = newClient;
    this.channel = channel;
  }
  newClient;
  channel;
  #listeners = /* @__PURE__ */ new Set();
  #client;
  #reconnect;
  /** @returns ends the listening. */
  listen(wake) {
    this.#listeners.add(wake);
    if (!this.#client && !this.#reconnect) this.#connect();
    return () => {
      this.#listeners.delete(wake);
      if (this.#listeners.size === 0) this.#disconnect();
    };
  }
  #disconnect() {
    clearTimeout(this.#reconnect);
    this.#reconnect = void 0;
    const client = this.#client;
    this.#client = void 0;
    client?.end().catch(() => void 0);
  }
  #connect() {
    const client = this.newClient();
    this.#client = client;
    client.on("notification", ({ payload }) => this.#wakeAll(Number(payload)));
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.connect().then(() => client.query(`listen ${this.channel}`)).then(() => this.#wakeAll()).catch(() => this.#lost(client));
  }
  #lost(client) {
    if (this.#client !== client) return;
    this.#client = void 0;
    client.end().catch(() => void 0);
    this.#reconnect = setTimeout(() => {
      this.#reconnect = void 0;
      this.#connect();
    }, RECONNECT_MS);
  }
  #wakeAll(planId) {
    for (const wake of this.#listeners) wake(planId);
  }
};

// import:lib/kysely.mjs in store/engines.mjs
import { CompiledQuery } from "../lib/kysely.mjs";

// import:store/tables.mjs in store/engines.mjs
import { CLAIMS, EVENTS, HELD, IS_INDEXED, LEASE_COLUMNS, PLANS, TASKS, UNRECOGNISED, bothForms, onConflict, outlineColumns, storableJson } from "./tables.mjs";

// mcp-server/src/store/engines/postgres-transaction.ts
var SCHEMA = "parallel";
var NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
var Values = class {
  list = [];
  /** @returns the placeholder. */
  add(value) {
    this.list.push(value);
    return `$${this.list.length}`;
  }
};
var CLAIMS_WITH_PLAN = `select c.*, p.slug as plan_slug, p.repository from ${SCHEMA}.claims c join ${SCHEMA}.plans p on p.id = c.plan_id`;
function postgresTransaction(db, channel, heard) {
  const query = async (text, values) => (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows;
  return {
    db,
    stamp: void 0,
    async load(wanted, known) {
      const values = new Values();
      const [row] = await query(loadStatement(wanted, known, values), values.list);
      if (!row) throw new Error("a select without a table has one row");
      const { nowMs, held, claim, ...rest } = row.loaded;
      heard(nowMs);
      const whole = rest.plans.filter(({ id }) => !known.has(id)).map(({ id }) => id);
      const rowsOf = async ({ name, columns, order }, newer) => whole.length === 0 ? newer : [
        ...newer,
        ...await query(
          `select ${columns} from ${SCHEMA}.${name} where plan_id = any ($1::int[]) order by ${order}`,
          [whole]
        )
      ];
      return {
        ...rest,
        tasks: await rowsOf(READ.tasks, rest.tasks),
        claims: await rowsOf(READ.claims, rest.claims),
        held: held ?? void 0,
        claim: claim ?? void 0
      };
    },
    definitions: (planId, ids) => query(
      `select id, definition from ${SCHEMA}.tasks where plan_id = $1 and ($2::text[] is null or id = any ($2))`,
      [planId, ids ?? null]
    ),
    async save(rows, wanted) {
      const values = new Values();
      const statement = saveStatement(rows, channel, wanted, values);
      const [row] = await query(statement, values.list);
      if (!row) throw new Error("a select without a table has one row");
      return row.saved;
    },
    // It ends a transaction of which it hears nothing for a while, for its host may have died.
    goesOn: async () => void await query("select", []),
    // Writers of other repositories run at the same time, so the largest number plus one would not do.
    async nextIds(table, count) {
      const rows = await query(
        `select nextval(pg_get_serial_sequence('${SCHEMA}.${table}', 'id')) as id from generate_series(1, $1::int)`,
        [count]
      );
      return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
    }
  };
}
var READ = {
  tasks: { name: "tasks", columns: outlineColumns("postgres"), order: "position" },
  claims: { name: "claims", columns: "*", order: "id" }
};
function jsonRows(select) {
  return `(select coalesce(json_agg(r), '[]') from (${select}) r)`;
}
function loadStatement(wanted, known, values) {
  const knownSeq = `(${values.add(JSON.stringify(Object.fromEntries(known)))}::json ->> w.id::text)::bigint`;
  const isKnown = `w.id = any (${values.add([...known.keys()])}::int[])`;
  const plans = [
    ...wanted.plan ? [planCondition(wanted.plan, values)] : [],
    ...wanted.claim ? ["id = (select plan_id from one)"] : []
  ];
  const newer = ({ name, columns, order }) => jsonRows(
    `select ${columns} from (select t.* from ${SCHEMA}.${name} t join wanted_plans w on w.id = t.plan_id
        where ${isKnown} and t.changed_seq > ${knownSeq}) t order by ${order}`
  );
  const { events } = wanted;
  const types = wanted.claim && events ? values.add(events.types) : void 0;
  const since = events?.sinceMs === void 0 ? "(select offered_at_ms from one)" : `${values.add(events.sinceMs)}::bigint`;
  const fields = {
    nowMs: NOW_MS,
    lastSeq: `coalesce((select max(seq) from ${SCHEMA}.events), 0)`,
    plans: jsonRows("select * from wanted_plans"),
    tasks: newer(READ.tasks),
    claims: newer(READ.claims),
    held: wanted.held ? jsonRows(`${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`) : "null::json",
    claim: "(select row_to_json(r) from one r)",
    ended: wanted.endedAfter ? jsonRows(`${CLAIMS_WITH_PLAN} where c.checkout = ${values.add(wanted.endedAfter.checkout)}
            and c.ended_at_ms > ${values.add(wanted.endedAfter.afterMs)}::bigint and c.started_at_ms is not null`) : "'[]'::json",
    events: types === void 0 ? "'[]'::json" : jsonRows(`select * from ${SCHEMA}.events where plan_id = (select plan_id from one)
            and type = any (${types}::text[]) and at_ms >= ${since} order by seq`),
    eventsSinceMs: types === void 0 ? "0" : `coalesce(${since}, 0)`,
    attemptIds: wanted.attemptIds ? `(select json_agg(nextval(pg_get_serial_sequence('${SCHEMA}.claims', 'id')))
          from generate_series(1, ${values.add(wanted.attemptIds)}::int))` : "'[]'::json"
  };
  const one = wanted.claim ? `${CLAIMS_WITH_PLAN} where ${claimCondition(wanted.claim, values)} order by c.id desc limit 1` : `${CLAIMS_WITH_PLAN} where false`;
  return `with one as materialized (${one}),
    wanted_plans as materialized (
      select * from ${SCHEMA}.plans where ${plans.length > 0 ? plans.join(" or ") : "false"})
    select ${jsonObject(fields)} as loaded`;
}
function jsonObject(fields) {
  const parts = Object.entries(fields).map(([name, value]) => `'${name}', ${value}`);
  return `json_build_object(${parts.join(",\n")})`;
}
function planCondition(key, values) {
  return "planId" in key ? `id = ${values.add(key.planId)}` : `(repository = ${values.add(key.repository)} and slug = ${values.add(key.slug)})`;
}
function claimCondition(key, values) {
  const oneOf = (text) => bothForms(text).map((form) => values.add(form)).join(", ");
  if ("tokenHash" in key) return `c.token_hash in (${oneOf(key.tokenHash)})`;
  return "agentId" in key ? `c.agent_id in (${oneOf(key.agentId)})` : `c.id = ${values.add(key.attempt)}`;
}
function saveStatement(rows, channel, wanted, values) {
  const parts = [
    `sequence as materialized (select pg_get_serial_sequence('${SCHEMA}.events', 'seq')::regclass as id)`,
    `ids as materialized (
      select event, nextval(sequence.id) as seq
      from sequence, generate_series(1, ${values.add(rows.events.length)}::int) as event)`
  ];
  const insert = (table, written, conflict) => {
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
      from json_array_elements_text(${values.add(JSON.stringify(plans))}::json) as plan)`
  );
  const events = wanted?.events;
  const fields = {
    seqs: "(select coalesce(json_agg(seq order by seq), '[]') from ids)",
    definitions: wanted ? jsonRows(`select id, definition from ${SCHEMA}.tasks
          where plan_id = ${values.add(wanted.planId)} and id = any (${values.add(wanted.tasks)}::text[])`) : "'[]'::json",
    events: wanted && events ? jsonRows(`select * from ${SCHEMA}.events
            where plan_id = ${values.add(wanted.planId)} and type = any (${values.add(events.types)}::text[])
              and at_ms >= ${values.add(events.sinceMs)}::bigint order by seq`) : "'[]'::json"
  };
  return `with ${parts.join(",\n")}
    select ${jsonObject(fields)} as saved from (select count(*) from told) t`;
}
function recordset(columns, rows, values) {
  const types = Object.entries({ ...columns, event: "int" }).map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset(${values.add(storableJson(rows))}::json) as r (${types.join(", ")})`;
}

// import:graph.mjs in store/engines.mjs
import { isReadable } from "../graph.mjs";

// mcp-server/src/store/engines/sqlite-transaction.ts
var CLAIMS_WITH_PLAN2 = "select claims.*, plans.slug as plan_slug, plans.repository from claims join plans on plans.id = claims.plan_id";
var CHANGED = {
  tasks: changed(
    `${outlineColumns("sqlite")} from tasks`,
    "position",
    "plan_id = ?1 and id in (select task_id"
  ),
  claims: changed("* from claims", "id", "+plan_id = ?1 and id in (select attempt_id")
};
function changed(what, order, isIn) {
  return {
    all: `select ${what} where plan_id = ? order by ${order}`,
    since: `select ${what} where ${isIn} from events where plan_id = ?1 and seq > ?2) order by ${order}`
  };
}
var INSERT = {
  plans: insertion(PLANS),
  events: insertion(EVENTS),
  tasks: insertion(TASKS),
  claims: insertion(CLAIMS)
};
var DEFINITIONS = {
  one: "select id, definition from tasks where plan_id = ? and id = ?",
  some: "select id, definition from tasks where plan_id = ? and id in (select value from json_each(?))"
};
var EVENTS_OF_TYPES = `select * from events where plan_id = ?1 and type in (select value from json_each(?2))
  and ${IS_INDEXED} and at_ms >= ?3 order by +seq`;
var VERSION = "update plans set version = ? where id = ?";
var LEASE = "update claims set last_seen_ms = ?, expires_at_ms = ? where id = ? and state in ('offered', 'running')";
function insertion(table) {
  const columns = Object.keys(table.columns);
  const all = [...columns, ...table.seq === void 0 ? [] : [table.seq]];
  const conflict = table === EVENTS ? "" : onConflict(table);
  const values = all.map(() => "?").join(", ");
  return { sql: `insert into ${table.name} (${all.join(", ")}) values (${values}) ${conflict}`, columns };
}
function sqliteTransaction(statements, db, stamp) {
  const all = (sql, ...values) => statements.prepare(sql).all(values);
  const planOf = (key) => "planId" in key ? all("select * from plans where id = ?", key.planId) : all(
    "select * from plans where repository = ? and slug = ?",
    key.repository,
    key.slug
  );
  const claimOf = (key) => {
    const [column, values] = "tokenHash" in key ? ["token_hash", bothForms(key.tokenHash)] : "agentId" in key ? ["agent_id", bothForms(key.agentId)] : ["claims.id", [key.attempt]];
    const [row] = all(
      `${CLAIMS_WITH_PLAN2} where ${column} in (${values.map(() => "?").join(", ")}) order by +claims.id desc limit 1`,
      ...values
    );
    return row;
  };
  const isReadableSince = (planId, seq) => all(
    "select distinct type, v from events where plan_id = ? and seq > ?",
    planId,
    seq
  ).every(({ type, v }) => isReadable(type, v));
  const definitionsOf = (planId, ids) => ids.length === 1 ? all(DEFINITIONS.one, planId, ids[0]) : all(DEFINITIONS.some, planId, JSON.stringify(ids));
  const eventsOf = (planId, types, sinceMs) => all(EVENTS_OF_TYPES, planId, JSON.stringify(types), sinceMs);
  let last;
  const lastSeq = () => {
    last ??= all("select max(seq) as seq from events")[0]?.seq ?? 0;
    return last;
  };
  const taken = { plans: 0, claims: 0 };
  const nextIds = (table, count) => {
    const stored = all(`select max(id) as id from ${table}`)[0]?.id ?? 0;
    const last2 = Math.max(stored, taken[table]);
    taken[table] = last2 + count;
    return Array.from({ length: count }, (_, i) => last2 + 1 + i);
  };
  return {
    db,
    stamp,
    async load(wanted, known) {
      const claim = wanted.claim && claimOf(wanted.claim);
      const plans = wanted.plan ? planOf(wanted.plan) : [];
      if (claim && !plans.some(({ id }) => id === claim.plan_id)) {
        plans.push(...planOf({ planId: claim.plan_id }));
      }
      const changed2 = plans.flatMap(({ id, version }) => {
        const seq = known.get(id) ?? 0;
        if (Number(version) <= seq) return [];
        return [{ id, seq: seq > 0 && isReadableSince(id, seq) ? seq : 0 }];
      });
      const changedRows = (statement) => changed2.flatMap(
        ({ id, seq }) => seq === 0 ? all(statement.all, id) : all(statement.since, id, seq)
      );
      const { events } = wanted;
      const eventsSinceMs = events?.sinceMs ?? Number(claim?.offered_at_ms ?? 0);
      return {
        lastSeq: lastSeq(),
        plans,
        tasks: changedRows(CHANGED.tasks),
        claims: changedRows(CHANGED.claims),
        held: wanted.held ? all(
          `${CLAIMS_WITH_PLAN2} where ${HELD} union all ${CLAIMS_WITH_PLAN2} where ${UNRECOGNISED}`
        ) : void 0,
        claim,
        ended: wanted.endedAfter ? all(
          `${CLAIMS_WITH_PLAN2} where checkout = ? and ended_at_ms > ? and started_at_ms is not null`,
          wanted.endedAfter.checkout,
          wanted.endedAfter.afterMs
        ) : [],
        events: claim && events ? eventsOf(claim.plan_id, events.types, eventsSinceMs) : [],
        eventsSinceMs,
        attemptIds: wanted.attemptIds ? nextIds("claims", wanted.attemptIds) : []
      };
    },
    definitions: async (planId, ids) => ids === void 0 ? all("select id, definition from tasks where plan_id = ?", planId) : definitionsOf(planId, ids),
    async save(rows, wanted) {
      const read = {
        definitions: wanted ? definitionsOf(wanted.planId, wanted.tasks) : [],
        events: wanted?.events ? eventsOf(wanted.planId, wanted.events.types, wanted.events.sinceMs) : []
      };
      const before = lastSeq();
      const insert = ({ sql, columns }, row, ...seq) => {
        const values = row;
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
    goesOn: async () => void 0,
    nextIds: async (table, count) => nextIds(table, count)
  };
}
export {
  NOW_MS,
  OpenedFiles,
  PostgresListener,
  SCHEMA,
  freeName,
  postgresTransaction,
  refuseLeftLog,
  sqliteTransaction
};
