import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { objectOf, stringOf, type TranscriptRecord } from "../../host/transcripts/transcript-record.ts";
import { type Conversation, launchesOf, type Step } from "../conversation/conversation.ts";
import { readConversation } from "../conversation/read-conversation.ts";
import type { AgentTranscript } from "./agent-run.ts";

const AGENT_FILE = /^agent-([\w-]{1,64})\.jsonl$/;
/** The host's own helpers, which nobody launched: they sum up a conversation or guess the next prompt. */
const INTERNAL = /^agent-a(?:compact|prompt_suggestion|side_question)/;
const MAX_AGENT_FILES = 20_000;
/** Sessions beside this one that are searched for agents which it launched. */
const MAX_NEIGHBOURS = 500;
const MAX_META_BYTES = 64 * 1024;

export interface AgentTranscripts {
  readonly agents: readonly AgentTranscript[];
  /** Files beyond the number that is read. */
  readonly unread: number;
}

/**
 * Reads what the agents of a session did.
 * @param file the transcript of its main conversation
 * @param isCopyIn makes the judge of copies for one more transcript
 */
export async function readAgentTranscripts(
  file: string,
  main: Conversation,
  isCopyIn: (agentId: string) => (record: TranscriptRecord) => boolean,
): Promise<AgentTranscripts> {
  const files = await agentFiles(file, main);
  const agents: AgentTranscript[] = [];
  for (const path of files.slice(0, MAX_AGENT_FILES)) {
    const agentId = idOf(path);
    const meta = await readMeta(path);
    const conversation = await readConversation(path, agentId, isCopyIn(agentId));
    // A fork may have copied its agents as well: they are the other session's.
    if (conversation.copiedRecords > 0 && conversation.endMs === 0) continue;
    const [first] = conversation.steps;
    agents.push({
      agentId,
      launchedBy: stringOf(meta.toolUseId),
      agentType: stringOf(meta.agentType),
      description: stringOf(meta.description),
      prompt: promptIn(first),
      workflow: /[/\\]workflows[/\\]([^/\\]+)[/\\][^/\\]+$/.exec(path)?.[1],
      conversation,
    });
  }
  const known = new Set(agents.map((agent) => agent.agentId));
  const by = [main, ...agents.map((agent) => agent.conversation)];
  agents.push(...by.flatMap(shownAgents).filter(({ agentId }) => !known.has(agentId)));
  return { agents, unread: Math.max(0, files.length - MAX_AGENT_FILES) };
}

/** Agents whose steps stand in the transcript of the conversation that launched them. */
function shownAgents(by: Conversation): AgentTranscript[] {
  return launchesOf(by).flatMap(({ callId, agentType, description, prompt, shown: conversation }) =>
    conversation === undefined
      ? []
      : [
          {
            ...{ agentId: conversation.agentId ?? callId, launchedBy: callId },
            ...{ agentType, description, prompt, workflow: undefined, conversation },
          },
        ],
  );
}

/**
 * Hosts keep agents in a folder of the session; older ones kept them beside it, of all sessions together. A fork
 * repeats launches whose agents lie in the folder of the session that it was forked from.
 */
async function agentFiles(file: string, main: Conversation): Promise<string[]> {
  const own = await filesBelow(join(dirname(file), basename(file, ".jsonl"), "subagents"));
  const known = new Set(own.map(idOf));
  const ids = launchesOf(main).map((launch) => launch.answer?.agentId ?? "");
  const missing = new Set(ids.filter((id) => AGENT_FILE.test(`agent-${id}.jsonl`) && !known.has(id)));
  if (missing.size === 0) return own;
  const beside: string[] = [];
  for (const path of await elsewhere(file, missing)) {
    const id = idOf(path);
    if (missing.delete(id)) beside.push(path);
  }
  return [...own, ...beside];
}

async function elsewhere(file: string, ids: ReadonlySet<string>): Promise<string[]> {
  const entries: Dirent[] = await readdir(dirname(file), { withFileTypes: true }).catch(() => []);
  const beside = entries
    .filter((entry) => entry.isFile() && AGENT_FILE.test(entry.name) && ids.has(idOf(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  const neighbours = entries
    .filter((entry) => entry.isDirectory() && entry.name !== basename(file, ".jsonl"))
    .slice(0, MAX_NEIGHBOURS);
  const below = await Promise.all(
    neighbours.map((entry) => filesBelow(join(entry.parentPath, entry.name, "subagents"))),
  );
  return [...beside, ...below.flat().filter((path) => ids.has(idOf(path)))];
}

async function filesBelow(folder: string): Promise<string[]> {
  const options = { withFileTypes: true, recursive: true } as const;
  const entries: Dirent[] = await readdir(folder, options).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && AGENT_FILE.test(entry.name) && !INTERNAL.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A teammate gets its task as a message. */
function promptIn(first: Step | undefined): string {
  if (first?.kind === "prompt") return first.text;
  return first?.kind === "notice" && first.status === "message" ? first.report : "";
}

function idOf(path: string): string {
  return AGENT_FILE.exec(basename(path))?.[1] ?? "";
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
