import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { taskName as nameOf } from "../graph/task.ts";
import { causeText } from "../graph/task-cause.ts";
import { splitTask } from "../run/edits/split-task.ts";
import { updateTask } from "../run/edits/update-task.ts";
import { type Answer, defineTool, type ToolContext, WRITE } from "./define-tool.ts";
import { ids, longText, paths, taskNameField, tasks, token } from "./input/fields.ts";

export const taskUpdate = defineTool({
  name: "task_update",
  title: "Change a task",
  description:
    "Use to change a task's text, dependencies or scope, to leave a note, to cancel it or send it back to pending. A result is handed in with task_report, not here.",
  input: z.strictObject({
    task: taskNameField,
    token: token.optional(),
    status: z.enum(["pending", "cancelled"]).optional().describe("Back to pending, or given up"),
    addBlockedBy: ids.optional().describe("Tasks that must come first"),
    removeBlockedBy: ids.optional().describe("Dependencies to drop"),
    addBlocks: ids.optional().describe("Tasks that must wait for this one"),
    owner: z.string().max(200).optional().describe("Who works on it"),
    subject: z.string().min(1).max(2_000).optional().describe("New title"),
    description: longText.optional().describe("New text"),
    addWrites: paths.optional().describe("Globs"),
    split: tasks
      .optional()
      .describe(
        "Parts that replace the task, with task and token only: from <id>.a on, with what they leave out taken from it; dependents wait for all. While it runs only its agent may, and must then stop",
      ),
    note: z.string().min(1).max(4_000).optional().describe("For whoever works on it next"),
    metadata: z.record(z.string(), z.unknown()).optional().describe("Merged into what is there"),
  }),
  annotations: WRITE,
  async handle({ split, ...input }, context) {
    if (split) return splitInto(split, input, context);
    const { loaded, task } = await updateTask(context.run, context.actor, context.agentId, input);
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

async function splitInto(
  parts: readonly Readonly<Record<string, unknown>>[],
  { task: name, token: own, ...others }: { task: string; token?: string | undefined },
  { run, actor, agentId }: ToolContext,
): Promise<Answer> {
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new CallerError(
      "bad_input",
      `${other} cannot be given with split: the task is replaced by its parts.`,
      `Leave ${other} out, or call once more for it.`,
      other,
    );
  }
  const split = await splitTask(run, actor, agentId, { task: name, token: own, parts });
  const { slug } = split.loaded.stored;
  return {
    data: {
      task: {
        task: nameOf(slug, split.task.id),
        status: split.task.status,
        cause: split.task.cause && causeText(split.task.cause),
      },
      parts: split.parts.map((id) => nameOf(slug, id)),
      ...(split.warnings.length > 0 && { warnings: split.warnings }),
      next:
        own === undefined
          ? "Split: the parts come with the next batch_next."
          : `Your attempt has ended: write nothing more and reply with the line SPLIT ${nameOf(slug, split.task.id)}.`,
    },
  };
}
