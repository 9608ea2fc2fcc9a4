import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LaunchAnswer } from "./answers.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { ToolClient } from "./tool-client.ts";

/** The session in whose transcripts everything is written. */
export const SESSION = "11111111-2222-4333-8444-555555555555";

/** A home with the transcripts of one session, as the host keeps them. */
export class TranscriptHome {
  readonly home = temporaryFolder();
  readonly projects = join(this.home, ".claude", "projects");
  /** The model that says everything; empty: none that is named. */
  model = "";
  #messages = 0;

  /** What a server of the session is started with. */
  get env(): Record<string, string> {
    return { HOME: this.home, CLAUDE_CODE_SESSION_ID: SESSION };
  }

  get main(): string {
    return join(this.projects, "-home-me-app", `${SESSION}.jsonl`);
  }

  agent(agentId: string): string {
    return join(this.projects, "-home-me-app", SESSION, "subagents", `agent-${agentId}.jsonl`);
  }

  /** Writes one message of the model with so many tokens of output, and a tenth of that as cache writes. @param call of a tool. */
  says(file: string, output: number, atMs = Date.now(), call?: string): void {
    const usage = {
      input_tokens: 1,
      cache_creation_input_tokens: output / 10,
      cache_read_input_tokens: 7,
      output_tokens: output,
    };
    const line = {
      type: "assistant",
      timestamp: new Date(atMs).toISOString(),
      isSidechain: file !== this.main,
      message: {
        id: `msg_${++this.#messages}`,
        role: "assistant",
        model: this.model,
        content: call ? [{ type: "tool_use", id: call, name: "Bash", input: {} }] : [],
        usage,
      },
    };
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
}

/** Launches an agent for a task, as the host's hooks tell of it. */
export async function launches(server: ToolClient, agentId: string, launch: LaunchAnswer): Promise<void> {
  const call = { tool: "Agent", use: `launch-${agentId}`, session: SESSION };
  const { prompt, description } = launch;
  await server.hook({ event: "PreToolUse", ...call, input: JSON.stringify({ prompt, description }) });
  const response = JSON.stringify({ agentId, status: "async_launched" });
  await server.hook({ event: "PostToolUse", ...call, response });
}

/** The agent ends; `transcript` is where the host says that its transcript is. */
export function agentStops(server: ToolClient, agent: string, transcript = "") {
  return server.hook({ event: "SubagentStop", session: SESSION, agent, agentTranscript: transcript });
}
