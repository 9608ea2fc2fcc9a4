import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakdown, launchFor, put, report, task } from "../../support/checkout.ts";
import { FILE, importedPlan, LEDGER, PAGE, SPEC, TASKS } from "../../support/exported-plan.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("exporting a plan that is as it was imported", () => {
  it("exporting a plan that is as it was imported leaves its breakdown untouched and writes the two pages", async () => {
    const { folder, hows, read, status } = await importedPlan();
    const old = new Date(1_000_000);
    utimesSync(join(folder, TASKS), old, old);
    expect(await hows()).toEqual({ [TASKS]: "unchanged", [PAGE]: "written", [LEDGER]: "written" });
    expect(read(TASKS)).toBe(FILE);
    expect(statSync(join(folder, TASKS)).mtimeMs).toBe(1_000_000);
    expect(await status()).toBe(`?? ${PAGE}\n?? ${LEDGER}\n`);
  });

  it("exporting a plan that is as it was imported touches nothing the second time", async () => {
    const { folder, hows, exported } = await importedPlan();
    await exported();
    const old = new Date(1_000_000);
    for (const path of [TASKS, PAGE, LEDGER]) utimesSync(join(folder, path), old, old);
    expect(await hows()).toEqual({ [TASKS]: "unchanged", [PAGE]: "unchanged", [LEDGER]: "unchanged" });
    for (const path of [TASKS, PAGE, LEDGER]) expect(statSync(join(folder, path)).mtimeMs).toBe(1_000_000);
  });

  it("exporting a plan after a run keeps the breakdown: no edit is seen in a status that has changed", async () => {
    const { server, exported, read } = await importedPlan();
    await exported();
    expect(read(PAGE)).toMatch(/### Task 1\.1: .*\n\n- \*\*Status:\*\* ○ pending/);
    await report(
      server,
      "example",
      launchFor((await server.call("batch_next", { plan: "example" })).launch, "1.1"),
    );
    expect((await exported()).files).toEqual([
      { file: TASKS, how: "unchanged" },
      { file: PAGE, how: "written" },
      { file: LEDGER, how: "written" },
    ]);
    expect(read(TASKS)).toBe(FILE);
    expect(read(PAGE)).toMatch(/### Task 1\.1: .*\n\n- \*\*Status:\*\* ✓ completed/);
    expect(read(PAGE)).toMatch(/### Task 1\.2: .*\n\n- \*\*Status:\*\* ○ pending/);
    expect(read(LEDGER)).toContain("1.1 is done.");
  });

  it("exporting a plan names files that git ignores apart from the source files, tracked ones excepted", async () => {
    const { folder, server, exported, read } = await importedPlan();
    put(folder, { ".gitignore": "lib/\n*.json\n" });
    const filesChanged = ["lib/app.js", "src/app.ts", TASKS, "../outside.ts"];
    const { launch } = await server.call("batch_next", { plan: "example" });
    await report(server, "example", launchFor(launch, "1.1"), { filesChanged });
    await exported();
    expect(read(LEDGER)).toContain("**Ignored by git:**\n\n- lib/app.js\n\n## Known");
    const { report: shown } = await server.call("plan_report", { plan: "example" });
    expect(shown).toContain("Git ignores lib/app.js:");
  });

  it("exporting a plan keeps an edit of the page aside also when a status has changed since", async () => {
    const { folder, server, exported, read } = await importedPlan();
    await exported();
    const edited = read(PAGE).replace("○ pending", "✓ completed");
    put(folder, { [PAGE]: edited });
    await report(
      server,
      "example",
      launchFor((await server.call("batch_next", { plan: "example" })).launch, "1.1"),
    );
    expect((await exported()).files[1]).toMatchObject({ keptAside: `${SPEC}/03-tasks.edited-1.md` });
    expect(read(`${SPEC}/03-tasks.edited-1.md`)).toBe(edited);
  });
});

describe("exporting a plan that the graph has changed", () => {
  it("exporting a plan that the graph has changed changes in the breakdown what changed, and nothing else", async () => {
    const { server, hows, read } = await importedPlan();
    await server.call("task_update", { task: "example/1.2", addWrites: ["docs/top.md"] });
    await server.call("task_create", {
      plan: "example",
      tasks: [{ id: "1.3", subject: "Paint it", dependencies: ["1.2"], writes: ["src/paint.ts"] }],
    });
    expect(await hows()).toMatchObject({ [TASKS]: "written" });
    const [head = "", rest = ""] = read(TASKS).split('    {\n      "id": "1.2"');
    expect(FILE.startsWith(head)).toBe(true);
    expect(rest).toContain('"writes": ["src/top.ts", "test/top.test.ts", "docs/top.md"]');
    expect(rest).toContain('"dependsOn": ["1.1"]');
    const tasks = JSON.parse(read(TASKS)).tasks;
    expect(tasks).toHaveLength(3);
    expect(Object.keys(tasks[1]).slice(0, 2)).toEqual(["id", "subject"]);
    expect(tasks[2]).toMatchObject({ id: "1.3", dependencies: ["1.2"], writes: ["src/paint.ts"] });
  });

  it("exporting a plan that has changed writes a file that imports without a change, and exports without one", async () => {
    const { server, exported, hows, again } = await importedPlan();
    await server.call("task_update", {
      task: "example/1.2",
      split: [{ subject: "Left" }, { subject: "Right" }],
    });
    await server.call("task_create", {
      plan: "example",
      tasks: [{ subject: "Paint it", dependencies: ["1.2"] }],
    });
    await exported();
    expect(await again()).toMatchObject({
      created: [],
      updated: [],
      unchanged: 4,
      removed: [],
      warnings: [],
    });
    expect(await hows()).toEqual({ [TASKS]: "unchanged", [PAGE]: "unchanged", [LEDGER]: "unchanged" });
  });

  it("exporting a plan puts the parts of a split where the task stood, and their dependents wait for them", async () => {
    const { server, exported, read } = await importedPlan();
    await server.call("task_update", {
      task: "example/1.1",
      split: [{ subject: "Left" }, { subject: "Right" }],
    });
    await exported();
    const { tasks } = JSON.parse(read(TASKS));
    expect(tasks.map((one: { id: string }) => one.id)).toEqual(["1.1.a", "1.1.b", "1.2"]);
    expect(tasks[2].dependencies).toEqual(["1.1.a", "1.1.b"]);
    expect(read(PAGE)).toMatch(/### Task 1\.1\.a: Left[\s\S]*### Task 1\.1\.b: Right[\s\S]*### Task 1\.2/);
  });

  it("exporting a plan that the graph has changed lets a task go that was taken out of the exported file", async () => {
    const { folder, server, exported, read, again } = await importedPlan();
    const { ids } = await server.call("task_create", { plan: "example", tasks: [{ subject: "Paint it" }] });
    await exported();
    const file = JSON.parse(read(TASKS));
    put(folder, { [TASKS]: JSON.stringify({ ...file, tasks: file.tasks.slice(0, 2) }) });
    expect((await again()).removed).toEqual(ids);
    await exported();
    expect(JSON.parse(read(TASKS)).tasks).toHaveLength(2);
  });

  it("exporting a plan keeps a task of the file that the run cancelled, and leaves out one that a call had made", async () => {
    const { server, exported, read, again } = await importedPlan();
    await server.call("task_create", { plan: "example", tasks: [{ id: "x", subject: "Not needed" }] });
    await server.call("task_update", { task: "example/x", status: "cancelled" });
    await server.call("task_update", { task: "example/1.2", status: "cancelled" });
    await exported();
    expect(read(TASKS)).toBe(FILE);
    expect(await again()).toMatchObject({ updated: [], removed: [] });
    expect((await server.call("task_get", { task: "example/1.2" })).task.status).toBe("cancelled");
  });

  it("exporting a plan says so when a task waits for one that is no part of the breakdown any more", async () => {
    const { server, exported, read } = await importedPlan();
    await server.call("task_create", { plan: "example", tasks: [{ id: "x", subject: "Not needed" }] });
    await server.call("task_update", { task: "example/1.2", addBlockedBy: ["x"] });
    await server.call("task_update", { task: "example/x", status: "cancelled" });
    const { files } = await exported();
    expect(files[0]).toMatchObject({
      file: TASKS,
      how: "left alone",
      why: expect.stringContaining("depends on x"),
    });
    expect(read(TASKS)).toBe(FILE);
  });

  it("exporting a plan that the graph has changed writes the breakdown anew when the file is gone", async () => {
    const { folder, exported, hows, read } = await importedPlan();
    rmSync(join(folder, TASKS));
    expect(await hows()).toMatchObject({ [TASKS]: "written" });
    expect(JSON.parse(read(TASKS))).toEqual(JSON.parse(FILE));
    expect((await exported()).files[0]).toMatchObject({ how: "unchanged" });
  });
});

describe("what somebody edited by hand", () => {
  it("what somebody edited by hand is never overwritten in the breakdown: it has to be imported first", async () => {
    const { folder, server, exported, read, again } = await importedPlan();
    await server.call("task_create", { plan: "example", tasks: [{ id: "x", subject: "Added" }] });
    const edited = FILE.replace("Lay the base", "Lay a better base");
    put(folder, { [TASKS]: edited });
    const { files, next } = await exported();
    expect(files[0]).toMatchObject({ file: TASKS, how: "left alone" });
    expect(next).toContain(`plan_create {plan: "example", from: "${TASKS}"}`);
    expect(read(TASKS)).toBe(edited);
    expect((await again()).updated).toEqual(["1.1"]);
    expect((await exported()).files[0]).toMatchObject({ how: "written" });
    expect(JSON.parse(read(TASKS)).tasks).toMatchObject([
      { subject: "[example] [P1] Lay a better base" },
      { id: "1.2" },
      { id: "x" },
    ]);
  });

  it("what somebody edited by hand is left alone in a breakdown that cannot be read any more", async () => {
    const { folder, exported, read } = await importedPlan();
    put(folder, { [TASKS]: '{"tasks": [' });
    expect((await exported()).files).toMatchObject([
      { file: TASKS, how: "left alone", why: expect.stringContaining("not valid JSON at line 1") },
      { file: PAGE, how: "written" },
      { file: LEDGER, how: "written" },
    ]);
    expect(read(TASKS)).toBe('{"tasks": [');
  });

  it.each([PAGE, LEDGER])("what somebody edited by hand is kept aside in %s, each time", async (page) => {
    const { folder, exported, read } = await importedPlan();
    await exported();
    const written = read(page);
    const [first, second] = [`${written}One remark.\n`, written.replace("\n\n", "\n\nAnother.\n")];
    for (const [n, edited] of [first, second].entries()) {
      put(folder, { [page]: edited });
      const { files, next } = await exported();
      const aside = page.replace(".md", `.edited-${n + 1}.md`);
      expect(files.find(({ file }) => file === page)).toEqual({
        file: page,
        how: "written",
        keptAside: aside,
      });
      expect(next).toContain(aside);
      expect(read(aside)).toBe(edited);
      expect(read(page)).toBe(written);
    }
  });

  it("what somebody edited by hand is not seen where only git has changed the line ends", async () => {
    const { folder, exported, read, hows } = await importedPlan();
    await exported();
    put(folder, { [PAGE]: read(PAGE).replaceAll("\n", "\r\n") });
    expect((await hows())[PAGE]).toBe("unchanged");
  });

  it("what somebody edited by hand is kept aside in a page that nobody has exported before", async () => {
    const { exported, read } = await importedPlan({ [TASKS]: FILE, [PAGE]: "# By hand\n" });
    expect((await exported()).files[1]).toMatchObject({ keptAside: `${SPEC}/03-tasks.edited-1.md` });
    expect(read(`${SPEC}/03-tasks.edited-1.md`)).toBe("# By hand\n");
  });
});

describe("a plan that has no breakdown of its own", () => {
  const MINE = "specs/example/03-tasks.json";

  it("a plan that has no breakdown of its own gets one when it came from a call, and belongs to it from then on", async () => {
    const { server, hows, read, again } = await importedPlan({}, null);
    await server.call("plan_create", {
      plan: "example",
      title: "Sheds",
      tasks: [task("1"), task("2", { dependencies: ["1"] })],
    });
    expect(await hows()).toEqual({ [MINE]: "written", [PAGE]: "written", [LEDGER]: "written" });
    expect(JSON.parse(read(MINE))).toMatchObject({
      slug: "example",
      title: "Sheds",
      tasks: [{ id: "1" }, { id: "2" }],
    });
    expect(await again()).toMatchObject({ created: [], updated: [], unchanged: 2, removed: [] });
    expect(await hows()).toEqual({ [MINE]: "unchanged", [PAGE]: "unchanged", [LEDGER]: "unchanged" });
  });

  it("a plan that has no breakdown of its own does not overwrite somebody else's", async () => {
    const other = breakdown([task("9")]);
    const { server, exported, read } = await importedPlan({ [MINE]: other }, null);
    await server.call("plan_create", { plan: "example", tasks: [task("1")] });
    expect((await exported()).files[0]).toMatchObject({ file: MINE, how: "left alone" });
    expect(read(MINE)).toBe(other);
  });

  it.each([
    ["specs/001-pond/tasks.md", "- [ ] T001 Dig in src/dig.ts\n"],
    [".taskmaster/tasks/tasks.json", JSON.stringify({ master: { tasks: [{ id: 1, title: "Dig" }] } })],
    ["docs/plans/pond.md", "### Task 1: Dig\n"],
  ])(
    "a plan that has no breakdown of its own keeps %s, which is only read, and has its pages in specs/<plan>",
    async (from, text) => {
      const { server, hows, read, status } = await importedPlan({ [from]: text }, from);
      await server.call("task_create", { plan: "example", tasks: [{ subject: "Fill" }] });
      expect(await hows()).toEqual({ [PAGE]: "written", [LEDGER]: "written" });
      expect(read(from)).toBe(text);
      expect(read(PAGE)).toContain("Fill");
      expect(await status()).toBe(`?? ${PAGE}\n?? ${LEDGER}\n`);
    },
  );
});

describe("an export stays inside the checkout", () => {
  it("an export stays inside the checkout when the specification's folder has become a link that leads out", async () => {
    const { folder, server } = await importedPlan();
    const outside = temporaryFolder();
    renameSync(join(folder, SPEC), join(outside, "example"));
    symlinkSync(join(outside, "example"), join(folder, SPEC));
    const error = await server.refused("plan_update", { plan: "example", action: "export" });
    expect(error).toMatchObject({ kind: "wrong_state", field: "action" });
    expect(readdirSync(join(outside, "example"))).toEqual(["03-tasks.json"]);
  });

  it.each([TASKS, PAGE, LEDGER])("an export stays inside the checkout when %s is a link", async (path) => {
    const { folder, server } = await importedPlan();
    const outside = temporaryFolder();
    const target = join(outside, "target");
    put(outside, { target: "precious" });
    rmSync(join(folder, path), { force: true });
    symlinkSync(target, join(folder, path));
    await server.refused("plan_update", { plan: "example", action: "export" });
    expect(readFileSync(target, "utf8")).toBe("precious");
    expect(lstatSync(join(folder, path)).isSymbolicLink()).toBe(true);
  });

  it("an export stays inside the checkout when a folder stands where a page belongs, and leaves no half-written file", async () => {
    const { folder, server, exported } = await importedPlan();
    mkdirSync(join(folder, LEDGER));
    await server.refused("plan_update", { plan: "example", action: "export" });
    rmSync(join(folder, LEDGER), { recursive: true });
    await exported();
    expect(readdirSync(join(folder, SPEC)).sort()).toEqual([
      "03-tasks.json",
      "03-tasks.md",
      "04-implementation.md",
    ]);
  });
});
