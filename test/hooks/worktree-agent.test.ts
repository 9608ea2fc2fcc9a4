import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ApprovedCommands } from "../../mcp-server/src/run/approval/approved-commands.ts";
import { BundledServer } from "../support/bundled-server.ts";
import { launchFor, put, repository, task, tokenIn } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { ParallelServer, type StartOptions } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { ToolClient } from "../support/tool-client.ts";
import { done, fileAt, worktreesOf } from "../support/worktrees.ts";

const BRANCH = "parallel/p";

/** A session with a plan, and its hooks as Claude Code calls them. */
async function session(
  tasks: readonly Readonly<Record<string, unknown>>[],
  commitsAhead = 0,
  policy: { readonly setup?: string; readonly leaseMinutes?: number } = {},
  start: (folder: string, options: StartOptions) => Promise<ToolClient> = ParallelServer.start,
) {
  const folder = await repository({ "src/kept.ts": "kept\n", ".gitignore": "made/\n" });
  const home = temporaryFolder();
  const approvals = { hostFolder: join(home, ".claude"), root: folder, gitCommonDir: join(folder, ".git") };
  if (policy.setup !== undefined) new ApprovedCommands(approvals).add(policy.setup);
  for (let n = 0; n < commitsAhead; n++) {
    put(folder, { [`ahead-${n}.txt`]: "x\n" });
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", `Ahead ${n}`);
  }
  const transcript = join(temporaryFolder(), "session.jsonl");
  const env = { PARALLEL_APPROVE: "scope", HOME: home, CLAUDE_CODE_SESSION_ID: "s" };
  const server = await start(folder, { env });
  await server.call("plan_create", { plan: "p", tasks, policy });
  const { launch } = await server.call("batch_next", { plan: "p" });
  const input = (id: string, more = {}) => ({ ...launchFor(launch, id), ...more });
  const launches = (id: string, use: string, more = {}) =>
    server.hook({ event: "PreToolUse", tool: "Agent", use, input: JSON.stringify(input(id, more)) });
  /** The host makes a worktree for an agent, from a commit of its own choice. */
  const makes = async (agent: string, from: string) => {
    const path = join(folder, ".claude/worktrees", `agent-${agent}`);
    await git(folder, "worktree", "add", "--quiet", "--lock", "-b", `worktree-agent-${agent}`, path, from);
    return path;
  };
  /** The host makes its worktree and starts the agent. */
  const starts = async (agent: string, use: string, from: string) => {
    const path = await makes(agent, from);
    meta(transcript, agent, { toolUseId: use, spawnedWithWorktree: true, worktreePath: path });
    await server.hook({ event: "SubagentStart", agent, transcript });
    return path;
  };
  const writes = (agent: string, path: string) =>
    server.hook({
      event: "PreToolUse",
      agent,
      transcript,
      tool: "Write",
      use: `write-${path}`,
      input: JSON.stringify({ file_path: path, content: "x" }),
    });
  return { folder, server, launch, launches, makes, starts, writes, transcript };
}

/** What the host notes beside an agent's transcript. */
function meta(transcript: string, agent: string, fields: Readonly<Record<string, unknown>>): void {
  const folder = join(transcript.replace(/\.jsonl$/, ""), "subagents");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `agent-${agent}.meta.json`), JSON.stringify(fields));
}

function decisionOf(answer: Record<string, unknown>): { decision?: string; reason?: string; input?: object } {
  const { hookSpecificOutput: output = {} } = answer as { hookSpecificOutput?: Record<string, unknown> };
  return {
    ...(output.permissionDecision !== undefined && { decision: String(output.permissionDecision) }),
    ...(output.permissionDecisionReason !== undefined && { reason: String(output.permissionDecisionReason) }),
    ...(output.updatedInput !== undefined && { input: output.updatedInput as object }),
  };
}

const isolated = task("1", { isolation: "worktree" });

describe("a launch", () => {
  it("a launch is given the host's isolation when its task has a worktree, and loses it when it has none", async () => {
    const { launches } = await session([isolated, task("2")]);
    expect(decisionOf(await launches("1", "u1")).input).toMatchObject({ isolation: "worktree" });
    expect(decisionOf(await launches("2", "u2", { isolation: "worktree" })).input).not.toHaveProperty(
      "isolation",
    );
  });

  it("a launch of an agent that is none of the plan's is left as it is", async () => {
    const { server } = await session([isolated]);
    const input = JSON.stringify({ prompt: "Look around.", description: "Look", isolation: "worktree" });
    expect(await server.hook({ event: "PreToolUse", tool: "Agent", use: "u9", input })).toEqual({});
  });
});

describe("the worktree that the host made for an agent", () => {
  it("the worktree that the host made for an agent is moved to what its task builds on before the first call", async () => {
    const { folder, launches, starts, server, launch } = await session([isolated], 2);
    await launches("1", "u1");
    const path = await starts("x1", "u1", "HEAD~2");
    expect((await git(path, "rev-parse", "HEAD")).trim()).toBe(
      (await git(folder, "rev-parse", "main")).trim(),
    );
    expect(existsSync(join(path, "ahead-1.txt"))).toBe(true);
    put(path, { "src/1.ts": "one\n" });
    await done(server, { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    expect(await fileAt(folder, BRANCH, "src/1.ts")).toBe("one\n");
    expect(await git(folder, "status", "--porcelain")).toBe("");
  });

  it("the worktree that the host made for an agent that is none of the plan's stays as it is", async () => {
    const { folder, starts, server } = await session([isolated], 1);
    const path = await starts("other", "unknown", "HEAD~1");
    expect((await git(path, "rev-parse", "HEAD")).trim()).toBe(
      (await git(folder, "rev-parse", "main~1")).trim(),
    );
    await git(folder, "worktree", "unlock", path);
    await server.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([path]);
  });

  it("the host's worktree is not moved while somebody's branch is checked out in it: the task gets its own branch", async () => {
    const { folder, launches, server, transcript } = await session([isolated], 1);
    await launches("1", "u1");
    const path = join(temporaryFolder(), "made-by-a-hook");
    await git(folder, "worktree", "add", "--quiet", "-b", "somebodys", path, "HEAD~1");
    meta(transcript, "x1", { toolUseId: "u1", spawnedWithWorktree: true, worktreePath: path });
    await server.hook({ event: "SubagentStart", agent: "x1", transcript });
    expect((await git(folder, "rev-parse", "somebodys")).trim()).toBe(
      (await git(folder, "rev-parse", "main~1")).trim(),
    );
    expect((await git(path, "branch", "--show-current")).trim()).toBe("parallel-work/p/1-1");
  });
});

describe("the start of an agent in a worktree", () => {
  const answered = (agentId: string) => JSON.stringify({ agentId, status: "async_launched" });
  const contextIn = (answer: Record<string, unknown>) =>
    (answer as { hookSpecificOutput?: { additionalContext?: string } }).hookSpecificOutput?.additionalContext;

  it("the start of an agent in a worktree waits for its set-up, although the host has not written down yet whose it is", async () => {
    // Longer than any other hook takes to answer.
    const { launches, makes, server, transcript } = await session([isolated], 2, {
      setup: "sleep 3; mkdir made",
    });
    await launches("1", "u1");
    const path = await makes("x1", "HEAD~2");
    const started = server.hook({ event: "SubagentStart", agent: "x1", transcript, cwd: path });
    await server.hook({ event: "PostToolUse", tool: "Agent", use: "u1", response: answered("x1") });
    const told = contextIn(await started);
    expect(existsSync(join(path, "made"))).toBe(true);
    expect(existsSync(join(path, "ahead-1.txt"))).toBe(true);
    expect(told).toMatch(/^Your worktree is ready\. Its own port is (\d+): .* PARALLEL_PORT=\1\.$/);
  });

  it("the start of an agent in a worktree whose set-up fails tells it to stop, and costs no attempt", async () => {
    const { launches, makes, server, transcript, writes } = await session([isolated], 0, {
      setup: "echo broken; exit 3",
    });
    await launches("1", "u1");
    const path = await makes("x1", "HEAD");
    const started = server.hook({ event: "SubagentStart", agent: "x1", transcript, cwd: path });
    await server.hook({ event: "PostToolUse", tool: "Agent", use: "u1", response: answered("x1") });
    expect(contextIn(await started)).toMatch(/failed with exit code 3.*broken.*end your turn/);
    expect(decisionOf(await writes("x1", join(path, "src/1.ts"))).decision).toBe("deny");
    expect((await server.call("task_get", { task: "p/1" })).attempts).toMatchObject([
      { outcome: "cancelled" },
    ]);
  });

  it("the start of an agent in a worktree keeps it alive while the set-up takes longer than its lease", async () => {
    const policy = { setup: "sleep 8; mkdir made", leaseMinutes: 0.08 };
    const { launches, makes, server, transcript } = await session([isolated], 0, policy, BundledServer.start);
    await launches("1", "u1");
    const path = await makes("x1", "HEAD");
    const started = server.hook({ event: "SubagentStart", agent: "x1", transcript, cwd: path });
    await server.hook({ event: "PostToolUse", tool: "Agent", use: "u1", response: answered("x1") });
    expect(contextIn(await started)).toContain("Your worktree is ready.");
    await server.call("batch_next", { plan: "p" });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("in_progress");
  });

  it("the start of an agent in a worktree is not held for one that was launched without a task", async () => {
    const { launches, makes, server, transcript } = await session([isolated]);
    await launches("1", "u1");
    const path = await makes("own", "HEAD");
    const started = server.hook({ event: "SubagentStart", agent: "own", transcript, cwd: path });
    await server.hook({ event: "PostToolUse", tool: "Agent", use: "u9", response: answered("own") });
    expect(await started).toEqual({});
  });

  it("the start of an agent in a worktree that nobody told of leaves its writes refused until the worktree is there", async () => {
    const { launches, makes, writes, transcript } = await session([isolated], 0, {
      setup: "sleep 1; mkdir made",
    });
    await launches("1", "u1");
    const path = await makes("x1", "HEAD");
    meta(transcript, "x1", { toolUseId: "u1", spawnedWithWorktree: true, worktreePath: path });
    expect(decisionOf(await writes("x1", join(path, "src/1.ts")))).toEqual({
      decision: "deny",
      reason: expect.stringContaining("Your worktree is still being set up."),
    });
    await vi.waitFor(
      async () => expect(decisionOf(await writes("x1", join(path, "src/1.ts"))).decision).toBe("allow"),
      { timeout: 20_000, interval: 200 },
    );
    expect(existsSync(join(path, "made"))).toBe(true);
  });
});

describe("the write guard for an agent in a worktree", () => {
  it("the write guard for an agent in a worktree judges paths from its top, and denies the main checkout", async () => {
    const { folder, launches, starts, writes } = await session([isolated, task("2")]);
    await launches("1", "u1");
    const path = await starts("x1", "u1", "HEAD");
    expect(decisionOf(await writes("x1", join(path, "src/1.ts"))).decision).toBe("allow");
    expect(decisionOf(await writes("x1", join(path, "src/2.ts")))).toMatchObject({
      decision: "deny",
      reason: expect.stringContaining("src/2.ts is held by p/2"),
    });
    expect(decisionOf(await writes("x1", join(folder, "src/1.ts")))).toEqual({
      decision: "deny",
      reason: `${join(folder, "src/1.ts")} is in another work tree, ${folder}. Yours is ${path}: write there.`,
    });
  });

  it("the write guard lets nothing be written without the right worktree, and the task waits for another attempt", async () => {
    const { folder, launches, starts, writes, server } = await session([isolated]);
    await launches("1", "u1");
    await git(folder, "branch", "parallel", "main");
    const path = await starts("x1", "u1", "HEAD");
    expect(decisionOf(await writes("x1", join(path, "src/1.ts"))).decision).toBe("deny");
    const { task: row, attempts } = await server.call("task_get", { task: "p/1" });
    expect(row.status).toBe("pending");
    expect(attempts).toMatchObject([
      { outcome: "lost", cause: expect.stringContaining("no worktree: The branch parallel/p") },
    ]);
  });

  it("the write guard for an agent in a worktree stops the agents of the other alternatives when one is taken", async () => {
    const way = (id: string) => task(id, { writes: ["src/x.ts"], alternatives: "ways" });
    const { launches, starts, writes, server, launch } = await session([way("a"), way("b")]);
    await launches("a", "u1");
    await launches("b", "u2");
    const a = await starts("x1", "u1", "HEAD");
    const b = await starts("x2", "u2", "HEAD");
    expect(decisionOf(await writes("x1", join(a, "src/x.ts"))).decision).toBe("allow");
    expect(decisionOf(await writes("x2", join(b, "src/x.ts"))).decision).toBe("allow");
    await done(server, { task: "p/a", token: tokenIn(launchFor(launch, "a").prompt) });
    expect((await server.call("batch_next", { plan: "p" })).stop).toEqual([{ task: "b", agentId: "x2" }]);
    expect(decisionOf(await writes("x2", join(b, "src/x.ts"))).decision).toBe("deny");
  });
});

describe("the log of a run in worktrees", () => {
  it("the log of a run in worktrees names each worktree with its path, branch, base and port", async () => {
    const { folder, launches, starts } = await session([isolated]);
    await launches("1", "u1");
    const path = await starts("x1", "u1", "HEAD");
    const base = (await git(folder, "rev-parse", "main")).trim();
    const cut = logOf(graphOf(folder)).find(({ type }) => type === "worktree.cut");
    expect(cut?.data).toEqual({
      path,
      branch: "worktree-agent-x1",
      base,
      port: expect.any(Number),
      tookMs: expect.any(Number),
    });
  });
});
