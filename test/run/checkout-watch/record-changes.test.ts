import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CheckoutChanged } from "../../../mcp-server/src/graph/effect.ts";
import type { RunReport } from "../../../mcp-server/src/report/aggregate.ts";
import { BundledServer } from "../../support/bundled-server.ts";
import { launchFor, put, report, repository, type TaskInput, task, tokenIn } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, integrityOf, logOf, tamper } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { ToolClient } from "../../support/tool-client.ts";

/** A plan with these tasks, all that are ready launched: each agent has fetched its brief. */
async function launched(tasks: readonly TaskInput[], files: Readonly<Record<string, string>> = {}) {
  const folder = await repository(files);
  return { folder, ...(await launchedIn(folder, tasks)) };
}

async function launchedIn(folder: string, tasks: readonly TaskInput[]) {
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks });
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const item of launch) await fetchBrief(server, item.task, tokenIn(item.prompt));
  return { server, launch, item: (id: string) => launchFor(launch, id) };
}

async function fetchBrief(
  server: ToolClient,
  id: string,
  token: string,
  toolUseId?: string,
): Promise<string> {
  const options = toolUseId === undefined ? {} : { toolUseId };
  return (await server.call("task_get", { task: `p/${id}`, token }, options)).brief ?? "";
}

async function reportOf(server: ToolClient): Promise<RunReport> {
  const answer = await server.call("plan_report", { plan: "p", format: "json" });
  return answer.report as unknown as RunReport;
}

async function linesOf(server: ToolClient): Promise<string[]> {
  const { report: markdown } = await server.call("plan_report", { plan: "p" });
  const lines = markdown.split("\n");
  const from = lines.indexOf("## Files and scopes");
  if (from < 0) return [];
  const to = lines.findIndex((line, i) => i > from && line.startsWith("#"));
  return lines.slice(from + 1, to).filter((line) => line !== "");
}

function observed(folder: string) {
  return logOf(graphOf(folder))
    .filter(({ type, data }) => type === "files.changed" && "atWork" in data)
    .map(({ data }) => data as unknown as CheckoutChanged);
}

function changedFiles(folder: string): string[] {
  return observed(folder).flatMap(({ files }) => files.map(({ path, how }) => `${how} ${path}`));
}

describe("a task that writes what it may and reports what it wrote", () => {
  it("a task that writes what it may and reports what it wrote is seen to, and nobody is told anything", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "one", "src/2.ts": "two" });
    const first = await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    const second = await report(server, "p", item("2"), { filesChanged: [join(folder, "src/2.ts")] });
    expect(first).not.toHaveProperty("note");
    expect(second).not.toHaveProperty("note");
    expect(changedFiles(folder)).toEqual(["written src/1.ts", "written src/2.ts"]);
    expect(observed(folder)[0]?.files.map(({ holder }) => holder)).toEqual([1, 2]);
    expect(await linesOf(server)).toEqual([]);
    expect(await reportOf(server)).toMatchObject({
      scopeTruth: { undeclared: [], strays: [], unchanged: [], unobserved: [] },
      suggestedScopes: [],
    });
  });
});

describe("a write that no guard saw", () => {
  it("a write that no guard saw is the only task's that ran, or somebody's else, and the agent is told in a sentence", async () => {
    const { folder, server, item } = await launched([task("1")]);
    put(folder, { "src/1.ts": "one", "scripts/out.txt": "slipped past" });
    const { note } = await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    expect(note).toBe("Noted: changed in nobody's scope while you ran: scripts/out.txt.");
    expect(await linesOf(server)).toEqual([
      "- scripts/out.txt changed **outside the scope of all who ran** (1), and nobody reported it: by 1, the main conversation or another program",
    ]);
  });

  it("a write that no guard saw is one of two tasks' where both ran", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "one", "src/2.ts": "two", "README.md": "slipped past" });
    await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] });
    expect((await reportOf(server)).scopeTruth.strays).toEqual([
      { path: "README.md", how: "written", by: ["1", "2"], scopeOf: [] },
    ]);
  });

  it("a write that no guard saw is only the later one's if the other had ended before", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "one" });
    await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    put(folder, { "src/2.ts": "two", "README.md": "slipped past" });
    await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] });
    expect((await reportOf(server)).scopeTruth.strays).toMatchObject([{ path: "README.md", by: ["2"] }]);
  });

  it("a write that no guard saw that is reported is its task's, outside its scope", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "one", "src/2.ts": "two", "extra.ts": "more" });
    const { note } = await report(server, "p", item("1"), { filesChanged: ["src/1.ts", "extra.ts"] });
    await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] });
    expect(note).toBe("Noted: written outside your scope: extra.ts.");
    const { outsideScope, scopeTruth, suggestedScopes } = await reportOf(server);
    expect(outsideScope).toEqual([{ task: "1", path: "extra.ts", granted: false }]);
    expect(scopeTruth.strays).toEqual([]);
    expect(suggestedScopes).toEqual([{ task: "1", writes: ["src/1.ts", "extra.ts"] }]);
  });

  it("a write that no guard saw into a running task's scope is told to that one, and both are named", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "not by 1", "src/2.ts": "two" });
    expect(await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] })).not.toHaveProperty("note");
    const { note } = await report(server, "p", item("1"), { filesChanged: [] });
    expect(note).toBe("Noted: changed but not in your report: src/1.ts.");
    expect(await linesOf(server)).toEqual([
      "- **1** did not report src/1.ts, changed in its scope (unless 2 wrote there)",
    ]);
  });

  it("a write that no guard saw into a running task's scope, and reported, leaves a note on that task at once", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "by 2" });
    await report(server, "p", item("2"), { outcome: "failed", filesChanged: ["src/1.ts"] });
    const { notes } = (await server.call("task_get", { task: "p/1" })).task;
    expect(notes).toEqual(["p/2 wrote src/1.ts, in this task's scope. Look before you write."]);
    const { note } = await report(server, "p", item("1"), { filesChanged: [] });
    expect(note).toBe("Noted: in your scope but not written by you: src/1.ts.");
    expect((await reportOf(server)).discoveries).toEqual([]);
  });

  it("a write that no guard saw into a running task's scope is told to its agent with its next tool call, once", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    const call = { event: "PreToolUse", agent: "a1", tool: "mcp__plugin_parallel_tasks__task_get" };
    await server.hook({ ...call, use: "u1" });
    await fetchBrief(server, "1", tokenIn(item("1").prompt), "u1");
    put(folder, { "src/1.ts": "by 2" });
    const reading = { event: "PreToolUse", agent: "a1", tool: "Read", input: "{}" };
    expect(await server.hook({ ...reading, use: "u2" })).toEqual({});
    await report(server, "p", item("2"), { outcome: "failed", filesChanged: ["src/1.ts"] });
    expect(await server.hook({ ...reading, agent: "a9", use: "u3" })).toEqual({});
    expect(await server.hook({ ...reading, use: "u4" })).toEqual({
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        additionalContext: "p/2 wrote src/1.ts, in this task's scope. Look before you write.",
      },
    });
    expect(await server.hook({ ...reading, use: "u5" })).toEqual({});
  });

  it("a write that no guard saw into the scope of a task that has not begun is told to its agent in the brief, once", async () => {
    const { folder, server, item } = await launched([task("1"), task("2", { dependencies: ["1"] })]);
    put(folder, { "src/1.ts": "one", "src/2.ts": "by 1" });
    await report(server, "p", item("1"), { outcome: "failed", filesChanged: ["src/1.ts"] });
    const { launch } = await server.call("batch_next", { plan: "p" });
    put(folder, { "src/2.ts": "by 1 again" });
    await fetchBrief(server, "1", tokenIn(launchFor(launch, "1").prompt));
    put(folder, { "src/2.ts": "by 1 once more" });
    await report(server, "p", launchFor(launch, "1"), { filesChanged: ["src/1.ts"] });
    const second = launchFor((await server.call("batch_next", { plan: "p" })).launch, "2");
    const brief = await fetchBrief(server, "2", tokenIn(second.prompt));
    expect(brief.match(/src\/2\.ts, in this task's scope, changed while p\/1 ran/g)).toHaveLength(1);
    expect((await reportOf(server)).scopeTruth.strays).toMatchObject([{ path: "src/2.ts", scopeOf: ["2"] }]);
  });

  it("a write that no guard saw may undo: a removed file and one that is as committed again are changes too", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")], { "old.ts": "old" });
    put(folder, { "src/2.ts": "two", "README.md": "edited by the user" });
    await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] });
    await git(folder, "checkout", "--", "README.md");
    rmSync(join(folder, "old.ts"));
    await report(server, "p", item("1"), { outcome: "failed" });
    expect(changedFiles(folder)).toEqual([
      "written README.md",
      "written src/2.ts",
      "written README.md",
      "removed old.ts",
    ]);
  });
});

describe("what is seen", () => {
  it("what is seen is a second edit of a file that was changed before, and not the first one", async () => {
    const folder = await repository();
    put(folder, { "README.md": "by the user", "src/1.ts": "by the user" });
    const { server, item } = await launchedIn(folder, [task("1")]);
    put(folder, { "src/1.ts": "BY THE TASK" });
    expect(await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] })).not.toHaveProperty("note");
    expect(changedFiles(folder)).toEqual(["written src/1.ts"]);
  });

  it("what is seen is not changed by a commit, and a file that is written and committed in between is seen", async () => {
    const folder = await repository();
    put(folder, { "user.txt": "by the user" });
    const { server, item } = await launchedIn(folder, [task("1"), task("2")]);
    put(folder, { "src/1.ts": "one" });
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "All");
    expect(await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] })).not.toHaveProperty("note");
    await git(folder, "reset", "--quiet", "--soft", "HEAD~1");
    put(folder, { "src/2.ts": "two" });
    await report(server, "p", item("2"), { filesChanged: ["src/2.ts"] });
    expect(changedFiles(folder)).toEqual(["written src/1.ts", "written src/2.ts"]);
  });

  it("what is seen is nobody's when nobody ran: what the user does between two tasks", async () => {
    const { folder, server, item } = await launched([task("1"), task("2", { dependencies: ["1"] })]);
    put(folder, { "src/1.ts": "one" });
    await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    put(folder, { "README.md": "by the user", "src/2.ts": "by the user" });
    const second = launchFor((await server.call("batch_next", { plan: "p" })).launch, "2");
    await fetchBrief(server, "2", tokenIn(second.prompt));
    put(folder, { "src/2.ts": "by 2" });
    await report(server, "p", second, { filesChanged: ["src/2.ts"] });
    expect(observed(folder).map(({ files }) => files.map(({ path }) => path))).toEqual([
      ["src/1.ts"],
      ["src/2.ts"],
    ]);
  });

  it("what is seen is not what git ignores, and neither is said to be unchanged; what did not change is", async () => {
    const { folder, server, item } = await launched([task("1")], { ".gitignore": "dist/\n.env\n" });
    put(folder, { "dist/a.js": "built", ".env": "secret" });
    const filesChanged = ["dist", ".env", "/elsewhere/x", "src/1.ts"];
    const { note } = await report(server, "p", item("1"), { filesChanged });
    expect(note).toBe("Noted: in your report but unchanged: src/1.ts.");
    expect(changedFiles(folder)).toEqual([]);
    expect(await linesOf(server)).toContain("- **1** reported src/1.ts, which **did not change**");
  });

  it("what is seen is not what the server itself writes", async () => {
    const { folder, server, item } = await launched([task("1")]);
    await server.call("plan_update", { plan: "p", action: "export" });
    put(folder, { "src/1.ts": "one" });
    expect(await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] })).not.toHaveProperty("note");
    expect(changedFiles(folder)).toEqual(["written src/1.ts"]);
  });

  it("what is seen keeps odd names apart and harmless", async () => {
    const { folder, server, item } = await launched([task("1", { writes: ["src/"] })]);
    const names = ["src/a b.ts", 'src/"q".ts', "src/ü.ts", "-x.ts", "line\nbreak.ts", "# [x](y).md"];
    put(folder, Object.fromEntries(names.map((name) => [name, "x"])));
    const { note } = await report(server, "p", item("1"), { filesChanged: ["src"] });
    expect(changedFiles(folder).sort()).toEqual(names.map((name) => `written ${name}`).sort());
    expect(note).not.toContain("\n");
    expect((await linesOf(server)).filter((line) => !line.startsWith("- "))).toEqual([]);
  });
});

describe("an attempt that ends without a report", () => {
  it("an attempt that ends without a report is looked at when its agent ends silently", async () => {
    const { folder, server, item } = await launched([task("1")]);
    const launch = { tool: "Agent", use: "l", input: JSON.stringify({ prompt: item("1").prompt }) };
    await server.hook({ event: "PreToolUse", ...launch });
    const call = { agent: "a1", use: "u1", tool: "mcp__plugin_parallel_tasks__task_get" };
    await server.hook({ event: "PreToolUse", ...call });
    await server.call("task_get", { task: "p/1", token: tokenIn(item("1").prompt) }, { toolUseId: "u1" });
    put(folder, { "src/1.ts": "half", "README.md": "slipped past" });
    await server.hook({ event: "SubagentStop", agent: "a1", last: "" });
    await server.hook({ event: "SubagentStop", agent: "a1", last: "I am done." });
    expect(changedFiles(folder)).toEqual(["written README.md", "written src/1.ts"]);
    const { scopeTruth } = await reportOf(server);
    expect(scopeTruth).toMatchObject({
      undeclared: [{ task: "1", path: "src/1.ts", orBy: [] }],
      strays: [{ path: "README.md", by: ["1"] }],
      unobserved: [],
    });
  });

  it("an attempt that ends without a report is looked at when its lease lapses, and when it is cancelled", async () => {
    const { folder, server } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "half" });
    tamper(graphOf(folder), "update claims set expires_at_ms = 1 where task_id = '1'");
    await server.call("batch_next", { plan: "p" });
    expect(changedFiles(folder)).toEqual(["written src/1.ts"]);
    put(folder, { "src/2.ts": "half" });
    await server.call("task_update", { task: "p/2", status: "cancelled" });
    expect(changedFiles(folder)).toEqual(["written src/1.ts", "written src/2.ts"]);
    expect((await reportOf(server)).scopeTruth.unobserved).toEqual([]);
  });

  it("an attempt that ends without a report may still be writing while its files stay held", async () => {
    const { folder, server } = await launched([task("1"), task("2")]);
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    put(folder, { "src/1.ts": "late" });
    await server.call("task_update", { task: "p/2", status: "cancelled" });
    expect(observed(folder).at(-1)).toMatchObject({
      atWork: [{ task: "p/1" }, { task: "p/2" }],
      files: [{ path: "src/1.ts", holder: 1 }],
    });
  });

  it("an attempt that ends without a report is looked at by the next server when its session was killed", async () => {
    const folder = await repository();
    const first = await ParallelServer.start(folder, { ownParent: true });
    await first.call("plan_create", { plan: "p", tasks: [task("1")] });
    const { launch } = await first.call("batch_next", { plan: "p" });
    await fetchBrief(first, "1", tokenIn(launchFor(launch, "1").prompt));
    put(folder, { "src/1.ts": "half", "README.md": "slipped past" });
    await first.killOwner();
    const second = await ParallelServer.start(folder);
    await second.call("batch_next", { plan: "p" });
    await expect.poll(() => changedFiles(folder)).toEqual(["written README.md", "written src/1.ts"]);
    expect(integrityOf(graphOf(folder))).toBe("ok");
  });
});

describe("several servers on one checkout", () => {
  it("several servers on one checkout share what they saw: an attempt may start in one and report in another", async () => {
    const folder = await repository();
    const [one, two] = [await ParallelServer.start(folder), await BundledServer.start(folder)];
    await one.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    const { launch } = await one.call("batch_next", { plan: "p" });
    const token = (id: string) => tokenIn(launchFor(launch, id).prompt);
    await Promise.all([fetchBrief(one, "1", token("1")), fetchBrief(two, "2", token("2"))]);
    put(folder, { "src/1.ts": "one", "src/2.ts": "two", "README.md": "slipped past" });
    await Promise.all([
      report(two, "p", launchFor(launch, "1"), { filesChanged: ["src/1.ts"] }),
      report(one, "p", launchFor(launch, "2"), { filesChanged: ["src/2.ts"] }),
    ]);
    expect(changedFiles(folder).sort()).toEqual([
      "written README.md",
      "written src/1.ts",
      "written src/2.ts",
    ]);
    expect((await reportOf(one)).scopeTruth).toMatchObject({ undeclared: [], unchanged: [], unobserved: [] });
    expect(readdirSync(join(folder, ".git/parallel/looks"))).toHaveLength(1);
  });

  it("several servers on one checkout see ten agents start and end at once, each file once", async () => {
    const ids = Array.from({ length: 10 }, (_, i) => String(i + 1));
    const folder = await repository({ "src/0.ts": "" });
    const aside = temporaryFolder();
    const env = { PARALLEL_MAX_PARALLEL: "10" };
    const servers = [await ParallelServer.start(folder, { env }), await BundledServer.start(folder, { env })];
    const serverOf = (id: string) => servers[Number(id) % 2] as ToolClient;
    await serverOf("0").call("plan_create", { plan: "p", tasks: ids.map((id) => task(id)) });
    const { launch } = await serverOf("0").call("batch_next", { plan: "p" });
    await Promise.all(
      ids.map(async (id) => {
        const item = launchFor(launch, id);
        await fetchBrief(serverOf(id), id, tokenIn(item.prompt));
        // In one step, so that nobody sees the file half written.
        put(aside, { [id]: id });
        renameSync(join(aside, id), join(folder, "src", `${id}.ts`));
        await report(serverOf(id), "p", item, { filesChanged: [`src/${id}.ts`] });
      }),
    );
    expect(changedFiles(folder).sort()).toEqual(ids.map((id) => `written src/${id}.ts`).sort());
    const { scopeTruth } = await reportOf(serverOf("0"));
    expect(scopeTruth).toMatchObject({ undeclared: [], strays: [], unchanged: [] });
  });
});

describe("a report that comes again", () => {
  it("a report that comes again gets the first sentence again", async () => {
    const { folder, server, item } = await launched([task("1")]);
    put(folder, { "src/1.ts": "one", "README.md": "slipped past" });
    const first = await report(server, "p", item("1"));
    put(folder, { LICENSE: "by the user" });
    expect(first.note).toBe(
      "Noted: changed but not in your report: src/1.ts; changed in nobody's scope while you ran: README.md.",
    );
    expect(await report(server, "p", item("1"))).toEqual(first);
  });
});

describe("where nobody can look", () => {
  it("where nobody can look, outside git, the report says so and the agent is told nothing", async () => {
    const folder = temporaryFolder();
    const { server, item } = await launchedIn(folder, [task("1")]);
    put(folder, { "src/1.ts": "one" });
    expect(await report(server, "p", item("1"))).not.toHaveProperty("note");
    expect(await linesOf(server)).toEqual([
      "- What 1 really changed was not measured: the checkout is not under git",
    ]);
  });

  it("a server that could not look at the checkout looks again when it can, and tells all since the last look", async () => {
    const { folder, server, item } = await launched([task("1"), task("2")]);
    put(folder, { "src/1.ts": "one", "README.md": "slipped past" });
    const index = join(folder, ".git/index");
    const kept = readFileSync(index);
    writeFileSync(index, "damaged");
    expect(await report(server, "p", item("1"))).not.toHaveProperty("note");
    expect((await reportOf(server)).scopeTruth.unobserved).toEqual([
      { task: "1", why: "git could not tell the state of the checkout" },
    ]);
    writeFileSync(index, kept);
    await server.close();
    const other = await ParallelServer.start(folder);
    await report(other, "p", item("2"), { outcome: "failed" });
    expect((await reportOf(other)).scopeTruth).toMatchObject({
      undeclared: [{ task: "1", path: "src/1.ts" }],
      strays: [{ path: "README.md", by: ["1", "2"] }],
      unobserved: [],
    });
  });

  it("a look at the checkout leaves git's index as it is", async () => {
    const { folder, server, item } = await launched([task("1")]);
    const index = () => readFileSync(join(folder, ".git/index")).toString("base64");
    const before = index();
    mkdirSync(join(folder, "src"), { recursive: true });
    put(folder, { "README.md": "# Example\n", "src/1.ts": "one" });
    await report(server, "p", item("1"), { filesChanged: ["src/1.ts"] });
    expect(index()).toBe(before);
  });
});
