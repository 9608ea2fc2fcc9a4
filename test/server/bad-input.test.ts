import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { chmod, cp, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakdown, put, repository, task } from "./checkout.ts";
import { graphOf, logOf, tamper } from "./graph-file.ts";
import { BUNDLE, git, ParallelServer, temporaryFolder } from "./parallel-server.ts";

const FILE = "specs/example/03-tasks.json";

/** A server in a repository whose breakdown holds this text. */
async function serverWith(text: string) {
  const folder = await repository({ [FILE]: text });
  return { folder, server: await ParallelServer.start(folder) };
}

/** A server whose graph holds one plan, with the log as it is then. */
async function serverWithPlan() {
  const folder = await repository({ [FILE]: breakdown([task("1"), task("2", { dependencies: ["1"] })]) });
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "example", from: FILE });
  return { folder, server, before: logOf(graphOf(folder)) };
}

/** Imports a breakdown that is refused, into a new graph and into one that holds the plan already. */
async function refusedImport(text: string) {
  const fresh = await serverWith(text);
  const error = await fresh.server.refused("plan_create", { plan: "example", from: FILE });
  expect(existsSync(dirname(graphOf(fresh.folder)))).toBe(false);
  const { folder, server, before } = await serverWithPlan();
  put(folder, { [FILE]: text });
  expect(await server.refused("plan_create", { plan: "example", from: FILE })).toEqual(error);
  expect(logOf(graphOf(folder))).toEqual(before);
  return error;
}

describe("a breakdown that cannot be imported is refused, and nothing is written", () => {
  it("when the file is missing", async () => {
    const { folder, server } = await serverWith("{}");
    const error = await server.refused("plan_create", { plan: "example", from: "specs/none/03-tasks.json" });
    expect(error).toMatchObject({ kind: "bad_input", field: "from" });
    expect(error.message).toContain("specs/none/03-tasks.json");
    expect(error.remedy).toContain("/spec:decompose");
    expect(existsSync(dirname(graphOf(folder)))).toBe(false);
  });

  it("when its JSON is broken, with the place", async () => {
    const error = await refusedImport('{\n  "tasks": [\n    {"id": "1",}\n  ]\n}\n');
    expect(error.message).toContain(FILE);
    expect(error.message).toMatch(/line 3, column \d+/);
  });

  it("when it holds no tasks", async () => {
    const error = await refusedImport('{"tasks": []}');
    expect(error).toMatchObject({ field: "tasks" });
    expect(error.message).toContain(FILE);
  });

  it("when a dependency is unknown", async () => {
    const error = await refusedImport(breakdown([task("1", { dependencies: ["9"] })]));
    expect(error.field).toBe("tasks[0].dependencies");
    expect(error.message).toMatch(/1 depends on 9/);
  });

  it("when dependencies form a cycle, which is named", async () => {
    const error = await refusedImport(
      breakdown([task("1", { dependencies: ["2"] }), task("2", { dependencies: ["1"] })]),
    );
    expect(error.message).toMatch(/1 → 2 → 1|2 → 1 → 2/);
  });

  it("when an id stands twice", async () => {
    const error = await refusedImport(breakdown([task("1"), task("2"), task("1")]));
    expect(error.message).toMatch(/id 1 .*tasks\[0\].*tasks\[2\]/);
  });
});

describe("from outside the checkout is refused", () => {
  async function outside() {
    const elsewhere = temporaryFolder();
    put(elsewhere, { "03-tasks.json": breakdown([task("1")]) });
    const { folder, server } = await serverWith(breakdown([task("1")]));
    return { folder, server, file: join(elsewhere, "03-tasks.json") };
  }

  async function expectRefused(folder: string, server: ParallelServer, from: string) {
    const error = await server.refused("plan_create", { plan: "example", from });
    expect(error).toMatchObject({ kind: "bad_input", field: "from" });
    expect(error.message).toContain("outside the checkout");
    expect(existsSync(dirname(graphOf(folder)))).toBe(false);
  }

  it("by ..", async () => {
    const { folder, server, file } = await outside();
    await expectRefused(folder, server, `..${file.slice(dirname(folder).length)}`);
  });

  it("by an absolute path", async () => {
    const { folder, server, file } = await outside();
    await expectRefused(folder, server, file);
  });

  it("by a link", async () => {
    const { folder, server, file } = await outside();
    symlinkSync(file, join(folder, "linked.json"));
    await expectRefused(folder, server, "linked.json");
  });

  it("by a linked folder", async () => {
    const { folder, server, file } = await outside();
    symlinkSync(dirname(file), join(folder, "specs/linked"));
    await expectRefused(folder, server, "specs/linked");
  });
});

describe("a database that cannot be used", () => {
  /** A second server, because the first one holds the database open. */
  async function reopened(damage: (path: string) => void) {
    const { folder, server, before } = await serverWithPlan();
    await server.close();
    damage(graphOf(folder));
    return { folder, before, server: await ParallelServer.start(folder) };
  }

  it("is named when it is corrupt, and stays as it is", async () => {
    const { folder, server } = await serverWith(breakdown([task("1")]));
    put(folder, { ".git/parallel/graph.sqlite": "This is no database.\n".repeat(400) });
    const before = readFileSync(graphOf(folder));
    for (const call of [
      () => server.refused("plan_create", { plan: "example", from: FILE }),
      () => server.refused("batch_next", { plan: "example" }),
      () => server.refused("task_list", {}),
    ]) {
      const error = await call();
      expect(error.kind).toBe("store_corrupt");
      expect(error.message).toContain(graphOf(folder));
    }
    expect(readFileSync(graphOf(folder))).toEqual(before);
    expect(await readdir(dirname(graphOf(folder)))).toEqual(["graph.sqlite"]);
  });

  it("is refused when it is damaged inside", async () => {
    const { server, folder } = await reopened((path) => {
      // The last changes are in the log beside it until somebody writes them back.
      tamper(path, "pragma wal_checkpoint(truncate)");
      const bytes = readFileSync(path);
      bytes.fill(0x5a, 4096 * 2);
      writeFileSync(path, bytes);
    });
    const error = await server.refused("batch_next", { plan: "example" });
    expect(error.kind).toBe("store_corrupt");
    expect(error.message).toContain(graphOf(folder));
  });

  it("is refused when it belongs to another program", async () => {
    const { folder, server } = await serverWith(breakdown([task("1")]));
    put(folder, { ".git/parallel/graph.sqlite": "" });
    tamper(graphOf(folder), "create table meta (key text, value text); create table theirs (a)");
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_corrupt");
  });

  it("is refused when a newer version wrote it, with the way to update", async () => {
    const { server, folder, before } = await reopened((path) =>
      tamper(path, "update meta set value = '2.0' where key = 'schema'"),
    );
    for (const call of [
      () => server.refused("plan_create", { plan: "example", from: FILE }),
      () => server.refused("batch_next", { plan: "example" }),
    ]) {
      const error = await call();
      expect(error.kind).toBe("store_newer");
      expect(error.remedy).toContain("claude plugin update");
    }
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("of a newer minor version is used", async () => {
    const { server } = await reopened((path) =>
      tamper(
        path,
        "update meta set value = '1.7' where key = 'schema'; alter table tasks add column later text",
      ),
    );
    expect((await server.call("batch_next", { plan: "example" })).launch).toHaveLength(1);
  });
});

describe("a folder that cannot be written", () => {
  /** Root may write anywhere, so as root the server gives up its rights before it starts. */
  async function serverWithoutRights(folder: string) {
    const bundle = join(temporaryFolder(), "dist", "server.js");
    await cp(dirname(BUNDLE), dirname(bundle), { recursive: true });
    for (const path of [folder, dirname(dirname(bundle))]) await chmod(path, 0o555);
    const drop = "process.setgid(65534);process.setuid(65534)";
    const nodeOptions = process.getuid?.() === 0 ? ["--import", `data:text/javascript,${drop}`] : [];
    return ParallelServer.start(folder, { bundle, nodeOptions, env: { HOME: "/" } });
  }

  it("gets no graph, and the answer says where write access is needed", async () => {
    const folder = temporaryFolder();
    put(folder, { [FILE]: breakdown([task("1")]) });
    const server = await serverWithoutRights(folder);
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_read-only");
    expect(error.message).toContain(join(folder, ".parallel", "graph.sqlite"));
    expect(error.remedy).toMatch(/write access|PARALLEL_DATABASE_URL/);
    expect(await readdir(folder)).toEqual(["specs"]);
  });

  it("keeps a graph that was made before as it is", async () => {
    const folder = temporaryFolder();
    put(folder, { [FILE]: breakdown([task("1")]) });
    const first = await ParallelServer.start(folder);
    await first.call("plan_create", { plan: "example", from: FILE });
    await first.close();
    const path = join(folder, ".parallel", "graph.sqlite");
    const before = logOf(path);
    await chmod(path, 0o444);
    await chmod(dirname(path), 0o555);
    const server = await serverWithoutRights(folder);
    for (const tool of ["plan_create", "batch_next"]) {
      const input = tool === "plan_create" ? { plan: "example", from: FILE } : { plan: "example" };
      expect((await server.refused(tool, input)).kind).toBe("store_read-only");
    }
    expect(logOf(path)).toEqual(before);
  });

  it("is named when a file stands where the graph's folder should be", async () => {
    const { folder, server } = await serverWith(breakdown([task("1")]));
    put(folder, { ".git/parallel": "in the way\n" });
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_read-only");
    expect(error.message).toContain(join(folder, ".git", "parallel"));
    expect(readFileSync(join(folder, ".git/parallel"), "utf8")).toBe("in the way\n");
  });
});

describe("without a git repository", () => {
  it("a plan works, with its graph hidden in the project", async () => {
    const folder = temporaryFolder();
    put(folder, { [FILE]: breakdown([task("1")]) });
    const server = await ParallelServer.start(folder);
    await server.call("task_list", {});
    expect(await readdir(folder)).toEqual(["specs"]);
    await server.call("plan_create", { plan: "example", from: FILE });
    expect((await server.call("batch_next", { plan: "example" })).launch).toHaveLength(1);
    expect(readFileSync(join(folder, ".parallel", ".gitignore"), "utf8")).toBe("*\n");
    await git(folder, "init", "--quiet");
    expect(await git(folder, "status", "--porcelain")).toBe("?? specs/\n");
  });
});

describe("a call with a wrong field is refused and changes nothing", () => {
  const cases: [what: string, tool: string, input: Record<string, unknown>, field: string, says: RegExp][] = [
    ["an unknown field", "batch_next", { plan: "example", count: 3 }, "count", /no field count/],
    [
      "an unknown field inside",
      "plan_update",
      { plan: "example", policy: { cap: 3 } },
      "policy.cap",
      /no field cap/,
    ],
    ["a wrong type", "batch_next", { plan: "example", max: "many" }, "max", /max: .*number/],
    ["a value out of range", "batch_next", { plan: "example", max: 0 }, "max", /max/],
    ["a missing field", "batch_next", {}, "plan", /plan/],
    ["an unknown word", "plan_update", { plan: "example", action: "delete" }, "action", /pause.*export/],
    ["no valid name", "plan_create", { plan: "../x", tasks: [task("1")] }, "plan", /not a plan's name/],
    ["both sources", "plan_create", { plan: "example", from: FILE, tasks: [task("1")] }, "from", /Both/],
    ["no source", "plan_create", { plan: "example" }, "from", /Neither/],
    ["an unknown plan", "batch_next", { plan: "other" }, "plan", /no plan "other"/],
    ["an unknown task", "task_get", { task: "example/9" }, "task", /no task "9"/],
    ["a task without its plan", "task_get", { task: "9" }, "task", /does not name a plan/],
    [
      "an id that exists",
      "task_create",
      { plan: "example", tasks: [{ id: "1", subject: "Again" }] },
      "tasks.id",
      /id 1 exists/,
    ],
    [
      "ids that exist",
      "task_create",
      { plan: "example", tasks: ["1", "2", "new"].map((id) => ({ id, subject: "Again" })) },
      "tasks.id",
      /ids 1, 2 exist/,
    ],
    [
      "a cycle",
      "task_update",
      { task: "example/1", addBlockedBy: ["2"] },
      "addBlockedBy",
      /1 → 2 → 1|2 → 1 → 2/,
    ],
    [
      "a path that leads out",
      "task_update",
      { task: "example/1", addWrites: ["../x.ts"] },
      "addWrites",
      /\.\.\/x\.ts/,
    ],
    [
      "more awaited than there are",
      "batch_collect",
      { plan: "example", until: { atLeast: 3 }, tasks: ["1"], waitSeconds: 0 },
      "until",
      /atLeast 3 of 1/,
    ],
  ];
  it.each(cases)("%s", async (_, tool, input, field, says) => {
    const { folder, server, before } = await serverWithPlan();
    const error = await server.refused(tool, input);
    expect(error.field).toBe(field);
    expect(error.message).toMatch(says);
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("several wrong fields are told at once", async () => {
    const { folder, server, before } = await serverWithPlan();
    const error = await server.refused("batch_next", { limit: 3 });
    expect(error).toMatchObject({ kind: "bad_input", field: "plan" });
    expect(error.message).toBe("plan is missing (Plan name). There is no field limit.");
    expect(error.remedy).toMatch(/^For limit use max /);
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("several wrong tasks are told at once", async () => {
    const { folder, server, before } = await serverWithPlan();
    const error = await server.refused("plan_create", {
      plan: "other",
      tasks: [{ id: "1" }, task("2"), { subject: "No id" }, task("4", { dependencies: { on: "1" } })],
    });
    expect(error.field).toBe("tasks[0].subject");
    expect(error.message).toMatch(
      /task 1 has no subject\. tasks\[2\] has no id\. task 4: dependencies must be/,
    );
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("several unknown dependencies are told at once", async () => {
    const { server } = await serverWithPlan();
    const error = await server.refused("plan_create", {
      plan: "other",
      tasks: [task("1", { dependencies: ["8"] }), task("2"), task("3", { dependencies: ["9"] })],
    });
    expect(error.field).toBe("tasks[0].dependencies");
    expect(error.message).toMatch(/1 depends on 8.*3 depends on 9/);
  });

  it("a tool that there is not", async () => {
    const { server } = await serverWithPlan();
    const error = await server.refused("task_delete", {});
    expect(error.kind).toBe("unknown_tool");
    expect(error.message).toContain("task_delete");
  });
});

it("a setting of the environment that is not valid is refused by name", async () => {
  const folder = await repository({ [FILE]: breakdown([task("1")]) });
  const server = await ParallelServer.start(folder, { env: { PARALLEL_MAX_PARALLEL: "many" } });
  const error = await server.refused("plan_create", { plan: "example", from: FILE });
  expect(error.field).toBe("PARALLEL_MAX_PARALLEL");
});
