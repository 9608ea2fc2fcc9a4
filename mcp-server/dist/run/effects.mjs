// import:node:timers/promises in run/effects.mjs
import { setTimeout } from "node:timers/promises";

// import:graph.mjs in run/effects.mjs
import { ABSENT, callerName, holdsScope, literalGlob, matches, overlap, parseGlob, parseScope, taskName } from "../graph.mjs";

// import:host.mjs in run/effects.mjs
import { EndedWork, runningProcesses } from "../host.mjs";

// import:policy.mjs in run/effects.mjs
import { CallsInFlight, UNHEARD_REASONS, attribute, callerText, gitMovedNote, guardedClaim, heldLooks, holdsFile, judgeGitMoves, mayUndo, namedCall, standstillBetween, suspectsOf, widenedScope } from "../policy.mjs";

// import:run/plan.mjs in run/effects.mjs
import { changeGraph, isDone, isPlanSlug, planSlug, readGraph } from "./plan.mjs";

// import:git.mjs in run/effects.mjs
import { RepositoryFiles, git, headFiles, isBlob, repositoryMoves, statusEntries } from "../git.mjs";

// mcp-server/src/run/effects/committed-files.ts
async function committedFiles(root) {
  try {
    const [files, changed] = await Promise.all([
      git(root, ["ls-files", "-z"]),
      statusEntries(root, "--untracked-files=no")
    ]);
    const tracked = new Set(files.split("\0"));
    for (const entry of changed) tracked.delete(entry.slice(3));
    return (path) => tracked.has(path);
  } catch {
    return () => false;
  }
}

// import:text.mjs in run/effects.mjs
import { cleanText } from "../text.mjs";

// import:run/checkout-watch.mjs in run/effects.mjs
import { fileNames } from "./checkout-watch.mjs";

// import:node:crypto in run/effects.mjs
import { createHash, randomBytes, randomUUID } from "node:crypto";

// import:node:fs in run/effects.mjs
import { appendFileSync, closeSync, constants, fchmodSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";

// mcp-server/src/run/effects/file-content.ts
var MAX_KEPT_FILE = 10 * 1024 * 1024;
function readContent(file, info) {
  if (!info || info.isDirectory()) return { id: ABSENT };
  try {
    if (info.isSymbolicLink()) return { id: `link:${readlinkSync(file)}` };
    if (!info.isFile()) return { id: "special", unread: "it is no regular file" };
    if (info.size > MAX_KEPT_FILE) {
      const unread = `it is larger than ${MAX_KEPT_FILE / 1024 / 1024} MB`;
      return { id: `large:${info.size}:${info.ctimeMs}`, unread };
    }
    const bytes = readFileSync(file);
    return { id: idOfBytes(bytes), bytes };
  } catch (error) {
    const { code } = error;
    if (code === "ENOENT" || code === "ENOTDIR") return { id: ABSENT };
    return { id: `unreadable:${info.size}:${info.ctimeMs}`, unread: `it could not be read (${code})` };
  }
}
function idOfBytes(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
var SHOWN_DIGITS = 12;
var DIGEST = /^sha256:([0-9a-f]{64})$/;
function shortDigest(content) {
  return DIGEST.exec(content)?.[1]?.slice(0, SHOWN_DIGITS);
}

// mcp-server/src/run/effects/restore-line.ts
var MAX_NAMED = 10;
var NAME_LIMIT = 200;
var PLAIN = /^[\w@./+][\w@./+-]*$/;
var QUOTABLE = /^[^'<\\-][^'<\\]*$/;
function restoreLine(plan, task, paths) {
  const names = paths.slice(0, MAX_NAMED + 1).map(quoted);
  const isWhole = names.length <= MAX_NAMED && names.every((name) => name !== void 0);
  return ["parallel-tasks restore", plan, ...isWhole ? names : [], `--task ${task}`].join(" ");
}
function quoted(path) {
  if (PLAIN.test(path)) return path;
  return QUOTABLE.test(path) && cleanText(path, NAME_LIMIT) === path ? `'${path}'` : void 0;
}

// mcp-server/src/run/effects/effect-notes.ts
var TOOL_LIMIT = 60;
var NAMED_CALLERS = 5;
function effectNotes(seen, plan, taskOf, isToBeTold) {
  return intrusions(seen).flatMap((intrusion) => {
    const { holder, calls, isUndone } = intrusion;
    const held = taskOf(holder);
    const isHolders = ({ caller: caller2 }) => caller2.attempt === holder;
    const by = callersOf(calls.filter((call) => !isHolders(call)));
    const mayBeOwn = calls.some(isHolders);
    const files = intrusion.files.filter((file) => !mayBeOwn || isToBeTold(file, by));
    if (files.length === 0) return [];
    const paths = files.map(({ path }) => path);
    const notes = [];
    if (held !== void 0) {
      const kept = isUndone ? wordsOfPutAside(files, plan) : wordsOfKept(files, plan, held);
      const note = `${wordsForHolder({ ...intrusion, files }, seen.doubts)}${kept}`;
      notes.push({ task: held, paths, by, note, ...hasKept(files) && !isUndone && { beforeReport: true } });
    }
    if (mayBeOwn) return notes;
    const holderName = held === void 0 ? "a task of another plan" : taskName(plan, held);
    for (const attempt of new Set(calls.map(({ caller: caller2 }) => caller2.attempt))) {
      const task = attempt === void 0 ? void 0 : taskOf(attempt);
      if (task === void 0) continue;
      const isOwn = ({ caller: caller2 }) => caller2.attempt === attempt;
      const note = `${wordsForCaller(intrusion, isOwn, holderName, seen.doubts)} If your task needs a change there, report blocked with task_report.`;
      notes.push({ task, paths, by, note });
    }
    return notes;
  });
}
function notesForTaskless(seen, call, nameOf) {
  const isOwn = ({ id, caller: caller2 }) => id === call && caller2.attempt === void 0;
  const lines = intrusions(seen).flatMap((intrusion) => {
    const { holder, calls } = intrusion;
    if (!calls.some(isOwn) || calls.some(({ caller: caller2 }) => caller2.attempt === holder)) return [];
    return [wordsForCaller(intrusion, isOwn, nameOf(holder) ?? "another task", seen.doubts)];
  });
  return lines.length === 0 ? void 0 : lines.join("\n");
}
function intrusions({ files, calls }) {
  const found = /* @__PURE__ */ new Map();
  for (const file of files) {
    if (file.by === "own") continue;
    const isUndone = file.undone === true;
    const key = JSON.stringify([file.holder, file.by, file.call, isUndone]);
    const known = found.get(key) ?? {
      holder: file.holder,
      calls: suspectsOf(file, calls),
      isCertain: file.by === "certain",
      isUndone,
      files: []
    };
    known.files.push(file);
    found.set(key, known);
  }
  return [...found.values()];
}
function wordsForHolder({ holder, calls, files, isCertain, isUndone }, doubts) {
  const names = namesOf(files);
  const [call] = calls;
  const look = "Read what is there now before you go on.";
  if (call === void 0 && doubts) {
    return `${names}, which your task holds, changed, and by whom is not known (${doubts.join("; ")}). ${look}`;
  }
  if (call === void 0) {
    return `A person or another program changed ${names}, which your task holds. ${look} Keep what is new in it, unless your task says otherwise.`;
  }
  if (isCertain) {
    const undone = isUndone ? "This was undone: what stood there before is there again. " : "";
    return `${callerName(call)} changed ${names} with ${toolName(call)}, though only your task may write there. ${undone}${look}`;
  }
  const isHolders = ({ caller: caller2 }) => caller2.attempt === holder;
  const ran = whoRan(calls, isHolders, doubts);
  return `${names}, where only your task may write, changed ${ran}. ${calls.some(isHolders) ? `If you did not do it: r${look.slice(1)}` : look}`;
}
function wordsForCaller({ calls, files, isCertain, isUndone }, isOwn, holder, doubts) {
  const names = `${namesOf(files)}, which ${holder} holds`;
  const told = `Its agent is told${hasKept(files) ? " and can put it back" : ""}`;
  if (isUndone) {
    return `Your ${toolsOf(calls)} changed ${names}. This was undone: what its agent had not committed is there again, and what you wrote is kept. Write there no more.`;
  }
  if (isCertain) {
    return `Your ${toolsOf(calls)} changed ${names}. ${told}: write there no more, not even to undo it.`;
  }
  return `${names}, changed ${whoRan(calls, isOwn, doubts)}. ${told}. If it was your call, write there no more, not even to undo it.`;
}
function whoRan(calls, isOwn, doubts) {
  const own = toolsOf(calls.filter(isOwn));
  const others = calls.filter((call) => !isOwn(call));
  const all = callersOf(others);
  const named = all.slice(0, NAMED_CALLERS).map((name) => `${name} (${toolsOf(others.filter((call) => callerName(call) === name))})`);
  const more = all.length > named.length ? [`${all.length - named.length} more`] : [];
  const names = [...own === "" ? [] : [`your ${own}`], ...named, ...more];
  const who = names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  if (doubts) return `while ${who} ran, or by somebody else (${doubts.join("; ")})`;
  return `while ${who} ran${calls.length > 1 ? ": one of them wrote it" : ""}`;
}
function toolsOf(calls) {
  return [...new Set(calls.map(toolName))].join(", ");
}
function callersOf(calls) {
  return [...new Set(calls.map(callerName))];
}
function namesOf(files) {
  return fileNames(files.map(({ path }) => path));
}
function hasKept(files) {
  return files.some(({ before }) => before !== ABSENT);
}
function wordsOfKept(files, plan, task) {
  const paths = files.flatMap(({ path, before }) => before === ABSENT ? [] : [path]);
  if (paths.length === 0) return "";
  return ` What stood there is kept, and you may put it back: ${restoreLine(plan, task, paths)}`;
}
function wordsOfPutAside(files, plan) {
  const [digits] = files.flatMap(({ after }) => shortDigest(after) ?? []);
  if (digits === void 0) return "";
  return ` What was put aside is kept; should it be right after all: parallel-tasks restore ${plan} --content ${digits}`;
}
function toolName({ tool }) {
  return cleanText(tool, TOOL_LIMIT);
}

// mcp-server/src/run/effects/log-effects.ts
async function logEffects(tx, seen) {
  for (const [plan, attempts] of await concernedPlans(tx, seen)) {
    const told = await toldFiles(plan, seen);
    const untold = seen.files.filter((file) => concerns(file, seen, attempts) && !told.has(keyOf(file)));
    if (untold.length === 0) continue;
    const files = await withoutRestored(plan, untold);
    plan.append({ type: "files.changed", ...seen, files });
    const taskOf = (attempt) => plan.graph.claim(attempt)?.task;
    const isToBeTold = await newsForHolder(plan, files);
    for (const note of effectNotes({ ...seen, files }, plan.stored.slug, taskOf, isToBeTold)) {
      plan.append({ type: "scope.touched", ...note });
    }
  }
}
async function concernedPlans(tx, { files, calls }) {
  const plans = /* @__PURE__ */ new Map();
  const attempts = [...files.map(({ holder }) => holder), ...calls.map(({ caller: caller2 }) => caller2.attempt)];
  for (const attempt of new Set(attempts)) {
    const held = attempt === void 0 ? void 0 : await tx.writer.claimById(attempt);
    const plan = held && await tx.planOf(held);
    if (plan) plans.set(plan, (plans.get(plan) ?? /* @__PURE__ */ new Set()).add(held.claim.id));
  }
  return plans;
}
function concerns(effect, { calls }, attempts) {
  if (attempts.has(effect.holder)) return true;
  return suspectsOf(effect, calls).some(
    ({ caller: caller2 }) => caller2.attempt !== void 0 && attempts.has(caller2.attempt)
  );
}
async function toldFiles(plan, { sinceMs, untilMs }) {
  const events = await plan.reader.events(plan.id, { types: ["files.changed"], sinceMs });
  return new Set(
    heldLooks(events).flatMap(
      (look) => look.sinceMs <= untilMs && look.untilMs >= sinceMs ? look.files.flatMap(keysOf) : []
    )
  );
}
async function withoutRestored(plan, files) {
  if (files.every(({ by }) => by === "own")) return files;
  const events = await plan.reader.events(plan.id, { types: ["file.restored"] });
  const restored = new Set(
    events.flatMap(({ change }) => change.type === "file.restored" ? [versionOf(change)] : [])
  );
  return files.map(
    (file) => file.by !== "own" && restored.has(versionOf(file)) ? madeByNobody(file) : file
  );
}
function versionOf({ path, after }) {
  return JSON.stringify([path, after]);
}
function madeByNobody({ call: _, ...effect }) {
  return { ...effect, by: "nobody" };
}
async function newsForHolder(plan, files) {
  if (files.every(({ by }) => by !== "uncertain")) return () => true;
  const types = ["files.changed", "scope.touched"];
  const events = await plan.reader.events(plan.id, { types });
  const written = /* @__PURE__ */ new Set();
  const told = /* @__PURE__ */ new Set();
  for (const { change } of events) {
    if (change.type === "files.changed" && !change.atWork)
      for (const { path, after } of change.files) written.add(JSON.stringify([path, after]));
    if (change.type === "scope.touched")
      for (const path of change.paths) told.add(JSON.stringify([path, change.task, change.by]));
  }
  return ({ path, holder, before }, by) => {
    const task = plan.graph.claim(holder)?.task;
    const isNews = !told.has(JSON.stringify([path, task, by]));
    return isNews && before !== void 0 && before !== ABSENT && written.has(JSON.stringify([path, before]));
  };
}
function keyOf({ path, holder, after, undone }) {
  return JSON.stringify([path, holder, after, undone === true]);
}
function keysOf(effect) {
  const { undone, before, ...change } = effect;
  if (!undone || before === void 0) return [keyOf(effect)];
  return [keyOf(effect), keyOf(change), keyOf({ ...change, after: before })];
}

// mcp-server/src/run/effects/log-git-moves.ts
async function logGitMoves(tx, checkoutKey, moved) {
  const { sinceMs, untilMs } = moved;
  const held = (await tx.writer.held(checkoutKey)).filter(({ claim }) => claim.isolation === "shared");
  const first = new Map(held.map((one) => [one.planId, one]));
  for (const one of first.values()) {
    const plan = await tx.planOf(one);
    if (!plan) continue;
    const events = await plan.reader.events(plan.id, { types: ["git.moved"], sinceMs });
    const told = new Set(
      events.flatMap(
        ({ change }) => change.type === "git.moved" && change.sinceMs <= untilMs && change.untilMs >= sinceMs ? change.moves.map((move) => JSON.stringify(move)) : []
      )
    );
    const moves = moved.moves.filter((move) => !told.has(JSON.stringify(move)));
    if (moves.length === 0) continue;
    const news = { ...moved, moves };
    plan.append({ type: "git.moved", ...news });
    const { slug } = plan.stored;
    const note = gitMovedNote(news, slug);
    const by = [...new Set(moved.calls.map(({ caller: caller2 }) => callerText(caller2, slug)))];
    for (const { planId, claim } of held) {
      if (planId === one.planId)
        plan.append({ type: "scope.touched", task: claim.task, paths: [], by, note });
    }
  }
}

// import:run/project.mjs in run/effects.mjs
import { checkoutFileName, folderBesideGraph, isDead, sameOwner } from "./project.mjs";

// mcp-server/src/run/effects/effect-watch.ts
var MAX_LISTED = 500;
var MAX_LISTED_OF_ATTEMPT = 5e3;
var FORGET_AFTER_MS = 6 * 36e5;
var HEARD_LATE_MS = 5e3;
var MAX_CALL_MS = 6e5;
var STAMP_STEP_MS = 1e-3;
var EffectWatch = class {
  constructor(parts) {
    this.parts = parts;
    if (parts.beats) this.#beatMs = parts.now();
  }
  parts;
  #calls = new CallsInFlight();
  /** Of every claim that was held once: what changed before its end is found after it. */
  #plans = /* @__PURE__ */ new Map();
  #gitMoved = [];
  #begun;
  /** When it was last seen that this process runs; undefined: nobody looks every second. */
  #beatMs;
  #listed = /* @__PURE__ */ new Map();
  /** When the last look began: what it had passed may have changed while it went on. */
  #lookedMs = Number.NEGATIVE_INFINITY;
  #stampMs = Number.NEGATIVE_INFINITY;
  #clockWasSetBack = false;
  /**
   * To be called with each signal that the host gives of a call: of a beginning before the call may run, of all else
   * after it happened.
   * @param held all claims of this checkout.
   * @returns what has changed in what they hold since the last signal; undefined: nothing.
   */
  async hear(signal2, held) {
    this.#begun ??= this.#begin(held);
    await this.#begun;
    this.#noteStandstill();
    if (signal2.kind === "began") {
      const seen = this.#look(held);
      this.#tell(signal2);
      return this.#attributed(seen, held);
    }
    this.#tell(signal2);
    return this.#attributed(this.#look(held), held);
  }
  /** What has moved in git, by whom that may not, since this was asked last. */
  takeGitMoves() {
    const moved = this.#gitMoved;
    this.#gitMoved = [];
    return moved;
  }
  /** Whether the call has begun and its end was not heard. */
  isInFlight(call) {
    return this.#calls.isInFlight(call);
  }
  /** What calls of a session have left running, of which nobody has said that it ended. */
  get openWork() {
    return this.#calls.open.flatMap(
      ({ work, caller: { session } }) => work === void 0 ? [] : [{ session, work }]
    );
  }
  /** What was left running has ended: it may have written until now, which the next look tells. */
  endWork(work) {
    this.#tell({ kind: "work-ended", ...work });
  }
  /** The attempt whose agent made the call. */
  attemptOf(call) {
    return this.#calls.callerOf(call)?.attempt;
  }
  /** To be called when this process ends in order. */
  close() {
    this.parts.shared.close();
  }
  /** How many bytes there are for `keepFirst` and `readFirst` to read; undefined: there is no file for them. */
  get unreadBytes() {
    return this.parts.heldFiles.unreadBytes;
  }
  /**
   * Reads and keeps what stood in the held files when their claims began.
   * @param isCommitted whether git has what stands in the file, so that it need not be kept.
   */
  async keepFirst(isCommitted) {
    await this.parts.heldFiles.readUnread(
      (path) => !isCommitted(path),
      (_path, holder, content) => {
        const plan = this.#plans.get(holder);
        if (plan !== void 0) this.parts.kept.keep(plan, content);
      }
    );
  }
  /** Reads what stood in the others, so that a change of them tells what it was. */
  async readFirst() {
    await this.parts.heldFiles.readUnread(
      () => true,
      () => void 0
    );
    this.parts.lastLook.noteRead(this.parts.heldFiles.seen, this.#lookedMs);
  }
  /** To be called every second while this process runs, so that a standstill is noticed. */
  beat() {
    this.#noteStandstill();
    this.parts.shared.beat(this.parts.now());
  }
  /** Calls that the host let go meanwhile are heard of late: what was read from the input has waited there. */
  #noteStandstill() {
    if (this.#beatMs === void 0) return;
    const fromMs = this.#beatMs;
    this.#beatMs = this.parts.now();
    if (standstillBetween(fromMs, this.#beatMs) === 0) return;
    this.#tell({ kind: "unheard", why: "stood-still", fromMs, untilMs: this.#beatMs + HEARD_LATE_MS });
  }
  /** The server before this one may have left calls in flight whose ends are heard here, and changes that nobody saw. */
  async #begin(held) {
    const { shared, lastLook, heldFiles, isDead: isDead2 } = this.parts;
    const told = shared.predecessorMs;
    const { look, predecessorMs: looked } = await lastLook.earlier(isDead2);
    await this.#hearOthers(held);
    const isHeld = new Set(held.map(({ claim }) => claim.id));
    if (look) {
      heldFiles.goOnFrom({ ...look, scopes: look.scopes.filter(({ attempt }) => isHeld.has(attempt)) });
      this.#lookedMs = look.lookedMs;
    }
    if (told === void 0 && looked === void 0) return;
    const fromMs = Math.max(told ?? 0, looked ?? 0);
    this.#tell({ kind: "unheard", why: "began-late", fromMs, untilMs: this.#stamp() + MAX_CALL_MS });
  }
  #hearOthers(held) {
    const atWork = held.flatMap(({ claim }) => claim.state === "offered" ? [] : [claim.owner]);
    return this.parts.shared.hear(this.#calls, this.#stamp(), this.parts.isDead, atWork);
  }
  #tell(heard) {
    const signal2 = { ...heard, atMs: this.#stamp() };
    this.#calls.apply(signal2);
    this.parts.shared.tell(signal2);
  }
  /** Nothing else is heard between its beginning and its end. */
  #look(held) {
    const sinceMs = this.#lookedMs;
    this.#lookedMs = this.#stamp();
    for (const { plan, claim } of held) this.#plans.set(claim.id, plan);
    const { heldFiles, lastLook } = this.parts;
    const look = heldFiles.look(held.flatMap(scopeOf));
    const { changes, isIncomplete } = look;
    lastLook.note(look, () => heldFiles.seen, this.#lookedMs);
    const gitMoves = held.length === 0 ? [] : this.parts.git?.look(heldFiles.repositories).moves ?? [];
    const clockWasSetBack = this.#clockWasSetBack;
    this.#clockWasSetBack = false;
    return { sinceMs, untilMs: this.#stamp(), changes, gitMoves, isIncomplete, clockWasSetBack };
  }
  async #attributed({ sinceMs, untilMs, changes, gitMoves, isIncomplete, clockWasSetBack }, held) {
    if (changes.length + gitMoves.length === 0) return void 0;
    const notKept = this.#keep(changes);
    const untold = await this.#hearOthers(held);
    const ran = this.#calls.between(sinceMs, untilMs);
    const reasons = [
      ...untold,
      ...this.#calls.doubtsBetween(sinceMs, untilMs),
      ...clockWasSetBack ? ["the clock was set back"] : []
    ];
    const outlived = await this.#outlived(changes, ran, reasons);
    const calls = [...ran, ...outlived.calls];
    const doubts = [...reasons, ...outlived.doubts];
    const span = { sinceMs: Math.floor(sinceMs), untilMs: Math.ceil(untilMs) };
    const judged = judgeGitMoves(gitMoves, calls, doubts);
    if (judged) this.#gitMoved.push({ ...span, ...judged });
    if (changes.length === 0) return void 0;
    const listed = changes.filter((change, index) => index < MAX_LISTED && this.#mayList(change));
    const unlisted = changes.length - listed.length;
    this.#calls.forget(sinceMs - FORGET_AFTER_MS);
    const seen = {
      ...span,
      calls: calls.map(namedCall),
      ...doubts.length > 0 && { doubts },
      files: listed.map(({ path, holder, before, after }) => {
        const by = attribute({ path, holder, after: after.id }, calls, doubts);
        const why = notKept.get(path);
        return {
          ...{ path, holder, after: after.id, by: by.kind },
          ...before !== void 0 && { before },
          ...by.kind === "certain" && { call: by.call.id },
          ...why !== void 0 && { notKept: why }
        };
      }),
      ...unlisted > 0 && { unlisted },
      ...isIncomplete && { isIncomplete }
    };
    if (!this.parts.undo || outlived.isAnyLiving) return seen;
    const result = await this.parts.undo.undo(seen, {
      planOf: (holder) => this.#plans.get(holder),
      hearOthers: () => this.#hearOthers(held),
      callsUntil: (nowMs) => this.#calls.between(sinceMs, nowMs),
      stamp: () => this.#stamp()
    });
    if (result !== seen) this.parts.lastLook.noteRead(this.parts.heldFiles.seen, this.#lookedMs);
    return result;
  }
  /** Only where a change would be certain: while nothing changed, or several calls ran, no process is looked for. */
  async #outlived(changes, ran, reasons) {
    const isClear = changes.some(({ path, holder, after }) => {
      const { kind } = attribute({ path, holder, after: after.id }, ran, reasons);
      return kind === "certain" || kind === "nobody";
    });
    if (!isClear) return { calls: [], doubts: [], isAnyLiving: false };
    const found = await this.parts.outlived.look(ran, this.parts.shared.hosts, this.#calls.all);
    return { ...found, calls: found.calls.map(({ wrote: _, ...call }) => ({ ...call, endedMs: void 0 })) };
  }
  /** @returns by path, why a file's bytes were not kept. */
  #keep(changes) {
    const reasons = /* @__PURE__ */ new Map();
    for (const { path, holder, after } of changes) {
      const plan = this.#plans.get(holder);
      const why = plan === void 0 ? void 0 : this.parts.kept.keep(plan, after);
      if (why !== void 0) reasons.set(path, why);
    }
    return reasons;
  }
  #mayList({ holder }) {
    const listed = this.#listed.get(holder) ?? 0;
    this.#listed.set(holder, listed + 1);
    return listed < MAX_LISTED_OF_ATTEMPT;
  }
  /** Later than every stamp before it, so that what this process heard has an order. */
  #stamp() {
    const nowMs = this.parts.now();
    if (nowMs < Math.floor(this.#stampMs)) this.#clockWasSetBack = true;
    this.#stampMs = Math.max(nowMs, this.#stampMs + STAMP_STEP_MS);
    return this.#stampMs;
  }
};
function scopeOf({ claim }) {
  if (claim.isolation !== "shared" || !holdsScope(claim)) return [];
  return [{ attempt: claim.id, writes: widenedScope(claim).writes }];
}

// import:node:path in run/effects.mjs
import { dirname, join } from "node:path";

// mcp-server/src/run/effects/effects-folder.ts
function keptFolder(checkout) {
  return join(folderBesideGraph(checkout), "kept");
}
function callsFolder(checkout) {
  return join(folderBesideGraph(checkout), "calls", checkoutFileName(checkout));
}
function clockFile(checkout) {
  return join(folderBesideGraph(checkout), "calls", "clock");
}

// mcp-server/src/run/effects/git-watch.ts
var MAX_INNER = 50;
var WORK_BRANCHES = "parallel-work/";
var OWN_STEP = "parallel: ";
var GitWatch = class {
  /**
   * @param root the checkout's top level, a real path.
   * @param now milliseconds since 1970 by the clock that the file system has.
   */
  constructor(root, now) {
    this.root = root;
    this.now = now;
  }
  root;
  now;
  #watched = /* @__PURE__ */ new Map();
  /**
   * Compares with the look before. A repository that was not looked at then is taken as it is.
   * @param inner repositories inside what claims hold, with their holders.
   */
  look(inner = /* @__PURE__ */ new Map()) {
    const folders = new Map([["", []], ...[...inner].slice(0, MAX_INNER)]);
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#watched.delete(folder);
    const moves = [...folders].flatMap(
      ([folder, holders]) => this.#movesIn(folder).map((move) => ({
        holders,
        move: folder === "" ? move : { ...move, repository: folder }
      }))
    );
    const isCut = [...this.#watched.values()].some(({ files }) => files.isIncomplete);
    return { moves, isIncomplete: isCut || inner.size > MAX_INNER };
  }
  #movesIn(folder) {
    const known = this.#watched.get(folder);
    if (!known) {
      const files = RepositoryFiles.in(join(this.root, folder), this.now);
      const state2 = files?.state();
      if (files && state2) this.#watched.set(folder, { files, state: state2, ownIndexFollows: false });
      return [];
    }
    const state = known.files.state();
    if (!state) {
      this.#watched.delete(folder);
      return [{ what: "gone" }];
    }
    const before = known.state;
    known.state = state;
    const moves = repositoryMoves(before, state);
    return moves.flatMap((move) => this.#foreign(move, known, before.index === state.index));
  }
  /** The move with what git's log says of it; none where this program made it. */
  #foreign(move, watched, isIndexAsBefore) {
    if (move.what === "index") {
      const isOwn = watched.ownIndexFollows;
      watched.ownIndexFollows = false;
      return isOwn ? [] : [move];
    }
    if (move.what !== "branch") return [move];
    if (move.name.startsWith(WORK_BRANCHES)) return [];
    const ref = `refs/heads/${move.name}`;
    const steps = move.to === void 0 ? void 0 : watched.files.stepsTo(ref, move.from, move.to);
    if (steps?.every((step) => step.startsWith(OWN_STEP))) {
      watched.ownIndexFollows = isIndexAsBefore && ref === watched.state.head;
      return [];
    }
    const how = steps && howOf(steps);
    return [{ ...move, ...how !== void 0 && { how } }];
  }
};
function howOf(steps) {
  const words = new Set(
    steps.map((step) => /^([a-z][a-z-]{0,30}(?: \([a-z-]{1,20}\))?)(?=[: ])/.exec(step)?.[1])
  );
  const [word] = words;
  return words.size === 1 ? word : void 0;
}

// mcp-server/src/run/effects/held-files.ts
var MAX_ENTRIES = 2e4;
var TICK_MS = 20;
var COARSE_TICK_MS = 2e3;
var INTERNAL = /* @__PURE__ */ new Set([".git", ".parallel"]);
var PACKAGES_FOLDER = "node_modules";
var HeldFiles = class {
  /**
   * @param root the checkout's top level, a real path.
   * @param now milliseconds since 1970 by the clock that the file system has.
   */
  constructor(root, caseInsensitive, now, { maxEntries = MAX_ENTRIES, stat = statOf } = {}) {
    this.root = root;
    this.caseInsensitive = caseInsensitive;
    this.now = now;
    this.#maxEntries = maxEntries;
    this.#stat = stat;
    this.#top = newFolder("", root);
  }
  root;
  caseInsensitive;
  now;
  #maxEntries;
  #stat;
  #held = [];
  #key = "[]";
  #scopes = [];
  #top;
  #repositories = /* @__PURE__ */ new Map();
  #entries = 0;
  #isIncomplete = false;
  /** When the look began. */
  #atMs = 0;
  /**
   * Compares the held files with the look before. A file that was not held then is taken as it is: it has not changed.
   * @param held in an order that stays: where two hold the same file, it is the first one's.
   */
  look(held) {
    const changes = [];
    this.#atMs = this.now();
    this.#entries = 0;
    if (this.#scopes.length > 0) this.#lookInto(this.#top, changes);
    const isOtherScope = JSON.stringify(held) !== this.#key;
    if (isOtherScope) this.#hold(held);
    return { changes, isIncomplete: this.#isIncomplete, isOtherScope };
  }
  /** What the last look saw. */
  get seen() {
    const files = [...filesIn(this.#top)].flatMap(
      ({ path, times, content }) => times ? [{ path, ...times, content }] : []
    );
    return { scopes: this.#held, files };
  }
  /** Goes on from a look of another process, before the first one here: the next finds what has changed since. */
  goOnFrom({ scopes, files }) {
    this.#take(scopes);
    for (const { path, content, ...times } of files) {
      const holder = this.#holderOf(path);
      if (holder === void 0) continue;
      Object.assign(this.#fileAt(path, holder), { times, content, isTold: false });
    }
  }
  /** Folders of repositories inside what is held, such as submodules, with those who hold something below them. */
  get repositories() {
    return this.#repositories;
  }
  /** Bytes of the held files of whose content nobody was told; undefined: there are none. */
  get unreadBytes() {
    let bytes;
    for (const { isTold, times } of filesIn(this.#top))
      if (!isTold) bytes = (bytes ?? 0) + (times?.size ?? 0);
    return bytes;
  }
  /**
   * Reads held files that were not read yet, so that a later change of them tells what stood there before.
   * @param isMeant of which of them, by path.
   * @param use told the content of each, with its path and holder.
   */
  async readUnread(isMeant, use) {
    const untold = [...filesIn(this.#top)].filter(({ isTold, path }) => !isTold && isMeant(path));
    for (const known of untold) {
      await new Promise(setImmediate);
      const info = this.#stat(known.file);
      if (known.isTold || !isSame(known.times, info)) continue;
      const content = readContent(known.file, info);
      const isOther = known.content !== void 0 && known.content !== content.id;
      if (isOther || !isSame(known.times, this.#stat(known.file))) continue;
      known.content = content.id;
      known.isTold = true;
      use(known.path, known.holder, content);
    }
  }
  /** This process has put this content into a held file: the next look finds no change. */
  accept(path, content) {
    const holder = this.#holderOf(path);
    if (holder === void 0) return;
    const known = this.#fileAt(path, holder);
    known.times = this.#timesOf(this.#stat(known.file));
    known.content = content;
    known.isTold = true;
  }
  #fileAt(path, holder) {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let folder = this.#top;
    for (const inner of names) {
      const below = folder.path === "" ? inner : `${folder.path}/${inner}`;
      const known2 = folder.folders.get(inner) ?? newFolder(below, `${this.root}/${below}`);
      folder.folders.set(inner, known2);
      folder = known2;
    }
    const file = `${this.root}/${path}`;
    const known = folder.files.get(name) ?? {
      path,
      file,
      holder,
      times: void 0,
      content: ABSENT,
      isTold: false
    };
    folder.files.set(name, known);
    return known;
  }
  /** What is known of the held files stays; those that nobody holds any more are forgotten. */
  #hold(held) {
    this.#take(held);
    const before = new Map([...filesIn(this.#top)].map((known) => [known.path, known]));
    this.#top = newFolder("", this.root);
    this.#repositories.clear();
    this.#entries = 0;
    this.#isIncomplete = false;
    if (held.length > 0) this.#adopt(this.#top, before);
  }
  #take(held) {
    this.#held = held;
    this.#key = JSON.stringify(held);
    this.#scopes = held.map(({ attempt, writes }) => ({
      attempt,
      globs: writes.map((glob) => parseGlob(glob, this.caseInsensitive))
    }));
  }
  /** Lists a folder that is newly looked at, with what is known of its files from before. */
  #adopt(folder, before) {
    this.#list(folder, this.#stat(folder.folder));
    this.#entries += folder.files.size + folder.folders.size;
    for (const [name, known] of folder.files) {
      const earlier = before.get(known.path);
      if (earlier) {
        earlier.holder = known.holder;
        folder.files.set(name, earlier);
        continue;
      }
      const info = this.#stat(known.file);
      known.times = this.#timesOf(info);
      const isKnown = known.times === void 0 || known.times.isYoung;
      known.content = isKnown ? readContent(known.file, info).id : void 0;
    }
    for (const inner of folder.folders.values()) this.#adopt(inner, before);
  }
  #lookInto(folder, changes) {
    const info = this.#stat(folder.folder);
    if (folder.times?.isYoung || !isSame(folder.times, info)) this.#list(folder, info);
    for (const [name, known] of folder.files) {
      this.#entries++;
      this.#compare(known, changes);
      if (known.content === ABSENT) folder.files.delete(name);
    }
    for (const [name, inner] of folder.folders) {
      this.#entries++;
      this.#lookInto(inner, changes);
      if (inner.times === void 0) folder.folders.delete(name);
    }
  }
  #compare(known, changes) {
    const info = this.#stat(known.file);
    if (isSame(known.times, info) && !known.times?.isYoung) return;
    const { content: before, path, holder } = known;
    const after = readContent(known.file, info);
    known.times = this.#timesOf(info);
    known.content = after.id;
    known.isTold = true;
    if (before !== after.id) changes.push({ path, holder, before, after, times: known.times });
  }
  /** Takes in which names the folder has now. Files that are gone stay until they were compared. */
  #list(folder, info) {
    folder.times = info?.isDirectory() ? this.#timesOf(info) : void 0;
    if (folder.times === void 0) return;
    for (const entry of entriesOf(folder.folder)) {
      const { name } = entry;
      const isFolder = entry.isDirectory();
      if (name === ".git" && folder.path !== "")
        this.#repositories.set(folder.path, this.#holdersBelow(folder.path));
      if (INTERNAL.has(name) || (isFolder ? folder.folders : folder.files).has(name)) continue;
      const path = folder.path === "" ? name : `${folder.path}/${name}`;
      const holder = isFolder ? void 0 : this.#holderOf(path);
      if (isFolder ? !this.#holdsBelow(path, name) : holder === void 0) continue;
      if (this.#entries + folder.files.size + folder.folders.size >= this.#maxEntries) {
        this.#isIncomplete = true;
        return;
      }
      const file = `${this.root}/${path}`;
      if (holder === void 0) folder.folders.set(name, newFolder(path, file));
      else folder.files.set(name, { path, file, holder, times: void 0, content: ABSENT, isTold: false });
    }
  }
  #holderOf(path) {
    return this.#scopes.find(({ globs }) => globs.some((glob) => matches(glob, path)))?.attempt;
  }
  #holdsBelow(path, name) {
    const tree = parseGlob(`${literalGlob(path)}/**`, this.caseInsensitive);
    return this.#scopes.some(
      ({ globs }) => globs.some(
        (glob) => overlap(glob, tree) && (name !== PACKAGES_FOLDER || glob.glob.split("/").includes(PACKAGES_FOLDER))
      )
    );
  }
  #holdersBelow(path) {
    const tree = parseGlob(`${literalGlob(path)}/**`, this.caseInsensitive);
    return this.#scopes.filter(({ globs }) => globs.some((glob) => overlap(glob, tree))).map(({ attempt }) => attempt);
  }
  #timesOf(info) {
    if (!info) return void 0;
    const { ino, size, ctimeMs } = info;
    const tickMs = ctimeMs % 1e3 === 0 ? COARSE_TICK_MS : TICK_MS;
    return { ino, size, ctimeMs, isYoung: ctimeMs > this.#atMs - tickMs };
  }
};
function newFolder(path, folder) {
  return { path, folder, times: void 0, files: /* @__PURE__ */ new Map(), folders: /* @__PURE__ */ new Map() };
}
function* filesIn(folder) {
  yield* folder.files.values();
  for (const inner of folder.folders.values()) yield* filesIn(inner);
}
function statOf(file) {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return void 0;
  }
}
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
function isSame(times, info) {
  if (!times || !info) return times === void 0 && info === void 0;
  return times.ctimeMs === info.ctimeMs && times.ino === info.ino && times.size === info.size;
}

// mcp-server/src/run/effects/kept-files.ts
var MAX_KEPT_FOR_PLAN = 500 * 1024 * 1024;
var KEPT_FOR_MS = 14 * 24 * 60 * 60 * 1e3;
var DIGEST2 = /^sha256:([0-9a-f]{64})$/;
var KeptFiles = class {
  constructor(folder, maxPlanBytes = MAX_KEPT_FOR_PLAN) {
    this.folder = folder;
    this.maxPlanBytes = maxPlanBytes;
  }
  folder;
  maxPlanBytes;
  #usedBytes = /* @__PURE__ */ new Map();
  /**
   * Keeps what was read of a file. Never throws: whoever changed the file has done so already.
   * @returns why it was not kept; undefined: it was, or there is nothing to keep.
   */
  keep(plan, { id, bytes, unread }) {
    if (bytes === void 0) return unread;
    const path = this.#pathOf(plan, id);
    if (path === void 0) return "its digest is not known";
    try {
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return void 0;
      const used = this.#usedBy(plan) + bytes.length;
      if (used > this.maxPlanBytes) {
        return `more than ${Math.floor(this.maxPlanBytes / 1024 / 1024)} MB would be kept for the plan`;
      }
      mkdirSync(join(this.folder, plan), { recursive: true, mode: 448 });
      const half = `${path}.${process.pid}`;
      writeFileSync(half, bytes, { mode: 384 });
      renameSync(half, path);
      this.#usedBytes.set(plan, used);
      return void 0;
    } catch (error) {
      return `it could not be written (${error.code})`;
    }
  }
  /** The bytes; undefined where they were not kept, are gone, or are not what they were. */
  read(plan, id) {
    const path = this.#pathOf(plan, id);
    try {
      const bytes = path === void 0 ? void 0 : readFileSync(path);
      return bytes && idOfBytes(bytes) === id ? bytes : void 0;
    } catch {
      return void 0;
    }
  }
  /** The plans for which something is kept. */
  get plans() {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }
  /** Removes all that was kept for the plan. */
  forget(plan) {
    this.#usedBytes.delete(plan);
    rmSync(join(this.folder, plan), { recursive: true, force: true });
  }
  /** Removes what was kept for plans that ended so long ago, and for plans that nobody knows. */
  forgetOld(endOf2, nowMs) {
    for (const plan of this.plans) {
      const end = endOf2(plan);
      const sinceMs = end ?? statSync(join(this.folder, plan)).mtimeMs;
      if (sinceMs !== "open" && nowMs - sinceMs > KEPT_FOR_MS) this.forget(plan);
    }
  }
  #pathOf(plan, id) {
    const digest = DIGEST2.exec(id)?.[1];
    return digest === void 0 ? void 0 : join(this.folder, plan, digest);
  }
  #usedBy(plan) {
    const known = this.#usedBytes.get(plan);
    if (known !== void 0) return known;
    const folder = join(this.folder, plan);
    try {
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      return sizes.reduce((sum, size) => sum + size, 0);
    } catch {
      return 0;
    }
  }
};

// import:run/effects/look.mjs in run/effects.mjs
import { FileSystemClock, LastLook, OutlivedProcesses } from "./effects/look.mjs";

// import:lib/zod.mjs in run/effects.mjs
import * as z from "../lib/zod.mjs";

// mcp-server/src/run/effects/shared-calls.ts
var MAX_FILE_BYTES = 1024 * 1024;
var CLOCK_SLACK_MS = 50;
var MAX_SILENT_MS = 4e3;
var ENDING = ".jsonl";
var UNREADABLE = "the calls of another session could not be read";
var UNHEARD = "the server of another session does not tell of its calls";
var UNTOLD = "calls could not be told to other sessions";
var base = { call: z.string(), atMs: z.number() };
var caller = z.object({
  session: z.string(),
  agentId: z.string().optional(),
  attempt: z.number().transform((id) => id).optional(),
  task: z.string().optional()
});
var signal = z.discriminatedUnion("kind", [
  z.object({ ...base, kind: z.literal("began"), tool: z.string(), caller }),
  z.object({
    ...base,
    kind: z.literal("ended"),
    durationMs: z.number().optional(),
    wrote: z.object({ path: z.string(), content: z.string() }).optional()
  }),
  z.object({ ...base, kind: z.literal("refused") }),
  z.object({ ...base, kind: z.literal("left-running"), work: z.string(), durationMs: z.number().optional() }),
  z.object({ kind: z.literal("work-ended"), session: z.string(), work: z.string(), atMs: z.number() }),
  z.object({
    kind: z.literal("caller-ended"),
    session: z.string(),
    agentId: z.string().optional(),
    atMs: z.number()
  }),
  z.object({
    kind: z.literal("unheard"),
    why: z.enum(UNHEARD_REASONS),
    fromMs: z.number(),
    untilMs: z.number(),
    atMs: z.number()
  })
]);
var head = z.object({
  /** Another one when the file is begun anew. */
  edition: z.string(),
  begunMs: z.number(),
  /** Whether calls that had ended by then were told once, or could not be, and are left out. */
  isContinued: z.boolean(),
  owner: z.object({ host: z.string(), pid: z.number(), startedAt: z.string() })
});
var SharedCalls = class {
  constructor(folder, owner) {
    this.folder = folder;
    this.owner = owner;
    this.#hosts.add(owner.pid);
  }
  folder;
  owner;
  #id = randomUUID();
  #own = new CallsInFlight();
  #files = /* @__PURE__ */ new Map();
  /** 0: the file is to be written whole. */
  #bytes = 0;
  #hosts = /* @__PURE__ */ new Set();
  #isContinued = false;
  /** Whether something could not be told that is still to be told. */
  #isBehind = false;
  /** Process ids of the hosts of all sessions that have told of calls, this one's among them. */
  get hosts() {
    return this.#hosts;
  }
  /**
   * Tells the others; to be called before the call may run. Never throws: a call does not wait for a disk that is full.
   * What could not be told is told with the next signal, if it still holds then.
   */
  tell(news) {
    this.#own.apply(news);
    this.#try(() => this.#write(news), news.atMs);
  }
  /**
   * To be called every second while this process runs: others see by it that what they do not hear of did not happen.
   * @param nowMs milliseconds since 1970.
   */
  beat(nowMs) {
    if (this.#isBehind) this.#try(() => this.#writeWhole([], nowMs), nowMs);
    else if (this.#bytes > 0) this.#try(() => utimesSync(this.#path, nowMs / 1e3, nowMs / 1e3), nowMs);
  }
  #try(write, atMs) {
    try {
      write();
      this.#isBehind = false;
    } catch {
      this.#bytes = 0;
      this.#isBehind = true;
      this.#isContinued = true;
      this.#own.forget(atMs);
      this.#markSilent();
    }
  }
  /** A disk that is full still takes another time for what is there. */
  #markSilent() {
    try {
      utimesSync(this.#path, 0, 0);
    } catch {
    }
  }
  #write(news) {
    const line = lineOf(news);
    if (this.#bytes === 0 || this.#bytes + line.length > MAX_FILE_BYTES) {
      this.#writeWhole(news.kind === "began" || news.kind === "unheard" ? [] : [news], news.atMs);
      return;
    }
    appendFileSync(this.#path, line);
    this.#bytes += line.length;
  }
  #writeWhole(rest, begunMs) {
    const { host, pid, startedAt } = this.owner;
    const isContinued = this.#isContinued;
    const head2 = { edition: randomUUID(), begunMs, isContinued, owner: { host, pid, startedAt } };
    const text = [head2, ...this.#own.openSignals, ...rest].map(lineOf).join("");
    mkdirSync(this.folder, { recursive: true, mode: 448 });
    writeFileSync(`${this.#path}.new`, text, { mode: 384 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = text.length;
    this.#isContinued = true;
    this.#own.forget(begunMs);
  }
  /**
   * Takes in what other servers have told since the last time. Their stamps are taken as less exact than this process's
   * own: calls begin earlier and end later.
   * @param nowMs the stamp of calls whose end nobody told.
   * @param isDead whether the process that answers for a server is gone: then so are its calls.
   * @param atWork who answers for agents that are at work in this checkout.
   * @returns why there may be calls that are not known; none: all were heard.
   */
  async hear(calls, nowMs, isDead2, atWork = []) {
    const heard = [];
    const gone = [];
    const dead = [];
    const doubts = new Set(this.#isBehind ? [UNTOLD] : []);
    const told = [];
    for (const name of this.#otherFiles()) {
      const path = join(this.folder, name);
      const atMs = touchedAt(path);
      const lines = linesOf(path);
      const head2 = headOf(lines?.[0]);
      if (!lines || !head2) {
        doubts.add(UNREADABLE);
        continue;
      }
      this.#hosts.add(head2.owner.pid);
      gone.push(...this.#read(name, head2, lines.slice(1), heard, nowMs));
      if (!await isDead2(head2.owner)) {
        told.push({ owner: head2.owner, atMs });
        continue;
      }
      dead.push({ calls: this.#files.get(name)?.calls ?? /* @__PURE__ */ new Set(), atMs });
      this.#files.delete(name);
      rmSync(path, { force: true });
    }
    for (const one of heard.sort((a, b) => a.atMs - b.atMs)) calls.apply(one);
    for (const left of dead) {
      const open = calls.open.filter(({ id }) => left.calls.has(id));
      if (open.length === 0) continue;
      for (const { id } of open) calls.end(id, nowMs);
      calls.apply({ kind: "unheard", why: "session-ended", fromMs: left.atMs, untilMs: nowMs, atMs: nowMs });
    }
    for (const id of gone) calls.end(id, nowMs);
    if (await this.#isAnyUnheard(told, nowMs, isDead2, atWork)) doubts.add(UNHEARD);
    return [...doubts];
  }
  /** When a server before this one of the same session told something last, in milliseconds; undefined: there was none. */
  get predecessorMs() {
    const times = this.#otherFiles().flatMap((name) => {
      const path = join(this.folder, name);
      const head2 = headOf(linesOf(path)?.[0]);
      return head2 && sameOwner(head2.owner, this.owner) ? [touchedAt(path)] : [];
    });
    return times.length > 0 ? Math.max(...times) : void 0;
  }
  /** Whether a session at work, or one that has told of calls, does not tell of them now. Of several servers the newest counts. */
  async #isAnyUnheard(told, nowMs, isDead2, atWork) {
    const owners = [...told.map(({ owner }) => owner), ...atWork].filter(
      (owner, index, all) => !sameOwner(owner, this.owner) && all.findIndex((one) => sameOwner(one, owner)) === index
    );
    for (const owner of owners) {
      const isFresh = told.some((one) => sameOwner(one.owner, owner) && nowMs - one.atMs <= MAX_SILENT_MS);
      if (!isFresh && !await isDead2(owner)) return true;
    }
    return false;
  }
  /** To be called when this process ends in order. What is in flight is for the next server of the session to end. */
  close() {
    if (this.#own.open.length === 0) rmSync(this.#path, { force: true });
  }
  get #path() {
    return join(this.folder, `${this.#id}${ENDING}`);
  }
  #otherFiles() {
    try {
      const names = readdirSync(this.folder);
      return names.filter((name) => name.endsWith(ENDING) && name !== `${this.#id}${ENDING}`);
    } catch {
      return [];
    }
  }
  /** Reads what is new in the file. @returns calls that it told of once and that are in flight no more. */
  #read(name, { edition, begunMs, isContinued }, lines, heard, nowMs) {
    const before = this.#files.get(name);
    const isSame2 = before?.edition === edition;
    if (!isSame2 && isContinued) {
      const fromMs = before?.readMs ?? Number.NEGATIVE_INFINITY;
      heard.push({ kind: "unheard", why: "not-told", fromMs, untilMs: begunMs, atMs: begunMs });
    }
    const news = lines.slice(isSame2 ? before.lines : 0).flatMap(signalIn);
    heard.push(...news);
    const began = news.flatMap((one) => one.kind === "began" ? [one.call] : []);
    const calls = /* @__PURE__ */ new Set([...isSame2 ? before.calls : [], ...began]);
    this.#files.set(name, { edition, readMs: nowMs, lines: lines.length, calls });
    return [...before?.calls ?? []].filter((id) => !calls.has(id));
  }
};
function touchedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
function lineOf(value) {
  return `${JSON.stringify(value)}
`;
}
function linesOf(path) {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return void 0;
  }
}
function headOf(line) {
  return line === void 0 ? void 0 : head.safeParse(parsed(line)).data;
}
function signalIn(line) {
  const { data } = signal.safeParse(parsed(line));
  if (!data) return [];
  const slackMs = data.kind === "began" ? -CLOCK_SLACK_MS : CLOCK_SLACK_MS;
  return [{ ...data, atMs: data.atMs + slackMs }];
}
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return void 0;
  }
}

// mcp-server/src/run/effects/replace-file.ts
var NEW_FILE_MODE = 420;
var ALL_MODE_BITS = 4095;
var READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
function replaceFile(root, { path, expected, bytes, mode }) {
  if (!isPlainPath(path)) return { kind: "elsewhere" };
  const file = join(root, ...path.split("/"));
  const fresh = join(dirname(file), `.parallel-${process.pid}-${randomBytes(6).toString("hex")}`);
  let old;
  try {
    if (!hasRealFolders(root, path, expected === ABSENT)) return { kind: "elsewhere" };
    const before = lstatSync(file, { throwIfNoEntry: false });
    if (before && !before.isFile()) return { kind: "elsewhere" };
    if (before && process.platform !== "win32") old = openSync(file, READ_NO_LINK);
    writeNew(fresh, bytes, (before?.mode ?? mode ?? NEW_FILE_MODE) & ALL_MODE_BITS);
    const now = lstatSync(file, { throwIfNoEntry: false });
    const isExpected = readContent(file, now).id === expected && before?.ino === now?.ino;
    if (!isExpected || !hasRealFolders(root, path, false)) return { kind: "changed" };
    if (before === void 0) linkSync(fresh, file);
    else renameSync(fresh, file);
    const last = old === void 0 ? void 0 : readFileSync(old);
    if (!last || idOfBytes(last) === expected) return { kind: "replaced" };
    return { kind: "replaced", lost: { id: idOfBytes(last), bytes: last } };
  } catch (error) {
    const { code } = error;
    return code === "EEXIST" ? { kind: "changed" } : { kind: "failed", why: code ?? String(error) };
  } finally {
    if (old !== void 0) closeSync(old);
    rmSync(fresh, { force: true });
  }
}
function writeNew(file, bytes, mode) {
  const descriptor = openSync(file, "wx", 384);
  try {
    writeFileSync(descriptor, bytes);
    fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
function isPlainPath(path) {
  return path.split("/").every((name) => !["", ".", ".."].includes(name) && name.toLowerCase() !== ".git");
}
function hasRealFolders(root, path, make) {
  let folder = root;
  for (const name of path.split("/").slice(0, -1)) {
    folder = join(folder, name);
    const info = lstatSync(folder, { throwIfNoEntry: false });
    if (!info && make) mkdirSync(folder);
    else if (!info?.isDirectory()) return false;
  }
  return true;
}

// mcp-server/src/run/effects/undo.ts
var Undo = class {
  constructor(run, heldFiles, kept) {
    this.run = run;
    this.heldFiles = heldFiles;
    this.kept = kept;
  }
  run;
  heldFiles;
  kept;
  #nobodyMs = Number.NEGATIVE_INFINITY;
  /** By path, what a holder has written there last. */
  #own = /* @__PURE__ */ new Map();
  /** Files in which something stands that calls of others have written, and not the holder. */
  #foreign = /* @__PURE__ */ new Set();
  /** By path, the versions that this process has seen there. */
  #versions = /* @__PURE__ */ new Map();
  /** @returns what was seen, with what was undone of it. */
  async undo(seen, facts) {
    const own = seen.files.filter(
      ({ path, after }) => !this.#versions.get(path)?.has(after) && !this.#foreign.has(path)
    );
    this.#note(seen);
    const first = this.#factsNow(seen, facts);
    const hopeful = own.filter((file) => mayUndo(file, first));
    if (hopeful.length === 0) return seen;
    const guarded = await this.#guarded(hopeful, seen).catch(() => []);
    if (guarded.length === 0) return seen;
    const committed = await headFiles(
      this.run.checkout.root,
      guarded.map(({ path }) => path)
    );
    const untold = await facts.hearOthers();
    if (untold.length > 0) return seen;
    const now = this.#factsNow(seen, facts);
    const undone = new Set(
      guarded.filter((file) => mayUndo(file, now) && this.#putBack(file, committed.get(file.path), facts))
    );
    if (undone.size === 0) return seen;
    return {
      ...seen,
      untilMs: Math.ceil(facts.stamp()),
      files: seen.files.map((file) => undone.has(file) ? { ...file, undone: true } : file)
    };
  }
  #note({ files, calls, untilMs }) {
    for (const { path, by, before, after, holder } of files) {
      const mayBeOwn = by === "uncertain" && calls.some(({ caller: caller2 }) => caller2.attempt === holder);
      if (by === "own" || by === "nobody" || mayBeOwn) this.#foreign.delete(path);
      else this.#foreign.add(path);
      const versions = this.#versions.get(path) ?? /* @__PURE__ */ new Set();
      this.#versions.set(path, versions.add(after));
      if (before !== void 0 && before !== ABSENT) versions.add(before);
      if (by === "nobody") this.#nobodyMs = untilMs;
      if (by === "own") this.#own.set(path, after);
    }
  }
  #factsNow({ doubts = [] }, { stamp, callsUntil }) {
    const nowMs = stamp();
    return { calls: callsUntil(nowMs), doubts, nobodyMs: this.#nobodyMs, nowMs };
  }
  /**
   * Those that the guard keeps from others, in a plan whose guard refuses, where the holder's agent is known and is
   * another one than the caller. A version that the log knows was put back by somebody, and stays.
   */
  async #guarded(files, { calls, sinceMs }) {
    const { run } = this;
    const store = await run.graph();
    if (!store) return [];
    return readGraph(run, store, async (view) => {
      const guarded = [];
      for (const file of files) {
        const held = await view.reader.claimById(file.holder);
        const agent = held && "agentId" in held.claim ? held.claim.agentId : void 0;
        const caller2 = calls.find(({ id }) => id === file.call)?.caller;
        if (!held || agent === void 0 || caller2?.agentId === agent) continue;
        const plan = await view.planOf(held);
        if (plan?.policy.guard !== "enforce" && plan?.policy.guard !== "strict") continue;
        if (!holdsFile(guardedClaim(held.claim, run.caseInsensitive), file.path)) continue;
        if (!await wasPutBack(plan, file, sinceMs)) guarded.push(file);
      }
      return guarded;
    });
  }
  /** @returns whether the file has again what stood in it. */
  #putBack({ path, holder, before, after }, committed, { planOf }) {
    const plan = planOf(holder);
    const bytes = plan !== void 0 && before !== void 0 ? this.kept.read(plan, before) : void 0;
    if (plan === void 0 || before === void 0 || !bytes) return false;
    if (committed && isBlob(committed, bytes) && this.#own.get(path) !== before) return false;
    const mode = committed?.mode;
    const replaced = replaceFile(this.run.checkout.root, {
      ...{ path, expected: after, bytes },
      ...mode !== void 0 && { mode }
    });
    if (replaced.kind !== "replaced") return false;
    if (replaced.lost) this.kept.keep(plan, replaced.lost);
    this.heldFiles.accept(path, before);
    this.#foreign.delete(path);
    return true;
  }
};
async function wasPutBack(plan, { path, after }, sinceMs) {
  const events = await plan.reader.events(plan.id, { types: ["files.changed", "file.restored"] });
  const isVersion = (file) => file.path === path && (file.after === after || file.before === after && after !== ABSENT);
  if (events.some(({ change }) => change.type === "file.restored" && isVersion(change))) return true;
  return heldLooks(events).some(({ untilMs, files }) => untilMs <= sinceMs && files.some(isVersion));
}

// mcp-server/src/run/effects/watch-of-checkout.ts
function watchOfCheckout(run) {
  const { checkout, caseInsensitive, owner, clock } = run;
  const { now } = new FileSystemClock(clockFile(checkout), Date.now);
  const heldFiles = new HeldFiles(checkout.root, caseInsensitive, now);
  const kept = new KeptFiles(keptFolder(checkout));
  return new EffectWatch({
    ...checkout.gitCommonDir !== void 0 && { git: new GitWatch(checkout.root, now) },
    heldFiles,
    kept,
    shared: new SharedCalls(callsFolder(checkout), owner),
    lastLook: new LastLook(callsFolder(checkout), owner),
    outlived: new OutlivedProcesses(checkout.root, runningProcesses),
    undo: new Undo(run, heldFiles, kept),
    now: Date.now,
    isDead,
    beats: clock.isLooking
  });
}

// mcp-server/src/run/effects/call-watch.ts
var MAX_UNLOGGED = 1e3;
var MAX_KEEPING_MS = 1e3;
var MAX_KEPT_UNASKED = 1024 * 1024;
var CallWatch = class {
  constructor(run) {
    this.run = run;
  }
  run;
  #watch;
  /** State of the graph in which these claims held. */
  #state = "";
  #held = [];
  /** The attempts whose files were read when they began. */
  #readFor = "";
  /** Every claim that was held once, as it was last seen. */
  #claims = /* @__PURE__ */ new Map();
  #unlogged = [];
  #unloggedMoves = [];
  /** Attempts whose agents may have to be told of a change. */
  #news = /* @__PURE__ */ new Set();
  #endedWork = /* @__PURE__ */ new Map();
  /** Under way: keeping what git does not have of these files. */
  #keeping;
  #reading = Promise.resolve();
  /**
   * Looks at what claims hold as a call begins or ends, and logs what changed. Where nobody holds anything it is only
   * looked whether the graph has changed.
   * @returns what was seen to change; undefined: nothing.
   */
  async hear(heard) {
    let store;
    try {
      store = await this.run.graph();
      if (!store) return void 0;
      await this.#readHeld(store);
    } catch {
    }
    if (this.#watch) await this.#endWork(this.#watch);
    const seen = await this.hearAtOnce(heard);
    if (store) await this.#log(store);
    return seen;
  }
  /** The same without the graph: looks at what claims held when it last answered, and leaves the logging for later. */
  async hearAtOnce(heard) {
    const held = this.#held;
    if (held.length === 0 && !this.#watch) return void 0;
    this.#watch ??= watchOfCheckout(this.run);
    for (const one of held) this.#claims.set(one.claim.id, one);
    const signal2 = typeof heard === "function" ? heard(held) : heard;
    const changed = await this.#watch.hear(signal2, held);
    this.#readFirst(held);
    const seen = changed && await this.#withoutShared(changed);
    if (seen) this.#noteNews(seen);
    this.#unloggedMoves.push(...this.#watch.takeGitMoves());
    if (signal2.kind === "began" && this.#keeping) {
      await Promise.race([this.#keeping, setTimeout(MAX_KEEPING_MS, void 0, { ref: false })]);
    }
    return seen;
  }
  /** Whether anything has changed that may be news to the agent of this call, since that was asked for a call of it. */
  takeNews(call) {
    const attempt = this.#watch?.attemptOf(call);
    return attempt !== void 0 && this.#news.delete(attempt);
  }
  /** The task that the attempt is of, outside its plan. */
  nameOf(attempt) {
    const held = this.#claims.get(attempt);
    return held && taskName(held.plan, held.claim.task);
  }
  /** Whether the call began, was watched, and has not ended. */
  isInFlight(call) {
    return this.#watch?.isInFlight(call) ?? false;
  }
  /** Of what calls of the session left running, nothing but this goes on. */
  keepWork(session, running) {
    for (const work of this.#watch?.openWork ?? []) {
      if (work.session === session && !running.includes(work.work)) this.#watch?.endWork(work);
    }
  }
  /** To be called every second while this process runs. */
  beat() {
    this.#watch?.beat();
  }
  /** Waits until what stood in held files when their claims began is read. */
  async close() {
    await this.#reading;
    this.#watch?.close();
  }
  /** No hook tells when something ended that an agent had left running; the transcript does. */
  async #endWork(watch) {
    const open = watch.openWork;
    for (const session of new Set(open.map((work) => work.session))) {
      const ended = new Set(await (await this.#endedWorkOf(session))?.next());
      for (const work of open) if (work.session === session && ended.has(work.work)) watch.endWork(work);
    }
  }
  async #endedWorkOf(session) {
    const known = this.#endedWork.get(session);
    if (known) return known;
    const file = await this.run.transcripts.ofSession(session);
    if (file === void 0) return void 0;
    const work = new EndedWork(file);
    this.#endedWork.set(session, work);
    return work;
  }
  #noteNews(seen) {
    this.#unlogged.push(seen);
    for (const file of seen.files) {
      if (file.by === "own") continue;
      this.#news.add(file.holder);
      for (const { caller: caller2 } of suspectsOf(file, seen.calls)) {
        if (caller2.attempt !== void 0) this.#news.add(caller2.attempt);
      }
    }
  }
  /**
   * Leaves out what others changed in files that their holder was only granted, where git ignores them: agents share
   * logs and caches, and the guard lets them.
   */
  async #withoutShared(seen) {
    const granted = seen.files.filter((file) => file.by !== "own" && this.#isGranted(file));
    const ignored = await this.run.ignoredFiles.among(granted.map(({ path }) => path));
    const files = seen.files.filter((file) => !(granted.includes(file) && ignored.has(file.path)));
    return files.length === 0 && seen.unlisted === void 0 ? void 0 : { ...seen, files };
  }
  #isGranted({ path, holder }) {
    const scope = this.#claims.get(holder)?.claim.scope;
    if (scope === void 0) return false;
    return !parseScope(scope, this.run.caseInsensitive).writes.some((glob) => matches(glob, path));
  }
  async #readHeld(store) {
    const state = await store.state();
    if (state === this.#state) return;
    const { checkoutKey } = this.run;
    const all = await store.read((reader) => reader.held(checkoutKey));
    this.#held = all.filter(({ claim }) => claim.isolation === "shared" && holdsScope(claim));
    this.#state = state;
  }
  /** What cannot be logged now is logged with the next signal: whoever calls does not wait for a database. */
  async #log(store) {
    const [...unlogged] = this.#unlogged;
    const [...moves] = this.#unloggedMoves;
    if (unlogged.length + moves.length === 0) return;
    const log = async (tx) => {
      for (const seen of unlogged) await logEffects(tx, seen);
      for (const moved of moves) await logGitMoves(tx, this.run.checkoutKey, moved);
    };
    try {
      await changeGraph(this.run, store, "server", log);
      this.#unlogged.splice(0, unlogged.length);
      this.#unloggedMoves.splice(0, moves.length);
    } catch {
      this.#unlogged.splice(0, Math.max(0, this.#unlogged.length - MAX_UNLOGGED));
      this.#unloggedMoves.splice(0, Math.max(0, this.#unloggedMoves.length - MAX_UNLOGGED));
    }
  }
  /** For the rest nobody waits: git has it, and a first version that was not read in time is told as not known. */
  #readFirst(held) {
    const attempts = held.map(({ claim }) => claim.id).join();
    const watch = this.#watch;
    if (!watch || attempts === this.#readFor) return;
    this.#readFor = attempts;
    const bytes = watch.unreadBytes;
    if (bytes === void 0) return;
    const keep = async () => watch.keepFirst(bytes <= MAX_KEPT_UNASKED ? () => false : await committedFiles(this.run.checkout.root));
    const keeping = keep().catch(() => void 0).finally(() => {
      if (this.#keeping === keeping) this.#keeping = void 0;
    });
    this.#keeping = keeping;
    const before = this.#reading;
    const read = async () => {
      await keeping;
      await watch.readFirst();
      await before;
    };
    this.#reading = read().catch(() => void 0);
  }
};

// mcp-server/src/run/effects/forget-kept.ts
function forgetKept(ctx, slug) {
  new KeptFiles(keptFolder(ctx.checkout)).forget(planSlug(slug));
}
async function forgetOldKept(ctx) {
  const kept = new KeptFiles(keptFolder(ctx.checkout));
  const { plans } = kept;
  const store = plans.length === 0 ? void 0 : await ctx.graph();
  if (!store) return;
  const ends = await readGraph(ctx, store, async (view) => {
    const found = /* @__PURE__ */ new Map();
    for (const slug of plans) {
      const plan = isPlanSlug(slug) ? await view.findPlan(slug) : void 0;
      if (plan) found.set(slug, await endOf(plan));
    }
    return found;
  });
  kept.forgetOld((plan) => ends.get(plan), ctx.now());
}
async function endOf(plan) {
  const isOver = isDone(plan) || plan.stored.status === "stopped" && plan.graph.live.length === 0;
  if (!isOver) return "open";
  const status = await plan.reader.lastEvent(plan.id, "plan.status");
  const ends = plan.graph.claims.map((claim) => "endedAtMs" in claim ? claim.endedAtMs : claim.offeredAtMs);
  return ends.reduce(
    (last, endedMs) => Math.max(last, endedMs),
    Math.max(plan.stored.createdAtMs, status.atMs)
  );
}
export {
  CallWatch,
  EffectWatch,
  GitWatch,
  HeldFiles,
  KeptFiles,
  MAX_KEPT_FILE,
  SharedCalls,
  Undo,
  callsFolder,
  clockFile,
  committedFiles,
  effectNotes,
  forgetKept,
  forgetOldKept,
  idOfBytes,
  keptFolder,
  logEffects,
  logGitMoves,
  notesForTaskless,
  readContent,
  replaceFile,
  restoreLine,
  shortDigest,
  watchOfCheckout
};
