import type { SessionMemory } from "./session.ts";

/**
 * How the main conversation waits for a script that runs its plan. Claude Code ends a headless session ten minutes
 * after its turn, whatever runs, so there the turn must not end yet.
 */
export function waitForWorkflow({ interactive }: SessionMemory, plan: string): string {
  return interactive
    ? "Say so in one line and end your turn: its result comes by itself."
    : `Call batch_collect {"plan":"${plan}","until":"all"}: it waits for the end.`;
}
