import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runningProcesses } from "../../../../mcp-server/src/host/processes.ts";
import { ApprovedCommands } from "../../../../mcp-server/src/run/approval/approved-commands.ts";
import { createContext } from "../../../../mcp-server/src/run/project/run-context.ts";
import { readSetUp } from "../../../../mcp-server/src/run/worktrees/setup/set-up-record.ts";
import { setUpWorktree } from "../../../../mcp-server/src/run/worktrees/setup/set-up-worktree.ts";
import { put, report, repository, task } from "../../../support/checkout.ts";
import { git } from "../../../support/git.ts";
import { graphOf, logOf, query } from "../../../support/graph-file.ts";
import { ParallelServer } from "../../../support/parallel-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { type Claimed, claimNow, done, fileAt, read, worktreesOf } from "../../../support/worktrees.ts";

/** A machine that is busy with other tests takes its time. */
const PATIENCE = { timeout: 60_000, interval: 50 };

type Fields = Readonly<Record<string, unknown>>;

interface Given {
  readonly setup: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly tasks?: readonly (Fields & { readonly id: string })[];
  readonly policy?: Fields;
  readonly isApproved?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const isolated = (id: string, fields: Fields = {}) => task(id, { isolation: "worktree", ...fields });

/** A plan whose worktrees are set up by a command. */
async function planWith({ setup, files, tasks = [isolated("a")], policy, isApproved = true, env }: Given) {
  const folder = await repository({ ".gitignore": "made/\n*.log\n", ...files });
  const home = temporaryFolder();
  const approvals = new ApprovedCommands({
    hostFolder: join(home, ".claude"),
    root: folder,
    gitCommonDir: join(folder, ".git"),
  });
  if (isApproved) approvals.add(setup);
  const server = await ParallelServer.start(folder, {
    env: { HOME: home, CLAUDE_CODE_SESSION_ID: "s", ...env },
  });
  const { warnings } = await server.call("plan_create", {
    plan: "p",
    tasks,
    policy: { setup, review: "off", ...policy },
  });
  return {
    folder,
    home,
    server,
    warnings: warnings.join("\n"),
    approvals,
    events: (type: string) => logOf(graphOf(folder)).filter((event) => event.type === type),
  };
}

function portIn({ brief }: Claimed): number {
  return Number(/PARALLEL_PORT=(\d+)/.exec(brief)?.[1]);
}

describe("the set-up of a worktree", () => {
  it("the set-up of a worktree runs in it before anybody works there, with a port that its agent is told too", async () => {
    const { server, folder, events } = await planWith({
      setup: 'mkdir -p made && echo "$PWD $PARALLEL_PORT $CLAUDE_CODE_SESSION_ID" > made/where',
    });
    const claimed = await claimNow(server, "p", "a");
    const port = portIn(claimed);
    expect(port).toBeGreaterThan(0);
    expect(read(claimed.folder, "made/where")).toBe(`${claimed.folder} ${port} \n`);
    expect(events("worktree.cut")[0]?.data).toMatchObject({ path: claimed.folder, port });
    expect(existsSync(join(folder, "made"))).toBe(false);
  });

  it("the set-up of a worktree is remembered in git's folder: what it made, what was copied and linked", async () => {
    const { server, folder } = await planWith({
      setup: "mkdir -p made sub && touch made/x sub/a.log && echo changed >> lock.json",
      files: { "lock.json": "{}\n", ".worktreeinclude": "own.log\n" },
      env: {},
    });
    put(folder, { "own.log": "mine\n", "made/y": "shared\n" });
    const claimed = await claimNow(server, "p", "a");
    expect(await readSetUp(claimed.folder)).toEqual({
      port: portIn(claimed),
      links: [],
      included: ["own.log"],
      outputs: ["made/", "sub/a.log"],
    });
    // What it changed of the commit's files is nobody's work.
    expect(read(claimed.folder, "lock.json")).toBe("{}\n");
    expect(await git(claimed.folder, "status", "--porcelain")).toBe("");
  });

  it("the set-up of a worktree gives its port to the acceptance commands that the server runs there", async () => {
    const command = 'echo "$PARALLEL_PORT" > made/port';
    const { server, approvals } = await planWith({
      setup: "mkdir -p made",
      policy: { verify: "run" },
      tasks: [isolated("a", { acceptance: [{ criterion: "It listens", command }] })],
    });
    approvals.add(command);
    const claimed = await claimNow(server, "p", "a");
    put(claimed.folder, { "src/a.ts": "1\n" });
    await report(
      server,
      "p",
      { task: "a", prompt: claimed.token },
      {
        evidence: [{ criterion: "1", command, exitCode: 0, result: "fine" }],
      },
    );
    expect(read(claimed.folder, "made/port")).toBe(`${portIn(claimed)}\n`);
  });

  it("the set-up of a worktree that fails once is tried again", async () => {
    const { server } = await planWith({ setup: "mkdir made 2>/dev/null && exit 7; mkdir made/now" });
    const claimed = await claimNow(server, "p", "a");
    expect(existsSync(join(claimed.folder, "made/now"))).toBe(true);
  });
});

describe("a set-up that takes its time", () => {
  const SETUP = 'mkdir -p made && touch "$HOME/begun" && while [ ! -e "$HOME/go" ]; do sleep 0.05; done';

  async function claimedMeanwhile(given: Partial<Given> = {}) {
    const plan = await planWith({ ...given, setup: SETUP });
    const goOn = () => writeFileSync(join(plan.home, "go"), "");
    // A server ends when its calls have.
    onTestFinished(goOn);
    const claiming = plan.server.raw("task_claim", { plan: "p", worker: "w" });
    await vi.waitFor(() => expect(existsSync(join(plan.home, "begun"))).toBe(true), PATIENCE);
    return { ...plan, claiming, goOn };
  }

  it("a set-up that takes its time is no silence of a worker without hooks, who waits for it", async () => {
    const { folder, server, claiming, goOn } = await claimedMeanwhile({ policy: { leaseMinutes: 0.1 } });
    const lease = () => Number(query(graphOf(folder), "select expires_at_ms as at from claims")[0]?.at);
    const first = lease();
    await vi.waitFor(() => expect(lease()).toBeGreaterThan(first), PATIENCE);
    goOn();
    expect((await claiming).isError).toBeFalsy();
    expect((await server.call("task_get", { task: "p/a" })).attempts).toMatchObject([{ state: "running" }]);
  });

  it("a set-up that takes its time, and whose claim ends meanwhile, leaves its worktree to the next task at once", async () => {
    const { folder, server, claiming, goOn } = await claimedMeanwhile({
      tasks: [isolated("a"), isolated("b")],
    });
    await server.call("task_update", { task: "p/a", status: "cancelled" });
    const [first] = await worktreesOf(folder);
    goOn();
    expect(JSON.stringify((await claiming).content)).toContain("The claim has ended");
    expect(await git(folder, "branch", "--list", "parallel-work/*")).toBe("");
    expect((await claimNow(server, "p", "b")).folder).toBe(first);
  });
});

describe("a set-up that fails", () => {
  it("a set-up that fails costs no attempt, leaves nothing behind, and pauses the plan with the end of its output", async () => {
    const { server, folder, approvals } = await planWith({
      setup: "seq 1 2000; mkdir -p made; echo no registry; exit 7",
      tasks: [isolated("a"), isolated("b")],
    });
    const { message } = await server.refused("task_claim", { plan: "p", worker: "w" });
    expect(message).toContain("failed with exit code 7");
    expect(message).toContain("1999 2000 no registry");
    expect(message).not.toContain(" 12 ");
    expect(await worktreesOf(folder)).toEqual([]);
    expect(await git(folder, "branch", "--list", "parallel-work/*")).toBe("");
    const { task: row, attempts } = await server.call("task_get", { task: "p/a" });
    expect(row).toMatchObject({ status: "pending" });
    expect(attempts).toMatchObject([{ outcome: "cancelled", cause: expect.stringContaining("exit code 7") }]);
    const held = await server.call("batch_next", { plan: "p" });
    expect(held.launch).toEqual([]);
    expect(held.next).toMatch(/^The plan is paused \(the set-up .* failed with exit code 7/);

    const setup = "mkdir made";
    approvals.add(setup);
    await server.call("plan_update", { plan: "p", policy: { setup }, action: "resume" });
    const claimed = await claimNow(server, "p", "a");
    expect(existsSync(join(claimed.folder, "made"))).toBe(true);
    put(claimed.folder, { "src/a.ts": "1\n" });
    await done(server, claimed);
    expect(await fileAt(folder, "parallel/p", "src/a.ts")).toBe("1\n");
  });

  it("a set-up that does not end in time fails with the end of what it printed, and nothing of it runs on", async () => {
    const { folder, home } = await planWith({ setup: "echo begun; sleep 600 & echo $! > pid.log; wait" });
    const facts = { env: { HOME: home, CLAUDE_CODE_SESSION_ID: "s" }, parentPid: process.pid, now: Date.now };
    const ctx = await createContext({ ...facts, directory: folder, pluginRoot: folder });
    const failed = setUpWorktree(ctx, folder, "echo begun; sleep 600 & echo $! > pid.log; wait", 1_000);
    await expect(failed).rejects.toThrow(/did not end within .*The end of its output: begun/);
    expect(await readSetUp(folder)).toBeUndefined();
    const pid = Number(read(folder, "pid.log"));
    await vi.waitFor(
      async () => expect((await runningProcesses()).map((one) => one.pid)).not.toContain(pid),
      { timeout: 10_000 },
    );
    await ctx.close();
  });

  it("a set-up that makes a file that git does not ignore fails, for the file would be a task's work", async () => {
    const { server } = await planWith({ setup: "touch strange.txt" });
    const { message } = await server.refused("task_claim", { plan: "p", worker: "w" });
    expect(message).toContain("makes strange.txt, which git does not ignore");
  });

  it("a set-up that was not approved is said with the plan, and no task starts before it is", async () => {
    const { server, warnings, approvals, events } = await planWith({
      setup: "mkdir made",
      isApproved: false,
    });
    const remedy =
      'plan_update {plan: "p", action: "approve"} asks the user; or the user runs parallel-tasks approve p in a terminal.';
    expect(warnings).toContain("mkdir made: the user has not approved it.");
    expect(warnings).toContain(remedy);
    for (const tool of ["batch_next", "task_claim"]) {
      const args = { plan: "p", ...(tool === "task_claim" && { worker: "w" }) };
      expect(await server.refused(tool, args)).toMatchObject({
        message: "The server does not run the set-up of worktrees, mkdir made: the user has not approved it.",
        remedy,
      });
    }
    expect(events("claim.offered")).toEqual([]);
    approvals.add("mkdir made");
    expect(existsSync(join((await claimNow(server, "p", "a")).folder, "made"))).toBe(true);
  });

  it("a set-up that was approved is not run while the host's sandbox is on", async () => {
    const { server, home } = await planWith({ setup: "mkdir made" });
    mkdirSync(join(home, ".claude"), { recursive: true });
    writeFileSync(join(home, ".claude/settings.json"), JSON.stringify({ sandbox: { enabled: true } }));
    const { message, remedy } = await server.refused("task_claim", { plan: "p", worker: "w" });
    expect(message).toContain("turns Claude Code's sandbox on");
    expect(remedy).toContain('plan_update {plan: "p", policy: {setup: ""}}');
  });
});

describe("a worktree's port", () => {
  it("a worktree's port is no other worktree's, and nobody listens there", async () => {
    const tasks = ["a", "b", "c", "d"].map((id) => isolated(id));
    const { server } = await planWith({ setup: "true", tasks });
    const ports = new Set<number>();
    for (const { id } of tasks) {
      const port = portIn(await claimNow(server, "p", id));
      const listening = createServer();
      await new Promise<void>((resolve, reject) =>
        listening.once("error", reject).listen(port, "127.0.0.1", resolve),
      );
      listening.close();
      ports.add(port);
    }
    expect(ports.size).toBe(tasks.length);
  });
});

describe("a project that needs an ignored file, its dependencies and a port", () => {
  it("a project that needs an ignored file, its dependencies and a port passes its tests in eight worktrees at once", async () => {
    const ids = [..."abcdefgh"];
    const test = `
      import { readdirSync, readFileSync, writeFileSync } from "node:fs";
      import { createServer } from "node:http";
      import assert from "node:assert";
      import { answer } from "dependency";
      assert.match(readFileSync(".env", "utf8"), /KEY=42/);
      assert.match(readFileSync("made/generated.txt", "utf8"), /generated/);
      const { PARALLEL_PORT: port, HOME } = process.env;
      const server = createServer((_, response) => response.end(answer));
      server.listen(Number(port), "127.0.0.1", async () => {
        assert.equal(await (await fetch("http://127.0.0.1:" + port)).text(), "42");
        writeFileSync(HOME + "/listening/" + port, "");
        // All eight listen before one of them ends.
        while (readdirSync(HOME + "/listening").length < 8) await new Promise((go) => setTimeout(go, 50));
        server.close();
      });`;
    const command = "node test.mjs";
    const { server, folder, home, approvals, events } = await planWith({
      setup: "mkdir -p made && echo generated > made/generated.txt",
      files: {
        ".gitignore": "made/\n.env\nnode_modules/\n",
        ".worktreeinclude": ".env\n",
        ".claude/settings.json": JSON.stringify({ worktree: { symlinkDirectories: ["node_modules"] } }),
        "test.mjs": test,
      },
      policy: { verify: "run" },
      env: { PARALLEL_MAX_PARALLEL: "8" },
      tasks: ids.map((id) => isolated(id, { acceptance: [{ criterion: "Tests pass", command }] })),
    });
    approvals.add(command);
    mkdirSync(join(home, "listening"));
    put(folder, {
      ".env": "KEY=42\n",
      "node_modules/dependency/package.json": JSON.stringify({
        name: "dependency",
        type: "module",
        main: "i.js",
      }),
      "node_modules/dependency/i.js": 'export const answer = "42";\n',
    });
    const claims: Claimed[] = [];
    for (const id of ids) claims.push(await claimNow(server, "p", id));
    for (const { folder: place, id } of claims) put(place, { [`src/${id}.ts`]: `${id}\n` });
    await Promise.all(
      claims.map(({ id, token }) =>
        report(
          server,
          "p",
          { task: id, prompt: token },
          {
            evidence: [{ criterion: "1", command, exitCode: 0, result: "passed" }],
          },
        ),
      ),
    );
    await vi.waitFor(() => expect(events("work.merged")).toHaveLength(8), { timeout: 20_000 });
    const { report: json } = await server.call("plan_report", { plan: "p", format: "json" });
    const { tasks } = json as unknown as { tasks: { status: string; evidence: Fields[] }[] };
    expect(tasks.map(({ status, evidence }) => [status, evidence[0]?.standing])).toEqual(
      ids.map(() => ["completed", "run"]),
    );
    for (const id of ids) expect(await fileAt(folder, "parallel/p", `src/${id}.ts`)).toBe(`${id}\n`);
    rmSync(join(folder, "node_modules"), { recursive: true });
  }, 120_000);
});
