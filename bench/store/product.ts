import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { IgnoredFiles } from "../../mcp-server/src/git/ignored-files.ts";
import type { Report } from "../../mcp-server/src/graph/attempt.ts";
import { scopeOf } from "../../mcp-server/src/graph/task.ts";
import { findToken, OfferTokens } from "../../mcp-server/src/graph/token.ts";
import { GraphClock } from "../../mcp-server/src/policy/liveness/graph-clock.ts";
import { CommandRunner } from "../../mcp-server/src/run/approval/command-runner.ts";
import type { BatchLaunch } from "../../mcp-server/src/run/claims/launch.ts";
import { type Offered, offer } from "../../mcp-server/src/run/claims/offer.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { taskOf } from "../../mcp-server/src/run/plan/load-plan.ts";
import { changePlan } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import { Prices } from "../../mcp-server/src/run/prices/prices.ts";
import { type Checkout, checkoutKey } from "../../mcp-server/src/run/project/checkout.ts";
import { CheckoutSnapshots } from "../../mcp-server/src/run/project/checkout-snapshots.ts";
import { ownerOf } from "../../mcp-server/src/run/project/owner.ts";
import { PluginTexts } from "../../mcp-server/src/run/project/plugin-texts.ts";
import { repositoryName } from "../../mcp-server/src/run/project/repository-name.ts";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { Transcripts } from "../../mcp-server/src/run/project/transcripts.ts";
import { reportTask } from "../../mcp-server/src/run/reporting/report-task.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { PostgresGraph } from "../../mcp-server/src/store/engines/postgres.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";

const REPORT: Report = {
  outcome: "completed",
  summary: "The module follows the new interface; its tests pass.",
  evidence: [{ command: "npm test", exitCode: 0, result: "12 tests passed" }],
  filesChanged: ["src/a.ts", "src/a.test.ts"],
  findings: [],
  notes: ["The interface has one more method."],
};

/** The most that a policy allows. */
export const CAP = 20;

/** The graph of the checkout in this database. */
export async function openGraph(url: string, root: string): Promise<GraphStore> {
  const store = url.startsWith("sqlite:")
    ? await openSqlite(url.slice("sqlite:".length), true, estimatesFrom)
    : await new PostgresGraph(url, await repositoryName(checkoutAt(root)), estimatesFrom).open(true);
  if (!store) throw new Error(`no graph at ${url}`);
  return store;
}

function checkoutAt(root: string): Checkout {
  return { root, gitCommonDir: undefined };
}

/** What a server process has around the graph. The owner is the parent, as with a real server. */
export async function contextOf(store: GraphStore, root: string): Promise<RunContext> {
  return {
    directory: root,
    checkout: checkoutAt(root),
    checkoutKey: checkoutKey(checkoutAt(root)),
    repository: await repositoryName(checkoutAt(root)),
    caseInsensitive: false,
    isOfWorker: false,
    owner: await ownerOf(process.ppid, undefined),
    workflowCap: 8,
    settings: { maxParallel: CAP },
    labels: [],
    roles: new Roles(),
    pluginRoot: "",
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
    now: Date.now,
    clock: new GraphClock(Date.now),
    snapshots: new CheckoutSnapshots(undefined, Date.now),
    ignoredFiles: new IgnoredFiles(undefined),
    transcripts: new Transcripts(join(root, "projects")),
    offerTokens: new OfferTokens(),
    randomBytes,
    graph: async () => store,
    createGraph: async () => store,
  };
}

/**
 * A plan of that many tasks: chains of ten, each task also waiting for one of an earlier chain; every task writes a
 * file of its own, and every fifteenth one that it shares with others. No two plans share any.
 */
export async function makePlan(context: RunContext, plan: string, size: number): Promise<void> {
  const tasks = Array.from({ length: size }, (_, i) => {
    const earlier = i < 20 ? -1 : (i * 7919) % (i - 10);
    return {
      id: String(i),
      subject: `Change module ${i}`,
      description: "Make the module follow the new interface, and extend its tests.",
      dependencies: i % 10 === 0 ? [] : [String(i - 1), ...(earlier >= 0 ? [String(earlier)] : [])],
      writes: [`${plan}/m${i % 97}/f${i}.ts`, ...(i % 15 === 0 ? [`${plan}/shared${(i / 15) % 50}.ts`] : [])],
    };
  });
  await createPlan(context, "bench", { plan, tasks, policy: { maxParallel: CAP } });
}

/** The first tasks of the plan were done before: their claims and events fill the database. */
export async function addHistory(context: RunContext, plan: string, tasks: number): Promise<void> {
  const store = await context.createGraph();
  for (let from = 0; from < tasks; from += 1_000) {
    await changePlan(context, store, "bench", plan, async (loaded) => {
      for (let i = from; i < Math.min(tasks, from + 1_000); i++) {
        const task = taskOf(loaded, String(i));
        const { role, agentType } = context.roles.resolve(task.agent);
        const candidate = {
          id: task.id,
          task,
          role,
          agentType,
          scope: scopeOf(task),
          isolation: "shared" as const,
        };
        const [offered] = await offer(loaded, [candidate], undefined);
        const { attempt } = offered as Offered;
        const id = task.id;
        loaded.append(
          { type: "attempt.started", task: id, attempt, number: 1, leaseUntilMs: loaded.nowMs + 1 },
          { type: "attempt.ended", task: id, attempt, outcome: "completed", report: REPORT },
          { type: "task.status", task: id, status: "completed" },
        );
      }
    });
  }
}

/** Hands in the report of a task that is done. */
export async function complete(
  context: RunContext,
  plan: string,
  task: string,
  token: string,
): Promise<void> {
  await reportTask(context, "bench", undefined, { task: `${plan}/${task}`, token, report: REPORT });
}

export function tokenOf({ prompt }: BatchLaunch): string {
  const token = findToken(prompt);
  if (token === undefined) throw new Error(`no token in ${prompt}`);
  return token;
}
