import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOf, launchFor, put, report, repository, task, tokenIn } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";
import { fileAt } from "./worktrees.ts";

/** An agent's file as a user writes it. */
function agentFile(name: string, ...fields: string[]): string {
  return ["---", `name: ${name}`, "description: Knows this project.", ...fields, "---", "Work.", ""].join(
    "\n",
  );
}

async function started(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = await repository(files);
  return { folder, server: await ParallelServer.start(folder, { env }) };
}

describe("a user's own agent", () => {
  it("is launched by its name, no more of it at once than its file says", async () => {
    const { server } = await started({ ".claude/agents/poet.md": agentFile("poet", "instances: 2") });
    const tasks = ["1", "2", "3"].map((id) => task(id, { agent: "poet" }));
    const { warnings } = await server.call("plan_create", { plan: "p", tasks });
    expect(warnings).toEqual([]);
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launch.map((item) => item.subagent_type)).toEqual(["poet", "poet"]);
  });

  it("runs as often as the policy says, whatever its file says", async () => {
    const { server } = await started({ ".claude/agents/poet.md": agentFile("poet", "instances: 1") });
    const tasks = ["1", "2", "3", "4"].map((id) => task(id, { agent: "poet" }));
    await server.call("plan_create", { plan: "p", tasks, policy: { capacity: { poet: 3 } } });
    expect((await server.call("batch_next", { plan: "p" })).launch).toHaveLength(3);
  });

  it("is known to a server that was started again before it says what could be launched", async () => {
    const { folder, server } = await started({ ".claude/agents/poet.md": agentFile("poet", "instances: 1") });
    const tasks = ["1", "2"].map((id) => task(id, { agent: "poet" }));
    await server.call("plan_create", { plan: "p", tasks });
    const { launch } = await server.call("batch_next", { plan: "p" });
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    const again = await ParallelServer.start(folder);
    expect(await again.hook({ event: "Stop" }), "the only poet is at work").toEqual({});
  });

  it("is found in the folder that CLAUDE_CONFIG_DIR names, and as soon as it is there", async () => {
    const config = temporaryFolder();
    const { server } = await started({}, { CLAUDE_CONFIG_DIR: config });
    const create = (plan: string) =>
      server.call("plan_create", { plan, tasks: [task("1", { agent: "poet" })], dryRun: true });
    expect((await create("p")).warnings).toEqual(["No agent has the role poet; general-purpose stands in."]);
    put(config, { "agents/poet.md": agentFile("poet") });
    expect((await create("p")).warnings).toEqual([]);
  });

  it("that wants to do harm by its front matter does none, and is no agent", async () => {
    const { folder, server } = await started({
      ".claude/agents/js.md":
        "---js\nrequire('node:fs').writeFileSync('planted', ''), { name: 'js', description: 'x' }\n---\n",
      ".claude/agents/loop.md": "---\nname: &a [*a]\ndescription: x\n---\n",
    });
    const tasks = ["js", "loop"].map((agent, i) => task(String(i), { agent }));
    expect((await server.call("plan_create", { plan: "p", tasks })).warnings).toHaveLength(2);
    expect(await git(folder, "status", "--porcelain")).toBe("");
  });
});

describe("a role that no agent has", () => {
  it("is warned of with near names, and a general agent does the task", async () => {
    const { server } = await started({});
    const tasks = [task("1", { agent: "code-reviewr" })];
    const { warnings } = await server.call("plan_create", { plan: "p", tasks });
    expect(warnings).toEqual([
      "No agent has the role code-reviewr (near: code-reviewer); general-purpose stands in.",
    ]);
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launchFor(launch, "1").subagent_type).toBe("general-purpose");
  });
});

describe("the analysis of a plan", () => {
  const analyse = async (server: ParallelServer) =>
    (await server.call("plan_analyze", { plan: "p" })) as unknown as {
      unknownRoles?: string[];
      overlappingRoles?: string[];
      bottleneck: string;
      help: string[];
    };

  it("names unknown roles, and those that overlap", async () => {
    const { server } = await started({ ".claude/agents/code-reviewer.md": agentFile("code-reviewer") });
    const roles = ["code-reviewer", "poets", "painter"];
    const tasks = roles.map((agent, i) => task(String(i), { agent }));
    await server.call("plan_create", { plan: "p", tasks });
    expect(await analyse(server)).toMatchObject({
      unknownRoles: ["poets", "painter"],
      overlappingRoles: [
        "code-reviewer is the agent of the project's .claude/agents; there is another in this plugin",
        "poets, painter are all done by general-purpose",
      ],
    });
  });

  it("says nothing of roles that are in order", async () => {
    const { server } = await started({});
    await server.call("plan_create", { plan: "p", tasks: [task("1", { agent: "test-runner" }), task("2")] });
    expect(await analyse(server)).not.toHaveProperty("unknownRoles");
    expect(await analyse(server)).not.toHaveProperty("overlappingRoles");
  });

  it("names the capacity of a role as the bottleneck where it is, and what one more would gain", async () => {
    const { server } = await started({});
    const tasks = ["1", "2", "3", "4"].map((id) =>
      task(id, { agent: "performance-optimizer", estimateMinutes: 10 }),
    );
    await server.call("plan_create", { plan: "p", tasks });
    const { bottleneck, help } = await analyse(server);
    expect(bottleneck).toBe("the capacity of performance-optimizer: 1 at once");
    expect(help[0]).toMatch(/^one more performance-optimizer: \d/);
  });
});

describe("an agent whose tools leave out this plugin's", () => {
  /** A plan of two tasks, the first for such an agent, which is launched as the host launches it. */
  async function launched(fields: Readonly<Record<string, unknown>> = {}) {
    const { folder, server } = await started({
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

  it("is told to report by its last message, not by a tool that it does not have", async () => {
    const { brief } = await launched();
    expect(brief).toContain("Your last message is your report");
    expect(brief).not.toContain("task_report");
  });

  it("is not asked for a report: what it says last is taken, marked, and handed on", async () => {
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

  it("completes a reviewed task, which is reviewed all the same", async () => {
    const { server, stop } = await launched({ review: true });
    await stop("DONE. The ode is in src/1.ts.");
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(idsOf(launch)).toEqual(["1-review"]);
    const review = JSON.stringify(await server.call("task_get", { task: "p/1-review" }));
    expect(review).toContain("> DONE. The ode is in src/1.ts.");
  });

  it("gives no verdict: this plugin's own reviewer stands in for one that cannot report", async () => {
    const { server } = await started({
      ".claude/agents/code-reviewer.md": agentFile("code-reviewer", "tools: Read"),
    });
    await server.call("plan_create", { plan: "p", tasks: [task("1", { review: true })] });
    const first = (await server.call("batch_next", { plan: "p" })).launch;
    await report(server, "p", launchFor(first, "1"));
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launch).toMatchObject([{ task: "1-review", subagent_type: "parallel:code-reviewer" }]);
  });

  it("has failed when it says so", async () => {
    const { server, stop, ended } = await launched();
    await stop("FAILED: nothing rhymes with it.");
    expect(ended()).toMatchObject({ outcome: "failed", cause: "the agent says that it failed" });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("failed");
  });

  it("has failed when it says nothing", async () => {
    const { server, stop, ended } = await launched();
    expect(await stop("  ")).toEqual({});
    expect(ended()).toMatchObject({ outcome: "unreported", cause: "the agent ended without a word" });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("failed");
  });

  it("has ended once, however often the host says so", async () => {
    const { folder, server, stop } = await launched();
    await stop("DONE.");
    await stop("FAILED after all.");
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n<result>FAILED</result>\n</task-notification>";
    await server.hook({ event: "UserPromptSubmit", prompt, promptId: "q" });
    expect(logOf(graphOf(folder)).filter(({ type }) => type === "attempt.ended")).toHaveLength(1);
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
  });

  it("ends by the host's notification where its hook was lost", async () => {
    const { server, ended } = await launched();
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n<result>DONE by notice.</result>\n</task-notification>";
    await server.hook({ event: "UserPromptSubmit", prompt, promptId: "q" });
    expect(ended()).toMatchObject({ outcome: "completed", lastMessage: "DONE by notice." });
  });

  it("hands in its worktree like any other", async () => {
    const { folder, server, stop } = await launched({ isolation: "worktree" });
    const cut = logOf(graphOf(folder)).find(({ type }) => type === "worktree.cut");
    const path = String(cut?.data.path);
    put(path, { "src/1.ts": "ode\n" });
    await stop("DONE. An ode.");
    expect(await fileAt(folder, "parallel/p", "src/1.ts")).toBe("ode\n");
    expect(await git(folder, "log", "-1", "--format=%B", "parallel/p")).toContain("An ode.");
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
  });
});
