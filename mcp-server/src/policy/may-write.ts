import type { AnyClaim } from "../graph/attempt.ts";
import { type Glob, literalGlob, pathKey } from "../graph/scope/glob.ts";
import { matches as matchesGlob, overlap } from "../graph/scope/globs-meet.ts";
import { type ParsedGlob, parseGlob } from "../graph/scope/parse-glob.ts";
import { type ParsedScope, parseScope } from "../graph/scope/scope.ts";
import { runsAlone } from "./exclusivity.ts";
import type { Policy } from "./policy.ts";

/** What an agent is about to change, relative to the top level of the work tree that it changes. */
export type Target =
  | {
      readonly kind: "path";
      readonly path: string;
      /** A folder, with whatever is below it. */
      readonly isTree: boolean;
      /** Throws away what was not committed, which may be the work of a task that has ended. */
      readonly discards: boolean;
    }
  /** A new folder, or the removal of what is not there: nobody's content, so it is not recorded. */
  | { readonly kind: "empty"; readonly path: string }
  /** Whatever matches the glob; which files those are is not looked at. */
  | { readonly kind: "glob"; readonly glob: Glob; readonly folder: string };

/** A claim with what it covers on the file system of its checkout. */
export interface GuardedClaim {
  readonly claim: AnyClaim;
  readonly scope: ParsedScope;
  /** Whether `A` and `a` are the same name: what the guard granted is kept as paths. */
  readonly caseInsensitive: boolean;
}

export function guardedClaim(claim: AnyClaim, caseInsensitive: boolean): GuardedClaim {
  return { claim, scope: parseScope(claim.scope, caseInsensitive), caseInsensitive };
}

/** What the guard thinks of one change. */
export type GuardVerdict =
  /** The claim covers it: `approve: scope` lets a file tool pass without a prompt. */
  | { readonly kind: "covered" }
  /** Not in the declared scope, but harmless or granted before: the host's own permissions still decide. */
  | { readonly kind: "granted" }
  /** Nobody holds the path: it is granted and recorded. `covers`: the grant counts like the claim's scope. */
  | { readonly kind: "widen"; readonly path: string; readonly covers: boolean }
  | { readonly kind: "held"; readonly by: AnyClaim }
  | { readonly kind: "outside-scope" }
  /** Uncommitted changes of others would be lost. */
  | { readonly kind: "not-yours" }
  | { readonly kind: "claim-ended" };

/**
 * Judges a change by the agent that holds `own`. Inferred scopes of others do not deny, because nobody declared
 * them; they only kept the tasks apart.
 * @param others live and draining claims of other tasks in the checkout.
 */
export function judgeWrite(
  target: Target,
  own: GuardedClaim,
  others: readonly GuardedClaim[],
  policy: Pick<Policy, "guard">,
): GuardVerdict {
  if (claimHasEnded(own.claim)) return { kind: "claim-ended" };
  const holder = others.find((other) => holds(other, target));
  if (holder) return { kind: "held", by: holder.claim };
  if (target.kind === "empty") return { kind: "granted" };
  const { scope } = own;
  const reached = target.kind === "glob" ? { path: target.folder, isTree: true } : target;
  if (scope.writes.some((glob) => covers(glob, reached))) return { kind: "covered" };
  if (own.claim.widened.some((path) => isWithin(reached.path, path, own.caseInsensitive))) {
    return { kind: scope.basis === "declared" ? "granted" : "covered" };
  }
  if (policy.guard === "strict") return { kind: "outside-scope" };
  if (target.kind === "glob") return { kind: "granted" };
  if (target.discards) return { kind: "not-yours" };
  return { kind: "widen", path: target.path, covers: scope.basis !== "declared" };
}

/** Whether the claim gives no right to write any more. */
export function claimHasEnded(own: AnyClaim): boolean {
  return own.state === "ended" || own.state === "returned" || own.state === "delivering";
}

/** Whether the claim keeps every other agent from writing the file. */
export function holdsFile(claim: GuardedClaim, path: string): boolean {
  return holds(claim, { kind: "path", path, isTree: false, discards: false });
}

function holds({ claim, scope, caseInsensitive }: GuardedClaim, target: Target): boolean {
  const { widened } = claim;
  if (runsAlone(scope)) return true;
  const declared = scope.basis === "declared" ? [...scope.writes, ...scope.reads] : [];
  if (target.kind === "glob") {
    const parsed = (glob: Glob) => parseGlob(glob, caseInsensitive);
    return [...declared, ...widened.map(parsed)].some((glob) => overlap(glob, parsed(target.glob)));
  }
  const { path } = target;
  if (widened.some((granted) => isWithin(path, granted, caseInsensitive))) return true;
  if (declared.some((glob) => matches(glob, path))) return true;
  if (target.kind === "empty" || !target.isTree) return false;
  if (widened.some((granted) => isWithin(granted, path, caseInsensitive))) return true;
  const below = parseGlob(`${literalGlob(path)}/**`, caseInsensitive);
  return declared.some((glob) => overlap(glob, below));
}

/** No file has this name: what matches two such names below a folder matches everything below it. */
const ANY = "\u0001";

function covers(
  glob: ParsedGlob,
  { path, isTree }: { readonly path: string; readonly isTree: boolean },
): boolean {
  if (!isTree) return matches(glob, path);
  const below = path === "" ? "" : `${path}/`;
  return (
    (path === "" || matches(glob, path)) &&
    matches(glob, `${below}${ANY}`) &&
    matches(glob, `${below}${ANY}/${ANY}`)
  );
}

/** Whether the path is the folder (or file) or below it. */
function isWithin(path: string, folder: string, caseInsensitive: boolean): boolean {
  const [one, other] = [pathKey(path, caseInsensitive), pathKey(folder, caseInsensitive)];
  return one === other || one.startsWith(`${other}/`);
}

/**
 * Whether the glob matches the path. What a glob begins with, up to its first wildcard, rules out most paths at a
 * fraction of the cost.
 */
function matches(parsed: ParsedGlob, path: string): boolean {
  const [beginning = ""] = /^[^*?[\]{}()!@+\\]*/.exec(parsed.glob) ?? [];
  const folder = beginning.endsWith("/") ? beginning.slice(0, -1) : beginning;
  return (parsed.caseInsensitive || path.startsWith(folder)) && matchesGlob(parsed, path);
}
