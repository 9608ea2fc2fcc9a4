import { describe, expect, it } from "vitest";
import { SIZES } from "../../mcp-server/src/graph/task.ts";
import type { Sample } from "../../mcp-server/src/graph/task-estimates.ts";
import { Estimates } from "../../mcp-server/src/schedule/estimate.ts";

const MINUTE = 60_000;

function attempts(count: number, minutes: number, of: Partial<Sample> = {}): Sample[] {
  return Array.from({ length: count }, () => ({ durationMs: minutes * MINUTE, launchMs: 5_000, ...of }));
}

describe("without history, an estimate", () => {
  const estimates = new Estimates();

  it("without history, an estimate is what the breakdown states, else goes by size, else is that of a medium task", () => {
    expect(estimates.durationMs({ estimateMs: 1_234, size: "xl" })).toBe(1_234);
    expect(estimates.durationMs({})).toBe(estimates.durationMs({ size: "medium" }));
  });

  it("without history, an estimate grows with the size", () => {
    const bySize = SIZES.map((size) => estimates.durationMs({ size }));
    expect(bySize).toEqual([...bySize].sort((a, b) => a - b));
    expect(new Set(bySize).size).toBe(SIZES.length);
  });

  it("without history, an estimate says where it comes from, and that nothing was measured", () => {
    const basis = estimates.basis([{ estimateMs: 1 }, { size: "small" }, { size: "xl" }, {}]);
    expect(basis).toMatch(/1 stated.*2 by size.*1 taken as medium.*nothing of it was measured/);
    expect(estimates.basis([{ size: "small" }])).not.toMatch(/stated|medium/);
  });
});

describe("with history, an estimate", () => {
  it("with history, an estimate comes to what attempts of the same role and size took, the more of them there are", () => {
    const of = (count: number) =>
      new Estimates(attempts(count, 2, { size: "large", agent: "tester" })).durationMs({
        size: "large",
        agent: "tester",
      });
    expect(of(0)).toBe(25 * MINUTE);
    const [one, five, fifty] = [of(1), of(5), of(50)];
    expect(one).toBeLessThan(25 * MINUTE);
    expect(five).toBeLessThan(one);
    expect(fifty / MINUTE).toBeCloseTo(2, 0);
  });

  it("with history, an estimate is hardly moved by one attempt that took all night", () => {
    const usual = attempts(9, 4, { size: "small" });
    const night = attempts(1, 600, { size: "small" });
    const [without, withIt] = [new Estimates(usual), new Estimates([...usual, ...night])].map((estimates) =>
      estimates.durationMs({ size: "small" }),
    ) as [number, number];
    expect(withIt / without).toBeGreaterThan(0.9);
    expect(withIt / without).toBeLessThan(1.1);
  });

  it("with history, an estimate of a role without attempts goes by those of other roles of the same size", () => {
    const estimates = new Estimates(attempts(20, 1, { size: "medium", agent: "writer" }));
    expect(estimates.durationMs({ size: "medium", agent: "tester" })).toBeLessThan(3 * MINUTE);
    expect(estimates.durationMs({ size: "large", agent: "writer" })).toBe(25 * MINUTE);
  });

  it("with history, an estimate does not depend on the order of the attempts", () => {
    const some = [...attempts(3, 1), ...attempts(3, 9, { agent: "tester" }), ...attempts(2, 30)];
    expect(new Estimates([...some].reverse()).durationMs({})).toBe(new Estimates(some).durationMs({}));
  });

  it("with history, an estimate leaves alone what the breakdown states, and says how that turned out so far", () => {
    const estimates = new Estimates(attempts(4, 5, { estimateMs: 10 * MINUTE }));
    expect(estimates.durationMs({ estimateMs: 7 })).toBe(7);
    expect(estimates.basis([{ estimateMs: 7 }])).toBe(
      "1 stated in the breakdown (4 such took 0.5 times that here)",
    );
  });

  it("with history, an estimate says how many tasks it was used for", () => {
    const estimates = new Estimates(attempts(2, 5, { size: "small" }));
    expect(estimates.basis([{ size: "small" }, { size: "xl" }])).toBe(
      "1 by attempts in this repository, 1 by size with this plugin's defaults",
    );
  });

  it("with history, an estimate includes how long a launch takes", () => {
    expect(new Estimates().launchMs).toBe(5_000);
    expect(new Estimates(attempts(40, 5, { launchMs: 1_000 })).launchMs).toBeLessThan(1_200);
  });
});

describe("an estimate of tokens", () => {
  it("an estimate of tokens grows with the time as long as there is no history, and says so", () => {
    const estimates = new Estimates();
    const [short, long] = [
      estimates.tokens({ estimateMs: MINUTE }),
      estimates.tokens({ estimateMs: 3 * MINUTE }),
    ];
    expect(short).toBeGreaterThan(0);
    expect(long).toBe(3 * short);
    expect(estimates.tokensBasis([{}, { size: "xl" }])).toBe(
      "2 tasks at 8,000 a minute; nothing of it was measured in this repository",
    );
  });

  it("an estimate of tokens comes to what attempts of the same role and size used, the more of them there are", () => {
    const of = (count: number) =>
      new Estimates(attempts(count, 2, { size: "large", agent: "tester", tokens: 1_000 })).tokens({
        size: "large",
        agent: "tester",
      });
    const [one, five, fifty] = [of(1), of(5), of(50)];
    expect(five).toBeLessThan(one);
    expect(fifty).toBeLessThan(five);
    expect(fifty).toBeLessThan(2_000);
  });

  it("an estimate of tokens goes by the median, which one agent that ran away hardly moves", () => {
    const usual = attempts(9, 4, { size: "small", tokens: 5_000 });
    const away = attempts(1, 4, { size: "small", tokens: 50_000_000 });
    const [without, withIt] = [new Estimates(usual), new Estimates([...usual, ...away])].map((estimates) =>
      estimates.tokens({ size: "small" }),
    ) as [number, number];
    expect(withIt / without).toBeGreaterThan(0.8);
    expect(withIt / without).toBeLessThan(1.2);
  });

  it("an estimate of tokens learns from measured attempts alone, and says for how many tasks", () => {
    const estimates = new Estimates([
      ...attempts(9, 4, { size: "small" }),
      ...attempts(3, 4, { size: "large", tokens: 10 }),
    ]);
    expect(estimates.tokensBasis([{ size: "small" }, { size: "large" }])).toBe(
      "1 by attempts in this repository, 1 task at 8,000 a minute",
    );
  });
});

describe("with attempts on several models, an estimate", () => {
  const on = (model: string, minutes: number, tokens: number) =>
    attempts(20, minutes, { size: "small", agent: "tester", models: [model], tokens });
  const of = { size: "small", agent: "tester" } as const;

  it("with attempts on several models, an estimate goes by those on the task's own", () => {
    const estimates = new Estimates([...on("haiku", 2, 10_000), ...on("inherit", 8, 90_000)]);
    const [haiku, inherited, unseen] = [
      { ...of, model: "haiku" as const },
      of,
      { ...of, model: "opus" as const },
    ];
    expect(estimates.durationMs(haiku)).toBeLessThan(3 * MINUTE);
    expect(estimates.durationMs(inherited)).toBeGreaterThan(6 * MINUTE);
    expect(estimates.tokens(haiku)).toBeLessThan(20_000);
    expect(estimates.tokens(inherited)).toBeGreaterThan(60_000);
    // Of a model without attempts, what is known of the role and size on others is the best guess.
    expect(estimates.durationMs(unseen)).toBeGreaterThan(estimates.durationMs(haiku));
    expect(estimates.durationMs(unseen)).toBeLessThan(estimates.durationMs(inherited));
  });

  it("with attempts on one model alone, an estimate does not count them twice", () => {
    const [known, unnamed] = [on("inherit", 3, 1), attempts(20, 3, { size: "small", agent: "tester" })].map(
      (history) => new Estimates(history).durationMs(of),
    );
    expect(known).toBe(unnamed);
  });
});
