import { describe, expect, it } from "vitest";
import { edgesOf, readText, refusalOf } from "../../support/read-a-file.ts";

const FILE = "specs/pond/03-tasks.json";
const read = (document: object) => readText(JSON.stringify(document), FILE);

describe("tasks inside groups of a JSON file", () => {
  it.each(["phases", "batches", "milestones"])(
    "tasks inside groups of a JSON file are read from %s, with the group as their phase",
    async (key) => {
      const breakdown = await read({
        spec: "pond",
        [key]: [
          {
            id: "P1",
            title: "Hole",
            tasks: [{ id: "1.1", title: "Dig", dependsOn: [], owns: ["src/dig.ts"] }],
          },
          {
            id: "P2",
            name: "Water",
            tasks: [{ id: "2.1", name: "Fill", depends_on: ["1.1"], file: "src/fill.ts, src/pump.ts" }],
          },
        ],
      });
      expect(breakdown).toMatchObject({ title: "pond", own: false, warnings: [] });
      expect(breakdown.tasks).toMatchObject([
        { id: "1.1", subject: "Dig", phase: 1, phaseName: "Hole", writes: ["src/dig.ts"] },
        {
          id: "2.1",
          subject: "Fill",
          phase: 2,
          phaseName: "Water",
          writes: ["src/fill.ts", "src/pump.ts"],
          dependencies: ["1.1"],
        },
      ]);
    },
  );

  it("tasks inside groups that state no dependencies wait for the group before theirs, and this is said", async () => {
    const breakdown = await read({
      batches: [
        {
          id: 1,
          tasks: [
            { id: "a", title: "a" },
            { id: "b", title: "b" },
          ],
        },
        {
          id: 2,
          tasks: [
            { id: "c", title: "c" },
            { id: "d", title: "d", dependencies: ["a"] },
          ],
        },
      ],
    });
    expect(edgesOf(breakdown)).toEqual({ a: [], b: [], c: ["a", "b"], d: ["a"] });
    expect(breakdown.warnings).toEqual([
      "without dependencies of their own, so they wait for the group before theirs: c",
    ]);
  });

  it("tasks inside groups of a JSON file name files by what is done with them", async () => {
    const files = { create: ["src/a.ts"], modify: [{ path: "src/b.ts" }], read: ["docs/a.md"] };
    const { tasks } = await read({ phases: [{ tasks: [{ id: "a", title: "a", files }] }] });
    expect(tasks[0]?.writes).toEqual(["src/a.ts", "src/b.ts"]);
  });

  it("tasks inside groups of a JSON file wait for the groups that their group names", async () => {
    const breakdown = await read({
      phases: [
        { id: "P1", tasks: [{ id: "a", title: "a" }] },
        { id: "P2", dependsOn: [], tasks: [{ id: "b", title: "b", dependencies: [] }] },
        { id: "P3", dependsOn: ["P1"], tasks: [{ id: "c", title: "c" }] },
      ],
    });
    expect(edgesOf(breakdown)).toEqual({ a: [], b: [], c: ["a"] });
  });

  it("tasks inside groups of a JSON file are read from groups inside groups, and left out when they are done", async () => {
    const breakdown = await read({
      epics: [
        {
          name: "E",
          stories: [
            {
              name: "S",
              tasks: [
                { id: "a", title: "a", status: "done" },
                { id: "b", title: "b", dependencies: ["a"] },
              ],
            },
          ],
        },
      ],
    });
    expect(edgesOf(breakdown)).toEqual({ b: [] });
  });

  it("tasks inside groups of a JSON file are refused with their place when they are none", async () => {
    const text = JSON.stringify({ phases: [{ tasks: [{ id: "a", title: "a" }, { id: "b" }] }] });
    expect(await refusalOf(text, FILE)).toMatchObject({ field: "phases[0].tasks[1].subject" });
    const unknown = JSON.stringify({
      phases: [{ id: "P1", dependsOn: ["P0"], tasks: [{ id: "a", title: "a" }] }],
    });
    expect((await refusalOf(unknown, FILE)).message).toContain(
      "phases[0] depends on P0, which is no group of the file",
    );
  });

  it("tasks inside groups of a JSON file are named where the file has a list of tasks as well", async () => {
    const { warnings } = await read({
      tasks: [{ id: "1", subject: "a", subtasks: [{ id: "1.1", title: "b" }] }],
      phases: [{ tasks: [{ id: "2", title: "c" }] }, { tasks: ["1"] }],
    });
    expect(warnings).toEqual([
      'not read as tasks, because they are not in the list "tasks": phases[0].tasks, tasks[0].subtasks',
    ]);
  });
});

describe("the ids of a JSON file", () => {
  it.each([
    [
      "1.10",
      '{"tasks": [\n{"id": 1.1, "subject": "a"},\n{"id": 1.10, "subject": "b", "dependencies": [1.1]}]}',
      "1.10 (line 3)",
      { "1.1": [], "1.10": ["1.1"] },
    ],
    [
      "1.10 as a dependency",
      '{"tasks": [{"id": "1.1", "subject": "a"}, {"id": "1.10", "subject": "b"}, {"id": "2", "subject": "c", "dependsOn": [1.10]}]}',
      "1.10 (line 1)",
      { "1.1": [], "1.10": [], "2": ["1.10"] },
    ],
    [
      "1.0 of a group",
      '{"phases": [{"id": 1.0, "tasks": [{"id": 1.10, "title": "a"}]}, {"dependsOn": [1.0], "tasks": [{"id": 2, "title": "b"}]}]}',
      "1.0 (line 1), 1.10 (line 1)",
      { "1.10": [], "2": ["1.10"] },
    ],
    [
      "1.20 of a part",
      '{"master": {"tasks": [{"id": 1, "title": "a", "subtasks": [{"id": 1.2, "title": "b"}, {"id": 1.20, "title": "c", "dependencies": [1.2]}]}]}}',
      "1.20 (line 1)",
      { "1.2": [], "1.20": ["1.2"] },
    ],
    [
      "one of twenty digits",
      '{"tasks": [{"id": 12345678901234567890, "subject": "a"}]}',
      "12345678901234567890 (line 1)",
      { "12345678901234567890": [] },
    ],
  ])("the ids of a JSON file are what stands there, also as numbers: %s", async (_, text, named, edges) => {
    const breakdown = await readText(text, FILE);
    expect(edgesOf(breakdown)).toEqual(edges);
    const warnings = breakdown.warnings.join();
    expect(warnings).toContain(
      `ids written as numbers are taken as they stand: ${named}. Write them as texts`,
    );
    expect(warnings).toMatch(/such as "[\d.]+": most programs read this number as \d/);
  });

  it("the ids of a JSON file are fine as other numbers, beside any that are no ids", async () => {
    const text =
      '{"tasks": [{"id": 1.1, "subject": "a", "estimateMinutes": 2.50}, {"id": 10, "subject": "b", "dependencies": [1.1]}]}';
    const breakdown = await readText(text, FILE);
    expect(edgesOf(breakdown)).toEqual({ "1.1": [], "10": ["1.1"] });
    expect(breakdown.warnings).toEqual([]);
  });

  it("the ids of a JSON file have one limit of length", async () => {
    const task = (length: number) => JSON.stringify({ tasks: [{ id: "x".repeat(length), subject: "a" }] });
    expect((await readText(task(128), FILE)).tasks).toHaveLength(1);
    expect((await refusalOf(task(129), FILE)).message).toContain("a text of 1 to 128 characters");
  });
});

describe("a file that is one of many, or a list of records", () => {
  it.each([
    ["records.jsonl", '{"id": "a-1", "title": "a"}\n'],
    ["records.json", '{"id": "a-1"}\n\n{"id": "a-2"}\n'],
    ["records.txt", '{"id": "a-1"}\n{"id": "a-2"}\n{"id": "a-3"}'],
  ])("a list of records is refused as JSON Lines: %s", async (name, text) => {
    expect((await refusalOf(text, name)).message).toContain("it is JSON Lines (one object on each line)");
  });

  it.each([
    ["---\nname: a\nstatus: open\ndepends_on: [1]\n---\n# Task 2: a\n- [ ] b\n", "status, depends_on"],
    ["---\nid: task-7\ntitle: a\nstatus: To Do\n---\n## Plan\n- [ ] b\n", "id, status"],
    ["---\nblockedBy: []\nfiles: [a.ts]\n---\nText.\n", "blockedBy, files"],
  ])("a file that is one of many is refused as one task: %j", async (text, keys) => {
    const error = await refusalOf(text, "tasks/7.md");
    expect(error.message).toContain(`it is one task, by its front matter (${keys})`);
  });

  it("a file with several tasks is a plan, whatever its front matter says", async () => {
    const text = "---\nstatus: draft\ndependencies: []\n---\n### Task 1: a\n### Task 2: b\n";
    expect((await readText(text, "plan.md")).tasks).toHaveLength(2);
  });
});
