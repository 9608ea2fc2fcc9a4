import type { AgentRun } from "../session/agent-run.ts";
import type { CheckRun, Statement, Step } from "../session/conversation.ts";
import { conversationsOf, type Session } from "../session/session.ts";
import { claimedAgents, claimsSuccess, claimsTestsPass } from "../session/wording.ts";
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
      .filter((closing) => claims(closing.say))
      .flatMap((closing) => notRecovered(session, closing)),
  );
}

/** The words that a turn of the main conversation ended with, and when that turn began. */
interface Closing {
  readonly say: Statement;
  readonly sinceMs: number;
}

function closingsOf({ main }: Session): Closing[] {
  const closings: Closing[] = [];
  let say: Statement | undefined;
  let sinceMs = 0;
  const close = (next: Step | undefined) => {
    if (say !== undefined) closings.push({ say, sinceMs });
    say = undefined;
    sinceMs = next?.atMs ?? sinceMs;
  };
  for (const step of main.steps) {
    if (step.kind === "prompt") close(step);
    else if (step.kind === "statement") say = step;
    else if (step.kind !== "notice") say = undefined;
  }
  close(undefined);
  return closings;
}

function claims({ text }: Statement): boolean {
  return claimsSuccess(text) || claimsTestsPass(text);
}

function judge(session: Session, closing: Closing): AuditFinding[] {
  const { say } = closing;
  if (session.runs.length === 0 || session.main.skipped.steps > 0) return [];
  const done = claims(say);
  const failed = done ? notRecovered(session, closing) : [];
  const running = done ? stillAtWork(session, say) : [];
  const reasons: Phrase[] = [
    ...(failed.length > 0 ? [phrase`${namesOf(failed.map((run) => run.name))} had failed`] : []),
    ...(running.length > 0 ? [phrase`${namesOf(running.map((run) => run.name))} had not ended`] : []),
    ...failedTest(session, say),
    ...miscounted(session, say),
  ];
  const [first, ...more] = reasons;
  if (first === undefined) return [];
  const why = more.reduce((all, reason) => phrase`${all}, ${reason}`, first);
  return [
    {
      file: session.main.file,
      place: { line: say.line, atMs: say.atMs },
      what: phrase`It says ${{ quoted: claimIn(say.text) }}, but ${why}`,
      lostMs: 0,
      agents: [...failed, ...running],
      wasted: failed,
    },
  ];
}

function notRecovered(session: Session, { say, sinceMs }: Closing): AgentRun[] {
  return session.runs.filter(
    (run) =>
      run.by === session.main &&
      (run.outcome === "failed" || run.outcome === "refused") &&
      run.reportedAt !== undefined &&
      run.startMs >= sinceMs &&
      run.reportedAt.atMs <= say.atMs &&
      !reactionTo(run, session.runs, say.atMs).recovered,
  );
}

function stillAtWork(session: Session, say: Statement): AgentRun[] {
  return session.runs.filter(
    (run) =>
      run.by === session.main &&
      run.launch !== undefined &&
      run.outcome !== "refused" &&
      run.outcome !== "stopped" &&
      run.startMs < say.atMs &&
      run.endMs > say.atMs,
  );
}

/** The last test run of all before the words, where they say that checks pass and it failed. */
function failedTest(session: Session, say: Statement): Phrase[] {
  if (!claimsTestsPass(say.text)) return [];
  const tests = conversationsOf(session)
    .flatMap((conversation) => conversation.steps)
    .filter((step): step is CheckRun => step.kind === "check" && step.isTest && step.atMs <= say.atMs)
    .sort((a, b) => a.atMs - b.atMs);
  const last = tests.at(-1);
  return last?.failed === true ? [phrase`the last test run (${{ quoted: last.command }}) had failed`] : [];
}

function miscounted(session: Session, say: Statement): Phrase[] {
  const claimed = claimedAgents(say.text);
  const completed = session.runs.filter((run) => run.outcome === "completed" && run.endMs <= say.atMs).length;
  if (claimed === undefined || claimed <= completed) return [];
  return [phrase`only ${completed} of ${claimed} agents had completed`];
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
