import { type Burst, burstsOf, durationOf } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { namesOf, phrase } from "./phrase.ts";

/** Below this an agent costs more than it gains: it starts with nothing and has to read itself in. */
const WORTH_AN_AGENT_MS = 30_000;

export const shortWork: AuditRule = {
  id: "short-work",
  title: "Work under 30 seconds parallelised",
  criterion:
    "Every agent of a message that launched at least two completed in less than 30 s; those of a plan and teammates are left alone.",
  instead: "Do work this small in the main conversation, or give one agent several pieces of it.",
  find: (session) => burstsOf(session).flatMap(judge),
};

function judge({ by, place, runs }: Burst): AuditFinding[] {
  const isShort = runs.every(
    (run) =>
      run.outcome === "completed" &&
      run.spans.length > 0 &&
      !run.isFromPlan &&
      !run.isTeammate &&
      durationOf(run) < WORTH_AN_AGENT_MS,
  );
  if (runs.length < 2 || !isShort) return [];
  const names = runs.map((run) => run.name);
  const longest = Math.ceil(Math.max(...runs.map(durationOf)) / 1000);
  return [
    {
      file: by.file,
      place,
      what: phrase`${runs.length} agents took at most ${longest} s each: ${namesOf(names)}`,
      lostMs: 0,
      agents: runs,
      wasted: [],
    },
  ];
}
