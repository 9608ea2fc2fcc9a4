import { createInterface } from "node:readline/promises";
import { CallerError } from "../../errors/caller-error.ts";
import { isPlan, openPlan, placeNamed, specificationOf } from "../../run/edits/open-plan.ts";
import { RUNNER_ENGINE, startEngineRun } from "../../run/engine/engine-runs.ts";
import { existingGraph } from "../../run/plan/load-plan.ts";
import { readPlan } from "../../run/plan/plan-view.ts";
import { analyzeFile } from "../../run/planning/analyze-file.ts";
import type { OpenContext, RunContext } from "../../run/project/run-context.ts";
import { sweepOnStart } from "../../run/session/sweep-on-start.ts";
import { type ClientShare, ClientSlots } from "../../runner/client-slots.ts";
import { endLeftAgents } from "../../runner/left-agents.ts";
import { policyFor } from "../../runner/new-plan-policy.ts";
import { ACTOR, PlanRun } from "../../runner/run-plan.ts";
import { plural } from "../../text/format.ts";
import { wrapText } from "../../text/wrap-text.ts";
import { terminalWidth } from "../display/terminal.ts";
import { pageOfPlan, showAnalysis } from "./analysis-page.ts";
import { INTERRUPTED } from "./interruptions.ts";
import {
  type AgentsOptions,
  type AgentsPlace,
  prepareAgents,
  tellMissing,
  whileShown,
} from "./with-agents.ts";

export interface RunCommandOptions extends AgentsOptions {
  readonly max?: number;
  readonly yes?: boolean;
}

/**
 * Executes a plan without a conversation.
 * @param what the name of a plan or of a folder in `specs/`, or the path of a breakdown or of its folder.
 * @returns 0 when everything has completed, 1 when something failed or is left, 130 when it was interrupted.
 * @throws CallerError, BreakdownError for what cannot be run as it was asked for.
 */
export async function runCommand(
  ctx: OpenContext,
  what: string,
  options: RunCommandOptions,
  place: AgentsPlace,
): Promise<number> {
  const { signals, output, maxParallel, shares, missing, given, begin } = prepareAgents(ctx, options, place);
  await ctx.roles.refresh();
  await begin(() => refuseAnother(ctx, what));
  if (!options.json) await begin(() => showPlan(ctx, what, capOf(shares, maxParallel)));
  tellMissing(output, missing);
  const answer = await answerTo(options, shares);
  if (answer !== "yes") {
    process.stdout.write("Nothing was started.\n");
    return answer === "no" ? 1 : INTERRUPTED;
  }
  const { slug, store, run } = await begin(async () => {
    const { slug } = await openPlan(ctx, ACTOR, what, {
      ...policyFor(shares),
      ...(options.max !== undefined && { maxParallel: options.max }),
    });
    const store = await existingGraph(ctx, slug);
    await refuseWithoutWorktrees(ctx, slug, shares);
    const left = await endLeftAgents(ctx, store, slug);
    if (left > 0) output.say(`${plural(left, "process", "processes")} of a runner that has died ended.`);
    await sweepOnStart(ctx);
    const run = await startEngineRun(ctx, store, ACTOR, slug, RUNNER_ENGINE);
    return { slug, store, run };
  });
  signals.listen();
  const slots = new ClientSlots(shares);
  const settings = { ...given, slug, run, slots };
  const execution = new PlanRun(ctx, store, settings, signals, (news) => output.runner(slug, news));
  const { exitCode } = await whileShown(ctx, store, {
    ...{ output, signals, slug, agents: () => execution.children.agents },
    facts: { kind: "run", clients: slots.clients, labels: ctx.labels, plans: [slug], roles: [] },
    work: () => execution.execute(),
    ended: (end) => output.end(slug, end),
  });
  return exitCode;
}

/** The plan as it would be executed. */
async function showPlan(ctx: RunContext, what: string, cap: number): Promise<void> {
  const { plan, path } = placeNamed(what);
  const from = path ?? (await specificationOf(ctx, plan));
  const isKnown = await isPlan(ctx, plan);
  showAnalysis(
    isKnown || from === undefined ? await pageOfPlan(ctx, plan, cap) : await analyzeFile(ctx, from, cap),
  );
}

/** Before anything is shown or asked. */
async function refuseAnother(ctx: RunContext, what: string): Promise<void> {
  const { plan } = placeNamed(what);
  if (await isPlan(ctx, plan)) await endLeftAgents(ctx, await existingGraph(ctx, plan), plan);
}

function capOf(shares: readonly ClientShare[], maxParallel: number): number {
  return Math.min(
    maxParallel,
    shares.reduce((sum, { slots }) => sum + slots, 0),
  );
}

async function refuseWithoutWorktrees(
  ctx: RunContext,
  slug: string,
  shares: readonly ClientShare[],
): Promise<void> {
  if (shares.some(({ client }) => client.hasHooks)) return;
  const { policy, graph } = await readPlan(ctx, await existingGraph(ctx, slug), slug);
  const hasWorktrees =
    policy.isolation === "worktree" ||
    [...graph.tasks.values()].every((task) => task.isolation === "worktree");
  if (hasWorktrees) return;
  throw new CallerError(
    "wrong_state",
    `The tasks of ${slug} work in the checkout, and ${shares.map(({ client }) => client.name).join(", ")} may write in worktrees of their own only: this plugin's hooks do not guard them.`,
    "Name claude among --agents, or make the plan anew, under another name, with the policy isolation: worktree.",
    "agents",
  );
}

/** Whether it is to be executed; Ctrl-C is an answer too, and so is the end of the input. */
async function answerTo(
  { yes, json }: RunCommandOptions,
  shares: readonly ClientShare[],
): Promise<"yes" | "no" | "interrupted"> {
  if (yes) return "yes";
  if (json || process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw new CallerError(
      "bad_input",
      "Nobody can be asked whether the plan is to be executed.",
      "Say so with --yes.",
      "yes",
    );
  }
  for (const { client } of shares) {
    const text = `${client.name} may: ${client.permissions.replaceAll("`", "")}`;
    process.stdout.write(`${wrapText(text, terminalWidth(process.stdout)).join("\n")}\n`);
  }
  const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let isInterrupted = false;
  terminal.once("SIGINT", () => {
    isInterrupted = true;
    terminal.close();
  });
  // Early releases of Node 20 leave the question open when the terminal is closed.
  const closed = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
  const asked = terminal.question(`Execute it with ${agents}? [y/N] `).catch(() => undefined);
  const answer = await Promise.race([asked, closed]);
  terminal.close();
  if (answer === undefined) process.stdout.write("\n");
  if (isInterrupted) return "interrupted";
  return answer !== undefined && /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
}
