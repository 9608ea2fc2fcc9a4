import { addUsage, NO_USAGE, type Usage } from "../../graph/usage.ts";
import { assignSlots, type Span } from "../../report/timeline/slots.ts";
import type { AgentRun } from "./agent-run.ts";
import type { Conversation, TranscriptPlace } from "./conversation.ts";

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
}

/** The agents that were launched in one message (or by one workflow), with what came of it. */
export interface Burst {
  readonly by: Conversation;
  readonly place: TranscriptPlace;
  /** Those that started, in order of start. */
  readonly runs: readonly AgentRun[];
  /** From the first start to the last end. */
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

/** The runs that started, in order of start. */
export function startedRuns(runs: readonly AgentRun[]): AgentRun[] {
  return runs.filter((run) => run.outcome !== "refused" && durationOf(run) > 0);
}

/** The bursts of a session, in order. */
export function burstsOf(session: Session): Burst[] {
  const groups = new Map<string, AgentRun[]>();
  for (const run of startedRuns(session.runs)) {
    const key = `${run.by.file} ${run.burst}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
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
    wallMs: Math.max(...runs.map((run) => run.endMs)) - first.startMs,
    agentsMs: runs.reduce((sum, run) => sum + durationOf(run), 0),
    atOnce: assignSlots(runs).length,
  };
}

export function durationOf(run: AgentRun): number {
  return run.endMs - run.startMs;
}

/** Whether two agents were at work at the same moment. */
export function overlapInTime(a: AgentRun, b: AgentRun): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

/** The time in which at least one agent was at work. */
export function coveredMs(runsByStart: readonly Span[]): number {
  let covered = 0;
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of runsByStart) {
    covered += Math.max(0, endMs - Math.max(startMs, reachedMs));
    reachedMs = Math.max(reachedMs, endMs);
  }
  return covered;
}

export function usageOfAgents(session: Session): Usage {
  return session.agents.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE);
}
