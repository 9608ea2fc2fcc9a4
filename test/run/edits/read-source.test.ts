import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakdown, idsOf, put, repository, task } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const SPEC_KIT = `# Tasks: Pond
## Phase 1: Setup
- [ ] T001 Dig in src/dig.ts
- [ ] T002 [P] Line in src/line.ts
- [ ] T003 [P] Fill in src/fill.ts
- [ ] T004 [P] Line again in src/line.ts
`;
const TASK_MASTER = JSON.stringify({
  master: { tasks: [{ id: 1, title: "Dig" }] },
  later: {
    tasks: [
      { id: 1, title: "Swim" },
      { id: 2, title: "Dry" },
    ],
  },
});
const SUPERPOWERS = "# Pond Implementation Plan\n\n### Task 1: Dig\n\n**Files:**\n- Create: `src/dig.ts`\n";

async function started(files: Readonly<Record<string, string>>) {
  const folder = await repository(files);
  const server = await ParallelServer.start(folder);
  const create = (from: string, fields: object = {}) =>
    server.call("plan_create", { plan: "p", from, ...fields });
  return { folder, server, create };
}

describe("plan_create reads", () => {
  it.each([
    ["spec-kit's tasks.md", "specs/001-pond/tasks.md", "specs/001-pond/tasks.md", SPEC_KIT, 4],
    ["the folder of a tasks.md", "specs/001-pond", "specs/001-pond/tasks.md", SPEC_KIT, 4],
    [
      "Task Master's tasks.json",
      ".taskmaster/tasks/tasks.json",
      ".taskmaster/tasks/tasks.json",
      TASK_MASTER,
      1,
    ],
    [
      "one of its lists",
      ".taskmaster/tasks/tasks.json#later",
      ".taskmaster/tasks/tasks.json",
      TASK_MASTER,
      2,
    ],
    ["a superpowers plan", "docs/plans/pond.md", "docs/plans/pond.md", SUPERPOWERS, 1],
    ["a file with # in its name", "docs/a#b.md", "docs/a#b.md", SUPERPOWERS, 1],
  ])("plan_create reads %s", async (_what, from, file, text, count) => {
    const { create } = await started({ [file]: text });
    expect((await create(from, { dryRun: true })).created).toHaveLength(count);
    expect((await create(from)).created).toHaveLength(count);
    expect(await create(from)).toMatchObject({ created: [], updated: [], unchanged: count, removed: [] });
  });

  it("plan_create reads the breakdown beside another document of the specification", async () => {
    const { create } = await started({
      "specs/pond/02-specification.md": "# Pond\n\n- [ ] a box\n",
      "specs/pond/03-tasks.md": "### Task 9: rendered\n",
      "specs/pond/03-tasks.json": breakdown([task("1")]),
      "specs/001-shed/spec.md": "# Shed\n",
      "specs/001-shed/tasks.md": SPEC_KIT,
    });
    expect((await create("specs/pond/02-specification.md", { dryRun: true })).created).toEqual(["1"]);
    expect((await create("specs/pond/03-tasks.md", { dryRun: true })).created).toEqual(["1"]);
    expect((await create("specs/001-shed/spec.md", { dryRun: true })).created).toHaveLength(4);
  });

  it("plan_create reads [P] as far as files allow: never the same file at once", async () => {
    const { server, create } = await started({
      "specs/001-pond/tasks.md": SPEC_KIT.replace("[ ] T001", "[X] T001"),
    });
    expect((await create("specs/001-pond")).warnings.join()).toContain("T001");
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(idsOf(launch)).toEqual(["T002", "T003"]);
  });

  it("plan_create reads a foreign file again: what was ticked off meanwhile is removed, what came is added", async () => {
    const { folder, server, create } = await started({ "specs/001-pond/tasks.md": SPEC_KIT });
    await create("specs/001-pond");
    put(folder, {
      "specs/001-pond/tasks.md": `${SPEC_KIT.replace("[ ] T001", "[x] T001")}- [ ] T005 Fish\n`,
    });
    expect(await create("specs/001-pond")).toMatchObject({
      created: ["T005"],
      updated: ["T002", "T003", "T004"],
      removed: ["T001"],
    });
    expect((await server.call("task_get", { task: "p/T002" })).task.dependencies ?? []).toEqual([]);
  });
});

describe("in a package of a repository", () => {
  const files = {
    "packages/app/specs/shop/03-tasks.json": breakdown([task("in-app")]),
    "packages/web/specs/001-pond/tasks.md": SPEC_KIT,
    "specs/pond/03-tasks.json": breakdown([task("at-top")]),
  };

  async function startedInApp(more: Readonly<Record<string, string>> = {}) {
    const folder = await repository({ ...files, ...more });
    const server = await ParallelServer.start(join(folder, "packages", "app"));
    return { folder, server };
  }

  it.each([
    ["from the package", "specs/shop", ["in-app"]],
    ["from the package, beside another document", "specs/shop/03-tasks.json", ["in-app"]],
    [
      "from the package into the next one",
      "../web/specs/001-pond/tasks.md",
      ["T001", "T002", "T003", "T004"],
    ],
    ["from the top level, as in answers", "packages/app/specs/shop/03-tasks.json", ["in-app"]],
    ["from the top level", "specs/pond", ["at-top"]],
    ["from the package up to the top level", "../../specs/pond", ["at-top"]],
  ])("a path that leads there %s is found", async (_how, from, created) => {
    const { server } = await startedInApp();
    const answer = await server.call("plan_create", { plan: "p", from });
    expect(answer).toMatchObject({ created, warnings: [] });
    expect(await server.call("plan_create", { plan: "p", from })).toMatchObject({ created: [], removed: [] });
  });

  it("a path that leads to two files is read from the package, and the other one is named", async () => {
    const { folder, server } = await startedInApp({ "specs/shop/03-tasks.json": breakdown([task("other")]) });
    const answer = await server.call("plan_create", { plan: "p", from: "specs/shop", dryRun: true });
    expect(answer.created).toEqual(["in-app"]);
    const other = join(folder, "specs/shop/03-tasks.json");
    expect(answer.warnings).toEqual([expect.stringContaining(JSON.stringify(other))]);
    expect(answer.warnings[0]).toContain("packages/app/specs/shop/03-tasks.json");
    const named = await server.call("plan_create", { plan: "p", from: other, dryRun: true });
    expect(named).toMatchObject({ created: ["other"], warnings: [] });
  });

  it("a draft takes its place in the package", async () => {
    const { folder, server } = await startedInApp({
      "packages/app/specs/new/03-tasks.draft.json": breakdown([task("1")]),
    });
    await server.call("plan_create", { plan: "new", from: "specs/new/03-tasks.draft.json" });
    expect(existsSync(join(folder, "packages/app/specs/new/03-tasks.json"))).toBe(true);
    expect(existsSync(join(folder, "specs/new"))).toBe(false);
  });

  it("a path that leads nowhere is refused with both places", async () => {
    const { server } = await startedInApp();
    const { remedy } = await server.refused("plan_create", { plan: "p", from: "specs/none" });
    expect(remedy).toContain("relative to packages/app or to the repository's top level");
  });

  it("a path out of the checkout is refused", async () => {
    const { server } = await startedInApp();
    const error = await server.refused("plan_create", { plan: "p", from: "../../../" });
    expect(error.message).toContain("lies outside the checkout");
  });
});

describe("plan_create refuses", () => {
  it("plan_create refuses what it cannot read, and says which formats it can", async () => {
    const { server } = await started({ "docs/idea.md": "# Idea\n", "docs/data.json": '{"batches": []}' });
    const markdown = await server.refused("plan_create", { plan: "p", from: "docs/idea.md" });
    expect(markdown).toMatchObject({ kind: "bad_input", field: "from" });
    expect(markdown.remedy).toMatch(/03-tasks\.json.*spec-kit.*Task Master.*superpowers/);
    const json = await server.refused("plan_create", { plan: "p", from: "docs/data.json" });
    expect(json).toMatchObject({ field: "tasks", message: expect.stringContaining("(found batches)") });
    expect((await server.refused("plan_create", { plan: "p", from: "docs" })).remedy).toContain("spec-kit");
  });

  it.each([
    ["a link out of the checkout", "out.md"],
    ["a folder that is a link out of it", "away/tasks.md"],
    ["a path out of it", "../tasks.md"],
    ["a link beside the document that is named", "specs/x/02-specification.md"],
  ])("plan_create refuses %s", async (_what, from) => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "tasks.md"), SPEC_KIT);
    const { folder, server } = await started({ "specs/x/02-specification.md": "# X\n" });
    symlinkSync(join(outside, "tasks.md"), join(folder, "out.md"));
    symlinkSync(outside, join(folder, "away"));
    symlinkSync(join(outside, "tasks.md"), join(folder, "specs/x/03-tasks.json"));
    const error = await server.refused("plan_create", { plan: "p", from });
    expect(error).toMatchObject({ kind: "bad_input", field: "from" });
    expect(await server.call("task_list", {})).toMatchObject({ plans: [] });
  });

  it("plan_create refuses a folder without a breakdown", async () => {
    const { folder, server } = await started({});
    mkdirSync(join(folder, "specs/empty"), { recursive: true });
    expect((await server.refused("plan_create", { plan: "p", from: "specs/empty" })).remedy).toContain(
      "/spec:decompose",
    );
  });
});
