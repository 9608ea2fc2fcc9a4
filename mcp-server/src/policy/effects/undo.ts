import { ABSENT, type AttributedEffect } from "../../graph/effect.ts";
import type { CallRecord } from "./calls-in-flight.ts";

/**
 * So long after a change of nobody's call, a person or another program counts as at work, in milliseconds. Their next
 * change may fall into a call by chance: in recorded runs 6 to 13 % do.
 */
const AT_WORK_FOR_MS = 600_000;

/** What is known when a change could be undone. Times are milliseconds since the epoch. */
export interface UndoFacts {
  /** All calls that may have run between the look before the change and now. */
  readonly calls: readonly CallRecord[];
  /** Why something else may have written as well. */
  readonly doubts: readonly string[];
  /** When a change of nobody's call was seen last. */
  readonly nobodyMs: number;
  readonly nowMs: number;
}

/**
 * Whether a change may be undone: exactly one call of anybody ran since the look before it, that call has ended with all
 * it started, it is not the holder's, and both versions are there to be had.
 */
export function mayUndo(
  { by, call, holder, before, after, notKept }: AttributedEffect,
  { calls, doubts, nobodyMs, nowMs }: UndoFacts,
): boolean {
  const [only, another] = calls;
  return (
    by === "certain" &&
    only?.id === call &&
    another === undefined &&
    only?.endedMs !== undefined &&
    only.caller.attempt !== holder &&
    doubts.length === 0 &&
    nowMs - nobodyMs > AT_WORK_FOR_MS &&
    notKept === undefined &&
    hasBytes(before) &&
    (after === ABSENT || hasBytes(after))
  );
}

function hasBytes(content: string | undefined): boolean {
  return content?.startsWith("sha256:") ?? false;
}
