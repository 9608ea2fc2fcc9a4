import type { Policy } from "../policy.ts";

/** Whether the plan's branch only ever stands at commits that a gate has passed. */
export function isGated({ gate }: Pick<Policy, "gate">): boolean {
  return gate.trim() !== "";
}
