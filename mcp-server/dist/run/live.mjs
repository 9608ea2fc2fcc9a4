// import:live.mjs in run/live.mjs
import { MAX_TROUBLE, rowGroups, taskActions } from "../live.mjs";

// import:run/plan.mjs in run/live.mjs
import { deadClaims, isDone, readGraph, stateNow, taskOf } from "./plan.mjs";

// import:graph.mjs in run/live.mjs
import { causeText, isAttempt, takesPlace, withCriterionText, workedUntilMs } from "../graph.mjs";

// import:policy.mjs in run/live.mjs
import { raiseLimit, spentText, usageCost } from "../policy.mjs";

// import:report.mjs in run/live.mjs
import { notRunReasons } from "../report.mjs";

// import:text.mjs in run/live.mjs
import { FINDING_LIMIT, LINE_LIMIT, NAME_LIMIT, cleanLines, cleanText, formatDuration, shownPath } from "../text.mjs";

// import:run/planning.mjs in run/live.mjs
import { expectedTimes, planningOf, unorderedClashes } from "./planning.mjs";

// import:run/runners.mjs in run/live.mjs
import { runnersNow } from "./runners.mjs";

// import:run/live/facts.mjs in run/live.mjs
import { attemptRow, costNow, incidentsOf, isSameHead, machinesNow, needsNow, notAchieved, readyWaits, rowsOf, runBy, steadyRow, toldEvents } from "./live/facts.mjs";

// import:node:path in run/live.mjs
import { basename } from "node:path";

// mcp-server/src/run/live/plan-entry.ts
async function planEntry(plan, nowMs, address) {
  const { stored, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  return {
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    address,
    status: stored.status,
    done: isDone(plan),
    counts: snapshotCounts(plan, state, dead),
    needs: needsNow(plan, state.tasks, notAchieved(state, nowMs)).length,
    createdAtMs: stored.createdAtMs
  };
}
function repositoryTitle({ checkout }, repository) {
  const path = repository.replace(/[\\/]?\.git$/, "");
  return cleanText(path.split(/[\\/:]/).at(-1) || basename(checkout.root), NAME_LIMIT);
}
function snapshotCounts(plan, state, dead) {
  const of = (status) => state.tasks.filter((task) => task.status === status).length;
  const live = plan.graph.live.filter(({ id }) => !dead.has(id));
  const delivering = live.filter((claim) => !takesPlace(claim)).length;
  const claimed = new Set(live.map(({ task }) => task));
  const isUnclaimed = (task) => task.status === "in_progress" && !claimed.has(task.id);
  const running = live.length - delivering + state.tasks.filter(isUnclaimed).length;
  const [total, completed, failed, cancelled] = [
    state.tasks.length,
    of("completed"),
    of("failed"),
    of("cancelled")
  ];
  const waiting = total - completed - failed - cancelled - running - delivering;
  return { total, completed, running, delivering, failed, cancelled, waiting };
}

// mcp-server/src/run/live/plan-snapshot.ts
async function planSnapshot(plan, nowMs, isForecast = true) {
  const { stored, graph, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  const events = await toldEvents(plan);
  const done = isDone(plan);
  const isExpected = isForecast && !done && stored.status !== "stopped";
  const expected = isExpected ? expectedTimes(ctx, plan, nowMs) : void 0;
  const runners = await runnersNow(plan.reader, stored.repository, nowMs);
  const waits = await readyWaits(plan, runners, nowMs);
  const results = notAchieved(state, nowMs);
  const held = heldBy(plan, nowMs);
  const spans = state.claims.filter(isAttempt);
  const startedAtMs = spans.reduce((ms, { startedAtMs: at }) => Math.min(ms, at), Number.POSITIVE_INFINITY);
  const endedAtMs = spans.reduce((ms, attempt) => Math.max(ms, workedUntilMs(attempt) ?? nowMs), 0);
  const isOver = done || stored.status === "stopped" && graph.live.length === 0;
  return {
    v: 1,
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    seq: stored.version,
    atMs: nowMs,
    status: stored.status,
    done,
    ...held,
    runBy: await runBy(plan, events, dead, runners, nowMs),
    machines: await machinesNow(plan, runners, dead, stored.slug),
    ...spans.length > 0 && { startedAtMs },
    ...spans.length > 0 && isOver && { endedAtMs },
    cap: { running: placesTaken(plan, dead), now: plan.cap, allowed: plan.policy.maxParallel },
    counts: snapshotCounts(plan, state, dead),
    ...forecastOf(expected, done),
    cost: costNow(plan, events, nowMs),
    needs: needsNow(plan, state.tasks, results),
    trouble: incidentsOf(graph, events).slice(-MAX_TROUBLE).reverse(),
    tasks: rowsOf({
      ...{ loaded: plan, state, results, waits, expected },
      reasons: notRunReasons(state, nowMs)
    })
  };
}
async function readSnapshot(ctx, store, slug) {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => planSnapshot(await view.plan(slug), ctx.now()));
}
function heldBy({ stored, spent, pauseMs }, nowMs) {
  const { status, cause } = stored;
  const by = (words) => ({ held: cleanText(words, LINE_LIMIT) });
  if (status !== "open") return by(`The plan is ${status}${cause === void 0 ? "" : `: ${cause}`}.`);
  if (spent) return by(`${spentText(spent)} ${raiseLimit(stored.slug, spent)}`);
  if (pauseMs === 0) return {};
  const heldUntilMs = stored.throttle?.untilMs ?? nowMs + pauseMs;
  return { ...by("A rate or usage limit of the provider was reached."), heldUntilMs };
}
function placesTaken({ graph }, dead) {
  return graph.underCap.filter(({ id }) => !dead.has(id)).length;
}
function forecastOf(expected, done) {
  if (!expected || done || expected.tasks.size === 0) return {};
  const { leftMs, lowerBoundMs } = expected;
  return { forecast: { leftMs: Math.round(leftMs), lowerBoundMs: Math.round(lowerBoundMs) } };
}

// mcp-server/src/run/live/band-file.ts
var MAX_ROWS = 40;
var MAX_NEEDS = 10;
var MAX_NAMED = 5;
var MAX_PLANS = 10;
function choosePlan(plans, before) {
  const going = plans.filter(({ isOver }) => !isOver);
  return going.find(({ isOwn, isAtWork }) => isOwn && isAtWork) ?? going.find(({ isOwn }) => isOwn) ?? going.find(({ isAtWork }) => isAtWork) ?? plans.find(({ plan }) => plan === before) ?? going[0];
}
async function readBand(ctx, store, own, before) {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => {
    const newest = (await view.reader.plans(ctx.repository)).slice(0, MAX_PLANS);
    const plans = [];
    for (const { slug } of newest) plans.push(await view.plan(slug));
    const shown = plans.map(
      (plan2) => ({
        plan: plan2.stored.slug,
        isOwn: own.has(plan2.stored.slug),
        isAtWork: plan2.graph.live.length > 0,
        isOver: plan2.stored.status === "stopped" || isDone(plan2)
      })
    );
    const chosen = choosePlan(shown, before);
    const plan = plans.find(({ stored }) => stored.slug === chosen?.plan);
    if (!chosen || !plan) return void 0;
    const agents = plan.graph.live.flatMap(
      (claim) => claim.state === "running" && claim.agentId !== void 0 ? [[claim.agentId, claim.task]] : []
    );
    const others = shown.filter((one) => one !== chosen && !one.isOver).length;
    return bandOf(await planSnapshot(plan, ctx.now()), Object.fromEntries(agents), others);
  });
}
function bandOf({ tasks, ...head }, agents, others) {
  const open = rowGroups(tasks).flatMap(({ group, rows: rows2 }) => group === "done" ? [] : rows2);
  const rows = open.slice(0, MAX_ROWS);
  const needs = head.needs.slice(0, MAX_NEEDS).map((need) => ({ ...need, holdsUp: [] }));
  return {
    v: 1,
    head: { ...head, needs, machines: [], trouble: [] },
    rows: rows.map((row) => ({
      ...row,
      needs: [],
      waitsFor: row.waitsFor.slice(0, MAX_NAMED),
      attempts: row.attempts.slice(-1)
    })),
    needed: head.needs.length,
    left: open.length - rows.length,
    agents,
    others
  };
}

// mcp-server/src/run/live/event-line.ts
function eventLine({ seq, atMs, actor, change }) {
  return {
    ...{ seq, atMs },
    type: cleanText(change.type, LINE_LIMIT),
    actor: cleanText(actor, LINE_LIMIT),
    text: cleanText(wordsOf(change), LINE_LIMIT)
  };
}
function wordsOf(change) {
  switch (change.type) {
    case "task.created":
      return "came in";
    case "task.defined":
      return "was changed";
    case "task.status":
      return `is ${change.status.replace("_", " ")}${change.cause ? `: ${causeText(change.cause)}` : ""}`;
    case "task.annotated":
      return change.note === void 0 ? "was annotated" : `note: ${change.note}`;
    case "claim.offered":
      return `was offered to ${change.role}`;
    case "claim.returned":
      return `the offer ended: ${change.cause}`;
    case "attempt.started":
      return `attempt ${change.number} began`;
    case "attempt.widened":
      return `${change.path} was added to its scope`;
    case "attempt.reminded":
      return "was asked for its report";
    case "attempt.ended":
      return `the attempt ended: ${change.outcome}${change.cause ? `, ${change.cause}` : ""}`;
    case "attempt.revived":
      return "its agent lives after all";
    case "delivery.accepted":
      return "its report was accepted, its work is on the way onto the branch";
    case "delivery.delayed":
      return `its work could not be delivered yet: ${change.cause}`;
    case "work.committed":
      return `its work is a commit of ${change.files.length} files`;
    case "work.merged":
      return "the plan's branch has its work";
    case "work.conflicted":
      return `its work does not go together with the plan's branch; ${change.mergeTask} merges it`;
    case "worktree.cut":
      return `a worktree was made${change.tookMs === void 0 ? "" : ` in ${formatDuration(change.tookMs)}`}`;
    case "worktree.removed":
      return "its worktree is gone";
    case "write.denied":
      return `${change.warned ? "was warned of" : "was refused"} a write: ${change.command ?? change.path}, held by ${change.heldBy}`;
    case "token.refused":
      return `a call was refused: ${change.why}`;
    case "report.returned":
      return `its report went back: ${change.why}`;
    case "attempt.compared":
    case "scope.touched":
      return change.note;
    case "task.limited":
      return change.reason;
    default:
      return "";
  }
}

// mcp-server/src/run/live/file-clashes.ts
var MAX_CLASHES = 500;
async function fileClashes(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const { graph, policy, estimates } = await view.plan(slug);
    const tasks = [...graph.tasks.values()];
    const clashes = unorderedClashes(planningOf(ctx, tasks, policy, estimates), tasks);
    return {
      clashes: clashes.slice(0, MAX_CLASHES).map(({ tasks: tasks2, what }) => ({ tasks: tasks2, what: cleanText(what, LINE_LIMIT) }))
    };
  });
}

// mcp-server/src/run/live/plan-history.ts
async function planHistory(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events = await view.reader.events(plan.id);
    const statuses = statusesOf(events);
    const planStatuses = events.flatMap(
      ({ atMs: atMs2, change }) => change.type === "plan.created" ? [[atMs2, "open"]] : change.type === "plan.status" ? [[atMs2, change.status]] : []
    );
    const ended = snapshot.tasks.flatMap(({ attempts }) => attempts.flatMap(({ endMs }) => endMs ?? []));
    const startMs = snapshot.startedAtMs ?? plan.stored.createdAtMs;
    const { title, repository, seq, atMs } = snapshot;
    return {
      ...{ v: 1, plan: slug, title, repository, seq, startMs },
      endMs: snapshot.done ? ended.reduce((last, ms) => Math.max(last, ms), startMs) : atMs,
      statuses: planStatuses,
      cap: plan.policy.maxParallel,
      tasks: snapshot.tasks.map((row) => {
        const { id, subject, position, phase, role, model, needs, attempts } = row;
        const task = plan.graph.tasks.get(id);
        const needed = neededOf(task);
        return {
          ...{ id, subject, position, needs, attempts },
          ...phase !== void 0 && { phase },
          ...role !== void 0 && { role },
          ...model !== void 0 && { model },
          statuses: statuses.get(id) ?? [],
          ...needed !== void 0 && { needed },
          durationMs: Math.round(plan.estimates.durationMs(task))
        };
      }),
      trouble: incidentsOf(plan.graph, events)
    };
  });
}
function statusesOf(events) {
  const statuses = /* @__PURE__ */ new Map();
  for (const { atMs, change } of events) {
    if (change.type === "task.created") statuses.set(change.task, [[atMs, "pending"]]);
    if (change.type === "task.status") statuses.get(change.task)?.push([atMs, change.status]);
  }
  return statuses;
}
function neededOf({ needs, dependencies }) {
  if (needs === "all") return void 0;
  if (needs === "settled") return "ended";
  return needs === "any" ? Math.min(1, dependencies.length) : needs.atLeast;
}

// import:node:timers/promises in run/live.mjs
import { setTimeout } from "node:timers/promises";

// mcp-server/src/run/live/plan-watch.ts
var LOOK_MS = 5e3;
var MIN_PAUSE_MS = 60;
var IDLE_MS = 6e4;
var PlanWatch = class {
  /** @param epoch tells the cursors of this watch from those of any other. */
  constructor(ctx, store, slug, epoch) {
    this.ctx = ctx;
    this.store = store;
    this.slug = slug;
    this.epoch = epoch;
  }
  ctx;
  store;
  slug;
  epoch;
  #head;
  /** As of the last revision. */
  #told;
  #rows = /* @__PURE__ */ new Map();
  /** Ids of rows that are no more, with the revision in which they went. */
  #gone = /* @__PURE__ */ new Map();
  #revision = 0;
  #watching;
  #end = new AbortController();
  #lastAskedMs = 0;
  #waiting = 0;
  #next = deferred();
  /** The plan as it stands now. @throws CallerError when there is no such plan. */
  async snapshot() {
    await this.#look();
    return { ...this.#head, tasks: [...this.#rows.values()].map(({ row }) => row) };
  }
  /**
   * What is other than at the cursor; waits until something is. A cursor of another watch, or none, gets everything.
   * @returns undefined when the signal was aborted.
   * @throws what made the graph unreadable.
   */
  async updateAfter(cursor, signal) {
    const known = this.#revisionOf(cursor);
    if (this.#head === void 0) await this.#look();
    this.#watch();
    const aborted = deferred();
    signal.addEventListener("abort", aborted.resolve);
    this.#waiting += 1;
    try {
      while (!signal.aborted && !this.#end.signal.aborted) {
        if (known === void 0 || this.#revision > known) return this.#update(known);
        this.#watch();
        await Promise.race([this.#next.promise, aborted.promise]);
      }
      return void 0;
    } finally {
      this.#waiting -= 1;
      signal.removeEventListener("abort", aborted.resolve);
    }
  }
  get isClosed() {
    return this.#end.signal.aborted;
  }
  /** Ends the watching; who waits gets nothing any more. */
  async close() {
    this.#end.abort();
    this.#ring();
    await this.#watching;
  }
  #revisionOf(cursor) {
    const [epoch, text = ""] = cursor?.split(".") ?? [];
    const revision = Number(text);
    const isOwn = epoch === this.epoch && Number.isSafeInteger(revision) && revision > 0;
    return isOwn && revision <= this.#revision ? revision : void 0;
  }
  #update(known) {
    const rows = [...this.#rows.values()];
    return {
      cursor: `${this.epoch}.${this.#revision}`,
      head: this.#head,
      rows: rows.filter(({ revision }) => known === void 0 || revision > known).map(({ row }) => row),
      gone: [...this.#gone].flatMap(
        ([id, revision]) => known !== void 0 && revision > known ? [id] : []
      ),
      ...known === void 0 && { reset: true }
    };
  }
  #watch() {
    this.#lastAskedMs = performance.now();
    this.#watching ??= this.#keepLooking().finally(() => {
      this.#watching = void 0;
    });
  }
  async #keepLooking() {
    const { signal } = this.#end;
    try {
      let planId = await this.#look();
      while (this.#waiting > 0 || performance.now() - this.#lastAskedMs < IDLE_MS) {
        if (signal.aborted) return;
        const seq = this.#head?.seq ?? 0;
        await this.store.changed(planId, seq, LOOK_MS, signal);
        if (signal.aborted) return;
        const beganMs = performance.now();
        planId = await this.#look();
        const tookMs = performance.now() - beganMs;
        await setTimeout(Math.max(MIN_PAUSE_MS, tookMs / 2), void 0, { signal }).catch(() => void 0);
      }
    } catch (error) {
      this.#next.reject(error);
      this.#next = deferred();
    }
  }
  /** @returns the plan's id. */
  async #look() {
    await this.ctx.prices.refresh();
    return await readGraph(this.ctx, this.store, async (view) => {
      const plan = await view.plan(this.slug);
      this.#take(await planSnapshot(plan, this.ctx.now()));
      return plan.id;
    });
  }
  #take({ tasks, ...head }) {
    const revision = this.#revision + 1;
    const rows = /* @__PURE__ */ new Map();
    let isOther = this.#told === void 0 || !isSameHead(this.#told, head);
    for (const task of tasks) {
      const known = this.#rows.get(task.id);
      if (known?.row === task) {
        rows.set(task.id, known);
        continue;
      }
      const row = steadyRow(known?.row, task, head.atMs);
      const text = JSON.stringify(row);
      const isSame = known?.text === text;
      rows.set(task.id, isSame ? { ...known, row } : { row, text, revision });
      isOther ||= !isSame;
    }
    for (const id of this.#rows.keys()) {
      if (rows.has(id)) continue;
      this.#gone.set(id, revision);
      isOther = true;
    }
    for (const id of rows.keys()) this.#gone.delete(id);
    this.#head = head;
    this.#rows = rows;
    if (!isOther) return;
    this.#told = head;
    this.#revision = revision;
    this.#ring();
  }
  #ring() {
    this.#next.resolve();
    this.#next = deferred();
  }
};
function deferred() {
  let resolve = () => {
  };
  let reject = (_error) => {
  };
  const promise = new Promise((done, failed) => {
    resolve = done;
    reject = failed;
  });
  promise.catch(() => void 0);
  return { promise, resolve, reject };
}

// import:git.mjs in run/live.mjs
import { git } from "../git.mjs";

// import:run/effects/versions.mjs in run/live.mjs
import { listOverwritten, taskDiff } from "./effects/versions.mjs";

// mcp-server/src/run/live/task-files.ts
var MAX_DIFF = 6e4;
var MAX_DIFFS = 4e5;
var MAX_FILES = 300;
var COMMIT = /^[0-9a-f]{40,64}$/;
var PATCH = ["--no-commit-id", "-r", "-p", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"];
async function taskFiles(ctx, slug, task, events) {
  const { files, uncertain, unlisted } = await taskDiff(ctx, slug, task);
  const overwritten = new Set((await listOverwritten(ctx, slug, { task })).map(({ path }) => path));
  const seen = files.map(
    ({ path, kind, hunks, instead }) => ({
      path,
      kind,
      ...hunks !== void 0 && { hunks },
      ...instead !== void 0 && { instead }
    })
  );
  const unsure = uncertain.map(
    (path) => ({
      ...{ path, kind: "changed", uncertain: true },
      instead: "this task or another call has changed it"
    })
  );
  const known = new Set([...seen, ...unsure].map(({ path }) => path));
  const lost = [...overwritten].filter((path) => !known.has(path)).map((path) => ({ path, kind: "changed", instead: "somebody else has changed it" }));
  const committed = seen.length > 0 ? [] : await committedFiles(ctx, events);
  const all = [...seen, ...unsure, ...lost, ...committed];
  let left = MAX_DIFFS;
  const shown = all.slice(0, MAX_FILES).map((file) => {
    const restorable = overwritten.has(file.path) && { restorable: true };
    const { hunks, ...rest } = { ...file, ...restorable };
    if (hunks === void 0) return rest;
    if (hunks.length > Math.min(left, MAX_DIFF)) {
      const how = `parallel diff ${slug} ${shownPath(task)}`;
      return { ...rest, instead: `too long to be shown here: ${how}` };
    }
    left -= hunks.length;
    return { ...rest, hunks: cleanLines(hunks) };
  });
  return { files: shown, unlisted: unlisted + Math.max(0, all.length - MAX_FILES) };
}
async function committedFiles(ctx, events) {
  const last = events.findLast(({ change }) => change.type === "work.committed")?.change;
  if (last?.type !== "work.committed" || !COMMIT.test(last.commit)) return [];
  const { commit, files } = last;
  try {
    return filesIn(await git(ctx.checkout.root, ["diff-tree", "--raw", "-z", ...PATCH, commit]));
  } catch {
    const instead = "this clone does not have its commit";
    return files.map((path) => ({ path, kind: "changed", instead }));
  }
}
var KINDS = { A: "added", D: "removed" };
function filesIn(output) {
  const end = output.indexOf("\0\0");
  const list2 = (end < 0 ? output : output.slice(0, end)).split("\0");
  const patches = end < 0 ? [] : output.slice(end + 2).split(/^(?=diff --git )/m);
  return list2.flatMap((part, i) => {
    const path = list2[i + 1];
    if (i % 2 !== 0 || path === void 0) return [];
    const patch = patches[i / 2] ?? "";
    const start = patch.search(/^@@ /m);
    const kind = KINDS[part.at(-1) ?? ""] ?? "changed";
    return [
      start < 0 ? { path, kind, instead: "no text differs" } : { path, kind, hunks: patch.slice(start) }
    ];
  });
}

// mcp-server/src/run/live/task-detail.ts
var MAX_EVENTS = 200;
var MAX_LIST = 200;
var MAX_TEXT = 5e4;
async function taskDetail(ctx, store, slug, id, hasFiles) {
  await ctx.prices.refresh();
  const { table } = ctx.prices.last;
  const { detail, events } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const task = taskOf(plan, id);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events2 = await view.reader.events(plan.id, { task: task.id });
    const claims = plan.graph.claimsOf(task.id);
    const row = snapshot.tasks.find((one) => one.id === task.id);
    return {
      events: events2,
      detail: {
        ...{ v: 1, plan: slug, seq: snapshot.seq, atMs: snapshot.atMs, row },
        description: lines(await plan.description(task.id)),
        ...definition(task),
        dependents: dependentsOf(plan.graph.tasks.values(), task.id),
        attempts: claims.flatMap((claim) => attemptDetail(claim, task, table)).reverse(),
        events: events2.slice(-MAX_EVENTS).map(eventLine).reverse(),
        actions: actionsOf(row, snapshot)
      }
    };
  });
  return { ...detail, ...hasFiles ? await taskFiles(ctx, slug, id, events) : { files: [], unlisted: 0 } };
}
function actionsOf(row, { needs }) {
  return needs.find(({ task, kind }) => task === row.id && kind === "review")?.actions ?? taskActions(row);
}
function dependentsOf(tasks, id) {
  return [...tasks].filter(({ dependencies }) => dependencies.includes(id)).map((task) => task.id);
}
var lines = (text) => {
  const clean = cleanLines(text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}
…` : clean;
};
var list = (texts, limit = LINE_LIMIT) => texts.slice(0, MAX_LIST).map((text) => cleanText(text, limit));
function definition(task) {
  return {
    acceptance: task.acceptance.slice(0, MAX_LIST).map(({ criterion, command }) => ({
      criterion: cleanText(criterion, FINDING_LIMIT),
      ...command !== void 0 && { command: cleanText(command, FINDING_LIMIT) }
    })),
    ...task.writes && { writes: list(task.writes) },
    reads: list(task.reads),
    resources: list(task.resources),
    notes: task.notes.slice(-MAX_LIST).map(lines)
  };
}
function attemptDetail(claim, task, prices) {
  const [row] = attemptRow(claim);
  if (!row) return [];
  const has = isAttempt(claim) && claim.state !== "running" ? claim : void 0;
  const report = has?.report;
  const cause = has?.state === "ended" ? has.cause : void 0;
  const summary = report?.summary ?? has?.lastMessage;
  const model = claim.chosenModel?.model;
  const usage = isAttempt(claim) ? claim.usage : void 0;
  return [
    {
      ...row,
      agentType: cleanText(claim.agentType, NAME_LIMIT),
      checkout: cleanText(claim.checkout, LINE_LIMIT),
      isolation: claim.isolation,
      ...model !== void 0 && { model },
      ...usage && prices && { money: { amount: usageCost(usage, prices).amount, currency: prices.currency } },
      ...summary !== void 0 && { summary: lines(summary) },
      ...cause !== void 0 && { cause: cleanText(cause, FINDING_LIMIT) },
      ...report?.verdict && { verdict: report.verdict },
      evidence: (report?.evidence ?? []).slice(0, MAX_LIST).map((item) => evidenceLine(withCriterionText(item, task.acceptance))),
      findings: (report?.findings ?? []).slice(0, MAX_LIST).map(({ severity, text, file }) => ({
        severity,
        text: cleanText(text, FINDING_LIMIT),
        ...file !== void 0 && { file: cleanText(file, LINE_LIMIT) }
      })),
      notes: list(report?.notes ?? [], FINDING_LIMIT),
      filesReported: list(report?.filesChanged ?? [])
    }
  ];
}
function evidenceLine(evidence) {
  const criterion = evidence.criterion !== void 0 && {
    criterion: cleanText(evidence.criterion, FINDING_LIMIT)
  };
  if ("inspected" in evidence)
    return { ...criterion, standing: "inspected", text: cleanText(evidence.inspected, FINDING_LIMIT) };
  if ("notVerified" in evidence)
    return { ...criterion, standing: "not-verified", text: cleanText(evidence.notVerified, FINDING_LIMIT) };
  const { command, exitCode, result, standing = "claimed", seen } = evidence;
  return {
    ...criterion,
    standing,
    command: cleanText(command, FINDING_LIMIT),
    exitCode,
    text: cleanText(result, FINDING_LIMIT),
    ...seen !== void 0 && { seen: cleanText(seen, LINE_LIMIT) }
  };
}
export {
  PlanWatch,
  bandOf,
  choosePlan,
  eventLine,
  fileClashes,
  planEntry,
  planHistory,
  planSnapshot,
  readBand,
  readSnapshot,
  repositoryTitle,
  snapshotCounts,
  taskDetail,
  taskFiles
};
