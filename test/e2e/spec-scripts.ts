import { type Conversation, textOf, turnsTaken } from "./harness/conversation.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import type { Outcome } from "./harness/run-scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, callsTogether, says, type Turn } from "./harness/turn.ts";
import { workingDirectory } from "./harness/worker.ts";
import { mainRequestsOf } from "./small-plan.ts";

/** Models that do what the texts of the specification commands say, in the words and with the paths of these texts. */

type Script = (conversation: Conversation) => Turn;

/** Takes these steps, one a turn. */
export function follows(...steps: Script[]): Orchestrator {
  return (conversation) => steps[turnsTaken(conversation)]?.(conversation) ?? says("Finished.");
}

/** Loads the skill that the command names. */
export const loadsItsSkill: Script = (conversation) => {
  const skill = /Load the skill `([^`]+)`/.exec(textOf(conversation.blocks))?.[1];
  if (skill === undefined) throw new Error("the command names no skill");
  return calls("Skill", { skill });
};

/** Does the call of the server that the texts write out, the words in capitals filled in. */
export function callsAsWritten(
  tool: string,
  values: Readonly<Record<string, string>>,
  which: (input: string) => boolean = () => true,
): Script {
  return (conversation) => {
    const found = [...readBy(conversation).matchAll(new RegExp(`\`${tool} (\\{.*?\\})\``, "g"))]
      .map((match) => match[1] ?? "")
      .find(which);
    if (found === undefined) throw new Error(`no text writes out such a call of ${tool}`);
    return calls(taskTool(tool), JSON.parse(filled(found, values)) as Record<string, unknown>);
  };
}

/** What the model was told, and the files that it has read. */
function readBy(conversation: Conversation): string {
  const files = conversation.blocks.flatMap((block) =>
    block.kind === "result" && block.tool === "Read" ? [block.text] : [],
  );
  return [textOf(conversation.blocks), ...files].join("\n");
}

/** Launches an agent with the prompt that the skill quotes. */
export function launchesAsQuoted(values: Readonly<Record<string, string>>, added = ""): Script {
  return (conversation) => {
    const text = textOf(conversation.blocks);
    const quoted = /^> (.+)$/m.exec(text)?.[1];
    if (quoted === undefined) throw new Error("no text quotes a prompt");
    const prompt = filled(quoted, { BASE: skillFolder(conversation), ...values });
    return launches([{ type: "general-purpose", prompt: `${prompt}${added}` }]);
  };
}

/** Launches agents in the foreground, all in one message. */
export function launches(agents: readonly { type: string; prompt: string }[]): Turn {
  return callsTogether(
    agents.map(({ type, prompt }) => ({
      tool: "Agent",
      input: { description: `${type} looks`, prompt, subagent_type: type, run_in_background: false },
    })),
  );
}

/** Writes a file of the project. */
export function writesFile(path: string, content: string): Script {
  return (conversation) =>
    calls("Write", { file_path: `${workingDirectory(conversation)}/${path}`, content });
}

/** The folder of the skill that was loaded last. */
export function skillFolder(conversation: Conversation): string {
  const folder = [...textOf(conversation.blocks).matchAll(/Base directory for this skill: (.+)/g)].at(
    -1,
  )?.[1];
  if (folder === undefined) throw new Error("no skill was loaded");
  return folder.trim();
}

/** Everything that was said to the main conversation of a run, tool results not counted. */
export function heardIn(outcome: Outcome, run: number): string {
  const last = mainRequestsOf(outcome, run).at(-1);
  return textOf(last?.conversation.blocks ?? []);
}

/** The tools that the main conversation of a run called, in order. */
export function calledIn(outcome: Outcome, run: number): string[] {
  return mainRequestsOf(outcome, run).flatMap(({ outputs }) =>
    outputs.flatMap((output) => ("tool" in output ? [output.tool.replace(taskTool(""), "")] : [])),
  );
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((all, [word, value]) => all.replaceAll(word, value), text);
}
