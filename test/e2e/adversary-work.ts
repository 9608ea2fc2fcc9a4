import { taskTool } from "./harness/task-tools.ts";
import { type ReportFields, reports, type Step, stopsSilently, uses } from "./harness/worker.ts";

/** Steps of workers that misbehave, and how they wait for each other, so that each run goes the same way. */

/** What workers of one run have done so far. */
export class Milestones {
  readonly #reached = new Set<string>();
  /** Tokens by task id, as a worker would know them that has seen what it should not. */
  readonly tokens = new Map<string, string>();

  has(milestone: string): boolean {
    return this.#reached.has(milestone);
  }

  /** Notes the milestone when the worker gets to this step: what it did before is over. */
  at(milestone: string, step: Step): Step {
    return (assignment) => {
      this.#reached.add(milestone);
      if (assignment.token !== undefined) this.tokens.set(idOf(assignment.task), assignment.token);
      return step(assignment);
    };
  }

  /** The same step when all of these have been reached. */
  after(milestones: string[], step: Step): Step {
    return (assignment) => ({
      ...step(assignment),
      when: () => milestones.every((milestone) => this.#reached.has(milestone)),
    });
  }
}

/** Writes a file with the path as it is given, below the worker's directory. */
export function writesAt(path: string): Step {
  return (assignment) =>
    uses("Write", { file_path: `${assignment.directory}/${path}`, content: "stolen\n" })(assignment);
}

/** Reports a task, whoever's it is. */
export function reportsInTheNameOf(task: string, token: () => string | undefined): Step {
  return (assignment) =>
    reports({ summary: "All of it is done." })({ ...assignment, task: `demo/${task}`, token: token() });
}

/** Reports, and says goodbye in a turn of its own, when the report has been taken. */
export function reportsAndLeaves(milestones: Milestones, task: string, fields: ReportFields = {}): Step[] {
  return [reports(fields), milestones.at(`${task} left`, stopsSilently("DONE"))];
}

/** Calls the tool that is the hooks' alone, as if the agent of another task had ended. */
export const forgesHook: Step = uses(taskTool("hook"), { event: "SubagentStop", agent: "a0", last: "Done." });

/** Gives up a task. */
export function cancels(task: string): Step {
  return uses(taskTool("task_update"), { task: `demo/${task}`, status: "cancelled" });
}

function idOf(task: string): string {
  return task.slice(task.indexOf("/") + 1);
}
