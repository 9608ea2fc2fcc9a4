import type { Journal } from "./journal.ts";
import type { GitEvidence } from "./machines/git-evidence.ts";
import type { KnownPlan } from "./workload.ts";

/** A row of the event log as the database has it, its data parsed. */
export interface LoggedEvent {
  readonly seq: number;
  readonly atMs: number;
  readonly planId: number;
  readonly task: string | null;
  readonly attempt: number | null;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type Row = Readonly<Record<string, unknown>>;

/** What the database holds, read past the server. */
export interface DatabaseState {
  readonly events: readonly LoggedEvent[];
  readonly plans: readonly Row[];
  readonly tasks: readonly Row[];
  readonly claims: readonly Row[];
  /** What the engine says of its own files: `ok`, or what is wrong. */
  readonly integrity: string;
}

/** Everything that the checker judges: what was planned, what the clients saw, what the database holds. */
export interface Evidence {
  readonly plans: readonly KnownPlan[];
  readonly leaseMs: number;
  readonly journals: readonly Journal[];
  readonly database: DatabaseState;
  /** Of a run whose work goes through git. */
  readonly git?: GitEvidence;
  /** Processes that owned claims and were killed, or ended; absent: the clients' journals tell. */
  readonly endedOwners?: ReadonlySet<number>;
}

/** The nonce in a report's summary or in a note. */
export function nonceIn(text: unknown): string | undefined {
  return /^nonce (\S+)$/.exec(String(text))?.[1];
}
