// import:lib/picocolors.mjs in cli/status.mjs
import { createColors } from "../lib/picocolors.mjs";

// import:report.mjs in cli/status.mjs
import { byFirstStart, renderTimeline } from "../report.mjs";

// import:run/live/facts.mjs in cli/status.mjs
import { machinesNow } from "../run/live/facts.mjs";

// import:run/live.mjs in cli/status.mjs
import { planSnapshot } from "../run/live.mjs";

// import:run/plan.mjs in cli/status.mjs
import { deadClaims, readGraph } from "../run/plan.mjs";

// import:run/runners.mjs in cli/status.mjs
import { runnersNow } from "../run/runners.mjs";

// import:text.mjs in cli/status.mjs
import { visibleJson } from "../text.mjs";

// import:cli/display.mjs in cli/status.mjs
import { KeyActions, PipeLines, displayFor, hasColours, isPipe, terminalWidth, watchPlan, watchPlans } from "./display.mjs";

// import:cli.mjs in cli/status.mjs
import { machinesText } from "../cli.mjs";

// mcp-server/src/cli/status.ts
var MAX_WAITS = 5;
var INTERRUPTED = 130;
async function statusCommand(ctx, plan, { watch = false, json = false }, pluginRoot) {
  const code = watch ? await watchStatus(ctx, plan, json, pluginRoot) : void 0;
  if (code !== void 0) return code;
  const { snapshots, machines } = await statusOf(ctx, plan);
  if (!json || !watch) {
    const page = () => `${pageOf(snapshots)}${machinesText(machines, ctx.now())}`;
    process.stdout.write(json ? `${visibleJson(snapshots.map(asJson))}
` : page());
  }
  return snapshots.some(({ counts }) => counts.failed > 0) ? 1 : 0;
}
async function watchStatus(ctx, plan, json, pluginRoot) {
  const left = new AbortController();
  let code;
  const end = (with_) => {
    code ??= with_;
    left.abort();
  };
  const actions = new KeyActions(ctx, pluginRoot, { leave: () => end(0), interrupt: () => end(INTERRUPTED) });
  const { stdout: output, stdin: input, env } = process;
  const pipe = isPipe(output) ? new PipeLines(output, json ? "" : "\n") : void 0;
  const display = displayFor({ output, input, env }, json, actions, pipe);
  const show = (snapshot, update) => display.show(snapshot, update);
  try {
    if (plan === void 0) await watchPlans(ctx, show, left.signal);
    else await watchPlan(ctx, plan, show, left.signal);
  } finally {
    display.close();
    pipe?.close();
    await actions.close();
  }
  return code;
}
async function statusOf(ctx, plan) {
  const store = await ctx.graph();
  if (!store) return { snapshots: [], machines: [] };
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => {
    const plans = plan === void 0 ? await view.plans() : [await view.plan(plan)];
    const snapshots = [];
    for (const one of plans) snapshots.push(await planSnapshot(one, ctx.now(), false));
    const runners = await runnersNow(view.reader, ctx.repository, ctx.now());
    const dead = await deadClaims(view.reader, ctx.now());
    return { snapshots, machines: await machinesNow(view, runners, dead, plan) };
  });
}
function asJson(snapshot) {
  const { plan, status, counts: n, done, tasks, machines } = snapshot;
  const ready = tasks.filter(({ group }) => group === "couldStart");
  const { waiting: pending, total, ...rest } = n;
  const waits = heldRows(snapshot).map(({ id, reason }) => ({ task: id, for: reason }));
  return {
    plan,
    status,
    counts: { total, pending, ready: ready.length, ...rest },
    interrupted: interruptedRows(snapshot).map(({ id, reason }) => ({ task: id, cause: reason })),
    ...waits.length > 0 && { waits },
    ...machines.length > 0 && { machines },
    done
  };
}
function pageOf(snapshots) {
  return snapshots.map(asText).join("\n") || "No plan yet.\n";
}
function asText(snapshot) {
  const { plan, title, counts: n, runBy, startedAtMs, atMs, tasks } = snapshot;
  const colour = hasColours(process.stdout, process.env);
  const interrupted = interruptedRows(snapshot).length;
  const nobody = runBy.kind === "nobody" && startedAtMs !== void 0;
  const figures = [
    `${n.completed}/${n.total} completed`,
    `${n.running} running`,
    ...n.delivering > 0 ? [`${n.delivering} delivering`] : [],
    `${n.failed} failed`,
    ...interrupted > 0 ? [`${interrupted} interrupted`] : []
  ].join(", ");
  const by = nobody ? `; ${runBy.words}${runBy.how === void 0 ? "" : `: ${runBy.how} goes on`}` : runBy.kind === "mod" || runBy.kind === "workflow" || runBy.kind === "runner" ? `; ${runBy.words}` : "";
  const timeline = renderTimeline(byFirstStart(tasks.map((row) => timelineRow(row, atMs))), {
    width: terminalWidth(process.stdout),
    colour
  });
  const waits = heldRows(snapshot).map(({ id, reason }) => `${id} waits: ${reason}.
`);
  const name = `${createColors(colour).bold(plan)} ${title === plan ? "" : `${title} `}`;
  return `${name}(${statusWords(snapshot)}): ${figures}${by}
${timeline}
${waits.join("")}`;
}
function statusWords({ status, done, needs, cost }) {
  if (done) return "done";
  const reached = needs.some(({ kind }) => kind === "limit") && cost.limits.find(({ used, max }) => used >= max);
  return reached ? `${reached.name} reached` : status;
}
function heldRows({ tasks, status }) {
  if (status !== "open") return [];
  const held = tasks.filter(({ group, why }) => group === "couldStart" && why !== "next" && why !== "cap");
  return held.slice(0, MAX_WAITS);
}
function interruptedRows({ tasks }) {
  return tasks.filter(({ status, attempts }) => status === "pending" && attempts.at(-1)?.state === "lost");
}
function timelineRow({ id: task, subject, status, attempts }, nowMs) {
  const bars = attempts.flatMap(
    ({ state, startMs, endMs = nowMs }) => state === "offered" ? [] : [{ startMs, endMs, kind: state }]
  );
  return { task, subject, status, bars };
}
export {
  statusCommand
};
