import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/**
 * What differs between the databases that can hold the graph; all else is the same code for both. Queries fail with
 * StoreUnusable where a person must act.
 */
export interface Engine {
  readonly db: Kysely<Database>;
  /** First in every write transaction: returns when no other process writes to this repository any more. */
  takeTurn(tx: Kysely<Database>): Promise<void>;
  /** Numbers that no plan, or no claim, of the whole database has or had, in ascending order. */
  nextIds(tx: Kysely<Database>, table: "plans" | "claims", count: number): Promise<number[]>;
  /** Last in a write transaction that logged something: with its commit, other processes' watchers learn of it. */
  announce(tx: Kysely<Database>, planId: number): Promise<void>;
  /**
   * Calls `wake` soon after another process committed something, with the plan if it is known. It may call too
   * often, and it may call late, but it does call.
   * @returns ends the watch.
   */
  watch(wake: (planId?: number) => void): () => void;
  close(): Promise<void>;
}
