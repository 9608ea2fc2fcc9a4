import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EndedWork } from "../../../mcp-server/src/host/transcripts/ended-work.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function lineOf(
  id: string,
  parts: Record<string, unknown> = {},
  status = "<status>completed</status>",
): string {
  const content = `<task-notification>\n<task-id>${id}</task-id>\n${status}\n<summary>Background command "x" completed</summary>\n</task-notification>`;
  return `${JSON.stringify({ type: "queue-operation", operation: "enqueue", content, ...parts })}\n`;
}

/** A transcript with these lines, and who reads it. */
function transcript(...lines: string[]) {
  const file = join(temporaryFolder(), "session.jsonl");
  writeFileSync(file, lines.join(""));
  return { work: new EndedWork(file), add: (text: string) => appendFileSync(file, text) };
}

describe("what a transcript tells of background work", () => {
  it("what a transcript tells of background work is what has ended since it was read last", async () => {
    const { work, add } = transcript(lineOf("b1"));
    expect(await work.next()).toEqual(["b1"]);
    expect(await work.next()).toEqual([]);
    add(lineOf("b2", {}, "<status>failed</status>") + lineOf("b3", {}, "<status>killed</status>"));
    expect(await work.next()).toEqual(["b2", "b3"]);
  });

  it("what a transcript tells of background work is read once its line is whole", async () => {
    const { work, add } = transcript("{}\n");
    const line = lineOf("b1");
    add(line.slice(0, 40));
    expect(await work.next()).toEqual([]);
    add(line.slice(40));
    expect(await work.next()).toEqual(["b1"]);
  });

  it.each([
    ["is taken out of the queue", lineOf("b1", { operation: "remove" })],
    ["only tells what it prints", lineOf("b1", {}, "")],
    ["is quoted by somebody", `${JSON.stringify({ type: "user", message: lineOf("b1") })}\n`],
    [
      "is in a prompt",
      lineOf("b1", {
        content:
          "Look: <task-notification>\n<task-id>b1</task-id>\n<status>completed</status></task-notification>",
      }),
    ],
  ])("what a transcript tells of background work is no end where a notification %s", async (_, line) => {
    expect(await transcript(line).work.next()).toEqual([]);
  });

  it("what a transcript tells of background work is nothing where there is no transcript", async () => {
    expect(await new EndedWork("/nowhere/session.jsonl").next()).toEqual([]);
  });
});
