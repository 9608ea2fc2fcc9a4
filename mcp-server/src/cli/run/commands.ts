import { type Command, InvalidArgumentError } from "commander";
import { createContext, type OpenContext, WORKER_VARIABLE } from "../../run/project/run-context.ts";
import type { RunCommandOptions } from "./run.ts";
import type { WorkerCommandOptions } from "./worker.ts";

/** Of a process that answers for claims itself, and is no part of the session that may have started it. */
function runnerContext(
  pluginRoot: string,
  labels: readonly string[],
  own: NodeJS.ProcessEnv = {},
): Promise<OpenContext> {
  const { CLAUDE_CODE_SESSION_ID: _, ...rest } = process.env;
  const env = { ...rest, [WORKER_VARIABLE]: undefined, ...own };
  return createContext({ env, parentPid: process.pid, labels, pluginRoot, now: Date.now });
}

/** The commands that execute plans; what they need is loaded with them. */
export function addRunCommands(program: Command, pluginRoot: string): void {
  withAgents(program.command("run <plan>"))
    .description(
      "executes a plan without a conversation: a plan by its name, or a breakdown by its file or folder, which is imported first",
    )
    .option("--max <n>", "agents at once, of a plan that is new", agents)
    .option("--yes", "without asking")
    .action(async (what: string, options: RunCommandOptions) => {
      const { runCommand } = await import("./run.ts");
      const run = await runnerContext(pluginRoot, options.label);
      const place = { env: process.env, pluginRoot };
      process.exitCode = await runCommand(run, what, options, place).finally(run.close);
    });
  withAgents(program.command("worker [plans...]"))
    .description(
      "takes part in the execution of this repository's plans, or of those that are named (by its file or folder a breakdown is imported where there is no such plan yet), beside other workers: as many agents as --agents says, until it is interrupted",
    )
    .option("--only <role>", "does tasks of this role alone; may be given several times", listed, [])
    .option("--until-done", "until nothing is left to do")
    .action(async (plans: string[], options: WorkerCommandOptions) => {
      const { workerCommand } = await import("./worker.ts");
      const run = await runnerContext(pluginRoot, options.label, { [WORKER_VARIABLE]: "1" });
      const place = { env: process.env, pluginRoot };
      process.exitCode = await workerCommand(run, plans, options, place).finally(run.close);
    });
}

/** The options of whatever starts agents. */
function withAgents(command: Command): Command {
  const agentsText = "clients, and how many agents of each at once, the preferred ones first";
  return command
    .option("--agents <list>", agentsText, "claude")
    .option("--command <words>", 'how the client "command" is started: "my-agent --file {briefFile}"')
    .option("--role <role=client>", "the client for a role's tasks", listed, [])
    .option(
      "--model <client=model>",
      "the model of a client's agents, where their task names none",
      listed,
      [],
    )
    .option("--label <label>", "what is here that tasks may ask for: gpu, os=windows", listed, [])
    .option("--drain-seconds <n>", "how long agents have to finish after SIGTERM", seconds, 60)
    .option("--json", "what happens as lines of JSON");
}

/** @throws InvalidArgumentError, which the command line shows with its usage. */
function agents(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 20)
    throw new InvalidArgumentError("It is a whole number from 1 to 20.");
  return value;
}

/** @throws InvalidArgumentError */
function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 86_400)) throw new InvalidArgumentError("It is a number from 0 to 86400.");
  return value;
}

/** Each use of an option adds to the list. */
function listed(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
