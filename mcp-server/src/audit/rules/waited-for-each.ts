import { coveredMs, MAX_SILENCE_MS } from "../../report/timeline/elapsed.ts";
import type { Span } from "../../report/timeline/slots.ts";
import { clipSpans } from "../conversation/activity.ts";
import { type Conversation, type Prompt, type Step, stepsBetween } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { conversationsOf, durationOf, measuredRuns, type Session, spansOf } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { isPrerequisite } from "./independence.ts";
import { namesOf, phrase } from "./phrase.ts";
import { AGENTS_AT_ONCE } from "./too-many-at-once.ts";

/** Shorter waits are not worth a word. */
const MIN_LOST_MS = 30_000;

export const waitedForEach: AuditRule = {
  id: "waited-for-each",
  title: "Waited for each agent after launching it",
  criterion: `Two or more agents, each launched alone in its message after the one before had ended, with no work, no word of the user and no long silence between; none needs another: no review or repair of it, no prompt that points back or names what only a report brought up, no file that another wrote. Launched together, ${AGENTS_AT_ONCE} at once, they would have taken at least ${MIN_LOST_MS / 1000} s less. Agents that a plan handed out are left alone.`,
  instead: "Launch all agents that do not need each other in one message, then collect.",
  find: (session) =>
    conversationsOf(session).flatMap((by) => chainsOf(session, by).flatMap((chain) => judge(session, chain))),
};

/** Runs that followed each other although they did not need to. */
function chainsOf(session: Session, by: Conversation): AgentRun[][] {
  const runs = measuredRuns(session.runs).filter((run) => run.by === by && run.launch !== undefined);
  const sizes = new Map<string, number>();
  for (const { burst } of runs) sizes.set(burst, (sizes.get(burst) ?? 0) + 1);
  const prompts = by.steps.filter((step): step is Prompt => step.kind === "prompt");
  const chains: AgentRun[][] = [];
  let before: AgentRun | undefined;
  for (const run of runs) {
    const chain = chains.at(-1);
    const continues = chain !== undefined && chain.at(-1) === before && follows(by, before, run);
    const isFree =
      sizes.get(run.burst) === 1 && !run.isFromPlan && !run.isTeammate && run.outcome !== "unfinished";
    const earlierPrompts = prompts.filter((prompt) => prompt.line < (run.launch?.line ?? 0));
    if (continues && isFree && !chain.some((earlier) => isPrerequisite(earlier, run, earlierPrompts))) {
      chain.push(run);
    } else if (isFree) chains.push([run]);
    before = run;
  }
  return chains.filter((chain) => chain.length > 1);
}

function follows(by: Conversation, before: AgentRun | undefined, run: AgentRun): boolean {
  const { launch } = run;
  if (launch === undefined || before?.launch === undefined || before.reportedAt === undefined) return false;
  if (before.reportedAt.line > launch.line || before.endMs > run.startMs) return false;
  // Nobody was there: a permission, a limit or a night was waited for.
  if (run.startMs - before.endMs > MAX_SILENCE_MS) return false;
  return !stepsBetween(by, before.launch.line, launch.line).some(needsThought);
}

/** What shows that the next launch had a reason to come later. */
function needsThought(step: Step): boolean {
  return ["prompt", "work", "check", "message"].includes(step.kind);
}

function judge(session: Session, chain: AgentRun[]): AuditFinding[] {
  const [first] = chain;
  if (first?.launch === undefined) return [];
  const times = chain.map(durationOf);
  const totalMs = times.reduce((sum, ms) => sum + ms, 0);
  const gaps = gapsOf(chain);
  const wallMs = coveredMs(spansOf(chain)) + gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0);
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
      idleMs: idleIn(gaps, session),
      agents: chain,
      wasted: [],
    },
  ];
}

/** The times between an agent's end and the next one's start. */
function gapsOf(chain: readonly AgentRun[]): Span[] {
  return chain.slice(1).flatMap((run, i) => {
    const startMs = chain[i]?.endMs ?? run.startMs;
    return run.startMs > startMs ? [{ startMs, endMs: run.startMs }] : [];
  });
}

/** The part of some stretches of time in which no agent of the session was at work. */
function idleIn(stretches: readonly Span[], session: Session): number {
  const spans = spansOf(measuredRuns(session.runs));
  return stretches.reduce(
    (sum, { startMs, endMs }) => sum + endMs - startMs - coveredMs(clipSpans(spans, startMs, endMs)),
    0,
  );
}
