// import:node:events in service.mjs
import { setMaxListeners } from "node:events";

// import:node:path in service.mjs
import { dirname, join } from "node:path";

// import:node:url in service.mjs
import { fileURLToPath } from "node:url";

// import:lib/zod.mjs in service.mjs
import * as z from "./lib/zod.mjs";

// import:hooks.mjs in service.mjs
import { HOOK_TOOL, answerHook, answerLateHook, mayTakeLong, readHookEvent } from "./hooks.mjs";

// import:host.mjs in service.mjs
import { untilFirstOf } from "./host.mjs";

// import:policy.mjs in service.mjs
import { CLOCK_LOOK_MS, clientNamed } from "./policy.mjs";

// import:run/attempts.mjs in service.mjs
import { moveLeases } from "./run/attempts.mjs";

// import:run/background.mjs in service.mjs
import { backgroundWorkEnded, everySecond, tellUsers } from "./run/background.mjs";

// import:run/checkout-watch.mjs in service.mjs
import { recordChangesOfEndedAttempts } from "./run/checkout-watch.mjs";

// import:run/project.mjs in service.mjs
import { createContext, startFolder } from "./run/project.mjs";

// import:run/session.mjs in service.mjs
import { SessionMemory, sweepOnStart } from "./run/session.mjs";

// import:tools.mjs in service.mjs
import { TOOLS, UnknownTool, answerFor, answerForFailure, answerModule, askingWith, cleanAnswer, failure, formFor, listedFor, moduleCallOf, ownAgentIn, readArguments, refusalForAgent, refuseDeepNesting, taskFor, taskNow } from "./tools.mjs";

// mcp-server/src/service.ts
var MAX_RESULT_CHARACTERS = 5e5;
var MAX_HOOK_MS = 2e3;
var MAX_LAUNCH_HOOK_MS = 8e3;
var PLUGIN_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
var requestMeta = z.looseObject({
  "claudecode/toolUseId": z.string().optional(),
  progressToken: z.union([z.string(), z.number()]).optional()
});
var Service = class {
  #context;
  #session;
  /** What is remembered of calls of modules in the host: nothing of them is the conversation's. */
  #modulesSession;
  #underWay = /* @__PURE__ */ new Set();
  #inputEnded;
  /** The agent that the client's conversation is, where a runner has started the client for one task. */
  #ownAgent;
  /** This process stood still, and the leases have not been moved past that yet. */
  #areLeasesBehind = false;
  #moved = Promise.resolve();
  #ticking = false;
  constructor({ inputEnded = new AbortController().signal, ...facts }) {
    this.#inputEnded = inputEnded;
    setMaxListeners(0, inputEnded);
    this.#ownAgent = ownAgentIn(facts.env);
    this.#context = createContext({ ...facts, ...this.#ownAgent?.place });
    void this.#track(this.#context.then(sweepOnStart)).catch(() => void 0);
    const isInteractive = facts.env.CLAUDE_CODE_ENTRYPOINT === "cli";
    this.#session = new SessionMemory(isInteractive);
    this.#modulesSession = new SessionMemory(isInteractive);
  }
  /** From now on it is known when the process did not run. */
  watchClock() {
    void this.tick();
    setInterval(() => void this.tick(), CLOCK_LOOK_MS).unref();
  }
  /** To be called every `CLOCK_LOOK_MS`. What fails is tried again. */
  async tick() {
    this.#session.beat();
    if (this.#ticking) return;
    this.#ticking = true;
    const work = async () => {
      const run = await this.#context;
      run.clock.beginLooking();
      await this.#afterStandstill(run);
      await everySecond(run, this.#session);
    };
    await this.#track(work()).catch(() => void 0).finally(() => {
      this.#ticking = false;
    });
  }
  /** Nothing may be judged by the time before the leases are where they would be if the process had run all along. */
  #afterStandstill(run) {
    if (run.clock.look()) this.#areLeasesBehind = true;
    const move = async () => {
      if (!this.#areLeasesBehind) return;
      await moveLeases(run);
      this.#areLeasesBehind = false;
    };
    if (this.#areLeasesBehind) this.#moved = this.#moved.then(move).catch(() => void 0);
    return this.#moved;
  }
  /** Lets the graph go when what is under way has ended; no call may come after it. */
  async close() {
    await Promise.allSettled(this.#underWay);
    await this.#session.close();
    await this.#context.then(
      async (run) => {
        await backgroundWorkEnded(run);
        await run.close();
      },
      () => void 0
    );
  }
  listTools() {
    return {
      tools: listedFor(this.#ownAgent, TOOLS).map((tool) => ({
        name: tool.name,
        title: tool.title,
        description: tool.description,
        inputSchema: inputSchemaOf(tool.input),
        annotations: { ...tool.annotations, openWorldHint: false },
        ...metaOf(tool)
      }))
    };
  }
  /**
   * Never throws: every failure is an answer that says what is wrong and what to do.
   */
  callTool(name, input, request, client) {
    return this.#track(this.#answer(name, input, request, client));
  }
  /** The client does not wait for it any more. */
  forgetTask(taskId) {
    for (const [plan, id] of this.#session.waitsBeside)
      if (id === taskId) this.#session.waitsBeside.delete(plan);
  }
  /** How a task of the protocol stands; a while may pass before there is something to tell. */
  taskNow(taskId, { signal }, { name }) {
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
  #track(work) {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }
  async #answerHook(run, event) {
    const answer = this.#track(this.#afterStandstill(run).then(() => answerHook(run, this.#session, event)));
    const recorded = this.#track(answer.then(() => recordChangesOfEndedAttempts(run)).catch(() => void 0));
    void this.#track(recorded.then(() => tellUsers(run, this.#session))).catch(() => void 0);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, mayTakeLong(event) ? MAX_LAUNCH_HOOK_MS : MAX_HOOK_MS, void 0);
    });
    try {
      const early = await Promise.race([answer, late]);
      const text = early ?? (this.#session.answersMayTakeLong.has(event) ? await answer : void 0);
      if (text === void 0) return await answerLateHook(run, this.#session, event);
      await Promise.race([recorded, late]);
      return text;
    } finally {
      clearTimeout(timer);
    }
  }
  async #answer(name, input, request, facts) {
    const client = clientNamed(facts.name);
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
      startFolder(run.checkout.root);
      await run.roles.refresh();
      const agentId = byModule ? void 0 : this.#session.callerOf(toolUseId)?.agentId ?? this.#ownAgent?.id;
      const refusal = this.#ownAgent && refusalForAgent(name, input);
      if (refusal) throw refusal;
      refuseDeepNesting(input);
      const answer = await tool.handle(readArguments(tool.input, input ?? {}), {
        run,
        session: byModule ? this.#modulesSession : this.#session,
        actor: agentId !== void 0 ? `agent ${agentId}` : byModule ? "module" : "main",
        agentId,
        toolUseId,
        client,
        asking: askingWith(facts.hasForms, request.inputResponses),
        hasTasks: facts.hasTasks,
        signal: waiting.signal,
        progress: (counts) => void notifyProgress(request, meta.progressToken, counts)
      });
      await recordChangesOfEndedAttempts(run);
      void this.#track(tellUsers(run, this.#session)).catch(() => void 0);
      if ("question" in answer) return formFor(answer.question);
      if ("wait" in answer) return taskFor(answer);
      const place = client.isClaudeCode ? {} : { checkout: run.checkout.root };
      return answerFor(client, {
        data: cleanAnswer({ ...answer.data, ...place }),
        ...answer.text !== void 0 && { text: answer.text }
      });
    } catch (error) {
      return answerForFailure(client, failure(error));
    } finally {
      waiting.forget();
    }
  }
};
async function notifyProgress(request, progressToken, { completed, total, running }) {
  if (progressToken === void 0) return;
  await request.notify({
    method: "notifications/progress",
    params: {
      progressToken,
      progress: completed,
      total,
      message: `${running} running, ${completed} of ${total} completed`
    }
  });
}
function inputSchemaOf(input) {
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
    }
  });
  return schema;
}
function metaOf({ hasLongAnswer }) {
  return hasLongAnswer ? { _meta: { "anthropic/maxResultSizeChars": MAX_RESULT_CHARACTERS } } : {};
}
export {
  PLUGIN_ROOT,
  Service
};
