// import:node:readline/promises in cli/approve.mjs
import { createInterface } from "node:readline/promises";

// import:errors.mjs in cli/approve.mjs
import { CallerError } from "../errors.mjs";

// import:run/edits.mjs in cli/approve.mjs
import { commandsOfPlan, purposeOfCommand } from "../run/edits.mjs";

// import:text.mjs in cli/approve.mjs
import { exactLine, visibleJson } from "../text.mjs";

// mcp-server/src/cli/approve.ts
var MODELS_SHELLS = ["CLAUDECODE", "CODEX_SANDBOX", "CODEX_THREAD_ID", "GEMINI_CLI", "COPILOT_CLI"];
async function approveCommand(ctx, plan, { yes = false, forget = false, json = false }, env) {
  const commands = await commandsOfPlan(ctx, plan);
  const { approved } = ctx.commands;
  if (!json) process.stdout.write(`${pageOf(plan, commands)}
`);
  if (forget) for (const { command } of commands) approved.remove(command);
  const open = commands.filter(({ isApproved }) => !isApproved);
  if (!forget && open.length > 0 && (yes || !json && await isAgreed(open.length))) {
    refuseModels(env);
    for (const { command } of open) approved.add(command);
  }
  const now = await commandsOfPlan(ctx, plan);
  const isDone = now.every(({ isApproved }) => isApproved);
  if (json) process.stdout.write(`${visibleJson({ commands: now })}
`);
  else if (forget) process.stdout.write("Their approvals are taken back.\n");
  else if (open.length > 0) {
    const how = yes || isTerminal() ? "" : " To approve them: in a terminal, or with --yes.";
    process.stdout.write(isDone ? "Approved.\n" : `Nothing was approved.${how}
`);
  }
  return isDone || forget ? 0 : 1;
}
function pageOf(plan, commands) {
  if (commands.length === 0)
    return `No task of ${plan} that is left is accepted by a command, and its policy names none.`;
  const lines = commands.map(
    (command) => `  ${command.isApproved ? "approved" : "new     "}  ${exactLine(command.command)}  (${purposeOfCommand(command)})`
  );
  return `Commands of the plan ${plan}, with the tasks that are accepted by them, or what else they are for:
${lines.join("\n")}
What you approve for this repository, an agent may run without a prompt where its task is accepted by it, and the server runs it itself where a setting says so (verify: run, setup, gate, notify).`;
}
function isTerminal() {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}
async function isAgreed(count) {
  if (!isTerminal()) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const what = count === 1 ? "the new command" : `the ${count} new commands`;
    return /^y(es)?$/i.test((await terminal.question(`Approve ${what}? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
function refuseModels(env) {
  const marker = MODELS_SHELLS.find((name) => env[name]);
  if (marker === void 0) return;
  throw new CallerError(
    "wrong_state",
    `Nothing was approved: this is a shell that a model uses (${marker} is set), and a command is approved by the user.`,
    'The user runs this in a terminal of his own; or plan_update {action: "approve"} asks him, where the client has forms.'
  );
}
export {
  approveCommand
};
