import type { Conversation } from "../../mcp-server/src/audit/conversation/conversation.ts";
import { ConversationReader } from "../../mcp-server/src/audit/conversation/conversation-reader.ts";
import type { AuditFinding, AuditRule } from "../../mcp-server/src/audit/rules/audit-rule.ts";
import { type Phrase, phraseText } from "../../mcp-server/src/audit/rules/phrase.ts";
import type { AgentTranscript } from "../../mcp-server/src/audit/session/agent-run.ts";
import { joinRuns } from "../../mcp-server/src/audit/session/join-runs.ts";
import type { Session } from "../../mcp-server/src/audit/session/session.ts";
import { parseRecord } from "../../mcp-server/src/host/transcripts/transcript-record.ts";

/** Lines of transcripts in the shape in which the host writes them; times are seconds from the start. */

export type Line = Record<string, unknown>;

export const START_MS = Date.parse("2026-03-01T10:00:00.000Z");
export const DIRECTORY = "/home/someone/project";

function line(at: number, fields: Line): Line {
  return { timestamp: new Date(START_MS + at * 1000).toISOString(), cwd: DIRECTORY, ...fields };
}

function assistant(at: number, block: Line, message: string): Line {
  const usage = { input_tokens: 100, cache_creation_input_tokens: 10, output_tokens: 20 };
  return line(at, {
    type: "assistant",
    message: { id: message, role: "assistant", content: [block], usage },
  });
}

export function prompt(at: number, text: string): Line {
  return line(at, { type: "user", message: { role: "user", content: text } });
}

export function say(at: number, text: string): Line {
  return assistant(at, { type: "text", text }, `say-${at}`);
}

export function call(at: number, id: string, tool: string, input: Line, message = `call-${id}`): Line {
  return assistant(at, { type: "tool_use", id, name: tool, input }, message);
}

export function result(at: number, id: string, text: string, fields: Line = {}, isError = false): Line {
  const block = { type: "tool_result", tool_use_id: id, content: text, is_error: isError };
  return line(at, { type: "user", message: { role: "user", content: [block] }, ...fields });
}

export function notice(
  at: number,
  agentId: string,
  status = "completed",
  report = "Done.",
  callId = "",
): Line {
  const id = callId === "" ? "" : `<tool-use-id>${callId}</tool-use-id>`;
  const text = `<task-notification><task-id>${agentId}</task-id>${id}<status>${status}</status><summary>Agent stopped</summary><result>${report}</result></task-notification>`;
  const origin = { kind: "task-notification" };
  return line(at, { type: "user", origin, message: { role: "user", content: text } });
}

/** What the user runs a command for. */
export function runsCommand(at: number, id: string, command: string, exit: "passes" | "fails" = "passes") {
  const failed = exit === "fails";
  return [call(at, id, "Bash", { command }), result(at + 1, id, failed ? "Exit code 1" : "ok", {}, failed)];
}

export function writes(at: number, path: string, tool = "Write"): Line[] {
  const id = `w-${at}-${path}`;
  return [call(at, id, tool, { file_path: `${DIRECTORY}/${path}` }), result(at, id, "ok")];
}

export function reads(at: number, path: string, outcome: "there" | "missing" = "there"): Line[] {
  const id = `r-${at}-${path}`;
  const missing = outcome === "missing";
  return [
    call(at, id, "Read", { file_path: `${DIRECTORY}/${path}` }),
    result(at, id, missing ? "File does not exist." : "1 x", {}, missing),
  ];
}

export interface Agent {
  id: string;
  name: string;
  from: number;
  to: number;
  prompt?: string;
  /** Launched by the message of this name; alone in a message of its own where absent. */
  message?: string;
  /** In the foreground, as the host's older tool `Task` does by default. */
  foreground?: boolean;
  tool?: "Agent" | "Task";
  report?: string;
  /** As the host tells it. */
  status?: string;
  /** Nobody is told of the end. */
  untold?: boolean;
  /** It has no last words. */
  unfinished?: boolean;
  does?: Line[];
  /** The call that launched it, as the host wrote it beside the transcript; of `id` where absent. */
  launchedBy?: string;
}

/** What the launcher's transcript says of an agent: the launch, the host's answer, the end. */
export function launches({ id, name, from, to, ...agent }: Agent): Line[] {
  const { tool = "Agent", message = `launch-${id}`, report = "Done.", status = "completed" } = agent;
  const input = { description: name, prompt: agent.prompt ?? `Do ${name}`, subagent_type: "general-purpose" };
  const callId = `call-${id}`;
  const launch = call(from, callId, tool, input, message);
  if (agent.foreground) {
    const toolUseResult = { status, agentId: id, totalDurationMs: (to - from) * 1000 };
    return [launch, result(to, callId, report, { toolUseResult }, status === "failed")];
  }
  const started = result(from, callId, `Async agent launched successfully.\nagentId: ${id}`, {
    toolUseResult: { isAsync: true, status: "async_launched", agentId: id },
  });
  return agent.untold
    ? [launch, started]
    : [launch, started, notice(to, id, status, status === "killed" ? "" : report, callId)];
}

/** A step of an agent as hosts showed it between the records of its launcher, which waited for it. */
export function shown(agent: Pick<Agent, "id">, step: Line): Line {
  const { timestamp, cwd, ...message } = step;
  return {
    ...{ type: "progress", timestamp, cwd, parentToolUseID: `call-${agent.id}` },
    data: { type: "agent_progress", agentId: agent.id, message: { timestamp, ...message } },
  };
}

function transcriptOf(agent: Agent): AgentTranscript {
  const { id, name, from, to, report = "Done.", unfinished, does = [] } = agent;
  const given = agent.prompt ?? `Do ${name}`;
  const end = unfinished ? [call(to, `last-${id}`, "WebFetch", {})] : report === "" ? [] : [say(to, report)];
  return {
    agentId: id,
    launchedBy: agent.launchedBy ?? `call-${id}`,
    agentType: "general-purpose",
    description: name,
    prompt: given,
    workflow: undefined,
    conversation: conversationOf([prompt(from, given), ...does, ...end], `agent-${id}.jsonl`, id),
  };
}

/** Reads lines as the audit reads a file, in order of their times. */
export function conversationOf(lines: Line[], file = "session.jsonl", agentId?: string): Conversation {
  const reader = new ConversationReader(file, agentId);
  const time = ({ timestamp }: Line) => Date.parse(String(timestamp));
  [...lines]
    .sort((a, b) => time(a) - time(b))
    .forEach((one, i) => {
      const record = parseRecord(Buffer.from(JSON.stringify(one)));
      if (record !== undefined && record !== "broken") reader.add(record, i + 1);
    });
  return reader.finish();
}

/**
 * A session whose main conversation launched these agents and wrote these lines beside.
 * @param others agents with a transcript that `agents` or the lines launch
 */
export function sessionOf(agents: Agent[], main: Line[] = [], isLive = false, others: Agent[] = []): Session {
  const transcripts = [...agents, ...others].map(transcriptOf);
  const conversation = conversationOf([
    prompt(0, "Please do the work"),
    ...agents.flatMap(launches),
    ...main,
  ]);
  return {
    id: "session",
    main: conversation,
    agents: transcripts.map((agent) => agent.conversation),
    runs: joinRuns(conversation, transcripts),
    isLive,
    unreadAgents: 0,
  };
}

/** What a rule finds, each as its sentence. */
export function found(rule: AuditRule, session: Session): string[] {
  return rule.find(session).map((finding) => plain(finding.what));
}

export function only(rule: AuditRule, session: Session): AuditFinding {
  const findings = rule.find(session);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(`${findings.length} findings`);
  return finding;
}

export function plain(what: Phrase): string {
  return phraseText(what, (quoted) => quoted);
}
