import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Counts, check } from "./check.ts";
import type { Evidence } from "./evidence.ts";

/** How a run ended. */
export interface ChaosResult extends Judgement {
  readonly kills: number;
  readonly tookMs: number;
  /** What else is to be said of it. */
  readonly remark?: string;
}

/** What is seen in what a run has left behind. */
export interface Judgement {
  readonly counts: Counts;
  /** Tasks that the plans have, and how many of them are completed in the end. */
  readonly tasks: { readonly total: number; readonly completed: number };
  readonly violations: readonly string[];
  /** The folder with the journals and the database's content, if there are violations: they may never come again. */
  readonly evidence?: string;
}

/**
 * Judges a run by its evidence.
 * @param folder where that is; the database's content is written there if there are violations.
 * @param problems violations that were seen while it ran.
 */
export function judged(folder: string, evidence: Evidence, problems: readonly string[]): Judgement {
  const { database } = evidence;
  const { violations, counts } = check(evidence);
  violations.push(...problems);
  if (violations.length > 0) writeFileSync(join(folder, "database.json"), JSON.stringify(database, null, 1));
  return {
    counts,
    violations,
    tasks: {
      total: database.tasks.length,
      completed: database.tasks.filter(({ status }) => status === "completed").length,
    },
    ...(violations.length > 0 && { evidence: folder }),
  };
}
