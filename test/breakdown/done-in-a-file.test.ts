import { describe, expect, it } from "vitest";
import { updateBreakdown } from "../../mcp-server/src/breakdown/file/write-breakdown.ts";
import { readBreakdown } from "../../mcp-server/src/breakdown/own-format/breakdown.ts";
import { edgesOf, readText, refusalOf } from "../support/read-a-file.ts";

const FILE = "specs/pond/03-tasks.json";
const file = (tasks: readonly object[]) => JSON.stringify({ tasks }, null, 2);
const pond = (fields: object) =>
  file([
    { id: "1", subject: "Dig", ...fields },
    { id: "2", subject: "Fill", dependencies: ["1"] },
  ]);

describe("a 03-tasks.json leaves out", () => {
  it.each([
    { status: "done" },
    { status: "Completed" },
    { status: "✅ done" },
    { status: "closed" },
    { status: "cancelled" },
    { status: "wont_fix" },
    { done: true },
    { passes: true },
    { state: "done" },
    { status: "[x]" },
    { status: true },
    { status: "100%" },
    { subject: "✅ Dig" },
    { subject: "[x] Dig" },
    { subject: "Dig ✅" },
  ])("a 03-tasks.json leaves out what it marks with %j, and nothing waits for it", async (fields) => {
    const breakdown = await readText(pond(fields), FILE);
    expect(edgesOf(breakdown)).toEqual({ "2": [] });
    expect(breakdown.warnings).toEqual(["marked as done and left out, so that nothing waits for them: 1"]);
  });

  it.each([
    { status: "pending" },
    { status: "To Do" },
    { status: "in_progress" },
    { status: "blocked" },
    { done: false },
    { status: null },
    { status: "" },
    { status: "pending", subject: "Dig ✅" },
    { subject: "Get the digging done" },
  ])("a 03-tasks.json leaves out nothing that it marks with %j, and says nothing", async (fields) => {
    const breakdown = await readText(pond(fields), FILE);
    expect(edgesOf(breakdown)).toEqual({ "1": [], "2": ["1"] });
    expect(breakdown.warnings).toEqual([]);
  });

  it("a 03-tasks.json leaves out what is put off with what waits for it", async () => {
    const text = file([...JSON.parse(pond({ status: "deferred" })).tasks, { id: "3", subject: "Rest" }]);
    const breakdown = await readText(text, FILE);
    expect(edgesOf(breakdown)).toEqual({ "3": [] });
    expect(breakdown.warnings).toEqual(["1, 2 are deferred, or wait for what is: left out"]);
  });

  it.each([
    ["open and done", {}, { status: "done" }],
    ["done and open", { status: "done" }, {}],
    ["deferred and open", { status: "deferred" }, {}],
  ])(
    "a 03-tasks.json leaves out nothing of an id that stands twice, %s: it is refused with both places",
    async (_, one, other) => {
      const text = file([
        { id: "1", subject: "Dig", ...one },
        { id: 1, subject: "Fill", ...other },
        { id: "2", subject: "Fish" },
      ]);
      const { message, field } = await refusalOf(text, FILE);
      expect(message).toContain("the id 1 stands twice, in tasks[0] and tasks[1]");
      expect(field).toBe("tasks[1].id");
    },
  );

  it("a 03-tasks.json is refused when nothing of it is left", async () => {
    const error = await refusalOf(file([{ id: "1", subject: "a", status: "done" }]), FILE);
    expect(error.message).toContain("all of its 1 tasks are marked as done or given up");
  });
});

it("a 03-tasks.json that says how much of a task is done imports it and names the status", async () => {
  const breakdown = await readText(pond({ status: "80% done" }), FILE);
  expect(edgesOf(breakdown)).toEqual({ "1": [], "2": ["1"] });
  expect(breakdown.warnings).toEqual(['task 1: status "80% done" is not known; it counts as not done']);
});

describe("a file of another format", () => {
  it.each([
    [
      "tasks.json",
      JSON.stringify({
        tasks: [
          { id: 1, title: "a", details: "", status: "done" },
          { id: 1, title: "b" },
        ],
      }),
      "tasks[0] and tasks[1]",
    ],
    ["tasks.md", "# Tasks\n\n## Phase 1: A\n\n- [x] T001 a\n- [ ] T001 b\n", "line 5 and line 6"],
    ["plan.md", "# Plan\n\n### Task 1: a ✅\n\n### Task 1: b\n", "line 3 and line 5"],
  ])(
    "a file of another format is refused where a done and an open task have one number: %s",
    async (name, text, places) => {
      expect((await refusalOf(text, name)).message).toContain(`stands twice, in ${places}`);
    },
  );

  it("a file of another format with groups leaves out what is done by its group, and imports what says that it is open", async () => {
    const tasks = [
      { id: "a", title: "a" },
      { id: "b", title: "b", status: "pending" },
    ];
    const text = JSON.stringify({
      phases: [
        { name: "One", status: "completed", tasks },
        { name: "Two", tasks: [{ id: "c", title: "c" }] },
      ],
    });
    const breakdown = await readText(text, "plan.json");
    expect(edgesOf(breakdown)).toEqual({ b: [], c: ["b"] });
    expect(breakdown.warnings).toContain(
      "not done, although the group in which they stand is marked as done, and imported: b (phases[0])",
    );
  });

  it("a file of another format names a status that nobody knows, and a task that is open although all of its parts are done", async () => {
    const subtasks = [{ id: 1, title: "x", status: "done" }];
    const text = JSON.stringify({
      tasks: [
        { id: 1, title: "a", details: "", subtasks },
        { id: 2, title: "b", status: "strange" },
      ],
    });
    const breakdown = await readText(text, "tasks.json");
    expect(edgesOf(breakdown)).toEqual({ "1": [], "2": [] });
    expect(breakdown.warnings).toEqual([
      'a status that is not known counts as not done: 2 ("strange")',
      "not done, although all of their parts are: 1",
    ]);
  });
});

describe("a Markdown file that contradicts itself", () => {
  const specKit = (lines: string) => `# Tasks: Pond\n\n## Phase 1: Base\n\n${lines}`;

  it.each([
    [
      "a tick behind an open box",
      "- [ ] T001 Dig ✅\n",
      "read as not done by their boxes, although they say so: T001",
    ],
    [
      "words behind an open box",
      "- [ ] T001 Dig (done)\n",
      "read as not done by their boxes, although they say so: T001",
    ],
    [
      "a tick in the summary alone",
      "- [ ] T001 Dig\n\n## Progress\n\n- [x] T001\n",
      "ticked there and not where they stand, so read as not done: T001 in line 9",
    ],
    [
      "all boxes below it",
      "- [ ] T001 Dig\n  - [x] a\n  - [x] b\n",
      "not done, although all boxes below them are: T001",
    ],
  ])(
    "a Markdown file that contradicts itself by %s imports the task and says so",
    async (_, lines, warning) => {
      const breakdown = await readText(specKit(lines), "tasks.md");
      expect(edgesOf(breakdown)).toEqual({ T001: [] });
      expect(breakdown.warnings).toContain(warning);
    },
  );

  it("a Markdown file that contradicts itself in the heading of a phase imports what is open below, and says so", async () => {
    const text =
      "# Tasks\n\n## Phase 1: Base ✅\n\n- [x] T001 a\n- [ ] T002 b\n\n## Phase 2: Rest\n\n- [ ] T003 c\n";
    const breakdown = await readText(text, "tasks.md");
    expect(edgesOf(breakdown)).toEqual({ T002: [], T003: ["T002"] });
    expect(breakdown.warnings).toContain(
      'line 3 marks "Phase 1: Base" as done; below it these are not, and are imported: T002',
    );
    const plan =
      "# Plan\n\n## Base (COMPLETE)\n\n### Task 1: a\n\n- [ ] s\n\n## Rest\n\n### Task 2: b\n\n- [ ] s\n";
    expect((await readText(plan, "plan.md")).warnings).toContain(
      'line 3 marks "Base" as done; below it these are not, and are imported: 1',
    );
  });

  it("a Markdown file that contradicts itself about a task and its parts imports the open part, and says so", async () => {
    const plan = "# Plan\n\n### Task 1: a ✅\n\n#### Task 1.1: x\n\n- [ ] s\n\n#### Task 1.2: y\n\n- [x] s\n";
    const breakdown = await readText(plan, "plan.md");
    expect(edgesOf(breakdown)).toEqual({ "1.1": [] });
    expect(breakdown.warnings).toContain(
      "task 1 is marked as done; these parts of it are not, and are imported: 1.1",
    );
  });

  it.each([
    ["Cancelled", false, undefined],
    ["✅ Complete (in #12)", false, undefined],
    ["Won't do: too dear", false, undefined],
    ["Deferred", true, 'task 2: the status "Deferred" counts as not done'],
    ["80 % done", true, 'task 2: the status "80 % done" counts as not done'],
    ["In progress", true, undefined],
  ])("a plan's status %j is read as what it says", async (status, isOpen, warning) => {
    const text = `# Plan\n\n### Task 1: a\n\n- [ ] s\n\n### Task 2: b\n\n**Status:** ${status}\n\n- [ ] s\n`;
    const breakdown = await readText(text, "plan.md");
    expect(breakdown.tasks.map(({ id }) => id)).toEqual(isOpen ? ["1", "2"] : ["1"]);
    expect(breakdown.warnings.filter((one) => one.includes("the status"))).toEqual(
      warning === undefined ? [] : [warning],
    );
  });

  it("a dependency of spec-kit's list on a number of a tracker is named", async () => {
    const { warnings } = await readText(
      specKit("- [ ] T001 Dig (depends on POND-7)\n- [ ] T002 Fill (blocked by #12)\n"),
      "tasks.md",
    );
    expect(warnings).toEqual([
      "line 5 names POND-7, which is not in the file: nothing waits for it",
      "line 6 names #12, which is not in the file: nothing waits for it",
    ]);
  });
});

describe("a dependency on what the file does not hold", () => {
  it.each(["POND-77", "#12", "other-plan/1.2", "https://example.org/issues/3"])(
    "a dependency outside the file is left out with a warning where its form is not that of the file's ids: %s",
    async (outside) => {
      const text = file([
        { id: "1.1", subject: "a", dependencies: [outside] },
        { id: "1.2", subject: "b", dependencies: ["1.1"] },
      ]);
      const breakdown = await readText(text, FILE);
      expect(edgesOf(breakdown)).toEqual({ "1.1": [], "1.2": ["1.1"] });
      expect(breakdown.warnings).toEqual([
        `task 1.1: ${outside} is outside of the file: it does not wait for it`,
      ]);
    },
  );

  it.each([
    ["1.1", "1.9"],
    ["POND-1", "POND-9"],
    ["T001", "T009"],
  ])(
    "a dependency outside the file is refused where the file's ids look like it: %s and %s",
    async (id, missing) => {
      const error = await refusalOf(file([{ id, subject: "a", dependencies: [missing] }]), FILE);
      expect(error.message).toContain(`depends on ${missing}, which is not in the file`);
    },
  );
});

describe("updateBreakdown", () => {
  const text = file([
    { id: "1", subject: "Dig", status: "done" },
    { id: "2", subject: "Fill", dependencies: ["1", "POND-7"] },
    { id: "3", subject: "Drain", status: "cancelled" },
    { id: "4", subject: "Fish" },
  ]);

  it("updateBreakdown keeps what the plan does not hold because it is done or outside", () => {
    const { tasks } = readBreakdown(text, FILE);
    expect(updateBreakdown(text, FILE, tasks)).toBe(text);
    const [fill, fish] = tasks;
    if (!fill || !fish) throw new Error("two tasks are open");
    const updated = JSON.parse(updateBreakdown(text, FILE, [{ ...fill, subject: "Fill it" }, fish]));
    expect(updated.tasks).toEqual([
      { id: "1", subject: "Dig", status: "done" },
      { id: "2", subject: "Fill it", dependencies: ["1", "POND-7"] },
      { id: "3", subject: "Drain", status: "cancelled" },
      { id: "4", subject: "Fish" },
    ]);
  });

  it("updateBreakdown keeps what the plan does not hold also where the tasks around it are gone", () => {
    const { tasks } = readBreakdown(text, FILE);
    const updated = JSON.parse(updateBreakdown(text, FILE, tasks.slice(1)));
    expect(updated.tasks.map(({ id }: { id: string }) => id)).toEqual(["1", "3", "4"]);
  });
});
