import type { AttributedEffect, HeldFilesChanged } from "../../mcp-server/src/graph/effect.ts";
import { suspectsOf } from "../../mcp-server/src/policy/effects/attribute.ts";
import { changedPaths, type HeldState } from "./held-state.ts";

/** The host's ids of the calls that there are. */
export const INTRUDER = "intruder";
export const HOLDERS_CALL = "holders-call";

/** What an event of the log says: which calls, of which one changed the path. */
export interface Suspicion {
  readonly path: string;
  readonly by: AttributedEffect["by"];
  readonly calls: readonly string[];
}

/** What was seen of one command that was not refused. */
export interface Executed {
  readonly before: HeldState;
  /** When the command had ended. */
  readonly after: HeldState;
  /** When its end had been heard. */
  readonly heard: HeldState;
  readonly hasGitMoved: boolean;
  readonly suspicions: readonly Suspicion[];
  /** Calls of moves in git that were logged. */
  readonly gitSuspects: readonly string[] | undefined;
  /** Paths that the plan's report says somebody else may have changed. */
  readonly reported: readonly string[];
  /** Calls that were in flight while it ran, its own among them. */
  readonly inFlight: readonly string[];
}

export type Verdict =
  /** Nothing that task 2 holds was changed, nor what git has. */
  | { readonly kind: "harmless" }
  | { readonly kind: "undone" }
  /** @param suspects how many calls are named at most. */
  | { readonly kind: "named"; readonly suspects: number }
  /** Only the report says that another task may have changed it. */
  | { readonly kind: "found by report" }
  | { readonly kind: "missed"; readonly why: string };

export function suspicionsOf(seen: Pick<HeldFilesChanged, "files" | "calls">): Suspicion[] {
  return seen.files.map((file) => ({
    path: file.path,
    by: file.by,
    calls: suspectsOf(file, seen.calls).map(({ id }) => id),
  }));
}

/** What became of the command that was executed: the worst of what became of the files. */
export function judge(seen: Executed): Verdict {
  const changed = changedPaths(seen.before, seen.after);
  const verdicts = changed.map((path) => verdictOn(path, seen));
  if (seen.hasGitMoved && changed.length === 0) verdicts.push(verdictOnGit(seen));
  const order: readonly Verdict["kind"][] = ["missed", "found by report", "named", "undone"];
  for (const kind of order) {
    const found = verdicts.filter((verdict) => verdict.kind === kind);
    const suspects = found.map((verdict) => (verdict.kind === "named" ? verdict.suspects : 0));
    const worst = found.find((_, index) => suspects[index] === Math.max(...suspects));
    if (worst) return worst;
  }
  return { kind: "harmless" };
}

function verdictOn(path: string, seen: Executed): Verdict {
  const { before, heard, suspicions, reported, inFlight } = seen;
  if (heard.get(path) === before.get(path)) return { kind: "undone" };
  const onPath = suspicions.filter((one) => one.path === path);
  const named = onPath.find(({ calls }) => isTrueSet(calls, inFlight));
  if (named) return { kind: "named", suspects: named.calls.length };
  if (reported.includes(path)) return { kind: "found by report" };
  const said = onPath.map(({ by, calls }) => `${by} ${calls.join("+")}`.trim());
  return {
    kind: "missed",
    why: `${path}: ${said.length === 0 ? "nothing seen" : `taken as ${said.join(", ")}`}`,
  };
}

function verdictOnGit({ gitSuspects, inFlight }: Executed): Verdict {
  if (gitSuspects && isTrueSet(gitSuspects, inFlight)) return { kind: "named", suspects: gitSuspects.length };
  return { kind: "missed", why: "git: nothing seen" };
}

/** It holds the call that did it, and none that did not run. */
function isTrueSet(calls: readonly string[], inFlight: readonly string[]): boolean {
  return calls.includes(INTRUDER) && calls.every((call) => inFlight.includes(call));
}
