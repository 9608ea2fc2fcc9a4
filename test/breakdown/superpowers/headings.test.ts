import { describe, expect, it } from "vitest";
import { edgesOf, readText } from "../../support/read-a-file.ts";

const read = (text: string) => readText(text, "docs/plans/pond.md");

describe("a plan finds a task in the heading", () => {
  it.each([
    ["### Task 7: Dig", "7", "Dig"],
    ["## Task 7.2 - Dig", "7.2", "Dig"],
    ["### Task B: Dig", "B", "Dig"],
    ["### Task 10.A: Dig", "10.A", "Dig"],
    ["### Task 7 (P0): Dig", "7", "Dig"],
    ["### Task 7 (P1) [backend]: Dig", "7", "Dig"],
    ["### Task 7：挖坑", "7", "挖坑"],
    ["### 任务 7：挖坑", "7", "挖坑"],
    ["### Task 7 — Dig", "7", "Dig"],
    ["### Task #7: Dig", "7", "Dig"],
    ["### Task-7: Dig", "7", "Dig"],
    ["### TASK 7: Dig", "7", "Dig"],
    ["### Task T-7: Dig", "T-7", "Dig"],
    ["### Task 7/12: Dig", "7", "Dig"],
    ["### Task IV: Dig", "IV", "Dig"],
    ["### Task A-DX7 (stretch): Dig", "A-DX7", "Dig"],
    ["### **Task 7:** Dig", "7", "Dig"],
    ["### 🔧 Task 7: Dig", "7", "Dig"],
    ["### [ ] Task 7: Dig", "7", "Dig"],
    ["### - [ ] Task 7: Dig", "7", "Dig"],
    ["### Task 7 Dig", "7", "Dig"],
    ["### Task 7", "7", "Task 7"],
  ])("a plan finds a task in the heading: %s", async (heading, id, subject) => {
    const { tasks, warnings } = await read(`# Pond Plan\n\n${heading}\n\nText.\n`);
    expect(tasks).toMatchObject([{ id, subject }]);
    expect(warnings).toEqual([]);
  });

  it("a plan finds the priority of a task in brackets behind the number in the heading", async () => {
    const { tasks } = await read("### Task 1 (P0): a\n### Task 2 (P3): b\n");
    expect(tasks.map(({ priority }) => priority)).toEqual(["high", "low"]);
  });

  it.each([
    ["### Task 1: Dig ✅"],
    ["### Task 1: Dig ✅ COMPLETED"],
    ["### Task 1: Dig - DONE"],
    ["### Task 1: Dig (completed)"],
    ["### Task 1 ✅: Dig"],
    ["### Task 1 (done): Dig"],
    ["### ✅ Task 1: Dig"],
    ["### [x] Task 1: Dig"],
    ["### ~~Task 1: Dig~~"],
    ["### Task 1: Dig\n\n**Status:** ✅ done"],
  ])("a plan takes a task for done in %s", async (heading) => {
    const { tasks, warnings } = await read(`${heading}\n\n### Task 2: Fill\n- **Depends on**: Task 1\n`);
    expect(tasks).toMatchObject([{ id: "2", dependencies: [] }]);
    expect(warnings).toEqual(["marked as done and left out, so that nothing waits for them: 1"]);
  });

  it("a plan takes a task for open where a status in a sample says something else", async () => {
    const { tasks } = await read("### Task 1: Dig\n\n**Status:** ✅ Approved | ❌ Rejected\n");
    expect(tasks).toHaveLength(1);
  });

  it("a plan takes a task for open where its name only ends with a word for done", async () => {
    const { tasks } = await read("### Task 1: Get the digging done\n");
    expect(tasks).toMatchObject([{ subject: "Get the digging done" }]);
  });
});

describe("a plan names what looks like a task and is none", () => {
  it("a plan names what looks like a task outside of every task, in code, and in headings of several", async () => {
    const { tasks, warnings } = await read(
      [
        "# Pond Plan",
        "- [ ] Ask the neighbours",
        "### Task 1: Dig",
        "- [ ] Step",
        "```",
        "### Task 9: Sample",
        "```",
        "### Tasks 2-3: Plants",
        "Many.",
      ].join("\n"),
    );
    expect(tasks).toHaveLength(1);
    expect(warnings).toEqual([
      "not read as tasks, a box outside of every task: line 2",
      "not read as tasks, in code or a comment: line 6",
      "not read as tasks, a heading of several tasks or without a number of its own: line 8",
    ]);
  });

  it("a plan names an entry of a list or table whose task has no heading", async () => {
    const { tasks, warnings } = await read(
      "### Task 1: Dig\n\n## Later\n\n- Task 1 comes first\n- **Task 2**: Fill\n- Task 2-3\n\n| Task 4 | Plant |\n",
    );
    expect(tasks).toHaveLength(1);
    expect(warnings).toEqual(["not read as tasks, a task without a heading: line 6, 9"]);
  });

  it("a plan names the open steps of what is marked as done", async () => {
    const { warnings } = await read("### Task 1: a ✅\n- [x] b\n- [ ] c\n### Task 2: d\n");
    expect(warnings).toContain("task 1 is marked as done; its open steps (line 3) are left out with it");
  });
});

describe("a plan whose tasks have tasks below them", () => {
  const PARTS = "### Task 1: Hole\nA big one.\n#### Task 1.1: Dig\n- [ ] a\n#### Task 1.2: Line\n- [ ] b\n";

  it("a plan whose tasks have tasks below them takes the parts in place of a task that has nothing else to do", async () => {
    const breakdown = await read(`${PARTS}### Task 2: Fill\n- **Depends on**: Task 1\n`);
    expect(edgesOf(breakdown)).toEqual({ "1.1": [], "1.2": ["1.1"], "2": ["1.1", "1.2"] });
    expect(breakdown.tasks[0]?.description).toContain("This is a part of task 1, Hole.\n\nA big one.");
    expect(breakdown.warnings).toEqual(["task 1 is its parts: 1.1, 1.2"]);
  });

  it("a plan whose tasks have tasks below them keeps one that has steps of its own", async () => {
    const breakdown = await read(PARTS.replace("A big one.", "- [ ] Measure"));
    expect(breakdown.tasks.map(({ id }) => id)).toEqual(["1", "1.1", "1.2"]);
  });
});

describe("a plan whose headings have numbers and not the word", () => {
  it("a plan whose headings have numbers and not the word is read where its sections say what they depend on", async () => {
    const breakdown = await read(
      "# Pond\n\n## Phase 1\n\n### 1.1 Dig\n\n**Size:** S | **Dependencies:** None | **Parallel with:** 1.2\n\n### 1.2 — Line\n\n- Size: small · Depends on: 1.1 · Parallel with: —\n\n### 2.1 Fill [M]\n\n**Dependencies:** 1.1, 1.2\n",
    );
    expect(edgesOf(breakdown)).toEqual({ "1.1": [], "1.2": ["1.1"], "2.1": ["1.1", "1.2"] });
  });

  it("a plan whose headings have numbers and not the word is read where its sections have steps", async () => {
    const breakdown = await read(
      "# Pond\n\n## Shape\n\n### P2-T1: Dig\n\n- [ ] **Step 1: Measure**\n\n### P2-T2: Fill\n\n- [x] **Step 1: Pour**\n\n### P2-T3: Plant\n\n- [ ] **Step 1: Buy**\n",
    );
    expect(breakdown.tasks.map(({ id, subject }) => [id, subject])).toEqual([
      ["P2-T1", "Dig"],
      ["P2-T3", "Plant"],
    ]);
  });
});
