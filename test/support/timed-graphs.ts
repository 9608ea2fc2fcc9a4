import fc from "fast-check";

import type { TimedNode } from "../../mcp-server/src/schedule/bounds/critical-path.ts";

/** Small graphs without cycles; tasks of the same colour in `id` are for tests to let clash. */
export const timedGraphs: fc.Arbitrary<TimedNode[]> = fc
  .array(
    fc.record({
      durationMs: fc.integer({ min: 1, max: 20 }),
      after: fc.array(fc.nat(30), { maxLength: 2 }),
      role: fc.constantFrom("implementer", "reviewer"),
    }),
    { maxLength: 9 },
  )
  .map((rows) =>
    rows.map(({ durationMs, after, role }, n) => ({
      id: String(n),
      durationMs,
      role,
      dependencies: n === 0 ? [] : [...new Set(after.map((other) => String(other % n)))],
    })),
  );
