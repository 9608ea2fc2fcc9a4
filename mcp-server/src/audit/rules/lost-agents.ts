import type { Collect, Conversation } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { conversationsOf, measuredRuns, type Session } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { phrase } from "./phrase.ts";

/** How hosts say that they know no agent of an id. */
const UNKNOWN_ID =
  /no (?:task|agent|shell|background)[^.]{0,40}\bfound|not found|unknown (?:task|agent)|does not exist/i;

export const lostAgents: AuditRule = {
  id: "lost-agents",
  title: "Lost agents",
  criterion:
    "A background agent worked, and no result of it reached the conversation that launched it before that conversation ended; or a result was asked for under an id that no launch had returned. Sessions that still go on or were cut off, teammates, and agents that were stopped on purpose, are left alone.",
  instead: "Keep every agent id, and end only when each agent has been collected or stopped.",
  find: (session) => [
    ...measuredRuns(session.runs)
      .filter((run) => isLost(session, run))
      .map(lost),
    ...conversationsOf(session).flatMap((by) => wrongIds(session, by)),
  ],
};

function isLost(session: Session, run: AgentRun): boolean {
  return (
    !session.isLive &&
    run.launch !== undefined &&
    run.isBackground &&
    !run.isTeammate &&
    // Cut off in the middle of its work, a conversation could collect nobody.
    run.by.closing !== undefined &&
    run.reportedAt === undefined &&
    run.outcome !== "stopped"
  );
}

function lost(run: AgentRun): AuditFinding {
  const how =
    run.outcome === "unfinished"
      ? "was cut off: its launcher ended first"
      : "ended, and its result never reached its launcher";
  return {
    file: run.by.file,
    place: { line: run.launch?.line ?? 1, atMs: run.launch?.atMs ?? run.startMs },
    what: phrase`${{ quoted: run.name }} ${how}`,
    lostMs: 0,
    agents: [run],
    wasted: [run],
  };
}

function wrongIds(session: Session, by: Conversation): AuditFinding[] {
  // Shells are collected with the same tool: without an agent in the background it was no agent's id.
  if (!session.runs.some((run) => run.by === by && run.isBackground)) return [];
  const known = new Set(session.runs.map((run) => run.agentId));
  // What it forked from may have launched the agent.
  if (by.copiedRecords > 0) return [];
  return by.steps
    .filter(
      (step): step is Collect =>
        step.kind === "collect" &&
        !known.has(step.agentId) &&
        step.answer?.isError === true &&
        !/no such tool/i.test(step.answer.text) &&
        UNKNOWN_ID.test(step.answer.text),
    )
    .map((step) => ({
      file: by.file,
      place: { line: step.line, atMs: step.atMs },
      what: phrase`A result was asked for under the id ${{ quoted: step.agentId }}, which no launch had returned`,
      lostMs: 0,
      agents: [],
      wasted: [],
    }));
}
