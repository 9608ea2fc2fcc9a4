import { DatabaseSync } from "@photostructure/sqlite";
import pg from "pg";

/** The baseline: of every task of a plan its id, status, dependencies and size, and nothing else. */
export interface NarrowRead {
  read(slug: string): Promise<readonly NarrowTask[]>;
  close(): Promise<void>;
}

interface NarrowTask {
  readonly id: string;
  readonly status: string;
  readonly dependencies: readonly string[];
  readonly size: string | null;
}

interface Row extends Omit<NarrowTask, "dependencies"> {
  readonly dependencies: string;
}

const OF_PLAN = "where plan_id = (select id from";

/** By the same driver as the product's. @param url of the database. */
export async function narrowRead(url: string): Promise<NarrowRead> {
  return url.startsWith("sqlite:") ? onSqlite(url.slice("sqlite:".length)) : onPostgres(url);
}

function onSqlite(path: string): NarrowRead {
  const db = new DatabaseSync(path, { readOnly: true });
  const statement = db.prepare(
    `select id, status, definition ->> '$.dependencies' as dependencies, definition ->> '$.size' as size
      from tasks ${OF_PLAN} plans where slug = ?) order by position`,
  );
  return {
    read: async (slug) => (statement.all(slug) as unknown as Row[]).map(fromRow),
    close: async () => db.close(),
  };
}

async function onPostgres(url: string): Promise<NarrowRead> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async read(slug) {
      const { rows } = await client.query<Row>(
        `select id, status, definition::json ->> 'dependencies' as dependencies, definition::json ->> 'size' as size
          from parallel.tasks ${OF_PLAN} parallel.plans where slug = $1) order by position`,
        [slug],
      );
      return rows.map(fromRow);
    },
    close: () => client.end(),
  };
}

function fromRow({ id, status, dependencies, size }: Row): NarrowTask {
  return { id, status, dependencies: JSON.parse(dependencies) as string[], size };
}
