import * as z from "zod";
import { createTasks } from "../run/plan/new-task.ts";
import { countsOf, isDone } from "../run/plan/progress.ts";
import { nextStep } from "./answer/next-step.ts";
import { defineTool, WRITE } from "./define-tool.ts";
import { plan, tasks } from "./input/fields.ts";

export const taskCreate = defineTool({
  name: "task_create",
  title: "Add tasks",
  description: "Use to add tasks to a plan that exists, for example a fix that a run made necessary.",
  input: z.strictObject({ plan, tasks: tasks.describe("As in plan_create") }),
  annotations: WRITE,
  async handle(input, { run, session, actor, agentId }) {
    const { ids, loaded, warnings } = await createTasks(run, actor, input.plan, input.tasks, agentId);
    return {
      data: {
        plan: loaded.stored.slug,
        ids,
        ...(warnings.length > 0 && { warnings }),
        next:
          agentId === undefined
            ? nextStep(session, loaded, countsOf(loaded), isDone(loaded))
            : "Added: the main conversation launches them. Go on with your own task.",
      },
    };
  },
});
