import type { ChangeType } from "../../graph/event.ts";

/** What nearly every event of a run is, and nobody asks for by its type: the index by type leaves these out. */
const UNINDEXED = [
  "task.created",
  "task.defined",
  "task.status",
  "task.annotated",
  "claim.offered",
  "attempt.started",
] as const satisfies readonly ChangeType[];

/** Types of events that can be asked for. */
export type IndexedType = Exclude<ChangeType, (typeof UNINDEXED)[number]>;

/**
 * The condition of SQLite's index `events_by_type`, word for word: without it, a question for types reads the whole
 * log of the plan.
 */
export const IS_INDEXED = `type not in (${UNINDEXED.map((type) => `'${type}'`).join(", ")})`;
