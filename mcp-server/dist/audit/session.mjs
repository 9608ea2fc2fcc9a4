// import:node:fs/promises in audit/session.mjs
import { readFile, readdir, realpath, stat } from "node:fs/promises";

// import:node:path in audit/session.mjs
import { basename, dirname, join, resolve } from "node:path";

// import:host.mjs in audit/session.mjs
import { SMALL_CHUNK_BYTES, objectOf, parseRecord, projectsFolder, readLines, stringOf } from "../host.mjs";

// import:audit/conversation.mjs in audit/session.mjs
import { ENDED_STATUS, SeenRecords, allSteps, clipSpans, launchesOf, momentOf, readConversation, reportsFailure, teammateName, transcriptPath, transcriptPathKey } from "./conversation.mjs";

// mcp-server/src/audit/session/agent-transcripts.ts
var AGENT_FILE = /^agent-([\w-]{1,64})\.jsonl$/;
var INTERNAL = /^agent-a(?:compact|prompt_suggestion|side_question)/;
var MAX_AGENT_FILES = 2e4;
var MAX_NEIGHBOURS = 500;
var MAX_META_BYTES = 64 * 1024;
async function readAgentTranscripts(file, main, isCopyIn) {
  const files = await agentFiles(file, main);
  const agents = [];
  for (const path of files.slice(0, MAX_AGENT_FILES)) {
    const agentId = idOf(path);
    const meta = await readMeta(path);
    const conversation = await readConversation(path, agentId, isCopyIn(agentId));
    if (conversation.copiedRecords > 0 && conversation.endMs === 0) continue;
    const [first] = conversation.steps;
    agents.push({
      agentId,
      launchedBy: stringOf(meta.toolUseId),
      agentType: stringOf(meta.agentType),
      description: stringOf(meta.description),
      prompt: promptIn(first),
      workflow: /[/\\]workflows[/\\]([^/\\]+)[/\\][^/\\]+$/.exec(path)?.[1],
      conversation
    });
  }
  const known = new Set(agents.map((agent) => agent.agentId));
  const by = [main, ...agents.map((agent) => agent.conversation)];
  agents.push(...by.flatMap(shownAgents).filter(({ agentId }) => !known.has(agentId)));
  return { agents, unread: Math.max(0, files.length - MAX_AGENT_FILES) };
}
function shownAgents(by) {
  return launchesOf(by).flatMap(
    ({ callId, agentType, description, prompt, shown: conversation }) => conversation === void 0 ? [] : [
      {
        ...{ agentId: conversation.agentId ?? callId, launchedBy: callId },
        ...{ agentType, description, prompt, workflow: void 0, conversation }
      }
    ]
  );
}
async function agentFiles(file, main) {
  const own = await filesBelow(join(dirname(file), basename(file, ".jsonl"), "subagents"));
  const known = new Set(own.map(idOf));
  const ids = launchesOf(main).map((launch) => launch.answer?.agentId ?? "");
  const missing = new Set(ids.filter((id) => AGENT_FILE.test(`agent-${id}.jsonl`) && !known.has(id)));
  if (missing.size === 0) return own;
  const beside = [];
  for (const path of await elsewhere(file, missing)) {
    const id = idOf(path);
    if (missing.delete(id)) beside.push(path);
  }
  return [...own, ...beside];
}
async function elsewhere(file, ids) {
  const entries = await readdir(dirname(file), { withFileTypes: true }).catch(() => []);
  const beside = entries.filter((entry) => entry.isFile() && AGENT_FILE.test(entry.name) && ids.has(idOf(entry.name))).map((entry) => join(entry.parentPath, entry.name));
  const neighbours = entries.filter((entry) => entry.isDirectory() && entry.name !== basename(file, ".jsonl")).slice(0, MAX_NEIGHBOURS);
  const below2 = await Promise.all(
    neighbours.map((entry) => filesBelow(join(entry.parentPath, entry.name, "subagents")))
  );
  return [...beside, ...below2.flat().filter((path) => ids.has(idOf(path)))];
}
async function filesBelow(folder) {
  const options = { withFileTypes: true, recursive: true };
  const entries = await readdir(folder, options).catch(() => []);
  return entries.filter((entry) => entry.isFile() && AGENT_FILE.test(entry.name) && !INTERNAL.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();
}
function promptIn(first) {
  if (first?.kind === "prompt") return first.text;
  return first?.kind === "notice" && first.status === "message" ? first.report : "";
}
function idOf(path) {
  return AGENT_FILE.exec(basename(path))?.[1] ?? "";
}
async function readMeta(path) {
  const file = path.replace(/\.jsonl$/, ".meta.json");
  const found = await stat(file).catch(() => void 0);
  if (!found?.isFile() || found.size > MAX_META_BYTES) return {};
  try {
    return objectOf(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}

// import:node:fs in audit/session.mjs
import { existsSync, realpathSync } from "node:fs";

// import:node:os in audit/session.mjs
import { homedir } from "node:os";

// import:errors.mjs in audit/session.mjs
import { CallerError } from "../errors.mjs";

// mcp-server/src/audit/session/find-sessions.ts
var PROJECT_NAME_LIMIT = 200;
var MAX_DEPTH = 12;
var NOT_SESSIONS = /* @__PURE__ */ new Set(["subagents", "tool-results", "workflows", "memory"]);
var AGENT = /^agent-[\w-]+\.jsonl$/;
var DIRECTORY = /"cwd":("(?:[^"\\]|\\.)*")/;
var LOOKED_AT_LINES = 200;
var SESSION_ID = /^[\w-]{4,64}$/;
async function findSessions(asked, { directory, env }) {
  const projects = projectsFolder(env);
  if (asked === void 0) return newestFirst(await ofProject(projects, directory));
  const path = resolve(directory, asked);
  const found = await stat(path).catch(() => void 0);
  if (found?.isDirectory()) return newestFirst(await inFolder(path));
  if (found?.isFile() && AGENT.test(basename(path))) {
    throw new CallerError(
      "bad_input",
      `${JSON.stringify(basename(path))} is the transcript of an agent.`,
      "Give the transcript of its session: the agent is judged with it.",
      "session"
    );
  }
  if (found?.isFile()) return [{ path: await realpath(path), changedMs: found.mtimeMs }];
  if (SESSION_ID.test(asked)) return newestFirst(await byId(projects, asked));
  throw new CallerError(
    "bad_input",
    `There is no session, transcript or folder ${JSON.stringify(asked.slice(0, 200))}.`,
    "Give the path of a transcript (.jsonl), of a folder with transcripts, or the id of a session.",
    "session"
  );
}
async function ofProject(projects, directory) {
  const names = await readdir(projects).catch(() => []);
  for (const folder of selfAndParents(directory)) {
    const name = folder.replace(/[^a-zA-Z0-9]/g, "-");
    const matches = names.filter(
      (candidate) => name.length <= PROJECT_NAME_LIMIT ? candidate === name : candidate.startsWith(name.slice(0, PROJECT_NAME_LIMIT))
    );
    const found = await Promise.all(matches.map((match) => below(join(projects, match))));
    const own = await keepOwn(found.flat(), folder);
    if (own.length > 0) return own;
  }
  throw new CallerError(
    "bad_input",
    `There are no transcripts of this project below ${projects}.`,
    "Run it in a project in which Claude Code has been used, or name a transcript, a folder with transcripts or a session."
  );
}
function selfAndParents(directory) {
  const folders = [];
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (folder === dirname(folder) || folder === homedir()) return folders;
    folders.push(folder);
    if (existsSync(join(folder, ".git"))) return folders;
  }
}
async function keepOwn(files, folder) {
  const own = transcriptPathKey(transcriptPath(folder, "") ?? folder);
  const kept = [];
  for (const file of files) {
    const directory = await startDirectory(file.path);
    const isOwn = directory === void 0 || transcriptPathKey(transcriptPath(directory, "") ?? directory) === own;
    if (isOwn) kept.push(file);
  }
  return kept;
}
async function startDirectory(file) {
  try {
    for await (const { number, bytes } of readLines(file, SMALL_CHUNK_BYTES)) {
      const directory = bytes === void 0 ? void 0 : DIRECTORY.exec(bytes.toString("latin1"))?.[1];
      if (directory !== void 0)
        return stringOf(JSON.parse(Buffer.from(directory, "latin1").toString("utf8")));
      if (number >= LOOKED_AT_LINES) break;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError) && error.code === void 0) throw error;
  }
  return void 0;
}
async function inFolder(folder) {
  const found = await below(folder);
  if (found.length > 0) return found;
  throw new CallerError(
    "bad_input",
    `There are no transcripts of sessions in ${JSON.stringify(folder)}.`,
    "Give a folder that holds transcripts (.jsonl), such as one below the host's projects folder.",
    "session"
  );
}
async function byId(projects, id) {
  const all = await below(projects);
  const found = all.filter(({ path }) => basename(path).startsWith(id));
  if (found.length > 0) return found;
  throw new CallerError(
    "bad_input",
    `There is no session, transcript or folder ${JSON.stringify(id)}.`,
    `Give the path of a transcript (.jsonl), of a folder with transcripts, or the id of a session below ${projects}.`,
    "session"
  );
}
async function below(folder, depth = MAX_DEPTH) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return depth === 0 || NOT_SESSIONS.has(entry.name) ? [] : below(path, depth - 1);
      }
      if (!entry.isFile() || !entry.name.endsWith(".jsonl") || entry.name.startsWith("agent-")) return [];
      return [{ path, changedMs: (await stat(path)).mtimeMs }];
    })
  );
  return found.flat();
}
function newestFirst(files) {
  return files.sort((a, b) => b.changedMs - a.changedMs || a.path.localeCompare(b.path));
}

// import:graph.mjs in audit/session.mjs
import { NO_USAGE, addUsage, findToken } from "../graph.mjs";

// mcp-server/src/audit/session/match-transcripts.ts
var MAX_START_DIFFERENCE_MS = 6e4;
var TranscriptMatcher = class {
  #free;
  #byCall = /* @__PURE__ */ new Map();
  #byAgent = /* @__PURE__ */ new Map();
  constructor(agents) {
    this.#free = new Set(agents);
    for (const agent of agents) {
      if (agent.launchedBy !== "") this.#byCall.set(agent.launchedBy, agent);
      this.#byAgent.set(agent.agentId, agent);
    }
  }
  /** Those that no launch has taken. */
  get free() {
    return [...this.#free];
  }
  /** @param agentId what the host called the agent; empty where it did not say */
  take(launch, agentId) {
    const found = this.#ifFree(this.#byCall.get(launch.callId)) ?? this.#ifFree(agentId === "" ? void 0 : this.#byAgent.get(agentId)) ?? this.#guess(launch, agentId);
    if (found !== void 0) this.#free.delete(found);
    return found;
  }
  #ifFree(agent) {
    return agent !== void 0 && this.#free.has(agent) ? agent : void 0;
  }
  #guess(launch, agentId) {
    const { answer } = launch;
    if (answer !== void 0 && !answer.isTeammate) return void 0;
    const unnamed = [...this.#free].filter(
      (agent) => agent.launchedBy === "" && agent.workflow === void 0 && agent.conversation.startMs >= launch.atMs - MAX_START_DIFFERENCE_MS
    );
    const told = unnamed.filter(({ prompt }) => launch.prompt !== "" && prompt.includes(launch.prompt));
    if (answer === void 0) return told.find((agent) => agent.prompt === launch.prompt);
    const name = teammateName(agentId || launch.teammate).toLowerCase();
    const named = unnamed.filter(({ agentId: id }) => name !== "" && id.toLowerCase().includes(name));
    return named.find((agent) => told.includes(agent)) ?? named[0] ?? (told.length === 1 ? told[0] : void 0);
  }
};

// mcp-server/src/audit/session/run-outcome.ts
var FAILED_STATUS = /^(?:failed|error|errored|timed_out|killed)$/;
var STOPPED_STATUS = /^(?:stopped|cancelled|interrupted|rejected)$/;
var BY_THE_USER = /user (?:doesn['’]t want|rejected|declined|interrupted|stopped|cancell?ed)|(?:interrupted|stopped|killed|cancell?ed|rejected) by (?:the )?user|request interrupted/i;
var MAX_REFUSAL_MS = 1e4;
var REFUSAL = /^\s*(?:<tool_use_error>|InputValidationError|Agent type .{1,200} not found)/;
function outcomeOf({ launchedMs, end, conversation, report, wasStopped }) {
  const closing = conversation?.closing;
  if (end === void 0) {
    if (closing === void 0) return wasStopped ? "stopped" : "unfinished";
    return closing.isApiError || reportsFailure(report) ? "failed" : "completed";
  }
  if (end.isError) {
    if (BY_THE_USER.test(end.text)) return "stopped";
    const isLate = end.atMs - launchedMs > MAX_REFUSAL_MS && !REFUSAL.test(end.text);
    const hasStarted2 = conversation !== void 0 || end.durationMs > 0 || isLate;
    return hasStarted2 ? "failed" : "refused";
  }
  const isKilled = end.status === "killed" && (wasStopped || BY_THE_USER.test(end.summary));
  if (STOPPED_STATUS.test(end.status) || isKilled) return "stopped";
  if (FAILED_STATUS.test(end.status) || closing?.isApiError || reportsFailure(report)) return "failed";
  const said = report.trim() !== "" || end.text.trim() !== "";
  return said || end.status === "read" ? "completed" : "failed";
}
function causeOf(end, report) {
  if (end?.isError) return end.text.replace(/<\/?tool_use_error>/g, "");
  if (report.trim() === "") return end?.text.trim() || "it reported nothing";
  return report;
}

// mcp-server/src/audit/session/join-runs.ts
var MAX_UNSEEN_MS = 60 * 6e4;
var NAME_FROM_PROMPT = 80;
function joinRuns(main, agents) {
  const matcher = new TranscriptMatcher(agents);
  const launched = [main, ...agents.map((agent) => agent.conversation)].flatMap((by) => {
    const told = new ToldEnds(by);
    return launchesOf(by).map((launch) => {
      const agentId = launch.answer?.agentId || told.noticesOf(launch)[0]?.agentId || "";
      return runOf(by, launch, matcher.take(launch, agentId), told);
    });
  });
  const ofWorkflows = matcher.free.filter((agent) => agent.workflow !== void 0);
  return [...launched, ...ofWorkflows.map((agent) => workflowRun(main, agent))].sort(
    (a, b) => a.startMs - b.startMs
  );
}
function runOf(by, launch, transcript, told) {
  const { answer } = launch;
  const isTeammate = answer?.isTeammate ?? false;
  const agentId = answer?.agentId || transcript?.agentId || told.noticesOf(launch)[0]?.agentId || "";
  const all = told.endsOf(launch, agentId);
  const ends = withoutLooks(all);
  const delivered = withoutLooks(all.filter((end2) => end2.isDelivered));
  const reported = isTeammate ? delivered.at(-1) : delivered[0];
  const end = isTeammate ? ends.at(-1) : ends[0];
  const conversation = transcript?.conversation;
  const startMs = conversation?.startMs || launch.atMs;
  const report = conversation?.closing?.text ?? end?.text ?? "";
  const wasStopped = told.wasStopped(agentId);
  const outcome = outcomeOf({ launchedMs: launch.atMs, end, conversation, report, wasStopped });
  const endMs = Math.max(
    startMs,
    endOf(startMs, conversation, isTeammate ? void 0 : end) ?? end?.atMs ?? 0
  );
  return {
    name: launch.description || transcript?.description || launch.teammate || launch.agentType || "an agent",
    agentType: launch.agentType || transcript?.agentType || "",
    agentId,
    by,
    launch,
    conversation,
    prompt: transcript?.prompt || launch.prompt,
    startMs,
    endMs,
    spans: outcome === "refused" ? [] : spansOf(conversation, startMs, endMs, isTeammate ? void 0 : end),
    outcome,
    cause: outcome === "failed" || outcome === "refused" ? causeOf(end, report) : "",
    report,
    reportedAt: reported === void 0 ? void 0 : { line: reported.line, atMs: reported.atMs },
    isBackground: answer?.isBackground ?? false,
    isTeammate,
    isFromPlan: findToken(launch.prompt) !== void 0,
    hostTokens: answer?.tokens || (end?.tokens ?? 0),
    burst: launch.messageId === "" ? `call ${launch.callId}` : `message ${launch.messageId}`
  };
}
function workflowRun(main, agent) {
  const { conversation } = agent;
  const { startMs, endMs } = conversation;
  const report = conversation.closing?.text ?? "";
  const outcome = outcomeOf({
    launchedMs: startMs,
    end: void 0,
    conversation,
    report,
    wasStopped: false
  });
  return {
    name: agent.description || agent.prompt.slice(0, NAME_FROM_PROMPT) || "an agent",
    agentType: agent.agentType,
    agentId: agent.agentId,
    by: main,
    launch: void 0,
    conversation,
    prompt: agent.prompt,
    startMs,
    endMs,
    spans: spansOf(conversation, startMs, endMs, void 0),
    outcome,
    cause: outcome === "failed" ? causeOf(void 0, report) : "",
    report,
    reportedAt: void 0,
    isBackground: true,
    isTeammate: false,
    isFromPlan: false,
    hostTokens: 0,
    burst: `workflow ${agent.workflow}`
  };
}
function spansOf(conversation, startMs, endMs, end) {
  if (conversation !== void 0 && conversation.endMs > 0) {
    return clipSpans(conversation.activity, startMs, endMs);
  }
  const isKnown = end !== void 0 && endMs > startMs && endMs - startMs <= MAX_UNSEEN_MS;
  return isKnown ? [{ startMs, endMs }] : [];
}
function endOf(startMs, conversation, end) {
  if (conversation !== void 0 && conversation.endMs > 0) {
    const isBounded = end !== void 0 && end.status !== "read";
    return isBounded ? Math.min(conversation.endMs, end.atMs) : conversation.endMs;
  }
  if (end === void 0) return void 0;
  return end.durationMs > 0 ? Math.min(startMs + end.durationMs, end.atMs) : end.atMs;
}
function withoutLooks(ends) {
  const told = ends.filter(({ status }) => status !== "read");
  return told.length > 0 ? told : ends.slice(-1);
}
var ToldEnds = class {
  #noticesByCall = /* @__PURE__ */ new Map();
  #noticesByAgent = /* @__PURE__ */ new Map();
  #collects = /* @__PURE__ */ new Map();
  #stopped = /* @__PURE__ */ new Set();
  constructor(by) {
    for (const step of allSteps(by)) {
      if (step.kind === "notice" && step.callId !== "") put(this.#noticesByCall, step.callId, step);
      else if (step.kind === "notice") put(this.#noticesByAgent, step.agentId, step);
      else if (step.kind === "collect") put(this.#collects, step.agentId, step);
      else if (step.kind === "message" && step.isStop) this.#stopped.add(step.agentId);
    }
  }
  wasStopped(agentId) {
    return agentId !== "" && this.#stopped.has(agentId);
  }
  noticesOf(launch, agentId = launch.answer?.agentId ?? "") {
    const ofTeammate = launch.answer?.isTeammate ? teammateName(agentId || launch.teammate) : "";
    const names = new Set([agentId, ofTeammate].filter((name) => name !== ""));
    return [
      ...this.#noticesByCall.get(launch.callId) ?? [],
      ...[...names].flatMap((name) => this.#noticesByAgent.get(name) ?? [])
    ];
  }
  /** Everything that told the launcher of the agent's end, in order of time. */
  endsOf(launch, agentId) {
    const isTeammate = launch.answer?.isTeammate ?? false;
    const ending = this.noticesOf(launch, agentId).filter(({ status }) => isTeammate || status !== "message");
    const notices = ending.map(
      ({ line, atMs, status, report, summary, durationMs, tokens, isDelivered }) => ({
        ...{ line, atMs, status, summary, durationMs, tokens, isDelivered },
        ...{ text: report, isError: false }
      })
    );
    const collected = agentId === "" ? [] : (this.#collects.get(agentId) ?? []).flatMap(collectedEnd);
    return [...answeredEnd(launch.answer), ...notices, ...collected].sort((a, b) => a.atMs - b.atMs);
  }
};
function put(groups, key, value) {
  const group = groups.get(key);
  if (group === void 0) groups.set(key, [value]);
  else group.push(value);
}
function answeredEnd(answer) {
  if (answer === void 0 || answer.isBackground) return [];
  const { line, atMs, isError, status, text, durationMs, tokens } = answer;
  return [{ line, atMs, isError, status, text, summary: "", durationMs, tokens, isDelivered: true }];
}
function collectedEnd({ answer }) {
  if (answer === void 0 || answer.isError || !ENDED_STATUS.test(answer.status)) return [];
  const { line, atMs, status, text } = answer;
  return [
    { line, atMs, status, text, summary: "", isError: false, durationMs: 0, tokens: 0, isDelivered: true }
  ];
}

// mcp-server/src/audit/session/read-session.ts
var LIVE_MS = 10 * 6e4;
async function readSession(file, nowMs) {
  return sessionOf(await readTranscripts(file, new SeenRecords()), [], nowMs);
}
async function readFamily(files, nowMs, onUnreadable) {
  const seen = new SeenRecords();
  const read = [];
  for (const file of files) {
    try {
      read.push(await readTranscripts(file, seen));
    } catch (error) {
      if (error.code === void 0) throw error;
      onUnreadable(file);
    }
  }
  return read.map((one, i) => {
    const later = read.slice(i + 1).map(({ main }) => main);
    return sessionOf(
      one,
      later.filter(({ copiedRecords }) => copiedRecords > 0),
      nowMs
    );
  });
}
async function readTranscripts(file, seen) {
  const main = await readConversation(file, void 0, seen.ofFile());
  return { file, main, ...await readAgentTranscripts(file, main, (agentId) => seen.ofFile(agentId)) };
}
function sessionOf({ file, main: alone, agents, unread }, continuations, nowMs) {
  const main = { ...alone, continuations };
  const conversations = agents.map((agent) => agent.conversation);
  const lastMs = Math.max(main.endMs, ...conversations.map((conversation) => conversation.endMs));
  return {
    id: basename(file, ".jsonl"),
    main,
    agents: conversations,
    runs: joinRuns(main, agents),
    isLive: lastMs <= nowMs && nowMs - lastMs < LIVE_MS,
    unreadAgents: unread
  };
}

// mcp-server/src/audit/session/session-families.ts
var LOOKED_AT_LINES2 = 200;
var LOOKED_AT_RECORDS = 20;
async function sessionFamilies(files) {
  const familyOf = /* @__PURE__ */ new Map();
  const families = /* @__PURE__ */ new Set();
  for (const file of files) {
    const family = { members: [file], moments: await firstMoments(file.path) };
    const related = new Set(family.moments.flatMap((moment) => familyOf.get(moment) ?? []));
    for (const other of related) {
      family.members.push(...other.members);
      family.moments.push(...other.moments);
      families.delete(other);
    }
    families.add(family);
    for (const moment of family.moments) familyOf.set(moment, family);
  }
  return [...families].map(
    ({ members }) => members.sort((a, b) => a.changedMs - b.changedMs || a.path.localeCompare(b.path))
  );
}
async function firstMoments(file) {
  const moments = [];
  try {
    for await (const { number, bytes } of readLines(file, SMALL_CHUNK_BYTES)) {
      const record = bytes === void 0 ? void 0 : parseRecord(bytes);
      const moment = record === void 0 || record === "broken" ? void 0 : momentOf(record);
      if (moment !== void 0) moments.push(moment);
      if (number >= LOOKED_AT_LINES2 || moments.length >= LOOKED_AT_RECORDS) break;
    }
  } catch (error) {
    if (error.code === void 0) throw error;
  }
  return moments;
}

// import:report.mjs in audit/session.mjs
import { coveredMs, totalMs } from "../report.mjs";

// mcp-server/src/audit/session/session.ts
var INTERRUPTED = /^\s*\[Request interrupted/;
function conversationsOf(session) {
  return [session.main, ...session.agents];
}
function startedRuns(runs) {
  return runs.filter(hasStarted);
}
function hasStarted({ outcome, conversation, launch, reportedAt }) {
  if (outcome === "refused") return false;
  if (conversation !== void 0) return true;
  if (launch?.answer === void 0) return reportedAt !== void 0;
  return !launch.answer.isError || outcome === "failed" || INTERRUPTED.test(launch.answer.text);
}
function measuredRuns(runs) {
  return startedRuns(runs).filter((run) => run.spans.length > 0);
}
function burstsOf(session) {
  const groups = /* @__PURE__ */ new Map();
  for (const run of startedRuns(session.runs)) {
    const key = `${run.by.file} ${run.burst}`;
    const group = groups.get(key);
    if (group === void 0) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()].map(burstOf);
}
function burstOf(runs) {
  const [first] = runs;
  if (first === void 0) throw new Error("a burst has agents");
  return {
    by: first.by,
    place: first.launch ?? { line: 1, atMs: first.startMs },
    runs,
    wallMs: coveredMs(spansOf2(runs)),
    agentsMs: totalMs(spansOf2(runs)),
    atOnce: mostAtOnce(runs).length
  };
}
function durationOf(run) {
  return totalMs(run.spans);
}
function spansOf2(runs) {
  return runs.flatMap((run) => run.spans);
}
function overlapInTime(a, b) {
  return a.spans.some(
    (one) => b.spans.some((other) => one.startMs < other.endMs && other.startMs < one.endMs)
  );
}
function mostAtOnce(runs) {
  const edges = runs.flatMap(
    (run) => run.spans.flatMap(({ startMs, endMs }) => [
      { atMs: startMs, run, starts: true },
      { atMs: endMs, run, starts: false }
    ])
  ).sort((a, b) => a.atMs - b.atMs || Number(a.starts) - Number(b.starts));
  const atWork = /* @__PURE__ */ new Set();
  let most = [];
  for (const { run, starts } of edges) {
    if (starts) atWork.add(run);
    else atWork.delete(run);
    if (atWork.size > most.length) most = [...atWork];
  }
  return most;
}
function usageOfAgents(session) {
  const known = session.agents.flatMap(({ usage }) => usage === void 0 ? [] : [usage]);
  return known.length === 0 ? void 0 : known.reduce(addUsage, NO_USAGE);
}
export {
  TranscriptMatcher,
  burstsOf,
  causeOf,
  conversationsOf,
  durationOf,
  findSessions,
  joinRuns,
  measuredRuns,
  mostAtOnce,
  outcomeOf,
  overlapInTime,
  readAgentTranscripts,
  readFamily,
  readSession,
  sessionFamilies,
  spansOf2 as spansOf,
  startedRuns,
  usageOfAgents
};
