import type { ChosenModel } from "../../graph/model/model-choice.ts";
import type { Scope } from "../../graph/scope/scope.ts";
import type { Isolation, Task } from "../../graph/task.ts";

/** A task that could start now, with what a claim on it would take. */
export interface Candidate {
  readonly id: string;
  readonly task: Task;
  readonly role: string;
  readonly agentType: string;
  readonly scope: Scope;
  readonly isolation: Isolation;
  /** Absent: everything is left to the host. */
  readonly chosenModel?: ChosenModel;
}
