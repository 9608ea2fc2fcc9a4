// import:text.mjs in cli.mjs
import { LINE_LIMIT, NAME_LIMIT, cleanText, formatDuration, visibleJson } from "./text.mjs";

// mcp-server/src/cli/machines.ts
function machinesText(machines, nowMs) {
  if (!machines.some(({ kind }) => kind !== "session")) return "";
  const names = machines.map(({ machine, pid }) => `${machine} (${pid})`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = machines.map((one, i) => `  ${(names[i] ?? "").padEnd(width)}  ${standing(one, nowMs)}
`);
  return `Machines:
${lines.join("")}`;
}
function standing({ state, lastSeenMs, clients, labels, roles, runs, kind }, nowMs) {
  const slots = clients.reduce((sum, client) => sum + client.slots, 0);
  const at = runs.length === 0 ? "" : `: ${runs.join(", ")}`;
  if (state === "gone") {
    const silence = formatDuration(nowMs - (lastSeenMs ?? nowMs));
    const holds = runs.length === 0 ? "" : `; ${runs.join(", ")} until its lease ends`;
    return `gone, not heard of for ${silence}${holds}`;
  }
  const words = [
    kind === "session" ? `${runs.length} running${at}` : `${runs.length} of ${slots} slots${at}`,
    ...clients.length === 0 ? [] : [clients.map((client) => `${client.name}=${client.slots}`).join(", ")],
    ...labels.length === 0 ? [] : [labels.join(", ")],
    ...roles.length === 0 ? [] : [`only ${roles.join(", ")}`],
    ...state === "draining" ? ["draining"] : []
  ];
  return words.join(" · ");
}

// import:errors.mjs in cli.mjs
import { CallerError } from "./errors.mjs";

// import:run/edits.mjs in cli.mjs
import { listTasks } from "./run/edits.mjs";

// mcp-server/src/cli/only-plan.ts
async function onlyPlan(ctx) {
  const { plans } = await listTasks(ctx, { limit: 0 });
  const [first, ...others] = plans.map(({ plan }) => plan);
  if (first === void 0) {
    throw new CallerError(
      "unknown_plan",
      "There is no plan in this repository yet.",
      "Make one in Claude Code: /parallel:run, or /spec:execute for a specification.",
      "plan"
    );
  }
  if (others.length > 0) {
    throw new CallerError(
      "bad_input",
      `There are ${plans.length} plans, newest first: ${[first, ...others].join(", ")}.`,
      "Name the one that you mean.",
      "plan"
    );
  }
  return first;
}

// import:lib/picocolors.mjs in cli.mjs
import { createColors } from "./lib/picocolors.mjs";

// import:report.mjs in cli.mjs
import { renderAnalysis } from "./report.mjs";

// import:run/planning.mjs in cli.mjs
import { analyzePlan, tasksLeft } from "./run/planning.mjs";

// import:cli/display.mjs in cli.mjs
import { KeyActions, canRedraw, displayFor, hasColours, markdownInTerminal, terminalWidth, watchPlan, watchPlans } from "./cli/display.mjs";

// mcp-server/src/cli/run/analysis-page.ts
function showAnalysis(page) {
  const { isColorSupported } = createColors(hasColours(process.stdout, process.env));
  const width = terminalWidth(process.stdout);
  process.stdout.write(`${renderAnalysis(page, { width, colour: isColorSupported })}
`);
}
async function pageOfPlan(ctx, slug, max) {
  const { loaded, analysis } = await analyzePlan(ctx, slug, max);
  return { slug, title: loaded.stored.title, tasks: tasksLeft(loaded), analysis, warnings: [] };
}

// import:lib/commander.mjs in cli.mjs
import { InvalidArgumentError } from "./lib/commander.mjs";

// import:run/project.mjs in cli.mjs
import { WORKER_VARIABLE, createContext, effectivePolicy } from "./run/project.mjs";

// mcp-server/src/cli/run/commands.ts
function runnerContext(pluginRoot, labels, own = {}) {
  const { CLAUDE_CODE_SESSION_ID: _, ...rest } = process.env;
  const env = { ...rest, [WORKER_VARIABLE]: void 0, ...own };
  return createContext({ env, parentPid: process.pid, labels, pluginRoot, now: Date.now });
}
function addRunCommands(program, pluginRoot) {
  withAgents(program.command("run <plan>")).description(
    "executes a plan without a conversation: a plan by its name, or a breakdown by its file or folder, which is imported first"
  ).option("--max <n>", "agents at once, of a plan that is new", agents).option("--yes", "without asking").action(async (what, options) => {
    const { runCommand } = await import("./cli/run/run.mjs");
    const run = await runnerContext(pluginRoot, options.label);
    const place = { env: process.env, pluginRoot };
    process.exitCode = await runCommand(run, what, options, place).finally(run.close);
  });
  withAgents(program.command("worker [plans...]")).description(
    "takes part in the execution of this repository's plans, or of those that are named (by its file or folder a breakdown is imported where there is no such plan yet), beside other workers: as many agents as --agents says, until it is interrupted"
  ).option("--only <role>", "does tasks of this role alone; may be given several times", listed, []).option("--until-done", "until nothing is left to do").action(async (plans, options) => {
    const { workerCommand } = await import("./cli/run/worker.mjs");
    const run = await runnerContext(pluginRoot, options.label, { [WORKER_VARIABLE]: "1" });
    const place = { env: process.env, pluginRoot };
    process.exitCode = await workerCommand(run, plans, options, place).finally(run.close);
  });
}
function withAgents(command) {
  const agentsText = "clients, and how many agents of each at once, the preferred ones first";
  return command.option("--agents <list>", agentsText, "claude").option("--command <words>", 'how the client "command" is started: "my-agent --file {briefFile}"').option("--role <role=client>", "the client for a role's tasks", listed, []).option(
    "--model <client=model>",
    "the model of a client's agents, where their task names none",
    listed,
    []
  ).option("--label <label>", "what is here that tasks may ask for: gpu, os=windows", listed, []).option("--drain-seconds <n>", "how long agents have to finish after SIGTERM", seconds, 60).option("--json", "what happens as lines of JSON");
}
function agents(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 20)
    throw new InvalidArgumentError("It is a whole number from 1 to 20.");
  return value;
}
function seconds(text) {
  const value = Number(text);
  if (!(value >= 0 && value <= 86400)) throw new InvalidArgumentError("It is a number from 0 to 86400.");
  return value;
}
function listed(text, before) {
  return [...before, text];
}

// mcp-server/src/cli/run/interruptions.ts
var INTERRUPTED = 130;
var Interruptions = class {
  constructor(drainMs, say) {
    this.drainMs = drainMs;
    this.say = say;
    process.on("SIGTERM", this.#terminate).on("SIGHUP", this.#terminate);
  }
  drainMs;
  say;
  #drain = new AbortController();
  #stop = new AbortController();
  #timer;
  /** From now on Ctrl-C interrupts; where keys are read a display tells of it as well. */
  listen() {
    process.on("SIGINT", this.interrupt);
  }
  get drain() {
    return this.#drain.signal;
  }
  get stop() {
    return this.#stop.signal;
  }
  /** What somebody who watches is to know of it as long as it lasts. */
  get words() {
    if (this.stop.aborted) return "what runs is being stopped; Ctrl-C does not wait for that";
    return this.drain.aborted ? "nothing more is started; Ctrl-C stops what runs" : void 0;
  }
  forget() {
    clearTimeout(this.#timer);
    process.off("SIGINT", this.interrupt).off("SIGTERM", this.#terminate).off("SIGHUP", this.#terminate);
  }
  interrupt = () => {
    if (this.stop.aborted) process.exit(INTERRUPTED);
    const isSecond = this.drain.aborted;
    this.say(
      isSecond ? "Stopping what runs." : "Nothing more is started; what runs finishes. Ctrl-C again stops it."
    );
    if (isSecond) this.#stop.abort();
    else this.#drain.abort();
  };
  #terminate = () => {
    this.say(`Nothing more is started; what runs has ${this.drainMs / 1e3} s to finish.`);
    this.#drain.abort();
    this.#timer ??= setTimeout(() => this.#stop.abort(), this.drainMs);
  };
};

// import:run/plan.mjs in cli.mjs
import { existingGraph } from "./run/plan.mjs";

// import:runner.mjs in cli.mjs
import { Patience, clientsFrom, followPlan, keepTime, pairsFrom, passes } from "./runner.mjs";

// mcp-server/src/cli/run/run-output.ts
function runOutput(ctx, pluginRoot, isJson, signals, clients) {
  return isJson ? new JsonOutput(ctx) : new DisplayOutput(ctx, pluginRoot, signals, clients);
}
var DisplayOutput = class {
  constructor(ctx, pluginRoot, signals, clients) {
    this.ctx = ctx;
    this.clients = clients;
    const { interrupt } = signals;
    this.#actions = new KeyActions(ctx, pluginRoot, {
      ...{ leave: interrupt, interrupt },
      ending: () => signals.words
    });
  }
  ctx;
  clients;
  #isWatched = canRedraw(process.stdout, process.env);
  #actions;
  #display;
  say(text) {
    if (this.#display) this.#display.say(text);
    else process.stdout.write(`${cleanText(text, LINE_LIMIT)}
`);
  }
  async follow(slug, signal) {
    const { stdout: output, stdin: input, env } = process;
    const display = displayFor({ output, input, env }, false, this.#actions);
    this.#display = display;
    const show = (snapshot, update) => display.show(snapshot, update);
    const patience = new Patience(signal, () => void 0);
    const look = (work) => patience.until(work);
    await untilOver(
      signal,
      slug === void 0 ? watchPlans(this.ctx, show, signal, look) : watchPlan(this.ctx, slug, show, signal, look)
    );
  }
  runner(slug, news) {
    if (news.kind === "agent" && this.#isWatched && this.clients === 1) return;
    this.say(runnerText(slug, news));
  }
  async end(_, { text }) {
    await this.close();
    const { stdout, env } = process;
    const shown = stdout.isTTY ? markdownInTerminal(text, terminalWidth(stdout), hasColours(stdout, env)) : text;
    stdout.write(`
${shown}
`);
  }
  async close() {
    this.#display?.close();
    this.#display = void 0;
    await this.#actions.close();
  }
};
var JsonOutput = class {
  constructor(ctx) {
    this.ctx = ctx;
  }
  ctx;
  say(text) {
    write({ event: "note", atMs: Date.now(), text });
  }
  async follow(slug, signal) {
    if (slug === void 0) return;
    const store = await existingGraph(this.ctx, slug);
    const following = followPlan(this.ctx, store, slug, signal, (news) => write({ plan: slug, ...news }));
    await untilOver(signal, following);
  }
  runner(plan, { kind: event, ...news }) {
    write({ ...plan !== void 0 && { plan }, event, atMs: Date.now(), ...news });
  }
  async end(plan, { how, exitCode, text }) {
    write({ event: "end", atMs: Date.now(), plan, how, exitCode, text });
  }
  async close() {
  }
};
async function untilOver(signal, following) {
  await following.catch((error) => {
    if (!signal.aborted || !passes(error)) throw error;
  });
}
function write(value) {
  process.stdout.write(`${visibleJson(value)}
`);
}
function runnerText(slug, news) {
  const clean = (text) => cleanText(text, LINE_LIMIT);
  switch (news.kind) {
    case "agent": {
      const task = `${cleanText(slug ?? "", NAME_LIMIT)}/${cleanText(news.task, NAME_LIMIT)}`;
      return `${task} is given to ${news.client}${news.pid === void 0 ? "" : ` (process ${news.pid})`}`;
    }
    case "limit":
      return `${news.client}: ${clean(news.text)}; no more of it until ${new Date(news.untilMs).toISOString()}`;
    case "given-up":
      return `${news.client} is not asked any more: ${clean(news.why)}`;
    case "graph":
      return clean(news.text);
  }
}

// import:host.mjs in cli.mjs
import { untilFirstOf } from "./host.mjs";

// import:run/background.mjs in cli.mjs
import { backgroundWorkEnded } from "./run/background.mjs";

// import:run/runners.mjs in cli.mjs
import { Presence } from "./run/runners.mjs";

// mcp-server/src/cli/run/with-agents.ts
var MAX_START_MS = 6e4;
function prepareAgents(ctx, options, { env, pluginRoot }) {
  const { maxParallel } = effectivePolicy(ctx.settings, {});
  const { shares, missing } = clientsFrom(options.agents, options.command, maxParallel, env);
  const signals = new Interruptions(options.drainSeconds * 1e3, (text) => output.say(text));
  const output = runOutput(ctx, pluginRoot, options.json === true, signals, shares.length);
  const models = pairsFrom("model", options.model);
  const clientOfRole = pairsFrom("role", options.role);
  const begin = async (work) => {
    const { signal, forget } = untilFirstOf(signals.drain, signals.stop, AbortSignal.timeout(MAX_START_MS));
    return new Patience(signal, (text) => output.say(text)).until(work).finally(forget);
  };
  const given = { models, clientOfRole, env, pluginRoot };
  return { signals, output, maxParallel, shares, missing, given, begin };
}
function tellMissing(output, missing) {
  for (const name of missing)
    output.say(`${name} is not on the search path: the other clients do its tasks.`);
}
async function whileShown(ctx, store, { output, signals, slug, agents: agents2, facts, work, ended }) {
  const presence = new Presence(ctx, store, () => ({ ...facts, draining: signals.drain.aborted }));
  const stopKeepingTime = keepTime(ctx, store, agents2, presence);
  const over = new AbortController();
  const followed = output.follow(slug, over.signal);
  followed.catch(() => void 0);
  try {
    await presence.renew();
    const done = await work();
    over.abort();
    await followed;
    await ended?.(done);
    return done;
  } finally {
    over.abort();
    stopKeepingTime();
    await presence.end();
    signals.forget();
    await output.close();
    await backgroundWorkEnded(ctx);
  }
}
export {
  INTERRUPTED,
  Interruptions,
  addRunCommands,
  machinesText,
  onlyPlan,
  pageOfPlan,
  prepareAgents,
  runOutput,
  showAnalysis,
  tellMissing,
  whileShown
};
