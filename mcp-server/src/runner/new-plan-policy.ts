import type { PolicyInput } from "../run/project/plan-settings.ts";
import type { ClientShare } from "./client-slots.ts";

/** Of a plan that is new: whoever is not guarded by hooks works in a worktree of its own. */
export function policyFor(shares: readonly ClientShare[]): PolicyInput {
  return shares.some(({ client }) => !client.hasHooks) ? { isolation: "worktree" } : {};
}
