import { arrivals, type Conversation, textOf } from "./conversation.ts";
import {
  command,
  executesThePlan,
  type Habit,
  inOtherWords,
  type Orchestrator,
  wasRefused,
} from "./orchestrator.ts";
import { answers, taskTool } from "./task-tools.ts";
import { calls as callsTool, says, type Turn } from "./turn.ts";

/** What the main conversation says where the script has not ended yet. */
export const WAITS_FOR_THE_SCRIPT = "The workflow is at work; its result will come.";

/** Lets the host's script engine start as many agents as the tests want, and each at once. */
export const SCRIPT_ENGINE = {
  CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "8",
  CLAUDE_CODE_WORKFLOW_PREFIX_STAGGER_MS: "0",
};

/**
 * The scripted main conversation that lets the host's script engine run the plan: at once where the user typed the
 * script's own command, else where the skill would launch the first agents. It goes on with bursts where that fails.
 */
export const executesByWorkflow: Orchestrator = (conversation) => {
  const { plan, start } = command(conversation);
  const since = { ...conversation, blocks: conversation.blocks.slice(start) };
  const call = since.blocks.find((block) => block.kind === "call" && block.tool === "Workflow");
  if (call?.kind !== "call") {
    if (isScriptCommand(since)) return runs(plan);
    const turn = executesThePlan(inOtherWords(conversation));
    return isFirstBatch(turn) ? runs(plan) : turn;
  }
  if (wasRefused(conversation, call)) return executesThePlan(conversation);
  const result = resultIn(since);
  if (result !== undefined) {
    return result.report === undefined ? executesThePlan(conversation) : says(result.report);
  }
  // A plan that stops at a failure is to be stopped here, and whatever else is wrong is told here.
  const collected = answers(since).findLast(({ tool }) => tool === "batch_collect");
  if (collected !== undefined && collected.value.decision !== "proceed") return executesThePlan(conversation);
  const collects = textOf(arrivals(conversation)).match(/Call batch_collect (\{[^{}]*\})/)?.[1];
  if (collects === undefined) return says(WAITS_FOR_THE_SCRIPT);
  return callsTool(taskTool("batch_collect"), JSON.parse(collects) as Record<string, unknown>);
};

/** Shows, beside what the script returned, the whole report, and has it exported as the skill says. */
export const wantsTheWholeReport: Habit = (inner) => (conversation) => {
  const { plan, start } = command(conversation);
  const since = { ...conversation, blocks: conversation.blocks.slice(start) };
  const report = answers(since).findLast(({ tool }) => tool === "plan_report");
  if (report !== undefined || resultIn(since)?.report === undefined)
    return report === undefined ? inner(conversation) : says(String(report.value.report));
  return callsTool(taskTool("plan_report"), { plan, export: true });
};

function runs(plan: string): Turn {
  return callsTool("Workflow", { name: "parallel:execute", args: plan });
}

/** Whether the user typed the command of the script. */
export function isScriptCommand({ blocks }: Conversation): boolean {
  return blocks.some(
    (block) => block.kind === "text" && /<command-name>\/parallel:execute</.test(block.text),
  );
}

function isFirstBatch({ outputs }: Turn): boolean {
  return outputs.some((output) => "tool" in output && output.tool === taskTool("batch_next"));
}

/** What the script returned, from the host's notification of its end. */
function resultIn({ blocks }: Conversation): { report?: string } | undefined {
  const text = textOf(blocks).match(/<task-notification>[\s\S]*<result>(\{[\s\S]*\})<\/result>/)?.[1];
  return text === undefined ? undefined : (JSON.parse(text) as { report?: string });
}
