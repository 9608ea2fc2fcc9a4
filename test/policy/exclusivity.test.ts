import { describe, expect, it } from "vitest";
import { parseScope, type Scope } from "../../mcp-server/src/graph/scope/scope.ts";
import * as exclusivity from "../../mcp-server/src/policy/exclusivity.ts";
import { claimedScope, runsAlone, widenedScope } from "../../mcp-server/src/policy/exclusivity.ts";
import { task } from "../support/plan-fixture.ts";

const exclusive = { unscoped: "exclusive" } as const;
const shared = { unscoped: "shared" } as const;

function clashOfClaims(a: Scope, b: Scope, caseInsensitive: boolean) {
  return exclusivity.clashOfClaims(parseScope(a, caseInsensitive), parseScope(b, caseInsensitive));
}

describe("the scope that a task is claimed with", () => {
  it("a task is claimed with everything under exclusive when nobody knows what it writes, and runs alone", () => {
    const scope = claimedScope(task("1"), exclusive);
    expect(scope.writes).toEqual(["**"]);
    expect(runsAlone(scope)).toBe(true);
    expect(runsAlone(claimedScope(task("1"), shared))).toBe(false);
  });

  it("a task is claimed with what was declared or described, whatever the policy says", () => {
    for (const policy of [exclusive, shared]) {
      expect(claimedScope(task("1", { writes: ["a"] }), policy)).toMatchObject({
        basis: "declared",
        writes: ["a"],
      });
      expect(claimedScope(task("1", { writes: [] }), policy)).toMatchObject({
        basis: "declared",
        writes: [],
      });
      const described = claimedScope(task("1", { inferredWrites: ["a"] }), policy);
      expect(described).toMatchObject({ basis: "inferred", writes: ["a"] });
      expect(runsAlone(described)).toBe(false);
    }
  });

  it("the scope of a task that declares everything does not keep off what touches no file", () => {
    const everything = claimedScope(task("1", { writes: ["**"] }), exclusive);
    const nothing = claimedScope(task("2", { writes: [] }), exclusive);
    expect(runsAlone(everything)).toBe(false);
    expect(clashOfClaims(everything, nothing, false)).toBeUndefined();
  });
});

describe("a claim that runs alone", () => {
  it("a claim that runs alone clashes with any other, on either side, also with one that touches no file", () => {
    const alone = claimedScope(task("1"), exclusive);
    const nothing = claimedScope(task("2", { writes: [] }), exclusive);
    expect(clashOfClaims(alone, nothing, false)).toBeDefined();
    expect(clashOfClaims(nothing, alone, false)).toBeDefined();
    expect(clashOfClaims(alone, alone, false)).toBeDefined();
  });
});

describe("a widened scope", () => {
  const scope: Scope = { basis: "declared", writes: ["a"], reads: [], resources: [] };

  it("a widened scope holds what the guard granted as well", () => {
    const other: Scope = { ...scope, writes: ["b"] };
    expect(clashOfClaims(widenedScope({ scope, widened: [] }), other, false)).toBeUndefined();
    expect(clashOfClaims(widenedScope({ scope, widened: ["b"] }), other, false)?.kind).toBe("write-write");
  });

  it("a widened scope sees through differences of case where the file system does not make them", () => {
    const other: Scope = { ...scope, writes: ["A"] };
    expect(clashOfClaims(scope, other, false)).toBeUndefined();
    expect(clashOfClaims(scope, other, true)?.kind).toBe("write-write");
  });
});
