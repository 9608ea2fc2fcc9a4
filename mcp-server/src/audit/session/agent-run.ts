import type { Span } from "../../report/timeline/slots.ts";
import type { AgentLaunch, Conversation, TranscriptPlace } from "../conversation/conversation.ts";

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
  /**
   * When it was at work, in order: without silence, and without waiting for agents that it launched itself. Empty where
   * neither a transcript nor the host says it.
   */
  readonly spans: readonly Span[];
  readonly outcome: RunOutcome;
  /** Why it failed or was refused, in the words of the host or of its report. */
  readonly cause: string;
  readonly report: string;
  /** When its launcher learned that it had ended; `undefined` if it never did. */
  readonly reportedAt: TranscriptPlace | undefined;
  readonly isBackground: boolean;
  /** It lives as long as the session, waits for messages and has no end of its own. */
  readonly isTeammate: boolean;
  /** Launched for a plan of this project's server, which chose the moment by dependencies and scopes. */
  readonly isFromPlan: boolean;
  /** The host's count of tokens, which is no measure of what was new to the model; 0 where it did not say. */
  readonly hostTokens: number;
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
