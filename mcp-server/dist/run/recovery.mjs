// import:graph.mjs in run/recovery.mjs
import { causeText, extraFor, findCycle, hasEnded, outlineOf, plainSubject, reachableTasks, recoveryOf } from "../graph.mjs";

// import:run/plan.mjs in run/recovery.mjs
import { countsOf, freeId, isDone, nextPosition } from "./plan.mjs";

// mcp-server/src/run/recovery/cause-task.ts
var ROLE = "debugger";
var MAX_TEXT = 600;
function whatWentWrong({ graph }, task) {
  const last = graph.claimsOf(task).findLast((claim) => claim.state === "ended");
  if (last?.state !== "ended" || last.outcome === "unreported") return "";
  const { report, lastMessage, cause } = last;
  const outputs = (report?.evidence ?? []).flatMap(
    (evidence) => "exitCode" in evidence && evidence.exitCode !== 0 ? [evidence.result] : []
  );
  return [...outputs, report && cause, report?.summary, lastMessage, cause].find(
    (text) => text !== void 0 && text !== ""
  ) ?? "";
}
function recoveryTask(loaded, recovery, failed) {
  const ids = failed.map((task) => task.id);
  const evidence = failed.map((task) => failureLines(loaded, task)).join("\n");
  const isApproach = recovery.kind === "approach";
  return {
    id: freeId(loaded, "recover-", 1),
    subject: isApproach ? `Find out why all that was tried failed` : `Find and fix the one cause of ${ids.length} failures`,
    description: `${isApproach ? "Everything that was tried so far in this plan failed" : "These tasks seem to have failed for one cause"}. What was reported:
${evidence}

Find the cause: reproduce it with the smallest command, look at what the tasks have in common (environment, a shared file, a wrong assumption). Fix it with the smallest change. Do not do the tasks themselves: they are tried again after you. Say in notes what their agents should know. If somebody has to decide, report blocked with blockedOn {question}; if there is nothing to fix, report failed with what you found.`,
    priority: "high",
    dependencies: [],
    needs: "all",
    reads: [],
    resources: [],
    inferredWrites: [],
    agent: ROLE,
    retries: 0,
    acceptance: [],
    origin: "server",
    extra: extraFor({ kind: "recover", failed: ids, causes: recovery.causes })
  };
}
function failureLines(loaded, task) {
  const text = whatWentWrong(loaded, task.id).slice(0, MAX_TEXT) || "It ended without a report.";
  return `- ${task.id} ${plainSubject(task, loaded.stored.slug)}
${text.replace(/^/gm, "  > ")}`;
}

// import:policy.mjs in run/recovery.mjs
import { decide, oneAtATime, planRecovery, recoveryFor, spentText } from "../policy.mjs";

// import:run/review.mjs in run/recovery.mjs
import { rejectedWork } from "./review.mjs";

// mcp-server/src/run/recovery/next-decision.ts
function decideNow(loaded, startable) {
  const counts = countsOf(loaded);
  const failed = counts.failed === 0 ? [] : failedTasks(loaded);
  return decide({
    failure: loaded.policy.failure,
    stopped: loaded.stored.status === "stopped",
    running: counts.running,
    ready: loaded.stored.status === "open" ? startable.length : 0,
    completed: counts.completed,
    failed: failed.filter((task) => !rejectedWork(loaded, task)).map(({ id }) => id),
    rejected: failed.flatMap((task) => rejectedWork(loaded, task) ?? []),
    retrying: startable.filter((task) => task.failedAttempts > 0).map(({ id }) => id),
    unreachable: counts.pending - (counts.failed + counts.cancelled === 0 ? counts.pending : reachableTasks(loaded.graph.tasks).size),
    done: isDone(loaded),
    limit: loaded.spent && spentText(loaded.spent)
  });
}
async function logEscalation(plan) {
  if (!isDone(plan)) return;
  const { decision, reason } = decideNow(plan, []);
  if (decision !== "escalate") return;
  const { seq } = await plan.reader.lastEvent(plan.id, "attempt.ended");
  const since = await plan.reader.events(plan.id, { types: ["decision.taken"], afterSeq: seq });
  if (since.some(({ change }) => change.type === "decision.taken" && change.decision === "escalate")) return;
  plan.append({ type: "decision.taken", decision, reason });
}
function failedTasks({ graph }) {
  return [...graph.tasks.values()].filter((task) => task.status === "failed");
}

// mcp-server/src/run/recovery/recover.ts
function decideAfterFailure(plan, id) {
  const { graph, policy } = plan;
  const failures = failuresOf(plan);
  const late = joinRecovery(plan, failures, id);
  if (late) {
    plan.append(...late);
    return;
  }
  const recovery = planRecovery({
    failure: policy.failure,
    failures,
    completed: graph.count("completed"),
    running: graph.live.length
  });
  plan.append(...recovery ? recoveryChanges(plan, recovery, plan.nowMs) : [withoutRecovery(plan, id)]);
}
function decideAfterEnd(plan, id) {
  const { graph, stored } = plan;
  const task = graph.tasks.get(id);
  if (task?.status !== "failed") return;
  const isStopped = stored.status === "stopped";
  const then = isStopped ? ", and the policy is fail-fast" : isDone(plan) ? ", and nothing is left that can run" : "; what does not need it goes on";
  plan.append({
    type: "decision.taken",
    decision: isStopped ? "stop" : "escalate",
    reason: `${id}: ${task.cause && causeText(task.cause)}${then}.`
  });
}
function joinRecovery(loaded, failures, id) {
  const { graph } = loaded;
  const failure = failures.find((other) => other.task === id);
  const task = graph.tasks.get(id);
  if (!failure?.mayRetry || !task) return void 0;
  const found = recoveryFor(failure.text, recoveriesOf(loaded));
  if (!found) return void 0;
  const { made: recovery, purpose } = found;
  const definition = heldBackBy(recovery.id, task, graph.tasks);
  if (wouldWaitForItself(loaded, definition)) return void 0;
  return [
    ...hasEnded(recovery.status) ? [] : alsoFor(loaded, recovery, purpose, task),
    { type: "task.defined", task: id, definition },
    { type: "decision.taken", ...whyJoined(id, recovery) }
  ];
}
function recoveriesOf({ graph }) {
  return [...graph.tasks.values()].flatMap((made) => {
    const purpose = recoveryOf(made);
    return purpose && made.status !== "cancelled" ? [{ task: made.id, causes: purpose.causes, purpose, made }] : [];
  });
}
function whyJoined(id, { id: recovery, status }) {
  const cause = `${id} seems to have failed for the cause that ${recovery}`;
  if (status === "failed")
    return { decision: "escalate", reason: `${cause} could not fix: it is not tried again.` };
  const reason = status === "completed" ? `${cause} was made for: it is tried again with what was found.` : `${cause} is made for: it is tried again after that.`;
  return { decision: "retry", reason };
}
function alsoFor(loaded, recovery, purpose, failed) {
  const outline = outlineOf(recovery);
  const extra = {
    ...outline.extra,
    ...extraFor({ ...purpose, failed: [.../* @__PURE__ */ new Set([...purpose.failed, failed.id])] })
  };
  return [
    { type: "task.defined", task: recovery.id, definition: { ...outline, extra } },
    {
      type: "task.annotated",
      task: recovery.id,
      note: `This failed later and looks the same:
${failureLines(loaded, failed)}`
    }
  ];
}
function wouldWaitForItself({ graph }, definition) {
  const edges = /* @__PURE__ */ new Map();
  for (const task of graph.tasks.values()) edges.set(task.id, task.dependencies);
  edges.set(definition.id, definition.dependencies);
  return findCycle(edges) !== void 0;
}
function recoveryChanges(loaded, recovery, nowMs) {
  const { graph } = loaded;
  const failed = recovery.tasks.flatMap((id) => graph.tasks.get(id) ?? []);
  const definition = recoveryTask(loaded, recovery, failed);
  const waiting = failed.filter((task) => task.status === "pending" && !graph.hasLiveClaim(task.id));
  return [
    { type: "task.created", task: definition.id, definition, position: nextPosition(loaded) },
    ...waiting.map(
      (task) => ({
        type: "task.defined",
        task: task.id,
        definition: heldBackBy(definition.id, task, graph.tasks)
      })
    ),
    ...recovery.kind === "approach" ? [{ type: "plan.throttled", throttle: oneAtATime(nowMs) }] : [],
    { type: "decision.taken", decision: "retry", reason: `${recovery.reason} (${definition.id})` }
  ];
}
function heldBackBy(recovery, task, tasks) {
  const definition = outlineOf(task);
  if (task.needs === "all") return { ...definition, dependencies: [...task.dependencies, recovery] };
  const had = task.dependencies.filter((id) => tasks.get(id)?.status === "completed");
  return { ...definition, needs: "all", dependencies: [...had, recovery] };
}
function withoutRecovery(loaded, id) {
  const { graph, stored } = loaded;
  const decided = (decision, reason) => ({
    type: "decision.taken",
    decision,
    reason
  });
  const task = graph.tasks.get(id);
  if (stored.status === "stopped") return decided("stop", `${id} failed and the policy is fail-fast.`);
  if (task?.status === "pending") {
    return decided("retry", `${id} failed and is tried again, with what was learnt in its brief.`);
  }
  const attempts = task?.failedAttempts === 1 ? "its only attempt" : `${task?.failedAttempts} attempts`;
  return isDone(loaded) ? decided("escalate", `${id} failed after ${attempts}, and nothing is left that can run.`) : decided("proceed", `${id} failed after ${attempts}; what does not need it goes on.`);
}
function failuresOf(loaded) {
  const { graph } = loaded;
  return [...graph.tasks.values()].flatMap((task) => {
    const isOver = task.status === "completed" || task.status === "cancelled";
    if (isOver || task.failedAttempts === 0 || recoveryOf(task)) return [];
    if (task.dependencies.some((id) => recoveryOf(graph.tasks.get(id)) !== void 0)) return [];
    const mayRetry = task.status === "pending" && !graph.hasLiveClaim(task.id);
    return [{ task: task.id, text: whatWentWrong(loaded, task.id), mayRetry }];
  });
}
export {
  decideAfterEnd,
  decideAfterFailure,
  decideNow,
  failureLines,
  logEscalation,
  recoveryTask,
  whatWentWrong
};
