import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, repository, task, tokenIn } from "./checkout.ts";
import { graphOf, integrityOf, type LogLine, logOf } from "./graph-file.ts";
import { type KnownTask, mostLiveAtOnce, violationsOf } from "./log-checker.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";

/** Whether a process is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("four processes that race for sixty tasks", () => {
  const CAP = 3;
  const tasks: KnownTask[] = Array.from({ length: 60 }, (_, n) => ({
    id: String(n),
    // Eight files for sixty tasks: most pairs of neighbours clash.
    writes: [`src/${n % 8}.ts`, ...(n % 5 === 0 ? [`src/${(n * 3 + 1) % 8}.ts`] : [])],
    dependencies: n < 8 ? [] : [String(n - 8), ...(n % 7 === 0 ? [String(n - 5)] : [])],
  }));

  it("finish the plan without ever breaking an invariant", async () => {
    const folder = await repository();
    const first = await ParallelServer.start(folder, { ownParent: true });
    await first.call("plan_create", {
      plan: "p",
      tasks: tasks.map(({ id, ...fields }) => task(id, fields)),
      policy: { maxParallel: CAP, retries: 10 },
    });
    const others = await Promise.all([1, 2, 3].map(() => ParallelServer.start(folder, { ownParent: true })));
    const servers = [first, ...others];
    const refused: string[] = [];
    let calls = 0;
    await Promise.all(
      servers.map(async (server, nth) => {
        for (let turn = 0; ; turn++) {
          calls += 1;
          if (nth % 2 === 0) {
            const { launch, done } = await server.call("batch_next", { plan: "p", max: 2 });
            if (done) return;
            await Promise.all(
              launch.map(async (item) => {
                // Every fifth attempt fails once, so that retries race as well: each for a cause of its own.
                const cause = String.fromCodePoint(0x4e00 + Number(item.task));
                const fails = (turn + Number(item.task)) % 5 === 0;
                const failed = fails ? { outcome: "failed", summary: cause } : {};
                calls += 1;
                await report(server, "p", item, failed).catch((error) => refused.push(String(error)));
              }),
            );
          } else {
            const { claim, done } = await server.call("task_claim", { plan: "p", worker: `w${nth}` });
            if (done) return;
            if (claim) {
              calls += 1;
              const [, id = ""] = claim.task.split("/");
              await report(server, "p", { task: id, prompt: claim.token });
            }
          }
        }
      }),
    );
    const log = logOf(graphOf(folder));
    expect(violationsOf(log, tasks, CAP)).toEqual([]);
    expect(refused).toEqual([]);
    expect((await first.call("task_list", { plan: "p", limit: 0 })).plans).toMatchObject([
      { done: true, counts: { completed: 60 } },
    ]);
    expect(integrityOf(graphOf(folder))).toBe("ok");
    const most = mostLiveAtOnce(log);
    console.log(`${calls} calls of 4 processes, ${log.length} events, at most ${most} claims at once`);
    expect(most).toBe(CAP);
  });

  it("would be found out: the checker sees each kind of violation", () => {
    const offered = (seq: number, id: string, attempt: number): LogLine => ({
      seq,
      atMs: seq,
      planId: 1,
      task: id,
      attempt,
      type: "claim.offered",
      data: {},
    });
    const line = (seq: number, id: string, attempt: number | null, type: string, data = {}): LogLine => ({
      ...offered(seq, id, 0),
      attempt,
      type,
      data,
    });
    const some: KnownTask[] = [
      { id: "a", dependencies: [], writes: ["x"] },
      { id: "b", dependencies: [], writes: ["x"] },
      { id: "c", dependencies: ["a"], writes: ["y"] },
    ];
    expect(violationsOf([offered(1, "a", 1), offered(2, "a", 2)], some, 5).join()).toMatch(/claimed twice/);
    expect(violationsOf([offered(1, "a", 1), offered(2, "b", 2)], some, 5).join()).toMatch(
      /b clashes with a/,
    );
    expect(violationsOf([offered(1, "c", 1)], some, 5).join()).toMatch(/before a/);
    expect(violationsOf([offered(1, "a", 1), offered(2, "b", 2)], some, 1).join()).toMatch(/above the cap/);
    const completed = line(1, "a", null, "task.status", { status: "completed" });
    expect(violationsOf([completed, offered(2, "a", 2)], some, 5).join()).toMatch(/after it completed/);
    const lost = line(2, "a", 1, "attempt.ended", { drainsUntilMs: 10 });
    expect(violationsOf([offered(1, "a", 1), lost, offered(3, "b", 2)], some, 5).join()).toMatch(/clashes/);
    expect(violationsOf([line(1, "a", 1, "attempt.ended")], some, 5).join()).toMatch(/without being live/);
    const reviewed: KnownTask[] = [
      { id: "a", dependencies: [], writes: [], review: true },
      { id: "b", dependencies: ["a"], writes: [] },
    ];
    const review = (seq: number, round: number) =>
      line(seq, `r${round}`, null, "task.created", {
        definition: {
          dependencies: ["a"],
          origin: "server",
          extra: { purpose: { kind: "review", of: "a", round } },
        },
      });
    const judged = (seq: number, outcome: string, report: object) =>
      line(seq, "r1", 1, "attempt.ended", { outcome, report });
    const first = [completed, review(2, 1), offered(3, "r1", 1)];
    const of = (...more: LogLine[]) => violationsOf([...first, ...more], reviewed, 5).join();
    expect(of(judged(4, "completed", { verdict: "accepted" }), offered(5, "b", 2))).toBe("");
    expect(of(judged(4, "completed", { verdict: "rejected" }), offered(5, "b", 2))).toMatch(
      /before a is accepted/,
    );
    expect(of(judged(4, "failed", { verdict: "rejected" }))).toMatch(/has a verdict and is failed/);
    expect(of(judged(4, "completed", {}))).toMatch(/without a verdict/);
    expect(of(review(4, 4))).toMatch(/a is reviewed for the 4th time/);
  });
});

describe("when the owner of claims is killed", () => {
  async function orphaned() {
    const folder = await repository();
    const doomed = await ParallelServer.start(folder, { ownParent: true });
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1"] })];
    await doomed.call("plan_create", { plan: "p", tasks, policy: { maxParallel: 2 } });
    const { launch } = await doomed.call("batch_next", { plan: "p" });
    await doomed.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    return { folder, doomed, launch };
  }

  it("again and again, a task that was in the middle each time has not failed by that", async () => {
    const { folder, doomed } = await orphaned();
    doomed.kill("owner");
    for (let n = 1; n <= 3; n++) {
      const next = await ParallelServer.start(folder, { ownParent: true });
      const { launch } = await next.call("batch_next", { plan: "p" });
      await next.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
      next.kill("owner");
      await expect.poll(() => isAlive(next.ownerPid)).toBe(false);
    }
    const last = await ParallelServer.start(folder);
    const { launch } = await last.call("batch_next", { plan: "p" });
    expect((await last.call("task_get", { task: "p/1" })).attempts).toHaveLength(4);
    expect((await report(last, "p", launchFor(launch, "1"))).status).toBe("completed");
  });

  it("another process is offered its tasks at once, running and merely offered ones", async () => {
    const { folder, doomed, launch } = await orphaned();
    const other = await ParallelServer.start(folder);
    expect((await other.call("batch_next", { plan: "p" })).launch).toEqual([]);
    doomed.kill("owner");
    await expect.poll(() => isAlive(doomed.ownerPid)).toBe(false);
    const began = performance.now();
    const offered = await other.call("batch_next", { plan: "p" });
    console.log(`offered again ${Math.round(performance.now() - began)} ms after the owner's death`);
    expect(idsOf(offered.launch)).toEqual(["1", "2"]);
    expect(tokenIn(launchFor(offered.launch, "1").prompt)).not.toBe(tokenIn(launchFor(launch, "1").prompt));
    expect((await other.call("task_get", { task: "p/1" })).attempts).toMatchObject([{ outcome: "lost" }]);
    expect((await other.call("task_get", { task: "p/2" })).attempts).toEqual([]);
    await expect(report(other, "p", launchFor(launch, "1"))).rejects.toThrow(/refused/);
  });

  it("a process that waits learns of it without being asked again", async () => {
    const { folder, doomed } = await orphaned();
    const other = await ParallelServer.start(folder);
    await other.call("task_list", {});
    const waiting = other.call("batch_collect", { plan: "p", waitSeconds: 20 });
    await pause(300);
    doomed.kill("owner");
    expect((await waiting).ended).toMatchObject([{ task: "1", outcome: "lost" }]);
  });

  it("a session in another worktree of the repository is offered its tasks as well", async () => {
    const { folder, doomed } = await orphaned();
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    const other = await ParallelServer.start(worktree);
    doomed.kill("owner");
    await expect.poll(() => isAlive(doomed.ownerPid)).toBe(false);
    expect(idsOf((await other.call("batch_next", { plan: "p" })).launch)).toEqual(["1", "2"]);
  });

  it("and its folder was renamed, a new session is offered its tasks as well", async () => {
    const { folder, doomed } = await orphaned();
    doomed.kill("owner");
    await expect.poll(() => isAlive(doomed.ownerPid)).toBe(false);
    const renamed = join(temporaryFolder(), "renamed");
    cpSync(folder, renamed, { recursive: true });
    const other = await ParallelServer.start(renamed);
    expect(idsOf((await other.call("batch_next", { plan: "p" })).launch)).toEqual(["1", "2"]);
  });
});

describe("a server", () => {
  it("that is killed and started again by the same client goes on with its claims", async () => {
    const folder = await repository();
    const first = await ParallelServer.start(folder);
    await first.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    const { launch } = await first.call("batch_next", { plan: "p" });
    await first.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    first.kill();
    const again = await ParallelServer.start(folder);
    const reoffered = await again.call("batch_next", { plan: "p" });
    expect(reoffered.launch).toEqual([launchFor(launch, "2")]);
    expect(reoffered.counts.running).toBe(2);
    expect((await report(again, "p", launchFor(launch, "1"))).status).toBe("completed");
  });

  it("ends with its input, also while a call waits, and leaves no process behind", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder, { ownParent: true });
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("batch_next", { plan: "p" });
    const waiting = server.call("batch_collect", { plan: "p", waitSeconds: 60 }).catch(() => "ended");
    await pause(200);
    await server.close();
    expect(await waiting).toBe("ended");
    await expect.poll(() => [server.pid, server.ownerPid].filter(isAlive), { timeout: 2_000 }).toEqual([]);
    expect(integrityOf(graphOf(folder))).toBe("ok");
  });
});
