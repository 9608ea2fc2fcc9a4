import { readFileSync, writeFileSync } from "node:fs";
import { chmod, cp, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUNDLE, BundledServer } from "../support/bundled-server.ts";
import { breakdown, put, task } from "../support/checkout.ts";
import { graphOf, logOf, tamper } from "../support/graph-file.ts";
import { FILE, serverWith, serverWithPlan } from "../support/imported-plan.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a database that cannot be used", () => {
  /** A second server, because the first one holds the database open. */
  async function reopened(damage: (path: string) => void) {
    const { folder, server, before } = await serverWithPlan();
    await server.close();
    damage(graphOf(folder));
    return { folder, before, server: await ParallelServer.start(folder) };
  }

  it("a database that cannot be used is named when it is corrupt, and stays as it is", async () => {
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

  it("a database that cannot be used is refused when it is damaged inside", async () => {
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

  it("a database that cannot be used is refused when it belongs to another program", async () => {
    const { folder, server } = await serverWith(breakdown([task("1")]));
    put(folder, { ".git/parallel/graph.sqlite": "" });
    tamper(graphOf(folder), "create table meta (key text, value text); create table theirs (a)");
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_corrupt");
  });

  it("a database that cannot be used is refused when a newer version wrote it, with the way to update", async () => {
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

  it("a database of a newer minor version is used", async () => {
    const { server } = await reopened((path) =>
      tamper(
        path,
        "update meta set value = '1.99' where key = 'schema'; alter table tasks add column later text",
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
    return BundledServer.start(folder, { bundle, nodeOptions, env: { HOME: "/" } });
  }

  it("a folder that cannot be written gets no graph, and the answer says where write access is needed", async () => {
    const folder = temporaryFolder();
    put(folder, { [FILE]: breakdown([task("1")]) });
    const server = await serverWithoutRights(folder);
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_read-only");
    expect(error.message).toContain(join(folder, ".parallel", "graph.sqlite"));
    expect(error.remedy).toMatch(/write access|PARALLEL_DATABASE_URL/);
    expect(await readdir(folder)).toEqual(["specs"]);
  });

  it("a folder that cannot be written keeps a graph that was made before as it is", async () => {
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

  it("a folder that cannot be written is named when a file stands where the graph's folder should be", async () => {
    const { folder, server } = await serverWith(breakdown([task("1")]));
    put(folder, { ".git/parallel": "in the way\n" });
    const error = await server.refused("plan_create", { plan: "example", from: FILE });
    expect(error.kind).toBe("store_read-only");
    expect(error.message).toContain(join(folder, ".git", "parallel"));
    expect(readFileSync(join(folder, ".git/parallel"), "utf8")).toBe("in the way\n");
  });
});
