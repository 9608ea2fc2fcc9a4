// import:graph.mjs in run/isolation.mjs
import { unstarted } from "../graph.mjs";

// import:policy.mjs in run/isolation.mjs
import { Isolations, asksForWorktree, chooseIsolation, mayWrite } from "../policy.mjs";

// import:schedule.mjs in run/isolation.mjs
import { Estimates, median } from "../schedule.mjs";

// import:text.mjs in run/isolation.mjs
import { formatDuration, plural } from "../text.mjs";

// import:run/planning.mjs in run/isolation.mjs
import { NOT_BEGUN, analyse } from "./planning.mjs";

// import:node:fs/promises in run/isolation.mjs
import { mkdtemp, rm } from "node:fs/promises";

// import:node:path in run/isolation.mjs
import { join } from "node:path";

// import:node:perf_hooks in run/isolation.mjs
import { performance } from "node:perf_hooks";

// import:git.mjs in run/isolation.mjs
import { GitFailed, commitAt, git } from "../git.mjs";

// import:run/plan.mjs in run/isolation.mjs
import { checkWorktrees, readGraph, shareSubmoduleTasks } from "./plan.mjs";

// mcp-server/src/run/isolation/worktree-cost.ts
var MAX_SAMPLES = 20;
var MAX_PLANS = 10;
var LIMIT_MS = 3e4;
async function recordedCost(ctx, store, setup) {
  const took = await readGraph(ctx, store, async (view) => {
    const samples = [];
    for (const { id, policy } of (await view.plans()).slice(0, MAX_PLANS)) {
      if (policy.setup !== setup) continue;
      const events = await view.reader.events(id, { types: ["worktree.cut"] });
      for (const { change } of events.toReversed()) {
        if (change.type === "worktree.cut" && change.tookMs !== void 0) samples.push(change.tookMs);
      }
      if (samples.length >= MAX_SAMPLES) break;
    }
    return samples.slice(0, MAX_SAMPLES);
  });
  return took.length === 0 ? void 0 : { ms: median(took) };
}
async function measuredCost({ checkout }, setup) {
  const { root, gitCommonDir } = checkout;
  if (gitCommonDir === void 0) return { unknown: "this is no git repository" };
  if (await commitAt(root, "HEAD") === void 0) return { unknown: "there is no commit yet" };
  if (setup !== "")
    return { unknown: 'what its set-up takes is known when a plan with isolation "worktree" has run it' };
  const folder = await mkdtemp(join(gitCommonDir, "parallel-measured-"));
  const place = join(folder, "worktree");
  const startMs = performance.now();
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    await git(root, ["worktree", "add", "--quiet", "--detach", place, "HEAD"], { signal });
    return { ms: Math.round(performance.now() - startMs) };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const isSlow = performance.now() - startMs >= LIMIT_MS;
    return { unknown: isSlow ? "a worktree takes more than 30 s here" : "git cannot make a worktree here" };
  } finally {
    await git(root, ["worktree", "remove", "--force", place]).catch(() => void 0);
    await rm(folder, { recursive: true, force: true });
  }
}

// mcp-server/src/run/isolation/decide-isolation.ts
async function decideIsolation(ctx, store, plan, mayMeasure) {
  if (plan.wanted === "shared") return void 0;
  const recorded = store && await recordedCost(ctx, store, plan.policy.setup);
  const notMeasured = { unknown: "what a worktree takes here is measured when the plan is made" };
  const worktree = recorded ?? (mayMeasure ? await measuredCost(ctx, plan.policy.setup) : notMeasured);
  if (plan.wanted === "worktree") return { isolation: "worktree", reason: ofAll(plan, worktree) };
  const estimates = store ? await store.read((reader) => reader.currentEstimates(ctx.repository)) : new Estimates();
  return chooseIsolation({
    commits: plan.policy.commit !== "none",
    writers: writersOf(ctx, plan, estimates),
    worktree
  });
}
function ofAll({ tasks, policy }, worktree) {
  const all = new Map(tasks.map((task, i) => [task.id, unstarted(task, i)]));
  const isolations = new Isolations(all, { ...policy, isolation: "worktree" });
  const apart = tasks.filter(({ id }) => isolations.of(id) === "worktree").length;
  const cost = "ms" in worktree ? `; one takes ${formatDuration(worktree.ms)} here` : "";
  return `${apart} of ${plural(tasks.length, "task")} ${apart === 1 ? "works" : "work"} in worktrees, as the policy says${cost}`;
}
function writersOf(ctx, { slug, tasks: definitions, policy, isFromFile }, estimates) {
  const tasks = definitions.map(unstarted);
  const { schedule } = analyse(ctx, {
    ...{ slug, tasks, total: tasks.length, progress: NOT_BEGUN },
    ...{ policy, estimates, cap: policy.maxParallel, isFromFile }
  });
  const isolated = { ...policy, isolation: "worktree" };
  const writing = new Set(
    tasks.filter((task) => mayWrite(task) && asksForWorktree(task, isolated)).map(({ id }) => id)
  );
  return schedule.filter(({ task }) => writing.has(task));
}
function isolationLine({ isolation, reason }) {
  return `${isolation}: ${reason}`;
}

// import:errors.mjs in run/isolation.mjs
import { CallerError } from "../errors.mjs";

// import:run/project.mjs in run/isolation.mjs
import { effectivePolicy, readPolicy } from "./project.mjs";

// mcp-server/src/run/isolation/plan-isolation.ts
async function isolatePlan(ctx, store, plan, mayMeasure) {
  refuseOtherIsolation(plan.existing, plan.said);
  const wanted = toBeDecided(ctx, plan);
  const choice = wanted && await decide(ctx, store, plan, wanted, mayMeasure);
  const { isolation: _, ...rest } = plan.said;
  const isolation = choice?.isolation ?? (plan.said.isolation === "shared" ? "shared" : void 0);
  const said = isolation === void 0 ? rest : { ...rest, isolation };
  return { said, ...await placeTasks(ctx, plan, said), ...choice && { choice } };
}
function refuseOtherIsolation(existing, { isolation }) {
  if (!existing || !hasBegun(existing) || isolation === void 0 || isolation === "auto") return;
  const before = existing.policy.isolation;
  if (before === isolation) return;
  throw new CallerError(
    "wrong_state",
    `Tasks of ${existing.stored.slug} have begun with isolation "${before}", and their work stays where it was done.`,
    `Leave policy.isolation out, give single tasks isolation "${isolation}", or make a new plan.`,
    "policy.isolation"
  );
}
function hasBegun(existing) {
  return existing !== void 0 && existing.graph.claims.length > 0;
}
function toBeDecided(ctx, { existing, said }) {
  if (hasBegun(existing)) return void 0;
  const before = existing && readPolicy(existing.stored.policy).stated.isolation;
  return said.isolation ?? (before === void 0 ? ctx.settings.isolation : void 0);
}
async function decide(ctx, store, plan, wanted, mayMeasure) {
  const policy = policyWith(ctx, plan, plan.said);
  const choice = await decideIsolation(ctx, store, { ...plan, wanted, policy }, mayMeasure);
  if (wanted !== "auto" || choice?.isolation !== "worktree") return choice;
  try {
    await placeTasks(ctx, plan, { ...plan.said, isolation: "worktree" });
    return choice;
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { isolation: "shared", reason: `worktrees cannot be made here: ${error.message}` };
  }
}
function policyWith(ctx, { existing }, said) {
  const before = existing ? readPolicy(existing.stored.policy).stated : {};
  return effectivePolicy(ctx.settings, { ...before, ...said });
}
async function placeTasks(ctx, plan, said) {
  const policy = policyWith(ctx, plan, said);
  const { tasks, warnings } = await shareSubmoduleTasks(ctx, plan.tasks, policy);
  if (policy.isolation === "worktree" && policy.commit !== "none")
    warnings.push(
      `policy.commit commits what is done in the checkout; the work of worktrees comes onto parallel/${plan.slug}.`
    );
  return { tasks, warnings: [...warnings, ...await checkWorktrees(ctx, plan.slug, tasks, policy)] };
}
export {
  decideIsolation,
  isolatePlan,
  isolationLine,
  measuredCost,
  recordedCost,
  refuseOtherIsolation
};
