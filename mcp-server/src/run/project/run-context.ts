import { randomBytes } from "node:crypto";
import { IgnoredFiles } from "../../git/ignored-files.ts";
import type { Owner } from "../../graph/attempt.ts";
import { OfferTokens } from "../../graph/token.ts";
import { AgentFiles } from "../../host/agent-files.ts";
import { AgentPlaces } from "../../host/agent-places.ts";
import { hostFolder, managedFolder } from "../../host/folders.ts";
import { GraphClock } from "../../policy/liveness/graph-clock.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { CommandRunner } from "../approval/command-runner.ts";
import { Prices } from "../prices/prices.ts";
import { isCaseInsensitive } from "./case-sensitivity.ts";
import { type Checkout, checkoutKey, findCheckout, reportsFolder } from "./checkout.ts";
import { CheckoutSnapshots } from "./checkout-snapshots.ts";
import { GraphHandle } from "./graph-handle.ts";
import { graphLocation } from "./graph-location.ts";
import { ownerOf } from "./owner.ts";
import type { PolicyInput } from "./plan-settings.ts";
import { PluginTexts } from "./plugin-texts.ts";
import { Roles } from "./roles.ts";
import { labelsHere, settingsFromEnvironment } from "./settings-from-environment.ts";
import { startFolder } from "./start-folder.ts";
import { Transcripts } from "./transcripts.ts";
import { workflowCap } from "./workflow-cap.ts";

/** Everything that a use case needs of the world around the graph. */
export interface RunContext {
  /** Real path of the folder that this process was started for: the checkout's top level, or a folder below it. */
  readonly directory: string;
  readonly checkout: Checkout;
  readonly checkoutKey: string;
  readonly repository: string;
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
  readonly owner: Owner;
  /** Whether this process is a worker or serves one's agent: others may go on with its plans elsewhere, and it may be gone. */
  readonly isOfWorker: boolean;
  readonly settings: PolicyInput;
  /** What is on this machine that tasks may ask for. */
  readonly labels: readonly string[];
  /** How many agents the host's script engine runs at once. */
  readonly workflowCap: number;
  readonly roles: Roles;
  /** Where this plugin lies. */
  readonly pluginRoot: string;
  readonly pluginTexts: PluginTexts;
  /** Runs what the user has approved, and nothing else. */
  readonly commands: CommandRunner;
  readonly snapshots: CheckoutSnapshots;
  readonly ignoredFiles: IgnoredFiles;
  readonly transcripts: Transcripts;
  /** What models cost. */
  readonly prices: Prices;
  /** Where Claude Code keeps files of this plugin; absent elsewhere. */
  readonly dataFolder?: string | undefined;
  readonly offerTokens: OfferTokens;
  /** The time by `clock`, in milliseconds since 1970. */
  readonly now: () => number;
  readonly clock: GraphClock;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The graph, or undefined while no plan was ever made here: looking must not create it. */
  readonly graph: () => Promise<GraphStore | undefined>;
  /** The graph, created if need be. */
  readonly createGraph: () => Promise<GraphStore>;
}

/** A context with the connection to the graph that was opened for it. */
export interface OpenContext extends RunContext {
  /** Lets the graph go; no use of the context may come after it. */
  readonly close: () => Promise<void>;
}

/** Set for a worker and the servers of its agents. */
export const WORKER_VARIABLE = "PARALLEL_WORKER";

/** What the process was started with. */
export interface ProcessFacts {
  /** The project's folder as the client names it; absent: the process's current one. */
  readonly directory?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly parentPid: number;
  /** What is on this machine, beside what the environment names; absent: nothing. */
  readonly labels?: readonly string[];
  /** The folder of the plugin, whose agents can be launched and whose skills can be read. */
  readonly pluginRoot: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** @throws CallerError for a folder that is gone, or a setting in the environment that is not valid. */
export async function createContext(facts: ProcessFacts): Promise<OpenContext> {
  const { env, pluginRoot } = facts;
  const clock = new GraphClock(facts.now);
  const { now } = clock;
  const directory = startFolder(facts.directory);
  const checkout = await findCheckout(directory);
  const location = await graphLocation(checkout, env.PARALLEL_DATABASE_URL || undefined);
  const graph = new GraphHandle(location, clock);
  const folders = { directory, hostFolder: hostFolder(env), managedFolder: managedFolder() };
  return {
    directory,
    checkout,
    checkoutKey: checkoutKey(checkout),
    repository: location.repository,
    caseInsensitive: isCaseInsensitive(checkout.root),
    owner: await ownerOf(facts.parentPid, env.CLAUDE_CODE_SESSION_ID),
    isOfWorker: Boolean(env[WORKER_VARIABLE]),
    settings: settingsFromEnvironment(env),
    labels: labelsHere(env, facts.labels ?? []),
    workflowCap: workflowCap(env),
    roles: new Roles(
      new AgentFiles(
        new AgentPlaces({
          ...folders,
          root: checkout.root,
          pluginRoot,
        }),
      ),
    ),
    pluginRoot,
    pluginTexts: new PluginTexts(pluginRoot, reportsFolder(checkout)),
    commands: new CommandRunner({ ...checkout, ...folders, env }),
    snapshots: new CheckoutSnapshots(checkout.gitCommonDir && checkout.root, now),
    ignoredFiles: new IgnoredFiles(checkout.gitCommonDir && checkout.root),
    transcripts: Transcripts.ofUser(env),
    prices: new Prices({
      named: env.PARALLEL_PRICES || undefined,
      hostFolder: folders.hostFolder,
      pluginRoot,
    }),
    dataFolder: env.CLAUDE_PLUGIN_DATA || undefined,
    offerTokens: new OfferTokens(),
    now,
    clock,
    randomBytes,
    graph: () => graph.open(false),
    createGraph: async () => {
      const store = await graph.open(true);
      if (!store) throw new Error("the graph was not created");
      return store;
    },
    close: () => graph.close(),
  };
}
