import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { launchFor, report, repository, task, tokenIn } from "../support/checkout.ts";
import { logOf, query } from "../support/graph-file.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a database that several repositories share", () => {
  async function two() {
    const folders = [await repository(), await repository()] as const;
    const url = `sqlite:${join(temporaryFolder(), "shared.sqlite")}`;
    const env = { PARALLEL_DATABASE_URL: url };
    const [one, other] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
    if (!one || !other) throw new Error("no servers");
    for (const server of [one, other]) {
      await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    }
    return { one, other, path: url.slice("sqlite:".length) };
  }

  it("a database that several repositories share keeps their plans of the same name apart", async () => {
    const { one, other } = await two();
    const { launch } = await one.call("batch_next", { plan: "p" });
    await report(one, "p", launchFor(launch, "1"));
    expect((await one.call("task_list", { status: "completed" })).tasks).toHaveLength(1);
    expect((await other.call("task_list", { status: "completed" })).tasks).toEqual([]);
    expect((await other.call("batch_next", { plan: "p" })).launch).toHaveLength(2);
  });

  it("a database that several repositories share gives a token no right in another repository", async () => {
    const { one, other, path } = await two();
    const { launch } = await one.call("batch_next", { plan: "p" });
    const token = tokenIn(launchFor(launch, "1").prompt);
    const before = logOf(path);
    for (const [tool, input] of [
      ["task_get", { task: "p/1", token }],
      ["task_update", { task: "p/1", token, note: "Hello" }],
      ["task_report", { task: "p/1", token, outcome: "failed", summary: "No." }],
    ] as const) {
      expect((await other.refused(tool, input)).kind).toBe("refused_token");
    }
    expect(logOf(path).filter((line) => line.type !== "token.refused")).toEqual(before);
    expect((await report(one, "p", launchFor(launch, "1"))).status).toBe("completed");
  });
});

describe("tokens in the database", () => {
  it("tokens in the database are stored hashed, those of offers too: no file of it holds a live one", async () => {
    const { server, token, path } = await offeredPlan([task("1"), task("2")]);
    await server.call("task_get", { task: "p/1", token: token("1") });
    const hashes = query(path, "select token_hash from claims").map((row) => String(row.token_hash));
    expect(hashes).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    const folder = dirname(path);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(files.some((text) => text.includes(hashes[0] ?? ""))).toBe(true);
    for (const text of files) for (const id of ["1", "2"]) expect(text).not.toContain(token(id));
  });
});
