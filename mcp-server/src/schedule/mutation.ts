import type { Problem } from "./problem.ts";
import type { Random } from "./random.ts";

/**
 * Exchanges neighbours in an activity list, each pair with the given probability, unless one waits for the other
 * (Hartmann 1998).
 * @param problem in the direction of the list.
 */
export function mutateList(list: Int32Array, { before }: Problem, probability: number, random: Random): void {
  for (let at = 0; at + 1 < list.length; at++) {
    if (random() >= probability) continue;
    const [one, other] = [list[at] as number, list[at + 1] as number];
    if (waitsFor(other, one)) continue;
    list[at] = other;
    list[at + 1] = one;
  }

  function waitsFor(activity: number, prerequisite: number): boolean {
    for (let at = before.first[activity] as number; at < (before.first[activity + 1] as number); at++) {
      if (before.item[at] === prerequisite) return true;
    }
    return false;
  }
}
