import type { Kysely, Selectable } from "kysely";
import type { AttemptId } from "../graph/attempt.ts";
import type { TaskId } from "../graph/task.ts";
import type { HeldRow } from "./tables/held-claim.ts";
import type { IndexedType } from "./tables/indexed-events.ts";
import type { NewRows } from "./tables/new-rows.ts";
import type { OutlineRow } from "./tables/outline-row.ts";
import type { ClaimsTable, Database, EventsTable, PlansTable } from "./tables/schema.ts";

/** What one claim is found by. */
export type ClaimKey =
  | { readonly tokenHash: string }
  | { readonly attempt: AttemptId }
  /** The newest that the agent was bound to. */
  | { readonly agentId: string };

/** A plan by its name, or by its number. */
export type PlanKey = { readonly repository: string; readonly slug: string } | { readonly planId: number };

/**
 * What a call will read of the graph, as far as it knows when it begins: all of it is read at once. What is not asked
 * for here can still be read, each with a statement of its own.
 */
export interface ReadAhead {
  readonly plan?: PlanKey;
  readonly claim?: ClaimKey;
  /** The claims of all plans that hold their scope. A writer reads them in any case. */
  readonly held?: boolean;
  /** Events of the plan of `claim`, of these types, since that time; by default, since it was offered. */
  readonly events?: { readonly types: readonly IndexedType[]; readonly sinceMs?: number };
  /** Attempts in a checkout that ended after that time. */
  readonly endedAfter?: { readonly checkout: string; readonly afterMs: number };
  /** Numbers for so many new claims. */
  readonly attemptIds?: number;
}

/**
 * What a call needs of its plan beside what it changes, so that it is read in the round trip in which that is written.
 * Of what is written by then, the answer has nothing.
 */
export interface ReadWithSave {
  readonly planId: number;
  /** Tasks of which the definition is wanted. */
  readonly tasks: readonly TaskId[];
  /** Events of these types, since that time. */
  readonly events?: { readonly types: readonly IndexedType[]; readonly sinceMs: number };
}

/** What `save` brings back. */
export interface Saved {
  /** The sequence numbers of the events that were written, in their order. */
  readonly seqs: readonly number[];
  readonly definitions: readonly DefinitionRow[];
  readonly events: readonly Selectable<EventsTable>[];
}

/** What was wanted, as rows. Plans, tasks and claims are only those that are newer than what the reader knew. */
export interface LoadedRows {
  /** Sequence number of the last event of the whole database. */
  readonly lastSeq: number;
  /** The wanted plan, and that of the wanted claim. */
  readonly plans: readonly Selectable<PlansTable>[];
  readonly tasks: readonly OutlineRow[];
  readonly claims: readonly Selectable<ClaimsTable>[];
  readonly held: readonly HeldRow[] | undefined;
  readonly claim: HeldRow | undefined;
  readonly events: readonly Selectable<EventsTable>[];
  readonly ended: readonly HeldRow[];
  /** The wanted events are complete from here on. */
  readonly eventsSinceMs: number;
  readonly attemptIds: readonly number[];
}

/** A task with all of its definition. */
export interface DefinitionRow {
  readonly id: string;
  readonly definition: string;
}

/** One transaction on the database. */
export interface EngineTransaction {
  /** For whatever is read more rarely. */
  readonly db: Kysely<Database>;
  /**
   * The same number as in an earlier transaction of this process: nobody else has written since. Undefined where the
   * engine can only tell by asking.
   */
  readonly stamp: number | undefined;
  /** @param known plans in memory, by number, with the event up to which each is known. */
  load(wanted: ReadAhead, known: ReadonlyMap<number, number>): Promise<LoadedRows>;
  /** How tasks of a plan are defined, as JSON. @param ids absent: all of them. */
  definitions(planId: number, ids?: readonly TaskId[]): Promise<readonly DefinitionRow[]>;
  /**
   * Writes what a transaction has changed, all of it or a part, and lets watchers of its plans know with the commit.
   * @param wanted is read in the same round trip.
   */
  save(rows: NewRows, wanted?: ReadWithSave): Promise<Saved>;
  /** Lets the database know that the transaction goes on: what thinks for long says so now and then. */
  goesOn(): Promise<void>;
  /** Numbers that no plan, or no claim, of the whole database has or had, in ascending order. */
  nextIds(table: "plans" | "claims", count: number): Promise<number[]>;
}

/**
 * What differs between the databases that can hold the graph; all else is the same code for both. Queries fail with
 * StoreUnusable where a person must act.
 */
export interface Engine {
  /** Runs `work` on one snapshot of the last commit, without waiting for writers. */
  read<T>(work: (transaction: EngineTransaction) => Promise<T>): Promise<T>;
  /** Runs `work` when no other process writes to this repository any more, and commits, or undoes it if it throws. */
  write<T>(work: (transaction: EngineTransaction) => Promise<T>): Promise<T>;
  /** A cheap look: another number whenever another process has changed anything of the graph. */
  state(): Promise<number>;
  /**
   * Calls `wake` soon after another process committed something, with the plan if it is known. It may call too
   * often, and it may call late, but it does call.
   * @returns ends the watch.
   */
  watch(wake: (planId?: number) => void): () => void;
  close(): Promise<void>;
}
