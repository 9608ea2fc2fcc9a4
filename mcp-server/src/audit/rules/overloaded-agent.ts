import { formatDuration } from "../../text/format.ts";
import {
  type Burst,
  burstsOf,
  coveredMs,
  durationOf,
  type Session,
  startedRuns,
} from "../session/session.ts";
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

function judge(session: Session, { runs, wallMs }: Burst): AuditFinding[] {
  const [last, next] = [...runs].sort((a, b) => b.endMs - a.endMs);
  const [, second] = runs.map(durationOf).sort((a, b) => b - a);
  if (runs.length < MIN_AGENTS || last?.launch === undefined || next === undefined || second === undefined) {
    return [];
  }
  const tailMs = last.endMs - next.endMs;
  if (tailMs < MIN_TAIL_MS || tailMs < wallMs / 2 || durationOf(last) < 2 * second) return [];
  const others = startedRuns(session.runs).filter(
    (run) => run !== last && run.endMs > next.endMs && run.startMs < last.endMs,
  );
  if (coveredMs(others) > tailMs / 2) return [];
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
