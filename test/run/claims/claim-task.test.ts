import { describe, expect, it } from "vitest";
import { task } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

describe("task_claim", () => {
  it("task_claim gives a worker one task with its brief, which runs at once", async () => {
    const { server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
    const { claim } = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(claim?.task).toBe("p/1");
    expect(claim?.brief).toContain(`Token: ${claim?.token}`);
    expect((await next()).launch).toEqual([]);
    const none = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(none).toMatchObject({ claim: null, done: false });
    const done = { task: "p/1", token: claim?.token, outcome: "completed", summary: "Done." };
    await server.call("task_report", { ...done, evidence: [{ inspected: "it" }] });
    expect((await server.call("task_claim", { plan: "p", worker: "w" })).claim?.task).toBe("p/2");
  });

  it("task_claim gives the named task, or says why not", async () => {
    const { server } = await planOf([task("1"), task("2"), task("3", { dependencies: ["1"] })]);
    const named = (id: string) => server.call("task_claim", { plan: "p", task: id, worker: "w" });
    expect((await named("2")).claim?.task).toBe("p/2");
    expect((await named("2")).why).toMatch(/2 is in_progress/);
    expect((await named("3")).why).toMatch(/3 cannot start yet/);
  });

  it("task_claim gives a role only its own tasks", async () => {
    const { server } = await planOf([task("1"), task("2", { agent: "code-reviewer" })]);
    const { claim } = await server.call("task_claim", { plan: "p", agent: "code-reviewer", worker: "w" });
    expect(claim?.task).toBe("p/2");
  });

  it("task_claim keeps the cap and the scopes", async () => {
    const { server } = await planOf([task("1"), task("2", { writes: ["src/1.ts"] }), task("3")], {
      maxParallel: 2,
    });
    const claimed: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      claimed.push((await server.call("task_claim", { plan: "p", worker: "w" })).claim?.task);
    }
    expect(claimed).toEqual(["p/1", "p/3", undefined]);
  });
});
