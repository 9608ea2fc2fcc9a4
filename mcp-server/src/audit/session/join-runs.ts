import { findToken } from "../../graph/token.ts";
import type { Span } from "../../report/timeline/slots.ts";
import { clipSpans } from "../conversation/activity.ts";
import { teammateName } from "../conversation/agent-message.ts";
import {
  type AgentLaunch,
  allSteps,
  type Collect,
  type Conversation,
  type LaunchAnswer,
  launchesOf,
  type Notice,
} from "../conversation/conversation.ts";
import { ENDED_STATUS } from "../conversation/launch-answer.ts";
import type { AgentRun, AgentTranscript } from "./agent-run.ts";
import { TranscriptMatcher } from "./match-transcripts.ts";
import { causeOf, outcomeOf, type RunEnd } from "./run-outcome.ts";

/**
 * Without a transcript nothing tells work from waiting for a permission or for the next day: a longer time is no
 * measure.
 */
const MAX_UNSEEN_MS = 60 * 60_000;
/** Words of a run's name, where nobody named it. */
const NAME_FROM_PROMPT = 80;

/** Joins the launches of all conversations of a session with the transcripts of the agents. */
export function joinRuns(main: Conversation, agents: readonly AgentTranscript[]): AgentRun[] {
  const matcher = new TranscriptMatcher(agents);
  const launched = [main, ...agents.map((agent) => agent.conversation)].flatMap((by) => {
    const told = new ToldEnds(by);
    return launchesOf(by).map((launch) => {
      const agentId = launch.answer?.agentId || told.noticesOf(launch)[0]?.agentId || "";
      return runOf(by, launch, matcher.take(launch, agentId), told);
    });
  });
  const ofWorkflows = matcher.free.filter((agent) => agent.workflow !== undefined);
  return [...launched, ...ofWorkflows.map((agent) => workflowRun(main, agent))].sort(
    (a, b) => a.startMs - b.startMs,
  );
}

function runOf(
  by: Conversation,
  launch: AgentLaunch,
  transcript: AgentTranscript | undefined,
  told: ToldEnds,
): AgentRun {
  const { answer } = launch;
  const isTeammate = answer?.isTeammate ?? false;
  const agentId = answer?.agentId || transcript?.agentId || told.noticesOf(launch)[0]?.agentId || "";
  const all = told.endsOf(launch, agentId);
  const ends = withoutLooks(all);
  const delivered = withoutLooks(all.filter((end) => end.isDelivered));
  // A teammate writes more than once, and has ended when it has written for the last time.
  const reported = isTeammate ? delivered.at(-1) : delivered[0];
  const end = isTeammate ? ends.at(-1) : ends[0];
  const conversation = transcript?.conversation;
  const startMs = conversation?.startMs || launch.atMs;
  const report = conversation?.closing?.text ?? end?.text ?? "";
  const wasStopped = told.wasStopped(agentId);
  const outcome = outcomeOf({ launchedMs: launch.atMs, end, conversation, report, wasStopped });
  const endMs = Math.max(
    startMs,
    endOf(startMs, conversation, isTeammate ? undefined : end) ?? end?.atMs ?? 0,
  );
  return {
    name: launch.description || transcript?.description || launch.teammate || launch.agentType || "an agent",
    agentType: launch.agentType || transcript?.agentType || "",
    agentId,
    by,
    launch,
    conversation,
    prompt: transcript?.prompt || launch.prompt,
    startMs,
    endMs,
    spans: outcome === "refused" ? [] : spansOf(conversation, startMs, endMs, isTeammate ? undefined : end),
    outcome,
    cause: outcome === "failed" || outcome === "refused" ? causeOf(end, report) : "",
    report,
    reportedAt: reported === undefined ? undefined : { line: reported.line, atMs: reported.atMs },
    isBackground: answer?.isBackground ?? false,
    isTeammate,
    isFromPlan: findToken(launch.prompt) !== undefined,
    hostTokens: answer?.tokens || (end?.tokens ?? 0),
    burst: launch.messageId === "" ? `call ${launch.callId}` : `message ${launch.messageId}`,
  };
}

function workflowRun(main: Conversation, agent: AgentTranscript): AgentRun {
  const { conversation } = agent;
  const { startMs, endMs } = conversation;
  const report = conversation.closing?.text ?? "";
  const outcome = outcomeOf({
    launchedMs: startMs,
    end: undefined,
    conversation,
    report,
    wasStopped: false,
  });
  return {
    name: agent.description || agent.prompt.slice(0, NAME_FROM_PROMPT) || "an agent",
    agentType: agent.agentType,
    agentId: agent.agentId,
    by: main,
    launch: undefined,
    conversation,
    prompt: agent.prompt,
    startMs,
    endMs,
    spans: spansOf(conversation, startMs, endMs, undefined),
    outcome,
    cause: outcome === "failed" ? causeOf(undefined, report) : "",
    report,
    reportedAt: undefined,
    isBackground: true,
    isTeammate: false,
    isFromPlan: false,
    hostTokens: 0,
    burst: `workflow ${agent.workflow}`,
  };
}

function spansOf(
  conversation: Conversation | undefined,
  startMs: number,
  endMs: number,
  end: RunEnd | undefined,
): readonly Span[] {
  if (conversation !== undefined && conversation.endMs > 0) {
    return clipSpans(conversation.activity, startMs, endMs);
  }
  const isKnown = end !== undefined && endMs > startMs && endMs - startMs <= MAX_UNSEEN_MS;
  return isKnown ? [{ startMs, endMs }] : [];
}

/** An agent that was sent another message goes on after its end: what it does then is not this run any more. */
function endOf(
  startMs: number,
  conversation: Conversation | undefined,
  end: RunEnd | undefined,
): number | undefined {
  if (conversation !== undefined && conversation.endMs > 0) {
    const isBounded = end !== undefined && end.status !== "read";
    return isBounded ? Math.min(conversation.endMs, end.atMs) : conversation.endMs;
  }
  if (end === undefined) return undefined;
  return end.durationMs > 0 ? Math.min(startMs + end.durationMs, end.atMs) : end.atMs;
}

/** A look at what an agent has written so far is no end where anything else tells of one, else the last look is. */
function withoutLooks(ends: readonly RunEnd[]): readonly RunEnd[] {
  const told = ends.filter(({ status }) => status !== "read");
  return told.length > 0 ? told : ends.slice(-1);
}

/** What one conversation was told of the ends of its agents. */
class ToldEnds {
  readonly #noticesByCall = new Map<string, Notice[]>();
  readonly #noticesByAgent = new Map<string, Notice[]>();
  readonly #collects = new Map<string, Collect[]>();
  readonly #stopped = new Set<string>();

  constructor(by: Conversation) {
    for (const step of allSteps(by)) {
      if (step.kind === "notice" && step.callId !== "") put(this.#noticesByCall, step.callId, step);
      else if (step.kind === "notice") put(this.#noticesByAgent, step.agentId, step);
      else if (step.kind === "collect") put(this.#collects, step.agentId, step);
      else if (step.kind === "message" && step.isStop) this.#stopped.add(step.agentId);
    }
  }

  wasStopped(agentId: string): boolean {
    return agentId !== "" && this.#stopped.has(agentId);
  }

  noticesOf(launch: AgentLaunch, agentId = launch.answer?.agentId ?? ""): Notice[] {
    const ofTeammate = launch.answer?.isTeammate ? teammateName(agentId || launch.teammate) : "";
    const names = new Set([agentId, ofTeammate].filter((name) => name !== ""));
    return [
      ...(this.#noticesByCall.get(launch.callId) ?? []),
      ...[...names].flatMap((name) => this.#noticesByAgent.get(name) ?? []),
    ];
  }

  /** Everything that told the launcher of the agent's end, in order of time. */
  endsOf(launch: AgentLaunch, agentId: string): RunEnd[] {
    // A message on the way is no end, but of a teammate there is nothing else.
    const isTeammate = launch.answer?.isTeammate ?? false;
    const ending = this.noticesOf(launch, agentId).filter(({ status }) => isTeammate || status !== "message");
    const notices = ending.map(
      ({ line, atMs, status, report, summary, durationMs, tokens, isDelivered }): RunEnd => ({
        ...{ line, atMs, status, summary, durationMs, tokens, isDelivered },
        ...{ text: report, isError: false },
      }),
    );
    const collected = agentId === "" ? [] : (this.#collects.get(agentId) ?? []).flatMap(collectedEnd);
    return [...answeredEnd(launch.answer), ...notices, ...collected].sort((a, b) => a.atMs - b.atMs);
  }
}

function put<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}

function answeredEnd(answer: LaunchAnswer | undefined): RunEnd[] {
  if (answer === undefined || answer.isBackground) return [];
  const { line, atMs, isError, status, text, durationMs, tokens } = answer;
  return [{ line, atMs, isError, status, text, summary: "", durationMs, tokens, isDelivered: true }];
}

function collectedEnd({ answer }: Collect): RunEnd[] {
  if (answer === undefined || answer.isError || !ENDED_STATUS.test(answer.status)) return [];
  const { line, atMs, status, text } = answer;
  return [
    { line, atMs, status, text, summary: "", isError: false, durationMs: 0, tokens: 0, isDelivered: true },
  ];
}
