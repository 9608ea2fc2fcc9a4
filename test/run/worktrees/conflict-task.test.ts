import { rmSync, writeFileSync } from "node:fs";
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

describe("conflicts that are not solved", () => {
  /** Two tasks that both change these files; the merge of the second is a task. */
  async function twoSides(
    start: Readonly<Record<string, string>>,
    one: Readonly<Record<string, string | null>>,
    two: Readonly<Record<string, string | null>>,
  ) {
    const folder = await repository(start);
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1"), open("2")] });
    for (const [id, held, files] of [
      ["1", await claimNow(server, "p", "1"), one],
      ["2", await claimNow(server, "p", "2"), two],
    ] as const) {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) rmSync(join(held.folder, path));
        else put(held.folder, { [path]: text });
      }
      await done(server, held, { summary: id });
    }
    const merge = await claimNow(server, "p", "2-merge");
    const refusal = async () =>
      server.refused("task_report", {
        ...reportOf(merge),
        evidence: [{ criterion: "1", inspected: "everything" }],
      });
    return { folder, server, merge, refusal };
  }

  const texts = () => twoSides({ "a.txt": "0\n" }, { "a.txt": "by one\n" }, { "a.txt": "by two\n" });

  it("conflicts that are not solved are seen when they are staged, and then when they are committed", async () => {
    const { folder, server, merge, refusal } = await texts();
    await git(merge.folder, "add", "--all");
    expect((await refusal()).message).toBe("a.txt still holds conflict markers.");
    await git(merge.folder, "commit", "--quiet", "--message", "Merged");
    expect((await refusal()).message).toBe("a.txt still holds conflict markers.");
    put(merge.folder, { "a.txt": "by both\n" });
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by both\n");
  });

  it("conflicts that are not solved are seen under another name, and in the index they stay what they are", async () => {
    const { merge, refusal } = await texts();
    put(merge.folder, { "b é.txt": read(merge.folder, "a.txt") ?? "" });
    rmSync(join(merge.folder, "a.txt"));
    expect((await refusal()).message).toBe("b é.txt still holds conflict markers.");
    expect(await git(merge.folder, "ls-files", "--unmerged")).toContain("a.txt");
  });

  it("conflicts that are not solved are seen by the one line that is left of their markers", async () => {
    const { merge, refusal } = await texts();
    for (const left of ["<<<<<<< HEAD", "=======", ">>>>>>> abc", "||||||| base", "=======\r"]) {
      put(merge.folder, { "a.txt": `by one\n${left}\nby two\n` });
      await git(merge.folder, "add", "--all");
      expect((await refusal()).message).toBe("a.txt still holds conflict markers.");
    }
  });

  it("conflicts that are not solved are seen where an attribute makes the markers longer", async () => {
    const start = { "a.txt": "0\n", ".gitattributes": "*.txt conflict-marker-size=20\n" };
    const { merge, refusal } = await twoSides(start, { "a.txt": "by one\n" }, { "a.txt": "by two\n" });
    await git(merge.folder, "add", "--all");
    expect((await refusal()).message).toBe("a.txt still holds conflict markers.");
  });

  it("conflicts that are not solved are not those that a document shows", async () => {
    const example = "Title 7\n=======\n<<<<<<< HEAD\n";
    const { folder, server, merge } = await twoSides(
      { "a.txt": "0\n", "guide.md": `first\n${example}` },
      { "a.txt": "by one\n", "guide.md": `by one\n${example}` },
      { "a.txt": "by two\n", "guide.md": `first\n${example}by two\n`, "other.md": example },
    );
    put(merge.folder, { "a.txt": "by both\n" });
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "guide.md")).toBe(`by one\n${example}by two\n`);
  });

  it("conflicts in what is no text have no markers: somebody decides them by changing or staging the file", async () => {
    const { folder, server, merge, refusal } = await twoSides(
      { "a.bin": "\x000", "b.bin": "\x000" },
      { "a.bin": "\x001", "b.bin": "\x001" },
      { "a.bin": "\x002", "b.bin": "\x002" },
    );
    const refused = await refusal();
    expect(refused.message).toContain("a.bin is still in conflict");
    expect(refused.remedy).toContain("git add");
    put(merge.folder, { "a.bin": "\x003" });
    expect((await refusal()).message).toContain("b.bin is still in conflict");
    await git(merge.folder, "add", "b.bin");
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "a.bin")).toBe("\x003");
    expect(await fileAt(folder, BRANCH, "b.bin")).toBe("\x001");
  });

  it("conflicts in a file that one side has removed have no markers", async () => {
    const { folder, server, merge, refusal } = await twoSides(
      { "a.txt": "0\n" },
      { "a.txt": null },
      { "a.txt": "by two\n" },
    );
    expect((await refusal()).message).toContain("a.txt is still in conflict");
    rmSync(join(merge.folder, "a.txt"));
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBeUndefined();
  });

  it("conflicts that are not solved are seen in an agent's own merge, and in a rebase that it leaves", async () => {
    const folder = await repository({ "a.txt": "0\n" });
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1"), open("2")] });
    const held = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")] as const;
    put(folder, { "a.txt": "by the user\n" });
    await git(folder, "commit", "--quiet", "--all", "--message", "The user's");
    for (const { folder: place } of held) {
      put(place, { "a.txt": "by the task\n" });
      await git(place, "commit", "--quiet", "--all", "--message", "The task's");
    }
    const [one, two] = held;
    await expect(git(one.folder, "merge", "main")).rejects.toThrow();
    await git(one.folder, "add", "--all");
    const marked = await server.refused("task_report", reportOf(one));
    expect(marked.message).toBe("a.txt still holds conflict markers.");
    await expect(git(two.folder, "rebase", "--quiet", "main")).rejects.toThrow();
    put(two.folder, { "a.txt": "by both\n" });
    await git(two.folder, "add", "--all");
    const half = await server.refused("task_report", reportOf(two));
    expect(half.message).toBe("In your worktree a rebase is under way.");
    expect(half.remedy).toContain("git rebase --continue");
    await git(two.folder, "-c", "core.editor=true", "rebase", "--continue");
    await done(server, two);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by both\n");
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
