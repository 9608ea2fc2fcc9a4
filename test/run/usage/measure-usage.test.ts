import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import type { RunReport } from "../../../mcp-server/src/report/aggregate.ts";
import { launchFor, report, repository, task } from "../../support/checkout.ts";
import { logOf } from "../../support/graph-file.ts";
import { finishes, measuredPlan, type Running, usageIn } from "../../support/measured-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { agentStops, SESSION, TranscriptHome } from "../../support/transcript-home.ts";

async function jsonReport(server: ParallelServer): Promise<RunReport> {
  const { report: found } = await server.call("plan_report", { plan: "p", format: "json" });
  return found as unknown as RunReport;
}

/** `parallel …` in a terminal of the user. */
async function commandLine({ folder, host }: Running, ...parameters: string[]) {
  const bin = join(import.meta.dirname, "..", "..", "..", "bin", "parallel");
  const env = { PATH: process.env.PATH ?? "", HOME: host.home };
  return execa(process.execPath, [bin, ...parameters], { cwd: folder, env, extendEnv: false, reject: false });
}

describe("the tokens of a run", () => {
  it("the tokens of a run are those of its agents, and of the main conversation up to the report", async () => {
    const run = await measuredPlan(["1", "2"]);
    const { host, server } = run;
    host.says(host.main, 100);
    await finishes(run, "1", 1_000);
    await finishes(run, "2", 2_000);
    host.says(host.main, 200);
    const { figures, tasks, notMeasured } = await jsonReport(server);
    expect(figures.usage).toMatchObject({
      agents: { input: 2, cacheWrite: 300, cacheRead: 14, output: 3_000 },
      unmeasuredAttempts: 0,
      main: { input: 2, cacheWrite: 30, cacheRead: 14, output: 300 },
      sessions: 1,
      unmeasuredSessions: 0,
      mainBefore: { input: 1, cacheWrite: 5_000, cacheRead: 7, output: 50_000 },
      outsideMain: 3_302 / (3_634 + 55_001),
    });
    expect(tasks.map(({ usage }) => usage?.output)).toEqual([1_000, 2_000]);
    expect(notMeasured.join()).not.toContain("token");
    // What is said after the report is about something else.
    host.says(host.main, 900_000);
    expect((await jsonReport(server)).figures.usage?.main?.output).toBe(300);
  });

  it("the tokens of a run are known when their transcripts are gone", async () => {
    const run = await measuredPlan(["1"]);
    run.host.says(run.host.main, 100);
    await finishes(run, "1", 1_000);
    const before = await jsonReport(run.server);
    rmSync(run.host.projects, { recursive: true });
    const after = await jsonReport(run.server);
    expect(after.figures.usage).toEqual(before.figures.usage);
    expect(after.figures.usage?.agents?.output).toBe(1_000);
  });

  it("the tokens of a run are measured for the report where no hook told of an agent's end, or it went on", async () => {
    const run = await measuredPlan(["1", "2"]);
    const { host, server, launch } = run;
    await finishes(run, "1", 1_000);
    host.says(host.agent("a1"), 500);
    host.says(host.agent("a2"), 2_000);
    await report(server, "p", launchFor(launch, "2"));
    expect((await jsonReport(server)).tasks.map(({ usage }) => usage?.output)).toEqual([1_500, 2_000]);
  });

  it("the tokens of a run that cannot be measured are said to be so, and are not taken for none", async () => {
    const run = await measuredPlan(["1", "2"]);
    await finishes(run, "1", 1_000);
    await report(run.server, "p", launchFor(run.launch, "2"));
    rmSync(run.host.main);
    const { figures, notMeasured } = await jsonReport(run.server);
    expect(figures.usage).toMatchObject({ unmeasuredAttempts: 1, unmeasuredSessions: 1 });
    expect(figures.usage).not.toHaveProperty("main");
    expect(figures.usage).not.toHaveProperty("outsideMain");
    expect(notMeasured).toContain("tokens of 1 of 2 attempts (no transcript was found)");
    expect(notMeasured).toContain("tokens of the main conversation (no transcript was found)");
  });

  it("the tokens of a run of an agent that pulls its work are told apart by its attempts", async () => {
    const folder = await repository();
    const host = new TranscriptHome();
    const server = await ParallelServer.start(folder, { env: host.env });
    await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    const file = host.agent("w");
    for (const [n, tokens] of [1_000, 5_000].entries()) {
      const use = `claim-${n}`;
      await server.hook({
        event: "PreToolUse",
        agent: "w",
        use,
        tool: "mcp__plugin_parallel_tasks__task_claim",
      });
      const { claim } = await server.call("task_claim", { plan: "p", worker: "w" }, { toolUseId: use });
      host.says(file, tokens);
      const item = { task: claim?.task.replace("p/", "") ?? "", prompt: claim?.token ?? "" };
      await report(server, "p", item);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await jsonReport(server)).tasks.map(({ usage }) => usage?.output)).toEqual([1_000, 5_000]);
  });

  it("the tokens of a run come from this user's own transcripts, whatever a hook says", async () => {
    const run = await measuredPlan(["1", "2"]);
    const { host, server, launch, path } = run;
    const elsewhere = join(temporaryFolder(), "agent-a1.jsonl");
    host.says(elsewhere, 666);
    host.says(host.agent("a2"), 777);
    renameSync(host.agent("a2"), join(host.home, "agent-a2.jsonl"));
    symlinkSync(join(host.home, "agent-a2.jsonl"), host.agent("a2"));
    for (const id of ["1", "2"]) await report(server, "p", launchFor(launch, id));
    await agentStops(server, "a1", elsewhere);
    await agentStops(server, "a2", host.agent("a2"));
    expect((await jsonReport(server)).figures.usage).not.toHaveProperty("agents");
    expect([usageIn(path, "1"), usageIn(path, "2")]).toEqual([undefined, undefined]);
  });

  it("the tokens of a run do not make the main conversation hear of an agent's end twice", async () => {
    const run = await measuredPlan(["1", "2"]);
    const { host, server, launch, path } = run;
    await report(server, "p", launchFor(launch, "1"));
    await server.call("batch_collect", { plan: "p", waitSeconds: 0 });
    host.says(host.agent("a1"), 1_000);
    await agentStops(server, "a1", host.agent("a1"));
    await expect.poll(() => usageIn(path, "1")).toBeDefined();
    const prompt = { event: "UserPromptSubmit", session: SESSION, prompt: "And?", promptId: "p2" };
    await expect.poll(() => server.hook(prompt)).toEqual({});
  });

  it("the tokens of a run are in the report of the command line, which logs nothing", async () => {
    const run = await measuredPlan(["1"]);
    run.host.says(run.host.agent("a1"), 1_000);
    await report(run.server, "p", launchFor(run.launch, "1"));
    const before = logOf(run.path);
    const { stdout } = await commandLine(run, "report", "p", "--json");
    const found = JSON.parse(stdout) as RunReport;
    expect(found.figures.usage?.agents?.output).toBe(1_000);
    expect(logOf(run.path)).toEqual(before);
  });
});

it("what agents used in a repository is what its next plan is estimated by", async () => {
  const run = await measuredPlan(["1", "2"]);
  const before = (await run.server.call("plan_analyze", { plan: "p" })).estimate;
  expect(before.tokensBasis).toBe("2 tasks at 8,000 a minute; nothing of it was measured in this repository");
  for (const id of ["1", "2"]) await finishes(run, id, 100);
  await run.server.call("plan_create", { plan: "next", tasks: [task("x", { writes: ["x"] })] });
  const after = (await run.server.call("plan_analyze", { plan: "next" })).estimate;
  expect(after.tokensBasis).toBe("1 by attempts in this repository");
  expect(after.tokens).toBeLessThan(before.tokens / 4);
  expect((await run.server.call("plan_report", { plan: "p" })).report).toMatch(
    /\| Tokens estimated \| [\d,]+ for 2 tasks that used 222 \|/,
  );
});
