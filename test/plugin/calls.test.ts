import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { beforeAll, describe, expect, it } from "vitest";
import { CHECKOUT, pluginTexts, skillPages, TOOL_PREFIX } from "./checkout.ts";

interface Call {
  readonly text: string;
  readonly tool: string;
  readonly input: string;
}

const texts = [...pluginTexts(), ...skillPages()];

/** The calls that the texts write out, as in `batch_next {"plan":"SLUG"}`. */
const written: Call[] = texts.flatMap(({ path, body }) =>
  [...body.matchAll(/`(?:mcp__plugin_parallel_tasks__)?((?:plan|batch|task)_[a-z]+) (\{.*?\})`/g)].map(
    ([, tool, input]) => ({ text: path, tool: tool ?? "", input: input ?? "" }),
  ),
);

/** A deferred tool runs only if its arguments are right, and the model has not seen its schema. */
describe("a call of a tool of the server that a text writes out", () => {
  let tools: Map<string, Tool>;

  beforeAll(async () => {
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(CHECKOUT, "mcp-server", "dist", "server.js")],
        stderr: "ignore",
      }),
    );
    tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
    await client.close();
  });

  it("calls of tools that a text writes out are found in the commands, in the skills and in their pages", () => {
    expect(new Set(written.map(({ tool }) => tool))).toEqual(
      new Set([
        "plan_create",
        "plan_update",
        "plan_analyze",
        "plan_report",
        "batch_next",
        "batch_collect",
        "task_create",
        "task_list",
        "task_update",
        "task_claim",
      ]),
    );
  });

  it.each(written)("the call $tool $input of $text has the fields that the tool takes", ({ tool, input }) => {
    const schema = tools.get(tool)?.inputSchema;
    // Upper-case letters stand for a value that the model fills in, also where it is a number.
    const fields = Object.keys(JSON.parse(input.replace(/:N\b/g, ":1")) as object);
    expect(fields.filter((field) => !Object.hasOwn(schema?.properties ?? {}, field))).toEqual([]);
    expect((schema?.required ?? []).filter((field) => !fields.includes(field))).toEqual([]);
  });

  it("no text has a tool's name with its prefix that the server does not have", () => {
    for (const { path, body } of texts) {
      for (const [name] of body.matchAll(/mcp__plugin_parallel_tasks__\w+/g)) {
        expect(
          [...tools.keys()].map((tool) => TOOL_PREFIX + tool),
          path,
        ).toContain(name);
      }
    }
  });
});
