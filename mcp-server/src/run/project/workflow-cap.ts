import { availableParallelism } from "node:os";

/** The host runs at most this many agents of one script at once, whatever the machine. */
const MAX_AGENTS = 16;
/** It leaves this many processors to everything else, but runs at least as many agents. */
const SPARED = 2;

/**
 * How many agents the host's script engine runs at once on this machine. More would queue inside the host, where
 * their offers lapse.
 */
export function workflowCap(env: NodeJS.ProcessEnv, processors: number = availableParallelism()): number {
  const stated = Number(env.CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS);
  if (Number.isInteger(stated) && stated > 0) return stated;
  return Math.max(SPARED, Math.min(MAX_AGENTS, processors - SPARED));
}
