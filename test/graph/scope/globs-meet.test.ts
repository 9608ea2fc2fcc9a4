import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { InvalidGlob, normaliseGlob } from "../../../mcp-server/src/graph/scope/parse-glob.ts";
import { matches, overlap } from "../../support/globs.ts";
import { processorTimer } from "../../support/processor-time.ts";

describe("normaliseGlob", () => {
  it.each([
    ["src/a.ts", "src/a.ts"],
    ["  ./src/./a.ts ", "src/a.ts"],
    ["src\\lib\\a.ts", "src/lib/a.ts"],
    ["src//a.ts", "src/a.ts"],
    ["src/", "src/**"],
    ["src/**/", "src/**"],
    ["src/**/**/a.ts", "src/**/a.ts"],
    ["src/../lib/a.ts", "lib/a.ts"],
    [".", "**"],
    ["./", "**"],
    ["app/[slug]/page.tsx", "app/[slug]/page.tsx"],
    ["app/\\[slug\\]/\\(auth\\)/page.tsx", "app/[slug]/(auth)/page.tsx"],
    ["..a/b..c", "..a/b..c"],
    ["src/{1..3}.ts", "src/{1..3}.ts"],
    ["!(a)/b", "!(a)/b"],
  ])("normaliseGlob writes %j as %j", (input, expected) => {
    expect(normaliseGlob(input)).toBe(expected);
  });

  it.each([
    ["", "is empty"],
    ["   ", "is empty"],
    ["/etc/passwd", "is not relative"],
    ["\\\\server\\share", "is not relative"],
    ["C:\\a.ts", "is not relative"],
    ["c:a.ts", "is not relative"],
    ["~/a.ts", "is not relative"],
    ["..", "leaves the checkout"],
    ["src/../../a.ts", "leaves the checkout"],
    ["src/*/../a.ts", "behind a glob"],
    ["{a,..}/b", "among its alternatives"],
    ["src/{../x,y}", "among its alternatives"],
    ["{a,.}.", "among its alternatives"],
    ["!src/a.ts", "is a negated pattern, which a scope cannot use"],
    ["src/a\0.ts", "control character"],
    ["src/a\n.ts", "control character"],
    ["a".repeat(1025), "longer than"],
  ])("normaliseGlob refuses %j because it %s, and says what to do", (input, problem) => {
    const refusal = (() => {
      try {
        normaliseGlob(input);
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(refusal).toBeInstanceOf(InvalidGlob);
    expect(refusal).toMatchObject({ glob: input, message: expect.stringContaining(problem) });
    expect((refusal as InvalidGlob).message).toContain((refusal as InvalidGlob).remedy);
    expect((refusal as InvalidGlob).remedy.length).toBeGreaterThan(10);
  });

  it("normaliseGlob returns what it returned before unchanged, and never anything that leaves the top", () => {
    const pieces = fc.constantFrom("a", "/", "\\", ".", "..", "*", "**", "{", "}", ",", "[", "]", "!", " ");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        let glob: string;
        try {
          glob = normaliseGlob(parts.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidGlob);
          return;
        }
        expect(normaliseGlob(glob)).toBe(glob);
        expect(glob.split("/")).not.toContain("..");
        expect(glob.startsWith("/")).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("overlap", () => {
  it.each([
    ["src/a.ts", "src/a.ts"],
    ["src/**", "src/a/*.ts"],
    ["src/**/x.ts", "src/x.ts"],
    ["a/**", "a"],
    ["src", "src/a.ts"],
    ["src/lib", "src/**/*.ts"],
    ["{src,docs}", "docs/a.md"],
    ["**", ".github/workflows/ci.yml"],
    ["*", ".env"],
    ["a*b*c", "*xb?c"],
    ["src/[a-m]*.ts", "src/[k-z]*.ts"],
    ["src/[!a].ts", "src/[ab].ts"],
    ["src/{a,b{c,d}}.ts", "src/?d.ts"],
    ["v{08..12}", "v10"],
    ["v{1..9..4}", "v5"],
    ["app/[slug]/page.tsx", "app/[slug]/page.tsx"],
    ["app/[slug]/**", "app/*/page.tsx"],
    ["app/[...all].[jt]sx", "app/[...all].tsx"],
    ["app/[[...all]]/[user-id].tsx", "app/[[...all]]/[user-id].tsx"],
    ["app/(auth)/page.tsx", "app/(auth)/*.tsx"],
    ["**.ts", "a/b/c.ts"],
    ["src/**.ts", "src/a/b.ts"],
    ["{a}.ts", "{a}.ts"],
    ["src/@(a|b).ts", "src/b.ts"],
    ["src/a?(b|c).ts", "src/a.ts"],
  ])("%s and %s can both match some path", (a, b) => {
    expect(overlap(a, b)).toBe(true);
    expect(overlap(b, a)).toBe(true);
  });

  it.each([
    ["src/*.ts", "src/*.md"],
    ["src/a.ts", "src/a.tsx"],
    ["src", "srcs/a.ts"],
    ["src/*", "src/a/b.ts"],
    ["src/*/x.ts", "src/**/y.ts"],
    ["src/[a-m].ts", "src/[n-z].ts"],
    ["src/[!a].ts", "src/a.ts"],
    ["src/[^a].ts", "src/a.ts"],
    ["src/{a,b}.ts", "src/{c,d}.ts"],
    ["v{8..12}", "v13"],
    ["v{1..9..4}", "v4"],
    ["a*b", "*c"],
    ["src/[a-z].ts", "src/[[]a-z].ts"],
    ["?", "??"],
    ["src/@(a|b).ts", "src/c.ts"],
    ["src/@(a).ts", "src/b.ts"],
    [".?", "?."],
    ["app/(auth)/page.tsx", "app/auth/page.tsx"],
    ["SRC/a.ts", "src/a.ts"],
  ])("%s and %s can never match the same path", (a, b) => {
    expect(overlap(a, b)).toBe(false);
    expect(overlap(b, a)).toBe(false);
  });

  it.each([
    ["SRC/A.ts", "src/a.TS"],
    ["src/[a-c].ts", "SRC/B.TS"],
    ["É.md", "é.md"],
  ])("overlap takes %s and %s for the same where the file system does", (a, b) => {
    expect(overlap(a, b, true)).toBe(true);
    expect(overlap(a, b)).toBe(false);
  });

  it("overlap keeps a negated class negated where case does not count", () => {
    expect(overlap("[!a]", "A", true)).toBe(false);
    expect(overlap("[!a]", "B", true)).toBe(true);
  });

  it.each([
    ["src/+(a|b).ts", "src/c.ts"],
    ["!(src)/**", "docs/a.md"],
    ["[[:alpha:]]", "1"],
    ["!src/**", "src/a.ts"],
    ["{1..1000}", "x"],
    ["{a,b}".repeat(20), "x"],
    [`${"{a,".repeat(100)}b${"}".repeat(100)}`, "x"],
    ["{a,..}/b", "c"],
  ])("overlap says yes to %s and %s because it does not decide them", (a, b) => {
    expect(overlap(a, b)).toBe(true);
    expect(overlap(b, a)).toBe(true);
  });

  it.each([
    ["stars", `${"*a".repeat(400)}b`, `${"*a".repeat(400)}c`],
    ["globstars", `${"**/a/".repeat(150)}b`, `${"**/a/".repeat(150)}c`],
    ["globstars and stars", `${"**/*a*/".repeat(120)}b`, `${"**/*b*/".repeat(120)}c`],
    [
      "braces and stars",
      `${"{a,b}".repeat(8)}${"*a".repeat(100)}x`,
      `${"{a,b}".repeat(8)}${"*a".repeat(100)}y`,
    ],
    ["open braces", "{".repeat(1000), "{".repeat(999)],
    ["classes", "[a-z]*".repeat(100), "[0-9]*".repeat(100)],
  ])("overlap takes bounded time for hostile %s", (_name, a, b) => {
    const spentMs = processorTimer();
    overlap(a, b);
    matches(a, "a".repeat(250));
    // Backtracking would take longer than the universe.
    expect(spentMs()).toBeLessThan(5000);
  });

  it("overlap stays fast for tens of thousands of pairs", () => {
    const globs = Array.from(
      { length: 200 },
      (_, at) => `apps/web/src/services/s${at % 17}/${at % 2 ? "**" : at}/*.ts`,
    );
    const spentMs = processorTimer();
    for (const a of globs) for (const b of globs) overlap(a, b);
    expect(spentMs()).toBeLessThan(10_000);
  });
});

/** A glob as generated: its text and the texts without braces that it stands for. */
interface Generated {
  readonly text: string;
  readonly alternatives: readonly string[];
}

const ATOMS = ["a", "b", ".", "*", "?", "[.b]", "[!a]", "[a-b]"].map((text) => ({
  text,
  alternatives: [text],
}));
const BRACES: readonly Generated[] = [
  { text: "{a,b}", alternatives: ["a", "b"] },
  { text: "{a*,bb}", alternatives: ["a*", "bb"] },
  { text: "{a,{b,.}}", alternatives: ["a", "b", "."] },
  { text: "{a..b}", alternatives: ["a", "b"] },
  { text: "{a/b,b}", alternatives: ["a/b", "b"] },
];

function joined(parts: readonly Generated[], separator: string): Generated {
  return {
    text: parts.map((part) => part.text).join(separator),
    alternatives: parts
      .map((part) => part.alternatives)
      .reduce((all, next) => all.flatMap((a) => next.map((b) => a + separator + b))),
  };
}

const name = fc
  .array(fc.constantFrom<Generated>(...ATOMS, ...BRACES), { minLength: 1, maxLength: 3 })
  .map((parts) => joined(parts, ""))
  // `**` inside a name, and the names `.` and `..`, mean something else or nothing at all.
  .filter(({ alternatives }) => alternatives.every((text) => !/\*\*|(?:^|\/)\.{1,2}(?:\/|$)/.test(text)));
const globstar: Generated = { text: "**", alternatives: ["**"] };
const glob = fc
  .array(fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: fc.constant(globstar) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => joined(parts, "/"))
  // With more alternatives a glob is not decided, and counts as one that matches everything.
  .filter(({ alternatives }) => alternatives.length <= 200);

const shortName = fc
  .array(fc.constantFrom<Generated>(...ATOMS, ...BRACES.filter(({ text }) => !/[*/]|bb/.test(text))), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => joined(parts, ""))
  .filter(({ text, alternatives }) => !text.includes("**") && !alternatives.includes(".."));

/** All names of up to so many of the characters, without `.` and `..`. */
function namesOf(characters: readonly string[], longest: number): string[] {
  const names: string[] = [];
  let longer = [""];
  for (let length = 1; length <= longest; length += 1) {
    longer = longer.flatMap((text) => characters.map((character) => text + character));
    names.push(...longer);
  }
  return names.filter((text) => text !== "." && text !== "..");
}

/** Paths of up to three names, over the characters that the generated globs are made of and one more. */
const PATHS = (() => {
  const names = [...namesOf(["a", "b", "."], 3), "c", "aaaa", "abab"];
  const short = ["a", "b", "c", "ab", "aa"];
  const two = names.flatMap((first) => names.map((second) => `${first}/${second}`));
  const three = short.flatMap((a) => short.flatMap((b) => short.map((c) => `${a}/${b}/${c}`)));
  return [...names, ...two, ...three];
})();

/**
 * The reference: picomatch on each alternative, on what lies below an entry that names a thing, and on the
 * folder that `**` is said of (which picomatch itself includes only where the folder has no wildcard).
 */
function reference({ alternatives }: Generated): (path: string) => boolean {
  const globs = alternatives.flatMap((text) => {
    const folder = text.replace(/(?:\/\*\*)+$/, "");
    return /[*?]/.test(text) ? [text, folder] : [text, `${text}/**`];
  });
  // Its shortcut for `*.*` asks for a character behind the dot, which its parser and every shell do not.
  return picomatch(globs, { dot: true, posix: true, windows: false, fastpaths: false });
}

describe("matches", () => {
  it("matches agrees with picomatch on every short path", () => {
    fc.assert(
      fc.property(glob, (generated) => {
        const expected = reference(generated);
        const wrong = PATHS.filter((path) => matches(generated.text, path) !== expected(path));
        expect(wrong.slice(0, 3)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ["app/[slug]/page.tsx", "app/[slug]/page.tsx", true],
    ["app/[slug]/page.tsx", "app/s/page.tsx", true],
    ["app/[slug]/page.tsx", "app/other/page.tsx", false],
    ["app/(auth)/page.tsx", "app/(auth)/page.tsx", true],
    ["src", "src/deep/a.ts", true],
    ["src/*.ts", "src/a.ts/b", false],
    ["v{10..12}", "v11", true],
    ["v{10..12}", "v1", false],
    ["*", "a*b", true],
    ["src/@(a|b).ts", "src/b.ts", true],
    ["src/@(a|b).ts", "src/c.ts", false],
    ["src/!(a).ts", "anything at all", true],
  ])("matches of %s and %s is %s", (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it("matches ignores case only when told so", () => {
    expect(matches("Src/*.TS", "sRC/a.ts", true)).toBe(true);
    expect(matches("Src/@(A).TS", "sRC/a.ts", true)).toBe(true);
    expect(matches("Src/*.TS", "sRC/a.ts")).toBe(false);
  });
});

describe("overlap and matches together", () => {
  it("overlap says yes exactly where some name is matched by both globs", () => {
    fc.assert(
      fc.property(shortName, shortName, (a, b) => {
        const [ours, theirs] = [reference(a), reference(b)];
        // No pair of these globs needs a longer name than four characters to meet, if it can meet.
        const possible = namesOf(["a", "b", "c", "."], 5).some((path) => ours(path) && theirs(path));
        expect(overlap(a.text, b.text)).toBe(possible);
        expect(overlap(b.text, a.text)).toBe(possible);
      }),
      { numRuns: 400 },
    );
  });

  it("overlap says yes exactly where some path is matched by both globs", () => {
    const segment = fc
      .constantFrom("a", "b", "*", "**", "[!a]")
      .map((text) => ({ text, alternatives: [text] }));
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => joined(parts, "/"));
    // Six names are enough for two globs of three.
    const paths = namesOf(["a", "b", "c"], 6).map((names) => [...names].join("/"));
    fc.assert(
      fc.property(path, path, (a, b) => {
        const [ours, theirs] = [reference(a), reference(b)];
        const possible = paths.some((one) => ours(one) && theirs(one));
        expect(overlap(a.text, b.text)).toBe(possible);
        expect(overlap(b.text, a.text)).toBe(possible);
      }),
      { numRuns: 400 },
    );
  });

  it("overlap says yes wherever some path is matched by both globs", () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const [ours, theirs] = [reference(a), reference(b)];
        if (PATHS.some((path) => ours(path) && theirs(path))) {
          expect(overlap(a.text, b.text)).toBe(true);
          expect(overlap(b.text, a.text)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("overlap and matches never deny an overlap that a path shows, whatever the globs look like", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "/",
      "*",
      "**",
      "?",
      "[",
      "]",
      "!",
      "^",
      "{",
      "}",
      ",",
      "(",
      ")",
      "|",
      "@",
      "-",
    );
    const wild = fc.array(piece, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(wild, wild, fc.boolean(), (a, b, caseInsensitive) => {
        const common = PATHS.slice(0, 60).find(
          (path) => matches(a, path, caseInsensitive) && matches(b, path, caseInsensitive),
        );
        if (common !== undefined) expect(overlap(a, b, caseInsensitive)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
