import type { AnyClaim } from "../graph/attempt.ts";
import { matches as matchesGlob, overlap } from "../graph/scope/globs.ts";
import { literalGlob } from "../graph/scope/literal-glob.ts";
import type { Glob } from "../graph/scope/scope.ts";
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

/** What the guard thinks of one change. */
export type Verdict =
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
export function judge(
  target: Target,
  own: AnyClaim,
  others: readonly AnyClaim[],
  policy: Pick<Policy, "guard">,
  caseInsensitive: boolean,
): Verdict {
  if (hasEnded(own)) return { kind: "claim-ended" };
  const holder = others.find((claim) => holds(claim, target, caseInsensitive));
  if (holder) return { kind: "held", by: holder };
  if (target.kind === "empty") return { kind: "granted" };
  const { scope, widened } = own;
  const reached = target.kind === "glob" ? { path: target.folder, isTree: true } : target;
  if (scope.writes.some((glob) => covers(glob, reached, caseInsensitive))) return { kind: "covered" };
  if (widened.some((path) => isWithin(reached.path, path, caseInsensitive))) {
    return { kind: scope.basis === "declared" ? "granted" : "covered" };
  }
  if (policy.guard === "strict") return { kind: "outside-scope" };
  if (target.kind === "glob") return { kind: "granted" };
  if (target.discards) return { kind: "not-yours" };
  return { kind: "widen", path: target.path, covers: scope.basis !== "declared" };
}

/** Whether the claim gives no right to write any more. */
export function hasEnded(own: AnyClaim): boolean {
  return own.state === "ended" || own.state === "returned";
}

function holds(claim: AnyClaim, target: Target, caseInsensitive: boolean): boolean {
  const { scope, widened } = claim;
  if (runsAlone(scope)) return true;
  const declared = scope.basis === "declared" ? [...scope.writes, ...scope.reads] : [];
  if (target.kind === "glob") {
    return [...declared, ...widened].some((glob) => overlap(glob, target.glob, caseInsensitive));
  }
  const { path } = target;
  if (widened.some((granted) => isWithin(path, granted, caseInsensitive))) return true;
  if (declared.some((glob) => matches(glob, path, caseInsensitive))) return true;
  if (target.kind === "empty" || !target.isTree) return false;
  if (widened.some((granted) => isWithin(granted, path, caseInsensitive))) return true;
  const below = `${literalGlob(path)}/**`;
  return declared.some((glob) => overlap(glob, below, caseInsensitive));
}

/** No file has this name: what matches two such names below a folder matches everything below it. */
const ANY = "\u0001";

function covers(
  glob: Glob,
  { path, isTree }: { readonly path: string; readonly isTree: boolean },
  caseInsensitive: boolean,
): boolean {
  if (!isTree) return matches(glob, path, caseInsensitive);
  const below = path === "" ? "" : `${path}/`;
  return (
    (path === "" || matches(glob, path, caseInsensitive)) &&
    matches(glob, `${below}${ANY}`, caseInsensitive) &&
    matches(glob, `${below}${ANY}/${ANY}`, caseInsensitive)
  );
}

/** Whether the path is the folder (or file) or below it. */
function isWithin(path: string, folder: string, caseInsensitive: boolean): boolean {
  const [one, other] = caseInsensitive ? [path.toLowerCase(), folder.toLowerCase()] : [path, folder];
  return one === other || one.startsWith(`${other}/`);
}

/**
 * Whether the glob matches the path. What a glob begins with, up to its first wildcard, rules out most paths at a
 * fraction of the cost.
 */
function matches(glob: Glob, path: string, caseInsensitive: boolean): boolean {
  const [beginning = ""] = /^[^*?[\]{}()!@+\\]*/.exec(glob) ?? [];
  const folder = beginning.endsWith("/") ? beginning.slice(0, -1) : beginning;
  return (caseInsensitive || path.startsWith(folder)) && matchesGlob(glob, path, caseInsensitive);
}
