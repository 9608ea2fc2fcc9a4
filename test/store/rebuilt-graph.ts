import type { Change } from "../../mcp-server/src/graph/event.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/sqlite.ts";
import { type LogLine, logOf, query } from "../support/graph-file.ts";

/** Neither is logged: leases are renewed without an event, and an offer's token must not be in the log. */
const NOT_LOGGED = ["last_seen_ms", "offer_token"];

/** Writes the event log of the graph at `original`, and nothing else of it, into a new graph at `path`. */
export async function rebuildFromLog(original: string, path: string): Promise<void> {
  const store = await openSqlite(path, true, estimatesFrom);
  const actors = query(original, "select actor from events order by seq").map((row) => String(row.actor));
  const events = logOf(original).map((line, i) => ({ line, actor: actors[i] ?? "" }));
  for (let from = 0; from < events.length; ) {
    const { line, actor } = events[from] as (typeof events)[number];
    const { atMs, planId } = line;
    const rest = events.slice(from);
    const next = rest.findIndex(
      (one) => one.line.atMs !== atMs || one.line.planId !== planId || one.actor !== actor,
    );
    const together = next < 0 ? rest : rest.slice(0, next);
    await store?.write(
      () => atMs,
      actor,
      (tx) => tx.append(planId, ...together.map((one) => changeOf(one.line))),
    );
    from += together.length;
  }
  await store?.close();
}

function changeOf({ type, task: id, attempt, data }: LogLine): Change {
  return {
    type,
    ...(id !== null && { task: id }),
    ...(attempt !== null && { attempt }),
    ...data,
  } as unknown as Change;
}

/** Everything in the tables that the log must be able to rebuild. */
export function tablesOf(path: string) {
  const rows = (table: string, order: string) =>
    query(path, `select * from ${table} order by ${order}`).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !NOT_LOGGED.includes(column))),
    );
  return {
    plans: rows("plans", "id"),
    tasks: rows("tasks", "plan_id, id"),
    claims: rows("claims", "id"),
    events: rows("events", "seq"),
  };
}
