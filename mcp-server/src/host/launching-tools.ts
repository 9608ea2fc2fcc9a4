/** Whether a call of the host's tool launches one agent. `Task` is what `Agent` was called once. */
export function launchesAgent(tool: string): boolean {
  return tool === "Agent" || tool === "Task";
}
