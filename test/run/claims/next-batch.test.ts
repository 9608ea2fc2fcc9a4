import { describe, expect, it } from "vitest";
import { breakdown, idsOf, launchFor, put, report, repository, task } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { planOf } from "../../support/plan-of.ts";

describe("batch_next", () => {
  it("batch_next offers nothing before its dependencies completed", async () => {
    const { server, next } = await planOf([
      task("1"),
      task("2", { dependencies: ["1"] }),
      task("3", { dependencies: ["1", "2"] }),
    ]);
    const first = await next();
    expect(idsOf(first.launch)).toEqual(["1"]);
    expect(await next()).toMatchObject({ launch: first.launch });
    await report(server, "p", launchFor(first.launch, "1"));
    const second = await next();
    expect(idsOf(second.launch)).toEqual(["2"]);
    await report(server, "p", launchFor(second.launch, "2"));
    const third = await next();
    expect(idsOf(third.launch)).toEqual(["3"]);
    expect(third.done).not.toBe(true);
    await report(server, "p", launchFor(third.launch, "3"));
    expect(await next()).toMatchObject({ launch: [], done: true });
  });

  it("batch_next offers tasks by what each needs of its dependencies", async () => {
    const { server, next } = await planOf(
      [
        task("1"),
        task("2"),
        task("3"),
        task("any", { dependencies: ["1", "2"], needs: "any" }),
        task("two", { dependencies: ["1", "2", "3"], needs: { atLeast: 2 } }),
        task("settled", { dependencies: ["1", "2", "3"], needs: "settled" }),
      ],
      { retries: 0 },
    );
    const { launch } = await next();
    expect(idsOf(launch).sort()).toEqual(["1", "2", "3"]);
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    expect((await next()).launch.map((item) => item.task).filter((id) => id.length > 1)).toEqual([]);
    await report(server, "p", launchFor(launch, "2"));
    expect(idsOf((await next()).launch)).toContain("any");
    await report(server, "p", launchFor(launch, "3"));
    expect(idsOf((await next()).launch)).toEqual(expect.arrayContaining(["two", "settled"]));
  });

  it("batch_next offers the longest chain first, the same each time", async () => {
    const tasks = [
      task("short", { size: "small" }),
      task("long", { size: "small" }),
      task("after", { size: "xl", dependencies: ["long"] }),
      task("large", { size: "large" }),
    ];
    const { next } = await planOf(tasks, { maxParallel: 2 });
    expect(idsOf((await next()).launch)).toEqual(["long", "large"]);
  });

  it("batch_next offers up to the cap, and again as soon as one has ended", async () => {
    const { server, next } = await planOf(
      [1, 2, 3, 4, 5].map((n) => task(String(n))),
      { maxParallel: 2 },
    );
    const { launch, counts } = await next();
    expect(idsOf(launch)).toEqual(["1", "2"]);
    expect(counts).toMatchObject({ total: 5, running: 2 });
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await next()).launch)).toEqual(["2", "3"]);
  });

  it("batch_next offers no more than the user's setting allows, whatever the plan says", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder, { env: { PARALLEL_MAX_PARALLEL: "2" } });
    const { warnings } = await server.call("plan_create", {
      plan: "p",
      tasks: [1, 2, 3].map((n) => task(String(n))),
      policy: { maxParallel: 9 },
    });
    expect(warnings.join()).toMatch(/maxParallel stays 2/);
    expect((await server.call("batch_next", { plan: "p" })).launch).toHaveLength(2);
  });

  it("batch_next offers no more at once than max says", async () => {
    const { next } = await planOf([1, 2, 3].map((n) => task(String(n))));
    expect(idsOf((await next({ max: 1 })).launch)).toEqual(["1"]);
    expect(idsOf((await next()).launch)).toEqual(["1", "2", "3"]);
    expect(idsOf((await next({ max: 1 })).launch)).toEqual(["1"]);
  });

  it("batch_next offers within each role's capacity", async () => {
    const { server, next } = await planOf(
      [
        task("1", { agent: "code-reviewer" }),
        task("2", { agent: "code-reviewer" }),
        task("3", { agent: "explore" }),
        task("4"),
      ],
      { capacity: { "code-reviewer": 1 } },
    );
    const { launch } = await next();
    expect(launch.map((item) => [item.task, item.subagent_type])).toEqual([
      ["1", "parallel:code-reviewer"],
      ["3", "Explore"],
      ["4", "parallel:feature-implementer"],
    ]);
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await next()).launch)).toContain("2");
  });

  it("batch_next offers one level at a time where the plan has a barrier", async () => {
    const { server, next } = await planOf([task("1"), task("2"), task("3", { dependencies: ["1"] })], {
      barrier: "level",
    });
    const { launch } = await next();
    expect(idsOf(launch)).toEqual(["1", "2"]);
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await next()).launch)).toEqual(["2"]);
    await report(server, "p", launchFor(launch, "2"));
    expect(idsOf((await next()).launch)).toEqual(["3"]);
  });
});

describe("files that clash", () => {
  it.each([
    ["both write", { writes: ["src/**"] }, { writes: ["src/a.ts"] }],
    ["one reads what the other writes", { writes: ["src/a.ts"] }, { writes: [], reads: ["src/*.ts"] }],
    ["both hold a resource", { writes: [], resources: ["port"] }, { writes: [], resources: ["port"] }],
    [
      "both describe the same file",
      { description: "Change `src/a.ts`." },
      { description: "Test `src/a.ts`." },
    ],
    ["one declares, one describes it", { writes: ["src/**"] }, { description: "Fix `src/a.ts`." }],
  ])("tasks are never offered together when %s", async (_, one, other) => {
    const undeclared = (fields: Readonly<Record<string, unknown>>) =>
      "description" in fields ? { writes: null, ...fields } : fields;
    const { server, next } = await planOf([
      task("1", undeclared(one)),
      task("2", undeclared(other)),
      task("3", { writes: ["docs/3.md"] }),
    ]);
    const { launch } = await next();
    expect(idsOf(launch)).toEqual(["1", "3"]);
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await next()).launch).sort()).toEqual(["2", "3"]);
  });

  it("tasks that only read the same files are offered together", async () => {
    const { next } = await planOf([
      task("1", { writes: [], reads: ["src/**"] }),
      task("2", { writes: [], reads: ["src/**"] }),
    ]);
    expect((await next()).launch).toHaveLength(2);
  });

  it("tasks whose files clash are not offered together across two plans of a checkout, and the holder is named", async () => {
    const { server, next } = await planOf([task("1", { writes: ["src/shared.ts"] })]);
    await server.call("plan_create", { plan: "q", tasks: [task("9", { writes: ["src/*.ts"] })] });
    const { launch } = await next();
    const blocked = await server.call("batch_next", { plan: "q" });
    expect(blocked).toMatchObject({ launch: [], done: false });
    expect(blocked.why).toEqual([{ task: "9", reasons: [expect.stringContaining("p/1")] }]);
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await server.call("batch_next", { plan: "q" })).launch)).toEqual(["9"]);
  });
});

describe("a task of which nobody knows what it writes", () => {
  const unknown = { writes: null, description: "Tidy up." };

  it("a task of which nobody knows what it writes runs alone", async () => {
    const { server, next } = await planOf([task("1"), task("2", unknown), task("3", { writes: [] })]);
    const { launch } = await next();
    expect(idsOf(launch)).toEqual(["1", "3"]);
    await report(server, "p", launchFor(launch, "1"));
    expect(idsOf((await next()).launch)).toEqual(["3"]);
    await report(server, "p", launchFor(launch, "3"));
    expect(idsOf((await next()).launch)).toEqual(["2"]);
  });

  it("a task of which nobody knows what it writes lets nothing start beside it, not even what only reads", async () => {
    const { next } = await planOf([
      task("1", { ...unknown, size: "xl" }),
      task("2", { writes: [], reads: ["a"] }),
    ]);
    expect(idsOf((await next()).launch)).toEqual(["1"]);
  });

  it("a task of which nobody knows what it writes runs anywhere where the user and the plan allow it", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder, { env: { PARALLEL_UNSCOPED: "shared" } });
    const tasks = [task("1", unknown), task("2", unknown)];
    await server.call("plan_create", { plan: "p", tasks });
    expect((await server.call("batch_next", { plan: "p" })).launch).toHaveLength(2);
  });
});

describe("a claimed task of a plan that was made from a file", () => {
  it("a claimed task of a plan from a file has a launch line with task and token, and a type for the agent", async () => {
    const folder = await repository();
    put(folder, {
      "specs/p/03-tasks.json": breakdown([{ id: "1.1", subject: "[p] [P1] [api] Add the parser" }]),
    });
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", from: "specs/p" });
    const [item] = (await server.call("batch_next", { plan: "p" })).launch;
    expect(item).toMatchObject({
      task: "1.1",
      subagent_type: "parallel:feature-implementer",
      description: "1.1 [api] Add the parser",
    });
    expect(item?.prompt).toMatch(/^Task p\/1\.1, token 1-[a-z2-7]{26}\. [^\n]+$/);
  });
});
