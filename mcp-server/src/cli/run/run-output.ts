import { existingGraph } from "../../run/plan/load-plan.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import { Patience, passes } from "../../runner/patience.ts";
import { followPlan } from "../../runner/plan-news.ts";
import type { PlanRunEnd, RunnerNews } from "../../runner/run-plan.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import { visibleJson } from "../../text/visible-json.ts";
import { KeyActions } from "../display/display-actions.ts";
import { displayFor } from "../display/display-for.ts";
import type { PlanDisplay } from "../display/line-display.ts";
import { markdownInTerminal } from "../display/markdown-in-terminal.ts";
import { canRedraw, hasColours, terminalWidth } from "../display/terminal.ts";
import { watchPlan, watchPlans } from "../display/watch-plans.ts";
import type { Interruptions } from "./interruptions.ts";

/** What the user of a runner is told, and how. */
export interface RunOutput {
  say(text: string): void;
  /**
   * Shows what happens in a plan, or in all of them, whoever does it.
   * @param signal when that is enough.
   */
  follow(slug: string | undefined, signal: AbortSignal): Promise<void>;
  /** @param slug the plan that it is about; undefined: no one in particular. */
  runner(slug: string | undefined, news: RunnerNews): void;
  /** Nothing more comes but this. */
  end(slug: string, end: PlanRunEnd): Promise<void>;
  close(): Promise<void>;
}

/**
 * Lines of JSON, or what fits where the output goes.
 * @param signals what keys interrupt.
 * @param clients how many there are.
 */
export function runOutput(
  ctx: RunContext,
  pluginRoot: string,
  isJson: boolean,
  signals: Pick<Interruptions, "interrupt" | "words">,
  clients: number,
): RunOutput {
  return isJson ? new JsonOutput(ctx) : new DisplayOutput(ctx, pluginRoot, signals, clients);
}

class DisplayOutput implements RunOutput {
  readonly #isWatched = canRedraw(process.stdout, process.env);
  readonly #actions: KeyActions;
  #display: PlanDisplay | undefined;

  constructor(
    private readonly ctx: RunContext,
    pluginRoot: string,
    signals: Pick<Interruptions, "interrupt" | "words">,
    private readonly clients: number,
  ) {
    const { interrupt } = signals;
    this.#actions = new KeyActions(ctx, pluginRoot, {
      ...{ leave: interrupt, interrupt },
      ending: () => signals.words,
    });
  }

  say(text: string): void {
    if (this.#display) this.#display.say(text);
    else process.stdout.write(`${cleanText(text, LINE_LIMIT)}\n`);
  }

  async follow(slug: string | undefined, signal: AbortSignal): Promise<void> {
    const { stdout: output, stdin: input, env } = process;
    const display = displayFor({ output, input, env }, false, this.#actions);
    this.#display = display;
    const show: Parameters<typeof watchPlans>[1] = (snapshot, update) => display.show(snapshot, update);
    // Whoever executes the plan says that the graph is out of reach.
    const patience = new Patience(signal, () => undefined);
    const look = <T>(work: () => Promise<T>) => patience.until(work);
    await untilOver(
      signal,
      slug === undefined
        ? watchPlans(this.ctx, show, signal, look)
        : watchPlan(this.ctx, slug, show, signal, look),
    );
  }

  runner(slug: string | undefined, news: RunnerNews): void {
    // Whoever watches sees that a task has begun, and knows by whom where there is one client.
    if (news.kind === "agent" && this.#isWatched && this.clients === 1) return;
    this.say(runnerText(slug, news));
  }

  async end(_: string, { text }: PlanRunEnd): Promise<void> {
    await this.close();
    const { stdout, env } = process;
    const shown = stdout.isTTY
      ? markdownInTerminal(text, terminalWidth(stdout), hasColours(stdout, env))
      : text;
    stdout.write(`\n${shown}\n`);
  }

  async close(): Promise<void> {
    this.#display?.close();
    this.#display = undefined;
    await this.#actions.close();
  }
}

class JsonOutput implements RunOutput {
  constructor(private readonly ctx: RunContext) {}

  say(text: string): void {
    write({ event: "note", atMs: Date.now(), text });
  }

  async follow(slug: string | undefined, signal: AbortSignal): Promise<void> {
    if (slug === undefined) return;
    const store = await existingGraph(this.ctx, slug);
    const following = followPlan(this.ctx, store, slug, signal, (news) => write({ plan: slug, ...news }));
    await untilOver(signal, following);
  }

  runner(plan: string | undefined, { kind: event, ...news }: RunnerNews): void {
    write({ ...(plan !== undefined && { plan }), event, atMs: Date.now(), ...news });
  }

  async end(plan: string, { how, exitCode, text }: PlanRunEnd): Promise<void> {
    write({ event: "end", atMs: Date.now(), plan, how, exitCode, text });
  }

  async close(): Promise<void> {}
}

/** When all is done, a graph that is out of reach keeps nothing but its last news from being shown. */
async function untilOver(signal: AbortSignal, following: Promise<void>): Promise<void> {
  await following.catch((error: unknown) => {
    if (!signal.aborted || !passes(error)) throw error;
  });
}

function write(value: object): void {
  process.stdout.write(`${visibleJson(value)}\n`);
}

function runnerText(slug: string | undefined, news: RunnerNews): string {
  const clean = (text: string) => cleanText(text, LINE_LIMIT);
  switch (news.kind) {
    case "agent": {
      const task = `${cleanText(slug ?? "", NAME_LIMIT)}/${cleanText(news.task, NAME_LIMIT)}`;
      return `${task} is given to ${news.client}${news.pid === undefined ? "" : ` (process ${news.pid})`}`;
    }
    case "limit":
      return `${news.client}: ${clean(news.text)}; no more of it until ${new Date(news.untilMs).toISOString()}`;
    case "given-up":
      return `${news.client} is not asked any more: ${clean(news.why)}`;
    case "graph":
      return clean(news.text);
  }
}
