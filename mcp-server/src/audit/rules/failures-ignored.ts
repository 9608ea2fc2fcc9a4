import type { AgentRun } from "../agent-run.ts";
import type { Finding, Rule } from "../finding.ts";
import { phrase } from "../phrase.ts";
import { reactionTo } from "../reaction.ts";
import type { Session } from "../session.ts";
import { contradictedBy } from "./contradicted-claim.ts";

export const failuresIgnored: Rule = {
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
  const { mentioned, madeGood, wentOn } = reactionTo(run, session.runs, Number.POSITIVE_INFINITY);
  return wentOn && !mentioned && !madeGood;
}

function ignored(run: AgentRun): Finding {
  const how = run.outcome === "refused" ? "never started" : "failed";
  return {
    file: run.by.file,
    place: run.toldAt ?? { line: run.launch?.line ?? 1, atMs: run.startMs },
    what: phrase`${{ foreign: run.name }} ${how} (${{ foreign: run.cause }}), and nothing followed from it`,
    lostMs: 0,
    agents: [run],
    wasted: [run],
  };
}
