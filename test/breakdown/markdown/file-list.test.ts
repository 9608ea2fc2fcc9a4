import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../../mcp-server/src/breakdown/markdown/document.ts";
import { filesIn } from "../../../mcp-server/src/breakdown/markdown/file-list.ts";

const files = (text: string) => filesIn(parseMarkdown(text, "plan.md").lines);
const writes = (items: string) => files(`**Files:**\n${items}\n`)?.writes;

describe("a list of files gives as written", () => {
  it.each([
    [
      "several with notes between",
      "- Modify: `src/a.ts` (add `dig`), `src/b.ts` (call `dig()`)",
      ["src/a.ts", "src/b.ts"],
    ],
    ["one behind words", "- Modify: every pump in `src/pumps/`, `src/a.ts`", ["src/pumps/", "src/a.ts"]],
    ["a folder that is called one", "- Delete: the old `src/pumps` folder", ["src/pumps/"]],
    [
      "siblings by their names",
      "- Create: `src/ui/Pond.tsx`, `Pump.tsx` and `Fish.tsx`",
      ["src/ui/Pond.tsx", "src/ui/Pump.tsx", "src/ui/Fish.tsx"],
    ],
    [
      "what lies at the top by custom",
      "- Modify: `src/ui/Pond.tsx`, `package.json`, `NOTES.md`",
      ["src/ui/Pond.tsx", "package.json", "NOTES.md"],
    ],
    [
      "at both places a name that may lie beside the path or at the top",
      "- Modify: `src/pond/dig.py` (deeper), `pond.json` (depth)",
      ["src/pond/dig.py", "src/pond/pond.json", "pond.json"],
    ],
    [
      "a name that is not known yet",
      "- Create: `db/<ts>_pond.sql`, `db/<date time>_fish.sql`",
      ["db/*_pond.sql", "db/*_fish.sql"],
    ],
    [
      "lines of one file",
      "- Modify: `src/a.ts:3-9`, `:14`, `:20-31` and `src/b.ts#L4`",
      ["src/a.ts", "src/b.ts"],
    ],
    ["what moved, at both ends", "- Move: `src/a.ts` → `lib/a.ts`", ["src/a.ts", "lib/a.ts"]],
    ["where it moved from", "- Create: `lib/a.ts` (moved from `src/a.ts`)", ["lib/a.ts", "src/a.ts"]],
    ["a verb with a note", "- Modify (carefully): `src/a.ts`", ["src/a.ts"]],
    [
      "a verb in bold without a colon",
      "- **Create** `src/a.ts`\n- [NEW] `src/b.ts`",
      ["src/a.ts", "src/b.ts"],
    ],
    ["a verb behind a dash", "- Create — `src/a.ts`", ["src/a.ts"]],
    ["no verb", "- `src/a.ts`\n- `src/b.ts` (new)", ["src/a.ts", "src/b.ts"]],
    ["a verb above a list", "- Create:\n  - `src/a.ts`\n  - `src/b.ts`", ["src/a.ts", "src/b.ts"]],
    [
      "an item that is wrapped",
      "- Create: `src/a.ts`,\n  `src/b.ts`\n- Modify: `src/c.ts`",
      ["src/a.ts", "src/b.ts", "src/c.ts"],
    ],
    [
      "items with blank lines between",
      "- Create: `src/a.ts`\n\n- Modify: `src/b.ts`",
      ["src/a.ts", "src/b.ts"],
    ],
    [
      "rows of a table",
      "| File | What |\n|---|---|\n| `src/a.ts` | new |\n| `src/b.ts` | change |",
      ["src/a.ts", "src/b.ts"],
    ],
    ["numbered items", "1. `src/a.ts`\n2. `src/b.ts`", ["src/a.ts", "src/b.ts"]],
    ["full-width marks", "- Create：`src/a.ts`、`src/b.ts`（新）", ["src/a.ts", "src/b.ts"]],
    ["plain words", "- Create: src/a.ts (new), src/b.ts", ["src/a.ts", "src/b.ts"]],
    [
      "endings that nobody knows",
      "- Create: `model/pond.fishml`, `Pumpfile`",
      ["model/pond.fishml", "Pumpfile"],
    ],
    [
      "the file that a command tests",
      "- Create: `src/a.ts`\n- Test: `npm test -- test/a.test.ts && npm run lint`",
      ["src/a.ts", "test/a.test.ts"],
    ],
    ["none of a command", "- Create: `src/a.ts`\n- Test: `npm test`\n- Test: `go test ./...`", ["src/a.ts"]],
  ])("a list of files gives as written %s", (_what, items, expected) => {
    expect(writes(items)).toEqual(expected);
  });

  it.each([
    ["**Files：**\n- Create: `src/a.ts`"],
    ["**Files**\n\n- Create: `src/a.ts`"],
    ["Files:\n- Create: `src/a.ts`"],
    ["#### Files\n- Create: `src/a.ts`"],
    ["- **File**: `src/a.ts`"],
    ["**Files to create:**\n- `src/a.ts`"],
    ["**文件**：\n- 创建：`src/a.ts`"],
  ])("a list of files is found under each form of its label: %j", (text) => {
    expect(files(text)?.writes).toEqual(["src/a.ts"]);
  });

  it("a list of files tells what it names without a path, unless nothing is changed there", () => {
    const text =
      "**Files:**\n- Modify: `src/a.ts`\n- Modify: all pumps\n- Review: all ponds\n- Create: none\n";
    expect(files(text)).toEqual({ writes: ["src/a.ts"], reads: [], pathless: ["Modify: all pumps"] });
  });

  it("a list of files that says nothing is written gives nothing, and a text without a list has none", () => {
    expect(files("**Files:** none\n")).toEqual({ writes: [], reads: [], pathless: [] });
    expect(files("**Files:**\n- None (verification only)\n")).toEqual({
      writes: [],
      reads: [],
      pathless: [],
    });
    expect(files("Change files: all of them.\n")).toBeUndefined();
  });
});

describe("a list of files gives as read", () => {
  it.each([
    ["- Read: `docs/a.md`"],
    ["- Reference: `docs/a.md`"],
    ["- Verify: `docs/a.md`"],
    ["- Read:\n  - `docs/a.md`"],
    ["- `docs/a.md` (read-only)"],
  ])("a list of files gives as read: %j", (items) => {
    expect(files(`**Files:**\n- Create: \`src/a.ts\`\n${items}\n`)).toEqual({
      writes: ["src/a.ts"],
      reads: ["docs/a.md"],
      pathless: [],
    });
  });

  it("a list of files says nothing of what is written where only what is read is listed", () => {
    expect(files("**Files:**\n- Inspect: `docs/a.md`\n")).toEqual({ reads: ["docs/a.md"], pathless: [] });
  });

  it("a list of files gives as read what has a label of its own", () => {
    expect(files("**Files to create:**\n- `src/a.ts`\n\n**Files to read:**\n- `src/b.ts`\n")).toEqual({
      writes: ["src/a.ts"],
      reads: ["src/b.ts"],
      pathless: [],
    });
  });
});
