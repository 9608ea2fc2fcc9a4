import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AgentClient } from "../clients/agent-client.ts";
import { CallerError } from "../errors/caller-error.ts";
import type { Task } from "../graph/task.ts";
import { agentOfToken } from "../graph/token.ts";
import { takeUpOffer } from "../run/attempts/take-up-offer.ts";
import { briefOf, readForBrief } from "../run/briefs/brief-of-claim.ts";
import { taskOf } from "../run/plan/load-plan.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { LABELS_VARIABLE } from "../run/project/settings-from-environment.ts";
import { variablesFor } from "../run/session/runner-child.ts";
import { PORT_VARIABLE } from "../run/worktrees/setup/port.ts";
import { worktreeOfClaim } from "../run/worktrees/worktree-of-claim.ts";
import type { GraphStore } from "../store/graph-store.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { agentEnvironment } from "./agent-environment.ts";
import { AgentProcess, type ProcessEnd } from "./agent-process.ts";
import { changedSettings } from "./changed-settings.ts";
import { RunningAgent } from "./running-agent.ts";

/** What all agents of a runner are started with. */
export interface AgentHome {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of this plugin. */
  readonly pluginRoot: string;
  /** The model of a client's agents where their task names none that the client knows. */
  readonly models: ReadonlyMap<string, string>;
}

/** A task that was offered to this runner, with the client that is to do it. */
export interface ToStart {
  readonly token: string;
  readonly task: Task;
  readonly client: AgentClient;
}

/** An agent whose client has been started. */
export interface StartedAgent {
  readonly agent: RunningAgent;
  /** When the client and what belongs to it are gone. */
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Takes the offer up, makes the worktree that it wants, and starts a client with the brief.
 * @returns undefined when the offer has ended meanwhile, or the task can have no worktree; the graph says why.
 */
export async function startAgent(
  ctx: RunContext,
  store: GraphStore,
  home: AgentHome,
  { token, task, client }: ToStart,
): Promise<StartedAgent | undefined> {
  const agentId = agentOfToken(token);
  const held = await takeUpOffer(ctx, store, token, agentId);
  if (!held) return undefined;
  const place = await placeOf(ctx, store, held);
  if (!place) return undefined;
  const { claim } = held;
  const model = modelFor(client, claim.chosenModel?.model, home.models);
  const agent = new RunningAgent(agentId, task.id, client, model, ctx.now());
  const brief = await briefFor(ctx, store, held, token, client, place.port);
  const stateFolder = await newStateFolder(home.env);
  const own = { ...variablesFor(ctx, token), [LABELS_VARIABLE]: ctx.labels.join(",") };
  const { program, args, env, stdin, files, settings } = client.start({
    agentId,
    agentType: claim.agentType,
    instructions: client.hasHooks ? "" : await ctx.roles.instructionsOf(claim.agentType),
    brief,
    folder: place.folder,
    ...(model !== undefined && { model }),
    ...(claim.chosenModel?.effort !== undefined && { effort: claim.chosenModel.effort }),
    stateFolder,
    server: {
      command: process.execPath,
      args: [join(home.pluginRoot, "mcp-server", "dist", "server.js")],
      env: { ...settingsIn(home.env), ...own },
    },
    plugins: pluginFolders(home.pluginRoot),
  });
  for (const [name, text] of Object.entries(files))
    await writeFile(join(stateFolder, name), text, { mode: 0o600 });
  const changed = settings ? await changedSettings(settings, home.env, stateFolder) : {};
  const started = new AgentProcess(
    {
      ...{ program, args, stdin, folder: place.folder },
      env: { ...agentEnvironment(home.env), ...place.env, ...own, ...env, ...changed },
    },
    (line) => agent.hear(line, ctx.now()),
  );
  agent.process = started;
  const ended = started.ended.finally(() => rm(stateFolder, { recursive: true, force: true }));
  return { agent, ended };
}

/** A folder for one agent. Some clients take no settings from below a folder that others may write to, as /tmp is. */
async function newStateFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const states = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  const folder = join(states, "parallel", "agents");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return mkdtemp(join(folder, "agent-"));
}

/** Where the agent works; undefined where it can have no worktree, with which its claim has ended. */
async function placeOf(
  ctx: RunContext,
  store: GraphStore,
  { claim }: HeldClaim,
): Promise<{ folder: string; port?: number; env: NodeJS.ProcessEnv } | undefined> {
  if (claim.isolation !== "worktree") return { folder: ctx.directory, env: {} };
  try {
    const { path, port } = await worktreeOfClaim(ctx, store, claim.id);
    return port === undefined
      ? { folder: path, env: {} }
      : { folder: path, port, env: { [PORT_VARIABLE]: String(port) } };
  } catch (error) {
    if (error instanceof CallerError) return undefined;
    throw error;
  }
}

async function briefFor(
  ctx: RunContext,
  store: GraphStore,
  { plan: slug, claim }: HeldClaim,
  token: string,
  { hasHooks, callsTools }: AgentClient,
  port: number | undefined,
): Promise<string> {
  const { loaded, task, logged } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const one = taskOf(plan, claim.task);
    return { loaded: plan, task: one, logged: await readForBrief(plan, { task: one, claim }) };
  });
  const asked = hasHooks
    ? { canReport: ctx.roles.canReport(claim.agentType) }
    : { canReport: callsTools, reader: { pulls: false, isClaudeCode: false } };
  return briefOf(ctx, { loaded, task, claim }, token, asked, logged, port === undefined ? {} : { port });
}

/** The names by which tasks choose a model are Claude Code's. */
function modelFor(
  client: AgentClient,
  chosen: string | undefined,
  models: ReadonlyMap<string, string>,
): string | undefined {
  return (client.name === "claude" ? chosen : undefined) ?? models.get(client.name);
}

/** The user's settings of this server: some clients pass on nothing that is not named. */
function settingsIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const own = Object.entries(agentEnvironment(env)).filter(([name]) => name.startsWith("PARALLEL_"));
  return Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function pluginFolders(root: string): string[] {
  return [root, join(root, "commands", "spec"), join(root, "commands", "debug")];
}
