// mcp-server/src/store/doorbell.ts
var Doorbell = class {
  #rung = false;
  #wakeSleeper;
  ring() {
    this.#rung = true;
    this.#wakeSleeper?.();
  }
  /** Returns at the next ring, after `ms`, or when the signal is aborted. */
  async sleep(ms, signal) {
    if (!this.#rung && !signal.aborted) {
      await new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        signal.addEventListener("abort", done);
        this.#wakeSleeper = done;
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
      });
    }
    this.#wakeSleeper = void 0;
    this.#rung = false;
  }
};

// import:node:fs in store.mjs
import { existsSync, statSync } from "node:fs";

// import:node:path in store.mjs
import { dirname } from "node:path";

// import:errors.mjs in store.mjs
import { StoreUnusable } from "./errors.mjs";

// import:schedule.mjs in store.mjs
import { estimatesFrom } from "./schedule.mjs";

// mcp-server/src/store/engines/graph-handle.ts
var GraphHandle = class {
  constructor(location, clock) {
    this.location = location;
    this.clock = clock;
  }
  location;
  clock;
  #source;
  /** Opening is serialised, so that two first calls do not open it twice. */
  #turn = Promise.resolve();
  open(create) {
    return this.#inTurn(async () => {
      this.#source ??= await sourceOf(this.location, this.clock);
      return this.#source.open(create);
    });
  }
  close() {
    return this.#inTurn(async () => this.#source?.close());
  }
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => void 0);
    return result;
  }
};
async function sourceOf(location, clock) {
  if (location.engine === "sqlite") return new GraphFile(location.path);
  const { PostgresGraph } = await import("./store/engines/postgres.mjs");
  return new PostgresGraph(location.url, location.repository, estimatesFrom, clock.heard);
}
function isThere(path) {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== void 0;
  } catch (error) {
    const { code } = error;
    if (code === "ENOTDIR") return false;
    throw new StoreUnusable(
      "unreachable",
      `The task graph ${path} cannot be opened (${code}).`,
      `Give the user who runs this read and write access to ${dirname(path)} and what is in it (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own.`,
      { cause: error }
    );
  }
}
var GraphFile = class {
  constructor(path) {
    this.path = path;
  }
  path;
  #store;
  async open(create) {
    if (this.#store) {
      if (existsSync(this.path)) return this.#store;
      await this.close();
    }
    if (!create && !isThere(this.path)) return void 0;
    const { openSqlite } = await import("./store/engines/sqlite.mjs");
    this.#store = await openSqlite(this.path, create, estimatesFrom);
    return this.#store;
  }
  async close() {
    const store = this.#store;
    this.#store = void 0;
    await store?.close();
  }
};

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

// import:lib/kysely.mjs in store.mjs
import { CompiledQuery, sql } from "./lib/kysely.mjs";

// import:store/tables.mjs in store.mjs
import { CLAIMS, EVENTS, HELD, IS_INDEXED, LEASE_COLUMNS, OBSERVATIONS, PLANS, SCHEMA_VERSION, TASKS, UNRECOGNISED, claimAfter, claimFromRow, claimRow, eventFromRow, eventRow, eventVersion, heldFromRow, observationFromRow, observationRow, onConflict, planAfter, planFromRow, planRow, storableJson, taskAfter, taskFromRow, taskRow } from "./store/tables.mjs";

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
      const { nowMs, held, claim, observation, ...rest } = row.loaded;
      heard(nowMs);
      const whole = rest.plans.filter(({ id }) => !known.has(id)).map(({ id }) => id);
      const rowsOf = async (table, order, newer) => whole.length === 0 ? newer : [
        ...newer,
        ...await query(
          `select * from ${SCHEMA}.${table} where plan_id = any ($1::int[]) order by ${order}`,
          [whole]
        )
      ];
      return {
        ...rest,
        tasks: await rowsOf("tasks", "position", rest.tasks),
        claims: await rowsOf("claims", "id", rest.claims),
        held: held ?? void 0,
        claim: claim ?? void 0,
        observation: observation ?? void 0
      };
    },
    async save(rows) {
      const values = new Values();
      const saved = await query(saveStatement(rows, channel, values), values.list);
      return saved.map(({ seq }) => Number(seq));
    },
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
function loadStatement(wanted, known, values) {
  const json = (select) => `(select coalesce(json_agg(r), '[]') from (${select}) r)`;
  const knownSeq = `(${values.add(JSON.stringify(Object.fromEntries(known)))}::json ->> w.id::text)::bigint`;
  const isKnown = `w.id = any (${values.add([...known.keys()])}::int[])`;
  const plans = [
    ...wanted.plan ? [planCondition(wanted.plan, values)] : [],
    ...wanted.claim ? ["id = (select plan_id from one)"] : []
  ];
  const newer = (table, order) => json(
    `select t.* from ${SCHEMA}.${table} t join wanted_plans w on w.id = t.plan_id
        where ${isKnown} and t.changed_seq > ${knownSeq} order by t.${order}`
  );
  const checkout = wanted.checkout === void 0 ? void 0 : values.add(wanted.checkout);
  const { events } = wanted;
  const types = wanted.claim && events ? values.add(events.types) : void 0;
  const since = events?.sinceMs === void 0 ? "(select offered_at_ms from one)" : `${values.add(events.sinceMs)}::bigint`;
  const fields = {
    nowMs: NOW_MS,
    lastSeq: `coalesce((select max(seq) from ${SCHEMA}.events), 0)`,
    plans: json("select * from wanted_plans"),
    tasks: newer("tasks", "position"),
    claims: newer("claims", "id"),
    held: wanted.held ? json(`${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`) : "null::json",
    claim: "(select row_to_json(r) from one r)",
    observation: "(select row_to_json(r) from last_look r)",
    attemptsSince: checkout === void 0 ? "'[]'::json" : json(`${CLAIMS_WITH_PLAN} where c.checkout = ${checkout} and c.id in (
              select v::int from last_look o, json_array_elements_text(o.at_work::json) v
              union all
              select e.attempt_id from last_look o join ${SCHEMA}.events e on e.seq > o.seq
              where e.type = 'attempt.started'
            ) order by c.id`),
    events: types === void 0 ? "'[]'::json" : json(`select * from ${SCHEMA}.events where plan_id = (select plan_id from one)
            and type = any (${types}::text[]) and at_ms >= ${since} order by seq`),
    eventsSinceMs: types === void 0 ? "0" : `coalesce(${since}, 0)`,
    attemptIds: wanted.attemptIds ? `(select json_agg(nextval(pg_get_serial_sequence('${SCHEMA}.claims', 'id')))
          from generate_series(1, ${values.add(wanted.attemptIds)}::int))` : "'[]'::json"
  };
  const one = wanted.claim ? `${CLAIMS_WITH_PLAN} where ${claimCondition(wanted.claim, values)} order by c.id desc limit 1` : `${CLAIMS_WITH_PLAN} where false`;
  return `with one as materialized (${one}),
    wanted_plans as materialized (
      select * from ${SCHEMA}.plans where ${plans.length > 0 ? plans.join(" or ") : "false"}),
    last_look as materialized (
      select * from ${SCHEMA}.observations where ${checkout === void 0 ? "false" : `checkout = ${checkout}`})
    select json_build_object(${Object.entries(fields).map(([name, value]) => `'${name}', ${value}`).join(",\n")}) as loaded`;
}
function planCondition(key, values) {
  return "planId" in key ? `id = ${values.add(key.planId)}` : `(repository = ${values.add(key.repository)} and slug = ${values.add(key.slug)})`;
}
function claimCondition(key, values) {
  if ("tokenHash" in key) return `c.token_hash = ${values.add(key.tokenHash)}`;
  return "agentId" in key ? `c.agent_id = ${values.add(key.agentId)}` : `c.id = ${values.add(key.attempt)}`;
}
function saveStatement(rows, channel, values) {
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
  if (rows.observations.length > 0) {
    const columns = Object.keys(OBSERVATIONS.columns);
    parts.push(`new_observations as (
      insert into ${SCHEMA}.observations (${columns.join(", ")})
      select ${columns.map((column) => column === "seq" ? "coalesce(ids.seq, r.seq)" : `r.${column}`).join(", ")}
      from ${recordset(OBSERVATIONS.columns, rows.observations, values)} left join ids using (event)
      where true ${onConflict(OBSERVATIONS)})`);
  }
  const plans = [...new Set(rows.events.map(({ plan_id }) => plan_id))];
  parts.push(
    `told as materialized (select pg_notify(${values.add(channel)}, plan::text)
      from json_array_elements_text(${values.add(JSON.stringify(plans))}::json) as plan)`
  );
  return `with ${parts.join(",\n")} select seq from ids, (select count(*) from told) t order by seq`;
}
function recordset(columns, rows, values) {
  const types = Object.entries({ ...columns, event: "int" }).map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset(${values.add(storableJson(rows))}::json) as r (${types.join(", ")})`;
}

// import:graph.mjs in store.mjs
import { PlanGraph, holdsScope, isReadable, newTokens, taskName } from "./graph.mjs";

// mcp-server/src/store/engines/sqlite-transaction.ts
var CLAIMS_WITH_PLAN2 = "select claims.*, plans.slug as plan_slug, plans.repository from claims join plans on plans.id = claims.plan_id";
var CHANGED = {
  tasks: changed("tasks", "position", "plan_id = ?1 and id in (select task_id"),
  claims: changed("claims", "id", "+plan_id = ?1 and id in (select attempt_id")
};
function changed(table, order, isIn) {
  return {
    all: `select * from ${table} where plan_id = ? order by ${order}`,
    since: `select * from ${table} where ${isIn} from events where plan_id = ?1 and seq > ?2) order by ${order}`
  };
}
var INSERT = {
  plans: insertion(PLANS),
  events: insertion(EVENTS),
  tasks: insertion(TASKS),
  claims: insertion(CLAIMS),
  observations: insertion(OBSERVATIONS)
};
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
  const all = (sql2, ...values) => statements.prepare(sql2).all(values);
  const planOf = (key) => "planId" in key ? all("select * from plans where id = ?", key.planId) : all(
    "select * from plans where repository = ? and slug = ?",
    key.repository,
    key.slug
  );
  const claimOf = (key) => {
    const [column, value] = "tokenHash" in key ? ["token_hash", key.tokenHash] : "agentId" in key ? ["agent_id", key.agentId] : ["claims.id", key.attempt];
    const [row] = all(
      `${CLAIMS_WITH_PLAN2} where ${column} = ? order by claims.id desc limit 1`,
      value
    );
    return row;
  };
  const isReadableSince = (planId, seq) => all(
    "select distinct type, v from events where plan_id = ? and seq > ?",
    planId,
    seq
  ).every(({ type, v }) => isReadable(type, v));
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
      const observation = wanted.checkout === void 0 ? void 0 : all(
        "select * from observations where checkout = ?",
        wanted.checkout
      )[0];
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
        observation,
        attemptsSince: observation ? all(
          `${CLAIMS_WITH_PLAN2} where checkout = ?1 and (
                claims.id in (select value from json_each(?2))
                or claims.id in (select attempt_id from events where seq > ?3 and type = 'attempt.started')
              ) order by claims.id`,
          wanted.checkout,
          observation.at_work,
          observation.seq
        ) : [],
        events: (
          // Ordered by an expression, or the whole log of the plan would be read in its order.
          claim && events ? all(
            `select * from events where plan_id = ?1 and type in (select value from json_each(?2))
                  and ${IS_INDEXED} and at_ms >= ?3 order by +seq`,
            claim.plan_id,
            JSON.stringify(events.types),
            eventsSinceMs
          ) : []
        ),
        eventsSinceMs,
        attemptIds: wanted.attemptIds ? nextIds("claims", wanted.attemptIds) : []
      };
    },
    async save(rows) {
      const before = lastSeq();
      const insert = ({ sql: sql2, columns }, row, ...seq) => {
        const values = row;
        statements.prepare(sql2).run([...columns.map((column) => values[column]), ...seq]);
      };
      for (const row of rows.plans) insert(INSERT.plans, row, before + row.event);
      for (const [i, row] of rows.events.entries()) insert(INSERT.events, row, before + 1 + i);
      for (const row of rows.tasks) insert(INSERT.tasks, row, before + row.event);
      for (const row of rows.claims) insert(INSERT.claims, row, before + row.event);
      for (const { event, ...row } of rows.observations) {
        insert(INSERT.observations, event > 0 ? { ...row, seq: before + event } : row);
      }
      for (const { id, event } of rows.versions) statements.prepare(VERSION).run([before + event, id]);
      for (const { id, last_seen_ms, expires_at_ms } of rows.leases) {
        statements.prepare(LEASE).run([last_seen_ms, expires_at_ms, id]);
      }
      return rows.events.map((_, i) => before + 1 + i);
    },
    nextIds: async (table, count) => nextIds(table, count)
  };
}

// import:policy.mjs in store.mjs
import { standstillBetween } from "./policy.mjs";

// mcp-server/src/store/graph-clock.ts
var MAX_STANDSTILLS = 500;
var GraphClock = class {
  /** @param own this process's clock, in milliseconds since 1970. */
  constructor(own) {
    this.own = own;
  }
  own;
  #aheadMs = 0;
  #lastLookMs;
  #standstills = [];
  /** Milliseconds since 1970. */
  now = () => this.own() + this.#aheadMs;
  /** What the database has just said that the time is. */
  heard = (databaseMs) => {
    this.#aheadMs = databaseMs - this.own();
  };
  /** Times in which this process did not run, oldest first, by this clock. */
  get standstills() {
    return this.#standstills;
  }
  /** From now on the process looks at least every `CLOCK_LOOK_MS`, so that a look that comes late tells something. */
  beginLooking() {
    this.#lastLookMs ??= this.own();
  }
  /** @returns whether the process stood still since the last look. */
  look() {
    if (this.#lastLookMs === void 0) return false;
    const nowMs = this.own();
    const lengthMs = standstillBetween(this.#lastLookMs, nowMs);
    this.#lastLookMs = nowMs;
    if (lengthMs === 0) return false;
    const toMs = this.now();
    this.#standstills.push({ fromMs: toMs - lengthMs, toMs });
    if (this.#standstills.length > MAX_STANDSTILLS) this.#standstills.shift();
    return true;
  }
};

// import:node:util in store.mjs
import { isDeepStrictEqual } from "node:util";

// mcp-server/src/store/graph-reader.ts
var HISTORY = 500;
var MAX_VALUES = 250;
var GraphReader = class {
  constructor(transaction, memory, estimatesFrom2) {
    this.transaction = transaction;
    this.memory = memory;
    this.estimatesFrom = estimatesFrom2;
  }
  transaction;
  memory;
  estimatesFrom;
  #claimAhead;
  #checkoutAhead;
  #eventsAhead;
  attemptIdsAhead = [];
  /** Reads at once what the call will need, unless it is known. */
  async readAhead(wanted) {
    const { plan, held, ...rest } = wanted;
    const missing = {
      ...rest,
      ...plan && !this.memory.current(plan) && { plan },
      ...held && !this.memory.held && { held }
    };
    if (Object.keys(missing).length > 0) await this.#load(missing);
  }
  /** @returns the claim and the checkout that were wanted. */
  async #load(wanted) {
    const rows = await this.transaction.load(wanted, this.memory.known);
    this.memory.lastSeq ??= rows.lastSeq;
    for (const row of rows.plans) {
      const stored = planFromRow(row);
      const mirror = this.memory.mirror(stored.id) ?? await this.#newMirror(stored);
      if (mirror.isCurrent) continue;
      const isOfPlan = ({ plan_id }) => plan_id === stored.id;
      mirror.graph.apply(
        rows.tasks.filter(isOfPlan).map(taskFromRow),
        rows.claims.filter(isOfPlan).map(claimFromRow)
      );
      mirror.stored = stored;
      mirror.seq = stored.version;
      mirror.isCurrent = true;
      this.memory.renewLeasesOf(stored.id);
    }
    if (rows.held && !this.memory.held) this.memory.setHeld(rows.held.map(heldFromRow));
    const claim = rows.claim && heldFromRow(rows.claim);
    if (wanted.claim) this.#claimAhead = { key: wanted.claim, found: claim };
    const checkout = wanted.checkout === void 0 ? void 0 : {
      checkout: wanted.checkout,
      observation: rows.observation && observationFromRow(rows.observation),
      attempts: rows.attemptsSince.map(heldFromRow)
    };
    if (checkout) this.#checkoutAhead = checkout;
    if (wanted.events && claim) {
      const { types } = wanted.events;
      const events = rows.events.map(eventFromRow);
      this.#eventsAhead = { planId: claim.planId, types, sinceMs: rows.eventsSinceMs, events };
    }
    this.attemptIdsAhead.push(...rows.attemptIds);
    return { claim, checkout };
  }
  async #newMirror(stored) {
    const estimates = await this.currentEstimates(stored.repository);
    const known = this.memory.mirror(stored.id);
    if (known) return known;
    const graph = new PlanGraph((task) => estimates.durationMs(task));
    const mirror = { estimates, graph, stored, seq: 0, isCurrent: false };
    this.memory.add(mirror);
    return mirror;
  }
  /** A plan that is made in this transaction. */
  async addMirror(stored) {
    const mirror = await this.#newMirror(stored);
    mirror.isCurrent = true;
    return mirror;
  }
  /** The plan in memory, brought up to date with this reader's view. */
  async mirror(key) {
    const known = this.memory.current(key);
    if (known) return known;
    await this.#load({ plan: key });
    return this.memory.current(key);
  }
  async plan(repository, slug) {
    return (await this.mirror({ repository, slug }))?.stored;
  }
  /** All plans of the repository, newest first. */
  async plans(repository) {
    const rows = await this.transaction.db.selectFrom("plans").selectAll().where("repository", "=", repository).orderBy("id", "desc").execute();
    return rows.map((row) => this.memory.current({ planId: row.id })?.stored ?? planFromRow(row));
  }
  /**
   * The plan in memory, brought up to date with this reader's view. The same object is returned every time:
   * what was read from it before is as old as it was then.
   */
  async graph(plan) {
    return (await this.#existing(plan.id)).graph;
  }
  /** What the plan's tasks are expected to take. */
  async estimates(plan) {
    return (await this.#existing(plan.id)).estimates;
  }
  async #existing(planId) {
    const mirror = await this.mirror({ planId });
    if (!mirror) throw new Error(`there is no plan ${planId}`);
    return mirror;
  }
  /** What tasks of the repository are expected to take, by all attempts up to now. */
  async currentEstimates(repository) {
    return this.estimatesFrom(await this.#history(repository));
  }
  /** The repository's completed attempts, newest first. */
  async #history(repository) {
    const rows = await this.transaction.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").innerJoin(
      "tasks",
      (join) => join.onRef("tasks.plan_id", "=", "claims.plan_id").onRef("tasks.id", "=", "claims.task_id")
    ).select(["tasks.definition", "offered_at_ms", "started_at_ms", "claims.ended_at_ms", "usage"]).where("plans.repository", "=", repository).where("outcome", "=", "completed").orderBy("claims.id", "desc").limit(HISTORY).execute();
    return rows.map((row) => {
      const { agent, size, estimateMs } = JSON.parse(row.definition);
      const startedAtMs = Number(row.started_at_ms);
      return {
        ...agent !== void 0 && { agent },
        ...size !== void 0 && { size },
        ...estimateMs !== void 0 && { estimateMs },
        durationMs: Number(row.ended_at_ms) - startedAtMs,
        launchMs: startedAtMs - Number(row.offered_at_ms),
        ...row.usage !== null && { tokens: newTokens(JSON.parse(row.usage)) }
      };
    });
  }
  /** Claims of all plans that hold their scope, in one checkout or in any: offered, running, or not yet drained. */
  async held(checkout) {
    if (!this.memory.held) await this.#load({ held: true });
    const held = [...this.memory.held?.values() ?? []];
    return checkout === void 0 ? held : held.filter(({ claim }) => claim.checkout === checkout);
  }
  async claimByTokenHash(tokenHash) {
    return this.#claim({ tokenHash }, (claim) => claim.tokenHash === tokenHash);
  }
  async claimById(attempt) {
    const held = this.memory.held?.get(attempt);
    return held ?? this.#claim({ attempt }, ({ id }) => id === attempt);
  }
  /** The newest claim that the agent was bound to. */
  async claimOfAgent(agentId) {
    return this.#claim({ agentId }, (claim) => isOfAgent(claim, [agentId]));
  }
  async #claim(key, isMeant2) {
    const ahead = this.#claimAhead;
    const found = ahead && isDeepStrictEqual(ahead.key, key) ? ahead.found : (await this.#load({ claim: key })).claim;
    return this.asChanged(found ? [found] : [], isMeant2).at(-1);
  }
  /** Claims of all plans in the checkout that were offered from that time on, but for offers that nobody took up. */
  async claimsOfferedSince(checkout, sinceMs) {
    const rows = await this.transaction.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select(["plans.slug as plan_slug", "plans.repository"]).where("checkout", "=", checkout).where("offered_at_ms", ">=", sinceMs).where("state", "!=", "returned").execute();
    return rows.map(heldFromRow);
  }
  /** Every attempt that one of the agents was bound to, oldest first: an agent that pulls its work has several. */
  async attemptsOfAgents(agentIds) {
    const found = [];
    for (let from = 0; from < agentIds.length; from += MAX_VALUES) {
      const rows = await this.transaction.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select(["plans.slug as plan_slug", "plans.repository"]).where("agent_id", "in", agentIds.slice(from, from + MAX_VALUES)).execute();
      found.push(...rows.map(heldFromRow));
    }
    return this.asChanged(found, (claim) => isOfAgent(claim, agentIds));
  }
  /** Claims of the database as this transaction has made them, with those that it has made, by id. */
  asChanged(found, _isMeant) {
    return [...found].sort((a, b) => a.claim.id - b.claim.id);
  }
  /** The last look at the checkout. */
  async observation(checkout) {
    return (await this.#checkout(checkout)).observation;
  }
  /** Attempts in the checkout: those that were at work after the last look at it, and those that started since. */
  async attemptsSinceLook(checkout) {
    return (await this.#checkout(checkout)).attempts;
  }
  async #checkout(checkout) {
    const ahead = this.#checkoutAhead;
    const read = ahead?.checkout === checkout ? ahead : (await this.#load({ checkout })).checkout;
    if (!read) throw new Error("the checkout was not read");
    return read;
  }
  /** The plan's events in order: all of them, or those of some types, after a sequence number or from a time on. */
  async events(planId, only = {}) {
    const ahead = this.#eventsAhead;
    const isAhead = ahead?.planId === planId && only.types?.every((type) => ahead.types.includes(type)) && (only.sinceMs ?? 0) >= ahead.sinceMs;
    if (isAhead) return ahead.events.filter((event) => isMeant(event, only));
    let query = this.transaction.db.selectFrom("events").selectAll().where("plan_id", "=", planId).where("seq", ">", only.afterSeq ?? 0);
    if (only.types) query = query.where("type", "in", only.types).where(sql`${sql.raw(IS_INDEXED)}`);
    if (only.sinceMs !== void 0) query = query.where("at_ms", ">=", only.sinceMs);
    const order = only.types ? sql`+seq` : sql.ref("seq");
    return (await query.orderBy(order).execute()).map(eventFromRow);
  }
  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId, type) {
    const row = await this.transaction.db.selectFrom("events").select(["seq", "at_ms"]).where("plan_id", "=", planId).where("type", "=", type).where(sql`${sql.raw(IS_INDEXED)}`).orderBy("seq", "desc").limit(1).executeTakeFirst();
    return { seq: Number(row?.seq ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }
  /** Whether the owner's process holds or held a claim of the plan. */
  async hasClaimOf(planId, owner) {
    const row = await this.transaction.db.selectFrom("claims").select("id").where("plan_id", "=", planId).where("owner_pid", "=", owner.pid).where("owner_started_at", "=", owner.startedAt).where("owner_host", "=", owner.host).limit(1).executeTakeFirst();
    return row !== void 0;
  }
  /** Sequence number of the plan's last event: a cheap question whether anything changed. */
  async version(planId) {
    const known = this.memory.current({ planId });
    if (known) return known.stored.version;
    const row = await this.transaction.db.selectFrom("plans").select("version").where("id", "=", planId).executeTakeFirst();
    return Number(row?.version ?? 0);
  }
};
function isOfAgent(claim, agentIds) {
  const agentId = claim.state === "running" || claim.state === "ended" ? claim.agentId : void 0;
  return agentId !== void 0 && agentIds.includes(agentId);
}
function isMeant({ seq, atMs, change }, { afterSeq = 0, types, sinceMs = 0 }) {
  const meant = types;
  return seq > afterSeq && atMs >= sinceMs && (meant === void 0 || meant.includes(change.type));
}

// mcp-server/src/store/graph-writer.ts
var GraphWriter = class extends GraphReader {
  constructor(transaction, memory, estimatesFrom2, now, actor) {
    super(transaction, memory, estimatesFrom2);
    this.now = now;
    this.actor = actor;
  }
  now;
  actor;
  #nowMs;
  #events = [];
  #touched = /* @__PURE__ */ new Map();
  #ended = /* @__PURE__ */ new Set();
  #prolonged = /* @__PURE__ */ new Set();
  #looks = /* @__PURE__ */ new Map();
  #beforeCommit = [];
  /** By then the database has told its time, and this one waits no more: it is when the transaction takes place. */
  async readAhead(wanted) {
    await super.readAhead(wanted);
    this.#nowMs ??= this.now();
  }
  /** When the transaction takes place. All of its changes have this time. */
  get nowMs() {
    this.#nowMs ??= this.now();
    return this.#nowMs;
  }
  /** Plans of which something was logged: if the transaction fails then, they are ahead of the database in memory. */
  get changedPlans() {
    return new Set(this.#touched.keys());
  }
  /** Logs the changes in order and applies them to the plan in memory. */
  async append(planId, ...changes) {
    const [first] = changes;
    if (!first) return;
    const made = planAfter(void 0, first, { planId, atMs: this.nowMs });
    const mirror = made ? await this.addMirror(made) : await this.mirror({ planId });
    if (!mirror) throw new Error(`there is no plan ${planId}`);
    this.change(mirror, changes);
  }
  /** As `append`, for a plan that this transaction has read. */
  change(mirror, changes) {
    const { graph, stored } = mirror;
    const planId = stored.id;
    const at = { planId, atMs: this.nowMs };
    const touched = this.#touchedOf(mirror);
    const tasks = /* @__PURE__ */ new Map();
    const claims = /* @__PURE__ */ new Map();
    for (const change of changes) {
      const place = this.#log(planId, change);
      touched.event = place;
      const plan = planAfter(mirror.stored, change, at);
      if (plan && plan !== mirror.stored) {
        mirror.stored = plan;
        touched.isChanged = true;
      }
      const { task: id, attempt } = change;
      if (id !== void 0) {
        const before = tasks.get(id) ?? graph.tasks.get(id);
        const after = taskAfter(before, change, this.nowMs);
        if (after && after !== before) {
          tasks.set(id, after);
          touched.tasks.set(id, place);
        }
      }
      if (attempt !== void 0) {
        const before = claims.get(attempt) ?? graph.claim(attempt);
        const after = claimAfter(before, change, this.nowMs);
        if (after && after !== before) {
          claims.set(attempt, after);
          touched.claims.set(attempt, place);
          if (change.type === "attempt.ended") this.#ended.add(attempt);
        }
      }
    }
    mirror.stored = { ...mirror.stored, version: this.#seqAt(touched.event) };
    graph.apply([...tasks.values()], [...claims.values()]);
    for (const claim of claims.values()) this.memory.putHeld(heldOf(mirror, claim));
  }
  #touchedOf(mirror) {
    const { id } = mirror.stored;
    const known = this.#touched.get(id);
    if (known) return known;
    const touched = { mirror, event: 0, isChanged: false, tasks: /* @__PURE__ */ new Map(), claims: /* @__PURE__ */ new Map() };
    this.#touched.set(id, touched);
    return touched;
  }
  /** @returns the place of the event, from 1. */
  #log(planId, change) {
    const place = this.#events.length + 1;
    const { nowMs: atMs, actor } = this;
    this.#events.push({
      planId,
      event: { seq: this.#seqAt(place), atMs, v: eventVersion(change), actor, change }
    });
    return place;
  }
  #seqAt(place) {
    return (this.memory.lastSeq ?? 0) + place;
  }
  async events(planId, only = {}) {
    return [...await super.events(planId, only), ...this.#ownEvents(planId, only)];
  }
  async lastEvent(planId, type) {
    return this.#ownEvents(planId, { types: [type] }).at(-1) ?? super.lastEvent(planId, type);
  }
  #ownEvents(planId, only) {
    return this.#events.flatMap(
      (own) => own.planId === planId && isMeant(own.event, only) ? [own.event] : []
    );
  }
  asChanged(found, isMeant2) {
    const claims = new Map(found.map((held) => [held.claim.id, held]));
    for (const { mirror, claims: changed2 } of this.#touched.values()) {
      for (const id of changed2.keys()) {
        const claim = mirror.graph.claim(id);
        if (claim && (claims.has(id) || isMeant2(claim))) claims.set(id, heldOf(mirror, claim));
      }
    }
    return super.asChanged([...claims.values()], isMeant2);
  }
  async attemptsSinceLook(checkout) {
    const started = new Set(
      this.#events.flatMap(
        ({ event: { change } }) => change.type === "attempt.started" ? [change.attempt] : []
      )
    );
    return this.asChanged(
      await super.attemptsSinceLook(checkout),
      (claim) => claim.checkout === checkout && started.has(claim.id)
    );
  }
  /** Claims of all plans that hold their scope, as this transaction has made them. */
  get holding() {
    return [...this.memory.held?.values() ?? []];
  }
  async nextPlanId() {
    const [id] = await this.transaction.nextIds("plans", 1);
    return id;
  }
  /** Numbers of claims that nobody else has or gets. */
  async nextAttemptIds(count) {
    const missing = count - this.attemptIdsAhead.length;
    if (missing > 0) this.attemptIdsAhead.push(...await this.transaction.nextIds("claims", missing));
    return this.attemptIdsAhead.splice(0, count);
  }
  /** The token of an open offer, where a server before schema 1.8 has kept it. */
  async storedToken(attempt) {
    const row = await this.transaction.db.selectFrom("claims").select("offer_token").where("id", "=", attempt).executeTakeFirst();
    return row?.offer_token ?? void 0;
  }
  async observation(checkout) {
    return this.#looks.get(checkout)?.observation ?? super.observation(checkout);
  }
  /**
   * Keeps what the next look at the checkout is compared with. Not an event: it is no part of the graph.
   * @param observation without `seq`, it was made after all that is logged by now.
   */
  keepObservation(checkout, observation) {
    const event = observation.seq === void 0 ? this.#events.length : 0;
    this.#looks.set(checkout, { observation: { seq: this.#seqAt(event), ...observation }, event });
  }
  /**
   * Puts off what time would end, an offer or the lease of an attempt; never brings it forward. Not an event: nothing
   * about the graph changes.
   * @param lastSeenMs the sign of life that it follows on; absent: there was none.
   */
  prolong(attempt, untilMs, lastSeenMs) {
    const held = this.memory.held?.get(attempt);
    const claim = held && prolonged(held.claim, untilMs, lastSeenMs);
    if (!claim || claim === held.claim) return;
    this.memory.putHeld({ ...held, claim });
    this.memory.renewLeasesOf(held.planId);
    this.#prolonged.add(attempt);
  }
  /** Runs after everything is written, right before the commit: what it throws undoes the transaction. */
  beforeCommit(work) {
    this.#beforeCommit.push(work);
  }
  /** Writes what has changed. Nothing can be changed or read afterwards. */
  async save() {
    const rows = this.#newRows();
    if (rows) {
      const seqs = await this.transaction.save(rows);
      for (const { mirror, event } of this.#touched.values()) {
        const version = seqs[event - 1] ?? 0;
        mirror.stored = { ...mirror.stored, version };
        mirror.seq = version;
      }
      if (seqs.length > 0) this.memory.lastSeq = seqs.at(-1);
    }
    for (const work of this.#beforeCommit) await work();
  }
  #newRows() {
    if (this.#events.length + this.#prolonged.size + this.#looks.size === 0) return void 0;
    const touched = [...this.#touched.values()];
    const claims = touched.flatMap(
      ({ mirror, claims: claims2 }) => [...claims2].flatMap(([id, event]) => {
        const claim = mirror.graph.claim(id);
        return claim ? [
          claimRow(mirror.stored.id, claim, {
            hasJustEnded: this.#ended.has(id),
            event
          })
        ] : [];
      })
    );
    const written = new Set(claims.map(({ id }) => id));
    return {
      events: this.#events.map(({ planId, event }) => eventRow(planId, event)),
      plans: touched.flatMap(
        ({ mirror, event, isChanged }) => isChanged ? [planRow(mirror.stored, event)] : []
      ),
      versions: touched.flatMap(
        ({ mirror, event, isChanged }) => isChanged ? [] : [{ id: mirror.stored.id, event }]
      ),
      tasks: touched.flatMap(
        ({ mirror, tasks }) => [...tasks].flatMap(([id, event]) => {
          const task = mirror.graph.tasks.get(id);
          return task ? [taskRow(mirror.stored.id, task, event)] : [];
        })
      ),
      claims: claims.sort((a, b) => a.id - b.id),
      leases: [...this.#prolonged].flatMap((id) => {
        const claim = this.memory.held?.get(id)?.claim;
        return claim && !written.has(id) ? leaseRows(claim) : [];
      }),
      observations: [...this.#looks].map(
        ([checkout, { observation, event }]) => observationRow(checkout, observation, event)
      )
    };
  }
};
function heldOf({ stored }, claim) {
  return { planId: stored.id, plan: stored.slug, repository: stored.repository, claim };
}
function prolonged(claim, untilMs, lastSeenMs) {
  if (claim.state === "offered")
    return untilMs > claim.expiresAtMs ? { ...claim, expiresAtMs: untilMs } : claim;
  if (claim.state !== "running" || untilMs <= claim.leaseUntilMs && lastSeenMs === void 0) return claim;
  const leaseUntilMs = Math.max(untilMs, claim.leaseUntilMs);
  return { ...claim, lastSeenMs: lastSeenMs ?? claim.lastSeenMs, leaseUntilMs };
}
function leaseRows(claim) {
  const { id } = claim;
  if (claim.state === "offered") return [{ id, last_seen_ms: null, expires_at_ms: claim.expiresAtMs }];
  return claim.state === "running" ? [{ id, last_seen_ms: claim.lastSeenMs, expires_at_ms: claim.leaseUntilMs }] : [];
}

// mcp-server/src/store/plan-mirror.ts
var GraphMemory = class {
  #mirrors = /* @__PURE__ */ new Map();
  #ids = /* @__PURE__ */ new Map();
  #stamp;
  /** All claims that hold their scope, by id in ascending order; undefined: not read. */
  held;
  /** Sequence number of the last event; undefined: not read. */
  lastSeq;
  /** At the start of each transaction. */
  begin(stamp) {
    if (stamp !== void 0 && stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.held = void 0;
    this.lastSeq = void 0;
    for (const mirror of this.#mirrors.values()) mirror.isCurrent = false;
  }
  /** Plans that were changed by a transaction that failed are ahead of the database. */
  undo(plans) {
    for (const id of plans) this.#mirrors.delete(id);
    this.held = void 0;
    this.lastSeq = void 0;
    this.#stamp = void 0;
  }
  mirror(planId) {
    return this.#mirrors.get(planId);
  }
  /** The plan as it is now, if that is known. */
  current(key) {
    const id = "planId" in key ? key.planId : this.#ids.get(nameOf(key));
    const mirror = id === void 0 ? void 0 : this.#mirrors.get(id);
    return mirror?.isCurrent ? mirror : void 0;
  }
  add(mirror) {
    this.#mirrors.set(mirror.stored.id, mirror);
    this.#ids.set(nameOf(mirror.stored), mirror.stored.id);
  }
  /** The events up to which plans are known. */
  get known() {
    return new Map([...this.#mirrors].map(([id, { seq }]) => [id, seq]));
  }
  setHeld(claims) {
    const sorted = [...claims].sort((a, b) => a.claim.id - b.claim.id);
    this.held = new Map(sorted.map((held) => [held.claim.id, held]));
    this.#renewLeases();
  }
  /** Takes over a claim that has changed. */
  putHeld(held) {
    if (holdsScope(held.claim)) this.held?.set(held.claim.id, held);
    else this.held?.delete(held.claim.id);
  }
  /** Leases are renewed without an event, so the plans in memory learn of it from the claims that are held. */
  #renewLeases() {
    for (const held of this.held?.values() ?? []) this.#renewLease(held);
  }
  /** As far as they were renewed before the plan was read. */
  renewLeasesOf(planId) {
    for (const held of this.held?.values() ?? []) if (held.planId === planId) this.#renewLease(held);
  }
  #renewLease({ planId, claim }) {
    const graph = this.#mirrors.get(planId)?.graph;
    const known = graph?.claim(claim.id);
    const isRenewed = known?.state === "running" && claim.state === "running" ? known.lastSeenMs !== claim.lastSeenMs || known.leaseUntilMs !== claim.leaseUntilMs : known?.state === "offered" && claim.state === "offered" && known.expiresAtMs !== claim.expiresAtMs;
    if (isRenewed) graph?.apply([], [claim]);
  }
};
function nameOf({ repository, slug }) {
  return JSON.stringify([repository, slug]);
}

// mcp-server/src/store/graph-store.ts
var GraphStore = class {
  constructor(engine, estimatesFrom2) {
    this.engine = engine;
    this.estimatesFrom = estimatesFrom2;
  }
  engine;
  estimatesFrom;
  #memory = new GraphMemory();
  #waiting = /* @__PURE__ */ new Map();
  #turn = Promise.resolve();
  #writes = 0;
  /**
   * Runs `work` on one snapshot of the last commit. It must not read or write by the store itself.
   * @param wanted what it is known to need, to be read at once.
   */
  async read(work, wanted = {}) {
    return this.#inTurn(
      () => this.engine.read(async (transaction) => {
        this.#memory.begin(transaction.stamp);
        const reader = new GraphReader(transaction, this.#memory, this.estimatesFrom);
        await reader.readAhead(wanted);
        return work(reader);
      })
    );
  }
  /**
   * Runs `work` in one transaction: all of its changes are kept, or none. It must not read or write by the
   * store itself.
   * @param now read when it is this writer's turn, which it may have waited for, and after the database has told its
   *   time: the log's times follow its order, and no lease begins with a part of it used up.
   * @param wanted what it is known to need, to be read at once.
   */
  async write(now, actor, work, wanted = {}) {
    const { result, changedPlans } = await this.#inTurn(async () => {
      let writer;
      try {
        return await this.engine.write(async (transaction) => {
          this.#memory.begin(transaction.stamp);
          writer = new GraphWriter(transaction, this.#memory, this.estimatesFrom, now, actor);
          await writer.readAhead({ ...wanted, held: true });
          const result2 = await work(writer);
          await writer.save();
          return { result: result2, changedPlans: writer.changedPlans };
        });
      } catch (error) {
        this.#memory.undo(writer?.changedPlans ?? []);
        throw error;
      } finally {
        this.#writes += 1;
      }
    });
    for (const [bell, awaited] of this.#waiting) if (changedPlans.has(awaited)) bell.ring();
    return result;
  }
  /** A cheap look without a transaction: another text whenever anything of the graph may have changed. */
  async state() {
    return `${await this.engine.state()}.${this.#writes}`;
  }
  /** Returns when the plan has an event after `afterSeq`, after `waitMs`, or when the signal is aborted. */
  async changed(planId, afterSeq, waitMs, signal) {
    const end = performance.now() + waitMs;
    const bell = new Doorbell();
    this.#waiting.set(bell, planId);
    const stopWatching = this.engine.watch((changed2) => {
      if (changed2 === void 0 || changed2 === planId) bell.ring();
    });
    try {
      for (; ; ) {
        const leftMs = end - performance.now();
        if (leftMs <= 0 || signal.aborted) return;
        if (await this.read((reader) => reader.version(planId)) > afterSeq) return;
        await bell.sleep(leftMs, signal);
      }
    } finally {
      stopWatching();
      this.#waiting.delete(bell);
    }
  }
  async close() {
    await this.engine.close();
  }
  /** One transaction of this process at a time, because plans in memory are shared by all of them. */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => void 0);
    return result;
  }
};

// mcp-server/src/store/inspection.ts
function versionOf(minor) {
  return minor === void 0 ? void 0 : `${SCHEMA_VERSION.major}.${minor}`;
}
function readerOn(transaction, estimatesFrom2) {
  return new GraphReader(transaction, new GraphMemory(), estimatesFrom2);
}

// mcp-server/src/store/newer-parts.ts
var MAX_NAMED = 5;
function newerParts({ plan, tasks, claims, unknownSettings = [] }, events = []) {
  const { slug } = plan;
  return [
    ...unknownSettings.map(
      (field) => `The plan ${slug} has the setting ${quoted(field)} of a newer version; this server keeps it and does not apply it.`
    ),
    ...wordsOf("plan", [[slug, plan.unrecognised]]),
    ...wordsOf(
      "task",
      tasks.map(({ id, unrecognised }) => [taskName(slug, id), unrecognised])
    ),
    ...wordsOf(
      "claim on",
      claims.map(({ task, unrecognised }) => [taskName(slug, task), unrecognised])
    ),
    ...unreadEvents(slug, events)
  ];
}
function wordsOf(what, things) {
  const having = /* @__PURE__ */ new Map();
  for (const [name, unrecognised = {}] of things) {
    for (const [field, word] of Object.entries(unrecognised)) {
      const is = `${field} ${quoted(word)}`;
      having.set(is, [...having.get(is) ?? [], name]);
    }
  }
  return [...having].map(([is, names]) => {
    const left = names.length - MAX_NAMED;
    const named = names.slice(0, MAX_NAMED).join(", ") + (left > 0 ? ` and ${left} more` : "");
    return `The ${what} ${named}: the ${is} is of a newer version; this server keeps it and does not understand it.`;
  });
}
function unreadEvents(slug, events) {
  const types = events.flatMap(({ change }) => change.type === "unrecognised" ? [change.storedType] : []);
  if (types.length === 0) return [];
  const named = [...new Set(types)].slice(0, MAX_NAMED).map(quoted);
  return [
    `The log of the plan ${slug} has events of a newer version (${types.length}, such as ${named.join(", ")}); this server keeps them and leaves them out.`
  ];
}
function quoted(word) {
  return `\`${word.replace(/[\s`]+/g, " ").slice(0, 60)}\``;
}
export {
  Doorbell,
  GraphClock,
  GraphHandle,
  GraphMemory,
  GraphReader,
  GraphStore,
  GraphWriter,
  NOW_MS,
  PostgresListener,
  SCHEMA,
  isMeant,
  newerParts,
  postgresTransaction,
  readerOn,
  sqliteTransaction,
  versionOf
};
