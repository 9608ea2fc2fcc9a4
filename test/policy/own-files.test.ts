import { describe, expect, it } from "vitest";
import type { AttemptId, EndedAttempt } from "../../mcp-server/src/graph/attempt.ts";
import type { Scope } from "../../mcp-server/src/graph/scope/scope.ts";
import { type KnownChanges, ownFiles, ownFilesInOrder } from "../../mcp-server/src/policy/own-files.ts";

function scope(basis: Scope["basis"], ...writes: string[]): Scope {
  return { basis, writes, reads: [], resources: [] };
}

const NONE = new Set<string>();
const KNOWN: KnownChanges = { before: NONE, ofThePlan: NONE, ofOthers: NONE };

describe("the files of an attempt in a shared checkout", () => {
  it("the files of an attempt are what it declared, reported or was granted, as far as it really changed", () => {
    const attempt = { scope: scope("declared", "src/**"), widened: ["granted.ts"] };
    const changed = ["src/a.ts", "granted.ts", "reported.ts", "strange.ts"];
    const own = ownFiles(attempt, ["./reported.ts", "never-changed.ts"], changed, KNOWN, false);
    expect(own).toEqual({ files: ["src/a.ts", "granted.ts", "reported.ts"], leftOut: [], byOthers: [] });
  });

  it("the files of an attempt are its own in any case where the file system takes no notice of case", () => {
    const attempt = { scope: scope("declared", "Src/**"), widened: ["Granted.ts"] };
    const changed = ["src/a.ts", "granted.ts", "reported.ts"];
    const files = (caseInsensitive: boolean) =>
      ownFiles(attempt, ["REPORTED.ts"], changed, KNOWN, caseInsensitive).files;
    expect(files(true)).toEqual(changed);
    expect(files(false)).toEqual([]);
  });

  it("the files of an attempt are not what lies in a scope that nobody declared", () => {
    for (const basis of ["inferred", "unscoped"] as const) {
      const own = ownFiles(
        { scope: scope(basis, "**"), widened: [] },
        ["a.ts"],
        ["a.ts", "b.ts"],
        KNOWN,
        false,
      );
      expect(own.files).toEqual(["a.ts"]);
    }
  });

  it("the files of an attempt are left out when they were changed before, or when nobody looked", () => {
    const attempt = { scope: scope("declared", "a.ts"), widened: [] };
    const none = { files: [], leftOut: ["a.ts"], byOthers: [] };
    expect(ownFiles(attempt, [], ["a.ts"], { ...KNOWN, before: new Set(["a.ts"]) }, false)).toEqual(none);
    expect(ownFiles(attempt, [], ["a.ts"], { ...KNOWN, before: undefined }, false)).toEqual(none);
  });

  it("the files of an attempt are its own when an earlier task of the plan had changed them", () => {
    const attempt = { scope: scope("declared", "a.ts"), widened: [] };
    const own = ownFiles(
      attempt,
      [],
      ["a.ts"],
      { ...KNOWN, before: new Set(["a.ts"]), ofThePlan: new Set(["a.ts"]) },
      false,
    );
    expect(own.files).toEqual(["a.ts"]);
  });

  it("the files of an attempt are left out when only others changed them, unless it reports them or their folder", () => {
    const attempt = { scope: scope("declared", "src/**"), widened: [] };
    const known = { ...KNOWN, ofThePlan: new Set(["src/a.ts"]), ofOthers: new Set(["src/a.ts"]) };
    const own = (...reported: string[]) =>
      ownFiles(attempt, reported, ["src/a.ts", "src/b.ts"], known, false);
    expect(own()).toEqual({ files: ["src/b.ts"], leftOut: ["src/a.ts"], byOthers: ["src/a.ts"] });
    for (const name of ["./src/a.ts", "src"]) {
      expect(own(name)).toEqual({ files: ["src/a.ts", "src/b.ts"], leftOut: [], byOthers: [] });
    }
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
    const own = ownFilesInOrder(
      [ended(1, 20), ended(2, 10), ended(3, 5, "worktree")],
      ["a.ts"],
      seen,
      () => NONE,
      false,
    );
    expect(own.map(({ attempt, files }) => [attempt.id, files])).toEqual([
      [2, ["a.ts"]],
      [1, ["a.ts"]],
    ]);
  });
});
