import type { Problem } from "../problem/problem.ts";

const NONE = -1;
/** A resource that at least this share of the activities takes is kept in the shared profile. */
const COMMON = 1 / 8;

/**
 * Which profile each resource is kept in, and what each activity takes of the profiles. The first profile is shared by
 * the resources that many activities take, one column each; every other resource has one of its own.
 */
export interface ResourceProfiles {
  /** Per profile its columns, and where in `full` its capacities begin. */
  readonly width: Int32Array;
  readonly full: Int32Array;
  readonly fullAt: Int32Array;
  /** Demands on the shared profile: from `sharedFirst[i]` to `sharedFirst[i + 1]`, the column and the amount. */
  readonly sharedFirst: Int32Array;
  readonly sharedColumn: Int32Array;
  readonly sharedAmount: Int32Array;
  /** Demands on the other profiles: from `ownFirst[i]` to `ownFirst[i + 1]`, the profile and the amount. */
  readonly ownFirst: Int32Array;
  readonly ownProfile: Int32Array;
  readonly ownAmount: Int32Array;
  /** Per column of the shared profile the least that an activity takes of it, if anything. */
  readonly least: Int32Array;
}

export function resourceProfiles({ size, capacity, demand, amount }: Problem): ResourceProfiles {
  const takers = new Int32Array(capacity.length);
  for (const resource of demand.item) takers[resource] = (takers[resource] as number) + 1;
  const column = new Int32Array(capacity.length).fill(NONE);
  const profile = new Int32Array(capacity.length);
  const width = [0];
  const full: number[] = [];
  for (let resource = 0; resource < capacity.length; resource++) {
    if ((takers[resource] as number) < COMMON * size) continue;
    column[resource] = width[0] as number;
    width[0] = (width[0] as number) + 1;
    full.push(capacity[resource] as number);
  }
  const fullAt = [0];
  for (let resource = 0; resource < capacity.length; resource++) {
    if (column[resource] !== NONE || takers[resource] === 0) continue;
    profile[resource] = width.length;
    fullAt.push(full.length);
    width.push(1);
    full.push(capacity[resource] as number);
  }
  const sharedFirst = new Int32Array(size + 1);
  const ownFirst = new Int32Array(size + 1);
  const shared: number[] = [];
  const sharedAmount: number[] = [];
  const own: number[] = [];
  const ownAmount: number[] = [];
  for (let i = 0; i < size; i++) {
    for (let at = demand.first[i] as number; at < (demand.first[i + 1] as number); at++) {
      const resource = demand.item[at] as number;
      if (column[resource] !== NONE) {
        shared.push(column[resource] as number);
        sharedAmount.push(amount[at] as number);
      } else {
        own.push(profile[resource] as number);
        ownAmount.push(amount[at] as number);
      }
    }
    sharedFirst[i + 1] = shared.length;
    ownFirst[i + 1] = own.length;
  }
  const least = new Int32Array(width[0] as number).fill(2 ** 31 - 1);
  for (let at = 0; at < shared.length; at++) {
    const taken = shared[at] as number;
    least[taken] = Math.min(least[taken] as number, sharedAmount[at] as number);
  }
  return {
    width: Int32Array.from(width),
    full: Int32Array.from(full),
    fullAt: Int32Array.from(fullAt),
    sharedFirst,
    sharedColumn: Int32Array.from(shared),
    sharedAmount: Int32Array.from(sharedAmount),
    ownFirst,
    ownProfile: Int32Array.from(own),
    ownAmount: Int32Array.from(ownAmount),
    least,
  };
}
