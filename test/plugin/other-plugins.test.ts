import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentFiles } from "../../mcp-server/src/host/agent-files.ts";
import { AgentPlaces } from "../../mcp-server/src/host/agent-places.ts";
import { CHECKOUT } from "./checkout.ts";
import { claude } from "./claude-cli.ts";

/** What the host itself writes when a user installs a plugin is what the roles are read from. */
describe("the agents of another plugin", () => {
  let folder: string;
  let agents: AgentFiles;
  const run = (...args: string[]) => claude(join(folder, "home"), join(folder, "project"), ...args);
  const known = async () =>
    (await agents.current()).map(({ type }) => type).filter((type) => type.startsWith("verse:"));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-other-")));
    const market = {
      name: "market",
      owner: { name: "T" },
      plugins: [{ name: "verse", source: "./verse" }],
    };
    write("market/.claude-plugin/marketplace.json", JSON.stringify(market));
    write("market/verse/.claude-plugin/plugin.json", JSON.stringify({ name: "verse", version: "1.0.0" }));
    write("market/verse/agents/poet.md", "---\nname: poet\ndescription: Rhymes.\n---\nRhyme.\n");
    write("market/verse/agents/old/odes.md", "---\ndescription: Odes.\n---\nRhyme.\n");
    mkdirSync(join(folder, "home"));
    mkdirSync(join(folder, "project"));
    execFileSync("git", ["init", "-q", join(folder, "project")]);
    agents = new AgentFiles(
      new AgentPlaces({
        directory: join(folder, "project"),
        root: join(folder, "project"),
        hostFolder: join(folder, "home", ".claude"),
        managedFolder: join(folder, "managed"),
        pluginRoot: CHECKOUT,
      }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("the agents of another plugin are not known before it is installed", async () =>
    expect(await known()).toEqual([]));

  it("the agents of another plugin are known when it is installed, by the names that the host gives them", async () => {
    const { output } = await run("plugin", "install", "verse", "--marketplace", join(folder, "market"));
    expect(output).toMatch(/installed/i);
    expect(await known()).toEqual(["verse:old:odes", "verse:poet"]);
  });

  it("the agents of another plugin are not known while it is switched off", async () => {
    await run("plugin", "disable", "verse");
    expect(await known()).toEqual([]);
    await run("plugin", "enable", "verse");
    expect(await known()).toHaveLength(2);
  });

  it("the agents of another plugin are not known when it is removed", async () => {
    await run("plugin", "uninstall", "verse");
    expect(await known()).toEqual([]);
  });
});
