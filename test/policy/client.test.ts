import { describe, expect, it } from "vitest";
import { clientNamed, waitSecondsFor } from "../../mcp-server/src/policy/client.ts";

describe("what an answer depends on of the client", () => {
  it.each([
    ["claude-code", "data"],
    ["codex-mcp-client", "data"],
    ["gemini-cli-mcp-client", "text"],
    ["qwen-cli-mcp-client-tasks", "text"],
    ["opencode", "text"],
    ["copilot-cli", "text"],
    ["@cline/core", "text"],
    ["kimi-code", "text"],
    ["continue-cli-client", "text"],
    ["somebody's own", "unknown"],
    [undefined, "unknown"],
  ])("the client %s reads %s", (name, reads) => {
    expect(clientNamed(name).reads).toBe(reads);
    expect(clientNamed(name).isClaudeCode).toBe(name === "claude-code");
  });

  it("the agents of one known client have no tools of this server", () => {
    expect(clientNamed("@cline/core").agentsHaveTools).toBe(false);
    expect(clientNamed("opencode").agentsHaveTools).toBe(true);
  });
});

describe("how long a call may be silent", () => {
  it("a call waits as long as its client bears where nothing was asked for", () => {
    expect(waitSecondsFor(clientNamed("claude-code"), undefined)).toBe(1_500);
    expect(waitSecondsFor(clientNamed("kimi-code"), undefined)).toBe(50);
    expect(waitSecondsFor(clientNamed(undefined), undefined)).toBe(50);
  });

  it("a call waits less where less was asked for, and never longer than its client bears", () => {
    expect(waitSecondsFor(clientNamed("codex-mcp-client"), 10)).toBe(10);
    expect(waitSecondsFor(clientNamed("codex-mcp-client"), 7_200)).toBeLessThan(300);
  });

  it("a call of an unknown client waits as long as it asks for, because nothing is known of its limit", () => {
    expect(waitSecondsFor(clientNamed("somebody's own"), 600)).toBe(600);
  });
});
