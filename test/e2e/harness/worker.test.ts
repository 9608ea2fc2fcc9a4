import { describe, expect, it } from "vitest";
import type { Block, Conversation } from "./conversation.ts";
import { taskTool } from "./task-tools.ts";
import type { Turn } from "./turn.ts";
import { fails, reports, stopsSilently, type Work, Workers } from "./worker.ts";

const TOKEN = "3-aaaaaaaaaaaaaaaaaaaaaaaaaa";

/** The conversation of an agent that was given this prompt and has taken these turns. */
function agent(prompt: string, turns: [Turn, string][] = [], agentId = "a1"): Conversation {
  const blocks: Block[] = [
    { kind: "text", role: "user", message: 0, text: prompt },
    { kind: "text", role: "system", message: 1, text: " - Primary working directory: /project\n" },
  ];
  turns.forEach(([turn, answer], index) => {
    const message = 2 + 2 * index;
    for (const output of turn.outputs) {
      if ("text" in output) {
        blocks.push({ kind: "text", role: "assistant", message, text: output.text });
        blocks.push({ kind: "text", role: "user", message: message + 1, text: answer });
        continue;
      }
      const { tool, input } = output;
      blocks.push({ kind: "call", role: "assistant", message, id: `${message}`, tool, input });
      const isError = answer.startsWith("Refused");
      blocks.push({
        kind: "result",
        role: "user",
        message: message + 1,
        callId: `${message}`,
        tool,
        text: answer,
        isError,
      });
    }
  });
  return { sessionId: "s", agentId, model: "m", tools: [], blocks };
}

function brief(text: string): string {
  return `Task: demo/1.1\nToken: ${TOKEN}\n\n${text}`;
}

function input(turn: Turn | undefined): Record<string, unknown> {
  const output = turn?.outputs[0];
  return output !== undefined && "tool" in output ? output.input : {};
}

/** What the workers say turn by turn when every call is answered with this text. */
function plays(workers: Workers, prompt: string, turns: number, answer = "{}", agentId = "a1"): Turn[] {
  const taken: [Turn, string][] = [];
  for (let count = 0; count < turns; count += 1) {
    taken.push([workers.answer(agent(prompt, taken, agentId)).turn, answer]);
  }
  return taken.map(([turn]) => turn);
}

describe("a scripted worker", () => {
  it("a scripted worker writes the file that its brief grants, reports each criterion, and ends with its line", () => {
    const prompt = brief(
      "# Acceptance\n1. It parses (verify by: `npm test`)\n2. It is documented\n\n# Files\nYou may write `src/a.ts`, `src/b.ts`.",
    );
    const [write, report, last] = plays(new Workers({}), prompt, 3, '{"reply":"demo/1.1 completed."}');
    expect(input(write)).toEqual({ file_path: "/project/src/a.ts", content: "demo/1.1\n" });
    expect(input(report)).toMatchObject({ task: "demo/1.1", token: TOKEN, filesChanged: ["src/a.ts"] });
    expect(input(report).evidence).toMatchObject([
      { criterion: "It parses" },
      { criterion: "It is documented" },
    ]);
    expect(last?.outputs).toEqual([{ text: "demo/1.1 completed." }]);
  });

  it.each([
    ["You may write `src/**`.", "/project/src/demo-1.1.txt"],
    ["Add `lib/x.ts` with a function.", "/project/lib/x.ts"],
    ["Think about it.", "/project/notes/demo-1.1.md"],
  ])("a scripted worker finds a place to write for: %s", (text, path) => {
    expect(input(plays(new Workers({}), brief(text), 1)[0]).file_path).toBe(path);
  });

  it("a scripted worker only reports when it may write nothing", () => {
    const [report] = plays(new Workers({}), brief("You write no files."), 1);
    expect(input(report)).toMatchObject({ outcome: "completed", filesChanged: [] });
  });

  it("a scripted worker reports that it is blocked when its write is refused", () => {
    const [, report] = plays(new Workers({}), brief("You may write `a.ts`."), 2, "Refused: 1.2 holds it.");
    expect(input(report)).toMatchObject({ outcome: "blocked", blockedOn: { writes: ["a.ts"] } });
  });

  it("a scripted worker fetches its brief when only the launch line has reached it", () => {
    const [fetch, write] = plays(
      new Workers({}),
      `Task demo/1.1, token ${TOKEN}. No brief below? Call task_get with both.`,
      2,
      JSON.stringify({ brief: brief("You may write `a.ts`.") }),
    );
    expect(fetch?.outputs).toEqual([
      { tool: taskTool("task_get"), input: { task: "demo/1.1", token: TOKEN } },
    ]);
    expect(input(write).file_path).toBe("/project/a.ts");
  });

  it("a scripted worker obeys a reminder with the step that follows, and ignores it where none does", () => {
    const obedient: Work = [stopsSilently(), reports()];
    const workers = new Workers({ "1.1": obedient, "1.2": [stopsSilently()] });
    const tools = (turns: Turn[]) =>
      turns.map(({ outputs: [output] }) => output !== undefined && "tool" in output);
    expect(tools(plays(workers, brief(""), 2, "Report first."))).toEqual([false, true]);
    expect(tools(plays(workers, brief("").replace("1.1", "1.2"), 2, "Report first."))).toEqual([
      false,
      false,
    ]);
  });

  it("a scripted worker works differently at the second attempt where its task has two works", () => {
    const workers = new Workers({ "1.1": [[fails("No luck.")], [reports()]] });
    const outcomes = ["a1", "a2", "a3"].map((id) => input(plays(workers, brief(""), 1, "{}", id)[0]).outcome);
    expect(outcomes).toEqual(["failed", "completed", "completed"]);
  });

  it("a scripted worker does nothing when its prompt names no task", () => {
    expect(new Workers({}).answer(agent("Explore the code.")).task).toBeUndefined();
  });
});
