import type { Decoder, Individual } from "./decoder.ts";

/**
 * Forward-backward improvement (Li & Willis 1992; as justification: Valls, Ballestín & Quintanilla 2005): the
 * schedule is made again from its end backwards and then forwards, each time in the order in which activities end, until
 * that makes it no shorter. No serial pass makes it longer, unless something is pinned.
 * @param forward a schedule in that direction; receives the improved one.
 * @param backward room for the schedule between.
 */
export function improveForwardBackward(decoder: Decoder, forward: Individual, backward: Individual): void {
  for (let before = Number.POSITIVE_INFINITY; forward.makespan < before && !decoder.isDone; ) {
    before = forward.makespan;
    decoder.decode("backward", "serial", forward.list, backward);
    if (!decoder.isDone) decoder.decode("forward", "serial", backward.list, forward);
  }
}
