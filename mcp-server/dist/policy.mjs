// mcp-server/src/policy/alternatives.ts
function areAlternatives(a, b) {
  return a?.alternatives !== void 0 && a.alternatives === b?.alternatives;
}

// import:graph.mjs in policy.mjs
import { ABSENT, GlobIndex, INHERIT, NO_USAGE, UNNAMED_MODEL, addTokens, allTokens, callerName, clashOf, clashesOf, hasEnded, isAttempt, isLive, isReviewStep, literalGlob, matches, modelChoiceFrom, newTokens, overlap, parseGlob, parseScope, pathKey, purposeOf, reachableTasks, scopeOf, taskName, topologicalOrder, usageByModel, workedUntilMs } from "./graph.mjs";

// mcp-server/src/policy/exclusivity.ts
function claimedScope(task, policy) {
  const scope = scopeOf(task);
  if (scope.basis !== "unscoped" || policy.unscoped !== "exclusive") return scope;
  return { ...scope, writes: ["**"] };
}
function runsAlone(scope) {
  return scope.basis === "unscoped" && scope.writes.length > 0;
}
function clashOfClaims(a, b) {
  if (runsAlone(a) || runsAlone(b)) {
    return { kind: "write-write", ours: a.writes[0]?.glob ?? "**", theirs: b.writes[0]?.glob ?? "**" };
  }
  return clashOf(a, b);
}
function widenedScope(claim) {
  return claim.widened.length === 0 ? claim.scope : { ...claim.scope, writes: [...claim.scope.writes, ...claim.widened] };
}

// mcp-server/src/policy/clash-pairs.ts
function clashPairs(scopes) {
  const candidates = /* @__PURE__ */ new Map();
  const suspect = (a, b) => {
    if (a === b) return;
    const [low, high] = a < b ? [a, b] : [b, a];
    const known = candidates.get(low);
    if (known) known.add(high);
    else candidates.set(low, /* @__PURE__ */ new Set([high]));
  };
  const index = new GlobIndex();
  const users = /* @__PURE__ */ new Map();
  scopes.forEach((scope, at) => {
    if (runsAlone(scope)) return;
    for (const glob of globsOf(scope)) index.add(glob, at);
    for (const resource of new Set(scope.resources)) {
      const earlier = users.get(resource) ?? [];
      for (const other of earlier) suspect(other, at);
      users.set(resource, earlier);
      earlier.push(at);
    }
  });
  scopes.forEach((scope, at) => {
    if (runsAlone(scope)) return;
    for (const glob of globsOf(scope)) for (const other of index.near(glob)) suspect(at, other);
  });
  const pairs = [];
  for (const [a, others] of [...candidates].sort(([one], [two]) => one - two)) {
    for (const b of [...others].sort((one, two) => one - two)) {
      const clash = clashOf(scopes[a], scopes[b]);
      if (clash) pairs.push({ a, b, clash });
    }
  }
  return pairs;
}
function globsOf({ writes, reads }) {
  return /* @__PURE__ */ new Set([...writes, ...reads]);
}

// mcp-server/src/policy/client.ts
var WAIT_OF_A_MINUTE = 50;
var CLAUDE_CODE = {
  isClaudeCode: true,
  reads: "data",
  agentsHaveTools: true,
  maxWaitSeconds: 1500
};
var OTHER = { isClaudeCode: false, reads: "text", agentsHaveTools: true };
var KNOWN = [
  [/^claude-code/, CLAUDE_CODE],
  [/^codex/, { ...OTHER, reads: "data", maxWaitSeconds: 240 }],
  [/^gemini-cli/, { ...OTHER, maxWaitSeconds: 500 }],
  [/^qwen/, { ...OTHER, maxWaitSeconds: 800 }],
  [/^opencode/, { ...OTHER, maxWaitSeconds: 900 }],
  [/^(?:github-)?copilot/, { ...OTHER, maxWaitSeconds: 900 }],
  [/^@?cline/, { ...OTHER, agentsHaveTools: false, maxWaitSeconds: WAIT_OF_A_MINUTE }],
  [/^kimi/, { ...OTHER, maxWaitSeconds: WAIT_OF_A_MINUTE }],
  [/^continue/, { ...OTHER, maxWaitSeconds: WAIT_OF_A_MINUTE }]
];
var UNKNOWN = { ...OTHER, reads: "unknown", maxWaitSeconds: WAIT_OF_A_MINUTE };
function clientNamed(name) {
  const known = KNOWN.find(([pattern]) => pattern.test(name?.toLowerCase() ?? ""));
  return known?.[1] ?? UNKNOWN;
}
function waitSecondsFor(client, wanted) {
  if (client.reads === "unknown") return wanted ?? client.maxWaitSeconds;
  return Math.min(wanted ?? client.maxWaitSeconds, client.maxWaitSeconds);
}

// mcp-server/src/policy/effects/calls-in-flight.ts
var UNHEARD_REASONS = ["stood-still", "began-late", "session-ended", "not-told"];
var UNHEARD = {
  "stood-still": "a server did not run for a while, and calls may have begun meanwhile",
  "began-late": "a server was started anew, and calls may run that began before",
  "session-ended": "a session ended while calls of it ran",
  "not-told": "calls of another session may not have been told"
};
var DURATION_SLACK_MS = 250;
var CallsInFlight = class {
  #records = /* @__PURE__ */ new Map();
  #unheard = [];
  /** The first end of a call counts. What is said of a call that never began changes nothing. */
  apply(signal) {
    switch (signal.kind) {
      case "began":
        this.#begin(signal);
        break;
      case "ended":
        this.#update(signal.call, (record) => ({
          ...record,
          ranFromMs: this.#ranFrom(record, signal),
          endedMs: signal.atMs,
          ...signal.wrote && { wrote: signal.wrote }
        }));
        break;
      case "refused":
        if (this.#inFlight(signal.call)) this.#records.delete(signal.call);
        break;
      case "left-running":
        this.#update(signal.call, (record) => ({
          ...record,
          ranFromMs: this.#ranFrom(record, signal),
          work: signal.work
        }));
        break;
      case "work-ended":
        this.#endAll(
          signal.atMs,
          ({ work, caller }) => work === signal.work && caller.session === signal.session
        );
        break;
      case "caller-ended":
        this.#endAll(
          signal.atMs,
          ({ work, caller }) => work === void 0 && caller.session === signal.session && caller.agentId === signal.agentId
        );
        break;
      case "unheard":
        this.#unheard.push(signal);
        break;
    }
  }
  /** All calls that may have run after the one time and before the other. */
  between(fromMs, toMs) {
    return [...this.#records.values()].filter(
      ({ ranFromMs, endedMs }) => ranFromMs < toMs && (endedMs === void 0 || endedMs > fromMs)
    );
  }
  /** Why calls that nobody heard of may have run between these times, each reason once. */
  doubtsBetween(fromMs, toMs) {
    const doubtful = this.#unheard.filter((one) => one.fromMs < toMs && one.untilMs > fromMs);
    return [...new Set(doubtful.map(({ why }) => UNHEARD[why]))];
  }
  /** Whether the call has begun and its end was not heard; what an answered one left running does not count. */
  isInFlight(id) {
    return this.#inFlight(id) !== void 0;
  }
  /** Who made the call, if it is remembered. */
  callerOf(id) {
    return this.#records.get(id)?.caller;
  }
  /** All that are not forgotten. */
  get all() {
    return [...this.#records.values()];
  }
  /** Calls that have not ended, and those that left something running that has not. */
  get open() {
    return [...this.#records.values()].filter(({ endedMs }) => endedMs === void 0);
  }
  /** What has to be heard to know of the calls that are open, and of those that nobody heard of. */
  get openSignals() {
    const calls = this.open.flatMap(({ id, tool, caller, beganMs, work }) => [
      { kind: "began", call: id, tool, caller, atMs: beganMs },
      ...work === void 0 ? [] : [{ kind: "left-running", call: id, work, atMs: beganMs }]
    ]);
    return [...calls, ...this.#unheard];
  }
  /** The call and what it left running are gone, whatever was heard of them. */
  end(id, atMs) {
    this.#endAll(atMs, (record) => record.id === id);
  }
  /** Forgets what ended before that time. */
  forget(beforeMs) {
    for (const { id, endedMs } of this.#records.values()) {
      if (endedMs !== void 0 && endedMs < beforeMs) this.#records.delete(id);
    }
    this.#unheard = this.#unheard.filter(({ untilMs }) => untilMs >= beforeMs);
  }
  #begin({ call, tool, caller, atMs }) {
    if (this.#records.has(call)) return;
    this.#records.set(call, {
      ...{ id: call, tool, caller },
      ...{ beganMs: atMs, ranFromMs: atMs, endedMs: void 0 }
    });
  }
  /** Only a call that is in flight itself: once answered, only the end of what it left running counts. */
  #inFlight(id) {
    const record = this.#records.get(id);
    return record?.endedMs === void 0 && record?.work === void 0 ? record : void 0;
  }
  #update(id, change) {
    const record = this.#inFlight(id);
    if (record) this.#records.set(id, change(record));
  }
  /** Of an end that was heard late the duration does not tell when the call began to run. */
  #ranFrom({ beganMs }, { atMs, durationMs }) {
    const isLate = this.#unheard.some(({ fromMs, untilMs }) => fromMs < atMs && untilMs >= atMs);
    if (durationMs === void 0 || isLate) return beganMs;
    return Math.max(beganMs, atMs - durationMs - DURATION_SLACK_MS);
  }
  #endAll(atMs, isMeant) {
    for (const record of this.open) {
      if (isMeant(record)) this.#records.set(record.id, { ...record, endedMs: atMs });
    }
  }
};
function namedCall({ id, tool, caller, ranFromMs, endedMs }) {
  return {
    ...{ id, tool, caller },
    fromMs: Math.floor(ranFromMs),
    ...endedMs !== void 0 && { untilMs: Math.ceil(endedMs) }
  };
}

// mcp-server/src/policy/effects/attribute.ts
function attribute({ path, holder, after }, calls, doubts) {
  const isOwn = ({ caller }) => caller.attempt === holder;
  const tellers = calls.filter(({ wrote }) => wrote?.path === path && wrote.content === after);
  const [teller] = tellers;
  if (teller && tellers.length === 1) {
    return isOwn(teller) ? { kind: "own", calls: [namedCall(teller)] } : { kind: "certain", call: namedCall(teller) };
  }
  const named = calls.map(namedCall);
  if (doubts.length > 0) return { kind: "uncertain", calls: named, doubts };
  const [first] = calls;
  if (first === void 0) return { kind: "nobody" };
  if (calls.every(isOwn)) return { kind: "own", calls: named };
  if (calls.length === 1) return { kind: "certain", call: namedCall(first) };
  return { kind: "uncertain", calls: named, doubts };
}
function suspectsOf({ by, call }, calls) {
  return by === "uncertain" ? calls : calls.filter(({ id }) => id === call);
}

// mcp-server/src/policy/effects/effects-in-order.ts
function effectsInOrder(seen) {
  const last = /* @__PURE__ */ new Map();
  return [...seen].sort((a, b) => a.untilMs - b.untilMs).flatMap(
    (look) => look.files.map((file) => {
      const before = file.before ?? last.get(file.path);
      last.set(file.path, file.undone && before || file.after);
      return { file: { ...file, ...before !== void 0 && { before } }, look };
    })
  );
}

// import:text.mjs in policy.mjs
import { formatDuration, formatPercent, isDeclared, plural, shownPath } from "./text.mjs";

// mcp-server/src/policy/effects/git-move-text.ts
var SHORT = 7;
var MAX_NAMES = 5;
function gitMoveText(move) {
  const text = textOf(move);
  return move.repository === void 0 ? text : `in ${shownPath(move.repository)}: ${text}`;
}
function whileWhoRan({ calls, by, doubts = [] }, plan) {
  const names = [...new Set(calls.map(({ caller }) => callerText(caller, plan)))];
  if (by === "nobody") return "while no call ran (by a person or another program)";
  const shown = names.slice(0, MAX_NAMES);
  const all = names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown;
  const ran = all.length === 0 ? "something that is not known" : [all.slice(0, -1).join(", "), ...all.slice(-1)].filter((part) => part !== "").join(" and ");
  return `while ${ran} ran${doubts.length === 0 ? "" : ` (${doubts.join("; ")})`}`;
}
function gitMovedLines(moved, plan) {
  const who = whileWhoRan(moved, plan);
  return [
    ...moved.moves.map((move) => `${gitMoveText(move)} ${who}`),
    ...moved.unlisted === void 0 ? [] : [`${moved.unlisted} more moves in git ${who}`]
  ];
}
function gitMovedNote(moved, plan) {
  return `${gitMovedLines(moved, plan).join(". ")}. Do not undo it: read your files again before you go on, and name it in your report.`;
}
function textOf(move) {
  switch (move.what) {
    case "head": {
      const [from, to] = [placeOf(move.from), placeOf(move.to)];
      const isSwitch = isRef(move.from) || isRef(move.to);
      return isSwitch ? `HEAD switched from ${from} to ${to}` : `HEAD moved from ${from} to ${to}`;
    }
    case "branch":
    case "tag": {
      const name = move.what === "tag" ? `the tag ${shownPath(move.name)}` : shownPath(move.name);
      const how = move.how === void 0 ? "" : ` (${move.how})`;
      if (move.from === void 0) return `${name} was made at ${short(move.to)}`;
      if (move.to === void 0) return `${name} was deleted (it was at ${short(move.from)})`;
      return `${name} moved from ${short(move.from)} to ${short(move.to)}${how}`;
    }
    case "stash": {
      const parts = [
        ...move.gone > 0 ? [entries(move.gone, "gone")] : [],
        ...move.added > 0 ? [entries(move.added, "added")] : []
      ];
      return parts.join(" and ");
    }
    case "index":
      return "the index changed";
    case "gone":
      return "the repository is gone";
  }
}
function entries(count, how) {
  const is = count === 1 ? "a stash entry" : `${count} stash entries`;
  return how === "gone" ? `${is} ${count === 1 ? "is" : "are"} gone` : `${is} ${count === 1 ? "was" : "were"} added`;
}
function isRef(place) {
  return place.startsWith("refs/");
}
function placeOf(place) {
  return isRef(place) ? shownPath(place.replace(/^refs\/heads\//, "")) : short(place);
}
function short(commit) {
  return shownPath((commit ?? "").slice(0, SHORT));
}
function callerText({ task, agentId }, plan) {
  if (task !== void 0) return shownPath(task.startsWith(`${plan}/`) ? task.slice(plan.length + 1) : task);
  return agentId === void 0 ? "the main conversation" : "an agent without a task";
}

// mcp-server/src/policy/effects/judge-git-moves.ts
var MAX_MOVES = 50;
function judgeGitMoves(seen, calls, doubts) {
  const isKnown = calls.length > 0 && doubts.length === 0;
  const moves = seen.filter((one) => !(isKnown && calls.every((call) => mayMake(call, one)))).map(({ move }) => move);
  if (moves.length === 0) return void 0;
  const unlisted = moves.length - MAX_MOVES;
  return {
    moves: moves.slice(0, MAX_MOVES),
    ...unlisted > 0 && { unlisted },
    calls: calls.map(namedCall),
    by: doubts.length > 0 || calls.length > 1 ? "uncertain" : calls.length === 1 ? "certain" : "nobody",
    ...doubts.length > 0 && { doubts }
  };
}
function mayMake({ caller }, { move, holders }) {
  if (caller.attempt !== void 0 && holders.includes(caller.attempt)) return true;
  const isMain = caller.attempt === void 0 && caller.agentId === void 0;
  return isMain && move.what === "branch" && move.how === "commit";
}

// mcp-server/src/policy/effects/outlived-calls.ts
var INIT = 1;
function outlivedCalls(known, calls) {
  const byPid = new Map(known.living.map((one) => [one.pid, one]));
  const ended = calls.filter(({ endedMs }) => endedMs !== void 0);
  const open = calls.filter(({ endedMs }) => endedMs === void 0);
  return known.living.flatMap((process) => {
    if (process.pid === known.own || known.hosts.has(process.pid)) return [];
    const startedIn = ended.filter((call) => mayStart(call, process));
    const top = topBelowHost(process, byPid, known.hosts);
    if (top && isShell(top)) {
      if (open.some(({ beganMs }) => beganMs <= top.startedToMs)) return [];
      const shellIn = ended.filter((call) => mayStart(call, top));
      return isOurs(process, known) || shellIn.length > 0 ? [{ process, calls: shellIn }] : [];
    }
    if (top && top.markedBy !== top.parent) {
      if (top.pid === process.pid || top.pid === known.own) return [];
      const later = startedIn.filter(({ beganMs }) => beganMs > top.startedToMs);
      return later.length > 0 ? [{ process, calls: later }] : [];
    }
    if (isOurs(process, known)) return [{ process, calls: startedIn }];
    return startedIn.length > 0 && isLeftBehind(process, byPid) ? [{ process, calls: startedIn }] : [];
  });
}
function mayStart({ ranFromMs, endedMs }, process) {
  return ranFromMs <= process.startedToMs && (endedMs === void 0 || endedMs >= process.startedFromMs);
}
function isOurs({ markedBy, isInCheckout }, { hosts }) {
  return markedBy !== void 0 && (isInCheckout || hosts.has(markedBy));
}
function isShell({ pid, group }) {
  return pid === group;
}
function topBelowHost(process, byPid, hosts) {
  const passed = /* @__PURE__ */ new Set();
  let at = process;
  while (at && !passed.has(at.pid)) {
    if (hosts.has(at.parent) && byPid.has(at.parent)) return at;
    passed.add(at.pid);
    at = byPid.get(at.parent);
  }
  return void 0;
}
function isLeftBehind(process, byPid) {
  const { pid, group, isInCheckout } = process;
  return isOrphan(process, byPid) && (group !== pid && !byPid.has(group) || isInCheckout);
}
function isOrphan({ pid, parent, session }, byPid) {
  const above = byPid.get(parent);
  if (parent === INIT || above === void 0) return true;
  return session !== void 0 && session !== pid && above.session !== session;
}

// mcp-server/src/policy/effects/processes-in-folder.ts
function processesInFolder(living, isInside, { own, clients, servers }) {
  const byPid = new Map(living.map((one) => [one.pid, one]));
  const around = new Set(linesUp(own, byPid));
  const left = [];
  let isUsed = false;
  for (const process of living) {
    const { pid, folder, startFolder, markedBy } = process;
    const isThere = folder !== void 0 && isInside(folder) || markedBy !== void 0 && startFolder !== void 0 && isInside(startFolder);
    if (!isThere || process.isOwn === false) continue;
    const isServed = linesUp(pid, byPid).some((one) => one === own || servers.has(one));
    const isClient = around.has(pid) || clients.has(pid);
    if (isServed || isClient || markedBy === void 0 && process.hasTerminal !== false) isUsed = true;
    else left.push(process);
  }
  return { left, isUsed };
}
function linesUp(pid, byPid) {
  const passed = [];
  for (let at = byPid.get(pid); at && !passed.includes(at.pid); at = byPid.get(at.parent))
    passed.push(at.pid);
  return passed;
}

// mcp-server/src/policy/effects/seen-changes.ts
function checkoutLooks(events) {
  return events.flatMap(({ change }) => {
    if (change.type === "files.changed") return change.atWork ? [change] : [];
    if (change.type !== "checkout.observed") return [];
    const files = change.files.map(({ path, how, inScopeOf: [holder, another] }) => ({
      ...{ path, how },
      ...holder !== void 0 && another === void 0 && { holder }
    }));
    return [{ ...change, files }];
  });
}
function heldLooks(events) {
  return events.flatMap(({ change }) => change.type === "files.changed" && !change.atWork ? [change] : []);
}
function seenChanges(events) {
  return events.flatMap((event) => [
    ...heldLooks([event]).flatMap(changesOfHeld),
    ...checkoutLooks([event]).flatMap(changesOfCheckout)
  ]);
}
function changedByOthers(events, claims) {
  const held = heldLooks(events);
  const isWhole = [...held, ...checkoutLooks(events)].every(({ unlisted }) => unlisted === void 0) && held.every(({ isIncomplete }) => !isIncomplete);
  const changes = isWhole ? seenChanges(events) : [];
  const paths = new Set(changes.map(({ path }) => path));
  const taskOf = new Map(claims.map(({ id, task }) => [id, task]));
  return (task) => {
    const mayBeOwn = ({ by, suspects }) => by !== "certain" || suspects.some(({ attempt }) => attempt !== void 0 && taskOf.get(attempt) === task);
    const own = new Set(changes.filter(mayBeOwn).map(({ path }) => path));
    return new Set([...paths].filter((path) => !own.has(path)));
  };
}
function changesOfHeld({ files, calls }) {
  return files.filter(({ undone }) => !undone).map((file) => {
    const { path, holder, by, after } = file;
    const made = by === "own" ? calls.filter(({ caller }) => caller.attempt === holder) : suspectsOf(file, calls);
    const suspects = made.map((call) => ({ attempt: call.caller.attempt, name: callerName(call) }));
    return { path, holder, by, suspects, how: after === ABSENT ? "removed" : "written" };
  });
}
function changesOfCheckout({ files, atWork }) {
  const suspects = atWork.map(({ attempt, task }) => ({ attempt, name: task }));
  return files.map(({ path, how, holder }) => ({ path, how, holder, by: "uncertain", suspects }));
}

// mcp-server/src/policy/effects/undo.ts
var AT_WORK_FOR_MS = 6e5;
function mayUndo({ by, call, holder, before, after, notKept }, { calls, doubts, nobodyMs, nowMs }) {
  const [only, another] = calls;
  return by === "certain" && only?.id === call && another === void 0 && only?.endedMs !== void 0 && only.caller.attempt !== holder && doubts.length === 0 && nowMs - nobodyMs > AT_WORK_FOR_MS && notKept === void 0 && hasBytes(before) && (after === ABSENT || hasBytes(after));
}
function hasBytes(content) {
  return content?.startsWith("sha256:") ?? false;
}

// mcp-server/src/policy/effects/writing-tools.ts
var READING_TOOLS = /* @__PURE__ */ new Set([
  "Agent",
  "AskUserQuestion",
  "BashOutput",
  "EnterPlanMode",
  "ExitPlanMode",
  "Glob",
  "Grep",
  "KillShell",
  "LS",
  "ListMcpResourcesTool",
  "NotebookRead",
  "Read",
  "ReadMcpResourceTool",
  "SendMessage",
  "Skill",
  "StructuredOutput",
  "Task",
  "TaskCreate",
  "TaskGet",
  "TaskList",
  "TaskOutput",
  "TaskStop",
  "TaskUpdate",
  "TodoWrite",
  "ToolSearch",
  "WebFetch",
  "WebSearch",
  "Workflow"
]);
var OWN_TOOL = /^mcp__plugin_parallel_tasks__/;
function couldWrite(tool) {
  return !READING_TOOLS.has(tool) && !OWN_TOOL.test(tool);
}

// mcp-server/src/policy/engine.ts
var MIN_WORKFLOW_TASKS = 20;
var WORKFLOW_TASK_THRESHOLD = 60;
var SILENT_MODES = /* @__PURE__ */ new Set(["auto", "bypassPermissions", "dontAsk"]);
function asksNobody(mode) {
  return mode !== void 0 && SILENT_MODES.has(mode);
}
function chooseEngine(facts) {
  const { isHere } = facts.module;
  const { otherClients } = facts;
  if (otherClients.length > 0)
    return { use: "run", why: `only parallel run starts what tasks are for: ${otherClients.join(", ")}` };
  const whyAsked = questionsOf(facts.module);
  if (isHere && whyAsked === void 0)
    return {
      use: "mod",
      why: "it launches the agents beside this conversation, which pays nothing for them"
    };
  const { use, why } = withoutModule(facts);
  return isHere ? { use, why: `${why}; not mod: ${whyAsked}`, afterApproval: "mod" } : { use, why: `${why}; not mod: this Claude Code has not loaded the plugin's module` };
}
function questionsOf({
  isAttended,
  mode = "default",
  unapproved,
  areEditsApproved
}) {
  if (!isAttended || asksNobody(mode)) return void 0;
  const asked = [
    ...mode === "acceptEdits" || areEditsApproved ? [] : ["each edit"],
    ...unapproved > 0 ? [`${unapproved} ${unapproved === 1 ? "command" : "commands"}`] : []
  ];
  if (asked.length === 0) return void 0;
  return `its agents would ask about ${asked.join(" and ")}, with Yes and No only`;
}
function withoutModule({ open, cap, workflowCap }) {
  if (open < MIN_WORKFLOW_TASKS) return { use: "burst", why: "so few tasks fit into this conversation" };
  if (workflowCap < Math.min(cap, open) && open < WORKFLOW_TASK_THRESHOLD)
    return { use: "burst", why: `a workflow runs ${workflowCap} agents at once here, not ${cap}` };
  return { use: "workflow", why: "so many tasks would fill this conversation" };
}

// mcp-server/src/policy/evidence-text.ts
function isCommand(item) {
  return "command" in item;
}
function standingText({ standing, seen }) {
  if (standing === void 0) return "";
  return seen === void 0 ? standing : `${standing}: ${seen}`;
}
var NO_TEST = "its output says that no test ran";

// mcp-server/src/policy/policy.ts
var FAILURE_POLICIES = ["fail-fast", "best-effort", "retry"];
var UNSCOPED = ["exclusive", "worktree", "shared"];
var BARRIERS = ["none", "level"];
var GUARDS = ["strict", "enforce", "warn", "off"];
var APPROVALS = ["tools", "scope"];
var REVIEWS = ["off", "end", "task"];
var COMMITS = ["none", "task", "end"];
var ISOLATION_POLICIES = ["shared", "worktree", "auto"];
var DELIVERIES = ["branch", "checkout"];
var TOGETHER = ["small", "none"];
var QUESTIONS = ["ask", "later", "decide"];
var VERIFICATIONS = ["run", "seen", "claimed"];
var DEFAULT_POLICY = {
  maxParallel: 5,
  capacity: {},
  leaseMs: 20 * 6e4,
  maxLeaseMs: 4 * 36e5,
  failure: "best-effort",
  retries: 1,
  unscoped: "exclusive",
  barrier: "none",
  guard: "enforce",
  approve: "tools",
  review: "end",
  commit: "none",
  isolation: "shared",
  deliver: "branch",
  verify: "claimed",
  questions: "ask",
  maxTokens: 0,
  maxCost: 0,
  maxTurns: 0,
  maxMs: 0,
  setup: "",
  gate: "",
  notify: "",
  together: "small",
  models: {},
  escalate: []
};
var OFFER_MS = 12e4;
var MAX_LOST_ATTEMPTS = 3;
var MAX_TIMES_BLOCKED = 2;

// mcp-server/src/policy/failure/after-attempt.ts
function statusAfter(facts) {
  if (facts.limit !== void 0 && facts.outcome !== "completed" && facts.outcome !== "cancelled") {
    return { status: "failed", cause: facts.limit };
  }
  if (facts.planLimit !== void 0 && (facts.outcome === "failed" || facts.outcome === "unreported")) {
    return { status: "pending", cause: facts.planLimit };
  }
  switch (facts.outcome) {
    case "completed":
      return facts.notAchieved === void 0 ? { status: "completed" } : { status: "failed", cause: facts.notAchieved };
    case "cancelled":
      return { status: "pending", cause: "the attempt was cancelled" };
    case "lost":
      return facts.lostAttempts < MAX_LOST_ATTEMPTS ? { status: "pending", cause: "the last attempt was lost" } : { status: "failed", cause: `${facts.lostAttempts} attempts were lost` };
    case "blocked":
      if (facts.asksQuestion) return { status: "failed", cause: "waits for an answer" };
      return facts.timesBlocked <= MAX_TIMES_BLOCKED ? { status: "pending", cause: "was blocked; what it needs was added" } : { status: "failed", cause: `blocked ${facts.timesBlocked} times` };
    case "failed":
    case "unreported": {
      const mayRetry = facts.failure !== "fail-fast" && facts.failedAttempts <= facts.retries;
      const what = facts.outcome === "unreported" ? "the agent gave no report" : "the attempt failed";
      return mayRetry ? { status: "pending", cause: `${what}; another attempt follows` } : { status: "failed", cause: what };
    }
  }
}

// mcp-server/src/policy/failure/decision.ts
function decide(facts) {
  if (facts.stopped) {
    const causes = [
      ...facts.failed.length > 0 ? [`${facts.failed.join(", ")} failed`] : [],
      ...facts.rejected.length > 0 ? [`${facts.rejected.join(", ")} was rejected`] : []
    ];
    return {
      decision: "stop",
      reason: causes.length > 0 ? `The plan is stopped: ${causes.join(", ")}.` : "The plan is stopped."
    };
  }
  if (facts.retrying.length > 0 && facts.ready > 0) {
    return { decision: "retry", reason: `${facts.retrying.join(", ")} failed and may be tried again.` };
  }
  if (facts.ready > 0) return { decision: "proceed", reason: `${facts.ready} ready.` };
  if (facts.running > 0) return { decision: "wait", reason: `${facts.running} running.` };
  if (facts.limit !== void 0 && !facts.done) return { decision: "escalate", reason: facts.limit };
  if (facts.failed.length + facts.rejected.length > 0)
    return { decision: "escalate", reason: whatIsLeft(facts) };
  if (!facts.done) return { decision: "wait", reason: "Nothing can start yet." };
  const { unreachable } = facts;
  return {
    decision: "proceed",
    reason: unreachable > 0 ? `Nothing more can start: ${plural(unreachable, "task")} ${unreachable === 1 ? "waits" : "wait"} for what was cancelled.` : "Everything has ended."
  };
}
function whatIsLeft({ failed, rejected, completed, unreachable }) {
  const sentences = [
    ...rejected.length > 0 ? [`Rejected in every review: ${rejected.join(", ")}.`] : [],
    ...failed.length > 0 && completed > 0 ? [`Failed after all attempts: ${failed.join(", ")}.`] : [],
    ...failed.length > 0 && completed === 0 ? [`Nothing completed; failed: ${failed.join(", ")}.`] : [],
    ...unreachable > 0 ? [`${plural(unreachable, "task")} cannot start because of that.`] : []
  ];
  return sentences.join(" ");
}

// import:node:util in policy.mjs
import { stripVTControlCharacters } from "node:util";

// mcp-server/src/policy/failure/error-signature.ts
var TELLS = /\b(error|exception|fatal|panic|fail(ed|ure|s)?|cannot|can't|could not|unable|undefined|missing|not found|no such|denied|refused|rejected|unauthorized|forbidden|timed? ?out|unreachable|E[A-Z]{4,}|TS\d{4})\b/i;
var MAX_SIGNATURE = 160;
var PLACE = /^\S{1,300}[:(]\d+[:,]\d+\)?[\s:-]*/;
var COMMON = new Set(
  "a an and are at be by can cannot could does error exist fail failed failing failure fatal find for found from has have in is its module no not of on or pass passed passing property skipped such test tests that the this to ts type undefined unable unexpected was with".split(
    " "
  )
);
var COMMON_WEIGHT = 0.25;
var SAME_CAUSE = 0.6;
var MIN_WORDS = 3;
function errorSignature(text) {
  const lines = stripVTControlCharacters(text).split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.find((line) => TELLS.test(line)) ?? lines[0] ?? "";
  return telling.slice(0, 2e3).replace(PLACE, "").toLowerCase().replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b|\b0x[\da-f]+\b|\b(?=[a-f]*\d)[\da-f]{7,}\b/g, "#").replace(/(?:[a-z]:)?(?:[\w@.~-]*[\\/])+([\w@.-]*)/g, (_, name) => name).replace(/\d+(\.\d+)*/g, "#").replace(/[^\p{L}#]+/gu, " ").trim().slice(0, MAX_SIGNATURE);
}
function sameCause(a, b) {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  if (![...one].some((word) => other.has(word) && !COMMON.has(word))) return false;
  if (one.size < MIN_WORDS || other.size < MIN_WORDS) return a === b && TELLS.test(a);
  const shared = weightOf([...one].filter((word) => other.has(word)));
  return shared / (weightOf(one) + weightOf(other) - shared) >= SAME_CAUSE;
}
function wordsOf(signature) {
  return new Set(signature.split(" ").filter((word) => word !== "" && word !== "#"));
}
function weightOf(words) {
  let weight = 0;
  for (const word of words) weight += COMMON.has(word) ? COMMON_WEIGHT : 1;
  return weight;
}

// mcp-server/src/policy/failure/fails-elsewhere.ts
function failsElsewhere({ output, own, others, root }) {
  const paths = pathsIn(output, root);
  const within = (globs, path) => globs.some((glob) => matches(glob, path));
  if (paths.some((path) => own.files.includes(path) || within(own.globs, path))) return false;
  const isUndeclared = others.some(({ basis }) => basis !== "declared");
  return paths.some(
    (path) => isUndeclared && isFile(path) || others.some(({ writes }) => within(writes, path))
  );
}
function pathsIn(output, root) {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "").replaceAll("\\", "/");
  const words = plain.split(/[\s"'`<>|,;()]+/).map((word) => {
    const path = word.replace(/^file:\/\//, "").replace(/(?::\d+)*[:.]*$/, "");
    return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path.replace(/^(?:\.\/)+/, "");
  });
  return [...new Set(words.filter((word) => /[./]/.test(word)))];
}
function isFile(path) {
  return /^[^/].*\/[^/]+\.\w+$/.test(path) && !path.includes("node_modules/") && !path.startsWith("..");
}

// mcp-server/src/policy/failure/message-outcome.ts
var MESSAGE_DONE = "DONE";
var MESSAGE_FAILED = "FAILED";
var FAILED = new RegExp(`^[^\\p{L}\\p{N}]*(?:${MESSAGE_FAILED}|BLOCKED)\\b`, "u");
function outcomeOfMessage(message) {
  if (message.trim() === "") return "unreported";
  return FAILED.test(message) ? "failed" : "completed";
}

// mcp-server/src/policy/failure/recovery.ts
function groupByCause(failures) {
  const groups = [];
  for (const { task, text } of failures) {
    const signature = errorSignature(text);
    const group = groups.find((other) => sameCause(other.signature, signature));
    if (group) group.tasks.push(task);
    else groups.push({ tasks: [task], signature });
  }
  return groups;
}
function planRecovery({ failure, failures, completed, running }) {
  const retriable = failures.filter(({ mayRetry }) => mayRetry);
  if (failure === "fail-fast" || failures.length < 2 || retriable.length === 0) return void 0;
  if (completed === 0 && running === 0) {
    const tasks = failures.map(({ task }) => task);
    return {
      kind: "approach",
      tasks,
      causes: groupByCause(failures).map(({ signature }) => signature),
      reason: `All that was tried failed (${tasks.join(", ")}): the approach is looked at first, then one task runs at a time.`
    };
  }
  const cause = groupByCause(failures).find(
    ({ tasks }) => tasks.length > 1 && retriable.some(({ task }) => tasks.includes(task))
  );
  const waiting = retriable.filter(({ task }) => cause?.tasks.includes(task)).map(({ task }) => task);
  const whose = waiting.length === cause?.tasks.length ? "they are" : `${waiting.join(", ")} ${waiting.length === 1 ? "is" : "are"}`;
  return cause && {
    kind: "shared-cause",
    tasks: cause.tasks,
    causes: [cause.signature],
    reason: `${cause.tasks.join(", ")} seem to have failed for one cause: it is fixed before ${whose} tried again.`
  };
}
function recoveryFor(text, recoveries) {
  const signature = errorSignature(text);
  return recoveries.findLast(({ causes }) => causes.some((cause) => sameCause(cause, signature)));
}

// mcp-server/src/policy/failure/when-to-retry.ts
function waitingForRetry(tasks, mayStart2 = () => true) {
  const failed = [...tasks.values()].filter((task) => task.failedAttempts > 0 && !hasEnded(task.status));
  const waiting = /* @__PURE__ */ new Map();
  if (failed.length === 0) return waiting;
  const reachable = reachableTasks(tasks);
  const neighbours = neighboursOf(tasks);
  const exempt = /* @__PURE__ */ new Set();
  const causes = [];
  for (const { id, status } of failed) {
    const needed = connected(id, (at) => tasks.get(at)?.dependencies ?? []);
    for (const other of needed) exempt.add(other);
    if (status === "in_progress" || reachable.has(id) && [...needed].some(mayStart2)) causes.push(id);
  }
  for (const cause of causes) {
    if (waiting.has(cause)) continue;
    for (const id of connected(cause, (at) => neighbours.get(at) ?? [])) waiting.set(id, cause);
  }
  for (const id of exempt) waiting.delete(id);
  return waiting;
}
function neighboursOf(tasks) {
  const neighbours = new Map([...tasks.keys()].map((id) => [id, []]));
  for (const { id, dependencies } of tasks.values()) {
    for (const other of dependencies) {
      neighbours.get(id)?.push(other);
      neighbours.get(other)?.push(id);
    }
  }
  return neighbours;
}
function connected(first, next) {
  const found = /* @__PURE__ */ new Set([first]);
  for (const id of found) for (const other of next(id)) found.add(other);
  return found;
}
function mayShareCause(failed, other) {
  if (failed.commands.some((command) => other.commands.includes(command))) return true;
  return failed.writes.length > 0 === other.writes.length > 0;
}
function waitsForOthers(lastEndMs, completed, claimedAtMs) {
  return completed === 0 && claimedAtMs.some((claimed) => claimed < lastEndMs);
}

// mcp-server/src/policy/gate/gate-run.ts
var MIN_REDS = 2;
var FLAKY_REDS = { min: 3, max: 8 };
var MAX_ERROR = 0.01;
var GateHistory = class {
  constructor(runs) {
    this.runs = runs;
    for (const { commit, verdict } of runs) {
      const { green, red } = this.#of(commit);
      this.#said.set(commit, verdict === "green" ? { green: green + 1, red } : { green, red: red + 1 });
    }
  }
  runs;
  #said = /* @__PURE__ */ new Map();
  /** Whether the gate has passed the commit, be it after it was red. */
  isGreen(commit) {
    return this.#of(commit).green > 0;
  }
  /** How often the commit was red; 0 where it was green, too. */
  reds(commit) {
    return this.isGreen(commit) ? 0 : this.#of(commit).red;
  }
  /** How many of the last runs in a row were red runs of the commit. */
  redsInARow(commit) {
    const last = this.runs.findLastIndex((run) => run.commit !== commit || run.verdict === "green");
    return this.runs.length - 1 - last;
  }
  /** Commits that were red and green: the gate is flaky. */
  get flaky() {
    return [...this.#said].flatMap(([commit, { green, red }]) => green > 0 && red > 0 ? [commit] : []);
  }
  /** After how many red runs a commit counts as red where that costs nobody anything but further runs. */
  get redsToDoubt() {
    return this.flaky.length === 0 ? 1 : MIN_REDS;
  }
  /**
   * After how many red runs in a row somebody may be blamed. Of a gate that is known to be flaky it is so many that a
   * good commit would show them in at most one of a hundred cases, by how often it was red on commits that it passed.
   */
  get redsToBlame() {
    if (this.flaky.length === 0) return MIN_REDS;
    const passed = [...this.#said.values()].filter(({ green }) => green > 0);
    const reds = passed.reduce((sum2, { red }) => sum2 + red, 0);
    const all = passed.reduce((sum2, { green, red }) => sum2 + green + red, 0);
    const enough = Math.ceil(Math.log(MAX_ERROR) / Math.log(reds / all));
    return Math.min(Math.max(enough, FLAKY_REDS.min), FLAKY_REDS.max);
  }
  #of(commit) {
    return this.#said.get(commit) ?? { green: 0, red: 0 };
  }
};

// mcp-server/src/policy/gate/is-gated.ts
function isGated({ gate }) {
  return gate.trim() !== "";
}

// mcp-server/src/policy/gate/next-gate-step.ts
function groupsToTest(waiting, suspects, isBaseRed) {
  const alone = (ids) => ids.map((id) => [id]);
  if (isBaseRed) return waiting.length > 1 ? [waiting, ...alone(waiting)] : alone(waiting);
  const plain = waiting.filter((id) => !suspects.has(id));
  return plain.length > 0 ? [plain] : alone(waiting);
}
function isRedBase(head, history) {
  return history.reds(head) >= history.redsToBlame;
}
function nextGateStep(head, group, suspects, history) {
  const upTo = (count) => group.slice(0, count).map(({ id }) => id);
  const commitOf = (count) => group[count - 1]?.commit ?? head;
  const run = (count, reason) => {
    const commit = commitOf(count);
    return { kind: "run", commit, merges: upTo(count), reason: history.reds(commit) > 0 ? "again" : reason };
  };
  const land = (count) => ({
    kind: "land",
    commit: commitOf(count),
    merges: upTo(count)
  });
  const isDoubtful = (commit) => history.reds(commit) >= history.redsToDoubt;
  const all = group.length;
  if (!history.isGreen(head)) {
    if (!isRedBase(head, history)) return run(0, "base");
    if (history.isGreen(commitOf(all))) return land(all);
    return isDoubtful(commitOf(all)) ? void 0 : run(all, "merges");
  }
  const green = group.findLastIndex(({ commit }) => history.isGreen(commit)) + 1;
  if (green > 0) return land(green);
  const red = group.findIndex(({ commit }) => isDoubtful(commit)) + 1;
  const [first] = group;
  const isSuspect = all === 1 && first !== void 0 && suspects.has(first.id);
  if (red === 0) return run(all, isSuspect ? "suspect" : "merges");
  if (red > 1 || first === void 0) return run(Math.floor(red / 2), "part");
  if (!suspects.has(first.id)) return { kind: "suspect", merge: first.id, commit: first.commit };
  if (history.redsInARow(first.commit) < history.redsToBlame) return run(1, "again");
  return { kind: "blame", merge: first.id, commit: first.commit };
}

// mcp-server/src/policy/isolation.ts
function mayWrite({ writes }) {
  return writes?.length !== 0;
}
function asksForWorktree(task, policy) {
  if ((task.isolation ?? "shared") !== "shared" || task.alternatives !== void 0) return true;
  if (task.isolation === "shared") return false;
  if (policy.isolation === "worktree") return mayWrite(task);
  return policy.unscoped === "worktree" && scopeOf(task).basis === "unscoped";
}
var Isolations = class {
  /** @param tasks how they are done stays the same; their status may change. */
  constructor(tasks, policy, isShared = false) {
    this.tasks = tasks;
    this.isShared = isShared;
    const asking = [...tasks.values()].filter((task) => asksForWorktree(task, policy));
    this.#asking = new Set(asking.map(({ id }) => id));
  }
  tasks;
  isShared;
  /** Tasks that ask for a worktree themselves. */
  #asking;
  /** Tasks that are known to ask for no worktree, and none before them. */
  #shared = /* @__PURE__ */ new Set();
  /** Whether some of the plan's work comes together on its branch: then all of it does. */
  get usesWorktrees() {
    if (this.isShared) return true;
    return [...this.#asking].some((id) => this.tasks.get(id)?.status !== "cancelled");
  }
  of(id) {
    return this.isShared ? "worktree" : this.inOneClone(id);
  }
  /** Where the task would run if no other clone took part in the plan. */
  inOneClone(id) {
    if (this.#asking.size === 0) return "shared";
    const seen = /* @__PURE__ */ new Set([id]);
    for (const earlier of seen) {
      if (this.#asking.has(earlier)) return "worktree";
      if (this.#shared.has(earlier)) continue;
      for (const dependency of this.tasks.get(earlier)?.dependencies ?? []) seen.add(dependency);
    }
    for (const earlier of seen) this.#shared.add(earlier);
    return "shared";
  }
};

// mcp-server/src/policy/liveness/standstill.ts
var CLOCK_LOOK_MS = 1e3;
var MAX_LATE_MS = 2 * CLOCK_LOOK_MS;
function standstillBetween(lastLookMs, nowMs) {
  return nowMs - lastLookMs > MAX_LATE_MS ? nowMs - lastLookMs : 0;
}
function stoodStillSince(standstills, sinceMs) {
  return standstills.reduce(
    (sum2, { fromMs, toMs }) => sum2 + Math.max(0, toMs - Math.max(fromMs, sinceMs)),
    0
  );
}

// mcp-server/src/policy/liveness/graph-clock.ts
var MAX_STANDSTILLS = 500;
var GraphClock = class {
  /** @param own this process's clock, in milliseconds since 1970. */
  constructor(own) {
    this.own = own;
  }
  own;
  #aheadMs = 0;
  #lastLookMs;
  #standstills = [];
  /** Milliseconds since 1970. */
  now = () => this.own() + this.#aheadMs;
  /** What the database has just said that the time is. */
  heard = (databaseMs) => {
    this.#aheadMs = databaseMs - this.own();
  };
  /** Times in which this process did not run, oldest first, by this clock. */
  get standstills() {
    return this.#standstills;
  }
  /** From now on the process looks at least every `CLOCK_LOOK_MS`, so that a look that comes late tells something. */
  beginLooking() {
    this.#lastLookMs ??= this.own();
  }
  /** Whether it looks so often. */
  get isLooking() {
    return this.#lastLookMs !== void 0;
  }
  /** @returns whether the process stood still since the last look. */
  look() {
    if (this.#lastLookMs === void 0) return false;
    const nowMs = this.own();
    const lengthMs = standstillBetween(this.#lastLookMs, nowMs);
    this.#lastLookMs = nowMs;
    if (lengthMs === 0) return false;
    const toMs = this.now();
    this.#standstills.push({ fromMs: toMs - lengthMs, toMs });
    if (this.#standstills.length > MAX_STANDSTILLS) this.#standstills.shift();
    return true;
  }
};

// mcp-server/src/policy/liveness/lease.ts
function leaseEnd({ leaseMs, maxLeaseMs, timeoutMs = Number.POSITIVE_INFINITY }, { startedAtMs, lastSeenMs }, standstills) {
  return Math.min(
    lastSeenMs + leaseMs + stoodStillSince(standstills, lastSeenMs),
    startedAtMs + Math.min(maxLeaseMs, timeoutMs) + stoodStillSince(standstills, startedAtMs)
  );
}
function isRenewalDue(leaseMs, lastSeenMs, nowMs) {
  return nowMs - lastSeenMs >= leaseMs / 3;
}

// mcp-server/src/policy/liveness/revival.ts
function mayRevive(sign) {
  const { attempt, task, claimsOfTask, leaseUntilMs, nowMs } = sign;
  if (attempt.outcome !== "lost" || leaseUntilMs <= nowMs) return false;
  if (task?.status !== "pending" && task?.status !== "failed") return false;
  const isTaken = claimsOfTask.some(
    (claim) => claim.id !== attempt.id && (isLive(claim) || claim.id > attempt.id && claim.state === "ended")
  );
  return !isTaken && !sign.others.some((other) => clashOfClaims(sign.scope, other) !== void 0);
}

// mcp-server/src/policy/may-write.ts
function guardedClaim(claim, caseInsensitive) {
  return { claim, scope: parseScope(claim.scope, caseInsensitive), caseInsensitive };
}
function judgeWrite(target, own, others, policy) {
  if (claimHasEnded(own.claim)) return { kind: "claim-ended" };
  const holder = others.find((other) => holds(other, target));
  if (holder) return { kind: "held", by: holder.claim };
  if (target.kind === "empty") return { kind: "granted" };
  const { scope } = own;
  const reached = target.kind === "glob" ? { path: target.folder, isTree: true } : target;
  if (scope.writes.some((glob) => covers(glob, reached))) return { kind: "covered" };
  if (own.claim.widened.some((path) => isWithin(reached.path, path, own.caseInsensitive))) {
    return { kind: scope.basis === "declared" ? "granted" : "covered" };
  }
  if (policy.guard === "strict") return { kind: "outside-scope" };
  if (target.kind === "glob") return { kind: "granted" };
  if (target.discards) return { kind: "not-yours" };
  return { kind: "widen", path: target.path, covers: scope.basis !== "declared" };
}
function claimHasEnded(own) {
  return own.state === "ended" || own.state === "returned" || own.state === "delivering";
}
function holdsFile(claim, path) {
  return holds(claim, { kind: "path", path, isTree: false, discards: false });
}
function holds({ claim, scope, caseInsensitive }, target) {
  const { widened } = claim;
  if (runsAlone(scope)) return true;
  const declared = scope.basis === "declared" ? [...scope.writes, ...scope.reads] : [];
  if (target.kind === "glob") {
    const parsed = (glob) => parseGlob(glob, caseInsensitive);
    return [...declared, ...widened.map(parsed)].some((glob) => overlap(glob, parsed(target.glob)));
  }
  const { path } = target;
  if (widened.some((granted) => isWithin(path, granted, caseInsensitive))) return true;
  if (declared.some((glob) => matches2(glob, path))) return true;
  if (target.kind === "empty" || !target.isTree) return false;
  if (widened.some((granted) => isWithin(granted, path, caseInsensitive))) return true;
  const below = parseGlob(`${literalGlob(path)}/**`, caseInsensitive);
  return declared.some((glob) => overlap(glob, below));
}
var ANY = "";
function covers(glob, { path, isTree }) {
  if (!isTree) return matches2(glob, path);
  const below = path === "" ? "" : `${path}/`;
  return (path === "" || matches2(glob, path)) && matches2(glob, `${below}${ANY}`) && matches2(glob, `${below}${ANY}/${ANY}`);
}
function isWithin(path, folder, caseInsensitive) {
  const [one, other] = [pathKey(path, caseInsensitive), pathKey(folder, caseInsensitive)];
  return one === other || one.startsWith(`${other}/`);
}
function matches2(parsed, path) {
  const [beginning = ""] = /^[^*?[\]{}()!@+\\]*/.exec(parsed.glob) ?? [];
  const folder = beginning.endsWith("/") ? beginning.slice(0, -1) : beginning;
  return (parsed.caseInsensitive || path.startsWith(folder)) && matches(parsed, path);
}

// mcp-server/src/policy/models/choose-model.ts
var ALL = "all";
function chooseModel(task, role, policy) {
  const inOrder = [
    escalated(task, policy),
    task,
    choiceFor(policy, role),
    task.size === void 0 ? void 0 : choiceFor(policy, task.size),
    choiceFor(policy, ALL)
  ];
  const model = firstOf(inOrder.map((choice) => choice?.model));
  const effort = firstOf(inOrder.map((choice) => choice?.effort));
  return {
    ...model !== void 0 && model !== INHERIT && { model },
    ...effort !== void 0 && effort !== INHERIT && { effort }
  };
}
function escalated({ escalate, failedAttempts = 0 }, policy) {
  const steps = escalate ?? policy.escalate;
  const step = failedAttempts === 0 ? void 0 : steps[Math.min(failedAttempts, steps.length) - 1];
  return step === void 0 ? void 0 : modelChoiceFrom(step);
}
function choiceFor({ models }, name) {
  return Object.hasOwn(models, name) ? modelChoiceFrom(models[name] ?? "") : void 0;
}
function firstOf(values) {
  return values.find((value) => value !== void 0);
}

// mcp-server/src/policy/needed-result.ts
var JUDGING_ROLE = /review|audit|verif|validat|test-runner|coordinator/i;
var JUDGING_SUBJECT = /^\W*(?:\[[^\]]*\]\W*)*(?:final\s+)?(?:re-?)?(?:review|verif|validat|check|audit|integrat|merge|test)/i;
function needsResultOf(task, dependency) {
  return judgesWork(task.task) || task.task.writes?.length === 0 || judgesWork(dependency.task) || [...clashesOf(task.scope, dependency.scope)].some(({ kind }) => kind === "write-read");
}
function judgesWork(task) {
  return purposeOf(task) !== void 0 || JUDGING_ROLE.test(task.agent ?? "") || JUDGING_SUBJECT.test(task.subject);
}

// mcp-server/src/policy/newer-parts.ts
var MAX_NAMED = 5;
function newerParts({ plan, tasks, claims, unknownSettings = [] }, events = []) {
  const { slug } = plan;
  return [
    ...unknownSettings.map(
      (field) => `The plan ${slug} has the setting ${quoted(field)} of a newer version; this server keeps it and does not apply it.`
    ),
    ...wordsOf2("plan", [[slug, plan.unrecognised]]),
    ...wordsOf2(
      "task",
      tasks.map(({ id, unrecognised }) => [taskName(slug, id), unrecognised])
    ),
    ...wordsOf2(
      "claim on",
      claims.map(({ task, unrecognised }) => [taskName(slug, task), unrecognised])
    ),
    ...unreadEvents(slug, events)
  ];
}
function wordsOf2(what, things) {
  const having = /* @__PURE__ */ new Map();
  for (const [name, unrecognised = {}] of things) {
    for (const [field, word] of Object.entries(unrecognised)) {
      const is = `${field} ${quoted(word)}`;
      having.set(is, [...having.get(is) ?? [], name]);
    }
  }
  return [...having].map(([is, names]) => {
    const left = names.length - MAX_NAMED;
    const named = names.slice(0, MAX_NAMED).join(", ") + (left > 0 ? ` and ${left} more` : "");
    return `The ${what} ${named}: the ${is} is of a newer version; this server keeps it and does not understand it.`;
  });
}
function unreadEvents(slug, events) {
  const types = events.flatMap(({ change }) => change.type === "unrecognised" ? [change.storedType] : []);
  if (types.length === 0) return [];
  const named = [...new Set(types)].slice(0, MAX_NAMED).map(quoted);
  return [
    `The log of the plan ${slug} has events of a newer version (${types.length}, such as ${named.join(", ")}); this server keeps them and leaves them out.`
  ];
}
function quoted(word) {
  return `\`${word.replace(/[\s`]+/g, " ").slice(0, 60)}\``;
}

// mcp-server/src/policy/notify-target.ts
var DESKTOP = "desktop";
function notifyTargetOf(setting) {
  const text = setting.trim();
  if (text === "") return void 0;
  if (text === DESKTOP) return { kind: "desktop" };
  return isWebAddress(text) ? { kind: "webhook", url: text } : { kind: "command", command: text };
}
function isWebAddress(setting) {
  return /^https?:/i.test(setting.trim());
}
function whyNoWebhook(address) {
  let url;
  try {
    url = new URL(address.trim());
  } catch {
    return "it is no web address";
  }
  const isLoopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  return url.protocol === "https:" || isLoopback ? void 0 : "an address that begins with http:// is not encrypted";
}

// mcp-server/src/policy/own-files.ts
function ownFiles(attempt, reported, changed, { before, ofThePlan, ofOthers }, caseInsensitive) {
  const key = (path) => pathKey(path, caseInsensitive);
  const scope = parseScope(attempt.scope, caseInsensitive);
  const reportedKeys = reported.map((path) => key(path.replace(/^\.\//, "")));
  const named = /* @__PURE__ */ new Set([...reportedKeys, ...attempt.widened.map(key)]);
  const others = new Set([...ofOthers].map(key));
  const declared = scope.basis === "declared" ? scope.writes : [];
  const own = changed.filter((path) => named.has(key(path)) || declared.some((glob) => matches(glob, path)));
  const byOthers = own.filter((path) => others.has(key(path)) && !isDeclared(reportedKeys, key(path)));
  const isCertain = (path) => !byOthers.includes(path) && (ofThePlan.has(path) || before !== void 0 && !before.has(path));
  return { files: own.filter(isCertain), leftOut: own.filter((path) => !isCertain(path)), byOthers };
}
function ownFilesInOrder(attempts, changed, before, ofOthers, caseInsensitive) {
  const ofThePlan = /* @__PURE__ */ new Set();
  return attempts.filter(({ isolation }) => isolation === "shared").sort((a, b) => (workedUntilMs(a) ?? 0) - (workedUntilMs(b) ?? 0) || a.id - b.id).map((attempt) => {
    const reported = attempt.report?.filesChanged ?? [];
    const known = { before: before.get(attempt.id), ofThePlan, ofOthers: ofOthers(attempt.task) };
    const own = ownFiles(attempt, reported, changed, known, caseInsensitive);
    for (const path of [...own.files, ...own.byOthers]) ofThePlan.add(path);
    return { attempt, ...own };
  });
}

// mcp-server/src/policy/review.ts
var MAX_REVIEWS = 3;
var REVIEWER = "code-reviewer";
function mayJudge(task) {
  return purposeOf(task)?.kind === "review" || task.agent?.replace(/^parallel:/, "") === REVIEWER;
}
function judgesAgain(review, earlier, tasks) {
  if (!mayJudge(earlier)) return false;
  const purpose = purposeOf(review);
  if (purpose?.kind !== "review") return isBehind(review, earlier.id, tasks);
  if (purpose.of === void 0) return true;
  const other = purposeOf(earlier);
  return other?.kind === "review" && other.of === purpose.of;
}
function isBehind(task, other, tasks) {
  const seen = /* @__PURE__ */ new Set([task.id]);
  for (const id of seen) for (const next of tasks.get(id)?.dependencies ?? []) seen.add(next);
  return seen.has(other);
}
function wantsReview(task, policy) {
  if (task.origin === "server") return false;
  return task.review ?? (policy.review === "task" && task.writes?.length !== 0);
}
function isRejectedForGood(purpose, report) {
  return purpose?.kind === "review" && purpose.round >= MAX_REVIEWS && report.verdict === "rejected";
}
function lastSteps(tasks) {
  const last = /* @__PURE__ */ new Map();
  for (const task of tasks) {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "review" && purpose?.kind !== "fix") continue;
    if (purpose.of === void 0 || task.position < (last.get(purpose.of)?.position ?? 0)) continue;
    last.set(purpose.of, task);
  }
  return new Map([...last].map(([of, { id }]) => [of, id]));
}
function waitForReviews(task, taskOf, steps) {
  if (steps.size === 0) return task;
  const countsAll = task.needs === "all" || task.needs === "settled";
  const dependencies = /* @__PURE__ */ new Set();
  for (const id of task.dependencies) {
    const work = workBehind(id, taskOf);
    const step = isAbout(task, work, taskOf) ? void 0 : steps.get(work);
    if (step === void 0 || countsAll && !isReviewStep(taskOf(id))) dependencies.add(id);
    if (step !== void 0) dependencies.add(step);
  }
  return { ...task, dependencies: [...dependencies] };
}
function workUnderReview(tasks, of) {
  return [...tasks.values()].filter((task) => {
    if (task.id === of) return true;
    const purpose = purposeOf(task);
    return purpose?.kind === "fix" && purpose.of === of && task.status === "completed";
  });
}
function isAbout(task, work, taskOf) {
  const purpose = purposeOf(task);
  if (purpose?.kind === "verify") return purpose.of.includes(work);
  const of = singleWork(purpose);
  return of !== void 0 && workBehind(of, taskOf) === work;
}
function workBehind(id, taskOf) {
  const of = singleWork(purposeOf(taskOf(id)));
  return of === void 0 ? id : workBehind(of, taskOf);
}
function singleWork(purpose) {
  return purpose === void 0 || purpose.kind === "verify" || purpose.kind === "recover" ? void 0 : purpose.of;
}

// mcp-server/src/policy/spending/price-table.ts
var VARIANT = /(?:-\d{8})?(?:\[1m\])?$/;
function pricesOf({ models }, model) {
  for (const name of [model, model.replace(VARIANT, "")])
    if (Object.hasOwn(models, name)) return models[name];
  return void 0;
}
function usageCost(usage, table) {
  let amount2 = 0;
  const unpriced = {};
  for (const [model, used] of Object.entries(usageByModel(usage))) {
    const prices = pricesOf(table, model);
    if (prices) amount2 += costOfModel(used, prices);
    else if (allTokens(used) > 0) unpriced[model] = allTokens(used);
  }
  return { amount: amount2, ...Object.keys(unpriced).length > 0 && { unpriced } };
}
function addCosts(costs) {
  const unpriced = {};
  for (const cost of costs) {
    for (const [model, tokens] of Object.entries(cost.unpriced ?? {})) {
      unpriced[model] = (Object.hasOwn(unpriced, model) ? unpriced[model] ?? 0 : 0) + tokens;
    }
  }
  return {
    amount: costs.reduce((sum2, { amount: amount2 }) => sum2 + amount2, 0),
    ...Object.keys(unpriced).length > 0 && { unpriced }
  };
}
var PER = 1e6;
function costOfModel(used, { longPrompt, ...usual }) {
  const long = used.longPrompts;
  if (!long || !longPrompt) return costOfTokens(used, usual);
  const rest = {
    input: used.input - long.input,
    cacheWrite: used.cacheWrite - long.cacheWrite,
    cacheRead: used.cacheRead - long.cacheRead,
    output: used.output - long.output,
    cacheWriteHour: (used.cacheWriteHour ?? 0) - (long.cacheWriteHour ?? 0)
  };
  return costOfTokens(rest, usual) + costOfTokens(long, longPrompt);
}
function costOfTokens(used, prices) {
  const hour = used.cacheWriteHour ?? 0;
  const amount2 = used.input * prices.input + (used.cacheWrite - hour) * prices.cacheWrite + hour * prices.cacheWriteHour + used.cacheRead * prices.cacheRead + used.output * prices.output;
  return amount2 / PER;
}
function moneyText(amount2, currency) {
  const digits = amount2 >= 1 || amount2 === 0 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(amount2)));
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: Math.max(2, digits),
    maximumFractionDigits: Math.max(2, digits)
  }).format(amount2);
}
function costText({ amount: amount2, unpriced = {} }, currency) {
  const left = Object.entries(unpriced).map(
    ([model, tokens]) => `${tokens.toLocaleString("en-US")} tokens of ${modelName(model)}`
  );
  const money = moneyText(amount2, currency);
  return left.length === 0 ? money : `${money} without ${left.join(" and ")}, which the price table does not have`;
}
function modelName(model) {
  return model === UNNAMED_MODEL ? "a model that was not recorded" : model;
}

// mcp-server/src/policy/spending/expected-cost.ts
function expectedCost({ tokens, model }, table) {
  if (model === void 0 || !pricesOf(table, model)) return void 0;
  return costOnModel(tokens, model, table).amount;
}
function expectedCosts(attempts, table) {
  const costs = attempts.map((attempt) => expectedCost(attempt, table));
  const reasons = attempts.flatMap(
    ({ model }, i) => costs[i] !== void 0 ? [] : [
      model === void 0 ? "this conversation's model is not known" : `${model} has no price in the table`
    ]
  );
  return {
    amount: costs.reduce((sum2, cost = 0) => sum2 + cost, 0),
    priced: costs.filter((cost) => cost !== void 0).length,
    unpriced: [...new Set(reasons)]
  };
}
function costOnModel(tokens, model, table) {
  return usageCost({ ...tokens, byModel: { [model]: tokens } }, table);
}

// mcp-server/src/policy/spending/ways.ts
var AGENT_START = 5e3;
var MAIN_CONTEXT = 15e3;
var PER_LAUNCH = 1100;
var REQUESTS_PER_AGENT = 2;
var BESIDE = {
  workflow: { requests: 3, added: 1250 },
  mod: { requests: 1, added: 200 },
  run: { requests: 3, added: 550 }
};
var TURNS_OF_AGENT = 2;
var SAID = 0.25;
function weighWays(tasks, {
  makespanMs,
  sequentialMs,
  launchesMs,
  agents: count = tasks.length,
  engine = "burst"
}) {
  const all = tasks.reduce(addTokens, NO_USAGE);
  const agents = { ...all, cacheWrite: Math.max(0, all.cacheWrite - AGENT_START * (tasks.length - count)) };
  const main = orchestration(count, engine);
  return {
    parallel: { ms: makespanMs, agents, main },
    inTurn: { ms: sequentialMs, agents, main },
    direct: { ms: Math.max(0, sequentialMs - launchesMs), agents: NO_USAGE, main: directly(tasks) }
  };
}
function orchestration(agents, engine) {
  const byItself = { requests: REQUESTS_PER_AGENT * agents, added: PER_LAUNCH * agents };
  const { requests, added } = engine === "burst" || agents === 0 ? byItself : BESIDE[engine];
  return { ...written(added), cacheRead: Math.round(requests * (MAIN_CONTEXT + added / 2)) };
}
function directly(tasks) {
  let [context, cacheRead, added] = [MAIN_CONTEXT, 0, 0];
  for (const task of tasks) {
    const work = Math.max(0, newTokens(task) - AGENT_START);
    const turns = Math.max(1, turnsOf(task) - TURNS_OF_AGENT);
    cacheRead += turns * (context + work / 2);
    context += work;
    added += work;
  }
  return { ...written(added), cacheRead: Math.round(cacheRead) };
}
function turnsOf(task) {
  const middle = AGENT_START + Math.max(0, newTokens(task) - AGENT_START) / 2;
  return Math.max(1, Math.round(task.cacheRead / middle));
}
function written(added) {
  return { input: 0, cacheWrite: Math.round(added * (1 - SAID)), output: Math.round(added * SAID) };
}
function tokensOfWay({ agents, main }) {
  return allTokens(agents) + allTokens(main);
}

// mcp-server/src/policy/spending/in-turn.ts
var SEVERAL = 3;
var MOST_IN_TURN = 8;
function isSmallWork(tokens) {
  return tokens < 2 * AGENT_START;
}
function isSameShape(one, other) {
  return one.agentType === other.agentType && one.role === other.role && one.chosenModel?.model === other.chosenModel?.model && one.chosenModel?.effort === other.chosenModel?.effort;
}
function agentsFor(smallTasks, atWork) {
  return smallTasks < SEVERAL && atWork === 0 ? smallTasks : Math.ceil(smallTasks / MOST_IN_TURN);
}

// mcp-server/src/policy/spending/limits.ts
var NEAR = 0.8;
var NAMES = {
  maxTokens: "maxTokens",
  maxCost: "maxCost",
  maxTurns: "maxTurns",
  maxMs: "maxMinutes"
};
function isLimited(limits) {
  return limitNames.some((name) => (limits[name] ?? 0) > 0);
}
var limitNames = Object.keys(NAMES);
function nearLimits(limits, spent, currency) {
  return limitNames.map((limit) => spentLimit(limit, limits, spent, currency)).filter(({ used, max }) => max > 0 && used >= NEAR * max).sort((a, b) => b.used / b.max - a.used / a.max);
}
function spentLimit(limit, limits, spent, currency) {
  const money = limit === "maxCost" && currency !== void 0 ? { currency } : {};
  return { limit, used: spent[limit], max: limits[limit] ?? 0, ...money };
}
function isReached({ used, max }) {
  return used >= max * (1 - ROUNDING);
}
var ROUNDING = 1e-9;
function spentBy(claims, main, table, nowMs) {
  const attempts = claims.filter(isAttempt);
  const usages = attempts.flatMap(({ usage }) => usage ?? []);
  const costs = main ? [...usages, main] : usages;
  return {
    maxTokens: usages.reduce((sum2, usage) => sum2 + newTokens(usage), 0),
    maxTurns: usages.reduce((sum2, { requests = 0 }) => sum2 + requests, 0),
    maxCost: table ? costs.reduce((sum2, usage) => sum2 + usageCost(usage, table).amount, 0) : 0,
    maxMs: workedMs(attempts, nowMs)
  };
}
function workedMs(attempts, nowMs) {
  const spans = attempts.map((attempt) => [attempt.startedAtMs, workedUntilMs(attempt) ?? nowMs]).sort(([a], [b]) => a - b);
  let [sum2, untilMs] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans) {
    sum2 += Math.max(0, to - Math.max(from, untilMs));
    untilMs = Math.max(untilMs, to);
  }
  return sum2;
}
function limitName({ limit }) {
  return NAMES[limit];
}
function settingOf({ limit, max }) {
  return limit === "maxMs" ? max / 6e4 : max;
}
function nearText(near) {
  const percent = Math.floor(100 * near.used / near.max);
  return `${limitName(near)}: ${amount(near, near.used)} of ${amount(near, near.max)} (${percent} %)`;
}
function spentText(spent) {
  const used = {
    maxTokens: `The agents have used ${amount(spent, spent.used)} tokens`,
    maxCost: `The plan has cost ${amount(spent, spent.used)}`,
    maxTurns: `The agents have taken ${amount(spent, spent.used)} turns`,
    maxMs: `Agents have worked for ${amount(spent, spent.used)} minutes`
  }[spent.limit];
  const left = isReached(spent) ? "" : "what is left is too little for another agent, ";
  return `${used}, ${limitName(spent)} is ${amount(spent, spent.max)}: ${left}nothing more is launched.`;
}
function amount({ limit, currency }, value) {
  if (limit === "maxCost") return moneyText(value, currency ?? "USD");
  const shown = limit === "maxMs" ? Math.round(value / 6e3) / 10 : value;
  return shown.toLocaleString("en-US");
}
function raiseLimit(plan, spent) {
  return `plan_update {plan: "${plan}", policy: {${limitName(spent)}: MORE}} lets it go on.`;
}

// mcp-server/src/policy/spending/room.ts
var TURNS_TO_REPORT = 2;
function averageTurn(claims, table, nowMs) {
  let [turns, tokens, cost, ms] = [0, 0, 0, 0];
  for (const claim of claims) {
    if (!isAttempt(claim) || !claim.usage?.requests) continue;
    turns += claim.usage.requests;
    tokens += newTokens(claim.usage);
    cost += table ? usageCost(claim.usage, table).amount : 0;
    ms += (workedUntilMs(claim) ?? nowMs) - claim.startedAtMs;
  }
  const of = (sum2) => turns === 0 ? 0 : sum2 / turns;
  return { maxTokens: of(tokens), maxCost: of(cost), maxTurns: 1, maxMs: of(ms) };
}
function roomFor(limits, spent, turn, atWork) {
  const rooms = limitNames.map((limit) => {
    const rest = restOf(limits, spent, turn, atWork, limit);
    const needed = TURNS_TO_REPORT * turn[limit];
    if (rest === Number.POSITIVE_INFINITY) return rest;
    if (rest <= 0 || rest < needed * (1 - ROUNDING)) return 0;
    return needed === 0 || limit === "maxMs" ? Number.POSITIVE_INFINITY : Math.floor(rest / needed + ROUNDING);
  });
  return Math.min(...rooms);
}
function restOf(limits, spent, turn, { working, ending }, limit) {
  const max = limits[limit] ?? 0;
  if (max === 0) return Number.POSITIVE_INFINITY;
  const turns = limit === "maxMs" ? 0 : TURNS_TO_REPORT * working + ending;
  return max - spent[limit] - turns * turn[limit];
}
function limitWithoutRoom(limits, spent, turn, atWork, currency) {
  const full = limitNames.find((limit) => roomFor({ [limit]: limits[limit] }, spent, turn, atWork) === 0);
  return full === void 0 ? void 0 : spentLimit(full, limits, spent, currency);
}
function limitOfNextTurn(limits, spent, turn, { working, ending }, currency) {
  const turns = 1 + TURNS_TO_REPORT * Math.max(0, working - 1) + ending;
  const next = (limit) => spent[limit] + (limit === "maxMs" ? 1 : turns) * turn[limit];
  const then = {
    maxTokens: next("maxTokens"),
    maxCost: next("maxCost"),
    maxTurns: next("maxTurns"),
    maxMs: next("maxMs")
  };
  const reached = nearLimits(limits, then, currency).find(isReached);
  return reached && { ...reached, used: spent[reached.limit] };
}

// mcp-server/src/policy/steering-files.ts
var FOLDERS = [
  String.raw`\.git`,
  // The short name that Windows gives to `.git`.
  String.raw`git~\d`,
  String.raw`\.husky`,
  String.raw`\.claude`,
  String.raw`\.claude-plugin`,
  String.raw`\.parallel`,
  String.raw`\.vscode`,
  String.raw`\.idea`,
  String.raw`\.devcontainer`,
  String.raw`\.codex`,
  String.raw`\.cursor`,
  String.raw`\.gemini`
].join("|");
var FILES = [
  String.raw`\.git(modules|attributes|config|ignore)`,
  String.raw`\.lfsconfig`,
  String.raw`\.mcp\.json`,
  String.raw`\.claude\.json`,
  String.raw`\.worktreeinclude`,
  String.raw`(CLAUDE|AGENTS|GEMINI)(\.[\w-]+)?\.md`,
  String.raw`03-tasks(\.draft)?\.json`
].join("|");
var STEERING = new RegExp(`(^|/)((${FOLDERS})(/|$)|(${FILES})$)`, "i");
var LEFT_OUT = /[\p{Cf}\p{Default_Ignorable_Code_Point}]|[. ]+(?=\/|$)/gu;
function isSteeringFile(path) {
  return STEERING.test(path) || STEERING.test(path.replace(LEFT_OUT, ""));
}

// mcp-server/src/policy/strategy.ts
var WORTH_AN_AGENT_MS = 3e4;
var HEAVY_MS = 15 * 6e4;
var WORTH_SAVING_MS = 2 * 6e4;
var WORTH_ITS_PRICE = 1.25;
var WORTH_PARALLEL = 1.15;
var ASKS_THE_USER = /\b(brainstorm|iterate with|refine with|together with the user|with the user|ask the user|user'?s? (feedback|approval|decision))\b/i;
var SEEKS_A_CAUSE = /\b(debug|root[- ]cause|find the cause|find out why|diagnos\w*|reproduce|track down|investigate the (failure|error|bug|crash))\b/i;
var RULES = [
  nothingLeft,
  oneTask,
  asksTheUser,
  tooShort,
  notWorthItsPrice,
  oneFile,
  oneFailure,
  severalViews,
  hardlyAnyGain,
  worthIt
];
function chooseStrategy(facts) {
  for (const rule of RULES) {
    const choice = rule(facts);
    if (choice) return choice;
  }
  return worthIt(facts);
}
function nothingLeft({ tasks }) {
  return tasks.length === 0 ? { strategy: "direct", reasons: ["Nothing is left to do."] } : void 0;
}
function oneTask({ tasks, total }) {
  const [task] = tasks;
  if (tasks.length > 1 || !task) return void 0;
  if (total > 1) return { strategy: "sequential", reasons: ["One task is left of the plan."] };
  return task.durationMs >= HEAVY_MS ? {
    strategy: "background",
    reasons: ["One long task: a single agent keeps its work out of this conversation."]
  } : { strategy: "direct", reasons: ["There is one task: an agent would only add its briefing."] };
}
function asksTheUser({ tasks }) {
  const asking = tasks.filter(({ subject }) => ASKS_THE_USER.test(subject)).length;
  return 2 * asking > tasks.length ? {
    strategy: "direct",
    reasons: [
      "Most of it is worked out with the user, whom agents cannot ask: do it in this conversation."
    ]
  } : void 0;
}
function tooShort({ tasks }) {
  if (!tasks.every(({ isStated }) => isStated)) return void 0;
  if (sum(tasks) < WORTH_AN_AGENT_MS) {
    return {
      strategy: "direct",
      reasons: ["All of it takes less than 30 seconds, sooner done than briefed."]
    };
  }
  return tasks.every(({ durationMs }) => durationMs < WORTH_AN_AGENT_MS) ? {
    strategy: "direct",
    reasons: ["Each task takes less than 30 seconds: briefing agents would cost more than they gain."]
  } : void 0;
}
function notWorthItsPrice({ tasks, total, ways }) {
  if (!ways || tasks.length < total) return void 0;
  const savedMs = ways.direct.ms - ways.parallel.ms;
  const times = tokensOfWay(ways.parallel) / Math.max(1, tokensOfWay(ways.direct));
  if (savedMs >= WORTH_SAVING_MS || times <= WORTH_ITS_PRICE) return void 0;
  const saved = savedMs < 3e4 ? "hardly any time" : `${Math.round(savedMs / 6e3) / 10} min`;
  return {
    strategy: "direct",
    reasons: [
      `Agents would save ${saved} and use about ${times.toFixed(1)} times the tokens of doing it here.`
    ]
  };
}
function oneFile({ tasks }) {
  const paths = new Set(tasks.flatMap(({ writes }) => writes ?? []));
  return paths.size === 1 && tasks.every(({ writes }) => writes?.length === 1) ? {
    strategy: "direct",
    reasons: ["Every task writes the same file, so only one agent could work at a time."]
  } : void 0;
}
function oneFailure({ tasks }) {
  const seeking = tasks.every(({ subject }) => SEEKS_A_CAUSE.test(subject));
  return seeking && tasks.some(({ writes }) => writes?.length !== 0) ? {
    strategy: "sequential",
    reasons: [
      "All of it looks for the cause of a failure and changes files on the way: one change at a time shows what helped."
    ]
  } : void 0;
}
function severalViews(facts) {
  const views = facts.tasks.filter(({ dependencies }) => dependencies.length === 0);
  const isSwarm = views.length > 1 && facts.tasks.length - views.length <= 1 && views.every(({ writes }) => writes?.length === 0);
  return isSwarm ? {
    strategy: "swarm",
    reasons: [
      "Several views that write nothing: they cannot clash, and none needs another's result.",
      gain(facts)
    ]
  } : void 0;
}
function hardlyAnyGain(facts) {
  if (facts.speedup >= WORTH_PARALLEL) return void 0;
  const heavy = facts.tasks.find(
    ({ durationMs }) => durationMs >= HEAVY_MS && durationMs > 0.6 * sum(facts.tasks)
  );
  if (heavy) {
    return {
      strategy: "background",
      reasons: ["One long task makes up most of it: a single agent keeps it out of this conversation."]
    };
  }
  return {
    strategy: "sequential",
    reasons: [
      facts.levels === facts.tasks.length ? "The tasks form one chain: each needs the one before." : (facts.inTurn ?? 0) > 0 ? "Small tasks go to few agents, which do them one after another." : "Dependencies and shared files leave almost nothing to run at once."
    ]
  };
}
function worthIt(facts) {
  return facts.levels === 1 ? { strategy: "parallel", reasons: ["No task needs another's result.", gain(facts)] } : {
    strategy: "hybrid",
    reasons: [`${facts.levels} levels of dependencies; what is independent runs at once.`, gain(facts)]
  };
}
function gain({ speedup }) {
  return `${speedup.toFixed(1)} times faster than one after another, by the estimates.`;
}
function sum(tasks) {
  return tasks.reduce((total, { durationMs }) => total + durationMs, 0);
}

// mcp-server/src/policy/throttle.ts
var FIRST_PAUSE_MS = 3e4;
var MAX_PAUSE_MS = 15 * 6e4;
function tightened(before, cap, startedAtMs, nowMs) {
  if (before && startedAtMs <= before.sinceMs) return before;
  const pauseMs = before ? Math.min(2 * before.pauseMs, MAX_PAUSE_MS) : FIRST_PAUSE_MS;
  return { cap: Math.max(1, Math.floor(cap / 2)), untilMs: nowMs + pauseMs, pauseMs, sinceMs: nowMs };
}
function oneAtATime(nowMs) {
  return { cap: 1, untilMs: nowMs, pauseMs: FIRST_PAUSE_MS / 2, sinceMs: nowMs };
}
function loosened(before) {
  return { ...before, cap: before.cap + 1, pauseMs: FIRST_PAUSE_MS / 2 };
}
function pausedUntil(before, cap, untilMs, nowMs) {
  const known = before ?? { cap, untilMs: nowMs, pauseMs: FIRST_PAUSE_MS / 2, sinceMs: nowMs };
  return { ...known, untilMs: Math.max(known.untilMs, untilMs) };
}

// mcp-server/src/policy/work-location/completed-work.ts
function completingAttempt(claims) {
  return claims.findLast(
    (claim) => claim.state === "ended" && claim.outcome === "completed"
  );
}
function workOf(attempt, known) {
  if (known?.wrote === false) return void 0;
  return {
    checkout: attempt.checkout,
    inFiles: attempt.isolation === "shared",
    commit: known?.commit
  };
}

// mcp-server/src/policy/work-location/work-in-reach.ts
var WorkInReach = class {
  /** @param workOf where the work of a completed task is; undefined where it wrote nothing. */
  constructor(tasks, workOf2, asking) {
    this.tasks = tasks;
    this.workOf = workOf2;
    this.asking = asking;
  }
  tasks;
  workOf;
  asking;
  #missing = /* @__PURE__ */ new Map();
  /** What keeps the task from starting here; undefined: nothing of this kind. */
  missingFor(task, isolation) {
    return missingInput(task, this.tasks, this.#missingIn(isolation));
  }
  /** Ended tasks that cannot be built on here, each with the first work that is missing for that. */
  #missingIn(isolation) {
    const known = this.#missing.get(isolation);
    if (known) return known;
    const missing = /* @__PURE__ */ new Map();
    for (const task of topologicalOrder([...this.tasks.values()])) {
      if (!hasEnded(task.status)) continue;
      const work = task.status === "completed" ? this.workOf(task.id) : void 0;
      const first = work && !this.#has(task.id, work, isolation) ? { task: task.id, work } : missingInput(task, this.tasks, missing);
      if (first) missing.set(task.id, first);
    }
    this.#missing.set(isolation, missing);
    return missing;
  }
  #has(id, { checkout, inFiles, commit }, isolation) {
    const { asking } = this;
    const isOwn = asking.names.has(checkout);
    if (isolation === "shared") {
      if (inFiles && isOwn) return true;
      return asking.sameFiles.has(id) || commit !== void 0 && asking.headHas.has(commit);
    }
    return commit === void 0 ? isOwn : asking.repositoryHas.has(commit);
  }
};
function missingInput({ needs, dependencies }, tasks, missing) {
  const first = dependencies.flatMap((id) => missing.get(id) ?? [])[0];
  if (first === void 0) return void 0;
  const there = dependencies.filter((id) => tasks.get(id)?.status === "completed" && !missing.has(id));
  return there.length >= atLeast(needs, dependencies.length) ? void 0 : first;
}
function atLeast(needs, dependencies) {
  if (needs === "all" || needs === "settled") return dependencies;
  return needs === "any" ? 1 : Math.min(needs.atLeast, dependencies);
}

// mcp-server/src/policy/worktrees/choose-isolation.ts
var MAX_COST_SHARE = 0.1;
function chooseIsolation({ commits, writers, worktree }) {
  if (commits)
    return { isolation: "shared", reason: "what the policy commit commits is done in the checkout" };
  const atOnce = mostAtOnce(writers);
  if (atOnce < 2) return { isolation: "shared", reason: "at no time would two tasks that write run at once" };
  const gain2 = `up to ${atOnce} tasks that write would run at once`;
  if ("unknown" in worktree) return { isolation: "shared", reason: `${gain2}, but ${worktree.unknown}` };
  const meanMs = writers.reduce((sum2, { startMs, endMs }) => sum2 + endMs - startMs, 0) / writers.length;
  const share = meanMs > 0 ? worktree.ms / meanMs : Number.POSITIVE_INFINITY;
  const takes = `a worktree takes ${formatDuration(worktree.ms)} here`;
  const beside = `a task is expected to take ${formatDuration(meanMs)}`;
  return share <= MAX_COST_SHARE ? { isolation: "worktree", reason: `${gain2}; ${takes}, ${beside}` } : {
    isolation: "shared",
    reason: `${gain2}, but ${takes}, more than ${formatPercent(MAX_COST_SHARE)} of a task (${beside})`
  };
}
function mostAtOnce(writers) {
  const moments = writers.filter(({ startMs, endMs }) => endMs > startMs).flatMap(({ startMs, endMs }) => [
    { atMs: startMs, by: 1 },
    { atMs: endMs, by: -1 }
  ]).sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of moments) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

// mcp-server/src/policy/worktrees/delivery.ts
function judgeDelivery(files, isSame) {
  const same = (a, b) => typeof a === "string" || typeof b === "string" ? a === b : isSame(a, b);
  const hindranceOf = (file) => {
    const { committed, wanted, own, inWorkTree, inIndex, heldBy } = file;
    const isOurs2 = (state) => [committed, wanted, ...own].some((one) => same(one, state));
    if (same(inWorkTree, wanted) && isOurs2(inIndex)) return void 0;
    if (inWorkTree === "elsewhere" || inIndex === "elsewhere") return "elsewhere";
    if (!isOurs2(inWorkTree)) return "changed";
    if (!isOurs2(inIndex)) return "staged";
    return heldBy === void 0 ? void 0 : "held";
  };
  const hindered = files.flatMap((file) => {
    const why = hindranceOf(file);
    return why === void 0 ? [] : [{ path: file.path, why }];
  });
  if (hindered.length > 0) return { kind: "refuse", files: hindered };
  return { kind: "write", files: files.filter(({ inWorkTree, wanted }) => !same(inWorkTree, wanted)) };
}
export {
  AGENT_START,
  ALL,
  APPROVALS,
  BARRIERS,
  CLOCK_LOOK_MS,
  COMMITS,
  CallsInFlight,
  DEFAULT_POLICY,
  DELIVERIES,
  DURATION_SLACK_MS,
  FAILURE_POLICIES,
  GUARDS,
  GateHistory,
  GraphClock,
  ISOLATION_POLICIES,
  Isolations,
  MAX_COST_SHARE,
  MAX_LOST_ATTEMPTS,
  MAX_REVIEWS,
  MAX_TIMES_BLOCKED,
  MESSAGE_DONE,
  MESSAGE_FAILED,
  NO_TEST,
  OFFER_MS,
  QUESTIONS,
  REVIEWER,
  REVIEWS,
  ROUNDING,
  TOGETHER,
  UNHEARD_REASONS,
  UNSCOPED,
  VERIFICATIONS,
  WorkInReach,
  addCosts,
  agentsFor,
  areAlternatives,
  asksForWorktree,
  asksNobody,
  attribute,
  averageTurn,
  callerText,
  changedByOthers,
  checkoutLooks,
  chooseEngine,
  chooseIsolation,
  chooseModel,
  chooseStrategy,
  claimHasEnded,
  claimedScope,
  clashOfClaims,
  clashPairs,
  clientNamed,
  completingAttempt,
  costText,
  couldWrite,
  decide,
  effectsInOrder,
  errorSignature,
  expectedCost,
  expectedCosts,
  failsElsewhere,
  gitMoveText,
  gitMovedLines,
  gitMovedNote,
  groupByCause,
  groupsToTest,
  guardedClaim,
  heldLooks,
  holdsFile,
  isAbout,
  isCommand,
  isGated,
  isLimited,
  isReached,
  isRedBase,
  isRejectedForGood,
  isRenewalDue,
  isSameShape,
  isSmallWork,
  isSteeringFile,
  isWebAddress,
  judgeDelivery,
  judgeGitMoves,
  judgeWrite,
  judgesAgain,
  judgesWork,
  lastSteps,
  leaseEnd,
  limitName,
  limitNames,
  limitOfNextTurn,
  limitWithoutRoom,
  loosened,
  mayJudge,
  mayRevive,
  mayShareCause,
  mayUndo,
  mayWrite,
  modelName,
  moneyText,
  namedCall,
  nearLimits,
  nearText,
  needsResultOf,
  newerParts,
  nextGateStep,
  notifyTargetOf,
  oneAtATime,
  outcomeOfMessage,
  outlivedCalls,
  ownFiles,
  ownFilesInOrder,
  pausedUntil,
  planRecovery,
  pricesOf,
  processesInFolder,
  raiseLimit,
  recoveryFor,
  restOf,
  roomFor,
  runsAlone,
  sameCause,
  seenChanges,
  settingOf,
  spentBy,
  spentLimit,
  spentText,
  standingText,
  standstillBetween,
  statusAfter,
  stoodStillSince,
  suspectsOf,
  tightened,
  tokensOfWay,
  usageCost,
  waitForReviews,
  waitSecondsFor,
  waitingForRetry,
  waitsForOthers,
  wantsReview,
  weighWays,
  whileWhoRan,
  whyNoWebhook,
  widenedScope,
  workBehind,
  workOf,
  workUnderReview
};
