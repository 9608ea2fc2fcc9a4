import { describe, expect, it } from "vitest";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NAMES = [
  "batch_collect",
  "batch_next",
  "plan_analyze",
  "plan_create",
  "plan_report",
  "plan_update",
  "task_claim",
  "task_create",
  "task_get",
  "task_list",
  "task_report",
  "task_update",
];
const LIMIT = 10_000;
/** The longest tool name that clients accept. */
const MAX_NAME = 64;

async function listed() {
  const server = await ParallelServer.start(temporaryFolder());
  return { server, tools: await server.tools() };
}

type Field = Readonly<Record<string, unknown>>;

describe("the tool list", () => {
  it("the tool list holds the twelve tools by name, the same each time", async () => {
    const { server, tools } = await listed();
    expect(tools.map((tool) => tool.name)).toEqual(NAMES);
    expect(await server.tools()).toEqual(tools);
  });

  it(`the tool list is at most ${LIMIT} characters of name, description and schema`, async () => {
    const { tools } = await listed();
    const sizes = tools.map((tool) => ({
      name: tool.name,
      characters:
        tool.name.length + (tool.description ?? "").length + JSON.stringify(tool.inputSchema).length,
    }));
    const sum = (some: typeof sizes) => some.reduce((total, { characters }) => total + characters, 0);
    const lines = sizes.map(({ name, characters }) => `${name.padEnd(16)}${String(characters).padStart(6)}`);
    console.log([...lines, `${"all".padEnd(16)}${String(sum(sizes)).padStart(6)}`].join("\n"));
    expect(sum(sizes)).toBeLessThanOrEqual(LIMIT);
  });

  it("the tool list asks for no tool to be in every session's first request", async () => {
    const { tools } = await listed();
    expect(tools.filter((tool) => "anthropic/alwaysLoad" in (tool._meta ?? {}))).toEqual([]);
  });

  it("the tool list asks that long answers reach the model whole", async () => {
    const { tools } = await listed();
    const long = tools.filter((tool) => tool._meta?.["anthropic/maxResultSizeChars"] === 500_000);
    expect(long.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["plan_report", "batch_collect", "task_list", "task_get", "plan_analyze"]),
    );
  });

  it("the tool list says of each tool whether it only reads, and when to use it", async () => {
    const { tools } = await listed();
    for (const { name, title, description, annotations } of tools) {
      expect(title, name).toBeTruthy();
      expect(description, name).toMatch(/^Use /);
      expect(annotations, name).toMatchObject({
        readOnlyHint: expect.any(Boolean),
        idempotentHint: expect.any(Boolean),
        destructiveHint: false,
        openWorldHint: false,
      });
    }
    const reading = tools.filter((tool) => tool.annotations?.readOnlyHint).map((tool) => tool.name);
    expect(reading).toEqual(["plan_analyze", "task_list"]);
  });

  it("the tool list has names that clients accept, also with Claude Code's prefix", async () => {
    for (const { name } of (await listed()).tools) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(`mcp__plugin_parallel_tasks__${name}`.length).toBeLessThanOrEqual(MAX_NAME);
    }
  });

  it("the tool list has objects as schemas, whose every field is described", async () => {
    const { tools } = await listed();
    for (const { name, inputSchema } of tools) {
      expect(inputSchema, name).toMatchObject({ type: "object" });
      const bare = Object.entries(inputSchema.properties ?? {}).filter(
        ([, field]) => !(field as Field).description,
      );
      expect(
        bare.map(([field]) => field),
        name,
      ).toEqual([]);
    }
  });

  it("the tool list can be read by clients that know only plain schemas", async () => {
    const { tools } = await listed();
    const text = JSON.stringify(tools.map((tool) => tool.inputSchema));
    expect(text).not.toMatch(/"\$(ref|defs|schema)"/);
    for (const { inputSchema } of tools) {
      for (const key of ["anyOf", "oneOf", "allOf"]) expect(inputSchema).not.toHaveProperty(key);
    }
  });
});
