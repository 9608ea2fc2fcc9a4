import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { breakdown, launchFor, put, report, repository, task } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { emptyEnvironment, temporaryFolder } from "../support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin", "parallel");
const FILE = "specs/example/03-tasks.json";
const TASKS = breakdown([
  task("1", { estimateMinutes: 10 }),
  task("2", { estimateMinutes: 10, writes: ["src/1.ts"] }),
  task("3", { estimateMinutes: 10 }),
  task("4", { estimateMinutes: 20, dependencies: ["1", "3"], agent: "wizard" }),
]);

async function plan(folder: string, ...args: string[]) {
  const done = await execa(process.execPath, [BIN, "plan", ...args], {
    cwd: folder,
    env: emptyEnvironment(),
    extendEnv: false,
    reject: false,
  });
  return { code: done.exitCode, out: done.stdout, err: done.stderr };
}

describe("parallel plan", () => {
  it("parallel plan tells what a breakdown would take, without making a plan or anything else", async () => {
    const folder = await repository({ [FILE]: TASKS });
    const { code, out } = await plan(folder, "specs/example");
    expect(code).toBe(0);
    expect(out).toMatch(/^example: 4 tasks in 2 levels, hybrid$/m);
    expect(out).toMatch(/^One by one +50 min$/m);
    expect(out).toMatch(/^Critical path +30 min: [13] → 4$/m);
    expect(out).toMatch(/^Conflicts +1 and 2: src\/1\.ts$/m);
    expect(out).toMatch(/^Roles +no agent has the role wizard/m);
    expect(out).toMatch(/most at once: \d/);
    expect(await git(folder, "status", "--porcelain", "--ignored")).toBe("");
  });

  it.each(["specs/example", "packages/app/specs/example/03-tasks.json"])(
    "parallel plan finds %s from the package that it lies in, and by its path from the top level",
    async (path) => {
      const folder = await repository({ [`packages/app/${FILE}`]: TASKS });
      const { code, out } = await plan(join(folder, "packages/app"), path);
      expect([code, out]).toEqual([0, expect.stringContaining("4 tasks in 2 levels")]);
    },
  );

  it("parallel plan tells where parallelWith says what dependencies or files do not allow", async () => {
    const tasks = [
      task("1", { parallelWith: ["2", "3", "4"] }),
      task("2", { writes: ["src/1.ts"] }),
      task("3", { dependencies: ["1"] }),
      task("4"),
    ];
    const folder = await repository({ [FILE]: breakdown(tasks) });
    const contradictions = [
      "1 is not beside 3: dependencies put them in order",
      "1 is not beside 2: src/1.ts",
    ];
    expect(JSON.parse((await plan(folder, FILE, "--json")).out)).toMatchObject({ contradictions });
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "example", from: FILE });
    expect(await server.call("plan_analyze", { plan: "example" })).toMatchObject({ contradictions });
  });

  it("parallel plan tells all of it as JSON, with slack and the schedule", async () => {
    const folder = await repository({ [FILE]: TASKS });
    const analysis = JSON.parse((await plan(folder, FILE, "--json", "--max", "1")).out);
    expect(analysis.estimate).toMatchObject({ cap: 1, speedup: 1 });
    expect(analysis.slackMinutes).toMatchObject({ 4: 0 });
    expect(analysis.minutesByCap[0]).toBe(analysis.estimate.sequentialMinutes);
    expect(analysis.schedule).toHaveLength(4);
  });

  it("parallel plan tells each task's dependencies and scope as JSON, and whether that is declared or inferred", async () => {
    const folder = temporaryFolder();
    const tasks =
      "# Tasks: shop\n\n## Phase 1: Setup\n\n- [ ] T001 Make src/a.ts\n- [ ] T002 Make src/b.ts\n";
    put(folder, { "tasks.md": tasks, "03-tasks.json": breakdown([task("1", { reads: ["docs/**"] })]) });
    expect(JSON.parse((await plan(folder, "tasks.md", "--json")).out).tasks).toMatchObject([
      { id: "T001", dependencies: [] },
      {
        id: "T002",
        dependencies: ["T001"],
        needs: "all",
        scope: { basis: "inferred", writes: ["src/b.ts"] },
      },
    ]);
    expect(JSON.parse((await plan(folder, "03-tasks.json", "--json")).out).tasks).toMatchObject([
      { id: "1", scope: { basis: "declared", writes: ["src/1.ts"], reads: ["docs/**"] } },
    ]);
  });

  it("parallel plan draws a chart in Markdown in which no subject is markup", async () => {
    const hostile = task("1", { subject: "\u001b[31m<img src=x>` [a](b) : crit, done" });
    const folder = await repository({ [FILE]: breakdown([hostile, task("2")]) });
    const { out } = await plan(folder, FILE, "--markdown");
    expect(out).toContain("```mermaid\ngantt");
    expect(out).not.toContain("<img");
    expect(out).not.toContain("\u001b");
    expect((await plan(folder, FILE)).out).not.toContain("\u001b");
  });

  it("parallel plan reads files outside of any repository, and other tools' lists of tasks", async () => {
    const folder = temporaryFolder();
    put(folder, {
      "tasks.md":
        "# Tasks: shop\n\n## Phase 1: Setup\n\n- [ ] T001 Make src/a.ts\n- [ ] T002 [P] Make src/b.ts\n",
    });
    expect((await plan(folder, "tasks.md")).out).toMatch(/2 tasks/);
  });

  it("parallel plan says what it did not read in a file, and which one beside it was read in its place", async () => {
    const folder = temporaryFolder();
    put(folder, { "todo.md": "- [ ] Dig\n- [ ] Fill\n" });
    expect((await plan(folder, "todo.md")).err).toContain("has 2 boxes without an id (lines 1 to 2)");
    put(folder, { "tasks.md": "- [ ] T001 Dig\n- [ ] T002 Fill\n" });
    expect(JSON.parse((await plan(folder, "todo.md", "--json")).out).warnings).toContainEqual(
      "todo.md has 2 boxes without an id (lines 1 to 2), which are not read as tasks; tasks.md beside it was read",
    );
  });

  it("parallel plan names the files and the order that nobody declared", async () => {
    const folder = temporaryFolder();
    const lines = [
      "# Tasks: shop\n\n## Phase 1: Setup\n",
      "- [ ] T001 Make src/a.ts",
      "- [ ] T002 [P] Make src/b.ts",
      "- [ ] T003 Make src/c.ts (depends on T001)",
    ];
    put(folder, { "tasks.md": `${lines.join("\n")}\n` });
    const { out } = await plan(folder, "tasks.md");
    expect(out).toMatch(/^Inferred files +T001 src\/a\.ts; T002 src\/b\.ts; T003 src\/c\.ts$/m);
    expect(out).toMatch(/^Inferred order +T002 after T001; T003 after T002 \(by place, files or names\)$/m);
    put(folder, { "03-tasks.json": breakdown([task("1"), task("2", { dependencies: ["1"] })]) });
    expect((await plan(folder, "03-tasks.json")).out).not.toContain("Inferred");
  });

  it("parallel plan says that a chain is not worth several agents, by its exit code as well", async () => {
    const chain = [task("1"), task("2", { dependencies: ["1"] }), task("3", { dependencies: ["2"] })];
    const { code, out } = await plan(await repository({ [FILE]: breakdown(chain) }), FILE);
    expect(code).toBe(1);
    expect(out).toContain("The tasks form one chain");
  });

  it.each([
    ["a file that is not there", ["nowhere.json"], /there is no plan|no file/i],
    ["a cap that is none", [FILE, "--max", "0"], /whole number from 1 to 20/],
  ])("parallel plan refuses %s with exit code 2 and the remedy", async (_, args, says) => {
    const { code, err } = await plan(await repository({ [FILE]: TASKS }), ...args);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(err).not.toContain("    at ");
  });

  it("parallel plan analyses what is left of a plan by its name, and writes real scopes into the breakdown", async () => {
    const folder = await repository({ [FILE]: breakdown([task("1"), task("2")]) });
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", from: FILE });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const [one] = launch;
    if (!one) throw new Error("nothing was launched");
    await server.call("task_get", {
      task: "p/1",
      token: /token (\S+)\./.exec(launchFor(launch, "1").prompt)?.[1],
    });
    put(folder, { "src/1.ts": "1", "lib/extra.ts": "2" });
    await report(server, "p", launchFor(launch, "1"), { filesChanged: ["src/1.ts", "lib/extra.ts"] });
    expect((await plan(folder, "p")).out).toMatch(/1 task in 1 level/);
    expect((await plan(folder, "p")).out).toMatch(/^Running +2: only what is left of them counts$/m);
    const { code, out } = await plan(folder, "p", "--write-scopes");
    expect(code).toBe(0);
    expect(out).toMatch(/^Wrote the scopes of 1 into/);
    expect(JSON.parse(readFileSync(join(folder, FILE), "utf8")).tasks[0].writes).toContain("lib/extra.ts");
  });
});
