/** By this name the agents of the script claim their tasks. */
export const WORKFLOW_WORKER = "workflow";
