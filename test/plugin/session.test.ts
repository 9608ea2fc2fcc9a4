import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClaudeCode, furnishHome, type Place } from "../e2e/harness/claude-code.ts";
import { arrivals, type Conversation, textOf, turnsTaken } from "../e2e/harness/conversation.ts";
import { ScriptedModel } from "../e2e/harness/scripted-model.ts";
import { calls, says } from "../e2e/harness/turn.ts";
import { bodyAsGiven, PLUGIN_FOLDERS, pluginTexts } from "./checkout.ts";

const texts = pluginTexts();
const bodyOf = (name: string) => texts.find((text) => text.name === name)?.body ?? "";
const COMMANDS = [
  "/ideate",
  "/spec:create",
  "/spec:decompose",
  "/spec:execute",
  "/debug:api",
  "/debug:browser",
  "/parallel:run",
  "/parallel:status",
  "/parallel:report",
];

describe("in a session of Claude Code", () => {
  let folder: string;
  let place: Place;
  /** What the main conversation said in each of its requests, the prompt of the session first. */
  let heard: Conversation[] = [];
  const model = new ScriptedModel({
    main: (conversation) => {
      heard.push(conversation);
      return textOf(conversation.blocks).includes("<command-name>/spec:execute<") &&
        turnsTaken(conversation) === 0
        ? calls("Skill", { skill: "parallel:executing-specs" })
        : says("Done.");
    },
    agent: () => ({ turn: says("Done.") }),
    latencyMs: { main: 0, agent: 0 },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "parallel-session-"));
    place = {
      project: join(folder, "project"),
      home: join(folder, "home"),
      endpoint: await model.listen(),
      plugins: Object.values(PLUGIN_FOLDERS),
    };
    mkdirSync(place.project);
    execFileSync("git", ["init", "-q", place.project]);
    furnishHome(place);
  });
  afterAll(async () => {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function type(prompt: string): Promise<ClaudeCode> {
    heard = [];
    const session = new ClaudeCode(place, prompt);
    await session.wait(45_000);
    await session.end();
    return session;
  }

  it.each(COMMANDS)(
    "%s is a command, and its text reaches the model with the arguments in it",
    async (command) => {
      await type(`${command} demo "two words"`);
      const name = command === "/ideate" ? "parallel:ideate" : command.slice(1);
      const expected = bodyAsGiven(name, 'demo "two words"');
      expect(expected).toContain("two words");
      expect(textOf(heard[0]?.blocks ?? [])).toContain(expected);
    },
  );

  it("a project's own /spec:execute wins without a word, and /parallel:run is still ours", async () => {
    const own = join(place.project, ".claude", "commands", "spec");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "execute.md"), "This is the project's own command.");
    await type("/spec:execute demo");
    expect(textOf(heard[0]?.blocks ?? [])).toContain("This is the project's own command.");
    await type("/parallel:run demo");
    expect(textOf(heard[0]?.blocks ?? [])).toContain(bodyAsGiven("parallel:run", "demo"));
    rmSync(own, { recursive: true });
  });

  it("/spec:execute loads its skill without asking for permission", async () => {
    const session = await type("/spec:execute demo");
    expect(session.permissionDenials).toEqual([]);
    expect(textOf(arrivals(heard[1] as Conversation))).toContain(bodyOf("parallel:executing-specs"));
  });

  it("a session lists the agents under the plugin's name, with no second name for any command", async () => {
    const session = await type("Hello.");
    const init = session.events.find(({ subtype }) => subtype === "init");
    const ours = (list: unknown) =>
      (list as string[]).filter((name) => /^(parallel|spec|debug):/.test(name)).sort();
    const agents = texts.filter(({ kind }) => kind === "agent");
    expect(ours(init?.agents)).toEqual(agents.map(({ name }) => name).sort());
    const commands = COMMANDS.map((command) => command.slice(1).replace(/^ideate$/, "parallel:ideate"));
    // The script of the host's engine can be typed as well.
    expect(ours(init?.slash_commands)).toEqual([...commands, "parallel:execute"].sort());
    // A prompt of the server would be listed like this.
    const typed = init?.slash_commands as string[] | undefined;
    expect(typed?.filter((name) => name.startsWith("mcp__"))).toEqual([]);
    // The texts launch these of the host's own.
    expect(init?.agents).toEqual(expect.arrayContaining(["Explore", "general-purpose"]));
  });

  it("a session shows the model every description as it is written", async () => {
    await type("Hello.");
    const listing = textOf(heard[0]?.blocks ?? []);
    for (const { name, data } of texts) expect(listing).toContain(`- ${name}: ${data.description}`);
  });
});
