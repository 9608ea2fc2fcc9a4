import { describe, expect, it } from "vitest";
import { type LoggedEvent, type LoggedScope, Replay } from "./graph-log.ts";

/** A log of the plan `p`, one event a second. */
class Log {
  readonly events: LoggedEvent[] = [];

  constructor() {
    this.add("plan.created", { slug: "p" });
  }

  add(type: string, data: Record<string, unknown> = {}, task: string | null = null, attempt = 0): this {
    const seq = this.events.length + 1;
    this.events.push({ seq, atMs: seq * 1000, plan: 1, task, attempt, type, actor: "main", data });
    return this;
  }

  task(id: string, dependencies: string[] = [], needs: unknown = "all"): this {
    return this.add("task.created", { definition: { dependencies, needs } }, id);
  }

  /** A task of the server's own for a work of the plan. */
  step(id: string, kind: string, of: string, dependencies: string[]): this {
    const extra = { purpose: { kind, of, round: 1 } };
    const definition = { dependencies, needs: "all", writes: [], origin: "server", extra };
    return this.add("task.created", { definition }, id);
  }

  offer(id: string, attempt: number, scope: Partial<LoggedScope> = {}): this {
    const whole = { basis: "declared", writes: [`${id}.txt`], reads: [], resources: [], ...scope };
    return this.add("claim.offered", { scope: whole }, id, attempt);
  }

  start(id: string, attempt: number): this {
    return this.add("attempt.started", {}, id, attempt).add("task.status", { status: "in_progress" }, id);
  }

  complete(id: string, attempt: number, report: Record<string, unknown> = {}): this {
    return this.add("attempt.ended", { outcome: "completed", report }, id, attempt).add(
      "task.status",
      { status: "completed" },
      id,
    );
  }

  violations(cap = 5): string[] {
    return new Replay(this.events, cap).violations;
  }
}

describe("the checker of the event log", () => {
  it("the checker of the event log has nothing to say about a run in order", () => {
    const log = new Log().task("1").task("2", ["1"]).offer("1", 1).start("1", 1).complete("1", 1);
    const replay = new Replay(log.offer("2", 2).start("2", 2).complete("2", 2).events, 5);
    expect(replay.violations).toEqual([]);
    expect(replay.levels()).toBe(2);
    expect(replay.mostLive).toBe(1);
    expect(replay.attemptsAt("p/2").map(({ outcome }) => outcome)).toEqual(["completed"]);
  });

  it("the checker of the event log sees a task that is claimed before its needs hold", () => {
    const both = new Log().task("1").task("2").task("3", ["1", "2"]).offer("1", 1).start("1", 1);
    expect(both.complete("1", 1).offer("3", 2).violations()[0]).toMatch("p/3 was claimed before");
    const any = new Log().task("1").task("2").task("3", ["1", "2"], "any").offer("1", 1).start("1", 1);
    expect(any.complete("1", 1).offer("3", 2).violations()).toEqual([]);
  });

  it("the checker of the event log sees a dependent of a reviewed task that is claimed before a review accepted it", () => {
    const reviewed = (dependencies: string[], verdict?: string) => {
      const log = new Log().add(
        "task.created",
        { definition: { dependencies: [], needs: "all", review: true } },
        "1",
      );
      log
        .task("2", dependencies)
        .offer("1", 1)
        .start("1", 1)
        .complete("1", 1)
        .step("1-r", "review", "1", ["1"]);
      if (verdict !== undefined) log.offer("1-r", 2).start("1-r", 2).complete("1-r", 2, { verdict });
      return log.offer("2", 3).violations();
    };
    expect(reviewed(["1"]).join()).toMatch("p/2 was claimed before");
    expect(reviewed(["1"], "rejected").join()).toMatch("p/2 was claimed before");
    expect(reviewed(["1-r"], "rejected").join(), "also if only the review is named").toMatch(
      "p/2 was claimed",
    );
    expect(reviewed(["1"], "accepted")).toEqual([]);
    const policy = new Log()
      .add("plan.updated", { policy: { review: "task" } })
      .task("1")
      .task("2", ["1"]);
    expect(policy.offer("1", 1).start("1", 1).complete("1", 1).offer("2", 2).violations()).toHaveLength(1);
  });

  it("the checker of the event log sees a review without a verdict, and a verdict that is none", () => {
    const log = () => new Log().task("1").step("1-r", "review", "1", []).offer("1-r", 1).start("1-r", 1);
    expect(log().complete("1-r", 1).violations()).toEqual(["p/1-r: completed with the verdict undefined"]);
    const failed = log().add(
      "attempt.ended",
      { outcome: "failed", report: { verdict: "rejected" } },
      "1-r",
      1,
    );
    expect(failed.violations()).toEqual(["p/1-r: failed with the verdict rejected"]);
  });

  it("the checker of the event log sees clashing claims, by equal paths, folders, patterns, reads and resources", () => {
    const two = (a: Partial<LoggedScope>, b: Partial<LoggedScope>) =>
      new Log().task("1").task("2").offer("1", 1, a).offer("2", 2, b).violations();
    expect(two({}, {})).toEqual([]);
    expect(two({ writes: ["a.ts"] }, { writes: ["a.ts"] })).toHaveLength(1);
    expect(two({ writes: ["src"] }, { writes: ["src/a.ts"] })).toHaveLength(1);
    expect(two({ writes: ["src/**"] }, { reads: ["src/a.ts"] })).toHaveLength(1);
    expect(two({ reads: ["a.ts"] }, { reads: ["a.ts"] })).toEqual([]);
    expect(two({ resources: ["port"] }, { resources: ["port"] })).toHaveLength(1);
    expect(two({ basis: "unscoped", writes: ["**"] }, { writes: [] })).toHaveLength(1);
  });

  it("the checker of the event log holds a scope until its attempt has drained, and a widened one from then on", () => {
    const lost = new Log().task("1").task("2").offer("1", 1).start("1", 1);
    lost.add("attempt.ended", { outcome: "lost", drainsUntilMs: 99_000 }, "1", 1);
    expect(lost.offer("2", 2, { writes: ["1.txt"] }).violations()).toHaveLength(1);
    const widened = new Log().task("1").task("2").offer("1", 1).start("1", 1);
    widened.add("attempt.widened", { path: "2.txt" }, "1", 1);
    expect(widened.offer("2", 2).violations()).toHaveLength(1);
  });

  it("the checker of the event log sees a second live claim, more than the cap, and a claim of what is completed", () => {
    expect(new Log().task("1").offer("1", 1).offer("1", 2).violations()).toContainEqual(
      expect.stringContaining("p/1 has two live claims"),
    );
    expect(new Log().task("1").task("2").offer("1", 1).offer("2", 2).violations(1)).toHaveLength(1);
    const again = new Log().task("1").offer("1", 1).start("1", 1).complete("1", 1).offer("1", 2);
    expect(again.violations()).toEqual(["p/1 was claimed when it was completed"]);
  });

  it("the checker of the event log sees successes that are none, and an attempt that goes on after its end", () => {
    const silent = new Log().task("1").offer("1", 1).start("1", 1);
    silent.add("attempt.ended", { outcome: "completed" }, "1", 1);
    expect(silent.violations()).toEqual(["p/1: completed without a report"]);
    const claimed = new Log().task("1").add("task.status", { status: "completed" }, "1");
    expect(claimed.violations()[0]).toMatch("completed without a completed attempt");
    const undone = new Log().task("1").offer("1", 1).start("1", 1).complete("1", 1);
    expect(undone.add("task.status", { status: "pending" }, "1").violations()[0]).toMatch("became pending");
    const late = new Log().task("1").offer("1", 1).add("claim.returned", {}, "1", 1).start("1", 1);
    expect(late.violations()[0]).toMatch("attempt.started after its claim ended");
  });

  it("the checker of the event log knows whether two tasks could overlap at all", () => {
    const chain = new Log().task("1").task("2", ["1"]).offer("1", 1).start("1", 1).complete("1", 1);
    expect(new Replay(chain.offer("2", 2).events, 5).allowsOverlap()).toBe(false);
    const free = new Log().task("1").task("2").offer("1", 1).offer("2", 2);
    expect(new Replay(free.events, 5).allowsOverlap()).toBe(true);
  });
});
