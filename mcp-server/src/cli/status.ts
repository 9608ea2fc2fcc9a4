import { createColors } from "picocolors";
import type { MachineNow, PlanSnapshot, TaskRow } from "../live/snapshot.ts";
import { renderTimeline } from "../report/timeline/timeline.ts";
import { byFirstStart, type TimelineRow } from "../report/timeline/timeline-rows.ts";
import { machinesNow } from "../run/live/facts/machines.ts";
import { planSnapshot } from "../run/live/plan-snapshot.ts";
import { deadClaims } from "../run/plan/interrupted.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { runnersNow } from "../run/runners/runners-now.ts";
import { visibleJson } from "../text/visible-json.ts";
import { KeyActions } from "./display/display-actions.ts";
import { displayFor } from "./display/display-for.ts";
import { isPipe, PipeLines } from "./display/pipe-lines.ts";
import { hasColours, terminalWidth } from "./display/terminal.ts";
import { watchPlan, watchPlans } from "./display/watch-plans.ts";
import { machinesText } from "./machines.ts";

/** A text names so many tasks that wait. */
const MAX_WAITS = 5;
/** What shells give a program that was ended with Ctrl-C. */
const INTERRUPTED = 130;

export interface StatusOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/**
 * Shows plans with their timelines, or watches them until all have ended.
 * @param pluginRoot where the page lies that a key opens.
 * @returns 1 when a task has failed, else 0.
 */
export async function statusCommand(
  ctx: RunContext,
  plan: string | undefined,
  { watch = false, json = false }: StatusOptions,
  pluginRoot: string,
): Promise<number> {
  const code = watch ? await watchStatus(ctx, plan, json, pluginRoot) : undefined;
  if (code !== undefined) return code;
  const { snapshots, machines } = await statusOf(ctx, plan);
  if (!json || !watch) {
    const page = () => `${pageOf(snapshots)}${machinesText(machines, ctx.now())}`;
    process.stdout.write(json ? `${visibleJson(snapshots.map(asJson))}\n` : page());
  }
  return snapshots.some(({ counts }) => counts.failed > 0) ? 1 : 0;
}

/** @returns the exit code where the user has left before the end. */
async function watchStatus(
  ctx: RunContext,
  plan: string | undefined,
  json: boolean,
  pluginRoot: string,
): Promise<number | undefined> {
  const left = new AbortController();
  let code: number | undefined;
  const end = (with_: number) => {
    code ??= with_;
    left.abort();
  };
  const actions = new KeyActions(ctx, pluginRoot, { leave: () => end(0), interrupt: () => end(INTERRUPTED) });
  const { stdout: output, stdin: input, env } = process;
  const pipe = isPipe(output) ? new PipeLines(output, json ? "" : "\n") : undefined;
  const display = displayFor({ output, input, env }, json, actions, pipe);
  const show: Parameters<typeof watchPlans>[1] = (snapshot, update) => display.show(snapshot, update);
  try {
    if (plan === undefined) await watchPlans(ctx, show, left.signal);
    else await watchPlan(ctx, plan, show, left.signal);
  } finally {
    display.close();
    pipe?.close();
    await actions.close();
  }
  return code;
}

interface Status {
  readonly snapshots: readonly PlanSnapshot[];
  /** Of the plan, or of all. */
  readonly machines: readonly MachineNow[];
}

async function statusOf(ctx: RunContext, plan: string | undefined): Promise<Status> {
  const store = await ctx.graph();
  if (!store) return { snapshots: [], machines: [] };
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => {
    const plans = plan === undefined ? await view.plans() : [await view.plan(plan)];
    const snapshots: PlanSnapshot[] = [];
    for (const one of plans) snapshots.push(await planSnapshot(one, ctx.now(), false));
    const runners = await runnersNow(view.reader, ctx.repository, ctx.now());
    const dead = await deadClaims(view.reader, ctx.now());
    return { snapshots, machines: await machinesNow(view, runners, dead, plan) };
  });
}

function asJson(snapshot: PlanSnapshot) {
  const { plan, status, counts: n, done, tasks, machines } = snapshot;
  const ready = tasks.filter(({ group }) => group === "couldStart");
  const { waiting: pending, total, ...rest } = n;
  const waits = heldRows(snapshot).map(({ id, reason }) => ({ task: id, for: reason }));
  return {
    plan,
    status,
    counts: { total, pending, ready: ready.length, ...rest },
    interrupted: interruptedRows(snapshot).map(({ id, reason }) => ({ task: id, cause: reason })),
    ...(waits.length > 0 && { waits }),
    ...(machines.length > 0 && { machines }),
    done,
  };
}

function pageOf(snapshots: readonly PlanSnapshot[]): string {
  return snapshots.map(asText).join("\n") || "No plan yet.\n";
}

function asText(snapshot: PlanSnapshot): string {
  const { plan, title, counts: n, runBy, startedAtMs, atMs, tasks } = snapshot;
  const colour = hasColours(process.stdout, process.env);
  const interrupted = interruptedRows(snapshot).length;
  const nobody = runBy.kind === "nobody" && startedAtMs !== undefined;
  const figures = [
    `${n.completed}/${n.total} completed`,
    `${n.running} running`,
    ...(n.delivering > 0 ? [`${n.delivering} delivering`] : []),
    `${n.failed} failed`,
    ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
  ].join(", ");
  const by = nobody
    ? `; ${runBy.words}${runBy.how === undefined ? "" : `: ${runBy.how} goes on`}`
    : runBy.kind === "mod" || runBy.kind === "workflow" || runBy.kind === "runner"
      ? `; ${runBy.words}`
      : "";
  const timeline = renderTimeline(byFirstStart(tasks.map((row) => timelineRow(row, atMs))), {
    width: terminalWidth(process.stdout),
    colour,
  });
  const waits = heldRows(snapshot).map(({ id, reason }) => `${id} waits: ${reason}.\n`);
  const name = `${createColors(colour).bold(plan)} ${title === plan ? "" : `${title} `}`;
  return `${name}(${statusWords(snapshot)}): ${figures}${by}\n${timeline}\n${waits.join("")}`;
}

function statusWords({ status, done, needs, cost }: PlanSnapshot): string {
  if (done) return "done";
  const reached =
    needs.some(({ kind }) => kind === "limit") && cost.limits.find(({ used, max }) => used >= max);
  return reached ? `${reached.name} reached` : status;
}

/** Ready tasks that something keeps, the cap apart. */
function heldRows({ tasks, status }: PlanSnapshot): TaskRow[] {
  if (status !== "open") return [];
  const held = tasks.filter(({ group, why }) => group === "couldStart" && why !== "next" && why !== "cap");
  return held.slice(0, MAX_WAITS);
}

/** Tasks that are tried again because their last agent was gone. */
function interruptedRows({ tasks }: PlanSnapshot): TaskRow[] {
  return tasks.filter(({ status, attempts }) => status === "pending" && attempts.at(-1)?.state === "lost");
}

function timelineRow({ id: task, subject, status, attempts }: TaskRow, nowMs: number): TimelineRow {
  const bars = attempts.flatMap(({ state, startMs, endMs = nowMs }) =>
    state === "offered" ? [] : [{ startMs, endMs, kind: state }],
  );
  return { task, subject, status, bars };
}
