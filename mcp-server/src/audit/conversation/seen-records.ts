import type { Block, TranscriptRecord } from "../../host/transcripts/transcript-record.ts";

const SIGNATURE_LENGTH = 200;

/**
 * Tells records from their copies. A session that is forked or resumed begins with a copy of the history of another
 * one, with other ids of records in some hosts; a history that is compacted or rewritten repeats messages in its own file.
 */
export class SeenRecords {
  /** Hashes, because a long session has a hundred thousand records. */
  readonly #moments = new Set<number>();

  /**
   * For one more transcript, which may copy from all others of these.
   * @param agentId of an agent's transcript: agents of one message may be told the same at the same moment
   */
  ofFile(agentId = ""): (record: TranscriptRecord) => boolean {
    const messages = new Set<number>();
    return (record) => {
      const message = hashOf(messageOf(record));
      const moment = hashOf(momentOf(record), agentId);
      const isRepeated = message !== undefined && messages.has(message);
      const isCopied = moment !== undefined && this.#moments.has(moment);
      if (message !== undefined) messages.add(message);
      if (moment !== undefined) this.#moments.add(moment);
      return isRepeated || isCopied;
    };
  }
}

/** Equal for a record and its copy in another transcript: what was said when. `undefined` without a time. */
export function momentOf(record: TranscriptRecord): string | undefined {
  const { atMs, role, isDelivered, messageId, blocks } = record;
  if (atMs === undefined) return undefined;
  // What is put into the queue and what is taken out of it may be written at the same moment.
  return `${role} ${isDelivered} ${atMs} ${messageId} ${signatureOf(blocks)}`;
}

/** Equal for a part of a model's message and its repetition, whenever that was written. */
function messageOf({ messageId, blocks }: TranscriptRecord): string | undefined {
  // What a model thinks is not read: such records of one message look alike.
  return messageId === "" || blocks.length === 0 ? undefined : `${messageId}\n${signatureOf(blocks)}`;
}

function signatureOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "call") return block.id;
      if (block.kind === "result") return `of ${block.callId}`;
      return `${block.text.length} ${block.text.slice(0, SIGNATURE_LENGTH)}`;
    })
    .join("\n");
}

/**
 * A hash of 53 bits: of a million records two differing ones are taken for equal with a chance of one in ten thousand.
 * Two multiplicative hashes of 32 bits side by side (cyrb53, in the public domain).
 */
function hashOf(text: string | undefined, of = ""): number | undefined {
  if (text === undefined) return undefined;
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const part of [of, "\n", text]) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      high = Math.imul(high ^ code, 2_654_435_761);
      low = Math.imul(low ^ code, 1_597_334_677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
