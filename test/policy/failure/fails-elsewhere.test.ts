import { describe, expect, it } from "vitest";
import { parseGlob } from "../../../mcp-server/src/graph/scope/parse-glob.ts";
import { type ParsedScope, parseScope, type Scope } from "../../../mcp-server/src/graph/scope/scope.ts";
import { type FailureFacts, failsElsewhere } from "../../../mcp-server/src/policy/failure/fails-elsewhere.ts";

const scope = (writes: string[], basis: Scope["basis"] = "declared"): ParsedScope =>
  parseScope({ basis, writes, reads: [], resources: [] }, false);

/** Beside somebody who writes `src/other/**`, a task that writes `src/own/**` saw a command print this. */
function judged(output: string, facts: Partial<FailureFacts> = {}): boolean {
  return failsElsewhere({
    output,
    own: { globs: [parseGlob("src/own/**", false)], files: ["docs/own.md"] },
    others: [scope(["src/other/**"])],
    root: "/project",
    ...facts,
  });
}

describe("a command failed in what others were writing", () => {
  it.each([
    "src/other/a.ts(3,1): error TS1005",
    "src/other/a.ts:3:1 - error TS1005: ';' expected.",
    "/project/src/other/a.ts:3:1: SyntaxError",
    "\u001b[31mFAIL\u001b[0m ./src/other/deep/a.test.ts > works",
    "src\\other\\a.ts: unexpected end of file",
    "Error: Cannot find './x'\n  at file:///project/src/other/a.ts:3:1\n  at node:internal/loader:5:2",
  ])("a command failed in what others were writing if its output names their file: %j", (output) => {
    expect(judged(output)).toBe(true);
  });

  it.each([
    "",
    "1 test failed",
    "lib/third.ts:1:1: error",
    "src/own/a.ts:3:1: error",
    "src/other/a.ts imports src/own/a.ts: no such export",
    "docs/own.md names src/other/a.ts, which is not there",
    "src/otherwise/a.ts:1:1: error",
  ])(
    "a command did not fail in others' files if its output names none of theirs, or its own as well: %j",
    (output) => {
      expect(judged(output)).toBe(false);
    },
  );

  it("a command never failed in what others were writing if nobody else wrote", () => {
    expect(judged("src/other/a.ts:3:1: error", { others: [] })).toBe(false);
  });

  it("a command failed in any file that is not its own, if somebody wrote whose files nobody declared", () => {
    const others = [scope([], "unscoped")];
    expect(judged("lib/third.ts:1:1: error", { others })).toBe(true);
    expect(judged("src/own/a.ts:1:1: error", { others })).toBe(false);
    expect(judged("node_modules/x/y.js:1:1: error", { others }), "a library is nobody's work").toBe(false);
    expect(judged("expected 1.5 to be 2.0", { others })).toBe(false);
  });
});
