import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { bundleClient } from "./bundle-client.ts";
import { type ChaosResult, type Judgement, judged } from "./chaos-result.ts";
import type { Orders } from "./client.ts";
import { ClientProcesses, isAlive } from "./client-processes.ts";
import { Connection, type ServerPlace } from "./connection.ts";
import { databaseFor, type Engine, type RunDatabase } from "./database.ts";
import { JournalFile, readJournals } from "./journal.ts";
import { copyPlugin } from "./plugin-copy.ts";
import { Random } from "./random.ts";
import { type KnownPlan, planOf } from "./workload.ts";

export interface ChaosOptions {
  readonly engine: Engine;
  readonly seed: number;
  /** Clients, each with a server of its own. */
  readonly processes: number;
  readonly tasks: number;
  /** How long processes are killed and clients misbehave. */
  readonly chaosMs: number;
  /** Then they behave for at most so long, to bring the plans to their end. */
  readonly endWithinMs: number;
  /** The repository: `agents` and `mcp-server/dist` are copied from there. */
  readonly root: string;
}

const LEASE_MS = 2_000;
const KILL_EVERY_MS = 500;

/**
 * Lets real processes fight over two plans of one checkout while they are killed at random, then lets them finish,
 * and judges what is left by the evidence of the database and of what the clients were told.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-stress-")));
  const run = new ChaosRun(options, folder);
  try {
    await run.prepare();
    await run.runClients();
    const judgement = await run.judge();
    return { ...judgement, kills: run.kills, tookMs: performance.now() - began };
  } finally {
    await run.remove();
  }
}

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #folder: string;
  readonly #checkout: string;
  readonly #journals: string;
  readonly #random: Random;
  readonly #plans: readonly KnownPlan[];
  #clientScript = "";
  #clients: ClientProcesses | undefined;
  #database: RunDatabase | undefined;
  #own: Connection | undefined;
  #isEvidence = false;

  constructor(options: ChaosOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#checkout = join(folder, "checkout");
    this.#journals = join(folder, "journals");
    this.#random = new Random(options.seed);
    const half = Math.floor(options.tasks / 2);
    this.#plans = [planOf("alpha", this.#random, options.tasks - half), planOf("beta", this.#random, half)];
  }

  get kills(): number {
    return this.#clients?.kills ?? 0;
  }

  async prepare(): Promise<void> {
    const { root, engine } = this.#options;
    for (const path of [this.#checkout, this.#journals, join(this.#folder, "home")]) mkdirSync(path);
    copyPlugin(root, this.#folder, ["agents", "mcp-server/dist"]);
    this.#clientScript = await bundleClient(root, this.#folder, "client.ts");
    await execa("git", ["init", "--quiet"], { cwd: this.#checkout });
    for (const { slug, tasks } of this.#plans) {
      const breakdown = { tasks: tasks.map(({ file }) => file) };
      writeFileSync(join(this.#checkout, `${slug}.json`), JSON.stringify(breakdown));
    }
    this.#database = await databaseFor(engine, this.#checkout);
  }

  /** The whole run from the import of the plans to the last process's end. */
  async runClients(): Promise<void> {
    const { processes, chaosMs, endWithinMs } = this.#options;
    const journal = new JournalFile(this.#journals, 0, 1);
    const own = new Connection(this.#place(), journal);
    this.#own = own;
    for (const { slug, cap, capacity } of this.#plans) {
      const policy = { leaseMinutes: LEASE_MS / 60_000, maxParallel: cap, capacity };
      await own.call("plan_create", { plan: slug, from: `${slug}.json`, policy });
    }
    const forgotten = await this.#takeOffer(own, journal);
    const clients = new ClientProcesses({
      script: this.#clientScript,
      count: processes,
      ordersOf: (client, life) => this.#ordersOf(client, life),
      killEveryMs: KILL_EVERY_MS,
      errorLog: this.#errorLog,
      random: this.#random,
    });
    this.#clients = clients;
    await clients.killUntil(performance.now() + chaosMs);
    clients.behave();
    await own.useToken(
      { call: "report", nonce: "0.1.1", outcome: "failed", ...forgotten },
      {
        outcome: "failed",
        summary: "nonce 0.1.1",
      },
    );
    const end = performance.now() + endWithinMs;
    while (!clients.allCompleted && performance.now() < end) await sleep(100);
    await clients.leave();
    await own.end();
  }

  async judge(): Promise<Judgement> {
    const journals = readJournals(this.#journals);
    const servers = journals.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === "server" ? [entry.pid] : [])),
    );
    await this.#clients?.gone("a server outlived its client", () => !servers.some(isAlive));
    const database = await (this.#database as RunDatabase).read();
    const evidence = { plans: this.#plans, leaseMs: LEASE_MS, journals, database };
    const judgement = judged(this.#folder, evidence, this.#clients?.problems ?? []);
    this.#isEvidence = judgement.evidence !== undefined;
    return judgement;
  }

  async remove(): Promise<void> {
    this.#clients?.killAll();
    this.#own?.killServer();
    await this.#database?.remove();
    // A server that was just killed may still be writing.
    if (!this.#isEvidence) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #errorLog(): string {
    return join(this.#folder, "errors.log");
  }

  #place(): ServerPlace {
    const env = {
      PATH: process.env.PATH,
      HOME: join(this.#folder, "home"),
      PARALLEL_MAX_PARALLEL: "20",
      ...this.#database?.env,
    };
    const entry = join(this.#folder, "plugin", "mcp-server", "dist", "server.js");
    return { entry, checkout: this.#checkout, env };
  }

  /** An offer that is held by a living process and not taken up until the end of the chaos. */
  async #takeOffer(own: Connection, journal: JournalFile): Promise<{ task: string; token: string }> {
    const { data } = await own.call("batch_next", { plan: "alpha", max: 1 });
    const [item] = data.launch;
    const token = /\b\d+-[a-z2-7]{26}\b/.exec(item.prompt)?.[0] ?? "";
    const given = { task: `alpha/${item.task}`, token };
    journal.write({ kind: "given", ...given });
    return given;
  }

  #ordersOf(client: number, life: number): Orders {
    const { tasks, chaosMs, seed } = this.#options;
    const caps = this.#plans.reduce((sum, { cap }) => sum + cap, 0);
    return {
      ...this.#place(),
      client,
      life,
      seed: seed * 7_919 + client * 101 + life,
      plans: this.#plans.map((plan) => ({
        slug: plan.slug,
        from: `${plan.slug}.json`,
        tasks: plan.tasks.length,
      })),
      journals: this.#journals,
      leaseMs: LEASE_MS,
      // The plans should last about as long as the chaos does: most of the time goes into what goes wrong.
      workMs: Math.round((caps * chaosMs) / tasks / 4),
    };
  }
}
