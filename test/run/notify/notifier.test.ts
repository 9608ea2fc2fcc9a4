import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { backgroundWorkEnded, tellUsers } from "../../../mcp-server/src/run/background/background-work.ts";
import { Notifier } from "../../../mcp-server/src/run/notify/notifier.ts";
import { receiversOf } from "../../../mcp-server/src/run/notify/receivers/receivers.ts";
import { changePlan } from "../../../mcp-server/src/run/plan/plan-transaction.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { report, task } from "../../support/checkout.ts";
import { logOf } from "../../support/graph-file.ts";
import { offeredPlan } from "../../support/plan-of.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";
import { TELLING_SEAMS, tell } from "./telling-servers.ts";

/** Keeps what it reads, a line each. */
const COMMAND = 'cat >> "$OUT"';
const PATIENCE = { timeout: 30_000, interval: 20 };

/** A user with Claude Code, whose commands write into `out`. */
function user() {
  const home = emptyEnvironment().HOME ?? "";
  mkdirSync(join(home, ".claude"));
  const out = join(home, "out");
  const env = { ...emptyEnvironment(), HOME: home, OUT: out, CLAUDE_CODE_SESSION_ID: "s" };
  return {
    home,
    env,
    told: () =>
      existsSync(out)
        ? readFileSync(out, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [],
    approve: (root: string, command = COMMAND) =>
      new ApprovedCommands({
        hostFolder: join(home, ".claude"),
        root,
        gitCommonDir: join(root, ".git"),
      }).add(command),
    settings: (variables: object) =>
      writeFileSync(join(home, ".claude", "settings.json"), JSON.stringify({ env: variables })),
  };
}

const asks = { outcome: "blocked", evidence: [], blockedOn: { question: "Islands: refuse, or ship?" } };
const fails = { outcome: "failed", summary: "There is no key.", evidence: [] };
const policy = { review: "off", retries: 0 };

function noticesIn(path: string) {
  return logOf(path).flatMap(({ type, data }) => (type === "notification.started" ? [data.notice] : []));
}

/** A loopback server that keeps what it is sent. @param answer of each request in turn, the last of all further ones. */
async function webhook(...answer: number[]) {
  const received: { body: unknown; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const status = answer[Math.min(received.length, answer.length - 1)] ?? 200;
      received.push({ body: JSON.parse(body), headers: request.headers });
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path` };
}

describe("a user is told what a plan needs", () => {
  it("a user is told once of a question, a task that failed for good, and the end, by a command that reads it as JSON", async () => {
    const { env, told, approve } = user();
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1"] })];
    const plan = await offeredPlan(tasks, policy, { env: { ...env, PARALLEL_NOTIFY: COMMAND } });
    approve(plan.folder);
    await report(plan.server, "p", plan.item("1"), asks);
    await vi.waitFor(() => expect(told()).toHaveLength(1), PATIENCE);
    await report(plan.server, "p", plan.item("2"), fails);
    await vi.waitFor(() => expect(told()).toHaveLength(3), PATIENCE);
    for (let i = 0; i < 3; i++) await plan.server.call("task_list", { plan: "p" });
    await plan.server.close();
    const [question, ...others] = told();
    expect(question).toMatchObject({
      v: 1,
      event: "decision",
      plan: "p",
      task: "1",
      subject: "Do 1",
      text: "Islands: refuse, or ship?",
      holdsUp: ["3"],
      counts: { total: 3 },
    });
    expect(question).not.toHaveProperty("again");
    expect(others.map(({ event, task: of, text }) => [event, of, text])).toEqual(
      expect.arrayContaining([
        ["failed", "2", "There is no key."],
        ["finished", undefined, "The plan is done: 0 of 3 tasks completed, 2 failed, 1 did not run."],
      ]),
    );
    expect(JSON.stringify(told()), "no path of the machine, and no token").not.toMatch(
      /\/tmp|\b\d+-[a-z2-7]{26}\b/,
    );
  });

  it("a command that the user has not approved is not run, which the plan's answer says, and is when he has", async () => {
    const { env, told, approve } = user();
    const plan = await offeredPlan([task("1"), task("2")], { ...policy, notify: COMMAND }, { env });
    const { warnings } = await plan.server.call("plan_update", { plan: "p", policy: { notify: COMMAND } });
    expect(warnings).toContainEqual(
      expect.stringMatching(/^notify: nobody is told by the command: the user has not approved it/),
    );
    await report(plan.server, "p", plan.item("1"), fails);
    await plan.server.call("task_list", { plan: "p" });
    expect(noticesIn(plan.path)).toEqual([]);
    approve(plan.folder);
    await report(plan.server, "p", plan.item("2"));
    await vi.waitFor(
      () =>
        expect(
          told()
            .map(({ event }) => event)
            .sort(),
        ).toEqual(["failed", "finished"]),
      PATIENCE,
    );
  });

  it("a plan that goes on after its end is told to end again, and nothing else of it twice", async () => {
    const { env, told, approve } = user();
    const plan = await offeredPlan([task("1")], policy, { env: { ...env, PARALLEL_NOTIFY: COMMAND } });
    approve(plan.folder);
    await report(plan.server, "p", plan.item("1"), fails);
    await vi.waitFor(() => expect(told()).toHaveLength(2), PATIENCE);
    await plan.server.call("task_update", { task: "p/1", status: "pending" });
    const [again] = await plan.launch();
    if (!again) throw new Error("nothing was offered");
    await report(plan.server, "p", again);
    await vi.waitFor(() => expect(told()).toHaveLength(3), PATIENCE);
    expect(told().map(({ event }) => event)).toEqual(
      expect.arrayContaining(["failed", "finished", "finished"]),
    );
    expect(new Set(told().map(({ id }) => id)).size).toBe(3);
  });
});

/** A plan whose one task has failed, of which nobody was told yet, because nobody had asked to be. */
async function untold() {
  const { env, told, approve } = user();
  const plan = await offeredPlan([task("1"), task("2")], policy, { env });
  await report(plan.server, "p", plan.item("1"), fails);
  await plan.server.close();
  approve(plan.folder);
  return { ...plan, told, approve, env: { ...env, PARALLEL_NOTIFY: COMMAND } };
}

describe("servers that tell the same user", () => {
  it("a runner, which has no conversation, tells it too, at the latest when it ends", async () => {
    const { folder, env, told } = await untold();
    const { ctx } = await notifierAt(folder, env);
    await tellUsers(ctx);
    await backgroundWorkEnded(ctx);
    expect(told().map(({ event }) => event)).toEqual(["failed"]);
  });

  it("of several servers at once one tells it", async () => {
    const { folder, env, told, path } = await untold();
    expect(await tell(folder, env, [undefined, undefined, undefined, undefined])).toEqual([
      "0",
      "0",
      "0",
      "0",
    ]);
    expect(told().map(({ id }) => id)).toEqual([expect.stringMatching(/\/p\/failed\/1\/1$/)]);
    expect(noticesIn(path)).toEqual(["failed/1/1"]);
  });

  it.each(TELLING_SEAMS)(
    "after a server that was killed %s the next one tells it, says that it may be known, and no third does",
    async (seam) => {
      const { folder, env, told } = await untold();
      expect(await tell(folder, env, [seam])).toEqual(["SIGKILL"]);
      const first = seam === "after it was told" ? [{}] : [];
      expect(told()).toHaveLength(first.length);
      expect(await tell(folder, env, [undefined])).toEqual(["0"]);
      expect(await tell(folder, env, [undefined])).toEqual(["0"]);
      expect(told()).toHaveLength(first.length + 1);
      expect(told().at(-1)).toMatchObject({ event: "failed", again: true });
      expect(new Set(told().map(({ id }) => id)).size).toBe(1);
    },
  );
});

/** The notifier of a server whose clock the test moves. */
async function notifierAt(folder: string, env: Readonly<Record<string, string>>) {
  const clock = { now: Date.now() };
  const facts = { directory: folder, env, parentPid: process.ppid, pluginRoot: folder };
  const ctx = await createContext({ ...facts, now: () => clock.now });
  onTestFinished(() => ctx.close());
  const store = await ctx.graph();
  if (!store) throw new Error("no graph");
  const [receiver] = receiversOf(ctx, "");
  return { clock, ctx, store, notifier: new Notifier(ctx), to: receiver?.to ?? "" };
}

describe("what is to be told", () => {
  it("what a server of another machine is about to tell is told again when its time is over, and not before", async () => {
    const { folder, env, told } = await untold();
    const { clock, ctx, store, notifier, to } = await notifierAt(folder, env);
    const owner = { host: "elsewhere", pid: 1, startedAt: "1" };
    await changePlan(ctx, store, "server", "p", (plan) =>
      plan.append({
        ...{ type: "notification.started", notice: "failed/1/1", to, event: "failed", owner },
        leaseUntilMs: clock.now + 60_000,
      }),
    );
    clock.now += 59_000;
    await notifier.look();
    expect(told()).toEqual([]);
    clock.now += 3_000;
    await notifier.look();
    await vi.waitFor(() => expect(told()).toEqual([expect.objectContaining({ again: true })]), PATIENCE);
  });

  it("what happened more than a day ago is not told to somebody who asks for it now", async () => {
    const { folder, env, told, path } = await untold();
    const { clock, notifier } = await notifierAt(folder, env);
    clock.now += 25 * 3_600_000;
    await notifier.close();
    expect([told(), noticesIn(path)]).toEqual([[], []]);
  });

  it("what could not be told is tried again after half a minute and after five, and then given up", async () => {
    const { folder, env, told, path, approve } = await untold();
    const command = `${COMMAND}; echo "no network" >&2; exit 7`;
    approve(folder, command);
    const { clock, notifier } = await notifierAt(folder, { ...env, PARALLEL_NOTIFY: command });
    const ends = () => logOf(path).flatMap(({ type, data }) => (type === "notification.ended" ? [data] : []));
    for (const [waitMs, tries] of [
      [0, 1],
      [25_000, 1],
      [6_000, 2],
      [290_000, 2],
      [11_000, 3],
      [3_600_000, 3],
    ] as const) {
      clock.now += waitMs;
      await notifier.look();
      await vi.waitFor(() => expect(ends()).toHaveLength(tries), PATIENCE);
      expect(told()).toHaveLength(tries);
    }
    expect(ends()[0]).toMatchObject({ sent: false, why: "it ended with 7: no network" });
    expect(
      told().filter(({ again }) => again),
      "that none was told is known",
    ).toEqual([]);
  });
});

describe("a webhook", () => {
  it("a webhook that the user's own settings name is sent what a command reads, once", async () => {
    const { env, settings } = user();
    const { received, url } = await webhook(204);
    settings({ PARALLEL_NOTIFY: url });
    const plan = await offeredPlan([task("1")], policy, { env: { ...env, PARALLEL_NOTIFY: url } });
    await report(plan.server, "p", plan.item("1"));
    await plan.server.close();
    expect(received).toHaveLength(1);
    const [{ body, headers } = { body: undefined, headers: {} }] = received;
    expect(body).toMatchObject({ v: 1, event: "finished", plan: "p", counts: { completed: 1 } });
    expect(decodeURIComponent(String(headers["idempotency-key"]))).toBe((body as { id: string }).id);
    expect(JSON.stringify(logOf(plan.path)), "the address may be a secret").not.toContain("secret-path");
  });

  it.each([
    ["the environment alone", () => undefined],
    [
      "a file of the project",
      (folder: string, url: string) => {
        mkdirSync(join(folder, ".claude"));
        writeFileSync(
          join(folder, ".claude", "settings.json"),
          JSON.stringify({ env: { PARALLEL_NOTIFY: url } }),
        );
      },
    ],
  ])("a webhook that %s names is sent nothing", async (_, name) => {
    const { env } = user();
    const { received, url } = await webhook(200);
    const plan = await offeredPlan([task("1")], policy, { env: { ...env, PARALLEL_NOTIFY: url } });
    name(plan.folder, url);
    const { warnings } = await plan.server.call("plan_update", { plan: "p", policy: { notify: "desktop" } });
    expect(warnings).toContainEqual(
      expect.stringMatching(/^notify: nobody is told by the webhook: .*your own settings/),
    );
    await plan.server.call("plan_update", { plan: "p", policy: { notify: "" } });
    await report(plan.server, "p", plan.item("1"));
    await plan.server.close();
    expect([received, noticesIn(plan.path)]).toEqual([[], []]);
  });

  it("a plan cannot name a webhook, nor can an old policy that has one send anything", async () => {
    const { env } = user();
    const plan = await offeredPlan([task("1")], policy, { env });
    await expect(
      plan.server.call("plan_update", { plan: "p", policy: { notify: "https://example.com/" } }),
    ).rejects.toThrow(/own settings/);
  });

  it("a webhook that redirects or refuses was not told, and is tried again later, without a word of its address in the log", async () => {
    const { env, settings } = user();
    const { received, url } = await webhook(302);
    settings({ PARALLEL_NOTIFY: url });
    const plan = await offeredPlan([task("1")], policy, { env: { ...env, PARALLEL_NOTIFY: url } });
    await report(plan.server, "p", plan.item("1"));
    await plan.server.close();
    expect(received).toHaveLength(1);
    const [ended] = logOf(plan.path).filter(({ type }) => type === "notification.ended");
    expect(ended?.data).toMatchObject({
      sent: false,
      why: expect.stringMatching(/^the webhook answered with/),
    });
  });
});

describe("a desktop", () => {
  it.skipIf(process.platform !== "linux")(
    "a desktop is told by the system's own program, found in the path and given the texts as arguments",
    async () => {
      const { env, home } = user();
      const programs = join(home, "bin");
      mkdirSync(programs);
      const shown = join(home, "shown");
      writeFileSync(join(programs, "notify-send"), `#!/bin/sh\nprintf '%s\\n' "$@" > "${shown}"\n`);
      chmodSync(join(programs, "notify-send"), 0o755);
      vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
      onTestFinished(() => void vi.unstubAllEnvs());
      const plan = await offeredPlan([task("1", { subject: "Do <b>$(id)</b>" })], policy, {
        env: { ...env, PARALLEL_NOTIFY: "desktop" },
      });
      await report(plan.server, "p", plan.item("1"), fails);
      await plan.server.close();
      expect(readFileSync(shown, "utf8").split("\n").slice(0, 3)).toEqual([
        "--app-name=Parallel",
        "--",
        expect.stringMatching(/^p/),
      ]);
      expect(noticesIn(plan.path)).toEqual(expect.arrayContaining(["failed/1/1", "finished/1/1"]));
    },
  );
});
