import type { AnyClaim } from "../graph/attempt.ts";
import { matches } from "../graph/globs.ts";
import { runsAlone } from "./exclusivity.ts";
import type { Policy } from "./policy.ts";

/** What the guard thinks of one write. */
export type Verdict =
  /** The claim covers the path: `approve: scope` lets it pass without a prompt. */
  | { readonly kind: "covered" }
  /** Outside the declared scope, but granted and recorded before: the host's own permissions still decide. */
  | { readonly kind: "granted" }
  /** Nobody holds the path: it is granted and recorded. `covers`: the grant counts like the claim's scope. */
  | { readonly kind: "widen"; readonly covers: boolean }
  | { readonly kind: "held"; readonly by: AnyClaim }
  | { readonly kind: "outside-scope" }
  | { readonly kind: "claim-ended" };

/**
 * Judges a write of the agent that holds `own` to a path of the checkout. Inferred scopes of others do not
 * deny, because nobody declared them; they only kept the tasks apart.
 * @param others live and draining claims of other tasks in the checkout.
 */
export function judgeWrite(
  path: string,
  own: AnyClaim,
  others: readonly AnyClaim[],
  policy: Pick<Policy, "guard">,
  caseInsensitive: boolean,
): Verdict {
  if (own.state === "ended" || own.state === "returned") return { kind: "claim-ended" };
  const holder = others.find((claim) => holds(claim, path, caseInsensitive));
  if (holder) return { kind: "held", by: holder };
  const { scope, widened } = own;
  if (scope.writes.some((glob) => matches(glob, path, caseInsensitive))) return { kind: "covered" };
  if (widened.includes(path)) return { kind: scope.basis === "declared" ? "granted" : "covered" };
  if (policy.guard === "strict") return { kind: "outside-scope" };
  return { kind: "widen", covers: scope.basis !== "declared" };
}

function holds({ scope, widened }: AnyClaim, path: string, caseInsensitive: boolean): boolean {
  if (widened.includes(path) || runsAlone(scope)) return true;
  if (scope.basis !== "declared") return false;
  return [...scope.writes, ...scope.reads].some((glob) => matches(glob, path, caseInsensitive));
}
