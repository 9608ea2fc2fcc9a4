import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BundledServer } from "../support/bundled-server.ts";
import { idsOf, launchFor, report, repository, task, tokenIn } from "../support/checkout.ts";
import { graphOf, integrityOf, logOf } from "../support/graph-file.ts";
import { type KnownTask, mostLiveAtOnce, violationsOf } from "../support/log-checker.ts";

/** Whether a process is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A call that waits for the plan, and the moment at which the server has said that it does. */
function waitingCall(server: BundledServer): [Promise<unknown>, Promise<void>] {
  let hasBegun = () => {};
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const waiting = server.call("batch_collect", { plan: "p", waitSeconds: 600 }, { onProgress: hasBegun });
  return [waiting, begun];
}

/** Processor time of a process so far. Linux counts it in ticks of 10 ms. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

describe("four processes that race for sixty tasks", () => {
  const CAP = 3;
  const tasks: KnownTask[] = Array.from({ length: 60 }, (_, n) => ({
    id: String(n),
    // Eight files for sixty tasks: most pairs of neighbours clash.
    writes: [`src/${n % 8}.ts`, ...(n % 5 === 0 ? [`src/${(n * 3 + 1) % 8}.ts`] : [])],
    dependencies: n < 8 ? [] : [String(n - 8), ...(n % 7 === 0 ? [String(n - 5)] : [])],
  }));

  it("four processes that race for sixty tasks finish the plan without ever breaking an invariant", async () => {
    const folder = await repository();
    const first = await BundledServer.start(folder, { ownParent: true });
    await first.call("plan_create", {
      plan: "p",
      tasks: tasks.map(({ id, ...fields }) => task(id, fields)),
      policy: { maxParallel: CAP, retries: 10 },
    });
    const others = await Promise.all([1, 2, 3].map(() => BundledServer.start(folder, { ownParent: true })));
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
});

describe("a server process", () => {
  it("a server process that is killed and started again by the same client goes on with its claims", async () => {
    const folder = await repository();
    const first = await BundledServer.start(folder);
    await first.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    const { launch } = await first.call("batch_next", { plan: "p" });
    await first.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    first.kill();
    const again = await BundledServer.start(folder);
    const reoffered = await again.call("batch_next", { plan: "p" });
    expect(idsOf(reoffered.launch)).toEqual(["2"]);
    expect(reoffered.counts.running).toBe(2);
    expect((await report(again, "p", launchFor(launch, "1"))).status).toBe("completed");
    // Nobody has kept the token of the offer: the task is offered with a new one, and the old one is dead.
    const old = { task: "p/2", token: tokenIn(launchFor(launch, "2").prompt) };
    expect(await again.refused("task_get", old)).toMatchObject({ kind: "refused_token", field: "token" });
    expect((await report(again, "p", launchFor(reoffered.launch, "2"))).status).toBe("completed");
  });

  it("two server processes of one client never get the same offers", async () => {
    const folder = await repository();
    const [one, other] = await Promise.all([BundledServer.start(folder), BundledServer.start(folder)]);
    await one.call("plan_create", { plan: "p", tasks: ["1", "2", "3", "4"].map((id) => task(id)) });
    const first = await one.call("batch_next", { plan: "p", max: 2 });
    const second = await other.call("batch_next", { plan: "p" });
    expect([...idsOf(first.launch), ...idsOf(second.launch)].sort()).toEqual(["1", "2", "3", "4"]);
    expect((await one.call("batch_next", { plan: "p" })).launch).toEqual(first.launch);
    expect((await other.call("batch_next", { plan: "p" })).launch).toEqual(second.launch);
  });

  it("a server process ends with its input, also while a call waits, and leaves no process behind", async () => {
    const folder = await repository();
    const server = await BundledServer.start(folder, { ownParent: true });
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("batch_next", { plan: "p" });
    const [waiting, hasBegun] = waitingCall(server);
    const ended = waiting.catch(() => "ended");
    await hasBegun;
    await server.close();
    await ended;
    await expect.poll(() => [server.pid, server.ownerPid].filter(isAlive)).toEqual([]);
    expect(integrityOf(graphOf(folder))).toBe("ok");
  });

  it.runIf(process.platform === "linux")(
    "a server process uses next to no processor time while a call waits",
    async () => {
      const server = await BundledServer.start(await repository());
      await server.call("plan_create", { plan: "p", tasks: [task("1")] });
      const { launch } = await server.call("batch_next", { plan: "p" });
      await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
      const [waiting, hasBegun] = waitingCall(server);
      await hasBegun;
      const before = processorMs(server.pid);
      await pause(2_000);
      const share = (processorMs(server.pid) - before) / 2_000;
      await report(server, "p", launchFor(launch, "1"));
      await waiting;
      console.log(`a waiting server used ${(share * 100).toFixed(1)} % of a processor`);
      expect(share).toBeLessThan(0.2);
    },
  );
});
