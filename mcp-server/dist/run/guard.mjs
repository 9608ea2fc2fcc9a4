// import:graph.mjs in run/guard.mjs
import { isAttempt, isDraining, isLive, literalGlob, matches, parseGlob, pathKey, takesPlace, taskName } from "../graph.mjs";

// import:policy.mjs in run/guard.mjs
import { areAlternatives, claimHasEnded, guardedClaim, isRenewalDue, isSteeringFile, judgeWrite } from "../policy.mjs";

// import:run/attempts.mjs in run/guard.mjs
import { renew } from "./attempts.mjs";

// import:run/plan.mjs in run/guard.mjs
import { changeGraph, readGraph } from "./plan.mjs";

// import:run/worktrees.mjs in run/guard.mjs
import { worktreeOf } from "./worktrees.mjs";

// mcp-server/src/run/guard/agent-call.ts
var AgentCall = class {
  constructor(store, agentId, standing, notes) {
    this.store = store;
    this.agentId = agentId;
    this.standing = standing;
    this.notes = notes;
  }
  store;
  agentId;
  standing;
  notes;
  #isRenewed = false;
  get ctx() {
    return this.standing.plan.ctx;
  }
  /** Whether the agent works at an attempt. */
  get isAtWork() {
    return this.standing.own.claim.state === "running";
  }
  /** Whether the agent holds a place under the cap. */
  get takesPlace() {
    return takesPlace(this.standing.own.claim);
  }
  /** Runs `work` in a write transaction, with the standing as it is then. */
  async change(work) {
    const change = async (tx) => {
      const held = await tx.writer.claimOfAgent(this.agentId);
      const plan = held && await tx.planOf(held);
      if (!plan) return void 0;
      if (held.claim.state === "running") renew(plan, held.claim);
      return work(plan, await standingIn(plan, held));
    };
    const ahead = { claim: { agentId: this.agentId } };
    const result = await changeGraph(this.ctx, this.store, `agent ${this.agentId}`, change, ahead);
    this.#isRenewed = true;
    return result;
  }
  /**
   * The same agent's call as it is judged by what was known then, while the graph does not answer; undefined after the
   * lease that was known then: others may have taken its files since.
   */
  withoutGraph(error) {
    const { claim } = this.standing.own;
    const mayBeLost = claim.state === "running" && this.ctx.now() >= claim.leaseUntilMs;
    return mayBeLost ? void 0 : new UnrecordedCall(this, error);
  }
  /** The same call with what is known by now. */
  async readAgain() {
    return await readAgentCall(this.ctx, this.store, this.agentId) ?? this;
  }
  /** The call is a sign of life, if nothing was written that says so. */
  async renewLease() {
    const { own, plan } = this.standing;
    if (this.#isRenewed || own.claim.state !== "running") return;
    if (isRenewalDue(plan.policy.leaseMs, own.claim.lastSeenMs, this.ctx.now()))
      await this.change(() => void 0);
  }
};
var UnrecordedCall = class extends AgentCall {
  constructor({ store, agentId, standing }, error) {
    super(store, agentId, standing, []);
    this.error = error;
  }
  error;
  async change() {
    throw this.error;
  }
};
function readAgentCall(ctx, store, agentId) {
  const read = async (view) => {
    const own = await view.reader.claimOfAgent(agentId);
    const plan = own && await view.planOf(own);
    if (!plan) return void 0;
    const { claim } = own;
    const notes = isAttempt(claim) ? await notesOn(plan, claim) : [];
    return new AgentCall(store, agentId, await standingIn(plan, own), notes);
  };
  const types = ["scope.touched", "worktree.cut"];
  return readGraph(ctx, store, read, { claim: { agentId }, held: true, events: { types } });
}
async function notesOn(plan, { task, startedAtMs, state }) {
  const types = ["scope.touched"];
  const touched = await plan.reader.events(plan.id, { types, sinceMs: startedAtMs + 1 });
  return touched.flatMap(
    ({ seq, change }) => change.type === "scope.touched" && change.task === task && (state === "running" || change.beforeReport === void 0) ? [{ seq, note: change.note, isBeforeReport: change.beforeReport ?? false }] : []
  );
}
async function standingIn(plan, own) {
  const { ctx, graph } = plan;
  const others = (await plan.reader.held(ctx.checkoutKey)).filter(
    ({ claim, planId }) => claim.id !== own.claim.id && (isLive(claim) || isDraining(claim, ctx.now())) && !(planId === own.planId && isAlternative(own.claim, claim, graph))
  );
  const isIsolated = own.claim.isolation === "worktree" && takesPlace(own.claim);
  const worktree = isIsolated ? (await worktreeOf(plan, own.claim))?.path : void 0;
  return { own, plan, others, worktree, waitsForWorktree: isIsolated && worktree === void 0 };
}
function isAlternative(own, other, graph) {
  return areAlternatives(graph.tasks.get(own.task), graph.tasks.get(other.task));
}

// import:node:fs in run/guard.mjs
import { closeSync, lstatSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";

// mcp-server/src/run/guard/approved-command.ts
async function isApprovedCommand({ ctx, standing, isAtWork }, command, directory) {
  const { own, plan, worktree } = standing;
  const text = command.trim();
  const accepts = plan.graph.tasks.get(own.claim.task)?.acceptance ?? [];
  if (!isAtWork || !accepts.some((criterion) => criterion.command?.trim() === text)) return false;
  const places = own.claim.isolation === "worktree" ? [worktree] : [ctx.checkout.root, ctx.directory];
  return places.includes(realPath(directory)) && ctx.commands.approved.has(text);
}
function realPath(directory) {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

// import:node:path in run/guard.mjs
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";

// import:text.mjs in run/guard.mjs
import { shownPath, visibleJson } from "../text.mjs";

// mcp-server/src/run/guard/changes.ts
var PASS = { kind: "pass" };
var WAIT = "Your worktree is still being set up. Try again in a few seconds; if it stays so, end your turn with one line that says so.";
async function guardChanges(call, tool, changesOf) {
  const { standing } = call;
  if (standing.plan.policy.guard === "off") return PASS;
  const changes = await changesOf(standing.worktree, !claimHasEnded(standing.own.claim));
  if (changes.length === 0) return PASS;
  if (standing.waitsForWorktree) return { kind: "deny", reason: WAIT };
  const known = /* @__PURE__ */ new Map();
  const judged = await judge(standing, changes, known);
  if (judged.every(({ verdict }) => verdict.kind === "covered" || verdict.kind === "granted")) {
    return approval(judged, standing.plan.policy, tool);
  }
  const refused = refusalIn(judged, standing);
  const kind = standing.plan.policy.guard === "warn" ? "warn" : "deny";
  try {
    for (; ; ) {
      const answer = await call.change((plan, now) => {
        if (refused) return logRefusal(plan, standing, refused);
        if (now.plan.policy.guard === "off") return PASS;
        const again = judgeAll(now, changes, known);
        const paths = unaskedIn(again, known);
        return paths.length > 0 ? { kind: "ask", paths } : record(plan, now, again, tool);
      });
      if (answer?.kind !== "ask") return answer ?? PASS;
      await askGit(call.ctx, answer.paths, known);
    }
  } catch (error) {
    return { kind, reason: refused?.reason ?? notRecorded(error) };
  }
}
function notRecorded(error) {
  const why = error instanceof Error ? ` ${error.message}` : "";
  return `The task graph cannot be written now, so this cannot be granted to you.${why} Change the files of your own task, or try again in a moment.`;
}
function describePlace(place, path, home) {
  const named = nameFor(path, home);
  switch (place.kind) {
    case "internal":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is git's or this plugin's own. Leave it as it is; if it is in your way, report blocked with a question.`
      };
    case "elsewhere":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is in another work tree, ${shownPath(place.topLevel)}. Yours is ${shownPath(home)}: write there.`
      };
    case "whole":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is or holds a whole work tree, with the files of every task. Name the files of your own task.`
      };
    case "inside":
    case "outside":
      return void 0;
  }
}
function nameFor(path, home) {
  const inside = relative(home, resolve(home, path));
  if (inside === "") return ".";
  return inside.startsWith("..") || isAbsolute(inside) ? resolve(home, path) : inside;
}
function mayWriteFreely({ isolation, scope }) {
  return isolation === "worktree" && scope.basis !== "declared";
}
async function judge(standing, changes, known) {
  for (; ; ) {
    const judged = judgeAll(standing, changes, known);
    const paths = unaskedIn(judged, known);
    if (paths.length === 0) return judged;
    await askGit(standing.plan.ctx, paths, known);
  }
}
function unaskedIn(judged, known) {
  const paths = judged.flatMap(({ change, verdict }) => {
    if (verdict.kind !== "held" || verdict.by.widened.length === 0) return [];
    const isPath = change.kind === "change" && change.target.kind !== "glob";
    return [...isPath ? [change.target.path] : [], ...verdict.by.widened];
  });
  return [...new Set(paths)].filter((path) => !known.has(path));
}
async function askGit({ ignoredFiles }, paths, known) {
  const ignored = await ignoredFiles.among(paths);
  for (const path of paths) known.set(path, ignored.has(path));
}
function judgeAll({ own, others, plan }, changes, known) {
  const guarded = ({ claim }) => guardedClaim(claim, plan.ctx.caseInsensitive);
  const [mine, theirs] = [guarded(own), others.map(guarded)];
  return changes.map((change) => {
    if (change.kind === "change") {
      const { target } = change;
      const isIgnored = target.kind !== "glob" && known.get(target.path) === true;
      const holding = known.size === 0 ? theirs : theirs.map((one) => withoutIgnored(one, isIgnored, known));
      const verdict = judgeWrite(target, mine, holding, plan.policy);
      if (verdict.kind === "widen" && (mayWriteFreely(own.claim) || isIgnored && verdict.covers))
        return { change, verdict: { kind: "covered" } };
      const isLeft = change.isPossible && /^(?:widen|outside-scope|not-yours)$/.test(verdict.kind);
      const isShared = verdict.kind === "widen" && isIgnored;
      return { change, verdict: isShared || isLeft ? { kind: "granted" } : verdict };
    }
    return { change, verdict: { kind: claimHasEnded(own.claim) ? "claim-ended" : "forbidden" } };
  });
}
function withoutIgnored(guarded, isIgnored, known) {
  const { claim } = guarded;
  const widened = isIgnored ? [] : claim.widened.filter((path) => known.get(path) !== true);
  return { ...guarded, claim: { ...claim, widened } };
}
function refusalIn(judged, { others }) {
  for (const { change, verdict } of judged) {
    const refusal = refusalOf(change, verdict, others);
    if (refusal) return { change, ...refusal };
  }
  return void 0;
}
function logRefusal(plan, { own }, refused) {
  const { change, heldBy, reason } = refused;
  const warned = plan.policy.guard === "warn";
  plan.append({
    type: "write.denied",
    task: own.claim.task,
    attempt: own.claim.id,
    path: pathOf(change),
    heldBy,
    ...change.kind === "forbidden" && change.command !== void 0 && { command: change.command },
    ...warned && { warned }
  });
  return { kind: warned ? "warn" : "deny", reason };
}
function record(plan, standing, judged, tool) {
  const refused = refusalIn(judged, standing);
  if (refused) return logRefusal(plan, standing, refused);
  const { task, id: attempt } = standing.own.claim;
  const widened = new Set(judged.flatMap(({ verdict }) => verdict.kind === "widen" ? [verdict.path] : []));
  plan.append(...[...widened].map((path) => ({ type: "attempt.widened", task, attempt, path })));
  return approval(judged, plan.policy, tool);
}
function refusalOf(change, verdict, others) {
  const path = pathOf(change);
  const blocked = `blockedOn {writes: [${visibleJson(path)}]}`;
  switch (verdict.kind) {
    case "covered":
    case "granted":
    case "widen":
      return void 0;
    case "held": {
      const holder = others.find(({ claim }) => claim.id === verdict.by.id);
      const heldBy = holder ? taskName(holder.plan, holder.claim.task) : "another task";
      return {
        heldBy,
        reason: `${shownPath(path)} is held by ${heldBy}. Do what you can without it, then call task_report with outcome blocked and ${blocked}.`
      };
    }
    case "outside-scope":
      return {
        heldBy: "nobody",
        reason: `${shownPath(path)} is outside the files of your task. Call task_report with outcome blocked and ${blocked}.`
      };
    case "not-yours":
      return {
        heldBy: "nobody",
        reason: `${shownPath(path)} may hold uncommitted work of other tasks, which this would throw away. Undo only your own edits, by hand.`
      };
    case "claim-ended":
      return {
        heldBy: "nobody",
        reason: "Your attempt at this task has ended, so you may not write any more. End your turn."
      };
    case "forbidden":
      return { heldBy: "nobody", reason: change.kind === "forbidden" ? change.reason : "" };
  }
}
function approval(judged, { approve }, tool) {
  const isInScope = judged.every(
    ({ change, verdict }) => (verdict.kind === "covered" || verdict.kind === "widen" && verdict.covers) && !isSteeringFile(pathOf(change))
  );
  return tool === "file-tool" && approve === "scope" && isInScope ? { kind: "allow" } : PASS;
}
function pathOf(change) {
  if (change.kind === "forbidden") return change.path;
  return change.target.kind === "glob" ? change.target.glob : change.target.path;
}

// import:node:os in run/guard.mjs
import { homedir } from "node:os";

// import:lib/zod.mjs in run/guard.mjs
import * as z from "../lib/zod.mjs";

// mcp-server/src/run/guard/place.ts
var MAX_LINKS = 40;
var MAX_PATH = 4096;
var INTERNAL = /^\.(?:git|parallel)(?:\/|$)/i;
var Places = class {
  /**
   * @param directory the folder in which the agent's tools run.
   * @param given the worktree that the agent was given, wherever its tools run.
   */
  constructor(ctx, directory, given) {
    this.ctx = ctx;
    if (given !== void 0) {
      this.isOwn = true;
      this.home = this.realPath(given, true) ?? given;
      return;
    }
    const tree = this.workTreeAt(this.realPath(directory, true) ?? ctx.checkout.root);
    this.isOwn = tree.kind === "linked";
    this.home = tree.kind === "linked" ? tree.topLevel : ctx.checkout.root;
  }
  ctx;
  /** What was looked at: one call is judged by one state of the files. */
  #seen = /* @__PURE__ */ new Map();
  /** Top level of the work tree in which the agent works. */
  home;
  /** Whether that is a work tree of the agent's own, and not the checkout that all share. */
  isOwn;
  /**
   * @param path absolute; it need not exist.
   * @param follows whether a link at its end is followed.
   */
  placeOf(path, follows) {
    const real = this.realPath(path, follows);
    if (real === void 0) return { kind: "outside" };
    const { root, gitCommonDir } = this.ctx.checkout;
    const isTopLevel = this.#key(real) === this.#key(this.home);
    if (isTopLevel || this.#isAround(real)) return { kind: "whole", isTopLevel };
    const own = [gitCommonDir, this.ctx.commands.approved.realFolder];
    if (own.some((folder) => folder !== void 0 && this.#below(folder, real) !== void 0)) {
      return { kind: "internal", path };
    }
    const tree = this.workTreeAt(real);
    const isIn = tree.kind === "linked" ? tree.topLevel : root;
    const inside = this.#below(isIn, real);
    if (inside === void 0) return { kind: "outside" };
    if (this.#key(isIn) !== this.#key(this.home)) return { kind: "elsewhere", topLevel: isIn };
    if (INTERNAL.test(inside)) return { kind: "internal", path: inside };
    return {
      kind: "inside",
      path: inside,
      is: isFolder(real) ? "folder" : this.#look(real) ? "file" : "nothing"
    };
  }
  /** The work tree around a real path: of this repository, of another, or none. */
  workTreeAt(real) {
    const { root, gitCommonDir } = this.ctx.checkout;
    let other = { kind: "none" };
    for (let folder = real; ; folder = dirname(folder)) {
      if (this.#key(folder) === this.#key(root)) {
        return other.kind === "none" && gitCommonDir !== void 0 ? { kind: "shared", topLevel: root } : other;
      }
      const git = join(folder, ".git");
      const info = this.#look(git);
      if (gitCommonDir !== void 0 && info && (git === gitCommonDir || isLinked(git, gitCommonDir))) {
        return { kind: "linked", topLevel: folder };
      }
      if (info !== void 0 && other.kind === "none") other = { kind: "other-repository" };
      if (dirname(folder) === folder) return other;
    }
  }
  /** The path without links and dots; undefined for one that no system takes. */
  realPath(path, follows) {
    if (!isAbsolute(path) || path.length > MAX_PATH || path.includes("\0")) return void 0;
    const { root } = parse(path);
    const segments = segmentsOf(path.slice(root.length));
    const followsLast = follows || /[\\/]\.?$/.test(path);
    let real = root;
    let links = 0;
    while (segments.length > 0) {
      const segment = segments.pop() ?? "";
      if (segment === "..") {
        real = dirname(real);
        continue;
      }
      const next = join(real, segment);
      const target = segments.length > 0 || followsLast ? this.#linkAt(next) : void 0;
      if (target === void 0) {
        real = next;
        continue;
      }
      if (++links > MAX_LINKS) return void 0;
      segments.push(...segmentsOf(isAbsolute(target) ? target.slice(parse(target).root.length) : target));
      if (isAbsolute(target)) real = parse(target).root;
    }
    return real;
  }
  #linkAt(path) {
    return this.#look(path)?.isSymbolicLink() ? readlinkSync(path) : void 0;
  }
  /** What is at the path itself; undefined if nothing is, or nothing can be. */
  #look(path) {
    if (!this.#seen.has(path)) this.#seen.set(path, look(path));
    return this.#seen.get(path);
  }
  /** Whether a work tree of the repository lies below the folder. */
  #isAround(real) {
    const { root, gitCommonDir } = this.ctx.checkout;
    const own = [root, this.home, ...gitCommonDir === void 0 ? [] : [gitCommonDir]];
    if (own.some((folder) => this.#below(real, folder) !== void 0)) return true;
    if (gitCommonDir === void 0 || !isFolder(real)) return false;
    return linkedWorkTrees(gitCommonDir).some(
      (folder) => this.#key(folder) === this.#key(real) || this.#below(real, folder) !== void 0
    );
  }
  /** The path relative to the folder, with forward slashes; undefined if it is not below it. */
  #below(folder, path) {
    const prefix = folder.endsWith(sep) ? folder : folder + sep;
    if (!this.#key(path).startsWith(this.#key(prefix)) || path.length <= prefix.length) return void 0;
    return path.slice(prefix.length).split(sep).join("/");
  }
  #key(path) {
    return pathKey(path, this.ctx.caseInsensitive);
  }
};
function segmentsOf(path) {
  const segments = path.split(sep === "/" ? "/" : /[\\/]/);
  return segments.filter((segment) => segment !== "" && segment !== ".").reverse();
}
function look(path) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return void 0;
  }
}
function isFolder(path) {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
function isLinked(gitFile, gitCommonDir) {
  const folder = folderIn(gitFile, "gitdir: ");
  return folder !== void 0 && dirname(folder) === join(gitCommonDir, "worktrees");
}
function linkedWorkTrees(gitCommonDir) {
  const folder = join(gitCommonDir, "worktrees");
  try {
    return readdirSync(folder).flatMap((name) => {
      const gitFile = folderIn(join(folder, name, "gitdir"), "");
      return gitFile === void 0 ? [] : [dirname(gitFile)];
    });
  } catch {
    return [];
  }
}
function folderIn(file, prefix) {
  try {
    const text = readFileSync(file, "utf8").trim();
    const named = resolve(dirname(file), text.slice(prefix.length));
    return text.startsWith(prefix) ? join(realpathSync(dirname(named)), basename(named)) : void 0;
  } catch {
    return void 0;
  }
}

// mcp-server/src/run/guard/command.ts
var MAX_NAMES = 5e3;
var MAX_CHANGES = 1e3;
var MAX_MANIFEST = 1048576;
async function guardPowerShell(call, command, directory) {
  const { asPosix } = await import("../shell/powershell.mjs");
  return guardCommand(call, asPosix(command), directory);
}
async function guardCommand(call, command, directory) {
  return guardChanges(call, "shell", async (worktree, mayWrite) => {
    const { effectsOf } = await import("../shell/shell-command.mjs");
    const folder = directory === "" ? worktree ?? call.ctx.checkout.root : directory;
    const places = new Places(call.ctx, folder, worktree);
    const effects = effectsOf(command, {
      directory: folder,
      home: homedir(),
      topLevel: places.home,
      isFolder: isFolder2,
      packageScript: (name, from) => packageScript(name, from, places.home)
    });
    const changes = new CommandChanges(places).of(effects);
    if (mayWrite || changes.length > 0) return changes;
    const { onlyReads } = await import("../shell/reading-command.mjs");
    return onlyReads(command) ? [] : [{ kind: "forbidden", path: ".", reason: "" }];
  });
}
var CommandChanges = class {
  constructor(places) {
    this.places = places;
  }
  places;
  #changes = [];
  #namesLeft = MAX_NAMES;
  #isPossible = false;
  of(effects) {
    for (const effect of effects) {
      if (this.#changes.length >= MAX_CHANGES) break;
      this.#isPossible = effect.isPossible === true;
      this.#effect(effect);
    }
    return this.#changes;
  }
  #effect(effect) {
    switch (effect.kind) {
      case "write":
        this.#write(effect);
        break;
      case "place":
        this.#place(effect);
        break;
      case "folder":
        this.#folder(effect.path);
        break;
      case "git":
        this.#git(effect);
        break;
    }
  }
  #write(effect) {
    if (!effect.isPattern) {
      this.#path(effect.path, effect);
      return;
    }
    const found = effect.path.includes("**") ? void 0 : this.#matching(effect.path);
    if (found === void 0) {
      const folder = effect.path.replace(/\/[^/]*[*?[{][\s\S]*$/, "");
      this.#search(folder, effect.path.slice(folder.length + 1), effect);
      return;
    }
    for (const path of found) this.#path(path, effect);
  }
  #path(path, { follows, reach, how }) {
    const place = this.places.placeOf(path, follows);
    if (place.kind === "whole" && reach === "file") return;
    const discards = how === "discards" && !this.places.isOwn;
    if (place.kind === "whole" && place.isTopLevel && how === "discards" && !discards) return;
    if (place.kind !== "inside") {
      this.#refuse(place, path);
      return;
    }
    if (place.is === "nothing" && how === "edits") return;
    const isTree = reach === "tree" && place.is === "folder";
    this.#target({ kind: "path", path: place.path, isTree, discards });
  }
  #place({ path, sources, follows, reach }) {
    const into = this.places.placeOf(path, true);
    const isFolder22 = path.endsWith("/") || into.kind === "whole" || into.kind === "inside" && into.is === "folder";
    for (const { path: from, isPattern } of sources) {
      for (const source of isPattern ? this.#matching(from) ?? [] : [from]) {
        const taken = this.places.placeOf(source, false);
        const isTree = reach === "tree" && taken.kind === "inside" && taken.is === "folder";
        this.#newFile(isFolder22 ? `${path}/${basename(source)}` : path, follows, isTree);
      }
    }
    if (sources.length === 0 && !isFolder22) this.#newFile(path, follows, false);
  }
  #newFile(path, follows, isTree) {
    const place = this.places.placeOf(path, follows);
    if (place.kind === "inside") this.#target({ kind: "path", path: place.path, isTree, discards: false });
    else this.#refuse(place, path);
  }
  /** A folder that is there already is not made. */
  #folder(path) {
    const place = this.places.placeOf(path, true);
    if (place.kind === "inside" && place.is === "nothing") this.#target({ kind: "empty", path: place.path });
    else if (place.kind === "internal" || place.kind === "elsewhere") this.#refuse(place, path);
  }
  #search(folder, glob, effect) {
    const place = this.places.placeOf(folder, true);
    if (glob === "**" || place.kind === "inside" && place.is === "file") {
      this.#path(folder, { ...effect, follows: true, reach: "tree" });
    } else if (place.kind === "inside") {
      this.#target({ kind: "glob", glob: `${literalGlob(place.path)}/${glob}`, folder: place.path });
    } else if (place.kind === "whole" && place.isTopLevel) {
      this.#target({ kind: "glob", glob, folder: "" });
    } else {
      this.#refuse(place, folder);
    }
  }
  #git({ directory, command, forbidden, remedy, unlessPaths = [] }) {
    if (this.#checksOut(directory, unlessPaths)) return;
    const real = this.places.realPath(directory, true);
    const tree = real === void 0 ? void 0 : this.places.workTreeAt(real);
    if (tree?.kind === "other-repository") this.#innerRepository(directory);
    if (tree === void 0 || !("topLevel" in tree)) return;
    const isOwn = tree.kind === "linked" && tree.topLevel === this.places.home;
    if (isOwn && forbidden === "shared") return;
    this.#changes.push({ kind: "forbidden", path: ".", command, reason: `${command} is refused. ${remedy}` });
  }
  /** A submodule, or a repository in the checkout: what reaches beyond files reaches those who hold it. */
  #innerRepository(directory) {
    const place = this.places.placeOf(directory, true);
    if (place.kind !== "inside") return;
    const target = { kind: "path", path: place.path, isTree: true, discards: false };
    this.#changes.push({ kind: "change", target, isPossible: true });
  }
  /** `git checkout [BRANCH] PATHS`: whether the words are more than a branch. */
  #checksOut(directory, words) {
    const [first = "", ...rest] = words;
    const isPath = /[*?[]/.test(first) || this.#exists(`${directory}/${first}`);
    if (words.length === 0 || !isPath && rest.length === 0) return false;
    for (const path of isPath ? words : rest) {
      const isPattern = /[*?[]/.test(path);
      const base = isPattern ? literalGlob(directory) : directory;
      this.#write({
        kind: "write",
        path: path.startsWith("/") ? path : `${base}/${path}`,
        isPattern,
        follows: false,
        reach: "tree",
        how: "discards"
      });
    }
    return true;
  }
  /** The files that a pattern stands for; undefined where there are too many names to look at. */
  #matching(pattern) {
    const [root = "", ...segments] = pattern.split("/");
    let paths = [root];
    for (const segment of segments) {
      if (!/[*?[]|[!@+]\(/.test(segment)) {
        paths = paths.map((path) => `${path}/${segment}`);
        continue;
      }
      paths = paths.flatMap((path) => this.#names(`${path}/`, segment).map((name) => `${path}/${name}`));
      if (this.#namesLeft <= 0) return void 0;
    }
    return paths.filter((path) => segments.length > 0 && path !== "");
  }
  #names(folder, pattern) {
    const names = namesIn(folder);
    this.#namesLeft -= names.length;
    const parsed = parseGlob(pattern, false);
    return names.filter(
      (name) => (pattern.startsWith(".") || !name.startsWith(".")) && matches(parsed, name)
    );
  }
  #exists(path) {
    const place = this.places.placeOf(path, false);
    return place.kind === "whole" || place.kind === "inside" && place.is !== "nothing";
  }
  #target(target) {
    this.#changes.push({ kind: "change", target, ...this.#isPossible && { isPossible: true } });
  }
  #refuse(place, path) {
    const refusal = describePlace(place, path, this.places.home);
    if (refusal !== void 0) this.#changes.push(refusal);
  }
};
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
function isFolder2(path) {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
var manifest = z.object({ scripts: z.record(z.string(), z.string()) });
function packageScript(name, from, topLevel) {
  for (let directory = from; directory.startsWith(topLevel); directory = dirname(directory)) {
    try {
      const { scripts } = manifest.parse(JSON.parse(readStart(join(directory, "package.json"))));
      return Object.hasOwn(scripts, name) ? { text: scripts[name] ?? "", directory } : void 0;
    } catch {
    }
  }
  return void 0;
}
function readStart(file) {
  try {
    if (!statSync(file).isFile()) return "";
    const descriptor = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(MAX_MANIFEST);
      return buffer.toString("utf8", 0, readSync(descriptor, buffer));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}

// mcp-server/src/run/guard/file-tool.ts
async function guardWrite(call, target, directory) {
  return guardChanges(call, "file-tool", (worktree) => {
    const folder = directory === "" ? worktree ?? call.ctx.checkout.root : directory;
    const places = new Places(call.ctx, folder, worktree);
    const path = isAbsolute(target) ? resolve(target) : join(folder, target);
    const place = places.placeOf(path, true);
    if (place.kind === "inside") {
      return [{ kind: "change", target: { kind: "path", path: place.path, isTree: false, discards: false } }];
    }
    const refused = describePlace(place, target, places.home);
    return refused === void 0 ? [] : [refused];
  });
}
export {
  AgentCall,
  Places,
  describePlace,
  guardChanges,
  guardCommand,
  guardPowerShell,
  guardWrite,
  isApprovedCommand,
  readAgentCall
};
