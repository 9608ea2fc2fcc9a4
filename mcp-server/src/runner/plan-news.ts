import { isAttempt } from "../graph/attempt.ts";
import type { GraphEvent } from "../graph/event.ts";
import { MARKS } from "../report/tasks/status-mark.ts";
import { type GraphView, readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { formatDuration } from "../text/format.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../text/sanitize.ts";
import { Patience } from "./patience.ts";

/** Something that the log of a plan tells, whoever did it. */
export interface PlanNews {
  readonly atMs: number;
  readonly event: "started" | "ended" | "waits" | "plan" | "gate" | "added";
  readonly task?: string;
  readonly outcome?: string;
  readonly untilMs?: number;
  /** For people. */
  readonly text: string;
}

const WAIT_MS = 10_000;

/**
 * Tells what happens in a plan from now on, until the signal is given; then what is left to tell.
 * @param tell called in the order of the log.
 */
export async function followPlan(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  signal: AbortSignal,
  tell: (news: PlanNews) => void,
): Promise<void> {
  // Whoever executes the plan says that the graph is out of reach.
  const patience = new Patience(signal, () => undefined);
  const read = <T>(work: (view: GraphView) => Promise<T>) =>
    patience.until(() => readGraph(ctx, store, work));
  let told = (await read((view) => view.plan(slug))).stored.version;
  for (;;) {
    const isLast = signal.aborted;
    const { news, planId, version } = await read(async (view) => {
      const plan = await view.plan(slug);
      const events = await plan.reader.events(plan.id, { afterSeq: told });
      const subject = (task: string) =>
        cleanText(plan.graph.tasks.get(task as never)?.subject ?? "", NAME_LIMIT);
      const startedMs = (attempt: number) => {
        const claim = plan.graph.claim(attempt as never);
        return claim && isAttempt(claim) ? claim.startedAtMs : undefined;
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

interface Known {
  readonly subject: (task: string) => string;
  readonly startedMs: (attempt: number) => number | undefined;
}

function newsOf({ change, atMs }: GraphEvent, { subject, startedMs }: Known): PlanNews | undefined {
  switch (change.type) {
    case "attempt.started": {
      const again = change.number > 1 ? `, attempt ${change.number}` : "";
      const text = `${MARKS.in_progress} ${name(change.task)} ${subject(change.task)}${again}`;
      return { atMs, event: "started", task: change.task, text };
    }
    case "attempt.ended": {
      const { task, outcome, cause, attempt } = change;
      const began = startedMs(attempt);
      const took = began === undefined ? "" : `, ${formatDuration(Math.max(0, atMs - began))}`;
      const mark = outcome === "completed" ? MARKS.completed : MARKS.failed;
      const why =
        outcome === "completed" ? "" : `, ${outcome}${cause === undefined ? "" : `: ${line(cause)}`}`;
      return {
        atMs,
        event: "ended",
        task,
        outcome,
        text: `${mark} ${name(task)} ${subject(task)}${took}${why}`,
      };
    }
    case "plan.throttled": {
      const { untilMs } = change.throttle;
      if (untilMs <= atMs) return undefined;
      const text = `‖ a rate or usage limit was reached: nothing starts until ${new Date(untilMs).toISOString()}`;
      return { atMs, event: "waits", untilMs, text };
    }
    case "plan.status": {
      const why = change.cause === undefined ? "" : `: ${line(change.cause)}`;
      return { atMs, event: "plan", outcome: change.status, text: `the plan is ${change.status}${why}` };
    }
    case "gate.ended":
      return { atMs, event: "gate", outcome: change.verdict, text: `the gate is ${change.verdict}` };
    case "task.created":
      return change.definition.origin === "server"
        ? { atMs, event: "added", task: change.task, text: `+ ${name(change.task)} ${subject(change.task)}` }
        : undefined;
    default:
      return undefined;
  }
}

function name(task: string): string {
  return cleanText(task, NAME_LIMIT);
}

function line(text: string): string {
  return cleanText(text, LINE_LIMIT);
}
