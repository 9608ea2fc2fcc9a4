import { type Conversation, textOf } from "./conversation.ts";
import { executesThePlan, type Orchestrator } from "./orchestrator.ts";
import { type Answer, answers, taskTool } from "./task-tools.ts";
import { calls as callsTool, says } from "./turn.ts";

/** What the main conversation says where the plan runs beside it. */
export const RUNS_BESIDE = "It runs beside us; you will hear of its end.";

/**
 * The scripted main conversation that lets the plugin's module run the plan, where the skill would launch the first
 * agents. Woken, it says what it was woken with.
 */
export const executesByModule: Orchestrator = (conversation) => {
  const end = endIn(conversation);
  if (end !== undefined) return says(end);
  const given = answers(conversation);
  const handed = given.findLast(isHandOver);
  if (handed === undefined) {
    const turn = executesThePlan(conversation);
    const isFirstBatch = turn.outputs.some(
      (output) => "tool" in output && output.tool === taskTool("batch_next"),
    );
    if (!isFirstBatch) return turn;
    return callsTool(taskTool("plan_update"), { plan: "demo", action: "run" });
  }
  if (conversation.tools.includes("AskUserQuestion")) return says(RUNS_BESIDE);
  const last = given.at(-1);
  if (last?.tool === "plan_report") return says(String(last.value.report));
  if (last?.tool === "batch_collect" && last.value.done === true)
    return callsTool(taskTool("plan_report"), { plan: "demo" });
  return callsTool(taskTool("batch_collect"), { plan: "demo", until: "all" });
};

/** How many tasks are completed, by the message with which the module wakes the conversation. */
export function endIn({ blocks }: Conversation): string | undefined {
  return /which ran beside this conversation[\s\S]*?(\d+ of \d+ tasks? completed)/.exec(textOf(blocks))?.[1];
}

function isHandOver({ tool, value }: Answer): boolean {
  return tool === "plan_update" && String(value.next).includes("beside");
}
