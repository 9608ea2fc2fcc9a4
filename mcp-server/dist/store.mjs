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
import { sql } from "./lib/kysely.mjs";

// import:graph.mjs in store.mjs
import { INHERIT, PlanGraph, holdsScope, isAttempt, newTokens, workedUntilMs } from "./graph.mjs";

// import:store/tables.mjs in store.mjs
import { IS_INDEXED, SCHEMA_VERSION, bothForms, claimAfter, claimFromRow, claimRow, eventFromRow, eventRow, eventVersion, heldFromRow, planAfter, planFromRow, planRow, storedDelivery, taskAfter, taskFromRow, taskRow } from "./store/tables.mjs";

// mcp-server/src/store/graph-reader.ts
var HISTORY = 500;
var MAX_VALUES = 125;
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
  #eventsAhead;
  #endedAhead;
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
  /** @returns the claim that was wanted. */
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
    if (wanted.endedAfter) this.#endedAhead = { ...wanted.endedAfter, found: rows.ended.map(heldFromRow) };
    if (wanted.events && claim) {
      const { types } = wanted.events;
      const events = rows.events.map(eventFromRow);
      this.#eventsAhead = { planId: claim.planId, types, sinceMs: rows.eventsSinceMs, events };
    }
    this.attemptIdsAhead.push(...rows.attemptIds);
    return claim;
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
  /** Those that execute plans of the repository without a conversation, or did until lately, in the order in which they came. */
  async runners(repository) {
    const rows = await this.transaction.db.selectFrom("runners").selectAll().where("repository", "=", repository).orderBy("since_ms").orderBy("owner_host").orderBy("owner_pid").execute();
    return rows.map((row) => ({
      ...JSON.parse(row.facts),
      owner: { host: row.owner_host, pid: Number(row.owner_pid), startedAt: row.owner_started_at },
      sinceMs: Number(row.since_ms),
      lastSeenMs: Number(row.last_seen_ms),
      leaseUntilMs: Number(row.lease_until_ms)
    }));
  }
  /** The repositories that have plans in this graph, by name. */
  async repositories() {
    const rows = await this.transaction.db.selectFrom("plans").select("repository").distinct().execute();
    return rows.map(({ repository }) => repository).sort();
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
  /** What tasks of the plan are described as, which is not in memory. @param ids absent: all of them. */
  async descriptions(planId, ids) {
    return descriptionsIn(await this.transaction.definitions(planId, ids));
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
    ).select([
      "tasks.definition",
      "offered_at_ms",
      "started_at_ms",
      "claims.ended_at_ms",
      "usage",
      "delivering",
      "chosen_model"
    ]).where("plans.repository", "=", repository).where("outcome", "=", "completed").orderBy("claims.id", "desc").limit(HISTORY).execute();
    return rows.map((row) => {
      const { agent, size, estimateMs } = JSON.parse(row.definition);
      const startedAtMs = Number(row.started_at_ms);
      const chosen = JSON.parse(row.chosen_model ?? "null");
      const { acceptedAtMs } = storedDelivery(row.delivering);
      return {
        ...agent !== void 0 && { agent },
        ...size !== void 0 && { size },
        ...estimateMs !== void 0 && { estimateMs },
        models: [chosen?.model ?? INHERIT],
        durationMs: (acceptedAtMs ?? Number(row.ended_at_ms)) - startedAtMs,
        launchMs: startedAtMs - Number(row.offered_at_ms),
        ...measuredOf(row.usage)
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
    const found = ahead && isDeepStrictEqual(ahead.key, key) ? ahead.found : await this.#load({ claim: key });
    return this.asChanged(found ? [found] : [], isMeant2).at(-1);
  }
  /** Claims of all plans in the checkout that were offered from that time on, but for offers that nobody took up. */
  async claimsOfferedSince(checkout, sinceMs) {
    const rows = await this.transaction.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select(["plans.slug as plan_slug", "plans.repository"]).where("checkout", "=", checkout).where("offered_at_ms", ">=", sinceMs).where("state", "!=", "returned").execute();
    return rows.map(heldFromRow);
  }
  /** Ended attempts in the checkout whose agents were at work after that time. */
  async attemptsEndedAfter(checkout, afterMs) {
    const isAhead = this.#endedAhead?.checkout === checkout && this.#endedAhead.afterMs <= afterMs;
    if (!isAhead) await this.#load({ endedAfter: { checkout, afterMs } });
    return this.asChanged(
      (this.#endedAhead?.found ?? []).filter(({ claim }) => endedLater(claim, checkout, afterMs)),
      (claim) => endedLater(claim, checkout, afterMs)
    );
  }
  /** Every attempt that one of the agents was bound to, oldest first: an agent that pulls its work has several. */
  async attemptsOfAgents(agentIds) {
    const found = [];
    for (let from = 0; from < agentIds.length; from += MAX_VALUES) {
      const rows = await this.transaction.db.selectFrom("claims").innerJoin("plans", "plans.id", "claims.plan_id").selectAll("claims").select(["plans.slug as plan_slug", "plans.repository"]).where("agent_id", "in", agentIds.slice(from, from + MAX_VALUES).flatMap(bothForms)).execute();
      found.push(...rows.map(heldFromRow));
    }
    return this.asChanged(found, (claim) => isOfAgent(claim, agentIds));
  }
  /** Claims of the database as this transaction has made them, with those that it has made, by id. */
  asChanged(found, _isMeant) {
    return [...found].sort((a, b) => a.claim.id - b.claim.id);
  }
  /** The plan's events in order: all of them, or those of some types, after a sequence number or from a time on. */
  async events(planId, only = {}) {
    const ahead = this.#eventsAhead;
    const isAhead = ahead?.planId === planId && only.types?.every((type) => ahead.types.includes(type)) && (only.sinceMs ?? 0) >= ahead.sinceMs;
    if (isAhead) return ahead.events.filter((event) => isMeant(event, only));
    let query = this.transaction.db.selectFrom("events").selectAll().where("plan_id", "=", planId).where("seq", ">", only.afterSeq ?? 0);
    if (only.types) query = query.where("type", "in", only.types).where(sql`${sql.raw(IS_INDEXED)}`);
    if (only.sinceMs !== void 0) query = query.where("at_ms", ">=", only.sinceMs);
    if (only.task !== void 0) query = query.where("task_id", "=", only.task);
    const order = only.types ? sql`+seq` : sql.ref("seq");
    return (await query.orderBy(order).execute()).map(eventFromRow);
  }
  /** Sequence number and time of the plan's last event of a type; zeros if there is none. */
  async lastEvent(planId, type) {
    const row = await this.transaction.db.selectFrom("events").select(["seq", "at_ms"]).where("plan_id", "=", planId).where("type", "=", type).where(sql`${sql.raw(IS_INDEXED)}`).orderBy("seq", "desc").limit(1).executeTakeFirst();
    return { seq: Number(row?.seq ?? 0), atMs: Number(row?.at_ms ?? 0) };
  }
  /** When the events with these sequence numbers happened. */
  async timesOf(seqs) {
    if (seqs.length === 0) return /* @__PURE__ */ new Map();
    const rows = await this.transaction.db.selectFrom("events").select(["seq", "at_ms"]).where("seq", "in", seqs).execute();
    return new Map(rows.map((row) => [Number(row.seq), Number(row.at_ms)]));
  }
  /** Whether the owner's process holds or held a claim of the plan. */
  async hasClaimOf(planId, owner) {
    const row = await this.transaction.db.selectFrom("claims").select("id").where("plan_id", "=", planId).where("owner_pid", "=", owner.pid).where("owner_started_at", "=", owner.startedAt).where("owner_host", "in", bothForms(owner.host)).limit(1).executeTakeFirst();
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
function endedLater(claim, checkout, afterMs) {
  return claim.state === "ended" && claim.checkout === checkout && (workedUntilMs(claim) ?? claim.endedAtMs) > afterMs;
}
function isOfAgent(claim, agentIds) {
  const agentId = isAttempt(claim) ? claim.agentId : void 0;
  return agentId !== void 0 && agentIds.includes(agentId);
}
function isMeant({ seq, atMs, change }, { afterSeq = 0, types, sinceMs = 0, task }) {
  const meant = types;
  if (task !== void 0 && !("task" in change && change.task === task)) return false;
  return seq > afterSeq && atMs >= sinceMs && (meant === void 0 || meant.includes(change.type));
}
function descriptionsIn(rows) {
  return new Map(
    rows.map(({ id, definition }) => [id, JSON.parse(definition).description])
  );
}
function measuredOf(column) {
  if (column === null) return {};
  const usage = JSON.parse(column);
  return { tokens: newTokens(usage), usage };
}

// mcp-server/src/store/graph-writer.ts
var MAX_EVENTS = 1e3;
var REPORTING = ["attempt.ended", "delivery.accepted"];
var GraphWriter = class extends GraphReader {
  constructor(transaction, memory, estimatesFrom, now, actor) {
    super(transaction, memory, estimatesFrom);
    this.now = now;
    this.actor = actor;
  }
  now;
  actor;
  #nowMs;
  #events = [];
  #touched = /* @__PURE__ */ new Map();
  #reported = /* @__PURE__ */ new Set();
  #prolonged = /* @__PURE__ */ new Set();
  #beforeCommit = [];
  #withSave;
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
          if ("definition" in change) touched.definitions.set(id, place);
        }
      }
      if (attempt !== void 0) {
        const before = claims.get(attempt) ?? graph.claim(attempt);
        const after = claimAfter(before, change, this.nowMs);
        if (after && after !== before) {
          claims.set(attempt, after);
          touched.claims.set(attempt, place);
          if (REPORTING.includes(change.type)) this.#reported.add(attempt);
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
    const none = { tasks: /* @__PURE__ */ new Map(), definitions: /* @__PURE__ */ new Map(), claims: /* @__PURE__ */ new Map() };
    const touched = { mirror, event: 0, isChanged: false, ...none };
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
  async descriptions(planId, ids) {
    return this.#redescribed(await super.descriptions(planId, ids), planId, ids);
  }
  #redescribed(found, planId, ids) {
    for (const { task, definition } of this.#defined(planId)) {
      const isWanted = ids === void 0 || ids.includes(task);
      if (isWanted && definition.description !== void 0) found.set(task, definition.description);
    }
    return found;
  }
  /** What this transaction has said of how tasks are to be done, in order. */
  #defined(planId) {
    return this.#events.flatMap(
      ({ planId: of, event: { change } }, i) => of === planId && (change.type === "task.created" || change.type === "task.defined") ? [{ place: i + 1, task: change.task, definition: change.definition }] : []
    );
  }
  /** The same with the descriptions that tasks keep, by the place of the event. */
  async #wholeDefinitions() {
    const whole = /* @__PURE__ */ new Map();
    for (const [planId, { definitions }] of this.#touched) {
      if (definitions.size === 0) continue;
      const defined = this.#defined(planId);
      const keeping = defined.filter(({ definition }) => definition.description === void 0);
      const ids = keeping.map(({ task }) => task);
      const known = ids.length > 0 ? await super.descriptions(planId, ids) : /* @__PURE__ */ new Map();
      for (const { place, task, definition } of defined) {
        const description = definition.description ?? known.get(task);
        if (description === void 0) throw new Error(`${task} has no description to keep`);
        known.set(task, description);
        whole.set(place, { ...definition, description });
      }
    }
    return whole;
  }
  #ownEvents(planId, only) {
    return this.#events.flatMap(
      (own) => own.planId === planId && isMeant(own.event, only) ? [own.event] : []
    );
  }
  #ownWanted({ planId, events }) {
    return events ? this.#ownEvents(planId, events) : [];
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
  /**
   * Reads in the round trip in which everything is written, once in a transaction. To be awaited when that is over: there
   * is no answer before, nor after a failure.
   */
  readWithSave(wanted) {
    if (this.#withSave) throw new Error("something else is read with what this transaction writes");
    return new Promise((tell) => {
      this.#withSave = { wanted, tell };
    });
  }
  /** A runner tells of itself: it is here until its lease ends. Not an event: nothing about the graph changes. */
  async keepRunner(repository, owner, facts, leaseMs) {
    const said = {
      facts: JSON.stringify(facts),
      last_seen_ms: this.nowMs,
      lease_until_ms: this.nowMs + leaseMs
    };
    await this.transaction.db.insertInto("runners").values({ ...runnerKey(repository, owner), ...said, since_ms: this.nowMs }).onConflict(
      (row) => row.columns(["repository", "owner_host", "owner_pid", "owner_started_at"]).doUpdateSet(said)
    ).execute();
  }
  /** A runner has ended by itself, or is forgotten. */
  async removeRunner(repository, owner) {
    const { owner_host, owner_pid, owner_started_at } = runnerKey(repository, owner);
    await this.transaction.db.deleteFrom("runners").where("repository", "=", repository).where("owner_host", "=", owner_host).where("owner_pid", "=", owner_pid).where("owner_started_at", "=", owner_started_at).execute();
  }
  /** Forgets those of all repositories whose lease ended before that time. @param kept others that are remembered. */
  async forgetRunners(beforeMs, kept) {
    const columns = ["repository", "owner_host", "owner_pid", "owner_started_at"];
    const gone = this.transaction.db.selectFrom("runners").select(columns);
    for (const row of await gone.where("lease_until_ms", "<", beforeMs).execute()) {
      const owner = { host: row.owner_host, pid: Number(row.owner_pid), startedAt: row.owner_started_at };
      if (!kept(owner)) await this.removeRunner(row.repository, owner);
    }
  }
  /** To be called now and then by what takes long: see `EngineTransaction`. */
  goesOn() {
    return this.transaction.goesOn();
  }
  /** Runs after everything is written, right before the commit: what it throws undoes the transaction. */
  beforeCommit(work) {
    this.#beforeCommit.push(work);
  }
  /** Writes what has changed. Nothing can be changed or read afterwards. */
  async save() {
    if (this.#events.length + this.#prolonged.size > 0 || this.#withSave) {
      const definitions = await this.#wholeDefinitions();
      const seqs = [];
      for (let from = 0; from === 0 || from < this.#events.length; from += MAX_EVENTS) {
        const isLast = from + MAX_EVENTS >= this.#events.length;
        const last = isLast ? this.#withSave : void 0;
        const saved = await this.transaction.save(this.#newRows(definitions, from), last?.wanted);
        seqs.push(...saved.seqs);
        last?.tell({
          descriptions: this.#redescribed(
            descriptionsIn(saved.definitions),
            last.wanted.planId,
            last.wanted.tasks
          ),
          events: [...saved.events.map(eventFromRow), ...this.#ownWanted(last.wanted)]
        });
      }
      for (const { mirror, event } of this.#touched.values()) {
        const version = seqs[event - 1] ?? 0;
        mirror.stored = { ...mirror.stored, version };
        mirror.seq = version;
      }
      if (seqs.length > 0) this.memory.lastSeq = seqs.at(-1);
    }
    for (const work of this.#beforeCommit) await work();
  }
  /**
   * The rows whose last event is one of those behind `from`. A plan comes with the first part, because the others refer
   * to it, and has its version from the last.
   */
  #newRows(definitions, from) {
    const touched = [...this.#touched.values()];
    const isFirst = from === 0;
    const isLast = from + MAX_EVENTS >= this.#events.length;
    const isHere = (event) => event > from && event <= from + MAX_EVENTS;
    const claims = touched.flatMap(
      ({ mirror, claims: claims2 }) => [...claims2].flatMap(([id, event]) => {
        const claim = isHere(event) ? mirror.graph.claim(id) : void 0;
        const how = { hasJustReported: this.#reported.has(id), event: event - from };
        return claim ? [claimRow(mirror.stored.id, claim, how)] : [];
      })
    );
    return {
      events: this.#events.slice(from, from + MAX_EVENTS).map(({ planId, event }, i) => eventRow(planId, event, definitions.get(from + i + 1))),
      plans: touched.flatMap(
        ({ mirror, event, isChanged }) => isChanged && isFirst ? [planRow(mirror.stored, Math.min(event, MAX_EVENTS))] : []
      ),
      versions: touched.flatMap(
        ({ mirror, event, isChanged }) => isHere(event) && !(isChanged && isFirst) ? [{ id: mirror.stored.id, event: event - from }] : []
      ),
      tasks: touched.flatMap(
        ({ mirror, tasks, definitions: defined }) => [...tasks].flatMap(([id, event]) => {
          const task = isHere(event) ? mirror.graph.tasks.get(id) : void 0;
          const definition = definitions.get(defined.get(id) ?? 0);
          return task ? [taskRow(mirror.stored.id, task, event - from, definition)] : [];
        })
      ),
      claims: claims.sort((a, b) => a.id - b.id),
      leases: isLast ? this.#leases() : []
    };
  }
  /** Of claims that have changed beside it, the row says it all. */
  #leases() {
    const written = new Set([...this.#touched.values()].flatMap(({ claims }) => [...claims.keys()]));
    return [...this.#prolonged].flatMap((id) => {
      const claim = this.memory.held?.get(id)?.claim;
      return claim && !written.has(id) ? leaseRows(claim) : [];
    });
  }
};
function runnerKey(repository, { host, pid, startedAt }) {
  return { repository, owner_host: host, owner_pid: pid, owner_started_at: startedAt };
}
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

// mcp-server/src/store/inspection.ts
function versionOf(minor) {
  return minor === void 0 ? void 0 : `${SCHEMA_VERSION.major}.${minor}`;
}
function readerOn(transaction, estimatesFrom) {
  return new GraphReader(transaction, new GraphMemory(), estimatesFrom);
}
export {
  Doorbell,
  GraphMemory,
  GraphReader,
  GraphStore,
  GraphWriter,
  descriptionsIn,
  isMeant,
  readerOn,
  versionOf
};
