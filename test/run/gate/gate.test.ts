import { describe, expect, it, vi } from "vitest";
import { put } from "../../support/checkout.ts";
import { graphOf, tamper } from "../../support/graph-file.ts";
import { isLong } from "../../support/long-tests.ts";
import { type Claimed, claim, claimNow, read, worktreesOf } from "../../support/worktrees.ts";
import { GATE, GatedPlan, isolated } from "./gated-plan.ts";

/** Red where both files are there and nobody has written what they need together. */
const RED_TOGETHER =
  'if [ -e a.txt ] && [ -e b.txt ] && [ ! -e both.txt ]; then echo "a and b disagree"; exit 3; fi';

/** All places take minutes. The rules behind are tried at every place in `test/policy/gate`. */
const PLACES = isLong ? [1, 2, 3, 4, 5, 6, 7, 8] : [6];

const GATE_PASSED = { criterion: "1", command: GATE, exitCode: 0, result: "fine" };

describe("a gate", () => {
  it("two tasks that are green alone and red together: dependents wait, the repair is offered, and the branch is never red", async () => {
    const plan = await GatedPlan.make({
      rule: RED_TOGETHER,
      tasks: [isolated("a"), isolated("b"), isolated("after", { dependencies: ["a", "b"] })],
    });
    const { server, folder } = plan;
    plan.hold();
    await plan.work("a");
    const b = await plan.work("b");
    // The report of b was answered while the gate still runs.
    expect(await plan.status("b")).toBe("in_progress");
    expect(await claim(server, "p", "after")).toBeUndefined();
    plan.release();
    await plan.untilLogged("work.conflicted");
    expect(await plan.status("b")).toBe("completed");
    expect(await claim(server, "p", "after")).toBeUndefined();
    const repair = await claimNow(server, "p", "b-repair");
    expect(repair.brief).toContain(`p/b "Do b", which reported "p/b is done."`);
    expect(repair.brief).toContain(`p/a "Do a", which reported "p/a is done."`);
    expect(repair.brief).toContain("> a and b disagree");
    expect(repair.brief).toContain("exit code 3");
    expect([read(repair.folder, "a.txt"), read(repair.folder, "b.txt")]).toEqual(["a\n", "b\n"]);
    const { task } = await server.call("task_get", { task: "p/b-repair" });
    expect(task.writes).toEqual(["a.txt", "b.txt"]);
    put(repair.folder, { "both.txt": "agreed\n" });
    await plan.report(repair, GATE_PASSED);
    await plan.untilStatus("b-repair", "completed");
    const after = await claimNow(server, "p", "after");
    expect(["a.txt", "b.txt", "both.txt"].map((file) => read(after.folder, file) !== undefined)).toEqual([
      true,
      true,
      true,
    ]);
    expect(await plan.redOnes()).toEqual([]);
    expect((await plan.stoodAt()).length).toBeGreaterThanOrEqual(3);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**b** was red at the gate with the work of **a**: solved by **b-repair**");
    expect(report).toContain(`\`${GATE}\`: `);
    // Its runs use one worktree after the other, or those that tasks have left.
    expect((await worktreesOf(folder)).filter((path) => path.includes("gate.")).length).toBeLessThan(2);
    expect(b.folder).not.toBe("");
  });

  it.each(PLACES)(
    "of eight waiting merges with the bad one at place %i names it after 4 runs and lands the others after 6",
    async (bad) => {
      const ids = ["1", "2", "3", "4", "5", "6", "7", "8"];
      const plan = await GatedPlan.make({ rule: "[ ! -e bad.txt ]", tasks: ids.map((id) => isolated(id)) });
      plan.hold();
      for (const id of ids) await plan.work(id, { [id === `${bad}` ? "bad.txt" : `${id}.txt`]: id });
      plan.release();
      await plan.untilLogged("work.conflicted");
      await plan.untilLogged("work.merged", 7);
      const runs = plan.runs;
      expect(runs[0]).toEqual({ merges: 0, verdict: "green", reason: "base" });
      const upTo = (seq: number) => plan.log("gate.ended").filter((line) => line.seq < seq).length - 1;
      const [suspected, ...others] = plan.log("gate.suspected");
      expect([suspected?.task, others]).toEqual([`${bad}`, []]);
      expect(upTo(suspected?.seq ?? 0)).toBeLessThanOrEqual(4);
      expect(upTo(plan.log("work.merged").at(-1)?.seq ?? 0)).toBeLessThanOrEqual(6);
      expect(plan.log("work.conflicted").map(({ task }) => task)).toEqual([`${bad}`]);
      expect(await plan.redOnes()).toEqual([]);
    },
  );

  it.each([
    ["first", 0],
    ["second", 1],
  ])(
    "that is red without a cause, from the %s run on at every other one, blames nobody and says that it is flaky",
    async (_, phase) => {
      const ids = ["1", "2", "3"];
      const rule = `n=$(cat "$COUNT" 2>&- || echo 0); echo $((n + 1)) > "$COUNT"; [ $((n % 2)) != ${phase} ]`;
      const plan = await GatedPlan.make({ rule, tasks: ids.map((id) => isolated(id)) });
      plan.hold();
      for (const id of ids) await plan.work(id);
      plan.release();
      await plan.untilLogged("work.merged", 3);
      for (const id of ids) await plan.untilStatus(id, "completed");
      expect(plan.log("work.conflicted")).toEqual([]);
      const { report } = await plan.server.call("plan_report", { plan: "p" });
      expect(report).toContain("**Flaky**: red and green on the same commit");
      expect(report).toContain("it is flaky, and nobody is blamed for that");
      const green = new Set(
        plan.log("gate.started").flatMap(({ data }) => {
          const isGreen = plan
            .log("gate.ended")
            .some((end) => end.data.run === data.run && end.data.verdict === "green");
          return isGreen ? [data.commit] : [];
        }),
      );
      expect((await plan.stoodAt()).filter((commit) => !green.has(commit))).toEqual([]);
    },
  );

  it("that is red from the start is run twice on the branch itself, blames nobody, and the plan waits for the user", async () => {
    const plan = await GatedPlan.make({
      rule: "echo no such database; exit 1",
      tasks: [isolated("a"), isolated("b")],
    });
    const { server } = plan;
    plan.hold();
    await plan.work("a");
    await plan.work("b");
    plan.release();
    const [paused] = await plan.untilLogged("plan.status");
    expect(paused?.data).toMatchObject({ status: "paused" });
    expect(paused?.data.cause).toContain("the gate is red on the plan's branch itself");
    expect(plan.runs.slice(0, 2)).toEqual([
      { merges: 0, verdict: "red", reason: "base" },
      { merges: 0, verdict: "red", reason: "again" },
    ]);
    expect([plan.log("work.conflicted"), plan.log("gate.suspected"), plan.log("work.merged")]).toEqual([
      [],
      [],
      [],
    ]);
    expect((await plan.stoodAt()).length).toBe(1);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**Red on the branch itself**");
    // Without the gate, what waits lands.
    await server.call("plan_update", { plan: "p", policy: { gate: "" }, action: "resume" });
    await plan.untilStatus("a", "completed");
    await plan.untilStatus("b", "completed");
  });

  it("that is red from the start is made green by the merge that repairs it, and then judges the others", async () => {
    const plan = await GatedPlan.make({
      rule: "[ -e repaired.txt ] && [ ! -e bad.txt ]",
      tasks: [isolated("1"), isolated("2"), isolated("3")],
    });
    plan.hold();
    await plan.work("1", { "bad.txt": "" });
    await plan.work("2", { "repaired.txt": "" });
    await plan.work("3");
    plan.release();
    await plan.untilLogged("work.conflicted");
    await plan.untilLogged("work.merged", 2);
    expect(plan.log("work.conflicted").map(({ task }) => task)).toEqual(["1"]);
    expect((await plan.redOnes()).length).toBe(1);
  });

  it("that the user has not approved is not run, nothing is merged, and the plan says how to approve it", async () => {
    const plan = await GatedPlan.make({ rule: "exit 0", tasks: [isolated("a")], approved: false });
    await plan.work("a");
    const [paused] = await plan.untilLogged("plan.status");
    expect(paused?.data.cause).toContain("the user can approve it with parallel-tasks approve p");
    expect([plan.ran, plan.log("work.merged")]).toEqual([[], []]);
    plan.approve();
    await plan.server.call("plan_update", { plan: "p", action: "resume" });
    await plan.untilStatus("a", "completed");
    expect(plan.ran.length).toBe(2);
  });

  it("what conflicts with another waiting merge is left for later, and the others are tested without it", async () => {
    const tasks = ["1", "2", "3"].map((id) => isolated(id, { writes: undefined }));
    const plan = await GatedPlan.make({ rule: "exit 0", tasks });
    const all: Claimed[] = [];
    for (const id of ["1", "2", "3"]) all.push(await claimNow(plan.server, "p", id));
    plan.hold();
    for (const claimed of all) {
      put(claimed.folder, { [claimed.id === "3" ? "3.txt" : "same.txt"]: claimed.id });
      await plan.report(claimed);
    }
    plan.release();
    await plan.untilLogged("work.conflicted");
    await plan.untilLogged("work.merged", 2);
    expect(plan.runs).toEqual([
      { merges: 0, verdict: "green", reason: "base" },
      { merges: 2, verdict: "green", reason: "merges" },
    ]);
    expect(plan.log("work.conflicted")[0]?.data).toMatchObject({ mergeTask: "2-merge", files: ["same.txt"] });
  });

  it("names the work that is red by itself, when it knew all that was there", async () => {
    const plan = await GatedPlan.make({ rule: "[ ! -e bad.txt ]", tasks: [isolated("a")] });
    await plan.work("a", { "bad.txt": "" });
    await plan.untilLogged("work.conflicted");
    const { brief } = await claimNow(plan.server, "p", "a-repair");
    expect(brief).toContain("what fails is in its own work");
    expect(plan.runs.map(({ verdict }) => verdict)).toEqual(["green", "red", "red"]);
  });

  it("a repair that stays red is repaired three times, and then the task fails", async () => {
    const plan = await GatedPlan.make({ rule: "[ ! -e bad.txt ]", tasks: [isolated("a", { retries: 0 })] });
    await plan.work("a", { "bad.txt": "" });
    const repairs = ["a-repair", "a-repair-repair", "a-repair-repair-repair"];
    for (const [i, id] of repairs.entries()) {
      await plan.untilLogged("work.conflicted", i + 1);
      const repair = await claimNow(plan.server, "p", id);
      put(repair.folder, { [`try${i}.txt`]: "" });
      await plan.report(repair, GATE_PASSED);
    }
    await plan.untilLogged("attempt.ended", 4);
    const ends = plan.log("attempt.ended").map(({ data }) => data.outcome);
    expect(ends).toEqual(["completed", "completed", "completed", "failed"]);
    expect(plan.log("work.conflicted").length).toBe(3);
    expect(await plan.redOnes()).toEqual([]);
  });

  it("whose server was killed while it ran is ended and run again by the next one, and what it left is removed", async () => {
    const plan = await GatedPlan.make({ rule: "exit 0", tasks: [isolated("a")], ownParent: true });
    plan.hold();
    await plan.work("a");
    await plan.untilLogged("gate.started");
    await vi.waitFor(() => expect(plan.ran).toHaveLength(1), { timeout: 60_000 });
    const [left = ""] = (await worktreesOf(plan.folder)).filter((path) => path.includes("gate."));
    put(left, { "left.txt": "" });
    await plan.server.killOwner();
    // A server that is killed writes no end.
    tamper(graphOf(plan.folder), "delete from events where type = 'gate.ended'");
    plan.release();
    await plan.startAgain();
    await plan.server.call("task_list", { plan: "p" });
    await plan.untilStatus("a", "completed");
    expect(plan.log("gate.ended").map(({ data }) => [data.run, data.verdict, data.why])).toEqual([
      [1, "none", "its server ended"],
      [2, "green", undefined],
      [3, "green", undefined],
    ]);
    expect(read(left, "left.txt")).toBeUndefined();
  });
});
