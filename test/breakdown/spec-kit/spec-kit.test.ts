import { describe, expect, it } from "vitest";
import { edgesOf, readText, refusalOf } from "../../support/read-a-file.ts";

const FILE = "specs/007-bird-feeder/tasks.md";

const TASKS = `---
description: Work on the bird feeder
---

# Tasks: Bird feeder camera

**Input**: documents of \`specs/007-bird-feeder/\`

## Format: \`[ID] [P?] [Story] Description\`

<!--
- [ ] T900 A sample that nobody wants
-->

## Phase 1: Setup (Shared Infrastructure)

**Purpose**: A project that starts

- [ ] T001 Create the folders of the camera
- [ ] T002 [P] Pin the driver in requirements.txt
- [ ] T003 [P] Write the linter's rules in pyproject.toml

## Phase 2: Foundational (Blocking Prerequisites)

- [ ] T004 Open the camera in src/camera/open.py
      It must survive an unplugged cable.

      \`\`\`python
      - [ ] T901 is code
      \`\`\`
- [ ] T005 Save frames in src/camera/store.py

**Checkpoint**: frames are saved

## Phase 3: User Story 1 - See who came (Priority: P1) 🎯 MVP

**Goal**: A page with today's birds
**Independent Test**: Open the page after a visit

### Tests for User Story 1

- [ ] T006 [P] [US1] Contract test in tests/contract/test_page.py
- [ ] T007 [P] [US1] Integration test in tests/integration/test_visit.py

### Implementation for User Story 1

- [ ] T008 [P] [US1] Model of a visit in src/models/visit.py
- [ ] T009 [P] [US1] Model of a bird in src/models/bird.py
- [ ] T010 [US1] Page in src/web/page.py (depends on T008, T009)

## Phase 4: User Story 2 - Count them (Priority: P2)

- [ ] T011 [US2] Counter in src/web/count.py
- [ ] T012 [US2] Show the counter in src/web/page.py

## Phase 5: Polish & Cross-Cutting Concerns

- [ ] T013 [P] Describe the camera in docs/camera.md
- [ ] T014 [P] Describe the page in docs/page.md

## Dependencies & Execution Order

- **Setup (Phase 1)**: none
`;

const ticked = (...ids: string[]) =>
  ids.reduce((text, id) => text.replace(`- [ ] ${id} `, `- [X] ${id} `), TASKS);

describe("tasks.md of spec-kit", () => {
  it("tasks.md is recognised by its content, whatever it is called", async () => {
    const breakdown = await readText(TASKS, "notes/work.txt");
    expect(breakdown).toMatchObject({ title: "Bird feeder camera", own: false });
    expect(breakdown.warnings).toEqual(["not read as tasks, in code or a comment: line 12"]);
    expect(breakdown.tasks).toHaveLength(14);
  });

  it("tasks.md puts tasks in order within a phase, except those marked [P]", async () => {
    const edges = edgesOf(await readText(TASKS, FILE));
    expect(edges).toMatchObject({ T001: [], T002: ["T001"], T003: ["T001"] });
    expect(edges).toMatchObject({ T005: ["T004"], T011: ["T005"], T012: ["T011"] });
  });

  it("tasks.md lets set-up and foundation block what follows, user stories only what comes after all of them", async () => {
    const edges = edgesOf(await readText(TASKS, FILE));
    expect(edges.T004).toEqual(["T002", "T003"]);
    expect(edges).toMatchObject({ T006: ["T005"], T007: ["T005"], T011: ["T005"] });
    expect(edges).toMatchObject({ T013: ["T010", "T012"], T014: ["T010", "T012"] });
  });

  it("tasks.md begins no group of [P] tasks before those above the subheading have ended", async () => {
    const edges = edgesOf(await readText(TASKS, FILE));
    expect(edges).toMatchObject({ T008: ["T006", "T007"], T009: ["T006", "T007"], T010: ["T008", "T009"] });
  });

  it("tasks.md infers what a task writes from its own lines, so that the same file is never written at once", async () => {
    const { tasks } = await readText(TASKS, FILE);
    const written = Object.fromEntries(tasks.map((task) => [task.id, task.inferredWrites]));
    expect(written).toMatchObject({
      T001: [],
      T004: ["src/camera/open.py"],
      T010: ["src/web/page.py"],
      T012: ["src/web/page.py"],
    });
  });

  it("tasks.md gives each task what its phase says, and the lines that belong to it", async () => {
    const { tasks } = await readText(TASKS, FILE);
    const byId = new Map(tasks.map((task) => [task.id as string, task]));
    expect(byId.get("T004")?.description).toMatch(
      /^Open the camera .*\n {6}It must survive an unplugged cable\.\n\n {6}```python\n {6}- \[ \] T901 is code/,
    );
    expect(byId.get("T010")).toMatchObject({
      subject: "Page in src/web/page.py (depends on T008, T009)",
      phase: 3,
      phaseName: "User Story 1 - See who came (Priority: P1) 🎯 MVP",
      priority: "high",
      extra: { story: "US1" },
    });
    expect(byId.get("T010")?.description).toContain(
      "Goal: A page with today's birds\nIndependent Test: Open the page after a visit",
    );
    expect(byId.get("T010")?.description).toContain("specs/007-bird-feeder");
    expect(byId.get("T012")?.priority).toBe("medium");
    expect(byId.get("T013")?.priority).toBe("medium");
  });

  it("tasks.md leaves out what is ticked off, says so, and lets nothing wait for it", async () => {
    const breakdown = await readText(ticked("T001", "T004", "T005", "T008"), FILE);
    expect(breakdown.warnings).toEqual([
      "marked as done and left out, so that nothing waits for them: T001, T004, T005, T008",
      "not read as tasks, in code or a comment: line 12",
    ]);
    const edges = edgesOf(breakdown);
    expect(edges).toMatchObject({ T002: [], T003: [], T006: ["T002", "T003"], T010: ["T009"] });
  });

  it("tasks.md expands a span of tasks that one names as its dependencies", async () => {
    const text = TASKS.replace("(depends on T008, T009)", "(depends on T002-T004 and T777)");
    expect(edgesOf(await readText(text, FILE)).T010).toEqual(["T002", "T003", "T004", "T008", "T009"]);
  });

  it("tasks.md takes tasks without phases in the order of the list", async () => {
    const text = "- [ ] T1 One\n- [ ] T2 [P] Two\n- [ ] T3 [P] Three\n- [x] T4 Four\n- [ ] **T5** Five\n";
    expect(edgesOf(await readText(text, FILE))).toEqual({ T1: [], T2: ["T1"], T3: ["T1"], T5: ["T2", "T3"] });
  });

  it("tasks.md takes a path for a folder where other tasks have files below it, whatever its name", async () => {
    const text =
      "- [ ] T001 Add a package in `src/Pond.Api`\n- [ ] T002 Change `src/Pond.Api/pond.json`\n- [ ] T003 Tidy `lib/` and `lib/**/fish.ts`\n- [ ] T004 Tidy all of `lib/`\n";
    const { tasks } = await readText(text, FILE);
    expect(tasks.map(({ inferredWrites }) => inferredWrites)).toEqual([
      ["src/Pond.Api/**"],
      ["src/Pond.Api/pond.json"],
      ["lib/**/fish.ts"],
      ["lib/**"],
    ]);
  });

  it("tasks.md cuts a subject that is a whole paragraph, and nothing of the description", async () => {
    const [task] = (await readText(`- [ ] T001 ${"word ".repeat(100)}`, FILE)).tasks;
    expect(task?.subject.length).toBeLessThan(165);
    expect(task?.subject).toMatch(/word …$/);
    expect(task?.description).toContain("word ".repeat(99));
  });

  it("tasks.md is refused with line and remedy where an id stands twice, or a dependency closes a cycle", async () => {
    const twice = await refusalOf("- [ ] T001 a\n\n- [ ] T001 b\n", FILE);
    expect(twice.message).toBe(`${FILE}: the id T001 stands twice, in line 1 and line 3.`);
    const cycle = await refusalOf("- [ ] T001 a (depends on T002)\n- [ ] T002 b (depends on T001)\n", FILE);
    expect(cycle).toMatchObject({ field: "line 1.dependencies", remedy: expect.stringMatching(/^Remove/) });
  });

  it("tasks.md is refused when everything is done", async () => {
    expect((await refusalOf("- [x] T001 a\n", FILE)).message).toContain(
      "all of its 1 tasks are marked as done",
    );
  });
});
