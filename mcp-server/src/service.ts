import { setMaxListeners } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  CallToolResult,
  InputRequiredResult,
  ListToolsResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import {
  answerHook,
  answerLateHook,
  HOOK_TOOL,
  type HookEvent,
  mayTakeLong,
  readHookEvent,
} from "./hooks/index.ts";
import { untilFirstOf } from "./host/until-first-of.ts";
import { clientNamed, type McpClient } from "./policy/client.ts";
import { CLOCK_LOOK_MS } from "./policy/liveness/standstill.ts";
import { moveLeases } from "./run/attempts/move-leases.ts";
import { backgroundWorkEnded, everySecond, tellUsers } from "./run/background/background-work.ts";
import { recordChangesOfEndedAttempts } from "./run/checkout-watch/record-changes.ts";
import type { Counts } from "./run/plan/progress.ts";
import {
  createContext,
  type OpenContext,
  type ProcessFacts,
  type RunContext,
} from "./run/project/run-context.ts";
import { startFolder } from "./run/project/start-folder.ts";
import { SessionMemory } from "./run/session/session.ts";
import { sweepOnStart } from "./run/session/sweep-on-start.ts";
import { answerFor, answerForFailure } from "./tools/answer/answer-form.ts";
import { cleanAnswer } from "./tools/answer/clean-answer.ts";
import { failure, UnknownTool } from "./tools/answer/failure.ts";
import { askingWith, formFor } from "./tools/answer/question.ts";
import { taskFor, taskNow } from "./tools/answer/wait-form.ts";
import type { Tool } from "./tools/define-tool.ts";
import { TOOLS } from "./tools/index.ts";
import { refuseDeepNesting } from "./tools/input/nesting.ts";
import { readArguments } from "./tools/input/read-arguments.ts";
import { answerModule, moduleCallOf } from "./tools/module-call.ts";
import { listedFor, type OwnAgent, ownAgentIn, refusalForAgent } from "./tools/own-agent.ts";

/** The part of a request that the host sends beside the arguments. */
type Request = Pick<ServerContext["mcpReq"], "_meta" | "signal" | "notify" | "inputResponses">;

/** What a client says of itself. */
export interface ClientFacts {
  readonly name: string | undefined;
  /** It can show its user a form. */
  readonly hasForms: boolean;
  /** It takes a task of the protocol for this call's answer. */
  readonly hasTasks: boolean;
}

/** The most characters of an answer that Claude Code gives its model whole, where the listing asks for it. */
const MAX_RESULT_CHARACTERS = 500_000;

/**
 * A hook is answered within this time, whatever the graph does; what could not be written by then goes on. Only the
 * start of an agent waits longer, while its worktree is set up.
 */
const MAX_HOOK_MS = 2_000;

/** A hook that imports a plan or offers its tasks waits longer; the host gives it ten seconds. */
const MAX_LAUNCH_HOOK_MS = 8_000;

interface ServiceFacts extends ProcessFacts {
  /** Aborted when no more calls come: those that wait are then answered with what there is. */
  readonly inputEnded?: AbortSignal;
}

/** The bundle lies in mcp-server/dist of the plugin. It is found here, because the entry is no module and has no address. */
export const PLUGIN_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const requestMeta = z.looseObject({
  "claudecode/toolUseId": z.string().optional(),
  progressToken: z.union([z.string(), z.number()]).optional(),
});

/** What answers calls: the tools that it lists, and the hooks' tool, which it does not. */
export class Service {
  readonly #context: Promise<OpenContext>;
  readonly #session: SessionMemory;
  /** What is remembered of calls of modules in the host: nothing of them is the conversation's. */
  readonly #modulesSession: SessionMemory;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #inputEnded: AbortSignal;
  /** The agent that the client's conversation is, where a runner has started the client for one task. */
  readonly #ownAgent: OwnAgent | undefined;
  /** This process stood still, and the leases have not been moved past that yet. */
  #areLeasesBehind = false;
  #moved: Promise<void> = Promise.resolve();
  #ticking = false;

  constructor({ inputEnded = new AbortController().signal, ...facts }: ServiceFacts) {
    this.#inputEnded = inputEnded;
    // Every call that is under way listens to it, however many they are.
    setMaxListeners(0, inputEnded);
    this.#ownAgent = ownAgentIn(facts.env);
    this.#context = createContext({ ...facts, ...this.#ownAgent?.place });
    // A wrong setting is told by every call; the server itself must start, or every hook would warn.
    void this.#track(this.#context.then(sweepOnStart)).catch(() => undefined);
    // A headless Claude Code (-p, the SDK) ends with its turn; only in a terminal can somebody wake it.
    const isInteractive = facts.env.CLAUDE_CODE_ENTRYPOINT === "cli";
    this.#session = new SessionMemory(isInteractive);
    this.#modulesSession = new SessionMemory(isInteractive);
  }

  /** From now on it is known when the process did not run. */
  watchClock(): void {
    void this.tick();
    setInterval(() => void this.tick(), CLOCK_LOOK_MS).unref();
  }

  /** To be called every `CLOCK_LOOK_MS`. What fails is tried again. */
  async tick(): Promise<void> {
    this.#session.beat();
    if (this.#ticking) return;
    this.#ticking = true;
    const work = async () => {
      const run = await this.#context;
      run.clock.beginLooking();
      await this.#afterStandstill(run);
      await everySecond(run, this.#session);
    };
    await this.#track(work())
      .catch(() => undefined)
      .finally(() => {
        this.#ticking = false;
      });
  }

  /** Nothing may be judged by the time before the leases are where they would be if the process had run all along. */
  #afterStandstill(run: RunContext): Promise<void> {
    if (run.clock.look()) this.#areLeasesBehind = true;
    const move = async () => {
      if (!this.#areLeasesBehind) return;
      await moveLeases(run);
      this.#areLeasesBehind = false;
    };
    if (this.#areLeasesBehind) this.#moved = this.#moved.then(move).catch(() => undefined);
    return this.#moved;
  }

  /** Lets the graph go when what is under way has ended; no call may come after it. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#session.close();
    // Without a context, for want of a valid setting, there is nothing to let go.
    await this.#context.then(
      async (run) => {
        await backgroundWorkEnded(run);
        await run.close();
      },
      () => undefined,
    );
  }

  listTools(): ListToolsResult {
    return {
      tools: listedFor(this.#ownAgent, TOOLS).map((tool) => ({
        name: tool.name,
        title: tool.title,
        description: tool.description,
        inputSchema: inputSchemaOf(tool.input),
        annotations: { ...tool.annotations, openWorldHint: false },
        ...metaOf(tool),
      })),
    };
  }

  /**
   * Never throws: every failure is an answer that says what is wrong and what to do.
   */
  callTool(
    name: string,
    input: unknown,
    request: Request,
    client: ClientFacts,
  ): Promise<CallToolResult | InputRequiredResult> {
    return this.#track(this.#answer(name, input, request, client));
  }

  /** The client does not wait for it any more. */
  forgetTask(taskId: string): void {
    for (const [plan, id] of this.#session.waitsBeside)
      if (id === taskId) this.#session.waitsBeside.delete(plan);
  }

  /** How a task of the protocol stands; a while may pass before there is something to tell. */
  taskNow(
    taskId: string,
    { signal }: Pick<Request, "signal">,
    { name }: ClientFacts,
  ): Promise<Readonly<Record<string, unknown>>> {
    const look = async () => {
      const waiting = untilFirstOf(signal, this.#inputEnded);
      try {
        const run = await this.#context;
        await this.#afterStandstill(run);
        return await taskNow(run, this.#session.waitsBeside, clientNamed(name), taskId, waiting.signal);
      } finally {
        waiting.forget();
      }
    };
    return this.#track(look());
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  async #answerHook(run: RunContext, event: HookEvent): Promise<string> {
    const answer = this.#track(this.#afterStandstill(run).then(() => answerHook(run, this.#session, event)));
    // A hook that fails is a hook that did not answer, and the next call records them.
    const recorded = this.#track(answer.then(() => recordChangesOfEndedAttempts(run)).catch(() => undefined));
    void this.#track(recorded.then(() => tellUsers(run, this.#session))).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, mayTakeLong(event) ? MAX_LAUNCH_HOOK_MS : MAX_HOOK_MS, undefined);
    });
    try {
      const early = await Promise.race([answer, late]);
      const text = early ?? (this.#session.answersMayTakeLong.has(event) ? await answer : undefined);
      if (text === undefined) return await answerLateHook(run, this.#session, event);
      await Promise.race([recorded, late]);
      return text;
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(
    name: string,
    input: unknown,
    request: Request,
    facts: ClientFacts,
  ): Promise<CallToolResult | InputRequiredResult> {
    const client: McpClient = clientNamed(facts.name);
    const waiting = untilFirstOf(request.signal, this.#inputEnded);
    try {
      const meta = readArguments(requestMeta, request._meta ?? {});
      const toolUseId = meta["claudecode/toolUseId"];
      const run = await this.#context;
      if (name === HOOK_TOOL) {
        const text = await this.#answerHook(run, readHookEvent(input, toolUseId, this.#ownAgent?.id));
        return { content: [{ type: "text", text }] };
      }
      await this.#afterStandstill(run);
      const byModule = moduleCallOf(toolUseId, input);
      if (byModule === "request") {
        const context = { run, session: this.#session, signal: waiting.signal };
        return answerFor(client, { data: cleanAnswer(await answerModule(input, context)) });
      }
      const tool = TOOLS.find((candidate) => candidate.name === name);
      if (!tool) throw new UnknownTool(name);
      // A checkout that was deleted meanwhile has no plans, and a new graph would bring its folder back.
      startFolder(run.checkout.root);
      await run.roles.refresh();
      const agentId = byModule
        ? undefined
        : (this.#session.callerOf(toolUseId)?.agentId ?? this.#ownAgent?.id);
      const refusal = this.#ownAgent && refusalForAgent(name, input);
      if (refusal) throw refusal;
      refuseDeepNesting(input);
      const answer = await tool.handle(readArguments(tool.input, input ?? {}), {
        run,
        session: byModule ? this.#modulesSession : this.#session,
        actor: agentId !== undefined ? `agent ${agentId}` : byModule ? "module" : "main",
        agentId,
        toolUseId,
        client,
        asking: askingWith(facts.hasForms, request.inputResponses),
        hasTasks: facts.hasTasks,
        signal: waiting.signal,
        progress: (counts) => void notifyProgress(request, meta.progressToken, counts),
      });
      await recordChangesOfEndedAttempts(run);
      void this.#track(tellUsers(run, this.#session)).catch(() => undefined);
      if ("question" in answer) return formFor(answer.question);
      if ("wait" in answer) return taskFor(answer);
      const place = client.isClaudeCode ? {} : { checkout: run.checkout.root };
      return answerFor(client, {
        data: cleanAnswer({ ...answer.data, ...place }),
        ...(answer.text !== undefined && { text: answer.text }),
      });
    } catch (error) {
      return answerForFailure(client, failure(error));
    } finally {
      waiting.forget();
    }
  }
}

async function notifyProgress(
  request: Request,
  progressToken: string | number | undefined,
  { completed, total, running }: Counts,
): Promise<void> {
  if (progressToken === undefined) return;
  await request.notify({
    method: "notifications/progress",
    params: {
      progressToken,
      progress: completed,
      total,
      message: `${running} running, ${completed} of ${total} completed`,
    },
  });
}

/**
 * The schema that a client sees. What only guards against abuse or is the same everywhere (bounds of lengths
 * and numbers, no unknown fields) is checked but costs no characters.
 */
function inputSchemaOf(input: z.ZodType): { type: "object" } {
  const { $schema: _, ...schema } = z.toJSONSchema(input, {
    io: "input",
    override: ({ jsonSchema }) => {
      delete jsonSchema.maxLength;
      delete jsonSchema.minLength;
      delete jsonSchema.minItems;
      delete jsonSchema.maxItems;
      delete jsonSchema.exclusiveMinimum;
      delete jsonSchema.propertyNames;
      delete jsonSchema.additionalProperties;
      delete jsonSchema.minimum;
      delete jsonSchema.maximum;
    },
  });
  return schema as { type: "object" };
}

/** What a listing tells Claude Code of a tool; other hosts pass over it. */
function metaOf({ hasLongAnswer }: Tool) {
  return hasLongAnswer ? { _meta: { "anthropic/maxResultSizeChars": MAX_RESULT_CHARACTERS } } : {};
}
