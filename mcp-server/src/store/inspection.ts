import type { EstimatesFrom } from "../graph/task-estimates.ts";
import type { EngineTransaction } from "./engine.ts";
import { GraphReader } from "./graph-reader.ts";
import { GraphMemory } from "./plan-mirror.ts";
import { SCHEMA_VERSION } from "./tables/migrations.ts";

/** A graph that is only looked at: it is neither made nor upgraded, and nothing is written beside it. */
export type GraphInspection = {
  /** The database as messages name it, never with a password. */
  readonly place: string;
  /** Version of its layout; undefined while the database holds no graph. */
  readonly version: string | undefined;
  read<T>(work: (reader: GraphReader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
} & (
  | { readonly engine: "sqlite" }
  | {
      readonly engine: "postgres";
      readonly serverVersion: string;
      /** A standby, or a server or user that is set to read only. */
      readonly readOnly: boolean;
    }
);

/** `1.4`, or undefined where there is no graph. */
export function versionOf(minor: number | undefined): string | undefined {
  return minor === undefined ? undefined : `${SCHEMA_VERSION.major}.${minor}`;
}

/** Reads on one snapshot, without anything that was known before. */
export function readerOn(transaction: EngineTransaction, estimatesFrom: EstimatesFrom): GraphReader {
  return new GraphReader(transaction, new GraphMemory(), estimatesFrom);
}
