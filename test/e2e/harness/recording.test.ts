import { describe, expect, it } from "vitest";
import type { Block } from "./conversation.ts";
import { isRefusal, largestOverlap, Recording } from "./recording.ts";
import { taskTool } from "./task-tools.ts";

const NOTIFICATION = (result: string) =>
  `[SYSTEM NOTIFICATION - NOT USER INPUT]\n\n<task-notification>\n<result>${result}</result>\n</task-notification>`;

function recordingOf(...blocks: Block[]): Recording {
  const recording = new Recording();
  const opening: Block = { kind: "text", role: "user", message: 0, text: "/spec:execute demo" };
  const reply: Block = { kind: "text", role: "assistant", message: 1, text: "Yes." };
  recording.open({ sessionId: "s", model: "m", tools: ["Agent"], blocks: [opening, reply, ...blocks] }, 0);
  return recording;
}

function system(text: string): Block {
  return { kind: "text", role: "system", message: 3, text };
}

const USAGE = {
  input_tokens: 1,
  cache_creation_input_tokens: 2,
  cache_read_input_tokens: 3,
  output_tokens: 4,
};

describe("a recording", () => {
  it("a recording separates what the host joined: notifications, the agents' last messages, and hook lines", () => {
    const hook = "UserPromptSubmit hook additional context: 2 ready.\n\nCall batch_next.";
    const recording = recordingOf(system(`${NOTIFICATION("one")}\n\n${hook}\n\n${NOTIFICATION("two")}`));
    const characters = recording.mainCharacters();
    expect(characters["last message of an agent"]).toBe("onetwo".length);
    expect(characters["hook of this plugin"]).toBe(hook.length);
    expect(characters["host: notification"]).toBe(2 * NOTIFICATION("").length);
    expect(characters["other text"]).toBe(0);
  });

  it("a recording counts what the model writes for each launch, and what our tools and the host answer", () => {
    const input = { description: "1 Do it", prompt: "demo/1" };
    const recording = recordingOf(
      { kind: "call", role: "assistant", message: 2, id: "c1", tool: "Agent", input },
      {
        kind: "result",
        role: "user",
        message: 3,
        callId: "c1",
        tool: "Agent",
        text: "Async agent",
        isError: false,
      },
      {
        kind: "result",
        role: "user",
        message: 3,
        callId: "c2",
        tool: taskTool("batch_next"),
        text: "{}",
        isError: false,
      },
    );
    expect(recording.launchCharacters()).toEqual([JSON.stringify(input).length]);
    expect(recording.mainCharacters()).toMatchObject({ "host: launch text": 11, "answer of this plugin": 2 });
    expect(recording.mainCharactersPerTask(2)).toMatchObject({
      "host: launch text": 6,
      "answer of this plugin": 1,
    });
  });

  it("a recording counts an agent as at work until it has reported", () => {
    const recording = new Recording();
    const speaks = (agentId: string, startMs: number, endMs: number, tool: string) => {
      const entry = recording.open({ sessionId: "s", agentId, model: "m", tools: [], blocks: [] }, startMs);
      recording.answered(entry, [{ tool, input: {} }], USAGE);
      recording.end(entry, endMs);
    };
    speaks("a", 0, 5, taskTool("task_report"));
    speaks("b", 6, 9, "Write");
    speaks("a", 6, 8, "Read");
    expect(recording.mostAgentsAtOnce()).toBe(2);
    expect(recording.mostAtWorkAtOnce()).toBe(1);
    expect(recording.agents()).toMatchObject([
      { startMs: 0, reportedMs: 5, endMs: 8, requests: 2 },
      { startMs: 6 },
    ]);
  });

  it("a recording finds the largest overlap, in which touching ends do not count", () => {
    const interval = (startMs: number, endMs: number) => ({ startMs, endMs });
    expect(largestOverlap([interval(0, 2), interval(1, 3), interval(2, 4), interval(9, 10)])).toBe(2);
    expect(largestOverlap([])).toBe(0);
  });

  it("a recording knows both of the host's sentences of refusal", () => {
    expect(isRefusal("Claude requested permissions to use Write, but you haven't granted it yet.")).toBe(
      true,
    );
    expect(isRefusal("Permission to use Bash has been denied. IMPORTANT: You …")).toBe(true);
    expect(isRefusal("The permission to use it has been denied by the test.")).toBe(false);
  });
});
