import { newTokens, type Usage } from "../../../graph/usage.ts";
import { formatCount, formatDuration, formatFactor, formatPercent, plural } from "../../../text/format.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import type { Chain } from "../../figures/longest-chain.ts";
import type { EstimateFigures, RunFigures, TokenEstimateFigures } from "../../figures/run-figures.ts";
import type { UsageFigures } from "../../tasks/usage-figures.ts";
import { renderTimeline } from "../../timeline/timeline.ts";

/** Fits a terminal of the usual width and a page of a code host. */
const TIMELINE_WIDTH = 96;

export function measuredSection({ figures, notMeasured, timeline, goesOn }: RunReport): string {
  const rows = figureRows(figures, goesOn).map(([name, value]) => `| ${name} | ${value} |`);
  const blocks = [
    goesOn && rows.length > 0 ? "## The measured run so far" : "## The measured run",
    ...(rows.length > 0 ? [["| Figure | Value |", "| --- | --- |", ...rows].join("\n")] : []),
    `Not measured: ${notMeasured.join("; ")}.`,
    ...(figures.wallMs === undefined
      ? []
      : [`\`\`\`text\n${renderTimeline(timeline, { width: TIMELINE_WIDTH, colour: false })}\n\`\`\``]),
  ];
  return blocks.join("\n\n");
}

/**
 * Only what was measured; the rest is named below the table.
 * @param goesOn what judges a whole run is left out.
 */
function figureRows(figures: RunFigures, goesOn: boolean): (readonly [string, string])[] {
  const { sequentialMs, completedTasksMs, attemptsMs, largestRunning, bursts, usage } = figures;
  const { speedup, efficiency }: Partial<RunFigures> = goesOn ? {} : figures;
  const rows: (readonly [string, string | undefined])[] = [
    ["Wall time", duration(figures.wallMs)],
    ["No agent ran for", nobodyRan(figures)],
    ["Tasks one after another", duration(sequentialMs)],
    ["Completed ones only", completedTasksMs === sequentialMs ? undefined : duration(completedTasksMs)],
    ["All attempts", attemptsMs === sequentialMs ? undefined : duration(attemptsMs)],
    ["Speedup", speedup === undefined ? undefined : formatFactor(speedup)],
    ["Most at once", largestRunning === undefined ? undefined : plural(largestRunning, "agent")],
    ["Efficiency", efficiency === undefined ? undefined : formatPercent(efficiency)],
    ["Critical path", chain(figures.criticalPath)],
    ["Critical path, planned", chain(figures.plannedCriticalPath)],
    ["Estimated", estimated(figures.estimates)],
    ["Lower bound", goesOn ? undefined : lowerBound(figures)],
    ["Idle time per slot", figures.idleMs?.map(formatDuration).join(", ")],
    ["Attempts", figures.attempts === 0 ? undefined : attemptsOf(figures)],
    ["Agents per message", bursts?.sizes.join(", ")],
    ["Launched in one message", bursts && formatPercent(bursts.shareInOneMessage)],
    ["Without a conversation, on", runnersOn(figures)],
    ["Conflicts prevented", figures.preventedConflicts?.toString()],
    ["Tokens of the agents", tokens(usage?.agents)],
    ["Tokens of the main conversation, first claim to report", tokens(usage?.main)],
    ["Main conversation before the first claim", tokens(usage?.mainBefore)],
    ["Kept out of the main context", usage && outside(usage)],
    ["Tokens estimated", estimatedTokens(figures.tokenEstimates)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function runnersOn({ runnersOn: machines }: RunFigures): string | undefined {
  return machines?.map((machine) => escapeMarkdown(machine, NAME_LIMIT)).join(", ");
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}

function nobodyRan({ nobodyRanMs = 0, breaksMs = 0 }: RunFigures): string | undefined {
  if (nobodyRanMs === 0) return undefined;
  const whole = formatDuration(nobodyRanMs);
  if (breaksMs === 0) return whole;
  return `${whole}, ${formatDuration(breaksMs)} of it in breaks, which count for no speedup`;
}

function chain(path: Chain | undefined): string | undefined {
  if (path === undefined) return undefined;
  const ids = path.tasks.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(" → ");
  return `${formatDuration(path.lengthMs)}: ${ids}`;
}

/** With what holds it, so that one above the critical path explains itself. */
function lowerBound({ lowerBoundMs, criticalPath, largestRunning }: RunFigures): string | undefined {
  if (lowerBoundMs === undefined || criticalPath === undefined) return undefined;
  const isChain = lowerBoundMs <= criticalPath.lengthMs;
  const by = isChain ? "the critical path" : `all tasks with ${largestRunning} at once`;
  return `${formatDuration(lowerBoundMs)} (${by})`;
}

function estimated(figures: EstimateFigures | undefined): string | undefined {
  if (figures === undefined) return undefined;
  const { tasks, estimatedMs, actualMs, medianRatio } = figures;
  const median =
    medianRatio === undefined ? "" : `; a task took ${formatFactor(medianRatio)} its estimate at the median`;
  return `${formatDuration(estimatedMs)} for ${plural(tasks, "task")} that took ${formatDuration(actualMs)}${median}`;
}

/** What was new to the model, and beside it what it was given again. */
function tokens(usage: Usage | undefined): string | undefined {
  if (usage === undefined) return undefined;
  const { input, cacheWrite, cacheRead, output } = usage;
  const [all, ...parts] = [newTokens(usage), input, cacheWrite, output, cacheRead].map(formatCount);
  return `${all} (input ${parts[0]}, cache writes ${parts[1]}, output ${parts[2]}), beside ${parts[3]} cache reads`;
}

function outside({ outsideMain, unmeasuredAttempts, mainBefore }: UsageFigures): string | undefined {
  if (outsideMain === undefined) return undefined;
  const share = `${unmeasuredAttempts > 0 ? "at least " : ""}${formatPercent(outsideMain)}`;
  const from = mainBefore === undefined ? "the first claim" : "the beginning";
  return `${share} of all tokens (agents and main conversation) from ${from} to the report`;
}

function estimatedTokens(figures: TokenEstimateFigures | undefined): string | undefined {
  if (figures === undefined) return undefined;
  const { tasks, estimated, actual } = figures;
  return `${formatCount(estimated)} for ${plural(tasks, "task")} that used ${formatCount(actual)}`;
}

function attemptsOf({ attempts, retries, lostAttempts, returnedOffers }: RunFigures): string {
  const parts = [
    ...(retries > 0 ? [plural(retries, "retry", "retries")] : []),
    ...(lostAttempts > 0 ? [`${lostAttempts} lost`] : []),
    ...(returnedOffers > 0 ? [`${plural(returnedOffers, "offer")} returned`] : []),
  ];
  return parts.length === 0 ? String(attempts) : `${attempts} (${parts.join(", ")})`;
}
