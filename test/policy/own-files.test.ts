import { describe, expect, it } from "vitest";
import type { AttemptId, EndedAttempt } from "../../mcp-server/src/graph/attempt.ts";
import type { Scope } from "../../mcp-server/src/graph/scope/scope.ts";
import { ownFiles, ownFilesInOrder } from "../../mcp-server/src/policy/own-files.ts";

function scope(basis: Scope["basis"], ...writes: string[]): Scope {
  return { basis, writes, reads: [], resources: [] };
}

const NONE = new Set<string>();

describe("the files of an attempt in a shared checkout", () => {
  it("the files of an attempt are what it declared, reported or was granted, as far as it really changed", () => {
    const attempt = { scope: scope("declared", "src/**"), widened: ["granted.ts"] };
    const changed = ["src/a.ts", "granted.ts", "reported.ts", "strange.ts"];
    const own = ownFiles(attempt, ["./reported.ts", "never-changed.ts"], changed, NONE, NONE, false);
    expect(own).toEqual({ files: ["src/a.ts", "granted.ts", "reported.ts"], leftOut: [] });
  });

  it("the files of an attempt are its own in any case where the file system takes no notice of case", () => {
    const attempt = { scope: scope("declared", "Src/**"), widened: ["Granted.ts"] };
    const changed = ["src/a.ts", "granted.ts", "reported.ts"];
    const files = (caseInsensitive: boolean) =>
      ownFiles(attempt, ["REPORTED.ts"], changed, NONE, NONE, caseInsensitive).files;
    expect(files(true)).toEqual(changed);
    expect(files(false)).toEqual([]);
  });

  it("the files of an attempt are not what lies in a scope that nobody declared", () => {
    for (const basis of ["inferred", "unscoped"] as const) {
      const own = ownFiles(
        { scope: scope(basis, "**"), widened: [] },
        ["a.ts"],
        ["a.ts", "b.ts"],
        NONE,
        NONE,
        false,
      );
      expect(own.files).toEqual(["a.ts"]);
    }
  });

  it("the files of an attempt are left out when they were changed before, or when nobody looked", () => {
    const attempt = { scope: scope("declared", "a.ts"), widened: [] };
    const none = { files: [], leftOut: ["a.ts"] };
    expect(ownFiles(attempt, [], ["a.ts"], new Set(["a.ts"]), NONE, false)).toEqual(none);
    expect(ownFiles(attempt, [], ["a.ts"], undefined, NONE, false)).toEqual(none);
  });

  it("the files of an attempt are its own when an earlier task of the plan had changed them", () => {
    const attempt = { scope: scope("declared", "a.ts"), widened: [] };
    const own = ownFiles(attempt, [], ["a.ts"], new Set(["a.ts"]), new Set(["a.ts"]), false);
    expect(own.files).toEqual(["a.ts"]);
  });

  it("changed files pass from one attempt to the next in the order of their ends, and none from a worktree", () => {
    const ended = (id: number, endedAtMs: number, isolation: "shared" | "worktree" = "shared") =>
      ({
        id: id as AttemptId,
        isolation,
        endedAtMs,
        scope: scope("declared", "a.ts"),
        widened: [],
      }) as unknown as EndedAttempt;
    const seen = new Map([
      [1 as AttemptId, new Set(["a.ts"])],
      [2 as AttemptId, new Set<string>()],
      [3 as AttemptId, new Set<string>()],
    ]);
    const own = ownFilesInOrder([ended(1, 20), ended(2, 10), ended(3, 5, "worktree")], ["a.ts"], seen, false);
    expect(own.map(({ attempt, files }) => [attempt.id, files])).toEqual([
      [2, ["a.ts"]],
      [1, ["a.ts"]],
    ]);
  });
});
