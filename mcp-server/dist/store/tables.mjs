// import:graph.mjs in store/tables.mjs
import { EFFORTS, INHERIT, ISOLATIONS, MODELS, OUTCOMES, PLAN_STATUSES, PRIORITIES, PURPOSES, REVIEW_VERDICTS, SEVERITIES, SIZES, STANDINGS, TASK_STATUSES, WordReader, causeText, causeValue, isAttempt, isReadable, storedCause, storedPurpose, unstarted, withoutDescription } from "../graph.mjs";

// mcp-server/src/store/tables/masked-claim.ts
var MASK = "delivering ";
var LASTING_LEASE_MS = Date.UTC(9999, 11, 31);
function masked(text) {
  return text === null ? text : `${MASK}${text}`;
}
function unmasked(text) {
  return text.startsWith(MASK) ? text.slice(MASK.length) : text;
}
function bothForms(text) {
  return [text, `${MASK}${text}`];
}

// mcp-server/src/store/tables/report-row.ts
function reportFromRow(json) {
  const stored = JSON.parse(json);
  const report = {
    ...stored,
    evidence: stored.evidence.map(readEvidence),
    findings: stored.findings.map(readFinding)
  };
  if (report.verdict === void 0 || REVIEW_VERDICTS.includes(report.verdict)) return report;
  const { verdict: _verdict, ...rest } = report;
  return rest;
}
function readEvidence(stored) {
  if ("command" in stored && stored.standing !== void 0 && !STANDINGS.includes(stored.standing)) {
    return { ...stored, standing: "claimed", seen: `a newer version calls it "${stored.standing}"` };
  }
  if ("command" in stored || "inspected" in stored || "notVerified" in stored) return stored;
  const { criterion, ...proof } = stored;
  return {
    ...criterion !== void 0 && { criterion },
    notVerified: `A newer version of this plugin stored this evidence: ${JSON.stringify(proof)}`
  };
}
function readFinding(finding) {
  if (SEVERITIES.includes(finding.severity)) return finding;
  return { ...finding, severity: "high", text: `(${finding.severity}) ${finding.text}` };
}

// mcp-server/src/store/tables/rows.ts
function policyOfParts(parts) {
  return { policy: { ...parts.addedPolicy, ...parts.policy }, policyParts: parts };
}
var TASK_MODELS = [...MODELS, INHERIT];
var TASK_EFFORTS = [...EFFORTS, INHERIT];
var CLAIM_STATES = ["offered", "running", "returned", "ended"];
function planFromRow(row) {
  const words = new WordReader();
  const status = words.read("status", row.status, PLAN_STATUSES, "paused");
  return {
    id: row.id,
    repository: row.repository,
    slug: row.slug,
    title: row.title,
    status,
    ...row.cause !== null && { cause: row.cause },
    source: JSON.parse(row.source),
    ...policyOfParts({
      policy: JSON.parse(row.policy),
      ...row.added_policy != null && {
        addedPolicy: JSON.parse(row.added_policy)
      }
    }),
    document: JSON.parse(row.document),
    createdAtMs: Number(row.created_at_ms),
    ...row.throttle !== null && { throttle: JSON.parse(row.throttle) },
    version: Number(row.version),
    ...words.found
  };
}
var NOTES = [];
var METADATA = {};
function taskFromRow(row) {
  const outline = outlineFromRow(row);
  const words = new WordReader();
  const status = words.read("status", row.status, TASK_STATUSES, "in_progress");
  const { size, priority, isolation, model, effort } = outline;
  if (size !== void 0) words.note("size", size, SIZES);
  words.note("priority", priority, PRIORITIES);
  if (isolation !== void 0) words.note("isolation", isolation, ISOLATIONS);
  if (model !== void 0) words.note("model", model, TASK_MODELS);
  if (effort !== void 0) words.note("effort", effort, TASK_EFFORTS);
  const purpose = storedPurpose(outline);
  if (purpose) words.note("purpose", purpose.kind, PURPOSES);
  const { position } = row;
  const task = Object.assign(outline, {
    position,
    status,
    notes: NOTES,
    metadata: METADATA,
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0
  });
  return row.state === null ? Object.assign(task, words.found) : { ...task, ...stateFrom(row.state), ...words.found };
}
function outlineFromRow({ outline }) {
  const read = JSON.parse(outline);
  return read.description === void 0 ? read : withoutDescription(read);
}
function stateFrom(column) {
  const state = JSON.parse(column);
  return {
    ...state.cause !== null && {
      cause: storedCause(state.cause, JSON.parse(state.cause_value ?? "null"))
    },
    ...state.owner !== null && { owner: state.owner },
    notes: JSON.parse(state.notes),
    metadata: JSON.parse(state.metadata),
    failedAttempts: state.failed_attempts,
    lostAttempts: state.lost_attempts,
    timesBlocked: state.times_blocked,
    ...state.ended_at_ms !== null && { endedAtMs: Number(state.ended_at_ms) }
  };
}
function storedDelivery(column) {
  return JSON.parse(column ?? "{}");
}
function deliveryColumn(claim) {
  if (claim.state === "delivering") return { acceptedAtMs: claim.acceptedAtMs, accepted: claim.accepted };
  if (claim.state !== "ended" || claim.acceptedAtMs === void 0) return void 0;
  return { acceptedAtMs: claim.acceptedAtMs };
}
function claimFromRow(row) {
  const words = new WordReader();
  const isStateKnown = words.note("state", row.state, CLAIM_STATES);
  const isolation = words.read("isolation", row.isolation, ISOLATIONS, "shared");
  const outcome = words.read("outcome", row.outcome ?? "cancelled", OUTCOMES, "cancelled");
  const base = {
    id: row.id,
    task: row.task_id,
    tokenHash: unmasked(row.token_hash),
    agentType: row.agent_type,
    role: row.role,
    checkout: row.checkout,
    scope: JSON.parse(row.scope),
    widened: JSON.parse(row.widened),
    isolation,
    owner: {
      host: unmasked(row.owner_host),
      pid: row.owner_pid,
      startedAt: row.owner_started_at,
      ...row.owner_session !== null && { session: row.owner_session },
      ...row.owner_server && { server: JSON.parse(row.owner_server) }
    },
    offeredAtMs: Number(row.offered_at_ms),
    ...row.chosen_model && { chosenModel: JSON.parse(row.chosen_model) },
    ...words.found
  };
  if (!isStateKnown) {
    return { ...base, state: "unrecognised", ...row.agent_id !== null && { agentId: row.agent_id } };
  }
  if (row.state === "offered") return { ...base, state: "offered", expiresAtMs: Number(row.expires_at_ms) };
  if (row.state === "returned") {
    return { ...base, state: "returned", endedAtMs: Number(row.ended_at_ms), cause: row.cause ?? "" };
  }
  const attempt = {
    ...base,
    number: row.number ?? 1,
    startedAtMs: Number(row.started_at_ms),
    reminded: row.reminded !== 0,
    ...row.agent_id !== null && { agentId: unmasked(row.agent_id) },
    ...row.usage !== null && { usage: JSON.parse(row.usage) }
  };
  const handedIn = {
    ...row.report !== null && { report: reportFromRow(row.report) },
    ...row.last_message !== null && { lastMessage: row.last_message }
  };
  const { acceptedAtMs, accepted } = storedDelivery(row.delivering);
  if (row.state === "running" && acceptedAtMs !== void 0 && accepted) {
    return { ...attempt, state: "delivering", acceptedAtMs, accepted, ...handedIn };
  }
  if (row.state === "running") {
    return {
      ...attempt,
      state: "running",
      lastSeenMs: Number(row.last_seen_ms),
      leaseUntilMs: Number(row.expires_at_ms)
    };
  }
  return {
    ...attempt,
    state: "ended",
    ...acceptedAtMs !== void 0 && { acceptedAtMs },
    endedAtMs: Number(row.ended_at_ms),
    outcome,
    ...handedIn,
    ...row.cause !== null && { cause: row.cause },
    ...row.drains_until_ms !== null && { drainsUntilMs: Number(row.drains_until_ms) }
  };
}
function eventFromRow(row) {
  const { actor, v, type } = row;
  return {
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    v,
    actor,
    change: isReadable(type, v) ? changeFromRow(row) : { type: "unrecognised", storedType: type }
  };
}
function changeFromRow(row) {
  const { causeValue: causeValue2, ...data } = JSON.parse(row.data);
  return {
    type: row.type,
    ...row.task_id !== null && { task: row.task_id },
    ...row.attempt_id !== null && { attempt: row.attempt_id },
    ...data,
    ...row.type === "task.status" && data.cause !== void 0 && { cause: storedCause(data.cause, causeValue2) }
  };
}

// mcp-server/src/store/tables/held-claim.ts
var HELD = "state in ('offered', 'running') or drains_until_ms is not null";
var UNRECOGNISED = "state not in ('offered', 'running', 'returned', 'ended') and drains_until_ms is null";
function heldFromRow(row) {
  const { plan_id: planId, plan_slug: plan, repository } = row;
  return { planId, plan, repository, claim: claimFromRow(row) };
}

// mcp-server/src/store/tables/indexed-events.ts
var UNINDEXED = [
  "task.created",
  "task.defined",
  "task.status",
  "task.annotated",
  "claim.offered",
  "attempt.started"
];
var IS_INDEXED = `type not in (${UNINDEXED.map((type) => `'${type}'`).join(", ")})`;

// import:lib/kysely.mjs in store/tables.mjs
import { sql } from "../lib/kysely.mjs";

// import:errors.mjs in store/tables.mjs
import { StoreUnusable } from "../errors.mjs";

// mcp-server/src/store/tables/migrations.ts
var MAJOR = 1;
var STEPS = [
  createTables,
  addOrderOfEvents,
  addThrottle,
  addObservations,
  addUsage,
  addWhatOthersWrite,
  addCauses,
  dropUnneededIndexes,
  addServerOfClaim,
  addDelivering,
  addChosenModel,
  addRunners
];
var SCHEMA_VERSION = { major: MAJOR, minor: STEPS.length - 1 };
async function minorVersion(db, hasTable, place) {
  if (!await hasTable(db, "meta")) return void 0;
  const row = await db.selectFrom("meta").select("value").where("key", "=", "schema").executeTakeFirst();
  const [major, minor] = (row?.value ?? "").split(".").map(Number);
  if (!Number.isInteger(major) || !Number.isInteger(minor)) throw notAGraph(place);
  if (Number(major) > MAJOR) {
    throw new StoreUnusable(
      "newer",
      `The task graph ${place} was written by version ${major}.x of this plugin; this is ${MAJOR}.x.`,
      `Update the plugin: claude plugin update parallel (version ${major}.0.0 or later), then restart Claude Code.`
    );
  }
  return Number(minor);
}
function notAGraph(place) {
  return new StoreUnusable(
    "corrupt",
    `${place} is a database, but not a task graph of this plugin.`,
    "Move it away, or set PARALLEL_DATABASE_URL to another place."
  );
}
function needsUpgrade(minor) {
  return minor === void 0 || minor < SCHEMA_VERSION.minor;
}
async function upgrade(tx, engine, minor) {
  for (const step of STEPS.slice(minor === void 0 ? 0 : minor + 1)) await step(tx, engine);
  const value = `${SCHEMA_VERSION.major}.${SCHEMA_VERSION.minor}`;
  await tx.insertInto("meta").values({ key: "schema", value }).onConflict((row) => row.column("key").doUpdateSet({ value })).execute();
}
async function createTables(db, engine) {
  const numbered = engine === "postgres";
  await db.schema.createTable("meta").addColumn("key", "text", (c) => c.primaryKey()).addColumn("value", "text", (c) => c.notNull()).execute();
  await db.schema.createTable("plans").addColumn(
    "id",
    "integer",
    (c) => numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey()
  ).addColumn("repository", "text", (c) => c.notNull()).addColumn("slug", "text", (c) => c.notNull()).addColumn("title", "text", (c) => c.notNull()).addColumn("status", "text", (c) => c.notNull()).addColumn("cause", "text").addColumn("source", "text", (c) => c.notNull()).addColumn("policy", "text", (c) => c.notNull()).addColumn("document", "text", (c) => c.notNull()).addColumn("created_at_ms", "bigint", (c) => c.notNull()).addColumn("version", "bigint", (c) => c.notNull()).addUniqueConstraint("plans_slug", ["repository", "slug"]).execute();
  await db.schema.createTable("tasks").addColumn("plan_id", "integer", (c) => c.notNull().references("plans.id")).addColumn("id", "text", (c) => c.notNull()).addColumn("position", "integer", (c) => c.notNull()).addColumn("definition", "text", (c) => c.notNull()).addColumn("status", "text", (c) => c.notNull()).addColumn("cause", "text").addColumn("owner", "text").addColumn("notes", "text", (c) => c.notNull().defaultTo("[]")).addColumn("metadata", "text", (c) => c.notNull().defaultTo("{}")).addColumn("failed_attempts", "integer", (c) => c.notNull().defaultTo(0)).addColumn("lost_attempts", "integer", (c) => c.notNull().defaultTo(0)).addColumn("times_blocked", "integer", (c) => c.notNull().defaultTo(0)).addColumn("ended_at_ms", "bigint").addColumn("changed_seq", "bigint", (c) => c.notNull()).addPrimaryKeyConstraint("tasks_key", ["plan_id", "id"]).execute();
  await db.schema.createIndex("tasks_changed").on("tasks").columns(["plan_id", "changed_seq"]).execute();
  await db.schema.createTable("claims").addColumn(
    "id",
    "integer",
    (c) => numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey()
  ).addColumn("plan_id", "integer", (c) => c.notNull().references("plans.id")).addColumn("task_id", "text", (c) => c.notNull()).addColumn("state", "text", (c) => c.notNull()).addColumn("token_hash", "text", (c) => c.notNull().unique()).addColumn("offer_token", "text").addColumn("agent_type", "text", (c) => c.notNull()).addColumn("role", "text", (c) => c.notNull()).addColumn("checkout", "text", (c) => c.notNull()).addColumn("scope", "text", (c) => c.notNull()).addColumn("widened", "text", (c) => c.notNull().defaultTo("[]")).addColumn("isolation", "text", (c) => c.notNull()).addColumn("owner_host", "text", (c) => c.notNull()).addColumn("owner_pid", "integer", (c) => c.notNull()).addColumn("owner_started_at", "text", (c) => c.notNull()).addColumn("owner_session", "text").addColumn("offered_at_ms", "bigint", (c) => c.notNull()).addColumn("expires_at_ms", "bigint").addColumn("number", "integer").addColumn("agent_id", "text").addColumn("started_at_ms", "bigint").addColumn("last_seen_ms", "bigint").addColumn("reminded", "integer", (c) => c.notNull().defaultTo(0)).addColumn("ended_at_ms", "bigint").addColumn("outcome", "text").addColumn("report", "text").addColumn("last_message", "text").addColumn("cause", "text").addColumn("drains_until_ms", "bigint").addColumn("changed_seq", "bigint", (c) => c.notNull()).execute();
  await db.schema.createIndex("claims_live").unique().on("claims").columns(["plan_id", "task_id"]).where(sql`state in ('offered', 'running')`).execute();
  await db.schema.createIndex("claims_held").on("claims").column("checkout").where(sql`state in ('offered', 'running') or drains_until_ms is not null`).execute();
  await db.schema.createIndex("claims_changed").on("claims").columns(["plan_id", "changed_seq"]).execute();
  await db.schema.createIndex("claims_agent").on("claims").column("agent_id").execute();
  await db.schema.createIndex("claims_owner").on("claims").columns(["plan_id", "owner_pid"]).execute();
  await db.schema.createTable("events").addColumn(
    "seq",
    numbered ? "bigint" : "integer",
    (c) => numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey().autoIncrement()
  ).addColumn("at_ms", "bigint", (c) => c.notNull()).addColumn("plan_id", "integer", (c) => c.notNull()).addColumn("task_id", "text").addColumn("attempt_id", "integer").addColumn("type", "text", (c) => c.notNull()).addColumn("actor", "text", (c) => c.notNull()).addColumn("v", "integer", (c) => c.notNull()).addColumn("data", "text", (c) => c.notNull()).execute();
  await db.schema.createIndex("events_plan").on("events").columns(["plan_id", "type", "seq"]).execute();
}
async function addOrderOfEvents(db) {
  await db.schema.createIndex("events_order").on("events").columns(["plan_id", "seq"]).execute();
}
async function addThrottle(db) {
  await db.schema.alterTable("plans").addColumn("throttle", "text").execute();
}
async function addObservations(db) {
  await db.schema.createTable("observations").addColumn("checkout", "text", (c) => c.primaryKey()).addColumn("from_ms", "bigint", (c) => c.notNull()).addColumn("to_ms", "bigint", (c) => c.notNull()).addColumn("seq", "bigint", (c) => c.notNull()).addColumn("head", "text", (c) => c.notNull()).addColumn("files", "text", (c) => c.notNull()).addColumn("at_work", "text", (c) => c.notNull()).execute();
}
async function addUsage(db) {
  await db.schema.alterTable("claims").addColumn("usage", "text").execute();
}
async function addWhatOthersWrite(db) {
  await db.schema.alterTable("plans").addColumn("added_policy", "text").execute();
  await db.schema.createIndex("claims_unrecognised").on("claims").column("checkout").where(sql`state not in ('offered', 'running', 'returned', 'ended')`).execute();
}
async function addCauses(db) {
  await db.schema.alterTable("tasks").addColumn("cause_value", "text").execute();
}
async function dropUnneededIndexes(db, engine) {
  if (engine === "postgres") return;
  for (const name of ["tasks_changed", "claims_changed", "claims_agent", "events_plan"]) {
    await db.schema.dropIndex(name).ifExists().execute();
  }
  await db.schema.createIndex("claims_by_agent").on("claims").column("agent_id").where("agent_id", "is not", null).execute();
  await db.schema.createIndex("events_by_type").on("events").columns(["plan_id", "type", "seq"]).where(sql`${sql.raw(IS_INDEXED)}`).execute();
}
async function addServerOfClaim(db) {
  await db.schema.alterTable("claims").addColumn("owner_server", "text").execute();
}
async function addDelivering(db) {
  await db.schema.alterTable("claims").addColumn("delivering", "text").execute();
}
async function addChosenModel(db) {
  await db.schema.alterTable("claims").addColumn("chosen_model", "text").execute();
}
async function addRunners(db) {
  await db.schema.createTable("runners").addColumn("repository", "text", (c) => c.notNull()).addColumn("owner_host", "text", (c) => c.notNull()).addColumn("owner_pid", "integer", (c) => c.notNull()).addColumn("owner_started_at", "text", (c) => c.notNull()).addColumn("facts", "text", (c) => c.notNull()).addColumn("since_ms", "bigint", (c) => c.notNull()).addColumn("last_seen_ms", "bigint", (c) => c.notNull()).addColumn("lease_until_ms", "bigint", (c) => c.notNull()).addPrimaryKeyConstraint("runners_key", ["repository", "owner_host", "owner_pid", "owner_started_at"]).execute();
}

// mcp-server/src/store/tables/new-rows.ts
function eventRow(planId, { atMs, actor, v, change }, definition) {
  const { type, task, attempt, ...data } = storedChange(change);
  return {
    at_ms: atMs,
    plan_id: planId,
    task_id: task ?? null,
    attempt_id: attempt ?? null,
    type,
    actor,
    v,
    data: JSON.stringify(definition ? { ...data, definition } : data)
  };
}
function eventVersion(change) {
  return change.type === "task.status" && causeValue(change.cause) ? 2 : 1;
}
function storedChange(change) {
  if (change.type !== "task.status" || !change.cause) return change;
  const causeAsValue = causeValue(change.cause);
  return { ...change, cause: causeText(change.cause), ...causeAsValue && { causeValue: causeAsValue } };
}
function planRow(plan, event) {
  return {
    id: plan.id,
    repository: plan.repository,
    slug: plan.slug,
    title: plan.title,
    status: plan.unrecognised?.status ?? plan.status,
    cause: plan.cause ?? null,
    source: JSON.stringify(plan.source),
    policy: JSON.stringify(plan.policyParts.policy),
    added_policy: plan.policyParts.addedPolicy ? JSON.stringify(plan.policyParts.addedPolicy) : null,
    document: JSON.stringify(plan.document),
    created_at_ms: plan.createdAtMs,
    throttle: plan.throttle ? JSON.stringify(plan.throttle) : null,
    event
  };
}
function taskRow(planId, task, event, definition) {
  return {
    plan_id: planId,
    id: task.id,
    position: task.position,
    definition: definition ? JSON.stringify(definition) : "",
    status: task.unrecognised?.status ?? task.status,
    cause: task.cause ? causeText(task.cause) : null,
    /** Null where the text says it all: what the row has stays, and is another text's. */
    cause_value: causeValue(task.cause) ? JSON.stringify(task.cause) : null,
    owner: task.owner ?? null,
    notes: JSON.stringify(task.notes),
    metadata: JSON.stringify(task.metadata),
    failed_attempts: task.failedAttempts,
    lost_attempts: task.lostAttempts,
    times_blocked: task.timesBlocked,
    ended_at_ms: task.endedAtMs ?? null,
    event
  };
}
function claimRow(planId, claim, { hasJustReported, event }) {
  const attempt = isAttempt(claim) ? claim : void 0;
  const over = claim.state === "returned" || claim.state === "ended" ? claim : void 0;
  const ended = claim.state === "ended" ? claim : void 0;
  const delivering = claim.state === "delivering" ? claim : void 0;
  const reported = delivering ?? ended;
  const delivery = deliveryColumn(claim);
  const known = (text) => delivering ? masked(text) : text;
  return {
    id: claim.id,
    plan_id: planId,
    task_id: claim.task,
    state: delivering ? "running" : claim.state,
    token_hash: known(claim.tokenHash),
    offer_token: null,
    agent_type: claim.agentType,
    role: claim.role,
    checkout: claim.checkout,
    scope: JSON.stringify(claim.scope),
    widened: JSON.stringify(claim.widened),
    isolation: claim.unrecognised?.isolation ?? claim.isolation,
    chosen_model: claim.chosenModel ? JSON.stringify(claim.chosenModel) : null,
    owner_host: known(claim.owner.host),
    owner_pid: claim.owner.pid,
    owner_started_at: claim.owner.startedAt,
    owner_session: claim.owner.session ?? null,
    owner_server: claim.owner.server ? JSON.stringify(claim.owner.server) : null,
    offered_at_ms: claim.offeredAtMs,
    expires_at_ms: endOfTime(claim),
    number: attempt?.number ?? null,
    agent_id: known(attempt?.agentId ?? null),
    started_at_ms: attempt?.startedAtMs ?? null,
    /** Null where it is not known any more: what the row has stays. */
    last_seen_ms: claim.state === "running" ? claim.lastSeenMs : null,
    reminded: attempt?.reminded ? 1 : 0,
    ended_at_ms: over?.endedAtMs ?? null,
    outcome: ended?.unrecognised?.outcome ?? ended?.outcome ?? null,
    /** Null unless it came in this transaction: what another version has stored of it stays as it is. */
    report: reported?.report && hasJustReported ? JSON.stringify(reported.report) : null,
    last_message: reported?.lastMessage ?? null,
    cause: over?.cause ?? null,
    drains_until_ms: ended?.drainsUntilMs ?? null,
    usage: attempt?.usage ? JSON.stringify(attempt.usage) : null,
    delivering: delivery ? JSON.stringify(delivery) : null,
    event
  };
}
function endOfTime(claim) {
  switch (claim.state) {
    case "offered":
      return claim.expiresAtMs;
    case "running":
      return claim.leaseUntilMs;
    case "delivering":
      return LASTING_LEASE_MS;
    default:
      return null;
  }
}

// mcp-server/src/store/tables/outline-row.ts
var STATE_COLUMNS = [
  "cause",
  "cause_value",
  "owner",
  "notes",
  "metadata",
  "failed_attempts",
  "lost_attempts",
  "times_blocked",
  "ended_at_ms"
];
var NOTHING_HAPPENED = `cause is null and owner is null and notes = '[]' and metadata = '{}'
  and failed_attempts = 0 and lost_attempts = 0 and times_blocked = 0 and ended_at_ms is null`;
var POSTGRES_OUTLINE = `case when strpos(definition, '\\u0000') > 0 or strpos(definition, '\\ud') > 0 then definition
  else (select json_object_agg(key, value) from json_each(definition::json) where key <> 'description')::text end`;
function outlineColumns(engine) {
  const outline = engine === "sqlite" ? "json_remove(definition, '$.description')" : POSTGRES_OUTLINE;
  const object = engine === "sqlite" ? "json_object" : "json_build_object";
  const state = `${object}(${STATE_COLUMNS.map((column) => `'${column}', ${column}`).join(", ")})`;
  const asText = engine === "sqlite" ? state : `${state}::text`;
  return `plan_id, position, status, ${outline} as outline,
    case when ${NOTHING_HAPPENED} then null else ${asText} end as state`;
}

// mcp-server/src/store/tables/projection.ts
function planAfter(plan, change, { planId, atMs }) {
  if (change.type === "plan.created") {
    const { repository, slug, title, source, document } = change;
    const made = { repository, slug, title, source, document, createdAtMs: atMs };
    return { ...made, ...policyOfParts(partsOf(change)), id: planId, status: "open", version: 0 };
  }
  if (!plan) return void 0;
  switch (change.type) {
    case "plan.updated": {
      const { title, source, policy = plan.policyParts.policy, document } = change;
      const parts = { ...plan.policyParts, ...partsOf({ ...change, policy }) };
      return {
        ...plan,
        ...title !== void 0 && { title },
        ...source && { source },
        ...policyOfParts(parts),
        ...document && { document }
      };
    }
    case "plan.status": {
      const { cause: _, ...rest } = plan;
      return {
        ...withKnownStatus(rest),
        status: change.status,
        ...change.cause !== void 0 && { cause: change.cause }
      };
    }
    case "plan.throttled":
      return { ...plan, throttle: change.throttle };
    default:
      return plan;
  }
}
function partsOf({ policy, addedPolicy }) {
  return { policy, ...addedPolicy && { addedPolicy } };
}
function withKnownStatus(thing) {
  if (thing.unrecognised?.status === void 0) return thing;
  const { unrecognised, ...rest } = thing;
  const { status: _, ...words } = unrecognised;
  return { ...rest, ...Object.keys(words).length > 0 && { unrecognised: words } };
}
function taskAfter(task, change, atMs) {
  if (change.type === "task.created") return unstarted(change.definition, change.position);
  if (!task) return void 0;
  switch (change.type) {
    case "task.defined":
      return { ...stateOf(task), ...withoutDescription(change.definition) };
    case "task.status": {
      const { cause: _cause, endedAtMs: _endedAtMs, ...rest } = withKnownStatus(task);
      const isOpen = change.status === "pending" || change.status === "in_progress";
      return {
        ...rest,
        status: change.status,
        ...change.cause !== void 0 && { cause: change.cause },
        ...!isOpen && { endedAtMs: atMs }
      };
    }
    case "task.annotated": {
      const { note, owner, metadata } = change;
      return {
        ...task,
        ...note !== void 0 && { notes: [...task.notes, note] },
        ...metadata && { metadata: { ...task.metadata, ...metadata } },
        ...owner !== void 0 && { owner }
      };
    }
    case "scope.touched":
      return { ...task, notes: [...task.notes, change.note] };
    case "attempt.ended":
      return counted(task, change);
    case "attempt.revived":
      return { ...task, lostAttempts: Math.max(0, task.lostAttempts - 1) };
    default:
      return task;
  }
}
function stateOf({
  position,
  status,
  cause,
  owner,
  notes,
  metadata,
  failedAttempts,
  lostAttempts,
  timesBlocked,
  endedAtMs,
  unrecognised
}) {
  return {
    position,
    status,
    ...cause !== void 0 && { cause },
    ...owner !== void 0 && { owner },
    notes,
    metadata,
    failedAttempts,
    lostAttempts,
    timesBlocked,
    ...endedAtMs !== void 0 && { endedAtMs },
    ...unrecognised?.status !== void 0 && { unrecognised: { status: unrecognised.status } }
  };
}
function counted(task, change) {
  if (change.throttled || change.interrupted) return task;
  switch (change.outcome) {
    case "failed":
    case "unreported":
      return { ...task, failedAttempts: task.failedAttempts + 1 };
    case "lost":
      return { ...task, lostAttempts: task.lostAttempts + 1 };
    case "blocked":
      return { ...task, timesBlocked: task.timesBlocked + 1 };
    default:
      return task;
  }
}
function claimAfter(claim, change, atMs) {
  if (change.type === "claim.offered") {
    const { task, tokenHash, agentType, role, checkout, scope, isolation, owner, expiresAtMs } = change;
    const { chosenModel } = change;
    const base = { id: change.attempt, task, tokenHash, agentType, role, checkout, scope, isolation, owner };
    return {
      ...base,
      ...chosenModel && { chosenModel },
      widened: [],
      offeredAtMs: atMs,
      state: "offered",
      expiresAtMs
    };
  }
  switch (claim?.state) {
    case "offered":
      return offerAfter(claim, change, atMs);
    case "running":
      return runningAfter(claim, change, atMs);
    case "delivering":
      return deliveringAfter(claim, change, atMs);
    case "ended":
      return endedAfter(claim, change, atMs);
    default:
      return claim;
  }
}
function offerAfter(claim, change, atMs) {
  const { state: _state, expiresAtMs: _expiresAtMs, ...base } = claim;
  if (change.type === "claim.returned") {
    return { ...base, state: "returned", endedAtMs: atMs, cause: change.cause };
  }
  if (change.type !== "attempt.started") return claim;
  return {
    ...base,
    number: change.number,
    startedAtMs: atMs,
    reminded: false,
    ...change.agentId !== void 0 && { agentId: change.agentId },
    state: "running",
    lastSeenMs: atMs,
    leaseUntilMs: change.leaseUntilMs
  };
}
function runningAfter(claim, change, atMs) {
  switch (change.type) {
    case "attempt.bound":
      return { ...claim, agentId: change.agentId };
    case "attempt.widened":
      return { ...claim, widened: [...claim.widened, change.path] };
    case "attempt.reminded":
      return { ...claim, reminded: true };
    case "attempt.measured":
      return { ...claim, usage: change.usage };
    case "delivery.accepted": {
      const { lastSeenMs: _lastSeenMs, leaseUntilMs: _leaseUntilMs, ...attempt } = claim;
      const { type: _type, task: _task, attempt: _attempt, report, lastMessage, ...accepted } = change;
      return {
        ...attempt,
        state: "delivering",
        acceptedAtMs: atMs,
        accepted,
        ...report && { report },
        ...lastMessage !== void 0 && { lastMessage }
      };
    }
    case "attempt.ended": {
      const { lastSeenMs: _lastSeenMs, leaseUntilMs: _leaseUntilMs, ...attempt } = claim;
      return { ...attempt, ...endOf(change, atMs) };
    }
    default:
      return claim;
  }
}
function deliveringAfter(claim, change, atMs) {
  if (change.type === "attempt.measured") return { ...claim, usage: change.usage };
  if (change.type !== "attempt.ended") return claim;
  const { accepted: _accepted, ...attempt } = claim;
  return { ...attempt, ...endOf(change, atMs) };
}
function endOf({ outcome, report, lastMessage, cause, drainsUntilMs }, atMs) {
  return {
    state: "ended",
    endedAtMs: atMs,
    outcome,
    ...report && { report },
    ...lastMessage !== void 0 && { lastMessage },
    ...cause !== void 0 && { cause },
    ...drainsUntilMs !== void 0 && { drainsUntilMs }
  };
}
function endedAfter(claim, change, atMs) {
  switch (change.type) {
    case "attempt.measured":
      return { ...claim, usage: change.usage };
    case "attempt.drained": {
      const { drainsUntilMs: _, ...rest } = claim;
      return rest;
    }
    case "attempt.revived": {
      const {
        endedAtMs: _endedAtMs,
        outcome: _outcome,
        report: _report,
        lastMessage: _lastMessage,
        cause: _cause,
        drainsUntilMs: _drainsUntilMs,
        acceptedAtMs: _acceptedAtMs,
        ...attempt
      } = claim;
      return { ...attempt, state: "running", lastSeenMs: atMs, leaseUntilMs: change.leaseUntilMs };
    }
    default:
      return claim;
  }
}

// mcp-server/src/store/tables/row-columns.ts
var EVENTS = {
  name: "events",
  columns: {
    at_ms: "bigint",
    plan_id: "bigint",
    task_id: "text",
    attempt_id: "bigint",
    type: "text",
    actor: "text",
    v: "bigint",
    data: "text"
  },
  key: ["seq"],
  seq: "seq"
};
var PLANS = {
  name: "plans",
  columns: {
    id: "bigint",
    repository: "text",
    slug: "text",
    title: "text",
    status: "text",
    cause: "text",
    source: "text",
    policy: "text",
    added_policy: "text",
    document: "text",
    created_at_ms: "bigint",
    throttle: "text"
  },
  key: ["id"],
  seq: "version"
};
var TASKS = {
  name: "tasks",
  columns: {
    plan_id: "bigint",
    id: "text",
    position: "bigint",
    definition: "text",
    status: "text",
    cause: "text",
    cause_value: "text",
    owner: "text",
    notes: "text",
    metadata: "text",
    failed_attempts: "bigint",
    lost_attempts: "bigint",
    times_blocked: "bigint",
    ended_at_ms: "bigint"
  },
  key: ["plan_id", "id"],
  seq: "changed_seq",
  kept: ["cause_value"],
  keptIfEmpty: "definition"
};
var CLAIMS = {
  name: "claims",
  columns: {
    id: "bigint",
    plan_id: "bigint",
    task_id: "text",
    state: "text",
    token_hash: "text",
    offer_token: "text",
    agent_type: "text",
    role: "text",
    checkout: "text",
    scope: "text",
    widened: "text",
    isolation: "text",
    owner_host: "text",
    owner_pid: "bigint",
    owner_started_at: "text",
    owner_session: "text",
    owner_server: "text",
    offered_at_ms: "bigint",
    expires_at_ms: "bigint",
    number: "bigint",
    agent_id: "text",
    started_at_ms: "bigint",
    last_seen_ms: "bigint",
    reminded: "bigint",
    ended_at_ms: "bigint",
    outcome: "text",
    report: "text",
    last_message: "text",
    cause: "text",
    drains_until_ms: "bigint",
    usage: "text",
    delivering: "text",
    chosen_model: "text"
  },
  key: ["id"],
  seq: "changed_seq",
  kept: ["last_seen_ms", "report"]
};
var LEASE_COLUMNS = {
  id: "bigint",
  last_seen_ms: "bigint",
  expires_at_ms: "bigint"
};
function onConflict({ name, columns, key, seq, kept, keptIfEmpty }) {
  const names = [...Object.keys(columns), ...seq === void 0 ? [] : [seq]];
  const set = names.filter((column) => !key.includes(column)).map((column) => {
    if (kept?.includes(column)) return `${column} = coalesce(excluded.${column}, ${name}.${column})`;
    return column === keptIfEmpty ? `${column} = coalesce(nullif(excluded.${column}, ''), ${name}.${column})` : `${column} = excluded.${column}`;
  });
  return `on conflict (${key.join(", ")}) do update set ${set.join(", ")}`;
}

// mcp-server/src/store/tables/storable.ts
function storable(value) {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "�") : value;
}
var UNSTORABLE = /\\u(0000|d[89a-f])/;
function storableJson(rows) {
  const text = JSON.stringify(rows);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(
    rows,
    (_, value) => typeof value === "string" ? value.replace(new RegExp("\\0|\\p{Surrogate}", "gu"), "�") : value
  );
}
export {
  CLAIMS,
  EVENTS,
  HELD,
  IS_INDEXED,
  LASTING_LEASE_MS,
  LEASE_COLUMNS,
  PLANS,
  SCHEMA_VERSION,
  TASKS,
  UNRECOGNISED,
  bothForms,
  claimAfter,
  claimFromRow,
  claimRow,
  deliveryColumn,
  eventFromRow,
  eventRow,
  eventVersion,
  heldFromRow,
  masked,
  minorVersion,
  needsUpgrade,
  notAGraph,
  onConflict,
  outlineColumns,
  planAfter,
  planFromRow,
  planRow,
  policyOfParts,
  reportFromRow,
  storable,
  storableJson,
  storedDelivery,
  taskAfter,
  taskFromRow,
  taskRow,
  unmasked,
  upgrade
};
