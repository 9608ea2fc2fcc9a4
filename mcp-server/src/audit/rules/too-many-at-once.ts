import { mostAtOnce, type Session, startedRuns } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { phrase } from "./phrase.ts";

/** How many agents at once are good practice: more are hard to follow and meet the limits of host and model. */
export const AGENTS_AT_ONCE = 5;
const REFUSED = /concurrent|limit reached|too many/i;
const OVERLOADED = /\brate.?limit|\boverloaded\b|\busage limit\b|\b(?:429|529)\b|too many requests/i;

export const tooManyAtOnce: AuditRule = {
  id: "too-many-at-once",
  title: "Too many agents at once",
  criterion: `More than ${AGENTS_AT_ONCE} agents were at work at the same moment (one finding a session, at its highest point), or the host refused a launch because too many were. A plan's agents alone are as many as its policy allows, and no finding.`,
  instead: `Launch at most ${AGENTS_AT_ONCE}, and the next one when one ends.`,
  find: (session) => judge(session),
};

function judge(session: Session): AuditFinding[] {
  const runs = startedRuns(session.runs);
  const peak = mostAtOnce(runs);
  const refused = session.runs.filter((run) => run.outcome === "refused" && REFUSED.test(run.cause));
  const worst = refused[0] ?? peak.at(-1);
  const areTooMany = peak.length > AGENTS_AT_ONCE && !peak.every((run) => run.isFromPlan);
  if (worst === undefined || (!areTooMany && refused.length === 0)) return [];
  const overloaded = peak.filter((run) => run.outcome === "failed" && OVERLOADED.test(run.cause));
  const harm = [
    ...(refused.length > 0 ? [`the host refused ${refused.length}`] : []),
    ...(overloaded.length > 0 ? [`${overloaded.length} failed at a limit`] : []),
  ].join(", ");
  return [
    {
      file: worst.by.file,
      place: { line: worst.launch?.line ?? 1, atMs: worst.launch?.atMs ?? worst.startMs },
      what: phrase`${peak.length} agents were at work at once${harm === "" ? "; nothing broke this time" : `: ${harm}`}`,
      lostMs: 0,
      agents: peak,
      wasted: overloaded,
    },
  ];
}
