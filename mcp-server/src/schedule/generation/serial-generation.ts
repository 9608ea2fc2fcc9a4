import type { Problem } from "../problem/problem.ts";
import { type ProfileNodes, profileNodes } from "./profile-nodes.ts";
import { type ResourceProfiles, resourceProfiles } from "./resource-profiles.ts";
import type { Schedule } from "./schedule.ts";

/** No node of a profile. */
const NONE = -1;

/**
 * Serial schedule generation (Kelley 1963; Kolisch 1996): takes the activities in the order of a list and
 * starts each as early as what was placed before it allows.
 *
 * What is free over time is kept as linked nodes, one for each time at which it changes, so that a
 * duration costs nothing by its length. The resources that many activities take share one profile, in which every
 * activity has a node at its end; each of the others has its own.
 */
export class SerialGenerator {
  readonly #problem: Problem;
  readonly #nodes: ProfileNodes;
  readonly #profiles: ResourceProfiles;
  readonly #head: Int32Array;
  readonly #finish: Float64Array;
  readonly #finishNode: Int32Array;
  readonly #isPinned: Uint8Array;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#profiles = resourceProfiles(problem);
    const { width, ownProfile } = this.#profiles;
    const { size } = problem;
    this.#head = new Int32Array(width.length);
    this.#finish = new Float64Array(size);
    this.#finishNode = new Int32Array(size);
    this.#isPinned = new Uint8Array(size);
    for (const activity of problem.pinned) this.#isPinned[activity] = 1;
    const sharedNodes = 2 * size + 1;
    const ownNodes = 2 * ownProfile.length + width.length;
    this.#nodes = profileNodes(sharedNodes + ownNodes, sharedNodes * (width[0] as number) + ownNodes);
  }

  /** Places the activities in the order of the list, in which none may come before one that it waits for. */
  generate(list: Int32Array): Schedule {
    const start = new Float64Array(this.#problem.size);
    this.#reset();
    let makespan = 0;
    for (const activity of this.#problem.pinned) {
      start[activity] = 0;
      makespan = Math.max(makespan, this.#occupy(activity, 0, this.#head[0] as number));
    }
    for (let at = 0; at < list.length; at++) {
      const activity = list[at] as number;
      if (this.#isPinned[activity] === 1) continue;
      const end = this.#place(activity, start);
      if (end > makespan) makespan = end;
    }
    return { start, makespan };
  }

  #reset(): void {
    const nodes = this.#nodes;
    nodes.used = 0;
    nodes.freeUsed = 0;
    for (let profile = 0; profile < this.#head.length; profile++) {
      const width = this.#profiles.width[profile] as number;
      const node = nodes.used++;
      nodes.time[node] = 0;
      nodes.next[node] = NONE;
      nodes.freeAt[node] = nodes.freeUsed;
      const full = this.#profiles.fullAt[profile] as number;
      for (let i = 0; i < width; i++) {
        nodes.free[nodes.freeUsed + i] = this.#profiles.full[full + i] as number;
        nodes.skip[nodes.freeUsed + i] = NONE;
      }
      nodes.freeUsed += width;
      this.#head[profile] = node;
    }
  }

  #place(activity: number, start: Float64Array): number {
    const { first, item } = this.#problem.before;
    const { time, next } = this.#nodes;
    let from = 0;
    let node = this.#head[0] as number;
    for (let at = first[activity] as number; at < (first[activity + 1] as number); at++) {
      const other = item[at] as number;
      const end = this.#finish[other] as number;
      if (end > from) {
        from = end;
        node = this.#finishNode[other] as number;
      }
    }
    const duration = this.#problem.duration[activity] as number;
    const alone = this.#profiles.ownFirst[activity] === this.#profiles.ownFirst[activity + 1];
    for (;;) {
      node = this.#fitShared(activity, node, from, duration);
      const fits = Math.max(from, time[node] as number);
      if (alone) {
        from = fits;
        break;
      }
      const later = this.#fitOwn(activity, fits, duration);
      from = later;
      if (later === fits) break;
      for (let after = next[node] as number; after !== NONE && (time[after] as number) <= later; ) {
        node = after;
        after = next[node] as number;
      }
    }
    start[activity] = from;
    return this.#occupy(activity, from, node);
  }

  /** The node of the shared profile in or at which the activity can start, `from` being within `node`. */
  #fitShared(activity: number, node: number, from: number, duration: number): number {
    const { time, next, freeAt, free } = this.#nodes;
    const columns = this.#profiles.sharedColumn;
    const amounts = this.#profiles.sharedAmount;
    const firstDemand = this.#profiles.sharedFirst[activity] as number;
    const endDemand = this.#profiles.sharedFirst[activity + 1] as number;
    let begin = node;
    let end = from + duration;
    let now = node;
    let at = from;
    while (at < end) {
      const base = freeAt[now] as number;
      let lacking = NONE;
      for (let i = firstDemand; i < endDemand; i++) {
        const column = columns[i] as number;
        if ((free[base + column] as number) < (amounts[i] as number)) {
          lacking = column;
          break;
        }
      }
      now = lacking === NONE ? (next[now] as number) : this.#afterFull(now, lacking);
      if (now === NONE) break;
      at = time[now] as number;
      if (lacking !== NONE) {
        begin = now;
        end = at + duration;
      }
    }
    return begin;
  }

  /**
   * The node after this one, or further on if nothing that takes of the column fits before. What is full stays full,
   * so the way is halved for the next time (path halving; Tarjan & van Leeuwen 1984).
   */
  #afterFull(node: number, column: number): number {
    const { next, freeAt, skip } = this.#nodes;
    let place = (freeAt[node] as number) + column;
    let now = skip[place] as number;
    if (now === NONE) return next[node] as number;
    for (;;) {
      const placeOfNow = (freeAt[now] as number) + column;
      const further = skip[placeOfNow] as number;
      if (further === NONE) return now;
      skip[place] = further;
      place = placeOfNow;
      now = further;
    }
  }

  /** The earliest time from `from` on at which all of the activity's own profiles have room for it. */
  #fitOwn(activity: number, from: number, duration: number): number {
    const { time, next, freeAt, free } = this.#nodes;
    let begin = from;
    for (
      let at = this.#profiles.ownFirst[activity] as number;
      at < (this.#profiles.ownFirst[activity + 1] as number);
      at++
    ) {
      const amount = this.#profiles.ownAmount[at] as number;
      let node = this.#head[this.#profiles.ownProfile[at] as number] as number;
      while (node !== NONE && (time[node] as number) < begin + duration) {
        const after = next[node] as number;
        if ((free[freeAt[node] as number] as number) < amount && after !== NONE) {
          begin = Math.max(begin, time[after] as number);
        }
        node = after;
      }
    }
    return begin;
  }

  /** Takes what the activity demands from `start` on; `node` is the shared node that holds `start`. */
  #occupy(activity: number, start: number, node: number): number {
    const { time, next, freeAt, free, skip } = this.#nodes;
    const end = start + (this.#problem.duration[activity] as number);
    const firstDemand = this.#profiles.sharedFirst[activity] as number;
    const endDemand = this.#profiles.sharedFirst[activity + 1] as number;
    let now = node;
    if ((time[now] as number) < start) now = this.#split(now, start, 0);
    while ((time[now] as number) < end) {
      const after = next[now] as number;
      if (after === NONE || (time[after] as number) > end) this.#split(now, end, 0);
      const base = freeAt[now] as number;
      const following = next[now] as number;
      for (let i = firstDemand; i < endDemand; i++) {
        const column = this.#profiles.sharedColumn[i] as number;
        const left = (free[base + column] as number) - (this.#profiles.sharedAmount[i] as number);
        free[base + column] = left;
        if (left < (this.#profiles.least[column] as number)) skip[base + column] = following;
      }
      now = following;
    }
    this.#finish[activity] = end;
    this.#finishNode[activity] = now;
    for (
      let at = this.#profiles.ownFirst[activity] as number;
      at < (this.#profiles.ownFirst[activity + 1] as number);
      at++
    ) {
      this.#occupyOwn(
        this.#profiles.ownProfile[at] as number,
        this.#profiles.ownAmount[at] as number,
        start,
        end,
      );
    }
    return end;
  }

  #occupyOwn(profile: number, amount: number, start: number, end: number): void {
    const { time, next, freeAt, free } = this.#nodes;
    let node = this.#head[profile] as number;
    for (let after = next[node] as number; after !== NONE && (time[after] as number) <= start; ) {
      node = after;
      after = next[node] as number;
    }
    if ((time[node] as number) < start) node = this.#split(node, start, profile);
    while ((time[node] as number) < end) {
      const after = next[node] as number;
      if (after === NONE || (time[after] as number) > end) this.#split(node, end, profile);
      const base = freeAt[node] as number;
      free[base] = (free[base] as number) - amount;
      node = next[node] as number;
    }
  }

  /** A new node at `at`, behind the one that holds that time. */
  #split(node: number, at: number, profile: number): number {
    const nodes = this.#nodes;
    const width = this.#profiles.width[profile] as number;
    const added = nodes.used++;
    nodes.time[added] = at;
    nodes.next[added] = nodes.next[node] as number;
    nodes.next[node] = added;
    const from = nodes.freeAt[node] as number;
    const to = nodes.freeUsed;
    nodes.freeAt[added] = to;
    for (let i = 0; i < width; i++) {
      nodes.free[to + i] = nodes.free[from + i] as number;
      nodes.skip[to + i] = nodes.skip[from + i] as number;
    }
    nodes.freeUsed = to + width;
    return added;
  }
}
