// import:node:readline/promises in cli/run/run.mjs
import { createInterface } from "node:readline/promises";

// import:errors.mjs in cli/run/run.mjs
import { CallerError } from "../../errors.mjs";

// import:run/edits.mjs in cli/run/run.mjs
import { isPlan, openPlan, placeNamed, specificationOf } from "../../run/edits.mjs";

// import:run/engine.mjs in cli/run/run.mjs
import { RUNNER_ENGINE, startEngineRun } from "../../run/engine.mjs";

// import:run/plan.mjs in cli/run/run.mjs
import { existingGraph, readPlan } from "../../run/plan.mjs";

// import:run/planning.mjs in cli/run/run.mjs
import { analyzeFile } from "../../run/planning.mjs";

// import:run/session.mjs in cli/run/run.mjs
import { sweepOnStart } from "../../run/session.mjs";

// import:runner.mjs in cli/run/run.mjs
import { ACTOR, ClientSlots, PlanRun, endLeftAgents, policyFor } from "../../runner.mjs";

// import:text.mjs in cli/run/run.mjs
import { plural, wrapText } from "../../text.mjs";

// import:cli/display.mjs in cli/run/run.mjs
import { terminalWidth } from "../display.mjs";

// import:cli.mjs in cli/run/run.mjs
import { INTERRUPTED, pageOfPlan, prepareAgents, showAnalysis, tellMissing, whileShown } from "../../cli.mjs";

// mcp-server/src/cli/run/run.ts
async function runCommand(ctx, what, options, place) {
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
    const { slug: slug2 } = await openPlan(ctx, ACTOR, what, {
      ...policyFor(shares),
      ...options.max !== void 0 && { maxParallel: options.max }
    });
    const store2 = await existingGraph(ctx, slug2);
    await refuseWithoutWorktrees(ctx, slug2, shares);
    const left = await endLeftAgents(ctx, store2, slug2);
    if (left > 0) output.say(`${plural(left, "process", "processes")} of a runner that has died ended.`);
    await sweepOnStart(ctx);
    const run2 = await startEngineRun(ctx, store2, ACTOR, slug2, RUNNER_ENGINE);
    return { slug: slug2, store: store2, run: run2 };
  });
  signals.listen();
  const slots = new ClientSlots(shares);
  const settings = { ...given, slug, run, slots };
  const execution = new PlanRun(ctx, store, settings, signals, (news) => output.runner(slug, news));
  const { exitCode } = await whileShown(ctx, store, {
    ...{ output, signals, slug, agents: () => execution.children.agents },
    facts: { kind: "run", clients: slots.clients, labels: ctx.labels, plans: [slug], roles: [] },
    work: () => execution.execute(),
    ended: (end) => output.end(slug, end)
  });
  return exitCode;
}
async function showPlan(ctx, what, cap) {
  const { plan, path } = placeNamed(what);
  const from = path ?? await specificationOf(ctx, plan);
  const isKnown = await isPlan(ctx, plan);
  showAnalysis(
    isKnown || from === void 0 ? await pageOfPlan(ctx, plan, cap) : await analyzeFile(ctx, from, cap)
  );
}
async function refuseAnother(ctx, what) {
  const { plan } = placeNamed(what);
  if (await isPlan(ctx, plan)) await endLeftAgents(ctx, await existingGraph(ctx, plan), plan);
}
function capOf(shares, maxParallel) {
  return Math.min(
    maxParallel,
    shares.reduce((sum, { slots }) => sum + slots, 0)
  );
}
async function refuseWithoutWorktrees(ctx, slug, shares) {
  if (shares.some(({ client }) => client.hasHooks)) return;
  const { policy, graph } = await readPlan(ctx, await existingGraph(ctx, slug), slug);
  const hasWorktrees = policy.isolation === "worktree" || [...graph.tasks.values()].every((task) => task.isolation === "worktree");
  if (hasWorktrees) return;
  throw new CallerError(
    "wrong_state",
    `The tasks of ${slug} work in the checkout, and ${shares.map(({ client }) => client.name).join(", ")} may write in worktrees of their own only: this plugin's hooks do not guard them.`,
    "Name claude among --agents, or make the plan anew, under another name, with the policy isolation: worktree.",
    "agents"
  );
}
async function answerTo({ yes, json }, shares) {
  if (yes) return "yes";
  if (json || process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw new CallerError(
      "bad_input",
      "Nobody can be asked whether the plan is to be executed.",
      "Say so with --yes.",
      "yes"
    );
  }
  for (const { client } of shares) {
    const text = `${client.name} may: ${client.permissions.replaceAll("`", "")}`;
    process.stdout.write(`${wrapText(text, terminalWidth(process.stdout)).join("\n")}
`);
  }
  const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let isInterrupted = false;
  terminal.once("SIGINT", () => {
    isInterrupted = true;
    terminal.close();
  });
  const closed = new Promise((resolve) => terminal.once("close", () => resolve(void 0)));
  const asked = terminal.question(`Execute it with ${agents}? [y/N] `).catch(() => void 0);
  const answer = await Promise.race([asked, closed]);
  terminal.close();
  if (answer === void 0) process.stdout.write("\n");
  if (isInterrupted) return "interrupted";
  return answer !== void 0 && /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
}
export {
  runCommand
};
