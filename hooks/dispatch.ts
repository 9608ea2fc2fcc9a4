// Launches the agents of a plan by code, so that the conversation pays nothing for them. It decides nothing: the server
// says what to launch and to stop and when it is over, and everything that it says is in its graph. The host may load
// this module anew at any moment, with an empty memory; it then asks the server and goes on.

const SERVER = "plugin:parallel:tasks";
/** A step waits so long in the server: short enough that a module that is gone is noticed soon. */
const STEP_SECONDS = 10;
/** Longer than a step mostly takes; the server may run commands in one. */
const LONG_MS = 13_000;
/** A server that is being started does not answer; a hook may sleep for ten seconds in all. */
const RETRY_MS = 500;
const MAX_RETRIES = 14;

/** After the user was told that the server has ended, it is looked for this often. */
const AWAY_MS = 2_000;

/** So often it is said that this module is there, while the user reads a question: less than the server believes it for. */
const STAY_MS = 5_000;

/** What is used here of the host's interface, which declares itself for each of its builds. */
interface Host {
  readonly mcp: {
    call(
      server: string,
      tool: string,
      request: object,
    ): Promise<{ content: { text?: string }[]; isError: boolean }>;
  };
  readonly agent: {
    call(call: { tool: string; input: object }): Promise<{ result?: { agentId?: string } }>;
    list(): Promise<{ id: string; spawnedBy?: string }[]>;
  };
  readonly env: { get(name: string): Promise<string | undefined> };
  readonly clock: {
    sleep(ms: number): Promise<void>;
    after(ms: number, then: () => unknown): { cancel(): void };
  };
  readonly command: { register(command: object): Promise<unknown> };
  readonly plugin: { readonly name: string };
  readonly prompt: { submit(prompt: { text: string }): Promise<unknown> };
}

/** What the host tells of an event; each has some of these. */
interface HostEvent {
  readonly isInteractive: boolean;
  readonly args: string;
  readonly action?: string;
  readonly agentId: string;
  readonly status: string;
  readonly text: string;
}

type Hook = ($: Host, event: HostEvent, next: (event: HostEvent) => Promise<object>) => Promise<object>;

interface On {
  (event: string, hook: Hook): void;
  (event: string, only: object, hook: Hook): void;
}

/** One answer of the server; which of these it has follows from the request. */
interface Answer {
  readonly again?: true;
  readonly key: string;
  readonly plans: readonly { readonly plan: string; readonly run: number }[];
  readonly plan: string;
  readonly run: number;
  readonly says: string;
  readonly launch: readonly { readonly task: string; readonly prompt: string }[];
  readonly stop: readonly string[];
  readonly over?: Over;
}

interface Over {
  readonly text: string;
  readonly wake?: string;
  readonly exitCode: number;
  readonly keepsReports: boolean;
}

/** What the server gave this module at its last hello. */
let key = "";
/** Plans whose steps are made here, with the numbers of their runs. */
const running = new Map<string, number>();
/** Prompts of launches that came to nothing, by plan, until the server is told. */
const refused = new Map<string, string[]>();
/** Agents that were launched here, with their plans. */
const launched = new Map<string, string>();
/** Plans for which somebody else launches again: the conversation is to hear of their agents' ends. */
const handedBack = new Set<string>();

/** @throws an error with what the server says is wrong. */
async function ask($: Host, request: object): Promise<Answer> {
  const { content, isError } = await $.mcp.call(SERVER, "batch_collect", request);
  const text = content.map((block) => block.text ?? "").join("");
  if (isError) throw new Error(text);
  return JSON.parse(text);
}

/** The call's answer; undefined when it takes longer. */
async function within<T>($: Host, ms: number, call: Promise<T>): Promise<T | undefined> {
  let pass = (_?: undefined) => {};
  const late = new Promise<undefined>((resolve) => {
    pass = resolve;
  });
  const timer = $.clock.after(ms, pass);
  return Promise.race([call, late]).finally(() => timer.cancel());
}

/** A call to a server that ends is never answered: while one takes long, it is looked whether that server is there. */
async function askWatched($: Host, request: object): Promise<Answer> {
  const call = askAs($, request);
  for (;;) {
    const answer = await within($, LONG_MS, call);
    if (answer) return answer;
    const before = key;
    await hello($);
    if (key !== before) throw new Error("The server has ended.");
  }
}

/** As `ask`, with the key; a server that does not know it was started since the last hello. */
async function askAs($: Host, request: object): Promise<Answer> {
  const answer = await ask($, { ...request, key });
  if (!answer.again) return answer;
  await hello($);
  return ask($, { ...request, key });
}

let greeting: Promise<true | undefined> | undefined;

/**
 * Says hello, and begins what the server says this module runs. One at a time: each may change the key.
 * In `claude plugin eval` a model stands in the server's place, and hears nothing that the evaluation does not show.
 * @throws an error when the server does not answer.
 */
async function hello($: Host): Promise<void> {
  if ((await $.env.get("CLAUDE_CODE_EVAL_CONFINED")) !== undefined) return;
  greeting ??= within($, LONG_MS, greet($)).finally(() => {
    greeting = undefined;
  });
  if (!(await greeting)) throw new Error("The plugin's server does not answer.");
}

/** Nobody waits for this hello. A busy machine may answer the first one too late, and a run would wait for the next event. */
async function helloSoon($: Host, tries = 1): Promise<void> {
  try {
    await hello($);
  } catch {
    // Soon at first: agents may have ended while the host's worker was away.
    if (tries < MAX_RETRIES) $.clock.after(tries * RETRY_MS, () => helloSoon($, tries + 1));
  }
}

/** A server that has just been started is not connected yet. */
async function greet($: Host): Promise<true> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await ask($, { engine: "hello", key });
      key = answer.key;
      for (const { plan, run } of answer.plans)
        if (isNew(plan, run)) $.clock.after(1, () => follow($, plan, run));
      return true;
    } catch (error) {
      if (tries === MAX_RETRIES || !/no connected MCP/.test(String(error))) throw error;
      await $.clock.sleep(RETRY_MS);
    }
  }
}

/** Whether the run is not followed yet; from now on it is. */
function isNew(plan: string, run: number): boolean {
  if (running.get(plan) === run) return false;
  running.set(plan, run);
  handedBack.delete(plan);
  return true;
}

/** Makes the steps of a run to its end, however long the server is away, and wakes the conversation with what that says. */
async function follow($: Host, plan: string, run: number, isTold = false): Promise<void> {
  const over = await steps($, plan, run);
  if (over === undefined) $.clock.after(AWAY_MS, () => follow($, plan, run, true));
  const wake = over ? over.wake : isTold ? undefined : serverEnded(plan);
  if (wake !== undefined) await $.prompt.submit({ text: wake });
}

/** The host starts a server that has ended again for its hooks, and for this module only when the user says so. */
function serverEnded(plan: string): string {
  return `The server of the plugin parallel ended while the plan ${plan} ran beside this conversation. Tell the user that it goes on by itself after: /mcp reconnect plugin:parallel:tasks`;
}

/** @returns undefined when the server does not answer. */
async function steps($: Host, plan: string, begun: number): Promise<Over | undefined> {
  let run = begun;
  for (let failures = 0; failures < MAX_RETRIES; ) {
    try {
      const lost = refused.get(plan)?.splice(0) ?? [];
      const step = await askWatched($, {
        engine: "step",
        plan,
        run,
        waitSeconds: STEP_SECONDS,
        refused: lost,
      });
      for (const agentId of step.stop) void stop($, agentId);
      for (const item of step.launch) void launch($, plan, item);
      failures = 0;
      if (step.over) return await ended($, plan, run, step.over);
      // The server took this module for dead meanwhile, and began anew.
      if (step.run !== run && running.get(plan) === run) running.set(plan, step.run);
      run = step.run;
    } catch {
      failures += 1;
      await $.clock.sleep(RETRY_MS);
    }
  }
  return undefined;
}

async function ended($: Host, plan: string, run: number, over: Over): Promise<Over> {
  // Else it goes on here in another run.
  if (running.get(plan) === run) {
    running.delete(plan);
    if (!over.keepsReports) handedBack.add(plan);
  }
  // A worker that ends before has not heard it, and is told again.
  await askAs($, { engine: "heard", plan, run }).catch(() => undefined);
  return over;
}

async function launch($: Host, plan: string, item: Answer["launch"][number]): Promise<void> {
  const { task: _, ...input } = item;
  try {
    const { result } = await $.agent.call({ tool: "Agent", input: { ...input, run_in_background: true } });
    if (result?.agentId !== undefined) {
      launched.set(result.agentId, plan);
      return;
    }
  } catch {
    // As one that was denied: the server hands it out again.
  }
  refused.set(plan, [...(refused.get(plan) ?? []), input.prompt]);
}

async function stop($: Host, agentId: string): Promise<void> {
  await $.agent.call({ tool: "TaskStop", input: { task_id: agentId } }).catch(() => undefined);
}

/** Whether an agent was launched here, also before this module lost its memory. */
async function isOwn($: Host, agentId: string): Promise<boolean> {
  if (launched.has(agentId)) return true;
  const agents = await $.agent.list();
  return agents.some((agent) => agent.id === agentId && agent.spawnedBy === $.plugin.name);
}

/** What the command does: it runs a plan to its end, or stops it. */
async function command($: Host, words: readonly string[], isInteractive: boolean): Promise<object> {
  if (words.length === 0) return { text: "Which plan? /parallel-run NAME", exitCode: 2 };
  await hello($);
  if (words[0] === "stop" && words.length > 1) {
    const stopped = await askAs($, { engine: "stop", plan: words.slice(1).join(" ") });
    return { text: stopped.says, isTextDisplayOnly: true };
  }
  const begun = await askAs($, { engine: "run", plan: words.join(" "), wakes: isInteractive });
  const { plan, run } = begun;
  const isToFollow = isNew(plan, run);
  if (isInteractive) {
    if (isToFollow) $.clock.after(1, () => follow($, plan, run));
    return { text: begun.says, isTextDisplayOnly: true };
  }
  const over = await steps($, plan, run);
  if (over) return { text: over.text, exitCode: over.exitCode };
  return { text: `The plugin's server does not answer. /parallel:run ${plan} goes on with it.`, exitCode: 1 };
}

export const register = (on: On): void => {
  let isInteractive = false;
  let isPlanAnalysed = false;

  on("session.start", async ($, event, next) => {
    const started = await next(event);
    isInteractive = event.isInteractive;
    await $.command.register({
      name: "parallel-run",
      description: "Runs a plan beside the conversation, which pays nothing for its agents",
      argumentHint: "[stop] <plan or specification>",
      immediate: true,
    });
    $.clock.after(1, () => helloSoon($));
    return started;
  });

  on("command.run", { command: "parallel-run" }, async ($, event) => {
    try {
      return await command($, event.args.split(/\s+/).filter(Boolean), isInteractive);
    } catch (error) {
      return { text: error instanceof Error ? error.message : String(error), exitCode: 2 };
    }
  });

  // The server is to know whether this module is there before it says which engine is the best.
  on("tool.call", { tool: "mcp__plugin_parallel_tasks__plan_analyze" }, async ($, event, next) => {
    isPlanAnalysed = true;
    await hello($).catch(() => undefined);
    return next(event);
  });

  // The conversation hands a plan over, and the server says so at the next hello.
  on("tool.call", { tool: "mcp__plugin_parallel_tasks__plan_update" }, async ($, event, next) => {
    if (event.action !== "run") return next(event);
    await hello($).catch(() => undefined);
    const answered = await next(event);
    await hello($).catch(() => undefined);
    return answered;
  });

  // With the user's answer a plan may begin, which is known when the hooks of the call have ended.
  on("tool.call", { tool: "AskUserQuestion" }, async ($, event, next) => {
    if (!isPlanAnalysed) return next(event);
    // The user may read for long, and the server is to know then that this module is there.
    let isOpen = true;
    const stay = () => {
      if (!isOpen) return;
      void hello($).catch(() => undefined);
      $.clock.after(STAY_MS, stay);
    };
    stay();
    const answered = await next(event).finally(() => {
      isOpen = false;
    });
    for (const ms of [200, 2_000]) $.clock.after(ms, () => hello($).catch(() => undefined));
    return answered;
  });

  on("agent.report", async ($, event, next) => {
    const { agentId, status, text } = event;
    // What is run here is known again only with the first answer.
    if (key === "") await hello($).catch(() => undefined);
    if (!(await isOwn($, agentId))) return next(event);
    // No hook tells of an agent that was stopped.
    if (status !== "completed") await askAs($, { engine: "ended", agentId, text }).catch(() => undefined);
    const plan = launched.get(agentId);
    const isHeard = plan === undefined ? running.size === 0 : handedBack.has(plan);
    return isHeard ? next(event) : { consumed: "the graph of the plan has it" };
  });
};
