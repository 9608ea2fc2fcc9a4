import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Owner } from "../graph/attempt.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { type Checkout, checkoutKey, findCheckout, graphLocation } from "./checkout.ts";
import { CallerError } from "./errors.ts";
import { isCaseInsensitive } from "./file-names.ts";
import { ownerOf } from "./owner.ts";
import { type PolicyInput, settingsFromEnvironment } from "./policy-input.ts";
import { Roles } from "./roles.ts";

/** Everything that a use case needs of the world around the graph. */
export interface RunContext {
  readonly checkout: Checkout;
  readonly checkoutKey: string;
  readonly repository: string;
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
  readonly databasePath: string;
  readonly owner: Owner;
  readonly settings: PolicyInput;
  readonly roles: Roles;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The graph, or undefined while no plan was ever made here: looking must not create it. */
  readonly graph: () => Promise<GraphStore | undefined>;
  /** The graph, created if need be. */
  readonly createGraph: () => Promise<GraphStore>;
}

/** What the process was started with. */
export interface ProcessFacts {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly parentPid: number;
}

/**
 * @param pluginRoot the folder of the plugin, whose agents can be launched.
 * @throws CallerError for a setting in the environment that is not valid.
 */
export async function createContext(facts: ProcessFacts, pluginRoot: string): Promise<RunContext> {
  const { env } = facts;
  const checkout = await findCheckout(facts.directory);
  const url = env.PARALLEL_DATABASE_URL || undefined;
  if (url !== undefined && !url.startsWith("sqlite:")) {
    throw new CallerError(
      "not_served",
      `PARALLEL_DATABASE_URL=${url.replace(/\/\/.*@/, "//…@")} is not served by this version.`,
      "Use sqlite:PATH, or leave it unset for a graph inside the repository.",
      "PARALLEL_DATABASE_URL",
    );
  }
  const location = graphLocation(checkout, url);
  const graph = new GraphHandle(location.path);
  return {
    checkout,
    checkoutKey: checkoutKey(checkout),
    repository: location.repository,
    caseInsensitive: isCaseInsensitive(checkout.root),
    databasePath: location.path,
    owner: await ownerOf(facts.parentPid, env.CLAUDE_CODE_SESSION_ID),
    settings: settingsFromEnvironment(env),
    roles: new Roles(pluginRoot),
    now: Date.now,
    randomBytes,
    graph: () => graph.open(false),
    createGraph: async () => {
      const store = await graph.open(true);
      if (!store) throw new Error("the graph was not created");
      return store;
    },
  };
}

/** Opens the database once, with the first use that needs it. */
class GraphHandle {
  #store: GraphStore | undefined;
  /** Opening is serialised, so that two first calls do not open it twice. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  open(create: boolean): Promise<GraphStore | undefined> {
    const result = this.#turn.then(() => this.#open(create));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #open(create: boolean): Promise<GraphStore | undefined> {
    if (this.#store) {
      // A database that was moved away while this server runs must not be written to any more.
      if (existsSync(this.path)) return this.#store;
      await this.#store.close();
      this.#store = undefined;
    }
    if (!create && !existsSync(this.path)) return undefined;
    // The driver and the query builder are loaded with the first plan, not with every session.
    const { openSqlite } = await import("../store/sqlite.ts");
    this.#store = await openSqlite(this.path, create);
    return this.#store;
  }
}
