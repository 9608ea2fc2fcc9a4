import { describe, expect, it } from "vitest";
import { heartbeatWords, newsBetween, newsText } from "../../../mcp-server/src/cli/display/news.ts";
import { plainText } from "../../../mcp-server/src/cli/display/styled-line.ts";
import type { AttemptRow, Need, PlanSnapshot, TaskRow } from "../../../mcp-server/src/live/snapshot.ts";
import { cellWidth } from "../../../mcp-server/src/text/cell-width.ts";
import { simulatedPlan } from "../../live/simulated-plan.ts";

const plan = simulatedPlan({ tasks: 60 });
const texts = (before: PlanSnapshot, after: PlanSnapshot) =>
  newsBetween(before, after).map(({ mark, text, end = "" }) => `${mark} ${text}${end}`);

/** The plan with its first task changed. */
function withFirst(
  base: PlanSnapshot,
  attempts: readonly AttemptRow[],
  given: Partial<TaskRow> = {},
): PlanSnapshot {
  const [first, ...rest] = base.tasks;
  return {
    ...base,
    tasks: [
      { ...(first as TaskRow), id: "1", subject: "Build", role: "builder", attempts, ...given },
      ...rest,
    ],
  };
}

describe("the news of a plan", () => {
  it("the news of a plan are the same whether it was looked at often or once", () => {
    const at = (share: number) => plan.snapshotAt(plan.startMs + (plan.endMs - plan.startMs) * share);
    const steps = Array.from({ length: 101 }, (_, n) => at(n / 100));
    const often = steps.slice(1).flatMap((after, n) => newsBetween(steps[n], after));
    const once = newsBetween(at(0), at(1));
    const attemptsOf = (news: typeof once) =>
      news
        .filter(({ mark, text }) => (mark === "▶" || mark === "✓") && !text.startsWith("done"))
        .map(({ atMs, text, end = "" }) => `${atMs} ${text}${end}`)
        .sort();
    expect(attemptsOf(once)).toEqual(attemptsOf(often));
    expect(attemptsOf(once).length).toBeGreaterThan(60);
  });

  it("the news of a plan that nobody has looked at is how it stands, and what it needs", () => {
    const snapshot = plan.snapshotAt((plan.startMs + plan.endMs) / 2);
    const need: Need = { task: "4.3", kind: "question", text: "Which?", holdsUp: ["5"], actions: [] };
    const news = newsBetween(undefined, { ...snapshot, needs: [need] });
    expect(news.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^\d+ of 60 tasks completed, \d+ running/),
      "4.3 asks: Which?; holds up 5",
    ]);
  });

  it("the news of an attempt say who began what, how long it took, and that it is tried again", () => {
    const base = { ...plan.snapshotAt(plan.startMs), needs: [] };
    const startMs = plan.startMs;
    const first: AttemptRow = { number: 1, state: "running", startMs };
    const failed: AttemptRow = { ...first, state: "failed", endMs: startMs + 90_000 };
    const second: AttemptRow = { number: 2, state: "running", startMs: startMs + 100_000 };
    const done: AttemptRow = { ...second, state: "completed", endMs: startMs + 160_000 };
    const none = withFirst(base, []);
    expect(texts(none, withFirst(base, [first]))).toEqual(["▶ 1 Build (builder)"]);
    expect(texts(withFirst(base, [first]), withFirst(base, [failed], { status: "pending" }))).toEqual([
      "✗ 1 Build, 1 min 30 s, failed; it is tried again",
    ]);
    expect(texts(withFirst(base, [first]), withFirst(base, [failed], { status: "failed" }))).toEqual([
      "✗ 1 Build, 1 min 30 s, failed",
    ]);
    expect(texts(withFirst(base, [failed]), withFirst(base, [failed, second]))).toEqual([
      "▶ 1 Build (builder), attempt 2",
    ]);
    expect(texts(none, withFirst(base, [failed, done]))).toEqual([
      "▶ 1 Build (builder)",
      "✗ 1 Build, 1 min 30 s, failed; it is tried again",
      "▶ 1 Build (builder), attempt 2",
      "✓ 1 Build, 1 min",
    ]);
    expect(
      texts(withFirst(base, [{ number: 0, state: "offered", startMs }]), withFirst(base, [first])),
    ).toEqual(["▶ 1 Build (builder)"]);
  });

  it("the news of a task are one line, in which only its title is cut, and all of it where nothing cuts lines", () => {
    const news = { atMs: 0, plan: "p", mark: "✓", look: "green", text: `1 ${"東京 ".repeat(40)}` } as const;
    const lines = (cells: number) => newsText({ ...news, end: ", 9.3 s" }, true, cells).map(plainText);
    const [line = "", ...more] = lines(60);
    expect(more).toEqual([]);
    expect(line).toMatch(/ ✓ p: 1 東京 .*…, 9\.3 s$/);
    expect(cellWidth(line)).toBeLessThanOrEqual(60);
    expect(lines(10_000)[0]).toContain(`${news.text}, 9.3 s`);
  });

  it("the news of the plan itself are its status, why nothing starts, and its end, each once", () => {
    const base = { ...plan.snapshotAt((plan.startMs + plan.endMs) / 2), needs: [] };
    expect(texts(base, { ...base, status: "paused" })).toEqual(["‖ the plan is paused"]);
    expect(texts({ ...base, status: "paused" }, base)).toEqual(["▶ the plan goes on"]);
    expect(texts(base, { ...base, held: "a limit, for 34 s" })).toEqual([
      "‖ nothing starts: a limit, for 34 s",
    ]);
    expect(texts({ ...base, held: "a limit, for 34 s" }, { ...base, held: "a limit, for 33 s" })).toEqual([]);
    expect(texts(base, { ...base, done: true, endedAtMs: base.atMs })).toEqual([
      expect.stringMatching(/^[✓✗] done: .*, in /),
    ]);
  });

  it("a heartbeat says how much runs, what runs longest, and that somebody is needed", () => {
    const base = plan.snapshotAt((plan.startMs + plan.endMs) / 2);
    const need: Need = { kind: "limit", text: "spent", holdsUp: [], actions: [] };
    expect(heartbeatWords({ ...base, needs: [need] }, base.atMs)).toMatch(
      /^\d+ run, longest \S+ for .*; \d+ of 60 tasks completed.*; 1 needs you$/,
    );
  });
});
