import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Connection, type Era, type Message } from "./connection.ts";
import { EventLog } from "./event-log.ts";
import { Repository } from "./repository.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(era: Era, repository: Repository): Promise<Connection> {
  const connection = await Connection.open(era, repository);
  closing.push(() => connection.close());
  return connection;
}

interface Running {
  readonly repository: Repository;
  readonly server: Connection;
  readonly log: EventLog;
  readonly token: string;
}

/** A plan of two tasks, the first of which agent `a1` works on, as the host would tell by its hooks. */
async function running(era: Era): Promise<Running> {
  const repository = await Repository.make();
  closing.push(() => repository.remove());
  const tasks = ["1", "2"].map((id) => ({ id, subject: "S", writes: [`${id}.ts`] }));
  repository.write("specs/p/03-tasks.json", JSON.stringify({ tasks }));
  const server = await open(era, repository);
  await data(server.call("plan_create", { plan: "p", from: "specs/p" }));
  const { claim } = await data(server.call("task_claim", { plan: "p", task: "1", worker: "w" }));
  const { token } = claim as { token: string };
  await server.call("hook", { event: "PreToolUse", agent: "a1", use: "u1", tool: "Read" });
  await data(server.call("task_get", { task: "p/1", token }, { "claudecode/toolUseId": "u1" }));
  const log = new EventLog(repository.graphFile);
  closing.push(() => log.close());
  return { repository, server, log, token };
}

async function data(answer: Promise<Message>): Promise<Record<string, unknown>> {
  const { result, error } = await answer;
  expect(error ?? result?.isError, JSON.stringify(error ?? result)).toBeFalsy();
  return result?.structuredContent as Record<string, unknown>;
}

/**
 * What vouches for identity is the host alone: it adds the id of the tool use to every call that a model makes,
 * and to none that a hook makes. So a model cannot speak as the host, whatever it writes. Whoever holds the other
 * end of the server's stdio can: that is the host itself. Another process of the same user has no way to that
 * pipe; it could start a server of its own on the same graph or write into the database file, and nothing
 * defends against that, as nothing defends the repository against it.
 */
describe.each(["2025", "2026"] as const)("in the era of %s, a hook call", (era) => {
  const ends = { event: "SubagentStop", agent: "a1", last: "Done." };

  it("a hook call that a model makes is refused and changes nothing", async () => {
    const { server, log } = await running(era);
    const before = { seq: log.last, state: log.state };
    const { result } = await server.call("hook", ends, { "claudecode/toolUseId": "u2" });
    expect(result?.isError).toBe(true);
    expect({ seq: log.last, state: log.state }).toEqual(before);
  });

  it("a hook call without the id of a tool use is believed, since only the host can send it", async () => {
    const { server, log } = await running(era);
    const before = log.last;
    const { result } = await server.call("hook", ends);
    expect(result?.isError).toBeFalsy();
    expect(log.typesAfter(before)).toEqual(["attempt.reminded"]);
  });

  it("a hook call vouches only for calls of its own connection", async () => {
    const { repository, server, log, token } = await running(era);
    const stranger = await open(era, repository);
    await stranger.call("hook", { event: "PreToolUse", agent: "a2", use: "u3", tool: "Read" });
    const note = { task: "p/1", token, note: "n" };
    // Known as a2 the caller would be refused, because the token is a1's.
    await data(server.call("task_update", note, { "claudecode/toolUseId": "u3" }));
    const before = log.last;
    const { result } = await stranger.call("task_update", note, { "claudecode/toolUseId": "u3" });
    expect(result?.isError).toBe(true);
    expect(log.typesAfter(before)).toEqual([]);
  });
});

describe.each(["2025", "2026"] as const)("in the era of %s, the server", (era) => {
  it("the server says nothing more of a wait that was cancelled, neither progress nor an answer", async () => {
    const { server } = await running(era);
    const [cancelled, other] = [server.newId(), server.newId()];
    const input = { plan: "p", until: "all", waitSeconds: 600 };
    for (const [id, progressToken] of [
      [cancelled, "cancelled"],
      [other, "other"],
    ] as const) {
      server.send(
        JSON.stringify({
          jsonrpc: "2.0",
          id,
          method: "tools/call",
          params: server.params({ name: "batch_collect", arguments: input, _meta: { progressToken } }),
        }),
      );
    }
    const progressOf = (token: string) =>
      server.others.filter(({ method, params }) => {
        return method === "notifications/progress" && params?.progressToken === token;
      }).length;
    await expect.poll(() => progressOf("cancelled")).toBeGreaterThan(0);
    server.send(
      JSON.stringify({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: server.params({ requestId: cancelled, reason: "test" }),
      }),
    );
    await data(server.call("task_list", { limit: 0 }));
    const [heard, others] = [progressOf("cancelled"), progressOf("other")];
    // Both were told of their progress at the same pace, so the cancelled one would have been told by then.
    await expect.poll(() => progressOf("other")).toBeGreaterThan(others + 1);
    expect(progressOf("cancelled")).toBe(heard);
    expect(server.others.filter(({ id }) => id === cancelled)).toEqual([]);
  });

  it("the server answers two requests with one id, and goes on", async () => {
    const { server } = await running(era);
    const line = (name: string, input: object) =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: "same",
        method: "tools/call",
        params: server.params({ name, arguments: input }),
      });
    server.send(line("batch_collect", { plan: "p", waitSeconds: 0.3 }));
    server.send(line("task_list", {}));
    await expect.poll(() => server.others.filter(({ id }) => id === "same").length).toBe(2);
    await data(server.call("task_list", { plan: "p" }));
  });

  it("the server skips a line of more than 10 MB with a word in its log, and goes on with the next one", async () => {
    const { server, log, token } = await running(era);
    const before = { seq: log.last, state: log.state };
    server.send("x".repeat(11 * 1024 * 1024));
    await expect.poll(() => server.log).toContain("skipped");
    expect({ alive: server.isAlive, seq: log.last, state: log.state }).toEqual({ alive: true, ...before });
    await data(server.call("task_update", { task: "p/1", token, note: "still here" }));
  });

  it("the server writes no ledger through a link that leads out of the checkout", async () => {
    const { repository, server } = await running(era);
    mkdirSync(repository.outside);
    const target = join(repository.outside, "ledger.md");
    symlinkSync(target, join(repository.root, "specs", "p", "04-implementation.md"));
    await server.call("plan_update", { plan: "p", action: "export" });
    expect(existsSync(target)).toBe(false);
  });
});
