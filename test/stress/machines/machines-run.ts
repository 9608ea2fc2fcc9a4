import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleClient } from "../bundle-client.ts";
import { type ChaosResult, judged } from "../chaos-result.ts";
import { ClientProcesses, isAlive } from "../client-processes.ts";
import { Connection, type ServerPlace } from "../connection.ts";
import { databaseFor, type RunDatabase } from "../database.ts";
import { JournalFile, readJournals } from "../journal.ts";
import { copyPlugin } from "../plugin-copy.ts";
import { Random } from "../random.ts";
import type { KnownPlan } from "../workload.ts";
import { disturb } from "./bad-network.ts";
import type { MachineOrders } from "./client.ts";
import { GitDaemon } from "./git-daemon.ts";
import { readGit } from "./git-evidence.ts";
import { type Machine, machineOf } from "./machine.ts";
import { makeRemote } from "./remote-repository.ts";
import { machinePlan } from "./workload.ts";

export interface MachinesOptions {
  readonly seed: number;
  readonly machines: number;
  /** Clients of each machine, each with a server of its own. */
  readonly processes: number;
  readonly tasks: number;
  /** How long processes are killed, agents misbehave and the network is bad. */
  readonly chaosMs: number;
  /** Then all is well for at most so long, to bring the plan to its end. */
  readonly endWithinMs: number;
  /** The repository: `agents` and `mcp-server/dist` are copied from there. */
  readonly root: string;
}

const LEASE_MS = 30_000;
/** Agents of one client at once. */
const HANDS = 2;
/** Git and the servers take most of a task's time. */
const WORK_MS = 500;
/** A server has to live long enough to make a worktree or to push now and then. */
const KILL_EVERY_MS = 2_000;
/** Making a worktree may mean several connections to the remote, each of which may take a minute. */
const ANSWER_WITHIN_MS = 300_000;
const PLAN = "shared";

/**
 * Lets clones on several machines work on one plan, which meet in a database and in a remote repository alone, while
 * processes are killed, connections break and clocks differ by hours; then lets them finish, and judges what is left.
 */
export async function runMachines(options: MachinesOptions): Promise<ChaosResult> {
  const began = performance.now();
  const run = new MachinesRun(options, realpathSync(mkdtempSync(join(tmpdir(), "parallel-machines-"))));
  try {
    await run.prepare();
    await run.runClients();
    return { ...(await run.judge()), tookMs: performance.now() - began };
  } finally {
    await run.remove();
  }
}

class MachinesRun {
  readonly #options: MachinesOptions;
  readonly #folder: string;
  readonly #journals: string;
  readonly #remote: string;
  readonly #random: Random;
  readonly #plan: KnownPlan;
  readonly #machines: Machine[] = [];
  #clientScript = "";
  #database: RunDatabase | undefined;
  #daemon: GitDaemon | undefined;
  #clients: ClientProcesses | undefined;
  #isEvidence = false;

  constructor(options: MachinesOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#journals = join(folder, "journals");
    this.#remote = join(folder, "remotes", "app.git");
    this.#random = new Random(options.seed);
    this.#plan = machinePlan(PLAN, this.#random, options.tasks);
  }

  async prepare(): Promise<void> {
    const { root, machines } = this.#options;
    mkdirSync(this.#journals);
    copyPlugin(root, this.#folder, ["agents", "mcp-server/dist"]);
    this.#clientScript = await bundleClient(root, this.#folder, "machines/client.ts");
    await makeRemote(this.#folder, this.#remote);
    this.#daemon = await GitDaemon.start(dirname(this.#remote));
    this.#database = await databaseFor("postgres", this.#remote);
    const { PARALLEL_DATABASE_URL: databaseUrl = "" } = this.#database.env;
    const shared = { folder: this.#folder, root, databaseUrl, gitPort: this.#daemon.port };
    for (let number = 1; number <= machines; number++)
      this.#machines.push(await machineOf(shared, number, this.#random));
  }

  async runClients(): Promise<void> {
    const { machines, processes, chaosMs, endWithinMs } = this.#options;
    await this.#makePlan();
    const clients = new ClientProcesses({
      script: this.#clientScript,
      count: machines * processes,
      ordersOf: (client, life) => this.#ordersOf(client, life),
      killEveryMs: KILL_EVERY_MS,
      errorLog: this.#errorLog,
      random: this.#random,
    });
    this.#clients = clients;
    const end = performance.now() + chaosMs;
    await Promise.all([
      clients.killUntil(end),
      ...this.#machines.map((machine) => disturb(machine, this.#random, end)),
    ]);
    clients.behave();
    const last = performance.now() + endWithinMs;
    while (!clients.allCompleted && performance.now() < last) await sleep(100);
    await clients.leave();
  }

  async #makePlan(): Promise<void> {
    const [first] = this.#machines;
    if (!first) throw new Error("there is no machine");
    const { slug, cap, tasks } = this.#plan;
    const own = new Connection(this.#placeOn(first), new JournalFile(this.#journals, 0, 1));
    await own.call("plan_create", {
      plan: slug,
      tasks: tasks.map(({ file }) => file),
      policy: { leaseMinutes: LEASE_MS / 60_000, maxParallel: cap, isolation: "worktree" },
    });
    await own.end();
  }

  async judge(): Promise<Omit<ChaosResult, "tookMs">> {
    const journals = readJournals(this.#journals);
    const servers = journals.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === "server" ? [entry.pid] : [])),
    );
    await this.#clients?.gone("a server outlived its client", () => !servers.some(isAlive));
    const database = await (this.#database as RunDatabase).read();
    const clones = this.#machines.map(({ checkout }) => checkout);
    const git = readGit(this.#folder, this.#remote, clones, [PLAN], database.events);
    const evidence = { plans: [this.#plan], leaseMs: LEASE_MS, journals, database, git };
    const judgement = judged(this.#folder, evidence, this.#clients?.problems ?? []);
    this.#isEvidence = judgement.evidence !== undefined;
    return { ...judgement, kills: this.#clients?.kills ?? 0 };
  }

  async remove(): Promise<void> {
    this.#clients?.killAll();
    for (const { database, remote } of this.#machines) {
      await database.stop();
      await remote.stop();
    }
    await this.#daemon?.stop();
    await this.#database?.remove();
    // A server that was just killed may still be writing.
    if (!this.#isEvidence) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #errorLog(): string {
    return join(this.#folder, "errors.log");
  }

  #placeOn({ checkout, env }: Machine): ServerPlace {
    const entry = join(this.#folder, "plugin", "mcp-server", "dist", "server.js");
    const repeated = ["store_unreachable", "store_busy"];
    return { entry, checkout, env, repeated, answerWithinMs: ANSWER_WITHIN_MS };
  }

  #ordersOf(client: number, life: number): MachineOrders {
    const { machines, processes, seed } = this.#options;
    const machine = this.#machines[(client - 1) % machines] as Machine;
    return {
      ...this.#placeOn(machine),
      ...{ client, life, journals: this.#journals, leaseMs: LEASE_MS, workMs: WORK_MS, hands: HANDS },
      seed: seed * 7_919 + client * 101 + life,
      plans: [this.#plan],
      isLast: client === machines * processes,
    };
  }
}
