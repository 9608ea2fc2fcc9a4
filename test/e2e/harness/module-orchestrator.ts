import { type Conversation, textOf } from "./conversation.ts";
import { command, executesThePlan, inOtherWords, type Orchestrator } from "./orchestrator.ts";
import { type Answer, answers, taskTool } from "./task-tools.ts";
import { calls as callsTool, says, type Turn } from "./turn.ts";

/** What the main conversation says where the plan runs beside it. */
export const RUNS_BESIDE = "It runs beside us; you will hear of its end.";

/**
 * The scripted main conversation that lets the plugin's module run the plan, where the skill would launch the first
 * agents. Woken, it says what it was woken with; where there is no module it launches itself.
 */
export const executesByModule: Orchestrator = (conversation) => {
  const end = endIn(conversation);
  if (end !== undefined) return says(end);
  const refused = answers(conversation).find(({ tool, isError }) => tool === "plan_update" && isError);
  if (refused) return executesThePlan(withoutCalls(conversation, (_, id) => id === refused.callId));
  const { plan } = command(conversation);
  const given = answers(conversation);
  const handed = given.findLast(isHandOver);
  if (handed === undefined) {
    const inMyWords = inOtherWords(conversation);
    const turn = executesThePlan(inMyWords);
    const isFirstBatch = turn.outputs.some(
      (output) => "tool" in output && output.tool === taskTool("batch_next"),
    );
    if (!isFirstBatch) return inTheWordsGiven(turn, answers(inMyWords));
    return callsTool(taskTool("plan_update"), { plan, action: "run" });
  }
  if (conversation.tools.includes("AskUserQuestion")) return says(RUNS_BESIDE);
  const last = given.at(-1);
  if (last?.tool === "plan_report") return says(String(last.value.report));
  if (last?.tool === "batch_collect" && last.value.done === true)
    return callsTool(taskTool("plan_report"), { plan });
  return callsTool(taskTool("batch_collect"), { plan, until: "all" });
};

/** The question with the choice that the analysis words. */
function inTheWordsGiven(turn: Turn, given: readonly Answer[]): Turn {
  const analysis = given.findLast(({ tool }) => tool === "plan_analyze");
  const choice = /Word the choice to run it "([^"]+)"/.exec(String(analysis?.value.next))?.[1];
  if (choice === undefined) return turn;
  const text = JSON.stringify(turn.outputs).replaceAll('"Run it"', JSON.stringify(choice));
  return { ...turn, outputs: JSON.parse(text) as Turn["outputs"] };
}

/** The conversation as if these calls had not been made. */
export function withoutCalls(
  conversation: Conversation,
  isOne: (input: Record<string, unknown>, id: string) => boolean,
): Conversation {
  const ids = new Set(
    conversation.blocks.flatMap((block) =>
      block.kind === "call" && isOne(block.input, block.id) ? [block.id] : [],
    ),
  );
  const blocks = conversation.blocks.filter(
    (block) =>
      !(block.kind === "call" && ids.has(block.id)) && !(block.kind === "result" && ids.has(block.callId)),
  );
  return { ...conversation, blocks };
}

/** How many tasks are completed, by the message with which the module wakes the conversation. */
export function endIn({ blocks }: Conversation): string | undefined {
  return /which ran beside this conversation[\s\S]*?(\d+ of \d+ tasks? completed)/.exec(textOf(blocks))?.[1];
}

function isHandOver({ tool, value }: Answer): boolean {
  return tool === "plan_update" && String(value.next).includes("beside");
}

/** Whether a text is the command that the module serves, or what it says to the conversation. */
export function isOfModule(text: string): boolean {
  return /^The parallel plugin sent a message|<command-name>\/parallel-run</.test(text);
}
