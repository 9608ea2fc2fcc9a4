import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptId, RunningAttempt } from "../../mcp-server/src/graph/attempt.ts";
import type { Scope } from "../../mcp-server/src/graph/scope/scope.ts";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import type { Target } from "../../mcp-server/src/policy/may-write.ts";
import * as guard from "../../mcp-server/src/policy/may-write.ts";
import { matches } from "../support/globs.ts";

function claim(id: number, scope: Partial<Scope>, fields: Partial<RunningAttempt> = {}): RunningAttempt {
  return {
    id: id as AttemptId,
    task: `${id}` as TaskId,
    tokenHash: "",
    agentType: "general-purpose",
    role: "general-purpose",
    checkout: "here",
    scope: { basis: "declared", writes: [], reads: [], resources: [], ...scope },
    widened: [],
    isolation: "shared",
    owner: { host: "h", pid: 1, startedAt: "0" },
    offeredAtMs: 0,
    state: "running",
    number: 1,
    startedAtMs: 0,
    reminded: false,
    lastSeenMs: 0,
    leaseUntilMs: 1,
    ...fields,
  };
}

function judge(
  target: Target,
  own: RunningAttempt,
  others: readonly RunningAttempt[],
  policy: Parameters<typeof guard.judgeWrite>[3],
  caseInsensitive: boolean,
) {
  const guarded = (claim: RunningAttempt) => guard.guardedClaim(claim, caseInsensitive);
  return guard.judgeWrite(target, guarded(own), others.map(guarded), policy);
}

const file = (path: string): Target => ({ kind: "path", path, isTree: false, discards: false });
const tree = (path: string): Target => ({ kind: "path", path, isTree: true, discards: false });
const discard = (path: string): Target => ({ kind: "path", path, isTree: false, discards: true });
const glob = (text: string, folder: string): Target => ({ kind: "glob", glob: text, folder });

const own = claim(1, { writes: ["src/a/**"] });
const verdict = (target: Target, others: RunningAttempt[] = [], level: "enforce" | "strict" = "enforce") =>
  judge(target, own, others, { guard: level }, false).kind;

describe("the guard's verdict", () => {
  it.each([
    ["a file in scope", file("src/a/x.ts"), "covered"],
    ["a folder that is all in scope", tree("src/a/deep"), "covered"],
    ["a folder of which only a part is in scope", tree("src"), "widen"],
    ["a file of nobody", file("src/b.ts"), "widen"],
    ["what matches a glob below the scope", glob("src/a/**/*.ts", "src/a"), "covered"],
    ["what matches a glob that nobody holds", glob("**/*.ts", ""), "granted"],
    ["throwing away a change in scope", discard("src/a/x.ts"), "covered"],
    ["throwing away a change of nobody", discard("src/b.ts"), "not-yours"],
    ["a new folder", { kind: "empty", path: "docs" } satisfies Target, "granted"],
  ])("the guard's verdict on %s", (_, target, kind) => {
    expect(verdict(target)).toBe(kind);
  });

  it("the guard under strict refuses all that is not in scope but new folders", () => {
    for (const target of [file("b"), tree("src"), glob("**/*.ts", ""), discard("b")]) {
      expect(verdict(target, [], "strict")).toBe("outside-scope");
    }
    expect(verdict({ kind: "empty", path: "docs" }, [], "strict")).toBe("granted");
  });

  it.each([
    ["a file that it writes", file("lib/x.ts")],
    ["a file that it reads", file("schema.json")],
    ["the folder of its files", tree("lib")],
    ["a folder around a grant", tree("notes")],
    ["a file below a granted folder", file("notes/granted/x")],
    ["a glob that meets its files", glob("**/*.ts", "")],
    ["a new folder in its scope", { kind: "empty", path: "lib/deep" } satisfies Target],
    ["throwing away its changes", discard("lib/x.ts")],
  ])("the guard's verdict on %s of another task is that it is held", (_, target) => {
    const scope = { writes: ["lib/**"], reads: ["schema.json"] };
    const other = claim(2, scope, { widened: ["notes/granted"] });
    expect(verdict(target, [other])).toBe("held");
  });

  it("the guard's verdict on another's inferred scope is that nobody declared it", () => {
    expect(verdict(file("lib/x.ts"), [claim(2, { basis: "inferred", writes: ["lib/**"] })])).toBe("widen");
  });

  it("the guard's verdict on anything beside a task that runs alone is that it is held", () => {
    expect(verdict(file("x"), [claim(2, { basis: "unscoped", writes: ["**"] })])).toBe("held");
  });

  it("the guard takes names that differ in case for the same where the file system does", () => {
    const other = claim(2, { writes: ["Lib/**"] }, { widened: ["Notes/A"] });
    for (const path of ["lib/X.ts", "notes/a"]) {
      expect(judge(file(path), own, [other], { guard: "enforce" }, true).kind).toBe("held");
      expect(judge(file(path), own, [other], { guard: "enforce" }, false).kind).toBe("widen");
    }
  });

  it("a scope covers a file exactly when one of its globs matches it", () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "ab",
      "*",
      "**",
      "?",
      "[ab]",
      "{a,b}",
      "a*",
      "[slug]",
      "@(a|b)",
      "A",
      ".x",
    );
    const globs = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const paths = fc
      .array(fc.constantFrom("a", "b", "ab", "c", "[slug]", ".x", "A"), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("/"));
    fc.assert(
      fc.property(globs, paths, fc.boolean(), (text, path, caseInsensitive) => {
        const holder = claim(1, { writes: [text] });
        const { kind } = judge(file(path), holder, [], { guard: "enforce" }, caseInsensitive);
        expect(kind === "covered").toBe(matches(text, path, caseInsensitive));
      }),
      { numRuns: 2_000 },
    );
  });
});
