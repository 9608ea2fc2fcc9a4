import { readLines } from "../../host/transcripts/read-lines.ts";
import { parseRecord, type TranscriptRecord } from "../../host/transcripts/transcript-record.ts";
import type { Conversation } from "./conversation.ts";
import { ConversationReader } from "./conversation-reader.ts";
import { SeenRecords } from "./seen-records.ts";

/**
 * Reads one transcript, line by line.
 * @param agentId of an agent's transcript
 * @param isCopy whether a record was read before; by default those that this transcript repeats
 */
export async function readConversation(
  file: string,
  agentId?: string,
  isCopy: (record: TranscriptRecord) => boolean = new SeenRecords().ofFile(),
): Promise<Conversation> {
  const reader = new ConversationReader(file, agentId, isCopy);
  for await (const { number, bytes } of readLines(file)) {
    if (bytes === undefined) {
      reader.noteLongLine();
      continue;
    }
    const record = parseRecord(bytes);
    if (record === "broken") reader.noteBrokenLine();
    else if (record !== undefined) reader.add(record, number);
  }
  return reader.finish();
}
