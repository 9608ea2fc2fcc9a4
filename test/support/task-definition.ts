import { type Task, type TaskDefinition, type TaskId, unstarted } from "../../mcp-server/src/graph/task.ts";

/** A task that says nothing but its id and its subject, and what is given. */
export function definitionOf(id: string, given: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    id: id as TaskId,
    subject: `Task ${id}`,
    description: "",
    priority: "medium",
    dependencies: [],
    needs: "all",
    reads: [],
    resources: [],
    inferredWrites: [],
    acceptance: [],
    origin: "file",
    extra: {},
    ...given,
  };
}

/** The same as a task of the graph that nobody has begun, at this place of its plan. */
export function pendingTask(id: string, given: Partial<Task> = {}, position = 0): Task {
  return { ...unstarted(definitionOf(id), position), ...given };
}
