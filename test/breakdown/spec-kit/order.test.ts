import { describe, expect, it } from "vitest";
import { edgesOf, readText } from "../../support/read-a-file.ts";

const edges = async (text: string) => edgesOf(await readText(text, "specs/pond/tasks.md"));

const STORIES = `# Tasks: Pond
## Phase 1: Setup
- [ ] T001 Measure
## Phase 2: User Story 1 - Water (Priority: P1)
- [ ] T002 [US1] Dig
- [ ] T003 [US1] Fill
## Phase 3: User Story 2 - Fish (Priority: P2)
- [ ] T004 [US2] Buy
- [ ] T005 [US2] Feed
## Phase 4: User Story 3 - Frogs (Priority: P3)
- [ ] T006 [US3] Wait
## Phase 5: Polish
- [ ] T007 Photograph
`;

describe("tasks.md orders user stories", () => {
  it("tasks.md orders user stories by nothing but what comes before all of them, where it says nothing", async () => {
    expect(await edges(STORIES)).toMatchObject({
      T002: ["T001"],
      T004: ["T001"],
      T006: ["T001"],
      T007: ["T003", "T005", "T006"],
    });
  });

  it.each([
    ["- **User Story 2**: Depends on US1"],
    ["- User Story 2 (P2): Can start after User Story 1 is complete - may integrate with US3"],
    ["- US2 requires US1"],
    ["- US2 builds on the work of US1 (needs water)"],
    ["- **US2**: blocked by Story 1"],
    ["- User Story 1 must be completed before User Story 2"],
    ["- US1 blocks US2"],
    ["- US1 → US2"],
    ["- US2 → US1 (because of the water)"],
    ["- US2 → needs US1"],
    ["- Setup -> US1 -> US2"],
    ["- Phase 3: Depends on Phase 2"],
    ["- Phase 3 (Fish): after Phase 2"],
    ["- Phase 2 is a prerequisite for Phase 3"],
    ["- US2 依赖 US1"],
    ["- **US2**: depende da US1, mas não da US3"],
    ["- US2 depends on US1 but not on US3"],
    ["- T004 depends on T003"],
    ["- T004 (needs T003)"],
    ["- T003 before T004"],
    ["| US2 | depends on US1 |"],
    ["- US2: depends on Phase 1 (measures), Phase 2 (water)"],
    ["| Story | Depends on |\n|---|---|\n| US2 | US1 |\n| US3 | none |"],
  ])("tasks.md orders user stories by what stands under its dependencies: %s", async (line) => {
    const found = await edges(
      `${STORIES}\n## Dependencies & Execution Order\n\n### Story Dependencies\n\n${line}\n`,
    );
    expect(found.T004).toEqual(expect.arrayContaining(["T001", "T003"]));
    expect(found.T006).toEqual(["T001"]);
  });

  it.each([
    ["- **User Story 2**: No dependencies on US1"],
    ["- US2 is independent of US1"],
    ["- US2 may integrate with US1 but should be testable by itself"],
    ["- US2 can run in parallel with US1"],
    ["- US2 does not depend on US1"],
  ])("tasks.md does not order user stories by what says the reverse: %s", async (line) => {
    expect((await edges(`${STORIES}\n## Dependencies\n\n${line}\n`)).T004).toEqual(["T001"]);
  });

  it("tasks.md orders user stories by what a phase says about itself", async () => {
    const inHeading = STORIES.replace("Fish (Priority: P2)", "Fish (Priority: P2, depends on US1)");
    expect((await edges(inHeading)).T004).toEqual(["T001", "T003"]);
    const below = STORIES.replace(
      "## Phase 4: User Story 3 - Frogs (Priority: P3)\n",
      "$&**Depends on**: User Stories 1 and 2\n\n",
    );
    expect((await edges(below)).T006).toEqual(["T001", "T003", "T005"]);
  });
});

const LAYERS = `## Phase 1: Store
- [ ] T001 [US1] Table
## Phase 2: Service
- [ ] T002 [US1] Query
## Phase 3: Screen
- [ ] T003 [US2] List
`;

describe("tasks.md orders layers", () => {
  it("tasks.md orders layers one behind the other, whatever stories their tasks belong to", async () => {
    expect(await edges(LAYERS)).toEqual({ T001: [], T002: ["T001"], T003: ["T002"] });
  });

  it("tasks.md orders layers as the file says, where it says all", async () => {
    const said = `${LAYERS}## Dependencies\n- Phase 2: Depends on Phase 1\n- Screen: depends on Store completion\n`;
    expect(await edges(said)).toEqual({ T001: [], T002: ["T001"], T003: ["T001"] });
  });

  it("tasks.md orders layers by their place as well, where something of what is said is not understood", async () => {
    const said = `${LAYERS}## Dependencies\n- Phase 3: Depends on Phase 1 and the new designs\n`;
    expect((await edges(said)).T003).toEqual(["T001", "T002"]);
  });

  it("tasks.md orders layers behind all that nothing waits for, not only behind the one before", async () => {
    const said = `${LAYERS}## Phase 4: Release\n- [ ] T004 Ship\n## Dependencies\n- Phase 3 depends on Phase 1.\n- Phase 2 depends on Phase 1.\n`;
    expect((await edges(said)).T004).toEqual(["T002", "T003"]);
  });

  it("tasks.md orders layers of one story like any others, and other stories behind them", async () => {
    const text = `## Phase 1: Store (User Story 1)
- [ ] T001 a
## Phase 2: Screen (User Story 1)
- [ ] T002 b
## User Story 2 - Fish
- [ ] T003 c
## User Story 3 - Frogs
- [ ] T004 d
`;
    expect(await edges(text)).toEqual({ T001: [], T002: ["T001"], T003: ["T002"], T004: ["T002"] });
  });

  it("tasks.md orders phases as layers that only name in brackets which story they serve", async () => {
    const text = `## Phase 1: Store (US-1, M-01)
- [ ] T001 a
## Phase 2: Screen (US-2, M-02)
- [ ] T002 b
`;
    expect(await edges(text)).toEqual({ T001: [], T002: ["T001"] });
  });

  it("tasks.md orders layers across a phase of which all is done", async () => {
    expect(await edges(LAYERS.replace("[ ] T002", "[x] T002"))).toEqual({ T001: [], T003: ["T001"] });
  });
});

describe("a task of tasks.md waits for what its own lines name", () => {
  const task = (text: string) => `- [ ] T001 a\n- [ ] T002 [P] b\n- [ ] T003 [P] c\n- [ ] T004 [P] ${text}\n`;

  it.each([
    ["d (depends on T002)"],
    ["d | **Depends on**: T002"],
    ["d\n  - **Depends on**: T002"],
    ["d\n  - Dependencies: T002"],
    ["d (after T002)"],
    ["d; blocked by T002"],
    ["d with what T002 has made"],
  ])("a task of tasks.md waits for what its own lines name: %s", async (text) => {
    expect((await edges(task(text))).T004).toEqual(["T001", "T002"]);
  });

  it("a task of tasks.md does not wait for what it runs beside", async () => {
    expect((await edges(task("d (in parallel with T002)"))).T004).toEqual(["T001"]);
  });

  it("a task of tasks.md waits for what its own lines name even where that comes later in the file", async () => {
    expect(await edges("- [ ] T001 a (depends on T002)\n- [ ] T002 b\n- [ ] T003 c\n")).toEqual({
      T001: ["T002"],
      T002: [],
      T003: ["T002"],
    });
  });

  it("tasks.md says which of the dependencies in a task's lines are not in the file", async () => {
    const { warnings } = await readText(task("d (depends on T002, T099)"), "tasks.md");
    expect(warnings).toEqual(["line 4 names T099, which is not in the file: nothing waits for it"]);
  });

  it("a number of a tracker before the marks of a task hides none of the tasks before the last one", async () => {
    const text = "- [ ] T001 a\n- [ ] T002 POND-7 [P] b\n- [ ] T003 [#12] [P] [US1] c\n- [ ] T004 d [P]\n";
    const { tasks } = await readText(text, "tasks.md");
    expect(edgesOf({ tasks })).toMatchObject({ T002: ["T001"], T003: ["T001"], T004: ["T001"] });
    expect(tasks.map(({ subject }) => subject)).toEqual(["a", "b", "c", "d"]);
  });
});
