import type { AttributedEffect, Attribution, HeldFileEffect, NamedCall } from "../../graph/effect.ts";
import { type CallRecord, namedCall } from "./calls-in-flight.ts";

/**
 * Who made an effect that was seen between two looks.
 * @param calls all calls of anybody that may have run between them, those of other sessions included.
 * @param doubts why something else may have written as well: with one of them nothing is certain.
 */
export function attribute(
  { path, holder, after }: Pick<HeldFileEffect, "path" | "holder" | "after">,
  calls: readonly CallRecord[],
  doubts: readonly string[],
): Attribution {
  const isOwn = ({ caller }: CallRecord) => caller.attempt === holder;
  const tellers = calls.filter(({ wrote }) => wrote?.path === path && wrote.content === after);
  const [teller] = tellers;
  // Its bytes are what is there, whatever else ran.
  if (teller && tellers.length === 1) {
    return isOwn(teller)
      ? { kind: "own", calls: [namedCall(teller)] }
      : { kind: "certain", call: namedCall(teller) };
  }
  const named = calls.map(namedCall);
  if (doubts.length > 0) return { kind: "uncertain", calls: named, doubts };
  const [first] = calls;
  if (first === undefined) return { kind: "nobody" };
  if (calls.every(isOwn)) return { kind: "own", calls: named };
  if (calls.length === 1) return { kind: "certain", call: namedCall(first) };
  return { kind: "uncertain", calls: named, doubts };
}

/**
 * The calls of others of which one made the change: the only one, or all that ran. None for a change of the holder's own,
 * of a person or of another program.
 * @param calls all calls that ran between the two looks.
 */
export function suspectsOf(
  { by, call }: Pick<AttributedEffect, "by" | "call">,
  calls: readonly NamedCall[],
): readonly NamedCall[] {
  return by === "uncertain" ? calls : calls.filter(({ id }) => id === call);
}
