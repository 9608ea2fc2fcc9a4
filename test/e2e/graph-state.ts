import { DatabaseSync } from "@photostructure/sqlite";

/** One execution of a task, as the graph keeps it. */
export interface StoredAttempt {
  id: number;
  task: string;
  number: number;
  /** Absent while it runs. */
  outcome?: string;
  cause?: string;
  agentId?: string;
  lastMessage?: string;
  widened: string[];
  startedMs: number;
}

export interface StoredEvent {
  type: string;
  task: string;
  attempt: number;
  atMs: number;
  data: Record<string, unknown>;
}

export interface GraphState {
  /** `open`, `paused` or `stopped`. */
  status: string;
  /** Status by task id. */
  tasks: Record<string, string>;
  /** Every attempt that was ever started, oldest first. */
  attempts: StoredAttempt[];
  events: StoredEvent[];
}

/** Reads a plan's graph from its database, without the plugin's own code. */
export function readGraph(database: string, plan = "demo"): GraphState {
  const db = new DatabaseSync(database, { readOnly: true, timeout: 60_000 });
  try {
    const rows = (query: string) => db.prepare(query).all(plan) as Record<string, string | number | null>[];
    const of = "(select id from plans where slug = ?)";
    const [stored] = rows("select status from plans where slug = ?");
    if (stored === undefined) throw new Error(`there is no plan ${plan}`);
    return {
      status: String(stored.status),
      tasks: Object.fromEntries(
        rows(`select id, status from tasks where plan_id = ${of} order by position`).map((row) => [
          row.id,
          row.status,
        ]),
      ),
      attempts: rows(`select * from claims where plan_id = ${of} and number is not null order by id`).map(
        attemptFrom,
      ),
      events: rows(`select * from events where plan_id = ${of} order by seq`).map((row) => ({
        type: String(row.type),
        task: String(row.task_id ?? ""),
        attempt: Number(row.attempt_id ?? 0),
        atMs: Number(row.at_ms),
        data: JSON.parse(String(row.data)) as Record<string, unknown>,
      })),
    };
  } finally {
    db.close();
  }
}

/** How each attempt at a task ended, oldest first; `running` for one that has not. */
export function outcomesOf(graph: GraphState, task: string): string[] {
  return graph.attempts.filter((attempt) => attempt.task === task).map(({ outcome }) => outcome ?? "running");
}

/** The events of one type. */
export function eventsOf(graph: GraphState, type: string): StoredEvent[] {
  return graph.events.filter((event) => event.type === type);
}

function attemptFrom(row: Record<string, string | number | null>): StoredAttempt {
  return {
    id: Number(row.id),
    task: String(row.task_id),
    number: Number(row.number),
    ...(row.outcome !== null && { outcome: String(row.outcome) }),
    ...(row.cause !== null && { cause: String(row.cause) }),
    ...(row.agent_id !== null && { agentId: String(row.agent_id) }),
    ...(row.last_message !== null && { lastMessage: String(row.last_message) }),
    widened: JSON.parse(String(row.widened)) as string[],
    startedMs: Number(row.started_at_ms),
  };
}
