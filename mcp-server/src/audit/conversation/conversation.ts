import type { Usage } from "../../graph/usage.ts";
import type { Span } from "../../report/timeline/slots.ts";
import type { CheckKind } from "./check-command.ts";
import { transcriptPathKey } from "./transcript-path.ts";

/** A place in a transcript: its line, 1 for the first, and the time that stands there. */
export interface TranscriptPlace {
  readonly line: number;
  readonly atMs: number;
}

/** An agent was to be launched: a call of the tool Agent, or Task as older hosts call it. */
export interface AgentLaunch extends TranscriptPlace {
  readonly kind: "launch";
  readonly callId: string;
  /** Launches of one message share it. */
  readonly messageId: string;
  readonly description: string;
  readonly prompt: string;
  readonly agentType: string;
  /** The name under which a teammate was to be launched; empty for any other agent. */
  readonly teammate: string;
  /** What the host answered: at once for a background agent, else when the agent had ended. */
  answer?: LaunchAnswer;
  /** What the host showed of the agent's steps, between the records of the conversation that waited for it. */
  shown?: Conversation;
}

export interface LaunchAnswer extends TranscriptPlace {
  readonly isError: boolean;
  /** Whether it only says that the agent was started. */
  readonly isBackground: boolean;
  /** Whether it says that a teammate was started, which lives as long as the session. */
  readonly isTeammate: boolean;
  readonly agentId: string;
  readonly status: string;
  /** 0 where the host did not say. */
  readonly durationMs: number;
  /** The host's count, in which what was read from the cache is not told apart; 0 where it did not say. */
  readonly tokens: number;
  readonly text: string;
}

/** The host told that a background agent has stopped. */
export interface Notice extends TranscriptPlace {
  readonly kind: "notice";
  readonly agentId: string;
  readonly callId: string;
  /** `completed`, `failed`, `killed`; `message` when a teammate wrote and did not end. */
  readonly status: string;
  readonly summary: string;
  readonly report: string;
  /** 0 where the host did not say. */
  readonly durationMs: number;
  readonly tokens: number;
  /** Whether the model saw it, or it was only put into the queue. */
  readonly isDelivered: boolean;
}

/** The model asked for the result of a background agent, as older hosts wanted it. */
export interface Collect extends TranscriptPlace {
  readonly kind: "collect";
  readonly agentId: string;
  answer?: CollectAnswer;
}

export interface CollectAnswer extends TranscriptPlace {
  readonly isError: boolean;
  /** `completed`, `failed`, `running` … */
  readonly status: string;
  readonly text: string;
}

/** A message to a running agent, or the order to stop it. */
export interface Message extends TranscriptPlace {
  readonly kind: "message";
  readonly agentId: string;
  readonly isStop: boolean;
}

/** A command that tells whether work is right. */
export interface CheckRun extends TranscriptPlace {
  readonly kind: "check";
  readonly command: string;
  readonly of: CheckKind;
  /** `undefined` while its result is not known, and where nothing says it: it did not run, or not to its end. */
  failed?: boolean;
}

/** Other tool calls, one after another with nothing between them. */
export interface Work extends TranscriptPlace {
  readonly kind: "work";
  /** How many of them wrote a file. */
  writes: number;
}

export interface Statement extends TranscriptPlace {
  readonly kind: "statement";
  /** Whole (up to a limit) where nothing but a user's prompt or the end follows, else its beginning. */
  text: string;
  readonly admitsFailure: boolean;
  /** The host said it in place of a model that could not be reached, or had no room left. */
  readonly isApiError: boolean;
}

/** What the user said. */
export interface Prompt extends TranscriptPlace {
  readonly kind: "prompt";
  readonly text: string;
}

export type Step = AgentLaunch | Notice | Collect | Message | CheckRun | Work | Statement | Prompt;

/** All that one conversation did with one file; times are of calls, lines of the first one. */
export interface FileWrites {
  readonly path: string;
  readonly line: number;
  readonly firstMs: number;
  lastMs: number;
  /** When it last replaced the whole file. */
  replacedMs?: number;
}

export interface FileReads {
  readonly path: string;
  readonly line: number;
  lastLine: number;
  readonly firstMs: number;
  /** When it was not there. */
  missingMs?: number;
}

/** One transcript, boiled down to what the rules look at. */
export interface Conversation {
  readonly file: string;
  /** Undefined for the main conversation. */
  readonly agentId: string | undefined;
  /** The working directory, with slashes. */
  readonly directory: string;
  /** Times of the first and the last message; 0 when there is none. */
  readonly startMs: number;
  readonly endMs: number;
  /** When it was at work, without silence and without waiting for agents of its own. */
  readonly activity: readonly Span[];
  /** `undefined` where no record says what was used. */
  readonly usage: Usage | undefined;
  /** Records that are in another transcript as well, and are looked at there. */
  readonly copiedRecords: number;
  /** What sessions that were forked or resumed from this one did. */
  readonly continuations: readonly Conversation[];
  /** In order of their lines. */
  readonly steps: readonly Step[];
  /** By `transcriptPathKey`. */
  readonly writes: ReadonlyMap<string, FileWrites>;
  readonly reads: ReadonlyMap<string, FileReads>;
  /** The last thing it said, when no tool call follows. */
  readonly closing: Statement | undefined;
  readonly skipped: Skipped;
}

/** What could not be read, or not be kept. */
export interface Skipped {
  /** Lines that are no JSON, such as one that is being written. */
  readonly brokenLines: number;
  /** Lines that are too long. */
  readonly longLines: number;
  /** Steps beyond the number that is kept: rules that conclude from silence do not apply then. */
  readonly steps: number;
  /** Launches beyond the number that is kept. */
  readonly launches: number;
}

/** The steps between two lines, both excluded. */
export function stepsBetween({ steps }: Conversation, afterLine: number, beforeLine: number): Step[] {
  // Steps come in order of their lines, and long sessions have many.
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.line ?? 0) > afterLine) high = middle;
    else low = middle + 1;
  }
  const found: Step[] = [];
  for (let i = low; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined || step.line >= beforeLine) break;
    found.push(step);
  }
  return found;
}

/** The steps of a conversation and of those that went on from it. */
export function allSteps({ steps, continuations }: Conversation): readonly Step[] {
  return continuations.length === 0 ? steps : [...steps, ...continuations.flatMap((later) => later.steps)];
}

/** Whether a file was read after a line, here or where the conversation went on. */
export function wasReadAfter({ reads, continuations }: Conversation, key: string, line: number): boolean {
  return [reads, ...continuations.map((later) => later.reads)].some(
    (some) => (some.get(key)?.lastLine ?? 0) > line,
  );
}

export function launchesOf(conversation: Conversation): AgentLaunch[] {
  return conversation.steps.filter((step) => step.kind === "launch");
}

/** A path as people of the project write it: from the conversation's working directory where it lies below. */
export function pathWithin({ directory }: Conversation, path: string): string {
  const prefix = `${directory}/`;
  const isBelow = directory !== "" && transcriptPathKey(path).startsWith(transcriptPathKey(prefix));
  return isBelow ? path.slice(prefix.length) : path;
}
