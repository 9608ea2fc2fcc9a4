import { type Clash, clashOf, type ParsedScope, type Scope } from "../graph/scope/scope.ts";
import { scopeOf, type TaskOutline } from "../graph/task.ts";
import type { Policy } from "./policy.ts";

/** The scope with which a task is claimed: under `exclusive`, a task of which nothing is known holds everything. */
export function claimedScope(task: TaskOutline, policy: Pick<Policy, "unscoped">): Scope {
  const scope = scopeOf(task);
  if (scope.basis !== "unscoped" || policy.unscoped !== "exclusive") return scope;
  return { ...scope, writes: ["**"] };
}

/** Whether the claim tolerates no other beside it, not even one that only reads. */
export function runsAlone(scope: Scope | ParsedScope): boolean {
  return scope.basis === "unscoped" && scope.writes.length > 0;
}

/** Why two claims may not be held at once; undefined if they may. */
export function clashOfClaims(a: ParsedScope, b: ParsedScope): Clash | undefined {
  if (runsAlone(a) || runsAlone(b)) {
    return { kind: "write-write", ours: a.writes[0]?.glob ?? "**", theirs: b.writes[0]?.glob ?? "**" };
  }
  return clashOf(a, b);
}

/** The claim's scope with what the guard granted it while it ran. */
export function widenedScope(claim: { readonly scope: Scope; readonly widened: readonly string[] }): Scope {
  return claim.widened.length === 0
    ? claim.scope
    : { ...claim.scope, writes: [...claim.scope.writes, ...claim.widened] };
}
