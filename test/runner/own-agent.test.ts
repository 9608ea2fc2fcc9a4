import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentAtWork, WAYS } from "../support/agent-ways.ts";
import { graphOf, query } from "../support/graph-file.ts";
import { answerOf } from "../support/two-at-work.ts";

describe.each(WAYS)("an agent that is %s", (way) => {
  it(`an agent that is ${way} is bound to its attempt by its first call`, async () => {
    const { agentId, folder } = await agentAtWork(way);
    expect(query(graphOf(folder), "select agent_id from claims where task_id = '1'")).toEqual([
      { agent_id: agentId },
    ]);
  });

  it(`an agent that is ${way} writes its own files and is refused what another agent holds`, async () => {
    const { begins, log } = await agentAtWork(way);
    const write = async (path: string) =>
      answerOf((await begins("Write", { file_path: path, content: "x" })).answer);
    const run = async (command: string) => answerOf((await begins("Bash", { command })).answer);
    expect(await write("src/a/one.ts")).toBe("passes");
    expect(await run("echo x > src/a/one.ts")).toBe("passes");
    expect(await write("data.json")).toMatch(/^denied: .*data\.json is held by p\/2\./);
    expect(await run("echo x > src/b/two.ts")).toMatch(/^denied: .*src\/b\/two\.ts is held by p\/2\./);
    expect(log("write.denied")).toHaveLength(2);
  });

  it(`an agent that is ${way} plans nothing and launches nobody, and its own tools need no prompt`, async () => {
    const { begins } = await agentAtWork(way);
    const asks = async (tool: string, input: unknown = {}) => answerOf((await begins(tool, input)).answer);
    expect(await asks("mcp__plugin_parallel_tasks__batch_next", { plan: "p" })).toMatch(
      /^denied: Only the main/,
    );
    expect(await asks("Agent", { prompt: "Help me." })).toMatch(/^denied: .*launches no agents/);
    expect(await asks("mcp__plugin_parallel_tasks__task_report")).toBe("allowed");
  });

  it(`an agent that is ${way} lives with every tool call, whatever the tool`, async () => {
    let passedMs = 0;
    const { begins, folder } = await agentAtWork(way, {}, () => Date.now() + passedMs);
    const seen = () =>
      query(graphOf(folder), "select last_seen_ms from claims where task_id = '1'")[0]?.last_seen_ms;
    const before = Number(seen());
    passedMs = 15 * 60_000;
    await begins("Read", { file_path: "README.md" });
    expect(Number(seen()) - before).toBeGreaterThanOrEqual(passedMs);
  });

  it(`an agent that is ${way} is believed for the commands that it was seen to run`, async () => {
    const command = "node --test";
    const { begins, ends, reports, log } = await agentAtWork(way, {
      acceptance: [{ criterion: "Tests pass", command }],
    });
    const { use } = await begins("Bash", { command });
    await ends("Bash", use, { stdout: "# pass 3", stderr: "", interrupted: false });
    await reports({ evidence: [{ criterion: "1", command, exitCode: 0, result: "3 passed" }] });
    const [ended] = log("attempt.ended");
    expect(ended?.data).toMatchObject({
      outcome: "completed",
      report: { evidence: [{ command, standing: "seen" }] },
    });
  });

  it(`an agent that is ${way} is named for what its call changed of another's files`, async () => {
    const { begins, ends, folder, log } = await agentAtWork(way);
    const { use } = await begins("Bash", { command: "sh work.sh" });
    writeFileSync(join(folder, "src/b/two.ts"), "theirs\n");
    expect(answerOf(await ends("Bash", use, {}))).toContain("src/b/two.ts, which p/2 holds");
    expect(JSON.stringify(log("files.changed"))).toContain("p/1");
  });

  it(`an agent that is ${way} and stops without a report is asked once, and then its attempt has failed`, async () => {
    const { stops, log } = await agentAtWork(way);
    expect(await stops("I think I am done.")).toMatchObject({
      decision: "block",
      reason: expect.stringContaining("You have not reported p/1"),
    });
    expect(await stops("I think I am done.")).toEqual({});
    expect(log("attempt.ended")[0]?.data).toMatchObject({
      outcome: "unreported",
      lastMessage: "I think I am done.",
    });
  });

  it(`an agent that is ${way} and has reported may stop, and writes nothing any more`, async () => {
    const { reports, stops, begins } = await agentAtWork(way);
    await reports();
    expect(answerOf((await begins("Write", { file_path: "src/a/one.ts", content: "x" })).answer)).toMatch(
      /^denied: Your attempt at this task has ended/,
    );
    expect(await stops("DONE p/1")).toEqual({});
  });

  it(`an agent that is ${way} and is refused by its provider loses nothing, and the plan goes on more slowly`, async () => {
    const { fails, log } = await agentAtWork(way);
    await fails("rate_limit");
    expect(log("attempt.ended")[0]?.data).toMatchObject({ outcome: "lost", throttled: true });
    expect(log("plan.throttled")).toHaveLength(1);
  });
});

describe("the server of an agent that a runner has started", () => {
  it("the server of an agent that a runner has started lists what an agent needs, and refuses the rest", async () => {
    const { server } = await agentAtWork("a process of a runner");
    expect((await server.tools()).map(({ name }) => name).sort()).toEqual([
      "task_claim",
      "task_create",
      "task_get",
      "task_list",
      "task_report",
      "task_update",
    ]);
    const error = await server.refused("batch_next", { plan: "p" });
    expect(error.message).toBe("Only the main conversation plans and launches.");
  });

  it("the server of an agent that a runner has started takes no report with another agent's token", async () => {
    const { server, tokenOf } = await agentAtWork("a process of a runner");
    const error = await server.refused("task_report", {
      ...{
        task: "p/2",
        token: tokenOf("2"),
        outcome: "completed",
        summary: "Mine.",
        evidence: [{ inspected: "it" }],
      },
    });
    expect(error).toMatchObject({ kind: "refused_token" });
  });
});
