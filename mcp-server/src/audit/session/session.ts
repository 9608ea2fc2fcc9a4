import { addUsage, NO_USAGE, type Usage } from "../../graph/usage.ts";
import { coveredMs, totalMs } from "../../report/timeline/elapsed.ts";
import type { Span } from "../../report/timeline/slots.ts";
import type { Conversation, TranscriptPlace } from "../conversation/conversation.ts";
import type { AgentRun } from "./agent-run.ts";

/** The host's words for a call that was stopped while it ran. */
const INTERRUPTED = /^\s*\[Request interrupted/;

/** One session: its main conversation and the agents that worked for it. */
export interface Session {
  readonly id: string;
  readonly main: Conversation;
  /** Transcripts of agents, also of those whose launch nobody found. */
  readonly agents: readonly Conversation[];
  /** In order of start. */
  readonly runs: readonly AgentRun[];
  /** Whether it is probably still going on: what has not happened yet can still happen. */
  readonly isLive: boolean;
  /** Transcripts of agents that were too many to be read. */
  readonly unreadAgents: number;
}

/** The agents that were launched in one message (or by one workflow), with what came of it. */
export interface Burst {
  readonly by: Conversation;
  readonly place: TranscriptPlace;
  /** Those that started, in order of start. */
  readonly runs: readonly AgentRun[];
  /** The time in which at least one of them was at work. */
  readonly wallMs: number;
  /** The times of all agents added up. */
  readonly agentsMs: number;
  /** The largest number that really ran at the same moment. */
  readonly atOnce: number;
}

/** The main conversation and all agents. */
export function conversationsOf(session: Session): Conversation[] {
  return [session.main, ...session.agents];
}

/** The runs that started, in order of start, also those of which nothing says how long they took. */
export function startedRuns(runs: readonly AgentRun[]): AgentRun[] {
  return runs.filter(hasStarted);
}

function hasStarted({ outcome, conversation, launch, reportedAt }: AgentRun): boolean {
  if (outcome === "refused") return false;
  if (conversation !== undefined) return true;
  if (launch?.answer === undefined) return reportedAt !== undefined;
  // A launch that the user rejected ends with an error, and began nothing; one that was interrupted had begun.
  return !launch.answer.isError || outcome === "failed" || INTERRUPTED.test(launch.answer.text);
}

/** The runs of which is known when they were at work, in order of start. */
export function measuredRuns(runs: readonly AgentRun[]): AgentRun[] {
  return startedRuns(runs).filter((run) => run.spans.length > 0);
}

/** The bursts of a session, in order. */
export function burstsOf(session: Session): Burst[] {
  const groups = new Map<string, AgentRun[]>();
  for (const run of startedRuns(session.runs)) {
    const key = `${run.by.file} ${run.burst}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()].map(burstOf);
}

function burstOf(runs: AgentRun[]): Burst {
  const [first] = runs;
  if (first === undefined) throw new Error("a burst has agents");
  return {
    by: first.by,
    place: first.launch ?? { line: 1, atMs: first.startMs },
    runs,
    wallMs: coveredMs(spansOf(runs)),
    agentsMs: totalMs(spansOf(runs)),
    atOnce: mostAtOnce(runs).length,
  };
}

/** How long an agent worked; 0 where it was not measured. */
export function durationOf(run: AgentRun): number {
  return totalMs(run.spans);
}

export function spansOf(runs: readonly AgentRun[]): Span[] {
  return runs.flatMap((run) => run.spans);
}

/** Whether two agents were at work at the same moment. */
export function overlapInTime(a: AgentRun, b: AgentRun): boolean {
  return a.spans.some((one) =>
    b.spans.some((other) => one.startMs < other.endMs && other.startMs < one.endMs),
  );
}

/** Those that were at work at the first moment at which the most were. */
export function mostAtOnce(runs: readonly AgentRun[]): AgentRun[] {
  const edges = runs
    .flatMap((run) =>
      run.spans.flatMap(({ startMs, endMs }) => [
        { atMs: startMs, run, starts: true },
        { atMs: endMs, run, starts: false },
      ]),
    )
    .sort((a, b) => a.atMs - b.atMs || Number(a.starts) - Number(b.starts));
  const atWork = new Set<AgentRun>();
  let most: AgentRun[] = [];
  for (const { run, starts } of edges) {
    if (starts) atWork.add(run);
    else atWork.delete(run);
    if (atWork.size > most.length) most = [...atWork];
  }
  return most;
}

/** What the agents used; `undefined` where no transcript of any says it. */
export function usageOfAgents(session: Session): Usage | undefined {
  const known = session.agents.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
  return known.length === 0 ? undefined : known.reduce(addUsage, NO_USAGE);
}
