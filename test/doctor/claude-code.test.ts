import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectFindings } from "../support/doctor-findings.ts";
import { Installation, SESSION } from "../support/doctor-installation.ts";

describe("Claude Code", () => {
  it("parallel doctor finds that the plugin is not installed", async () => {
    const installation = await Installation.healthy();
    installation.install();
    installation.writeHome("settings.json", {});
    await expectFindings(installation, [
      ["Claude Code", "notice", /name no plugin parallel/, /^Install it from where you have it\./],
    ]);
  });

  it("parallel doctor finds that the project disables the plugin", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/settings.json", { enabledPlugins: { "parallel@parallel": false } });
    await expectFindings(installation, [
      ["Claude Code", "wrong", /parallel@parallel is not enabled/, /claude plugin enable parallel@parallel/],
    ]);
  });

  it("parallel doctor finds that a plugin it depends on is missing", async () => {
    const installation = await Installation.healthy();
    const settings = installation.settings();
    installation.writeHome("settings.json", {
      ...settings,
      enabledPlugins: { "parallel@parallel": true, "debug@parallel": true },
    });
    installation.install("parallel", "debug");
    await expectFindings(installation, [
      ["Claude Code", "wrong", /spec@parallel is not installed/, /claude plugin install spec@parallel/],
    ]);
  });

  it("parallel doctor finds that the three plugins are of different versions", async () => {
    const installation = await Installation.healthy();
    installation.setVersion("spec", "0.0.9");
    await expectFindings(installation, [
      [
        "Claude Code",
        "wrong",
        /different versions: parallel 0\.1\.0, spec 0\.0\.9, debug 0\.1\.0/,
        /plugin marketplace update parallel, then claude plugin update for each/,
      ],
    ]);
  });

  it("parallel doctor finds that the marketplace has a newer version", async () => {
    const installation = await Installation.healthy();
    const marketplace = join(installation.home, ".claude/plugins/marketplaces/parallel");
    installation.writeHome("plugins/known_marketplaces.json", {
      parallel: { source: { source: "github", repo: "owner/repo" }, installLocation: marketplace },
    });
    for (const file of ["marketplace.json", "plugin.json"]) {
      const text = readFileSync(join(installation.root, ".claude-plugin", file), "utf8");
      installation.writeHome(
        `plugins/marketplaces/parallel/.claude-plugin/${file}`,
        text.replace('"0.1.0"', '"0.2.0"'),
      );
    }
    await expectFindings(installation, [
      [
        "Claude Code",
        "notice",
        /installed in version 0\.1\.0; its marketplace has 0\.2\.0/,
        /plugin update parallel@/,
      ],
    ]);
  });

  it("parallel doctor finds a plugin that is read from a marketplace's folder, by the version there", async () => {
    const installation = await Installation.healthy();
    const marketplace = join(installation.home, "checkout");
    cpSync(installation.root, marketplace, { recursive: true });
    installation.writeHome("plugins/known_marketplaces.json", {
      parallel: { source: { source: "directory" }, installLocation: marketplace },
    });
    writeFileSync(join(marketplace, "mcp-server/dist/server.js"), 'throw new Error("from the folder");\n');
    await expectFindings(installation, [["Server", "wrong", /from the folder/, /restart/]]);
  });

  it("parallel doctor finds that a settings file cannot be read, without repeating it", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/settings.local.json", '{ "apiKey": "sk-oops", ');
    await expectFindings(installation, [
      [
        "Claude Code",
        "wrong",
        /settings\.local\.json do not count: it is not valid JSON\.$/,
        /Correct that file/,
      ],
    ]);
  });

  it.each([
    [
      "a project's command file",
      "project",
      ".claude/commands/spec/execute.md",
      "/spec:execute",
      /type \/parallel:run/,
    ],
    [
      "a project's command file",
      "project",
      ".claude/commands/parallel/run.md",
      "/parallel:run",
      /another name\.$/,
    ],
    ["a user's command file", "home", "commands/debug/api.md", "/debug:api", /another name\.$/],
    ["a project's skill", "project", ".claude/skills/ideate/SKILL.md", "/ideate", /type \/parallel:ideate/],
  ])(
    "parallel doctor finds that %s answers in place of a command (%s: %s)",
    async (_, where, path, command, remedy) => {
      const installation = await Installation.healthy();
      if (where === "home") installation.writeHome(path, "Mine.\n");
      else installation.writeProject(path, "Mine.\n");
      await expectFindings(installation, [
        [
          "Commands",
          "wrong",
          new RegExp(`^${command} is answered by .*${path.replaceAll(".", "\\.")}, not by`),
          remedy,
        ],
      ]);
    },
  );

  it("parallel doctor finds a plugin of other origin with one of the names", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/settings.json", { enabledPlugins: { "spec@elsewhere": true } });
    await expectFindings(installation, [
      ["Commands", "wrong", /plugin spec@elsewhere has the name/, /claude plugin disable spec@elsewhere/],
    ]);
  });

  it("parallel doctor finds that all hooks are switched off, unless a stronger file switches them on", async () => {
    const installation = await Installation.healthy();
    installation.writeHome("settings.json", { ...installation.settings(), disableAllHooks: true });
    await expectFindings(installation, [
      [
        "Hooks",
        "wrong",
        /^disableAllHooks in .*\.claude\/settings\.json switches/,
        /Take disableAllHooks out/,
      ],
    ]);
    installation.writeProject(".claude/settings.json", { disableAllHooks: false });
    await expectFindings(installation, []);
  });

  it("parallel doctor finds that no hook was called in the last run, though agents were launched", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan(false);
    // As long as the host knows of no agent, a plan that was worked on in the main conversation looks the same.
    await expectFindings(installation, []);
    installation.writeHome(`projects/-somewhere/${SESSION}/subagents/agent-a1.meta.json`, {
      agentType: "parallel:feature-implementer",
      toolUseId: "u1",
    });
    await expectFindings(installation, [
      [
        "Hooks",
        "wrong",
        /last run \(just now\) .* launched agents of this plugin \(1\), attempts began \(1\), and no hook/,
        /\/hooks lists/,
      ],
    ]);
  });

  it("parallel doctor finds every setting that is not valid, also in Claude Code's settings and the plugin's options", async () => {
    const installation = await Installation.healthy();
    installation.writeHome("settings.json", {
      ...installation.settings(),
      env: { PARALLEL_RETRIES: "many" },
      pluginConfigs: { "parallel@parallel": { options: { approve: "everything" } } },
    });
    await expectFindings(
      installation,
      [
        ["Settings", "wrong", /PARALLEL_MAX_PARALLEL=99 is not valid/, /Correct PARALLEL_MAX_PARALLEL/],
        ["Settings", "wrong", /PARALLEL_RETRIES=many is not valid/, /Correct PARALLEL_RETRIES/],
        ["Settings", "wrong", /PARALLEL_APPROVE=everything is not valid/, /Correct PARALLEL_APPROVE/],
      ],
      { PARALLEL_MAX_PARALLEL: "99" },
    );
  });

  it("parallel doctor finds an address of a database that is not one, without repeating its password", async () => {
    const installation = await Installation.healthy();
    const env = { PARALLEL_DATABASE_URL: "postgres://me:s3cr#t@host/db" };
    await expectFindings(
      installation,
      [["Settings", "wrong", /PARALLEL_DATABASE_URL is not a valid address/, /percent-encoded/]],
      env,
    );
    const { out } = await installation.print([], env);
    expect(out).not.toContain("s3cr");
  });
});
