import type { Change } from "../../mcp-server/src/graph/event.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { eventFromRow } from "../../mcp-server/src/store/tables/rows.ts";
import { query } from "../support/graph-file.ts";

/** Neither is logged: leases are renewed without an event, and an offer's token must not be in the log. */
const NOT_LOGGED = ["last_seen_ms", "offer_token"];

/** Writes the event log of the graph at `original`, and nothing else of it, into a new graph at `path`. */
export async function rebuildFromLog(original: string, path: string): Promise<void> {
  const store = await openSqlite(path, true, estimatesFrom);
  const rows = query(original, "select * from events order by seq");
  for (let from = 0; from < rows.length; ) {
    const first = rows[from] as (typeof rows)[number];
    const rest = rows.slice(from);
    const next = rest.findIndex(
      (row) => row.at_ms !== first.at_ms || row.plan_id !== first.plan_id || row.actor !== first.actor,
    );
    const together = next < 0 ? rest : rest.slice(0, next);
    await store?.write(
      () => Number(first.at_ms),
      String(first.actor),
      (tx) => tx.append(Number(first.plan_id), ...together.map(changeOf)),
    );
    from += together.length;
  }
  await store?.close();
}

function changeOf(row: Readonly<Record<string, unknown>>): Change {
  const { change } = eventFromRow(row as unknown as Parameters<typeof eventFromRow>[0]);
  if (change.type !== "unrecognised") return change;
  // What only a newer server knows is logged as it stands, and changes nothing else.
  return { type: row.type, ...JSON.parse(String(row.data)) } as Change;
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
