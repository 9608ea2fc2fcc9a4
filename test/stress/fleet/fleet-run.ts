import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pointToPoint } from "../../support/network-namespace.ts";
import { bundleClient } from "../bundle-client.ts";
import { type ChaosResult, judged } from "../chaos-result.ts";
import { Connection } from "../connection.ts";
import { type CrashingDatabase, crashingDatabase } from "../database.ts";
import { JournalFile, readJournals } from "../journal.ts";
import { disturb } from "../machines/bad-network.ts";
import { GitDaemon } from "../machines/git-daemon.ts";
import { readGit } from "../machines/git-evidence.ts";
import { LOOPBACK, type Machine, type MachineNetwork, machineOf } from "../machines/machine.ts";
import type { MachinesOptions } from "../machines/machines-run.ts";
import { makeRemote } from "../machines/remote-repository.ts";
import { machinePlan } from "../machines/workload.ts";
import { copyPlugin } from "../plugin-copy.ts";
import { Random } from "../random.ts";
import type { KnownPlan } from "../workload.ts";
import type { FleetOrders, Vendor } from "./agent.ts";
import { type Participant, Participants } from "./participants.ts";
import { PATIENT } from "./vendor.ts";

/** One machine has three runners in one clone; of several each has a clone and a runner. */
export type FleetOptions = Omit<MachinesOptions, "processes">;

const LEASE_MS = 30_000;
const WORK_MS = 500;
const KILL_EVERY_MS = 4_000;
/** How long a server that was killed stays away, at most. */
const MAX_DOWN_MS = 2_000;
const LOOK_EVERY_MS = 2_000;
const PLAN = "shared";
const PARTS = ["agents", "bin", "commands", "hooks", "mcp-server/dist", "skills", ".claude-plugin"];
/** The program of each client, and what it is here. */
const PROGRAMS: Readonly<Record<string, Vendor>> = {
  claude: "claude-code",
  codex: "codex",
  "own-agent": "own-program",
};
/** The clients of each runner in turn: two agents at once, so that two cores bear all of them. */
const AGENTS = ["claude=1,codex=1", "codex=1,command=1", "claude=1,command=1", "claude=1,codex=1"];

/**
 * Lets `parallel run` and `parallel worker` execute a plan on one machine or several, with agents that speak as vendors'
 * clients do, while runners, machines, the database and the git server are killed, connections break and clocks differ
 * by hours; then lets them finish, and judges what is left.
 */
export async function runFleet(options: FleetOptions): Promise<ChaosResult> {
  const began = performance.now();
  const run = new FleetRun(options, realpathSync(mkdtempSync(join(tmpdir(), "parallel-fleet-"))));
  try {
    await run.prepare();
    await run.execute();
    return { ...(await run.judge()), tookMs: performance.now() - began };
  } finally {
    await run.remove();
  }
}

class FleetRun {
  readonly #options: FleetOptions;
  readonly #folder: string;
  readonly #journals: string;
  readonly #behave: string;
  readonly #remote: string;
  readonly #random: Random;
  readonly #plan: KnownPlan;
  readonly #machines: Machine[] = [];
  readonly #killed = { runner: 0, worker: 0, machine: 0, database: 0, "git server": 0 };
  #database: CrashingDatabase | undefined;
  #daemon: GitDaemon | undefined;
  #participants: Participants | undefined;
  #own: Connection | undefined;
  #isEvidence = false;

  constructor(options: FleetOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#journals = join(folder, "journals");
    this.#behave = join(folder, "behave");
    this.#remote = join(folder, "remotes", "app.git");
    this.#random = new Random(options.seed);
    this.#plan = machinePlan(PLAN, this.#random, options.tasks);
  }

  async prepare(): Promise<void> {
    const { root, machines } = this.#options;
    for (const name of ["journals", "output"]) mkdirSync(join(this.#folder, name));
    copyPlugin(root, this.#folder, PARTS);
    await bundleClient(root, this.#folder, "fleet/agent.ts");
    await makeRemote(this.#folder, this.#remote);
    this.#daemon = await GitDaemon.start(dirname(this.#remote));
    this.#database = await crashingDatabase();
    const { PARALLEL_DATABASE_URL: databaseUrl = "" } = this.#database.env;
    const shared = { folder: this.#folder, root, databaseUrl, gitPort: this.#daemon.port };
    for (let number = 1; number <= machines; number++) {
      const machine = await machineOf(shared, number, this.#random, networkOf(number));
      this.#machines.push(machine);
      this.#installClients(machine);
    }
    const { seed } = this.#options;
    const orders: FleetOrders = {
      ...{ plan: this.#plan, journals: this.#journals, leaseMs: LEASE_MS, workMs: WORK_MS, seed },
      behave: this.#behave,
    };
    writeFileSync(join(this.#folder, "orders.json"), JSON.stringify(orders));
  }

  #installClients({ home }: Machine): void {
    mkdirSync(join(home, "bin"));
    for (const [name, vendor] of Object.entries(PROGRAMS)) {
      const path = join(home, "bin", name);
      const script = join(this.#folder, "client.mjs");
      writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' ${vendor} "$@"\n`);
      chmodSync(path, 0o755);
    }
  }

  async execute(): Promise<void> {
    const { chaosMs, endWithinMs } = this.#options;
    const own = await this.#makePlan();
    const participants = this.#makeParticipants();
    participants.start();
    const end = performance.now() + chaosMs;
    await Promise.all([
      this.#killUntil(end),
      ...this.#machines.map((machine) => disturb(machine, this.#random, end)),
    ]);
    writeFileSync(this.#behave, "");
    const last = performance.now() + endWithinMs;
    while (performance.now() < last && !(await this.#isCompleted(own))) await sleep(LOOK_EVERY_MS);
    await own.end();
    await participants.leave();
  }

  async #makePlan(): Promise<Connection> {
    const [{ checkout, env }] = this.#machines as [Machine];
    const entry = join(this.#folder, "plugin", "mcp-server", "dist", "server.js");
    const own = new Connection({ ...PATIENT, entry, checkout, env }, new JournalFile(this.#journals, 0, 1));
    this.#own = own;
    const { slug, cap, tasks } = this.#plan;
    await own.call("plan_create", {
      plan: slug,
      tasks: tasks.map(({ file }) => file),
      policy: { leaseMinutes: LEASE_MS / 60_000, maxParallel: cap, isolation: "worktree", review: "off" },
    });
    return own;
  }

  #makeParticipants(): Participants {
    const machines = this.#machines;
    const places = machines.length > 1 ? machines : Array<Machine>(3).fill(machines[0] as Machine);
    const all = places.map((machine, i): Participant => {
      const command = i === 0 ? ["run", PLAN, "--yes"] : ["worker"];
      const agents = AGENTS[i % AGENTS.length] as string;
      const own = ["--command", "own-agent {briefFile}"];
      const parameters = [...command, "--agents", agents, ...(agents.includes("command") ? own : [])];
      const path = [join(machine.home, "bin"), machine.env.PATH].join(delimiter);
      return { machine: { ...machine, env: { ...machine.env, PATH: path } }, parameters };
    });
    const program = join(this.#folder, "plugin", "bin", "parallel");
    const env = { FLEET_ORDERS: join(this.#folder, "orders.json") };
    this.#participants = new Participants(all, program, env, join(this.#folder, "output"), this.#random);
    return this.#participants;
  }

  async #killUntil(end: number): Promise<void> {
    const random = this.#random;
    for (;;) {
      const leftMs = end - performance.now();
      await sleep(Math.max(0, Math.min(leftMs, KILL_EVERY_MS * (0.5 + random.next()))));
      if (performance.now() >= end) return;
      await this.#killOne();
    }
  }

  async #killOne(): Promise<void> {
    const participants = this.#participants as Participants;
    const { participants: all } = participants;
    const kind = this.#random.next();
    const downMs = this.#random.between(100, MAX_DOWN_MS);
    const victim = this.#random.pick(all);
    const what =
      kind < 0.2 ? "database" : kind < 0.4 ? "git server" : kind < 0.55 ? "machine" : ofParticipant(victim);
    this.#killed[what] += 1;
    if (what === "database") await this.#database?.crash(downMs);
    else if (what === "git server") await this.#daemon?.crash(downMs);
    else if (what === "machine") participants.killMachine(victim);
    else participants.kill(victim);
  }

  /** Sends failed tasks back, as somebody does who wants the plan to come to its end. */
  async #isCompleted(own: Connection): Promise<boolean> {
    const failed = await own.call("task_list", { plan: PLAN, status: "failed", limit: 20 });
    for (const { task } of failed.data.tasks ?? [])
      await own.call("task_update", { task, status: "pending" }, ["wrong_state"]);
    const { data } = await own.call("task_list", { limit: 0 });
    return (data.plans ?? []).every(
      ({ counts }: { counts: { completed?: number; total: number } }) => counts.completed === counts.total,
    );
  }

  async judge(): Promise<Omit<ChaosResult, "tookMs">> {
    const journals = readJournals(this.#journals);
    const database = await (this.#database as CrashingDatabase).read();
    const clones = this.#machines.map(({ checkout }) => checkout);
    const git = readGit(this.#folder, this.#remote, clones, [PLAN], database.events);
    const ended = this.#participants?.ended ?? new Set();
    const evidence = { plans: [this.#plan], leaseMs: LEASE_MS, journals, database, git, endedOwners: ended };
    const judgement = judged(this.#folder, evidence, this.#participants?.problems ?? []);
    this.#isEvidence = judgement.evidence !== undefined;
    const kills = Object.values(this.#killed).reduce((sum, count) => sum + count, 0);
    return { ...judgement, kills, remark: this.#remark() };
  }

  #remark(): string {
    const kills = Object.entries(this.#killed).map(([what, count]) => `${what} ${count}`);
    const waits = this.#participants?.said().match(/It is tried again/g)?.length ?? 0;
    const isApart = this.#machines.every(({ network }) => network !== LOOPBACK);
    return `${isApart ? "each with a network of its own" : "by processes alone"}; killed: ${kills.join(", ")}; runners said ${waits} times that the database was out of reach, and went on`;
  }

  async remove(): Promise<void> {
    this.#participants?.killAll();
    this.#own?.killServer();
    for (const { database, remote, network } of this.#machines) {
      await database.stop();
      await remote.stop();
      await network.remove();
    }
    await this.#daemon?.stop();
    await this.#database?.remove();
    // A process that was just killed may still be writing.
    if (!this.#isEvidence) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function ofParticipant({ parameters: [command] }: Participant): "runner" | "worker" {
  return command === "run" ? "runner" : "worker";
}

/** Where this process may not make a network, the machine is one by its processes alone. */
function networkOf(machine: number): MachineNetwork {
  const own = pointToPoint(machine);
  if (!own) return LOOPBACK;
  return {
    host: own.outside,
    command: (program, parameters) => own.command([program, ...parameters]),
    remove: async () => own.remove(),
  };
}
