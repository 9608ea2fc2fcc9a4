import { type AnyClaim, isAttempt } from "../../../graph/attempt.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import type { PlanGraph } from "../../../graph/plan-graph.ts";
import type { Incident } from "../../../live/snapshot.ts";
import { heldLooks } from "../../../policy/effects/seen-changes.ts";
import { overwrittenVersions } from "../../../report/files/overwritten.ts";
import { formatDuration } from "../../../text/format.ts";
import { cleanText, LINE_LIMIT } from "../../../text/sanitize.ts";

/** What went wrong in a plan, oldest first. @param events those of `toldEvents`, or all. */
export function incidentsOf(graph: PlanGraph, events: readonly GraphEvent[]): Incident[] {
  const overwritten = overwrittenVersions(heldLooks(events), (attempt) => graph.claim(attempt)?.task);
  return [
    ...graph.claims.flatMap(incidentOfAttempt),
    ...events.flatMap(({ atMs, change }) => {
      const incident = incidentOfEvent(change);
      return incident ? [{ atMs, ...incident }] : [];
    }),
    ...overwritten.map(({ path, task, atMs }) => ({
      ...{ atMs, kind: "overwritten" as const, task },
      text: `somebody else changed ${path}, which it held`,
    })),
  ]
    .map((incident) => ({ ...incident, text: cleanText(incident.text, LINE_LIMIT) }))
    .sort((a, b) => a.atMs - b.atMs);
}

function incidentOfAttempt(claim: AnyClaim): Incident[] {
  if (!isAttempt(claim) || claim.state !== "ended") return [];
  const { task, endedAtMs: atMs, outcome, number, report, cause } = claim;
  if (report?.verdict === "rejected")
    return [{ atMs, kind: "rejected", task, text: `it was rejected: ${report.summary}` }];
  if (outcome === "completed" || outcome === "cancelled") return [];
  const why = cause ?? report?.summary;
  return [{ atMs, kind: outcome, task, text: `attempt ${number} ${HOW[outcome]}${why ? `: ${why}` : ""}` }];
}

const HOW = {
  failed: "failed",
  blocked: "was blocked",
  lost: "was lost",
  unreported: "ended without a report",
} as const;

function incidentOfEvent(change: GraphEvent["change"]): Omit<Incident, "atMs"> | undefined {
  switch (change.type) {
    case "write.denied": {
      const what = "command" in change && change.command ? change.command : change.path;
      return {
        kind: "refused-write",
        task: change.task,
        text: `${change.warned ? "was warned of" : "was refused"} a write: ${what}, held by ${change.heldBy}`,
      };
    }
    case "token.refused":
      return { kind: "refused-token", task: change.task, text: `a report was refused: ${change.why}` };
    case "report.returned":
      return { kind: "returned-report", task: change.task, text: `its report went back: ${change.why}` };
    case "work.conflicted":
      return {
        kind: "conflict",
        task: change.task,
        text: `its work does not go together with the plan's branch; ${change.mergeTask} merges it`,
      };
    case "gate.ended":
      return change.verdict === "red"
        ? { kind: "gate", text: `the gate is red${change.why ? `: ${change.why}` : ""}` }
        : undefined;
    case "task.limited":
      return { kind: "limit", task: change.task, text: change.reason };
    case "limit.near":
      return { kind: "limit", text: change.reason };
    case "plan.throttled":
      return {
        kind: "limit",
        text: `the provider's limit was reached: nothing starts for ${formatDuration(change.throttle.pauseMs)}, then ${change.throttle.cap} at once`,
      };
    default:
      return undefined;
  }
}
