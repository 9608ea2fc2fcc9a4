import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installCommands } from "../e2e/harness/claude-code.ts";
import { PLUGIN_FOLDERS, readJson, TASK_TOOLS } from "./checkout.ts";
import { claude } from "./claude-cli.ts";
import { HOSTED_AS, HostedMarketplace } from "./hosted-marketplace.ts";

const NAMES = Object.keys(PLUGIN_FOLDERS).sort();

interface Installed {
  id: string;
  version: string;
  enabled: boolean;
  installPath: string;
  errors?: unknown[];
}

/** The life of an installation, step after step, as docs/commands.md tells it. */
describe("installed from a git host", () => {
  let folder: string;
  let hosted: HostedMarketplace;

  const run = (...args: string[]) => claude(hosted.home, folder, ...args);
  /** Plugins that the host brings along are listed as well, from 2.1.332 on. */
  const installed = async () =>
    (JSON.parse((await run("plugin", "list", "--json")).output) as Installed[])
      .filter(({ id }) => id.endsWith("@parallel"))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const pathOf = async (name: string) =>
    (await installed()).find(({ id }) => id === `${name}@parallel`)?.installPath ?? "not installed";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "parallel-install-"));
    hosted = await HostedMarketplace.publish(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("the documented commands install the three plugins from a git host, enabled and without errors", async () => {
    let output = "";
    for (const parameters of installCommands("parallel", HOSTED_AS)) {
      const done = await run(...parameters);
      expect(done.exitCode, done.output).toBe(0);
      output = done.output;
    }
    expect(output).toContain("(+ 2 dependencies: spec, debug)");
    const plugins = await installed();
    const { version } = readJson("package.json");
    expect(plugins.map(({ id }) => id)).toEqual(NAMES.map((name) => `${name}@parallel`));
    expect(plugins.map((plugin) => [plugin.version, plugin.enabled, plugin.errors ?? []])).toEqual(
      NAMES.map(() => [version, true, []]),
    );
  });

  it("an installation from a git host downloads no dependency", () => {
    const files = readdirSync(hosted.home, { recursive: true, encoding: "utf8" });
    expect(files.some((file) => file.endsWith(join("mcp-server", "dist", "server.js")))).toBe(true);
    expect(files.filter((file) => /(^|[\\/])node_modules$/.test(file))).toEqual([]);
  });

  it("the installed server starts with no node_modules in reach and offers the twelve tools", async () => {
    const root = await pathOf("parallel");
    for (let at = root; at !== dirname(at); at = dirname(at)) {
      expect(existsSync(join(at, "node_modules")), at).toBe(false);
    }
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(root, "mcp-server", "dist", "server.js")],
        cwd: folder,
        env: { HOME: hosted.home, PATH: process.env.PATH ?? "" },
        stderr: "ignore",
      }),
    );
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual([...TASK_TOOLS].sort());
    } finally {
      await client.close();
    }
  });

  it("Claude Code connects to the installed server without any option being set", async () => {
    const { output } = await run("mcp", "list");
    expect(output).toMatch(/plugin:parallel:tasks: .* Connected/);
  });

  it("an option that is set for the installed plugin is kept, and a value that is not offered is refused", async () => {
    const set = (option: string) => run("plugin", "install", "parallel@parallel", "--config", option);
    expect((await set("maxParallel=3")).output).not.toContain("not applied");
    expect((await set("guard=sometimes")).output).toContain("must be one of: enforce, strict, warn, off");
    const settings = readFileSync(join(hosted.home, ".claude", "settings.json"), "utf8");
    expect(JSON.parse(settings).pluginConfigs).toEqual({
      "parallel@parallel": { options: { maxParallel: 3 } },
    });
  });

  it("the marketplace and then each plugin is updated to the next version", async () => {
    await hosted.publishAgain((source) => {
      for (const plugin of [".", "commands/spec", "commands/debug"]) {
        const path = join(source, plugin, ".claude-plugin", "plugin.json");
        const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
        writeFileSync(path, JSON.stringify({ ...manifest, version: "99.0.0" }));
      }
    });
    expect((await run("plugin", "marketplace", "update", "parallel")).exitCode).toBe(0);
    for (const name of NAMES) expect((await run("plugin", "update", name)).exitCode).toBe(0);
    expect((await installed()).map(({ version }) => version)).toEqual(["99.0.0", "99.0.0", "99.0.0"]);
  });

  it("the view is one plugin more, without errors, and goes by itself", async () => {
    const done = await run("plugin", "install", "parallel-view@parallel");
    expect(done.exitCode, done.output).toBe(0);
    const plugins = await installed();
    expect(plugins.map(({ id }) => id)).toEqual(
      [...NAMES, "parallel-view"].map((name) => `${name}@parallel`).sort(),
    );
    expect(plugins.flatMap(({ errors = [] }) => errors)).toEqual([]);
    expect((await run("plugin", "uninstall", "parallel-view")).exitCode).toBe(0);
    expect((await installed()).map(({ id }) => id)).toEqual(NAMES.map((name) => `${name}@parallel`));
  });

  it("one command removes all three plugins", async () => {
    const { exitCode } = await run("plugin", "uninstall", "parallel", "--prune", "-y");
    expect(exitCode).toBe(0);
    expect(await installed()).toEqual([]);
    expect((await run("plugin", "marketplace", "remove", "parallel")).exitCode).toBe(0);
  });
});
