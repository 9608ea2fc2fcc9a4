// import:git.mjs in run/briefs.mjs
import { planBranch } from "../git.mjs";

// import:run/plan.mjs in run/briefs.mjs
import { attemptsAt, changeGraph, existingGraph, fileEventsOf, filesFromEvents, filesLine, isReported, readFilesOfTasks, readGraph, splitTaskName, taskOf } from "./plan.mjs";

// import:run/review.mjs in run/briefs.mjs
import { foundBefore } from "./review.mjs";

// import:run/worktrees.mjs in run/briefs.mjs
import { mergedCommit, workRecord, worktreeOfClaim } from "./worktrees.mjs";

// import:graph.mjs in run/briefs.mjs
import { hashToken, purposeOf } from "../graph.mjs";

// import:policy.mjs in run/briefs.mjs
import { MESSAGE_DONE, MESSAGE_FAILED, mayJudge, workUnderReview } from "../policy.mjs";

// import:text.mjs in run/briefs.mjs
import { exactLine, foreignLine, ownWords, quotation, shownPath } from "../text.mjs";

// import:run/worktrees/setup.mjs in run/briefs.mjs
import { PORT_VARIABLE } from "./worktrees/setup.mjs";

// mcp-server/src/run/briefs/brief.ts
var MAX_INPUT_CHARACTERS = 6e3;
var MAX_ADDED_CHARACTERS = 500;
var MAX_NOTE = 4e3;
var MAX_CRITERION = 4e3;
function writeBrief(facts) {
  const { plan, task, description, token } = facts;
  const sections = [
    `You execute one task of the plan "${plan}". ${facts.worktree ? "You have a git worktree of your own." : "Other agents may be working in the same checkout at the same time."}`,
    `Task: ${plan}/${task.id}
Token: ${token}`,
    `# ${foreignLine(task.subject)}

${ownWords(description)}`,
    acceptance(task),
    place(facts),
    files(facts.scope, facts.worktree || facts.checkout !== void 0 ? void 0 : facts.topLevel),
    inputs(facts),
    foundBefore2(facts.found),
    earlierAttempts(facts.earlier),
    task.notes.length > 0 ? `# Notes on this task
${task.notes.map((note) => quotation(note.slice(0, MAX_NOTE))).join("\n")}` : "",
    added(facts.added),
    facts.canReport ? endWithReport(facts) : END_WITH_MESSAGE,
    "Do not stage, commit, stash, switch branches, or launch agents; do not format the whole project, nor test it unless the task says so."
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
function verdict(task) {
  if (!mayJudge(task)) return "";
  if (purposeOf(task)?.kind !== "review") {
    return " If you judged work, add verdict: accepted, or rejected with findings that say what is to be fixed.";
  }
  return ` And verdict: accepted, or rejected with findings that say what is to be fixed; outcome is completed when you have judged, whatever the verdict, and failed only if you could not.`;
}
function endWithReport({ plan, task, reader }) {
  const isClaudeCode = reader?.isClaudeCode ?? true;
  const tool = !isClaudeCode ? "task_report of this server" : "task_report of this plugin's server (mcp__plugin_parallel_tasks__task_report)";
  const then = reader?.pulls ? "Then go on as its answer says." : "Reply with the line that it returns and nothing else.";
  return `# How to end
1. Call the tool ${tool} once: task "${plan}/${task.id}", the token above, outcome (completed, failed or blocked), a summary of at most three sentences, filesChanged, and evidence: ${evidence(task)}.${isClaudeCode ? SEEN_COMMANDS : ""}${verdict(task)} A task that must come first, or what only a person can decide or permit: outcome blocked with blockedOn {tasks: [ids]} or {question}. What you found wrong: findings, each {severity, file: "path:line", text}. What tasks after this one should know: notes.
2. ${then}`;
}
var SEEN_COMMANDS = " A command is compared with what was run: run it once more after your last change, by itself (no pipe, ; or ||), and report the same text.";
function evidence({ acceptance: acceptance2 }) {
  return acceptance2.length > 0 ? 'one entry per acceptance criterion, as {criterion: "1", command, exitCode, result}, {criterion, inspected} or {criterion, notVerified: why}' : "what shows that it is right, as {command, exitCode, result}, {inspected} or {notVerified: why}";
}
var END_WITH_MESSAGE = `# How to end
Your last message is your report, taken as it is. It begins with the word ${MESSAGE_DONE} or ${MESSAGE_FAILED}; then what you did or what stopped you, the files that you changed, how each acceptance criterion was verified (the command and its result) or that it was not, and what tasks after this one should know.`;
function acceptance(task) {
  if (task.acceptance.length === 0) return "";
  const lines = task.acceptance.map(
    ({ criterion, command }, i) => `${i + 1}. ${shownCriterion(criterion)}${command === void 0 ? "" : ` (verify by: \`${exactLine(command)}\`)`}`
  );
  return `# Acceptance
${lines.join("\n")}`;
}
function shownCriterion(criterion) {
  return foreignLine(criterion, MAX_CRITERION);
}
function place({ worktree, checkout }) {
  if (!worktree && checkout !== void 0) {
    return `# Where you work
In the checkout \`${shownPath(checkout)}\`: every path of this brief is relative to it. If that is not the project that you were asked to work on, change nothing and say so.`;
  }
  if (!worktree) return "";
  const { path, port, branch, kept, elsewhere } = worktree;
  const where = path === void 0 ? "Your working directory is a worktree of your own: do not leave it." : `Work in \`${shownPath(path)}\` and nowhere else: every path of this brief is meant relative to it, and every command runs in it (\`cd\` there first).`;
  return [
    "# Where you work",
    `${where} It was cut from the branch ${branch}, which holds the merged work of the tasks before yours; what lies uncommitted in the main checkout is not in it. Leave your changes uncommitted: they are committed and merged when you report.`,
    ...port === void 0 ? [] : [`Its own port is ${port}: what listens there is started with ${PORT_VARIABLE}=${port}.`],
    ...kept.map(
      ({ number, commit }) => `The work of attempt ${number} is not in it: \`git show ${commit}\` tells what it did.`
    ),
    ...elsewhere.map((id) => `The files of ${id} are not in it: they lie uncommitted in the main checkout.`)
  ].join("\n");
}
function files(scope, topLevel) {
  const list = (globs) => globs.map((glob) => `\`${shownPath(glob)}\``).join(", ");
  const resources = scope.resources.length > 0 ? ` You alone hold: ${scope.resources.map((name) => foreignLine(name)).join(", ")}.` : "";
  const from = topLevel === void 0 ? "" : ` Paths lead from the repository's top level, \`${shownPath(topLevel)}\`, here and in your report.`;
  if (scope.basis === "declared") {
    const may = scope.writes.length > 0 ? `You may write ${list(scope.writes)}.` : "You write no files.";
    return `# Files
${may} Anything else may belong to another task: if you need it, report blocked with blockedOn {writes: [...]}.${from}${resources}`;
  }
  const kept = scope.writes.length > 0 ? ` ${list(scope.writes)} ${scope.writes.length === 1 ? "is" : "are"} kept free for you.` : "";
  return `# Files
Nobody declared what this task writes: write only what the task needs.${kept} If a write is refused because another task holds the file, report blocked with blockedOn {writes: [...]}.${from}${resources}`;
}
function inputs(facts) {
  if (facts.inputs.length === 0) return "";
  let left = MAX_INPUT_CHARACTERS;
  const lines = facts.inputs.map(({ task, ...handed }) => {
    const name = `${facts.plan}/${task.id} ${foreignLine(task.subject)}`;
    if (task.status !== "completed")
      return `- ${name}: missing (${task.status}). Work without it or report blocked.`;
    const text = handedOver(handed) || "completed, nothing handed over";
    const kept = text.slice(0, Math.max(0, left));
    left -= kept.length;
    return `- ${name}:
${quotation(kept === text ? kept : `${kept} … (cut; task_get tells the rest)`)}`;
  });
  return `# What the tasks before this one handed over
${lines.join("\n")}`;
}
function handedOver({ report, lastMessage, files: wrote }) {
  return [
    report?.summary ?? lastMessage ?? "",
    filesLine(wrote, report),
    ...(report?.notes ?? []).map((note) => `Note: ${note}`)
  ].filter((line) => line !== "").join("\n");
}
function foundBefore2(found = []) {
  if (found.length === 0) return "";
  return `# What earlier reviews found
Look first whether it is fixed, and whether the fix broke anything. Report again what is not fixed: of what was rejected, all that you do not name counts as fixed when you accept.
${found.join("\n")}`;
}
function earlierAttempts(earlier) {
  const ended = earlier.filter((attempt) => attempt.state === "ended");
  if (ended.length === 0) return "";
  const lines = ended.slice(-3).map((attempt) => {
    const { report, lastMessage, cause } = attempt;
    const what = report ? [cause, report.summary].filter(Boolean).join("\n") : lastMessage ?? cause ?? "no report";
    return `- Attempt ${attempt.number}, ${attempt.outcome}:
${quotation(what.slice(0, 1e3))}`;
  });
  return `# Earlier attempts at this task
Their files may still be there. Do not repeat what failed.
${lines.join("\n")}`;
}
function added(text) {
  if (text === void 0 || text.trim() === "") return "";
  return `# The orchestrator added
${quotation(text.trim().slice(0, MAX_ADDED_CHARACTERS))}`;
}
function launchLine(plan, task, token) {
  return `Task ${plan}/${task}, token ${token}. No brief? task_get.`;
}
function addedToLaunchLine(prompt, line) {
  return prompt.replace(line, "").trim();
}

// mcp-server/src/run/briefs/prerequisites.ts
function inputsOf({ graph }, task) {
  if (purposeOf(task)) return [...task.dependencies];
  const inputs2 = task.dependencies.flatMap((id) => {
    const purpose = purposeOf(graph.tasks.get(id));
    if (purpose?.kind !== "review" || purpose.of === void 0) return [id];
    return [...workUnderReview(graph.tasks, purpose.of).map((work) => work.id), id];
  });
  return [...new Set(inputs2)];
}
function inputOf(loaded, task, filesOf) {
  const wrote = filesOf(task.id);
  const files2 = wrote && { files: wrote };
  const report = attemptsAt(loaded, task.id).findLast(isReported)?.report;
  const last = attemptsAt(loaded, task.id).at(-1);
  const lastMessage = last?.state === "ended" && last.outcome === "completed" ? last.lastMessage : void 0;
  if (lastMessage !== void 0) return { task, lastMessage, ...files2 };
  return { task, ...report && { report }, ...files2 };
}

// mcp-server/src/run/briefs/brief-of-claim.ts
async function briefWithPlace(ctx, store, briefed, token, reader) {
  const { claim, loaded } = briefed;
  const checkout = reader && !reader.isClaudeCode ? { checkout: ctx.checkout.root } : {};
  const asked = { canReport: true, ...reader && { reader }, ...checkout };
  const worktree = claim.isolation === "worktree" ? await worktreeOfClaim(ctx, store, claim.id) : void 0;
  const readNow = () => readGraph(ctx, store, async (view) => readForBrief(await view.plan(loaded.stored.slug), briefed));
  const read = await (briefed.read ?? readNow());
  return briefOf(ctx, briefed, token, asked, read, worktree);
}
var nothingSeen = () => void 0;
async function readForBrief(plan, { task, claim }) {
  const inputs2 = inputsOf(plan, task);
  return {
    description: await plan.description(task.id),
    filesOf: inputs2.length === 0 ? nothingSeen : await readFilesOfTasks(plan, inputs2),
    ...claim.isolation === "worktree" && { record: await workRecord(plan) }
  };
}
function readForBriefWithClaim(plan, { task, isolation }) {
  if (isolation === "worktree") return void 0;
  const { graph, id } = plan;
  const inputs2 = inputsOf(plan, task);
  const events = inputs2.length === 0 ? {} : { events: fileEventsOf(graph, inputs2) };
  return plan.writer.readWithSave({ planId: id, tasks: [task.id], ...events }).then((found) => {
    const description = found.descriptions.get(task.id);
    if (description === void 0) throw new Error(`there is no task ${task.id}`);
    return {
      description,
      filesOf: inputs2.length === 0 ? nothingSeen : filesFromEvents(graph, found.events, inputs2)
    };
  });
}
function briefOf({ checkout, directory }, { claim, loaded, task }, token, asked, { description, filesOf, record }, place2 = {}) {
  return writeBrief({
    plan: loaded.stored.slug,
    task,
    description,
    token,
    scope: claim.scope,
    inputs: inputsOf(loaded, task).flatMap((id) => {
      const dependency = loaded.graph.tasks.get(id);
      return dependency ? [inputOf(loaded, dependency, filesOf)] : [];
    }),
    found: foundBefore(loaded, task),
    earlier: attemptsAt(loaded, task.id).filter((attempt) => attempt.id !== claim.id),
    ...asked,
    ...directory !== checkout.root && { topLevel: checkout.root },
    ...record && { worktree: worktreeFacts(loaded, task, claim.id, { filesOf, record }, place2) }
  });
}
function worktreeFacts(loaded, task, own, { filesOf, record }, { path, port }) {
  const kept = attemptsAt(loaded, task.id).flatMap((attempt) => {
    const commit = record.committed.get(attempt.id)?.commit;
    return attempt.id === own || commit === void 0 ? [] : [{ number: attempt.number, commit }];
  });
  const elsewhere = task.dependencies.filter((id) => {
    const attempt = attemptsAt(loaded, id).findLast(isReported);
    return attempt?.isolation === "shared" && (filesOf(id) ?? attempt.report)?.filesChanged.length !== 0 && mergedCommit(record, id) === void 0 && !record.conflicted.some((line) => line.task === id);
  });
  return {
    branch: planBranch(loaded.stored.slug),
    kept,
    elsewhere,
    ...path !== void 0 && { path },
    ...port !== void 0 && { port }
  };
}

// import:errors.mjs in run/briefs.mjs
import { CallerError } from "../errors.mjs";

// import:run/attempts.mjs in run/briefs.mjs
import { claimOfToken, expireClaims, isRefusal, noteSignOfLife, startOrContinue } from "./attempts.mjs";

// import:run/checkout-watch.mjs in run/briefs.mjs
import { recordSnapshot, snapshotBeforeStart } from "./checkout-watch.mjs";

// mcp-server/src/run/briefs/get-task.ts
async function getTask(ctx, actor, agentId, input) {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const { token } = input;
  if (token === void 0) {
    const read = async (view) => {
      const loaded2 = await view.plan(plan);
      const task = taskOf(loaded2, id);
      return { loaded: loaded2, task, attempts: attemptsAt(loaded2, id), description: await loaded2.description(id) };
    };
    return readGraph(ctx, store, read, { plan: { repository: ctx.repository, slug: plan } });
  }
  const look = await snapshotBeforeStart(ctx, store, token);
  const work = async (tx) => {
    await noteSignOfLife(tx, token, agentId);
    await expireClaims(tx);
    if (look) await recordSnapshot(tx, look);
    const found2 = await claimOfToken(tx, token);
    if (isRefusal(found2) || found2.held.plan !== plan || found2.task.id !== id) {
      const why = isRefusal(found2) ? found2.why : `it belongs to ${found2.held.plan}/${found2.task.id}`;
      throw new CallerError(
        "refused_token",
        `token: refused, ${why}.`,
        "Leave token out to read the task; do not work on it without a valid one.",
        "token"
      );
    }
    startOrContinue(found2, agentId);
    return found2;
  };
  const found = await changeGraph(ctx, store, actor, work, {
    claim: { tokenHash: hashToken(token) }
  });
  const { loaded } = found;
  return {
    loaded,
    task: taskOf(loaded, id),
    attempts: attemptsAt(loaded, id),
    brief: await briefWithPlace(ctx, store, { ...found, claim: found.held.claim }, token, input.reader)
  };
}
export {
  addedToLaunchLine,
  briefOf,
  briefWithPlace,
  getTask,
  inputOf,
  inputsOf,
  launchLine,
  readForBrief,
  readForBriefWithClaim,
  shownCriterion,
  writeBrief
};
