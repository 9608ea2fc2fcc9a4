import { type Conversation, textOf } from "./conversation.ts";
import { withoutCalls } from "./module-orchestrator.ts";
import { command, executesThePlan, inOtherWords, type Orchestrator, wasRefused } from "./orchestrator.ts";
import { answers, taskTool } from "./task-tools.ts";
import { calls as callsTool, says } from "./turn.ts";

/** What the main conversation says while a runner executes the plan. */
export const RUNNER_AT_WORK = "parallel run executes it; you will hear of its end.";

/**
 * The scripted main conversation that starts `parallel run` where the skill would launch the first agents, with the call
 * that the skill writes out. Woken, it says what it was woken with; where the call is refused it launches itself.
 */
export const executesByRunner: Orchestrator = (conversation) => {
  const { plan, start } = command(conversation);
  const since = { ...conversation, blocks: conversation.blocks.slice(start) };
  const end = endIn(since);
  if (end !== undefined) return says(end);
  const call = since.blocks.find((block) => block.kind === "call" && block.tool === "Bash");
  if (call?.kind !== "call") {
    const turn = executesThePlan(inOtherWords(conversation));
    const isFirstBatch = turn.outputs.some(
      (output) => "tool" in output && output.tool === taskTool("batch_next"),
    );
    return isFirstBatch ? callsTool("Bash", callIn(since, plan)) : turn;
  }
  if (wasRefused(conversation, call))
    return executesThePlan(withoutCalls(conversation, (_, id) => id === call.id));
  if (conversation.tools.includes("AskUserQuestion")) return says(RUNNER_AT_WORK);
  const last = answers(since).at(-1);
  if (last?.tool === "plan_report") return says(String(last.value.report));
  if (last?.tool === "batch_collect" && last.value.done === true)
    return callsTool(taskTool("plan_report"), { plan, export: true });
  return callsTool(taskTool("batch_collect"), { plan, until: "all" });
};

/** As the skill writes it out, for this plan. */
function callIn({ blocks }: Conversation, plan: string): Record<string, unknown> {
  const written = /`run`: `Bash (\{[^`]*\})`/.exec(textOf(blocks))?.[1];
  if (written === undefined) throw new Error("no text says how the runner is started");
  return JSON.parse(written.replace("SLUG", plan)) as Record<string, unknown>;
}

/** How many tasks are completed, by what the conversation is told when the runner has ended. */
function endIn({ blocks }: Conversation): string | undefined {
  return /which parallel run executed[\s\S]*?(\d+ of \d+ tasks? completed)/.exec(textOf(blocks))?.[1];
}
