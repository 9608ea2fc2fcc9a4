import { createInterface } from "node:readline/promises";
import { CallerError } from "../errors/caller-error.ts";
import { commandsOfPlan, type PlanCommand, purposeOfCommand } from "../run/edits/commands-of-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { exactLine } from "../text/untrusted-text.ts";
import { visibleJson } from "../text/visible-json.ts";

export interface ApproveOptions {
  readonly yes?: boolean;
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** How clients mark the shells that their models use: an approval is the user's word and not a model's. */
const MODELS_SHELLS = ["CLAUDECODE", "CODEX_SANDBOX", "CODEX_THREAD_ID", "GEMINI_CLI", "COPILOT_CLI"];

/**
 * Shows the commands of a plan in full and asks whether they may be run, or takes their approvals back.
 * @returns 1 where some of them are not approved afterwards, else 0.
 */
export async function approveCommand(
  ctx: RunContext,
  plan: string,
  { yes = false, forget = false, json = false }: ApproveOptions,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const commands = await commandsOfPlan(ctx, plan);
  const { approved } = ctx.commands;
  if (!json) process.stdout.write(`${pageOf(plan, commands)}\n`);
  if (forget) for (const { command } of commands) approved.remove(command);
  const open = commands.filter(({ isApproved }) => !isApproved);
  if (!forget && open.length > 0 && (yes || (!json && (await isAgreed(open.length))))) {
    refuseModels(env);
    for (const { command } of open) approved.add(command);
  }
  const now = await commandsOfPlan(ctx, plan);
  const isDone = now.every(({ isApproved }) => isApproved);
  if (json) process.stdout.write(`${visibleJson({ commands: now })}\n`);
  else if (forget) process.stdout.write("Their approvals are taken back.\n");
  else if (open.length > 0) {
    const how = yes || isTerminal() ? "" : " To approve them: in a terminal, or with --yes.";
    process.stdout.write(isDone ? "Approved.\n" : `Nothing was approved.${how}\n`);
  }
  return isDone || forget ? 0 : 1;
}

function pageOf(plan: string, commands: readonly PlanCommand[]): string {
  if (commands.length === 0)
    return `No task of ${plan} that is left is accepted by a command, and its policy names none.`;
  const lines = commands.map(
    (command) =>
      `  ${command.isApproved ? "approved" : "new     "}  ${exactLine(command.command)}  (${purposeOfCommand(command)})`,
  );
  return `Commands of the plan ${plan}, with the tasks that are accepted by them, or what else they are for:
${lines.join("\n")}
What you approve for this repository, an agent may run without a prompt where its task is accepted by it, and the server runs it itself where a setting says so (verify: run, setup, gate, notify).`;
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Where nobody can be asked, nobody agrees. */
async function isAgreed(count: number): Promise<boolean> {
  if (!isTerminal()) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const what = count === 1 ? "the new command" : `the ${count} new commands`;
    return /^y(es)?$/i.test((await terminal.question(`Approve ${what}? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

/** @throws CallerError in a shell that a model uses. */
function refuseModels(env: NodeJS.ProcessEnv): void {
  const marker = MODELS_SHELLS.find((name) => env[name]);
  if (marker === undefined) return;
  throw new CallerError(
    "wrong_state",
    `Nothing was approved: this is a shell that a model uses (${marker} is set), and a command is approved by the user.`,
    'The user runs this in a terminal of his own; or plan_update {action: "approve"} asks him, where the client has forms.',
  );
}
