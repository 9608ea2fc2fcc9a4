// import:node:fs in run/worktrees/pool.mjs
import { existsSync, lstatSync } from "node:fs";

// import:node:fs/promises in run/worktrees/pool.mjs
import { chmod, copyFile, link, lstat, mkdir, readFile, readdir, rm, rmdir, unlink, writeFile } from "node:fs/promises";

// import:node:path in run/worktrees/pool.mjs
import { dirname, join, posix, resolve } from "node:path";

// import:git.mjs in run/worktrees/pool.mjs
import { GitFailed, folderOfWorkTree, git, gitFolderOf, hasCommitsOfSubmodules, hasFilesOfSubmodules, indexEntries, isAncestor, operationUnderWay, statusEntries } from "../../git.mjs";

// import:run/worktrees/setup.mjs in run/worktrees/pool.mjs
import { SET_UP_FILE, readSetUp } from "./setup.mjs";

// mcp-server/src/run/worktrees/pool/remove-all-but.ts
var KINDS = {
  "100644": "file",
  "100755": "program",
  "120000": "link",
  "040000": "folder",
  "160000": "submodule"
};
async function removeAllBut(worktree, commit, kept) {
  const listed = await git(worktree, ["ls-tree", "-r", "-t", "-z", "--full-tree", commit], {
    encoding: "latin1"
  });
  const kinds = new Map(
    listed.split("\0").flatMap((entry) => {
      const [, mode = "", path = ""] = /^(\d+) [^\t]*\t(.*)$/s.exec(entry) ?? [];
      const kind = KINDS[mode];
      return kind ? [[path, kind]] : [];
    })
  );
  const stays = new Set(kept.map((path) => Buffer.from(path).toString("latin1")));
  const above = new Set([...stays].flatMap(foldersAbove));
  const top = Buffer.from(worktree).toString("latin1");
  await clearFolder(top, "", { kinds, stays, above });
}
async function removeFolder(folder) {
  const at = Buffer.from(folder).toString("latin1");
  await remove(at, await lstat(bytes(at)));
}
async function emptyFolder(folder) {
  await removeAllIn(Buffer.from(folder).toString("latin1"));
  await chmod(folder, 511 & ~process.umask());
}
async function clearFolder(folder, inside, rules) {
  await correctMode(folder, await lstat(bytes(folder)));
  const names = await namesIn(folder);
  await Promise.all(
    names.map(async (name) => {
      const path = `${inside}${name}`;
      if (path === ".git" || rules.stays.has(path)) return;
      await clear(`${folder}/${name}`, path, rules);
    })
  );
}
async function clear(at, path, rules) {
  const info = lstatSync(bytes(at));
  const kind = rules.kinds.get(path) ?? (rules.above.has(path) ? "folder" : void 0);
  if (kind === "folder" && info.isDirectory()) {
    await clearFolder(at, `${path}/`, rules);
    await rmdir(bytes(at)).catch(ignoreIfFull);
  } else if (kind === void 0 || kind === "folder" || !isAsGitMakesIt(info, kind)) {
    await remove(at, info);
  } else if (kind === "submodule") {
    await removeAllIn(at);
    await correctMode(at, await lstat(bytes(at)));
  }
}
function isAsGitMakesIt(info, kind) {
  if (kind === "submodule") return info.isDirectory();
  if (info.nlink !== 1) return false;
  if (kind === "link") return info.isSymbolicLink();
  return info.isFile() && hasMode(info, kind === "program" ? 511 : 438);
}
function hasMode({ mode }, full) {
  return process.platform === "win32" || (mode & 4095) === (full & ~process.umask());
}
async function correctMode(folder, info) {
  const isInherited = (info.mode & 1024) !== 0;
  const wanted = 511 & ~process.umask() | (isInherited ? 1024 : 0);
  if (process.platform !== "win32" && (info.mode & 4095) !== wanted) await chmod(bytes(folder), wanted);
}
async function remove(at, info) {
  if (!info.isDirectory()) return unlink(bytes(at));
  await removeAllIn(at);
  await rmdir(bytes(at));
}
async function removeAllIn(folder) {
  await chmod(bytes(folder), 448);
  const names = await namesIn(folder);
  await Promise.all(
    names.map(async (name) => {
      const at = `${folder}/${name}`;
      await remove(at, await lstat(bytes(at)));
    })
  );
}
async function namesIn(folder) {
  return readdir(bytes(folder), { encoding: "latin1" });
}
function bytes(path) {
  return Buffer.from(path, "latin1");
}
function foldersAbove(path) {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
function ignoreIfFull(error) {
  const { code = "" } = error;
  if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(code)) throw error;
}

// import:node:crypto in run/worktrees/pool.mjs
import { randomUUID } from "node:crypto";

// import:lib/zod.mjs in run/worktrees/pool.mjs
import * as z from "../../lib/zod.mjs";

// import:run/project.mjs in run/worktrees/pool.mjs
import { isDead, isInside, isServerDead, undefinedIfMissing } from "../project.mjs";

// mcp-server/src/run/worktrees/pool/worktree-use.ts
var NAME = /^parallel-use-(\d+)\.json$/;
var USE_FILES = "parallel-use-";
var MAX_TRIES = 10;
var process2 = z.object({ pid: z.number(), startedAt: z.string() });
var held = z.object({
  state: z.literal("held"),
  plan: z.string(),
  /** The hash of the claim's token: numbers of plans and claims begin anew in every graph. */
  claim: z.string(),
  /** The digest of the command that set it up; empty: none did. */
  setup: z.string()
});
var free = z.object({
  state: z.literal("free"),
  plan: z.string(),
  /** The commit at which it stands. Who finds another one there finds somebody's work. */
  head: z.string(),
  setup: z.string()
});
var schema = z.discriminatedUnion("state", [
  held,
  free,
  z.object({
    state: z.literal("taken"),
    by: process2.extend({ host: z.string(), server: process2.optional() }),
    /** What it was, and is again if whoever has taken it dies before anything was changed. */
    before: z.discriminatedUnion("state", [held, free])
  })
]);
async function readUse(gitFolder) {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const number = await lastNumber(gitFolder);
    if (number === 0) return void 0;
    const text = await readFile(fileOf(gitFolder, number), "utf8").catch(undefinedIfMissing);
    if (text === void 0) continue;
    const use = useIn(text);
    return use && { number, use };
  }
  return void 0;
}
async function changeUse(gitFolder, from, use) {
  const number = from + 1;
  const file = fileOf(gitFolder, number);
  const prepared = join(gitFolder, `${USE_FILES}${randomUUID()}.new`);
  try {
    await writeFile(prepared, JSON.stringify(use));
    await link(prepared, file);
  } catch (error) {
    const { code } = error;
    if (code === "EEXIST" || code === "ENOENT") return void 0;
    throw error;
  } finally {
    await rm(prepared, { force: true });
  }
  if (await lastNumber(gitFolder) > number) {
    await rm(file, { force: true });
    return void 0;
  }
  await removeBefore(gitFolder, number);
  return { number, use };
}
async function removeUse(gitFolder) {
  await removeBefore(gitFolder, Number.POSITIVE_INFINITY);
}
async function lastNumber(gitFolder) {
  return Math.max(0, ...await numbersIn(gitFolder));
}
async function removeBefore(gitFolder, number) {
  const outdated = (await numbersIn(gitFolder)).filter((one) => one < number);
  await Promise.all(outdated.map((one) => rm(fileOf(gitFolder, one), { force: true })));
}
async function numbersIn(gitFolder) {
  const names = await readdir(gitFolder).catch(undefinedIfMissing) ?? [];
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
}
function fileOf(gitFolder, number) {
  return join(gitFolder, `${USE_FILES}${number}.json`);
}
function useIn(text) {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return void 0;
  }
}

// mcp-server/src/run/worktrees/pool/clean-worktree.ts
var GITS_OWN = /* @__PURE__ */ new Set(["HEAD", "commondir", "gitdir", "locked"]);
var PASSED_ON = ["info/sparse-checkout", "config.worktree"];
var OF_MAIN_WORK_TREE = ["core.bare", "core.worktree"];
var TRUST_NOTHING = ["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"];
async function cleanWorktree(root, { path, gitFolder }, { branch, base, reason, kept }) {
  if (await gitFolderOf(path) !== gitFolder) throw new Error(`${path} is no worktree of this repository`);
  await clearGitFolder(gitFolder);
  await passOn(root, gitFolder);
  await git(root, ["update-ref", `refs/heads/${branch}`, base]);
  const at = ["--git-dir", gitFolder, "--work-tree", path, ...TRUST_NOTHING];
  await git(path, [...at, "symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  await writeFile(join(gitFolder, "locked"), `${reason}
`);
  await removeAllBut(path, base, kept);
  await git(path, [...at, "read-tree", base]);
  await git(path, [...at, "update-index", "-q", "--refresh"]).catch(ignoreDifferences);
  await git(path, [...at, "reset", "--quiet", "--hard", base]);
  await refuseRest(path, kept);
}
async function clearGitFolder(gitFolder) {
  const names = await readdir(gitFolder);
  const others = names.filter(
    (name) => !GITS_OWN.has(name) && name !== SET_UP_FILE && !name.startsWith(USE_FILES)
  );
  await Promise.all(others.map((name) => rm(join(gitFolder, name), { recursive: true, force: true })));
}
async function passOn(root, gitFolder) {
  const of = await folderOfWorkTree(root);
  for (const name of PASSED_ON) {
    const [from, to] = [join(of, name), join(gitFolder, name)];
    if (!existsSync(from)) continue;
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
    if (name !== "config.worktree") continue;
    for (const setting of OF_MAIN_WORK_TREE) {
      await git(root, ["config", "--file", to, "--unset-all", setting]).catch(ignoreMissingSetting);
    }
  }
}
async function refuseRest(path, kept) {
  const entries = await statusEntries(path, "--ignored=matching");
  const isKept = (entry) => {
    const name = entry.slice(3).replace(/\/$/, "");
    const isNear = (one) => one === name || one.startsWith(`${name}/`) || name.startsWith(`${one}/`);
    return entry.startsWith("!! ") && kept.some(isNear);
  };
  const rest = entries.find((entry) => !isKept(entry));
  if (rest !== void 0) throw new Error(`${path} cannot be cleaned: ${JSON.stringify(rest)}`);
}
function ignoreDifferences(error) {
  if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
}
function ignoreMissingSetting(error) {
  if (!(error instanceof GitFailed) || error.exitCode !== 5) throw error;
}

// import:node:timers/promises in run/worktrees/pool.mjs
import { setTimeout } from "node:timers/promises";

// import:host.mjs in run/worktrees/pool.mjs
import { WORKTREE_FOLDER, runningProcesses } from "../../host.mjs";

// import:policy.mjs in run/worktrees/pool.mjs
import { isGated, processesInFolder } from "../../policy.mjs";

// mcp-server/src/run/worktrees/pool/left-processes.ts
var MAX_TERM_MS = 2e3;
var MAX_KILL_MS = 2e3;
var PAUSE_MS = 20;
function knownServers({ owner }, claims) {
  const owners = [owner, ...claims.map((claim) => claim.owner)].filter(({ host }) => host === owner.host);
  return {
    own: process.pid,
    clients: new Set(owners.map(({ pid }) => pid)),
    servers: new Set(owners.flatMap(({ server }) => server?.pid ?? []))
  };
}
async function endLeftProcesses(path, known) {
  if (process.platform !== "linux") return "unknown";
  const isThere = (folder) => folder === path || isInside(path, folder);
  const look = async () => processesInFolder(await runningProcesses(), isThere, known);
  const begin = performance.now();
  const signalled = /* @__PURE__ */ new Map();
  for (; ; ) {
    const { left, isUsed } = await look();
    if (isUsed) return "used";
    if (left.length === 0) return "none";
    const waitedMs = performance.now() - begin;
    if (waitedMs > MAX_TERM_MS + MAX_KILL_MS) return "unknown";
    const signal = waitedMs > MAX_TERM_MS ? "SIGKILL" : "SIGTERM";
    for (const { pid } of left) {
      if (signalled.get(pid) === signal) continue;
      signalled.set(pid, signal);
      send(pid, signal);
    }
    await setTimeout(PAUSE_MS);
  }
}
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
  }
}

// mcp-server/src/run/worktrees/pool/pooled-worktrees.ts
async function pooledWorktrees({ checkout }) {
  const { root, gitCommonDir } = checkout;
  if (gitCommonDir === void 0) return [];
  const folder = join(gitCommonDir, "worktrees");
  const names = await readdir(folder).catch(undefinedIfMissing) ?? [];
  const found = await Promise.all(
    names.map(async (name) => {
      const gitFolder = join(folder, name);
      const path = await worktreeOfGitFolder(gitFolder);
      if (path === void 0 || !isInside(join(root, WORKTREE_FOLDER), path)) return [];
      const use = await readUse(gitFolder);
      return use ? [{ ...use, path, gitFolder }] : [];
    })
  );
  return found.flat();
}
function inState(worktrees, state) {
  return worktrees.flatMap(
    (one) => one.use.state === state ? [one] : []
  );
}
async function worktreeOfGitFolder(gitFolder) {
  const text = await readFile(join(gitFolder, "gitdir"), "utf8").catch(() => "");
  const file = text.replace(/\r?\n$/, "");
  return file === "" ? void 0 : dirname(resolve(gitFolder, file));
}

// mcp-server/src/run/worktrees/pool/remove-worktree.ts
async function removeWorktree(root, { path, gitFolder }) {
  try {
    if (existsSync(path)) await removeFolder(path);
    await git(root, ["worktree", "remove", "--force", "--force", path]);
    return true;
  } catch (error) {
    const { code } = error;
    if (!(error instanceof GitFailed) && code === void 0) throw error;
    if (existsSync(path)) return false;
    await rm(gitFolder, { recursive: true, force: true });
    return true;
  }
}

// mcp-server/src/run/worktrees/pool/take.ts
async function takeWorktree({ owner }, { path, gitFolder, number, use: before }) {
  const { host, pid, startedAt, server } = owner;
  const by = { host, pid, startedAt, ...server && { server } };
  const use = { state: "taken", by, before };
  const taken = await changeUse(gitFolder, number, use);
  return taken && { path, gitFolder, number: taken.number, use, before };
}
async function giveBack({ gitFolder, number }, use) {
  await changeUse(gitFolder, number, use);
}
async function forsake({ gitFolder }) {
  await rm(join(gitFolder, "locked"), { force: true });
  await removeUse(gitFolder);
}
async function recoveredPool(ctx) {
  const all = await pooledWorktrees(ctx);
  let isOther = false;
  for (const one of inState(all, "taken")) {
    const { by, before } = one.use;
    if (!await isGone(by)) continue;
    isOther = true;
    if (before.state === "held") {
      await changeUse(one.gitFolder, one.number, before);
      continue;
    }
    const taken = await takeWorktree(ctx, { ...one, use: before });
    if (taken) await removeWorktree(ctx.checkout.root, taken);
  }
  return isOther ? pooledWorktrees(ctx) : all;
}
async function isGone({ server, ...rest }) {
  const owner = { ...rest, ...server && { server } };
  return await isDead(owner) || await isServerDead(owner);
}

// mcp-server/src/run/worktrees/pool/unmerged-work.ts
var INDEX_COPY = "parallel-index";
async function isMerged(path, head) {
  if (!await isAncestor(path, "HEAD", head) || (await statusEntries(path)).length > 0) return false;
  const { links, overlooked } = await indexEntries(path);
  if (await hasFilesOfSubmodules(path, links) || await hasCommitsOfSubmodules(path, links)) return false;
  return await operationUnderWay(path) === void 0 && !await hasHiddenChange(path, overlooked);
}
async function hasHiddenChange(path, marked) {
  const there = marked.filter((name) => lstatSync(join(path, name), { throwIfNoEntry: false }) !== void 0);
  if (there.length === 0) return false;
  const folder = await folderOfWorkTree(path);
  const copy = join(folder, INDEX_COPY);
  const options = { env: { GIT_INDEX_FILE: copy } };
  const input = there.map((name) => `${name}\0`).join("");
  try {
    await copyFile(join(folder, "index"), copy);
    for (const mark of ["--no-assume-unchanged", "--no-skip-worktree"]) {
      await git(path, ["update-index", mark, "-z", "--stdin"], { ...options, input });
    }
    return await git(path, ["diff-files", "--name-only"], options) !== "";
  } finally {
    await rm(copy, { force: true });
  }
}

// mcp-server/src/run/worktrees/pool/free-worktree.ts
async function freeWorktree(ctx, held2, head, known, letGo) {
  const { path, gitFolder } = held2;
  if (existsSync(join(gitFolder, "reftable")) || await gitFolderOf(path) !== gitFolder) return "unfit";
  const taken = await takeWorktree(ctx, held2);
  if (taken === void 0) return "used";
  let next = taken.before;
  try {
    const running = await endLeftProcesses(path, known);
    if (running !== "none") return running === "used" ? "used" : "unfit";
    if (!await isMerged(path, head)) return "used";
    const commit = (await git(path, ["--git-dir", gitFolder, "rev-parse", "HEAD"])).trim();
    next = await detached(taken, commit);
    await letGo();
    return "freed";
  } finally {
    await giveBack(taken, next);
  }
}
async function freeAfterCommand(ctx, held2, commit, known) {
  const { path, gitFolder } = held2;
  if (existsSync(join(gitFolder, "reftable")) || await gitFolderOf(path) !== gitFolder) return false;
  const taken = await takeWorktree(ctx, held2);
  if (taken === void 0) return false;
  let next = taken.before;
  try {
    if (await endLeftProcesses(path, known) !== "none") return false;
    const at = ["--git-dir", gitFolder, "--work-tree", path];
    const free2 = await detached(taken, commit);
    await git(path, [...at, "reset", "--quiet", "--hard", commit]);
    await git(path, [...at, "clean", "--quiet", "-d", "--force", "--force"]);
    next = free2;
    return true;
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  } finally {
    await giveBack(taken, next);
  }
}
async function detached({ path, gitFolder, before }, head) {
  await git(path, ["--git-dir", gitFolder, "update-ref", "--no-deref", "HEAD", head]);
  await writeFile(join(gitFolder, "locked"), "free: kept for the next task\n");
  return { state: "free", plan: before.plan, head, setup: before.setup };
}

// mcp-server/src/run/worktrees/pool/kept-paths.ts
async function keptPaths(worktree) {
  const noted = await readSetUp(worktree);
  return (noted?.outputs ?? []).flatMap((path) => pathBelow(path) ?? []);
}
async function forgetSetup(gitFolder) {
  await rm(join(gitFolder, SET_UP_FILE), { force: true });
}
function pathBelow(path) {
  const plain = posix.normalize(path).replace(/\/$/, "");
  const isOutside = posix.isAbsolute(plain) || plain === "." || /^\.\.(\/|$)/.test(plain);
  return isOutside || /^\.git(\/|$)/i.test(plain) ? void 0 : plain;
}

// import:run/plan.mjs in run/worktrees/pool.mjs
import { isDone } from "../plan.mjs";

// mcp-server/src/run/worktrees/pool/most-wanted.ts
function mostWanted(plan, cut) {
  if (isDone(plan) || plan.stored.status === "stopped") return 0;
  const { graph, cap, policy } = plan;
  const begun = graph.live.filter(({ id, isolation }) => isolation === "worktree" && !cut.has(id));
  return Math.min(cap, graph.count("pending") + begun.length) + (isGated(policy) ? 1 : 0);
}

// mcp-server/src/run/worktrees/pool/take-free.ts
async function takeFreeWorktree(ctx, request) {
  for (const free2 of inState(await recoveredPool(ctx), "free")) {
    const taken = await takeWorktree(ctx, free2);
    if (taken && await prepare(ctx, taken, request)) return taken.path;
  }
  return void 0;
}
async function removeFree(ctx, all) {
  for (const free2 of all) {
    const taken = await takeWorktree(ctx, free2);
    if (taken === void 0) continue;
    if (await isTouched(taken)) await forsake(taken);
    else await removeWorktree(ctx.checkout.root, taken);
  }
}
async function prepare(ctx, taken, { holder, known, ...wanted }) {
  const { path, gitFolder, before } = taken;
  if (await endLeftProcesses(path, known) !== "none") {
    await giveBack(taken, before);
    return false;
  }
  if (await isTouched(taken)) {
    await forsake(taken);
    return false;
  }
  try {
    if (before.setup !== holder.setup) await forgetSetup(gitFolder);
    await cleanWorktree(ctx.checkout.root, taken, { ...wanted, kept: await keptPaths(path) });
    await giveBack(taken, holder);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await removeWorktree(ctx.checkout.root, taken);
    return false;
  }
}
async function isTouched({ path, gitFolder, before }) {
  if (!existsSync(path)) return false;
  try {
    const head = await readFile(join(gitFolder, "HEAD"), "utf8");
    const isAsFreed = head.trim() === before.head && await gitFolderOf(path) === gitFolder;
    return !isAsFreed || (await statusEntries(path)).length > 0;
  } catch (error) {
    if (error instanceof Error) return true;
    throw error;
  }
}
export {
  USE_FILES,
  changeUse,
  cleanWorktree,
  emptyFolder,
  endLeftProcesses,
  forgetSetup,
  forsake,
  freeAfterCommand,
  freeWorktree,
  giveBack,
  inState,
  isMerged,
  keptPaths,
  knownServers,
  mostWanted,
  pooledWorktrees,
  readUse,
  recoveredPool,
  removeAllBut,
  removeFolder,
  removeFree,
  removeUse,
  removeWorktree,
  takeFreeWorktree,
  takeWorktree
};
