import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endsInterrupted, isInterrupted } from "../../../mcp-server/src/host/transcripts/interruption.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

type Content = string | readonly object[];
const spoken = (type: "user" | "assistant", content: Content, more = {}) =>
  `${JSON.stringify({ type, isSidechain: false, message: { role: type, content }, ...more })}\n`;
const typed = spoken("user", "Go on, please");
const said = spoken("assistant", [{ type: "text", text: "The agents are at work." }]);
const interruption = spoken("user", [{ type: "text", text: "[Request interrupted by user]" }]);
const inTool = spoken("user", [{ type: "text", text: "[Request interrupted by user for tool use]" }]);
const notice = spoken("user", "<task-notification>\n<task-id>a1</task-id>", {
  origin: { kind: "task-notification" },
});
const queued = `${JSON.stringify({ type: "queue-operation", content: "<task-notification>" })}\n`;
const companion = spoken("user", "<system-reminder>", { isMeta: true });
const hook = `${JSON.stringify({ type: "attachment", attachment: { type: "hook_success" } })}\n`;

const ends = (...lines: string[]) => endsInterrupted(Buffer.from(lines.join("")));

describe("an interruption in a conversation's transcript", () => {
  it("an interruption is the last that was said, whatever the host tells after it", () => {
    expect(ends(typed, said, interruption)).toBe(true);
    expect(ends(typed, said, inTool, queued, companion, notice, hook, notice)).toBe(true);
  });

  it("a conversation that has gone on since is not interrupted", () => {
    expect(ends(interruption, typed)).toBe(false);
    expect(ends(interruption, notice, said, hook)).toBe(false);
    expect(
      ends(interruption, spoken("assistant", [{ type: "tool_use", id: "t", name: "Bash", input: {} }])),
    ).toBe(false);
  });

  it("ends that come together after what was said are no interruption", () => {
    expect(ends(typed, said, notice, notice, notice)).toBe(false);
    expect(ends("")).toBe(false);
  });

  it("a user who speaks of an interruption has not interrupted", () => {
    expect(ends(said, spoken("user", "Why does it say [Request interrupted by user]?"))).toBe(false);
  });

  it("a transcript of which the end begins and stops in the middle of a line is read", () => {
    expect(ends(typed.slice(20), interruption)).toBe(true);
    expect(ends(interruption, typed.slice(0, 20))).toBe(true);
  });

  it("an interruption is waited for that is not on the disk yet", async () => {
    const path = join(temporaryFolder(), "session.jsonl");
    writeFileSync(path, typed + said);
    setTimeout(() => appendFileSync(path, interruption), 100);
    expect(await isInterrupted(path)).toBe(true);
  });
});
