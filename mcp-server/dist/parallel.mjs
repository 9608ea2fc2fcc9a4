// import:node:path in parallel.mjs
import { basename, dirname, join, resolve } from "node:path";

// import:node:url in parallel.mjs
import { fileURLToPath } from "node:url";

// import:lib/commander.mjs in parallel.mjs
import { Command, CommanderError, InvalidArgumentError, Option } from "./lib/commander.mjs";

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

// import:run/project.mjs in parallel.mjs
import { createContext } from "./run/project.mjs";

// import:cli.mjs in parallel.mjs
import { addRunCommands } from "./cli.mjs";

// mcp-server/src/cli/main.ts
var USAGE_ERROR = 2;
var pluginRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
function context(directory) {
  const { env, ppid: parentPid } = process;
  return createContext({ directory, env, parentPid, pluginRoot, now: Date.now });
}
var NAMES = ["parallel", "parallel-tasks"];
var typedName = basename(process.argv[1] ?? "");
var program = new Command(NAMES.includes(typedName) ? typedName : "parallel").description("Look at plans that coding agents execute in parallel.").version(plugin_default.version).exitOverride();
program.command("status [plan]").description("how the plans of this repository stand").option("--watch", "as it changes, until everything has ended; keys act on it").option("--json", "as JSON").action(async (plan, options) => {
  const { statusCommand } = await import("./cli/status.mjs");
  process.exitCode = await statusCommand(await context(), plan, options, pluginRoot);
});
addRunCommands(program, pluginRoot);
var EDITORS = ["vscode", "cursor", "idea", "none"];
program.command("serve [plan]").description("the plans of this repository on a page in a browser of this machine, live, until it is ended").option("--port <n>", "this port; else any that is free", port, 0).option("--no-open", "print the link, and open nothing").option("--keep", "go on although nobody has looked for half an hour").option("--read-only", "show, and refuse every action").option("--also <folder>", "the plans of this checkout as well; more than once for several", listed, []).option("--allow-host <name>", "answer also under this name of a host, for a tunnel", listed, []).addOption(new Option("--editor <name>", "what links to files open").choices(EDITORS)).action(
  async (plan, { also, ...options }) => {
    const { serveCommand } = await import("./cli/serve.mjs");
    const others = also.map((folder) => context(resolve(folder)));
    await serveCommand([await context(), ...await Promise.all(others)], plan, options, pluginRoot);
  }
);
program.command("report [plan]").description("results, findings and measured figures of a plan; without a name, of the only one").option("--json", "as JSON").action(async (plan, options) => {
  const { reportCommand } = await import("./cli/report.mjs");
  process.exitCode = await reportCommand(await context(), plan, options);
});
program.command("export [plan]").description("write 03-tasks.json, 03-tasks.md and 04-implementation.md into the specification's folder").option("--json", "as JSON").action(async (plan, options) => {
  const { exportCommand } = await import("./cli/export.mjs");
  process.exitCode = await exportCommand(await context(), plan, options);
});
program.command("plan <file>").description(
  "what tasks will take and what would make them faster: of a folder or file, or of a plan by its name; makes no plan"
).option("--max <n>", "agents at once", cap).option("--json", "as JSON").addOption(new Option("--markdown", "as Markdown, with a Mermaid chart").conflicts("json")).option("--write-scopes", "write what the plan's tasks really wrote into its 03-tasks.json").action(async (file, options) => {
  const { planCommand } = await import("./cli/plan.mjs");
  process.exitCode = await planCommand(await context(), file, options);
});
program.command("approve <plan>").description(
  "shows the commands by which tasks of the plan are accepted and others that its settings name, and asks whether they may be run: a task's by its agent without a prompt, and by the server where a setting says so (verify: run, setup, gate, notify)"
).option("--yes", "approve what is shown without asking").option("--forget", "take the approvals back").option("--json", "as JSON").action(async (plan, options) => {
  const { approveCommand } = await import("./cli/approve.mjs");
  process.exitCode = await approveCommand(await context(), plan, options, process.env);
});
program.command("restore <plan> [files...]").description(
  "what others overwrote in files that tasks of the plan held: lists it, or puts the newest such version of these files, or the named one, back"
).option("--task <id>", "only what this task held").option("--content <digest>", "the version whose digest begins so, whoever wrote it").option("--force", "also where the file was changed again since").option("--forget", "remove all that is kept for the plan").option("--json", "as JSON").action(async (plan, files, options) => {
  const { restoreCommand } = await import("./cli/restore.mjs");
  process.exitCode = await restoreCommand(await context(), plan, files, options);
});
program.command("deliver <plan>").description(
  "puts the merged work of the plan's worktrees into this checkout: all of it as uncommitted changes, or nothing"
).option("--merge", "as a merge into the branch that is checked out").option("--json", "as JSON").action(async (plan, options) => {
  const { deliverCommand } = await import("./cli/deliver.mjs");
  process.exitCode = await deliverCommand(await context(), plan, options);
});
program.command("diff <plan> <task>").description("what a task was seen to change in files that tasks held, as a unified diff").option("--json", "as JSON").action(async (plan, task, options) => {
  const { diffCommand } = await import("./cli/diff.mjs");
  await diffCommand(await context(), plan, task, options);
});
program.command("doctor").description("what is wrong with the installation, and the remedy; changes nothing").option("--json", "as JSON").action(async (options) => {
  const { doctorCommand } = await import("./cli/doctor.mjs");
  process.exitCode = await doctorCommand(pluginRoot, options);
});
program.command("audit [session]").description(
  "what agents in past sessions gained and lost, from transcripts alone: of this project, or of a session, transcript or folder"
).option("--json", "as JSON").addOption(new Option("--markdown", "as Markdown").conflicts("json")).action(async (session, options) => {
  const { auditCommand } = await import("./cli/audit.mjs");
  process.exitCode = await auditCommand(session, options);
});
program.command("session-start", { hidden: true }).description("what the SessionStart hook tells").action(async () => {
  const { sessionStart } = await import("./cli/session-start.mjs");
  process.stdout.write(await sessionStart(await context()));
});
program.command("session-end", { hidden: true }).description("what the SessionEnd hook tells the user of a headless session").action(async () => {
  const { CLAUDE_CODE_SESSION_ATTENDED: attended, CLAUDE_CODE_SESSION_ID: session } = process.env;
  if (attended !== "0" || session === void 0) return;
  const { sessionEnd } = await import("./cli/session-end.mjs");
  const text = await sessionEnd(await context(), session);
  process.stderr.write(text);
  if (text !== "") process.exitCode = 1;
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
  } else {
    const { showFailure } = await import("./cli/show-failure.mjs");
    showFailure(error);
    process.exitCode = USAGE_ERROR;
  }
}
function cap(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 20) {
    throw new InvalidArgumentError("It is a whole number from 1 to 20.");
  }
  return value;
}
function port(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError("It is a whole number from 0 to 65535.");
  }
  return value;
}
function listed(text, before) {
  return [...before, text];
}
