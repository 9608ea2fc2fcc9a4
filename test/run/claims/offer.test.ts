import { describe, expect, it } from "vitest";
import { BundledServer } from "../../support/bundled-server.ts";
import { idsOf, task, tokenIn } from "../../support/checkout.ts";
import { graphOf, logOf, tamper } from "../../support/graph-file.ts";
import { planOf } from "../../support/plan-of.ts";

describe("an offer that nobody took up", () => {
  it("an offer that nobody took up is offered again with the same token and counts against the cap", async () => {
    const { next } = await planOf(
      [1, 2, 3].map((n) => task(String(n))),
      { maxParallel: 2 },
    );
    const first = await next();
    const again = await next();
    expect(again.launch).toEqual(first.launch);
  });

  it("an offer that nobody took up is not offered to another owner, who gets the others", async () => {
    const { folder, next } = await planOf([task("1"), task("2")], { maxParallel: 5 });
    await next({ max: 1 });
    const other = await BundledServer.start(folder, { ownParent: true });
    expect(idsOf((await other.call("batch_next", { plan: "p" })).launch)).toEqual(["2"]);
  });

  it("an offer that nobody took up lapses after its time: its token is dead and the task is offered with a new one", async () => {
    const { folder, server, next } = await planOf([task("1")]);
    const [first] = (await next()).launch;
    tamper(graphOf(folder), "update claims set expires_at_ms = 1 where state = 'offered'");
    const [second] = (await next()).launch;
    expect(second?.task).toBe("1");
    expect(second?.prompt).not.toBe(first?.prompt);
    const error = await server.refused("task_get", { task: "p/1", token: tokenIn(first?.prompt ?? "") });
    expect(error).toMatchObject({ kind: "refused_token", field: "token" });
    expect((await server.call("task_get", { task: "p/1" })).attempts).toEqual([]);
  });

  it("an offer that nobody took up lasts 120 seconds", async () => {
    const { folder, next } = await planOf([task("1")]);
    await next();
    const offered = logOf(graphOf(folder)).find((line) => line.type === "claim.offered");
    expect(Number(offered?.data.expiresAtMs) - Number(offered?.atMs)).toBe(120_000);
  });
});
