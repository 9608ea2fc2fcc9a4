export type RunEngine = "burst" | "workflow";

/** What the choice of an engine looks at. */
export interface EngineFacts {
  /** Tasks that are left to do. */
  readonly open: number;
  /** The largest number of agents that the plan can use at once. */
  readonly cap: number;
  /** How many agents the host's script engine runs at once. */
  readonly workflowCap: number;
}

export interface EngineChoice {
  readonly use: RunEngine;
  readonly why: string;
}

/** With a burst, a plan of so many tasks puts more than 50,000 characters into the main conversation. */
const MIN_WORKFLOW_TASKS = 20;
/** With so many, an empty conversation is worth a longer run. */
const WORKFLOW_TASK_THRESHOLD = 60;

/** Which engine is the better one for what is left of a plan, where the user has not named one and both are there. */
export function chooseEngine({ open, cap, workflowCap }: EngineFacts): EngineChoice {
  if (open < MIN_WORKFLOW_TASKS) return { use: "burst", why: "so few tasks fit into this conversation" };
  if (workflowCap < Math.min(cap, open) && open < WORKFLOW_TASK_THRESHOLD)
    return { use: "burst", why: `a workflow runs ${workflowCap} agents at once here, not ${cap}` };
  return { use: "workflow", why: "so many tasks would fill this conversation" };
}
