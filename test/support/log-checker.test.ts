import { expect, it } from "vitest";
import type { LogLine } from "./graph-file.ts";
import { type KnownTask, violationsOf } from "./log-checker.ts";

it("the checker of the log sees each kind of violation", () => {
  const offered = (seq: number, id: string, attempt: number): LogLine => ({
    seq,
    atMs: seq,
    planId: 1,
    task: id,
    attempt,
    type: "claim.offered",
    data: {},
  });
  const line = (seq: number, id: string, attempt: number | null, type: string, data = {}): LogLine => ({
    ...offered(seq, id, 0),
    attempt,
    type,
    data,
  });
  const some: KnownTask[] = [
    { id: "a", dependencies: [], writes: ["x"] },
    { id: "b", dependencies: [], writes: ["x"] },
    { id: "c", dependencies: ["a"], writes: ["y"] },
  ];
  expect(violationsOf([offered(1, "a", 1), offered(2, "a", 2)], some, 5).join()).toMatch(/claimed twice/);
  expect(violationsOf([offered(1, "a", 1), offered(2, "b", 2)], some, 5).join()).toMatch(/b clashes with a/);
  expect(violationsOf([offered(1, "c", 1)], some, 5).join()).toMatch(/before a/);
  expect(violationsOf([offered(1, "a", 1), offered(2, "b", 2)], some, 1).join()).toMatch(/above the cap/);
  const completed = line(1, "a", null, "task.status", { status: "completed" });
  expect(violationsOf([completed, offered(2, "a", 2)], some, 5).join()).toMatch(/after it completed/);
  const lost = line(2, "a", 1, "attempt.ended", { drainsUntilMs: 10 });
  expect(violationsOf([offered(1, "a", 1), lost, offered(3, "b", 2)], some, 5).join()).toMatch(/clashes/);
  expect(violationsOf([line(1, "a", 1, "attempt.ended")], some, 5).join()).toMatch(/without being live/);
  const reviewed: KnownTask[] = [
    { id: "a", dependencies: [], writes: [], review: true },
    { id: "b", dependencies: ["a"], writes: [] },
  ];
  const review = (seq: number, round: number) =>
    line(seq, `r${round}`, null, "task.created", {
      definition: {
        dependencies: ["a"],
        origin: "server",
        extra: { purpose: { kind: "review", of: "a", round } },
      },
    });
  const judged = (seq: number, outcome: string, report: object) =>
    line(seq, "r1", 1, "attempt.ended", { outcome, report });
  const first = [completed, review(2, 1), offered(3, "r1", 1)];
  const of = (...more: LogLine[]) => violationsOf([...first, ...more], reviewed, 5).join();
  expect(of(judged(4, "completed", { verdict: "accepted" }), offered(5, "b", 2))).toBe("");
  expect(of(judged(4, "completed", { verdict: "rejected" }), offered(5, "b", 2))).toMatch(
    /before a is accepted/,
  );
  expect(of(judged(4, "failed", { verdict: "rejected" }))).toMatch(/has a verdict and is failed/);
  expect(of(judged(4, "completed", {}))).toMatch(/without a verdict/);
  expect(of(review(4, 4))).toMatch(/a is reviewed for the 4th time/);
});
