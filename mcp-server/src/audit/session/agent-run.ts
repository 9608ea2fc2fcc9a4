import { findToken } from "../../graph/token.ts";
import type {
  AgentLaunch,
  Collect,
  Conversation,
  LaunchAnswer,
  Notice,
  TranscriptPlace,
} from "./conversation.ts";
import { launchesOf } from "./conversation.ts";
import { reportsFailure } from "./wording.ts";

/**
 * How an agent ended. `failed`: the host or the agent's own report says so, or it reported nothing.
 * `refused`: it never started. `stopped`: on purpose, by whoever launched it or by the user.
 * `unfinished`: nothing says that it ended.
 */
export type RunOutcome = "completed" | "failed" | "refused" | "stopped" | "unfinished";

/** One agent at work. */
export interface AgentRun {
  readonly name: string;
  readonly agentType: string;
  readonly agentId: string;
  /** Who launched it. */
  readonly by: Conversation;
  /** Absent for agents of a workflow script. */
  readonly launch: AgentLaunch | undefined;
  /** What it did, where its transcript was found. */
  readonly conversation: Conversation | undefined;
  /** The prompt that it was given, which a hook may have replaced. */
  readonly prompt: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: RunOutcome;
  /** Why it failed or was refused, in the words of the host or of its report. */
  readonly cause: string;
  readonly report: string;
  /** When its launcher learned that it had ended; `undefined` if it never did. */
  readonly reportedAt: TranscriptPlace | undefined;
  readonly isBackground: boolean;
  /** Launched for a plan of this project's server, which chose the moment by dependencies and scopes. */
  readonly isFromPlan: boolean;
  /** Equal for agents that were launched in one message, or by one workflow. */
  readonly burst: string;
}

/** A transcript of an agent with what the host wrote beside it. */
export interface AgentTranscript {
  readonly agentId: string;
  readonly launchedBy: string;
  readonly agentType: string;
  readonly description: string;
  readonly prompt: string;
  /** The run of the workflow script that launched it. */
  readonly workflow: string | undefined;
  readonly conversation: Conversation;
}

/** The end of an agent as its launcher was told. */
interface End extends TranscriptPlace {
  readonly isError: boolean;
  readonly status: string;
  readonly text: string;
  readonly durationMs: number;
  readonly isDelivered: boolean;
}

const FAILED_STATUS = /^(?:failed|error|errored|timed_out|killed)$/;
const ENDED_STATUS = /^(?:completed|failed|error|errored|timed_out|killed|stopped|cancelled|read)$/;
const BY_THE_USER =
  /user (?:doesn['’]t want|rejected|declined|interrupted)|interrupted by user|request interrupted/i;

/** Joins the launches of all conversations of a session with the transcripts of the agents. */
export function joinRuns(main: Conversation, agents: readonly AgentTranscript[]): AgentRun[] {
  const conversations = [main, ...agents.map((agent) => agent.conversation)];
  const free = new Set(agents);
  const launched = conversations.flatMap((by) =>
    launchesOf(by).map((launch) => {
      const transcript = transcriptOf(launch, by, free);
      if (transcript !== undefined) free.delete(transcript);
      return runOf(by, launch, transcript);
    }),
  );
  const ofWorkflows = [...free].filter((agent) => agent.workflow !== undefined);
  return [...launched, ...ofWorkflows.map((agent) => workflowRun(main, agent))].sort(
    (a, b) => a.startMs - b.startMs,
  );
}

function transcriptOf(launch: AgentLaunch, by: Conversation, free: ReadonlySet<AgentTranscript>) {
  const id = launch.answer?.agentId || noticesOf(by, launch)[0]?.agentId;
  const all = [...free];
  return (
    all.find((agent) => agent.launchedBy === launch.callId) ??
    all.find((agent) => id !== undefined && id !== "" && agent.agentId === id) ??
    // A launch that was cut off left no id; hosts of long ago wrote nothing beside the transcript.
    (launch.answer === undefined
      ? all.find((agent) => agent.launchedBy === "" && agent.prompt !== "" && agent.prompt === launch.prompt)
      : undefined)
  );
}

function runOf(by: Conversation, launch: AgentLaunch, transcript: AgentTranscript | undefined): AgentRun {
  const agentId = launch.answer?.agentId || transcript?.agentId || noticesOf(by, launch)[0]?.agentId || "";
  const ends = endsOf(by, launch, agentId);
  const told = ends.find((end) => end.isDelivered);
  const end = ends[0];
  const conversation = transcript?.conversation;
  const startMs = conversation?.startMs || launch.atMs;
  const report = conversation?.closing?.text ?? end?.text ?? "";
  const wasStopped = by.steps.some(
    (step) => step.kind === "message" && step.isStop && step.agentId !== "" && step.agentId === agentId,
  );
  const outcome = outcomeOf(end, conversation, report, wasStopped);
  return {
    name: launch.description || transcript?.description || launch.agentType || "an agent",
    agentType: launch.agentType || transcript?.agentType || "",
    agentId,
    by,
    launch,
    conversation,
    prompt: transcript?.prompt || launch.prompt,
    startMs,
    endMs: Math.max(startMs, endOf(startMs, conversation, end)),
    outcome,
    cause: outcome === "failed" || outcome === "refused" ? causeOf(end, report) : "",
    report,
    reportedAt: told === undefined ? undefined : { line: told.line, atMs: told.atMs },
    isBackground: launch.answer?.isBackground ?? false,
    isFromPlan: findToken(launch.prompt) !== undefined,
    burst: launch.messageId === "" ? `call ${launch.callId}` : `message ${launch.messageId}`,
  };
}

function workflowRun(main: Conversation, agent: AgentTranscript): AgentRun {
  const { conversation } = agent;
  const report = conversation.closing?.text ?? "";
  return {
    name: agent.description || agent.prompt.slice(0, 80) || "an agent",
    agentType: agent.agentType,
    agentId: agent.agentId,
    by: main,
    launch: undefined,
    conversation,
    prompt: agent.prompt,
    startMs: conversation.startMs,
    endMs: conversation.endMs,
    outcome: conversation.closing === undefined ? "unfinished" : "completed",
    cause: "",
    report,
    reportedAt: undefined,
    isBackground: true,
    isFromPlan: false,
    burst: `workflow ${agent.workflow}`,
  };
}

/** Everything that told the launcher of the agent's end, in order of time. */
function endsOf(by: Conversation, launch: AgentLaunch, agentId: string): End[] {
  const notices = noticesOf(by, launch, agentId).map(
    ({ line, atMs, status, report, isDelivered }): End => ({
      ...{ line, atMs, status, isDelivered },
      ...{ text: report, isError: false, durationMs: 0 },
    }),
  );
  const collected = by.steps.flatMap((step): End[] =>
    step.kind === "collect" && agentId !== "" && step.agentId === agentId ? collectedEnd(step) : [],
  );
  return [...answeredEnd(launch.answer), ...notices, ...collected].sort((a, b) => a.atMs - b.atMs);
}

function answeredEnd(answer: LaunchAnswer | undefined): End[] {
  if (answer === undefined || answer.isBackground) return [];
  const { line, atMs, isError, status, text, durationMs } = answer;
  return [{ line, atMs, isError, status, text, durationMs, isDelivered: true }];
}

function collectedEnd({ answer }: Collect): End[] {
  if (answer === undefined || answer.isError || !ENDED_STATUS.test(answer.status)) return [];
  const { line, atMs, status, text } = answer;
  return [{ line, atMs, status, text, isError: false, durationMs: 0, isDelivered: true }];
}

function noticesOf(by: Conversation, launch: AgentLaunch, agentId = launch.answer?.agentId ?? ""): Notice[] {
  return by.steps.filter(
    (step): step is Notice =>
      step.kind === "notice" &&
      (step.callId === "" ? agentId !== "" && step.agentId === agentId : step.callId === launch.callId),
  );
}

/** An agent that was sent another message goes on after its end: what it does then is not this run any more. */
function endOf(startMs: number, conversation: Conversation | undefined, end: End | undefined): number {
  if (conversation !== undefined && conversation.endMs > 0) {
    return end === undefined ? conversation.endMs : Math.min(conversation.endMs, end.atMs);
  }
  if (end === undefined) return startMs;
  return end.durationMs > 0 ? Math.min(startMs + end.durationMs, end.atMs) : end.atMs;
}

function outcomeOf(
  end: End | undefined,
  conversation: Conversation | undefined,
  report: string,
  wasStopped: boolean,
): RunOutcome {
  if (end === undefined) {
    if (conversation?.closing === undefined) return wasStopped ? "stopped" : "unfinished";
    return reportsFailure(report) ? "failed" : "completed";
  }
  if (end.isError) {
    if (BY_THE_USER.test(end.text)) return "stopped";
    return conversation === undefined ? "refused" : "failed";
  }
  if (end.status === "stopped" || end.status === "cancelled" || (end.status === "killed" && wasStopped)) {
    return "stopped";
  }
  if (FAILED_STATUS.test(end.status) || reportsFailure(report)) return "failed";
  const said = report.trim() !== "" || end.text.trim() !== "";
  return said || end.status === "read" ? "completed" : "failed";
}

function causeOf(end: End | undefined, report: string): string {
  if (end?.isError) return end.text.replace(/<\/?tool_use_error>/g, "");
  if (report.trim() === "") return end?.text.trim() || "it reported nothing";
  return report;
}
