import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import manifest from "../../../.claude-plugin/plugin.json" with { type: "json" };
import { createContext, type OpenContext } from "../run/project/run-context.ts";
import type { Editor } from "../serve/editor-link.ts";
import type { ApproveOptions } from "./approve.ts";
import type { DeliverOptions } from "./deliver.ts";
import type { PlanOptions } from "./plan.ts";
import type { RestoreOptions } from "./restore.ts";
import { addRunCommands } from "./run/commands.ts";
import type { ServeOptions } from "./serve.ts";

/** Exit codes: 0 fine, 1 bad news (failed tasks, a faulty installation), 2 the input or the call is wrong, 130 interrupted. */
const USAGE_ERROR = 2;

const pluginRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function context(directory?: string): Promise<OpenContext> {
  const { env, ppid: parentPid } = process;
  return createContext({ directory, env, parentPid, pluginRoot, now: Date.now });
}

/** On many machines `parallel` is GNU parallel, so the same command line has a second name. */
const NAMES = ["parallel", "parallel-tasks"];
const typedName = basename(process.argv[1] ?? "");

// What a command needs is loaded with it: a session's start waits for one of them.
const program = new Command(NAMES.includes(typedName) ? typedName : "parallel")
  .description("Look at plans that coding agents execute in parallel.")
  .version(manifest.version)
  .exitOverride();

program
  .command("status [plan]")
  .description("how the plans of this repository stand")
  .option("--watch", "as it changes, until everything has ended; keys act on it")
  .option("--json", "as JSON")
  .action(async (plan: string | undefined, options: { watch?: boolean; json?: boolean }) => {
    const { statusCommand } = await import("./status.ts");
    process.exitCode = await statusCommand(await context(), plan, options, pluginRoot);
  });

addRunCommands(program, pluginRoot);

const EDITORS = ["vscode", "cursor", "idea", "none"] as const satisfies readonly Editor[];

program
  .command("serve [plan]")
  .description("the plans of this repository on a page in a browser of this machine, live, until it is ended")
  .option("--port <n>", "this port; else any that is free", port, 0)
  .option("--no-open", "print the link, and open nothing")
  .option("--keep", "go on although nobody has looked for half an hour")
  .option("--read-only", "show, and refuse every action")
  .option("--also <folder>", "the plans of this checkout as well; more than once for several", listed, [])
  .option("--allow-host <name>", "answer also under this name of a host, for a tunnel", listed, [])
  .addOption(new Option("--editor <name>", "what links to files open").choices(EDITORS))
  .action(
    async (plan: string | undefined, { also, ...options }: ServeOptions & { also: readonly string[] }) => {
      const { serveCommand } = await import("./serve.ts");
      const others = also.map((folder) => context(resolve(folder)));
      await serveCommand([await context(), ...(await Promise.all(others))], plan, options, pluginRoot);
    },
  );

program
  .command("report [plan]")
  .description("results, findings and measured figures of a plan; without a name, of the only one")
  .option("--json", "as JSON")
  .action(async (plan: string | undefined, options: { json?: boolean }) => {
    const { reportCommand } = await import("./report.ts");
    process.exitCode = await reportCommand(await context(), plan, options);
  });

program
  .command("export [plan]")
  .description("write 03-tasks.json, 03-tasks.md and 04-implementation.md into the specification's folder")
  .option("--json", "as JSON")
  .action(async (plan: string | undefined, options: { json?: boolean }) => {
    const { exportCommand } = await import("./export.ts");
    process.exitCode = await exportCommand(await context(), plan, options);
  });

program
  .command("plan <file>")
  .description(
    "what tasks will take and what would make them faster: of a folder or file, or of a plan by its name; makes no plan",
  )
  .option("--max <n>", "agents at once", cap)
  .option("--json", "as JSON")
  .addOption(new Option("--markdown", "as Markdown, with a Mermaid chart").conflicts("json"))
  .option("--write-scopes", "write what the plan's tasks really wrote into its 03-tasks.json")
  .action(async (file: string, options: PlanOptions) => {
    const { planCommand } = await import("./plan.ts");
    process.exitCode = await planCommand(await context(), file, options);
  });

program
  .command("approve <plan>")
  .description(
    "shows the commands by which tasks of the plan are accepted and others that its settings name, and asks whether they may be run: a task's by its agent without a prompt, and by the server where a setting says so (verify: run, setup, gate, notify)",
  )
  .option("--yes", "approve what is shown without asking")
  .option("--forget", "take the approvals back")
  .option("--json", "as JSON")
  .action(async (plan: string, options: ApproveOptions) => {
    const { approveCommand } = await import("./approve.ts");
    process.exitCode = await approveCommand(await context(), plan, options, process.env);
  });

program
  .command("restore <plan> [files...]")
  .description(
    "what others overwrote in files that tasks of the plan held: lists it, or puts the newest such version of these files, or the named one, back",
  )
  .option("--task <id>", "only what this task held")
  .option("--content <digest>", "the version whose digest begins so, whoever wrote it")
  .option("--force", "also where the file was changed again since")
  .option("--forget", "remove all that is kept for the plan")
  .option("--json", "as JSON")
  .action(async (plan: string, files: string[], options: RestoreOptions) => {
    const { restoreCommand } = await import("./restore.ts");
    process.exitCode = await restoreCommand(await context(), plan, files, options);
  });

program
  .command("deliver <plan>")
  .description(
    "puts the merged work of the plan's worktrees into this checkout: all of it as uncommitted changes, or nothing",
  )
  .option("--merge", "as a merge into the branch that is checked out")
  .option("--json", "as JSON")
  .action(async (plan: string, options: DeliverOptions) => {
    const { deliverCommand } = await import("./deliver.ts");
    process.exitCode = await deliverCommand(await context(), plan, options);
  });

program
  .command("diff <plan> <task>")
  .description("what a task was seen to change in files that tasks held, as a unified diff")
  .option("--json", "as JSON")
  .action(async (plan: string, task: string, options: { json?: boolean }) => {
    const { diffCommand } = await import("./diff.ts");
    await diffCommand(await context(), plan, task, options);
  });

program
  .command("doctor")
  .description("what is wrong with the installation, and the remedy; changes nothing")
  .option("--json", "as JSON")
  .action(async (options: { json?: boolean }) => {
    const { doctorCommand } = await import("./doctor.ts");
    process.exitCode = await doctorCommand(pluginRoot, options);
  });

program
  .command("audit [session]")
  .description(
    "what agents in past sessions gained and lost, from transcripts alone: of this project, or of a session, transcript or folder",
  )
  .option("--json", "as JSON")
  .addOption(new Option("--markdown", "as Markdown").conflicts("json"))
  .action(async (session: string | undefined, options: { json?: boolean; markdown?: boolean }) => {
    const { auditCommand } = await import("./audit.ts");
    process.exitCode = await auditCommand(session, options);
  });

program
  .command("session-start", { hidden: true })
  .description("what the SessionStart hook tells")
  .action(async () => {
    const { sessionStart } = await import("./session-start.ts");
    process.stdout.write(await sessionStart(await context()));
  });

program
  .command("session-end", { hidden: true })
  .description("what the SessionEnd hook tells the user of a headless session")
  .action(async () => {
    const { CLAUDE_CODE_SESSION_ATTENDED: attended, CLAUDE_CODE_SESSION_ID: session } = process.env;
    if (attended !== "0" || session === undefined) return;
    const { sessionEnd } = await import("./session-end.ts");
    const text = await sessionEnd(await context(), session);
    process.stderr.write(text);
    if (text !== "") process.exitCode = 1;
  });

// Whoever reads may stop before the end, as `head` does: nobody is left to be told anything.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
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
    const { showFailure } = await import("./show-failure.ts");
    showFailure(error);
    process.exitCode = USAGE_ERROR;
  }
}

/** @throws InvalidArgumentError, which the command line shows with its usage. */
function cap(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 20) {
    throw new InvalidArgumentError("It is a whole number from 1 to 20.");
  }
  return value;
}

/** @throws InvalidArgumentError */
function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("It is a whole number from 0 to 65535.");
  }
  return value;
}

/** Each use of an option adds to the list. */
function listed(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
