import { describe, expect, it } from "vitest";
import {
  chooseIsolation,
  type IsolationFacts,
} from "../../../mcp-server/src/policy/worktrees/choose-isolation.ts";

const MINUTE = 60_000;
const span = (startMin: number, endMin: number) => ({ startMs: startMin * MINUTE, endMs: endMin * MINUTE });
const CHEAP = { ms: 400 };

function choose(facts: Partial<IsolationFacts> & Pick<IsolationFacts, "writers">) {
  return chooseIsolation({ commits: false, worktree: CHEAP, ...facts });
}

describe("automatic isolation", () => {
  it("automatic isolation is worktrees where tasks that write run at once and a worktree costs little", () => {
    const writers = [span(0, 5), span(0, 4), span(4, 8)];
    expect(choose({ writers })).toEqual({
      isolation: "worktree",
      reason:
        "up to 2 tasks that write would run at once; a worktree takes 400 ms here, a task is expected to take 4 min 20 s",
    });
  });

  it("automatic isolation is the checkout where tasks that write run one after the other", () => {
    const writers = [span(0, 5), span(5, 9), span(9, 9)];
    expect(choose({ writers })).toEqual({
      isolation: "shared",
      reason: "at no time would two tasks that write run at once",
    });
    expect(choose({ writers: [] }).isolation).toBe("shared");
  });

  it("automatic isolation is the checkout where a worktree takes more than a tenth of a task", () => {
    const writers = [span(0, 5), span(0, 5)];
    expect(choose({ writers, worktree: { ms: 30_000 } }).isolation).toBe("worktree");
    const { isolation, reason } = choose({ writers, worktree: { ms: 30_001 } });
    expect(isolation).toBe("shared");
    expect(reason).toContain("but a worktree takes 30 s here, more than 10 % of a task");
  });

  it("automatic isolation is the checkout where nobody knows what a worktree takes", () => {
    const writers = [span(0, 5), span(0, 5)];
    expect(choose({ writers, worktree: { unknown: "there is no commit yet" } })).toEqual({
      isolation: "shared",
      reason: "up to 2 tasks that write would run at once, but there is no commit yet",
    });
  });

  it("automatic isolation is the checkout where the policy commits what is done there", () => {
    const writers = [span(0, 5), span(0, 5)];
    expect(choose({ commits: true, writers }).isolation).toBe("shared");
  });
});
