import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inferWrites } from "../../../mcp-server/src/graph/scope/infer-scope.ts";
import { normaliseGlob } from "../../../mcp-server/src/graph/scope/parse-glob.ts";
import { processorTimer } from "../../support/processor-time.ts";

describe("inferWrites finds", () => {
  it.each([
    ["a path in backticks", "Add it to `src/a.ts`.", ["src/a.ts"]],
    [
      "a path with a line",
      "`src/a.ts:12` and `src/b.ts:12-20` and `docs/c.md#usage`",
      ["docs/c.md", "src/a.ts", "src/b.ts"],
    ],
    ["a path in prose", "Extend lib/db/pool.py, then stop.", ["lib/db/pool.py"]],
    [
      "a path in a list",
      "**Files to modify:**\n- src/a.ts (new)\n- `src/b.ts` — the barrel",
      ["src/a.ts", "src/b.ts"],
    ],
    ["a path in a heading", "### File: `src/a.ts`\n\n## Modify src/b.ts", ["src/a.ts", "src/b.ts"]],
    ["a path in a link", "Update [the guide](docs/guide.md).", ["docs/guide.md"]],
    ["a bare file that everybody knows", "Bump it in `package.json`.", ["package.json"]],
    [
      "a file without an ending in a top folder",
      "Write `bin/start` and `docker/Dockerfile`.",
      ["bin/start", "docker/Dockerfile"],
    ],
    ["a folder", "Create `src/lib/` for it.", ["src/lib/**"]],
    ["a dynamic route", "Change `app/[slug]/(auth)/page.tsx`.", ["app/[slug]/(auth)/page.tsx"]],
    ["a placeholder", "Add `changes/<id>-note.md`.", ["changes/*-note.md"]],
    ["alternatives", "Write `app/{in,out}/route.ts`.", ["app/{in,out}/route.ts"]],
    ["a path in the first comment of a code block", "```ts\n// src/a.ts\nexport {};\n```", ["src/a.ts"]],
    ["what a command moves", "```bash\n$ git mv src/old.ts src/new.ts\n```", ["src/new.ts", "src/old.ts"]],
    ["a path written from the current folder", "Edit `./src/a.ts`.", ["src/a.ts"]],
    [
      "a test that a command also runs",
      "Create `src/a.test.ts`; run `npx vitest run src/a.test.ts`.",
      ["src/a.test.ts"],
    ],
  ])("inferWrites finds %s", (_what, description, expected) => {
    expect(inferWrites(description)).toEqual(expected);
  });
});

describe("inferWrites passes over", () => {
  it.each([
    ["addresses", "https://example.com/a/b.ts, `http://localhost/src/a.ts`, `github.com/a/b.ts`"],
    ["package names", "`@scope/pkg/a.ts`, `react-dom/client`, `node:fs/promises`"],
    ["imports", "```ts\nimport { a } from './src/a.ts';\nimport b from 'lib/b.js';\n```"],
    ["imports in a quoted span", "`import a from 'src/a.ts'`"],
    ["routes of a server", "`GET /api/users.json`, `/api/users/:id`"],
    [
      "paths outside the checkout",
      "`~/.config/tool/a.json`, `/etc/hosts.conf`, `../other/a.ts`, `C:/a/b.ts`",
    ],
    ["comment marks and bare wildcards", "Close it with `*/` and use `**` or `*.ts`."],
    ["dates, fractions and media types", "On 2026/03/14, 1/2 of `text/plain` and `application/json`."],
    ["words with a slash", "and/or, `try/catch`, `start/delta/end`, `bg-red-500/20`"],
    ["routes between words without spaces", "默认需要授权，除了/api/auth/*和/api/external/*"],
    ["two files in one word", "`index.ts/index.js`"],
    ["commands in a quoted span", "`npx vitest run src/a.test.ts`"],
    ["code that is no first line", "```ts\nconst a = 1;\n// src/a.ts\n```"],
    ["installed packages", "`node_modules/a/b.js`"],
    ["files of unknown places", "`pool.ts` and `helpers.py`"],
  ])("inferWrites passes over %s", (_what, description) => {
    expect(inferWrites(description)).toEqual([]);
  });
});

describe("inferWrites leaves out what is only read", () => {
  it.each([
    ["see", "See `src/a.ts` for the shape. Write `src/b.ts`."],
    ["read", "1. Read `src/a.ts`.\n2. Write `src/b.ts`."],
    ["the pattern in", "Write `src/b.ts` following the pattern in `src/a.ts`."],
    ["Reference:", "**Reference:** `src/a.ts`\n\nWrite `src/b.ts`."],
    ["a section of references", "## References\n- `src/a.ts`\n\n## Files to create\n- `src/b.ts`"],
    ["read-only behind it", "- `src/a.ts` (read-only)\n- `src/b.ts`"],
    ["do not modify", "Change `src/a.ts`? No: do not modify `src/a.ts` or `src/c.ts`. Write `src/b.ts`."],
    ["leave alone", "Leave `src/a.ts` alone. Write `src/b.ts`."],
    ["a section of what not to touch", "## Do not touch\n- `src/a.ts`\n## Steps\nWrite `src/b.ts`."],
  ])("inferWrites leaves out what is only read after %s", (_marker, description) => {
    expect(inferWrites(description)).toEqual(["src/b.ts"]);
  });

  it.each([
    ["a mention that says nothing", "`src/a.ts` exports the list."],
    ["a second mention that is no reading", "See `src/a.ts`. Add a line to `src/a.ts`."],
    ["a change in the same clause", "See how it works and update `src/a.ts`."],
    [
      "a part of a file that is not to be changed",
      "Do not change the existing tests in `src/a.ts`, add new ones.",
    ],
  ])("inferWrites leaves out what is only read, but not after %s", (_what, description) => {
    expect(inferWrites(description)).toEqual(["src/a.ts"]);
  });
});

describe("inferWrites", () => {
  it("inferWrites prefers the files to the folder that holds them, and full paths to their endings", () => {
    expect(inferWrites("In `src/ui/`: `src/ui/a.ts`. The file `ui/a.ts` is new.")).toEqual(["src/ui/a.ts"]);
  });

  it("inferWrites returns each path once, in order, and at most 60", () => {
    const paths = Array.from({ length: 80 }, (_, at) => `src/${String(at).padStart(2, "0")}.ts`);
    const text = [...paths, ...paths].map((path) => `- \`${path}\``).join("\n");
    expect(inferWrites(text)).toEqual(paths.slice(0, 60));
  });

  it("inferWrites finds nothing in nothing", () => {
    expect(inferWrites("")).toEqual([]);
  });

  it("inferWrites always returns valid globs, the same ones for the same text", () => {
    const piece = fc.constantFrom(
      "`",
      "src/",
      "a.ts",
      "/",
      " ",
      "\n",
      "```",
      "see ",
      "*",
      "[",
      "{",
      "}",
      "..",
      "(",
      "\\",
      ":1",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const found = inferWrites(pieces.join(""));
        expect(found.map(normaliseGlob)).toEqual(found);
        expect(inferWrites(pieces.join(""))).toEqual(found);
      }),
    );
  });

  it("inferWrites takes bounded time for a hostile description", () => {
    const spentMs = processorTimer();
    inferWrites("see `a/b.ts` ".repeat(3000));
    inferWrites(`\`${"a/".repeat(20_000)}\``);
    inferWrites("leave ".repeat(5000) + "`src/a.ts`".repeat(500));
    inferWrites("*".repeat(20_000) + "<".repeat(20_000));
    expect(spentMs()).toBeLessThan(5000);
  });
});

describe("a path that a rule or a pattern is taken from", () => {
  it.each([
    "Write `src/a.ts` following `docs/guide.md`.",
    "Write `src/a.ts` according to `docs/guide.md`.",
    "Write `src/a.ts` so that it matches `contracts/guide.yaml`.",
    "Write `src/a.ts` with the conventions in `docs/guide.md`.",
  ])("a path that a rule or a pattern is taken from is read, not written: %s", (description) => {
    expect(inferWrites(description)).toEqual(["src/a.ts"]);
  });
});

describe("inferWrites finds a path as people write it in a sentence", () => {
  it.each([
    [
      "before a full-width mark",
      "新增 src/pond.ts（水）、src/fish.ts，完成。",
      ["src/fish.ts", "src/pond.ts"],
    ],
    ["between letters without spaces", "在src/pond.ts中新增", ["src/pond.ts"]],
    ["with letters of its own language", "更新 docs/说明.md", ["docs/说明.md"]],
    ["that is a folder", "Add helpers in app/water/pumps/", ["app/water/pumps/**"]],
    ["that is a folder of the top level", "Set up `water/` and docs/", ["docs/**", "water/**"]],
    ["that is a folder behind a word for places", "Add helpers under src/water", ["src/water"]],
    [
      "with an ending that nobody knows",
      "Write `model/pond.fishml` and src/pond.wat2",
      ["model/pond.fishml", "src/pond.wat2"],
    ],
    [
      "by its name beside one that is known",
      "Change `src/pond.ts` and `fish.ts`",
      ["**/fish.ts", "src/pond.ts"],
    ],
    [
      "by a name in capitals beside one that is known",
      "Change `src/pond.ts` and `FISH.md`",
      ["FISH.md", "src/pond.ts"],
    ],
    ["by its name after its path", "Change `src/pond.ts`; in `pond.ts` only the depth", ["src/pond.ts"]],
    ["in brackets", "Write it [src/pond.ts]", ["src/pond.ts"]],
  ])("inferWrites finds a path as people write it in a sentence: %s", (_what, text, expected) => {
    expect(inferWrites(text)).toEqual(expected);
  });
});

describe("inferWrites leaves out", () => {
  it.each([
    ["a document with a place in it", "Write `src/a.ts` (contracts/pond.md §2)"],
    ["a document with a quotation", 'Write `src/a.ts` (docs/pond.md "Depth")'],
    ["a document behind what is written", "Write `src/a.ts` (specs/pond/plan.md)"],
    ["a document that something is defined in", "Write `src/a.ts` as defined in docs/pond.md"],
    ["a document that something comes from", "Write `src/a.ts` with the fields from docs/pond.md"],
    ["a document behind a label", "Write `src/a.ts`\n**Spec**: docs/pond.md"],
    ["what it is to be like", "Write `src/a.ts`, similar to `src/old.ts`"],
    ["what a command runs", "Write `src/a.ts`, then run npm test -- test/a.test.ts"],
  ])("inferWrites leaves out %s", (_what, text) => {
    expect(inferWrites(text)).toEqual(["src/a.ts"]);
  });

  it.each([
    ["Build the pump.\nDescribe it in README.md."],
    ["1. Pump\n2. Filter\n3. Mention both in CHANGELOG.md"],
    ["Build the pump and document it in README.md"],
    ["Build the pump.\nIt is described in docs/pump.md."],
  ])("inferWrites leaves out the one document of the repository beside other work: %j", (text) => {
    expect(inferWrites(text)).toEqual([]);
  });

  it.each([["Describe the pump in README.md"], ["Update README.md and CHANGELOG.md for the release."]])(
    "inferWrites does not leave out a document of the repository where it is the work: %j",
    (text) => {
      expect(inferWrites(text)).toContain("README.md");
    },
  );

  it("inferWrites finds a document in brackets that is all there is to write", () => {
    expect(inferWrites("Document the pump (docs/pump.md)")).toEqual(["docs/pump.md"]);
  });
});
