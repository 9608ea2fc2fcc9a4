import { expect, it } from "vitest";
import { breakdown, report, repository, task, tokenIn } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

/** A long chain among short tasks, two of which share a file. */
const TASKS = [
  task("1", { estimateMinutes: 2 }),
  task("2", { estimateMinutes: 3, writes: ["src/shared.ts"] }),
  task("3", { estimateMinutes: 4, writes: ["src/shared.ts"] }),
  task("4", { estimateMinutes: 9 }),
  task("5", { estimateMinutes: 9, dependencies: ["4"] }),
  task("6", { estimateMinutes: 2 }),
  task("7", { estimateMinutes: 1, dependencies: ["1"] }),
  task("8", { estimateMinutes: 5, dependencies: ["2"] }),
  task("9", { estimateMinutes: 5, dependencies: ["5", "7"] }),
];
const CAP = 3;

interface Started {
  readonly task: string;
  readonly prompt: string;
}

/** What starts, round by round, when of each round the first two are completed before the next begins. */
async function rounds(start: (server: ParallelServer, free: number) => Promise<readonly Started[]>) {
  const folder = await repository({ "specs/example/03-tasks.json": breakdown(TASKS) });
  const server = await ParallelServer.start(folder, { env: { PARALLEL_MAX_PARALLEL: String(CAP) } });
  await server.call("plan_create", { plan: "p", from: "specs/example" });
  const seen: string[][] = [];
  let running: Started[] = [];
  do {
    const started = await start(server, CAP - running.length);
    seen.push(started.map((one) => one.task));
    running.push(...started);
    for (const one of running.slice(0, 2)) await report(server, "p", one);
    running = running.slice(2);
  } while (running.length > 0 || seen.flat().length < TASKS.length);
  return seen;
}

it("a worker that pulls one task at a time gets what a burst would start, in the same order", async () => {
  const bursts = await rounds(async (server) => {
    const { launch } = await server.call("batch_next", { plan: "p" });
    for (const { task, prompt } of launch)
      await server.call("task_get", { task: `p/${task}`, token: tokenIn(prompt) });
    return launch;
  });
  const pulled = await rounds(async (server, free) => {
    const claims: Started[] = [];
    while (claims.length < free) {
      const { claim } = await server.call("task_claim", { plan: "p", worker: "w" });
      if (!claim) break;
      claims.push({ task: claim.task.replace("p/", ""), prompt: claim.token });
    }
    return claims;
  });
  expect(pulled).toEqual(bursts);
  expect(bursts.flat().sort()).toEqual(TASKS.map(({ id }) => id));
  expect(bursts.length).toBeGreaterThan(3);
});
