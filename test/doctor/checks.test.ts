import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { database } from "../../mcp-server/src/doctor/database.ts";
import { type DoctorInput, doctorInputOf } from "../../mcp-server/src/doctor/doctor-input.ts";
import { prepareExamination } from "../../mcp-server/src/doctor/examination.ts";
import { hooks } from "../../mcp-server/src/doctor/hooks.ts";
import { parseWorktrees } from "../../mcp-server/src/doctor/worktrees.ts";
import { enabledPlugins, readHostSettings, variablesOf } from "../../mcp-server/src/host/settings.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function put(path: string, content: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** A project and a home with nothing in them. */
function doctorInput(changed: Partial<DoctorInput> = {}): DoctorInput {
  const project = temporaryFolder();
  execFileSync("git", ["init", "--quiet"], { cwd: project });
  const place = doctorInputOf(project, { PATH: process.env.PATH }, project, 0);
  return {
    ...place,
    hostFolder: temporaryFolder(),
    managedSettings: join(project, "managed.json"),
    ...changed,
  };
}

describe("the administrator's settings", () => {
  it("the administrator's settings that allow only their own hooks are named, with who can change them", async () => {
    const place = doctorInput();
    put(place.managedSettings, { allowManagedHooksOnly: true });
    const { findings } = await hooks.look(await prepareExamination(place));
    expect(findings).toMatchObject([
      {
        level: "wrong",
        problem: expect.stringMatching(/^allowManagedHooksOnly in .*managed\.json/),
        remedy: expect.stringMatching(/^Ask this machine's administrator/),
      },
    ]);
  });

  it("the administrator's settings count more than all others", async () => {
    const place = doctorInput();
    put(place.managedSettings, { disableAllHooks: true });
    put(join(place.directory, ".claude/settings.local.json"), { disableAllHooks: false });
    const { findings } = await hooks.look(await prepareExamination(place));
    expect(findings).toMatchObject([
      {
        problem: expect.stringMatching(/managed\.json switches all hooks off/),
        remedy: expect.stringMatching(/^Ask/),
      },
    ]);
  });
});

describe("Claude Code's settings files", () => {
  it("Claude Code's settings files are read for this plugin only, local before project before user", async () => {
    const [project, home] = [temporaryFolder(), temporaryFolder()];
    put(join(home, "settings.json"), {
      apiKeyHelper: "print-the-key",
      env: { ANTHROPIC_API_KEY: "sk-secret", PARALLEL_RETRIES: "1", PARALLEL_GUARD: "warn" },
      enabledPlugins: { "a@m": true, "b@m": true },
    });
    put(join(project, ".claude/settings.json"), {
      env: { PARALLEL_RETRIES: "2" },
      enabledPlugins: { "a@m": false },
    });
    put(join(project, ".claude/settings.local.json"), {
      env: { PARALLEL_RETRIES: "3" },
      enabledPlugins: "all",
    });
    const settings = await readHostSettings(project, home, join(home, "managed.json"));
    expect(JSON.stringify(settings)).not.toMatch(/secret|print-the-key/);
    expect(variablesOf(settings)).toEqual({ PARALLEL_RETRIES: "3", PARALLEL_GUARD: "warn" });
    expect([...enabledPlugins(settings)]).toEqual([
      ["a@m", false],
      ["b@m", true],
    ]);
    expect(settings.unreadable).toEqual([]);
  });
});

describe("a disk that is nearly full", () => {
  it("a disk that is nearly full is named with what is left, and is none while there is room", async () => {
    const place = doctorInput({ freeBytes: async () => 3 * 2 ** 20 });
    const path = join(place.directory, ".git/parallel/graph.sqlite");
    await (await openSqlite(path, true, estimatesFrom))?.close();
    const { findings } = await database.look(await prepareExamination(place));
    expect(findings).toEqual([
      {
        level: "wrong",
        problem: expect.stringMatching(/^Only 3 MB are free on the disk of .*parallel\.$/),
        remedy: expect.stringMatching(/^Make room \(at least 100 MB\)/),
      },
    ]);
    const roomy = { ...place, freeBytes: async () => 2 ** 40 };
    expect((await database.look(await prepareExamination(roomy))).findings).toEqual([]);
  });
});

it("worktrees are read as git lists them, with any character in their paths", () => {
  const listed = [
    "worktree /a\0HEAD 1\0branch refs/heads/main\0",
    "worktree /with space\nand line\0HEAD 2\0detached\0locked because\0",
    "worktree /gone\0HEAD 3\0branch refs/heads/parallel/p\0prunable gitdir file points to non-existent location\0",
  ].join("\0");
  expect(parseWorktrees(`${listed}\0`)).toEqual([
    { path: "/a", branch: "main", prunable: false, locked: false },
    { path: "/with space\nand line", branch: undefined, prunable: false, locked: true },
    { path: "/gone", branch: "parallel/p", prunable: true, locked: false },
  ]);
});
