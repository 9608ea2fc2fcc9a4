import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../mcp-server/src/graph/event.ts";
import type { PlanSlug, TaskId } from "../../mcp-server/src/graph/task.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { logOf, query } from "../support/graph-file.ts";
import { definitionOf } from "../support/task-definition.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const slug = "p" as PlanSlug;
const ONE = "1" as TaskId;
const definition = definitionOf("1", { origin: "call" });
const created: Change[] = [
  {
    type: "plan.created",
    repository: ".",
    slug,
    title: "P",
    source: { kind: "call" },
    policy: {},
    document: {},
  },
  { type: "task.created", task: ONE, definition, position: 1 },
];

function offered(attempt: number): Change {
  return {
    type: "claim.offered",
    task: ONE,
    attempt: attempt as AttemptId,
    tokenHash: `hash ${attempt}`,
    agentType: "general-purpose",
    role: "general-purpose",
    checkout: "here",
    scope: { basis: "declared", writes: [], reads: [], resources: [] },
    isolation: "shared",
    owner: { host: "h", pid: 1, startedAt: "1" },
    expiresAtMs: 100,
  };
}

async function graph(): Promise<{ path: string; store: GraphStore }> {
  const path = join(temporaryFolder(), "graph.sqlite");
  const store = await openSqlite(path, true, estimatesFrom);
  if (!store) throw new Error("the graph was not created");
  await store.write(
    () => 1,
    "main",
    (tx) => tx.append(1, ...created),
  );
  return { path, store };
}

describe("a transaction", () => {
  it("a transaction that throws leaves nothing, and the next one works", async () => {
    const { path, store } = await graph();
    const before = logOf(path);
    const failing = store.write(
      () => 2,
      "main",
      async (tx) => {
        const changes: Change[] = [{ type: "plan.status", status: "stopped" }, offered(1)];
        await tx.append(1, ...changes);
        throw new Error("half way");
      },
    );
    await expect(failing).rejects.toThrow("half way");
    expect(logOf(path)).toEqual(before);
    expect(query(path, "select * from claims")).toEqual([]);
    expect(query(path, "select status from plans")).toEqual([{ status: "open" }]);
    await store.write(
      () => 3,
      "main",
      (tx) => tx.append(1, offered(1)),
    );
    expect(logOf(path)).toHaveLength(before.length + 1);
    await store.close();
  });

  it("a transaction is not seen by others before it ends", async () => {
    const { path, store } = await graph();
    await store.write(
      () => 2,
      "main",
      async (tx) => {
        await tx.append(1, offered(1));
        expect(query(path, "select * from claims")).toEqual([]);
      },
    );
    expect(query(path, "select state from claims")).toEqual([{ state: "offered" }]);
    await store.close();
  });

  it("a transaction that claims a task a second time is refused by the database itself", async () => {
    const { path, store } = await graph();
    await store.write(
      () => 2,
      "main",
      (tx) => tx.append(1, offered(1)),
    );
    const before = logOf(path);
    await expect(
      store.write(
        () => 3,
        "main",
        (tx) => tx.append(1, offered(2)),
      ),
    ).rejects.toThrow(/UNIQUE/);
    expect(logOf(path)).toEqual(before);
    await store.close();
  });

  it("a transaction waits for one that the same process began before", async () => {
    const { path, store } = await graph();
    const note = (n: number): Change => ({ type: "task.annotated", task: ONE, note: String(n) });
    await Promise.all(
      [0, 1, 2, 3].map((n) =>
        store.write(
          () => 2,
          "main",
          (tx) => tx.append(1, note(n)),
        ),
      ),
    );
    expect(query(path, "select notes from tasks")).toEqual([{ notes: '["0","1","2","3"]' }]);
    await store.close();
  });

  it("a transaction changes nothing of a claim that is in another state by then", async () => {
    const { path, store } = await graph();
    const attempt = 1 as AttemptId;
    await store.write(
      () => 2,
      "main",
      (tx) => tx.append(1, offered(1), { type: "claim.returned", task: ONE, attempt, cause: "late" }),
    );
    await store.write(
      () => 3,
      "main",
      async (tx) => {
        await tx.append(1, { type: "attempt.started", task: ONE, attempt, number: 1, leaseUntilMs: 9 });
        tx.prolong(attempt, 99, 3);
      },
    );
    expect(query(path, "select state, offer_token, expires_at_ms, started_at_ms from claims")).toEqual([
      { state: "returned", offer_token: null, expires_at_ms: null, started_at_ms: null },
    ]);
    await store.close();
  });
});

describe("an error that only sounds like one of the database", () => {
  it("an error that only sounds like one of the database is passed on as it is", async () => {
    const { store } = await graph();
    for (const words of ["blocked on a busy, locked port", "a corrupt, read-only picture"]) {
      const error = new Error(words);
      const failing = store.write(
        () => 2,
        "main",
        async () => {
          throw error;
        },
      );
      await expect(failing).rejects.toBe(error);
    }
    await store.close();
  });
});

it("a change has the time of its writer's turn, not that of the wait for it", async () => {
  const { path, store } = await graph();
  let clock = 10;
  let letGo = () => {};
  const busy = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const note = (text: string): Change => ({ type: "task.annotated", task: ONE, note: text });
  const first = store.write(
    () => clock,
    "main",
    async (tx) => {
      await busy;
      await tx.append(1, note("first"));
    },
  );
  const second = store.write(
    () => clock,
    "main",
    (tx) => tx.append(1, note("second")),
  );
  // Both have asked for their turn by now.
  await new Promise((resolve) => setImmediate(resolve));
  clock = 500;
  letGo();
  await Promise.all([first, second]);
  await store.close();
  const notes = logOf(path).filter(({ type }) => type === "task.annotated");
  expect(notes.map(({ atMs, data }) => [data.note, atMs])).toEqual([
    ["first", 10],
    ["second", 500],
  ]);
});
