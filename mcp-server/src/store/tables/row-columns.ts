import type { ClaimRow, EventRow, LeaseRow, PlanRow, StoredTaskRow } from "./new-rows.ts";

/** The two types of the columns that rows are written with. */
type ColumnType = "text" | "bigint";
type Columns<Row> = { readonly [Column in keyof Omit<Row, "event">]: ColumnType };

/** A table as rows are written into it: each column with its type, and what makes a row the same one. */
export interface WrittenTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
  /** The column that takes the sequence number of the row's last event. */
  readonly seq: string | undefined;
  /** Columns that keep what they hold where a row brings nothing. */
  readonly kept?: readonly string[];
  /** The same for a column that cannot be null: there the empty text is nothing. */
  readonly keptIfEmpty?: string;
}

export const EVENTS: WrittenTable = {
  name: "events",
  columns: {
    at_ms: "bigint",
    plan_id: "bigint",
    task_id: "text",
    attempt_id: "bigint",
    type: "text",
    actor: "text",
    v: "bigint",
    data: "text",
  } satisfies Columns<EventRow>,
  key: ["seq"],
  seq: "seq",
};

export const PLANS: WrittenTable = {
  name: "plans",
  columns: {
    id: "bigint",
    repository: "text",
    slug: "text",
    title: "text",
    status: "text",
    cause: "text",
    source: "text",
    policy: "text",
    added_policy: "text",
    document: "text",
    created_at_ms: "bigint",
    throttle: "text",
  } satisfies Columns<PlanRow>,
  key: ["id"],
  seq: "version",
};

export const TASKS: WrittenTable = {
  name: "tasks",
  columns: {
    plan_id: "bigint",
    id: "text",
    position: "bigint",
    definition: "text",
    status: "text",
    cause: "text",
    cause_value: "text",
    owner: "text",
    notes: "text",
    metadata: "text",
    failed_attempts: "bigint",
    lost_attempts: "bigint",
    times_blocked: "bigint",
    ended_at_ms: "bigint",
  } satisfies Columns<StoredTaskRow>,
  key: ["plan_id", "id"],
  seq: "changed_seq",
  kept: ["cause_value"],
  keptIfEmpty: "definition",
};

export const CLAIMS: WrittenTable = {
  name: "claims",
  columns: {
    id: "bigint",
    plan_id: "bigint",
    task_id: "text",
    state: "text",
    token_hash: "text",
    offer_token: "text",
    agent_type: "text",
    role: "text",
    checkout: "text",
    scope: "text",
    widened: "text",
    isolation: "text",
    owner_host: "text",
    owner_pid: "bigint",
    owner_started_at: "text",
    owner_session: "text",
    owner_server: "text",
    offered_at_ms: "bigint",
    expires_at_ms: "bigint",
    number: "bigint",
    agent_id: "text",
    started_at_ms: "bigint",
    last_seen_ms: "bigint",
    reminded: "bigint",
    ended_at_ms: "bigint",
    outcome: "text",
    report: "text",
    last_message: "text",
    cause: "text",
    drains_until_ms: "bigint",
    usage: "text",
    delivering: "text",
    chosen_model: "text",
  } satisfies Columns<ClaimRow>,
  key: ["id"],
  seq: "changed_seq",
  kept: ["last_seen_ms", "report"],
};

/** What a renewal of leases brings; it only updates. */
export const LEASE_COLUMNS = {
  id: "bigint",
  last_seen_ms: "bigint",
  expires_at_ms: "bigint",
} satisfies Columns<LeaseRow>;

/** `on conflict …`: a row that exists becomes as the new one is. */
export function onConflict({ name, columns, key, seq, kept, keptIfEmpty }: WrittenTable): string {
  const names = [...Object.keys(columns), ...(seq === undefined ? [] : [seq])];
  const set = names
    .filter((column) => !key.includes(column))
    .map((column) => {
      if (kept?.includes(column)) return `${column} = coalesce(excluded.${column}, ${name}.${column})`;
      return column === keptIfEmpty
        ? `${column} = coalesce(nullif(excluded.${column}, ''), ${name}.${column})`
        : `${column} = excluded.${column}`;
    });
  return `on conflict (${key.join(", ")}) do update set ${set.join(", ")}`;
}
