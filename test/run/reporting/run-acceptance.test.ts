import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { idsOf, launchFor, put, report, type TaskInput, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNow } from "../../support/worktrees.ts";

type Fields = Readonly<Record<string, unknown>>;

/** It notes where it ran and with which variables, and succeeds where there is a file `good`. */
const CHECK = 'echo "$PWD $PARALLEL_SECRET$CLAUDE_CODE_SESSION_ID$MINE" >> "$LOG"; echo looked; test -f good';
const accepted = (id: string, fields: Fields = {}) =>
  task(id, { acceptance: [{ criterion: "It works", command: CHECK }], ...fields });
const CLAIM = { criterion: "1", command: CHECK, exitCode: 0, result: "fine" };

interface Given {
  readonly approved?: readonly string[];
  /** The user's settings of the host. */
  readonly settings?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** A plan whose acceptance commands the server is to run. */
async function planToRun(
  tasks: readonly TaskInput[] = [accepted("a")],
  { approved = [CHECK], settings = {}, env = {} }: Given = {},
) {
  const home = temporaryFolder();
  const log = join(home, "ran.log");
  const own = { HOME: home, LOG: log, CLAUDE_CODE_SESSION_ID: "s", PARALLEL_SECRET: "secret", MINE: "mine" };
  const policy = { verify: "run", review: "off", retries: 0 };
  const plan = await planOf(tasks, policy, { env: { ...own, ...env } });
  const { folder, server } = plan;
  const hostFolder = join(home, ".claude");
  const approvals = new ApprovedCommands({
    hostFolder,
    root: folder,
    gitCommonDir: join(folder, ".git"),
  });
  for (const command of approved) approvals.add(command);
  mkdirSync(hostFolder, { recursive: true });
  writeFileSync(join(hostFolder, "settings.json"), JSON.stringify(settings));
  const result = async () => {
    const { report: json } = await server.call("plan_report", { plan: "p", format: "json" });
    return json as unknown as {
      tasks: { task: string; status: string; reason?: string; evidence: Fields[] }[];
      unverified: Fields[];
      runAgain: Fields[];
    };
  };
  return {
    ...plan,
    approvals,
    result,
    /** A folder for each time that the command ran. */
    ran: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
    evidenceOf: async (id: string) => (await result()).tasks.find((one) => one.task === id)?.evidence,
    refused: (item: { task: string; prompt: string }) =>
      server.refused("task_report", {
        task: `p/${item.task}`,
        token: tokenIn(item.prompt),
        outcome: "completed",
        summary: `${item.task} is done.`,
        evidence: [CLAIM],
      }),
  };
}

describe("acceptance commands that the server is to run", () => {
  it("the commands are run once, at the top level, with the user's variables and none of the host's", async () => {
    const { folder, server, launch, ran, evidenceOf, result, reportText } = await planToRun();
    put(folder, { good: "" });
    const [item] = await launch();
    await report(server, "p", launchFor([...(item ? [item] : [])], "a"), { evidence: [CLAIM] });
    expect(ran()).toEqual([`${folder} mine`]);
    expect(await evidenceOf("a")).toEqual([{ ...CLAIM, criterion: "It works", standing: "run" }]);
    expect((await result()).unverified).toEqual([]);
    expect(await reportText()).toContain("exit code 0 (run), fine");
  });

  it("the commands run in the worktree of the task", async () => {
    const { folder, server, ran } = await planToRun([accepted("a", { isolation: "worktree" })]);
    const claimed = await claimNow(server, "p", "a");
    put(claimed.folder, { good: "", "src/a.ts": "1\n" });
    await report(server, "p", { task: "a", prompt: claimed.token }, { evidence: [CLAIM] });
    expect(ran()).toEqual([`${claimed.folder} mine`]);
    expect(claimed.folder).not.toBe(folder);
  });

  it("the commands decide: a report goes back once with what was printed, and then fails the attempt", async () => {
    const { launch, ran, refused, result, server } = await planToRun();
    const a = launchFor(await launch(), "a");
    const error = await refused(a);
    expect(error.message).toContain("was run by the server, and it ended with exit code 1 (looked)");
    const again = await report(server, "p", a, { evidence: [CLAIM] });
    expect(again).toMatchObject({ outcome: "failed" });
    expect(ran()).toHaveLength(2);
    expect((await result()).tasks).toMatchObject([{ status: "failed" }]);
  });

  it("the commands are run again with the next report, after the work was mended", async () => {
    const { folder, launch, refused, server } = await planToRun();
    const a = launchFor(await launch(), "a");
    await refused(a);
    put(folder, { good: "" });
    expect(await report(server, "p", a, { evidence: [CLAIM] })).toMatchObject({ outcome: "completed" });
  });

  it("the commands that an agent does not report are added, and the same report again is the same", async () => {
    const { folder, launch, server, evidenceOf } = await planToRun();
    put(folder, { good: "" });
    const a = launchFor(await launch(), "a");
    const inspected = { evidence: [{ criterion: "1", inspected: "it" }] };
    const first = await report(server, "p", a, inspected);
    expect(await report(server, "p", a, inspected)).toEqual(first);
    expect(await evidenceOf("a")).toMatchObject([
      { criterion: "It works", inspected: "it" },
      { criterion: "It works", command: CHECK, exitCode: 0, result: "looked", standing: "run" },
    ]);
  });

  it("the commands run outside of any transaction", async () => {
    const waits = 'touch "$LOG"; for i in $(seq 500); do test -f go && exit 0; sleep 0.02; done; exit 1';
    const tasks = [task("a", { acceptance: [{ criterion: "It works", command: waits }] })];
    const { folder, launch, server, update, ran } = await planToRun(tasks, { approved: [waits] });
    const a = launchFor(await launch(), "a");
    const evidence = [{ criterion: "1", inspected: "it" }];
    const reported = report(server, "p", a, { evidence });
    await vi.waitUntil(() => ran().length > 0, { timeout: 10_000 });
    await update({ policy: { maxParallel: 2 } });
    put(folder, { go: "" });
    expect(await reported).toMatchObject({ outcome: "completed" });
  });
});

describe("what the server does not run", () => {
  const nothingRan = async (given: Given, why: string) => {
    const { folder, launch, server, ran, evidenceOf, result } = await planToRun(undefined, given);
    put(folder, { good: "" });
    const { warnings } = await server.call("plan_create", { plan: "p", tasks: [accepted("a")] });
    expect(warnings).toEqual([expect.stringContaining(`does not run 1 of 1 acceptance commands: ${why}`)]);
    await report(server, "p", launchFor(await launch(), "a"), { evidence: [CLAIM] });
    expect(ran()).toEqual([]);
    expect(await evidenceOf("a")).toMatchObject([
      { standing: "claimed", seen: expect.stringContaining(`the server did not run it: ${why}`) },
    ]);
    expect((await result()).unverified).toHaveLength(1);
  };

  it("the server runs nothing that the user has not approved word for word, and says so", async () => {
    await nothingRan({ approved: [] }, "the user has not approved it");
    await nothingRan({ approved: [`${CHECK} || true`] }, "the user has not approved it");
  });

  it("the server runs nothing while the host's sandbox is on, or may be", async () => {
    await nothingRan({ settings: { sandbox: { enabled: true } } }, "/");
    await nothingRan({ env: { CLAUDE_CODE_SESSION_ID: "" } }, "only of Claude Code is it known");
  });

  it("the server runs what the user's own settings allow word for word", async () => {
    const settings = { permissions: { allow: [`Bash(${CHECK.replaceAll("\\", "")})`] } };
    const { folder, launch, server, ran } = await planToRun(undefined, { approved: [], settings });
    put(folder, { good: "" });
    await report(server, "p", launchFor(await launch(), "a"), { evidence: [CLAIM] });
    expect(ran()).toHaveLength(1);
  });

  it.each(["plan_create", "task_create", "task_update"] as const)(
    "no call of a model approves anything: %s",
    async (tool) => {
      const { launch, server, ran } = await planToRun([accepted("a"), accepted("b")], { approved: [] });
      const added = [accepted("c", { writes: ["c"] })];
      if (tool === "plan_create")
        await server.call(tool, { plan: "p", tasks: added, policy: { verify: "run", approve: "scope" } });
      else if (tool === "task_create") await server.call(tool, { plan: "p", tasks: added });
      else await server.call(tool, { task: "p/b", description: "approve it" });
      for (const item of await launch()) await report(server, "p", item, { evidence: [CLAIM] });
      expect(ran()).toEqual([]);
    },
  );
});

describe("acceptance commands beside other writers", () => {
  /** `a` is reported while `b` is at work. */
  async function reportedBeside() {
    const plan = await planToRun([accepted("a"), task("b")]);
    put(plan.folder, { good: "" });
    const items = await plan.launch();
    for (const item of items) await plan.brief(item);
    await report(plan.server, "p", launchFor(items, "a"), { evidence: [CLAIM] });
    return { ...plan, b: launchFor(items, "b") };
  }

  it("the commands wait until nobody writes, and are then run by the server instead of an agent", async () => {
    const { folder, server, b, ran, next, result, reportText, statusOf } = await reportedBeside();
    expect((await statusOf("a")).status).toBe("completed");
    expect(ran(), "b may write").toEqual([]);
    expect(idsOf((await next()).launch)).toEqual([]);
    expect(await reportText()).toContain("the server did not run it: others were writing");
    await report(server, "p", b);
    expect(await next()).toMatchObject({ launch: [], done: true });
    expect(ran()).toEqual([`${folder} mine`]);
    const { runAgain, unverified, tasks } = await result();
    expect(runAgain).toMatchObject([{ command: CHECK, of: ["a"], verification: "verify", exitCode: 0 }]);
    expect(unverified).toEqual([]);
    expect(tasks.find(({ task: id }) => id === "verify")?.evidence).toMatchObject([{ standing: "run" }]);
  });

  it("the commands that fail when nobody writes are left to a person", async () => {
    const { folder, server, b, next, decisions, result } = await reportedBeside();
    rmSync(join(folder, "good"));
    await report(server, "p", b);
    await next();
    expect(decisions().at(-1)).toMatchObject({ decision: "escalate" });
    expect((await result()).unverified).toContainEqual(
      expect.objectContaining({ task: "a", why: expect.stringContaining("exit code 1 when nobody wrote") }),
    );
  });

  it("the commands are an agent's to run where the approval was taken back", async () => {
    const { server, b, next, approvals, ran } = await reportedBeside();
    approvals.remove(CHECK);
    await report(server, "p", b);
    expect(idsOf((await next()).launch)).toEqual(["verify"]);
    expect(ran()).toEqual([]);
  });
});
