import { BreakdownError } from "../../breakdown/errors.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { exportPlan } from "../edits/export-plan.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import type { CollectedLaunches } from "../reporting/collect-launches.ts";
import { reportPlan } from "../reporting/report-plan.ts";
import { writeReport } from "../reporting/write-report.ts";
import { beforeReport } from "../review/review-due.ts";

/** What an engine leaves behind for people. */
export interface EndOfPlan {
  /** What counts of the report, where all of it is, and what is to be done by somebody. */
  readonly text: string;
  /** 0: everything completed; 1: something failed, or is left. */
  readonly exitCode: 0 | 1;
}

/**
 * Reports a plan that has come to its end, or does not go on by itself, and writes what a plan from a file leaves beside
 * it.
 * @param goOn what a person types to go on with it.
 * @param hindrance why the engine cannot go on although the plan could.
 */
export async function endOfPlan(
  ctx: RunContext,
  actor: string,
  found: CollectedLaunches,
  goOn: string,
  hindrance?: string,
): Promise<EndOfPlan> {
  const { loaded, done } = found;
  const { slug } = loaded.stored;
  const { report } = await reportPlan(ctx, actor, slug);
  const written = done ? await exported(ctx, actor, loaded) : "";
  const { failed, notRun, toCome } = report.groups;
  const { brief, line } = await writeReport(ctx, slug, report);
  const files = written === "" ? [] : [written];
  const text = [brief, line, ...remarks(found, goOn, hindrance), ...files].join("\n");
  return { text, exitCode: done && failed.length + notRun.length + toCome.length === 0 ? 0 : 1 };
}

/**
 * What a conversation is told with that.
 * @param how the plan was executed, to go on with `which`.
 */
export function endLine(slug: string, how: string, done: boolean): string {
  return done
    ? `The plan ${slug}, which ${how}, has come to its end. Tell the user how it ended, by what stands here; then do what is still to do, if that is named.`
    : `The plan ${slug}, which ${how}, cannot go on by itself. Tell the user why.`;
}

/** Whether the plan does not go on because somebody wanted that. */
export function isStoppedByUser({ stored: { status, cause } }: LoadedPlan): boolean {
  return status !== "open" && /^(?:pause|stop) was called$/.test(cause ?? "");
}

/** What is to be done by somebody. */
function remarks(
  { loaded, done, why, reason }: CollectedLaunches,
  goOn: string,
  hindrance: string | undefined,
): string[] {
  const { status, cause } = loaded.stored;
  if (done) {
    const due = beforeReport(loaded);
    return due === undefined ? [] : [`Still to do: ${due}.`];
  }
  const named = why.map(({ task, reasons }) => `- ${task}: ${reasons.join("; ")}`);
  const cannot =
    hindrance ?? (status === "open" ? reason : `it is ${status}${cause === undefined ? "" : `: ${cause}`}`);
  return [`It does not go on: ${cannot}.`, ...named, `${goOn} goes on with it.`];
}

/** What a plan from a file leaves beside it; that it cannot be written does not keep the end from being told. */
async function exported(ctx: RunContext, actor: string, { stored }: LoadedPlan): Promise<string> {
  if (stored.source.kind !== "file") return "";
  try {
    const files = await exportPlan(ctx, actor, stored.slug);
    const written = files.flatMap((one) => (one.how === "left alone" ? [] : [one.file]));
    const left = files.flatMap((one) =>
      one.how === "left alone" ? [` ${one.file} was left alone: ${one.why}.`] : [],
    );
    return `Written: ${written.join(", ")}.${left.join("")}`;
  } catch (error) {
    if (error instanceof CallerError || error instanceof BreakdownError)
      return `Not written: ${error.message}`;
    throw error;
  }
}
