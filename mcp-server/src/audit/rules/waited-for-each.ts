import type { AgentRun } from "../session/agent-run.ts";
import type { Conversation, Prompt, Step } from "../session/conversation.ts";
import { conversationsOf, coveredMs, durationOf, type Session, startedRuns } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { isPrerequisite } from "./independence.ts";
import { namesOf, phrase } from "./phrase.ts";
import { AGENTS_AT_ONCE } from "./too-many-at-once.ts";

/** Shorter waits are not worth a word. */
const MIN_LOST_MS = 30_000;

export const waitedForEach: AuditRule = {
  id: "waited-for-each",
  title: "Waited for each agent after launching it",
  criterion: `Two or more agents, each launched alone in its message after the one before had ended, with no work and no word of the user between; none needs another: no review or repair of it, no prompt that points back or names what only a report brought up, no file that another wrote. Launched together, ${AGENTS_AT_ONCE} at once, they would have taken at least ${MIN_LOST_MS / 1000} s less. Agents that a plan handed out are left alone.`,
  instead: "Launch all agents that do not need each other in one message, then collect.",
  find: (session) =>
    conversationsOf(session).flatMap((by) => chainsOf(session, by).flatMap((chain) => judge(session, chain))),
};

/** Runs that followed each other although they did not need to. */
function chainsOf(session: Session, by: Conversation): AgentRun[][] {
  const runs = startedRuns(session.runs).filter((run) => run.by === by && run.launch !== undefined);
  const alone = new Set(runs.filter((run) => runs.filter((other) => other.burst === run.burst).length === 1));
  const chains: AgentRun[][] = [];
  runs.forEach((run, i) => {
    const chain = chains.at(-1);
    const before = runs[i - 1];
    const continues =
      chain !== undefined && before !== undefined && chain.at(-1) === before && follows(by, before, run);
    const prompts = promptsBefore(by, run);
    const isFree = alone.has(run) && !run.isFromPlan && run.outcome !== "unfinished";
    if (continues && isFree && !chain.some((earlier) => isPrerequisite(earlier, run, prompts)))
      chain.push(run);
    else if (isFree) chains.push([run]);
  });
  return chains.filter((chain) => chain.length > 1);
}

function follows(by: Conversation, before: AgentRun, run: AgentRun): boolean {
  const { launch } = run;
  const started = before.launch;
  if (launch === undefined || started === undefined || before.reportedAt === undefined) return false;
  if (before.reportedAt.line > launch.line || before.endMs > run.startMs) return false;
  const between = by.steps.filter((step) => step.line > started.line && step.line < launch.line);
  return !between.some(needsThought);
}

/** What shows that the next launch had a reason to come later. */
function needsThought(step: Step): boolean {
  return ["prompt", "work", "check", "message"].includes(step.kind);
}

function promptsBefore(by: Conversation, run: AgentRun): Prompt[] {
  return by.steps.filter(
    (step): step is Prompt => step.kind === "prompt" && step.line < (run.launch?.line ?? 0),
  );
}

function judge(session: Session, chain: AgentRun[]): AuditFinding[] {
  const [first] = chain;
  const last = chain.at(-1);
  if (first?.launch === undefined || last === undefined) return [];
  const wallMs = last.endMs - first.startMs;
  const times = chain.map(durationOf);
  const totalMs = times.reduce((sum, ms) => sum + ms, 0);
  const bestMs = Math.max(...times, totalMs / AGENTS_AT_ONCE);
  const lostMs = Math.round(wallMs - bestMs);
  if (lostMs < MIN_LOST_MS) return [];
  const names = chain.map((run) => run.name);
  const how = chain.every((run) => run.isBackground) ? ", in the background but each waited for at once" : "";
  return [
    {
      file: first.by.file,
      place: { line: first.launch.line, atMs: first.launch.atMs },
      what: phrase`${chain.length} agents ran one after another${how}, though none needed another: ${namesOf(names)}`,
      lostMs,
      idleMs: wallMs - coveredMs(clipped(session, first.startMs, last.endMs)),
      agents: chain,
      wasted: [],
    },
  ];
}

/** What agents of the whole session did in a stretch of time. */
function clipped(session: Session, startMs: number, endMs: number) {
  return startedRuns(session.runs)
    .filter((run) => run.startMs < endMs && run.endMs > startMs)
    .map((run) => ({ startMs: Math.max(run.startMs, startMs), endMs: Math.min(run.endMs, endMs) }));
}
