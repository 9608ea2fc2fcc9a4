import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { graphOf, integrityOf, logOf } from "../support/graph-file.ts";
import type { ToolClient } from "../support/tool-client.ts";
import {
  bothSides,
  type Claimed,
  claim,
  done,
  fileAt,
  read,
  startBundle,
  startServer,
  worktreesOf,
} from "../support/worktrees.ts";

const BRANCH = "parallel/p";

/** A task of which nobody knows what it writes. */
function open(id: string, dependencies: readonly string[] = []) {
  return { id, subject: `Do ${id}`, dependencies };
}

describe("twelve tasks in four levels, worked on by four processes in worktrees", () => {
  const LEVELS = [
    ["a1", "a2", "a3"],
    ["b1", "b2", "b3"],
    ["c1", "c2", "c3"],
    ["d1", "d2", "d3"],
  ];
  const BEFORE: Readonly<Record<string, readonly string[]>> = {
    ...{ b1: ["a1"], b2: ["a2"], b3: ["a3"] },
    ...{ c1: ["b1"], c2: ["b2", "b3"], c3: ["b3"] },
    ...{ d1: ["c1", "c2", "c3"], d2: ["c1"], d3: ["c3"] },
  };
  /** Two tasks of a pair change the same line, each without knowing of the other. */
  const PAIRS: Readonly<Record<string, { file: string; with: string }>> = {
    b1: { file: "shared.txt", with: "b2" },
    b2: { file: "shared.txt", with: "b1" },
    c1: { file: "config.txt", with: "c3" },
    c3: { file: "config.txt", with: "c1" },
  };

  it("twelve tasks that four processes do in worktrees end with every change and both conflicts on the plan's branch", async () => {
    const folder = await repository({ "shared.txt": "one\ntwo\n", "config.txt": "one\ntwo\n" });
    const start = (await git(folder, "rev-parse", "HEAD")).trim();
    const first = await startServer(folder, { ownParent: true });
    const tasks = LEVELS.flat().map((id) => open(id, BEFORE[id]));
    await first.call("plan_create", { plan: "p", tasks, policy: { maxParallel: 5 } });
    const others = await Promise.all([1, 2, 3].map(() => startBundle(folder, { ownParent: true })));
    const reached = new Map<string, () => void>();
    const isReached = new Map(
      Object.keys(PAIRS).map((id) => [id, new Promise<void>((resolve) => reached.set(id, resolve))]),
    );
    const missing: string[] = [];
    const merges: Claimed[] = [];

    const workOn = async (held: Claimed) => {
      for (const earlier of BEFORE[held.id] ?? []) {
        if (read(held.folder, `work/${earlier}.txt`) === undefined)
          missing.push(`${held.id} lacks ${earlier}`);
      }
      if (held.id.includes("-merge")) {
        merges.push(held);
        for (const file of ["shared.txt", "config.txt"]) {
          writeFileSync(join(held.folder, file), bothSides(readFileSync(join(held.folder, file), "utf8")));
        }
        return;
      }
      put(held.folder, { [`work/${held.id}.txt`]: `${held.id}\n` });
      const pair = PAIRS[held.id];
      if (!pair) return;
      writeFileSync(join(held.folder, pair.file), `one by ${held.id}\ntwo\n`);
      reached.get(held.id)?.();
      await isReached.get(pair.with);
    };
    await Promise.all(
      [first, ...others].map(async (server) => {
        for (;;) {
          const answer = await server.call("task_list", { plan: "p", limit: 0 });
          if (answer.plans[0]?.done) return;
          const held = await claim(server, "p");
          if (!held) {
            await server.call("batch_collect", { plan: "p", waitSeconds: 1 });
            continue;
          }
          await workOn(held);
          await done(server, held, { filesChanged: [`work/${held.id}.txt`] });
        }
      }),
    );

    const listed = await first.call("task_list", { plan: "p", limit: 50 });
    expect(listed.tasks.map(({ status }) => status)).toEqual(Array(14).fill("completed"));
    expect(missing).toEqual([]);
    expect(merges.map(({ id }) => id.replace(/^(b|c)\d/, "$1")).sort()).toEqual(["b-merge", "c-merge"]);
    for (const merge of merges) {
      const [, side = ""] = /^(\w\d)-merge/.exec(merge.id) ?? [];
      const pair = PAIRS[side];
      expect(merge.brief).toContain(
        `of p/${side} "Do ${side}", which reported "p/${side} is done." (attempt 1) does not go together`,
      );
      expect(merge.brief).toContain(`Files in conflict: ${pair?.file}.`);
      expect(merge.brief).toMatch(new RegExp(`commit [0-9a-f]{40} of p/${pair?.with} "Do ${pair?.with}"`));
    }
    for (const id of LEVELS.flat()) expect(await fileAt(folder, BRANCH, `work/${id}.txt`)).toBe(`${id}\n`);
    expect((await fileAt(folder, BRANCH, "shared.txt"))?.split("\n").sort()).toEqual([
      "",
      "one by b1",
      "one by b2",
      "two",
    ]);
    expect((await fileAt(folder, BRANCH, "config.txt"))?.split("\n").sort()).toEqual([
      "",
      "one by c1",
      "one by c3",
      "two",
    ]);

    expect((await git(folder, "rev-parse", "main")).trim()).toBe(start);
    expect(await git(folder, "status", "--porcelain")).toBe("");
    await first.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([]);
    expect((await git(folder, "branch", "--format=%(refname:short)")).trim().split("\n").sort()).toEqual([
      "main",
      BRANCH,
    ]);
    // It fails when anything is missing or damaged.
    await git(folder, "fsck", "--full", "--strict", "--no-dangling");
    expect(integrityOf(graphOf(folder))).toBe("ok");
    const events = logOf(graphOf(folder)).map(({ type }) => type);
    const count = (type: string) => events.filter((event) => event === type).length;
    console.log(
      `${count("worktree.cut")} worktrees, ${count("work.merged")} merges, ${count("work.conflicted")} conflicts`,
    );
  });
});

describe("a process that is killed in the midst of its report", () => {
  it("a process that is killed in the midst of its report loses no work, and the others finish", async () => {
    const folder = await repository();
    const ids = Array.from({ length: 8 }, (_, n) => `t${n}`);
    const survivor = await startServer(folder);
    await survivor.call("plan_create", { plan: "p", tasks: ids.map((id) => open(id)) });
    const work = async (server: ToolClient, id?: string) => {
      const held = await claim(server, "p", id);
      if (held) put(held.folder, { [`work/${held.id}.txt`]: `${held.id}\n` });
      return held;
    };
    for (const [n, id] of ids.entries()) {
      const doomed = await startBundle(folder, { ownParent: true });
      const held = await work(doomed, id);
      if (!held) throw new Error(`${id} cannot be claimed`);
      const reporting = done(doomed, held).catch(() => undefined);
      // Between the first commit in the worktree and the answer, at eight moments.
      await new Promise((resolve) => setTimeout(resolve, 15 + n * 20));
      doomed.kill("owner");
      doomed.kill("server");
      await reporting;
    }
    await expect
      .poll(
        async () => {
          const held = await work(survivor);
          if (held) await done(survivor, held);
          return (await survivor.call("task_list", { plan: "p", limit: 0 })).plans[0]?.done;
        },
        { interval: 50 },
      )
      .toBe(true);
    for (const id of ids) expect(await fileAt(folder, BRANCH, `work/${id}.txt`)).toBe(`${id}\n`);
    await git(folder, "fsck", "--full", "--strict", "--no-dangling");
    const ends = logOf(graphOf(folder)).filter(({ type }) => type === "attempt.ended");
    const lost = ends.filter(({ data }) => data.outcome === "lost").length;
    console.log(`${lost} of 8 reports were lost with their process`);
  });
});
