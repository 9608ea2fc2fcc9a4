import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import {
  bothSides,
  type Claimed,
  claim,
  claimNow,
  done,
  fileAt,
  read,
  startServer,
} from "../../support/worktrees.ts";

const BRANCH = "parallel/p";

/** A task of which nobody knows what it writes. */
function open(id: string, dependencies: readonly string[] = []) {
  return { id, subject: `Do ${id}`, dependencies };
}

function reportOf({ task: name, token }: Claimed) {
  return { task: name, token, outcome: "completed", summary: "Done.", evidence: [{ inspected: "it" }] };
}
describe("a merge", () => {
  async function conflicting() {
    const folder = await repository({ "a.txt": "one\n" });
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1"), open("2"), open("3", ["2"])] });
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    writeFileSync(join(one.folder, "a.txt"), "by one\n");
    writeFileSync(join(two.folder, "a.txt"), "by two\n");
    await done(server, one);
    await done(server, two);
    return { folder, server };
  }

  it("a merge that conflicts holds its dependents up until it is solved, and is not taken while markers are left", async () => {
    const { folder, server } = await conflicting();
    expect((await server.call("task_get", { task: "p/3" })).task.dependencies).toEqual(["2", "2-merge"]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**not merged yet**, see **2-merge**");
    expect(await claim(server, "p", "3")).toBeUndefined();
    const merge = await claimNow(server, "p", "2-merge");
    expect(read(merge.folder, "a.txt")).toContain("<<<<<<<");
    const refused = await server.refused("task_report", {
      task: merge.task,
      token: merge.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ criterion: "1", inspected: "a.txt" }],
    });
    expect(refused.message).toBe("a.txt still holds conflict markers.");
    writeFileSync(join(merge.folder, "a.txt"), "by one and two\n");
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by one and two\n");
    expect((await claimNow(server, "p", "3")).folder).not.toBe("");
  });

  it("a merge may conflict in its turn, and then that is a task as well", async () => {
    const { folder, server } = await conflicting();
    await server.call("task_create", { plan: "p", tasks: [open("4")] });
    const [merge, four] = [await claimNow(server, "p", "2-merge"), await claimNow(server, "p", "4")];
    put(merge.folder, { "a.txt": "by one and two\n", "b.txt": "by the merge\n" });
    put(four.folder, { "b.txt": "by four\n" });
    await done(server, four);
    await done(server, merge);
    expect((await server.call("task_get", { task: "p/3" })).task.dependencies).toEqual([
      "2",
      "2-merge",
      "2-merge-merge",
    ]);
    const again = await claimNow(server, "p", "2-merge-merge");
    put(again.folder, { "b.txt": bothSides(read(again.folder, "b.txt") ?? "") });
    await done(server, again);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by one and two\n");
    expect((await fileAt(folder, BRANCH, "b.txt"))?.split("\n").sort()).toEqual([
      "",
      "by four",
      "by the merge",
    ]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**2** conflicted in a.txt: solved by **2-merge**");
    expect(report).not.toContain("not merged yet");
  });

  it("a merge that was given up is not taken for a solution", async () => {
    const { server } = await conflicting();
    const merge = await claimNow(server, "p", "2-merge");
    await git(merge.folder, "merge", "--abort");
    const refused = await server.refused("task_report", {
      task: merge.task,
      token: merge.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ criterion: "1", inspected: "a.txt" }],
    });
    expect(refused.message).toContain("was given up");
  });

  it("a merge waits while somebody has the plan's branch checked out, and loses nothing", async () => {
    const folder = await repository();
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1")] });
    const held = await claimNow(server, "p", "1");
    put(held.folder, { "a.txt": "1\n" });
    await git(folder, "checkout", "--quiet", BRANCH);
    const refused = await server.refused("task_report", {
      task: held.task,
      token: held.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ inspected: "a.txt" }],
    });
    expect(refused.message).toContain(`The branch ${BRANCH} is checked out in ${folder}`);
    await git(folder, "checkout", "--quiet", "main");
    await done(server, held);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("1\n");
  });
});

describe("alternatives", () => {
  it("alternatives run at once on the same files; the first to complete is merged, the others are stopped and kept", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const way = (id: string) => task(id, { writes: ["src/x.ts"], alternatives: "ways" });
    const tasks = [way("a"), way("b"), way("c"), task("use", { dependencies: ["a"] })];
    await server.call("plan_create", { plan: "p", tasks });
    const [a, b] = [await claimNow(server, "p", "a"), await claimNow(server, "p", "b")];
    put(a.folder, { "src/x.ts": "a\n" });
    put(b.folder, { "src/x.ts": "b\n" });
    await done(server, b);
    const { tasks: rows } = await server.call("task_list", { plan: "p", limit: 9 });
    expect(rows.map(({ status, cause }) => [status, cause])).toEqual([
      ["cancelled", "not needed after its alternative b"],
      ["completed", undefined],
      ["cancelled", "not needed after its alternative b"],
      ["pending", undefined],
    ]);
    expect((await server.call("task_get", { task: "p/use" })).task.dependencies).toEqual(["b"]);
    expect((await server.refused("task_report", { ...reportOf(a) })).kind).toBe("refused_token");
    expect(await fileAt(folder, BRANCH, "src/x.ts")).toBe("b\n");
    const use = await claimNow(server, "p", "use");
    expect(read(use.folder, "src/x.ts")).toBe("b\n");
    await done(server, use);
    await server.call("plan_report", { plan: "p" });
    expect(read(a.folder, "src/x.ts")).toBe("a\n");
  });
});
