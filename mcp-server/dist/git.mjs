// import:node:fs in git.mjs
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, rmdirSync, statSync, symlinkSync } from "node:fs";

// import:node:path in git.mjs
import { dirname, join, posix, relative, resolve, sep } from "node:path";

// import:node:timers/promises in git.mjs
import { setTimeout } from "node:timers/promises";

// import:host.mjs in git.mjs
import { runProgram, untilFirstOf } from "./host.mjs";

// mcp-server/src/git/git.ts
var LOCK_TRIES = 25;
var LOCK_PAUSE_MS = 20;
var LOCKED = /\.lock': File exists|could not lock config file|unable to lock|failed to read \S*worktrees\/\S*(?:commondir|gitdir)/i;
var MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
var GitFailed = class extends Error {
  constructor(command, exitCode, reason, output, cause) {
    super(`git ${command}: ${reason}`, { cause });
    this.command = command;
    this.exitCode = exitCode;
    this.reason = reason;
    this.output = output;
  }
  command;
  exitCode;
  reason;
  output;
  name = "GitFailed";
};
async function git(folder, parameters, options = {}) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(folder, parameters, options);
    } catch (error) {
      const locked = error instanceof GitFailed && LOCKED.test(error.reason);
      if (!locked || attempt === LOCK_TRIES) throw error;
      await setTimeout(LOCK_PAUSE_MS);
    }
  }
}
async function gitSays(folder, parameters) {
  try {
    await git(folder, parameters);
    return true;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}
async function once(folder, parameters, { runHooks = false, ...options }) {
  const hooks = runHooks ? [] : ["-c", "core.hooksPath=/dev/null"];
  const settings = [...hooks, "-c", "commit.gpgSign=false"];
  try {
    return await runProgram("git", [...settings, ...parameters], {
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...options,
      folder,
      env: { ...plainEnvironment(), ...options.env }
    });
  } catch (error) {
    const { code, stderr, stdout } = error;
    throw new GitFailed(
      parameters[0] ?? "",
      typeof code === "number" ? code : void 0,
      reasonOf(stderr || (error instanceof Error ? error.message : String(error))),
      stdout ?? "",
      error
    );
  }
}
var OF_ANOTHER_CALL = /^GIT_(?:DIR|WORK_TREE|IMPLICIT_WORK_TREE|COMMON_DIR|PREFIX|INDEX_FILE|SHALLOW_FILE|GRAFT_FILE|NAMESPACE|(?:ALTERNATE_)?OBJECT_DIRECTOR(?:Y|IES)|QUARANTINE_PATH|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS)$/;
function plainEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !OF_ANOTHER_CALL.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
}
function reasonOf(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("hint:"));
  return lines.map((line) => line.replace(/^(fatal|error): /, "")).join(" ").slice(0, 400);
}
async function changedFiles(root) {
  const entries = await statusEntries(root, "--ignore-submodules=dirty");
  return entries.flatMap((entry) => entry.endsWith("/") ? [] : [entry.slice(3)]);
}
async function statusEntries(root, ...options) {
  const command = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"];
  return (await git(root, [...command, ...options])).split("\0").filter((entry) => entry !== "");
}

// mcp-server/src/git/apply/tree-changes.ts
var SUBMODULE = "160000";
var LINK = "120000";
var EXECUTABLE = "100755";
var PLAIN = "100644";
async function treeChanges(root, from, to) {
  const text = await git(root, ["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", from, to]);
  return changesIn(text).map(({ path, before, after }) => ({ path, from: before, to: after }));
}
async function versionsBetween(root, from, to, paths) {
  const found = /* @__PURE__ */ new Map();
  if (paths.length === 0) return found;
  const wanted = new Set(paths);
  const how = ["-m", "--raw", "-z", "--no-renames", "--no-abbrev", "--format="];
  for (const { path, after } of changesIn(await git(root, ["log", ...how, `${from}..${to}`]))) {
    if (after && wanted.has(path)) found.set(path, [...found.get(path) ?? [], after]);
  }
  return found;
}
function changesIn(text) {
  const parts = text.split("\0");
  return parts.flatMap((part, i) => {
    const found = /:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/.exec(part);
    const path = parts[i + 1];
    if (!found || path === void 0) return [];
    const [, oldMode = "", newMode = "", oldObject = "", newObject = ""] = found;
    const version = (mode, object) => /^0+$/.test(mode) ? void 0 : { mode, object };
    return [{ path, before: version(oldMode, oldObject), after: version(newMode, newObject) }];
  });
}
function sameVersion(a, b, modes) {
  if (a.object !== b.object) return false;
  const isFile = ({ mode }) => mode === PLAIN || mode === EXECUTABLE;
  return a.mode === b.mode || !modes && isFile(a) && isFile(b);
}

// mcp-server/src/git/apply/file-states.ts
async function filesNow(root, paths) {
  const wanted = new Set(paths);
  const found = /* @__PURE__ */ new Map();
  const regular = [];
  for (const path of paths) {
    const info = statAt(root, path);
    const stamp = stampOf(info);
    if (!isPlainPath(path) || isBehindOther(root, path, wanted))
      found.set(path, { state: "elsewhere", stamp });
    else if (!info) found.set(path, { state: "absent", stamp });
    else if (info.isFile()) regular.push({ path, mode: info.mode & 0o100n ? EXECUTABLE : PLAIN, stamp });
    else if (info.isSymbolicLink()) {
      const input2 = readlinkSync(join(root, path));
      const object = (await git(root, ["hash-object", "--stdin"], { input: input2 })).trim();
      found.set(path, { state: { mode: LINK, object }, stamp });
    } else {
      const isLeft = info.isDirectory() && holdsOnly(root, path, wanted);
      found.set(path, { state: isLeft ? "absent" : "elsewhere", stamp: isLeft ? stampOf(void 0) : stamp });
    }
  }
  if (regular.length === 0) return found;
  const input = regular.map(({ path }) => `${path}
`).join("");
  const objects = (await git(root, ["hash-object", "--stdin-paths"], { input })).split("\n");
  for (const [i, { path, mode, stamp }] of regular.entries())
    found.set(path, { state: { mode, object: objects[i] ?? "" }, stamp });
  return found;
}
function stampAt(root, path) {
  return stampOf(statAt(root, path));
}
function isUntouched(root, path, stamp) {
  const info = statAt(root, path);
  return stampOf(info) === stamp || stamp === stampOf(void 0) && info?.isDirectory() === true;
}
function stampOf(info) {
  return info ? [info.ino, info.size, info.mode, info.mtimeNs, info.ctimeNs].join(" ") : "absent";
}
function statAt(root, path) {
  try {
    return lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (error.code === "ENOTDIR") return void 0;
    throw error;
  }
}
function isPlainPath(path) {
  return !/[\p{Cc}\uFFFD]/u.test(path) && !path.startsWith('"') && path.split("/").every((name) => !["", ".", ".."].includes(name) && name.toLowerCase() !== ".git");
}
function isBehindOther(root, path, leaving) {
  const names = path.split("/").slice(0, -1);
  return names.some((_, i) => {
    const folder = names.slice(0, i + 1).join("/");
    const info = statAt(root, folder);
    return info !== void 0 && !info.isDirectory() && !leaving.has(folder);
  });
}
function holdsOnly(root, folder, paths) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const isLeaving = (name, isFolder) => isFolder ? holdsOnly(root, `${folder}/${name}`, paths) : paths.has(`${folder}/${name}`);
  return entries.length > 0 && entries.every((entry) => isLeaving(entry.name, entry.isDirectory()));
}
async function stagedNow(root, paths) {
  const wanted = new Set(paths);
  const found = new Map(paths.map((path) => [path, "absent"]));
  for (const entry of (await git(root, ["ls-files", "-v", "--stage", "-z"])).split("\0")) {
    const [, tag, mode = "", object = "", stage, path = ""] = /^(\S) (\d{6}) ([0-9a-f]+) (\d)\t(.*)$/s.exec(entry) ?? [];
    if (!wanted.has(path)) continue;
    found.set(path, tag === "H" && stage === "0" ? { mode, object } : "elsewhere");
  }
  return found;
}

// import:node:fs/promises in git.mjs
import { copyFile, lstat, mkdtemp, readFile, readdir, readlink, rm, writeFile } from "node:fs/promises";

// mcp-server/src/git/apply/place-files.ts
var FileTouched = class extends Error {
  constructor(path) {
    super(`${path} was changed just now`);
    this.path = path;
  }
  path;
  name = "FileTouched";
};
async function stageFiles(root, placements, attributes, parent) {
  const folder = await mkdtemp(join(parent, "parallel-deliver-"));
  const staged = { folder, remove: () => rm(folder, { recursive: true, force: true }) };
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index"), GIT_ATTR_SOURCE: attributes };
    const written = placements.flatMap(({ path, to }) => to ? [{ path, ...to }] : []);
    const entries = written.map(({ path, mode, object }) => `${mode} ${object}	${path}\0`).join("");
    await git(root, ["update-index", "-z", "--index-info"], { env, input: entries });
    const names = written.map(({ path }) => `${path}\0`).join("");
    const prefix = `--prefix=${join(folder, "files")}/`;
    await git(root, ["checkout-index", "-z", "--stdin", prefix], { env, input: names });
    return staged;
  } catch (error) {
    await staged.remove();
    throw error;
  }
}
function placeFiles(root, { folder }, placements) {
  const [gone, written] = [placements.filter(({ to }) => !to), placements.filter(({ to }) => to)];
  for (const { path, stamp } of gone) {
    if (stampAt(root, path) !== stamp) throw new FileTouched(path);
    rmSync(join(root, path), { force: true });
    removeEmptyFolders(root, dirname(path));
  }
  for (const { path, stamp } of written) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (stampAt(root, path) !== stamp) throw new FileTouched(path);
    move(join(folder, "files", path), place);
  }
}
function removeEmptyFolders(root, folder) {
  for (let at = folder; at !== "."; at = dirname(at)) {
    try {
      rmdirSync(join(root, at));
    } catch {
      return;
    }
  }
}
function move(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== "EXDEV") throw error;
    const beside = `${to}.parallel-${process.pid}`;
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), beside);
    else copyFileSync(from, beside);
    renameSync(beside, to);
  }
}

// import:node:crypto in git.mjs
import { createHash } from "node:crypto";

// mcp-server/src/git/fingerprint.ts
var GONE = "gone";
var MAX_READ = 4 * 1024 * 1024;
var YOUNG_MS = 1e3;
var FILES_AT_ONCE = 32;
var Fingerprints = class {
  #known = /* @__PURE__ */ new Map();
  /**
   * Fingerprints of the files with these paths. What was known of other files is forgotten.
   * @throws the signal's reason when it is aborted.
   */
  async of(root, paths, signal) {
    const before = this.#known;
    const known = /* @__PURE__ */ new Map();
    const prints = /* @__PURE__ */ new Map();
    for (let from = 0; from < paths.length; from += FILES_AT_ONCE) {
      signal.throwIfAborted();
      const taken = paths.slice(from, from + FILES_AT_ONCE).map(async (path) => {
        const file = join(root, path);
        const info = await lstat(file, { bigint: true }).catch(() => void 0);
        if (!info) return prints.set(path, GONE);
        const times = `${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`;
        const earlier = before.get(path);
        const print = earlier?.times === times ? earlier.print : await fingerprintOf(file, info);
        if (Date.now() - Number(info.mtimeMs) > YOUNG_MS) known.set(path, { times, print });
        return prints.set(path, print);
      });
      await Promise.all(taken);
    }
    this.#known = known;
    return prints;
  }
};
async function fingerprintOf(file, info) {
  if (info.isDirectory()) return "folder";
  if (info.isSymbolicLink()) return `link ${await readlink(file).catch(() => "")}`;
  if (!info.isFile()) return "special";
  const mode = info.mode & 0o111n ? "x " : "";
  if (info.size > MAX_READ) return `${mode}${info.size} ${info.mtimeNs}`;
  const content = await readFile(file).catch((error) => error);
  if (content instanceof Error) return content.code === "ENOENT" ? GONE : `${mode}unreadable ${info.mtimeNs}`;
  return `${mode}${createHash("sha1").update(content).digest("base64url")}`;
}

// mcp-server/src/git/checkout-state.ts
var LOOK_LIMIT_MS = 3e3;
var MAX_FILES = 1e4;
var HALF_WRITTEN = /\.tmp\.\d+\.[\da-f]{6,}$/;
var MAX_OUTPUT_BYTES2 = 16 * 1024 * 1024;
async function checkoutState(root, before, prints, now, limitMs = LOOK_LIMIT_MS) {
  const signal = AbortSignal.timeout(limitMs);
  const fromMs = now();
  try {
    const { head, differing, untracked } = await gitStatus(root, signal);
    const moved = before && before.head !== head ? await differingFrom(root, before.head, untracked, signal) : void 0;
    const settled = [...before?.files.keys() ?? [], ...moved ?? []].filter(
      (path) => !differing.has(path)
    );
    if (differing.size + settled.length > MAX_FILES) {
      return { why: `more than ${MAX_FILES} files differ from the commit` };
    }
    const all = await prints.of(root, [...differing, ...settled], signal);
    const of = (paths) => new Map([...paths].map((path) => [path, all.get(path) ?? GONE]));
    return {
      fromMs,
      toMs: now(),
      head,
      files: of(differing),
      settled: of(settled),
      ...before && moved && { moved: { from: before.head, files: moved } }
    };
  } catch (error) {
    if (signal.aborted) return { why: `the look at the checkout took longer than ${limitMs / 1e3} s` };
    return { why: whyNot(error) };
  }
}
function changesBetween(before, after) {
  const moved = before.head === after.head ? void 0 : after.moved;
  if (before.head !== after.head && moved?.from !== before.head) return void 0;
  const changed = /* @__PURE__ */ new Set();
  for (const [path, print] of after.files) {
    const old = before.files.get(path);
    const differs = old === void 0 ? moved?.files.has(path) ?? true : old !== print;
    if (differs) changed.add(path);
  }
  for (const [path, old] of before.files) {
    if (after.files.has(path)) continue;
    const print = after.settled.get(path);
    if (print === void 0 ? moved === void 0 : print !== old) changed.add(path);
  }
  for (const path of moved?.files ?? []) if (!before.files.has(path)) changed.add(path);
  const isGone = (path) => (after.files.get(path) ?? after.settled.get(path)) === GONE;
  return [...changed].sort(compareText).map((path) => ({ path, how: isGone(path) ? "removed" : "written" }));
}
async function ignoredFiles(root, paths) {
  return await knownIgnoredFiles(root, paths) ?? new Set(paths);
}
async function knownIgnoredFiles(root, paths, limitMs = LOOK_LIMIT_MS) {
  if (paths.length === 0) return /* @__PURE__ */ new Set();
  const signal = AbortSignal.timeout(limitMs);
  try {
    const input = paths.map((path) => `./${path}\0`).join("");
    const text = await read(root, ["check-ignore", "-z", "--stdin"], signal, input);
    return new Set(text.split("\0").map((path) => path.slice("./".length)));
  } catch (error) {
    const noneIsIgnored = error instanceof GitFailed && error.exitCode === 1;
    return noneIsIgnored ? /* @__PURE__ */ new Set() : void 0;
  }
}
async function gitStatus(root, signal) {
  const text = await read(
    root,
    [
      "status",
      "--porcelain=v2",
      "-z",
      "--branch",
      "--untracked-files=all",
      "--no-renames",
      "--ignore-submodules=dirty"
    ],
    signal
  );
  let head = "";
  const differing = /* @__PURE__ */ new Set();
  const untracked = /* @__PURE__ */ new Set();
  for (const line of text.split("\0")) {
    const oid = /^# branch\.oid ([0-9a-f]+)$/.exec(line)?.[1];
    if (oid !== void 0) head = oid;
    const path = pathOf(line);
    if (path === void 0 || line.startsWith("?") && HALF_WRITTEN.test(path)) continue;
    differing.add(path);
    if (line.startsWith("?")) untracked.add(path);
  }
  return { head, differing, untracked };
}
var FIELDS_BEFORE_PATH = { "1": 8, u: 10, "?": 1 };
function pathOf(line) {
  const fields = FIELDS_BEFORE_PATH[line.slice(0, 1)];
  if (fields === void 0 || line[1] !== " ") return void 0;
  const path = line.split(" ").slice(fields).join(" ");
  return path.endsWith("/") ? void 0 : path;
}
async function differingFrom(root, commit, untracked, signal) {
  const text = commit === "" ? await read(root, ["ls-files", "-z"], signal) : await read(
    root,
    ["diff", "--name-only", "-z", "--no-renames", "--ignore-submodules=dirty", commit],
    signal
  );
  return /* @__PURE__ */ new Set([...text.split("\0").filter((path) => path !== ""), ...untracked]);
}
function read(root, parameters, signal, input = "") {
  return git(root, parameters, {
    ...{ input, signal },
    maxOutputBytes: MAX_OUTPUT_BYTES2
  });
}
function whyNot(error) {
  const { code } = error instanceof GitFailed ? error.cause ?? {} : {};
  if (code === "ENOENT") return "git cannot be started";
  return code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER" ? "too many files differ from the commit" : "git could not tell the state of the checkout";
}
function compareText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// import:node:os in git.mjs
import { tmpdir } from "node:os";

// import:errors.mjs in git.mjs
import { CallerError } from "./errors.mjs";

// import:text.mjs in git.mjs
import { cleanLines, cleanText, shownPath } from "./text.mjs";

// mcp-server/src/git/plan-branch.ts
function planBranch(plan) {
  return `parallel/${plan}`;
}
function workBranches(plan) {
  return `parallel-work/${plan}`;
}
async function planHead(root, plan) {
  return commitAt(root, `refs/heads/${planBranch(plan)}`);
}
async function refsAt(root, refs) {
  const lines = (await git(root, ["for-each-ref", "--format=%(objectname) %(refname)", ...refs])).split("\n");
  return new Map(
    lines.filter(Boolean).map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ")[0] ?? ""])
  );
}
async function commitAt(root, name) {
  try {
    return (await git(root, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`])).trim();
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return void 0;
    throw error;
  }
}
async function ensurePlanBranch(root, plan, from = "HEAD") {
  const existing = await planHead(root, plan);
  if (existing !== void 0) return existing;
  const start = await commitAt(root, from);
  if (start === void 0) {
    throw new CallerError(
      "wrong_state",
      "A worktree is cut from a commit, and this repository has none yet.",
      "Ask the user to make a first commit."
    );
  }
  try {
    await git(root, [
      "update-ref",
      "--create-reflog",
      "-m",
      `parallel: ${plan}`,
      `refs/heads/${planBranch(plan)}`,
      start,
      ""
    ]);
  } catch (error) {
    const made = await planHead(root, plan);
    if (made !== void 0) return made;
    throw cannotBeMade(planBranch(plan), error);
  }
  return start;
}
async function refuseTakenNames(root, plan) {
  const names = [`${workBranches(plan)}/0`, planBranch(plan)];
  const input = names.map((name) => `start
create refs/heads/${name} HEAD
prepare
abort
`).join("");
  try {
    await git(root, ["update-ref", "--stdin"], { input });
  } catch (error) {
    const reason = error instanceof GitFailed ? error.reason : "";
    if (isThere(reason)) return;
    const refused = names.find((name) => reason.includes(`'refs/heads/${name}'`));
    throw cannotBeMade(refused ?? planBranch(plan), error);
  }
}
function isThere(reason) {
  return reason.includes("reference already exists");
}
function cannotBeMade(branch, error) {
  const reason = error instanceof GitFailed ? error.reason : String(error);
  const inTheWay = /'refs\/heads\/([^']+)' exists/.exec(reason)?.[1];
  if (inTheWay === void 0) {
    return new CallerError(
      "wrong_state",
      `The branch ${branch} cannot be made: ${reason}.`,
      "Ask the user to make the repository's refs writable, or leave out isolation and alternatives."
    );
  }
  const command = /^[\w./-]+$/.test(inTheWay) ? ` (git branch -m ${inTheWay} <new name>)` : "";
  return new CallerError(
    "wrong_state",
    `The branch ${branch} cannot be made: there is a branch ${shownPath(inTheWay)}, and git takes one name for a branch or for a folder of branches.`,
    `Ask the user to rename that branch${command}, or leave out isolation and alternatives.`
  );
}
var BRANCH_FIELDS = [
  "refname:lstrip=2",
  "objectname",
  "tree",
  "committerdate:unix",
  "HEAD",
  "worktreepath"
];
async function branchFacts(folder, branches) {
  const format = BRANCH_FIELDS.map((field) => `%(${field})%00`).join("");
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const fields = (await git(folder, ["for-each-ref", `--format=${format}`, ...refs])).split("\0");
  const facts = /* @__PURE__ */ new Map();
  for (let at = 0; at + BRANCH_FIELDS.length < fields.length; at += BRANCH_FIELDS.length) {
    const [name = "", commit = "", tree = "", seconds, head, workTree = ""] = fields.slice(at);
    facts.set(name.trimStart(), {
      ...{ commit, tree, seconds: Number(seconds), isHere: head === "*" },
      workTree: workTree === "" ? void 0 : workTree
    });
  }
  return facts;
}
async function refuseCheckedOut(root, plan) {
  const branch = planBranch(plan);
  refuseHeld(plan, (await branchFacts(root, [branch])).get(branch));
}
function refuseHeld(plan, branch) {
  if (branch?.workTree === void 0) return;
  throw new CallerError(
    "wrong_state",
    `The branch ${planBranch(plan)} is checked out in ${branch.workTree}, so nothing can be merged into it now. Your work is safe.`,
    "Try again later; if it stays so, report blocked with blockedOn {question: ask the user to check out another branch there}."
  );
}
var RefMoved = class extends Error {
  name = "RefMoved";
  constructor() {
    super("a branch was moved by somebody else");
  }
};
async function moveRefs(root, moves, reason, removed = []) {
  if (moves.length + removed.length === 0) return;
  const lines = moves.map(({ ref, from, to }) => `update ${ref} ${to} ${from}
`);
  lines.push(...removed.map((ref) => `delete ${ref}
`));
  try {
    await git(root, ["update-ref", "--create-reflog", "-m", reason, "--stdin"], { input: lines.join("") });
  } catch (error) {
    if (error instanceof GitFailed && (isThere(error.reason) || error.reason.includes("but expected")))
      throw new RefMoved();
    throw error;
  }
}

// mcp-server/src/git/merge-tree.ts
async function prepareMerge(root, plan, commit, message) {
  const head = await ensurePlanBranch(root, plan);
  if (await isAncestor(root, commit, head)) return { kind: "contained", head };
  const ref = `refs/heads/${planBranch(plan)}`;
  if (await isAncestor(root, head, commit)) {
    return { kind: "clean", move: { ref, from: head, to: commit } };
  }
  const { tree, conflicts } = await mergedTree(root, head, commit);
  if (conflicts !== void 0) return { kind: "conflict", head, files: conflicts };
  const sides = [...(await commitFacts(root, [head, commit])).values()];
  const time = Math.max(...sides.map(({ seconds }) => seconds));
  const merged = await commitTree(root, tree, [head, commit], message, time);
  return { kind: "clean", move: { ref, from: head, to: merged } };
}
async function isAncestor(root, commit, of) {
  return gitSays(root, ["merge-base", "--is-ancestor", commit, of]);
}
async function commitTree(root, tree, parents, message, seconds) {
  const command = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  const time = seconds === void 0 ? void 0 : `${seconds} +0000`;
  const dates = time ? { GIT_AUTHOR_DATE: time, GIT_COMMITTER_DATE: time } : {};
  const make = async (who) => (await git(root, command, { input: message, env: { ...dates, ...who } })).trim();
  try {
    return await make({});
  } catch (error) {
    const who = error instanceof GitFailed ? await gitIdentity(root) : {};
    if (Object.keys(who).length === 0) throw error;
    return make(who);
  }
}
async function gitIdentity(root) {
  try {
    await git(root, ["var", "GIT_AUTHOR_IDENT"]);
    await git(root, ["var", "GIT_COMMITTER_IDENT"]);
    return {};
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const [name, email] = ["Parallel", "parallel@localhost"];
    return {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email
    };
  }
}
async function commitFacts(root, commits) {
  if (commits.length === 0) return /* @__PURE__ */ new Map();
  const command = ["log", "--no-walk=unsorted", "--ignore-missing", "--format=%H %ct %P", "--stdin"];
  const lines = (await git(root, command, { input: `${commits.join("\n")}
` })).split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [commit = "", seconds, ...parents] = line.split(" ");
      return [commit, { seconds: Number(seconds), parents: parents.filter(Boolean) }];
    })
  );
}
async function mergedTree(root, ours, theirs) {
  const command = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  try {
    return { tree: (await git(root, command)).split("\0")[0] ?? "", conflicts: void 0 };
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
    const [tree = "", ...conflicts] = error.output.split("\0");
    return { tree, conflicts: conflicts.filter(Boolean) };
  }
}

// mcp-server/src/git/commit-files.ts
async function commitFiles(root, parent, files, message) {
  const folder = await mkdtemp(join(tmpdir(), "parallel-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await git(root, ["read-tree", parent], { env });
    await git(root, ["update-index", "--add", "--remove", "-z", "--stdin"], { env, input: listed(files) });
    const tree = (await git(root, ["write-tree"], { env })).trim();
    const before = (await git(root, ["rev-parse", `${parent}^{tree}`])).trim();
    return tree === before ? void 0 : await commitTree(root, tree, [parent], message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
async function refreshIndex(root, files) {
  await git(root, ["reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", "HEAD"], {
    input: listed(files),
    env: { GIT_LITERAL_PATHSPECS: "1" }
  });
}
function listed(files) {
  return files.map((file) => `${file}\0`).join("");
}

// import:graph.mjs in git.mjs
import { plainSubject, taskName } from "./graph.mjs";

// mcp-server/src/git/commit-message.ts
var MAX_FIRST_LINE = 72;
var TRAILER = "Parallel-Attempt";
var MAX_NAME = 200;
function commitMessage(plan, task, attempt, report) {
  const subject = oneLine(`${taskName(plan, task.id)}: ${plainSubject(task, plan)}`);
  const unfinished = report.outcome === "completed" ? "" : ` (${report.outcome}, not merged)`;
  return `${subject}

${cleanLines(report.summary).trim()}

Attempt ${attempt.number}${unfinished}

${TRAILER}: ${attemptName(plan, task, attempt)}
`;
}
function attemptName(plan, task, attempt) {
  return `${cleanText(taskName(plan, task.id), MAX_NAME)}#${attempt.id}`;
}
async function attemptsOn(root, tip, base) {
  const range = base === void 0 ? [tip] : [tip, `^${base}`];
  const format = `--format=%H %(trailers:key=${TRAILER},valueonly,separator=%x00)`;
  const found = /* @__PURE__ */ new Map();
  for (const line of (await git(root, ["log", "--first-parent", format, ...range])).split("\n")) {
    const [commit = ""] = line.split(" ", 1);
    for (const name of line.slice(commit.length + 1).split("\0")) {
      if (name !== "" && !found.has(name)) found.set(name, commit);
    }
  }
  return found;
}
function planCommitMessage(plan, title, tasks) {
  const lines = tasks.map((task) => `- ${task.id}: ${oneLine(plainSubject(task, plan))}`);
  return `${oneLine(`${plan}: ${title}`)}

${lines.join("\n")}
`;
}
function oneLine(text) {
  return cleanText(text, MAX_FIRST_LINE);
}

// mcp-server/src/git/committed-versions.ts
var MAX_COMMITS = 20;
var SHA1_DIGITS = 40;
async function* committedVersions(root, path, untilMs) {
  const until = untilMs === void 0 ? [] : [`--until=${new Date(untilMs).toISOString()}`];
  const limits = ["-n", String(MAX_COMMITS), ...until];
  const log = ["--literal-pathspecs", "log", "--format=%H", ...limits, "HEAD", "--", path];
  const commits = await git(root, log).catch(() => "");
  for (const commit of commits.split("\n").filter(Boolean)) {
    const read2 = git(root, ["cat-file", "--filters", `${commit}:${path}`], { encoding: "latin1" });
    const bytes = await read2.catch(() => void 0);
    if (bytes !== void 0) yield Buffer.from(bytes, "latin1");
  }
}
async function headFiles(root, paths) {
  const parameters = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "HEAD", "--", ...paths];
  const listed4 = await git(root, parameters).catch(() => "");
  const files = listed4.split("\0").flatMap((line) => {
    const [, mode = "", blob = "", path = ""] = /^(\d+) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    return blob === "" ? [] : [[path, { mode: Number.parseInt(mode, 8) & 511, blob }]];
  });
  return new Map(files);
}
function isBlob({ blob }, bytes) {
  const hash = createHash(blob.length === SHA1_DIGITS ? "sha1" : "sha256");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex") === blob;
}

// mcp-server/src/git/ignored-files.ts
var MAX_ANSWERS = 1e4;
var LIMIT_MS = 400;
var IgnoredFiles = class {
  /** @param root top level of the checkout; undefined: it is none of git's, which then ignores nothing. */
  constructor(root) {
    this.root = root;
  }
  root;
  #answers = /* @__PURE__ */ new Map();
  /** Those of the paths, all inside the checkout, that git ignores; none of those of which git cannot say it. */
  async among(paths) {
    const { root } = this;
    if (root === void 0) return /* @__PURE__ */ new Set();
    if (this.#answers.size > MAX_ANSWERS) this.#answers.clear();
    const keys = new Map(paths.map((path) => [path, `${rulesAbove(root, path)}${path}`]));
    const unknown = [...keys].filter(([, key]) => !this.#answers.has(key));
    const names = unknown.map(([path]) => path);
    const ignored = await knownIgnoredFiles(root, names, LIMIT_MS);
    if (ignored) for (const [path, key] of unknown) this.#answers.set(key, ignored.has(path));
    return new Set(paths.filter((path) => this.#answers.get(keys.get(path) ?? "")));
  }
};
function rulesAbove(root, path) {
  const folder = dirname(path);
  const above = folder === "." ? "" : rulesAbove(root, folder);
  try {
    const { ctimeMs, size } = statSync(join(root, folder, ".gitignore"));
    return `${above}${ctimeMs} ${size}/`;
  } catch {
    return `${above}/`;
  }
}

// mcp-server/src/git/index-content.ts
var STAT_BEFORE_MODE = 24;
var MODE_BYTES = 4;
var STAT_AFTER_MODE = 12;
var HEADER = 12;
var EXTENDED = 16384;
function indexContent(bytes, idBytes) {
  const hash = createHash("sha256");
  const version = bytes.length < HEADER ? 0 : bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return hash.update(bytes).digest("hex");
  const kept = [];
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const from = at + STAT_BEFORE_MODE;
    const id = from + MODE_BYTES + STAT_AFTER_MODE;
    if (id + idBytes + 2 > bytes.length) return hash.update(bytes).digest("hex");
    const isExtended = (bytes.readUInt16BE(id + idBytes) & EXTENDED) !== 0;
    const name = id + idBytes + (isExtended ? 4 : 2);
    const end = bytes.indexOf(0, version === 4 ? endOfNumber(bytes, name) : name);
    if (end < 0) return hash.update(bytes).digest("hex");
    kept.push(bytes.subarray(from, from + MODE_BYTES), bytes.subarray(id, end + 1));
    at = version === 4 ? end + 1 : at + Math.ceil((end - at + 1) / 8) * 8;
  }
  hash.update(Buffer.concat(kept));
  if (bytes.toString("latin1", at, at + 4) === "link") hash.update(bytes.subarray(at));
  return hash.digest("hex");
}
function endOfNumber(bytes, from) {
  let at = from;
  while (((bytes[at] ?? 0) & 128) !== 0) at++;
  return at + 1;
}

// mcp-server/src/git/inner-repositories.ts
var UNTRACKED = ["--others", "--exclude-standard"];
async function untrackedRepositories(root) {
  return repositoriesAmong((await git(root, ["ls-files", ...UNTRACKED, "-z"])).split("\0"));
}
function repositoriesAmong(untracked) {
  return untracked.flatMap((path) => path.endsWith("/") ? path.slice(0, -1) : []);
}
async function dropDeadLinks(root, base, links) {
  if (links.length === 0) return links;
  const [kept, modules] = [await linksAt(root, base, links), await submoduleFolders(root)];
  const dead = links.filter(({ folder }) => !kept.has(folder) && !modules.has(folder));
  if (dead.length === 0) return links;
  const input = dead.map(({ folder }) => `${folder}\0`).join("");
  await git(root, ["update-index", "--force-remove", "-z", "--stdin"], { input });
  return links.filter((link) => !dead.includes(link));
}
async function submoduleWork(root, base, links) {
  const before = links.length === 0 ? /* @__PURE__ */ new Map() : await linksAt(root, base, links);
  for (const { folder } of links) {
    const path = join(root, folder);
    const isCheckedOut = existsSync(join(path, ".git"));
    const example = isCheckedOut ? await changedIn(path) : await fileIn(path);
    if (example !== void 0) return { folder, what: { kind: "files", example: `${folder}/${example}` } };
    const commit = isCheckedOut ? await unknownCommit(path, before.get(folder)) : void 0;
    if (commit !== void 0) return { folder, what: { kind: "commit", commit } };
  }
  return void 0;
}
async function hasFilesOfSubmodules(root, links) {
  for (const { folder } of links) {
    if (await fileIn(join(root, folder)) !== void 0) return true;
  }
  return false;
}
async function hasCommitsOfSubmodules(root, links) {
  for (const { folder, commit } of links) {
    const path = join(root, folder);
    if (!existsSync(join(path, ".git"))) continue;
    const own = ["rev-list", "--max-count=1", "--branches", "HEAD", "--not", commit, "--remotes", "--tags"];
    if ((await git(path, own)).trim() !== "") return true;
  }
  return false;
}
async function submodulesAt(root) {
  const names = await submoduleNames(root);
  if (names.size === 0) return [];
  return (await indexEntries(root)).links.flatMap((link) => {
    const name = names.get(link.folder);
    return name === void 0 ? [] : [{ ...link, name }];
  });
}
async function submoduleFolders(root) {
  return new Set((await submoduleNames(root)).keys());
}
async function submoduleNames(root) {
  if (!existsSync(join(root, ".gitmodules"))) return /* @__PURE__ */ new Map();
  try {
    const query = ["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"];
    const entries = (await git(root, query)).split("\0");
    return new Map(
      entries.flatMap((entry) => {
        const [, name, folder] = /^submodule\.(.+)\.path\n(.+)$/s.exec(entry) ?? [];
        return name === void 0 || folder === void 0 || /(?:^|\/)\.\.(?:\/|$)/.test(name) ? [] : [[folder, name]];
      })
    );
  } catch (error) {
    if (error instanceof GitFailed) return /* @__PURE__ */ new Map();
    throw error;
  }
}
async function indexEntries(root) {
  return parsedEntries(await listed2(root));
}
async function workTreeEntries(root) {
  const entries = await listed2(root, ...UNTRACKED);
  const untracked = entries.flatMap((entry) => entry.startsWith("? ") ? [entry.slice(2)] : []);
  return { ...parsedEntries(entries), repositories: repositoriesAmong(untracked) };
}
async function listed2(root, ...options) {
  return (await git(root, ["ls-files", "-v", "--stage", "-z", ...options])).split("\0");
}
function parsedEntries(entries) {
  const [links, unmerged, overlooked] = [[], /* @__PURE__ */ new Set(), []];
  for (const entry of entries) {
    const [, mark = "", mode, object = "", stage, path = ""] = /^([^\s?]) (\d+) (\w+) (\d)\t(.+)$/s.exec(entry) ?? [];
    if (mode === "160000") links.push({ commit: object, folder: path });
    if (stage === "2" || stage === "3") unmerged.add(path);
    if (/[a-zS]/.test(mark)) overlooked.push(path);
  }
  return { links, unmerged: [...unmerged], overlooked };
}
async function linksAt(root, commit, links) {
  const entries = await git(root, ["ls-tree", "-z", commit, "--", ...links.map(({ folder }) => folder)]);
  return new Map(
    entries.split("\0").flatMap((entry) => {
      const [, at, folder] = /^160000 commit (\w+)\t(.+)$/s.exec(entry) ?? [];
      return at === void 0 || folder === void 0 ? [] : [[folder, at]];
    })
  );
}
async function changedIn(repository) {
  return (await statusEntries(repository))[0]?.slice(3);
}
async function unknownCommit(repository, linked) {
  const head = (await git(repository, ["rev-parse", "HEAD"])).trim();
  if (head === linked) return void 0;
  const own = await git(repository, ["rev-list", "--max-count=1", head, "--not", "--remotes", "--tags"]);
  return own.trim() === "" ? void 0 : head;
}
async function fileIn(folder, below = folder) {
  const entries = await readdir(below, { withFileTypes: true }).catch(() => []);
  if (below === folder && entries.some(({ name }) => name === ".git")) return void 0;
  for (const entry of entries) {
    const path = join(below, entry.name);
    const found = entry.isDirectory() ? await fileIn(folder, path) : relative(folder, path);
    if (found !== void 0) return found.split(sep).join("/");
  }
  return void 0;
}

// mcp-server/src/git/origin.ts
var USUAL_PORTS = { https: "443", http: "80", ssh: "22", git: "9418" };
async function originOf(folder) {
  try {
    return (await git(folder, ["remote", "get-url", "origin"])).trim();
  } catch {
    return void 0;
  }
}
function parseAddress(address) {
  const [, scheme, authority, path] = /^([a-z][a-z+]*):\/\/([^/]*)\/(.*)$/i.exec(address) ?? // host:path, as git writes it for ssh. A single letter is a drive.
  /^()((?:[^/:@]+@)?(?:\[[^\]]+\]|[^/:]{2,})):(?!\/\/)(.*)$/.exec(address) ?? [];
  if (scheme === void 0 || !authority || path === void 0 || scheme.toLowerCase() === "file")
    return void 0;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1).toLowerCase();
  const usual = USUAL_PORTS[scheme.toLowerCase().replace(/^git\+/, "")];
  return {
    scheme: scheme.toLowerCase(),
    user: authority.slice(0, Math.max(at, 0)).replace(/:.*$/, ""),
    host: usual === void 0 ? host : host.replace(new RegExp(`:${usual}$`), ""),
    path: path.replace(/[?#].*$/, "").replace(/\/+/g, "/").replace(/^\/|\/$/g, "")
  };
}
function normalOrigin(address) {
  const parsed = parseAddress(address);
  return parsed && `${parsed.host}/${parsed.path.replace(/\.git$/, "")}`;
}
function publicAddress(address) {
  const parsed = parseAddress(address);
  if (!parsed) return void 0;
  const { scheme, user, host, path } = parsed;
  const isGitHub = host === "github.com" && /^[^/]+\/[^/]+$/.test(path);
  const login = /^(?:ssh|git\+ssh)?$/.test(scheme) && user !== "" ? `${user}@` : "";
  const shown = isGitHub ? path.replace(/\.git$/, "") : scheme === "" ? `${login}${host}:${path}` : `${scheme}://${login}${host}/${path}`;
  return /^[\w.~:/@[\]+-]+$/.test(shown) && !shown.startsWith("-") ? shown : void 0;
}

// mcp-server/src/git/remote/commits-there.ts
async function commitsThere(root, commits) {
  if (commits.length === 0) return /* @__PURE__ */ new Set();
  const command = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const lines = (await git(root, command, { input: `${commits.join("\n")}
` })).split("\n");
  return new Set(commits.filter((commit) => lines.includes(`${commit} commit`)));
}
async function containedIn(root, head, commits) {
  if (commits.length === 0) return /* @__PURE__ */ new Set();
  const input = `^${head}
${commits.join("\n")}
`;
  const others = new Set((await git(root, ["rev-list", "--stdin"], { input })).split("\n"));
  return new Set(commits.filter((commit) => !others.has(commit)));
}

// mcp-server/src/git/remote/remote-branch.ts
var REMOTE = "origin";
var MAX_CONNECTION_MS = 6e4;
var MAX_QUESTION_MS = 15e3;
var MAX_HOOK_MS = 10 * 6e4;
function ownRef(plan) {
  return `refs/parallel/${plan}`;
}
function branchRef(plan) {
  return `refs/heads/${planBranch(plan)}`;
}
function fetchedRef(plan) {
  return `refs/parallel-fetched/${plan}`;
}
function attemptRefs(plan) {
  return `refs/parallel-attempts/${plan}/`;
}
function attemptRef(plan, attempt) {
  return `${attemptRefs(plan)}${attempt}`;
}
async function hasRemote(root) {
  return (await git(root, ["remote"])).split("\n").includes(REMOTE);
}
async function fetchPlanBranch(root, plan, options = {}) {
  const branch = await listed3(root, plan, options);
  if (branch.at === void 0 || branch.at === await remoteHead(root, plan)) return branch;
  if (await commitAt(root, branch.at) !== void 0) {
    await noteRemoteHead(root, plan, branch.at);
    return branch;
  }
  await fetchRefs(root, [`+${branch.ref}:${fetchedRef(plan)}`], options);
  return { ref: branch.ref, at: await remoteHead(root, plan) };
}
async function remoteHead(root, plan) {
  return (await headsHereAndThere(root, plan)).there;
}
async function headsHereAndThere(root, plan) {
  const [here, there] = [branchRef(plan), fetchedRef(plan)];
  const at = await refsAt(root, [here, there]);
  return { here: at.get(here), there: at.get(there) };
}
async function noteRemoteHead(root, plan, at) {
  await git(root, ["update-ref", fetchedRef(plan), at]);
}
async function fetchAttempt(root, plan, attempt, options = {}) {
  const ref = attemptRef(plan, attempt);
  await fetchRefs(root, [`+${ref}:${ref}`], options);
}
async function pushPlanBranch(root, plan, from, to, { runHooks, ...options }) {
  if (from.at === to) return from;
  const isNew = from.at === void 0 && from.ref === ownRef(plan);
  try {
    await push(root, { ref: from.ref, to }, runHooks, options);
    return { ref: from.ref, at: to };
  } catch (error) {
    if (!isNew || !(error instanceof RefRefused)) throw error;
  }
  const ref = branchRef(plan);
  await push(root, { ref, to }, false, options);
  return { ref, at: to };
}
async function pushAttempt(root, plan, attempt, commit, options = {}) {
  try {
    await push(root, { ref: attemptRef(plan, attempt), to: commit }, false, options);
  } catch (error) {
    if (!(error instanceof RefMoved)) throw error;
  }
}
async function removeAttempts(root, refs, options = {}) {
  const removed = refs.map((ref) => `:${ref}`);
  await connect(root, ["push", "--quiet", "--no-verify", REMOTE, ...removed], options);
}
var RefRefused = class extends GitFailed {
};
async function listed3(root, plan, options) {
  const refs = [ownRef(plan), branchRef(plan)];
  const limited = { timeoutMs: MAX_QUESTION_MS, ...options };
  const found = await connect(root, ["ls-remote", "--refs", REMOTE, ...refs], limited);
  const at = new Map(
    found.split("\n").map((line) => line.split("	")).map(([commit = "", ref2 = ""]) => [ref2, commit])
  );
  const ref = refs.find((one) => at.has(one)) ?? ownRef(plan);
  return { ref, at: at.get(ref) };
}
async function fetchRefs(root, refs, options) {
  const command = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"];
  await connect(root, ["-c", "maintenance.auto=false", ...command, REMOTE, ...refs], options);
}
async function push(root, { ref, to }, runHooks, options) {
  const command = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"];
  const hooks = runHooks ? [] : ["--no-verify"];
  try {
    await connect(root, [...command, ...hooks, REMOTE, `${to}:${ref}`], { ...options, runHooks });
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const refusal = /^!\t[^\t]*\t\[(remote )?rejected\] \((.*)\)$/m.exec(error.output);
    if (!refusal) throw error;
    const [, isByRemote, why = ""] = refusal;
    if (!isByRemote || MOVED.test(why)) throw new RefMoved();
    const said = `${REMOTE} does not take ${ref}: ${why}. ${error.reason}`.slice(0, 400);
    throw new RefRefused("push", error.exitCode, said, error.output, error);
  }
}
var MOVED = /failed to update ref|cannot lock ref|incorrect old value|already exists|fetch first|stale info/;
async function connect(root, parameters, { timeoutMs, signal, runHooks = false }) {
  const limitMs = timeoutMs ?? (runHooks ? MAX_HOOK_MS : MAX_CONNECTION_MS);
  const limit = AbortSignal.timeout(limitMs);
  const end = untilFirstOf(limit, ...signal ? [signal] : []);
  try {
    return await git(root, parameters, {
      env: await unattended(root),
      signal: end.signal,
      runHooks
    });
  } catch (error) {
    ownSshCommand.delete(root);
    if (!limit.aborted) throw error;
    const why = `${REMOTE} did not answer within ${Math.ceil(limitMs / 1e3)} s`;
    throw new GitFailed(parameters[0] ?? "", void 0, why, "", error);
  } finally {
    end.forget();
  }
}
var ownSshCommand = /* @__PURE__ */ new Map();
async function unattended(root) {
  const asks = { GIT_ASKPASS: "", SSH_ASKPASS_REQUIRE: "never" };
  if (process.env.GIT_SSH_COMMAND !== void 0 || process.env.GIT_SSH !== void 0) return asks;
  const isOwn = ownSshCommand.get(root) ?? await configured(root, "core.sshCommand");
  ownSshCommand.set(root, isOwn);
  return isOwn ? asks : { ...asks, GIT_SSH_COMMAND: "ssh -o BatchMode=yes" };
}
async function configured(root, name) {
  try {
    return (await git(root, ["config", "--get", name])).trim() !== "";
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}

// mcp-server/src/git/remote/kept-commits.ts
async function keepCommit(root, plan, attempt, commit) {
  await git(root, ["update-ref", attemptRef(plan, attempt), commit]);
}
async function forgetCommitsIn(root, plan, head, onRemote) {
  const list = ["for-each-ref", "--format=%(refname)", `--merged=${head}`, attemptRefs(plan)];
  const refs = (await git(root, list)).split("\n").filter(Boolean);
  if (refs.length === 0 || onRemote && !await areRemoved(root, refs)) return;
  await git(root, ["update-ref", "--stdin"], { input: refs.map((ref) => `delete ${ref}
`).join("") });
}
async function areRemoved(root, refs) {
  try {
    await removeAttempts(root, refs);
    return true;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return false;
  }
}

// mcp-server/src/git/repository-files.ts
var MAX_REFS = 5e3;
var TICK_MS = 20;
var COARSE_TICK_MS = 2e3;
var NO_ENTRIES = /* @__PURE__ */ new Map();
var RepositoryFiles = class _RepositoryFiles {
  constructor(place, folder, common, now) {
    this.place = place;
    this.folder = folder;
    this.common = common;
    this.now = now;
  }
  place;
  folder;
  common;
  now;
  #texts = /* @__PURE__ */ new Map();
  #lists = /* @__PURE__ */ new Map();
  #index;
  #packed;
  #stash;
  #loose = NO_ENTRIES;
  #atMs = 0;
  #entries = 0;
  /**
   * @param workTree a folder with `.git` in it, real and absolute.
   * @param now milliseconds since 1970 by the clock that the file system has.
   * @returns undefined where there is no repository whose files can be read.
   */
  static in(workTree, now) {
    const place = join(workTree, ".git");
    const info = statOf(place);
    if (!info) return void 0;
    const link = info.isDirectory() ? void 0 : /^gitdir: (.+)/.exec(textOf(place) ?? "")?.[1]?.trimEnd();
    if (!info.isDirectory() && link === void 0) return void 0;
    const folder = link === void 0 ? place : resolve(workTree, link);
    const common = textOf(join(folder, "commondir"))?.trim();
    const files = new _RepositoryFiles(place, folder, common ? resolve(folder, common) : folder, now);
    return files.state() ? files : void 0;
  }
  /** Whether there are more refs than are looked at. */
  get isIncomplete() {
    return this.#entries > MAX_REFS;
  }
  /** @returns undefined where the repository is gone, or keeps its refs in another form than files. */
  state() {
    this.#atMs = this.now();
    this.#entries = 0;
    const head = statOf(this.place) && placeIn(this.#text(join(this.folder, "HEAD")));
    if (head === void 0 || head === "refs/heads/.invalid") return void 0;
    const loose = /* @__PURE__ */ new Map();
    for (const kind of ["refs/heads", "refs/tags"]) this.#refsIn(kind, loose);
    if (!isSameMap(loose, this.#loose)) this.#loose = loose;
    return {
      head,
      loose: this.#loose,
      packed: this.#packedRefs(),
      stash: this.#stashed(),
      index: this.#staged(loose, head),
      elsewhere: this.#elsewhere()
    };
  }
  /**
   * What git's log says of the way of a ref from one commit to another, the last step first; undefined where it does
   * not tell the whole way.
   */
  stepsTo(ref, from, to) {
    const steps = [];
    let at = to;
    for (const line of (textOf(join(this.common, "logs", ref)) ?? "").trimEnd().split("\n").reverse()) {
      const [, old, next, said = ""] = /^([0-9a-f]+) ([0-9a-f]+) [^\t]*(?:\t(.*))?$/.exec(line) ?? [];
      if (old === void 0 || next !== at) return void 0;
      steps.push(said);
      if (from === void 0 ? /^0+$/.test(old) : old === from) return steps;
      at = old;
    }
    return void 0;
  }
  #refsIn(path, found) {
    for (const { name, isFolder } of this.#list(join(this.common, path))) {
      if (name.endsWith(".lock")) continue;
      if (++this.#entries > MAX_REFS) return;
      if (isFolder) this.#refsIn(`${path}/${name}`, found);
      else {
        const commit = this.#text(join(this.common, path, name))?.trim();
        if (commit) found.set(`${path}/${name}`, commit);
      }
    }
  }
  #packedRefs() {
    const file = join(this.common, "packed-refs");
    this.#packed = this.#again(this.#packed, file, () => {
      const refs = /* @__PURE__ */ new Map();
      for (const line of (textOf(file) ?? "").split("\n")) {
        const [, commit, ref] = /^([0-9a-f]{40,64}) (refs\/(?:heads|tags)\/.+)$/.exec(line) ?? [];
        if (commit !== void 0 && ref !== void 0) refs.set(ref, commit);
      }
      return this.#packed && isSameMap(refs, this.#packed.value) ? this.#packed.value : refs;
    });
    return this.#packed?.value ?? NO_ENTRIES;
  }
  #stashed() {
    const file = join(this.common, "logs/refs/stash");
    this.#stash = this.#again(
      this.#stash,
      file,
      () => (textOf(file) ?? "").split("\n").flatMap((line) => line.split(" ")[1] ?? [])
    );
    return this.#stash?.value ?? [];
  }
  #staged(loose, head) {
    const file = join(this.folder, "index");
    const anyCommit = loose.get(head) ?? this.#packed?.value.get(head) ?? head;
    const idBytes = /^[0-9a-f]{64}$/.test(anyCommit) ? 32 : 20;
    this.#index = this.#again(this.#index, file, () => {
      const bytes = bytesOf(file);
      return bytes && indexContent(bytes, idBytes);
    });
    return this.#index?.value;
  }
  #elsewhere() {
    const worktrees = join(this.common, "worktrees");
    const folders = [this.common, ...this.#list(worktrees).map(({ name }) => join(worktrees, name))];
    return new Set(
      folders.filter((folder) => folder !== this.folder).flatMap((folder) => placeIn(this.#text(join(folder, "HEAD"))) ?? [])
    );
  }
  #text(file) {
    return this.#keep(this.#texts, file, () => textOf(file));
  }
  #list(folder) {
    return this.#keep(this.#lists, folder, () => listOf(folder)) ?? [];
  }
  #keep(all, file, read2) {
    const known = this.#again(all.get(file), file, read2);
    if (known) all.set(file, known);
    else all.delete(file);
    return known?.value;
  }
  /** What is known if nobody touched the file, or it is read again; undefined where there is none. */
  #again(known, file, read2) {
    const info = statOf(file);
    if (!info) return void 0;
    const { ino, size, ctimeMs } = info;
    const isSame = known?.ino === ino && known.size === size && known.ctimeMs === ctimeMs;
    if (known && isSame && !known.isYoung) return known;
    const value = read2();
    if (value === void 0) return void 0;
    const tickMs = ctimeMs % 1e3 === 0 ? COARSE_TICK_MS : TICK_MS;
    return { ino, size, ctimeMs, isYoung: ctimeMs > this.#atMs - tickMs, value };
  }
};
function placeIn(text) {
  const place = text?.trim().replace(/^ref: */, "");
  return place === "" ? void 0 : place;
}
function statOf(file) {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return void 0;
  }
}
function bytesOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return void 0;
  }
}
function textOf(file) {
  return bytesOf(file)?.toString("utf8");
}
function listOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory()
    }));
  } catch {
    return void 0;
  }
}
function isSameMap(a, b) {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

// mcp-server/src/git/repository-moves.ts
function repositoryMoves(before, after) {
  const head = before.head === after.head ? [] : [{ what: "head", from: before.head, to: after.head }];
  const moved = movedRefs(before, after);
  const refs = moved.filter(
    ({ ref }) => ref === after.head || ref === before.head || !(before.elsewhere.has(ref) || after.elsewhere.has(ref))
  );
  const gone = missing(before.stash, after.stash);
  const added = missing(after.stash, before.stash);
  const isExplained = head.length > 0 || moved.some(({ ref }) => ref === after.head);
  return [
    ...head,
    ...refs.map(
      ({ ref, from, to }) => ({
        what: ref.startsWith(TAGS) ? "tag" : "branch",
        name: ref.slice(ref.startsWith(TAGS) ? TAGS.length : HEADS.length),
        ...from !== void 0 && { from },
        ...to !== void 0 && { to }
      })
    ),
    ...gone + added > 0 ? [{ what: "stash", gone, added }] : [],
    ...before.index !== after.index && !isExplained ? [{ what: "index" }] : []
  ];
}
var TAGS = "refs/tags/";
var HEADS = "refs/heads/";
function movedRefs(before, after) {
  if (before.loose === after.loose && before.packed === after.packed) return [];
  const names = before.packed === after.packed ? [...before.loose.keys(), ...after.loose.keys()] : [before, after].flatMap(({ loose, packed }) => [...loose.keys(), ...packed.keys()]);
  return [...new Set(names)].sort().flatMap((ref) => {
    const [from, to] = [commitOf(before, ref), commitOf(after, ref)];
    return from === to ? [] : [{ ref, from, to }];
  });
}
function commitOf({ loose, packed }, ref) {
  return loose.get(ref) ?? packed.get(ref);
}
function missing(from, others) {
  const there = new Set(others);
  return from.filter((commit) => !there.has(commit)).length;
}

// mcp-server/src/git/sparse-checkout.ts
async function filesLeftOut(worktree) {
  if (!await isSet(worktree, "core.sparseCheckout", false)) return [];
  const entries = (await git(worktree, ["ls-files", "-t", "-z"])).split("\0");
  return entries.flatMap((entry) => entry.startsWith("S ") ? [entry.slice(2)] : []);
}
async function widenSparseCheckout(worktree, files) {
  const named = files.filter((file) => !new RegExp("\\p{Cc}", "u").test(file));
  if (named.length === 0) return;
  const isOfFolders = await isSet(worktree, "core.sparseCheckoutCone", true);
  const parts = new Set(named.map(isOfFolders ? quotedFolder : patternOfPath));
  await git(worktree, ["sparse-checkout", "add", "--stdin"], { input: `${[...parts].join("\n")}
` });
}
async function isSet(worktree, name, ifAbsent) {
  const setting = ["config", "--bool", "--default", String(ifAbsent), "--get", name];
  return (await git(worktree, setting)).trim() === "true";
}
function quotedFolder(file) {
  return JSON.stringify(posix.dirname(file));
}
function patternOfPath(file) {
  return `/${file.replace(/[\\*?[\]]| $/g, "\\$&")}`;
}

// mcp-server/src/git/unified-diff.ts
var PLAIN2 = ["-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null", "diff", "--no-index"];
var UNCOLOURED = ["--no-color", "--no-ext-diff", "--no-textconv", "--text"];
async function diffHunks(before, after) {
  const folder = await mkdtemp(join(tmpdir(), "parallel-diff-"));
  try {
    await writeFile(join(folder, "before"), before, { mode: 384 });
    await writeFile(join(folder, "after"), after, { mode: 384 });
    const output = await git(folder, [...PLAIN2, ...UNCOLOURED, "before", "after"]).catch(outputOfDifferent);
    const start = output.search(/^@@ /m);
    return start === -1 ? "" : output.slice(start);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
function outputOfDifferent(error) {
  if (error instanceof GitFailed && error.exitCode === 1) return error.output;
  throw error;
}

// mcp-server/src/git/unsolved-conflicts.ts
var MARKER = /^(?:(?:<{7,}|>{7,}|\|{7,})(?: |\r?$)|={7}\r?$)/;
async function treeOf(worktree) {
  const index = resolve(worktree, (await git(worktree, ["rev-parse", "--git-path", "index"])).trim());
  const folder = await mkdtemp(join(tmpdir(), "parallel-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await copyFile(index, env.GIT_INDEX_FILE);
    await git(worktree, ["add", "--all", "--sparse"], { env });
    return (await git(worktree, ["write-tree"], { env })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
async function fileWithMarkers(root, tree, sides, files = []) {
  const columns = sides.length === 1 ? [...sides, ...sides] : sides;
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--find-renames"];
  const diff = await git(
    root,
    ["-c", "core.quotePath=false", "diff", "--cc", "--unified=0", ...plain, tree, ...columns, "--", ...files],
    { env: { GIT_LITERAL_PATHSPECS: "1" } }
  );
  const isNew = "+".repeat(columns.length);
  let file = "";
  for (const line of diff.split("\n")) {
    file = /^diff --cc (.*)$/.exec(line)?.[1] ?? file;
    if (line.startsWith(isNew) && MARKER.test(line.slice(isNew.length))) return file;
  }
  return void 0;
}
async function untouchedFiles(root, ours, theirs, tree, unmerged) {
  const left = await mergedTree(root, ours, theirs);
  const differing = await git(root, [
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    "--no-renames",
    left.tree,
    tree
  ]);
  const touched = new Set(differing.split("\0"));
  return unmerged.filter((file) => !touched.has(file));
}

// mcp-server/src/git/work-tree.ts
async function gitFolderOf(path) {
  const text = await readFile(join(path, ".git"), "utf8").catch(() => "");
  const leadsTo = /^gitdir: (.+?)\r?\n?$/.exec(text)?.[1];
  return leadsTo === void 0 ? void 0 : resolve(path, leadsTo);
}
async function folderOfWorkTree(root) {
  const linked = await gitFolderOf(root);
  if (linked !== void 0) return linked;
  const own = join(root, ".git");
  return existsSync(join(own, "HEAD")) ? own : resolve(root, (await git(root, ["rev-parse", "--git-dir"])).trim());
}
async function operationUnderWay(root) {
  const folder = await folderOfWorkTree(root);
  return Object.entries(UNDER_WAY).find(([file]) => existsSync(join(folder, file)))?.[1];
}
var UNDER_WAY = {
  MERGE_HEAD: "a merge",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase"
};
export {
  EXECUTABLE,
  FileTouched,
  Fingerprints,
  GONE,
  GitFailed,
  IgnoredFiles,
  LINK,
  LOOK_LIMIT_MS,
  PLAIN,
  REMOTE,
  RefMoved,
  RepositoryFiles,
  SUBMODULE,
  attemptName,
  attemptRef,
  attemptRefs,
  attemptsOn,
  branchFacts,
  changedFiles,
  changesBetween,
  checkoutState,
  commitAt,
  commitFacts,
  commitFiles,
  commitMessage,
  commitTree,
  commitsThere,
  committedVersions,
  containedIn,
  diffHunks,
  dropDeadLinks,
  ensurePlanBranch,
  fetchAttempt,
  fetchPlanBranch,
  fileWithMarkers,
  filesLeftOut,
  filesNow,
  folderOfWorkTree,
  forgetCommitsIn,
  git,
  gitFolderOf,
  gitIdentity,
  gitSays,
  hasCommitsOfSubmodules,
  hasFilesOfSubmodules,
  hasRemote,
  headFiles,
  headsHereAndThere,
  ignoredFiles,
  indexContent,
  indexEntries,
  isAncestor,
  isBlob,
  isUntouched,
  keepCommit,
  knownIgnoredFiles,
  mergedTree,
  moveRefs,
  normalOrigin,
  noteRemoteHead,
  operationUnderWay,
  originOf,
  ownRef,
  patternOfPath,
  placeFiles,
  planBranch,
  planCommitMessage,
  planHead,
  prepareMerge,
  publicAddress,
  pushAttempt,
  pushPlanBranch,
  refreshIndex,
  refsAt,
  refuseCheckedOut,
  refuseHeld,
  refuseTakenNames,
  remoteHead,
  removeAttempts,
  repositoryMoves,
  sameVersion,
  stageFiles,
  stagedNow,
  stampAt,
  statusEntries,
  submoduleFolders,
  submoduleWork,
  submodulesAt,
  treeChanges,
  treeOf,
  untouchedFiles,
  untrackedRepositories,
  versionsBetween,
  widenSparseCheckout,
  workBranches,
  workTreeEntries
};
