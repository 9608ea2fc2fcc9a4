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

// import:node:util in store.mjs
import { isDeepStrictEqual } from "node:util";

// import:lib/kysely.mjs in store.mjs
import { CompiledQuery, sql } from "./lib/kysely.mjs";

// import:graph.mjs in store.mjs
import { ISOLATIONS, OUTCOMES, PLAN_STATUSES, PRIORITIES, PURPOSES, PlanGraph, REVIEW_VERDICTS, SEVERITIES, SIZES, TASK_STATUSES, WordReader, causeText, causeValue, definitionOf, holdsScope, isReadable, newTokens, storedCause, storedPurpose, unstarted } from "./graph.mjs";

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
function policyOfParts(parts) {
  return { policy: { ...parts.addedPolicy, ...parts.policy }, policyParts: parts };
}
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
    ...row.cause !== null && { cause: storedCause(row.cause, JSON.parse(row.cause_value ?? "null")) },
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
  const { causeValue: causeValue2, ...data } = JSON.parse(row.data);
  return {
    type: row.type,
    ...row.task_id !== null && { task: row.task_id },
    ...row.attempt_id !== null && { attempt: row.attempt_id },
    ...data,
    ...row.type === "task.status" && data.cause !== void 0 && { cause: storedCause(data.cause, causeValue2) }
  };
}

// mcp-server/src/store/held-claim.ts
var HELD = "state in ('offered', 'running') or drains_until_ms is not null";
var UNRECOGNISED = "state not in ('offered', 'running', 'returned', 'ended') and drains_until_ms is null";
function heldFromRow(row) {
  const { plan_id: planId, plan_slug: plan, repository } = row;
  return { planId, plan, repository, claim: claimFromRow(row) };
}

// mcp-server/src/store/graph-reader.ts
var HISTORY = 500;
var MAX_VALUES = 250;
var GraphReader = class {
  constructor(transaction, memory, estimatesFrom) {
    this.transaction = transaction;
    this.memory = memory;
    this.estimatesFrom = estimatesFrom;
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
    if (wanted.checkout !== void 0) {
      this.#checkoutAhead = {
        checkout: wanted.checkout,
        observation: rows.observation && observationFromRow(rows.observation),
        attempts: rows.attemptsSince.map(heldFromRow)
      };
    }
    if (wanted.events && claim) {
      const { types } = wanted.events;
      const events = rows.events.map(eventFromRow);
      this.#eventsAhead = { planId: claim.planId, types, sinceMs: rows.eventsSinceMs, events };
    }
    this.attemptIdsAhead.push(...rows.attemptIds);
    return rows;
  }
  async #newMirror(stored) {
    const estimates = await this.currentEstimates(stored.repository);
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
    if (!isDeepStrictEqual(this.#claimAhead?.key, key)) await this.#load({ claim: key });
    const found = this.#claimAhead?.found;
    return this.asChanged(found ? [found] : [], isMeant2).at(-1);
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
    if (this.#checkoutAhead?.checkout !== checkout) await this.#load({ checkout });
    if (!this.#checkoutAhead) throw new Error("the checkout was not read");
    return this.#checkoutAhead;
  }
  /** The plan's events in order: all of them, or those of some types, after a sequence number or from a time on. */
  async events(planId, only = {}) {
    const ahead = this.#eventsAhead;
    const isAhead = ahead?.planId === planId && only.types?.every((type) => ahead.types.includes(type)) && (only.sinceMs ?? 0) >= ahead.sinceMs;
    if (isAhead) return ahead.events.filter((event) => isMeant(event, only));
    let query = this.transaction.db.selectFrom("events").selectAll().where("plan_id", "=", planId).where("seq", ">", only.afterSeq ?? 0);
    if (only.types) query = query.where("type", "in", only.types);
    if (only.sinceMs !== void 0) query = query.where("at_ms", ">=", only.sinceMs);
    const order = only.types ? sql`+seq` : sql.ref("seq");
    return (await query.orderBy(order).execute()).map(eventFromRow);
  }
  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId, type) {
    const row = await this.transaction.db.selectFrom("events").select(["seq", "at_ms"]).where("plan_id", "=", planId).where("type", "=", type).orderBy("seq", "desc").limit(1).executeTakeFirst();
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

// mcp-server/src/store/new-rows.ts
function eventRow(planId, change, atMs, actor) {
  const { type, task, attempt, ...data } = storedChange(change);
  const value = change.type === "task.status" && causeValue(change.cause);
  return {
    at_ms: atMs,
    plan_id: planId,
    task_id: task ?? null,
    attempt_id: attempt ?? null,
    type,
    actor,
    v: value ? 2 : 1,
    data: JSON.stringify(data)
  };
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
function taskRow(planId, task, event) {
  return {
    plan_id: planId,
    id: task.id,
    position: task.position,
    definition: JSON.stringify(definitionOf(task)),
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
function claimRow(planId, claim, {
  token,
  isNew,
  event
}) {
  const attempt = claim.state === "running" || claim.state === "ended" ? claim : void 0;
  const over = claim.state === "returned" || claim.state === "ended" ? claim : void 0;
  const ended = claim.state === "ended" ? claim : void 0;
  return {
    id: claim.id,
    plan_id: planId,
    task_id: claim.task,
    state: claim.state,
    token_hash: claim.tokenHash,
    offer_token: claim.state === "offered" ? token ?? null : null,
    agent_type: claim.agentType,
    role: claim.role,
    checkout: claim.checkout,
    scope: JSON.stringify(claim.scope),
    widened: JSON.stringify(claim.widened),
    isolation: claim.unrecognised?.isolation ?? claim.isolation,
    owner_host: claim.owner.host,
    owner_pid: claim.owner.pid,
    owner_started_at: claim.owner.startedAt,
    owner_session: claim.owner.session ?? null,
    offered_at_ms: claim.offeredAtMs,
    expires_at_ms: claim.state === "offered" ? claim.expiresAtMs : claim.state === "running" ? claim.leaseUntilMs : null,
    number: attempt?.number ?? null,
    agent_id: attempt?.agentId ?? null,
    started_at_ms: attempt?.startedAtMs ?? null,
    /** Null where it is not known any more: what the row has stays. */
    last_seen_ms: claim.state === "running" ? claim.lastSeenMs : null,
    reminded: attempt?.reminded ? 1 : 0,
    ended_at_ms: over?.endedAtMs ?? null,
    outcome: ended?.unrecognised?.outcome ?? ended?.outcome ?? null,
    /** Null unless it came in this transaction: what another version has stored of it stays as it is. */
    report: ended?.report && isNew ? JSON.stringify(ended.report) : null,
    last_message: ended?.lastMessage ?? null,
    cause: over?.cause ?? null,
    drains_until_ms: ended?.drainsUntilMs ?? null,
    usage: attempt?.usage ? JSON.stringify(attempt.usage) : null,
    event
  };
}
function observationRow(checkout, observation, event) {
  return {
    checkout,
    from_ms: observation.fromMs,
    to_ms: observation.toMs,
    seq: observation.seq,
    head: observation.head,
    files: JSON.stringify([...observation.files]),
    at_work: JSON.stringify(observation.atWork),
    event
  };
}

// mcp-server/src/store/projection.ts
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
      return { ...stateOf(task), ...change.definition };
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
    const base = { id: change.attempt, task, tokenHash, agentType, role, checkout, scope, isolation, owner };
    return { ...base, widened: [], offeredAtMs: atMs, state: "offered", expiresAtMs };
  }
  switch (claim?.state) {
    case "offered":
      return offerAfter(claim, change, atMs);
    case "running":
      return runningAfter(claim, change, atMs);
    case "ended":
      return endedAfter(claim, change);
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
    case "attempt.ended": {
      const { lastSeenMs: _lastSeenMs, leaseUntilMs: _leaseUntilMs, ...attempt } = claim;
      const { outcome, report, lastMessage, cause, drainsUntilMs } = change;
      return {
        ...attempt,
        state: "ended",
        endedAtMs: atMs,
        outcome,
        ...report && { report },
        ...lastMessage !== void 0 && { lastMessage },
        ...cause !== void 0 && { cause },
        ...drainsUntilMs !== void 0 && { drainsUntilMs }
      };
    }
    default:
      return claim;
  }
}
function endedAfter(claim, change) {
  if (change.type === "attempt.measured") return { ...claim, usage: change.usage };
  if (change.type !== "attempt.drained") return claim;
  const { drainsUntilMs: _, ...rest } = claim;
  return rest;
}

// mcp-server/src/store/graph-writer.ts
var GraphWriter = class extends GraphReader {
  constructor(transaction, memory, estimatesFrom, nowMs, actor) {
    super(transaction, memory, estimatesFrom);
    this.nowMs = nowMs;
    this.actor = actor;
  }
  nowMs;
  actor;
  #events = [];
  #touched = /* @__PURE__ */ new Map();
  #tokens = /* @__PURE__ */ new Map();
  #ended = /* @__PURE__ */ new Set();
  #renewed = /* @__PURE__ */ new Set();
  #looks = /* @__PURE__ */ new Map();
  #beforeCommit = [];
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
  /** Keeps the secret of an offer as long as it is one: it may have to be handed out again. It is not in the log. */
  keepToken(attempt, token) {
    this.#tokens.set(attempt, token);
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
    const event = { seq: this.#seqAt(place), atMs: this.nowMs, v: 1, actor: this.actor, change };
    this.#events.push({ planId, change, event });
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
    for (const { mirror, claims: changed } of this.#touched.values()) {
      for (const id of changed.keys()) {
        const claim = mirror.graph.claim(id);
        if (claim && (claims.has(id) || isMeant2(claim))) claims.set(id, heldOf(mirror, claim));
      }
    }
    return super.asChanged([...claims.values()], isMeant2);
  }
  async attemptsSinceLook(checkout) {
    const started = new Set(
      this.#events.flatMap(({ change }) => change.type === "attempt.started" ? [change.attempt] : [])
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
  /** The secret of an open offer. */
  async offerToken(attempt) {
    const own = this.#tokens.get(attempt);
    if (own !== void 0) return own;
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
  /** Prolongs the lease of a running attempt. Not an event: nothing about the graph changes. */
  renewLease(attempt, untilMs) {
    const held = this.memory.held?.get(attempt);
    if (held?.claim.state !== "running") return;
    const claim = { ...held.claim, lastSeenMs: this.nowMs, leaseUntilMs: untilMs };
    this.memory.putHeld({ ...held, claim });
    this.memory.renewLeasesOf(held.planId);
    this.#renewed.add(attempt);
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
    if (this.#events.length + this.#renewed.size + this.#looks.size === 0) return void 0;
    const touched = [...this.#touched.values()];
    const claims = touched.flatMap(
      ({ mirror, claims: claims2 }) => [...claims2].flatMap(([id, event]) => {
        const claim = mirror.graph.claim(id);
        return claim ? [
          claimRow(mirror.stored.id, claim, {
            token: this.#tokens.get(id),
            isNew: this.#ended.has(id),
            event
          })
        ] : [];
      })
    );
    const written = new Set(claims.map(({ id }) => id));
    return {
      events: this.#events.map(
        ({ planId, change, event }) => eventRow(planId, change, event.atMs, event.actor)
      ),
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
      leases: [...this.#renewed].flatMap((id) => {
        const claim = this.memory.held?.get(id)?.claim;
        return claim?.state === "running" && !written.has(id) ? [{ id, last_seen_ms: claim.lastSeenMs, expires_at_ms: claim.leaseUntilMs }] : [];
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
    if (known?.state !== "running" || claim.state !== "running") return;
    if (known.lastSeenMs !== claim.lastSeenMs || known.leaseUntilMs !== claim.leaseUntilMs) {
      graph?.apply([], [claim]);
    }
  }
};
function nameOf({ repository, slug }) {
  return JSON.stringify([repository, slug]);
}

// mcp-server/src/store/graph-store.ts
var GraphStore = class {
  constructor(engine, estimatesFrom) {
    this.engine = engine;
    this.estimatesFrom = estimatesFrom;
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
   * @param now read when it is this writer's turn, which it may have waited for: the log's times follow its order,
   *   and no lease begins with a part of it used up.
   * @param wanted what it is known to need, to be read at once.
   */
  async write(now, actor, work, wanted = {}) {
    const { result, changedPlans } = await this.#inTurn(async () => {
      let writer;
      try {
        return await this.engine.write(async (transaction) => {
          this.#memory.begin(transaction.stamp);
          writer = new GraphWriter(transaction, this.#memory, this.estimatesFrom, now(), actor);
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
  addWhatOthersWrite,
  addCauses
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

// mcp-server/src/store/inspection.ts
function versionOf(minor) {
  return minor === void 0 ? void 0 : `${SCHEMA_VERSION.major}.${minor}`;
}
function readerOn(transaction, estimatesFrom) {
  return new GraphReader(transaction, new GraphMemory(), estimatesFrom);
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

// mcp-server/src/store/row-columns.ts
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
  kept: ["cause_value"]
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
    usage: "text"
  },
  key: ["id"],
  seq: "changed_seq",
  kept: ["last_seen_ms", "report"]
};
var OBSERVATIONS = {
  name: "observations",
  columns: {
    checkout: "text",
    from_ms: "bigint",
    to_ms: "bigint",
    seq: "bigint",
    head: "text",
    files: "text",
    at_work: "text"
  },
  key: ["checkout"],
  seq: void 0
};
var LEASE_COLUMNS = {
  id: "bigint",
  last_seen_ms: "bigint",
  expires_at_ms: "bigint"
};
function onConflict({ name, columns, key, seq, kept }) {
  const names = [...Object.keys(columns), ...seq === void 0 ? [] : [seq]];
  const set = names.filter((column) => !key.includes(column)).map(
    (column) => kept?.includes(column) ? `${column} = coalesce(excluded.${column}, ${name}.${column})` : `${column} = excluded.${column}`
  );
  return `on conflict (${key.join(", ")}) do update set ${set.join(", ")}`;
}

// mcp-server/src/store/storable.ts
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

// mcp-server/src/store/postgres-transaction.ts
var SCHEMA = "parallel";
var Values = class {
  list = [];
  /** @returns the placeholder. */
  add(value) {
    this.list.push(value);
    return `$${this.list.length}`;
  }
};
var CLAIMS_WITH_PLAN = `select c.*, p.slug as plan_slug, p.repository from ${SCHEMA}.claims c join ${SCHEMA}.plans p on p.id = c.plan_id`;
function postgresTransaction(db, channel) {
  const query = async (text, values) => (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows;
  return {
    db,
    stamp: void 0,
    async load(wanted, known) {
      const values = new Values();
      const [row] = await query(loadStatement(wanted, known, values), values.list);
      if (!row) throw new Error("a select without a table has one row");
      const { held, claim, observation, ...rest } = row.loaded;
      return {
        ...rest,
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
  const knownSeq = `coalesce((${values.add(JSON.stringify(Object.fromEntries(known)))}::json ->> w.id::text)::bigint, 0)`;
  const plans = [
    ...wanted.plan ? [planCondition(wanted.plan, values)] : [],
    ...wanted.claim ? ["id = (select plan_id from one)"] : []
  ];
  const newer = (table, order) => json(
    `select t.* from ${SCHEMA}.${table} t join wanted_plans w on w.id = t.plan_id
        where t.changed_seq > ${knownSeq} order by t.${order}`
  );
  const checkout = wanted.checkout === void 0 ? void 0 : values.add(wanted.checkout);
  const { events } = wanted;
  const types = wanted.claim && events ? values.add(JSON.stringify(events.types)) : void 0;
  const since = events?.sinceMs === void 0 ? "(select offered_at_ms from one)" : `${values.add(events.sinceMs)}::bigint`;
  const fields = {
    lastSeq: `coalesce((select max(seq) from ${SCHEMA}.events), 0)`,
    plans: json("select * from wanted_plans"),
    tasks: newer("tasks", "position"),
    claims: newer("claims", "id"),
    held: wanted.held ? json(`${CLAIMS_WITH_PLAN} where ${HELD} union all ${CLAIMS_WITH_PLAN} where ${UNRECOGNISED}`) : "null::json",
    claim: "(select row_to_json(r) from one r)",
    observation: checkout === void 0 ? "null::json" : `(select row_to_json(r) from ${SCHEMA}.observations r where checkout = ${checkout})`,
    attemptsSince: checkout === void 0 ? "'[]'::json" : json(`${CLAIMS_WITH_PLAN} join ${SCHEMA}.observations o on o.checkout = c.checkout
            where c.checkout = ${checkout} and (
              c.id in (select v::int from json_array_elements_text(o.at_work::json) v)
              or c.id in (select attempt_id from ${SCHEMA}.events e where e.seq > o.seq and e.type = 'attempt.started')
            ) order by c.id`),
    events: types === void 0 ? "'[]'::json" : json(`select * from ${SCHEMA}.events where plan_id = (select plan_id from one)
            and type in (select json_array_elements_text(${types}::json)) and at_ms >= ${since} order by seq`),
    eventsSinceMs: types === void 0 ? "0" : `coalesce(${since}, 0)`,
    attemptIds: wanted.attemptIds ? `(select json_agg(nextval(pg_get_serial_sequence('${SCHEMA}.claims', 'id')))
          from generate_series(1, ${values.add(wanted.attemptIds)}::int))` : "'[]'::json"
  };
  const one = wanted.claim ? `${CLAIMS_WITH_PLAN} where ${claimCondition(wanted.claim, values)} order by c.id desc limit 1` : `${CLAIMS_WITH_PLAN} where false`;
  return `with one as materialized (${one}),
    wanted_plans as materialized (
      select * from ${SCHEMA}.plans where ${plans.length > 0 ? plans.join(" or ") : "false"})
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
    `ids as materialized (
      select event, nextval(pg_get_serial_sequence('${SCHEMA}.events', 'seq')) as seq
      from generate_series(1, ${values.add(rows.events.length)}::int) as event)`
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
      from ${recordset(LEASE_COLUMNS, rows.leases, values)} where c.id = r.id and c.state = 'running')`);
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

// mcp-server/src/store/sqlite-transaction.ts
var CLAIMS_WITH_PLAN2 = "select claims.*, plans.slug as plan_slug, plans.repository from claims join plans on plans.id = claims.plan_id";
var SEQ = "?2 + (value ->> 'event')";
var INSERT = {
  events: insertion(EVENTS, "?2 + key + 1"),
  plans: insertion(PLANS, SEQ),
  tasks: insertion(TASKS, SEQ),
  claims: insertion(CLAIMS, SEQ),
  observations: `insert into observations (${Object.keys(OBSERVATIONS.columns).join(", ")})
    select ${Object.keys(OBSERVATIONS.columns).map(
    (column) => column === "seq" ? "case when value ->> 'event' > 0 then ?2 + (value ->> 'event') else value ->> 'seq' end" : `value ->> '${column}'`
  ).join(", ")}
    from json_each(?1) where true ${onConflict(OBSERVATIONS)}`
};
var VERSIONS = `update plans set version = ?2 + (changed.value ->> 'event')
  from json_each(?1) as changed where plans.id = changed.value ->> 'id'`;
var LEASES = `update claims set ${Object.keys(LEASE_COLUMNS).filter((column) => column !== "id").map((column) => `${column} = renewed.value ->> '${column}'`).join(", ")}
  from json_each(?1) as renewed where claims.id = renewed.value ->> 'id' and claims.state = 'running'`;
function insertion(table, seq) {
  const columns = Object.keys(table.columns);
  const values = columns.map((column) => `value ->> '${column}'`);
  return `insert into ${table.name} (${[...columns, table.seq].join(", ")})
    select ${[...values, seq].join(", ")} from json_each(?1) where true
    ${table === EVENTS ? "" : onConflict(table)}`;
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
  const lastSeq = () => all("select max(seq) as seq from events")[0]?.seq ?? 0;
  const taken = { plans: 0, claims: 0 };
  const nextIds = (table, count) => {
    const stored = all(`select max(id) as id from ${table}`)[0]?.id ?? 0;
    const last = Math.max(stored, taken[table]);
    taken[table] = last + count;
    return Array.from({ length: count }, (_, i) => last + 1 + i);
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
      const changed = plans.filter((plan) => Number(plan.version) > (known.get(plan.id) ?? 0));
      const changedRows = (table, order) => changed.flatMap(
        ({ id }) => all(
          `select * from ${table} where plan_id = ? and changed_seq > ? order by ${order}`,
          id,
          known.get(id) ?? 0
        )
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
        tasks: changedRows("tasks", "position"),
        claims: changedRows("claims", "id"),
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
                  and at_ms >= ?3 order by +seq`,
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
      const write = (sql2, written, ...values) => {
        if (written.length > 0) statements.prepare(sql2).run([storableJson(written), ...values]);
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
    nextIds: async (table, count) => nextIds(table, count)
  };
}
export {
  CLAIMS,
  Doorbell,
  EVENTS,
  GraphMemory,
  GraphReader,
  GraphStore,
  GraphWriter,
  HELD,
  LEASE_COLUMNS,
  OBSERVATIONS,
  PLANS,
  PostgresListener,
  SCHEMA,
  SCHEMA_VERSION,
  TASKS,
  UNRECOGNISED,
  claimAfter,
  claimFromRow,
  claimRow,
  eventFromRow,
  eventRow,
  heldFromRow,
  isMeant,
  minorVersion,
  needsUpgrade,
  notAGraph,
  observationFromRow,
  observationRow,
  onConflict,
  planAfter,
  planFromRow,
  planRow,
  policyOfParts,
  postgresTransaction,
  readReport,
  readerOn,
  sqliteTransaction,
  storable,
  storableJson,
  taskAfter,
  taskFromRow,
  taskRow,
  upgrade,
  versionOf
};
