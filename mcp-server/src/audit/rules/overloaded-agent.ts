import { coveredMs, totalMs } from "../../report/timeline/elapsed.ts";
import { formatDuration } from "../../text/format.ts";
import { clipSpans } from "../conversation/activity.ts";
import { type Burst, burstsOf, durationOf, measuredRuns, type Session, spansOf } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { phrase } from "./phrase.ts";

const MIN_AGENTS = 3;
const MIN_TAIL_MS = 60_000;

export const overloadedAgent: AuditRule = {
  id: "overloaded-agent",
  title: "One agent overloaded while others idled",
  criterion:
    "Of at least three agents that were launched in one message, the last one worked alone for at least a minute and at least half of the whole time, took at least twice as long as the second longest, and hardly anybody else was at work meanwhile.",
  instead: "Split the longest task, or start it first and keep launching others beside it.",
  find: (session) => burstsOf(session).flatMap((burst) => judge(session, burst)),
};

function judge(session: Session, burst: Burst): AuditFinding[] {
  const runs = measuredRuns(burst.runs);
  const [last, next] = [...runs].sort((a, b) => b.endMs - a.endMs);
  const [, second] = runs.map(durationOf).sort((a, b) => b - a);
  if (runs.length < MIN_AGENTS || last?.launch === undefined || next === undefined || second === undefined) {
    return [];
  }
  const tail = clipSpans(last.spans, next.endMs, last.endMs);
  const tailMs = totalMs(tail);
  if (tailMs < MIN_TAIL_MS || tailMs < burst.wallMs / 2 || durationOf(last) < 2 * second) return [];
  const others = spansOf(session.runs.filter((run) => run !== last));
  const besideMs = coveredMs(tail.flatMap(({ startMs, endMs }) => clipSpans(others, startMs, endMs)));
  if (besideMs > tailMs / 2) return [];
  return [
    {
      file: last.by.file,
      place: { line: last.launch.line, atMs: last.launch.atMs },
      what: phrase`${{ quoted: last.name }} worked alone for the last ${formatDuration(tailMs)} while the other ${runs.length - 1} agents of its message had ended`,
      // Had the rest been shared out among all of them.
      lostMs: Math.round(tailMs * (1 - 1 / runs.length)),
      agents: runs,
      wasted: [],
    },
  ];
}
