import { describe, expect, it } from "vitest";
import { extraFor, type Purpose, purposeOf, recoveryOf } from "../../mcp-server/src/graph/purpose.ts";
import { id, task } from "../support/plan-fixture.ts";

const PURPOSES: readonly Purpose[] = [
  { kind: "review", of: id("a"), round: 1 },
  { kind: "review", round: 1 },
  { kind: "fix", of: id("a"), round: 2 },
  { kind: "merge", of: id("a") },
  { kind: "verify", of: [id("a"), id("b")] },
  { kind: "recover", failed: [id("a"), id("b")], causes: ["cannot find module"] },
];

describe("the purpose of a task that the server made", () => {
  it.each(PURPOSES)(
    "the purpose of a task that the server made is read from what is stored of it: $kind",
    (purpose) => {
      expect(purposeOf(task("x", { origin: "server", extra: extraFor(purpose) }))).toEqual(purpose);
    },
  );

  it("the purpose of a task that the server made means nothing in a task of anybody else", () => {
    for (const purpose of PURPOSES) {
      expect(purposeOf(task("x", { origin: "file", extra: extraFor(purpose) }))).toBeUndefined();
    }
  });

  it("the purpose of a task that the last release made to recover is read from the fields that it knows", () => {
    const extra = { recovers: ["a", "b"], causes: ["cannot find module"] };
    const recovery: Purpose = { kind: "recover", failed: [id("a"), id("b")], causes: ["cannot find module"] };
    expect(recoveryOf(task("x", { origin: "server", extra }))).toEqual(recovery);
    expect(extraFor(recovery)).toEqual(extra);
    expect(recoveryOf(task("x", { origin: "server", extra: { recovers: ["a"] } }))?.causes).toEqual([]);
  });

  it("the purpose of a task that the server made is unknown where only a newer version knows it", () => {
    expect(purposeOf(task("x", { origin: "server", extra: { purpose: { kind: "dance" } } }))).toBeUndefined();
    expect(recoveryOf(task("x", { origin: "server", extra: {} }))).toBeUndefined();
  });
});
