import { describe, expect, it } from "vitest";
import * as z from "zod";
import { CallerError } from "../../../mcp-server/src/errors/caller-error.ts";
import { TOOLS } from "../../../mcp-server/src/tools/index.ts";
import { readArguments } from "../../../mcp-server/src/tools/input/read-arguments.ts";

/** How a tool refuses the arguments. */
function refusal(tool: string, given: unknown): CallerError {
  const schema = TOOLS.find(({ name }) => name === tool)?.input ?? z.never();
  try {
    readArguments(schema, given);
  } catch (error) {
    if (error instanceof CallerError) return error;
    throw error;
  }
  throw new Error(`${tool} took ${JSON.stringify(given)}`);
}

const REPORT = { task: "p/1", token: "t", outcome: "completed", summary: "Done." };

describe("several wrong fields", () => {
  it("several wrong fields are told in one answer, whatever is wrong with them", () => {
    const { field, message, remedy } = refusal("plan_create", { title: 3, policy: { cap: 3 }, goal: "x" });
    expect(field).toBe("plan");
    expect(message).toBe(
      "plan is missing (Plan name). title: expected string, received number. policy: unknown field cap. Unknown field goal.",
    );
    expect(remedy).toBe(
      "For cap use maxParallel (Agents at once). For goal use title (For people). Correct this and call again.",
    );
  });

  it("several wrong fields are told as far as five, with the number of the others", () => {
    const { message } = refusal("task_update", {
      subject: 1,
      note: 2,
      owner: 3,
      status: 4,
      description: 5,
      token: 6,
    });
    expect(message.match(/: expected|is missing/g)).toHaveLength(5);
    expect(message).toMatch(/And 2 more\.$/);
  });

  it("several wrong fields of evidence are told beside those of the rest", () => {
    const { message, remedy } = refusal("task_report", {
      ...REPORT,
      outcome: "done",
      evidence: [{ command: "x" }, { inspected: "it" }, { result: "fine" }],
      blockedOn: {},
    });
    expect(message).toContain("outcome: expected one of");
    expect(message).toContain("evidence[0] proves nothing: exitCode is missing.");
    expect(message).toContain("evidence[2] proves nothing: it has neither");
    expect(message).toContain("blockedOn names 0 needs.");
    expect(remedy).toContain("{command, exitCode, result}");
    expect(remedy).toContain("exactly one of");
  });
});

describe("a field that there is not", () => {
  const cases: [tool: string, given: Record<string, unknown>, field: string, remedy: RegExp][] = [
    ["batch_next", { plan: "p", limit: 3 }, "limit", /^For limit use max \(Launch at most so many\)\.$/],
    ["batch_next", { plan: "p", cap: 3 }, "cap", /^For cap use max /],
    [
      "task_report",
      { ...REPORT, findings: [{ severity: "low", text: "It leaks.", file: "a.ts", line: 3 }] },
      "findings[0].line",
      /^For line use file \(path:line\)\.$/,
    ],
    ["plan_analyze", { plan: "p", max_parallel: 3 }, "max_parallel", /^For max_parallel use maxParallel /],
    ["task_claim", { plan: "p", worker: "w", tsk: "1" }, "tsk", /^For tsk use task /],
    ["task_update", { task: "p/1", dependsOn: ["2"] }, "dependsOn", /^For dependsOn use addBlockedBy /],
    [
      "plan_update",
      { plan: "p", policy: { capacities: 3 } },
      "policy.capacities",
      /^For capacities use capacity /,
    ],
    ["batch_collect", { plan: "p", until: { atleast: 3 } }, "until.atLeast", /^For atleast use atLeast\./],
    [
      "batch_next",
      { plan: "p", constructor: 3, zebra: 1 },
      "constructor",
      /^Leave it out: the fields are plan, max\.$/,
    ],
  ];
  it.each(cases)(
    "a field that there is not of %s is answered with the one that was meant: %j",
    (tool, given, field, remedy) => {
      const error = refusal(tool, given);
      expect(error.field).toBe(field);
      expect(error.remedy).toMatch(remedy);
    },
  );

  it("a field that there is not is not told in all its length", () => {
    expect(refusal("batch_next", { plan: "p", ["x".repeat(10_000)]: 1 }).message.length).toBeLessThan(200);
  });
});

describe("what was expected", () => {
  it.each([
    ["batch_next", {}, "plan is missing (Plan name)."],
    ["batch_next", "p", "The arguments: expected object, received string."],
    [
      "batch_collect",
      { plan: "p", until: { atLeast: 0 } },
      "until.atLeast: Too small: expected number to be >=1.",
    ],
    [
      "batch_collect",
      { plan: "p", until: "some" },
      'until: expected one of "next"|"any"|"all", or expected object, received string.',
    ],
  ])("what was expected %s %j", (tool, given, message) => {
    expect(refusal(tool, given).message).toBe(message);
  });
});
