import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change, GraphEvent } from "../../../mcp-server/src/graph/event.ts";
import type { PlanSlug, TaskId } from "../../../mcp-server/src/graph/task.ts";
import { committedWork } from "../../../mcp-server/src/report/files/committed-work.ts";

const PLAN = "shop" as PlanSlug;

function eventsOf(...changes: Change[]): GraphEvent[] {
  return changes.map((change, i) => ({ seq: i + 1, atMs: 0, v: 1, actor: "main", change }));
}

function at(task: string, attempt: number) {
  return { task: task as TaskId, attempt: attempt as AttemptId };
}

const cut = (task: string, attempt: number): Change => ({
  type: "worktree.cut",
  ...at(task, attempt),
  path: `/trees/${attempt}`,
  branch: `b${attempt}`,
  base: "base",
});
const merged = (task: string, attempt: number): Change => ({
  type: "work.merged",
  ...at(task, attempt),
  commit: `c${attempt}`,
  head: "head",
});

describe("the work of a plan as commits", () => {
  it("the work of a plan as commits says how to take a branch over only where a worktree was cut", () => {
    expect(committedWork(PLAN, []).branch).toBeUndefined();
    expect(committedWork(PLAN, eventsOf(cut("1", 1), merged("1", 1))).branch).toEqual({
      name: "parallel/shop",
      merged: ["1"],
      takeOver: "git merge parallel/shop",
    });
  });

  it("the work of a plan as commits names worktrees with unmerged work, and no others", () => {
    const conflict: Change = {
      type: "work.conflicted",
      ...at("2", 2),
      commit: "c2",
      head: "head",
      files: ["a.ts"],
      mergeTask: "2-merge" as TaskId,
    };
    const running = { type: "claim.offered", ...at("4", 4) } as unknown as Change;
    const some = [cut("1", 1), merged("1", 1), cut("2", 2), conflict, cut("3", 3), running, cut("4", 4)];
    const open = committedWork(PLAN, eventsOf(...some));
    expect(open.kept.map(({ task }) => task)).toEqual(["2", "3"]);
    expect(open.conflicts).toEqual([{ task: "2", files: ["a.ts"], mergeTask: "2-merge", solved: false }]);
    const gone: Change = { type: "worktree.removed", ...at("3", 3) };
    const closed = committedWork(PLAN, eventsOf(...some, merged("2-merge", 5), gone));
    expect(closed.kept).toEqual([]);
    expect(closed.conflicts).toMatchObject([{ solved: true }]);
  });

  it("the work of a plan as commits lists what was put on the user's branch, and what was left out and why", () => {
    const work = committedWork(
      PLAN,
      eventsOf(
        { type: "work.committed", ...at("1", 1), commit: "c1", files: ["a", "b"], leftOut: ["c"] },
        {
          type: "work.committed",
          ...at("3", 3),
          commit: "c2",
          files: [],
          leftOut: ["d", "e"],
          byOthers: ["e"],
        },
        { type: "commit.skipped", reason: "2 was not committed: a merge is under way in the checkout." },
      ),
    );
    expect(work.commits).toEqual([{ task: "1", commit: "c1", files: 2 }]);
    expect(work.leftOut).toEqual([
      { task: "1", path: "c", why: "before" },
      { task: "3", path: "d", why: "before" },
      { task: "3", path: "e", why: "by others" },
    ]);
    expect(work.skipped).toEqual(["2 was not committed: a merge is under way in the checkout."]);
  });
});
