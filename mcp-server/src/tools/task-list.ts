import * as z from "zod";
import { TASK_STATUSES } from "../graph/task.ts";
import { listTasks } from "../run/edits/list-tasks.ts";
import { defineTool, READ } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const taskList = defineTool({
  name: "task_list",
  title: "List tasks",
  description:
    "Use to see the plans of this repository and their tasks, without descriptions. `pending` in `counts` includes what is ready or offered.",
  input: z.strictObject({
    plan: plan.optional(),
    status: z.enum(TASK_STATUSES).optional().describe("Only these"),
    ready: z.boolean().optional().describe("Only those that could start"),
    agent: z.string().max(100).optional().describe("Role"),
    limit: z.number().int().min(0).max(500).optional().describe("Default 50; 0: only the plans"),
    cursor: z.string().max(300).optional().describe("Of the page before"),
  }),
  annotations: READ,
  hasLongAnswer: true,
  async handle(input, { run }) {
    const list = await listTasks(run, { ...input, limit: input.limit ?? 50 });
    return { data: { ...list, next: nextStep(list.plans.length, input.limit, list.cursor) } };
  },
});

function nextStep(plans: number, limit: number | undefined, cursor: string | undefined): string {
  if (plans === 0) return "There is no plan yet; plan_create makes one.";
  if (limit === 0) return "These are the plans. Their tasks: task_list {plan}.";
  return cursor === undefined ? "That is all." : `There is more, with cursor ${JSON.stringify(cursor)}.`;
}
