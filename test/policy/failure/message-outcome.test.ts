import { describe, expect, it } from "vitest";
import { outcomeOfMessage } from "../../../mcp-server/src/policy/failure/message-outcome.ts";

describe("the last message of an agent that has no tool to report with", () => {
  it.each(["DONE. All of it works.", "I have changed the parser.", "Tests that FAILED before pass now."])(
    "the last message “%s” says that the work is done",
    (message) => expect(outcomeOfMessage(message)).toBe("completed"),
  );

  it.each(["FAILED: the file is missing.", "**FAILED** no access", "BLOCKED by a question", "\n## FAILED"])(
    "the last message “%s” says that the work is not done",
    (message) => expect(outcomeOfMessage(message)).toBe("failed"),
  );

  it.each(["", " \n\t"])("the last message of an agent is no report when it is empty", (message) =>
    expect(outcomeOfMessage(message)).toBe("unreported"),
  );
});
