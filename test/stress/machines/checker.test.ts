import { describe, expect, it } from "vitest";
import { Story, token } from "../story.ts";
import type { LeftLine } from "./git-evidence.ts";

const START = "start";

/** Every violation of the story, which is wrong in one respect, names that. */
function only(story: Story, violation: RegExp): void {
  expect(story.violations[0]).toMatch(violation);
}

/** Two tasks in worktrees, `b` after `a`, and what git has of them. Attempt 1 is of `a`, and reports as `n1`. */
class WorkStory extends Story {
  readonly lines: LeftLine[] = [];
  readonly brought: string[] = [];
  readonly named = new Set<string>();
  readonly bases = new Map<string, Set<string>>([[START, new Set()]]);

  constructor() {
    const own = (id: string) => ({ scope: { writes: [`work/${id}/**`] } });
    super({ a: own("a"), b: { ...own("b"), dependencies: ["a"] } });
    const branch = { lines: this.lines, brought: this.brought, commits: this.named };
    this.git = { branches: new Map([["p", branch]]), named: this.named, bases: this.bases };
  }

  /** An agent begins in a worktree that was cut from a commit. */
  begin(id: string, attempt: number, base: string, head = base): this {
    this.offer(id, attempt, { isolation: "worktree", checkout: "m1:/app" }).start(id, attempt);
    this.log("worktree.cut", id, attempt, { base });
    return this.write({ kind: "began", task: `p/${id}`, token: token(attempt), head });
  }

  /** Its report is accepted with a commit. */
  commit(id: string, attempt: number): this {
    this.log("work.committed", id, attempt, { commit: `c${attempt}`, files: [`work/${id}/f.md`] });
    this.named.add(`c${attempt}`);
    return this.accept(id, attempt, `c${attempt}`);
  }

  finish(id: string, attempt: number): this {
    return this.end(id, attempt, "completed", { report: this.reported }, "completed");
  }

  /** The branch has the work of an attempt. */
  land(id: string, attempt: number, nonce: string): this {
    this.brought.push(`p/${id}#${attempt}`);
    this.lines.push({ path: `work/${id}/${nonce}.md`, task: `p/${id}`, nonce });
    return this;
  }
}

function done(): WorkStory {
  return new WorkStory().begin("a", 1, START).commit("a", 1).finish("a", 1);
}

describe("the checker compares what is said to be done with what git has", () => {
  it("the checker has nothing to say where each work is on the branch once, and where it was needed", () => {
    const story = done().land("a", 1, "n1");
    story.bases.set("after a", new Set(["n1"]));
    story.begin("b", 2, "after a").commit("b", 2).finish("b", 2).land("b", 2, "n2");
    expect(story.violations).toEqual([]);
  });

  it("the checker sees completed work that the branch lacks, has twice, or does not name", () => {
    only(done(), /^git: the work of p\/a is 0 times in work\/a\/n1.md/);
    const twice = done().land("a", 1, "n1");
    twice.lines.push(...twice.lines);
    only(twice, /^git: the work of p\/a is 2 times/);
    const unnamed = done().land("a", 1, "n1");
    unnamed.brought.pop();
    only(unnamed, /^git: the branch of p lacks p\/a#1/);
  });

  it("the checker sees a delivery that was made twice", () => {
    const story = done().land("a", 1, "n1");
    story.brought.push("p/a#1");
    only(story, /^git: the branch of p says 2 times that it holds p\/a#1/);
  });

  it("the checker sees work on the branch by which nothing was completed", () => {
    const story = done().land("a", 1, "n1");
    story.lines.push({ path: "work/a/n7.md", task: "p/a", nonce: "n7" });
    only(story, /^git: work\/a\/n7.md holds work of p\/a \(n7\)/);
  });

  it("the checker sees a commit that no ref holds, of the log's and of an agent's own", () => {
    const failed = new WorkStory().begin("a", 1, START);
    failed.log("work.committed", "a", 1, { commit: "c1", files: [] }).report("a", 1, "failed", "pending");
    only(failed, /^git: commit c1 of p\/a#1 stands under no ref/);
    const own = done().land("a", 1, "n1");
    own.write({ kind: "committed", task: "p/a", token: token(1), commit: "c9" });
    only(own, /^git: commit c9, which an agent of p\/a made, stands under no ref/);
  });

  it("the checker sees a task that starts from files without the work before it, or from others than it is said", () => {
    only(done().land("a", 1, "n1").begin("b", 2, START), /^invariant 11: p\/b .* lacks the work of p\/a/);
    only(new WorkStory().begin("a", 1, "gone"), /^invariant 11: p\/a starts from gone, which is not there/);
    only(new WorkStory().begin("a", 1, START, "x"), /^invariant 11: an agent of p\/a began at x/);
  });
});

describe("the checker knows work that conflicts", () => {
  /** `a` does not go together with the branch. */
  function conflict(dependents: readonly string[] = ["b"]): WorkStory {
    const story = new WorkStory().begin("a", 1, START).commit("a", 1);
    const definition = {
      ...{ id: "a-merge", dependencies: ["a"], needs: "all", writes: ["work/shared.md"] },
      ...{ origin: "server", extra: { purpose: { kind: "merge", of: "a" } } },
    };
    story.log("task.created", "a-merge", null, { definition, position: 3 });
    for (const id of dependents) {
      const waiting = { id, dependencies: ["a", "a-merge"], needs: "all" };
      story.log("task.defined", id, null, { definition: waiting });
    }
    story.log("work.conflicted", "a", 1, { commit: "c1", mergeTask: "a-merge" });
    return story.finish("a", 1);
  }

  it("the checker has nothing to say when another task merges it and what waited waits for that", () => {
    const story = conflict();
    const scope = { basis: "declared", writes: ["work/shared.md"], reads: [], resources: [] };
    story.offer("a-merge", 2, { isolation: "worktree", checkout: "m2:/app", role: "r", scope });
    story.start("a-merge", 2).log("worktree.cut", "a-merge", 2, { base: START }).commit("a-merge", 2);
    story.finish("a-merge", 2).brought.push("p/a-merge#2");
    story.lines.push({ path: "work/a/n1.md", task: "p/a", nonce: "n1" });
    expect(story.violations).toEqual([]);
  });

  it("the checker wants no work of a conflict on the branch before it is merged, but a ref that holds its commit", () => {
    expect(conflict().violations).toEqual([]);
    const early = conflict();
    early.lines.push({ path: "work/a/n1.md", task: "p/a", nonce: "n1" });
    only(early, /^git: the work of p\/a is 1 times in work\/a\/n1.md, not 0/);
    const lost = conflict();
    lost.named.clear();
    only(lost, /^git: commit c1 of p\/a#1 stands under no ref/);
  });

  it("the checker sees a task that is not told to wait for the merge, and one that starts before it", () => {
    only(conflict([]), /^invariant 8: p\/b should have been told to wait for p\/a-merge/);
    only(conflict().begin("b", 2, START), /^invariant 4: p\/b was claimed before its needs held/);
  });
});

it("the checker sees times by another clock than the database's", () => {
  const late = new WorkStory();
  late.offer("a", 1, { isolation: "worktree", expiresAtMs: late.atMs + 3_600_000 });
  only(late, /^invariant 9: the offer of p\/a is held by another clock/);
  const story = new WorkStory().offer("a", 1, { isolation: "worktree" });
  story.log("attempt.started", "a", 1, { number: 1, leaseUntilMs: story.atMs + 3_600_000 });
  story.log("task.status", "a", null, { status: "in_progress" });
  only(story, /^invariant 9: the lease of p\/a goes by another clock/);
});
