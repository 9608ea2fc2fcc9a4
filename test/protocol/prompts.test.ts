import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { GetPromptResult } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import { CHECKOUT, pluginTexts, TASK_TOOLS } from "../plugin/checkout.ts";
import { Connection } from "./connection.ts";
import { Repository, SERVER } from "./repository.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const texts = pluginTexts();
const commands = texts.filter(({ kind }) => kind === "command");
const promptOf = (command: string) => (command === "parallel:ideate" ? "ideate" : command.replace(":", "-"));

async function repository(): Promise<Repository> {
  const made = await Repository.make();
  closing.push(() => made.remove());
  return made;
}

async function connect(environment: Record<string, string> = {}, server = SERVER): Promise<Client> {
  const here = await repository();
  const client = new Client({ name: "protocol-tests", version: "1.0.0" });
  await client.connect(
    new StdioClientTransport({
      ...server,
      cwd: here.root,
      env: { ...here.env, ...environment },
      stderr: "ignore",
    }),
  );
  closing.push(() => client.close());
  return client;
}

/** The files of the bundle that a server has loaded, from the coverage that Node writes when the process ends. */
function loadedFiles(coverage: string): string[] {
  const scripts = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), "utf8")) as {
      result: { url: string }[];
    };
    return result.filter(({ url }) => url.startsWith("file:")).map(({ url }) => fileURLToPath(url));
  });
  return scripts.map((path) => relative(join(CHECKOUT, "mcp-server", "dist"), path)).sort();
}

function textOf({ messages }: GetPromptResult): string {
  expect(messages).toHaveLength(1);
  const [message] = messages;
  if (message?.role !== "user" || message.content.type !== "text") throw new Error("one text is expected");
  return message.content.text;
}

/** A line of the command that needs no other words elsewhere. */
const plainLines = (body: string) =>
  body
    .split("\n")
    .filter((line) => line !== "" && !/mcp__|\$ARGUMENTS|\$\{CLAUDE_|\/(?:spec|debug|parallel):/.test(line));

describe("prompts, for a client that has no commands of this plugin", () => {
  it("prompts are the commands, each with its description and one argument", async () => {
    const client = await connect();
    const { prompts } = await client.listPrompts();
    const byName = (list: { name: string }[]) => list.sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(prompts)).toEqual(
      byName(
        commands.map(({ name, data }) => ({
          name: promptOf(name),
          description: data.description,
          arguments: [
            {
              name: "arguments",
              description: data["argument-hint"],
              required: String(data["argument-hint"]).startsWith("<"),
            },
          ],
        })),
      ),
    );
  });

  it.each(commands.map((command) => [promptOf(command.name), command] as const))(
    "the prompt %s is the command's own text, with the argument in it, in words that the client's model knows",
    async (name, { body }) => {
      const client = await connect();
      const argument = "a $& $ARGUMENTS `b` /spec:execute mcp__plugin_parallel_tasks__x";
      const text = textOf(await client.getPrompt({ name, arguments: { arguments: argument } }));
      expect(text).toContain(argument);
      const own = text.replace(argument, "");
      for (const line of plainLines(body)) expect(own).toContain(line);
      expect(own).not.toMatch(/mcp__|\$ARGUMENTS|\$\{CLAUDE|^---\n(?:name|description):/m);
      expect(own).not.toMatch(/\/(?:spec|debug|parallel):[a-z]/);
      for (const [tool] of own.matchAll(/\b(?:plan|batch|task)_[a-z]+\b/g)) {
        // `task_id` is the argument of TaskStop.
        if (tool !== "task_id") expect(TASK_TOOLS).toContain(tool);
      }
      for (const [, other = ""] of own.matchAll(/`\/([a-z]+(?:-[a-z]+)*)[` ]/g)) {
        if (other !== "mcp") expect(commands.map((command) => promptOf(command.name))).toContain(other);
      }
    },
  );

  it("prompts bring the skills along that the command loads, and say where their other files lie", async () => {
    const client = await connect();
    const execute = await client.getPrompt({
      name: "spec-execute",
      arguments: { arguments: "watering" },
    });
    const skill = texts.find(({ name }) => name === "parallel:executing-specs");
    const text = textOf(execute);
    for (const line of plainLines(skill?.body ?? "")) expect(text).toContain(line);
    expect(text).toContain(join(CHECKOUT, "skills", "executing-specs"));
  });

  it("prompts ask for what the command cannot do without, and do without the rest", async () => {
    const client = await connect();
    await expect(client.getPrompt({ name: "ideate", arguments: { arguments: " " } })).rejects.toThrow(
      /-32602.*arguments: missing\. Give </,
    );
    expect(textOf(await client.getPrompt({ name: "parallel-status" }))).toContain(
      "Show the status of plan (empty: of all that are not done): ",
    );
  });

  it("prompts that there are not are refused, with those that there are", async () => {
    const client = await connect();
    await expect(client.getPrompt({ name: "execute" })).rejects.toThrow(
      /-32602.*no prompt "execute"\. Use one of .*spec-execute/,
    );
  });

  it("prompts are listed without the tools being loaded, because some clients make their menu of what comes at once", async () => {
    const coverage = mkdtempSync(join(tmpdir(), "parallel-loaded-"));
    closing.push(() => rmSync(coverage, { recursive: true, force: true }));
    const client = await connect({ NODE_V8_COVERAGE: coverage });
    expect((await client.listPrompts()).prompts).toHaveLength(commands.length);
    await client.close();
    await expect
      .poll(() => loadedFiles(coverage))
      .toEqual([
        "host/front-matter.mjs",
        "lib/gray-matter.mjs",
        "lib/protocol.js",
        "prompts.mjs",
        "prompts/prompts.mjs",
        "server.js",
      ]);
  });

  it("prompts are served without node_modules, and not at all where the commands were not installed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parallel-prompts-"));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    for (let above = folder; above !== dirname(above); above = dirname(above)) {
      expect(existsSync(join(above, "node_modules")), above).toBe(false);
    }
    cpSync(join(CHECKOUT, "mcp-server", "dist"), join(folder, "mcp-server", "dist"), { recursive: true });
    const server = { ...SERVER, args: [join(folder, "mcp-server", "dist", "server.js")] };
    expect((await (await connect({}, server)).listPrompts()).prompts).toEqual([]);
    for (const part of ["commands", "skills"]) {
      cpSync(join(CHECKOUT, part), join(folder, part), { recursive: true });
    }
    const client = await connect({}, server);
    expect((await client.listPrompts()).prompts).toHaveLength(commands.length);
    expect(textOf(await client.getPrompt({ name: "spec-execute", arguments: { arguments: "x" } }))).toContain(
      "Running a plan",
    );
  });

  it("prompts are named, all of them, where users of other clients look", () => {
    const page = readFileSync(join(CHECKOUT, "docs", "clients.md"), "utf8");
    const [list = ""] = /There are nine: .*/.exec(page) ?? [];
    const named = [...list.matchAll(/`([a-z]+(?:-[a-z]+)?)`/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== "arguments").sort()).toEqual(
      commands.map(({ name }) => promptOf(name)).sort(),
    );
  });

  it("prompts are listed in the protocol of 2026-07-28 as well", async () => {
    const connection = await Connection.open("2026", await repository());
    closing.push(() => connection.close());
    const { result } = await connection.request("prompts/list", connection.params({}));
    expect(result?.prompts).toHaveLength(commands.length);
    const params = connection.params({ name: "ideate", arguments: { arguments: "a clock" } });
    expect(JSON.stringify((await connection.request("prompts/get", params)).result)).toContain("a clock");
  });
});

describe("Claude Code, which has the commands", () => {
  it("Claude Code, which has the commands, is offered no prompts, which it would list a second time", async () => {
    const client = await connect({ CLAUDE_PLUGIN_ROOT: CHECKOUT });
    expect(client.getServerCapabilities()).not.toHaveProperty("prompts");
    await expect(client.listPrompts()).rejects.toThrow();
  });
});
