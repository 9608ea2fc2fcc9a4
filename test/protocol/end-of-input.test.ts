import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { Connection, type Era, type Message } from "./connection.ts";
import { Repository, SERVER } from "./repository.ts";

const ERAS = ["2025", "2026"] as const satisfies readonly Era[];
const HANDSHAKE = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "pipe", version: "1.0.0" },
    },
  },
  { method: "notifications/initialized" },
];

async function repository(): Promise<Repository> {
  const made = await Repository.make();
  onTestFinished(() => made.remove());
  return made;
}

async function open(era: Era, place: Repository): Promise<Connection> {
  const connection = await Connection.open(era, place);
  onTestFinished(() => connection.close());
  return connection;
}

const callOf = (id: number, name: string, input: object) => ({
  id,
  method: "tools/call",
  params: { name, arguments: input },
});

const newPlan = (plan: string) => ({ plan, tasks: [{ id: "1", subject: "S" }] });

/** All messages in one pipe that ends with them, as a script sends them. */
async function piped(place: Repository, messages: readonly object[], end: "\n" | ""): Promise<Message[]> {
  const input = messages.map((message) => JSON.stringify({ jsonrpc: "2.0", ...message })).join("\n") + end;
  const { stdout, stderr } = await execa(SERVER.command, SERVER.args, {
    ...{ cwd: place.root, env: place.env, extendEnv: false, input },
  });
  // A server that waits until its time is over says so here.
  expect(stderr).toBe("");
  return stdout.split("\n").map((line) => JSON.parse(line) as Message);
}

describe("a client that ends its input right behind its calls", () => {
  it("a client that ends its input right behind many calls gets their answers at once, and no warning with them", async () => {
    const place = await repository();
    const calls = Array.from({ length: 20 }, (_, n) => callOf(n + 2, "plan_create", newPlan(`plan-${n}`)));
    const answers = await piped(place, [...HANDSHAKE, ...calls], "\n");
    expect(answers.filter(({ result }) => result && !result.isError)).toHaveLength(21);
  });

  it.each(["\n", ""] as const)(
    "a client that ends its input gets every answer, and what it asked for is done (last line ends with %j)",
    async (end) => {
      const place = await repository();
      const calls = ["a", "b", "c"].map((plan, n) => callOf(n + 3, "plan_create", newPlan(plan)));
      const answers = await piped(place, [...HANDSHAKE, { id: 2, method: "tools/list" }, ...calls], end);
      expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5]);
      expect(answers.filter(({ error, result }) => error ?? result?.isError)).toEqual([]);
      const [, list] = await piped(place, [...HANDSHAKE, callOf(2, "task_list", {})], "\n");
      expect(list?.result?.structuredContent).toMatchObject({ plans: [{}, {}, {}] });
    },
  );

  it("a client that ends its input gets refusals too, and no answer to a call that it took back", async () => {
    const cancelled = { method: "notifications/cancelled", params: { requestId: 2 } };
    const collect = callOf(2, "batch_collect", { plan: "p", waitSeconds: 60 });
    const unknown = callOf(3, "task_get", { task: "p/1" });
    const answers = await piped(await repository(), [...HANDSHAKE, collect, cancelled, unknown], "\n");
    expect(answers.map(({ id, result }) => [id, result?.isError === true])).toEqual([
      [1, false],
      [3, true],
    ]);
  });

  it("a client that asked for nothing ends the server at once with its input", async () => {
    const { exitCode, stdout, stderr } = await execa(SERVER.command, SERVER.args, { input: "" });
    expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
  });
});

describe.each(ERAS)("in the era of %s, a call that waits", (era) => {
  const ends = {
    "the input ends": (server: Connection) => void server.close(),
    "the process is asked to end": (server: Connection) => void process.kill(server.pid, "SIGTERM"),
    "the process is interrupted": (server: Connection) => void process.kill(server.pid, "SIGINT"),
  };

  it.each(Object.entries(ends))(
    "a call that waits is answered with what there is when %s",
    async (_when, end) => {
      const server = await open(era, await repository());
      await server.call("plan_create", newPlan("p"));
      await server.call("task_claim", { plan: "p", task: "1", worker: "w" });
      const waiting = server.call("batch_collect", { plan: "p", waitSeconds: 600 });
      // Answered only after the server has read the call before it.
      await server.call("task_list", { plan: "p" });
      end(server);
      expect((await waiting).result?.structuredContent).toMatchObject({
        counts: { running: 1 },
        done: false,
      });
      await expect.poll(() => server.isAlive).toBe(false);
      expect(server.log).toBe("");
    },
  );
});
