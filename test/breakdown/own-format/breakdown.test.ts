import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BreakdownError } from "../../../mcp-server/src/breakdown/errors.ts";
import { updateBreakdown, writeBreakdown } from "../../../mcp-server/src/breakdown/file/write-breakdown.ts";
import { readBreakdown } from "../../../mcp-server/src/breakdown/own-format/breakdown.ts";
import type { TaskDefinition, TaskId } from "../../../mcp-server/src/graph/task.ts";

const FILE = "specs/shop/03-tasks.json";

function read(tasks: readonly object[], document: object = { slug: "shop" }) {
  return readBreakdown(JSON.stringify({ ...document, tasks }), FILE);
}

function readOne(task: object): TaskDefinition {
  const [one] = read([{ id: "1.1", subject: "Do it", ...task }]).tasks;
  if (one === undefined) throw new Error("no task was read");
  return one;
}

function refusal(text: string): BreakdownError {
  try {
    readBreakdown(text, FILE);
  } catch (error) {
    if (error instanceof BreakdownError) return error;
    throw error;
  }
  throw new Error("the breakdown was accepted");
}

describe("readBreakdown", () => {
  it("readBreakdown reads a task as the format describes it", () => {
    const { title, document, tasks, warnings } = read(
      [
        { id: "1.1", subject: "[shop] [P1] Lay the base" },
        {
          id: "1.2",
          phase: 1,
          phaseName: "Base",
          subject: "[shop] [P1] Build the cart",
          description: "Write `src/cart.ts`.",
          activeForm: "Building the cart",
          size: "small",
          priority: "high",
          dependencies: ["1.1"],
          parallelWith: ["1.3"],
          needs: "settled",
          writes: ["./src/"],
          reads: ["docs\\cart.md"],
          resources: ["port:3000"],
          agent: "parallel:feature-implementer",
          estimateMinutes: 2.5,
          timeoutMinutes: 0.1,
          retries: 2,
          acceptance: ["It adds up", { criterion: "Tests pass", command: "npm test" }],
          review: true,
          isolation: "worktree",
        },
      ],
      { spec: "specs/shop/02-specification.md", slug: "shop", mode: "full" },
    );
    expect(title).toBe("shop");
    expect(document).toEqual({ spec: "specs/shop/02-specification.md", slug: "shop", mode: "full" });
    expect(warnings).toEqual([]);
    expect(tasks[1]).toMatchObject({
      id: "1.2",
      phase: 1,
      phaseName: "Base",
      subject: "[shop] [P1] Build the cart",
      description: "Write `src/cart.ts`.",
      activeForm: "Building the cart",
      size: "small",
      priority: "high",
      dependencies: ["1.1"],
      needs: "settled",
      writes: ["src/**"],
      reads: ["docs/cart.md"],
      resources: ["port:3000"],
      inferredWrites: [],
      agent: "feature-implementer",
      estimateMs: 150_000,
      timeoutMs: 6_000,
      retries: 2,
      acceptance: [{ criterion: "It adds up" }, { criterion: "Tests pass", command: "npm test" }],
      review: true,
      isolation: "worktree",
      origin: "file",
      extra: { parallelWith: ["1.3"] },
    });
  });

  it("readBreakdown gives a task that says nothing the defaults, and no key for what is unknown", () => {
    expect(readOne({})).toEqual({
      id: "1.1",
      subject: "Do it",
      description: "",
      priority: "medium",
      dependencies: [],
      needs: "all",
      reads: [],
      resources: [],
      inferredWrites: [],
      acceptance: [],
      origin: "file",
      extra: {},
    });
  });

  it.each([
    ["xs", "xs"],
    ["sm", "small"],
    ["S", "small"],
    ["md", "medium"],
    ["M", "medium"],
    ["Medium", "medium"],
    ["lg", "large"],
    ["L", "large"],
    ["xl", "xl"],
  ])("readBreakdown reads the size %s as %s", (written, size) => {
    expect(readOne({ size: written }).size).toBe(size);
  });

  it("readBreakdown reads the other names of fields", () => {
    const { tasks } = read([
      { id: 1, title: "Base" },
      { id: 2, title: "Cart", dependsOn: [1], files: ["src/cart.ts"] },
      { id: 3, title: "Till", blockedBy: ["2"], acceptance: "It adds up" },
    ]);
    expect(tasks).toMatchObject([
      { id: "1", subject: "Base" },
      { id: "2", subject: "Cart", dependencies: ["1"], writes: ["src/cart.ts"] },
      { id: "3", subject: "Till", dependencies: ["2"], acceptance: [{ criterion: "It adds up" }] },
    ]);
  });

  it("readBreakdown infers what a task writes only where nothing is declared", () => {
    const description = "Change `src/a.ts`.";
    expect(readOne({ description }).inferredWrites).toEqual(["src/a.ts"]);
    expect(readOne({ description })).not.toHaveProperty("writes");
    expect(readOne({ description, writes: [] })).toMatchObject({ writes: [], inferredWrites: [] });
  });

  it("readBreakdown accepts a file that begins with a byte order mark", () => {
    expect(readBreakdown('\uFEFF{"tasks":[{"id":"1","subject":"a"}]}', FILE).tasks).toHaveLength(1);
  });

  it("readBreakdown takes the title from title, slug, spec or the file, in this order", () => {
    const tasks = [{ id: "1", subject: "a" }];
    expect(read(tasks, { title: "The shop", slug: "shop" }).title).toBe("The shop");
    expect(read(tasks, { spec: "shop-spec" }).title).toBe("shop-spec");
    expect(read(tasks, {}).title).toBe(FILE);
  });

  it("readBreakdown survives keys that have a meaning for objects", () => {
    const text = '{"tasks":[{"id":"1","subject":"a","__proto__":{"polluted":true},"constructor":1}]}';
    const { tasks, document } = readBreakdown(text, FILE);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.parse(writeBreakdown(document, tasks))).toEqual(JSON.parse(text));
  });
});

describe("readBreakdown warns of", () => {
  it("readBreakdown warns of parallelWith that names a task before or after, however far", () => {
    const { warnings } = read([
      { id: "1", subject: "a", parallelWith: ["3"] },
      { id: "2", subject: "b", dependencies: ["1"] },
      { id: "3", subject: "c", dependencies: ["2"], parallelWith: ["2", "4", "9"] },
      { id: "4", subject: "d" },
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^task 1: parallelWith names 3,/),
      expect.stringMatching(/^task 3: parallelWith names 2,/),
    ]);
  });

  it("readBreakdown warns of a status that nobody knows, and takes the task for not done", () => {
    const { tasks, warnings } = read([{ id: "1", subject: "a", status: "fermenting" }]);
    expect(tasks).toHaveLength(1);
    expect(warnings).toEqual(['task 1: status "fermenting" is not known; it counts as not done']);
  });

  it("readBreakdown warns of globs that cannot be a scope, and goes on without them", () => {
    const { tasks, warnings } = read([
      { id: "1", subject: "a", writes: ["../x.ts", "src/a.ts"], reads: ["/etc"] },
    ]);
    expect(tasks[0]).toMatchObject({ writes: ["src/a.ts"], reads: [] });
    expect(warnings).toEqual([
      expect.stringMatching(/^task 1: the glob "\.\.\/x\.ts" leaves the checkout/),
      expect.stringMatching(/^task 1: the glob "\/etc" is not relative/),
    ]);
  });

  it("readBreakdown warns of a declaration of which nothing is left, which does not mean that nothing is written", () => {
    const task = read([{ id: "1", subject: "a", description: "`src/a.ts`", writes: ["/etc"] }]).tasks[0];
    expect(task).not.toHaveProperty("writes");
    expect(task?.inferredWrites).toEqual(["src/a.ts"]);
  });

  it("readBreakdown warns of dependsOn beside dependencies, and respects both", () => {
    const { tasks, warnings } = read([
      { id: "1", subject: "a" },
      { id: "2", subject: "b" },
      { id: "3", subject: "c", dependencies: ["1"], dependsOn: ["2", "1"] },
    ]);
    expect(tasks[2]?.dependencies).toEqual(["1", "2"]);
    expect(warnings).toEqual([
      "task 3: dependencies and dependsOn are both given; all of them are respected",
    ]);
  });

  it.each([
    ["size", "huge"],
    ["priority", 3],
    ["phase", true],
    ["estimateMinutes", "soon"],
    ["timeoutMinutes", 0],
    ["retries", -1],
    ["review", "yes"],
    ["acceptance", [{ text: "?" }]],
  ])("readBreakdown warns of a %s that it cannot read, and leaves it out", (key, value) => {
    const { warnings } = read([{ id: "1", subject: "a", [key]: value }]);
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`^task 1: ${key} must be .+ \\(left out\\)$`)),
    ]);
  });
});

describe("readBreakdown refuses", () => {
  it.each([
    ['{"tasks": [\n  {"id": "1",}\n]}', 2, 14],
    ['{\n  "tasks": [}\n', 2, 13],
    ['{"tasks": []', 1, 13],
    ['{"tasks": [1 2]}', 1, 14],
    ['{"tasks": "a\nb"}', 1, 11],
    ["", 1, 1],
    ['{"a": 01}', 1, 8],
    ["{'a': 1}", 1, 2],
    ["{} x", 1, 4],
  ])("readBreakdown refuses %j, and says where it stops being JSON", (text, line, column) => {
    expect(refusal(text)).toMatchObject({
      field: "",
      message: `${FILE}: not valid JSON at line ${line}, column ${column}.`,
    });
  });

  it.each([
    ["a list", "[]", "", "a list, not an object"],
    [
      "no list of tasks",
      '{"batches": [], "specFile": "x"}',
      "tasks",
      'no list "tasks" (found batches, specFile)',
    ],
    ["tasks by name", '{"tasks": {"1": {}}}', "tasks", 'no list "tasks"'],
    ["no tasks", '{"tasks": []}', "tasks", '"tasks" is empty'],
    ["a task that is a text", '{"tasks": ["a"]}', "tasks[0]", "tasks[0] is not an object"],
    ["a task without id", '{"tasks": [{"subject": "a"}]}', "tasks[0].id", "tasks[0] has no id"],
    ["a task with an empty id", '{"tasks": [{"id": " ", "subject": "a"}]}', "tasks[0].id", "id must be"],
    ["a task without subject", '{"tasks": [{"id": "1"}]}', "tasks[0].subject", "task 1 has no subject"],
    [
      "an id twice",
      '{"tasks": [{"id": "1", "subject": "a"}, {"id": 1, "subject": "b"}]}',
      "tasks[1].id",
      "the id 1 stands twice, in tasks[0] and tasks[1]",
    ],
    [
      "an unknown dependency",
      '{"tasks": [{"id": "1", "subject": "a", "dependencies": ["9"]}]}',
      "tasks[0].dependencies",
      "task 1 depends on 9, which is not in the file",
    ],
    [
      "a task that depends on itself",
      '{"tasks": [{"id": "1", "subject": "a", "blockedBy": ["1"]}]}',
      "tasks[0].dependencies",
      "task 1 depends on itself",
    ],
    [
      "dependencies of another kind",
      '{"tasks": [{"id": "1", "subject": "a", "dependencies": [{"id": "2"}]}]}',
      "tasks[0].dependencies",
      "task 1: dependencies must be a list of task ids",
    ],
    [
      "unknown needs",
      '{"tasks": [{"id": "1", "subject": "a", "needs": "most"}]}',
      "tasks[0].needs",
      "task 1: needs must be",
    ],
    [
      "needs that can never hold",
      '{"tasks": [{"id": "1", "subject": "a", "needs": {"atLeast": 2}}]}',
      "tasks[0].needs",
      "task 1 needs at least 2 of 0 dependencies",
    ],
  ])("readBreakdown refuses %s, naming the field and the remedy", (_what, text, field, problem) => {
    const error = refusal(text);
    expect(error.field).toBe(field);
    expect(error.message).toContain(`${FILE}: `);
    expect(error.message).toContain(problem);
    expect(error.remedy).toMatch(/^[A-Z].{10,}\.$/);
  });

  it("readBreakdown refuses a cycle, naming it", () => {
    const tasks = [
      { id: "1.0", subject: "x", dependencies: ["1.1"] },
      { id: "1.1", subject: "a", dependencies: ["1.2"] },
      { id: "1.2", subject: "b", dependencies: ["1.1"] },
    ];
    const error = refusal(JSON.stringify({ tasks }));
    expect(error.message).toContain("1.1 → 1.2 → 1.1");
    expect(error.field).toBe("tasks[1].dependencies");
  });
});

describe("writeBreakdown", () => {
  it("writeBreakdown gives back what was read, with every odd form and unknown key", () => {
    const written = {
      slug: "shop",
      notes: { a: [1] },
      tasks: [
        { id: 1, title: "Base", size: "md", priority: "High", dependencies: [], issue: null },
        { id: "2", subject: "Cart", dependsOn: [1], files: ["./src/"], estimateMinutes: "1.5", agent: null },
        {
          id: "3",
          subject: "Till",
          dependencies: ["2"],
          blockedBy: [1],
          size: "huge",
          acceptance: "It adds up",
        },
        {
          id: "4",
          subject: "End",
          description: "",
          needs: "all",
          phase: "2",
          status: "in review",
          reads: [],
        },
        {
          id: "5",
          subject: "Etc",
          writes: ["/etc"],
          timeoutMinutes: 0.3333,
          priority: "medium",
          review: false,
        },
      ],
    };
    const { document, tasks } = readBreakdown(JSON.stringify(written), FILE);
    expect(JSON.parse(writeBreakdown(document, tasks))).toEqual(written);
  });

  it("writeBreakdown writes a field that was changed since in its usual form, and the others as they were", () => {
    const { document, tasks } = read([
      { id: 1, title: "Base", size: "md" },
      { id: "2", subject: "Cart", dependsOn: [1], size: "lg" },
    ]);
    const changed = tasks.map((task) => ({ ...task, subject: "New", dependencies: [], size: "xl" as const }));
    expect(JSON.parse(writeBreakdown(document, changed)).tasks).toEqual([
      { id: 1, subject: "New", size: "xl" },
      { id: "2", subject: "New", size: "xl" },
    ]);
    const [first] = tasks;
    expect(JSON.parse(writeBreakdown(document, first ? [{ ...first, priority: "high" }] : [])).tasks).toEqual(
      [{ id: 1, title: "Base", size: "md", priority: "high" }],
    );
  });

  it("writeBreakdown writes a task that came from elsewhere in full, so that it can be read again", () => {
    const task: TaskDefinition = {
      ...readOne({}),
      id: "7" as TaskId,
      origin: "call",
      writes: ["src/a.ts"],
      estimateMs: 90_000,
      acceptance: [{ criterion: "a" }, { criterion: "b", command: "c" }],
    };
    const text = writeBreakdown({}, [task]);
    expect(JSON.parse(text).tasks[0]).toMatchObject({ id: "7", dependencies: [], priority: "medium" });
    const [again] = readBreakdown(text, FILE).tasks;
    expect({ ...again, origin: "call", extra: {} }).toEqual(task);
  });
});

describe("updateBreakdown", () => {
  const TEXT = `{
  "slug": "shop",
  "tasks": [
    {"id": 1, "title": "Base",   "size": "md"},
    {
      "subject": "Cart",
      "id": "2",
      "dependencies": ["1"],
      "note": {"kept": [1, 2]}
    }
  ],
  "mode": "full"
}
`;
  const tasks = readBreakdown(TEXT, FILE).tasks;
  const [base, cart] = tasks as [TaskDefinition, TaskDefinition];

  it("updateBreakdown gives the same text back when nothing has changed", () => {
    expect(updateBreakdown(TEXT, FILE, tasks)).toBe(TEXT);
    expect(updateBreakdown(TEXT, FILE, [{ ...base, origin: "call", inferredWrites: ["a.ts"] }, cart])).toBe(
      TEXT,
    );
  });

  it("updateBreakdown changes only the tasks that changed, and keeps the order of their keys", () => {
    const updated = updateBreakdown(TEXT, FILE, [base, { ...cart, writes: ["src/a.ts", "src/b.ts"] }]);
    expect(updated).toBe(
      TEXT.replace(
        '"note": {"kept": [1, 2]}\n',
        '"note": {\n        "kept": [\n          1,\n          2\n        ]\n      },\n      "writes": ["src/a.ts", "src/b.ts"]\n',
      ),
    );
  });

  it("updateBreakdown adds and leaves out tasks in the layout of the file", () => {
    const added: TaskDefinition = { ...readOne({}), id: "3" as TaskId, dependencies: ["2" as TaskId] };
    const updated = updateBreakdown(TEXT, FILE, [cart, added]);
    expect(updated).not.toContain("Base");
    expect(updated).toContain(
      '    },\n    {\n      "id": "3",\n      "subject": "Do it",\n      "dependencies": ["2"]\n    }\n  ],\n  "mode": "full"\n}\n',
    );
    expect(updated.startsWith('{\n  "slug": "shop",\n  "tasks": [\n    {\n      "subject": "Cart",')).toBe(
      true,
    );
  });

  it.each([
    ["one line", JSON.stringify({ tasks: [{ id: "1", subject: 'a, [b] "{c}' }], n: [[1]] })],
    [
      "tabs and a byte order mark",
      `\uFEFF${JSON.stringify({ tasks: [{ id: "1", subject: "tasks" }] }, null, "\t")}`,
    ],
    [
      "line ends of Windows",
      JSON.stringify({ tasks: [{ id: "1", subject: "a" }] }, null, 4).replace(/\n/g, "\r\n"),
    ],
    [
      "a list of the same name elsewhere",
      '{"x": {"tasks": [1]}, "tasks": [{"id": "1", "subject": "a", "tasks": [2]}]}',
    ],
    ["the key twice", '{"tasks": [{"id": "8", "subject": "x"}], "tasks": [{"id": "1", "subject": "a"}]}'],
  ])("updateBreakdown keeps a file with %s readable", (_what, text) => {
    const [one] = readBreakdown(text, FILE).tasks;
    const changed = { ...(one as TaskDefinition), size: "xl" as const };
    const added: TaskDefinition = { ...readOne({}), id: "2" as TaskId };
    const updated = updateBreakdown(text, FILE, [changed, added]);
    const again = readBreakdown(updated, FILE);
    expect(again.tasks.map(({ id, size }) => [id, size])).toEqual([
      ["1", "xl"],
      ["2", undefined],
    ]);
    expect(updateBreakdown(updated, FILE, again.tasks)).toBe(updated);
    expect(updated.includes("\r\n")).toBe(text.includes("\r\n"));
    expect(/[^\r]\n/.test(updated)).toBe(/[^\r]\n/.test(text));
    const { tasks: _old, ...rest } = JSON.parse(text.replace("\uFEFF", ""));
    const { tasks: _new, ...kept } = JSON.parse(updated.replace("\uFEFF", ""));
    expect(kept).toEqual(rest);
  });
});

const REAL = new URL("../../../../shared/data/specs/", import.meta.url);

describe.skipIf(!existsSync(REAL))("the collected real breakdowns (skipped where they are absent)", () => {
  const files = (existsSync(REAL) ? readdirSync(REAL) : [])
    .map((folder) => ({ folder, text: readFileSync(new URL(`${folder}/03-tasks.json`, REAL), "utf8") }))
    .map((file) => ({ ...file, value: JSON.parse(file.text) }));
  const usual = files.filter(({ value }) => Array.isArray(value.tasks));

  const withoutDeferred = ({ tasks, ...document }: { tasks: { status?: string }[] }) => ({
    ...document,
    tasks: tasks.filter(({ status }) => status !== "deferred"),
  });

  it("the collected real breakdowns are all read but what they put off, and come back as they were", () => {
    expect(usual.length).toBeGreaterThan(70);
    for (const { folder, text, value } of usual) {
      const { document, tasks } = readBreakdown(text, folder);
      expect(JSON.parse(writeBreakdown(document, tasks))).toEqual(withoutDeferred(value));
    }
  });

  it("the collected real breakdowns are changed in one place when one task has changed", () => {
    for (const { folder, text } of usual) {
      const { tasks } = readBreakdown(text, folder);
      expect(updateBreakdown(text, folder, tasks)).toBe(text);
      const [first, ...rest] = tasks as [TaskDefinition, ...TaskDefinition[]];
      const updated = updateBreakdown(text, folder, [{ ...first, subject: "Changed" }, ...rest]);
      expect(readBreakdown(updated, folder).tasks.map(({ subject }) => subject)).toEqual([
        "Changed",
        ...rest.map(({ subject }) => subject),
      ]);
      const second = rest[0] && text.indexOf(JSON.stringify(rest[0].subject));
      if (second !== undefined && second > 0) expect(updated.endsWith(text.slice(second))).toBe(true);
    }
  });

  it("the collected real breakdowns come back as they were even after their definitions were stored as JSON", () => {
    for (const { folder, text, value } of usual) {
      const { document, tasks } = readBreakdown(text, folder);
      expect(JSON.parse(writeBreakdown(document, JSON.parse(JSON.stringify(tasks))))).toEqual(
        withoutDeferred(value),
      );
    }
  });

  it("the collected real breakdowns name a path in nine of ten tasks, and rarely more than ten", () => {
    const tasks = usual.flatMap(({ folder, text }) => readBreakdown(text, folder).tasks);
    const inferred = tasks
      .filter(({ writes }) => writes === undefined)
      .map((task) => task.inferredWrites.length);
    expect(inferred.filter((count) => count > 0).length / inferred.length).toBeGreaterThan(0.9);
    expect(inferred.filter((count) => count > 10).length / inferred.length).toBeLessThan(0.05);
  });

  it("the collected real breakdowns are refused with what is missing where they hold batches instead of tasks", () => {
    for (const { folder, text } of files.filter((file) => !usual.includes(file))) {
      expect(() => readBreakdown(text, folder)).toThrow(/no list "tasks" \(found .*batches\)/);
    }
  });
});

it("a file that is nested too deeply to be looked at is refused", () => {
  const deep = `{"tasks":[{"id":"1","subject":"S","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}]}`;
  expect(() => readBreakdown(deep, "03-tasks.json")).toThrow(/nested more than 64 levels/);
});
