import { describe, expect, it } from "vitest";
import { suggestedScopes } from "../../../mcp-server/src/report/files/suggested-scopes.ts";
import { matches } from "../../support/globs.ts";
import { id, planState, task } from "../../support/plan-fixture.ts";

/** What is suggested to a task that declared `writes` and wrote these files, beside another one. */
function suggested(
  paths: readonly string[],
  writes?: readonly string[],
  other: { writes?: readonly string[]; wrote?: readonly string[] } = {},
): readonly string[] | undefined {
  const tasks = [
    task("a", { ...(writes && { writes }) }),
    task("b", { ...(other.writes && { writes: other.writes }) }),
  ];
  const written = new Map([
    [id("a"), paths],
    [id("b"), other.wrote ?? []],
  ]);
  return suggestedScopes(planState(tasks), written).find((scope) => scope.task === "a")?.writes;
}

const four = ["src/auth/a.ts", "src/auth/b.ts", "src/auth/c.ts", "src/auth/deep/d.ts"];

describe("a suggested scope", () => {
  it("a suggested scope names the files where they are few", () => {
    expect(suggested(["src/a.ts", "docs/b.md"])).toEqual(["docs/b.md", "src/a.ts"]);
  });

  it("a suggested scope names the folder where they are many", () => {
    expect(suggested([...four, "README.md"])).toEqual(["README.md", "src/auth/**"]);
  });

  it("a suggested scope never names a folder in which another task wrote or may write", () => {
    expect(suggested(four, undefined, { wrote: ["src/auth/deep/x.ts"] })).toEqual(four);
    expect(suggested(four, undefined, { writes: ["src/**/*.ts"] })).toEqual(four);
  });

  it("a suggested scope never names the whole checkout, however many files lie at its top", () => {
    const top = Array.from({ length: 12 }, (_, i) => `f${i}.ts`);
    expect(suggested(top)).toEqual([...top].sort());
  });

  it("a suggested scope keeps what was declared and of use, and drops the rest", () => {
    expect(suggested(["src/x/1.ts", "b.md"], ["src/x/*.ts", "unused/**"])).toEqual(["src/x/*.ts", "b.md"]);
  });

  it("a suggested scope is not made for a task that declared just that, nor for one that wrote nothing", () => {
    expect(suggested(["src/a.ts"], ["src/*.ts"])).toBeUndefined();
    expect(suggested([], ["src/*.ts"])).toBeUndefined();
  });

  it("a suggested scope has few globs, and folders of two files where there would be too many", () => {
    const paths = Array.from({ length: 12 }, (_, i) => `src/m${Math.floor(i / 2)}/f${i % 2}.ts`);
    const globs = suggested(paths) ?? [];
    expect(globs.length).toBeLessThanOrEqual(8);
    expect(paths.filter((path) => !globs.some((glob) => matches(glob, path)))).toEqual([]);
  });

  it("a suggested scope covers names that look like globs, and leaves out what no glob can name", () => {
    const odd = ["app/[slug]/page.tsx", "app/(site)/a.ts"];
    const globs = suggested([...odd, "a{b,c}.ts", " blank.ts"]) ?? [];
    for (const path of odd) expect(globs.some((glob) => matches(glob, path))).toBe(true);
    expect(globs).toHaveLength(odd.length);
  });

  it("a suggested scope keeps what was declared in another case where the file system takes no notice of it", () => {
    const state = planState([task("a", { writes: ["Src/**"] })]);
    const written = new Map([[id("a"), ["src/a.ts"]]]);
    expect(suggestedScopes({ ...state, caseInsensitive: true }, written)).toEqual([]);
    expect(suggestedScopes(state, written)).toEqual([{ task: "a", writes: ["src/a.ts"] }]);
  });
});
