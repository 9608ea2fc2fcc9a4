import type { PlanNews } from "../../runner/plan-news.ts";
import type { PlanRunEnd, RunnerNews } from "../../runner/run-plan.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import { visibleJson } from "../../text/visible-json.ts";

/** What the user is told, and how. */
export interface RunOutput {
  say(text: string): void;
  plan(slug: string, news: PlanNews): void;
  runner(slug: string, news: RunnerNews): void;
  end(slug: string, end: PlanRunEnd): void;
}

/** @param isJson whether it is lines of JSON. @param isOfSeveral whether lines for people name the plan. */
export function runOutput(isJson: boolean, isOfSeveral = false): RunOutput {
  return isJson ? jsonOutput() : textOutput(isOfSeveral);
}

function textOutput(isOfSeveral: boolean): RunOutput {
  const of = (slug: string) => (isOfSeveral ? `${cleanText(slug, NAME_LIMIT)}: ` : "");
  const line = (atMs: number, text: string) => {
    process.stdout.write(`${new Date(atMs).toTimeString().slice(0, 8)} ${text}\n`);
  };
  return {
    say: (text) => line(Date.now(), text),
    plan: (slug, { atMs, text }) => line(atMs, `${of(slug)}${text}`),
    runner: (slug, news) => line(Date.now(), `${of(slug)}${runnerText(news)}`),
    end: (_, { text }) => void process.stdout.write(`\n${text}\n`),
  };
}

function jsonOutput(): RunOutput {
  const write = (value: object) => void process.stdout.write(`${visibleJson(value)}\n`);
  return {
    say: (text) => write({ event: "note", atMs: Date.now(), text }),
    plan: (plan, news) => write({ plan, ...news }),
    runner: (plan, { kind: event, ...news }) => write({ plan, event, atMs: Date.now(), ...news }),
    end: (plan, { how, exitCode, text }) =>
      write({ event: "end", atMs: Date.now(), plan, how, exitCode, text }),
  };
}

function runnerText(news: RunnerNews): string {
  const clean = (text: string) => cleanText(text, LINE_LIMIT);
  switch (news.kind) {
    case "agent":
      return `  ${cleanText(news.task, NAME_LIMIT)} is done by ${news.client}${news.pid === undefined ? "" : ` (process ${news.pid})`}`;
    case "limit":
      return `‖ ${news.client}: ${clean(news.text)}; no more of it until ${new Date(news.untilMs).toISOString()}`;
    case "given-up":
      return `✗ ${news.client} is not asked any more: ${clean(news.why)}`;
  }
}
