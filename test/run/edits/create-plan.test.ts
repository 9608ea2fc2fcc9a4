import { describe, expect, it } from "vitest";
import {
  breakdown,
  idsOf,
  launchFor,
  put,
  report,
  repository,
  type TaskInput,
  task,
  tokenIn,
} from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

const FILE = "specs/example/03-tasks.json";

async function imported(tasks: readonly TaskInput[], policy: Readonly<Record<string, unknown>> = {}) {
  const folder = await repository({ [FILE]: breakdown(tasks) });
  const server = await ParallelServer.start(folder);
  const first = await server.call("plan_create", { plan: "p", from: FILE, policy });
  const again = (changed: readonly TaskInput[]) => {
    put(folder, { [FILE]: breakdown(changed) });
    return server.call("plan_create", { plan: "p", from: FILE });
  };
  const next = () => server.call("batch_next", { plan: "p" });
  const statusOf = async (id: string) => (await server.call("task_get", { task: `p/${id}` })).task.status;
  return { folder, server, first, again, next, statusOf, log: () => logOf(graphOf(folder)) };
}

describe("plan_create", () => {
  it("plan_create imports a breakdown by its file, by its folder, or by its folder's absolute path", async () => {
    const folder = await repository({ [FILE]: breakdown([task("1"), task("2")]) });
    const server = await ParallelServer.start(folder);
    for (const from of [FILE, "specs/example", `${folder}/specs/example`]) {
      const { created } = await server.call("plan_create", { plan: "p", from, dryRun: true });
      expect(created).toEqual(["1", "2"]);
    }
    expect(await server.call("task_list", {})).toMatchObject({ plans: [], tasks: [] });
    expect(logOf(graphOf(folder))).toEqual([]);
  });

  it("plan_create takes tasks in the call, in any order", async () => {
    const server = await ParallelServer.start(await repository());
    const tasks = [task("b", { dependencies: ["a"] }), task("a")];
    expect((await server.call("plan_create", { plan: "p", tasks })).created).toEqual(["b", "a"]);
    expect(idsOf((await server.call("batch_next", { plan: "p" })).launch)).toEqual(["a"]);
  });

  it("plan_create changes nothing the second time", async () => {
    const { first, again, log } = await imported([task("1"), task("2", { dependencies: ["1"] })]);
    expect(first).toMatchObject({ created: ["1", "2"], updated: [], unchanged: 0, removed: [] });
    const before = log();
    expect(await again([task("1"), task("2", { dependencies: ["1"] })])).toMatchObject({
      created: [],
      updated: [],
      unchanged: 2,
      removed: [],
    });
    expect(log()).toEqual(before);
  });

  it("plan_create says of a dry run on a plan that exists what it would change, and writes nothing", async () => {
    const { folder, server, log } = await imported([task("1"), task("2")]);
    put(folder, { [FILE]: breakdown([task("1", { subject: "Other" }), task("3")]) });
    const before = log();
    expect(await server.call("plan_create", { plan: "p", from: FILE, dryRun: true })).toMatchObject({
      created: ["3"],
      updated: ["1"],
      removed: ["2"],
    });
    expect(log()).toEqual(before);
  });
});

describe("importing a file again", () => {
  it("importing a file again keeps what a task waits for by the server's decision, but for what has failed", async () => {
    const tasks = [task("1"), task("2"), task("3")];
    const { server, again, next } = await imported(tasks, { retries: 2 });
    const { launch } = await next();
    await report(server, "p", launchFor(launch, "3"));
    for (const id of ["1", "2"]) {
      const fields = { outcome: "failed", summary: "Error: the table orders does not exist", evidence: [] };
      await report(server, "p", launchFor(launch, id), fields);
    }
    await again([task("1", { description: "Do it well." }), task("2"), task("3")]);
    const second = (await next()).launch;
    expect(idsOf(second)).toEqual(["recover-1"]);
    await report(server, "p", launchFor(second, "recover-1"), { outcome: "failed", evidence: [] });
    expect(idsOf((await next()).launch)).toEqual([]);
    await again([task("1", { description: "Do it otherwise." }), task("2"), task("3")]);
    expect(idsOf((await next()).launch)).toEqual(["1", "2"]);
  });

  it("importing a file again updates pending tasks, adds new ones, and cancels those that vanished", async () => {
    const { server, again, statusOf, next } = await imported([task("1"), task("2"), task("3")]);
    const changed = await again([task("1"), task("2", { dependencies: ["4"] }), task("4")]);
    expect(changed).toMatchObject({ created: ["4"], updated: ["2"], unchanged: 1, removed: ["3"] });
    expect(await statusOf("3")).toBe("cancelled");
    expect((await server.call("task_get", { task: "p/3" })).task.cause).toBe("removed");
    expect(idsOf((await next()).launch)).toEqual(["4", "1"]);
  });

  it("importing a file again revives a task that returns", async () => {
    const { again, statusOf } = await imported([task("1"), task("2")]);
    await again([task("1")]);
    expect(await again([task("1"), task("2")])).toMatchObject({ updated: ["2"], removed: [] });
    expect(await statusOf("2")).toBe("pending");
  });

  it("importing a file again leaves alone what was cancelled by a call, as long as the file says the same of it", async () => {
    const { server, again, statusOf } = await imported([task("1"), task("2")]);
    await server.call("task_update", { task: "p/2", status: "cancelled" });
    await again([task("1"), task("2")]);
    expect(await statusOf("2")).toBe("cancelled");
  });

  it("importing a file again never touches what is completed, and says so", async () => {
    const { server, again, statusOf, next } = await imported([task("1"), task("2")]);
    await report(server, "p", launchFor((await next()).launch, "1"));
    const changed = await again([task("1", { subject: "Something else" }), task("2")]);
    expect(changed.warnings.join()).toMatch(/1 is completed/);
    expect(changed.updated).toEqual([]);
    expect(await statusOf("1")).toBe("completed");
    expect((await server.call("task_get", { task: "p/1" })).task.subject).toBe("Do 1");
    await again([task("2")]);
    expect(await statusOf("1")).toBe("completed");
  });

  it("importing a file again reports what is running and leaves it alone, changed or removed", async () => {
    const { server, again, statusOf, next } = await imported([task("1"), task("2"), task("3")]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    const changed = await again([task("1", { writes: ["other.ts"] }), task("3")]);
    expect(changed).toMatchObject({ updated: [], removed: [] });
    expect(changed.warnings.join("\n")).toMatch(/1 is running.*\n.*2 is no longer in the file but running/);
    expect(await statusOf("1")).toBe("in_progress");
    expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
  });

  it("importing a file again does a failed task once more when its text was fixed", async () => {
    const { server, again, next } = await imported([task("1")], { retries: 0 });
    await report(server, "p", launchFor((await next()).launch, "1"), { outcome: "failed" });
    await again([task("1")]);
    expect((await next()).launch).toEqual([]);
    await again([task("1", { description: "Do it in another way." })]);
    expect(idsOf((await next()).launch)).toEqual(["1"]);
  });

  it("importing a file again keeps tasks that were added by a call", async () => {
    const { server, again, statusOf } = await imported([task("1")]);
    const { ids } = await server.call("task_create", {
      plan: "p",
      tasks: [
        { subject: "Fix it", dependencies: ["1"] },
        { subject: "And that", dependencies: ["+1"] },
      ],
    });
    expect(ids).toEqual(["+1", "+2"]);
    expect(await again([task("1")])).toMatchObject({ removed: [] });
    expect(await statusOf("+1")).toBe("pending");
  });

  it("importing a file again keeps the files that a blocked task was given", async () => {
    const { server, again, next } = await imported([task("1")]);
    await report(server, "p", launchFor((await next()).launch, "1"), {
      outcome: "blocked",
      blockedOn: { writes: ["src/more.ts"] },
    });
    await again([task("1")]);
    expect((await server.call("task_get", { task: "p/1" })).task.writes).toEqual(["src/1.ts", "src/more.ts"]);
  });

  it("importing a file again opens a stopped plan, and leaves a paused one paused", async () => {
    const { server, again } = await imported([task("1")]);
    await server.call("plan_update", { plan: "p", action: "stop" });
    await again([task("1")]);
    expect((await server.call("plan_update", { plan: "p" })).status).toBe("open");
    await server.call("plan_update", { plan: "p", action: "pause" });
    await again([task("1")]);
    expect((await server.call("plan_update", { plan: "p" })).status).toBe("paused");
  });
});
