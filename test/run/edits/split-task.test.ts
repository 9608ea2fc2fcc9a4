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
import { ParallelServer } from "../../support/parallel-server.ts";

const FILE = "specs/example/03-tasks.json";

interface SplitAnswer {
  readonly task: { readonly status: string; readonly cause: string };
  readonly parts: string[];
  readonly next: string;
}

async function planOf(tasks: readonly TaskInput[], policy: Readonly<Record<string, unknown>> = {}) {
  const folder = await repository({ [FILE]: breakdown(tasks) });
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", from: FILE, policy });
  const get = async (id: string) => (await server.call("task_get", { task: `p/${id}` })).task;
  return {
    folder,
    server,
    get,
    split: async (id: string, parts: readonly object[], fields: object = {}) =>
      (await server.call("task_update", {
        task: `p/${id}`,
        split: parts,
        ...fields,
      })) as unknown as SplitAnswer,
    refused: (id: string, parts: readonly object[], fields: object = {}) =>
      server.refused("task_update", { task: `p/${id}`, split: parts, ...fields }),
    next: async () => (await server.call("batch_next", { plan: "p" })).launch,
    again: async (changed: readonly TaskInput[]) => {
      put(folder, { [FILE]: breakdown(changed) });
      return server.call("plan_create", { plan: "p", from: FILE });
    },
    everything: async () =>
      JSON.stringify([
        await server.call("task_list", { plan: "p" }),
        ...(await Promise.all(tasks.map(({ id }) => server.call("task_get", { task: `p/${id}` })))),
      ]),
  };
}

const part = (fields: object = {}) => ({ subject: "A part", ...fields });

describe("splitting a task", () => {
  it("splitting a task cancels it with the cause, and its dependents wait for all parts", async () => {
    const { split, get, next, server } = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
    const answer = await split("1", [part({ writes: ["a.ts"] }), part({ writes: ["b.ts"] })]);
    expect(answer).toMatchObject({
      task: { status: "cancelled", cause: "split into 1.a, 1.b" },
      parts: ["p/1.a", "p/1.b"],
    });
    expect((await get("2")).dependencies).toEqual(["1.a", "1.b"]);
    const launch = await next();
    expect(idsOf(launch)).toEqual(["1.a", "1.b"]);
    await report(server, "p", launchFor(launch, "1.a"));
    expect(idsOf(await next())).toEqual(["1.b"]);
    await report(server, "p", launchFor(launch, "1.b"));
    expect(idsOf(await next())).toEqual(["2"]);
  });

  it("splitting a task gives the parts what the task waited for, unless they name their own", async () => {
    const { split, get } = await planOf([task("0"), task("1", { dependencies: ["0"] })]);
    await split("1", [part(), part({ id: "second", dependencies: ["1.a"] }), part({ dependencies: [] })]);
    expect((await get("1.a")).dependencies).toEqual(["0"]);
    expect((await get("second")).dependencies).toEqual(["1.a"]);
    expect((await get("1.c")).dependencies ?? []).toEqual([]);
  });

  it("splitting a task gives the parts the task's scope, unless they declare their own", async () => {
    const { split, get, next } = await planOf([task("1", { writes: ["src/**"] })]);
    await split("1", [part(), part(), part({ writes: ["docs/a.md"] })]);
    expect((await get("1.a")).writes).toEqual(["src/**"]);
    expect(idsOf(await next()).sort()).toEqual(["1.a", "1.c"]);
  });

  it("splitting a task tells the agents of the parts what they are parts of, and passes notes on", async () => {
    const { server, split, get } = await planOf([task("1", { subject: "Build the shed" })]);
    await server.call("task_update", { task: "p/1", note: "Mind the cat" });
    await split("1", [part(), part()]);
    expect((await get("1.b")).notes).toEqual([
      expect.stringContaining("p/1 (Build the shed)"),
      "Mind the cat",
    ]);
  });

  it("splitting a task splits a part again, and a failed task", async () => {
    const { split, get, server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })], {
      retries: 0,
    });
    await report(server, "p", launchFor(await next(), "1"), { outcome: "failed" });
    await split("1", [part(), part()]);
    await split("1.a", [part(), part()]);
    expect((await get("2")).dependencies).toEqual(["1.a.a", "1.a.b", "1.b"]);
    expect((await get("1.a.b")).notes?.join()).toContain("part of p/1.a");
  });

  it("splitting a task is not undone by sending the task back, which its parts would repeat", async () => {
    const { server, split, get } = await planOf([task("1")]);
    await split("1", [part(), part()]);
    const error = await server.refused("task_update", { task: "p/1", status: "pending" });
    expect(error).toMatchObject({ kind: "wrong_state", field: "status" });
    expect((await get("1")).status).toBe("cancelled");
  });

  it("splitting a task takes back an offer that nobody has taken up", async () => {
    const { server, split, next } = await planOf([task("1")]);
    const [offer] = await next();
    await split("1", [part(), part()]);
    expect(idsOf(await next())).toEqual(["1.a"]);
    const error = await server.refused("task_get", { task: "p/1", token: tokenIn(offer?.prompt ?? "") });
    expect(error.kind).toBe("refused_token");
  });

  it("splitting a task lets what needs only some of its dependencies wait for the part that waits for all others", async () => {
    const tasks = [task("1"), task("x"), task("2", { dependencies: ["1", "x"], needs: "any" })];
    const { refused, split, get, everything } = await planOf(tasks);
    const before = await everything();
    expect((await refused("1", [part(), part()])).message).toContain('2 needs "any"');
    expect(await everything()).toBe(before);
    await split("1", [part(), part({ dependencies: ["1.a"] })]);
    expect((await get("2")).dependencies).toEqual(["1.b", "x"]);
  });

  it("splitting a task gives a task that is added later and depends on the split one its parts", async () => {
    const { server, split, get } = await planOf([task("1")]);
    await split("1", [part(), part()]);
    await server.call("task_create", { plan: "p", tasks: [{ id: "z", subject: "z", dependencies: ["1"] }] });
    expect((await get("z")).dependencies).toEqual(["1.a", "1.b"]);
  });
});

describe("an agent that finds its task too large", () => {
  it("an agent that finds its task too large splits it with its token, ends its attempt, and frees the parts", async () => {
    const { server, split, get, next } = await planOf([
      task("1", { writes: ["src/**"] }),
      task("2", { dependencies: ["1"] }),
    ]);
    const token = tokenIn(launchFor(await next(), "1").prompt);
    await server.call("task_get", { task: "p/1", token });
    const answer = await split("1", [part({ writes: ["src/a.ts"] }), part({ writes: ["src/b.ts"] })], {
      token,
    });
    expect(answer.next).toContain("SPLIT p/1");
    const { attempts } = await server.call("task_get", { task: "p/1" });
    expect(attempts).toMatchObject([{ state: "ended", outcome: "cancelled" }]);
    expect((await get("1")).status).toBe("cancelled");
    expect(idsOf(await next())).toEqual(["1.a", "1.b"]);
    expect((await get("1.a")).notes?.join()).toContain("worked on it already");
    const refused = await server.refused("task_report", {
      task: "p/1",
      token,
      outcome: "completed",
      summary: "Done after all.",
      evidence: [{ inspected: "it" }],
    });
    expect(refused.kind).toBe("refused_token");
    expect((await get("1")).status).toBe("cancelled");
  });

  it("an agent that finds its task too large cannot split the task of another", async () => {
    const { refused, next, everything } = await planOf([task("1"), task("2")]);
    const launch = await next();
    const before = await everything();
    const error = await refused("2", [part(), part()], { token: tokenIn(launchFor(launch, "1").prompt) });
    expect(error).toMatchObject({ kind: "refused_token", field: "token" });
    expect(await everything()).toBe(before);
  });
});

describe("a split is refused", () => {
  it("a split is refused for a running task without its token, a completed one and one that was split", async () => {
    const { server, refused, split, next } = await planOf([task("1"), task("2"), task("3")]);
    const launch = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    await report(server, "p", launchFor(launch, "2"));
    await split("3", [part(), part()]);
    expect((await refused("1", [part(), part()])).message).toContain("p/1 is running");
    expect((await refused("2", [part(), part()])).message).toContain("p/2 is completed");
    expect((await refused("3", [part(), part()])).message).toContain("split into 3.a, 3.b");
  });

  it.each([
    ["one part", [part()], "split"],
    ["a part that depends on the task itself", [part(), part({ dependencies: ["1"] })], "split.dependencies"],
    [
      "a part that depends on nothing known",
      [part(), part({ dependencies: ["9"] })],
      "tasks[1].dependencies",
    ],
    [
      "a part that depends on what waits for the task",
      [part({ dependencies: ["2"] }), part()],
      "tasks[0].dependencies",
    ],
    [
      "parts that depend on each other",
      [part({ dependencies: ["1.b"] }), part({ dependencies: ["1.a"] })],
      "tasks[0].dependencies",
    ],
    ["the id of the task itself", [part({ id: "1" }), part()], "tasks[0].id"],
    ["the id of another task", [part({ id: "2" }), part()], "tasks[0].id"],
    ["an id with a comma", [part({ id: "a, b" }), part()], "split.id"],
    ["a part without a subject", [part(), {}], "tasks[1].subject"],
  ])("a split is refused for %s, and changes nothing", async (_what, parts, field) => {
    const { refused, everything } = await planOf([task("0"), task("1"), task("2", { dependencies: ["1"] })]);
    const before = await everything();
    expect((await refused("1", parts)).field).toBe(field);
    expect(await everything()).toBe(before);
  });

  it("a split is refused together with any other change", async () => {
    const { refused } = await planOf([task("1")]);
    expect((await refused("1", [part(), part()], { status: "pending" })).field).toBe("status");
  });
});

describe("importing the file again after a split", () => {
  it("importing the file again after a split keeps the split, its parts, and those that wait for the parts", async () => {
    const tasks = [task("1"), task("2", { dependencies: ["1"] })];
    const { split, get, again } = await planOf(tasks);
    await split("1", [part(), part()]);
    expect(await again(tasks)).toMatchObject({ updated: [], removed: [], warnings: [] });
    const changed = [
      task("1", { subject: "Other" }),
      task("2", { dependencies: ["1"], size: "small" }),
      task("3", { dependencies: ["1"] }),
    ];
    const result = await again(changed);
    expect(result).toMatchObject({ created: ["3"], updated: ["2"], removed: [] });
    expect(result.warnings).toEqual([expect.stringContaining("1 was split into 1.a, 1.b and stays so")]);
    expect((await get("1")).status).toBe("cancelled");
    expect((await get("1.a")).status).toBe("pending");
    expect((await get("2")).dependencies).toEqual(["1.a", "1.b"]);
    expect((await get("3")).dependencies).toEqual(["1.a", "1.b"]);
  });

  it("importing the file again after a split refuses dependencies that would close a cycle through a part", async () => {
    const { split, again, server } = await planOf([task("1"), task("2")]);
    await split("1", [part({ dependencies: ["2"] }), part()]);
    await expect(again([task("1"), task("2", { dependencies: ["1"] })])).rejects.toThrow(/cycle: .*1\.a/);
    expect((await server.call("task_get", { task: "p/2" })).task.dependencies ?? []).toEqual([]);
  });
});
