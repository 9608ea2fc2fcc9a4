import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, task } from "./checkout.ts";
import { Installation, lose, SESSION } from "./doctor-installation.ts";
import { query, tamper } from "./graph-file.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";

/** What is expected: the check, how grave it is, what it says and what to do. */
type Expected = readonly [check: string, level: "wrong" | "notice", problem: RegExp, remedy: RegExp];

/** Expects exactly these findings of the doctor, and the exit code that follows from them. */
async function expectFindings(
  installation: Installation,
  expected: readonly Expected[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, answer } = await installation.doctor(env);
  const found = answer.checks.flatMap(({ check, findings }) =>
    findings.map(({ level, problem, remedy }) => [check, level, problem, remedy]),
  );
  expect(found).toEqual(
    expected.map(([check, level, problem, remedy]) => [
      check,
      level,
      expect.stringMatching(problem),
      expect.stringMatching(remedy),
    ]),
  );
  const isWrong = expected.some(([, level]) => level === "wrong");
  expect([answer.ok, code]).toEqual([!isWrong, isWrong ? 1 : 0]);
}

/** What a check of an installation saw. */
async function seenBy(installation: Installation, check: string): Promise<string | undefined> {
  const { answer } = await installation.doctor();
  return answer.checks.find((checked) => checked.check === check)?.seen;
}

/** A search path with what the doctor calls, and with this as `node`. */
function searchPath(node: string | undefined): string {
  const bin = temporaryFolder();
  for (const program of ["git", "sh"]) {
    const folder = (process.env.PATH ?? "").split(":").find((at) => existsSync(join(at, program)));
    symlinkSync(join(folder ?? "", program), join(bin, program));
  }
  if (node !== undefined) {
    writeFileSync(join(bin, "node"), node);
    chmodSync(join(bin, "node"), 0o755);
  }
  return bin;
}

describe("parallel doctor on a healthy installation", () => {
  it("finds nothing, says what it saw, and leaves every file as it was", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const before = installation.files();
    const { code, answer } = await installation.doctor();
    expect(answer.checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(answer.checks.filter(({ skipped }) => skipped)).toEqual([]);
    expect([code, answer.ok]).toEqual([0, true]);
    expect(installation.files()).toEqual(before);
    const seen = new Map(answer.checks.map((checked) => [checked.check, checked.seen]));
    expect(seen.get("Node.js")).toContain(process.versions.node);
    expect(seen.get("Plugin files")).toBe(`complete in ${installation.root}`);
    expect(seen.get("Server")).toMatch(/^version 0\.1\.0 answers with 12 tools after \d+ ms$/);
    expect(seen.get("Claude Code")).toBe("parallel 0.1.0, spec 0.1.0, debug 0.1.0");
    expect(seen.get("Hooks")).toBe(
      "firing: in the last run, just now, they told the agents of 1 of 1 attempts",
    );
    expect(seen.get("Database")).toMatch(/^SQLite, graph 1\.\d+, at .*graph\.sqlite$/);
    expect(seen.get("Plans")).toBe("1 plan");
  });

  it("disturbs no session that works meanwhile, and sees what it has just written", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("batch_next", { plan: "p" });
    const folder = dirname(installation.graph);
    const names = readdirSync(folder).sort();
    await expectFindings(installation, []);
    expect(await seenBy(installation, "Plans")).toBe("1 plan");
    expect(readdirSync(folder).sort()).toEqual(names);
    expect((await server.call("task_list", { plan: "p" })).tasks).toHaveLength(1);
  });

  it("that has no plan yet makes no database", async () => {
    const installation = await Installation.healthy();
    await expectFindings(installation, []);
    expect(existsSync(dirname(installation.graph))).toBe(false);
  });

  it("prints a line per check and nothing of what Claude Code's settings keep secret", async () => {
    const installation = await Installation.healthy();
    const { code, out } = await installation.print();
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ Node\.js +\d/);
    expect(out).toMatch(/\n– Database +none yet: the first plan makes it\n/);
    expect(out).toMatch(/\n\nNothing is wrong\.\n$/);
    expect(out.trim().split("\n")).toHaveLength(12);
    const json = await installation.print(["--json"]);
    expect(out + json.out).not.toContain("sk-secret");
  });

  it("prints the remedy below what is wrong, without what could steer a terminal", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/commands/ideate.md", "Mine.\n");
    installation.writeProject(".claude/settings.json", {
      enabledPlugins: { "spec@\u001b[31mred\u0085": true },
    });
    const { code, out } = await installation.print();
    expect(code).toBe(1);
    expect(out).toMatch(
      /\n✗ Commands .*\n +✗ \/ideate is answered by .*\n +Remedy: Give that file another name/,
    );
    expect(out).toMatch(/The plugin spec@red has the name/);
    expect([...out].filter((sign) => sign < " " && sign !== "\n")).toEqual([]);
    expect(out).toMatch(/\n2 wrong\.\n$/);
  });

  it("refuses what it does not know as a wrong call", async () => {
    const installation = await Installation.healthy();
    const file = join(installation.root, "mcp-server/dist/parallel.mjs");
    for (const parameters of [["--fix"], ["everything"]]) {
      const child = spawn(process.execPath, [file, "doctor", ...parameters], { stdio: "ignore" });
      expect((await once(child, "close"))[0]).toBe(2);
    }
  });
});

describe("parallel doctor finds in the installation", () => {
  it("that there is no Node.js", async () => {
    const installation = await Installation.healthy();
    await expectFindings(
      installation,
      [["Node.js", "wrong", /holds no program `node`/, /Install Node\.js 20 or newer from https/]],
      { PATH: searchPath(undefined) },
    );
  });

  it("that Node.js is too old", async () => {
    const installation = await Installation.healthy();
    const old = `#!/bin/sh\ncase "$1" in -p) echo '["16.20.2","/usr/bin/node"]';; *) exec "${process.execPath}" "$@";; esac\n`;
    await expectFindings(
      installation,
      [["Node.js", "wrong", /^Node\.js 16\.20\.2 is too old/, /Install Node\.js 20 or newer/]],
      { PATH: searchPath(old) },
    );
  });

  it("that a part of the bundle is missing, also one that is only loaded when it is needed", async () => {
    const installation = await Installation.healthy();
    lose(join(installation.root, "mcp-server/dist/lib/pg.mjs"));
    await expectFindings(installation, [
      [
        "Plugin files",
        "wrong",
        /^Files of the plugin are missing: mcp-server\/dist\/lib\/pg\.mjs\.$/,
        /^Install the plugin anew/,
      ],
    ]);
  });

  it("that the hooks' file is missing", async () => {
    const installation = await Installation.healthy();
    lose(join(installation.root, "hooks"));
    await expectFindings(installation, [
      ["Plugin files", "wrong", /missing: hooks\/hooks\.json\.$/, /^Install the plugin anew/],
    ]);
  });

  it("that no native driver is there for this machine", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    lose(join(installation.root, "mcp-server/dist/prebuilds", `${process.platform}-${process.arch}`));
    await expectFindings(installation, [
      ["Plugin files", "wrong", /native driver for .* does not load: No native build/, /use PostgreSQL/],
    ]);
  });

  it("that the server ends as it starts, with its reason", async () => {
    const installation = await Installation.healthy();
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), 'throw new Error("half a file");\n');
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /does not answer: it ended with 1: Error: half a file\.$/,
        /\/mcp shows plugin:parallel:tasks/,
      ],
    ]);
  });

  it("that the server answers something else", async () => {
    const installation = await Installation.healthy();
    const other = 'process.stdin.once("data", () => console.log("{}")).on("end", () => process.exit());\n';
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), other);
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /what it answers to initialize is not what the protocol says/,
        /restart Claude Code/,
      ],
    ]);
  });

  it("that the server stays silent for longer than Claude Code waits", async () => {
    const installation = await Installation.healthy();
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), "setInterval(() => {}, 1000);\n");
    await expectFindings(
      installation,
      [["Server", "wrong", /does not answer: it was silent for 1 s\.$/, /\/mcp shows/]],
      { MCP_TIMEOUT: "1000" },
    );
  });

  it("that the server is of another version than the plugin", async () => {
    const installation = await Installation.healthy();
    for (const name of ["parallel", "spec", "debug"]) installation.setVersion(name, "0.2.0");
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /server is of version 0\.1\.0, the plugin around it of 0\.2\.0/,
        /Install the plugin anew/,
      ],
    ]);
  });
});

describe("parallel doctor finds in Claude Code", () => {
  it("that the plugin is not installed", async () => {
    const installation = await Installation.healthy();
    installation.install();
    installation.writeHome("settings.json", {});
    await expectFindings(installation, [
      ["Claude Code", "notice", /name no plugin parallel/, /^Install it from where you have it\./],
    ]);
  });

  it("that the project disables the plugin", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/settings.json", { enabledPlugins: { "parallel@parallel": false } });
    await expectFindings(installation, [
      ["Claude Code", "wrong", /parallel@parallel is not enabled/, /claude plugin enable parallel@parallel/],
    ]);
  });

  it("that a plugin it depends on is missing", async () => {
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

  it("that the three plugins are of different versions", async () => {
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

  it("that the marketplace has a newer version", async () => {
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

  it("a plugin that is read from a marketplace's folder, by the version there", async () => {
    const installation = await Installation.healthy();
    const marketplace = join(installation.home, "checkout");
    cpSync(installation.root, marketplace, { recursive: true });
    installation.writeHome("plugins/known_marketplaces.json", {
      parallel: { source: { source: "directory" }, installLocation: marketplace },
    });
    writeFileSync(join(marketplace, "mcp-server/dist/server.js"), 'throw new Error("from the folder");\n');
    await expectFindings(installation, [["Server", "wrong", /from the folder/, /restart/]]);
  });

  it("that a settings file cannot be read, without repeating it", async () => {
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
  ])("that %s answers in place of a command (%s: %s)", async (_, where, path, command, remedy) => {
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
  });

  it("a plugin of other origin with one of the names", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/settings.json", { enabledPlugins: { "spec@elsewhere": true } });
    await expectFindings(installation, [
      ["Commands", "wrong", /plugin spec@elsewhere has the name/, /claude plugin disable spec@elsewhere/],
    ]);
  });

  it("that all hooks are switched off, unless a stronger file switches them on", async () => {
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

  it("that no hook was called in the last run, though agents were launched", async () => {
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

  it("every setting that is not valid, also one from Claude Code's settings and an option of the plugin", async () => {
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

  it("an address of a database that is not one, without repeating its password", async () => {
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

/** Leaves the database as one file, as the last process does that closes it. */
function takeLogIn(graph: string): void {
  tamper(graph, "pragma wal_checkpoint(truncate)");
  expect(existsSync(`${graph}-wal`)).toBe(false);
}

describe("parallel doctor finds in the database", () => {
  it("that it is damaged", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    takeLogIn(installation.graph);
    const [index] = query(
      installation.graph,
      "select (rootpage - 1) * page_size as place from sqlite_schema, pragma_page_size where type = 'index' limit 1",
    );
    const file = openSync(installation.graph, "r+");
    writeSync(file, Buffer.alloc(1000, 7), 0, 1000, Number(index?.place));
    closeSync(file);
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /task graph .*graph\.sqlite is damaged/,
        /moving it \(with its -wal and -shm files\)/,
      ],
    ]);
  });

  it("that it is something else", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    takeLogIn(installation.graph);
    writeFileSync(installation.graph, "Not a database, but long enough to look like one. ".repeat(100));
    await expectFindings(installation, [
      ["Database", "wrong", /is damaged: file is not a database/, /moving it/],
    ]);
  });

  it("that a newer version made it", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    tamper(installation.graph, "update meta set value = '2.0' where key = 'schema'");
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /written by version 2\.x of this plugin; this is 1\.x/,
        /claude plugin update parallel/,
      ],
    ]);
  });

  it.runIf(process.platform !== "win32")("that other users can read it", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    chmodSync(installation.graph, 0o644);
    chmodSync(dirname(installation.graph), 0o755);
    await expectFindings(installation, [
      ["Database", "wrong", /can reach .*\/parallel \(mode 755\)/, /^chmod 700 /],
      ["Database", "wrong", /can reach .*graph\.sqlite \(mode 644\)/, /^chmod 600 /],
    ]);
  });

  it.runIf(process.getuid?.() === 0)("that another user made it", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    installation.giveTo(65534);
    chownSync(dirname(installation.graph), 0, 0);
    const remedy = /Give it to the user who runs Claude Code/;
    await expectFindings(installation, [
      ["Database", "wrong", /may not read and write .*\.git\/parallel \(EACCES\)/, remedy],
    ]);
    installation.giveTo(65534);
    chownSync(installation.graph, 0, 0);
    await expectFindings(installation, [
      ["Database", "wrong", /may not read and write .*graph\.sqlite \(EACCES\)/, remedy],
    ]);
  });

  it("that its log was left behind alone", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    server.kill();
    renameSync(installation.graph, join(installation.home, "moved.sqlite"));
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /-wal holds the last changes .* graph\.sqlite is not there/,
        /Move the database back/,
      ],
    ]);
  });

  it("nothing when its index is missing, and reads what its log holds without making files", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("plan_update", { plan: "p", action: "pause" });
    const folder = dirname(installation.graph);
    const crashed = temporaryFolder();
    for (const suffix of ["", "-wal"])
      copyFileSync(`${installation.graph}${suffix}`, join(crashed, `graph.sqlite${suffix}`));
    await server.close();
    rmSync(folder, { recursive: true });
    cpSync(crashed, folder, { recursive: true });
    chmodSync(folder, 0o700);
    const before = installation.files();
    await expectFindings(installation, [["Plans", "notice", /plan p is paused/, /resume it/]]);
    expect(installation.files()).toEqual(before);
  });
});

describe("parallel doctor finds of past runs", () => {
  it("a plan that is paused, but not one of another repository in the same database", async () => {
    const installation = await Installation.healthy();
    const env = { PARALLEL_DATABASE_URL: `sqlite:${join(installation.home, "shared.sqlite")}` };
    for (const [at, plan] of [
      [installation.project, "ours"],
      [await repository({ "OTHER.md": "Another one.\n" }), "theirs"],
    ] as const) {
      const server = await ParallelServer.start(at, { env });
      await server.call("plan_create", { plan, tasks: [task("1")] });
      await server.call("plan_update", { plan, action: "pause" });
      await server.close();
    }
    await expectFindings(
      installation,
      [["Plans", "notice", /^The plan ours is paused.*launches nothing/, /resume it .*\/parallel:run ours/]],
      env,
    );
  });

  it("the worktree of an agent that has ended, and no other", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const worktree = (...parameters: string[]) =>
      git(installation.project, "worktree", "add", "--quiet", ...parameters);
    await worktree("--detach", join(temporaryFolder(), "mine"));
    await worktree("--detach", join(installation.project, ".claude/worktrees/agent-of-somebody-else"));
    await expectFindings(installation, []);
    await worktree("-b", "worktree-agent-a1", join(installation.project, ".claude/worktrees/agent-a1"));
    await expectFindings(installation, [
      [
        "Worktrees",
        "notice",
        /agent-a1 \(branch worktree-agent-a1\) is left over/,
        /git worktree remove ".*agent-a1"/,
      ],
    ]);
  });

  it("the locked worktree of an attempt that has ended, and not that of one that runs", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const server = await installation.server();
    await server.call("plan_create", { plan: "q", tasks: [task("1")] });
    await server.call("batch_next", { plan: "q" });
    for (const [branch, folder] of [
      ["parallel-work/p/1-1", "p-1-1"],
      ["parallel-work/q/1-2", "q-1-2"],
    ] as const) {
      const path = join(installation.project, ".claude/worktrees", folder);
      await git(installation.project, "worktree", "add", "--quiet", "--lock", "-b", branch, path);
    }
    await expectFindings(installation, [
      [
        "Worktrees",
        "notice",
        /p-1-1 \(branch parallel-work\/p\/1-1\) is left over/,
        /git worktree unlock ".*p-1-1", then git worktree remove ".*p-1-1"/,
      ],
    ]);
  });

  it("the worktree of a plan's branch, whose folder is gone", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const folder = join(temporaryFolder(), "p");
    await git(installation.project, "worktree", "add", "--quiet", "-b", "parallel/p", folder);
    lose(folder);
    await expectFindings(installation, [
      ["Worktrees", "notice", /p \(branch parallel\/p\) is gone; git still knows it/, /^git worktree prune$/],
    ]);
  });
});
