import * as z from "zod";
import { taskName as nameOf } from "../graph/task.ts";
import { CallerError } from "../run/errors.ts";
import { updateTask } from "../run/update-task.ts";
import { defineTool, WRITE } from "./define-tool.ts";
import { ids, longText, paths, taskName, tasks, token } from "./fields.ts";

export const taskUpdate = defineTool({
  name: "task_update",
  title: "Change a task",
  description:
    "Use to change a task's text, dependencies or scope, to leave a note, to cancel it or send it back to pending. A result is handed in with task_report, not here.",
  input: z.strictObject({
    task: taskName,
    token: token.optional(),
    status: z.enum(["pending", "cancelled"]).optional().describe("Back to pending, or given up"),
    addBlockedBy: ids.optional().describe("Tasks that must come first"),
    removeBlockedBy: ids.optional().describe("Dependencies to drop"),
    addBlocks: ids.optional().describe("Tasks that must wait for this one"),
    owner: z.string().max(200).optional().describe("Who works on it"),
    subject: z.string().min(1).max(2_000).optional().describe("New title"),
    description: longText.optional().describe("New text"),
    addWrites: paths.optional().describe("Globs"),
    split: tasks.optional().describe("Parts that replace the task"),
    note: z.string().min(1).max(4_000).optional().describe("For whoever works on it next"),
    metadata: z.record(z.string(), z.unknown()).optional().describe("Merged into what is there"),
  }),
  annotations: WRITE,
  async handle({ split, ...input }, { run, actor, agentId }) {
    if (split) {
      throw new CallerError(
        "not_served",
        "split is not served by this version.",
        "Add the parts with task_create, let its dependents wait for them with addBlockedBy, and cancel the task.",
        "split",
      );
    }
    const { loaded, task } = await updateTask(run, actor, agentId, input);
    return {
      data: {
        task: {
          task: nameOf(loaded.stored.slug, task.id),
          subject: task.subject,
          status: task.status,
          dependencies: task.dependencies,
          ...(task.writes && { writes: task.writes }),
        },
        next: "Changed.",
      },
    };
  },
});
