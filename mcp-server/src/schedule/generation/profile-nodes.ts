/** The nodes of all profiles; what is free from a node to the next lies in `free` from `freeAt` on. */
export interface ProfileNodes {
  used: number;
  freeUsed: number;
  readonly time: Float64Array;
  readonly next: Int32Array;
  readonly freeAt: Int32Array;
  readonly free: Int32Array;
  /** At the same places: where it is so little that nothing fits, a later node; else -1. */
  readonly skip: Int32Array;
}

/**
 * Room for nodes.
 * @param count of all profiles together.
 * @param free how many places `free` and `skip` have.
 */
export function profileNodes(count: number, free: number): ProfileNodes {
  return {
    used: 0,
    freeUsed: 0,
    time: new Float64Array(count),
    next: new Int32Array(count),
    freeAt: new Int32Array(count),
    free: new Int32Array(free),
    skip: new Int32Array(free),
  };
}
