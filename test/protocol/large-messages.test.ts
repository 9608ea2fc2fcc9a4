import { describe, expect, it, onTestFinished } from "vitest";
import { Connection, type Era } from "./connection.ts";
import { Repository } from "./repository.ts";

const MB = 1024 * 1024;

async function open(era: Era): Promise<Connection> {
  const place = await Repository.make();
  onTestFinished(() => place.remove());
  const connection = await Connection.open(era, place);
  onTestFinished(() => connection.close());
  return connection;
}

/** A call as hosts write it: the id stands behind the parameters. */
async function callAsHost(server: Connection, name: string, input: object) {
  const id = server.newId();
  const answer = server.answerTo(id);
  const params = server.params({ name, arguments: input });
  server.send(JSON.stringify({ method: "tools/call", params, jsonrpc: "2.0", id }));
  return (await answer).result as { content: { text: string }[]; isError?: boolean };
}

describe.each(["2025", "2026"] as const)("a message of more than 10 MB (protocol of %s)", (era) => {
  it("a message of more than 10 MB is skipped with a word, and the server lives", async () => {
    const server = await open(era);
    const calls = JSON.stringify([{ tool_name: "Read", tool_use_id: "u", picture: "x".repeat(24 * MB) }]);
    const batch = await callAsHost(server, "hook", { event: "PostToolBatch", agent: "", calls });
    expect(batch.content[0]?.text).toBe("{}");
    const tasks = [{ id: "1", subject: "S", description: "x".repeat(11 * MB) }];
    const created = await server.call("plan_create", { plan: "p", tasks });
    expect(created.result).toMatchObject({ isError: true });
    expect(JSON.stringify(created.result)).toContain("was not read. Send at most 10 MB.");
    server.send(
      JSON.stringify({ jsonrpc: "2.0", method: "notifications/x", params: { x: "y".repeat(11 * MB) } }),
    );
    const small = await server.call("plan_create", { plan: "p", tasks: [{ id: "1", subject: "S" }] });
    expect(small.result?.isError).toBeFalsy();
    expect(server.log.match(/a message of \d+ bytes was skipped/g)).toHaveLength(3);
  });

  it("a message of more than 10 MB that asks whether an agent may write is answered with a refusal", async () => {
    const server = await open(era);
    const input = JSON.stringify({ file_path: "/a.ts", content: 'x"agent":"\n'.repeat(2 * MB) });
    const call = { event: "PreToolUse", session: "s", agent: "a1", tool: "Write", use: "u", input };
    const refused = await callAsHost(server, "hook", call);
    expect(JSON.parse(refused.content[0]?.text ?? "")).toMatchObject({
      hookSpecificOutput: { permissionDecision: "deny" },
    });
    const ownCall = await callAsHost(server, "hook", { ...call, agent: "" });
    expect(ownCall.content[0]?.text).toBe("{}");
  });
});
