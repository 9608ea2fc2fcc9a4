import { describe, expect, it } from "vitest";
import { edgesOf, readText, refusalOf } from "../../support/read-a-file.ts";

const FILE = ".taskmaster/tasks/tasks.json";

const LIST = [
  {
    id: 1,
    title: "Lay the pipe",
    description: "Between shed and bed.",
    details: "Write `src/pipe.ts`.",
    testStrategy: "Pour water in.",
    priority: "critical",
    dependencies: [],
    status: "pending",
  },
  {
    id: 2,
    title: "Build the pump",
    description: "It lifts water.",
    details: "",
    testStrategy: "Let it run for a day.",
    priority: "low",
    dependencies: [1],
    status: "in-progress",
    subtasks: [
      { id: 1, title: "Motor", description: "Write `src/motor.ts`.", dependencies: [], status: "pending" },
      {
        id: 2,
        title: "Valve",
        description: "It opens.",
        dependencies: [1],
        status: "pending",
        acceptanceCriteria: "- It opens\n- It closes",
      },
    ],
  },
  { id: 3, title: "Water the bed", details: "Every morning.", dependencies: ["2", "1"], status: "pending" },
  { id: 4, title: "Tell the neighbours", details: "", dependencies: ["2.1"], status: "pending" },
];

const plain = (tasks: readonly object[]) => JSON.stringify({ tasks, metadata: { projectName: "Garden" } });
const withStatus = (status: Readonly<Record<string, string>>) =>
  plain(LIST.map((task) => ({ ...task, status: status[String(task.id)] ?? task.status })));

describe("tasks.json of Task Master", () => {
  it("Task Master's tasks.json is recognised by its content, plain or with tags", async () => {
    expect(await readText(plain(LIST), "any.json")).toMatchObject({ title: "Garden", own: false });
    const tagged = JSON.stringify({ master: { tasks: LIST, metadata: { created: "x" } } });
    expect((await readText(tagged, FILE)).tasks).toHaveLength(5);
    expect((await readText(JSON.stringify({ master: LIST }), FILE)).tasks).toHaveLength(5);
  });

  it("a tasks.json is not taken for Task Master's when it has subjects: then it is ours", async () => {
    const ours = JSON.stringify({ tasks: [{ id: "1", subject: "a", details: "mine" }] });
    expect(await readText(ours, FILE)).toMatchObject({ own: true, tasks: [{ extra: { details: "mine" } }] });
  });

  it("Task Master's tasks.json makes a task of each subtask in place of its task, and everything waits for all of them", async () => {
    expect(edgesOf(await readText(plain(LIST), FILE))).toEqual({
      "1": [],
      "2.1": ["1"],
      "2.2": ["1", "2.1"],
      "3": ["2.1", "2.2", "1"],
      "4": ["2.1"],
    });
  });

  it("Task Master's tasks.json makes title, details, test strategy and criteria what they are for an agent", async () => {
    const { tasks } = await readText(plain(LIST), FILE);
    expect(tasks[0]).toMatchObject({
      subject: "Lay the pipe",
      description: "Between shed and bed.\n\nWrite `src/pipe.ts`.\n\nTest strategy: Pour water in.",
      inferredWrites: ["src/pipe.ts"],
      priority: "high",
    });
    expect(tasks[1]).toMatchObject({
      id: "2.1",
      inferredWrites: ["src/motor.ts"],
      phaseName: "Build the pump",
    });
    expect(tasks[2]).toMatchObject({ acceptance: [{ criterion: "It opens" }, { criterion: "It closes" }] });
    expect(tasks[2]?.description).toContain("part of task 2, Build the pump:\n> It lifts water.");
    expect(tasks[2]?.description).toContain("> Test strategy of the whole: Let it run for a day.");
  });

  it("Task Master's tasks.json leaves out what is done or given up, and lets nothing wait for it", async () => {
    const breakdown = await readText(withStatus({ "1": "done", "4": "cancelled" }), FILE);
    expect(edgesOf(breakdown)).toEqual({ "2.1": [], "2.2": ["2.1"], "3": ["2.1", "2.2"] });
    expect(breakdown.warnings[0]).toMatch(/^marked as done and left out.*: 1, 4$/);
  });

  it("Task Master's tasks.json imports a task itself once all of its subtasks are done", async () => {
    const tasks = LIST.map((task) => ({
      ...task,
      ...("subtasks" in task && { subtasks: task.subtasks?.map((part) => ({ ...part, status: "done" })) }),
    }));
    expect(edgesOf(await readText(plain(tasks), FILE))).toMatchObject({
      "2": ["1"],
      "3": ["2", "1"],
      "4": [],
    });
  });

  it("Task Master's tasks.json leaves out what is deferred with everything that waits for it, and says so", async () => {
    const breakdown = await readText(withStatus({ "2": "deferred" }), FILE);
    expect(edgesOf(breakdown)).toEqual({ "1": [] });
    expect(breakdown.warnings).toEqual([expect.stringMatching(/^2, 2\.1, 2\.2, 3, 4 are deferred/)]);
  });

  describe("with several tags", () => {
    const tags = (names: readonly string[]) =>
      JSON.stringify(
        Object.fromEntries(names.map((name, i) => [name, { tasks: [{ id: i + 1, title: `Of ${name}` }] }])),
      );

    it("Task Master's tasks.json with several tags gives the one that is named", async () => {
      const { title, tasks } = await readText(tags(["master", "pond"]), FILE, "pond");
      expect({ title, subject: tasks[0]?.subject }).toEqual({ title: "pond", subject: "Of pond" });
    });

    it("Task Master's tasks.json with several tags gives master where none is named, and names the others", async () => {
      const { tasks, warnings } = await readText(tags(["pond", "master"]), FILE);
      expect(tasks[0]?.subject).toBe("Of master");
      expect(warnings).toEqual([
        expect.stringContaining('the file also has pond (name one behind the path: "…#pond")'),
      ]);
    });

    it.each([
      [["pond", "lawn"], undefined, /several lists of tasks \(pond, lawn\)/],
      [["master"], "pond", /no list of tasks "pond" \(only master\)/],
    ])(
      "Task Master's tasks.json with several tags refuses %j when asked for %s",
      async (names, part, message) => {
        const error = await refusalOf(tags(names), FILE, part);
        expect(error.message).toMatch(message);
        expect(error.remedy).toContain(`${FILE}#${names[0]}`);
      },
    );
  });

  it.each([
    ["a task without title", [{ id: 1, details: "" }], "tasks[0].title"],
    ["a task without id", [{ title: "a", details: "" }], "tasks[0].id"],
    ["a subtask that is a text", [{ id: 1, title: "a", subtasks: ["b"] }], "tasks[0].subtasks[0]"],
    [
      "an id twice",
      [
        { id: 1, title: "a", details: "" },
        { id: 1, title: "b" },
      ],
      "tasks[1].id",
    ],
    [
      "an unknown dependency",
      [{ id: 1, title: "a", details: "", dependencies: [9] }],
      "tasks[0].dependencies",
    ],
    [
      "dependencies of another kind",
      [{ id: 1, title: "a", details: "", dependencies: [{}] }],
      "tasks[0].dependencies",
    ],
    [
      "a cycle",
      [
        { id: 1, title: "a", details: "", dependencies: [2] },
        { id: 2, title: "b", dependencies: [1] },
      ],
      "tasks[0].dependencies",
    ],
  ])(
    "Task Master's tasks.json is refused with %s, naming the field and the remedy",
    async (_what, tasks, field) => {
      const error = await refusalOf(JSON.stringify({ tasks }), FILE);
      expect(error).toMatchObject({ field, remedy: expect.stringMatching(/^[A-Z].{8,}\.$/) });
    },
  );
});

describe("the parts of a task of Task Master", () => {
  const parts = (subtasks: readonly object[], fields: object = {}) =>
    plain([
      { id: 7, title: "Pond", subtasks, ...fields },
      { id: 8, title: "Fish", dependencies: [7] },
    ]);

  it("the parts of a task of Task Master may have the whole number as theirs, and name each other by it", async () => {
    const text = parts([
      { id: "7.1", title: "Dig" },
      { id: "7.2", title: "Fill", dependencies: ["7.1"] },
    ]);
    expect(edgesOf(await readText(text, FILE))).toEqual({ "7.1": [], "7.2": ["7.1"], "8": ["7.1", "7.2"] });
  });

  it("the parts of a task of Task Master are numbered by their place where a number stands twice, and said to be", async () => {
    const breakdown = await readText(
      parts([
        { id: 1, title: "Dig" },
        { id: 1, title: "Fill" },
        { id: 2, title: "Plant", dependencies: [1] },
      ]),
      FILE,
    );
    expect(edgesOf(breakdown)).toMatchObject({ "7.1": [], "7.2": [], "7.3": ["7.1", "7.2"] });
    expect(breakdown.warnings).toEqual([
      "the parts of 7 have a number more than once: numbered by their place (7.1 to 7.3)",
    ]);
  });

  it("the parts of a task of Task Master have parts of their own, of any depth", async () => {
    const text = parts([
      {
        id: 1,
        title: "Dig",
        subtasks: [
          { id: 1, title: "Deep" },
          { id: 2, title: "Wide", dependencies: [1] },
        ],
      },
      { id: 2, title: "Fill", dependencies: [1] },
    ]);
    expect(edgesOf(await readText(text, FILE))).toEqual({
      "7.1.1": [],
      "7.1.2": ["7.1.1"],
      "7.2": ["7.1.1", "7.1.2"],
      "8": ["7.1.1", "7.1.2", "7.2"],
    });
  });

  it("the parts of a task of Task Master are done with what they are parts of, and named where they are not", async () => {
    const breakdown = await readText(
      parts(
        [
          { id: 1, title: "Dig", status: "done" },
          { id: 2, title: "Fill" },
        ],
        { status: "done" },
      ),
      FILE,
    );
    expect(edgesOf(breakdown)).toEqual({ "8": [] });
    expect(breakdown.warnings).toContain("not done, but parts of what is done, and left out with it: 7.2");
  });

  it("the parts of a task of Task Master name files in their titles", async () => {
    const { tasks } = await readText(parts([{ id: 1, title: "Write `src/dig.ts`" }]), FILE);
    expect(tasks[0]?.inferredWrites).toEqual(["src/dig.ts"]);
  });
});
