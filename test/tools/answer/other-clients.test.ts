import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { task, tokenIn } from "../../support/checkout.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { planOf } from "../../support/plan-of.ts";

const pair = [task("1", { description: "Write the parser." }), task("2", { dependencies: ["1"] })];

const planFor = (clientName: string) => planOf(pair, {}, { clientName });

/** How often the model of a client reads a text in an answer, if it is shown both its parts. */
function timesShown(text: string, { content, structuredContent }: CallToolResult): number {
  return JSON.stringify([content, structuredContent]).split(text).length - 1;
}

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}

const completed = (name: string, token: string) => ({
  task: name,
  token,
  outcome: "completed",
  summary: "Done.",
  evidence: [{ inspected: "the file" }],
});

async function claimed(server: ParallelServer): Promise<{ answer: CallToolResult; token: string }> {
  const answer = await server.raw("task_claim", { plan: "p", worker: "w" });
  return { answer, token: tokenIn(JSON.stringify(answer)) };
}

describe("an answer, by the client that asks", () => {
  it.each([
    ["codex-mcp-client", "data"],
    ["claude-code", "data"],
    ["copilot-cli", "text"],
    ["@cline/core", "text"],
    ["kimi-code", "text"],
  ])("an answer to %s holds a brief once, in its %s", async (clientName, part) => {
    const { server } = await planFor(clientName);
    const { answer, token } = await claimed(server);
    const fetched = await server.raw("task_get", { task: "p/1", token });
    for (const result of [answer, fetched]) {
      expect(timesShown("Write the parser.", result)).toBe(1);
      expect(textOf(result).includes("Write the parser.")).toBe(part === "text");
      expect(textOf(result)).not.toBe("");
    }
  });

  it("an answer to a client that nobody knows is whole in its text and in its data", async () => {
    const { server } = await planFor("somebody's own");
    const { answer } = await claimed(server);
    expect(timesShown("Write the parser.", answer)).toBe(2);
  });

  it("an answer that refuses says why in the text of every client", async () => {
    for (const clientName of ["codex-mcp-client", "claude-code", "gemini-cli-mcp-client", "x"]) {
      const { server } = await planFor(clientName);
      const answer = await server.raw("batch_next", { plan: "nowhere" });
      expect(answer.isError).toBe(true);
      expect(textOf(answer)).toContain("nowhere");
    }
  });

  it("an answer names the checkout, also in a brief and a report, unless Claude Code asks, which knows it", async () => {
    for (const clientName of ["@cline/core", "codex-mcp-client", "claude-code"]) {
      const { server, folder } = await planFor(clientName);
      const { answer, token } = await claimed(server);
      await server.raw("task_report", completed("p/1", token));
      const answers = [
        answer,
        await server.raw("task_list", { plan: "p" }),
        await server.raw("plan_create", { plan: "q", tasks: pair }),
      ];
      const named = answers.map((each) => timesShown(folder, each) > 0);
      expect(named, clientName).toEqual(answers.map(() => clientName !== "claude-code"));
      // Where the whole report is, everybody is told.
      expect(timesShown(folder, await server.raw("plan_report", { plan: "p" }))).toBeGreaterThan(0);
    }
  });

  it("an answer names tools as the client has them, and starts agents in words that fit", async () => {
    for (const [clientName, how] of [
      ["opencode", /Start an agent for it, with its prompt as it is/],
      ["@cline/core", /Agents of this client do not have these tools: take each task yourself/],
      ["claude-code", /Launch it as given/],
    ] as const) {
      const { server } = await planFor(clientName);
      const next = await server.raw("batch_next", { plan: "p" });
      expect(textOf(next)).toMatch(how);
      const brief = await server.raw("task_get", { task: "p/1", token: tokenIn(textOf(next)) });
      const namesPlugin = timesShown("mcp__plugin_parallel_tasks__", brief) > 0;
      expect(namesPlugin, clientName).toBe(clientName === "claude-code");
    }
  });
});

describe("a worker that takes one task after another", () => {
  it("a worker that claims is told to go on after its report, and by the last answer where the plan is told of", async () => {
    const { server } = await planFor("@cline/core");
    for (const name of ["p/1", "p/2"]) {
      const { answer, token } = await claimed(server);
      expect(textOf(answer)).toContain("Then go on as its answer says.");
      const { next } = JSON.parse(textOf(await server.raw("task_report", completed(name, token))));
      expect(next).toBe('For the next task: task_claim {plan: "p", worker: "w"}, until claim is null.');
    }
    const over = JSON.parse(textOf(await server.raw("task_claim", { plan: "p", worker: "w" })));
    expect(over).toMatchObject({ claim: null, done: true });
    expect(over.next).toContain('plan_report {plan: "p"}');
  });

  it("a worker that was launched for one task replies with one line and takes no other", async () => {
    const { server } = await planFor("opencode");
    const token = tokenIn(textOf(await server.raw("batch_next", { plan: "p" })));
    const brief = await server.raw("task_get", { task: "p/1", token });
    expect(textOf(brief)).toContain("Reply with the line that it returns and nothing else.");
    const { next } = JSON.parse(textOf(await server.raw("task_report", completed("p/1", token))));
    expect(next).toMatch(/^Reply with exactly: DONE p\/1/);
  });
});
