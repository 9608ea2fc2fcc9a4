import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Isolation, Needs, Task, TaskId, TaskStatus } from "../../mcp-server/src/graph/task.ts";
import { unstarted } from "../../mcp-server/src/graph/task.ts";
import type { CompletedWork } from "../../mcp-server/src/policy/work-location/completed-work.ts";
import { type AskingCheckout, WorkInReach } from "../../mcp-server/src/policy/work-location/work-in-reach.ts";
import { definitionOf } from "../support/task-definition.ts";

interface Spec {
  readonly dependencies?: readonly string[];
  readonly needs?: Needs;
  readonly status?: TaskStatus;
  /** Where the work of a completed task is: the name of a checkout, a commit, or both. */
  readonly files?: string;
  readonly commit?: string;
}

const here: AskingCheckout = {
  names: new Set(["here"]),
  headHas: new Set(["in-head"]),
  repositoryHas: new Set(["in-head", "fetched"]),
  sameFiles: new Set(),
};

/** The task whose work keeps `last` from starting here. */
function missing(specs: Readonly<Record<string, Spec>>, isolation: Isolation = "shared", asking = here) {
  const tasks = new Map<TaskId, Task>();
  for (const [id, { dependencies = [], needs = "all", status = "completed" }] of Object.entries(specs)) {
    const planned = definitionOf(id, { dependencies: dependencies as TaskId[], needs });
    tasks.set(id as TaskId, { ...unstarted(planned, tasks.size), status });
  }
  const workOf = (id: TaskId): CompletedWork | undefined => {
    const { files, commit } = specs[id] ?? {};
    if (files === undefined && commit === undefined) return undefined;
    return { checkout: files ?? "there", inFiles: files !== undefined, commit };
  };
  const last = tasks.get("last" as TaskId);
  if (!last) throw new Error("no last task");
  return new WorkInReach(tasks, workOf, asking).missingFor(last, isolation)?.task;
}
const waitsFor = (...dependencies: string[]): Spec => ({ dependencies, status: "pending" });

describe("where a task may start", () => {
  it("a task in a checkout may start where the files of those before it are, or where HEAD contains their commit", () => {
    expect(missing({ a: { files: "here" }, last: waitsFor("a") })).toBeUndefined();
    expect(missing({ a: { files: "there" }, last: waitsFor("a") })).toBe("a");
    expect(missing({ a: { files: "there", commit: "in-head" }, last: waitsFor("a") })).toBeUndefined();
    expect(missing({ a: { files: "there", commit: "fetched" }, last: waitsFor("a") })).toBe("a");
    const same = { ...here, sameFiles: new Set(["a" as TaskId]) };
    expect(missing({ a: { files: "there" }, last: waitsFor("a") }, "shared", same)).toBeUndefined();
  });

  it("a task in a worktree may start where the repository has the commits of those before it", () => {
    expect(missing({ a: { commit: "fetched" }, last: waitsFor("a") }, "worktree")).toBeUndefined();
    expect(missing({ a: { commit: "elsewhere" }, last: waitsFor("a") }, "worktree")).toBe("a");
    expect(missing({ a: { files: "there" }, last: waitsFor("a") }, "worktree")).toBe("a");
  });

  it("work of a task that wrote nothing is everywhere, and what lies behind it is not", () => {
    expect(missing({ a: {}, last: waitsFor("a") })).toBeUndefined();
    const behind = { a: { files: "there" }, review: { dependencies: ["a"] } };
    expect(missing({ ...behind, last: waitsFor("review") })).toBe("a");
  });

  it("a fix starts where the work is that a failed review rejected", () => {
    const rejected: Spec = { dependencies: ["a"], status: "failed" };
    const fix: Spec = { ...waitsFor("review"), needs: "settled" };
    expect(missing({ a: { files: "there" }, review: rejected, last: fix })).toBe("a");
    expect(missing({ a: { files: "here" }, review: rejected, last: fix })).toBeUndefined();
  });

  it("who does not need all of its dependencies starts where enough of them are", () => {
    const both = { a: { files: "there" }, b: { files: "here" } };
    expect(missing({ ...both, last: { ...waitsFor("a", "b"), needs: "any" } })).toBeUndefined();
    expect(missing({ ...both, last: { ...waitsFor("a", "b"), needs: { atLeast: 2 } } })).toBe("a");
    expect(missing({ ...both, last: { ...waitsFor("a", "b"), needs: "settled" } })).toBe("a");
    expect(missing({ ...both, last: waitsFor("a", "b") })).toBe("a");
  });

  it("what a task does not wait for any more keeps it from nowhere: cancelled and failed ones leave no work", () => {
    const gone: Spec = { status: "cancelled", files: "there" };
    expect(missing({ a: gone, last: { ...waitsFor("a"), needs: "settled" } })).toBeUndefined();
  });

  it("with all dependencies needed, a task starts exactly where all work behind it is", () => {
    const places = fc.constantFrom("here", "there", undefined);
    const waits = fc.array(fc.nat(9), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(places, waits), { minLength: 1, maxLength: 10 }), (drafts) => {
        const specs: Record<string, Spec> = {};
        drafts.forEach(([files, earlier], i) => {
          const dependencies = [...new Set(earlier)].filter((at) => at < i).map((at) => `t${at}`);
          specs[`t${i}`] = { dependencies, ...(files && { files }) };
        });
        specs.last = waitsFor(`t${drafts.length - 1}`);
        const behind = new Set(["last"]);
        for (const id of behind) for (const next of specs[id]?.dependencies ?? []) behind.add(next);
        const isAway = [...behind].some((id) => specs[id]?.files === "there");
        expect(missing(specs) !== undefined).toBe(isAway);
      }),
    );
  });
});
