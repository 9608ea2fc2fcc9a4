import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { agentFile, serverIn } from "../../support/agent-file.ts";
import { idsOf, launchFor, put, report, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { fileAt } from "../../support/worktrees.ts";

describe("an agent whose tools leave out this plugin's", () => {
  /** A plan of two tasks, the first for such an agent, which is launched as the host launches it. */
  async function launched(fields: Readonly<Record<string, unknown>> = {}) {
    const { folder, server } = await serverIn({
      ".claude/agents/poet.md": agentFile("poet", "tools: Read, Edit"),
    });
    const transcript = join(temporaryFolder(), "session.jsonl");
    const criteria = { acceptance: [{ criterion: "It rhymes" }] };
    await server.call("plan_create", {
      plan: "p",
      tasks: [task("1", { agent: "poet", ...criteria, ...fields }), task("2", { dependencies: ["1"] })],
      policy: { retries: 0 },
    });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const input = JSON.stringify(launchFor(launch, "1"));
    const answer = await server.hook({ event: "PreToolUse", tool: "Agent", use: "u1", input });
    const meta = join(transcript.replace(/\.jsonl$/, ""), "subagents", "agent-a1.meta.json");
    mkdirSync(join(meta, ".."), { recursive: true });
    writeFileSync(meta, JSON.stringify({ toolUseId: "u1" }));
    await server.hook({ event: "SubagentStart", agent: "a1", transcript });
    const stop = (last: string) => server.hook({ event: "SubagentStop", agent: "a1", last });
    const ended = () => logOf(graphOf(folder)).find(({ type }) => type === "attempt.ended")?.data;
    return { folder, server, stop, ended, brief: JSON.stringify(answer) };
  }

  it("an agent whose tools leave out this plugin's is told to report by its last message, not by a tool", async () => {
    const { brief } = await launched();
    expect(brief).toContain("Your last message is your report");
    expect(brief).not.toContain("task_report");
  });

  it("an agent whose tools leave out this plugin's has its last message taken as a report, marked, and handed on", async () => {
    const { server, stop, ended } = await launched();
    expect(await stop("DONE. The ode is in src/1.ts.")).toEqual({});
    expect(ended()).toMatchObject({ outcome: "completed", lastMessage: "DONE. The ode is in src/1.ts." });
    expect(ended()).not.toHaveProperty("report");
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("Last message: DONE. The ode is in src/1.ts.");
    expect(report).toMatch(/## Not verified\n\n- \*\*1\*\* no report: the agent's last message was taken/);
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(idsOf(launch)).toEqual(["2"]);
    const input = JSON.stringify(launchFor(launch, "2"));
    const answer = await server.hook({ event: "PreToolUse", tool: "Agent", use: "u2", input });
    expect(JSON.stringify(answer)).toContain("> DONE. The ode is in src/1.ts.");
  });

  it("an agent whose tools leave out this plugin's completes a reviewed task, which is reviewed all the same", async () => {
    const { server, stop } = await launched({ review: true });
    await stop("DONE. The ode is in src/1.ts.");
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(idsOf(launch)).toEqual(["1-review"]);
    const review = JSON.stringify(await server.call("task_get", { task: "p/1-review" }));
    expect(review).toContain("> DONE. The ode is in src/1.ts.");
  });

  it("an agent whose tools leave out this plugin's gives no verdict: this plugin's own reviewer stands in", async () => {
    const { server } = await serverIn({
      ".claude/agents/code-reviewer.md": agentFile("code-reviewer", "tools: Read"),
    });
    await server.call("plan_create", { plan: "p", tasks: [task("1", { review: true })] });
    const first = (await server.call("batch_next", { plan: "p" })).launch;
    await report(server, "p", launchFor(first, "1"));
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launch).toMatchObject([{ task: "1-review", subagent_type: "parallel:code-reviewer" }]);
  });

  it("an agent whose tools leave out this plugin's has failed when it says so", async () => {
    const { server, stop, ended } = await launched();
    await stop("FAILED: nothing rhymes with it.");
    expect(ended()).toMatchObject({ outcome: "failed", cause: "the agent says that it failed" });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("failed");
  });

  it("an agent whose tools leave out this plugin's has failed when it says nothing", async () => {
    const { server, stop, ended } = await launched();
    expect(await stop("  ")).toEqual({});
    expect(ended()).toMatchObject({ outcome: "unreported", cause: "the agent ended without a word" });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("failed");
  });

  it("an agent whose tools leave out this plugin's has ended once, however often the host says so", async () => {
    const { folder, server, stop } = await launched();
    await stop("DONE.");
    await stop("FAILED after all.");
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n<result>FAILED</result>\n</task-notification>";
    await server.hook({ event: "UserPromptSubmit", prompt, promptId: "q" });
    expect(logOf(graphOf(folder)).filter(({ type }) => type === "attempt.ended")).toHaveLength(1);
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
  });

  it("an agent whose tools leave out this plugin's ends by the host's notification where its hook was lost", async () => {
    const { server, ended } = await launched();
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n<result>DONE by notice.</result>\n</task-notification>";
    await server.hook({ event: "UserPromptSubmit", prompt, promptId: "q" });
    expect(ended()).toMatchObject({ outcome: "completed", lastMessage: "DONE by notice." });
  });

  it("an agent whose tools leave out this plugin's hands in its worktree like any other", async () => {
    const { folder, server, stop } = await launched({ isolation: "worktree" });
    const cut = logOf(graphOf(folder)).find(({ type }) => type === "worktree.cut");
    const path = String(cut?.data.path);
    put(path, { "src/1.ts": "ode\n" });
    await stop("DONE. An ode.");
    const isCompleted = async () =>
      expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
    await vi.waitFor(isCompleted, { timeout: 60_000 });
    expect(await fileAt(folder, "parallel/p", "src/1.ts")).toBe("ode\n");
    expect(await git(folder, "log", "-1", "--format=%B", "parallel/p")).toContain("An ode.");
  });
});
