// Stands for PostgreSQL's own program, which its package for tests lacks: whether a server takes connections.
import { parseArgs } from "node:util";
import pg from "pg";

const options = { host: { type: "string" }, username: { type: "string" } };
const { host, username: user } = parseArgs({ options }).values;
const client = new pg.Client({ host, user, database: user });
try {
  await client.connect();
} catch (error) {
  // Who is asked for a password was let in so far; a server that starts up says so with this code.
  if (error.code === "57P03") process.exit(1);
  if (error.code === "ECONNREFUSED") process.exit(2);
}
process.exit(0);
