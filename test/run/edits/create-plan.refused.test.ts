import { existsSync, symlinkSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakdown, put, task } from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { FILE, serverWith, serverWithPlan } from "../../support/imported-plan.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

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

describe("a breakdown that cannot be imported", () => {
  it("a breakdown is refused, and nothing is written, when the file is missing", async () => {
    const { folder, server } = await serverWith("{}");
    const error = await server.refused("plan_create", { plan: "example", from: "specs/none/03-tasks.json" });
    expect(error).toMatchObject({ kind: "bad_input", field: "from" });
    expect(error.message).toContain("specs/none/03-tasks.json");
    expect(error.remedy).toContain("/spec:decompose");
    expect(existsSync(dirname(graphOf(folder)))).toBe(false);
  });

  it("a breakdown is refused, and nothing is written, when the file is larger than can be read whole", async () => {
    const { folder, server } = await serverWith("{}");
    truncateSync(join(folder, FILE), 401 * 1024 * 1024);
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error).toMatchObject({ kind: "bad_input", field: "from" });
    expect(error.message).toContain("at most 400 MB");
  });

  it("a breakdown is refused, and nothing is written, when its JSON is broken, with the place", async () => {
    const error = await refusedImport('{\n  "tasks": [\n    {"id": "1",}\n  ]\n}\n');
    expect(error.message).toContain(FILE);
    expect(error.message).toMatch(/line 3, column \d+/);
  });

  it("a breakdown is refused, and nothing is written, when it holds no tasks", async () => {
    const error = await refusedImport('{"tasks": []}');
    expect(error).toMatchObject({ field: "tasks" });
    expect(error.message).toContain(FILE);
  });

  it("a breakdown is refused, and nothing is written, when a dependency is unknown", async () => {
    const error = await refusedImport(breakdown([task("1", { dependencies: ["9"] })]));
    expect(error.field).toBe("tasks[0].dependencies");
    expect(error.message).toMatch(/1 depends on 9/);
  });

  it("a breakdown is refused, and nothing is written, when dependencies form a cycle, which is named", async () => {
    const error = await refusedImport(
      breakdown([task("1", { dependencies: ["2"] }), task("2", { dependencies: ["1"] })]),
    );
    expect(error.message).toMatch(/1 → 2 → 1|2 → 1 → 2/);
  });

  it("a breakdown is refused, and nothing is written, when an id stands twice", async () => {
    const error = await refusedImport(breakdown([task("1"), task("2"), task("1")]));
    expect(error.message).toMatch(/id 1 .*tasks\[0\].*tasks\[2\]/);
  });
});

describe("a breakdown outside the checkout", () => {
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

  it("a breakdown outside the checkout is refused when it is named by ..", async () => {
    const { folder, server, file } = await outside();
    await expectRefused(folder, server, `..${file.slice(dirname(folder).length)}`);
  });

  it("a breakdown outside the checkout is refused when it is named by an absolute path", async () => {
    const { folder, server, file } = await outside();
    await expectRefused(folder, server, file);
  });

  it("a breakdown outside the checkout is refused when it is named by a link", async () => {
    const { folder, server, file } = await outside();
    symlinkSync(file, join(folder, "linked.json"));
    await expectRefused(folder, server, "linked.json");
  });

  it("a breakdown outside the checkout is refused when it is named by a linked folder", async () => {
    const { folder, server, file } = await outside();
    symlinkSync(dirname(file), join(folder, "specs/linked"));
    await expectRefused(folder, server, "specs/linked");
  });
});
