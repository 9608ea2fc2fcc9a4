import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readLines } from "../../host/transcripts/read-lines.ts";
import { objectOf, parseRecord, stringOf } from "../../host/transcripts/transcript-record.ts";
import { type AgentTranscript, joinRuns } from "./agent-run.ts";
import type { Conversation } from "./conversation.ts";
import { launchesOf } from "./conversation.ts";
import { ConversationReader } from "./conversation-reader.ts";
import type { Session } from "./session.ts";

const AGENT_FILE = /^agent-([\w-]{1,64})\.jsonl$/;
/** The host's own helpers, which nobody launched: they sum up a conversation or guess the next prompt. */
const INTERNAL = /^agent-a(?:compact|prompt_suggestion|side_question)/;
const MAX_AGENT_FILES = 5_000;
const MAX_META_BYTES = 64 * 1024;
/** A session that has said something so recently may go on. */
const LIVE_MS = 10 * 60_000;

/** Reads a session and its agents, file by file and line by line. */
export async function readSession(file: string, nowMs: number): Promise<Session> {
  const main = await readConversation(file);
  const agents = await readAgents(file, main);
  const conversations = agents.map((agent) => agent.conversation);
  const lastMs = Math.max(main.endMs, ...conversations.map((conversation) => conversation.endMs));
  return {
    id: basename(file, ".jsonl"),
    main,
    agents: conversations,
    runs: joinRuns(main, agents),
    isLive: lastMs <= nowMs && nowMs - lastMs < LIVE_MS,
  };
}

/** Reads one transcript. */
export async function readConversation(file: string, agentId?: string): Promise<Conversation> {
  const reader = new ConversationReader(file, agentId);
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

async function readAgents(file: string, main: Conversation): Promise<AgentTranscript[]> {
  const agents: AgentTranscript[] = [];
  for (const path of await agentFiles(file, main)) {
    const agentId = AGENT_FILE.exec(basename(path))?.[1] ?? "";
    const meta = await readMeta(path);
    const conversation = await readConversation(path, agentId);
    const [first] = conversation.steps;
    agents.push({
      agentId,
      launchedBy: stringOf(meta.toolUseId),
      agentType: stringOf(meta.agentType),
      description: stringOf(meta.description),
      prompt: first?.kind === "prompt" ? first.text : "",
      workflow: /[/\\]workflows[/\\]([^/\\]+)[/\\][^/\\]+$/.exec(path)?.[1],
      conversation,
    });
  }
  return agents;
}

/** Hosts keep agents in a folder of the session; older ones kept them beside it, of all sessions together. */
async function agentFiles(file: string, main: Conversation): Promise<string[]> {
  const own = await filesBelow(join(dirname(file), basename(file, ".jsonl"), "subagents"));
  const ids = launchesOf(main).map((launch) => launch.answer?.agentId ?? "");
  const beside: string[] = [];
  for (const name of new Set(ids.map((id) => `agent-${id}.jsonl`))) {
    const path = join(dirname(file), name);
    const isThere = AGENT_FILE.test(name) && (await stat(path).catch(() => undefined))?.isFile();
    if (isThere && !own.some((known) => basename(known) === name)) beside.push(path);
  }
  return [...own, ...beside].slice(0, MAX_AGENT_FILES);
}

async function filesBelow(folder: string): Promise<string[]> {
  const options = { withFileTypes: true, recursive: true } as const;
  const entries: Dirent[] = await readdir(folder, options).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && AGENT_FILE.test(entry.name) && !INTERNAL.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What the host wrote beside an agent's transcript; nothing where it wrote nothing of use. */
async function readMeta(path: string) {
  const file = path.replace(/\.jsonl$/, ".meta.json");
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size > MAX_META_BYTES) return {};
  try {
    return objectOf(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}
