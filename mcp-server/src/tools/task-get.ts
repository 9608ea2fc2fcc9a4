import * as z from "zod";
import { causeText } from "../graph/task-cause.ts";
import { getTask } from "../run/briefs/get-task.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { taskNameField, token } from "./input/fields.ts";

export const taskGet = defineTool({
  name: "task_get",
  title: "Read a task",
  description:
    "Use to read one task; as its agent, with your token, for the full brief if your prompt does not hold it.",
  input: z.strictObject({ task: taskNameField, token: token.optional() }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input, { run, actor, agentId, client }) {
    const view = await getTask(run, actor, agentId, {
      ...input,
      reader: { pulls: false, isClaudeCode: client.isClaudeCode },
    });
    const { loaded, task, attempts } = view;
    if ("brief" in view) {
      const { brief } = view;
      return {
        data: {
          task: { id: task.id, subject: task.subject, status: task.status },
          brief,
          next: "Carry out the brief.",
        },
        text: brief,
      };
    }
    const { id, subject, inferredWrites, extra, position: _position, estimateMs, timeoutMs, ...rest } = task;
    return {
      data: {
        plan: loaded.stored.slug,
        task: {
          ...{ id, subject, description: view.description },
          ...rest,
          ...(rest.cause && { cause: causeText(rest.cause) }),
          ...(rest.writes === undefined && inferredWrites.length > 0 && { inferredWrites }),
          ...(estimateMs !== undefined && { estimateMinutes: estimateMs / 60_000 }),
          ...(timeoutMs !== undefined && { timeoutMinutes: timeoutMs / 60_000 }),
          ...(Object.keys(extra).length > 0 && { extra }),
        },
        attempts: attempts.map((attempt) => ({
          number: attempt.number,
          state: attempt.state,
          ...(attempt.state === "ended" && {
            outcome: attempt.outcome,
            ...(attempt.report && { report: attempt.report }),
            ...(attempt.lastMessage !== undefined && { lastMessage: attempt.lastMessage }),
            ...(attempt.cause !== undefined && { cause: attempt.cause }),
          }),
        })),
        next: "This is information; only the holder of the task's token may work on it.",
      },
    };
  },
});
