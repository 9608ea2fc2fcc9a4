import type { AgentRun } from "../session/agent-run.ts";
import type { Session } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { contradictedBy } from "./contradicted-claim.ts";
import { phrase } from "./phrase.ts";
import { reactionTo } from "./reaction.ts";

export const failuresIgnored: AuditRule = {
  id: "failures-ignored",
  title: "Failures ignored",
  criterion:
    "An agent failed, was refused or reported nothing, its launcher learnt of it and went on, and up to its end neither said anything of a failure, nor gave the task to anybody again, nor wrote a file itself. When its last words claim success as well, it is a contradicted claim instead.",
  instead: "Look at each result; retry, do without it and say so, or ask.",
  find: (session) => {
    const claimed = contradictedBy(session);
    return session.runs.filter((run) => isIgnored(session, run) && !claimed.has(run)).map(ignored);
  },
};

function isIgnored(session: Session, run: AgentRun): boolean {
  if ((run.outcome !== "failed" && run.outcome !== "refused") || run.by.skipped.steps > 0) return false;
  const { mentioned, recovered, continued } = reactionTo(run, session.runs, Number.POSITIVE_INFINITY);
  return continued && !mentioned && !recovered;
}

function ignored(run: AgentRun): AuditFinding {
  const how = run.outcome === "refused" ? "never started" : "failed";
  return {
    file: run.by.file,
    place: run.reportedAt ?? { line: run.launch?.line ?? 1, atMs: run.startMs },
    what: phrase`${{ quoted: run.name }} ${how} (${{ quoted: run.cause }}), and nothing followed from it`,
    lostMs: 0,
    agents: [run],
    wasted: [run],
  };
}
