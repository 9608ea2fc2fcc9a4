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

// import:lib/kysely.mjs in store.mjs
import { sql } from "./lib/kysely.mjs";

// import:graph.mjs in store.mjs
import { ISOLATIONS, OUTCOMES, PLAN_STATUSES, PRIORITIES, PURPOSES, PlanGraph, REVIEW_VERDICTS, SEVERITIES, SIZES, TASK_STATUSES, WordReader, isReadable, newTokens, storedPurpose } from "./graph.mjs";

// import:schedule.mjs in store.mjs
import { Estimates } from "./schedule.mjs";

// mcp-server/src/store/projection.ts
var ONLY_LOGGED = [
  "conversation.measured",
  "token.refused",
  "batch.launched",
  "write.denied",
  "checkout.observed",
  "checkout.unmeasured",
  "attempt.compared",
  "decision.taken",
  "plan.reported",
  "checkout.seen",
  "worktree.cut",
  "worktree.removed",
  "work.committed",
  "work.merged",
  "work.conflicted",
  "commit.skipped"
];
function isOnlyLogged(change) {
  return ONLY_LOGGED.includes(change.type);
}
function changesPlan({ type }) {
  return type === "plan.created" || type === "plan.updated" || type === "plan.status" || type === "plan.throttled";
}
var ROWS_AT_ONCE = 250;
async function project(db, planId, atMs, logged, tokens) {
  let tasks = [];
  let claims = [];
  const insertNew = async () => {
    if (tasks.length > 0) await db.insertInto("tasks").values(tasks).execute();
    if (claims.length > 0) await db.insertInto("claims").values(claims).execute();
    tasks = [];
    claims = [];
  };
  for (const { seq, change } of logged) {
    if (change.type === "task.created") tasks.push(newTask(planId, seq, change));
    else if (change.type === "claim.offered")
      claims.push(newClaim(planId, seq, atMs, change, tokens.get(change.attempt)));
    else if (!isOnlyLogged(change)) {
      await insertNew();
      await projectOne(db, planId, seq, atMs, change);
    }
    if (tasks.length + claims.length === ROWS_AT_ONCE) await insertNew();
  }
  await insertNew();
  const last = logged.at(-1);
  if (last) await db.updateTable("plans").set({ version: last.seq }).where("id", "=", planId).execute();
}
async function projectOne(db, planId, seq, atMs, change) {
  switch (change.type) {
    case "plan.created":
      await db.insertInto("plans").values({
        id: planId,
        repository: change.repository,
        slug: change.slug,
        title: change.title,
        status: "open",
        cause: null,
        source: JSON.stringify(change.source),
        policy: JSON.stringify(change.policy),
        added_policy: change.addedPolicy ? JSON.stringify(change.addedPolicy) : null,
        document: JSON.stringify(change.document),
        created_at_ms: atMs,
        version: seq
      }).execute();
      break;
    case "plan.updated":
      await db.updateTable("plans").set({
        ...change.title !== void 0 && { title: change.title },
        ...change.source && { source: JSON.stringify(change.source) },
        ...change.policy && { policy: JSON.stringify(change.policy) },
        ...change.addedPolicy && { added_policy: JSON.stringify(change.addedPolicy) },
        ...change.document && { document: JSON.stringify(change.document) }
      }).where("id", "=", planId).execute();
      break;
    case "plan.status":
      await db.updateTable("plans").set({ status: change.status, cause: change.cause ?? null }).where("id", "=", planId).execute();
      break;
    case "plan.throttled":
      await db.updateTable("plans").set({ throttle: JSON.stringify(change.throttle) }).where("id", "=", planId).execute();
      break;
    case "task.defined":
      await taskRow(db, planId, change.task).set({ definition: JSON.stringify(change.definition), changed_seq: seq }).execute();
      break;
    case "task.status":
      await taskRow(db, planId, change.task).set({
        status: change.status,
        cause: change.cause ?? null,
        ended_at_ms: change.status === "pending" || change.status === "in_progress" ? null : atMs,
        changed_seq: seq
      }).execute();
      break;
    case "task.annotated": {
      const { task, note, metadata, owner } = change;
      const row = note === void 0 && !metadata ? void 0 : await remarksOf(db, planId, task);
      await taskRow(db, planId, task).set({
        ...row && note !== void 0 && { notes: withNote(row.notes, note) },
        ...row && metadata && {
          metadata: JSON.stringify({ ...JSON.parse(row.metadata), ...metadata })
        },
        ...owner !== void 0 && { owner },
        changed_seq: seq
      }).execute();
      break;
    }
    case "claim.returned":
      await claimRow(db, change.attempt, ["offered"]).set({
        state: "returned",
        offer_token: null,
        ended_at_ms: atMs,
        expires_at_ms: null,
        cause: change.cause,
        changed_seq: seq
      }).execute();
      break;
    case "attempt.started":
      await claimRow(db, change.attempt, ["offered"]).set({
        state: "running",
        offer_token: null,
        number: change.number,
        agent_id: change.agentId ?? null,
        started_at_ms: atMs,
        last_seen_ms: atMs,
        expires_at_ms: change.leaseUntilMs,
        changed_seq: seq
      }).execute();
      break;
    case "attempt.bound":
      await claimRow(db, change.attempt, ["running"]).set({ agent_id: change.agentId, changed_seq: seq }).execute();
      break;
    case "attempt.widened": {
      const row = await db.selectFrom("claims").select("widened").where("id", "=", change.attempt).executeTakeFirstOrThrow();
      await claimRow(db, change.attempt, ["running"]).set({
        widened: JSON.stringify([...JSON.parse(row.widened), change.path]),
        changed_seq: seq
      }).execute();
      break;
    }
    case "attempt.reminded":
      await claimRow(db, change.attempt, ["running"]).set({ reminded: 1, changed_seq: seq }).execute();
      break;
    case "attempt.ended":
      await claimRow(db, change.attempt, ["running"]).set({
        state: "ended",
        outcome: change.outcome,
        report: change.report ? JSON.stringify(change.report) : null,
        last_message: change.lastMessage ?? null,
        cause: change.cause ?? null,
        ended_at_ms: atMs,
        expires_at_ms: null,
        drains_until_ms: change.drainsUntilMs ?? null,
        changed_seq: seq
      }).execute();
      await countAttempt(db, planId, seq, change);
      break;
    case "attempt.drained":
      await claimRow(db, change.attempt, ["ended"]).set({ drains_until_ms: null, changed_seq: seq }).execute();
      break;
    case "attempt.measured":
      await claimRow(db, change.attempt, ["running", "ended"]).set({ usage: JSON.stringify(change.usage), changed_seq: seq }).execute();
      break;
    case "scope.touched": {
      const { notes } = await remarksOf(db, planId, change.task);
      await taskRow(db, planId, change.task).set({ notes: withNote(notes, change.note), changed_seq: seq }).execute();
      break;
    }
  }
}
function newTask(planId, seq, change) {
  return {
    plan_id: planId,
    id: change.task,
    position: change.position,
    definition: JSON.stringify(change.definition),
    status: "pending",
    changed_seq: seq
  };
}
function newClaim(planId, seq, atMs, change, token) {
  return {
    id: change.attempt,
    plan_id: planId,
    task_id: change.task,
    state: "offered",
    token_hash: change.tokenHash,
    offer_token: token ?? null,
    agent_type: change.agentType,
    role: change.role,
    checkout: change.checkout,
    scope: JSON.stringify(change.scope),
    widened: "[]",
    isolation: change.isolation,
    owner_host: change.owner.host,
    owner_pid: change.owner.pid,
    owner_started_at: change.owner.startedAt,
    owner_session: change.owner.session ?? null,
    offered_at_ms: atMs,
    expires_at_ms: change.expiresAtMs,
    reminded: 0,
    changed_seq: seq
  };
}
async function remarksOf(db, planId, task) {
  return db.selectFrom("tasks").select(["notes", "metadata"]).where("plan_id", "=", planId).where("id", "=", task).executeTakeFirstOrThrow();
}
function withNote(notes, note) {
  return JSON.stringify([...JSON.parse(notes), note]);
}
function taskRow(db, planId, task) {
  return db.updateTable("tasks").where("plan_id", "=", planId).where("id", "=", task);
}
function claimRow(db, attempt, states) {
  return db.updateTable("claims").where("id", "=", attempt).where("state", "in", states);
}
async function countAttempt(db, planId, seq, change) {
  const counter = {
    failed: "failed_attempts",
    unreported: "failed_attempts",
    lost: "lost_attempts",
    blocked: "times_blocked",
    completed: void 0,
    cancelled: void 0
  };
  const column = counter[change.outcome];
  if (!column || change.throttled || change.interrupted) return;
  await taskRow(db, planId, change.task).set({ [column]: sql`${sql.ref(column)} + 1`, changed_seq: seq }).execute();
}

// mcp-server/src/store/report-row.ts
function readReport(json) {
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

// mcp-server/src/store/rows.ts
function observationFromRow(row) {
  return {
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    seq: Number(row.seq),
    head: row.head,
    files: new Map(JSON.parse(row.files)),
    atWork: JSON.parse(row.at_work)
  };
}
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
    // An older server that changes a setting writes it to `policy`: that is the newer word.
    policy: { ...JSON.parse(row.added_policy ?? "{}"), ...JSON.parse(row.policy) },
    document: JSON.parse(row.document),
    createdAtMs: Number(row.created_at_ms),
    ...row.throttle !== null && { throttle: JSON.parse(row.throttle) },
    version: Number(row.version),
    ...words.found
  };
}
function taskFromRow(row) {
  const definition = JSON.parse(row.definition);
  const words = new WordReader();
  const status = words.read("status", row.status, TASK_STATUSES, "in_progress");
  const { size, priority, isolation } = definition;
  if (size !== void 0) words.note("size", size, SIZES);
  words.note("priority", priority, PRIORITIES);
  if (isolation !== void 0) words.note("isolation", isolation, ISOLATIONS);
  const purpose = storedPurpose(definition);
  if (purpose) words.note("purpose", purpose.kind, PURPOSES);
  return {
    ...definition,
    position: row.position,
    status,
    ...row.cause !== null && { cause: row.cause },
    ...row.owner !== null && { owner: row.owner },
    notes: JSON.parse(row.notes),
    metadata: JSON.parse(row.metadata),
    failedAttempts: row.failed_attempts,
    lostAttempts: row.lost_attempts,
    timesBlocked: row.times_blocked,
    ...row.ended_at_ms !== null && { endedAtMs: Number(row.ended_at_ms) },
    ...words.found
  };
}
function claimFromRow(row) {
  const words = new WordReader();
  const isStateKnown = words.note("state", row.state, CLAIM_STATES);
  const isolation = words.read("isolation", row.isolation, ISOLATIONS, "shared");
  const outcome = words.read("outcome", row.outcome ?? "cancelled", OUTCOMES, "cancelled");
  const base = {
    id: row.id,
    task: row.task_id,
    tokenHash: row.token_hash,
    agentType: row.agent_type,
    role: row.role,
    checkout: row.checkout,
    scope: JSON.parse(row.scope),
    widened: JSON.parse(row.widened),
    isolation,
    owner: {
      host: row.owner_host,
      pid: row.owner_pid,
      startedAt: row.owner_started_at,
      ...row.owner_session !== null && { session: row.owner_session }
    },
    offeredAtMs: Number(row.offered_at_ms),
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
    ...row.agent_id !== null && { agentId: row.agent_id },
    ...row.usage !== null && { usage: JSON.parse(row.usage) }
  };
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
    endedAtMs: Number(row.ended_at_ms),
    outcome,
    ...row.report !== null && { report: readReport(row.report) },
    ...row.last_message !== null && { lastMessage: row.last_message },
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
  return {
    type: row.type,
    ...row.task_id !== null && { task: row.task_id },
    ...row.attempt_id !== null && { attempt: row.attempt_id },
    ...JSON.parse(row.data)
  };
}

// mcp-server/src/store/graph-store.ts
var HISTORY = 500;
var HOLDS = sql`state in ('offered', 'running') or drains_until_ms is not null`;
var UNRECOGNISED = sql`state not in ('offered', 'running', 'returned', 'ended')`;
var GraphReader = class {
  constructor(db, mirrors) {
    this.db = db;
    this.mirrors = mirrors;
  }
  db;
  mirrors;
  // Asked for several times in most transactions, and the same until something is written.
  heldClaims;
  readPlans = /* @__PURE__ */ new Map();
  async plan(repository, slug) {
    const key = JSON.stringify([repository, slug]);
    const known = this.readPlans.get(key);
    if (known) return known;
    const row = await this.db.selectFrom("plans").selectAll().where("repository", "=", repository).where("slug", "=", slug).executeTakeFirst();
    const plan = row && planFromRow(row);
    if (plan) this.readPlans.set(key, plan);
    return plan;
  }
  /** All plans of the repository, newest first. */
  async plans(repository) {
    const rows = await this.db.selectFrom("plans").selectAll().where("repository", "=", repository).orderBy("id", "desc").execute();
    return rows.map(planFromRow);
  }
  /**
   * The plan in memory, brought up to date with this reader's view. The same object is returned every time:
   * what was read from it before is as old as it was then.
   */
  async graph(plan) {
    return (await this.#mirrorOf(plan)).graph;
  }
  /** What the plan's tasks are expected to take. */
  async estimates(plan) {
    return (await this.#mirrorOf(plan)).estimates;
  }
  async #mirrorOf(plan) {
    const mirror = this.mirrors.get(plan.id) ?? await this.#newMirror(plan);
    if (mirror.seq < plan.version) {
      const tasks = await this.db.selectFrom("tasks").selectAll().where("plan_id", "=", plan.id).where("changed_seq", ">", mirror.seq).orderBy("position").execute();
      const claims = await this.db.selectFrom("claims").selectAll().where("plan_id", "=", plan.id).where("changed_seq", ">", mirror.seq).orderBy("id").execute();
      mirror.graph.apply(tasks.map(taskFromRow), claims.map(claimFromRow));
      mirror.seq = plan.version;
      this.mirrors.set(plan.id, mirror);
    }
    return mirror;
  }
  /** What tasks of the repository are expected to take, by all attempts up to now. */
  async currentEstimates(repository) {
    return new Estimates(await this.#history(repository));
  }
  async #newMirror({ repository }) {
    const estimates = await this.currentEstimates(repository);
    return { estimates, graph: new PlanGraph((task) => estimates.durationMs(task)), seq: 0 };
  }
  /** The repository's completed attempts, newest first. */
  async #history(repository) {
    const rows = await this.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").innerJoin(
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
    this.heldClaims ??= await this.#readHeld();
    return checkout === void 0 ? this.heldClaims : this.heldClaims.filter(({ claim }) => claim.checkout === checkout);
  }
  async #readHeld() {
    const claims = this.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select("plans.slug as plan_slug");
    const unrecognised = claims.where(UNRECOGNISED).where("drains_until_ms", "is", null);
    const rows = await claims.where(HOLDS).unionAll(unrecognised).execute();
    return rows.map(heldFromRow).sort((a, b) => a.claim.id - b.claim.id);
  }
  async claimByTokenHash(hash) {
    return this.#claim("token_hash", hash);
  }
  async claimById(id) {
    return this.#claim("claims.id", id);
  }
  /** The newest claim that the agent was bound to. */
  async claimOfAgent(agentId) {
    return this.#claim("agent_id", agentId);
  }
  /** Every attempt that one of the agents was bound to, oldest first: an agent that pulls its work has several. */
  async attemptsOfAgents(agentIds) {
    const found = [];
    for (let from = 0; from < agentIds.length; from += ROWS_AT_ONCE) {
      const rows = await this.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select("plans.slug as plan_slug").where("agent_id", "in", agentIds.slice(from, from + ROWS_AT_ONCE)).execute();
      found.push(...rows.map(heldFromRow));
    }
    return found.sort((a, b) => a.claim.id - b.claim.id);
  }
  async #claim(column, value) {
    const row = await this.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select("plans.slug as plan_slug").where(column, "=", value).orderBy("claims.id", "desc").executeTakeFirst();
    return row && heldFromRow(row);
  }
  /** The last look at the checkout. */
  async observation(checkout) {
    const row = await this.db.selectFrom("observations").selectAll().where("checkout", "=", checkout).executeTakeFirst();
    return row && observationFromRow(row);
  }
  /** Attempts in the checkout: those with these ids, and those that started after the event. */
  async attemptsSince(checkout, seq, ids) {
    const rows = await this.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select("plans.slug as plan_slug").where("checkout", "=", checkout).where(
      (e) => e.or([
        ...ids.length > 0 ? [e("claims.id", "in", ids)] : [],
        e(
          "claims.id",
          "in",
          e.selectFrom("events").select((started) => started.ref("attempt_id").$notNull().as("id")).where("seq", ">", seq).where("type", "=", "attempt.started")
        )
      ])
    ).orderBy("claims.id").execute();
    return rows.map(heldFromRow);
  }
  /** The plan's events in order: all of them, or those of one type, after a sequence number or from a time on. */
  async events(planId, only = {}) {
    let query = this.db.selectFrom("events").selectAll().where("plan_id", "=", planId).where("seq", ">", only.afterSeq ?? 0);
    if (only.type !== void 0) query = query.where("type", "=", only.type);
    if (only.sinceMs !== void 0) query = query.where("at_ms", ">=", only.sinceMs);
    return (await query.orderBy("seq").execute()).map(eventFromRow);
  }
  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId, type) {
    const row = await this.db.selectFrom("events").select(["seq", "at_ms"]).where("plan_id", "=", planId).where("type", "=", type).orderBy("seq", "desc").limit(1).executeTakeFirst();
    return { seq: Number(row?.seq ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }
  /** Sequence number of the last event of the whole database. */
  async lastSeq() {
    const row = await this.db.selectFrom("events").select((e) => e.fn.max("seq").as("seq")).executeTakeFirst();
    return Number(row?.seq ?? 0);
  }
  /** Whether the owner's process holds or held a claim of the plan. */
  async hasClaimOf(planId, owner) {
    const row = await this.db.selectFrom("claims").select("id").where("plan_id", "=", planId).where("owner_pid", "=", owner.pid).where("owner_started_at", "=", owner.startedAt).where("owner_host", "=", owner.host).limit(1).executeTakeFirst();
    return row !== void 0;
  }
  /** Sequence number of the plan's last event: a cheap question whether anything changed. */
  async version(planId) {
    const row = await this.db.selectFrom("plans").select("version").where("id", "=", planId).executeTakeFirst();
    return Number(row?.version ?? 0);
  }
};
function heldFromRow(row) {
  return { planId: row.plan_id, plan: row.plan_slug, claim: claimFromRow(row) };
}
var GraphWriter = class extends GraphReader {
  constructor(db, mirrors, engine, nowMs, actor) {
    super(db, mirrors);
    this.engine = engine;
    this.nowMs = nowMs;
    this.actor = actor;
  }
  engine;
  nowMs;
  actor;
  #changed = /* @__PURE__ */ new Set();
  /** Plans of which something was logged: if the transaction fails then, they are ahead of the database in memory. */
  get changedPlans() {
    return this.#changed;
  }
  /** Logs the changes in order and applies them to the tables. */
  async append(planId, ...changes) {
    await this.appendOffers(planId, changes, /* @__PURE__ */ new Map());
  }
  /** As `append`, and keeps the tokens of the offers among the changes: `batch_next` may have to hand them out again. */
  async appendOffers(planId, changes, tokens) {
    if (changes.length === 0) return;
    this.#changed.add(planId);
    const logged = [];
    for (let from = 0; from < changes.length; from += ROWS_AT_ONCE) {
      logged.push(...await this.#log(planId, changes.slice(from, from + ROWS_AT_ONCE)));
    }
    await project(this.db, planId, this.nowMs, logged, tokens);
    this.#follow(planId, logged);
  }
  /** Whatever was read in this transaction and is the same after these changes need not be read again. */
  #follow(planId, logged) {
    const onlyLogged = logged.every(({ change }) => isOnlyLogged(change));
    if (!onlyLogged) this.heldClaims = void 0;
    const version = logged.at(-1)?.seq ?? 0;
    for (const [key, plan] of this.readPlans) {
      if (plan.id !== planId) continue;
      const mirror = this.mirrors.get(planId);
      if (onlyLogged && mirror?.seq === plan.version) mirror.seq = version;
      if (logged.some(({ change }) => changesPlan(change))) this.readPlans.delete(key);
      else this.readPlans.set(key, { ...plan, version });
    }
  }
  async #log(planId, changes) {
    const rows = await this.db.insertInto("events").values(
      changes.map((change) => {
        const { type, task, attempt, ...data } = change;
        return {
          at_ms: this.nowMs,
          plan_id: planId,
          task_id: task ?? null,
          attempt_id: attempt ?? null,
          type,
          actor: this.actor,
          v: 1,
          data: JSON.stringify(data)
        };
      })
    ).returning("seq").execute();
    const seqs = rows.map((row) => Number(row.seq)).sort((a, b) => a - b);
    return changes.map((change, i) => ({ seq: seqs[i], change }));
  }
  async nextPlanId() {
    const [id] = await this.engine.nextIds(this.db, "plans", 1);
    return id;
  }
  async nextAttemptIds(count) {
    return await this.engine.nextIds(this.db, "claims", count);
  }
  async offerToken(attempt) {
    const row = await this.db.selectFrom("claims").select("offer_token").where("id", "=", attempt).executeTakeFirst();
    return row?.offer_token ?? void 0;
  }
  /** Keeps what the next look at the checkout is compared with. Not an event: it is no part of the graph. */
  async keepObservation(checkout, observation) {
    const row = {
      from_ms: observation.fromMs,
      to_ms: observation.toMs,
      seq: observation.seq,
      head: observation.head,
      files: JSON.stringify([...observation.files]),
      at_work: JSON.stringify(observation.atWork)
    };
    await this.db.insertInto("observations").values({ checkout, ...row }).onConflict((known) => known.column("checkout").doUpdateSet(row)).execute();
  }
  /** Prolongs the lease of a running attempt. Not an event: nothing about the graph changes. */
  async renewLease(attempt, untilMs) {
    this.heldClaims = void 0;
    await this.db.updateTable("claims").set({ last_seen_ms: this.nowMs, expires_at_ms: untilMs }).where("id", "=", attempt).where("state", "=", "running").execute();
  }
};
var GraphStore = class {
  constructor(engine) {
    this.engine = engine;
  }
  engine;
  #mirrors = /* @__PURE__ */ new Map();
  #waiting = /* @__PURE__ */ new Map();
  #turn = Promise.resolve();
  /** Runs `work` on one snapshot of the last commit. It must not read or write by the store itself. */
  async read(work) {
    return this.#inTurn(
      () => this.engine.db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute((tx) => work(new GraphReader(tx, this.#mirrors)))
    );
  }
  /**
   * Runs `work` in one transaction: all of its changes are kept, or none. It must not read or write by the
   * store itself.
   * @param now read when it is this writer's turn, which it may have waited for: the log's times follow its order,
   *   and no lease begins with a part of it used up.
   */
  async write(now, actor, work) {
    const { result, changedPlans } = await this.#inTurn(async () => {
      let writer;
      try {
        return await this.engine.db.transaction().execute(async (tx) => {
          await this.engine.takeTurn(tx);
          writer = new GraphWriter(tx, this.#mirrors, this.engine, now(), actor);
          const result2 = await work(writer);
          for (const planId of writer.changedPlans) await this.engine.announce(tx, planId);
          return { result: result2, changedPlans: writer.changedPlans };
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
  async changed(planId, afterSeq, waitMs, signal) {
    const end = performance.now() + waitMs;
    const bell = new Doorbell();
    this.#waiting.set(bell, planId);
    const stopWatching = this.engine.watch((changed) => {
      if (changed === void 0 || changed === planId) bell.ring();
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

// import:errors.mjs in store.mjs
import { StoreUnusable } from "./errors.mjs";

// mcp-server/src/store/migrations.ts
var MAJOR = 1;
var STEPS = [
  createTables,
  addOrderOfEvents,
  addThrottle,
  addObservations,
  addUsage,
  addWhatOthersWrite
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

// mcp-server/src/store/inspection.ts
function versionOf(minor) {
  return minor === void 0 ? void 0 : `${SCHEMA_VERSION.major}.${minor}`;
}
function readFrom(db, work) {
  return db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute((tx) => work(new GraphReader(tx, /* @__PURE__ */ new Map())));
}

// mcp-server/src/store/postgres-listener.ts
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

// mcp-server/src/store/storable.ts
function storable(value) {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "�") : value;
}
export {
  Doorbell,
  GraphReader,
  GraphStore,
  GraphWriter,
  PostgresListener,
  ROWS_AT_ONCE,
  SCHEMA_VERSION,
  changesPlan,
  claimFromRow,
  eventFromRow,
  isOnlyLogged,
  minorVersion,
  needsUpgrade,
  notAGraph,
  observationFromRow,
  planFromRow,
  project,
  readFrom,
  readReport,
  storable,
  taskFromRow,
  upgrade,
  versionOf
};
