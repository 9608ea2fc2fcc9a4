import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startOwnPostgres } from "../store/postgres-server.ts";
import { task } from "../support/checkout.ts";
import { plannedRun, scriptedClient } from "../support/plan-run.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("a runner whose database is killed goes on when it is back, and loses no report that came meanwhile", async () => {
  const database = await startOwnPostgres();
  onTestFinished(() => database.stop());
  const folder = temporaryFolder();
  const [begun, until] = [join(folder, "begun"), join(folder, "until")];
  const tasks = [
    task("1", { description: `begun=${begun} until=${until}` }),
    task("2", { dependencies: ["1"] }),
  ];
  const { run, news } = await plannedRun(tasks, {}, { PARALLEL_DATABASE_URL: database.url });
  const said = () => news.flatMap((one) => (one.kind === "graph" ? [one.text] : []));
  const end = run([{ client: scriptedClient(), slots: 1 }]);
  await expect.poll(() => existsSync(begun), { timeout: 60_000 }).toBe(true);
  const back = database.crash(4_000);
  // The agent hands in its report, which is its last message, while nobody can take it.
  await expect.poll(said, { timeout: 60_000 }).toHaveLength(1);
  writeFileSync(until, "");
  await back;
  expect(await end).toMatchObject({ how: "done", exitCode: 0, text: expect.stringContaining("2 of 2") });
  expect(said()).toEqual([
    expect.stringMatching(/^PostgreSQL at \S+ cannot be reached: .*It is tried again\.$/),
    "The task graph is in reach again.",
  ]);
});
