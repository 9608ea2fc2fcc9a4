import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { PlanSlug, TaskId } from "../../../mcp-server/src/graph/task.ts";
import { restoreLine } from "../../../mcp-server/src/run/effects/restore-line.ts";

const PLAN = "demo" as PlanSlug;
const TASK = "1.2" as TaskId;
const LISTS = "parallel-tasks restore demo --task 1.2";

describe("the command line that puts files back", () => {
  it("the command line that puts files back names them so that a shell reads just these names", () => {
    const paths = [
      "src/a.ts",
      "src/my notes.md",
      "src/$(id).ts",
      "src/*.ts",
      "src/übung.ts",
      "src/[id]/`x`.ts",
    ];
    const line = restoreLine(PLAN, TASK, paths);
    const read = execFileSync("sh", [
      "-c",
      `parallel-tasks() { printf '%s\\n' "$@"; }; ${line}`.replaceAll("parallel-tasks", "p"),
    ]);
    expect(read.toString().trim().split("\n")).toEqual(["restore", "demo", ...paths, "--task", "1.2"]);
  });

  it.each([
    ["names that a shell or a reader could take for something else", ["it's.ts"]],
    ["options", ["--force"]],
    ["names of several lines", ["a\nb"]],
    ["tags", ["<b>.ts"]],
    ["too many files", Array.from({ length: 11 }, (_, index) => `${index}.ts`)],
  ])("the command line that puts files back lists what there is for %s", (_, paths) => {
    expect(restoreLine(PLAN, TASK, paths)).toBe(LISTS);
  });
});
