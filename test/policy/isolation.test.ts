import { describe, expect, it } from "vitest";
import type { Task, TaskId } from "../../mcp-server/src/graph/task.ts";
import { Isolations } from "../../mcp-server/src/policy/isolation.ts";
import { pendingTask } from "../support/task-definition.ts";

function task(id: string, fields: Partial<Task> = {}): Task {
  return pendingTask(id, { writes: [`${id}.ts`], ...fields }, 1);
}

function isolationsOf(
  tasks: readonly Task[],
  unscoped: "exclusive" | "worktree" = "exclusive",
  isolation: "shared" | "worktree" | "auto" = "shared",
) {
  const isolations = new Isolations(new Map(tasks.map((one) => [one.id, one])), { unscoped, isolation });
  return Object.fromEntries(tasks.map(({ id }) => [id, isolations.of(id)]));
}

const waitsFor = (...ids: string[]) => ({ dependencies: ids as TaskId[] });

describe("a task runs in a worktree", () => {
  it("a task runs in a worktree if it asks for one, and so does everything behind it, but nothing before it", () => {
    const tasks = [
      task("before"),
      task("it", { isolation: "worktree", ...waitsFor("before") }),
      task("behind", waitsFor("it")),
      task("far behind", waitsFor("before", "behind")),
      task("beside", waitsFor("before")),
    ];
    expect(isolationsOf(tasks)).toEqual({
      before: "shared",
      it: "worktree",
      behind: "worktree",
      "far behind": "worktree",
      beside: "shared",
    });
  });

  it("a task runs in a worktree if it is one of several approaches", () => {
    expect(isolationsOf([task("a", { alternatives: "ways" })])).toEqual({ a: "worktree" });
  });

  it("a task runs in a worktree if nobody knows its files and the policy wants that, unless it says that it is shared", () => {
    const { writes: _, ...unknown } = task("a");
    const tasks = [unknown, { ...unknown, id: "b" as TaskId, isolation: "shared" } as const, task("c")];
    expect(isolationsOf(tasks, "worktree")).toEqual({ a: "worktree", b: "shared", c: "shared" });
    expect(isolationsOf(tasks)).toEqual({ a: "shared", b: "shared", c: "shared" });
  });

  it("a task runs in a worktree if the policy wants that of what may write, unless it says that it is shared", () => {
    const { writes: _, ...unknown } = task("unknown");
    const tasks = [
      task("writes"),
      unknown,
      task("reads", { writes: [] }),
      task("says shared", { isolation: "shared" }),
      task("reads what was written", { writes: [], ...waitsFor("writes") }),
      task("says shared behind one", { isolation: "shared", ...waitsFor("writes") }),
    ];
    expect(isolationsOf(tasks, "exclusive", "worktree")).toEqual({
      writes: "worktree",
      unknown: "worktree",
      reads: "shared",
      "says shared": "shared",
      "reads what was written": "worktree",
      "says shared behind one": "worktree",
    });
  });

  it("a task runs in the checkout as long as auto is not decided", () => {
    expect(isolationsOf([task("a")], "exclusive", "auto")).toEqual({ a: "shared" });
  });

  it("the isolation of a chain of ten thousand tasks is decided in a moment", () => {
    const chain = Array.from({ length: 10_000 }, (_, n) => task(`${n}`, n === 0 ? {} : waitsFor(`${n - 1}`)));
    const { apart, ...rest } = isolationsOf([...chain, task("apart", { isolation: "worktree" })]);
    expect(apart).toBe("worktree");
    expect(new Set(Object.values(rest))).toEqual(new Set(["shared"]));
  });

  it("a task in a worktree makes the plan use worktrees, unless it was cancelled", () => {
    const uses = (...tasks: Task[]) =>
      new Isolations(new Map(tasks.map((one) => [one.id, one])), {
        unscoped: "exclusive",
        isolation: "shared",
      }).usesWorktrees;
    expect(uses(task("a"), task("b"))).toBe(false);
    expect(uses(task("a"), task("b", { isolation: "worktree" }))).toBe(true);
    expect(uses(task("a"), task("b", { isolation: "worktree", status: "cancelled" }))).toBe(false);
  });
});
