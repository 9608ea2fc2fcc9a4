import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { HeldFilesChanged } from "../../../mcp-server/src/graph/effect.ts";
import type { Change } from "../../../mcp-server/src/graph/event.ts";
import { actualWrites } from "../../../mcp-server/src/report/files/actual-writes.ts";
import { eventsOf, id, planState, type Ran, task } from "../../support/plan-fixture.ts";

const a = task("a", { writes: ["src/a/**"] });
const b = task("b", { writes: ["src/b/**"] });

type Observed = Extract<Change, { type: "checkout.observed" }>;
type AttributedFile = Observed["files"][number];

/** Attempts are numbered from 1 in the order in which they ran. */
function saw(attempts: Readonly<Record<number, string>>, ...files: AttributedFile[]): Change {
  const atWork = Object.entries(attempts).map(([attempt, name]) => ({
    attempt: Number(attempt) as AttemptId,
    task: name,
  }));
  return { type: "checkout.observed", sinceMs: 0, untilMs: 1, atWork, files };
}

function file(path: string, ...inScopeOf: number[]): AttributedFile {
  return { path, how: "written", inScopeOf: inScopeOf as AttemptId[] };
}

function ended(attempt: number, of: string): Change {
  return { type: "attempt.ended", task: id(of), attempt: attempt as AttemptId, outcome: "completed" };
}

function truth(ran: readonly Ran[], ...changes: Change[]) {
  return actualWrites(planState([a, b], ran), eventsOf(...changes));
}

describe("who wrote a file", () => {
  const ran: Ran[] = [
    { task: "a", from: 0, to: 9, report: { filesChanged: ["src/a/1.ts", "shared.ts"] } },
    { task: "b", from: 0, to: 9, report: { filesChanged: [] } },
  ];
  const both = { 1: "demo/a", 2: "demo/b" };

  it("the writer of a file is whoever reports it, also outside its scope", () => {
    const { written, strays, undeclared } = truth(ran, saw(both, file("src/a/1.ts", 1), file("shared.ts")));
    expect([...written]).toEqual([[1, ["shared.ts", "src/a/1.ts"]]]);
    expect([strays, undeclared]).toEqual([[], []]);
  });

  it("the writer of a file is the task in whose scope alone it is, or whoever else was at work", () => {
    const { written, undeclared } = truth(ran, saw(both, file("src/b/1.ts", 2)));
    expect([...written]).toEqual([[2, ["src/b/1.ts"]]]);
    expect(undeclared).toEqual([{ path: "src/b/1.ts", how: "written", task: "b", orBy: ["a"] }]);
  });

  it("the writer of a file is told with the tasks whose scope it lies in, in any case where case does not count", () => {
    const seen = eventsOf(saw(both, file("SRC/a/1.ts")));
    const scopes = (caseInsensitive: boolean) =>
      actualWrites({ ...planState([a, b], ran), caseInsensitive }, seen).strays.map((stray) => stray.scopeOf);
    expect(scopes(false)).toEqual([[]]);
    expect(scopes(true)).toEqual([["a"]]);
  });

  it("the writer of a file is one of those who were at work, named once, those of other plans by their full names", () => {
    const { written, strays } = truth(
      ran,
      saw(both, file("x.ts")),
      saw({ 1: "demo/a", 9: "other/z" }, file("x.ts")),
    );
    expect([...written]).toEqual([]);
    expect(strays).toEqual([{ path: "x.ts", how: "written", by: ["a", "b", "other/z"], scopeOf: [] }]);
  });

  it("the writer of a file is not looked for while somebody runs who may still report it", () => {
    const still: Ran[] = [ran[0] as Ran, { task: "b", from: 0 }];
    const { strays, undeclared } = truth(still, saw(both, file("x.ts"), file("src/b/1.ts", 2)));
    expect([strays, undeclared]).toEqual([[], []]);
  });

  it("the writer of a file in another plan's scope is not looked for", () => {
    expect(truth(ran, saw({ 1: "demo/a", 9: "other/z" }, file("z.ts", 9))).strays).toEqual([]);
  });

  it("the writer of a file is told by the retry for the attempt before it", () => {
    const retried: Ran[] = [
      { task: "a", from: 0, to: 5, outcome: "lost" },
      { task: "a", from: 5, to: 9, report: { filesChanged: ["src/a"] } },
    ];
    expect(truth(retried, saw({ 1: "demo/a" }, file("src/a/1.ts", 1))).undeclared).toEqual([]);
  });
});

/** What two looks at held files differ in: one file of task `a`, and the tool calls that ran, by attempt. */
function effect(
  by: HeldFilesChanged["files"][number]["by"],
  callers: readonly (number | "main")[],
  path = "src/a/1.ts",
): Change {
  const calls = callers.map((caller, i) => ({
    ...{ id: `call-${i}`, tool: "Bash", fromMs: 0, untilMs: 1 },
    caller: {
      session: "s",
      ...(caller !== "main" && { agentId: `agent-${caller}`, attempt: caller as AttemptId }),
      ...(caller !== "main" && { task: caller === 1 ? "demo/a" : caller === 2 ? "demo/b" : "other/z" }),
    },
  }));
  const file = { path, holder: 1 as AttemptId, after: "sha256:1", by };
  const files = [{ ...file, ...(by === "certain" && { call: "call-0" }) }];
  return { type: "files.changed", sinceMs: 0, untilMs: 1, calls, files };
}

describe("a change that was seen around tool calls", () => {
  const ran: Ran[] = [
    { task: "a", from: 0, to: 9, report: { filesChanged: [] } },
    { task: "b", from: 0, to: 9, report: { filesChanged: [] } },
  ];

  it("a change that was seen around tool calls of the holder alone is the holder's, and no other is named", () => {
    const { written, undeclared, byOthers } = truth(ran, effect("own", [1, 2]));
    expect([...written]).toEqual([[1, ["src/a/1.ts"]]]);
    expect(undeclared).toEqual([{ path: "src/a/1.ts", how: "written", task: "a", orBy: [] }]);
    expect(byOthers).toEqual([]);
  });

  it("a change that was seen around tool calls is whose call is certain, also where the holder reports the file", () => {
    const reported = [{ ...ran[0], report: { filesChanged: ["src/a/1.ts"] } } as Ran, ran[1] as Ran];
    const { written, undeclared, byOthers } = truth(reported, effect("certain", [2]));
    expect([...written]).toEqual([[2, ["src/a/1.ts"]]]);
    expect(undeclared).toEqual([]);
    expect(byOthers).toEqual([{ path: "src/a/1.ts", how: "written", task: "a", by: ["b"] }]);
  });

  it("a change that was seen around tool calls without one of the holder is one of theirs who called", () => {
    const { written, byOthers } = truth(
      ran,
      effect("uncertain", [2, 9, "main"]),
      effect("nobody", [], "src/a/2.ts"),
    );
    expect([...written]).toEqual([]);
    expect(byOthers).toEqual([
      { path: "src/a/1.ts", how: "written", task: "a", by: ["b", "other/z", "the main conversation"] },
      { path: "src/a/2.ts", how: "written", task: "a", by: [] },
    ]);
  });

  it("a change that was seen around tool calls of the holder and others is the holder's unless it was theirs", () => {
    const { written, undeclared, byOthers } = truth(ran, effect("uncertain", [1, 2]));
    expect([...written]).toEqual([[1, ["src/a/1.ts"]]]);
    expect(undeclared).toEqual([{ path: "src/a/1.ts", how: "written", task: "a", orBy: ["b"] }]);
    expect(byOthers).toEqual([]);
  });

  it("a change that was seen around tool calls is no look at the whole checkout", () => {
    expect(truth(ran, ended(1, "a"), ended(2, "b"), effect("own", [1])).unobserved).toHaveLength(2);
  });
});

describe("a task was not observed", () => {
  const ran: Ran[] = [{ task: "a", from: 0, to: 9 }];

  it("a task was not observed when no look came after its end, with the reason of the look that failed", () => {
    const before = saw({ 1: "demo/a" });
    expect(truth(ran, before, ended(1, "a")).unobserved).toEqual([
      { task: "a", why: "nobody looked at the checkout after it ended" },
    ]);
    const failed: Change = { type: "checkout.unmeasured", atWork: [], why: "no git" };
    expect(truth(ran, ended(1, "a"), failed).unobserved).toEqual([{ task: "a", why: "no git" }]);
    expect(truth(ran, ended(1, "a"), failed, saw({ 1: "demo/a" })).unobserved).toEqual([]);
  });

  it("a task was not observed when none came before its start, whatever came later", () => {
    const late: Change = {
      type: "checkout.unmeasured",
      atWork: [{ attempt: 1 as AttemptId, task: "demo/a" }],
      why: "no look was taken before it started",
    };
    expect(truth(ran, late, ended(1, "a"), saw({ 1: "demo/a" })).unobserved).toHaveLength(1);
  });
});
