import * as z from "zod";
import { MAX_TASK_ID } from "../../graph/task.ts";

/** `<plan>/<id>`. */
const MAX_TASK_NAME = 64 + 1 + MAX_TASK_ID;

/** Parameters that several tools share, described once. */
export const plan = z.string().min(1).max(64).describe("Plan name");
export const taskNameField = z.string().min(1).max(MAX_TASK_NAME).describe("<plan>/<id>");
export const token = z.string().max(64).describe("Token of the brief");
export const ids = z.array(z.string().min(1).max(MAX_TASK_NAME)).max(1_000);
export const paths = z.array(z.string().min(1).max(1_000)).max(1_000);
export const longText = z.string().max(200_000);

/** A task as a breakdown file writes it; the reader of breakdowns judges the rest. */
export const tasks = z
  .array(z.looseObject({}))
  .min(1)
  .max(5_000)
  .describe(
    "As in 03-tasks.json: id, subject, description, dependencies[], writes[], reads[], resources[], agent, model, effort, escalate[], needs, isolation (worktree), alternatives (group: first completed is taken), size, estimateMinutes, maxTokens, maxCost, maxTurns, maxMinutes, acceptance[]",
  );

/** A criterion's number comes as a number as often as as a text. */
const criterion = z
  .preprocess(
    (value) => (typeof value === "number" ? String(value) : value),
    z.string().max(2_000).optional(),
  )
  .describe("Its text or number");

export const evidence = z
  .array(
    z
      .strictObject({
        criterion,
        command: z.string().max(4_000).optional().describe("As run"),
        exitCode: z.number().int().optional().describe("As seen"),
        result: z.string().max(8_000).optional().describe("What it printed, in short"),
        inspected: z.string().max(4_000).optional().describe("What you looked at"),
        notVerified: z.string().max(4_000).optional().describe("Why not"),
      })
      .superRefine(({ command, exitCode, inspected, notVerified }, { addIssue }) => {
        if (inspected !== undefined || notVerified !== undefined) return;
        if (command !== undefined && exitCode !== undefined) return;
        addIssue({
          code: "custom",
          message: `proves nothing: ${command !== undefined ? "exitCode is missing" : "it has neither command, inspected nor notVerified"}`,
          params: { remedy: "Give {command, exitCode, result}, {inspected} or {notVerified: why}." },
        });
      }),
  )
  .max(100);
