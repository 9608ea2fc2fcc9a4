import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../mcp-server/src/policy/policy.ts";
import { settingsFromEnvironment } from "../../mcp-server/src/run/project/settings-from-environment.ts";
import { CHECKOUT, LISTED_FOLDERS, PLUGIN_FOLDERS, readJson } from "./checkout.ts";
import { claude } from "./claude-cli.ts";

const manifest = (folder: string) => readJson(folder, ".claude-plugin", "plugin.json");
const manifests = {
  parallel: manifest("."),
  spec: manifest("commands/spec"),
  debug: manifest("commands/debug"),
  "parallel-view": manifest("view"),
};
const marketplace = readJson(".claude-plugin", "marketplace.json") as {
  plugins: { name: string; source: string }[];
};
const server = manifests.parallel.mcpServers as Record<
  string,
  { command: string; args: string[]; env: Record<string, string> }
>;

describe("the manifests", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "parallel-manifests-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each(Object.entries(LISTED_FOLDERS))(
    "the manifests of %s pass Claude Code's strict validation",
    async (_, folder) => {
      const { exitCode, output } = await claude(home, CHECKOUT, "plugin", "validate", folder, "--strict");
      expect(output).toContain("Validation passed");
      expect(exitCode).toBe(0);
    },
  );

  it.each(Object.entries(LISTED_FOLDERS))(
    "the manifests of %s pass the checks of the plugin directory without a warning",
    async (_, folder) => {
      const strict = ["--profile", "directory", "--strict"];
      const { exitCode, output } = await claude(home, CHECKOUT, "plugin", "validate", folder, ...strict);
      expect(output).not.toMatch(/warning/i);
      expect(output).toContain("Validation passed");
      expect(exitCode).toBe(0);
    },
  );

  it("the manifests have one version, which is the repository's", () => {
    const { version } = readJson("package.json");
    expect(Object.values(manifests).map((found) => found.version)).toEqual(
      Object.keys(LISTED_FOLDERS).map(() => version),
    );
  });

  it("the manifests are what the marketplace lists", () => {
    for (const { name, source } of marketplace.plugins) expect(manifest(source).name).toBe(name);
    expect(marketplace.plugins.map(({ name }) => name)).toEqual(Object.keys(LISTED_FOLDERS));
  });

  it("the manifests state the oldest Claude Code that reads them, as README, page and an older one's commands do", () => {
    const { "claude-code": range } = manifests.parallel.engines as Record<string, string>;
    const [, oldest] = /^>=(\d+\.\d+\.\d+)$/.exec(String(range)) ?? [];
    // An older Claude Code leaves out the plugin `parallel` and loads the commands of the others.
    const files = [
      "README.md",
      "docs/commands.md",
      ...["create", "decompose", "execute"].map((name) => `commands/spec/${name}.md`),
    ];
    for (const file of files) expect(readFileSync(join(CHECKOUT, file), "utf8"), file).toContain(oldest);
  });

  it("the manifests install the other two plugins with the first", () => {
    expect(manifests.parallel.dependencies).toEqual(["spec", "debug"]);
  });

  it("the manifests install the view with what it shows, and nothing else needs it", () => {
    expect(manifests["parallel-view"].dependencies).toEqual(["parallel"]);
  });

  it.each(Object.entries(PLUGIN_FOLDERS))(
    "the manifests of %s name every command file, and no other",
    (name, folder) => {
      const listed = (manifests[name as keyof typeof manifests].commands as string[]).map((path) =>
        join(folder, path),
      );
      const commands = name === "parallel" ? join(folder, "commands") : folder;
      const files = readdirSync(commands).filter((file) => file.endsWith(".md"));
      expect(listed.sort()).toEqual(files.map((file) => join(commands, file)).sort());
    },
  );

  it("the manifests start the server from the committed bundle", () => {
    expect(Object.keys(server)).toEqual(["tasks"]);
    expect(server.tasks?.command).toBe("node");
    const bundle = server.tasks?.args[0]?.replace(/^\$\{CLAUDE_PLUGIN_ROOT\}/, CHECKOUT);
    expect(existsSync(bundle ?? "")).toBe(true);
  });
});

describe("the options that a user can set", () => {
  const options = Object.entries(
    manifests.parallel.userConfig as Record<
      string,
      { default: string | number; options?: string[]; max?: number }
    >,
  );

  it.each(options)("the option %s reaches the server, after the environment's own setting", (key) => {
    const variable = `PARALLEL_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    expect(server.tasks?.env[variable]).toBe(`\${${variable}:-\${user_config.${key}}}`);
  });

  it.each(options)(
    "the option %s has a default, because an option without one keeps the server from starting",
    (key, option) => {
      expect(option.default).toBe(DEFAULT_POLICY[key as keyof typeof DEFAULT_POLICY]);
    },
  );

  it.each(options)("the option %s offers only what the server serves", (key, option) => {
    const variable = `PARALLEL_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    for (const value of option.options ?? [option.max ?? option.default]) {
      const settings = settingsFromEnvironment({ [variable]: String(value) });
      expect(settings[key as keyof typeof settings]).toBe(value);
    }
  });
});
