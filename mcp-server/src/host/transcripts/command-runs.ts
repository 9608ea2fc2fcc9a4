import { stat } from "node:fs/promises";
import { type CommandEnd, type CommandRun, commandRun } from "../../graph/command-run.ts";
import { endOfAnswer, endOfError, endOfText, outputOf } from "./bash-result.ts";
import { saysNoTestRan } from "./no-tests.ts";
import { readLines } from "./read-lines.ts";
import { parseRecord, type ResultBlock, type TranscriptRecord } from "./transcript-record.ts";

/** A longer transcript would keep whoever reports waiting. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_RUNS = 2_000;
/** Only lines with one of these hold a call of a tool or its result. */
const CALLS = ['"tool_use"', '"tool_result"'].map((text) => Buffer.from(text));

/** The commands that a transcript tells of, oldest first; of more than 2,000 the newest. */
export interface WrittenRuns {
  readonly runs: readonly CommandRun[];
  /** Everything before the call that was asked for is written, since that call is. */
  readonly isComplete: boolean;
}

/**
 * The commands that a conversation ran with Bash, by its transcript.
 * @param sinceMs what ended before is left out.
 * @param until the id of a later call of the conversation, whatever its tool.
 * @returns undefined when the file cannot be read or is over 64 MB: that is not the same as none.
 */
export async function commandRuns(
  file: string,
  of: "main" | "agent",
  sinceMs: number,
  until?: string,
): Promise<WrittenRuns | undefined> {
  const runs = new Map<string, CommandRun>();
  let isComplete = false;
  try {
    if ((await stat(file)).size > MAX_BYTES) return undefined;
    for await (const { bytes } of readLines(file)) {
      if (!bytes || !CALLS.some((text) => bytes.includes(text))) continue;
      const record = parseRecord(bytes);
      if (record === undefined || record === "broken" || (of === "main" && record.isSidechain)) continue;
      note(runs, record);
      isComplete ||= record.blocks.some((block) => block.kind === "call" && block.id === until);
      const oldest = runs.keys().next();
      if (runs.size > MAX_RUNS && !oldest.done) runs.delete(oldest.value);
    }
  } catch (error) {
    // Gone, or not for this user to read.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
  return { runs: [...runs.values()].filter(({ atMs }) => atMs >= sinceMs), isComplete };
}

function note(runs: Map<string, CommandRun>, record: TranscriptRecord): void {
  const atMs = record.atMs ?? 0;
  for (const block of record.blocks) {
    if (block.kind === "call" && block.tool === "Bash" && typeof block.input.command === "string") {
      const end: CommandEnd = { kind: "unknown", inBackground: false };
      runs.set(block.id, commandRun({ use: block.id, command: block.input.command, atMs, end }));
    }
    const run = block.kind === "result" ? runs.get(block.callId) : undefined;
    if (run && block.kind === "result") runs.set(run.use, { ...run, atMs, ...ended(run, block, record) });
  }
}

function ended(
  { command }: CommandRun,
  { isError, text }: ResultBlock,
  { toolResult }: TranscriptRecord,
): Pick<CommandRun, "end" | "ranNoTest"> {
  if (isError) return { end: endOfError(text), ranNoTest: false };
  const isWhole = typeof toolResult.stdout === "string";
  return {
    end: isWhole ? endOfAnswer(toolResult) : endOfText(command, text),
    ranNoTest: saysNoTestRan(isWhole ? outputOf(toolResult) : text),
  };
}
