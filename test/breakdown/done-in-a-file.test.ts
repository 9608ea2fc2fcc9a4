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

  it("a 03-tasks.json is refused when nothing of it is left", async () => {
    const error = await refusalOf(file([{ id: "1", subject: "a", status: "done" }]), FILE);
    expect(error.message).toContain("all of its 1 tasks are marked as done or given up");
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
