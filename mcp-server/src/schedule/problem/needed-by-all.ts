import type { Problem } from "./problem.ts";

/** A resource of which every activity takes at least `amount`: with less of it free, nothing can start. */
export interface NeededByAll {
  readonly resource: number;
  readonly amount: number;
}

/** The resources that every activity takes something of, such as the cap on agents. */
export function neededByAll({ size, demand, amount, capacity }: Problem): NeededByAll[] {
  const takers = new Int32Array(capacity.length);
  const least = new Int32Array(capacity.length).fill(2 ** 31 - 1);
  for (let at = 0; at < demand.item.length; at++) {
    const resource = demand.item[at] as number;
    takers[resource] = (takers[resource] as number) + 1;
    least[resource] = Math.min(least[resource] as number, amount[at] as number);
  }
  return [...capacity.keys()]
    .filter((resource) => size > 0 && takers[resource] === size)
    .map((resource) => ({ resource, amount: least[resource] as number }));
}
