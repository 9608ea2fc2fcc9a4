import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import { PostgresProxy } from "../store/postgres-proxy.ts";
import { startOwnPostgres } from "../store/postgres-server.ts";
import { BundledServer, type BundleOptions } from "../support/bundled-server.ts";
import { graphOf, integrityOf } from "../support/graph-file.ts";
import { asksToUse, twoAtWorkWith } from "../support/two-at-work.ts";

stopPostgresAfterAll();

/** A hook answers within three seconds; the rest is for a machine that has much else to do. The host waits for ten. */
const MAX_ANSWER_MS = 5_000;

/** What the first agent may not change. */
const FORBIDDEN: readonly (readonly [tool: string, input: Readonly<Record<string, string>>])[] = [
  ["Write", { file_path: "src/b/two.ts" }],
  ["Write", { file_path: "src/b/new.ts" }],
  ["Edit", { file_path: "data.json" }],
  ["NotebookEdit", { notebook_path: "src/b/notes.ipynb" }],
  ["Write", { file_path: ".git/hooks/pre-commit" }],
  ["Bash", { command: "echo x > src/b/two.ts" }],
  ["Bash", { command: "sed -i s/2/3/ src/b/two.ts" }],
  ["Bash", { command: "cd src && rm -rf b" }],
  ["Bash", { command: "mv data.json other.json" }],
  ["Bash", { command: "grep -rl 2 src/b | xargs sed -i s/2/3/" }],
  ["Bash", { command: "git checkout -- src/b" }],
  ["Bash", { command: "git stash" }],
  ["Bash", { command: "git commit -am x" }],
  ["PowerShell", { command: "'x' > src/b/two.ts" }],
];

/** @throws where an answer is not there in time. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await answer;
  expect(performance.now() - begun).toBeLessThan(MAX_ANSWER_MS);
  return result;
}

/** All forbidden calls at once, as those of one message are. */
async function refuses(server: BundledServer, folder: string): Promise<void> {
  const answers = await Promise.all(
    FORBIDDEN.map(async ([tool, input]) => {
      const answer = await inTime(asksToUse(server, "agent-1", folder, tool, input));
      return { tool, ...input, answer };
    }),
  );
  expect(answers.filter(({ answer }) => !answer.startsWith("denied: "))).toEqual([]);
}

/** In the middle of a run: both agents have begun to work. */
async function atWork(options: BundleOptions = {}) {
  const work = await twoAtWorkWith((folder) => BundledServer.start(folder, options));
  const { folder, server, write } = work;
  expect(await write(join(folder, "src/a/one.ts"))).toBe("passes");
  return {
    ...work,
    refusesAll: () => refuses(server, folder),
    /** What is answered to the writing of a file of its own, and of one that nobody holds. */
    ownAndFree: async (free: string) => [
      await inTime(write(join(folder, "src/a/one.ts"))),
      await inTime(write(join(folder, "src", free))),
    ],
  };
}

describe("a graph that does not work lets no forbidden write through", () => {
  it("a graph that another process has locked lets none through, and the refusals are logged afterwards", async () => {
    const { folder, refusesAll, ownAndFree, log } = await atWork();
    const other = new DatabaseSync(graphOf(folder));
    other.exec("begin exclusive");
    try {
      await refusesAll();
      expect(await ownAndFree("free.ts")).toEqual([
        "passes",
        expect.stringMatching(/^denied: .*task graph.*may hold it locked/),
      ]);
    } finally {
      other.exec("rollback");
      other.close();
    }
    const denied = () => log("write.denied").length;
    await expect.poll(denied, { timeout: 30_000 }).toBeGreaterThanOrEqual(FORBIDDEN.length);
    expect(await ownAndFree("other.ts")).toEqual(["passes", "passes"]);
  });

  it("a graph on a full disk lets none through and tells the disk's error, and the next server with room goes on", async () => {
    const { folder, server, write, refusesAll, ownAndFree } = await atWork({ maxFileBlocks: 1_024 });
    let free = "passes";
    for (let n = 0; free === "passes" && n < 500; n++) free = await write(join(folder, `src/free-${n}.ts`));
    const full = /^denied: The task graph .* cannot be written.*(disk I\/O error|disk is full)/;
    expect(free).toMatch(full);
    await refusesAll();
    expect(await ownAndFree("free.ts")).toEqual(["passes", expect.stringMatching(full)]);
    const more = { plan: "p", tasks: [{ id: "3", subject: "More" }] };
    const error = await server.refused("task_create", more);
    expect(error.message).toMatch(/disk I\/O error|disk is full/);
    expect(error.remedy).toMatch(/^Make room on the disk/);

    server.kill();
    const next = await BundledServer.start(folder);
    await refuses(next, folder);
    await next.call("task_create", more);
    expect(integrityOf(graphOf(folder))).toBe("ok");
  });

  it("a database that is stopped lets none through, and says that it cannot be reached", async () => {
    const postgres = await startOwnPostgres();
    let isRunning = true;
    const stop = async () => {
      if (isRunning) await postgres.stop();
      isRunning = false;
    };
    onTestFinished(stop);
    const { server, refusesAll, ownAndFree } = await atWork({ env: { PARALLEL_DATABASE_URL: postgres.url } });
    await stop();
    await refusesAll();
    expect(await ownAndFree("free.ts")).toEqual([
      "passes",
      expect.stringMatching(/^denied: .*PostgreSQL at 127.0.0.1:\d+ cannot be reached/),
    ]);
    const error = await server.refused("task_list", { plan: "p" });
    expect(error.message).toMatch(/cannot be reached: .*ECONNREFUSED/);
  });

  it("a database that falls silent lets none through, and the run goes on when it answers again", async () => {
    const proxy = await PostgresProxy.start((await freshDatabase("postgres")).url);
    onTestFinished(() => proxy.stop());
    const { server, refusesAll, ownAndFree } = await atWork({ env: { PARALLEL_DATABASE_URL: proxy.url } });
    proxy.fallSilent();
    await refusesAll();
    expect(await ownAndFree("free.ts")).toEqual(["passes", expect.stringMatching(/^denied: /)]);
    proxy.speakAgain();
    await expect.poll(() => ownAndFree("other.ts"), { timeout: 30_000 }).toEqual(["passes", "passes"]);
    expect((await server.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
  });

  it("a server that is killed between two calls is followed by one that lets none through", async () => {
    const { folder, server, refusesAll } = await atWork();
    await refusesAll();
    server.kill();
    await refuses(await BundledServer.start(folder), folder);
  });
});
