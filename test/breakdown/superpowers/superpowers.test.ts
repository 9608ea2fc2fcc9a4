import { describe, expect, it } from "vitest";
import { edgesOf, readText, refusalOf } from "../../support/read-a-file.ts";

const FILE = "docs/superpowers/plans/2026-03-01-tea-timer.md";

const PLAN = `# Tea Timer Implementation Plan

**Goal:** Nobody forgets the tea.

## Global Constraints

- No dependency but the standard library.
- Files stay below 200 lines (\`src/legacy/huge.ts\` is the exception).

---

### Task 1: Clock

Reads the time.

**Files:**
- Create: \`src/clock.ts\`
- Modify: \`src/index.ts:10-24\` (next to \`main\`)
- Test: \`test/clock.test.ts\`, \`test/helpers.ts\`
- Verify: \`docs/time.md\`

**Interfaces:**
- Consumes: nothing.
- Produces: \`export function now(): number\` and \`class Clock\`.

- [ ] **Step 1: Write the failing test**

\`\`\`ts
### Task 99: not a task
- [ ] neither a step
\`\`\`

- [ ] **Step 2: Commit**

### Task 2: Bell

**Files:**
- Create: \`src/bell.ts\`

**Interfaces:**
- Consumes: nothing from Task 1.
- Produces: \`fn ring(times: number)\`

- [ ] **Step 1: Ring**

### Task 3: Timer

**Files:**
- Create: \`src/timer.ts\`

**Interfaces:**
- Consumes: \`now()\` as the other one made it, and
  \`ring\` of the bell.

- [ ] **Step 1: Count**

### Task 4: Window

**Files:**
- Modify: \`src/index.ts\`

**Interfaces:**
- Consumes: what Tasks 2-3 made.

- [ ] **Step 1: Show**

### Task 5: Words

- [ ] **Step 1: Write \`docs/tea.md\`**
`;

const done = (id: number) =>
  PLAN.replace(new RegExp(`(### Task ${id}:[\\s\\S]*?)(?=\\n### Task ${id + 1}:|$)`), (section) =>
    section.replaceAll("- [ ]", "- [x]"),
  );

describe("a plan of superpowers", () => {
  it("a plan of superpowers is recognised by its content", async () => {
    const breakdown = await readText(PLAN, FILE);
    expect(breakdown).toMatchObject({ title: "Tea Timer", own: false });
    expect(breakdown.warnings).toEqual(["not read as tasks, in code or a comment: line 29"]);
    expect(breakdown.tasks.map(({ id, subject }) => `${id} ${subject}`)).toEqual([
      "1 Clock",
      "2 Bell",
      "3 Timer",
      "4 Window",
      "5 Words",
    ]);
  });

  it("a plan of superpowers declares the files of a task: written ones, and read ones", async () => {
    const { tasks } = await readText(PLAN, FILE);
    expect(tasks[0]).toMatchObject({
      writes: ["src/clock.ts", "src/index.ts", "test/clock.test.ts", "test/helpers.ts"],
      reads: ["docs/time.md"],
    });
  });

  it("a plan of superpowers infers the files of a task that lists none, and not from the constraints of all", async () => {
    const task = (await readText(PLAN, FILE)).tasks[4];
    expect(task).not.toHaveProperty("writes");
    expect(task?.inferredWrites).toEqual(["docs/tea.md"]);
  });

  it("a plan of superpowers copies goal and constraints into every description, with the task's own text as it is", async () => {
    const { tasks } = await readText(PLAN, FILE);
    for (const { description } of tasks) {
      expect(description).toContain("Goal of the whole plan: Nobody forgets the tea.");
      expect(description).toContain(
        "# Global Constraints\n\n- No dependency but the standard library.\n- Files stay below 200 lines",
      );
    }
    expect(tasks[0]?.description).toMatch(/^Reads the time\.\n\n\*\*Files:\*\*/);
    expect(tasks[0]?.description).toContain("```ts\n### Task 99: not a task\n- [ ] neither a step\n```");
    expect(tasks[1]?.description).not.toContain("Reads the time");
  });

  it("a plan of superpowers takes dependencies from what is consumed, by task and by name", async () => {
    const edges = edgesOf(await readText(PLAN, FILE));
    expect(edges).toMatchObject({ "1": [], "2": [], "3": ["1", "2"] });
  });

  it("a plan of superpowers lets a task wait for the last one that writes one of its files", async () => {
    expect(edgesOf(await readText(PLAN, FILE))["4"]).toEqual(["1", "2", "3"]);
  });

  it("a plan of superpowers puts a task that says nothing of what it needs behind all before it", async () => {
    expect(edgesOf(await readText(PLAN, FILE))["5"]).toEqual(["4"]);
  });

  it("a plan of superpowers leaves out a task of which every step is ticked off, and lets nothing wait for it", async () => {
    const breakdown = await readText(done(2), FILE);
    expect(breakdown.warnings[0]).toBe("marked as done and left out, so that nothing waits for them: 2");
    expect(edgesOf(breakdown)).toEqual({ "1": [], "3": ["1"], "4": ["1", "3"], "5": ["4"] });
  });

  it("a plan of superpowers reads a 03-tasks.md as well, where there is no 03-tasks.json", async () => {
    const text = `# Tasks
### Task 1.1: Base
- **Dependencies:** None
### Task 1.2: Walls
- **Dependencies:** 1.1
### Task 2.1: Garden
**Depends on:** Task 1.1
`;
    expect(edgesOf(await readText(text, "specs/house/03-tasks.md"))).toEqual({
      "1.1": [],
      "1.2": ["1.1"],
      "2.1": ["1.1"],
    });
  });

  it("a plan of superpowers is refused with lines where a number stands twice", async () => {
    const error = await refusalOf("### Task 1: a\n\n### Task 1: b\n", FILE);
    expect(error).toMatchObject({
      field: "line 3.id",
      message: expect.stringContaining("in line 1 and line 3"),
    });
  });

  it("a plan warns of what its lists of files name without a path", async () => {
    const { warnings } = await readText(
      "### Task 1: Dig\n\n**Files:**\n- Modify: `src/a.ts`\n- Modify: all pumps\n",
      FILE,
    );
    expect(warnings).toEqual([
      'task 1: no path in its list of files under "Modify: all pumps": what is meant is missing from its scope',
    ]);
  });
});
