import { basename } from "node:path";
import type { Conversation } from "../conversation/conversation.ts";
import { readConversation } from "../conversation/read-conversation.ts";
import { SeenRecords } from "../conversation/seen-records.ts";
import { type AgentTranscripts, readAgentTranscripts } from "./agent-transcripts.ts";
import { joinRuns } from "./join-runs.ts";
import type { Session } from "./session.ts";

/** A session that has said something so recently may go on. */
const LIVE_MS = 10 * 60_000;

interface ReadTranscripts extends AgentTranscripts {
  readonly file: string;
  readonly main: Conversation;
}

/** Reads a session and its agents, file by file. */
export async function readSession(file: string, nowMs: number): Promise<Session> {
  return sessionOf(await readTranscripts(file, new SeenRecords()), [], nowMs);
}

/**
 * Reads sessions of which the later ones begin with a copy of an earlier one's history: each record counts once, in the
 * first of them, and each session knows what those after it did.
 * @param files the oldest first
 * @param onUnreadable called for each file that cannot be opened
 */
export async function readFamily(
  files: readonly string[],
  nowMs: number,
  onUnreadable: (file: string) => void,
): Promise<Session[]> {
  const seen = new SeenRecords();
  const read: ReadTranscripts[] = [];
  for (const file of files) {
    try {
      read.push(await readTranscripts(file, seen));
    } catch (error) {
      // A file that may not be read, or has just gone.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      onUnreadable(file);
    }
  }
  return read.map((one, i) => {
    const later = read.slice(i + 1).map(({ main }) => main);
    return sessionOf(
      one,
      later.filter(({ copiedRecords }) => copiedRecords > 0),
      nowMs,
    );
  });
}

async function readTranscripts(file: string, seen: SeenRecords): Promise<ReadTranscripts> {
  const main = await readConversation(file, undefined, seen.ofFile());
  return { file, main, ...(await readAgentTranscripts(file, main, (agentId) => seen.ofFile(agentId))) };
}

function sessionOf(
  { file, main: alone, agents, unread }: ReadTranscripts,
  continuations: readonly Conversation[],
  nowMs: number,
): Session {
  const main = { ...alone, continuations };
  const conversations = agents.map((agent) => agent.conversation);
  const lastMs = Math.max(main.endMs, ...conversations.map((conversation) => conversation.endMs));
  return {
    id: basename(file, ".jsonl"),
    main,
    agents: conversations,
    runs: joinRuns(main, agents),
    isLive: lastMs <= nowMs && nowMs - lastMs < LIVE_MS,
    unreadAgents: unread,
  };
}
