import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import type { PlanSlug } from "../graph/task.ts";
import { isModulesCall } from "../host/module-calls.ts";
import { untilFirstOf } from "../host/until-first-of.ts";
import { endAgents } from "../run/attempts/agent-ended.ts";
import { openPlan } from "../run/edits/open-plan.ts";
import { updatePlan } from "../run/edits/update-plan.ts";
import { handedBack, moduleStep } from "../run/engine/module-step.ts";
import { existingGraph } from "../run/plan/load-plan.ts";
import { readPlan } from "../run/plan/plan-view.ts";
import { countsOf } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { beginModuleRun, takeUpModuleRuns } from "../run/session/module-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { ToolContext } from "./define-tool.ts";
import { answerView, viewRequest } from "./view-call.ts";

/** The longest that one step waits: the module is known to live by its calls. */
const MAX_STEP_SECONDS = 20;

const key = z.string().max(100);
const plan = z.string().min(1).max(1_000);

const moduleRequest = z.discriminatedUnion("engine", [
  /** With the key of its last hello, where it remembers one. */
  z.strictObject({ engine: z.literal("hello"), key }),
  /** The user's command: a plan, or what one can be imported from. */
  z.strictObject({ engine: z.literal("run"), key, plan, wakes: z.boolean() }),
  z.strictObject({
    engine: z.literal("step"),
    key,
    plan,
    run: z.number().int(),
    waitSeconds: z.number().min(0).max(MAX_STEP_SECONDS),
    /** Prompts of launches that the host has not carried out. */
    refused: z.array(z.string().max(10_000)).max(100),
  }),
  /** An agent was stopped or died, which no hook tells. */
  z.strictObject({ engine: z.literal("ended"), key, agentId: z.string().max(100), text: z.string() }),
  z.strictObject({ engine: z.literal("stop"), key, plan }),
  /** It was told that its run is over. */
  z.strictObject({ engine: z.literal("heard"), key, plan, run: z.number().int() }),
]);
type ModuleRequest = z.infer<typeof moduleRequest>;

/**
 * What a module in the host calls, whichever plugin's: a tool, or our own module by a request of its own.
 * @returns undefined for a call that a model makes.
 */
export function moduleCallOf(toolUseId: string | undefined, input: unknown): "tool" | "request" | undefined {
  if (!isModulesCall(toolUseId)) return undefined;
  const isRequest = typeof input === "object" && input !== null && Object.hasOwn(input, "engine");
  return isRequest ? "request" : "tool";
}

/**
 * Answers the plugin's module in the host. It can call listed tools only, so it speaks through `batch_collect`, and no
 * model can: the host names the calls of modules.
 */
export async function answerModule(
  input: unknown,
  context: Pick<ToolContext, "run" | "session" | "signal">,
): Promise<Readonly<Record<string, unknown>>> {
  const ofView = viewRequest.safeParse(input);
  // The view says nothing of the module that launches agents.
  if (ofView.success) return answerView(ofView.data, context.run, context.session);
  const read = moduleRequest.safeParse(input);
  if (!read.success)
    throw new CallerError("bad_input", "This is not a call of the plugin's module.", "Update the plugin.");
  const { run, session } = context;
  const ends = session.module.callBegins(run.now);
  try {
    return await answer(read.data, context);
  } finally {
    ends();
  }
}

async function answer(
  request: ModuleRequest,
  { run, session, signal }: Pick<ToolContext, "run" | "session" | "signal">,
): Promise<Readonly<Record<string, unknown>>> {
  if (request.engine === "hello") return hello(run, session, request.key);
  // This server has been started since, and has not been told hello.
  if (!session.module.isKey(request.key)) return { again: true };
  if (request.engine === "run") return begin(run, session, request.plan, request.wakes);
  if (request.engine === "stop") {
    const { loaded } = await updatePlan(run, "main", request.plan, undefined, "stop");
    return { says: `${loaded.stored.slug} is stopped, and its agents with it.` };
  }
  if (request.engine === "ended") {
    const store = await run.graph();
    const how = { finished: false, cause: "the agent was stopped or lost", lastMessage: request.text };
    if (store) await endAgents(run, store, "engine mod", [request.agentId], how);
    return {};
  }
  if (request.engine === "heard") {
    session.module.heard(request.plan, request.run, session.hasTurn ? undefined : run.now());
    return {};
  }
  return step(run, session, request, signal);
}

async function step(
  run: RunContext,
  session: SessionMemory,
  { plan, run: number, waitSeconds, refused }: Extract<ModuleRequest, { engine: "step" }>,
  signal: AbortSignal,
) {
  // It fell silent and is there again: its run has another number now.
  const isBack = session.module.hasLost(plan);
  if (isBack) await takeUpModuleRuns(run, session);
  const own = session.module.of(plan);
  if (!own || (own.run !== number && !isBack)) return { launch: [], stop: [], over: handedBack(plan) };
  if (own.end) return { launch: [], ...own.end };
  const until = untilFirstOf(signal, session.module.untilHello);
  try {
    const input = { plan, waitMs: waitSeconds * 1_000, refused };
    const next = await moduleStep(run, own, input, session, until.signal);
    own.end = next.over && { stop: next.stop, over: next.over };
    return { ...next, run: own.run };
  } finally {
    until.forget();
  }
}

/** The module is there, and is told what it is at, or is to begin. */
async function hello(run: RunContext, session: SessionMemory, known: string) {
  const isKnown = session.module.isKey(known);
  const key = isKnown ? known : Buffer.from(run.randomBytes(16)).toString("hex");
  if (!isKnown) session.module.hello(key);
  await takeUpModuleRuns(run, session);
  return {
    key,
    plans: [...session.module.plans].map(([plan, { run }]) => ({ plan, run })),
  };
}

async function begin(run: RunContext, session: SessionMemory, named: string, wakes: boolean) {
  await run.roles.refresh();
  const { slug } = await openPlan(run, "main", named);
  const number = await beginModuleRun(run, session, slug, wakes);
  const loaded = await readPlan(run, await existingGraph(run, slug), slug);
  const { total, completed } = countsOf(loaded);
  const says = `${slug} runs beside this conversation: ${completed} of ${total} tasks completed, at most ${loaded.cap} agents at once. Its end is told here; /parallel-run stop ${slug} stops it.`;
  return { plan: slug, run: number, says };
}

/**
 * The conversation hands a plan over to the module, which takes it up when the call is answered.
 * @throws CallerError where there is no module.
 */
export async function runBeside(run: RunContext, session: SessionMemory, slug: PlanSlug): Promise<void> {
  if (!session.module.isHere(run.clock))
    throw new CallerError(
      "wrong_state",
      "This Claude Code has not loaded the plugin's module, which would launch the agents.",
      `Launch them here: batch_next {plan: "${slug}"}.`,
    );
  await run.roles.refresh();
  await beginModuleRun(run, session, slug, session.interactive);
}
