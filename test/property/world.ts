import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IgnoredFiles } from "../../mcp-server/src/git/ignored-files.ts";
import { isDraining } from "../../mcp-server/src/graph/attempt.ts";
import { OfferTokens } from "../../mcp-server/src/graph/token.ts";
import { GraphClock } from "../../mcp-server/src/policy/liveness/graph-clock.ts";
import { CommandRunner } from "../../mcp-server/src/run/approval/command-runner.ts";
import { expireClaims } from "../../mcp-server/src/run/attempts/expire-claims.ts";
import { changeGraph } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import { readGraph } from "../../mcp-server/src/run/plan/plan-view.ts";
import { Prices } from "../../mcp-server/src/run/prices/prices.ts";
import { CheckoutSnapshots } from "../../mcp-server/src/run/project/checkout-snapshots.ts";
import { ownerOf } from "../../mcp-server/src/run/project/owner.ts";
import { PluginTexts } from "../../mcp-server/src/run/project/plugin-texts.ts";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { Transcripts } from "../../mcp-server/src/run/project/transcripts.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { type Picture, pictureOfTask } from "./model.ts";

/** One process that uses the graph, as far as the graph can tell: a connection of its own, and a living owner. */
interface Session {
  owner: ChildProcess;
  context: RunContext;
  store: GraphStore;
}

/** By session, the checkout that it works in. */
export const CHECKOUTS = ["checkout", "checkout", "other-checkout"] as const;
const SESSIONS = CHECKOUTS.length;

/** Living processes to own claims; a run leaves those that it did not kill to the next one. */
const owners: (ChildProcess | undefined)[] = [];

/** To be called once all runs are over. */
export function endOwners(): void {
  for (const owner of owners.splice(0)) owner?.kill("SIGKILL");
}

/** The product on a database file of its own: several sessions, one clock. */
export class World {
  nowMs = 0;
  readonly #folder: string;
  readonly #sessions: Session[] = [];
  #random = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param template a graph without plans, which is copied because creating one takes long. */
  static async open(template: string): Promise<World> {
    const world = new World(realpathSync(mkdtempSync(join(tmpdir(), "parallel-property-"))));
    for (const checkout of new Set(CHECKOUTS)) mkdirSync(join(world.#folder, checkout));
    copyFileSync(template, world.path);
    for (let i = 0; i < SESSIONS; i++) world.#sessions.push(await world.#newSession(i));
    return world;
  }

  get path(): string {
    return join(this.#folder, "graph.sqlite");
  }

  session(at: number): RunContext {
    return this.#session(at).context;
  }

  /** What tells the owner of this session from others. */
  ownerName(at: number): string {
    return String(this.#session(at).owner.pid);
  }

  /** Its server ends and another one is started for the same owner. */
  async reconnect(at: number): Promise<void> {
    await this.#session(at).store.close();
    this.#sessions[at] = await this.#newSession(at);
  }

  /** The owner is killed; a new one with a new server takes its place. */
  async kill(at: number): Promise<void> {
    const { owner } = this.#session(at);
    owner.kill("SIGKILL");
    if (owner.exitCode === null && owner.signalCode === null) await once(owner, "exit");
    owners[at] = undefined;
    await this.reconnect(at);
  }

  /** Writes a file of the checkout and returns its path there. */
  write(name: string, text: string): string {
    writeFileSync(join(this.#folder, "checkout", name), text);
    return name;
  }

  async sweep(): Promise<void> {
    const { store, context } = this.#session(0);
    await changeGraph(context, store, "observer", expireClaims);
  }

  /** The plan as every session sees it: each has its own copy in memory. */
  async pictures(slug: string): Promise<Picture[]> {
    return Promise.all(
      this.#sessions.map(({ store, context }) =>
        readGraph(context, store, async (view) => {
          const { stored, graph } = await view.plan(slug);
          return {
            status: stored.status,
            tasks: Object.fromEntries(
              [...graph.tasks.values()].map((task) => [
                task.id,
                pictureOfTask(task.status, task.dependencies, [
                  task.failedAttempts,
                  task.lostAttempts,
                  task.timesBlocked,
                ]),
              ]),
            ),
            ready: graph.ready.map(({ id }) => id as string).sort(),
            live: graph.live.map((claim) => `${claim.task} ${claim.state}`),
            draining: graph.draining
              .filter((claim) => isDraining(claim, this.nowMs))
              .map((claim) => claim.task as string),
          };
        }),
      ),
    );
  }

  async close(): Promise<void> {
    for (const { store } of this.#sessions) await store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #session(at: number): Session {
    const session = this.#sessions[at];
    if (!session) throw new Error(`there are ${SESSIONS} sessions`);
    return session;
  }

  async #newSession(at: number): Promise<Session> {
    const owner = livingOwner(at);
    const store = await openSqlite(this.path, true, estimatesFrom);
    if (!store) throw new Error("the graph was not opened");
    const checkout = CHECKOUTS[at] ?? CHECKOUTS[0];
    const root = join(this.#folder, checkout);
    return {
      owner,
      store,
      context: {
        directory: root,
        checkout: { root, gitCommonDir: undefined },
        checkoutKey: `machine:${root}`,
        repository: "repository",
        caseInsensitive: false,
        isOfWorker: false,
        owner: await ownerOf(owner.pid ?? 0, undefined),
        workflowCap: 8,
        settings: { maxParallel: 20 },
        labels: [],
        roles: new Roles(),
        pluginRoot: root,
        pluginTexts: new PluginTexts(root, root),
        prices: new Prices({ named: undefined, hostFolder: root, pluginRoot: root }),
        commands: new CommandRunner({
          root,
          gitCommonDir: undefined,
          directory: root,
          hostFolder: root,
          managedFolder: root,
          env: {},
        }),
        now: () => this.nowMs,
        clock: new GraphClock(() => this.nowMs),
        snapshots: new CheckoutSnapshots(undefined, () => this.nowMs),
        ignoredFiles: new IgnoredFiles(undefined),
        transcripts: new Transcripts(join(this.#folder, "projects")),
        offerTokens: new OfferTokens(),
        randomBytes: (size) => new Uint8Array(size).fill(this.#random++ % 256),
        graph: async () => store,
        createGraph: async () => store,
      },
    };
  }
}

function livingOwner(at: number): ChildProcess {
  const living = owners[at];
  if (living) return living;
  const owner = spawn("sleep", ["3600"], { stdio: "ignore" });
  owners[at] = owner;
  return owner;
}
