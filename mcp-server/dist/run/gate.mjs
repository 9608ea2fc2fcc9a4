// import:run/plan.mjs in run/gate.mjs
import { changePlan, freeId, readGraph, taskOf } from "./plan.mjs";

// import:run/project.mjs in run/gate.mjs
import { isDead, isServerDead } from "./project.mjs";

// import:policy.mjs in run/gate.mjs
import { GateHistory, groupsToTest, isRedBase, nextGateStep } from "../policy.mjs";

// mcp-server/src/run/gate/gate-record.ts
async function gateRecord(plan) {
  const types = [
    "gate.started",
    "gate.ended",
    "gate.suspected",
    "plan.status"
  ];
  const events = await plan.reader.events(plan.id, { types });
  const started = /* @__PURE__ */ new Map();
  const ended = [];
  let counted = [];
  let suspects = /* @__PURE__ */ new Set();
  let nextRun = 1;
  for (const { change } of events) {
    if (change.type === "gate.started") {
      started.set(change.run, change);
      nextRun = change.run + 1;
    } else if (change.type === "gate.ended") {
      const start = started.get(change.run);
      if (!start) continue;
      started.delete(change.run);
      ended.push({ started: start, ended: change });
      if (start.command === plan.policy.gate.trim()) counted.push({ started: start, ended: change });
    } else if (change.type === "gate.suspected") {
      suspects.add(change.attempt);
    } else if (change.type === "plan.status" && change.status === "open") {
      counted = [];
      suspects = /* @__PURE__ */ new Set();
    }
  }
  const runs = counted.flatMap(
    ({ started: { commit }, ended: { verdict } }) => verdict === "none" ? [] : [{ commit, verdict }]
  );
  const open = [...started.values()].at(-1);
  return { ended, open, nextRun, history: new GateHistory(runs), counted, suspects };
}

// import:text.mjs in run/gate.mjs
import { cleanLines, codeSpan, quotation } from "../text.mjs";

// mcp-server/src/run/gate/gate-verdict-said.ts
function gateVerdictSaid(before, after, { command, commit, merges, reason }, { verdict }) {
  const gate = `the gate ${codeSpan(command)}`;
  const at = commit.slice(0, 12);
  const said = (decision, reason2) => ({ type: "decision.taken", decision, reason: reason2 });
  if (after.history.flaky.length > before.history.flaky.length) {
    return [
      said(
        "proceed",
        `On commit ${at} ${gate} was red and then green: it is flaky, and nobody is blamed for that. The commit counts as green.`
      )
    ];
  }
  const isBase = merges.length === 0 && reason !== "join" && verdict === "red";
  if (isBase && isRedBase(commit, after.history) && !isRedBase(commit, before.history)) {
    return [
      said(
        "escalate",
        `On the plan's branch itself (${at}) ${gate} is red, before anything is merged: nobody is blamed. Merges wait unless they make it green. Somebody has to look at it: repair the branch, or change the plan's gate, and resume the plan.`
      )
    ];
  }
  return [];
}

// mcp-server/src/run/gate/gate-claim.ts
var SERVER_ENDED = "its server ended";
function claimGateRun(ctx, store, slug, test, leaseMs) {
  return changePlan(ctx, store, "server", slug, async (plan) => {
    const { open, nextRun } = await gateRecord(plan);
    if (open) {
      const why = await whyOver(open, plan.nowMs);
      if (why === void 0) return { busy: open };
      plan.append({ type: "gate.ended", run: open.run, verdict: "none", why });
    }
    const leaseUntilMs = plan.nowMs + leaseMs;
    const held = { type: "gate.started", run: nextRun, ...test, owner: ctx.owner, leaseUntilMs };
    plan.append(held);
    return { held, claims: plan.graph.claims };
  });
}
async function whyOver({ owner, leaseUntilMs }, nowMs) {
  if (await isDead(owner) || await isServerDead(owner)) return SERVER_ENDED;
  return leaseUntilMs <= nowMs ? "it did not end within its lease" : void 0;
}
async function endGateRun(ctx, store, slug, held, result) {
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const before = await gateRecord(plan);
    if (before.open?.run !== held.run) return;
    plan.append({ type: "gate.ended", run: held.run, ...result });
    plan.append(...gateVerdictSaid(before, await gateRecord(plan), held, result));
  });
}

// import:run/approval.mjs in run/gate.mjs
import { NOT_APPROVED } from "./approval.mjs";

// import:errors.mjs in run/gate.mjs
import { CallerError, fileRefusal } from "../errors.mjs";

// import:git.mjs in run/gate.mjs
import { GitFailed, git, planBranch, workBranches } from "../git.mjs";

// import:run/worktrees/setup.mjs in run/gate.mjs
import { PORT_VARIABLE, SetUpFailed, setUpWorktree } from "./worktrees/setup.mjs";

// import:node:fs in run/gate.mjs
import { realpathSync } from "node:fs";

// import:run/worktrees.mjs in run/gate.mjs
import { excludeWorktrees, makeOwnWorktree, sideOf, summaryOf, togetherTask } from "./worktrees.mjs";

// import:run/worktrees/pool.mjs in run/gate.mjs
import { freeAfterCommand, inState, knownServers, recoveredPool, removeWorktree, takeWorktree } from "./worktrees/pool.mjs";

// mcp-server/src/run/gate/gate-worktree.ts
var NAMES = "gate.";
async function inGateWorktree(ctx, place, work) {
  const { plan, run, commit } = place;
  await excludeWorktrees(ctx.checkout);
  await leave(ctx, place);
  const name = `${NAMES}${run}`;
  const holder = { plan, key: `${keysOf(plan)}${run}`, name, label: `the gate of ${plan}` };
  const own = await makeOwnWorktree(ctx, holder, commit, place);
  try {
    return await work(realpathSync(own.path));
  } finally {
    await leave(ctx, place);
  }
}
function keysOf(plan) {
  return `gate.${plan}.`;
}
async function leave(ctx, { plan, commit, claims }) {
  const { root } = ctx.checkout;
  const isGates = ({ use }) => use.claim.startsWith(keysOf(plan));
  for (const held of inState(await recoveredPool(ctx), "held").filter(isGates)) {
    if (await freeAfterCommand(ctx, held, commit, knownServers(ctx, claims))) continue;
    const taken = await takeWorktree(ctx, held);
    if (taken) await removeWorktree(root, taken);
  }
  const branches = `refs/heads/${workBranches(plan)}/${NAMES}*`;
  const input = await git(root, ["for-each-ref", "--format=delete %(refname)", branches]);
  if (input !== "") await git(root, ["update-ref", "--stdin"], { input });
}

// mcp-server/src/run/gate/run-gate.ts
var MAX_GATE_MS = 30 * 6e4;
var MAX_WORKTREE_MS = 15 * 6e4;
var MAX_KEPT_OUTPUT = 4e3;
async function runGate(ctx, store, plan, test, setup, stop) {
  const claimed = await claimGateRun(ctx, store, plan, test, MAX_GATE_MS + MAX_WORKTREE_MS);
  if ("busy" in claimed) return claimed.busy;
  const { held, claims } = claimed;
  const place = { plan, run: held.run, commit: held.commit, setup, claims };
  let result = { verdict: "none", why: "it was given up" };
  try {
    result = await resultOf(ctx, place, held.command, stop);
  } finally {
    await endGateRun(ctx, store, plan, held, result);
  }
  return void 0;
}
async function resultOf(ctx, place, command, stop) {
  try {
    return await inGateWorktree(ctx, place, async (folder) => {
      const { port } = await setUpWorktree(ctx, folder, place.setup);
      return verdictOf(ctx, command, folder, port, stop);
    });
  } catch (error) {
    const refused = fileRefusal(error) ?? error;
    const isExpected = [SetUpFailed, GitFailed, CallerError].some((kind) => refused instanceof kind);
    if (!isExpected || !(refused instanceof Error)) throw error;
    return { verdict: "none", why: `there was no worktree for it: ${refused.message}` };
  }
}
async function verdictOf(ctx, command, folder, port, stop) {
  const startedMs = performance.now();
  const limits = { limitMs: MAX_GATE_MS, signal: stop, env: { [PORT_VARIABLE]: String(port) } };
  const result = (await ctx.commands.run([command], folder, limits)).get(command);
  const durationMs = Math.round(performance.now() - startedMs);
  if (!result) throw new Error("the runner did not answer for the gate");
  if (stop.aborted) return { verdict: "none", why: SERVER_ENDED };
  const output = cleanLines(result.output ?? "").slice(-MAX_KEPT_OUTPUT).trim();
  if ("exitCode" in result) {
    const { exitCode } = result;
    return exitCode === 0 ? { verdict: "green", durationMs, exitCode } : { verdict: "red", durationMs, exitCode, output };
  }
  const { whyNot } = result;
  return result.output === void 0 ? { verdict: "none", why: whyNot } : { verdict: "red", durationMs, output, why: whyNot };
}

// mcp-server/src/run/gate/gate-step.ts
async function gateStep(ctx, store, { gate, setup }, at, stop) {
  const { plan, head } = at;
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot !== void 0) return { kind: "waits", for: "user", why: whyGateDoesNotRun(plan, whyNot) };
  const record = await readGateRecord(ctx, store, plan);
  const step = await chosenStep(at, record);
  switch (step.kind) {
    case "land":
    case "conflict":
      return step;
    case "stuck":
      return {
        kind: "waits",
        for: "user",
        why: `the gate is red on the plan's branch itself (${head.slice(0, 12)}), and no waiting merge makes it green: repair the branch or change the plan's gate, and resume the plan`
      };
    case "suspect":
      await suspect(ctx, store, at, step);
      return { kind: "tested" };
    case "blame": {
      const last = record.counted.findLast(({ started }) => started.commit === step.commit);
      return { kind: "red", merge: step.merge, run: last?.started.run ?? 0 };
    }
    case "run": {
      if (stop.aborted) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
      const { commit, merges, reason } = step;
      const test = { command: gate, commit, merges, reason };
      const busy = await runGate(ctx, store, plan, test, setup, stop);
      if (busy) return whileBusy(busy);
      return afterRun(ctx, store, plan, commit);
    }
  }
}
async function gateJoin(ctx, store, { gate, setup }, plan, commit, stop) {
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot !== void 0) return { kind: "waits", for: "user", why: whyGateDoesNotRun(plan, whyNot) };
  for (; ; ) {
    const { history } = await readGateRecord(ctx, store, plan);
    if (history.isGreen(commit)) return void 0;
    if (history.reds(commit) >= history.redsToBlame) {
      const why = `the gate is red on what several clones did, joined (${commit.slice(0, 12)}): repair the plan's branch of one of them, and resume the plan`;
      return { kind: "waits", for: "user", why };
    }
    if (stop.aborted) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
    const test = { command: gate, commit, merges: [], reason: "join" };
    const busy = await runGate(ctx, store, plan, test, setup, stop);
    if (busy) return whileBusy(busy);
    const after = await afterRun(ctx, store, plan, commit);
    if (after.kind === "waits") return after;
  }
}
function whileBusy({ run }) {
  return { kind: "waits", for: "server", why: `another server runs the gate (run ${run})` };
}
function whyGateDoesNotRun(plan, whyNot) {
  const remedy = whyNot === NOT_APPROVED ? `; the user can approve it with parallel-tasks approve ${plan}` : "";
  return `the server does not run the plan's gate: ${whyNot}${remedy}`;
}
async function afterRun(ctx, store, plan, commit) {
  const { ended } = await readGateRecord(ctx, store, plan);
  const last = ended.findLast(({ started }) => started.commit === commit)?.ended;
  if (last?.verdict !== "none") return { kind: "tested" };
  if (last.why === SERVER_ENDED) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
  return { kind: "waits", for: "user", why: `the gate could not be run: ${last.why}` };
}
async function chosenStep({ head, waiting, merge }, { history, suspects }) {
  for (const group of groupsToTest(waiting, suspects, isRedBase(head, history))) {
    const { merged, conflicts } = await merge(group);
    const [conflict] = conflicts.filter(({ on }) => on === head);
    if (conflict) return { kind: "conflict", merge: conflict.id };
    const step = nextGateStep(head, merged, suspects, history);
    if (step) return step;
  }
  return { kind: "stuck" };
}
async function suspect(ctx, store, { plan, head }, { merge, commit }) {
  await changePlan(ctx, store, "server", plan, async (tx) => {
    const task = tx.graph.claim(merge)?.task;
    if (task === void 0 || (await gateRecord(tx)).suspects.has(merge)) return;
    tx.append({ type: "gate.suspected", task, attempt: merge, on: head, commit });
  });
}
function readGateRecord(ctx, store, plan) {
  const ahead = { plan: { repository: ctx.repository, slug: plan } };
  return readGraph(ctx, store, async (view) => gateRecord(await view.plan(plan)), ahead);
}

// import:graph.mjs in run/gate.mjs
import { plainSubject } from "../graph.mjs";

// mcp-server/src/run/gate/repair-task.ts
var MAX_REPAIRS = 3;
var MAX_QUOTED_OUTPUT = 2e3;
async function mergedWithout(root, record, commit, head) {
  const without = new Set((await git(root, ["rev-list", `${commit}..${head}`])).split("\n"));
  return [...record.merged.values()].flatMap((line) => without.has(line.commit) ? [line.attempt] : []);
}
function isLastRepair(record, task) {
  const repaired = (id) => record.conflicted.findLast((line) => line.mergeTask === id && line.gateRun !== void 0)?.task;
  let at = task;
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs++) {
    at = repaired(at);
    if (at === void 0) return false;
  }
  return true;
}
function repairTask(loaded, record, red) {
  const task = taskOf(loaded, red.task);
  const id = freeId(loaded, `${task.id}-repair`);
  const sides = [red.attempt, ...red.others];
  const files = [...new Set(sides.flatMap((side) => record.committed.get(side)?.files ?? []))].sort();
  const { command } = red.run.started;
  return [
    ...togetherTask(loaded, task, {
      id,
      subject: `Make the gate pass with ${task.id}: ${plainSubject(task, loaded.stored.slug)}`,
      description: description(loaded, record, red),
      writes: files,
      acceptance: [{ criterion: "The gate passes, and what every side wanted works together", command }]
    }),
    {
      type: "work.conflicted",
      task: task.id,
      attempt: red.attempt,
      commit: red.commit,
      head: red.head,
      files,
      mergeTask: id,
      gateRun: red.run.started.run,
      sides: tasksOf(record, red.others)
    }
  ];
}
function tasksOf(record, attempts) {
  return [...new Set(attempts.flatMap((attempt) => record.merged.get(attempt)?.task ?? []))];
}
function description(loaded, record, red) {
  const branch = planBranch(loaded.stored.slug);
  const { started, ended } = red.run;
  const others = tasksOf(record, red.others).map((id) => sideOf(loaded, id, summaryOf(loaded, id)));
  const how = ended.exitCode === void 0 ? ended.why : `it ended with exit code ${ended.exitCode}`;
  const output = (ended.output ?? "").trim().slice(-MAX_QUOTED_OUTPUT);
  return [
    `The gate ${codeSpan(started.command)} passes on the plan's branch ${branch} (at ${red.head}), and fails when commit ${red.commit} of ${sideOf(loaded, red.task, red.summary)} (attempt ${red.number}) is merged: ${how}, and so it did when it was run on the same commit again.`,
    others.length > 0 ? `What that commit does not know, and the branch has, is the work of ${others.join("; ")}.` : "That commit knows all that is on the branch: what fails is in its own work.",
    ...output === "" ? ["It printed nothing."] : [`The end of what it printed, as data:
${quotation(output)}`],
    "The merge is begun in your worktree; git has found no conflict in it. Change what is needed so that the gate passes there and what every side wanted is kept; git show tells what each side did. Do not weaken or skip a test to make it pass, unless the sides have made it wrong. Do not commit and do not abort the merge: your report finishes it."
  ].join("\n\n");
}
export {
  SERVER_ENDED,
  claimGateRun,
  endGateRun,
  gateJoin,
  gateRecord,
  gateStep,
  gateVerdictSaid,
  inGateWorktree,
  isLastRepair,
  mergedWithout,
  repairTask,
  runGate,
  whyGateDoesNotRun
};
