import { afterEach, describe, expect, it } from "vitest";
import { Connection, type Message } from "./connection.ts";
import { Repository } from "./repository.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const CLIENT_WITH_TASKS = {
  "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } },
};

interface Task {
  readonly resultType?: string;
  readonly taskId: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly result?: { readonly structuredContent: { readonly next: string } };
}

const dataOf = ({ result }: Message) => (result?.structuredContent ?? {}) as Record<string, unknown>;
const taskIn = ({ result }: Message) => result as unknown as Task;

async function connected(repository: Repository): Promise<Connection> {
  const connection = await Connection.open("2026", repository);
  closing.push(() => connection.close());
  return connection;
}

async function repository(): Promise<Repository> {
  const made = await Repository.make();
  closing.push(() => made.remove());
  return made;
}

/** What the main conversation calls in a client that takes tasks for answers. */
const collects = (connection: Connection, plan: string, input = {}) =>
  connection.call("batch_collect", { plan, launch: true, ...input }, CLIENT_WITH_TASKS);

const looks = async (connection: Connection, taskId: string) =>
  taskIn(await connection.request("tasks/get", connection.params({ taskId })));

/** The plan `waits`, whose only task needs a file that an agent of the plan `holds` has. */
async function waitingPlan(connection: Connection) {
  for (const plan of ["holds", "waits"]) {
    const tasks = [{ id: "1", subject: "Write", description: "Do it.", writes: ["a.txt"] }];
    await connection.call("plan_create", { plan, tasks, policy: { review: "off" } });
  }
  const { claim } = dataOf(await connection.call("task_claim", { plan: "holds", worker: "w" }));
  const { token } = claim as { token: string };
  const report = { task: "holds/1", token, outcome: "completed", summary: "Done." };
  return () =>
    connection.call("task_report", {
      ...report,
      evidence: [{ inspected: "a.txt" }],
      filesChanged: ["a.txt"],
    });
}

describe("a wait that no agent of the conversation ends, where the client takes tasks for answers", () => {
  it("is a task that is over when something can be launched, and that says what to call then", async () => {
    const connection = await connected(await repository());
    const finish = await waitingPlan(connection);
    const begun = taskIn(await collects(connection, "waits"));
    expect(begun).toMatchObject({ resultType: "task", status: "working" });
    const looked = looks(connection, begun.taskId);
    // Whoever calls once more is not given a second one.
    expect(dataOf(await collects(connection, "waits")).next).toContain("already");
    await finish();
    const over = await looked;
    expect(over.status).toBe("completed");
    expect(over.result?.structuredContent.next).toContain('batch_collect {plan: "waits", launch: true}');
    expect(dataOf(await collects(connection, "waits")).launch).toHaveLength(1);
  });

  it("survives the server that it was begun in", async () => {
    const place = await repository();
    const first = await connected(place);
    const finish = await waitingPlan(first);
    const { taskId } = taskIn(await collects(first, "waits"));
    await finish();
    process.kill(first.pid, "SIGKILL");
    const second = await connected(place);
    expect((await looks(second, taskId)).status).toBe("completed");
  });

  it("is for a decision when the conversation has been told that one is needed", async () => {
    const connection = await connected(await repository());
    const tasks = [{ id: "1", subject: "Write", description: "Do it." }];
    await connection.call("plan_create", { plan: "p", tasks, policy: { retries: 0, review: "off" } });
    const { claim } = dataOf(await connection.call("task_claim", { plan: "p", worker: "w" }));
    const { token } = claim as { token: string };
    await connection.call("task_report", { task: "p/1", token, outcome: "failed", summary: "No." });
    const told = dataOf(await collects(connection, "p"));
    expect(told).toMatchObject({ done: true, next: expect.stringContaining("until somebody decides") });
    const begun = taskIn(await collects(connection, "p"));
    expect(begun).toMatchObject({ resultType: "task", status: "working" });
    const looked = looks(connection, begun.taskId);
    await connection.call("task_update", { task: "p/1", status: "pending" });
    expect((await looked).status).toBe("completed");
  });

  it("has failed where there is nothing to wait for, because a client asks for an unknown one for ever", async () => {
    const connection = await connected(await repository());
    for (const taskId of ["x", "wait.others.abcdefgh.0123456789abcdef.gone"])
      expect((await looks(connection, taskId)).status).toBe("failed");
    expect(await connection.request("tasks/cancel", connection.params({ taskId: "x" }))).not.toHaveProperty(
      "error",
    );
  });
});

describe("a wait where the request does not take a task for its answer", () => {
  it("is a call that blocks", async () => {
    const connection = await connected(await repository());
    const finish = await waitingPlan(connection);
    const waiting = connection.call("batch_collect", { plan: "waits", launch: true });
    await finish();
    expect(dataOf(await waiting).launch).toHaveLength(1);
  });
});
