import type { Conversation } from "./conversation.ts";
import { isMainConversation } from "./conversation.ts";
import { isTaskTool, taskTool } from "./task-tools.ts";
import type { Output } from "./turn.ts";

/** Every request that reached the endpoint, and what can be counted from them. */

/** Tokens as the Messages API counts them. */
export interface HandedOutUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
}

export interface RecordedRequest {
  startMs: number;
  /** Absent while the request is open. */
  endMs?: number;
  conversation: Conversation;
  isMain: boolean;
  /** How long it was, as it was sent. */
  characters: number;
  /** The task (`plan/id`) a worker was at. */
  task?: string;
  outputs: Output[];
  /** Absent where the model did not answer. */
  usage?: HandedOutUsage;
}

export interface AgentInterval {
  agentId: string;
  parentAgentId?: string;
  task?: string;
  startMs: number;
  endMs: number;
  /** When it sent its last report; after that it only says goodbye, and its slot may be taken already. */
  reportedMs?: number;
  requests: number;
}

export class Recording {
  readonly requests: RecordedRequest[] = [];
  /** What went wrong inside the scripts themselves. */
  readonly failures: Error[] = [];
  /** How many calls Claude Code had checked, in auto mode, by the stand-in for the provider. */
  checks = 0;

  open(conversation: Conversation, startMs: number, characters = 0): RecordedRequest {
    const entry: RecordedRequest = {
      startMs,
      characters,
      conversation,
      isMain: isMainConversation(conversation),
      outputs: [],
    };
    this.requests.push(entry);
    return entry;
  }

  answered(entry: RecordedRequest, outputs: Output[], usage: HandedOutUsage): void {
    entry.outputs = outputs;
    entry.usage = usage;
  }

  end(entry: RecordedRequest, endMs: number): void {
    entry.endMs = endMs;
  }

  /** One interval per agent, from its first request to the end of its last, in order of their start. */
  agents(): AgentInterval[] {
    const intervals = new Map<string, AgentInterval>();
    for (const { conversation, startMs, endMs = Date.now(), task, outputs } of this.requests) {
      const { agentId, parentAgentId } = conversation;
      if (agentId === undefined) continue;
      const interval = intervals.get(agentId) ?? { agentId, startMs, endMs, requests: 0 };
      interval.requests += 1;
      interval.endMs = Math.max(interval.endMs, endMs);
      if (parentAgentId !== undefined) interval.parentAgentId = parentAgentId;
      if (task !== undefined) interval.task = task;
      if (outputs.some((output) => "tool" in output && output.tool === taskTool("task_report"))) {
        interval.reportedMs = endMs;
      }
      intervals.set(agentId, interval);
    }
    return [...intervals.values()];
  }

  /** How many agents were at work on a task at the same moment, at most: alive, and without a report so far. */
  mostAtWorkAtOnce(): number {
    return largestOverlap(
      this.agents().map(({ startMs, endMs, reportedMs }) => ({ startMs, endMs: reportedMs ?? endMs })),
    );
  }

  /** How many agents were alive at the same moment, at most. */
  mostAgentsAtOnce(): number {
    return largestOverlap(this.agents());
  }

  /** How many agents had a request open at the same moment, at most: the strictest reading of overlap. */
  mostAgentRequestsAtOnce(): number {
    return largestOverlap(
      this.requests
        .filter((request) => request.conversation.agentId !== undefined)
        .map((request) => ({ startMs: request.startMs, endMs: request.endMs ?? Date.now() })),
    );
  }

  /** The descriptions of the Agent calls of each message of the main conversation that launched any. */
  launchMessages(): string[][] {
    return this.requests
      .filter((request) => request.isMain)
      .map((request) => request.outputs.flatMap((output) => launchDescription(output)))
      .filter((descriptions) => descriptions.length > 0);
  }

  /** How often the model was sent a tool result that says it had no permission, in any conversation. */
  refusals(): { agentId?: string; tool: string; text: string }[] {
    const seen = new Map<string, { agentId?: string; tool: string; text: string }>();
    for (const { conversation } of this.requests) {
      for (const block of conversation.blocks) {
        if (block.kind !== "result" || !isRefusal(block.text)) continue;
        const { agentId } = conversation;
        seen.set(block.callId, {
          ...(agentId === undefined ? {} : { agentId }),
          tool: block.tool,
          text: block.text,
        });
      }
    }
    return [...seen.values()];
  }

  /** Everything that stood in the main conversation of a session at its end, piece by piece. */
  mainContext(sessionId?: string): ContextPiece[] {
    const last = this.requests.findLast(
      (request) =>
        request.isMain && (sessionId ?? request.conversation.sessionId) === request.conversation.sessionId,
    );
    if (last === undefined) return [];
    const firstReply = last.conversation.blocks.findIndex((block) => block.role === "assistant");
    const pieces = last.conversation.blocks.flatMap((block, at): ContextPiece[] => {
      if (block.kind === "call") {
        return [
          {
            source: block.tool === "Agent" ? "launch by the model" : "call by the model",
            tool: block.tool,
            characters: JSON.stringify(block.input).length,
            text: JSON.stringify(block.input),
          },
        ];
      }
      if (block.kind === "result") {
        const source = isTaskTool(block.tool)
          ? "answer of this plugin"
          : block.tool === "Agent"
            ? "host: launch text"
            : "answer of another tool";
        return [{ source, tool: block.tool, characters: block.text.length, text: block.text }];
      }
      if (block.text.startsWith("Base directory for this skill:")) return [piece("skill", block.text)];
      if (block.role === "assistant") return [piece("words of the model", block.text)];
      if (firstReply === -1 || at < firstReply) return [piece("opening", block.text)];
      return arrivedText(block.text);
    });
    return [...pieces, ...last.outputs.map(outputPiece)];
  }

  /** What the main conversation's model wrote for each launch, in characters of the whole tool input. */
  launchCharacters(sessionId?: string): number[] {
    return this.mainContext(sessionId)
      .filter((part) => part.source === "launch by the model")
      .map((part) => part.characters);
  }

  /** The same as `mainCharacters`, shared out evenly over so many tasks. */
  mainCharactersPerTask(tasks: number, sessionId?: string): Record<ContextSource, number> {
    const totals = this.mainCharacters(sessionId);
    for (const source of Object.keys(totals) as ContextSource[])
      totals[source] = Math.ceil(totals[source] / tasks);
    return totals;
  }

  /** Characters of the main conversation by source. */
  mainCharacters(sessionId?: string): Record<ContextSource, number> {
    const totals: Record<ContextSource, number> = {
      opening: 0,
      skill: 0,
      "words of the model": 0,
      "launch by the model": 0,
      "call by the model": 0,
      "answer of this plugin": 0,
      "answer of another tool": 0,
      "hook of this plugin": 0,
      "last message of an agent": 0,
      "host: launch text": 0,
      "host: notification": 0,
      "other text": 0,
    };
    for (const { source, characters } of this.mainContext(sessionId)) totals[source] += characters;
    return totals;
  }
}

export type ContextSource =
  | "opening"
  | "skill"
  | "words of the model"
  | "launch by the model"
  | "call by the model"
  | "answer of this plugin"
  | "answer of another tool"
  | "hook of this plugin"
  | "last message of an agent"
  | "host: launch text"
  | "host: notification"
  | "other text";

export interface ContextPiece {
  source: ContextSource;
  tool?: string;
  characters: number;
  text: string;
}

/** The largest number of intervals that contain one common moment; touching ends do not overlap. */
export function largestOverlap(intervals: { startMs: number; endMs: number }[]): number {
  const edges = intervals
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, change: 1 },
      { atMs: endMs, change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let running = 0;
  let most = 0;
  for (const edge of edges) {
    running += edge.change;
    most = Math.max(most, running);
  }
  return most;
}

/** The two sentences with which Claude Code tells a main conversation and a subagent that a tool was refused. */
export function isRefusal(text: string): boolean {
  return /but you haven't granted it yet|^Permission to use \S+ has been denied/.test(text);
}

/**
 * The host joins what arrives together into one message, with blank lines between; only its own openings separate,
 * so that a blank line inside a hook's text stays part of that text.
 */
const ARRIVAL_START =
  /\n\n(?=\[SYSTEM NOTIFICATION|<tools-used-before-summary>|The user hasn't heard|\w+ hook additional context:|Stop hook )/;

function arrivedText(text: string): ContextPiece[] {
  return text.split(ARRIVAL_START).flatMap((part) => {
    if (/^(\w+ hook additional context:|Stop hook (feedback|blocking))/.test(part)) {
      return [piece("hook of this plugin", part)];
    }
    const report = part.match(/<task-notification>[\s\S]*<result>([\s\S]*)<\/result>/)?.[1];
    if (report !== undefined) {
      return [
        piece("last message of an agent", report),
        piece("host: notification", part.replace(report, "")),
      ];
    }
    if (/<task-notification>|<tools-used-before-summary>/.test(part))
      return [piece("host: notification", part)];
    return [piece("other text", part)];
  });
}

function outputPiece(output: Output): ContextPiece {
  if ("text" in output) return piece("words of the model", output.text);
  const text = JSON.stringify(output.input);
  return {
    source: output.tool === "Agent" ? "launch by the model" : "call by the model",
    tool: output.tool,
    characters: text.length,
    text,
  };
}

function launchDescription(output: Output): string[] {
  return "tool" in output && output.tool === "Agent" ? [String(output.input.description ?? "")] : [];
}

function piece(source: ContextSource, text: string): ContextPiece {
  return { source, characters: text.length, text };
}
