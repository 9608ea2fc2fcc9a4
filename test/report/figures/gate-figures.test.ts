import { expect, it } from "vitest";
import type { AttemptId, Owner } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change, GraphEvent } from "../../../mcp-server/src/graph/event.ts";
import type { TaskId } from "../../../mcp-server/src/graph/task.ts";
import { gateFigures } from "../../../mcp-server/src/report/figures/gate-figures.ts";

const OWNER: Owner = { host: "h", pid: 1, startedAt: "1" };

function eventsOf(changes: readonly Change[]): GraphEvent[] {
  return changes.map((change, i) => ({ seq: i + 1, atMs: 0, v: 1, actor: "server", change }));
}

function run(
  number: number,
  commit: string,
  merges: readonly number[],
  verdict: "green" | "red" | "none",
): Change[] {
  return [
    {
      type: "gate.started",
      run: number,
      command: "npm test",
      commit,
      merges: merges as AttemptId[],
      reason: merges.length === 0 ? "base" : "merges",
      owner: OWNER,
      leaseUntilMs: 1,
    },
    { type: "gate.ended", run: number, verdict, ...(verdict !== "none" && { durationMs: 2_000 }) },
  ];
}

it("a plan without a gate has no figures of one", () => {
  expect(gateFigures(eventsOf([]))).toBeUndefined();
});

it("counts runs by verdict, what they took, and after how many a red merge was named", () => {
  const task = "3" as TaskId;
  const attempt = 3 as AttemptId;
  const figures = gateFigures(
    eventsOf([
      ...run(1, "base", [], "green"),
      ...run(2, "c4", [1, 2, 3, 4], "red"),
      ...run(3, "c2", [1, 2], "green"),
      { type: "work.merged", task: "1" as TaskId, attempt: 1 as AttemptId, commit: "w1", head: "c2" },
      { type: "work.merged", task: "2" as TaskId, attempt: 2 as AttemptId, commit: "w2", head: "c2" },
      ...run(4, "c3", [3], "red"),
      { type: "gate.suspected", task, attempt, on: "c2", commit: "c3" },
      ...run(5, "c4", [4], "none"),
      {
        type: "work.conflicted",
        task,
        attempt,
        commit: "w3",
        head: "c2",
        files: ["a.ts"],
        mergeTask: "3-repair" as TaskId,
        gateRun: 4,
        sides: ["1" as TaskId],
      },
    ]),
  );
  expect(figures).toEqual({
    commands: ["npm test"],
    runs: 4,
    green: 2,
    red: 2,
    withoutVerdict: 1,
    ranMs: 8_000,
    merged: 2,
    mostTogether: 4,
    flaky: [],
    redBases: [],
    blamed: [{ task: "3", sides: ["1"], repair: "3-repair", runsUntilNamed: 3 }],
  });
});

it("a commit that was red and then green is flaky, and a branch that was only red is a red base", () => {
  const figures = gateFigures(
    eventsOf([
      ...run(1, "a", [], "red"),
      ...run(2, "a", [], "green"),
      ...run(3, "b", [], "red"),
      ...run(4, "b", [], "red"),
    ]),
  );
  expect(figures).toMatchObject({ flaky: ["a"], redBases: ["b"], blamed: [] });
});
