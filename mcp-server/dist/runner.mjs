// import:clients.mjs in runner.mjs
import { agentClient, reportInMessage } from "./clients.mjs";

// import:errors.mjs in runner.mjs
import { CallerError, StoreUnusable } from "./errors.mjs";

// import:graph.mjs in runner.mjs
import { NO_USAGE, addTokens, agentOfToken, findToken, isAttempt, isForPlan, isForRole, purposeOf, taskName } from "./graph.mjs";

// import:run/attempts.mjs in runner.mjs
import { endAgents, moveLeases, takeUpOffer } from "./run/attempts.mjs";

// import:run/plan.mjs in runner.mjs
import { changeGraph, changePlan, isDone, readGraph, taskOf } from "./run/plan.mjs";

// import:run/reporting.mjs in runner.mjs
import { collectLaunches, endByMessage, reportTask } from "./run/reporting.mjs";

// import:text.mjs in runner.mjs
import { LINE_LIMIT, NAME_LIMIT, cleanText, formatDuration } from "./text.mjs";

// mcp-server/src/runner/after-agent.ts
var MAX_CAUSE = 300;
async function afterAgent(ctx, store, agent, token, ended, slots) {
  const actor = `agent ${agent.agentId}`;
  const held = await store.read((reader) => reader.claimOfAgent(agent.agentId));
  if (agent.usage && held) await logUsage(ctx, store, agent, held);
  const hasFailed = ended.exitCode !== 0 || agent.failure !== void 0;
  const running = held?.claim.state === "running" ? held.claim : void 0;
  const isReported = running === void 0;
  if (held && running && !hasFailed && !agent.client.callsTools && agent.stoppedFor === void 0)
    await reportByMessage(ctx, store, agent, { token, plan: held.plan, claim: running });
  const limit = isReported ? void 0 : agent.limit;
  const falseStart = hasFailed && !agent.hasWorked && !limit && agent.stoppedFor === void 0 ? causeOf(agent, ended) : void 0;
  const isAlone = slots.shares.length === 1;
  const end = {
    finished: !hasFailed && agent.stoppedFor === void 0 && !limit,
    cause: causeOf(agent, ended),
    lastMessage: agent.message,
    ...limit && (isAlone && limit.untilMs === void 0 ? { throttled: true } : { interrupted: true }),
    ...(falseStart !== void 0 || agent.stoppedFor !== void 0) && { interrupted: true }
  };
  await endAgents(ctx, store, actor, [agent.agentId], end);
  return { ...limit && { limit }, ...falseStart !== void 0 && { falseStart } };
}
function afterNoAgent(ctx, store, actor, token, error) {
  const cause = `it could not be started: ${error instanceof Error ? error.message : String(error)}`;
  return endAgents(ctx, store, actor, [agentOfToken(token)], { finished: false, cause, lastMessage: "" });
}
async function reportByMessage(ctx, store, agent, { token, plan, claim }) {
  const actor = `agent ${agent.agentId}`;
  const report = reportInMessage(agent.message);
  try {
    if (!report) return await endByMessage(ctx, store, actor, claim, agent.message);
    const task = taskName(plan, claim.task);
    await reportTask(ctx, actor, agent.agentId, { task, token, report, mayGoOn: false });
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    agent.failure = `its report was not accepted: ${error.message}`;
  }
}
function causeOf(agent, { exitCode, signal, errors }) {
  const { client, stoppedFor, limit, failure } = agent;
  if (stoppedFor !== void 0) return stoppedFor;
  if (limit) return `${client.name}: ${cleanText(limit.text, MAX_CAUSE)}`;
  const lastLine = errors.split("\n").findLast((line2) => line2.trim() !== "") ?? "";
  const said = cleanText(failure ?? lastLine, MAX_CAUSE);
  if (exitCode === 0) return failure === void 0 ? "the agent ended without a report" : said;
  const how = exitCode === null ? `was ended (${signal ?? "it did not start"})` : `ended with exit code ${exitCode}`;
  return `${client.name} ${how}${said === "" ? "" : `: ${said}`}`;
}
async function logUsage(ctx, store, agent, held) {
  const { usage } = agent;
  const { task, id: attempt } = held.claim;
  if (!usage) return;
  await changeGraph(ctx, store, `agent ${agent.agentId}`, async (tx) => {
    const plan = await tx.planOf(held);
    plan?.append({ type: "attempt.measured", task, attempt, usage, bytes: 0 });
  });
}

// mcp-server/src/runner/agent-environment.ts
var OF_A_SESSION = /^(?:CLAUDECODE|CLAUDE_PID|CLAUDE_PROJECT_DIR|CLAUDE_PLUGIN_\w+|CLAUDE_ENV_FILE|CLAUDE_EFFORT|CLAUDE_CODE_(?:ENTRYPOINT|SESSION_\w+|SSE_PORT|EXECPATH|CHILD_SESSION|AGENT_\w+|REMOTE_SESSION_ID))$/;
var OF_A_RUNNER = /^PARALLEL_(?:ATTEMPT_TOKEN|CHECKOUT|RUNNER|WORKER|PORT)$/;
function agentEnvironment(env) {
  const kept = Object.entries(env).filter(([name2]) => !OF_A_SESSION.test(name2) && !OF_A_RUNNER.test(name2));
  return Object.fromEntries(kept);
}

// import:node:child_process in runner.mjs
import { spawn } from "node:child_process";

// import:node:timers/promises in runner.mjs
import { setTimeout } from "node:timers/promises";

// mcp-server/src/runner/agent-process.ts
var MAX_LAST_OUTPUT_MS = 500;
var MAX_ENDING_MS = 5e3;
var MAX_ERRORS = 2e3;
var MAX_LINE = 32 * 1024 * 1024;
var AgentProcess = class {
  ended;
  #child;
  #errors = "";
  #hasEnded = false;
  /** @param onLine called with each line that it prints. */
  constructor({ program, args, env, folder, stdin }, onLine) {
    const child = spawn(program, [...args], {
      cwd: folder,
      env,
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true
    });
    this.#child = child;
    child.stdin.on("error", () => void 0).end(stdin);
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-MAX_ERRORS);
    });
    const rest = readLines(child.stdout, onLine);
    this.ended = new Promise((resolve) => {
      const end = (exitCode, signal) => {
        this.#hasEnded = true;
        resolve({ exitCode, signal, errors: this.#errors.trim() });
      };
      child.once("error", (error) => {
        this.#errors += error.message;
        end(null, null);
      });
      child.once("exit", async (exitCode, signal) => {
        const closed = new Promise((done) => child.once("close", done));
        await Promise.race([closed, setTimeout(MAX_LAST_OUTPUT_MS, void 0, { ref: false })]);
        rest();
        end(exitCode, signal);
      });
    });
  }
  get pid() {
    return this.#child.pid;
  }
  /** Ends it, and what is left of its group. @returns when it has ended. */
  async stop() {
    this.#signal("SIGTERM");
    const late = setTimeout(MAX_ENDING_MS, "late", { ref: false });
    if (await Promise.race([this.ended, late]) === "late") this.#signal("SIGKILL");
    await this.ended;
    this.#signal("SIGKILL");
  }
  #signal(signal) {
    const { pid } = this.#child;
    if (pid === void 0) return;
    try {
      if (process.platform !== "win32") process.kill(-pid, signal);
      else if (!this.#hasEnded) this.#child.kill(signal);
    } catch {
    }
  }
};
function readLines(stream, onLine) {
  let begun = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    for (const line2 of lines) onLine(line2.replace(/\r$/, ""));
    if (begun.length > MAX_LINE) {
      onLine(begun);
      begun = "";
    }
  });
  return () => {
    if (begun !== "") onLine(begun);
    begun = "";
  };
}

// import:node:fs in runner.mjs
import { accessSync, constants, readFileSync, readdirSync } from "node:fs";

// import:node:path in runner.mjs
import { delimiter, join } from "node:path";

// mcp-server/src/runner/agents-option.ts
var MAX_SLOTS = 100;
function clientsFrom(text, command, cap, env) {
  const shares = text.split(",").map((part) => {
    const [, name2 = "", count] = /^\s*([\w-]+)\s*(?:=\s*(\d+)\s*)?$/.exec(part) ?? [];
    const slots = count === void 0 ? cap : Number(count);
    if (name2 === "" || slots < 1 || slots > MAX_SLOTS)
      throw wrong(`${JSON.stringify(part.trim())} cannot be read`, `from 1 to ${MAX_SLOTS} each`);
    return { client: agentClient(name2, command), slots };
  });
  const names = shares.map(({ client }) => client.name);
  const twice = names.find((name2, i) => names.indexOf(name2) !== i);
  if (twice !== void 0) throw wrong(`${twice} stands there twice`, "each client once");
  const isThere = ({ programs }) => programs.length === 0 || programs.some((program) => isOnPath(program, env));
  const missing = shares.filter(({ client }) => !isThere(client)).map(({ client }) => client.name);
  if (missing.length === shares.length) {
    const programs = shares.flatMap(({ client }) => client.programs);
    throw new CallerError(
      "bad_input",
      `None of the clients is there: ${programs.join(", ")} ${programs.length === 1 ? "is" : "are"} not on the search path.`,
      "Install one, put it on the PATH, or name another: --agents codex=2.",
      "agents"
    );
  }
  return { shares: shares.filter(({ client }) => isThere(client)), missing };
}
function pairsFrom(option, texts) {
  return new Map(
    texts.flatMap((text) => text.split(",")).map((text) => {
      const [, name2, value] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
      if (name2 !== void 0 && value !== void 0) return [name2, value];
      throw new CallerError(
        "bad_input",
        `--${option}: ${JSON.stringify(text)} cannot be read.`,
        `Write it as name=value.`,
        option
      );
    })
  );
}
function wrong(problem, words) {
  return new CallerError(
    "bad_input",
    `--agents: ${problem}.`,
    `Write the clients with how many agents of each run at once, ${words}: claude=3,codex=2.`,
    "agents"
  );
}
function isOnPath(program, env) {
  if (/[\\/]/.test(program)) return isExecutable(program);
  const endings = process.platform === "win32" ? (env.PATHEXT ?? ".EXE").split(";") : [""];
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => endings.some((ending) => isExecutable(join(folder, program + ending))));
}
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// import:node:fs/promises in runner.mjs
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";

// import:node:os in runner.mjs
import { homedir } from "node:os";

// import:lib/jsonc-parser.mjs in runner.mjs
import { parse } from "./lib/jsonc-parser.mjs";

// mcp-server/src/runner/changed-settings.ts
async function changedSettings({ variable, folder, file, server, leftOut }, env, stateFolder) {
  const home = join(stateFolder, "home");
  const from = join(env[variable] || env.HOME || homedir(), folder);
  const to = join(home, folder);
  await mkdir(to, { recursive: true, mode: 448 });
  for (const name2 of await readdir(from).catch(() => [])) {
    if (name2 !== file && !leftOut.includes(name2)) await symlink(join(from, name2), join(to, name2));
  }
  const own = fieldsIn(await readFile(join(from, file), "utf8").catch(() => "{}"), join(from, file));
  const servers = typeof own.mcpServers === "object" ? own.mcpServers : {};
  const changed = { ...own, mcpServers: { ...servers, parallel: server } };
  await writeFile(join(to, file), JSON.stringify(changed), { mode: 384 });
  return { [variable]: home };
}
function fieldsIn(text, path) {
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  if (errors.length === 0 && typeof value === "object" && value !== null)
    return value;
  throw new CallerError("wrong_state", `${path} cannot be read.`, "Correct it; its client needs it as well.");
}

// mcp-server/src/runner/client-slots.ts
var MAX_FALSE_STARTS = 2;
var LIMIT_PAUSE_MS = 15 * 6e4;
var ClientSlots = class {
  /** @param shares in the order in which they are preferred. */
  constructor(shares) {
    this.shares = shares;
  }
  shares;
  #used = /* @__PURE__ */ new Map();
  #falseStarts = /* @__PURE__ */ new Map();
  #limitedUntil = /* @__PURE__ */ new Map();
  #broken = /* @__PURE__ */ new Map();
  /** As others are told of them. */
  get clients() {
    return this.shares.map(({ client, slots }) => ({ name: client.name, slots }));
  }
  /** How many agents could be started now. */
  free(nowMs) {
    return this.shares.reduce((sum, share) => sum + (this.#canWork(share, nowMs) ? this.#left(share) : 0), 0);
  }
  /**
   * The client for a task: the one that it names, as long as that can work at all; else the first that may do it.
   * @returns `later` when those that may are busy or at their limit, `never` when there is none.
   */
  for(wanted, nowMs) {
    const able = this.shares.filter(({ client }) => !this.#broken.has(client.name) && mayDo(client, wanted));
    const named = able.filter(({ client }) => client.name === wanted.client);
    const withinLimit = (shares) => shares.filter((one) => this.#canWork(one, nowMs));
    const possible = withinLimit(named).length > 0 ? named : able;
    const free = withinLimit(possible).find((share) => this.#left(share) > 0);
    if (free) return free.client;
    return able.length > 0 ? "later" : "never";
  }
  take({ name: name2 }) {
    this.#used.set(name2, (this.#used.get(name2) ?? 0) + 1);
  }
  giveBack({ name: name2 }) {
    this.#used.set(name2, Math.max(0, (this.#used.get(name2) ?? 0) - 1));
  }
  /** An agent of it has worked. */
  worked({ name: name2 }) {
    this.#falseStarts.delete(name2);
  }
  /** An agent of it came to nothing before it began. @returns whether the client is given up with that. */
  falseStart({ name: name2 }, why) {
    const times = (this.#falseStarts.get(name2) ?? 0) + 1;
    this.#falseStarts.set(name2, times);
    if (times >= MAX_FALSE_STARTS) this.#broken.set(name2, why);
    return times >= MAX_FALSE_STARTS;
  }
  /** The vendor refuses more until then. */
  limited({ name: name2 }, untilMs) {
    this.#limitedUntil.set(name2, Math.max(untilMs, this.#limitedUntil.get(name2) ?? 0));
  }
  /** When the first client can work again, if none can now for a limit; undefined: one can, or none ever. */
  limitEnds(nowMs) {
    const able = this.shares.filter(({ client }) => !this.#broken.has(client.name));
    if (able.length === 0 || able.some((share) => this.#canWork(share, nowMs))) return void 0;
    return Math.min(...able.map(({ client }) => this.#limitedUntil.get(client.name) ?? nowMs));
  }
  /** When the next limit of a client ends; infinite: none is at one. */
  nextLimitEnd(nowMs) {
    return Math.min(...[...this.#limitedUntil.values()].filter((untilMs) => untilMs > nowMs));
  }
  /** Why no client works any more; undefined: one does. */
  get allBroken() {
    const whys = this.shares.map(({ client }) => {
      const why = this.#broken.get(client.name);
      return why === void 0 ? void 0 : `${client.name}: ${why}`;
    });
    return whys.every((why) => why !== void 0) ? whys.join("; ") : void 0;
  }
  #canWork({ client }, nowMs) {
    return !this.#broken.has(client.name) && (this.#limitedUntil.get(client.name) ?? 0) <= nowMs;
  }
  #left({ client, slots }) {
    return Math.max(0, slots - (this.#used.get(client.name) ?? 0));
  }
};
function mayDo({ hasHooks, callsTools }, { isolation, needsTools }) {
  return (hasHooks || isolation === "worktree") && (callsTools || !needsTools);
}

// import:run/engine.mjs in runner.mjs
import { RUNNER_ENGINE, endEngineRun, endOfPlan, engineRecord, isStoppedByUser, startEngineRun } from "./run/engine.mjs";

// import:run/project.mjs in runner.mjs
import { LABELS_VARIABLE, isDead } from "./run/project.mjs";

// import:run/runners.mjs in runner.mjs
import { runnersNow } from "./run/runners.mjs";

// import:run/session.mjs in runner.mjs
import { RUNNER_VARIABLE, markOfRunner, variablesFor } from "./run/session.mjs";

// import:host.mjs in runner.mjs
import { runProgram } from "./host.mjs";

// mcp-server/src/runner/marked-processes.ts
var MAX_ENDING_MS2 = 3e3;
var LOOK_MS = 50;
async function processesWith(variable, value) {
  const pids = process.platform === "linux" ? onLinux(variable, value) : await byPs(variable, value);
  return pids.filter((pid) => pid !== process.pid);
}
function onLinux(variable, value) {
  const entry = `\0${variable}=${value}\0`;
  return readdirSync("/proc").flatMap((name2) => {
    if (!/^\d+$/.test(name2)) return [];
    try {
      return `\0${readFileSync(`/proc/${name2}/environ`, "latin1")}\0`.includes(entry) ? [Number(name2)] : [];
    } catch {
      return [];
    }
  });
}
async function byPs(variable, value) {
  if (process.platform === "win32") return [];
  const options = { maxOutputBytes: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: "C" } };
  const listed = await runProgram("ps", ["-A", "-E", "-ww", "-o", "pid=,command="], options).catch(() => "");
  const entry = ` ${variable}=${value} `;
  return listed.split("\n").flatMap((line2) => `${line2} `.includes(entry) ? [Number.parseInt(line2, 10)] : []);
}
async function endProcessesWith(variable, value) {
  const ended = /* @__PURE__ */ new Set();
  const deadline = performance.now() + MAX_ENDING_MS2;
  for (; ; ) {
    const pids = await processesWith(variable, value);
    if (pids.length === 0 || performance.now() > deadline + MAX_ENDING_MS2) return ended.size;
    const signal = performance.now() < deadline ? "SIGTERM" : "SIGKILL";
    for (const pid of pids) {
      if (signal === "SIGKILL" || !ended.has(pid)) quietlyKill(pid, signal);
      ended.add(pid);
    }
    await setTimeout(LOOK_MS);
  }
}
function quietlyKill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
  }
}

// mcp-server/src/runner/left-agents.ts
async function endLeftAgents(ctx, store, slug, isOneOfSeveral = false) {
  const { open, isGone } = await readGraph(ctx, store, async (view) => ({
    ...await engineRecord(await view.plan(slug)),
    ...await runnersNow(view.reader, ctx.repository, ctx.now())
  }));
  const runners = open.filter(({ engine }) => engine === RUNNER_ENGINE);
  let ended = 0;
  for (const { owner, isOneOfSeveral: takesPart = false } of runners) {
    const isHere = owner.host === ctx.owner.host;
    if (await isDead(owner)) {
      if (isHere) ended += await endProcessesWith(RUNNER_VARIABLE, markOfRunner(owner));
    } else if (!isOneOfSeveral && !takesPart && !await isGone(owner)) {
      const where = isHere ? `process ${owner.pid}` : `process ${owner.pid} of another machine`;
      throw new CallerError(
        "wrong_state",
        `parallel run executes ${slug} already (${where}).`,
        `Look at it with parallel status ${slug}, or interrupt it first. Several take part with parallel worker.`,
        "plan"
      );
    }
  }
  return ended;
}

// mcp-server/src/runner/new-plan-policy.ts
function policyFor(shares) {
  return shares.some(({ client }) => !client.hasHooks) ? { isolation: "worktree" } : {};
}

// mcp-server/src/runner/patience.ts
var AGAIN_MS = 1e3;
var Patience = class {
  /**
   * @param stop when nobody waits any more.
   * @param say is told once that the graph is out of reach, and once that it is there again.
   */
  constructor(stop, say) {
    this.stop = stop;
    this.say = say;
  }
  stop;
  say;
  #isOut = false;
  /** @throws what does not pass by itself, and anything after the stop. */
  async until(work) {
    for (; ; ) {
      try {
        const done = await work();
        if (this.#isOut) this.say("The task graph is in reach again.");
        this.#isOut = false;
        return done;
      } catch (error) {
        if (!passes(error) || this.stop.aborted) throw error;
        if (!this.#isOut) this.say(`${error.message} It is tried again.`);
        this.#isOut = true;
        await setTimeout(AGAIN_MS, void 0, { signal: this.stop }).catch(() => void 0);
      }
    }
  }
};
function passes(error) {
  return error instanceof StoreUnusable && (error.problem === "unreachable" || error.problem === "busy");
}

// import:report.mjs in runner.mjs
import { MARKS } from "./report.mjs";

// mcp-server/src/runner/plan-news.ts
var WAIT_MS = 1e4;
async function followPlan(ctx, store, slug, signal, tell) {
  const patience = new Patience(signal, () => void 0);
  const read = (work) => patience.until(() => readGraph(ctx, store, work));
  let told = (await read((view) => view.plan(slug))).stored.version;
  for (; ; ) {
    const isLast = signal.aborted;
    const { news, planId, version } = await read(async (view) => {
      const plan = await view.plan(slug);
      const events = await plan.reader.events(plan.id, { afterSeq: told });
      const subject = (task) => cleanText(plan.graph.tasks.get(task)?.subject ?? "", NAME_LIMIT);
      const startedMs = (attempt) => {
        const claim = plan.graph.claim(attempt);
        return claim && isAttempt(claim) ? claim.startedAtMs : void 0;
      };
      const lines = events.flatMap((event) => newsOf(event, { subject, startedMs }) ?? []);
      return { news: lines, planId: plan.id, version: plan.stored.version };
    });
    for (const one of news) tell(one);
    told = Math.max(told, version);
    if (isLast) return;
    await patience.until(() => store.changed(planId, told, WAIT_MS, signal));
  }
}
function newsOf({ change, atMs }, { subject, startedMs }) {
  switch (change.type) {
    case "attempt.started": {
      const again = change.number > 1 ? `, attempt ${change.number}` : "";
      const text = `${MARKS.in_progress} ${name(change.task)} ${subject(change.task)}${again}`;
      return { atMs, event: "started", task: change.task, text };
    }
    case "attempt.ended": {
      const { task, outcome, cause, attempt } = change;
      const began = startedMs(attempt);
      const took = began === void 0 ? "" : `, ${formatDuration(Math.max(0, atMs - began))}`;
      const mark = outcome === "completed" ? MARKS.completed : MARKS.failed;
      const why = outcome === "completed" ? "" : `, ${outcome}${cause === void 0 ? "" : `: ${line(cause)}`}`;
      return {
        atMs,
        event: "ended",
        task,
        outcome,
        text: `${mark} ${name(task)} ${subject(task)}${took}${why}`
      };
    }
    case "plan.throttled": {
      const { untilMs } = change.throttle;
      if (untilMs <= atMs) return void 0;
      const text = `‖ a rate or usage limit was reached: nothing starts until ${new Date(untilMs).toISOString()}`;
      return { atMs, event: "waits", untilMs, text };
    }
    case "plan.status": {
      const why = change.cause === void 0 ? "" : `: ${line(change.cause)}`;
      return { atMs, event: "plan", outcome: change.status, text: `the plan is ${change.status}${why}` };
    }
    case "gate.ended":
      return { atMs, event: "gate", outcome: change.verdict, text: `the gate is ${change.verdict}` };
    case "task.created":
      return change.definition.origin === "server" ? { atMs, event: "added", task: change.task, text: `+ ${name(change.task)} ${subject(change.task)}` } : void 0;
    default:
      return void 0;
  }
}
function name(task) {
  return cleanText(task, NAME_LIMIT);
}
function line(text) {
  return cleanText(text, LINE_LIMIT);
}

// import:policy.mjs in runner.mjs
import { CLOCK_LOOK_MS, mayJudge, pausedUntil } from "./policy.mjs";

// import:run/checkout-watch.mjs in runner.mjs
import { recordChangesOfEndedAttempts } from "./run/checkout-watch.mjs";

// import:run/delivery.mjs in runner.mjs
import { deliverWaiting, retryDeliveries } from "./run/delivery.mjs";

// import:run/review.mjs in runner.mjs
import { addReview } from "./run/review.mjs";

// mcp-server/src/runner/runner-children.ts
var RunnerChildren = class {
  #lives = /* @__PURE__ */ new Set();
  #agents = /* @__PURE__ */ new Map();
  get count() {
    return this.#lives.size;
  }
  /** Those whose clients run. */
  get agents() {
    return [...this.#agents.values()];
  }
  of(agentId) {
    return this.#agents.get(agentId);
  }
  /** @param life all that happens with one agent; it must not fail. */
  begin(life) {
    const ended = life().finally(() => this.#lives.delete(ended));
    this.#lives.add(ended);
  }
  /**
   * Remembers an agent while its client runs.
   * @param ended when that has ended.
   */
  async during(agent, ended) {
    this.#agents.set(agent.agentId, agent);
    try {
      return await ended;
    } finally {
      this.#agents.delete(agent.agentId);
    }
  }
  /** @returns when an agent is gone, or the time is over. */
  async untilOneIsGone(maxMs) {
    await Promise.race([...this.#lives, setTimeout(maxMs, void 0, { ref: false })]);
  }
  /** Ends all of them, those that are about to be started too. */
  async stopAll(why) {
    while (this.count > 0) {
      await Promise.all(this.agents.map((agent) => agent.stop(why)));
      await this.untilOneIsGone(200);
    }
  }
};

// import:run/briefs.mjs in runner.mjs
import { briefOf, readForBrief } from "./run/briefs.mjs";

// import:run/worktrees/setup.mjs in runner.mjs
import { PORT_VARIABLE } from "./run/worktrees/setup.mjs";

// import:run/worktrees.mjs in runner.mjs
import { worktreeOfClaim } from "./run/worktrees.mjs";

// mcp-server/src/runner/running-agent.ts
var MAX_MESSAGE = 2e5;
var RunningAgent = class {
  constructor(agentId, task, client, model, startedMs) {
    this.agentId = agentId;
    this.task = task;
    this.client = client;
    this.model = model;
    this.startedMs = startedMs;
    this.lastHeardMs = startedMs;
  }
  agentId;
  task;
  client;
  model;
  startedMs;
  /** Its model has answered. */
  hasWorked = false;
  /** What it said last. */
  message = "";
  usage;
  limit;
  /** Why it cannot go on, as the client says it. */
  failure;
  /** Why it was told to end by this runner; undefined: it was not. */
  stoppedFor;
  /** When something was last heard of it, in milliseconds since 1970. */
  lastHeardMs;
  process;
  /** It waits for a tool, which may take long and says nothing. */
  isInCall = false;
  #goesOn = false;
  hear(line2, nowMs) {
    this.lastHeardMs = nowMs;
    for (const event of this.client.read(line2)) this.#note(event);
  }
  async stop(why) {
    this.stoppedFor ??= why;
    await this.process?.stop();
  }
  #note(event) {
    this.isInCall = event.kind === "tool";
    if (event.kind === "usage") this.#count(event);
    if (event.kind === "limit") this.limit = event;
    if (event.kind === "failed") this.failure = event.text;
    if (event.kind === "started" || event.kind === "tool") {
      this.hasWorked = true;
      this.limit = void 0;
      this.failure = void 0;
    }
    if (event.kind === "message") {
      const before = this.#goesOn && event.goesOn ? this.message : "";
      this.message = `${before}${event.text}`.slice(-MAX_MESSAGE);
      this.#goesOn = event.goesOn === true;
    } else if (event.kind === "tool") this.#goesOn = false;
  }
  #count({ tokens, model = this.model ?? this.client.name }) {
    const before = this.usage ?? NO_USAGE;
    const ofModel = before.byModel?.[model] ?? NO_USAGE;
    this.usage = {
      ...addTokens(before, tokens),
      requests: (before.requests ?? 0) + 1,
      byModel: { ...before.byModel, [model]: addTokens(ofModel, tokens) }
    };
  }
};

// mcp-server/src/runner/start-agent.ts
async function startAgent(ctx, store, home, { token, task, client }) {
  const agentId = agentOfToken(token);
  const held = await takeUpOffer(ctx, store, token, agentId);
  if (!held) return void 0;
  const place = await placeOf(ctx, store, held);
  if (!place) return void 0;
  const { claim } = held;
  const model = modelFor(client, claim.chosenModel?.model, home.models);
  const agent = new RunningAgent(agentId, task.id, client, model, ctx.now());
  const brief = await briefFor(ctx, store, held, token, client, place.port);
  const stateFolder = await newStateFolder(home.env);
  const own = { ...variablesFor(ctx, token), [LABELS_VARIABLE]: ctx.labels.join(",") };
  const { program, args, env, stdin, files, settings } = client.start({
    agentId,
    agentType: claim.agentType,
    instructions: client.hasHooks ? "" : await ctx.roles.instructionsOf(claim.agentType),
    brief,
    folder: place.folder,
    ...model !== void 0 && { model },
    ...claim.chosenModel?.effort !== void 0 && { effort: claim.chosenModel.effort },
    stateFolder,
    server: {
      command: process.execPath,
      args: [join(home.pluginRoot, "mcp-server", "dist", "server.js")],
      env: { ...settingsIn(home.env), ...own }
    },
    plugins: pluginFolders(home.pluginRoot)
  });
  for (const [name2, text] of Object.entries(files))
    await writeFile(join(stateFolder, name2), text, { mode: 384 });
  const changed = settings ? await changedSettings(settings, home.env, stateFolder) : {};
  const started = new AgentProcess(
    {
      ...{ program, args, stdin, folder: place.folder },
      env: { ...agentEnvironment(home.env), ...place.env, ...own, ...env, ...changed }
    },
    (line2) => agent.hear(line2, ctx.now())
  );
  agent.process = started;
  const ended = started.ended.finally(() => rm(stateFolder, { recursive: true, force: true }));
  return { agent, ended };
}
async function newStateFolder(env) {
  const states = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  const folder = join(states, "parallel", "agents");
  await mkdir(folder, { recursive: true, mode: 448 });
  return mkdtemp(join(folder, "agent-"));
}
async function placeOf(ctx, store, { claim }) {
  if (claim.isolation !== "worktree") return { folder: ctx.directory, env: {} };
  try {
    const { path, port } = await worktreeOfClaim(ctx, store, claim.id);
    return port === void 0 ? { folder: path, env: {} } : { folder: path, port, env: { [PORT_VARIABLE]: String(port) } };
  } catch (error) {
    if (error instanceof CallerError) return void 0;
    throw error;
  }
}
async function briefFor(ctx, store, { plan: slug, claim }, token, { hasHooks, callsTools }, port) {
  const { loaded, task, logged } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const one = taskOf(plan, claim.task);
    return { loaded: plan, task: one, logged: await readForBrief(plan, { task: one, claim }) };
  });
  const asked = hasHooks ? { canReport: ctx.roles.canReport(claim.agentType) } : { canReport: callsTools, reader: { pulls: false, isClaudeCode: false } };
  return briefOf(ctx, { loaded, task, claim }, token, asked, logged, port === void 0 ? {} : { port });
}
function modelFor(client, chosen, models) {
  return (client.name === "claude" ? chosen : void 0) ?? models.get(client.name);
}
function settingsIn(env) {
  const own = Object.entries(agentEnvironment(env)).filter(([name2]) => name2.startsWith("PARALLEL_"));
  return Object.fromEntries(own.flatMap(([name2, value]) => value === void 0 ? [] : [[name2, value]]));
}
function pluginFolders(root) {
  return [root, join(root, "commands", "spec"), join(root, "commands", "debug")];
}

// mcp-server/src/runner/run-plan.ts
var ACTOR = "engine run";
var STEP_MS = 1e4;
var MAX_LEAVING_MS = 6e4;
var PlanRun = class {
  constructor(ctx, store, options, signals, tell, patience = new Patience(signals.stop, (text) => tell({ kind: "graph", text }))) {
    this.ctx = ctx;
    this.store = store;
    this.options = options;
    this.signals = signals;
    this.tell = tell;
    this.patience = patience;
  }
  ctx;
  store;
  options;
  signals;
  tell;
  patience;
  children = new RunnerChildren();
  #given = /* @__PURE__ */ new Set();
  #waiting = [];
  #wake = new AbortController();
  /** Why nothing more is started although the plan could go on. */
  #hindrance;
  #failure;
  async execute() {
    const wake = () => this.#wake.abort();
    const signals = [this.signals.drain, this.signals.stop];
    for (const signal of signals) signal.addEventListener("abort", wake);
    try {
      for (; ; ) {
        const end = await this.patience.until(() => this.#step());
        if (end) return end;
      }
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", wake);
      await this.children.stopAll("its runner has ended");
    }
  }
  /** @returns undefined: it goes on. */
  async #step() {
    const { ctx, options, children } = this;
    this.#wake = new AbortController();
    if (this.#failure !== void 0) throw this.#failure;
    if (this.signals.stop.aborted) await children.stopAll("its runner was stopped");
    this.#hindrance ??= options.slots.allBroken;
    await ctx.roles.refresh();
    if (!this.#startsNothing) await this.#startWaiting();
    const startsNothing = this.#startsNothing;
    if (startsNothing) await this.#handBackWaiting();
    if (startsNothing && children.count === 0) return this.#early();
    await this.#pauseForLimit();
    const nowMs = ctx.now();
    const free = options.slots.free(nowMs) - this.#waiting.length;
    const waitMs = Math.min(STEP_MS, options.slots.nextLimitEnd(nowMs) - nowMs);
    const found = await this.#collect(waitMs, startsNothing ? 0 : Math.max(0, free), this.#wake.signal);
    for (const { agentId } of found.stop) void children.of(agentId)?.stop("its attempt has ended");
    for (const { prompt } of found.launch) this.#take(prompt);
    await recordChangesOfEndedAttempts(ctx);
    await this.#endThoseThatStay();
    const isStuck = found.isStuck && free > 0;
    const mayBeOver = (found.done || isStuck) && this.#waiting.length === 0 && !startsNothing;
    if (!mayBeOver) return void 0;
    if (children.count > 0) return children.untilOneIsGone(STEP_MS).then(() => void 0);
    if (isStuck && options.isOneOfSeveral) return this.#rest(found);
    if (found.done && await addReview(ctx, ACTOR, options.slug)) return void 0;
    return this.#ended(found);
  }
  /** Until something has changed in the plan, whoever does it. */
  async #rest({ loaded: { stored } }) {
    await this.store.changed(stored.id, stored.version, STEP_MS, this.#wake.signal);
  }
  get #startsNothing() {
    return this.#isInterrupted || this.#hindrance !== void 0;
  }
  get #isInterrupted() {
    return this.signals.drain.aborted || this.signals.stop.aborted;
  }
  #take(prompt) {
    const token = findToken(prompt);
    if (token === void 0) return;
    const attempt = Number.parseInt(token, 10);
    this.#given.add(attempt);
    this.#waiting.push({ token, attempt });
  }
  #collect(waitMs, most, signal) {
    const isOurs = (agentId) => this.children.of(agentId)?.stoppedFor === void 0;
    return collectLaunches(
      this.ctx,
      ACTOR,
      {
        ...{ plan: this.options.slug, waitMs, most, sinceSeq: void 0, gatherMs: 0 },
        only: this.options.only,
        again: (attempt) => !this.#given.has(attempt),
        isNewStop: ({ agentId }) => this.children.of(agentId) !== void 0 && isOurs(agentId)
      },
      signal,
      () => void 0
    );
  }
  async #startWaiting() {
    for (const offered of [...this.#waiting]) {
      const found = await this.#wanted(offered);
      const client = found && this.options.slots.for(found.wanted, this.ctx.now());
      if (client === "later") continue;
      this.#waiting = this.#waiting.filter((other) => other !== offered);
      if (!found || client === void 0) continue;
      if (client === "never") this.#hindrance ??= whyNobody(found.task, found.wanted);
      else this.children.begin(() => this.#life(offered, found.task, client));
    }
  }
  /** Offers that nothing has begun of: elsewhere they would be waited for until their time is over. */
  async #handBackWaiting() {
    if (this.#waiting.length === 0) return;
    const { ctx, store, options } = this;
    const waiting = new Set(this.#waiting.map(({ attempt }) => attempt));
    await changePlan(ctx, store, ACTOR, options.slug, async (plan) => {
      for (const { claim } of plan.holding) {
        const { task, id: attempt, state } = claim;
        if (state === "offered" && waiting.has(attempt))
          plan.append({ type: "claim.returned", task, attempt, cause: "its runner starts nothing more" });
      }
    });
    this.#waiting = [];
  }
  /** What was offered, as long as it is. */
  #wanted({ attempt }) {
    return readGraph(this.ctx, this.store, async (view) => {
      const held = await view.reader.claimById(attempt);
      const plan = held?.claim.state === "offered" ? await view.planOf(held) : void 0;
      const task = held && plan?.graph.tasks.get(held.claim.task);
      if (!held || !task) return void 0;
      const { client: named } = task.extra;
      const client = typeof named === "string" ? named : this.options.clientOfRole.get(held.claim.role);
      const needsTools = mayJudge(task) || purposeOf(task)?.kind === "verify";
      return { task, wanted: { client, isolation: held.claim.isolation, needsTools } };
    });
  }
  /** All that happens with one agent. */
  async #life({ token }, task, client) {
    const { ctx, store, options, children, patience } = this;
    options.slots.take(client);
    try {
      const started = await patience.until(() => startAgent(ctx, store, options, { token, task, client }));
      if (!started) return;
      const { agent } = started;
      const pid = agent.process?.pid;
      this.tell({ kind: "agent", task: task.id, client: client.name, ...pid !== void 0 && { pid } });
      const ended = await children.during(agent, started.ended);
      const { limit, falseStart } = await patience.until(
        () => afterAgent(ctx, store, agent, token, ended, options.slots)
      );
      if (agent.hasWorked) options.slots.worked(client);
      if (falseStart !== void 0 && options.slots.falseStart(client, falseStart))
        this.tell({ kind: "given-up", client: client.name, why: falseStart });
      if (limit) {
        const untilMs = limit.untilMs ?? ctx.now() + LIMIT_PAUSE_MS;
        options.slots.limited(client, untilMs);
        this.tell({ kind: "limit", client: client.name, untilMs, text: limit.text });
      }
    } catch (error) {
      await patience.until(() => afterNoAgent(ctx, store, ACTOR, token, error)).catch((failure) => {
        this.#failure ??= failure;
      });
    } finally {
      options.slots.giveBack(client);
      this.#wake.abort();
    }
  }
  /** While all clients are at a limit whose end is known, the plan waits, and says so to everybody. */
  async #pauseForLimit() {
    const { ctx, store, options } = this;
    const untilMs = options.slots.limitEnds(ctx.now());
    if (untilMs === void 0) return;
    await changePlan(ctx, store, ACTOR, options.slug, async (plan) => {
      const { throttle } = plan.stored;
      const paused = pausedUntil(throttle, plan.cap, untilMs, plan.nowMs);
      if (paused.untilMs !== throttle?.untilMs) plan.append({ type: "plan.throttled", throttle: paused });
    });
  }
  /** A client may wait for what its agent left running; what the agent had to do is done. */
  async #endThoseThatStay() {
    for (const agent of this.children.agents) {
      if (this.ctx.now() - agent.lastHeardMs < MAX_LEAVING_MS) continue;
      const held = await this.store.read((reader) => reader.claimOfAgent(agent.agentId));
      const isAtWork = held?.claim.state === "running" || held?.claim.state === "offered";
      if (!isAtWork) void agent.stop("its task has ended");
    }
  }
  /** The plan could go on, and this run does not. */
  async #early() {
    await deliverWaiting(this.ctx, this.store, this.options.slug);
    const found = await this.#collect(0, 0, AbortSignal.abort());
    if (found.done) return this.#ended(found);
    if (!this.#isInterrupted) return this.#ended(found, this.#hindrance);
    return { ...await this.#ended(found, "it was interrupted"), how: "interrupted", exitCode: 130 };
  }
  async #ended(found, hindrance) {
    const { ctx, store, options } = this;
    const { slug, run } = options;
    const isStopped = this.#isInterrupted || isStoppedByUser(found.loaded);
    await endEngineRun(ctx, store, slug, run, isStopped && !found.done ? "stopped" : "done");
    if (options.isOneOfSeveral) return { how: found.done ? "done" : "stuck", text: "", exitCode: 0 };
    const { text, exitCode } = await endOfPlan(ctx, ACTOR, found, `parallel run ${slug}`, hindrance);
    return { how: found.done ? "done" : "stuck", text, exitCode };
  }
};
function whyNobody({ id }, { isolation, needsTools }) {
  if (isolation === "shared")
    return `${id} works in the checkout, and there is no client for it: without this plugin's hooks a client writes in a worktree of its own only`;
  return needsTools ? `${id} reports with this server's tools, and no client has them` : `there is no client for ${id}`;
}

// import:run/background.mjs in runner.mjs
import { tellUsers } from "./run/background.mjs";

// import:run/guard.mjs in runner.mjs
import { readAgentCall } from "./run/guard.mjs";

// mcp-server/src/runner/runner-clock.ts
function keepTime(ctx, store, agents, presence) {
  const renewed = /* @__PURE__ */ new Map();
  let isBehind = false;
  let isBusy = false;
  const tick = async () => {
    ctx.clock.beginLooking();
    if (ctx.clock.look()) isBehind = true;
    if (isBehind) await moveLeases(ctx);
    isBehind = false;
    for (const agent of agents()) {
      const { agentId, lastHeardMs, isInCall, client } = agent;
      if (client.hasHooks || !(isInCall || lastHeardMs > (renewed.get(agentId) ?? 0))) continue;
      renewed.set(agentId, ctx.now());
      await (await readAgentCall(ctx, store, agentId))?.renewLease();
    }
    await presence.renew();
    await retryDeliveries(ctx);
    await tellUsers(ctx);
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void tick().catch(() => void 0).finally(() => {
      isBusy = false;
    });
  }, CLOCK_LOOK_MS);
  return () => clearInterval(timer);
}

// mcp-server/src/runner/worker.ts
var LOOK_MS2 = 3e3;
var Worker = class {
  constructor(ctx, store, options, signals, tell) {
    this.ctx = ctx;
    this.store = store;
    this.options = options;
    this.signals = signals;
    this.tell = tell;
    this.#patience = new Patience(signals.stop, (text) => tell(void 0, { kind: "graph", text }));
  }
  ctx;
  store;
  options;
  signals;
  tell;
  /** By plan; undefined while it is prepared, which takes as long as a database does. */
  #runs = /* @__PURE__ */ new Map();
  #ends = /* @__PURE__ */ new Set();
  #patience;
  #failure;
  get agents() {
    return [...this.#runs.values()].flatMap((run) => run?.children.agents ?? []);
  }
  /** @returns when it was interrupted and its agents have ended, or nothing is left to do. */
  async work() {
    const { drain, stop } = this.signals;
    while (!drain.aborted && !stop.aborted && this.#failure === void 0) {
      const plans = await this.#patience.until(() => this.#plans());
      for (const slug of plans) if (!this.#runs.has(slug)) this.#begin(slug);
      if (plans.length === 0 && this.#runs.size === 0 && this.options.untilDone) break;
      await setTimeout(LOOK_MS2, void 0, { signal: drain }).catch(() => void 0);
    }
    await Promise.all(this.#ends);
    if (this.#failure !== void 0) throw this.#failure;
  }
  /** Those that something is left to do of. */
  #plans() {
    return readGraph(
      this.ctx,
      this.store,
      async (view) => (await view.plans()).filter((plan) => plan.stored.status === "open" && !isDone(plan)).map(({ stored }) => stored.slug).filter((slug) => isForPlan(this.options, slug))
    );
  }
  #begin(slug) {
    const { ctx, store, options } = this;
    const tell = (news) => this.tell(slug, news);
    const prepared = async () => {
      await endLeftAgents(ctx, store, slug, true);
      const run2 = await startEngineRun(ctx, store, ACTOR, slug, RUNNER_ENGINE, true);
      const settings = {
        ...options,
        slug,
        run: run2,
        isOneOfSeveral: true,
        // Without a choice of roles they are taken in the order of the schedule.
        ...options.roles.length > 0 && { only: ({ role }) => isForRole(options, role) }
      };
      return new PlanRun(ctx, store, settings, this.signals, tell, this.#patience);
    };
    const run = async () => {
      const execution = await this.#patience.until(prepared);
      this.#runs.set(slug, execution);
      await execution.execute();
    };
    this.#runs.set(slug, void 0);
    const end = run().catch((error) => {
      this.#failure ??= error;
    }).finally(() => {
      this.#runs.delete(slug);
      this.#ends.delete(end);
    });
    this.#ends.add(end);
  }
};
export {
  ACTOR,
  AgentProcess,
  ClientSlots,
  LIMIT_PAUSE_MS,
  Patience,
  PlanRun,
  RunnerChildren,
  RunningAgent,
  Worker,
  afterAgent,
  afterNoAgent,
  agentEnvironment,
  changedSettings,
  clientsFrom,
  endLeftAgents,
  endProcessesWith,
  followPlan,
  keepTime,
  pairsFrom,
  passes,
  policyFor,
  startAgent
};
