import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { AgentFiles } from "../../mcp-server/src/host/agent-files.ts";
import { AgentPlaces } from "../../mcp-server/src/host/agent-places.ts";

let folder: string;
let files: AgentFiles;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-agents-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  files = new AgentFiles(
    new AgentPlaces({
      directory: join(folder, "project", "packages", "web"),
      root: join(folder, "project"),
      hostFolder: join(folder, "host"),
      managedFolder: join(folder, "managed"),
      pluginRoot: join(folder, "plugin"),
    }),
  );
  mkdirSync(join(folder, "project", "packages", "web"), { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function writeAgent(path: string, name: string, ...fields: string[]): void {
  write(path, ["---", `name: ${name}`, "description: An agent.", ...fields, "---", "Work."].join("\n"));
}

/** Installs a plugin from a marketplace, as the host's files tell it. */
function install(name: string, enabled: boolean, manifest: Record<string, unknown> = {}): string {
  const path = `host/plugins/cache/market/${name}/1.0.0`;
  write(`${path}/.claude-plugin/plugin.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }));
  const id = `${name}@market`;
  installed[id] = [{ scope: "user", installPath: join(folder, path), version: "1.0.0" }];
  enabledPlugins[id] = enabled;
  write("host/plugins/installed_plugins.json", JSON.stringify({ version: 2, plugins: installed }));
  write("host/settings.json", JSON.stringify({ enabledPlugins }));
  return path;
}

let installed: Record<string, unknown> = {};
let enabledPlugins: Record<string, boolean> = {};
beforeEach(() => {
  installed = {};
  enabledPlugins = {};
});

const types = async () => (await files.current()).map(({ type }) => type);

describe("the agents of a session", () => {
  it("the agents of a session come from where the host looks, in its order", async () => {
    writeAgent("host/agents/of-user.md", "of-user");
    writeAgent("project/.claude/agents/of-top.md", "of-top");
    writeAgent("project/packages/web/.claude/agents/of-folder.md", "of-folder");
    writeAgent("managed/.claude/agents/of-machine.md", "of-machine");
    writeAgent("plugin/agents/own.md", "own");
    writeAgent(`${install("verse", true)}/agents/poet.md`, "poet");
    writeAgent(".claude/agents/above.md", "above-the-checkout");
    expect(await types()).toEqual([
      "of-machine",
      "of-folder",
      "of-top",
      "of-user",
      "parallel:own",
      "verse:poet",
    ]);
  });

  it("the agents of a session are none where there is nothing to read", async () => {
    expect(await types()).toEqual([]);
  });

  it("the agents of a session are not those of a plugin that is off, nor of another one with this plugin's name", async () => {
    writeAgent(`${install("verse", false)}/agents/poet.md`, "poet");
    writeAgent(`${install("parallel", true)}/agents/poet.md`, "poet");
    expect(await types()).toEqual([]);
  });

  it("the agents of a session of a plugin are those that its manifest names, if it names any, and none outside it", async () => {
    const path = install("verse", true, {
      agents: ["./poets", "./extra/critic.md", "../../../../../agents"],
    });
    writeAgent(`${path}/agents/usual.md`, "usual");
    writeAgent(`${path}/poets/ode.md`, "ode");
    writeAgent(`${path}/extra/critic.md`, "critic");
    writeAgent("host/plugins/agents/stranger.md", "stranger");
    expect(await types()).toEqual(["verse:ode", "verse:critic"]);
  });

  it("the agents of a session follow the settings of the project", async () => {
    writeAgent(`${install("verse", true)}/agents/poet.md`, "poet");
    expect(await types()).toEqual(["verse:poet"]);
    write(
      "project/packages/web/.claude/settings.json",
      JSON.stringify({ enabledPlugins: { "verse@market": false } }),
    );
    expect(await types()).toEqual([]);
  });

  it("the agents of a session follow every change of a file", async () => {
    writeAgent("host/agents/poet.md", "poet", "instances: 2");
    expect(await files.current()).toMatchObject([{ type: "poet", instances: 2 }]);
    writeAgent("host/agents/poet.md", "poet", "instances: 13");
    expect(await files.current()).toMatchObject([{ type: "poet", instances: 13 }]);
    renameSync(join(folder, "host/agents/poet.md"), join(folder, "host/agents/off.txt"));
    writeAgent("host/agents/late.md", "late");
    expect(await types()).toEqual(["late"]);
  });

  it("the agents of a session are read once and not with every call", async () => {
    for (let i = 0; i < 50; i++) writeAgent(`host/agents/a${i}.md`, `a${i}`);
    const first = await files.current();
    const second = await files.current();
    expect(second).toHaveLength(50);
    // What was read anew would be another object.
    for (const [i, agent] of second.entries()) expect(agent).toBe(first[i]);
  });
});

describe("hostile files", () => {
  it("hostile files do not keep other agents from being known", async () => {
    write("host/agents/js.md", "---js\n{name: 'js', description: 'x'}\n---\n");
    write("host/agents/wrong.md", "---\nname: [1, 2]\ndescription: {a: 1}\n---\n");
    write("host/agents/binary.md", "\u0000\u0001\ufffd---");
    mkdirSync(join(folder, "host/agents/folder.md"));
    symlinkSync(join(folder, "nowhere"), join(folder, "host/agents/dangling.md"));
    symlinkSync(join(folder, "host/agents"), join(folder, "host/agents/round"));
    writeAgent("host/agents/secret.md", "secret");
    if (process.getuid?.() !== 0) chmodSync(join(folder, "host/agents/secret.md"), 0);
    else rmSync(join(folder, "host/agents/secret.md"));
    writeAgent("host/agents/zz.md", "poet");
    expect(await types()).toEqual(["poet"]);
  });

  it("hostile files of any size are read at their beginning only", async () => {
    writeAgent("host/agents/large.md", "large");
    // Nothing could read so large a file as a whole.
    truncateSync(join(folder, "host/agents/large.md"), 5 * 2 ** 30);
    expect(await types()).toEqual(["large"]);
  });

  it("hostile files in any number leave room for this plugin's agents", async () => {
    for (let i = 0; i < 800; i++) writeAgent(`project/.claude/agents/a${i}.md`, `a${i}`);
    writeAgent("plugin/agents/own.md", "own");
    const known = await types();
    expect(known).toContain("parallel:own");
    expect(known).toHaveLength(501);
  });

  it("hostile files that the host keeps itself do no harm when they are broken", async () => {
    write("host/plugins/installed_plugins.json", "{");
    write("host/settings.json", "[]");
    write("project/packages/web/.claude/settings.json", '{"enabledPlugins": 7}');
    writeAgent("host/agents/poet.md", "poet");
    expect(await types()).toEqual(["poet"]);
  });
});
