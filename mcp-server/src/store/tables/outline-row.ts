import type { Selectable } from "kysely";
import type { EngineName } from "./migrations.ts";
import type { TasksTable } from "./schema.ts";

/** A row of `tasks` as a plan in memory needs it: all but the description, which is most of it. */
export interface OutlineRow {
  readonly plan_id: number;
  readonly position: number;
  readonly status: string;
  /** The definition without its description. */
  readonly outline: string;
  /** The columns of `TaskStateRow` as JSON; null where nothing has happened to the task. */
  readonly state: string | null;
}

const STATE_COLUMNS = [
  "cause",
  "cause_value",
  "owner",
  "notes",
  "metadata",
  "failed_attempts",
  "lost_attempts",
  "times_blocked",
  "ended_at_ms",
] as const satisfies readonly (keyof TasksTable)[];

export type TaskStateRow = Pick<Selectable<TasksTable>, (typeof STATE_COLUMNS)[number]>;

const NOTHING_HAPPENED = `cause is null and owner is null and notes = '[]' and metadata = '{}'
  and failed_attempts = 0 and lost_attempts = 0 and times_blocked = 0 and ended_at_ms is null`;

/**
 * Neither of these escapes is text to PostgreSQL, which takes no JSON apart that has one: such a definition is read
 * whole. Keys keep their order, as exports write them.
 */
const POSTGRES_OUTLINE = `case when strpos(definition, '\\u0000') > 0 or strpos(definition, '\\ud') > 0 then definition
  else (select json_object_agg(key, value) from json_each(definition::json) where key <> 'description')::text end`;

/** What of `tasks` is selected for an OutlineRow. */
export function outlineColumns(engine: EngineName): string {
  const outline = engine === "sqlite" ? "json_remove(definition, '$.description')" : POSTGRES_OUTLINE;
  const object = engine === "sqlite" ? "json_object" : "json_build_object";
  const state = `${object}(${STATE_COLUMNS.map((column) => `'${column}', ${column}`).join(", ")})`;
  const asText = engine === "sqlite" ? state : `${state}::text`;
  return `plan_id, position, status, ${outline} as outline,
    case when ${NOTHING_HAPPENED} then null else ${asText} end as state`;
}
