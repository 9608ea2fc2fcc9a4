// import:breakdown.mjs in run/engine.mjs
import { BreakdownError } from "../breakdown.mjs";

// import:errors.mjs in run/engine.mjs
import { CallerError } from "../errors.mjs";

// import:run/edits.mjs in run/engine.mjs
import { exportPlan } from "./edits.mjs";

// import:run/reporting.mjs in run/engine.mjs
import { collectLaunches, reportPlan, writeReport } from "./reporting.mjs";

// import:run/review.mjs in run/engine.mjs
import { addReview, beforeReport } from "./review.mjs";

// mcp-server/src/run/engine/end-of-plan.ts
async function endOfPlan(ctx, actor, found, goOn, hindrance) {
  const { loaded, done } = found;
  const { slug } = loaded.stored;
  const { report } = await reportPlan(ctx, actor, slug);
  const written = done ? await exported(ctx, actor, loaded) : "";
  const { failed, notRun, toCome } = report.groups;
  const { brief, line } = await writeReport(ctx, slug, report);
  const files = written === "" ? [] : [written];
  const text = [brief, line, ...remarks(found, goOn, hindrance), ...files].join("\n");
  return { text, exitCode: done && failed.length + notRun.length + toCome.length === 0 ? 0 : 1 };
}
function endLine(slug, how, done) {
  return done ? `The plan ${slug}, which ${how}, has come to its end. Tell the user how it ended, by what stands here; then do what is still to do, if that is named.` : `The plan ${slug}, which ${how}, cannot go on by itself. Tell the user why.`;
}
function isStoppedByUser({ stored: { status, cause } }) {
  return status !== "open" && /^(?:pause|stop) was called$/.test(cause ?? "");
}
function remarks({ loaded, done, why, reason }, goOn, hindrance) {
  const { status, cause } = loaded.stored;
  if (done) {
    const due = beforeReport(loaded);
    return due === void 0 ? [] : [`Still to do: ${due}.`];
  }
  const named = why.map(({ task, reasons }) => `- ${task}: ${reasons.join("; ")}`);
  const cannot = hindrance ?? (status === "open" ? reason : `it is ${status}${cause === void 0 ? "" : `: ${cause}`}`);
  return [`It does not go on: ${cannot}.`, ...named, `${goOn} goes on with it.`];
}
async function exported(ctx, actor, { stored }) {
  if (stored.source.kind !== "file") return "";
  try {
    const files = await exportPlan(ctx, actor, stored.slug);
    const written = files.flatMap((one) => one.how === "left alone" ? [] : [one.file]);
    const left = files.flatMap(
      (one) => one.how === "left alone" ? [` ${one.file} was left alone: ${one.why}.`] : []
    );
    return `Written: ${written.join(", ")}.${left.join("")}`;
  } catch (error) {
    if (error instanceof CallerError || error instanceof BreakdownError)
      return `Not written: ${error.message}`;
    throw error;
  }
}

// import:node:timers/promises in run/engine.mjs
import { setTimeout } from "node:timers/promises";

// import:run/plan.mjs in run/engine.mjs
import { changePlan, existingGraph, isDone, readGraph, readPlan } from "./plan.mjs";

// import:run/project.mjs in run/engine.mjs
import { isDead, sameOwner } from "./project.mjs";

// import:run/runners.mjs in run/engine.mjs
import { runnersNow } from "./runners.mjs";

// mcp-server/src/run/engine/engine-runs.ts
async function engineRecord(plan) {
  return engineRecordOf(await plan.reader.events(plan.id, { types: ["engine.started", "engine.ended"] }));
}
function engineRecordOf(events) {
  const open = /* @__PURE__ */ new Map();
  let last;
  let lastEnd;
  let nextRun = 1;
  for (const { change } of events) {
    if (change.type === "engine.started") {
      open.set(change.run, change);
      last = change;
      nextRun = change.run + 1;
    } else if (change.type === "engine.ended") {
      open.delete(change.run);
      lastEnd = change.how;
    }
  }
  return { open: [...open.values()], last, lastEnd, nextRun };
}
var RUNNER_ENGINE = "run";
async function engineWords(plan) {
  if (plan.stored.status !== "open" || isDone(plan)) return "";
  const { slug } = plan.stored;
  const { open, last, lastEnd } = await engineRecord(plan);
  const { isGone } = await runnersNow(plan.reader, plan.stored.repository, plan.ctx.now());
  for (const { owner, engine } of open) {
    if (await isGone(owner)) continue;
    return engine === RUNNER_ENGINE ? `parallel run executes it (process ${owner.pid})` : "it runs beside a conversation";
  }
  if (open.length === 0 && lastEnd !== "lost") return "";
  return last?.engine === RUNNER_ENGINE ? `what launched its agents has stopped: parallel run ${slug} goes on, or /parallel:run ${slug}` : `what launched its agents has stopped: /parallel:run ${slug} goes on`;
}
function startEngineRun(ctx, store, actor, slug, engine, isOneOfSeveral = false) {
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const { open, nextRun } = await engineRecord(plan);
    const { isGone } = await runnersNow(plan.reader, plan.stored.repository, plan.nowMs);
    for (const { run, owner } of open)
      if (await isGone(owner)) plan.append({ type: "engine.ended", run, how: "lost" });
    const own = open.find(({ owner }) => sameOwner(owner, ctx.owner));
    if (own) return own.run;
    const shared = isOneOfSeveral ? { isOneOfSeveral } : {};
    plan.append({ type: "engine.started", run: nextRun, engine, owner: ctx.owner, ...shared });
    return nextRun;
  });
}
function endEngineRun(ctx, store, slug, run, how) {
  return changePlan(ctx, store, "server", slug, async (plan) => {
    const { open } = await engineRecord(plan);
    if (!open.some((other) => other.run === run)) return false;
    plan.append({ type: "engine.ended", run, how });
    return true;
  });
}

// mcp-server/src/run/engine/end-of-runner.ts
async function endOfRunner(ctx, slug) {
  try {
    const store = await existingGraph(ctx, slug);
    if (!await lastRunner(ctx, store, slug)) return { text: notBegun(slug), version: void 0 };
    const wait = { plan: slug, waitMs: 0, most: 0, sinceSeq: void 0, gatherMs: 0 };
    const never = () => false;
    const found = await collectLaunches(
      ctx,
      "main",
      { ...wait, again: never, isNewStop: never },
      AbortSignal.abort(),
      () => void 0
    );
    const { text } = await endOfPlan(ctx, "main", found, `parallel run ${slug}, or /parallel:run ${slug},`);
    const { stored } = await readPlan(ctx, store, slug);
    const line = endLine(slug, "parallel run executed", found.done);
    return { text: `${line}

${text}`, version: stored.version };
  } catch (error) {
    if (error instanceof CallerError) return { text: notBegun(slug), version: void 0 };
    throw error;
  }
}
async function lastRunner(ctx, store, slug) {
  const { last } = await readGraph(ctx, store, async (view) => engineRecord(await view.plan(slug)));
  return last?.engine === RUNNER_ENGINE ? last : void 0;
}
function notBegun(slug) {
  return `parallel run has not begun ${slug}; the end of its output says why.`;
}
var ANNOUNCED_MS = 600;
var LOOK_MS = 100;
async function untilRunnerLeft(ctx, slug, maxMs) {
  const store = await existingGraph(ctx, slug);
  const runner = await lastRunner(ctx, store, slug);
  if (!runner) return true;
  for (const untilMs = ctx.now() + maxMs; !await isDead(runner.owner); ) {
    if (ctx.now() >= untilMs) return false;
    await setTimeout(LOOK_MS);
  }
  await setTimeout(ANNOUNCED_MS);
  return true;
}

// import:policy.mjs in run/engine.mjs
import { stoodStillSince } from "../policy.mjs";

// mcp-server/src/run/engine/module-runs.ts
var AGAIN_AFTER_MS = 2e3;
var MAX_REFUSALS = 15;
var MAX_MODULE_SILENCE_MS = 2e4;
var HELLO_HOLDS_MS = 1e4;
var MAX_WAKE_DELAY_MS = 5e3;
var ModuleRun = class {
  /**
   * @param run its number in the plan's log.
   * @param wakes whether its end is to wake the conversation; else somebody waits for it in a call.
   */
  constructor(run, wakes) {
    this.run = run;
    this.wakes = wakes;
  }
  run;
  wakes;
  #handedOut = /* @__PURE__ */ new Map();
  #given = /* @__PURE__ */ new Set();
  /** Agents that the module was told to stop. */
  toldToStop = /* @__PURE__ */ new Set();
  /** What the module is told of the end, until it says that it has heard it: the host may drop an answer with its worker. */
  end;
  /** Whether the module may be given the offer: it is not on its way to be launched. */
  mayHandOut(attempt, nowMs) {
    return nowMs >= (this.#handedOut.get(attempt)?.untilMs ?? 0);
  }
  handedOut(attempt) {
    this.#given.add(attempt);
    const { refusals = 0 } = this.#handedOut.get(attempt) ?? {};
    this.#handedOut.set(attempt, { refusals, untilMs: Number.POSITIVE_INFINITY });
  }
  /** Whether the module was given it to launch since it has had its memory. */
  wasGiven(attempt) {
    return this.#given.has(attempt);
  }
  /** The host has not launched it. @returns whether it is tried again. */
  refused(attempt, nowMs) {
    const refusals = (this.#handedOut.get(attempt)?.refusals ?? 0) + 1;
    this.#handedOut.set(attempt, { refusals, untilMs: nowMs + AGAIN_AFTER_MS });
    return refusals < MAX_REFUSALS;
  }
  /**
   * The module has lost its memory: what it was given may not have been launched or stopped, and is handed out again. How
   * agents end that it launched before says nothing of it: that may have happened while it was not there.
   */
  forgetHandedOut() {
    this.#handedOut.clear();
    this.#given.clear();
    this.toldToStop.clear();
  }
};
var ModuleRuns = class {
  #plans = /* @__PURE__ */ new Map();
  #lost = /* @__PURE__ */ new Set();
  /** What is to wake the conversation, by plan, and since when nothing keeps it from that. */
  #wakes = /* @__PURE__ */ new Map();
  #key;
  #lastSeenMs = Number.NEGATIVE_INFINITY;
  #calls = 0;
  #untilHello = new AbortController();
  /** The module says that it is there, with an empty memory. */
  hello(key) {
    this.#key = key;
    this.#untilHello.abort();
    this.#untilHello = new AbortController();
    for (const run of this.#plans.values()) run.forgetHandedOut();
  }
  isKey(key) {
    return this.#key === key;
  }
  /** Aborted when the module says hello with an empty memory: what was asked before is answered to nobody. */
  get untilHello() {
    return this.#untilHello.signal;
  }
  /** A call of the module is under way until the function is called that this returns. */
  callBegins(now) {
    this.#calls += 1;
    return () => {
      this.#calls -= 1;
      this.#lastSeenMs = now();
    };
  }
  /** Whether the module was here a moment ago. */
  isHere(clock) {
    return this.#silenceMs(clock) <= HELLO_HOLDS_MS;
  }
  isSilent(clock) {
    return this.#silenceMs(clock) > MAX_MODULE_SILENCE_MS;
  }
  /** While this process stood still it could hear nothing. */
  #silenceMs({ now, standstills }) {
    if (this.#calls > 0) return 0;
    return now() - this.#lastSeenMs - stoodStillSince(standstills, this.#lastSeenMs);
  }
  begin(plan, run) {
    this.end(plan);
    this.#plans.set(plan, run);
  }
  /** It does not run the plan any more, and does not get it back. */
  end(plan) {
    this.#plans.delete(plan);
    this.#lost.delete(plan);
    this.#wakes.delete(plan);
  }
  /**
   * The module has heard how its run has ended, and wakes the conversation with it.
   * @param freeMs the time, unless the conversation has a turn: then what is to wake it waits for the end of that.
   */
  heard(plan, run, freeMs) {
    const own = this.of(plan);
    if (!own?.end || own.run !== run) return;
    this.end(plan);
    const { wake } = own.end.over;
    if (wake !== void 0) this.#wakes.set(plan, { text: wake, freeMs });
  }
  /** The conversation's turn has ended: what waited for that may wake it. */
  turnEnds(nowMs) {
    for (const wake of this.#wakes.values()) wake.freeMs ??= nowMs;
  }
  /** A prompt came in: the conversation hears what stands in it. */
  wokenBy(prompt) {
    for (const [plan, { text }] of this.#wakes) if (prompt.includes(text)) this.#wakes.delete(plan);
  }
  /** The end of the plan's run that should have woken the conversation and did not: the host has dropped it. */
  takeLostWake(plan, nowMs) {
    const wake = this.#wakes.get(plan);
    if (wake?.freeMs === void 0 || nowMs - wake.freeMs <= MAX_WAKE_DELAY_MS) return void 0;
    this.#wakes.delete(plan);
    return wake.text;
  }
  /** The module fell silent while it ran the plan. */
  lost(plan) {
    this.#plans.delete(plan);
    this.#lost.add(plan);
  }
  get lostPlans() {
    return [...this.#lost];
  }
  hasLost(plan) {
    return this.#lost.has(plan);
  }
  of(plan) {
    return this.#plans.get(plan);
  }
  get plans() {
    return this.#plans;
  }
};

// import:graph.mjs in run/engine.mjs
import { findToken } from "../graph.mjs";

// mcp-server/src/run/engine/module-step.ts
var ACTOR = "engine mod";
async function moduleStep(ctx, run, { plan, waitMs, refused }, session, signal) {
  const attempts = refused.flatMap((prompt) => attemptIn(prompt) ?? []);
  const isHopeless = attempts.filter((attempt) => !run.refused(attempt, ctx.now())).length > 0;
  for (const attempt of attempts) session.forgetLaunch(attempt);
  const isNewStop = ({ agentId }) => !run.toldToStop.has(agentId);
  const deadline = ctx.now() + waitMs;
  for (; ; ) {
    const found = await collectLaunches(
      ctx,
      ACTOR,
      {
        plan,
        waitMs: Math.max(0, deadline - ctx.now()),
        sinceSeq: void 0,
        again: (attempt) => run.mayHandOut(attempt, ctx.now()),
        isNewStop,
        gatherMs: 0
      },
      signal,
      () => void 0
    );
    if (session.module.of(plan) !== run) return { launch: [], stop: [], over: handedBack(plan) };
    if (signal.aborted) return { launch: [], stop: [] };
    const stop = found.stop.filter(isNewStop).map(({ agentId }) => agentId);
    for (const agentId of stop) run.toldToStop.add(agentId);
    for (const { prompt } of found.launch) {
      const attempt = attemptIn(prompt);
      if (attempt !== void 0) run.handedOut(attempt);
    }
    const { launch } = found;
    if (isHopeless) return { launch: [], stop, over: await endOf(ctx, run, found, HOST_REFUSES) };
    if (!found.done && !found.isStuck) return { launch, stop };
    if (found.done && await addReview(ctx, ACTOR, plan)) continue;
    return { launch, stop, over: await endOf(ctx, run, found) };
  }
}
function handedBack(plan) {
  return { text: `${plan} is run by others now.`, exitCode: 1, keepsReports: false };
}
var HOST_REFUSES = "Claude Code starts no more agents for the plugin's module";
function attemptIn(prompt) {
  const token = findToken(prompt);
  return token === void 0 ? void 0 : Number.parseInt(token, 10);
}
async function endOf(ctx, run, found, why) {
  const { loaded, done } = found;
  const { slug } = loaded.stored;
  const isUsers = isStoppedByUser(loaded);
  const store = await existingGraph(ctx, slug);
  const isOurs = await endEngineRun(ctx, store, slug, run.run, isUsers ? "stopped" : "done");
  const keepsReports = done || isUsers;
  if (!isOurs) return handedBack(slug);
  const { text, exitCode } = await endOfPlan(ctx, ACTOR, found, `/parallel:run ${slug}`, why);
  if (isUsers || !run.wakes) return { text, exitCode, keepsReports };
  const wake = `${endLine(slug, "ran beside this conversation", done)}

${text}`;
  return { text, wake, exitCode, keepsReports };
}

// mcp-server/src/run/engine/take-off.ts
async function takeOffSilentModule(ctx, module) {
  if (module.plans.size === 0 || !module.isSilent(ctx.clock)) return;
  for (const plan of [...module.plans.keys()]) await takeOff(ctx, module, plan);
}
async function takeOffModuleOf(ctx, module, agentId) {
  if (module.plans.size === 0) return;
  const store = await ctx.graph();
  const attempts = await store?.read((reader) => reader.attemptsOfAgents([agentId])) ?? [];
  const given = attempts.find(({ plan, claim }) => module.of(plan)?.wasGiven(claim.id));
  if (given) await takeOff(ctx, module, given.plan);
}
async function takeOff(ctx, module, plan) {
  const { run, end } = module.of(plan) ?? {};
  if (end && end.over.wake === void 0) return module.end(plan);
  module.lost(plan);
  if (run !== void 0) await endEngineRun(ctx, await existingGraph(ctx, plan), plan, run, "lost");
}
export {
  MAX_MODULE_SILENCE_MS,
  ModuleRun,
  ModuleRuns,
  RUNNER_ENGINE,
  endEngineRun,
  endLine,
  endOfPlan,
  endOfRunner,
  engineRecord,
  engineRecordOf,
  engineWords,
  handedBack,
  isStoppedByUser,
  moduleStep,
  startEngineRun,
  takeOffModuleOf,
  takeOffSilentModule,
  untilRunnerLeft
};
