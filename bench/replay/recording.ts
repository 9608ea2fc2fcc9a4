import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { taskNotificationsIn } from "../../mcp-server/src/host/task-notification.ts";
import { readLines } from "../../mcp-server/src/host/transcripts/read-lines.ts";
import {
  parseRecord,
  type TranscriptRecord,
} from "../../mcp-server/src/host/transcripts/transcript-record.ts";

/** A tool call of a recorded run. Times are milliseconds since 1970. */
export interface RecordedCall {
  readonly id: string;
  readonly tool: string;
  readonly caller: string;
  readonly fromMs: number;
  /** Undefined: no answer is recorded. */
  untilMs: number | undefined;
  /** What it left running. */
  work?: string;
  workUntilMs?: number;
}

/** An agent or a main conversation, from its first record to its last. */
export interface RecordedCaller {
  readonly name: string;
  readonly isAgent: boolean;
  firstMs: number;
  lastMs: number;
}

/** Who made which tool calls at what times. */
export interface Recording {
  readonly callers: readonly RecordedCaller[];
  readonly calls: readonly RecordedCall[];
}

/**
 * Reads all transcripts (`*.jsonl`) below a folder as one run: conversations of one machine, whose clocks agree. A call
 * begins when the model asked for it, so that a wait at a prompt is part of it, and ends with its answer.
 */
export async function readRecording(folder: string): Promise<Recording> {
  const callers = new Map<string, RecordedCaller>();
  const calls = new Map<string, RecordedCall>();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".jsonl"),
  );
  for (const file of files.sort()) {
    for await (const { bytes } of readLines(join(folder, file))) {
      const record = bytes && parseRecord(bytes);
      if (record === undefined || record === "broken" || record.atMs === undefined) continue;
      const name = record.agent?.id ?? basename(file, ".jsonl").replace(/^agent-/, "");
      note(callers, calls, name, record, record.atMs);
    }
  }
  return { callers: [...callers.values()], calls: [...calls.values()] };
}

function note(
  callers: Map<string, RecordedCaller>,
  calls: Map<string, RecordedCall>,
  name: string,
  record: TranscriptRecord,
  atMs: number,
): void {
  const caller = callers.get(name) ?? { name, isAgent: record.isSidechain, firstMs: atMs, lastMs: atMs };
  callers.set(name, caller);
  caller.firstMs = Math.min(caller.firstMs, atMs);
  caller.lastMs = Math.max(caller.lastMs, atMs);
  for (const block of record.blocks) {
    if (block.kind === "call" && !calls.has(block.id)) {
      calls.set(block.id, { id: block.id, tool: block.tool, caller: name, fromMs: atMs, untilMs: undefined });
    }
    const call = block.kind === "result" ? calls.get(block.callId) : undefined;
    // A conversation that was resumed repeats what was said before.
    if (call && call.untilMs === undefined) {
      call.untilMs = Math.max(atMs, call.fromMs);
      const { backgroundTaskId } = record.toolResult;
      if (typeof backgroundTaskId === "string" && backgroundTaskId !== "") call.work = backgroundTaskId;
    }
    if (block.kind !== "text") continue;
    for (const { agentId } of taskNotificationsIn(block.text)) {
      for (const call of calls.values()) if (call.work === agentId) call.workUntilMs ??= atMs;
    }
  }
}

/** The same agents as if they had begun at one time, as those of one burst do. */
export function startedTogether({ callers, calls }: Recording, names: readonly string[]): Recording {
  const moved = callers.filter(({ name }) => names.includes(name));
  const firstOf = new Map(moved.map(({ name, firstMs }) => [name, firstMs]));
  const at = (name: string, ms: number) => ms - (firstOf.get(name) ?? 0);
  return {
    callers: moved.map((one) => ({
      ...one,
      firstMs: at(one.name, one.firstMs),
      lastMs: at(one.name, one.lastMs),
    })),
    calls: calls
      .filter(({ caller }) => firstOf.has(caller))
      .map((call) => ({
        ...call,
        fromMs: at(call.caller, call.fromMs),
        untilMs: call.untilMs === undefined ? undefined : at(call.caller, call.untilMs),
        ...(call.workUntilMs !== undefined && { workUntilMs: at(call.caller, call.workUntilMs) }),
      })),
  };
}
