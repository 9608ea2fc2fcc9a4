// mcp-server/src/clients/reading.ts
function fieldsOf(value) {
  return typeof value === "object" && value !== null ? value : {};
}
function objectIn(line) {
  if (!line.startsWith("{")) return void 0;
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return void 0;
  }
}
function countIn(value) {
  return typeof value === "number" && value > 0 ? Math.round(value) : 0;
}
function tokensIn(input, cached, output) {
  const cacheRead = countIn(cached);
  return {
    input: Math.max(0, countIn(input) - cacheRead),
    cacheWrite: 0,
    cacheRead,
    output: countIn(output)
  };
}
function textIn(value) {
  return typeof value === "string" ? value : "";
}
var LIMITS = /\b(?:rate|usage|session|weekly|quota|spend)[ _-]?(?:limit|exceeded|exhausted)|\bquota\b|too many requests|\b429\b|resource[ _]exhausted|insufficient_quota|overloaded/i;
var MOMENT = /\b(1[6-9]\d{8}|2\d{9}|1[6-9]\d{11})\b|\b(\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d))/;
var WAIT = /(?:again in|retry (?:in|after)|resets in)\s+((?:\d+(?:\.\d+)?\s*(?:days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)\b[\s,]*(?:and\s+)?)+)/i;
var UNIT_MS = { d: 864e5, h: 36e5, m: 6e4, s: 1e3 };
function troubleIn(text2, nowMs = Date.now()) {
  if (!LIMITS.test(text2)) return { kind: "failed", text: text2 };
  const untilMs = endIn(text2, nowMs);
  return { kind: "limit", text: text2, ...untilMs !== void 0 && { untilMs } };
}
function endIn(text2, nowMs) {
  const wait = WAIT.exec(text2)?.[1];
  if (wait !== void 0) {
    const parts = [...wait.matchAll(/(\d+(?:\.\d+)?)\s*([a-z])/gi)];
    return nowMs + parts.reduce((sum, [, n, unit = "s"]) => sum + Number(n) * (UNIT_MS[unit.toLowerCase()] ?? 0), 0);
  }
  const [, number, iso] = MOMENT.exec(text2) ?? [];
  const untilMs = number === void 0 ? Date.parse(iso ?? "") : momentInMs(Number(number));
  return untilMs > nowMs ? untilMs : void 0;
}
function momentInMs(number) {
  return number < 1e11 ? number * 1e3 : number;
}

// mcp-server/src/clients/claude-code.ts
var SERVER = "plugin:parallel:tasks";
var UNUSABLE = /* @__PURE__ */ new Set(["failed", "needs-auth", "disabled"]);
var CLAUDE_CODE = {
  name: "claude",
  programs: ["claude"],
  callsTools: true,
  hasHooks: true,
  permissions: "`--permission-mode acceptEdits` and `Bash`: edits in its folder, which the guard judges, and commands. Your own rules that deny or ask hold, as does your sandbox; what would ask is refused.",
  start({ brief, agentId, agentType, model, effort, plugins }) {
    const output = ["--output-format", "stream-json", "--verbose"];
    const allowed = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash"];
    return {
      program: "claude",
      args: [
        ...["-p", ...output, "--session-id", agentId, "--agent", agentType, ...allowed],
        ...plugins.flatMap((folder) => ["--plugin-dir", folder]),
        ...model === void 0 ? [] : ["--model", model],
        ...effort === void 0 ? [] : ["--effort", effort]
      ],
      env: {},
      stdin: brief,
      files: {}
    };
  },
  read(line) {
    const event = objectIn(line);
    if (event?.type === "system" && event.subtype === "init") return begun(event);
    if (event?.type === "assistant") return said(fieldsOf(event.message));
    if (event?.type === "rate_limit_event") return limitIn(fieldsOf(event.rate_limit_info));
    if (event?.type === "result" && event.is_error === true)
      return [troubleIn(textIn(event.result) || textIn(event.subtype) || "Claude Code ended with an error")];
    return event?.type === "result" && textIn(event.result) !== "" ? [{ kind: "message", text: textIn(event.result) }] : [];
  }
};
function begun(event) {
  const servers = Array.isArray(event.mcp_servers) ? event.mcp_servers.map(fieldsOf) : [];
  const own = servers.find(({ name }) => name === SERVER);
  return own && UNUSABLE.has(textIn(own.status)) ? [{ kind: "failed", text: `the plugin's server is ${textIn(own.status)}` }] : [];
}
function said(message) {
  const blocks = Array.isArray(message.content) ? message.content.map(fieldsOf) : [];
  return [
    { kind: "started" },
    ...blocks.flatMap((block) => {
      if (block.type === "tool_use") return [{ kind: "tool", name: textIn(block.name) }];
      return block.type === "text" ? [{ kind: "message", text: textIn(block.text) }] : [];
    })
  ];
}
function limitIn(info) {
  if (info.status !== "rejected") return [];
  const seconds = countIn(info.resetsAt);
  const text2 = `its ${textIn(info.rateLimitType).replaceAll("_", " ") || "usage"} limit is reached`;
  return [{ kind: "limit", text: text2, ...seconds > 0 && { untilMs: momentInMs(seconds) } }];
}

// import:run/session.mjs in clients.mjs
import { RUNNER_VARIABLES } from "./run/session.mjs";

// mcp-server/src/clients/prompt.ts
function withInstructions(instructions, brief) {
  return instructions === "" ? brief : `${instructions.trim()}

${brief}`;
}
function serverEntry({ command, args, env }) {
  return { command, args, env };
}
function namedServer({ command, args, env }) {
  return { command, args, env: Object.fromEntries(Object.keys(env).map((name) => [name, `$${name}`])) };
}

// mcp-server/src/clients/codex.ts
var EFFORTS = { max: "xhigh" };
var PASSED_ON = [
  "PARALLEL_DATABASE_URL",
  "PARALLEL_LEASE_MINUTES",
  "PARALLEL_GUARD",
  "PARALLEL_VERIFY",
  "PARALLEL_UNSCOPED",
  "PARALLEL_COMMIT",
  "PARALLEL_REVIEW"
];
var CODEX = {
  name: "codex",
  programs: ["codex"],
  callsTools: true,
  hasHooks: false,
  permissions: "`--sandbox workspace-write`: its own sandbox, in which it writes to its worktree and to temporary folders and has no network; nothing is asked (`approval_policy = never`).",
  start({ brief, instructions, folder, model, effort, server }) {
    const settings = {
      "mcp_servers.parallel.command": server.command,
      "mcp_servers.parallel.args": server.args,
      // By name: what stands on a command line can be read by every user of the machine.
      "mcp_servers.parallel.env_vars": [...RUNNER_VARIABLES, ...PASSED_ON],
      "mcp_servers.parallel.required": true,
      "mcp_servers.parallel.default_tools_approval_mode": "approve",
      approval_policy: "never",
      ...effort !== void 0 && { model_reasoning_effort: EFFORTS[effort] ?? effort }
    };
    return {
      program: "codex",
      args: [
        ...["exec", "--json", "--skip-git-repo-check", "--sandbox", "workspace-write", "--cd", folder],
        ...model === void 0 ? [] : ["--model", model],
        // The values are TOML, and JSON's texts, lists and truth values are the same there.
        ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${JSON.stringify(value)}`]),
        "-"
      ],
      env: {},
      stdin: withInstructions(instructions, brief),
      files: {}
    };
  },
  read(line) {
    const event = objectIn(line);
    if (event?.type === "turn.started") return [{ kind: "started" }];
    if (event?.type === "item.started" || event?.type === "item.completed") return ofItem(event);
    if (event?.type === "turn.completed") return [usageIn(fieldsOf(event.usage))];
    if (event?.type === "turn.failed") return [troubleIn(textIn(fieldsOf(event.error).message))];
    return event?.type === "error" ? [troubleIn(textIn(event.message))] : [];
  }
};
function ofItem({ type, item }) {
  const { type: kind, text: text2, tool } = fieldsOf(item);
  if (kind === "agent_message" && type === "item.completed") return [{ kind: "message", text: textIn(text2) }];
  const isTool = kind === "command_execution" || kind === "mcp_tool_call" || kind === "file_change";
  return isTool && type === "item.started" ? [{ kind: "tool", name: textIn(tool) || textIn(kind) }] : [];
}
function usageIn(usage) {
  const { input_tokens, cached_input_tokens, output_tokens } = usage;
  return { kind: "usage", tokens: tokensIn(input_tokens, cached_input_tokens, output_tokens) };
}

// import:node:path in clients.mjs
import { join } from "node:path";

// import:errors.mjs in clients.mjs
import { CallerError } from "./errors.mjs";

// import:lib/zod.mjs in clients.mjs
import * as z from "./lib/zod.mjs";

// import:graph.mjs in clients.mjs
import { REVIEW_VERDICTS, SEVERITIES } from "./graph.mjs";

// mcp-server/src/clients/report-message.ts
var MAX_TEXT = 4e3;
var MAX_ENTRIES = 200;
var text = z.string().max(MAX_TEXT);
var reportMessage = z.object({
  outcome: z.enum(["completed", "failed"]),
  verdict: z.enum(REVIEW_VERDICTS).optional(),
  summary: text.min(1),
  filesChanged: z.array(z.string().max(1e3)).max(1e3).default([]),
  evidence: z.array(
    z.object({
      criterion: text.optional(),
      command: text.optional(),
      exitCode: z.number().int().optional(),
      result: text.optional(),
      inspected: text.optional(),
      notVerified: text.optional()
    })
  ).max(MAX_ENTRIES).default([]),
  findings: z.array(
    z.object({ severity: z.enum(SEVERITIES), text: text.min(1), file: z.string().max(1e3).optional() })
  ).max(MAX_ENTRIES).default([]),
  notes: z.array(text).max(50).default([])
});
var REPORT_SCHEMA = z.toJSONSchema(reportMessage, { io: "input" });
function reportInMessage(message) {
  const json = /^\s*(?:```(?:json)?\s*)?(\{[\s\S]*\})\s*(?:```\s*)?$/.exec(message)?.[1];
  if (json === void 0) return void 0;
  const read = reportMessage.safeParse(parsed(json));
  if (!read.success) return void 0;
  const { verdict, evidence, findings, ...rest } = read.data;
  return {
    ...rest,
    ...verdict !== void 0 && { verdict },
    evidence: evidence.map(({ criterion, command, exitCode, result, inspected, notVerified }) => ({
      ...criterion !== void 0 && { criterion },
      ...command !== void 0 && exitCode !== void 0 ? { command, exitCode, result: result ?? "" } : inspected !== void 0 ? { inspected } : { notVerified: notVerified ?? "" }
    })),
    findings: findings.map(({ file, ...finding }) => ({ ...finding, ...file !== void 0 && { file } }))
  };
}
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return void 0;
  }
}

// mcp-server/src/clients/command.ts
var BRIEF = "brief.md";
var SCHEMA = "report.schema.json";
var SERVERS = "mcp.json";
var PLACEHOLDERS = ["brief", "briefFile", "folder", "model", "effort", "schema", "mcpConfig"];
function commandClient(command) {
  const words = wordsOf(command);
  const used = new Set(
    words.flatMap((word) => [...word.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))
  );
  const unknown = [...used].find((name) => !PLACEHOLDERS.includes(name));
  if (unknown !== void 0)
    throw wrong(`{${unknown}} is no placeholder.`, `There are {${PLACEHOLDERS.join("}, {")}}.`);
  const [program] = words;
  if (program === void 0) throw wrong("The command is empty.", "Name a program.");
  const callsTools = used.has("mcpConfig");
  return {
    name: "command",
    programs: program.includes("{") ? [] : [program],
    callsTools,
    hasHooks: false,
    permissions: "What your command gives it. It works in a worktree of its own, in which it is started.",
    start(start) {
      const [name = "", ...args] = words.map((word) => filled(word, start));
      const brief = withInstructions(start.instructions, start.brief);
      return {
        program: name,
        args,
        env: {},
        stdin: used.has("brief") || used.has("briefFile") ? "" : brief,
        files: {
          [BRIEF]: brief,
          [SCHEMA]: JSON.stringify(REPORT_SCHEMA),
          [SERVERS]: JSON.stringify({ mcpServers: { parallel: serverEntry(start.server) } })
        }
      };
    },
    read: (line) => [{ kind: "started" }, { kind: "message", text: `${line}
`, goesOn: true }]
  };
}
function filled(word, { brief, instructions, folder, model, effort, stateFolder }) {
  const values = {
    brief: withInstructions(instructions, brief),
    briefFile: join(stateFolder, BRIEF),
    folder,
    model: model ?? "",
    effort: effort ?? "",
    schema: join(stateFolder, SCHEMA),
    mcpConfig: join(stateFolder, SERVERS)
  };
  return word.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
function wordsOf(command) {
  const words = [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(
    ([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single)
  );
  const left = command.replace(/"[^"]*"|'[^']*'/g, "");
  if (/["']/.test(left)) throw wrong("A quotation mark is not closed.", "Close it.");
  return words;
}
function wrong(problem, remedy) {
  return new CallerError("bad_input", `--command: ${problem}`, remedy, "command");
}

// mcp-server/src/clients/copilot-cli.ts
var SERVERS2 = "mcp.json";
var COPILOT_CLI = {
  name: "copilot",
  programs: ["copilot"],
  callsTools: true,
  hasHooks: false,
  permissions: "`--allow-tool` for edits (`write`), commands (`shell`) and this server: in its worktree, to which it keeps files by itself; other tools that would ask are refused.",
  start({ brief, instructions, folder, model, stateFolder, server }) {
    const entry = { type: "local", ...serverEntry(server), tools: ["*"] };
    return {
      program: "copilot",
      args: [
        ...["--additional-mcp-config", `@${join(stateFolder, SERVERS2)}`, "--output-format", "json"],
        ...["--allow-tool=write", "--allow-tool=shell", "--allow-tool=parallel", "--add-dir", folder],
        ...["--no-ask-user", "--no-auto-update", "--disable-builtin-mcps"],
        ...model === void 0 ? [] : ["--model", model]
      ],
      env: {},
      stdin: withInstructions(instructions, brief),
      files: { [SERVERS2]: JSON.stringify({ mcpServers: { parallel: entry } }) }
    };
  },
  read(line) {
    const event = objectIn(line);
    const data = fieldsOf(event?.data);
    if (event?.type === "assistant.turn_start") return [{ kind: "started" }];
    if (event?.type === "assistant.message") return [{ kind: "message", text: textIn(data.content) }];
    if (event?.type === "tool.execution_start") return [{ kind: "tool", name: textIn(data.toolName) }];
    return event?.type === "session.error" ? [troubleIn(textIn(data.message))] : [];
  }
};

// mcp-server/src/clients/gemini-cli.ts
var GEMINI_CLI = {
  name: "gemini",
  programs: ["gemini"],
  callsTools: true,
  hasHooks: false,
  permissions: "`--approval-mode auto_edit` with `run_shell_command` allowed: edits in its worktree and commands; other tools that would ask are left out.",
  start: ({ brief, instructions, model, server }) => ({
    program: "gemini",
    args: [
      ...["--skip-trust", "--approval-mode", "auto_edit", "--allowed-tools", "run_shell_command"],
      ...["--output-format", "stream-json"],
      ...model === void 0 ? [] : ["--model", model]
    ],
    env: {},
    stdin: withInstructions(instructions, brief),
    files: {},
    settings: {
      ...{
        variable: "GEMINI_CLI_HOME",
        folder: ".gemini",
        file: "settings.json",
        leftOut: ["tmp", "history"]
      },
      server: { ...namedServer(server), trust: true }
    }
  }),
  read(line) {
    const event = objectIn(line);
    if (event?.type === "init") return [{ kind: "started" }];
    if (event?.type === "message" && event.role === "assistant")
      return [{ kind: "message", text: textIn(event.content), goesOn: event.delta === true }];
    if (event?.type === "tool_use") return [{ kind: "tool", name: textIn(event.tool_name) }];
    if (event?.type === "error")
      return [troubleIn(textIn(event.message))].filter(({ kind }) => kind === "limit");
    return event?.type === "result" ? ended(event) : [];
  }
};
function ended({ status, error, stats }) {
  const { input_tokens, cached, output_tokens } = fieldsOf(stats);
  const usage = { kind: "usage", tokens: tokensIn(input_tokens, cached, output_tokens) };
  return status === "error" ? [usage, troubleIn(textIn(fieldsOf(error).message))] : [usage];
}

// mcp-server/src/clients/opencode.ts
var OPENCODE = {
  name: "opencode",
  programs: ["opencode"],
  callsTools: true,
  hasHooks: false,
  permissions: "`permission`: edits and commands in its worktree are allowed, folders outside of it and the web are not; it has no sandbox.",
  start({ brief, instructions, model, server }) {
    const configuration = {
      mcp: {
        parallel: {
          type: "local",
          command: [server.command, ...server.args],
          enabled: true,
          environment: server.env
        }
      },
      permission: { edit: "allow", bash: "allow", external_directory: "deny", webfetch: "deny" },
      share: "disabled"
    };
    return {
      program: "opencode",
      args: ["run", "--format", "json", ...model === void 0 ? [] : ["--model", model]],
      env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration), OPENCODE_DISABLE_AUTOUPDATE: "1" },
      stdin: withInstructions(instructions, brief),
      files: {}
    };
  },
  read(line) {
    const event = objectIn(line);
    const part = fieldsOf(event?.part);
    if (event?.type === "step_start") return [{ kind: "started" }];
    if (event?.type === "text") return [{ kind: "message", text: textIn(part.text) }];
    if (event?.type === "tool_use") return [{ kind: "tool", name: textIn(part.tool) }];
    if (event?.type === "step_finish") return [usageIn2(fieldsOf(part.tokens))];
    if (event?.type !== "error") return [];
    const { name, data, message } = fieldsOf(event.error);
    return [troubleIn(textIn(fieldsOf(data).message) || textIn(message) || textIn(name))];
  }
};
function usageIn2(tokens) {
  const { read, write } = fieldsOf(tokens.cache);
  return {
    kind: "usage",
    tokens: {
      input: countIn(tokens.input),
      cacheWrite: countIn(write),
      cacheRead: countIn(read),
      output: countIn(tokens.output) + countIn(tokens.reasoning)
    }
  };
}

// mcp-server/src/clients/qwen-code.ts
var SETTINGS = "settings.json";
var QWEN_CODE = {
  name: "qwen",
  programs: ["qwen"],
  callsTools: true,
  hasHooks: false,
  permissions: "`--approval-mode auto-edit` with `run_shell_command` allowed: edits in its worktree and commands; other tools that would ask are refused.",
  start: ({ brief, instructions, model, server, stateFolder }) => ({
    program: "qwen",
    args: [
      ...["--approval-mode", "auto-edit", "--allowed-tools", "run_shell_command"],
      ...["--output-format", "stream-json"],
      ...model === void 0 ? [] : ["--model", model]
    ],
    env: { QWEN_CODE_SYSTEM_DEFAULTS_PATH: join(stateFolder, SETTINGS) },
    stdin: withInstructions(instructions, brief),
    files: {
      [SETTINGS]: JSON.stringify({ mcpServers: { parallel: { ...namedServer(server), trust: true } } })
    }
  }),
  read(line) {
    const event = objectIn(line);
    if (event?.type === "assistant") return said2(fieldsOf(event.message));
    if (event?.type !== "result") return [];
    const usage = usageIn3(fieldsOf(event.usage));
    if (event.is_error !== true) return [usage, { kind: "message", text: textIn(event.result) }];
    return [usage, troubleIn(textIn(fieldsOf(event.error).message) || textIn(event.result))];
  }
};
function said2({ content }) {
  const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
  return [
    { kind: "started" },
    ...blocks.flatMap((block) => {
      if (block.type === "tool_use") return [{ kind: "tool", name: textIn(block.name) }];
      return block.type === "text" ? [{ kind: "message", text: textIn(block.text) }] : [];
    })
  ];
}
function usageIn3(usage) {
  const { input_tokens, cache_read_input_tokens, output_tokens } = usage;
  return { kind: "usage", tokens: tokensIn(input_tokens, cache_read_input_tokens, output_tokens) };
}

// mcp-server/src/clients/index.ts
var CLIENTS = [
  CLAUDE_CODE,
  CODEX,
  GEMINI_CLI,
  OPENCODE,
  COPILOT_CLI,
  QWEN_CODE
];
var COMMAND = "command";
function agentClient(name, command) {
  if (name === COMMAND && command !== void 0) return commandClient(command);
  const known = CLIENTS.find((client) => client.name === name);
  if (known) return known;
  const names = [...CLIENTS.map((client) => client.name), COMMAND].join(", ");
  throw name === COMMAND ? new CallerError(
    "bad_input",
    "--agents names command, and --command is not given.",
    'Say how an agent is started: --command "my-agent --file {briefFile}".',
    "command"
  ) : new CallerError(
    "bad_input",
    `--agents: there is no client ${JSON.stringify(name)}.`,
    `There are ${names}.`,
    "agents"
  );
}
export {
  CLAUDE_CODE,
  CLIENTS,
  CODEX,
  COMMAND,
  COPILOT_CLI,
  GEMINI_CLI,
  OPENCODE,
  QWEN_CODE,
  REPORT_SCHEMA,
  agentClient,
  commandClient,
  countIn,
  fieldsOf,
  momentInMs,
  namedServer,
  objectIn,
  reportInMessage,
  serverEntry,
  textIn,
  tokensIn,
  troubleIn,
  withInstructions
};
