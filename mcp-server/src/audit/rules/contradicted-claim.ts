import type { CheckRun, Statement, Step } from "../conversation/conversation.ts";
import { claimedAgents, claimsSuccess, claimsTestsPass } from "../conversation/wording.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { conversationsOf, type Session } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { namesOf, type Phrase, phrase } from "./phrase.ts";
import { reactionTo } from "./reaction.ts";

export const contradictedClaim: AuditRule = {
  id: "contradicted-claim",
  title: "A final claim that the transcript contradicts",
  criterion:
    "The last words before the user's next prompt, or before the end, claim that all is done or that checks pass and name nothing that is not; but an agent had failed or been refused and nobody made that good, or an agent was still at work, or the last test run had failed, or fewer agents had completed than the words say.",
  instead: "Count results before summing up: how many were launched, completed, failed, and what tests say.",
  find: (session) => closingsOf(session).flatMap((closing) => judge(session, closing)),
};

/** Agents whose failure a claim of success passes over. */
export function contradictedBy(session: Session): Set<AgentRun> {
  return new Set(
    closingsOf(session)
      .filter((closing) => claims(closing.statement))
      .flatMap((closing) => notRecovered(session, closing)),
  );
}

/** The words that a turn of the main conversation ended with, and when that turn began. */
interface Closing {
  readonly statement: Statement;
  readonly sinceMs: number;
}

function closingsOf({ main }: Session): Closing[] {
  const closings: Closing[] = [];
  let statement: Statement | undefined;
  let sinceMs = 0;
  const close = (next: Step | undefined) => {
    if (statement !== undefined) closings.push({ statement, sinceMs });
    statement = undefined;
    sinceMs = next?.atMs ?? sinceMs;
  };
  for (const step of main.steps) {
    if (step.kind === "prompt") close(step);
    else if (step.kind === "statement") statement = step;
    else if (step.kind !== "notice") statement = undefined;
  }
  close(undefined);
  return closings;
}

function claims({ text }: Statement): boolean {
  return claimsSuccess(text) || claimsTestsPass(text);
}

function judge(session: Session, closing: Closing): AuditFinding[] {
  const { statement } = closing;
  if (session.runs.length === 0 || session.main.skipped.steps > 0) return [];
  const done = claims(statement);
  const failed = done ? notRecovered(session, closing) : [];
  const running = done ? stillAtWork(session, statement) : [];
  const reasons: Phrase[] = [
    ...(failed.length > 0 ? [phrase`${namesOf(failed.map((run) => run.name))} had failed`] : []),
    ...(running.length > 0 ? [phrase`${namesOf(running.map((run) => run.name))} had not ended`] : []),
    ...failedTest(session, statement),
    ...miscounted(session, statement),
  ];
  const [first, ...more] = reasons;
  if (first === undefined) return [];
  const why = more.reduce((all, reason) => phrase`${all}, ${reason}`, first);
  return [
    {
      file: session.main.file,
      place: { line: statement.line, atMs: statement.atMs },
      what: phrase`It says ${{ quoted: claimIn(statement.text) }}, but ${why}`,
      lostMs: 0,
      agents: [...failed, ...running],
      wasted: failed,
    },
  ];
}

function notRecovered(session: Session, { statement, sinceMs }: Closing): AgentRun[] {
  return session.runs.filter(
    (run) =>
      run.by === session.main &&
      (run.outcome === "failed" || run.outcome === "refused") &&
      run.reportedAt !== undefined &&
      run.startMs >= sinceMs &&
      run.reportedAt.atMs <= statement.atMs &&
      !reactionTo(run, session.runs, statement.atMs).recovered,
  );
}

function stillAtWork(session: Session, statement: Statement): AgentRun[] {
  return session.runs.filter(
    (run) =>
      run.by === session.main &&
      run.launch !== undefined &&
      run.outcome !== "refused" &&
      run.outcome !== "stopped" &&
      !run.isTeammate &&
      run.spans.length > 0 &&
      run.startMs < statement.atMs &&
      run.endMs > statement.atMs,
  );
}

/** The last test run of all before the words, where they statement that checks pass and it failed, and no check passed after it. */
function failedTest(session: Session, statement: Statement): Phrase[] {
  if (!claimsTestsPass(statement.text)) return [];
  const checks = conversationsOf(session)
    .flatMap((conversation) => conversation.steps)
    .filter(
      (step): step is CheckRun => step.kind === "check" && step.of !== "look" && step.atMs <= statement.atMs,
    )
    .sort((a, b) => a.atMs - b.atMs);
  const lastTest = checks.findLast((check) => check.of === "test");
  // A check whose name says less than "test" may have been one.
  const lastPassed = checks.findLast((check) => check.failed !== true);
  if (lastTest?.failed !== true || (lastPassed?.atMs ?? 0) >= lastTest.atMs) return [];
  return [phrase`the last test run (${{ quoted: lastTest.command }}) had failed`];
}

/** Agents of another session, of a script, or without a transcript may have completed without a trace here. */
function miscounted(session: Session, statement: Statement): Phrase[] {
  const claimed = claimedAgents(statement.text);
  if (claimed === undefined || session.main.copiedRecords > 0 || session.unreadAgents > 0) return [];
  if (session.agents.length > session.runs.length) return [];
  const completed = session.runs.filter(
    (run) => (run.outcome === "completed" && run.endMs <= statement.atMs) || isUnknown(run),
  ).length;
  if (claimed <= completed) return [];
  return [phrase`only ${completed} of ${claimed} agents had completed`];
}

function isUnknown({ outcome, spans, isTeammate }: AgentRun): boolean {
  return isTeammate || (outcome !== "refused" && outcome !== "failed" && spans.length === 0);
}

/** The sentence that claims it. */
function claimIn(text: string): string {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/);
  return (
    sentences.find((sentence) => claimsSuccess(sentence) || claimsTestsPass(sentence)) ??
    sentences.find((sentence) => claimedAgents(sentence) !== undefined) ??
    text
  );
}
