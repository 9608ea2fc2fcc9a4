var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// import:lib/protocol.js in server.js
var import_protocol = require("./lib/protocol.js");

// .claude-plugin/plugin.json
var plugin_default = {
  name: "parallel",
  version: "0.1.0",
  description: "Finishes a plan as fast as its dependencies and its files allow: several agents at once, none overwriting another, resumable, with a measured report.",
  author: {
    name: "The Parallel authors"
  },
  license: "MIT",
  engines: {
    "claude-code": ">=2.1.271"
  },
  keywords: ["parallel", "agents", "tasks", "specification", "orchestration"],
  commands: ["./commands/ideate.md", "./commands/run.md", "./commands/status.md", "./commands/report.md"],
  dependencies: ["spec", "debug"],
  userConfig: {
    maxParallel: {
      type: "number",
      title: "Agents at once",
      description: "The largest number of agents that one plan runs at the same time. Claude Code itself allows 20 in a session.",
      default: 5,
      min: 1,
      max: 20
    },
    guard: {
      type: "string",
      title: "Write guard",
      description: "What happens when an agent writes outside its scope. enforce: refused where another agent holds the path, recorded where nobody does. strict: always refused. warn: only recorded. off: not looked at.",
      options: ["enforce", "strict", "warn", "off"],
      default: "enforce"
    },
    approve: {
      type: "string",
      title: "Allowed without a prompt",
      description: "tools: this plugin's own tools within its own run. scope: also edits inside the scope that an agent holds.",
      options: ["tools", "scope"],
      default: "tools"
    },
    maxTokens: {
      type: "number",
      title: "Tokens of a plan's agents",
      description: "When the agents of one plan have used so many tokens (input, output and cache writes; what is read from the cache again is not counted), nothing more is launched; what runs finishes. 0: no limit.",
      default: 0,
      min: 0
    }
  },
  mcpServers: {
    tasks: {
      command: "node",
      args: ["${CLAUDE_PLUGIN_ROOT}/mcp-server/dist/server.js"],
      env: {
        PARALLEL_MAX_PARALLEL: "${PARALLEL_MAX_PARALLEL:-${user_config.maxParallel}}",
        PARALLEL_GUARD: "${PARALLEL_GUARD:-${user_config.guard}}",
        PARALLEL_APPROVE: "${PARALLEL_APPROVE:-${user_config.approve}}",
        PARALLEL_MAX_TOKENS: "${PARALLEL_MAX_TOKENS:-${user_config.maxTokens}}"
      }
    }
  }
};

// mcp-server/src/server.ts
(0, import_protocol.config)({ jitless: true });
var INSTRUCTIONS = "A durable task graph: tasks with dependencies and file scopes, claimed by one agent each. For an existing plan, task_list shows where it stands and batch_next what to launch.";
var CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
var CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
var TASKS = "io.modelcontextprotocol/tasks";
function buildServer({ service: service2, prompts: prompts2 }, hasCommands2) {
  const server = new import_protocol.Server(
    { name: "parallel", title: "Parallel", version: plugin_default.version },
    {
      capabilities: { tools: {}, extensions: { [TASKS]: {} }, ...!hasCommands2 && { prompts: {} } },
      instructions: INSTRUCTIONS
    }
  );
  server.setRequestHandler("tools/list", async () => (await service2()).listTools());
  server.setRequestHandler(
    "tools/call",
    async ({ params }, { mcpReq }) => (await service2()).callTool(params.name, params.arguments, mcpReq, clientOf(server, mcpReq))
  );
  serveTasks(server, service2);
  if (!hasCommands2) servePrompts(server, prompts2);
  return server;
}
function clientOf(server, { envelope = {} }) {
  const { [CLIENT_INFO]: sender, [CLIENT_CAPABILITIES]: capabilities } = envelope;
  const { elicitation, extensions } = (sender ? capabilities : server.getClientCapabilities()) ?? {};
  return {
    name: (sender ?? server.getClientVersion())?.name,
    // A client that names no kind of question has forms.
    hasForms: elicitation !== void 0 && (elicitation.form !== void 0 || elicitation.url === void 0),
    // Each request says it anew: an agent's does not have them where the main conversation's has.
    hasTasks: sender !== void 0 && extensions?.[TASKS] !== void 0
  };
}
function serveTasks(server, service2) {
  const params = (0, import_protocol.looseObject)({ taskId: (0, import_protocol.string)() });
  server.setRequestHandler(
    "tasks/get",
    { params },
    async ({ taskId }, { mcpReq }) => (await service2()).taskNow(taskId, mcpReq, clientOf(server, mcpReq))
  );
  server.setRequestHandler("tasks/cancel", { params }, async ({ taskId }) => {
    (await service2()).forgetTask(taskId);
    return {};
  });
  server.setRequestHandler("tasks/update", { params }, async () => ({}));
}
function servePrompts(server, prompts2) {
  server.setRequestHandler("prompts/list", async () => (await prompts2()).list());
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const { prompt, refused } = await (await prompts2()).get(params.name, params.arguments);
    if (prompt === void 0) throw new import_protocol.ProtocolError(import_protocol.ProtocolErrorCode.InvalidParams, refused);
    return prompt;
  });
}

// import:node:stream in server.js
var import_node_stream = require("node:stream");

// mcp-server/src/message-lines.ts
var MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
var KEPT_BYTES = 8 * 1024;
var NEWLINE = 10;
var MessageLines = class {
  /** @param skipped called for each message that is too large. */
  constructor(skipped) {
    this.skipped = skipped;
  }
  skipped;
  #chunks = [];
  #bytes = 0;
  #start = Buffer.alloc(0);
  #end = Buffer.alloc(0);
  /** @returns the lines that the chunk completes, with their ends. */
  take(chunk) {
    const lines = [];
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, from) + 1;
      this.#add(chunk.subarray(from, end === 0 ? chunk.length : end));
      if (end === 0) break;
      from = end;
      const line = this.#line();
      if (line) lines.push(line);
    }
    return lines;
  }
  /** @returns the last line, which may lack its end. */
  rest() {
    return this.#bytes === 0 ? void 0 : this.take(Buffer.from("\n"))[0];
  }
  #add(part) {
    this.#bytes += part.length;
    if (this.#bytes <= MAX_MESSAGE_BYTES) {
      this.#chunks.push(part);
      return;
    }
    const known = Buffer.concat([...this.#chunks, this.#end, part]);
    if (this.#start.length === 0) this.#start = Buffer.from(known.subarray(0, KEPT_BYTES));
    this.#end = Buffer.from(known.subarray(-KEPT_BYTES));
    this.#chunks = [];
  }
  #line() {
    const line = this.#bytes <= MAX_MESSAGE_BYTES ? Buffer.concat(this.#chunks) : void 0;
    const message = { bytes: this.#bytes, start: this.#start.toString(), end: this.#end.toString() };
    this.#chunks = [];
    this.#bytes = 0;
    this.#start = this.#end = Buffer.alloc(0);
    if (!line) this.skipped(message);
    return line;
  }
};
var ID = String.raw`"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")`;
var ID_AT_END = new RegExp(String.raw`${ID}\s*\}\s*$`);
var ID_AT_START = new RegExp(
  String.raw`^\s*\{\s*(?:"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*,\s*)*${ID}\s*,`
);
var HOOK = /"name"\s*:\s*"hook"/;
var BEFORE_A_CALL = /"event"\s*:\s*"PreToolUse"/;
var OF_AN_AGENT = /"agent"\s*:\s*"[^"]/;
function answerToSkipped({ bytes, start, end }) {
  const id = (ID_AT_END.exec(end) ?? ID_AT_START.exec(start))?.[1];
  if (id === void 0) return void 0;
  const size = `${Math.ceil(bytes / 1024 / 1024)} MB`;
  const most = `${MAX_MESSAGE_BYTES / 1024 / 1024} MB`;
  const result = HOOK.test(start) ? { content: [{ type: "text", text: JSON.stringify(hookAnswer(start, size, most)) }] } : {
    content: [{ type: "text", text: `The call has ${size} and was not read. Send at most ${most}.` }],
    isError: true
  };
  return { jsonrpc: "2.0", id: JSON.parse(id), result };
}
function hookAnswer(start, size, most) {
  if (!BEFORE_A_CALL.test(start) || !OF_AN_AGENT.test(start)) return {};
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: `This call has ${size}, more than can be judged (${most}). Write the file in smaller parts.`
    }
  };
}

// mcp-server/src/stdio.ts
var LISTEN = "subscriptions/listen";
var AnsweringTransport = class _AnsweringTransport extends import_protocol.StdioServerTransport {
  /** Fulfilled when the transport is closed. */
  closed;
  #unanswered;
  #onClosed = () => void 0;
  constructor(lines, output, unanswered) {
    super(lines, output, { maxBufferSize: 2 * MAX_MESSAGE_BYTES });
    this.#unanswered = unanswered;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }
  /**
   * @param onEnd called when no more input is read; what was received by then is still being answered.
   * @returns the transport, which closes after the last answer, and what stops reading as the end of input does.
   */
  static over(input, output, onEnd) {
    const unanswered = new Unanswered();
    const messages = new MessageLines((skipped) => {
      const answer = answerToSkipped(skipped);
      process.stderr.write(`parallel: a message of ${skipped.bytes} bytes was skipped: it is too large.
`);
      if (answer) output.write(`${JSON.stringify(answer)}
`);
    });
    const lines = new import_node_stream.Transform({
      transform(chunk, _encoding, done) {
        for (const line of messages.take(chunk)) this.push(line);
        done();
      },
      flush(done) {
        onEnd();
        const last = messages.rest();
        if (last) this.push(last);
        setImmediate(() => void unanswered.none().then(() => done()));
      }
    });
    const stopReading2 = () => {
      input.unpipe(lines);
      lines.end();
    };
    for (const event of ["error", "close"]) input.on(event, stopReading2);
    input.pipe(lines);
    return { transport: new _AnsweringTransport(lines, output, unanswered), stopReading: stopReading2 };
  }
  async start() {
    const deliver = this.onmessage;
    this.onmessage = (message) => {
      this.#unanswered.received(message);
      deliver?.(message);
    };
    await super.start();
  }
  async send(message) {
    try {
      await super.send(message);
    } finally {
      this.#unanswered.sent(message);
    }
  }
  async close() {
    this.#unanswered.forget();
    await super.close();
    this.#onClosed();
  }
};
var Unanswered = class {
  #ids = /* @__PURE__ */ new Set();
  #waiting = [];
  received(message) {
    if (!("method" in message)) return;
    if ("id" in message) {
      if (message.method !== LISTEN) this.#ids.add(message.id);
    } else if (message.method === "notifications/cancelled") {
      this.#delete(message.params?.requestId);
    }
  }
  sent(message) {
    if (!("method" in message)) this.#delete(message.id);
  }
  /** Fulfilled as soon as no request waits. */
  none() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#release();
    });
  }
  /** Nobody can be answered any more. */
  forget() {
    this.#ids.clear();
    this.#release();
  }
  #delete(id) {
    this.#ids.delete(id);
    this.#release();
  }
  #release() {
    if (this.#ids.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
};

// mcp-server/src/main.ts
var loaded;
async function prompts() {
  const { Prompts, PROMPTS_ROOT } = await import("./prompts/prompts.mjs");
  return new Prompts(PROMPTS_ROOT);
}
function service() {
  loaded ??= import("./service.mjs").then(({ PLUGIN_ROOT, Service }) => {
    const service2 = new Service({
      directory: process.env.CLAUDE_PROJECT_DIR || void 0,
      env: process.env,
      parentPid: process.ppid,
      pluginRoot: PLUGIN_ROOT,
      now: Date.now,
      inputEnded: inputEnded.signal
    });
    service2.watchClock();
    return service2;
  });
  return loaded;
}
var PARENT_CHECK_MS = 5e3;
var MAX_ANSWERING_MS = 3e4;
var MAX_ANSWERING_AFTER_SIGNAL_MS = 5e3;
var parent = process.ppid;
var inputEnded = new AbortController();
var { transport, stopReading } = AnsweringTransport.over(process.stdin, process.stdout, () => {
  exitAfter(MAX_ANSWERING_MS);
  inputEnded.abort();
});
var hasCommands = Boolean(process.env.CLAUDE_PLUGIN_ROOT);
(0, import_protocol.serveStdio)(() => buildServer({ service, prompts }, hasCommands), { transport });
setInterval(() => process.ppid !== parent && process.exit(0), PARENT_CHECK_MS).unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    exitAfter(MAX_ANSWERING_AFTER_SIGNAL_MS);
    stopReading();
  });
}
void transport.closed.then(async () => {
  exitAfter(MAX_ANSWERING_AFTER_SIGNAL_MS);
  await loaded?.then((service2) => service2.close()).catch(() => void 0);
  process.stdout.write("", () => process.exit(0));
});
function exitAfter(ms) {
  setTimeout(() => {
    const words = `The server ended although not everything was answered within ${ms / 1e3} s.
`;
    process.stderr.write(words, () => process.exit(0));
  }, ms);
}
