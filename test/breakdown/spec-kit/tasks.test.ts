import { describe, expect, it } from "vitest";
import { readText } from "../../support/read-a-file.ts";

const read = (text: string) => readText(text, "specs/pond/tasks.md");
const idsOf = async (text: string) => (await read(text)).tasks.map(({ id }) => id);

describe("tasks.md finds a task", () => {
  it.each([
    ["with a part's number", "- [ ] T007.2 Lay the liner", "T007.2"],
    ["with a letter behind a dash", "- [ ] T007-B Lay the liner", "T007-B"],
    ["with a number behind a dash", "- [ ] T007-2 Lay the liner", "T007-2"],
    ["with a word behind a dash", "- [ ] T007-LATE Lay the liner", "T007-LATE"],
    ["with a dash in its number", "- [ ] T-007 Lay the liner", "T-007"],
    ["with letters in its number", "- [ ] T-HF07 Lay the liner", "T-HF07"],
    ["with its number in brackets", "- [ ] [T007] Lay the liner", "T007"],
    ["with its number in bold", "- [ ] **T007**: Lay the liner", "T007"],
    ["behind a full-width colon", "- [ ] T007：鋪設防水布", "T007"],
    ["behind the word task", "* [ ] Task T007: Lay the liner", "T007"],
    ["in a numbered list", "1. [ ] T007 Lay the liner", "T007"],
    ["with its box behind the number", "12. **T007**: [ ] Lay the liner", "T007"],
    ["behind a sign in place of a box", "- ⬜ T007 Lay the liner", "T007"],
    ["in a heading with a box", "### [ ] T007 Lay the liner", "T007"],
    ["in a heading with list mark and box", "#### - [ ] T007: Lay the liner", "T007"],
    ["in a heading without a box", "### T007 - Lay the liner", "T007"],
    ["that is indented under another one", "- [ ] T006 Dig\n    - [ ] T007 Lay the liner", "T007"],
  ])("tasks.md finds a task %s", async (_what, line, id) => {
    const { tasks } = await read(`# Tasks: Pond\n\n## Phase 1: Hole\n\n${line}\n`);
    expect(tasks.at(-1)).toMatchObject({
      id,
      subject: expect.stringMatching(/^(?:Lay the liner|鋪設防水布)$/),
    });
  });

  it.each([
    ["- [x] T001 Dig"],
    ["- [✓] T001 Dig"],
    ["- ✅ T001 Dig"],
    ["- [x] ~~T001 Dig~~"],
    ["- **T001**: [x] Dig"],
    ["### [x] T001 Dig"],
    ["### T001 Dig ✅"],
    ["### T001 Dig (done)"],
    ["### ✅ T001: Dig - COMPLETED"],
  ])("tasks.md takes a task for done in %s", async (line) => {
    const { tasks, warnings } = await read(`## Phase 1: Hole\n\n${line}\n\n- [ ] T002 Fill\n`);
    expect(tasks.map(({ id }) => id)).toEqual(["T002"]);
    expect(warnings[0]).toBe("marked as done and left out, so that nothing waits for them: T001");
  });

  it("tasks.md takes a task for open where its box has a sign of another meaning, and says so", async () => {
    const { tasks, warnings } = await read("- [~] T001 Dig\n- [-] T002 Fill\n- [ ] T003 Plant\n");
    expect(tasks).toHaveLength(3);
    expect(warnings).toEqual(["read as not done: T001 [~], T002 [-]"]);
  });
});

describe("tasks.md names every line that looks like a task and is none", () => {
  it("tasks.md names every line that looks like a task and is none, with the reason", async () => {
    const { warnings } = await read(
      [
        "- [ ] T001 Dig",
        "",
        "- [ ] Tell the neighbours",
        "- [ ] T002-T004 Plants of all kinds",
        "",
        "> - [ ] T005 Fish",
        "",
        "```",
        "- [ ] T006 Frogs",
        "```",
        "<!--",
        "- [ ] T007 Herons",
      ].join("\n"),
    );
    expect(warnings).toEqual([
      "not read as tasks, a box without the number of a task: line 3-4",
      "not read as tasks, in a quotation: line 6",
      "not read as tasks, in code or a comment: line 9, 12",
    ]);
  });

  it("tasks.md names an id that has no box and is in no task, and not the lines that only speak of one", async () => {
    const { tasks, warnings } = await read(
      "- [ ] T001 Dig\n- T002 Fill\n\n| T001 | Dig |\n| T003 | Plant |\n\n- T001 before T002\n- T001-T003 belong together\n",
    );
    expect(tasks).toHaveLength(1);
    expect(warnings).toEqual(["not read as tasks, an id without a box: line 2, 5"]);
  });

  it("tasks.md does not take the document's title for a task", async () => {
    const { tasks } = await read("# T1 Pond\n\n- [ ] T001 Dig\n");
    expect(tasks.map(({ id }) => id)).toEqual(["T001"]);
    expect(await idsOf("# T001 Dig\n\nDeep.\n\n# T002 Fill\n")).toEqual(["T001", "T002"]);
  });

  it("tasks.md does not name the boxes inside a task, which belong to its description", async () => {
    const { tasks, warnings } = await read("- [ ] T001 Dig\n  - [ ] Deep\n  - [x] Wide\n");
    expect(tasks[0]?.description).toContain("  - [ ] Deep\n  - [x] Wide");
    expect(warnings).toEqual([]);
  });

  it("tasks.md names the open parts of what is done", async () => {
    const { warnings } = await read("- [x] T001 Dig\n  - [ ] Deep\n- [ ] T002 Fill\n");
    expect(warnings).toContain("T001 is marked as done; open boxes below it (line 2) are left out with it");
  });
});

describe("tasks.md reads a list that names the tasks once more as a summary", () => {
  it("tasks.md takes from a list that repeats the tasks as a summary behind their headings what is done", async () => {
    const { tasks, warnings } = await read(
      "## Phase 1: Hole\n\n### T001 Dig\n**File**: `src/dig.ts`\n\n### T002 Fill\n\n#### Notes\nSlowly.\n\n## Progress\n\n- [x] T001: dig\n- [ ] T002: fill\n",
    );
    expect(tasks).toMatchObject([
      { id: "T002", description: expect.stringContaining("#### Notes\nSlowly.") },
    ]);
    expect(warnings).toEqual([
      "marked as done and left out, so that nothing waits for them: T001",
      "named once more, as in a summary: T001 in line 13, T002 in line 14",
    ]);
  });

  it("tasks.md reads a list outside of the phases that names the tasks once more as a summary", async () => {
    expect(
      await idsOf(
        "## Phase 1: Hole\n- [ ] T001 Dig\n## Phase 2: Water\n- [ ] T002 Fill\n## First release\n- [ ] T001 Dig\n",
      ),
    ).toEqual(["T001", "T002"]);
  });
});

describe("tasks.md joins a wrapped line", () => {
  it("tasks.md joins a wrapped line and takes the first sentence as the subject", async () => {
    const { tasks } = await read(
      "- [ ] T001 Dig the hole, e.g. with\n  `tools/spade.sh` v1.2,\n  two metres deep. Mind the\n  pipes in `src/pipes.ts`.\n- [ ] T002 Fill it\nslowly\n",
    );
    expect(tasks.map(({ subject }) => subject)).toEqual([
      "Dig the hole, e.g. with `tools/spade.sh` v1.2, two metres deep.",
      "Fill it slowly",
    ]);
    expect(tasks[0]?.inferredWrites).toEqual(["src/pipes.ts", "tools/spade.sh"]);
  });

  it("tasks.md does not join a line with what begins anew", async () => {
    const { tasks } = await read("- [ ] T001 Dig\n**Checkpoint**: a hole\n- [ ] T002 Fill\n");
    expect(tasks[0]?.subject).toBe("Dig");
  });
});
