import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import { applyUpdate, type PlanSnapshot, type SnapshotUpdate } from "../../mcp-server/src/live/snapshot.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { changePlan } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { contextOf } from "../live/graph-context.ts";
import { report, task } from "../support/checkout.ts";
import { offeredPlan, planOf } from "../support/plan-of.ts";
import { ServedPage } from "./served-page.ts";

const EVENTS = "/api/plans/p/events";

/** What a reader knows after each update, until it knows what is waited for. */
async function readUntil(
  page: ServedPage,
  isThere: (snapshot: PlanSnapshot) => boolean,
  from: { snapshot?: PlanSnapshot; cursor?: string } = {},
) {
  let { snapshot, cursor } = from;
  const updates: SnapshotUpdate[] = [];
  const query = cursor === undefined ? "" : `?after=${cursor}`;
  for await (const { event, data } of page.events(`${EVENTS}${query}`)) {
    if (event !== "update") continue;
    const update = data as SnapshotUpdate;
    updates.push(update);
    snapshot = applyUpdate(snapshot, update);
    cursor = update.cursor;
    if (isThere(snapshot)) break;
  }
  return { snapshot: snapshot as PlanSnapshot, cursor: cursor as string, updates };
}

const statusOf = ({ tasks }: PlanSnapshot, id: string) => tasks.find((row) => row.id === id)?.status;

/** Without what the time alone changes. */
function timeless({ atMs: _at, forecast: _forecast, cost: _cost, ...rest }: PlanSnapshot) {
  return rest;
}

const note = (context: RunContext, id: string, status: "pending" | "cancelled" | "failed" | "completed") =>
  existingGraph(context, "p").then((store) =>
    changePlan(context, store, "test", "p", (plan) => {
      plan.append({ type: "task.status", task: id as TaskId, status });
    }),
  );

describe("a stream", () => {
  it("begins with the plan as it stands and goes on with what changes", async () => {
    const plan = await offeredPlan([task("1"), task("2", { dependencies: ["1"] })]);
    await plan.brief(plan.item("1"));
    const page = await ServedPage.open([await contextOf(plan.folder)]);
    const first = await readUntil(page, () => true);
    expect(first.updates).toMatchObject([{ reset: true }]);
    expect(statusOf(first.snapshot, "1")).toBe("in_progress");
    const waiting = readUntil(page, (now) => statusOf(now, "1") === "completed", first);
    await report(plan.server, "p", plan.item("1"));
    const { snapshot, updates } = await waiting;
    expect(updates.every(({ reset }) => reset === undefined)).toBe(true);
    expect(timeless(snapshot)).toEqual(timeless(await page.json("/api/plans/p")));
  });

  it("a reader that was cut off anywhere, however often, has what one has that reads now", async () => {
    const plan = await planOf(Array.from({ length: 12 }, (_, i) => task(`${i}`)));
    await plan.server.close();
    const context = await contextOf(plan.folder);
    const page = await ServedPage.open([context]);
    const status = fc.constantFrom("pending", "cancelled", "failed", "completed" as const);
    const change = fc.tuple(fc.nat(11), status);
    // A cut after each group of changes: the reader comes back with the cursor that it had, or has lost it.
    const groups = fc.array(
      fc.record({ changes: fc.array(change, { maxLength: 4 }), isLost: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(groups, async (cuts) => {
        let reader: { snapshot?: PlanSnapshot; cursor?: string } = {};
        for (const { changes, isLost } of cuts) {
          for (const [i, to] of changes) await note(context, `${i}`, to);
          if (isLost) reader = {};
          const now = await page.json<PlanSnapshot>("/api/plans/p");
          const isUpToDate =
            JSON.stringify(timeless(now)) === JSON.stringify(reader.snapshot && timeless(reader.snapshot));
          // Nothing is sent to a reader that has everything.
          if (!isUpToDate) reader = await readUntil(page, ({ seq }) => seq >= now.seq, reader);
          expect(timeless(reader.snapshot as PlanSnapshot)).toEqual(timeless(now));
        }
      }),
      { numRuns: 12 },
    );
  });

  it("a reader of before the server was started anew gets everything once more", async () => {
    const plan = await planOf([task("1"), task("2")]);
    await plan.server.close();
    const context = await contextOf(plan.folder);
    const before = await ServedPage.open([context]);
    const known = await readUntil(before, () => true);
    await before.server.close();
    await note(context, "2", "cancelled");
    const after = await ServedPage.open([context], { port: before.port });
    const { snapshot, updates } = await readUntil(after, () => true, known);
    expect(updates).toMatchObject([{ reset: true }]);
    expect(statusOf(snapshot, "2")).toBe("cancelled");
    after.token = before.token;
    expect((await after.ask("/api/plans/p")).status).toBe(401);
  });

  it("sends the row that has changed, and not the others", async () => {
    const plan = await planOf(
      Array.from({ length: 60 }, (_, i) => task(`${i}`)),
      { maxParallel: 2 },
    );
    await plan.server.close();
    const context = await contextOf(plan.folder);
    const page = await ServedPage.open([context]);
    const first = await readUntil(page, () => true);
    const next = readUntil(page, (now) => statusOf(now, "7") === "cancelled", first);
    await note(context, "7", "cancelled");
    const { updates } = await next;
    expect(updates.flatMap(({ rows }) => rows.map(({ id }) => id))).toContain("7");
    expect(updates.flatMap(({ rows }) => rows).length).toBeLessThan(60);
  });
});
