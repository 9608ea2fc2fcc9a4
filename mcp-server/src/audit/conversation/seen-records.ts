import type { Block, TranscriptRecord } from "../../host/transcripts/transcript-record.ts";

const SIGNATURE_LENGTH = 200;

/**
 * Tells records from their copies. A session that is forked or resumed begins with a copy of the history of another
 * one, with other ids of records in some hosts; a history that is compacted or rewritten repeats messages in its own file.
 */
export class SeenRecords {
  readonly #moments = new Set<string>();

  /**
   * For one more transcript, which may copy from all others of these.
   * @param agentId of an agent's transcript: agents of one message may be told the same at the same moment
   */
  ofFile(agentId = ""): (record: TranscriptRecord) => boolean {
    const messages = new Set<string>();
    return (record) => {
      const message = messageOf(record);
      const said = momentOf(record);
      const moment = said === undefined ? undefined : `${agentId} ${said}`;
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
  const { atMs, role, messageId, blocks } = record;
  return atMs === undefined ? undefined : `${role} ${atMs} ${messageId} ${signatureOf(blocks)}`;
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
