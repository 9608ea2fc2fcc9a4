import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../../mcp-server/src/breakdown/json/format-json.ts";
import { BundledServer, type BundleOptions } from "../../support/bundled-server.ts";
import { breakdown, put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, integrityOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const FOLDER = "specs/example";
const TASKS = `${FOLDER}/03-tasks.json`;
const DRAFT = `${FOLDER}/03-tasks.draft.json`;
const KEPT = `${FOLDER}/03-tasks.replaced-1.json`;

const OLD = breakdown([task("1", { description: "Write one." }), task("2", { description: "Write two." })]);
const NEW = formatJson(
  breakdown([task("1", { description: "Write one." }), task("3", { description: "Write three." })]),
);

/** A repository with these files beside its first commit, a server in it, and what a test looks at. */
async function started(
  files: Readonly<Record<string, string>>,
  committed: Readonly<Record<string, string>> = {},
) {
  const folder = await repository(committed);
  put(folder, files);
  const server = await ParallelServer.start(folder);
  return {
    folder,
    server,
    place: (options: Readonly<Record<string, unknown>> = {}) =>
      server.call("plan_create", { plan: "example", from: DRAFT, ...options }),
    again: () => server.call("plan_create", { plan: "example", from: TASKS }),
    files: () => filesOf(folder),
  };
}

/** The specification's folder, by name. */
function filesOf(folder: string): Record<string, string> {
  const at = join(folder, FOLDER);
  return Object.fromEntries(readdirSync(at).map((name) => [name, readFileSync(join(at, name), "utf8")]));
}

/** Kills the server right after so many of the steps that change a file; after none means before the first. */
function dyingAfter(steps: number): BundleOptions {
  const code = `
    import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    let done = 0;
    const die = () => process.kill(process.pid, "SIGKILL");
    for (const name of ["writeFile", "rename", "rm"]) {
      const original = fs[name];
      fs[name] = async (file, ...rest) => {
        if (!/03-tasks/.test(String(file))) return original(file, ...rest);
        if (${steps} === 0) die();
        await original(file, ...rest);
        if (++done === ${steps}) die();
      };
    }
    syncBuiltinESMExports();`;
  return { nodeOptions: ["--import", `data:text/javascript,${encodeURIComponent(code)}`] };
}

/** The texts of a folder but for those that were not finished, which have a hidden name. */
function visible(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(".")));
}

describe("a draft that is valid", () => {
  it("a draft that is valid becomes the breakdown, and importing that changes nothing", async () => {
    const { place, again, files, folder } = await started({ [DRAFT]: NEW });
    expect(await place()).toMatchObject({ created: ["1", "3"], warnings: [], placed: { file: TASKS } });
    expect(files()).toEqual({ "03-tasks.json": NEW });
    const log = logOf(graphOf(folder));
    expect(await again()).toMatchObject({ created: [], updated: [], unchanged: 2, removed: [] });
    expect(logOf(graphOf(folder))).toEqual(log);
  });

  it("a draft that is valid is put in place in the form that formatters ask for, however it was written", async () => {
    const { place, again, files } = await started({ [DRAFT]: JSON.stringify(JSON.parse(NEW), null, 2) });
    expect((await place()).placed).toEqual({ file: TASKS });
    expect(files()).toEqual({ "03-tasks.json": NEW });
    expect(await again()).toMatchObject({ created: [], updated: [], unchanged: 2, removed: [] });
  });

  it("a draft that is valid stays where it is in a dry run, which says what it would change and creates no graph", async () => {
    const { place, files, folder } = await started({ [DRAFT]: NEW });
    const answer = await place({ dryRun: true });
    expect(answer).toMatchObject({
      created: ["1", "3"],
      next: expect.stringContaining("Nothing was written"),
    });
    expect(answer).not.toHaveProperty("placed");
    expect(files()).toEqual({ "03-tasks.draft.json": NEW });
    expect(existsSync(graphOf(folder))).toBe(false);
  });

  it("a draft that is valid is told of descriptions that do not stand alone", async () => {
    const texts = breakdown([
      task("1", { description: "Add the route as described above." }),
      task("2", { description: "Run one check per spec file, as task runners do." }),
      task("3"),
    ]);
    const { place } = await started({ [DRAFT]: texts });
    expect((await place({ dryRun: true })).warnings).toEqual([
      "Without a description: 3.",
      'These may send their agent to a text that it does not have: 1 ("as described above").',
    ]);
  });
});

describe("a draft that is refused", () => {
  const refused: [string, string, RegExp][] = [
    ["half written", NEW.slice(0, 120), /03-tasks\.draft\.json/],
    [
      "with a cycle",
      breakdown([task("1", { dependencies: ["2"] }), task("2", { dependencies: ["1"] })]),
      /cycle/,
    ],
    ["with an unknown dependency", breakdown([task("1", { dependencies: ["9"] })]), /9/],
    [
      "in another format",
      JSON.stringify({ master: { tasks: [{ id: 1, title: "One" }] } }),
      /not written as a/,
    ],
  ];

  it.each(refused)("a draft %s stays where it is, and the breakdown as it was", async (_, text, reason) => {
    const { server, again, files, folder } = await started({ [TASKS]: OLD, [DRAFT]: text });
    await again();
    const log = logOf(graphOf(folder));
    const error = await server.refused("plan_create", { plan: "example", from: DRAFT });
    expect(error.message).toMatch(reason);
    expect(files()).toEqual({ "03-tasks.json": OLD, "03-tasks.draft.json": text });
    expect(logOf(graphOf(folder))).toEqual(log);
  });

  it("a draft that is refused because its place is a link leaves the link, the graph and what it leads to alone", async () => {
    const { folder, server } = await started({ [DRAFT]: NEW });
    const elsewhere = join(temporaryFolder(), "elsewhere.json");
    writeFileSync(elsewhere, OLD);
    symlinkSync(elsewhere, join(folder, TASKS));
    const { message } = await server.refused("plan_create", { plan: "example", from: DRAFT });
    expect(message).toContain("is a link or no file");
    expect(readFileSync(elsewhere, "utf8")).toBe(OLD);
    expect(filesOf(folder)["03-tasks.draft.json"]).toBe(NEW);
    expect(logOf(graphOf(folder))).toEqual([]);
  });

  it("a draft that is refused because it is in its place already is told where that is", async () => {
    const { place, server } = await started({ [DRAFT]: NEW });
    await place();
    const { remedy } = await server.refused("plan_create", { plan: "example", from: DRAFT });
    expect(remedy).toContain(`There is ${TASKS}, where a valid draft goes`);
  });
});

describe("the breakdown that a draft replaces", () => {
  it("the breakdown that a draft replaces is not kept a second time when the last commit has it", async () => {
    const { place, again, files } = await started({ [DRAFT]: NEW }, { [TASKS]: OLD });
    await again();
    expect(await place()).toMatchObject({ removed: ["2"], warnings: [], placed: { file: TASKS } });
    expect(files()).toEqual({ "03-tasks.json": NEW });
  });

  it("the breakdown that a draft replaces is kept beside it when no commit has it, and the answer says where", async () => {
    const { place, again, files } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
    await again();
    expect(await place()).toMatchObject({
      placed: { file: TASKS, keptAside: KEPT },
      warnings: [`What ${TASKS} said is kept in ${KEPT}.`],
    });
    expect(files()).toEqual({ "03-tasks.json": NEW, "03-tasks.replaced-1.json": OLD });
  });

  it("a breakdown that a draft replaces is never lost with what was changed in it by hand since it was imported", async () => {
    const { place, again, folder, files } = await started({ [DRAFT]: NEW }, { [TASKS]: OLD });
    await again();
    const edited = OLD.replace("Write two.", "Write two, carefully.");
    put(folder, { [TASKS]: edited });
    const changed = `${TASKS} was changed by hand after it was imported.`;
    expect((await place({ dryRun: true })).warnings).toEqual([
      `${changed} What is to stay of that has to be in ${DRAFT}.`,
    ]);
    expect((await place()).warnings).toEqual([`${changed} What ${TASKS} said is kept in ${KEPT}.`]);
    expect(files()).toEqual({ "03-tasks.json": NEW, "03-tasks.replaced-1.json": edited });
  });

  it("the breakdown that a draft replaces is told to have been changed by hand also when that was committed", async () => {
    const { place, again, folder } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
    await again();
    put(folder, { [TASKS]: `${OLD}\n` });
    await git(folder, "add", TASKS);
    await git(folder, "commit", "--quiet", "--message", "Edit");
    expect((await place()).warnings).toEqual([
      `${TASKS} was changed by hand after it was imported. The last commit has what it said.`,
    ]);
  });

  it("the breakdown that a draft replaces does not take the place of one that was kept before", async () => {
    const { place, again, folder, files } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
    await again();
    await place();
    const third = formatJson(breakdown([task("4", { description: "Write four." })]));
    put(folder, { [DRAFT]: third });
    expect((await place()).placed?.keptAside).toBe(`${FOLDER}/03-tasks.replaced-2.json`);
    expect(files()).toEqual({
      "03-tasks.json": third,
      "03-tasks.replaced-1.json": OLD,
      "03-tasks.replaced-2.json": NEW,
    });
  });
});

describe("a server that dies while it puts a draft in place", () => {
  /** Keeping the old one and placing the new one take a write and a rename each; then the draft is taken away. */
  const STEPS = 5;

  it.each(Array.from({ length: STEPS }, (_, n) => n))(
    "a server that dies after step %i of putting a draft in place loses neither text, and the next call ends it",
    async (steps) => {
      const { again, folder, server } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
      await again();
      await server.close();
      const dying = await BundledServer.start(folder, dyingAfter(steps));
      await expect(dying.raw("plan_create", { plan: "example", from: DRAFT })).rejects.toThrow();

      const left = visible(filesOf(folder));
      expect(left["03-tasks.json"]).toBe(steps < 4 ? OLD : NEW);
      expect(new Set(Object.values(left))).toEqual(new Set([OLD, NEW]));
      expect(integrityOf(graphOf(folder))).toBe("ok");

      const next = await ParallelServer.start(folder);
      const { placed } = await next.call("plan_create", { plan: "example", from: DRAFT });
      expect(placed?.file).toBe(TASKS);
      expect(visible(filesOf(folder))).toEqual({ "03-tasks.json": NEW, "03-tasks.replaced-1.json": OLD });
      const { tasks } = await next.call("task_list", { plan: "example", status: "pending" });
      expect(tasks.map((row) => row.task)).toEqual(["example/1", "example/3"]);
    },
  );

  it("a server that dies before its change is committed has placed a draft that the next import brings in", async () => {
    const { again, folder, server } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
    await again();
    const log = logOf(graphOf(folder));
    await server.close();
    const dying = await BundledServer.start(folder, dyingAfter(STEPS - 1));
    await expect(dying.raw("plan_create", { plan: "example", from: DRAFT })).rejects.toThrow();
    expect(logOf(graphOf(folder))).toEqual(log);
    const next = await ParallelServer.start(folder);
    expect(await next.call("plan_create", { plan: "example", from: TASKS })).toMatchObject({
      created: ["3"],
      removed: ["2"],
    });
  });

  it("a server that dies while it puts a draft in place takes no more steps than these", async () => {
    const { again, folder, server } = await started({ [TASKS]: OLD, [DRAFT]: NEW });
    await again();
    await server.close();
    const living = await BundledServer.start(folder, dyingAfter(STEPS + 1));
    expect((await living.call("plan_create", { plan: "example", from: DRAFT })).placed?.file).toBe(TASKS);
  });
});
