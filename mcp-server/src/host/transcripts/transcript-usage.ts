import { stat } from "node:fs/promises";
import type { Usage } from "../../graph/usage.ts";
import { readLines } from "./read-lines.ts";
import { parseRecord } from "./transcript-record.ts";
import { UsageCounter } from "./usage-counter.ts";

/** From one moment to another, in milliseconds since the epoch, both included; endless where infinite. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a transcript says of the tokens that its conversation used. */
export interface TranscriptUsage {
  /** For each of the periods that were asked for. */
  readonly usage: readonly Usage[];
  /** How long the transcript was: it only grows, so that another length tells of more to count. */
  readonly bytes: number;
}

/** Only lines with this hold anything to count. */
const USAGE = Buffer.from('"usage"');
/** The blocks of a message follow each other closely. */
const REMEMBERED_MESSAGES = 64;

/**
 * Counts the tokens of a transcript, each message once, in the period in which the message began. The file is read
 * as a stream; lines that are broken, half written or too long are passed over.
 * @param of whether the file is a main conversation's, in which older hosts wrote down their agents as well.
 * @returns undefined when the file cannot be read or says nothing of usage: that is not the same as none.
 */
export async function transcriptUsage(
  file: string,
  of: "main" | "agent",
  periods: readonly Period[],
): Promise<TranscriptUsage | undefined> {
  const counters = periods.map(() => new UsageCounter());
  const begins = new Map<string, number>();
  let lastMs = Number.NEGATIVE_INFINITY;
  let isCounted = false;
  try {
    const bytes = (await stat(file)).size;
    for await (const line of readLines(file)) {
      if (!line.bytes?.includes(USAGE)) continue;
      const record = parseRecord(line.bytes);
      if (record === undefined || record === "broken" || record.role !== "assistant") continue;
      if (of === "main" && record.isSidechain) continue;
      const { messageId, usage, model, atMs = lastMs } = record;
      if (Object.values(usage).every((tokens) => tokens === 0)) continue;
      isCounted = true;
      lastMs = atMs;
      const beganMs = begins.get(messageId) ?? atMs;
      remember(begins, messageId, beganMs);
      periods.forEach(({ fromMs, toMs }, i) => {
        if (beganMs >= fromMs && beganMs <= toMs) counters[i]?.add(messageId, usage, model);
      });
    }
    return isCounted ? { usage: counters.map(({ usage }) => usage), bytes } : undefined;
  } catch (error) {
    // Gone, or not for this user to read.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

function remember(begins: Map<string, number>, messageId: string, beganMs: number): void {
  begins.delete(messageId);
  begins.set(messageId, beganMs);
  const oldest = begins.keys().next().value;
  if (begins.size > REMEMBERED_MESSAGES && oldest !== undefined) begins.delete(oldest);
}
