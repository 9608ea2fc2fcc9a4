import { plural } from "../../../text/format.ts";
import { escapeProse } from "../../../text/inline-code.ts";
import type { RunReport } from "../../aggregate.ts";
import type { Verdict } from "../../figures/verdict.ts";

const VERDICT_MARKS: Readonly<Record<Verdict, string>> = {
  completed: "✓",
  "completed with failures": "✗",
  incomplete: "○",
  stopped: "✗",
  running: "▶",
};

/** How it ended, with the numbers of tasks. */
export function statusLine({ plan, verdict, groups, tasks }: RunReport): string {
  const counts = [
    `${groups.completed.length} of ${plural(tasks.length, "task")} completed`,
    ...(groups.failed.length > 0 ? [`${groups.failed.length} failed`] : []),
    ...(groups.running.length > 0 ? [`${groups.running.length} running`] : []),
    ...(groups.delivering.length > 0 ? [`${groups.delivering.length} delivering`] : []),
    ...(groups.toCome.length > 0 ? [`${groups.toCome.length} to come`] : []),
    ...(groups.notRun.length > 0 ? [`${groups.notRun.length} not run`] : []),
    ...(groups.cancelled.length > 0 ? [`${groups.cancelled.length} cancelled`] : []),
  ].join(", ");
  const state =
    plan.status === "open"
      ? ""
      : ` The plan is ${plan.status}${plan.cause ? `: ${escapeProse(plan.cause)}` : ""}.`;
  return `**Overall status: ${VERDICT_MARKS[verdict]} ${verdict}**: ${counts}.${state}`;
}
