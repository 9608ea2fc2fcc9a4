import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import {
  applyUpdate,
  type PlanEntry,
  type PlanSnapshot,
  type SnapshotUpdate,
} from "../../mcp-server/src/live/snapshot.ts";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { contextOf } from "../live/graph-context.ts";
import { stopPostgresAfterAll } from "../store/databases.ts";
import { task } from "../support/checkout.ts";
import { clones } from "../support/clones.ts";
import { ServedPage } from "./served-page.ts";

describe("a plan of two machines", () => {
  stopPostgresAfterAll();

  it("is on one page with both, and what the other does is told as it happens", async () => {
    const { folders, env } = await clones();
    const [here, second] = await Promise.all(folders.map((folder) => contextOf(folder, { env })));
    if (!here || !second) throw new Error("there is no context");
    const owner = { ...second.owner, host: "grace boot-id pid:[1]" };
    const there: RunContext = { ...second, owner };
    const tasks = ["1", "2", "3"].map((id) => task(id));
    await createPlan(here, "main", { plan: "p", tasks });
    const page = await ServedPage.open([here]);
    const claims = (context: RunContext, id: string) =>
      claimTask(context, "main", undefined, { plan: "p", task: `p/${id}`, worker: "w" });
    await claims(here, "1");
    let snapshot: PlanSnapshot | undefined;
    for await (const { event, data } of page.events("/api/plans/p/events")) {
      if (event !== "update") continue;
      const isFirst = snapshot === undefined;
      snapshot = applyUpdate(snapshot, data as SnapshotUpdate);
      if (isFirst) await claims(there, "2");
      if (snapshot.counts.running === 2) break;
    }
    const machines = snapshot?.tasks.flatMap(({ attempts }) => attempts.map(({ machine }) => machine));
    expect(machines).toEqual([hostname(), "grace"]);
    expect(snapshot?.runBy.words).toContain(`${hostname()}, grace`);
  });

  it("plans of other repositories in the same database are there too, without their files", async () => {
    const { folders, env } = await clones();
    const here = await contextOf(folders[0], { env });
    const elsewhere: RunContext = { ...here, repository: "git.example.org/team/other" };
    await createPlan(here, "main", { plan: "p", tasks: [task("1")] });
    await createPlan(elsewhere, "main", { plan: "p", tasks: [task("2")] });
    const page = await ServedPage.open([here]);
    const { plans } = await page.json<{ plans: PlanEntry[] }>("/api/plans");
    const addresses = new Map(plans.map(({ repository, address }) => [repository, address]));
    expect(addresses).toEqual(
      new Map([
        ["app", "p"],
        ["other", "1~p"],
      ]),
    );
    expect(await page.json("/api/plans/1~p")).toMatchObject({ tasks: [{ id: "2" }] });
    expect(await page.json("/api/plans/1~p/tasks/2")).toMatchObject({ files: [] });
    await page.json("/api/plans/1~p/act", { body: { do: "cancel", task: "2", seq: 1_000 } });
    expect(await page.json("/api/plans/1~p")).toMatchObject({ tasks: [{ status: "cancelled" }] });
    expect(await page.json("/api/plans/p")).toMatchObject({ tasks: [{ status: "pending" }] });
  });
});
