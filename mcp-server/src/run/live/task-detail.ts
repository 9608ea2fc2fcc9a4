import { type AnyClaim, type Evidence, isAttempt } from "../../graph/attempt.ts";
import { withCriterionText } from "../../graph/criterion.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { taskActions } from "../../live/groups.ts";
import type {
  ActionName,
  AttemptDetail,
  EvidenceLine,
  PlanSnapshot,
  TaskDetail,
  TaskRow,
} from "../../live/snapshot.ts";
import { type PriceTable, usageCost } from "../../policy/spending/price-table.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { cleanLines, cleanText, FINDING_LIMIT, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import { taskOf } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { eventLine } from "./event-line.ts";
import { attemptRow } from "./facts/rows.ts";
import { planSnapshot } from "./plan-snapshot.ts";
import { taskFiles } from "./task-files.ts";

/** The newest events of a task. */
const MAX_EVENTS = 200;
const MAX_LIST = 200;
const MAX_TEXT = 50_000;

/**
 * All that the graph tells of one task.
 * @param hasFiles whether the files of the plan's repository are here, so that differences can be shown.
 * @throws CallerError when there is no such plan or task.
 */
export async function taskDetail(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  id: string,
  hasFiles: boolean,
): Promise<TaskDetail> {
  await ctx.prices.refresh();
  const { table } = ctx.prices.last;
  const { detail, events } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const task = taskOf(plan, id);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events = await view.reader.events(plan.id, { task: task.id });
    const claims = plan.graph.claimsOf(task.id);
    const row = snapshot.tasks.find((one) => one.id === task.id) as TaskRow;
    return {
      events,
      detail: {
        ...{ v: 1 as const, plan: slug, seq: snapshot.seq, atMs: snapshot.atMs, row },
        description: lines(await plan.description(task.id)),
        ...definition(task),
        dependents: dependentsOf(plan.graph.tasks.values(), task.id),
        attempts: claims.flatMap((claim) => attemptDetail(claim, task, table)).reverse(),
        events: events.slice(-MAX_EVENTS).map(eventLine).reverse(),
        actions: actionsOf(row, snapshot),
      },
    };
  });
  return { ...detail, ...(hasFiles ? await taskFiles(ctx, slug, id, events) : { files: [], unlisted: 0 }) };
}

/** What a need of the task offers stands for what its state would. */
function actionsOf(row: TaskRow, { needs }: PlanSnapshot): readonly ActionName[] {
  return needs.find(({ task, kind }) => task === row.id && kind === "review")?.actions ?? taskActions(row);
}

function dependentsOf(tasks: Iterable<Task>, id: TaskId): TaskId[] {
  return [...tasks].filter(({ dependencies }) => dependencies.includes(id)).map((task) => task.id);
}

const lines = (text: string) => {
  const clean = cleanLines(text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}\n…` : clean;
};
const list = (texts: readonly string[], limit = LINE_LIMIT) =>
  texts.slice(0, MAX_LIST).map((text) => cleanText(text, limit));

function definition(task: Task) {
  return {
    acceptance: task.acceptance.slice(0, MAX_LIST).map(({ criterion, command }) => ({
      criterion: cleanText(criterion, FINDING_LIMIT),
      ...(command !== undefined && { command: cleanText(command, FINDING_LIMIT) }),
    })),
    ...(task.writes && { writes: list(task.writes) }),
    reads: list(task.reads),
    resources: list(task.resources),
    notes: task.notes.slice(-MAX_LIST).map(lines),
  };
}

function attemptDetail(claim: AnyClaim, task: Task, prices: PriceTable | undefined): AttemptDetail[] {
  const [row] = attemptRow(claim);
  if (!row) return [];
  const has = isAttempt(claim) && claim.state !== "running" ? claim : undefined;
  const report = has?.report;
  const cause = has?.state === "ended" ? has.cause : undefined;
  const summary = report?.summary ?? has?.lastMessage;
  const model = claim.chosenModel?.model;
  const usage = isAttempt(claim) ? claim.usage : undefined;
  return [
    {
      ...row,
      agentType: cleanText(claim.agentType, NAME_LIMIT),
      checkout: cleanText(claim.checkout, LINE_LIMIT),
      isolation: claim.isolation,
      ...(model !== undefined && { model }),
      ...(usage &&
        prices && { money: { amount: usageCost(usage, prices).amount, currency: prices.currency } }),
      ...(summary !== undefined && { summary: lines(summary) }),
      ...(cause !== undefined && { cause: cleanText(cause, FINDING_LIMIT) }),
      ...(report?.verdict && { verdict: report.verdict }),
      evidence: (report?.evidence ?? [])
        .slice(0, MAX_LIST)
        .map((item) => evidenceLine(withCriterionText(item, task.acceptance))),
      findings: (report?.findings ?? []).slice(0, MAX_LIST).map(({ severity, text, file }) => ({
        severity,
        text: cleanText(text, FINDING_LIMIT),
        ...(file !== undefined && { file: cleanText(file, LINE_LIMIT) }),
      })),
      notes: list(report?.notes ?? [], FINDING_LIMIT),
      filesReported: list(report?.filesChanged ?? []),
    },
  ];
}

function evidenceLine(evidence: Evidence): EvidenceLine {
  const criterion = evidence.criterion !== undefined && {
    criterion: cleanText(evidence.criterion, FINDING_LIMIT),
  };
  if ("inspected" in evidence)
    return { ...criterion, standing: "inspected", text: cleanText(evidence.inspected, FINDING_LIMIT) };
  if ("notVerified" in evidence)
    return { ...criterion, standing: "not-verified", text: cleanText(evidence.notVerified, FINDING_LIMIT) };
  const { command, exitCode, result, standing = "claimed", seen } = evidence;
  return {
    ...criterion,
    standing,
    command: cleanText(command, FINDING_LIMIT),
    exitCode,
    text: cleanText(result, FINDING_LIMIT),
    ...(seen !== undefined && { seen: cleanText(seen, LINE_LIMIT) }),
  };
}
