import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AgentClient, ClientEvent } from "../../mcp-server/src/clients/agent-client.ts";
import { deliveriesEnded } from "../../mcp-server/src/run/delivery/deliver-waiting.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { startEngineRun } from "../../mcp-server/src/run/engine/engine-runs.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { createContext, type OpenContext } from "../../mcp-server/src/run/project/run-context.ts";
import { ClientSlots } from "../../mcp-server/src/runner/client-slots.ts";
import { PlanRun, type PlanRunEnd, type RunnerNews } from "../../mcp-server/src/runner/run-plan.ts";
import { repository, type TaskInput } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { emptyEnvironment } from "./temporary-folder.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const AGENT = join(CHECKOUT, "test", "runner", "scripted-agent.mjs");

/** A client whose agents do what the descriptions of their tasks say. */
export function scriptedClient(name = "scripted", changes: Partial<AgentClient> = {}): AgentClient {
  return {
    name,
    programs: [],
    callsTools: false,
    hasHooks: false,
    permissions: "all",
    start: ({ brief, stateFolder }) => ({
      program: process.execPath,
      args: [AGENT, join(stateFolder, "brief")],
      env: {},
      stdin: "",
      files: { brief },
    }),
    read: (line) => [JSON.parse(line) as ClientEvent],
    ...changes,
  };
}

/** A plan of these tasks in a new repository, and a runner that executes it in this process. */
export async function plannedRun(
  tasks: readonly TaskInput[],
  policy: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const folder = await repository();
  const ctx = await createContext({
    ...{
      directory: folder,
      env: { ...emptyEnvironment(), ...env },
      parentPid: process.pid,
      pluginRoot: CHECKOUT,
    },
    now: Date.now,
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await deliveriesEnded(ctx);
    await ctx.close();
  };
  onTestFinished(close);
  await ctx.roles.refresh();
  const given = { isolation: "worktree", review: "off", retries: 0, ...policy };
  await createPlan(ctx, "main", { plan: "p", tasks, policy: given as never });
  const drain = new AbortController();
  const stop = new AbortController();
  const news: RunnerNews[] = [];
  return {
    ...{ folder, ctx, drain, stop, news, close },
    run: (clients: readonly { client: AgentClient; slots: number }[]) =>
      execute(ctx, clients, { drain: drain.signal, stop: stop.signal }, news),
    log: (type: string) => logOf(graphOf(folder)).filter((line) => line.type === type),
  };
}

async function execute(
  ctx: OpenContext,
  clients: readonly { client: AgentClient; slots: number }[],
  signals: { drain: AbortSignal; stop: AbortSignal },
  news: RunnerNews[],
): Promise<PlanRunEnd> {
  const store = await existingGraph(ctx, "p");
  const run = await startEngineRun(ctx, store, "test", "p", "run");
  const options = {
    ...{
      slug: "p",
      run,
      env: { ...process.env, ...emptyEnvironment() },
      pluginRoot: CHECKOUT,
      slots: new ClientSlots(clients),
    },
    ...{ clientOfRole: new Map<string, string>(), models: new Map<string, string>() },
  };
  return new PlanRun(ctx, store, options, signals, (one) => news.push(one)).execute();
}
