import { describe, expect, it } from "vitest";
import { breakdown, repository, task } from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { FILE, serverWithPlan } from "../../support/imported-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

describe("wrong fields", () => {
  const cases: [what: string, tool: string, input: Record<string, unknown>, field: string, says: RegExp][] = [
    ["an unknown field", "batch_next", { plan: "example", count: 3 }, "count", /Unknown field count/],
    [
      "an unknown field inside",
      "plan_update",
      { plan: "example", policy: { cap: 3 } },
      "policy.cap",
      /unknown field cap/,
    ],
    ["a wrong type", "batch_next", { plan: "example", max: "many" }, "max", /max: .*number/],
    ["a value out of range", "batch_next", { plan: "example", max: 0 }, "max", /max/],
    ["a missing field", "batch_next", {}, "plan", /plan/],
    ["an unknown word", "plan_update", { plan: "example", action: "delete" }, "action", /pause.*export/],
    ["no valid name", "plan_create", { plan: "../x", tasks: [task("1")] }, "plan", /not a plan's name/],
    ["both sources", "plan_create", { plan: "example", from: FILE, tasks: [task("1")] }, "from", /Both/],
    ["no source", "plan_create", { plan: "example" }, "from", /Neither/],
    ["an unknown plan", "batch_next", { plan: "other" }, "plan", /no plan "other"/],
    ["an unknown task", "task_get", { task: "example/9" }, "task", /no task "9"/],
    ["a task without its plan", "task_get", { task: "9" }, "task", /does not name a plan/],
    [
      "an id that exists",
      "task_create",
      { plan: "example", tasks: [{ id: "1", subject: "Again" }] },
      "tasks.id",
      /id 1 exists/,
    ],
    [
      "ids that exist",
      "task_create",
      { plan: "example", tasks: ["1", "2", "new"].map((id) => ({ id, subject: "Again" })) },
      "tasks.id",
      /ids 1, 2 exist/,
    ],
    [
      "a cycle",
      "task_update",
      { task: "example/1", addBlockedBy: ["2"] },
      "addBlockedBy",
      /1 → 2 → 1|2 → 1 → 2/,
    ],
    [
      "a path that leads out",
      "task_update",
      { task: "example/1", addWrites: ["../x.ts"] },
      "addWrites",
      /\.\.\/x\.ts/,
    ],
    [
      "more awaited than there are",
      "batch_collect",
      { plan: "example", until: { atLeast: 3 }, tasks: ["1"], waitSeconds: 0 },
      "until",
      /atLeast 3 of 1/,
    ],
  ];
  it.each(cases)(
    "a call with a wrong field is refused and changes nothing: %s",
    async (_, tool, input, field, says) => {
      const { folder, server, before } = await serverWithPlan();
      const error = await server.refused(tool, input);
      expect(error.field).toBe(field);
      expect(error.message).toMatch(says);
      expect(logOf(graphOf(folder))).toEqual(before);
    },
  );

  it("several wrong fields are told at once", async () => {
    const { folder, server, before } = await serverWithPlan();
    const error = await server.refused("batch_next", { limit: 3 });
    expect(error).toMatchObject({ kind: "bad_input", field: "plan" });
    expect(error.message).toBe("plan is missing (Plan name). Unknown field limit.");
    expect(error.remedy).toMatch(/^For limit use max /);
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("several wrong tasks are told at once", async () => {
    const { folder, server, before } = await serverWithPlan();
    const error = await server.refused("plan_create", {
      plan: "other",
      tasks: [{ id: "1" }, task("2"), { subject: "No id" }, task("4", { dependencies: { on: "1" } })],
    });
    expect(error.field).toBe("tasks[0].subject");
    expect(error.message).toMatch(
      /task 1 has no subject\. tasks\[2\] has no id\. task 4: dependencies must be/,
    );
    expect(logOf(graphOf(folder))).toEqual(before);
  });

  it("several unknown dependencies are told at once", async () => {
    const { server } = await serverWithPlan();
    const error = await server.refused("plan_create", {
      plan: "other",
      tasks: [task("1", { dependencies: ["8"] }), task("2"), task("3", { dependencies: ["9"] })],
    });
    expect(error.field).toBe("tasks[0].dependencies");
    expect(error.message).toMatch(/1 depends on 8.*3 depends on 9/);
  });

  it("a call of a tool that there is not is refused and changes nothing", async () => {
    const { server } = await serverWithPlan();
    const error = await server.refused("task_delete", {});
    expect(error.kind).toBe("unknown_tool");
    expect(error.message).toContain("task_delete");
  });
});

it("a setting of the environment that is not valid is refused by name", async () => {
  const folder = await repository({ [FILE]: breakdown([task("1")]) });
  const server = await ParallelServer.start(folder, { env: { PARALLEL_MAX_PARALLEL: "many" } });
  const error = await server.refused("plan_create", { plan: "example", from: FILE });
  expect(error.field).toBe("PARALLEL_MAX_PARALLEL");
});
