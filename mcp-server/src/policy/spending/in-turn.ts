import type { ChosenModel } from "../../graph/model/model-choice.ts";
import { AGENT_START } from "./ways.ts";

/** What tasks have in common that one agent can do one after another. */
export interface Shape {
  readonly agentType: string;
  readonly role: string;
  readonly chosenModel?: ChosenModel | undefined;
}

/** So many tasks are several. */
const SEVERAL = 3;
/** At most so many tasks for one agent: its context grows with each, and everybody waits for the last one. */
const MOST_IN_TURN = 8;

/** Whether an agent costs more for its own beginning than for the work of a task. @param tokens new ones, of an attempt. */
export function isSmallWork(tokens: number): boolean {
  return tokens < 2 * AGENT_START;
}

export function isSameShape(one: Shape, other: Shape): boolean {
  return (
    one.agentType === other.agentType &&
    one.role === other.role &&
    one.chosenModel?.model === other.chosenModel?.model &&
    one.chosenModel?.effort === other.chosenModel?.effort
  );
}

/**
 * How many agents small tasks of one shape get at once; each takes the next one when it has reported.
 * @param smallTasks those that are at work and those that could start.
 * @param atWork how many of them are at work.
 */
export function agentsFor(smallTasks: number, atWork: number): number {
  return smallTasks < SEVERAL && atWork === 0 ? smallTasks : Math.ceil(smallTasks / MOST_IN_TURN);
}
