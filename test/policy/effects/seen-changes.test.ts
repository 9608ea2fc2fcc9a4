import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Attribution, HeldFilesChanged } from "../../../mcp-server/src/graph/effect.ts";
import type { GraphEvent } from "../../../mcp-server/src/graph/event.ts";
import type { TaskId } from "../../../mcp-server/src/graph/task.ts";
import { changedByOthers } from "../../../mcp-server/src/policy/effects/seen-changes.ts";

describe("files that only others changed", () => {
  const claims = [
    { id: 1 as AttemptId, task: "a" as TaskId },
    { id: 2 as AttemptId, task: "b" as TaskId },
    { id: 3 as AttemptId, task: "a" as TaskId },
  ];
  /** A change of a file of the first attempt while a call of each of these ran. */
  const change = (
    by: Attribution["kind"],
    callers: readonly (number | "main")[],
    more: Partial<HeldFilesChanged> = {},
  ) => {
    const calls = callers.map((caller, i) => ({
      ...{ id: `call-${i}`, tool: "Bash", fromMs: 0, untilMs: 1 },
      caller: { session: "s", ...(caller !== "main" && { attempt: caller as AttemptId, task: "p/x" }) },
    }));
    const file = { path: "a.ts", holder: 1 as AttemptId, after: "sha256:1", by };
    const files = [{ ...file, ...(by === "certain" && { call: "call-0" }) }];
    return { sinceMs: 0, untilMs: 1, calls, files, ...more } as HeldFilesChanged;
  };
  const ofOthers = (task: string, ...looks: HeldFilesChanged[]) => {
    const events = looks.map((look) => ({ change: { type: "files.changed", ...look } }) as GraphEvent);
    return [...changedByOthers(events, claims)(task as TaskId)];
  };

  it("files that only others changed are those of certain calls of another task or of the main conversation", () => {
    expect(ofOthers("a", change("certain", [2]))).toEqual(["a.ts"]);
    expect(ofOthers("a", change("certain", ["main"]), change("certain", [2]))).toEqual(["a.ts"]);
  });

  it("files that only others changed are none that the task may have changed as well, in any of its attempts", () => {
    expect(ofOthers("b", change("certain", [2]))).toEqual([]);
    expect(ofOthers("a", change("certain", [2]), change("certain", [3]))).toEqual([]);
    expect(ofOthers("a", change("certain", [2]), change("own", [1]))).toEqual([]);
    expect(ofOthers("a", change("certain", [2]), change("uncertain", [2]))).toEqual([]);
    expect(ofOthers("a", change("certain", [2]), change("nobody", []))).toEqual([]);
    expect(ofOthers("a", change("certain", [2], { unlisted: 1 }))).toEqual([]);
    expect(
      ofOthers("a", change("certain", [2]), change("own", [2], { files: [], isIncomplete: true })),
    ).toEqual([]);
  });
});
