import type { Kysely } from "kysely";
import { GraphReader } from "./graph-store.ts";
import { SCHEMA_VERSION } from "./migrations.ts";
import type { Database } from "./schema.ts";

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

/** Runs `work` on one snapshot. */
export function readFrom<T>(db: Kysely<Database>, work: (reader: GraphReader) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute((tx) => work(new GraphReader(tx, new Map())));
}
