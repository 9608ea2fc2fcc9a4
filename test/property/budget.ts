/** How much the property-based suite tries. */
export interface Budget {
  readonly runs: number;
  /** Operations per run, at most. */
  readonly operations: number;
  /** Fixed in the bounded suite, so that it fails only for a change of the code. */
  readonly seed: number | undefined;
}

/** `PARALLEL_PROPERTY_RUNS` asks for that many longer runs with fresh seeds. */
export function budget(): Budget {
  const runs = Number(process.env.PARALLEL_PROPERTY_RUNS ?? 0);
  return runs > 0
    ? { runs, operations: 100, seed: undefined }
    : { runs: 40, operations: 40, seed: 20_261_121 };
}
