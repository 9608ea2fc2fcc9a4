import type { ColumnType, Generated } from "kysely";

type Json = string;

/** One row per plan of a repository. Objects and lists are JSON text; times are integer milliseconds. */
export interface PlansTable {
  id: Generated<number>;
  repository: string;
  slug: string;
  title: string;
  status: string;
  cause: string | null;
  source: Json;
  policy: Json;
  document: Json;
  created_at_ms: number;
  /** A Throttle; null as long as no limit was reached. */
  throttle: Generated<Json | null>;
  /** Settings that servers before 1.5 do not know; the rule is at `storedPolicy`. */
  added_policy: Generated<Json | null>;
  /** Sequence number of the plan's last event. */
  version: number;
}

export interface TasksTable {
  plan_id: number;
  id: string;
  position: number;
  /** A TaskDefinition without its id. */
  definition: Json;
  status: string;
  cause: string | null;
  /** A TaskCause; null where the text says it all, and stale where it is another text's. */
  cause_value: Generated<Json | null>;
  owner: string | null;
  notes: Generated<Json>;
  metadata: Generated<Json>;
  failed_attempts: Generated<number>;
  lost_attempts: Generated<number>;
  times_blocked: Generated<number>;
  ended_at_ms: number | null;
  /** Sequence number of the last event that touched the task: readers ask for what is newer. */
  changed_seq: number;
}

/** Every claim from offer to end; the row of an ended one is the record of the attempt. */
export interface ClaimsTable {
  id: number;
  plan_id: number;
  task_id: string;
  state: string;
  token_hash: string;
  /** Always null: servers before 1.8 keep the token of an offer here. */
  offer_token: string | null;
  agent_type: string;
  role: string;
  checkout: string;
  scope: Json;
  widened: Json;
  isolation: string;
  owner_host: string;
  owner_pid: number;
  owner_started_at: string;
  owner_session: string | null;
  owner_server: string | null;
  offered_at_ms: number;
  /** End of the offer or of the lease. */
  expires_at_ms: number | null;
  number: number | null;
  agent_id: string | null;
  started_at_ms: number | null;
  last_seen_ms: number | null;
  reminded: number;
  ended_at_ms: number | null;
  outcome: string | null;
  report: Json | null;
  last_message: string | null;
  cause: string | null;
  drains_until_ms: number | null;
  /** A Usage; null as long as it was not measured. */
  usage: Generated<Json | null>;
  /** When its report was accepted, and while the state is `running` what is being delivered; null where nothing was. */
  delivering: Generated<Json | null>;
  /** A ChosenModel; null where everything was left to the host. */
  chosen_model: Generated<Json | null>;
  changed_seq: number;
}

export interface EventsTable {
  seq: ColumnType<number, number | undefined, never>;
  at_ms: number;
  plan_id: number;
  task_id: string | null;
  attempt_id: number | null;
  type: string;
  actor: string;
  v: number;
  /** The change without its type, task and attempt. */
  data: Json;
}

/** Processes that execute plans without a conversation, as they tell of themselves. Like leases they have no events. */
export interface RunnersTable {
  repository: string;
  owner_host: string;
  owner_pid: number;
  owner_started_at: string;
  /** A RunnerFacts. */
  facts: Json;
  since_ms: number;
  last_seen_ms: number;
  lease_until_ms: number;
}

export interface MetaTable {
  key: string;
  value: string;
}

export interface Database {
  meta: MetaTable;
  plans: PlansTable;
  tasks: TasksTable;
  claims: ClaimsTable;
  events: EventsTable;
  runners: RunnersTable;
}
