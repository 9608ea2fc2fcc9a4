import { describe, expect, it } from "vitest";
import { edgesOf, readText } from "../../support/read-a-file.ts";

const read = (text: string) => readText(text, "docs/plans/pond.md");
const edges = async (text: string) => edgesOf(await read(text));
const task = (id: number | string, consumes?: string, produces = "") =>
  [
    `### Task ${id}: t`,
    ...(consumes === undefined ? [] : ["**Interfaces:**", `- Consumes: ${consumes}`]),
    ...(produces === "" ? [] : [`- Produces: ${produces}`]),
    "",
  ].join("\n");

describe("a task of a plan waits for all before it", () => {
  it("a task of a plan that says nothing of order waits for all before it that nothing waits for yet", async () => {
    const text = `${task(1, "nothing")}${task(2, "nothing")}${task(3, "`a` from Task 2")}${task(4)}`;
    expect(await edges(text)).toEqual({ "1": [], "2": [], "3": ["2"], "4": ["1", "3"] });
  });

  it.each([
    ["everything above."],
    ["all previous tasks"],
    ["The results of all earlier tasks"],
    ["everything from before"],
    ["All tasks"],
    ["everything."],
  ])("a task of a plan waits for all before it when it consumes %s", async (consumes) => {
    const text = `${task(1, "nothing")}${task(2, "none")}${task(3, consumes)}`;
    expect((await edges(text))["3"]).toEqual(["1", "2"]);
  });

  it("a task of a plan waits for all before it when it consumes a name that nobody produces, and says so", async () => {
    const breakdown = await read(`${task(1, "nothing", "`dig()`")}${task(2, "n/a")}${task(3, "`fill()`")}`);
    expect(edgesOf(breakdown)["3"]).toEqual(["1", "2"]);
    expect(breakdown.warnings).toEqual([
      "task 3 consumes fill, which no task before it says it produces: it waits for all before it",
    ]);
  });

  it.each([
    ["the existing `Pump` class"],
    ["`Pump`, which is already there"],
    ["`pump()` from the standard library"],
    ["`string` and `Promise<void>`"],
    ["`src/old/pump.ts`"],
  ])(
    "a task of a plan does not wait for all before it when it consumes what is there: %s",
    async (consumes) => {
      const breakdown = await read(`${task(1, "nothing")}${task(2, consumes)}`);
      expect(edgesOf(breakdown)["2"]).toEqual([]);
      expect(breakdown.warnings).toEqual([]);
    },
  );
});

describe("a task of a plan waits for who produces what it consumes", () => {
  it.each([
    ["`Pond[]`", "`class Pond`"],
    ["`Pond`", "`fill(pond: Pond): void`"],
    ["a list of `Array<number>` by `fill(pond)`", "`export async function fill(pond)`"],
    ["`water.Fill`", "`Fill(ctx, Depth) (*Pond, error)`"],
    ["`pond.depth`", "`depth`"],
    ["\n  - `Pond`\n  - `string`", "\n  - `class Pond`"],
  ])("a task of a plan waits for who produces what it consumes: %s of %s", async (consumes, produces) => {
    const breakdown = await read(`${task(1, "nothing", produces)}${task(2, "nothing")}${task(3, consumes)}`);
    expect(edgesOf(breakdown)["3"]).toEqual(["1"]);
    expect(breakdown.warnings).toEqual([]);
  });

  it("a producer is found by the package in whose folder it writes, and by the file that it writes", async () => {
    const text =
      "### Task 1: a\n**Files:**\n- Create: `lib/water/fill.go`, `data/depths.json`\n\n- Consumes: nothing\n";
    expect((await edges(`${text}${task(2, "`water.Flow`")}`))["2"]).toEqual(["1"]);
    expect((await edges(`${text}${task(2, "the numbers in `data/depths.json`")}`))["2"]).toEqual(["1"]);
  });

  it("a task of a plan waits for the task that says it is used by it", async () => {
    const text = `${task(1, "nothing", "`Pond` - used by Tasks 2 and 3")}${task(2, "nothing")}${task(3, "nothing")}${task(4, "nothing")}`;
    expect(await edges(text)).toEqual({ "1": [], "2": ["1"], "3": ["1"], "4": [] });
  });

  it("a task of a plan does not wait for those that it says it takes nothing from, but for the exception", async () => {
    expect((await edges(`${task(1, "nothing")}${task(2, "nothing from Task 1")}`))["2"]).toEqual([]);
    expect((await edges(`${task(1, "nothing")}${task(2, "nothing except `a` of Task 1")}`))["2"]).toEqual([
      "1",
    ]);
  });
});

describe("a task of a plan waits for what it says it depends on", () => {
  const said = (line: string) => `${task(1, "nothing")}${task(2, "nothing")}### Task 3: t\n${line}\n`;

  it.each([
    ["**Depends on**: Task 2"],
    ["- **Dependencies:** 2"],
    ["**Blocked by:** Task 2 (its pump)"],
    ["- Prerequisites: Task #2"],
    ["**Size:** S | **Depends on:** Task 2 | **Risk:** low"],
    ["**依赖**：任务 2"],
    ["- **Depends on**: the previous task"],
  ])("a task of a plan waits for what it says it depends on: %s", async (line) => {
    expect((await edges(said(line)))["3"]).toEqual(["2"]);
  });

  it.each([
    ["**Depends on**: Tasks 1-2"],
    ["**Depends on**: 1, 2"],
    ["**Depends on**: Task 1 and Task 2"],
    ["**Depends on**: Task 1,\n  Task 2"],
    ["**Depends on**: all previous tasks"],
    ["**Depends on:**\n- Task 1\n- Task 2"],
    ["**Depends on:**\n\n**Consumes:**\n- everything above"],
  ])("a task of a plan waits for several that it says it depends on: %j", async (line) => {
    expect((await edges(said(line)))["3"]).toEqual(["1", "2"]);
  });

  it("a task of a plan waits for all before it where what it depends on is no task", async () => {
    expect((await edges(said("**Prerequisites**: a dry week")))["3"]).toEqual(["1", "2"]);
  });

  it("a task of a plan waits for what it says in brackets behind its name that it depends on", async () => {
    const text = `${task(1, "nothing")}${task(2, "nothing")}### Task 3: t (depends on Task 1)\n`;
    expect((await edges(text))["3"]).toEqual(["1"]);
  });

  it("a task of a plan waits for what a section on order says that it depends on", async () => {
    const text = `# P\n${task(1, "nothing")}${task(2, "nothing")}${task(3, "nothing")}## Execution Order\n- Task 3 requires Task 1\n- Task 1 → Task 2\n`;
    expect(await edges(text)).toEqual({ "1": [], "2": ["1"], "3": ["1"] });
  });

  it("a task of a plan waits for what it says it depends on even where that comes later", async () => {
    const text = "### Task 1: a\n- Depends on: Task 2\n### Task 2: b\n### Task 3: c\n";
    expect(await edges(text)).toEqual({ "1": ["2"], "2": [], "3": ["1"] });
  });

  it("a task of a plan says what it depends on that is not in the file", async () => {
    const { warnings } = await read(said("**Depends on**: Task 2, POND-77, Task 9"));
    expect(warnings).toEqual([
      "line 7: task 3 depends on POND-77, which is not in the file: nothing waits for it",
      "line 7: task 3 depends on 9, which is not in the file: nothing waits for it",
    ]);
  });
});
