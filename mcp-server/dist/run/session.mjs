// import:node:timers/promises in run/session.mjs
import { setTimeout } from "node:timers/promises";

// import:host.mjs in run/session.mjs
import { keepNewest, permittedByRules, transcriptUsage, untilWritten } from "../host.mjs";

// mcp-server/src/run/session/agent-claims.ts
var MAX_AGENTS = 2e3;
var AgentClaims = class {
  #known = /* @__PURE__ */ new Map();
  #waiting = /* @__PURE__ */ new Map();
  /** @param held undefined: the agent was launched for none. */
  note(agentId, held) {
    this.#known.set(agentId, held);
    keepNewest(this.#known, MAX_AGENTS);
    this.#waiting.get(agentId)?.(held);
  }
  /**
   * The claim of an agent as soon as it is known.
   * @returns undefined for an agent without one, and when it does not become known in time.
   */
  async of(agentId, limitMs) {
    if (this.#known.has(agentId)) return this.#known.get(agentId);
    const noted = new Promise((resolve) => this.#waiting.set(agentId, resolve));
    const tooLong = new AbortController();
    try {
      const limit = setTimeout(limitMs, void 0, { ref: false, signal: tooLong.signal });
      return await Promise.race([noted, limit.catch(() => void 0)]);
    } finally {
      tooLong.abort();
      this.#waiting.delete(agentId);
    }
  }
};

// import:policy.mjs in run/session.mjs
import { chooseEngine, isLimited, isReached, isRenewalDue, limitName, limitNames, limitOfNextTurn, nearLimits, nearText, restOf, settingOf, spentBy } from "../policy.mjs";

// mcp-server/src/run/session/agents-in-call.ts
var AgentsInCall = class {
  #agents = /* @__PURE__ */ new Map();
  /** The agent, which works at an attempt, begins a call. That has renewed its lease if it was due. */
  begins(agentId, leaseMs, nowMs) {
    this.#agents.set(agentId, { leaseMs, renewedAtMs: nowMs });
  }
  /** All calls of the agent have ended, or it has. */
  ends(agentId) {
    this.#agents.delete(agentId);
  }
  /** A turn was broken off, and with it calls whose end nobody tells: the agents that go on call again. */
  forget() {
    this.#agents.clear();
  }
  /** The agents whose lease is to be renewed because they are in a call. */
  due(nowMs) {
    const due = [...this.#agents].filter(
      ([, agent]) => isRenewalDue(agent.leaseMs, agent.renewedAtMs, nowMs)
    );
    for (const [, agent] of due) agent.renewedAtMs = nowMs;
    return due.map(([agentId]) => agentId);
  }
};

// import:graph.mjs in run/session.mjs
import { commandRun, hasEnded, hashToken, isAttempt, isSameUsage } from "../graph.mjs";

// mcp-server/src/run/session/command-log.ts
var UNSEEN = { kind: "unknown", inBackground: false };
var MAX_RUNS = 200;
var MAX_CONVERSATIONS = 64;
var CommandLog = class {
  #conversations = /* @__PURE__ */ new Map();
  /** @param agentId undefined: the main conversation. */
  began(agentId, begun) {
    const runs = this.#conversations.get(agentId) ?? /* @__PURE__ */ new Map();
    this.#conversations.delete(agentId);
    runs.set(begun.use, commandRun({ ...begun, end: UNSEEN }));
    keepNewest(runs, MAX_RUNS);
    this.#conversations.set(agentId, runs);
    keepNewest(this.#conversations, MAX_CONVERSATIONS);
  }
  /** A call of which nothing is known that it began is passed over. */
  ended(use, ended) {
    for (const runs of this.#conversations.values()) {
      const run = runs.get(use);
      if (run) runs.set(use, { ...run, ...ended });
    }
  }
  /**
   * @param agentId undefined: the main conversation, for which agents may run commands as well: how theirs ended says
   *   nothing for it, nor against it.
   * @returns undefined where no hook told of any.
   */
  of(agentId) {
    const own = this.#conversations.get(agentId);
    if (agentId !== void 0) return own && [...own.values()];
    const runs = [...this.#conversations.values()].flatMap(
      (some) => [...some.values()].map((run) => some === own ? run : { ...run, end: UNSEEN })
    );
    return runs.length === 0 ? void 0 : runs;
  }
};

// import:text.mjs in run/session.mjs
import { NAME_LIMIT, cleanText } from "../text.mjs";

// import:run/edits.mjs in run/session.mjs
import { commandsOfPlan, placeNamed } from "./edits.mjs";

// mcp-server/src/run/session/engine-choice.ts
async function engineFor(run, session, { stored, policy, graph }, open, cap) {
  const commands = await commandsOfPlan(run, stored.slug);
  const permitted = permittedByRules(await run.commands.hostSettings());
  return chooseEngine({
    open,
    cap,
    workflowCap: run.workflowCap,
    otherClients: otherClients(graph),
    module: {
      isHere: session.module.isHere(run.clock),
      isAttended: session.interactive,
      mode: session.permissionMode,
      unapproved: commands.filter(
        ({ command, isApproved, tasks }) => tasks.length > 0 && !isApproved && !permitted.runs(command)
      ).length,
      areEditsApproved: policy.approve === "scope" || permitted.edits
    }
  });
}
function otherClients({ tasks }) {
  const left = [...tasks.values()].filter(({ status }) => !hasEnded(status));
  const named = left.map(({ extra }) => extra.client).filter((name) => typeof name === "string");
  return [...new Set(named)].filter((name) => name !== "claude").map((name) => cleanText(name, NAME_LIMIT));
}

// import:run/engine.mjs in run/session.mjs
import { ModuleRun, ModuleRuns, endEngineRun, engineRecord, startEngineRun, takeOffSilentModule } from "./engine.mjs";

// import:run/guard.mjs in run/session.mjs
import { readAgentCall } from "./guard.mjs";

// mcp-server/src/run/session/keep-alive.ts
async function keepAlive(run, session) {
  await renewLeases(run, session);
  await takeOffSilentModule(run, session.module);
}
async function renewLeases(run, session) {
  const due = session.inCall.due(run.now());
  const store = due.length > 0 ? await run.graph() : void 0;
  if (!store) return;
  for (const agentId of due) {
    const call = await readAgentCall(run, store, agentId);
    if (call?.isAtWork) await call.renewLease();
    else session.inCall.ends(agentId);
  }
}

// import:run/claims.mjs in run/session.mjs
import { choose, isOfferedAgain, logLimits, lookAtMoney, nextBatch } from "./claims.mjs";

// import:run/spending.mjs in run/session.mjs
import { planSpending } from "./spending.mjs";

// mcp-server/src/run/session/limit-watch.ts
var MONEY_HOLDS_MS = 5e3;
var UNLOGGED = 1 / 20;
var LimitWatch = class {
  #seen = /* @__PURE__ */ new Map();
  #told = /* @__PURE__ */ new Set();
  #asked = /* @__PURE__ */ new Map();
  #moneyMs = Number.NEGATIVE_INFINITY;
  /** What an agent that was asked to report hears instead of any other call; undefined: it was not. */
  askedOf(attempt) {
    return this.#asked.get(attempt);
  }
  /**
   * After all calls of a turn. An agent is told once that four fifths of its task's limit are spent, and asked to report
   * when its next turn is expected to reach a limit: that turn is the report, and at most its last words come after it.
   * @param use a call of the turn, by which it is found in the transcript.
   */
  async afterTurn(call, session, use) {
    const { own, plan } = call.standing;
    const task = plan.graph.tasks.get(own.claim.task);
    if (own.claim.state !== "running" || !task || !(isLimited(task) || isLimited(plan.policy))) return {};
    const { claim } = own;
    if (this.#asked.has(claim.id)) return {};
    const measured = await usageOf(call, claim, session, use);
    if (!measured) return {};
    const turn = { call, claim, ...measured };
    const ofTask = await this.#afterTurnOfTask(turn, task);
    const { words, logged } = isLimited(plan.policy) ? await this.#afterTurnOfPlan(turn) : {};
    return { words: this.#asked.get(claim.id) ?? ofTask ?? words, logged };
  }
  async #afterTurnOfTask({ call, claim, usage }, task) {
    if (!isLimited(task)) return void 0;
    const { ctx, standing } = call;
    const { table } = (task.maxCost ?? 0) > 0 ? await ctx.prices.refresh() : ctx.prices.last;
    const others = standing.plan.graph.claimsOf(claim.task).filter((one) => isAttempt(one) && one.id !== claim.id);
    const spent = spentBy([...others, { ...claim, usage }], void 0, table, ctx.now());
    const next = afterOneMore(spent, this.#seen.get(claim.id));
    this.#seen.set(claim.id, spent);
    const reached = nearLimits(task, next, table?.currency).find(isReached);
    if (reached) return this.#ask(call, claim, { ...reached, used: spent[reached.limit] }, "task");
    const near = nearLimits(task, spent, table?.currency).filter((limit) => this.#isNew(claim.id, limit));
    return near.length === 0 ? void 0 : `Of what this task may spend, most is spent: ${near.map(nearText).join(", ")}. Come to an end.`;
  }
  async #afterTurnOfPlan(turn) {
    const { call, claim } = turn;
    const { ctx, store, standing } = call;
    const { plan } = standing;
    if (plan.policy.maxCost > 0 && ctx.now() - this.#moneyMs > MONEY_HOLDS_MS) {
      await lookAtMoney(ctx, store, plan.stored.slug, plan.graph);
      this.#moneyMs = ctx.now();
    }
    const logged = isWorthLogging(turn, planSpending(plan)) ? await log(turn) : void 0;
    const { spent, turn: average, atWork, currency } = planSpending(plan);
    const reached = limitOfNextTurn(plan.policy, spent, average, atWork, currency);
    if (!reached || this.#asked.has(claim.id)) return { logged };
    return { words: await this.#ask(call, claim, reached, "plan"), logged };
  }
  #isNew(attempt, { limit }) {
    const key = `${attempt} ${limit}`;
    return !this.#told.has(key) && this.#told.add(key) !== void 0;
  }
  async #ask(call, claim, spent, of) {
    const words = `This ${of} is at its limit (${nearText(spent)}). Call task_report now with what there is: completed only if its criteria hold, else failed with what is done and what is left. Everything else is refused.`;
    this.#asked.set(claim.id, words);
    const [limit, max] = [limitName(spent), settingOf(spent)];
    const whose = of === "plan" ? "the plan's " : "";
    const reason = `${claim.task} was asked to report what it had: ${whose}${nearText(spent)}`;
    const limited = { attempt: claim.id, reason, ...of === "plan" && { ofPlan: true } };
    await call.change(
      (plan) => plan.append(
        { type: "task.limited", task: claim.task, attempt: claim.id, limit, max, reason },
        { type: "task.annotated", task: claim.task, metadata: { limited } }
      )
    );
    return words;
  }
};
function afterOneMore(now, before) {
  const plus = (limit) => 2 * now[limit] - (before?.[limit] ?? 0);
  return {
    maxTokens: plus("maxTokens"),
    maxCost: plus("maxCost"),
    maxTurns: now.maxTurns + 1,
    maxMs: plus("maxMs")
  };
}
function isWorthLogging({ call, claim, usage }, { spent, turn, atWork }) {
  if (isSameUsage(usage, claim.usage)) return false;
  const { ctx, standing } = call;
  const { policy } = standing.plan;
  const { table } = ctx.prices.last;
  const [now, before] = [{ ...claim, usage }, claim].map((one) => spentBy([one], void 0, table, 0));
  return limitNames.some((limit) => {
    const rest = restOf(policy, spent, turn, atWork, limit);
    const unlogged = (now?.[limit] ?? 0) - (before?.[limit] ?? 0);
    return unlogged > 0 && unlogged * atWork.working >= UNLOGGED * rest;
  });
}
async function log({ call, claim, usage, bytes }) {
  return call.change(async (plan) => {
    const before = plan.stored.version;
    plan.append({ type: "attempt.measured", task: claim.task, attempt: claim.id, usage, bytes });
    await logLimits(plan);
    return { plan: plan.stored.slug, before, after: plan.stored.version };
  });
}
async function usageOf({ agentId, ctx, store }, claim, session, use) {
  const file = await ctx.transcripts.ofAgent(agentId, [session, claim.owner.session ?? ""]);
  if (file === void 0) return void 0;
  await untilWritten(file, use);
  const [first] = await store.read((reader) => reader.attemptsOfAgents([agentId]));
  const fromMs = first?.claim.id === claim.id ? Number.NEGATIVE_INFINITY : claim.startedAtMs;
  const found = await transcriptUsage(file, "agent", [
    { fromMs, toMs: Number.POSITIVE_INFINITY }
  ]);
  const usage = found?.usage[0];
  return found && usage && { usage, bytes: found.bytes };
}

// import:run/plan.mjs in run/session.mjs
import { changeGraph, countsOf, existingGraph, isDone, readGraph, readPlan } from "./plan.mjs";

// import:run/project.mjs in run/session.mjs
import { WORKER_VARIABLE, sameOwner } from "./project.mjs";

// mcp-server/src/run/session/module-run.ts
async function beginModuleRun(run, session, slug, wakes) {
  const number = await startEngineRun(run, await existingGraph(run, slug), "main", slug, "mod");
  session.plans.add(slug);
  session.goesOn();
  session.module.begin(slug, new ModuleRun(number, wakes));
  return number;
}
async function takeOverFromModule(run, session, plan) {
  session.module.end(plan);
  const store = await existingGraph(run, plan);
  const own = await readGraph(run, store, async (view) => ownRun(run, await view.plan(plan)));
  if (own) await endEngineRun(run, store, plan, own.run, "stopped");
}
async function ownRun({ owner: own }, plan) {
  const { open } = await engineRecord(plan);
  return open.find(({ owner }) => sameOwner(owner, own));
}
async function takeUpModuleRuns(run, session) {
  const store = await run.graph();
  if (!store) return;
  for (const slug of session.module.lostPlans) {
    const { stored } = await readPlan(run, store, slug);
    if (stored.status === "open") await beginModuleRun(run, session, stored.slug, session.interactive);
  }
  await readGraph(run, store, async (view) => {
    for (const plan of await view.plans()) {
      const { slug } = plan.stored;
      if (session.module.of(slug) || session.module.hasLost(slug)) continue;
      const own = await ownRun(run, plan);
      if (own) session.module.begin(slug, new ModuleRun(own.run, session.interactive));
    }
  });
}

// mcp-server/src/run/session/own-run.ts
async function isOwnRun(run, session) {
  if (session.plans.size > 0) return true;
  const store = await run.graph();
  return store !== void 0 && (await idsOfBegun(run, store)).size > 0;
}
var NOTIFICATION_MS = 5e3;
async function begunPlans(run) {
  const store = await run.graph();
  if (!store) return [];
  const ids = await idsOfBegun(run, store);
  if (ids.size === 0) return [];
  await run.roles.refresh();
  return readGraph(run, store, async (view) => {
    const { reader } = view;
    const begun = [];
    for (const stored of await reader.plans(run.repository)) {
      if (!ids.has(stored.id)) continue;
      const loaded = await view.plan(stored.slug);
      const choice = await choose(loaded, run.now());
      const isOffered = await Promise.all(loaded.graph.live.map((claim) => isOfferedAgain(run, claim)));
      const offers = isOffered.filter(Boolean);
      const running = loaded.graph.live.filter((claim) => claim.state === "running").length;
      const [lastEnd, lastReport] = [
        await reader.lastEvent(stored.id, "attempt.ended"),
        await reader.lastEvent(stored.id, "plan.reported")
      ];
      begun.push({
        loaded,
        counts: { ...countsOf(loaded), running },
        done: isDone(loaded) || isAtAnEnd(loaded) && loaded.graph.live.length === 0,
        launchable: stored.status === "open" && !loaded.spent ? choice.chosen.length + offers.length : 0,
        unreported: lastEnd.seq > lastReport.seq,
        aboutToWake: running > 0 && run.now() - lastEnd.atMs < NOTIFICATION_MS
      });
    }
    return begun;
  });
}
var begunAt = /* @__PURE__ */ new WeakMap();
async function idsOfBegun(run, store) {
  const state = await store.state();
  const known = begunAt.get(store);
  if (known?.state === state) return known.ids;
  const ids = await store.read(async (reader) => {
    const begun = /* @__PURE__ */ new Set();
    for (const { id } of await reader.plans(run.repository))
      if (await reader.hasClaimOf(id, run.owner)) begun.add(id);
    return begun;
  });
  begunAt.set(store, { state, ids });
  return ids;
}
function isAtAnEnd({ stored, spent }) {
  return stored.status === "stopped" || spent !== void 0;
}

// import:node:crypto in run/session.mjs
import { createHash } from "node:crypto";

// mcp-server/src/run/session/runner-child.ts
var TOKEN = "PARALLEL_ATTEMPT_TOKEN";
var DIRECTORY = "PARALLEL_CHECKOUT";
var RUNNER_VARIABLE = "PARALLEL_RUNNER";
var RUNNER_VARIABLES = [TOKEN, DIRECTORY, RUNNER_VARIABLE, WORKER_VARIABLE];
function variablesFor({ owner, directory, isOfWorker }, token) {
  return {
    ...{ [TOKEN]: token, [DIRECTORY]: directory, [RUNNER_VARIABLE]: markOfRunner(owner) },
    ...isOfWorker && { [WORKER_VARIABLE]: "1" }
  };
}
function startedByRunner(env) {
  const { [TOKEN]: token, [DIRECTORY]: directory, [RUNNER_VARIABLE]: mark } = env;
  const runnerPid = Number.parseInt(mark ?? "", 10);
  return token && directory && runnerPid > 0 ? { token, runnerPid, directory } : void 0;
}
function markOfRunner({ host, pid, startedAt }) {
  return `${pid}-${createHash("sha256").update(`${host} ${startedAt}`).digest("hex").slice(0, 16)}`;
}

// mcp-server/src/run/session/runner-tasks.ts
var STARTS_RUNNER = /\bparallel(?:-tasks)?["']?\s+run\s+(?:--[\w-]+(?:=\S+)?\s+)*["']?([\w./-]+)/;
var RunnerTasks = class {
  #plans = /* @__PURE__ */ new Map();
  /**
   * A command goes on in the background.
   * @returns the plan that it executes; undefined for any other command.
   */
  started(id, command) {
    const named = STARTS_RUNNER.exec(command)?.[1];
    if (named === void 0) return void 0;
    const { plan } = placeNamed(named);
    this.#plans.set(id, plan);
    return plan;
  }
  has(plan) {
    return [...this.#plans.values()].includes(plan);
  }
  /** What ran there has ended. @returns the plan that it executed. */
  ended(id) {
    const plan = this.#plans.get(id);
    this.#plans.delete(id);
    return plan;
  }
  /** The conversation has heard in another way that nothing executes the plan any more. */
  forget(plan) {
    for (const [id, other] of this.#plans) if (other === plan) this.#plans.delete(id);
  }
};

// import:run/effects.mjs in run/session.mjs
import { CallWatch, forgetOldKept } from "./effects.mjs";

// mcp-server/src/run/session/workflow-runs.ts
var LAST_WORDS_MS = 2e4;
var ANNOUNCED_MS = 600;
var WorkflowRuns = class {
  #called = /* @__PURE__ */ new Map();
  #running = /* @__PURE__ */ new Map();
  /** Whether the user typed the command that runs a plan this way. */
  wanted = false;
  /** The model calls the script; it may be refused yet. */
  called(toolUseId, plan) {
    this.#called.set(toolUseId, plan);
  }
  /** @returns the plan that it runs; undefined for a script that is none of ours. */
  launched(toolUseId, id) {
    const plan = this.#called.get(toolUseId);
    this.#called.delete(toolUseId);
    if (plan !== void 0) this.#running.set(id, { plan, agents: /* @__PURE__ */ new Set(), reported: deferred() });
    return plan;
  }
  /** @returns the host's id of the script that runs the plan, if one does. */
  idOf(plan) {
    return [...this.#running].find(([, run]) => run.plan === plan)?.[0];
  }
  /** An agent of the script has claimed a task of the plan. */
  noteAgent(plan, agentId) {
    this.#running.get(this.idOf(plan) ?? "")?.agents.add(agentId);
  }
  hasAgent(agentId) {
    return [...this.#running.values()].some(({ agents }) => agents.has(agentId));
  }
  /** The script was given the report with which it ends. */
  reported(plan) {
    this.#running.get(this.idOf(plan) ?? "")?.reported.resolve();
  }
  /**
   * Until the host is about to announce the end of the script that runs the plan, or it takes too long: whoever waits
   * in a call then hears of it with the call's answer, and need not be woken once more.
   */
  async handedOver(plan) {
    const run = this.#running.get(this.idOf(plan) ?? "");
    if (!run) return;
    await Promise.race([run.reported.promise, setTimeout(LAST_WORDS_MS, void 0, { ref: false })]);
    await setTimeout(ANNOUNCED_MS, void 0, { ref: false });
  }
  /** The script has ended, and its agents with it. @returns those that had claimed something. */
  ended(id) {
    const run = this.#running.get(id);
    this.#running.delete(id);
    return [...run?.agents ?? []];
  }
  /** @returns the host's ids of the scripts that run, as far as this session knows. */
  get ids() {
    return [...this.#running.keys()];
  }
};
function deferred() {
  let resolve = () => {
  };
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
function waitForWorkflow({ interactive }, plan) {
  return interactive ? "Say so in one line and end your turn: its result comes by itself." : `Call batch_collect {"plan":"${plan}","until":"all"}: it waits for the end.`;
}

// mcp-server/src/run/session/session.ts
var MAX_CALLS = 2e3;
var MAX_NOTICE_GAP_MS = 250;
var SessionMemory = class {
  /** @param interactive whether somebody sits before the session; headless ones must wait in a tool. */
  constructor(interactive) {
    this.interactive = interactive;
  }
  interactive;
  #calls = /* @__PURE__ */ new Map();
  #claimless = /* @__PURE__ */ new Map();
  #standings = /* @__PURE__ */ new Map();
  #launches = /* @__PURE__ */ new Map();
  #pulled = /* @__PURE__ */ new Map();
  /** Plans that this session made or works on; its calls of our own tools need no permission prompt. */
  plans = /* @__PURE__ */ new Set();
  /** Plans that the main conversation works at by itself, one task after the other, with the name it does so under. */
  pulls = /* @__PURE__ */ new Map();
  /** Plans whose tasks agents of this session claim by themselves, one after the other. */
  pools = /* @__PURE__ */ new Set();
  /** Scripts of the host that run a plan. */
  workflows = new WorkflowRuns();
  /** The plugin's module in the host, and the plans that it runs. */
  module = new ModuleRuns();
  /** Runners that this session has started in the background. */
  runners = new RunnerTasks();
  /** The plan that the user is asked about, and that begins by this engine if the answer is the choice. */
  offered;
  /** The host's permission mode, as it was at the last prompt or call. */
  permissionMode;
  /** What was run with Bash, by the main conversation and by agents. */
  commands = new CommandLog();
  agentClaims = new AgentClaims();
  /** Attempts whose agents have their worktree, or are about to get it, with what the agent is then told. */
  placed = /* @__PURE__ */ new Map();
  /** Version of each plan that the main conversation has heard of. */
  told = /* @__PURE__ */ new Map();
  /** Version of each plan at which the session was sent back to work. */
  sentBack = /* @__PURE__ */ new Map();
  /** Waits beside the conversation that have not ended, by plan. */
  waitsBeside = /* @__PURE__ */ new Map();
  /** Questions that were put to the user, and that nobody answered. */
  unanswered = /* @__PURE__ */ new Set();
  /** Agents that the main conversation was told to stop. */
  toldToStop = /* @__PURE__ */ new Set();
  /** A report that the user is to be shown at the end of the turn, because no model repeats it. */
  toShow;
  /** Whether the session was told with a launch how it is to wait: every further one would pay for it again. */
  wasToldHowToWait = false;
  inCall = new AgentsInCall();
  limits = new LimitWatch();
  /** Events of other agents' writes that the agents concerned were told. */
  toldNotes = /* @__PURE__ */ new Set();
  /** Events of hooks that were answered without the graph, because it took too long: what it says now reaches nobody. */
  answeredLate = /* @__PURE__ */ new WeakSet();
  /** Events of hooks whose answer waits for a worktree to be set up, as the host does. */
  answersMayTakeLong = /* @__PURE__ */ new WeakSet();
  /** The last prompt of the turn that has not ended; an interruption ends a turn without telling any hook. */
  #openTurn;
  #interrupted = false;
  #noticeAnsweredMs = Number.NEGATIVE_INFINITY;
  #callWatch;
  #closing = [];
  /** Whether the user interrupted the main conversation, which has not gone on with the run since. */
  get interrupted() {
    return this.#interrupted;
  }
  /** @param isInterrupted whether the user has interrupted the turn before. */
  turnBegins(promptId, isInterrupted) {
    if (isInterrupted) {
      this.#interrupted = true;
      this.inCall.forget();
    }
    this.#openTurn = promptId;
  }
  /** Whether a prompt finds the turn before it unended. */
  findsOpenTurn(promptId) {
    return this.#openTurn !== void 0 && this.#openTurn !== promptId;
  }
  /** Whether a notification that comes at this time came with the one before. */
  isWithLastNotice(atMs) {
    return atMs - this.#noticeAnsweredMs <= MAX_NOTICE_GAP_MS;
  }
  noticeAnswered(atMs) {
    this.#noticeAnsweredMs = atMs;
  }
  isOpenTurn(promptId) {
    return this.#openTurn === promptId;
  }
  turnEnds(nowMs) {
    this.#openTurn = void 0;
    this.module.turnEnds(nowMs);
  }
  /** Whether the conversation has a turn, as far as hooks tell. */
  get hasTurn() {
    return this.#openTurn !== void 0;
  }
  /** The main conversation goes on with the run. */
  goesOn() {
    this.#interrupted = false;
  }
  /** Something was logged that tells the main conversation nothing: whoever knew all before still does. */
  overlook(plan, before, after) {
    for (const versions of [this.told, this.sentBack]) {
      if (versions.get(plan) === before) versions.set(plan, after);
    }
  }
  /** Whether something launches the plan's agents instead of the conversation, and goes on by itself. */
  runsBeside(plan) {
    return this.workflows.idOf(plan) !== void 0 || this.isToldEndOf(plan);
  }
  /** Whether what launches the plan's agents beside the conversation tells it the end, with the report. */
  isToldEndOf(plan) {
    return this.module.of(plan) !== void 0 || this.runners.has(plan);
  }
  noteCall(toolUseId, caller) {
    remember(this.#calls, toolUseId, caller);
  }
  callerOf(toolUseId) {
    return toolUseId === void 0 ? void 0 : this.#calls.get(toolUseId);
  }
  noteLaunch(toolUseId, launch) {
    remember(this.#launches, toolUseId, launch);
  }
  /** The main conversation claimed this task for itself. */
  notePull(token) {
    remember(this.#pulled, token, true);
  }
  /** The claim among these at which the main conversation works by itself. */
  pulledAmong(held) {
    const hashes = new Set([...this.#pulled.keys()].map(hashToken));
    return held.find(({ claim }) => claim.state === "running" && hashes.has(claim.tokenHash));
  }
  /** The tool calls of this session, and what they change. */
  callWatch(run) {
    this.#callWatch ??= new CallWatch(run);
    return this.#callWatch;
  }
  /** To be called every second while this process runs, so that a time in which it does not is noticed. */
  beat() {
    this.#callWatch?.beat();
  }
  /** @param close to be called when the session ends. */
  whenClosed(close) {
    this.#closing.push(close);
  }
  /** Lets go what is told to other servers, and what was begun for this session. */
  async close() {
    await this.#callWatch?.close();
    for (const close of this.#closing) await close();
  }
  /** Whether whoever holds the token goes on with another task after it. */
  isPull(token) {
    return this.#pulled.has(token);
  }
  get hasLaunches() {
    return this.#launches.size > 0;
  }
  /** What was read of an agent with its newest call; undefined when it may have changed since by a call of its own. */
  noteStanding(agentId, call) {
    if (call) remember(this.#standings, agentId, call);
    else this.#standings.delete(agentId);
  }
  /** The agent's newest call of which something is known. */
  lastStanding(agentId) {
    return this.#standings.get(agentId);
  }
  /** The agent holds no claim as the graph is in that state. */
  noteClaimless(agentId, state) {
    remember(this.#claimless, agentId, `${state} ${this.#launches.size}`);
  }
  /** Whether that was seen of the agent in this very state of the graph, with the launches that there are. */
  isClaimless(agentId, state) {
    return this.#claimless.get(agentId) === `${state} ${this.#launches.size}`;
  }
  launchOf(toolUseId) {
    return this.#launches.get(toolUseId);
  }
  /** The launch came to nothing, for instance because the user refused it: it may be tried again. */
  forgetLaunch(attempt) {
    for (const [toolUseId, launch] of this.#launches) {
      if (launch.attempt === attempt) this.#launches.delete(toolUseId);
    }
  }
  /** Whether hooks would have told of the launch of an offer, and have not. */
  isLeftOut(attempt) {
    return this.#calls.size > 0 && !this.wasLaunched(attempt);
  }
  wasLaunched(attempt) {
    return [...this.#launches.values()].some((launch) => launch.attempt === attempt);
  }
};
function remember(map, key, value) {
  map.set(key, value);
  keepNewest(map, MAX_CALLS);
}

// import:run/attempts.mjs in run/session.mjs
import { expireClaims } from "./attempts.mjs";

// import:run/checkout-watch.mjs in run/session.mjs
import { recordChangesOfEndedAttempts } from "./checkout-watch.mjs";

// import:run/delivery.mjs in run/session.mjs
import { deliverLeftBehind } from "./delivery.mjs";

// mcp-server/src/run/session/sweep-on-start.ts
async function sweepOnStart(run) {
  const store = await run.graph();
  if (store) {
    await changeGraph(run, store, "server", expireClaims);
    void deliverLeftBehind(run, store).catch(() => void 0);
  }
  await recordChangesOfEndedAttempts(run);
  await forgetOldKept(run);
}

// import:run/reporting.mjs in run/session.mjs
import { isStuck, reportPlan, writeReport } from "./reporting.mjs";

// import:run/review.mjs in run/session.mjs
import { addReview, beforeReport } from "./review.mjs";

// mcp-server/src/run/session/workflow-step.ts
async function workflowStep(ctx, actor, slug) {
  const { loaded, launch, done } = await nextBatch(ctx, actor, slug, (plan) => roomIn(ctx, plan));
  const goesOn = loaded.stored.status === "open" && !done && (launch.length > 0 || !await isStuck(ctx, await existingGraph(ctx, slug), slug));
  const start = launch.map(({ task, subagent_type, model, effort }) => ({
    task,
    agent: subagent_type,
    ...model && { model },
    ...effort && { effort },
    attempt: attemptsAt(loaded, task) + 1
  }));
  if (goesOn || loaded.graph.live.some(({ owner }) => sameOwner(owner, ctx.owner))) return { start };
  if (done && await addReview(ctx, actor, slug)) return workflowStep(ctx, actor, slug);
  const { report } = await reportPlan(ctx, actor, slug);
  const { brief, line } = await writeReport(ctx, slug, report);
  const due = beforeReport(loaded);
  const left = due === void 0 ? [] : [`Still to do: ${due}.`];
  return { start, report: [brief, line, ...left].join("\n") };
}
function roomIn({ workflowCap, owner }, { graph }) {
  const working = graph.live.filter((claim) => claim.state === "running" && sameOwner(claim.owner, owner));
  return Math.max(0, workflowCap - working.length);
}
function attemptsAt({ graph }, task) {
  return graph.claimsOf(task).filter(isAttempt).length;
}
export {
  AgentClaims,
  AgentsInCall,
  CommandLog,
  LimitWatch,
  RUNNER_VARIABLE,
  RUNNER_VARIABLES,
  RunnerTasks,
  SessionMemory,
  WorkflowRuns,
  beginModuleRun,
  begunPlans,
  engineFor,
  isOwnRun,
  keepAlive,
  markOfRunner,
  startedByRunner,
  sweepOnStart,
  takeOverFromModule,
  takeUpModuleRuns,
  variablesFor,
  waitForWorkflow,
  workflowStep
};
