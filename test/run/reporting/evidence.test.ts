import { appendFileSync, lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { launchFor, put, repository, type TaskInput, task, tokenIn } from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { call, type Line, result, START_MS } from "../../support/transcript.ts";
import { SESSION, TranscriptHome } from "../../support/transcript-home.ts";

const CHECKED = task("1", { acceptance: [{ criterion: "Tests pass", command: "npm test" }] });
const PASSED = { criterion: "1", command: "npm test", exitCode: 0, result: "3 passed" };
const OK = { stdout: "3 passed", stderr: "", interrupted: false };

/** What the host says of one call of Bash: an answer, or the words of a failure. */
type Said = Readonly<Record<string, unknown>> | string;

/** A plan whose first task an agent works on, and how that agent runs a command and reports. */
async function atWork(
  sees: "hooks" | "transcript" | "nothing",
  tasks: TaskInput[] = [CHECKED],
  policy: Line = {},
) {
  const home = new TranscriptHome();
  const folder = await repository({ "src/1.ts": "1\n" });
  const server = await ParallelServer.start(folder, { env: home.env });
  await server.call("plan_create", { plan: "p", tasks, policy: { retries: 0, review: "off", ...policy } });
  const { launch } = await server.call("batch_next", { plan: "p" });
  const token = tokenIn(launchFor(launch, "1").prompt);
  const bind = { event: "PreToolUse", agent: "a1", use: "bind", tool: "task_get" };
  await server.hook(bind);
  await server.call("task_get", { task: "p/1", token }, { toolUseId: "bind" });
  let uses = 0;
  const write = (line: Line) => {
    const path = home.agent("a1");
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  };
  const seconds = () => (Date.now() - START_MS) / 1000;
  const runs = async (command: string, said: Said = OK) => {
    const use = `bash-${++uses}`;
    if (sees === "nothing") return;
    if (sees === "transcript") {
      write(call(seconds(), use, "Bash", { command }));
      write(
        typeof said === "string"
          ? result(seconds(), use, said, { toolUseResult: `Error: ${said}` }, true)
          : result(seconds(), use, String(said.stdout), { toolUseResult: said }),
      );
      return;
    }
    const event = { session: SESSION, agent: "a1", tool: "Bash", use };
    await server.hook({ ...event, event: "PreToolUse", input: JSON.stringify({ command }) });
    await server.hook(
      typeof said === "string"
        ? { ...event, event: "PostToolUseFailure", error: said }
        : { ...event, event: "PostToolUse", response: JSON.stringify(said) },
    );
  };
  const report = { task: "p/1", token, outcome: "completed", summary: "Done." };
  const reported = async (fields: Readonly<Record<string, unknown>> = {}) => {
    const use = `report-${++uses}`;
    const tool = "mcp__plugin_parallel_tasks__task_report";
    if (sees === "transcript") write(call(seconds(), use, tool, {}));
    await server.hook({ ...bind, use, tool });
    return [{ ...report, evidence: [PASSED], ...fields }, { toolUseId: use }] as const;
  };
  return {
    server,
    folder,
    runs,
    reports: async (fields?: Readonly<Record<string, unknown>>) =>
      server.call("task_report", ...(await reported(fields))),
    isRefused: async (fields?: Readonly<Record<string, unknown>>) =>
      server.refused("task_report", ...(await reported(fields))),
    log: () => logOf(graphOf(folder)),
    result: async () => {
      const { report: json } = await server.call("plan_report", { plan: "p", format: "json" });
      const { tasks: results, unverified } = json as unknown as {
        tasks: { status: string; reason?: string; evidence: Line[] }[];
        unverified: Line[];
      };
      return { ...results[0], unverified };
    },
    text: async () => JSON.stringify(await server.call("plan_report", { plan: "p" })),
  };
}

describe.each(["hooks", "transcript"] as const)("what an agent reports, seen by %s", (sees) => {
  it("what an agent reports and has run is seen", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test");
    await agent.reports({ filesChanged: ["src/1.ts"] });
    const { status, evidence, unverified } = await agent.result();
    expect(status).toBe("completed");
    expect(evidence).toEqual([{ ...PASSED, criterion: "Tests pass", standing: "seen" }]);
    expect(unverified).toEqual([]);
    expect(await agent.text()).toContain("exit code 0 (seen), 3 passed");
  });

  it("what an agent reports and never ran is named as claimed", async () => {
    const agent = await atWork(sees);
    await agent.runs("ls");
    await agent.reports();
    const { status, evidence, unverified } = await agent.result();
    expect(status).toBe("completed");
    expect(evidence).toMatchObject([{ standing: "claimed", seen: "it was not seen to run" }]);
    expect(unverified).toEqual([
      { task: "1", criterion: "Tests pass", why: "`npm test` is claimed: it was not seen to run" },
    ]);
  });

  it("what an agent reports and edited afterwards is stale", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test");
    const ranMs = Date.now();
    await vi.waitUntil(() => {
      put(agent.folder, { "src/1.ts": "2\n" });
      return lstatSync(join(agent.folder, "src/1.ts")).ctimeMs > ranMs;
    });
    await agent.reports();
    const { evidence, unverified } = await agent.result();
    expect(evidence).toMatchObject([{ standing: "stale", seen: "src/1.ts changed after it ran" }]);
    expect(unverified).toHaveLength(1);
  });

  it("what an agent reports of a run that tested nothing says so", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test", { ...OK, stdout: "1..0\n# tests 0\n# pass 0\n" });
    await agent.reports();
    const { evidence, unverified } = await agent.result();
    expect(evidence).toMatchObject([{ standing: "seen", seen: "its output says that no test ran" }]);
    expect(unverified).toHaveLength(1);
  });

  it("what an agent reports and was seen to fail goes back once with what was seen", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test", "Exit code 1\n1 failing");
    const error = await agent.isRefused();
    expect(error.message).toContain('"npm test" is reported with exit code 0, but it ended with exit code 1');
    expect(agent.log().filter(({ type }) => type === "report.returned")).toHaveLength(1);
    await agent.runs("npm test");
    expect((await agent.reports()).reply).toBe("DONE p/1");
    expect((await agent.result()).evidence).toMatchObject([{ standing: "seen" }]);
  });

  it("what an agent reports against what was seen a second time fails its attempt", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test", "Exit code 1\n1 failing");
    await agent.isRefused();
    const first = await agent.reports();
    expect(first).toMatchObject({ outcome: "failed", status: "failed", reply: "FAILED p/1" });
    // The host may deliver a call twice.
    expect(await agent.reports()).toMatchObject({ outcome: "failed", status: "failed", reply: "FAILED p/1" });
    const { status, reason, evidence } = await agent.result();
    expect(status).toBe("failed");
    expect(reason).toContain("what it reports is contradicted");
    expect(evidence).toMatchObject([{ standing: "contradicted", seen: "it ended with exit code 1" }]);
    expect(await agent.text()).toContain("contradicted: it ended with exit code 1");
  });

  it("what an agent reports as failed is taken as it is", async () => {
    const agent = await atWork(sees);
    await agent.runs("npm test", "Exit code 1\n1 failing");
    await agent.reports({ outcome: "failed", evidence: [{ ...PASSED, exitCode: 1 }] });
    const { status, evidence } = await agent.result();
    expect(status).toBe("failed");
    expect(evidence).toMatchObject([{ standing: "seen" }]);
  });
});

describe("what an agent reports", () => {
  it("what an agent reports where nobody could look is claimed, and its word is taken", async () => {
    const agent = await atWork("nothing");
    await agent.reports();
    const { evidence, unverified } = await agent.result();
    expect(evidence).toEqual([{ ...PASSED, criterion: "Tests pass", standing: "claimed" }]);
    expect(unverified).toEqual([]);
  });

  it("what an agent reports twice in the same words gets the first answer again", async () => {
    const agent = await atWork("hooks");
    await agent.runs("npm test");
    const first = await agent.reports();
    expect(await agent.reports()).toEqual(first);
  });

  it("what an agent reports is not merged when it is contradicted", async () => {
    const agent = await atWork("hooks", [{ ...CHECKED, isolation: "worktree" }]);
    const cut = agent.log().find(({ type }) => type === "worktree.cut");
    put(String(cut?.data.path), { "src/1.ts": "2\n" });
    await agent.runs("npm test", "Exit code 1\n1 failing");
    await agent.isRefused({ filesChanged: ["src/1.ts"] });
    await agent.reports({ filesChanged: ["src/1.ts"] });
    const types = agent.log().map(({ type }) => type);
    expect(types).toContain("work.committed");
    expect(types).not.toContain("work.merged");
  });

  it("what an agent reports of commands that an agent of another task ran proves nothing for it", async () => {
    const agent = await atWork("hooks");
    const event = { session: SESSION, agent: "a2", tool: "Bash", use: "other" };
    const input = JSON.stringify({ command: "npm test" });
    await agent.server.hook({ ...event, event: "PreToolUse", input });
    await agent.server.hook({ ...event, event: "PostToolUse", response: JSON.stringify(OK) });
    await agent.runs("ls");
    await agent.reports();
    expect((await agent.result()).evidence).toMatchObject([{ standing: "claimed" }]);
  });
});

describe.each(["hooks", "transcript"] as const)("a plan that wants its commands seen, by %s", (sees) => {
  const wantsSeen = (tasks?: TaskInput[]) => atWork(sees, tasks, { verify: "seen" });

  it("a plan that wants its commands seen takes a report whose command was seen to pass", async () => {
    const agent = await wantsSeen();
    await agent.runs("cd . && npm test");
    expect((await agent.reports()).reply).toBe("DONE p/1");
  });

  it.each([
    ["never ran", ["ls"]],
    ["ran behind a pipe", ["npm test | tail -5"]],
    ["ran with other words", ["npm test -- --run"]],
  ])(
    "a plan that wants its commands seen sends a report back whose command %s, and says what to do",
    async (_how, commands) => {
      const agent = await wantsSeen();
      for (const command of commands) await agent.runs(command);
      const error = await agent.isRefused();
      expect(error.message).toContain('"npm test" was not seen to pass');
      expect(error.remedy).toContain("in the foreground and by itself");
      expect(agent.log().filter(({ type }) => type === "report.returned")).toHaveLength(1);
      await agent.runs("npm test");
      expect((await agent.reports()).reply).toBe("DONE p/1");
      expect((await agent.result()).evidence).toMatchObject([{ standing: "seen" }]);
    },
  );

  it("a plan that wants its commands seen is not content with an inspection in the place of a command", async () => {
    const agent = await wantsSeen();
    await agent.runs("ls");
    const error = await agent.isRefused({ evidence: [{ criterion: "1", inspected: "It looks right." }] });
    expect(error.message).toContain('"npm test" was not seen to pass: it was not seen to run');
  });

  it("a plan that wants its commands seen sends a report back whose run tested nothing", async () => {
    const agent = await wantsSeen();
    await agent.runs("npm test", { ...OK, stdout: "1..0\n# tests 0\n# pass 0\n" });
    expect((await agent.isRefused()).message).toContain("its output says that no test ran");
  });

  it("a plan that wants its commands seen sends a report back whose file changed afterwards", async () => {
    const agent = await wantsSeen();
    await agent.runs("npm test");
    const ranMs = Date.now();
    await vi.waitUntil(() => {
      put(agent.folder, { "src/1.ts": "2\n" });
      return lstatSync(join(agent.folder, "src/1.ts")).ctimeMs > ranMs;
    });
    expect((await agent.isRefused()).message).toContain("src/1.ts changed after it ran");
  });

  it("a plan that wants its commands seen fails an attempt that reports the same once more", async () => {
    const agent = await wantsSeen();
    await agent.runs("ls");
    await agent.isRefused();
    expect(await agent.reports()).toMatchObject({ outcome: "failed", reply: "FAILED p/1" });
    const { status, reason } = await agent.result();
    expect(status).toBe("failed");
    expect(reason).toContain('this plan wants its acceptance commands seen: "npm test" was not seen to pass');
  });

  it("a plan that wants its commands seen takes a criterion that is said not to be verified, and lists it", async () => {
    const agent = await wantsSeen();
    await agent.runs("ls");
    await agent.reports({ evidence: [{ criterion: "1", notVerified: "npm is not installed here" }] });
    const { status, unverified } = await agent.result();
    expect(status).toBe("completed");
    expect(unverified).toMatchObject([{ task: "1", criterion: "Tests pass" }]);
  });

  it("a plan that wants its commands seen asks for nothing where a criterion has no command", async () => {
    const agent = await wantsSeen([task("1", { acceptance: [{ criterion: "It reads well" }] })]);
    await agent.runs("ls");
    await agent.reports({ evidence: [{ criterion: "1", inspected: "I read it." }] });
    expect((await agent.result()).status).toBe("completed");
  });

  it("a plan that wants its commands seen takes a failed report as it is", async () => {
    const agent = await wantsSeen();
    await agent.runs("ls");
    await agent.reports({ outcome: "failed", evidence: [] });
    expect((await agent.result()).status).toBe("failed");
  });
});

describe("a plan that wants its commands seen", () => {
  it("a plan that wants its commands seen sends the report of an agent back that ran nothing at all", async () => {
    const agent = await atWork("hooks", [CHECKED], { verify: "seen" });
    expect((await agent.isRefused()).message).toContain("it was not seen to run");
  });

  it("a plan that wants its commands seen does not merge what lacks them", async () => {
    const agent = await atWork("hooks", [{ ...CHECKED, isolation: "worktree" }], { verify: "seen" });
    const cut = agent.log().find(({ type }) => type === "worktree.cut");
    put(String(cut?.data.path), { "src/1.ts": "2\n" });
    await agent.isRefused({ filesChanged: ["src/1.ts"] });
    await agent.reports({ filesChanged: ["src/1.ts"] });
    expect(agent.log().map(({ type }) => type)).not.toContain("work.merged");
  });

  it("a plan that wants its commands seen takes the word of a client that shows nothing", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const policy = { review: "off", verify: "seen" };
    await server.call("plan_create", { plan: "p", tasks: [CHECKED], policy });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const token = tokenIn(launchFor(launch, "1").prompt);
    const report = { task: "p/1", token, outcome: "completed", summary: "Done.", evidence: [PASSED] };
    expect((await server.call("task_report", report)).reply).toBe("DONE p/1");
  });
});
