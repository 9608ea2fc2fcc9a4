import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import pc from "picocolors";
import { CLIENTS } from "../../test/clients/clients.ts";
import { installed } from "../../test/clients/installation.ts";
import { ScriptedEndpoint } from "../../test/clients/scripted-endpoint.ts";
import { briefIn, FINISHED, nextAgentTurn } from "../../test/clients/worker.ts";
import { startOwnPostgres } from "../../test/store/postgres-server.ts";
import { GitDaemon } from "../../test/stress/machines/git-daemon.ts";
import { furnishMachine, type Machine, type Shared, switchOn } from "./machine.ts";

const PLAN = "shop";
const REPOSITORY = "shop.git";
/** Of each machine: one worker with agents of Claude Code, one with agents of Codex. */
const AGENTS = ["claude=2", "codex=2"];
const BREAKDOWN = `specs/${PLAN}`;
/** How long a machine may be silent, in minutes: what a dead one ran is done again after that. */
const LEASE_MINUTES = "1";
/** Of the scripted model, so that agents work at the same time. */
const TURN_MS = 1_500;
/** Far more than it takes. */
const LIMIT_MS = 1_200_000;

/** What `parallel status --json` says. */
interface Status {
  readonly counts: { readonly completed: number; readonly delivering: number; readonly total: number };
  readonly done: boolean;
  readonly machines?: readonly {
    readonly machine: string;
    readonly state: string;
    readonly runs: readonly string[];
  }[];
}

/**
 * Two clones on two machines, one PostgreSQL, a bare remote, four workers with real clients of two vendors, and no
 * conversation. One machine is killed in the middle. @returns 0 when everything went as written.
 */
export async function fleet(root: string): Promise<number> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-demo-fleet-")));
  const codex = CLIENTS.find(({ name }) => name === "codex");
  if (!codex) throw new Error("there is no client codex");
  console.log(pc.dim(`Codex is installed once (${codex.package}); PostgreSQL is started.`));
  const programs = join(await installed("codex", codex.package), "node_modules", ".bin");
  const postgres = await startOwnPostgres();
  await bareRemote(root, folder);
  const daemon = await GitDaemon.start(folder);
  const outside: string[] = [];
  const asked = new Map<string, number>();
  const endpoint = new ScriptedEndpoint(async (client, shown) => {
    asked.set(client, (asked.get(client) ?? 0) + 1);
    if (!briefIn(shown.prompts.join("\n"))) outside.push(client);
    await sleep(TURN_MS);
    const turn = nextAgentTurn(shown, client);
    if ("say" in turn && turn.say !== FINISHED) console.error(pc.red(`${client}: ${turn.say}`));
    return turn;
  });
  const machines: ChildProcess[] = [];
  try {
    const shared: Shared = {
      ...{ folder, root, databaseUrl: postgres.url },
      remote: `git://127.0.0.1:${daemon.port}/${REPOSITORY}`,
      ...{ endpoint: await endpoint.listen(), codex: programs },
      environment: { PARALLEL_LEASE_MINUTES: LEASE_MINUTES, PARALLEL_REVIEW: "off" },
    };
    const [one, other] = [
      await furnishMachine(shared, "machine-1"),
      await furnishMachine(shared, "machine-2"),
    ];
    const on = (machine: Machine) => {
      console.log(
        pc.dim(
          `${machine.name}$ parallel worker ${BREAKDOWN} --agents … --until-done, with ${AGENTS.join(" and ")}`,
        ),
      );
      const child = switchOn(machine, BREAKDOWN, AGENTS, (line) =>
        console.log(`${pc.dim(machine.name)}  ${line}`),
      );
      machines.push(child);
      return child;
    };
    const [surviving, doomed] = [on(one), on(other)];
    const status = async () => {
      const { stdout } = await execa("parallel", ["status", "--json"], inside(one));
      return (JSON.parse(stdout) as Status[])[0];
    };
    const busy = ({ machines = [], counts }: Status) => {
      const running = machines.filter(({ machine, runs }) => machine === other.name && runs.length > 0);
      return counts.completed >= 2 && counts.delivering === 0 && running.length > 0;
    };
    const before = await until(status, busy);
    const lost = before.machines?.filter(({ machine }) => machine === other.name).flatMap(({ runs }) => runs);
    doomed.kill("SIGKILL");
    console.log(pc.red(`\n${other.name} is killed. It was at ${lost?.join(", ")}.\n`));
    await until(status, ({ machines = [] }) => machines.some(({ state }) => state === "gone"));
    console.log((await execa("parallel", ["status"], inside(one))).stdout);
    const code = (await exitOf(surviving)) ?? "a signal";
    const report = (await execa("parallel", ["report", PLAN], inside(one))).stdout;
    console.log(`\n${report}\n`);
    const end = await status();
    const deviations = [
      ...(end?.counts.completed === end?.counts.total ? [] : [`completed ${JSON.stringify(end?.counts)}`]),
      ...(code === 0 ? [] : [`the workers that were left ended with ${code}`]),
      ...[one, other].flatMap(({ name }) => (report.includes(name) ? [] : [`the report names no ${name}`])),
      ...["claude", "codex"].flatMap((name) => (asked.has(name) ? [] : [`no agent of ${name} worked`])),
      ...(lost && lost.length > 0 ? [] : ["the killed machine was at nothing"]),
      ...(outside.length === 0 ? [] : [`${outside.length} requests were of no agent`]),
      ...(await missingOnBranch(root, join(folder, REPOSITORY))),
    ];
    for (const deviation of deviations) console.error(pc.red(`Not as written: ${deviation}`));
    const turns = [...asked].map(([client, times]) => `${client} ${times}`).join(", ");
    console.log(
      `${pc.bold("Real:")} Claude Code, Codex, PostgreSQL, git. ${pc.bold("Scripted:")} their models (requests: ${turns}).`,
    );
    console.log(`Tokens of a main conversation: ${outside.length === 0 ? 0 : "some"}.`);
    return deviations.length === 0 ? 0 : 1;
  } finally {
    for (const machine of machines) machine.kill("SIGKILL");
    await daemon.stop();
    await endpoint.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const inside = ({ clone, env }: Machine) => ({
  cwd: clone,
  env: { ...env },
  extendEnv: false,
  reject: false,
});

/** The project, as a repository that nobody works in. */
async function bareRemote(root: string, folder: string): Promise<void> {
  const start = join(folder, "start");
  cpSync(join(root, "examples", "fleet", "project"), start, { recursive: true });
  const git = (...parameters: string[]) =>
    execa("git", ["-c", "user.name=Fleet", "-c", "user.email=fleet@example.org", ...parameters], {
      cwd: start,
    });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=The shop so far");
  await git("clone", "--quiet", "--bare", start, join(folder, REPOSITORY));
}

/** What the tasks have to write and the plan's branch on the remote does not hold. */
async function missingOnBranch(root: string, remote: string): Promise<string[]> {
  const file = join(root, "examples", "fleet", "project", BREAKDOWN, "03-tasks.json");
  const { tasks } = JSON.parse(readFileSync(file, "utf8")) as { tasks: { id: string; writes: [string] }[] };
  const missing: string[] = [];
  for (const { id, writes } of tasks) {
    const [path] = writes;
    const shown = await execa("git", ["show", `refs/parallel/${PLAN}:${path}`], {
      cwd: remote,
      reject: false,
    });
    if (!shown.stdout.endsWith(` ${PLAN}/${id}`)) missing.push(`${path} is not on the plan's branch`);
  }
  return missing;
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

/** @throws Error when it does not come. */
async function until(
  status: () => Promise<Status | undefined>,
  holds: (status: Status) => boolean,
): Promise<Status> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const now = await status();
    if (now && holds(now)) return now;
    if (Date.now() > end || now?.done) throw new Error(`it did not come to that: ${JSON.stringify(now)}`);
    await sleep(300);
  }
}
