import { describe, expect, it } from "vitest";
import type { Scope } from "../../../mcp-server/src/graph/scope/scope.ts";
import * as scopes from "../../../mcp-server/src/graph/scope/scope.ts";

function scope(parts: Partial<Scope>): Scope {
  return { basis: "declared", writes: [], reads: [], resources: [], ...parts };
}

function clashOf(a: Scope, b: Scope, caseInsensitive = false) {
  return scopes.clashOf(scopes.parseScope(a, caseInsensitive), scopes.parseScope(b, caseInsensitive));
}

describe("clashOf", () => {
  it("clashOf names the two globs where both write", () => {
    const ours = scope({ writes: ["docs/**", "src/*.ts"] });
    const theirs = scope({ writes: ["test/**", "src/a.ts"] });
    expect(clashOf(ours, theirs)).toEqual({ kind: "write-write", ours: "src/*.ts", theirs: "src/a.ts" });
  });

  it("clashOf finds what one writes and the other reads, in both directions", () => {
    const writer = scope({ writes: ["src/**"] });
    const reader = scope({ reads: ["src/a.ts"] });
    expect(clashOf(writer, reader)).toEqual({ kind: "write-read", ours: "src/**", theirs: "src/a.ts" });
    expect(clashOf(reader, writer)).toEqual({ kind: "write-read", ours: "src/a.ts", theirs: "src/**" });
  });

  it("clashOf lets both read the same", () => {
    expect(clashOf(scope({ reads: ["src/**"] }), scope({ reads: ["src/**"] }))).toBeUndefined();
  });

  it("clashOf compares resources exactly", () => {
    const database = scope({ resources: ["port:3000", "database"] });
    expect(clashOf(database, scope({ resources: ["database"] }))).toEqual({
      kind: "resource",
      resource: "database",
    });
    expect(clashOf(database, scope({ resources: ["Database", "port:300"] }))).toBeUndefined();
  });

  it("clashOf lets unscoped ones clash by their resources alone", () => {
    const unscoped = scope({ basis: "unscoped", resources: ["database"] });
    expect(clashOf(unscoped, scope({ writes: ["**"] }))).toBeUndefined();
    expect(clashOf(unscoped, scope({ resources: ["database"] }))?.kind).toBe("resource");
  });

  it("clashOf keeps inferred scopes apart like declared ones", () => {
    const inferred = scope({ basis: "inferred", writes: ["src/a.ts"] });
    expect(clashOf(inferred, inferred)?.kind).toBe("write-write");
  });

  it("clashOf ignores case only when told so", () => {
    const [upper, lower] = [scope({ writes: ["SRC/a.ts"] }), scope({ writes: ["src/a.ts"] })];
    expect(clashOf(upper, lower)).toBeUndefined();
    expect(clashOf(upper, lower, true)?.kind).toBe("write-write");
  });
});
