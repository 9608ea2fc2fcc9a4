// import:node:fs/promises in run/worktrees/setup.mjs
import { appendFile, copyFile, lstat, mkdir, readFile, readlink, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";

// import:node:path in run/worktrees/setup.mjs
import { dirname, join, posix, relative } from "node:path";

// import:run/project.mjs in run/worktrees/setup.mjs
import { isInside, pathInside, undefinedIfMissing } from "../project.mjs";

// mcp-server/src/run/worktrees/setup/excluded-from-status.ts
async function excludeFromStatus(gitCommonDir, patterns) {
  const folder = join(gitCommonDir ?? "", "info");
  const file = join(folder, "exclude");
  const text = await readFile(file, "utf8").catch(undefinedIfMissing) ?? "";
  const there = new Set(text.split("\n"));
  const missing = patterns.filter((pattern) => !there.has(pattern));
  if (missing.length === 0) return;
  await mkdir(folder, { recursive: true });
  const begin = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${begin}${missing.join("\n")}
`);
}

// import:node:fs in run/worktrees/setup.mjs
import { constants, existsSync } from "node:fs";

// import:errors.mjs in run/worktrees/setup.mjs
import { CallerError } from "../../errors.mjs";

// import:git.mjs in run/worktrees/setup.mjs
import { folderOfWorkTree, git, gitSays, patternOfPath, statusEntries } from "../../git.mjs";

// mcp-server/src/run/worktrees/setup/included-files.ts
var INCLUDE_FILE = ".worktreeinclude";
async function copyIncluded(root, worktree) {
  const copied = [];
  for (const file of await includedFiles(root)) {
    if (await copy(root, worktree, file)) copied.push(file);
  }
  return copied;
}
async function includedFiles(root) {
  const text = await readFile(join(root, INCLUDE_FILE), "utf8").catch(undefinedIfMissing);
  const patterns = patternsIn(text ?? "");
  if (patterns.length === 0) return [];
  const [named, ignored] = await Promise.all([
    otherPaths(root, [`--exclude-from=${INCLUDE_FILE}`]),
    ignoredPaths(root)
  ]);
  const whole = new Set(ignored);
  const isIncluded = (path) => {
    if (whole.has(path)) return true;
    const folder = foldersAbove(path).find((above) => whole.has(above));
    return folder !== void 0 && patterns.some((pattern) => namesFolder(pattern, folder));
  };
  return named.filter((path) => !path.endsWith("/") && isIncluded(path));
}
async function ignoredPaths(root) {
  const paths = (await otherPaths(root, ["--directory", "--exclude-standard"])).sort();
  return paths.filter((path, at) => !(path.endsWith("/") && paths[at + 1]?.startsWith(path)));
}
async function otherPaths(root, options) {
  const command = ["ls-files", "--others", "--ignored", "-z", ...options];
  return (await git(root, command)).split("\0").filter(Boolean);
}
function foldersAbove(path) {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
}
function patternsIn(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("!"));
}
function namesFolder(pattern, folder) {
  const plain = pattern.replace(/^\//, "").replace(/\/$/, "");
  const glob = plain.search(/[*?[]/);
  const leadsThere = `${plain}/`.startsWith(folder) || glob > 0 && folder.startsWith(plain.slice(0, glob));
  return leadsThere || plain === posix.basename(folder);
}
async function copy(root, worktree, file) {
  const from = join(root, file);
  const info = await lstat(from).catch(undefinedIfMissing);
  if (!info?.isFile() && !info?.isSymbolicLink()) return false;
  const to = join(worktree, file);
  if (existsSync(to)) return true;
  try {
    await pathInside(worktree, file);
  } catch (error) {
    if (error instanceof CallerError) return false;
    throw error;
  }
  if (info.isSymbolicLink()) {
    const target = await realpath(from).catch(() => root);
    if (!isInside(root, target)) return false;
    await symlink(await readlink(from), to);
    return true;
  }
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  return true;
}

// import:host.mjs in run/worktrees/setup.mjs
import { dataOf, worktreeSettings } from "../../host.mjs";

// mcp-server/src/run/worktrees/setup/linked-folders.ts
async function linkFolders(ctx, worktree) {
  const { root, gitCommonDir } = ctx.checkout;
  const { linkedFolders } = worktreeSettings(await ctx.commands.hostSettings());
  const links = [];
  for (const named of linkedFolders) {
    const folder = placeInside(named);
    const target = folder && await sharedFolder(root, folder);
    if (folder === void 0 || target === void 0) continue;
    const link = join(worktree, folder);
    if (await canBeMade(worktree, link)) {
      await mkdir(dirname(link), { recursive: true });
      await symlink(target, link, "junction");
    }
    if (await realPathOf(link) !== target) continue;
    links.push(folder);
    const isIgnored = await gitSays(worktree, ["check-ignore", "--quiet", "--", folder]);
    if (!isIgnored) await excludeFromStatus(gitCommonDir, [patternOfPath(folder)]);
  }
  return links;
}
function placeInside(path) {
  const place = posix.normalize(path.replaceAll("\\", "/")).replace(/\/$/, "");
  const parts = place.split("/");
  const isOutside = posix.isAbsolute(place) || /^[a-z]:/i.test(place) || parts[0] === "..";
  const isPlain = place !== "." && !parts.includes(".git") && !new RegExp("\\p{Cc}", "u").test(place);
  return isPlain && !isOutside ? place : void 0;
}
async function sharedFolder(root, folder) {
  const target = await realPathOf(join(root, folder));
  if (target === void 0 || !isInside(root, target) || !(await stat(target)).isDirectory())
    return void 0;
  const isIgnored = await gitSays(root, ["check-ignore", "--quiet", "--", `${relative(root, target)}/`]);
  return isIgnored ? target : void 0;
}
async function canBeMade(worktree, link) {
  if (await isThere(link)) return false;
  let above = dirname(link);
  while (!await isThere(above)) above = dirname(above);
  const real = await realPathOf(above);
  if (real === void 0 || !(await stat(real)).isDirectory()) return false;
  return real === worktree || isInside(worktree, real);
}
async function isThere(path) {
  return await lstat(path).catch(() => void 0) !== void 0;
}
async function realPathOf(path) {
  return realpath(path).catch(() => void 0);
}

// import:node:crypto in run/worktrees/setup.mjs
import { createHash } from "node:crypto";

// import:node:net in run/worktrees/setup.mjs
import { createServer } from "node:net";

// import:node:os in run/worktrees/setup.mjs
import { tmpdir, userInfo } from "node:os";

// mcp-server/src/run/worktrees/setup/port.ts
var FIRST_PORT = 2e4;
var PORTS = 1e4;
var PORT_VARIABLE = "PARALLEL_PORT";
async function reservePort(worktree) {
  const folder = join(tmpdir(), `parallel-ports-${userInfo().uid}`);
  await mkdir(folder, { recursive: true, mode: 448 });
  const start = createHash("sha256").update(worktree).digest().readUInt32BE() % PORTS;
  for (let n = 0; n < PORTS; n++) {
    const port = FIRST_PORT + (start + n) % PORTS;
    const reservation = join(folder, String(port));
    if (!await isReserved(reservation, worktree)) continue;
    if (await isFree(port)) return port;
    await rm(reservation, { force: true });
  }
  throw new CallerError("wrong_state", "No port is free for another worktree.", "End programs that listen.");
}
async function isReserved(reservation, worktree) {
  const holder = await readlink(reservation).catch(() => void 0);
  if (holder === worktree) return true;
  if (holder !== void 0 && existsSync(holder)) return false;
  if (holder !== void 0) await rm(reservation, { force: true });
  try {
    await symlink(worktree, reservation, "junction");
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

// import:text.mjs in run/worktrees/setup.mjs
import { exactLine, foreignLine, shownPath } from "../../text.mjs";

// import:run/approval.mjs in run/worktrees/setup.mjs
import { NOT_APPROVED } from "../approval.mjs";

// mcp-server/src/run/worktrees/setup/refuse-set-up.ts
async function whySetUpIsNotRun(ctx, { policy, stored: { slug } }) {
  const why = policy.setup.trim() === "" ? void 0 : await ctx.commands.whyNot(policy.setup);
  if (why === void 0) return void 0;
  const remedy = why === NOT_APPROVED ? `plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.` : `Ask the user to change that, or to do without: plan_update {plan: "${slug}", policy: {setup: ""}}.`;
  return {
    problem: `The server does not run the set-up of worktrees, ${exactLine(policy.setup)}: ${why}.`,
    remedy
  };
}
async function refuseSetUp(ctx, plan) {
  const why = await whySetUpIsNotRun(ctx, plan);
  if (why) throw new CallerError("wrong_state", why.problem, why.remedy);
}

// import:lib/zod.mjs in run/worktrees/setup.mjs
import * as z from "../../lib/zod.mjs";

// mcp-server/src/run/worktrees/setup/set-up-record.ts
var SET_UP_FILE = "parallel-setup.json";
var setUp = z.object({
  /** Loopback port that the worktree has for itself. */
  port: z.number(),
  /** Links to folders that it shares with the checkout. */
  links: z.array(z.string()),
  /** Files that `.worktreeinclude` names, as copies. */
  included: z.array(z.string()),
  /** What the command made of files that git ignores; the name of a whole folder ends with a slash. */
  outputs: z.array(z.string())
});
async function readSetUp(worktree) {
  return dataOf(await fileOf(worktree), setUp);
}
async function variablesOfWorktree(worktree) {
  const port = (await readSetUp(worktree))?.port;
  return port === void 0 ? {} : { [PORT_VARIABLE]: String(port) };
}
async function writeSetUp(worktree, record) {
  await writeFile(await fileOf(worktree), JSON.stringify(record));
}
async function fileOf(worktree) {
  return join(await folderOfWorkTree(worktree), SET_UP_FILE);
}

// mcp-server/src/run/worktrees/setup/set-up-worktree.ts
var MAX_TOLD_OUTPUT = 800;
var MAX_RUNS = 2;
var MAX_SET_UP_MS = 10 * 6e4;
var SetUpFailed = class extends Error {
  name = "SetUpFailed";
};
async function setUpWorktree(ctx, worktree, command, limitMs = MAX_SET_UP_MS) {
  const before = await readSetUp(worktree);
  const links = await linkFolders(ctx, worktree);
  const included = await copyIncluded(ctx.checkout.root, worktree);
  const port = await reservePort(worktree);
  const made = command === "" ? [] : await runSetUp(ctx, worktree, command, { port, limitMs });
  const outputs = [.../* @__PURE__ */ new Set([...before?.outputs ?? [], ...made])];
  const record = { port, links, included, outputs };
  await writeSetUp(worktree, record);
  return record;
}
async function runSetUp(ctx, worktree, command, { port, limitMs }) {
  const changedBefore = new Set(await statusEntries(worktree));
  const ignoredBefore = new Set(await ignoredPaths(worktree));
  const endMs = performance.now() + limitMs;
  const env = { [PORT_VARIABLE]: String(port) };
  let result;
  for (let run = 1; run <= MAX_RUNS && !isOver(result); run++) {
    const limits = { env, limitMs: endMs - performance.now() };
    result = (await ctx.commands.run([command], worktree, limits)).get(command);
  }
  const problem = problemOf(result);
  if (problem !== void 0) throw new SetUpFailed(`the set-up ${exactLine(command)} ${problem}`);
  await restoreTracked(worktree, changedBefore, command);
  return (await ignoredPaths(worktree)).filter((path) => !ignoredBefore.has(path));
}
function isOver(result) {
  return result !== void 0 && ("whyNot" in result || result.exitCode === 0);
}
function problemOf(result) {
  if (result === void 0 || "exitCode" in result && result.exitCode === 0) return void 0;
  const what = "whyNot" in result ? `was not done: ${result.whyNot}` : `failed with exit code ${result.exitCode}`;
  const output = (result.output ?? "").trim().slice(-MAX_TOLD_OUTPUT);
  return `${what}${output === "" ? "" : `. The end of its output: ${foreignLine(output, MAX_TOLD_OUTPUT)}`}`;
}
async function restoreTracked(worktree, changedBefore, command) {
  const changed = (await statusEntries(worktree)).filter((entry) => !changedBefore.has(entry));
  const pathOf = (entry) => entry.slice(3);
  const strange = changed.filter((entry) => entry.startsWith("??")).map(pathOf);
  if (strange.length > 0) {
    throw new SetUpFailed(
      `the set-up ${exactLine(command)} makes ${strange.slice(0, 3).map(shownPath).join(", ")}${strange.length > 3 ? " and more" : ""}, which git does not ignore: it would be committed as a task's work. Name it in .gitignore`
    );
  }
  const paths = changed.map(pathOf);
  if (paths.length === 0) return;
  const restore = ["restore", "--source=HEAD", "--staged", "--worktree", "--pathspec-from-file=-"];
  await git(worktree, [...restore, "--pathspec-file-nul"], {
    input: paths.join("\0"),
    env: { GIT_LITERAL_PATHSPECS: "1" }
  });
}
export {
  PORT_VARIABLE,
  SET_UP_FILE,
  SetUpFailed,
  copyIncluded,
  excludeFromStatus,
  ignoredPaths,
  linkFolders,
  readSetUp,
  refuseSetUp,
  reservePort,
  setUpWorktree,
  variablesOfWorktree,
  whySetUpIsNotRun,
  writeSetUp
};
