import type { AgentClient, ClientEvent } from "../clients/agent-client.ts";
import type { TaskId } from "../graph/task.ts";
import { addTokens, NO_USAGE, type Usage } from "../graph/usage.ts";
import type { AgentProcess } from "./agent-process.ts";

/** A last message is kept up to this length, in characters. */
const MAX_MESSAGE = 200_000;

/** An agent that a client works as, and what the client has told of it. */
export class RunningAgent {
  /** Its model has answered. */
  hasWorked = false;
  /** What it said last. */
  message = "";
  usage: Usage | undefined;
  limit: Extract<ClientEvent, { kind: "limit" }> | undefined;
  /** Why it cannot go on, as the client says it. */
  failure: string | undefined;
  /** Why it was told to end by this runner; undefined: it was not. */
  stoppedFor: string | undefined;
  /** When something was last heard of it, in milliseconds since 1970. */
  lastHeardMs: number;
  process: AgentProcess | undefined;
  /** It waits for a tool, which may take long and says nothing. */
  isInCall = false;
  #goesOn = false;

  constructor(
    readonly agentId: string,
    readonly task: TaskId,
    readonly client: AgentClient,
    readonly model: string | undefined,
    readonly startedMs: number,
  ) {
    this.lastHeardMs = startedMs;
  }

  hear(line: string, nowMs: number): void {
    this.lastHeardMs = nowMs;
    for (const event of this.client.read(line)) this.#note(event);
  }

  async stop(why: string): Promise<void> {
    this.stoppedFor ??= why;
    await this.process?.stop();
  }

  #note(event: ClientEvent): void {
    this.isInCall = event.kind === "tool";
    if (event.kind === "usage") this.#count(event);
    if (event.kind === "limit") this.limit = event;
    if (event.kind === "failed") this.failure = event.text;
    if (event.kind === "started" || event.kind === "tool") {
      this.hasWorked = true;
      // The client has tried again, with success.
      this.limit = undefined;
      this.failure = undefined;
    }
    if (event.kind === "message") {
      const before = this.#goesOn && event.goesOn ? this.message : "";
      this.message = `${before}${event.text}`.slice(-MAX_MESSAGE);
      this.#goesOn = event.goesOn === true;
    } else if (event.kind === "tool") this.#goesOn = false;
  }

  #count({ tokens, model = this.model ?? this.client.name }: Extract<ClientEvent, { kind: "usage" }>): void {
    const before = this.usage ?? NO_USAGE;
    const ofModel = before.byModel?.[model] ?? NO_USAGE;
    this.usage = {
      ...addTokens(before, tokens),
      requests: (before.requests ?? 0) + 1,
      byModel: { ...before.byModel, [model]: addTokens(ofModel, tokens) },
    };
  }
}
