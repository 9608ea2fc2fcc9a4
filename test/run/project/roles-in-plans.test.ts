import { describe, expect, it } from "vitest";
import { agentFile, serverIn } from "../../support/agent-file.ts";
import { launchFor, put, task, tokenIn } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a user's own agent", () => {
  it("a user's own agent is launched by its name, no more of it at once than its file says", async () => {
    const { server } = await serverIn({ ".claude/agents/poet.md": agentFile("poet", "instances: 2") });
    const tasks = ["1", "2", "3"].map((id) => task(id, { agent: "poet" }));
    const { warnings } = await server.call("plan_create", { plan: "p", tasks });
    expect(warnings).toEqual([]);
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launch.map((item) => item.subagent_type)).toEqual(["poet", "poet"]);
  });

  it("a user's own agent runs as often as the policy says, whatever its file says", async () => {
    const { server } = await serverIn({ ".claude/agents/poet.md": agentFile("poet", "instances: 1") });
    const tasks = ["1", "2", "3", "4"].map((id) => task(id, { agent: "poet" }));
    await server.call("plan_create", { plan: "p", tasks, policy: { capacity: { poet: 3 } } });
    expect((await server.call("batch_next", { plan: "p" })).launch).toHaveLength(3);
  });

  it("a user's own agent is known to a server that was started again before it says what could be launched", async () => {
    const { folder, server } = await serverIn({
      ".claude/agents/poet.md": agentFile("poet", "instances: 1"),
    });
    const tasks = ["1", "2"].map((id) => task(id, { agent: "poet" }));
    await server.call("plan_create", { plan: "p", tasks });
    const { launch } = await server.call("batch_next", { plan: "p" });
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    await server.close();
    const again = await ParallelServer.start(folder);
    expect(await again.hook({ event: "Stop" }), "the only poet is at work").toEqual({});
  });

  it("a user's own agent is found in the folder that CLAUDE_CONFIG_DIR names, and as soon as it is there", async () => {
    const config = temporaryFolder();
    const { server } = await serverIn({}, { CLAUDE_CONFIG_DIR: config });
    const create = (plan: string) =>
      server.call("plan_create", { plan, tasks: [task("1", { agent: "poet" })], dryRun: true });
    expect((await create("p")).warnings).toEqual(["No agent has the role poet; general-purpose stands in."]);
    put(config, { "agents/poet.md": agentFile("poet") });
    expect((await create("p")).warnings).toEqual([]);
  });

  it("a user's own agent that wants to do harm by its front matter does none, and is no agent", async () => {
    const { folder, server } = await serverIn({
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
  it("a role that no agent has is warned of with near names, and a general agent does the task", async () => {
    const { server } = await serverIn({});
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

  it("the analysis of a plan names unknown roles, and those that overlap", async () => {
    const { server } = await serverIn({ ".claude/agents/code-reviewer.md": agentFile("code-reviewer") });
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

  it("the analysis of a plan says nothing of roles that are in order", async () => {
    const { server } = await serverIn({});
    await server.call("plan_create", { plan: "p", tasks: [task("1", { agent: "test-runner" }), task("2")] });
    expect(await analyse(server)).not.toHaveProperty("unknownRoles");
    expect(await analyse(server)).not.toHaveProperty("overlappingRoles");
  });

  it("the analysis of a plan names a role's capacity as the bottleneck where it is, and what one more would gain", async () => {
    const { server } = await serverIn({});
    const tasks = ["1", "2", "3", "4"].map((id) =>
      task(id, { agent: "performance-optimizer", estimateMinutes: 10 }),
    );
    await server.call("plan_create", { plan: "p", tasks });
    const { bottleneck, help } = await analyse(server);
    expect(bottleneck).toBe("the capacity of performance-optimizer: 1 at once");
    expect(help[0]).toMatch(/^one more performance-optimizer: \d/);
  });
});
