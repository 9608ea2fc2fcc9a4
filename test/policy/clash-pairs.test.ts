import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clashOf, parseScope, type Scope } from "../../mcp-server/src/graph/scope/scope.ts";
import { clashPairs } from "../../mcp-server/src/policy/clash-pairs.ts";
import { runsAlone } from "../../mcp-server/src/policy/exclusivity.ts";

const globs = fc.array(
  fc.constantFrom(
    "src/a.ts",
    "src/b.ts",
    "SRC/A.ts",
    "src",
    "src/**",
    "src/*.md",
    "src/api/a.ts",
    "src/api/**",
    "**",
    "*/a.ts",
    "sr?/api/*",
    "{src,docs}/api/*",
    "docs/[ab].md",
  ),
  { maxLength: 3 },
);
const scopes: fc.Arbitrary<Scope> = fc.record({
  basis: fc.constantFrom("declared", "inferred", "unscoped"),
  writes: globs,
  reads: globs,
  resources: fc.array(fc.constantFrom("db", "src/a.ts"), { maxLength: 1 }),
});

describe("the pairs of scopes that clash", () => {
  it("the pairs of scopes that clash are those that clash when each is compared with each", () => {
    fc.assert(
      fc.property(fc.array(scopes, { maxLength: 8 }), fc.boolean(), (stored, caseInsensitive) => {
        const all = stored.map((scope) => parseScope(scope, caseInsensitive));
        const expected = all.flatMap((one, a) =>
          all.flatMap((other, b) =>
            a < b && !runsAlone(one) && !runsAlone(other) && clashOf(one, other) ? [`${a} ${b}`] : [],
          ),
        );
        expect(clashPairs(all).map(({ a, b }) => `${a} ${b}`)).toEqual(expected);
      }),
    );
  });

  it("the clashing pairs of ten thousand tasks are found without comparing all", () => {
    const all = Array.from(
      { length: 10_000 },
      (_, i): Scope => ({
        basis: "declared",
        writes: [i % 3 === 1 ? `src/${i}/**` : `src/${i % 9_999}.ts`],
        reads: [],
        resources: [],
      }),
    );
    const parsed = all.map((scope) => parseScope(scope, false));
    expect(clashPairs(parsed)).toMatchObject([{ a: 0, b: 9_999, clash: { ours: "src/0.ts" } }]);
  });
});
