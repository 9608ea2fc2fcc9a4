// import:node:fs in run/project.mjs
import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";

// import:node:path in run/project.mjs
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";

// mcp-server/src/run/project/case-sensitivity.ts
function isCaseInsensitive(folder) {
  const swapped = [...folder].map((letter) => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()).join("");
  return swapped !== folder && existsSync(swapped);
}
function realScope(root, scope) {
  const real = (globs) => globs.map((glob) => realGlob(root, glob));
  return { ...scope, writes: real(scope.writes), reads: real(scope.reads) };
}
function realGlob(root, glob) {
  const segments = glob.split("/");
  const firstPattern = segments.findIndex((segment) => /[*?[{(!\\]/.test(segment));
  const literal = firstPattern < 0 ? segments.length : firstPattern;
  for (let length = literal; length > 0; length--) {
    const path = join(root, ...segments.slice(0, length));
    if (!existsSync(path)) continue;
    const inside = relative(root, realpathSync(path));
    if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) return glob;
    return [...inside.split(sep), ...segments.slice(length)].join("/");
  }
  return glob;
}

// import:git.mjs in run/project.mjs
import { Fingerprints, GitFailed, IgnoredFiles, checkoutState, git, normalOrigin, originOf } from "../git.mjs";

// mcp-server/src/run/project/checkout-snapshots.ts
var PAUSE_AFTER_FAILURE_MS = 3e5;
var CheckoutSnapshots = class {
  /** @param root the checkout's top level; undefined outside git, where nothing is measured. */
  constructor(root, now) {
    this.root = root;
    this.now = now;
  }
  root;
  now;
  /** An attempt ended and nobody has looked since. */
  due = false;
  /** Plans whose logs say that looks fail, since the last one that did not. */
  toldFailure = /* @__PURE__ */ new Set();
  #prints = new Fingerprints();
  #running = Promise.resolve();
  #next;
  #failure;
  /**
   * A look that begins after this call. It reads files and starts git: not to be called inside a transaction.
   * @param before tells, when the look begins, the state that it will be compared with.
   */
  take(before) {
    this.#next ??= this.#running.then(async () => {
      this.#next = void 0;
      const look = this.#look(before);
      this.#running = look.catch(() => void 0);
      return look;
    });
    return this.#next;
  }
  async #look(before) {
    if (this.root === void 0) return { why: "the checkout is not under git" };
    if (this.#failure && this.#failure.untilMs > this.now()) return { why: this.#failure.why };
    const look = await checkoutState(this.root, before(), this.#prints, this.now);
    this.#failure = "why" in look ? { ...look, untilMs: this.now() + PAUSE_AFTER_FAILURE_MS } : void 0;
    return look;
  }
};

// import:node:crypto in run/project.mjs
import { createHash, randomBytes } from "node:crypto";

// import:node:os in run/project.mjs
import { availableParallelism, hostname } from "node:os";

// import:errors.mjs in run/project.mjs
import { CallerError, StoreUnusable } from "../errors.mjs";

// mcp-server/src/run/project/checkout.ts
async function findCheckout(directory) {
  try {
    const found = await git(directory, ["rev-parse", "--show-toplevel", "--git-common-dir"]);
    const [root, common] = found.trim().split("\n");
    if (root !== void 0 && common !== void 0) {
      return { root: realpathSync(root), gitCommonDir: realpathSync(resolve(directory, common)) };
    }
  } catch (error) {
    if (error instanceof GitFailed) refuseHiddenRepository(directory, error);
  }
  return { root: realpathSync(directory), gitCommonDir: void 0 };
}
var NO_WORK_TREE = /^not a git repository \(or any|must be run in a work tree/;
function refuseHiddenRepository(directory, { exitCode, reason }) {
  const holder = folderOfRepository(directory);
  if (holder === void 0 || NO_WORK_TREE.test(reason)) return;
  const refuse = (problem, remedy) => new CallerError("wrong_state", problem, `${remedy} Then start this server or command again.`);
  if (exitCode === void 0) {
    throw refuse(
      `${holder} is a git repository, but git cannot be started: ${reason}.`,
      "Install git, or put it on the PATH of the program that starts this server."
    );
  }
  if (/dubious ownership|unsafe repository/.test(reason)) {
    throw refuse(
      `Git does not open the repository ${holder}, because it belongs to another user (dubious ownership): its plans cannot be reached.`,
      `If the user trusts it: git config --global --add safe.directory ${JSON.stringify(holder)}. Else it has to belong to the user who runs this.`
    );
  }
  throw refuse(
    `Git cannot work in the repository ${holder}: ${reason.replace(/\.$/, "")}.`,
    "Make git status work in that folder."
  );
}
function folderOfRepository(directory) {
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return void 0;
  }
}
function checkoutKey(checkout) {
  return folderKey(checkout.root);
}
function folderKey(folder) {
  return `${hostname()}:${folder}`;
}
function placeOfCheckout(key) {
  const colon = key.indexOf(":");
  return { machine: key.slice(0, colon), path: key.slice(colon + 1) };
}
function folderBesideGraph({ gitCommonDir, root }) {
  return gitCommonDir ? join(gitCommonDir, "parallel") : join(root, ".parallel");
}
function reportsFolder(checkout) {
  return join(folderBesideGraph(checkout), "reports");
}
function checkoutFileName(checkout) {
  return createHash("sha256").update(checkoutKey(checkout)).digest("hex").slice(0, 16);
}

// import:schedule.mjs in run/project.mjs
import { estimatesFrom } from "../schedule.mjs";

// mcp-server/src/run/project/graph-handle.ts
var GraphHandle = class {
  constructor(location, clock) {
    this.location = location;
    this.clock = clock;
  }
  location;
  clock;
  #source;
  /** Opening is serialised, so that two first calls do not open it twice. */
  #turn = Promise.resolve();
  open(create) {
    return this.#inTurn(async () => {
      this.#source ??= await sourceOf(this.location, this.clock);
      return this.#source.open(create);
    });
  }
  close() {
    return this.#inTurn(async () => this.#source?.close());
  }
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => void 0);
    return result;
  }
};
async function sourceOf(location, clock) {
  if (location.engine === "sqlite") return new GraphFile(location.path);
  const { PostgresGraph } = await import("../store/engines/postgres.mjs");
  return new PostgresGraph(location.url, location.repository, estimatesFrom, clock.heard);
}
function isThere(path) {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== void 0;
  } catch (error) {
    const { code } = error;
    if (code === "ENOTDIR") return false;
    throw new StoreUnusable(
      "unreachable",
      `The task graph ${path} cannot be opened (${code}).`,
      `Give the user who runs this read and write access to ${dirname(path)} and what is in it (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own.`,
      { cause: error }
    );
  }
}
var GraphFile = class {
  constructor(path) {
    this.path = path;
  }
  path;
  #store;
  async open(create) {
    if (this.#store) {
      if (!create || this.#isSomethingThere()) return this.#store;
      await this.close();
    }
    if (!create && !this.#isSomethingThere()) return void 0;
    const { openSqlite } = await import("../store/engines/sqlite.mjs");
    this.#store = await openSqlite(this.path, create, estimatesFrom);
    return this.#store;
  }
  /** A graph, or the log of one that was moved. */
  #isSomethingThere() {
    return isThere(this.path) || isThere(`${this.path}-wal`);
  }
  async close() {
    const store = this.#store;
    this.#store = void 0;
    await store?.close();
  }
};

// mcp-server/src/run/project/repository-name.ts
async function repositoryName(checkout) {
  const origin = await originOf(checkout.root);
  const shared = origin === void 0 ? void 0 : normalOrigin(origin);
  return shared ?? folderKey(checkout.gitCommonDir ?? checkout.root);
}

// mcp-server/src/run/project/graph-location.ts
var GRAPH_IN_REPOSITORY = ".";
async function graphLocation(checkout, url) {
  if (url === void 0) {
    const path = checkout.gitCommonDir ? join(checkout.gitCommonDir, "parallel", "graph.sqlite") : join(checkout.root, ".parallel", "graph.sqlite");
    return { engine: "sqlite", path, repository: GRAPH_IN_REPOSITORY };
  }
  if (url.startsWith("sqlite:")) {
    const path = resolve(checkout.root, url.slice("sqlite:".length));
    return { engine: "sqlite", path, repository: await repositoryName(checkout) };
  }
  checkPostgresUrl(url);
  return { engine: "postgres", url, repository: await repositoryName(checkout) };
}
function checkPostgresUrl(url) {
  const scheme = /^[a-z]+:/i.exec(url)?.[0] ?? "";
  if (!["postgres:", "postgresql:"].includes(scheme)) {
    throw unusable(
      `names no database that is served${scheme && `: ${scheme}`}.`,
      "Use postgres://user@host:5432/database or sqlite:PATH, or leave it unset for a graph inside the repository."
    );
  }
  if (!URL.canParse(url) || isCutShort(new URL(url))) {
    throw unusable(
      "is not a valid address.",
      "Write it as postgres://user:password@host:5432/database, with special characters of the password percent-encoded (# is %23, / is %2F, @ is %40)."
    );
  }
}
function isCutShort({ pathname, search, hash }) {
  return hash !== "" || `${pathname}${search}`.includes("@");
}
function unusable(problem, remedy) {
  return new CallerError("bad_input", `PARALLEL_DATABASE_URL ${problem}`, remedy, "PARALLEL_DATABASE_URL");
}

// import:node:fs/promises in run/project.mjs
import { lstat, mkdir, readFile, readdir, realpath, stat } from "node:fs/promises";

// mcp-server/src/run/project/inside-checkout.ts
function isInside(root, path) {
  const inside = relative(root, path);
  return inside !== "" && !inside.startsWith("..") && !isAbsolute(inside);
}
async function pathInside(root, path) {
  const outside = (reason) => new CallerError(
    "wrong_state",
    `${path} ${reason}. Nothing was written to it.`,
    "Put the specification's folder back into the repository, as a folder.",
    "action"
  );
  const wanted = resolve(root, path);
  if (!isInside(root, wanted)) throw outside("lies outside the checkout");
  let folder = root;
  for (const name of relative(root, dirname(wanted)).split(sep)) {
    if (name === "") continue;
    await mkdir(join(folder, name)).catch(refuseUnlessThere);
    folder = await realpath(join(folder, name));
    if (!isInside(root, folder) || !(await stat(folder)).isDirectory())
      throw outside("now leads out of the checkout");
  }
  const file = join(folder, basename(wanted));
  const info = await lstat(file).catch(undefinedIfMissing);
  if (info !== void 0 && !info.isFile()) throw outside("is a link or no file");
  return file;
}
function undefinedIfMissing(error) {
  if (error.code === "ENOENT") return void 0;
  throw error;
}
function refuseUnlessThere(error) {
  if (error.code !== "EEXIST") throw error;
}

// import:host.mjs in run/project.mjs
import { AgentFiles, AgentPlaces, hostFolder, managedFolder, projectsFolder, runProgram } from "../host.mjs";

// mcp-server/src/run/project/owner.ts
async function ownerOf(pid, session) {
  const [startedAt = "unknown", ownStart = "unknown"] = await Promise.all([
    startTimeOf(pid),
    startTimeOf(process.pid)
  ]);
  return {
    host: hostIdentity(),
    pid,
    startedAt,
    ...session !== void 0 && { session },
    server: { pid: process.pid, startedAt: ownStart }
  };
}
async function isServerDead({ host, server }) {
  return server !== void 0 && isDead({ host, ...server });
}
async function isDead(owner) {
  if (owner.host !== hostIdentity()) return false;
  const isOwn = isParent(owner.pid);
  if (!isOwn && isGone(owner.pid)) return true;
  const startedAt = await (isOwn ? parentStartTime() : startTimeOf(owner.pid));
  return startedAt !== void 0 && owner.startedAt !== "unknown" && startedAt !== owner.startedAt;
}
function deadOwners() {
  const looked = [];
  return (owner) => {
    const known2 = looked.find((one) => sameOwner(one.owner, owner));
    if (known2) return known2.dead;
    const dead = isDead(owner);
    looked.push({ owner, dead });
    return dead;
  };
}
function isParent(pid) {
  return process.platform !== "win32" && pid === process.ppid;
}
function isGone(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
var parent;
function parentStartTime() {
  const pid = process.ppid;
  if (parent?.pid !== pid) parent = { pid, startTime: startTimeOf(pid) };
  return parent.startTime;
}
var identity;
function hostIdentity() {
  identity ??= readIdentity();
  return identity;
}
function readIdentity() {
  if (process.platform !== "linux") return hostname();
  try {
    return `${hostname()} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
async function startTimeOf(pid) {
  try {
    if (process.platform === "linux") {
      const stat2 = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat2.slice(stat2.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? "dead" : fields[19];
    }
    if (process.platform === "win32") return void 0;
    return (await runProgram("ps", ["-o", "lstart=", "-p", String(pid)])).trim() || void 0;
  } catch {
    return void 0;
  }
}
function sameOwner(a, b) {
  return a.host === b.host && a.pid === b.pid && a.startedAt === b.startedAt;
}

// import:lib/zod.mjs in run/project.mjs
import * as z from "../lib/zod.mjs";

// import:graph.mjs in run/project.mjs
import { CHOICE_WORDS, OfferTokens, machineLabels, modelChoiceFrom } from "../graph.mjs";

// import:policy.mjs in run/project.mjs
import { ALL, APPROVALS, BARRIERS, COMMITS, DEFAULT_POLICY, DELIVERIES, FAILURE_POLICIES, GUARDS, GraphClock, ISOLATION_POLICIES, QUESTIONS, REVIEWS, TOGETHER, UNSCOPED, VERIFICATIONS, isWebAddress, whyNoWebhook } from "../policy.mjs";

// mcp-server/src/run/project/plan-settings.ts
var minutes = z.number().positive().max(7 * 24 * 60);
var MAX_COMMAND = 4e3;
var MAX_CHOICE = 30;
var modelChoice = z.string().max(MAX_CHOICE).refine((text) => modelChoiceFrom(text) !== void 0, `expected ${CHOICE_WORDS}`);
var policyInput = z.strictObject({
  maxParallel: z.number().int().min(1).max(20).optional().describe("Agents at once"),
  capacity: z.record(z.string(), z.number().int().min(1).max(20)).optional().describe("Agents at once per role"),
  leaseMinutes: minutes.optional().describe("Silence after which an agent is lost"),
  maxLeaseHours: z.number().positive().max(168).optional().describe("Longest attempt"),
  failure: z.enum(FAILURE_POLICIES).optional().describe("After a failed task"),
  retries: z.number().int().min(0).max(10).optional().describe("Further attempts"),
  unscoped: z.enum(UNSCOPED).optional().describe("Tasks whose files nobody knows"),
  barrier: z.enum(BARRIERS).optional().describe("Wait between levels"),
  guard: z.enum(GUARDS).optional().describe("Writes outside the scope"),
  approve: z.enum(APPROVALS).optional().describe("Allowed without a prompt"),
  review: z.enum(REVIEWS).optional().describe("When to review"),
  commit: z.enum(COMMITS).optional(),
  isolation: z.enum(ISOLATION_POLICIES).optional(),
  deliver: z.enum(DELIVERIES).optional(),
  questions: z.enum(QUESTIONS).optional(),
  verify: z.enum(VERIFICATIONS).optional(),
  maxTokens: z.number().int().min(0).optional().describe("Agents' tokens to stop launching at; 0: never"),
  maxCost: z.number().min(0).optional(),
  maxTurns: z.number().int().min(0).optional(),
  maxMinutes: z.number().min(0).optional(),
  together: z.enum(TOGETHER).optional(),
  setup: z.string().max(MAX_COMMAND).optional(),
  gate: z.string().max(MAX_COMMAND).optional(),
  // Where something of a plan is sent is the user's own business, and no breakdown's.
  notify: z.string().max(MAX_COMMAND).refine(
    (text) => !isWebAddress(text),
    "a web address is only read from the user's own settings (PARALLEL_NOTIFY)"
  ).optional(),
  models: z.record(z.string(), modelChoice).optional().describe('By role, size or all: {small: "haiku low"}'),
  escalate: z.array(modelChoice).max(10).optional()
});
var userSettings = policyInput.extend({
  notify: z.string().max(MAX_COMMAND).superRefine((text, context) => {
    const why = isWebAddress(text) ? whyNoWebhook(text) : void 0;
    if (why !== void 0) context.addIssue({ code: "custom", message: why });
  }).optional()
});
function over(base, input) {
  const { leaseMinutes, maxLeaseHours, maxMinutes, ...rest } = input;
  const stated = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== void 0));
  return {
    ...base,
    ...stated,
    ...leaseMinutes !== void 0 && { leaseMs: Math.round(leaseMinutes * 6e4) },
    ...maxMinutes !== void 0 && { maxMs: Math.round(maxMinutes * 6e4) },
    ...maxLeaseHours !== void 0 && { maxLeaseMs: Math.round(maxLeaseHours * 36e5) }
  };
}
var ONLY_TIGHTENED = ["maxParallel", "guard", "unscoped", "verify"];
function effectivePolicy(settings, plan) {
  const user = over(DEFAULT_POLICY, settings);
  const wanted = over(user, plan);
  return {
    ...wanted,
    maxParallel: Math.min(wanted.maxParallel, user.maxParallel),
    guard: stricter(GUARDS, wanted.guard, user.guard),
    unscoped: stricter(UNSCOPED, wanted.unscoped, user.unscoped),
    verify: stricter(VERIFICATIONS, wanted.verify, user.verify),
    isolation: plan.isolation ?? DEFAULT_POLICY.isolation,
    // Whom the user's own setting names is told as well, whatever the plan says.
    notify: plan.notify ?? DEFAULT_POLICY.notify,
    models: { ...user.models, ...plan.models }
  };
}
function stricter(words, one, other) {
  return words.indexOf(one) < words.indexOf(other) ? one : other;
}
function policyWarnings(settings, plan) {
  const effective = effectivePolicy(settings, plan);
  return ONLY_TIGHTENED.filter((field) => plan[field] !== void 0 && plan[field] !== effective[field]).map(
    (field) => `policy.${field} stays ${effective[field]}: a plan may only tighten it; the user's settings can allow ${plan[field]}.`
  );
}

// mcp-server/src/run/project/plugin-texts.ts
var PluginTexts = class {
  #folders;
  /**
   * @param pluginRoot the folder that holds `skills/`.
   * @param reports the folder of the reports.
   */
  constructor(pluginRoot, reports) {
    this.#folders = [join(pluginRoot, "skills"), reports];
  }
  /** Whether the absolute path leads to one of the texts, links followed. */
  async include(path) {
    if (!isAbsolute(path) || extname(path) !== ".md") return false;
    for (const folder of this.#folders) {
      try {
        if (isInside(await realpath(folder), await realpath(path))) return true;
      } catch {
      }
    }
    return false;
  }
};

// mcp-server/src/run/project/role-warnings.ts
function unknownRole(roles, name) {
  const near = roles.near(name);
  return near.length === 0 ? name : `${name} (near: ${near.join(", ")})`;
}
function unknownRoles(roles, tasks) {
  return namesOf(tasks).filter((name) => roles.resolve(name).unknown).map((name) => unknownRole(roles, name));
}
function overlappingRoles(roles, tasks) {
  const names = namesOf(tasks);
  return [...inSeveralPlaces(roles, names), ...ofOneAgent(roles, names)];
}
function inSeveralPlaces(roles, names) {
  return names.flatMap((name) => {
    const others = roles.alsoIn(name);
    return others.length === 0 ? [] : [`${name} is the agent of ${roles.originOf(name)}; there is another in ${others.join(", ")}`];
  });
}
function ofOneAgent(roles, names) {
  const byAgent = /* @__PURE__ */ new Map();
  for (const name of names) {
    const { role, agentType } = roles.resolve(name);
    byAgent.set(agentType, (byAgent.get(agentType) ?? /* @__PURE__ */ new Set()).add(role));
  }
  return [...byAgent].filter(([, shared]) => shared.size > 1).map(([agentType, shared]) => `${[...shared].join(", ")} are all done by ${agentType}`);
}
function namesOf(tasks) {
  return [...new Set(tasks.flatMap(({ agent }) => agent ?? []))];
}

// import:lib/fastest-levenshtein.mjs in run/project.mjs
import { distance } from "../lib/fastest-levenshtein.mjs";

// mcp-server/src/run/project/roles.ts
var BUILT_IN = /* @__PURE__ */ new Map([
  ["explore", "Explore"],
  ["plan", "Plan"],
  ["general-purpose", "general-purpose"]
]);
var STAND_IN = "general-purpose";
var OWN = "parallel:";
var DEFAULT_ROLE = `${OWN}feature-implementer`;
var MAX_NEAR = 3;
var MAX_COMPARED = 100;
var NEAR = 0.34;
var SHORTEST_WORD = 5;
var Roles = class {
  /**
   * @param agents those that the host can launch beside its own, in the order in which it prefers them; without it only
   * the host's own are known.
   */
  constructor(agents = NONE) {
    this.agents = agents;
  }
  agents;
  #agents = [];
  #byType = /* @__PURE__ */ new Map();
  /** Looks which agents exist now; all else here answers from the last look. */
  async refresh() {
    this.#agents = await this.agents.current();
    this.#byType = new Map([...this.#agents].reverse().map((agent) => [agent.type, agent]));
  }
  /** Another object after each look. */
  get look() {
    return this.#byType;
  }
  /**
   * The agent for a role: of one name, a user's own stands before this plugin's, the host's and another plugin's.
   * `<plugin>:<name>` is that plugin's and nobody else's.
   */
  resolve(wanted) {
    const name = wanted ?? DEFAULT_ROLE;
    const type = this.#typeOf(name);
    if (type !== void 0) return { role: this.#roleOf(type), agentType: type, unknown: false };
    return { role: name.replace(OWN, ""), agentType: STAND_IN, unknown: wanted !== void 0 };
  }
  /** Names that somebody who wrote this one may have meant, the nearest first. */
  near(unknown) {
    const wanted = plainName(unknown).slice(0, MAX_COMPARED);
    const names = [.../* @__PURE__ */ new Set([...this.#agents.map(({ type }) => this.#roleOf(type)), ...BUILT_IN.keys()])];
    return names.map((name) => ({ name, apart: apart(wanted, plainName(name)) })).filter(({ apart: apart2 }) => apart2 <= NEAR).sort((a, b) => a.apart - b.apart || (a.name < b.name ? -1 : 1)).slice(0, MAX_NEAR).map(({ name }) => name);
  }
  /** Where else there is an agent of the name by which a role was written; empty where there is no doubt. */
  alsoIn(wanted) {
    const { agentType, unknown } = this.resolve(wanted);
    if (unknown || wanted.includes(":")) return [];
    const used = this.#byType.get(agentType);
    const others = this.#agents.filter(
      (agent) => agent !== used && plainName(agent.type) === plainName(wanted)
    );
    return [...new Set(others.map(({ origin }) => origin))];
  }
  /** Where the agent of a role is defined, for people. */
  originOf(wanted) {
    return this.#byType.get(this.resolve(wanted).agentType)?.origin ?? "Claude Code";
  }
  /**
   * How many agents of each role may run at once: as their files say, unless it is stated otherwise.
   * @param stated by role, however it is written.
   */
  capacities(stated) {
    const own = [...this.#byType.values()].flatMap(
      ({ type, instances }) => instances === void 0 ? [] : [[this.#roleOf(type), instances]]
    );
    const wanted = Object.entries(stated).map(([name, most]) => [this.resolve(name).role, most]);
    return Object.fromEntries([...new Map([...own, ...wanted])].sort(([a], [b]) => a < b ? -1 : 1));
  }
  /** The model and effort that the file of a role's agent names, as they stand there. */
  inFile(wanted) {
    const { model, effort } = this.#byType.get(this.resolve(wanted).agentType) ?? {};
    return { ...model !== void 0 && { model }, ...effort !== void 0 && { effort } };
  }
  /** What an agent of this type is told beside its brief; empty where no file says it. */
  async instructionsOf(agentType) {
    const file = this.#byType.get(agentType)?.file;
    if (file === void 0) return "";
    const text = await readFile(file, "utf8").catch(() => "");
    return text.replace(/^\uFEFF?---[ \t]*\r?\n[\s\S]*?\n---[ \t]*(?:\r?\n|$)/, "").trim();
  }
  /** Whether an agent of this type can call task_report; of an unknown one that is taken for granted. */
  canReport(agentType) {
    return this.#byType.get(agentType)?.canReport ?? true;
  }
  #typeOf(name) {
    if (this.#byType.has(name)) return name;
    if (this.#byType.has(OWN + name)) return OWN + name;
    const builtIn = BUILT_IN.get(name.toLowerCase());
    if (builtIn !== void 0) return builtIn;
    const [only, another] = this.#agents.filter(({ type }) => type.endsWith(`:${name}`));
    return another === void 0 ? only?.type : void 0;
  }
  /** This plugin's own roles go by their plain names, as long as nobody else has them. */
  #roleOf(type) {
    const name = type.startsWith(OWN) ? type.slice(OWN.length) : type;
    return this.#byType.has(name) ? type : name;
  }
};
var NONE = { current: async () => [] };
function plainName(name) {
  return name.slice(name.lastIndexOf(":") + 1).toLowerCase();
}
function apart(a, b) {
  const share = distance(a, b) / Math.max(a.length, b.length, 1);
  const words = a.split(/[-_ ]/).filter((word) => word.length >= SHORTEST_WORD);
  return words.some((word) => b.split(/[-_ ]/).includes(word)) ? Math.min(share, NEAR) : share;
}

// import:run/approval.mjs in run/project.mjs
import { CommandRunner } from "./approval.mjs";

// import:run/prices.mjs in run/project.mjs
import { Prices } from "./prices.mjs";

// mcp-server/src/run/project/settings-from-environment.ts
var NUMBER_VARIABLES = {
  maxParallel: "PARALLEL_MAX_PARALLEL",
  retries: "PARALLEL_RETRIES",
  leaseMinutes: "PARALLEL_LEASE_MINUTES",
  maxTokens: "PARALLEL_MAX_TOKENS",
  maxCost: "PARALLEL_MAX_COST",
  maxTurns: "PARALLEL_MAX_TURNS",
  maxMinutes: "PARALLEL_MAX_MINUTES"
};
var WORD_VARIABLES = {
  failure: "PARALLEL_FAILURE",
  unscoped: "PARALLEL_UNSCOPED",
  guard: "PARALLEL_GUARD",
  approve: "PARALLEL_APPROVE",
  review: "PARALLEL_REVIEW",
  commit: "PARALLEL_COMMIT",
  isolation: "PARALLEL_ISOLATION",
  deliver: "PARALLEL_DELIVER",
  verify: "PARALLEL_VERIFY",
  setup: "PARALLEL_SETUP",
  notify: "PARALLEL_NOTIFY",
  together: "PARALLEL_TOGETHER",
  questions: "PARALLEL_QUESTIONS"
};
var MODEL_VARIABLE = "PARALLEL_MODEL";
var LABELS_VARIABLE = "PARALLEL_LABELS";
var SETTING_VARIABLES = {
  ...NUMBER_VARIABLES,
  ...WORD_VARIABLES,
  models: MODEL_VARIABLE
};
function settingsFromEnvironment(env) {
  const raw = {};
  for (const [field, name] of Object.entries(NUMBER_VARIABLES)) {
    const value = set(env[name]);
    if (value !== void 0) raw[field] = Number(value);
  }
  for (const [field, name] of Object.entries(WORD_VARIABLES)) {
    const value = set(env[name]);
    if (value !== void 0) raw[field] = value;
  }
  const model = set(env[MODEL_VARIABLE]);
  if (model !== void 0) raw.models = { [ALL]: model };
  const parsed = userSettings.safeParse(raw);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0]);
    const name = SETTING_VARIABLES[field] ?? field;
    throw new CallerError(
      "bad_input",
      `The setting ${name}${field === "notify" ? "" : `=${env[name]}`} is not valid: ${parsed.error.issues[0]?.message}.`,
      `Correct ${name} in the environment or in the plugin's configuration, then restart Claude Code.`,
      name
    );
  }
  return parsed.data;
}
function labelsHere(env, named) {
  const all = [set(env[LABELS_VARIABLE]) ?? "", ...named].flatMap((list) => list.split(","));
  return machineLabels(
    process.platform,
    all.map((label) => label.trim()).filter((label) => label !== "")
  );
}
function set(value) {
  return value === void 0 || value === "" || value.startsWith("${") ? void 0 : value;
}

// mcp-server/src/run/project/start-folder.ts
function startFolder(given) {
  try {
    return realpathSync(given ?? process.cwd());
  } catch (error) {
    const { code } = error;
    const isGone2 = code === "ENOENT" || code === "ENOTDIR";
    throw new CallerError(
      "wrong_state",
      `The folder ${given === void 0 ? "in which this was started" : JSON.stringify(given)} ${isGone2 ? "does not exist any more" : `cannot be opened (${code})`}.`,
      "Start again in a folder that is there: the repository, or a folder in it."
    );
  }
}

// mcp-server/src/run/project/transcripts.ts
var NAME = /^[\w-]{1,64}$/;
var Transcripts = class _Transcripts {
  /** @param projects the host's folder of transcripts; it need not exist. */
  constructor(projects) {
    this.projects = projects;
  }
  projects;
  #folders = /* @__PURE__ */ new Map();
  /** Where the host keeps them for this user. */
  static ofUser(env) {
    return new _Transcripts(projectsFolder(env));
  }
  /** The transcript of a session's main conversation. */
  async ofSession(session) {
    const folder = await this.#folderOf(session);
    return folder === void 0 ? void 0 : this.#own(join(folder, `${session}.jsonl`));
  }
  /**
   * The transcript of an agent, which is a session's where it is a process of its own.
   * @param sessions those that may have launched it.
   * @param told where a hook says that it is.
   */
  async ofAgent(agentId, sessions, told = "") {
    if (!NAME.test(agentId)) return void 0;
    const name = `agent-${agentId}.jsonl`;
    const toldPath = basename(told) === name ? await this.#own(told) : void 0;
    if (toldPath !== void 0) return toldPath;
    for (const session of sessions) {
      const folder = await this.#folderOf(session);
      const found = folder && await this.#own(join(folder, session, "subagents", name));
      if (found) return found;
    }
    return this.ofSession(agentId);
  }
  /** The project's folder in which the session is; a project moves, a session's folder does not. */
  async #folderOf(session) {
    if (!NAME.test(session)) return void 0;
    const known2 = this.#folders.get(session);
    if (known2 !== void 0) return known2;
    for (const name of await readdir(this.projects).catch(() => [])) {
      const folder = join(this.projects, name);
      if (await isThere2(join(folder, `${session}.jsonl`)) || await isThere2(join(folder, session))) {
        this.#folders.set(session, folder);
        return folder;
      }
    }
    return void 0;
  }
  /** The file's real path, if it is below the folder of transcripts. */
  async #own(path) {
    try {
      const [root, real] = await Promise.all([realpath(this.projects), realpath(path)]);
      return real.startsWith(root + sep) && (await stat(real)).isFile() ? real : void 0;
    } catch {
      return void 0;
    }
  }
};
async function isThere2(path) {
  return stat(path).then(
    () => true,
    () => false
  );
}

// mcp-server/src/run/project/workflow-cap.ts
var MAX_AGENTS = 16;
var SPARED = 2;
function workflowCap(env, processors = availableParallelism()) {
  const stated = Number(env.CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS);
  if (Number.isInteger(stated) && stated > 0) return stated;
  return Math.max(SPARED, Math.min(MAX_AGENTS, processors - SPARED));
}

// mcp-server/src/run/project/run-context.ts
var WORKER_VARIABLE = "PARALLEL_WORKER";
async function createContext(facts) {
  const { env, pluginRoot } = facts;
  const clock = new GraphClock(facts.now);
  const { now } = clock;
  const directory = startFolder(facts.directory);
  const checkout = await findCheckout(directory);
  const location = await graphLocation(checkout, env.PARALLEL_DATABASE_URL || void 0);
  const graph = new GraphHandle(location, clock);
  const folders = { directory, hostFolder: hostFolder(env), managedFolder: managedFolder() };
  return {
    directory,
    checkout,
    checkoutKey: checkoutKey(checkout),
    repository: location.repository,
    caseInsensitive: isCaseInsensitive(checkout.root),
    owner: await ownerOf(facts.parentPid, env.CLAUDE_CODE_SESSION_ID),
    isOfWorker: Boolean(env[WORKER_VARIABLE]),
    settings: settingsFromEnvironment(env),
    labels: labelsHere(env, facts.labels ?? []),
    workflowCap: workflowCap(env),
    roles: new Roles(
      new AgentFiles(
        new AgentPlaces({
          ...folders,
          root: checkout.root,
          pluginRoot
        })
      )
    ),
    pluginRoot,
    pluginTexts: new PluginTexts(pluginRoot, reportsFolder(checkout)),
    commands: new CommandRunner({ ...checkout, ...folders, env }),
    snapshots: new CheckoutSnapshots(checkout.gitCommonDir && checkout.root, now),
    ignoredFiles: new IgnoredFiles(checkout.gitCommonDir && checkout.root),
    transcripts: Transcripts.ofUser(env),
    prices: new Prices({
      named: env.PARALLEL_PRICES || void 0,
      hostFolder: folders.hostFolder,
      pluginRoot
    }),
    dataFolder: env.CLAUDE_PLUGIN_DATA || void 0,
    offerTokens: new OfferTokens(),
    now,
    clock,
    randomBytes,
    graph: () => graph.open(false),
    createGraph: async () => {
      const store = await graph.open(true);
      if (!store) throw new Error("the graph was not created");
      return store;
    },
    close: () => graph.close()
  };
}

// mcp-server/src/run/project/stored-policy.ts
var POLICY_BEFORE_1_5 = z.strictObject({
  maxParallel: z.number().int().min(1).max(20),
  capacity: z.record(z.string(), z.number().int().min(1).max(20)),
  leaseMinutes: z.number().positive().max(10080),
  maxLeaseHours: z.number().positive().max(168),
  failure: z.enum(["fail-fast", "best-effort", "retry"]),
  retries: z.number().int().min(0).max(10),
  unscoped: z.enum(["exclusive", "worktree", "shared"]),
  barrier: z.enum(["none", "level"]),
  guard: z.enum(["strict", "enforce", "warn", "off"]),
  approve: z.enum(["tools", "scope"]),
  review: z.enum(["off", "end", "task"]),
  commit: z.enum(["none", "task", "end"]),
  maxTokens: z.number().int().min(0)
}).shape;
var known = /* @__PURE__ */ new WeakMap();
function readPolicy(stored) {
  const read = known.get(stored) ?? readFields(stored);
  known.set(stored, read);
  return read;
}
function readFields(stored) {
  const stated = {};
  const unknown = [];
  for (const [field, value] of Object.entries(stored)) {
    if (accepts(policyInput.shape, field, value)) stated[field] = value;
    else unknown.push(field);
  }
  return { stated, unknown };
}
function storedPolicy(policy) {
  const entries = Object.entries(policy).filter(([, value]) => value !== void 0);
  const isOld = ([field, value]) => accepts(POLICY_BEFORE_1_5, field, value);
  const added = entries.filter((entry) => !isOld(entry));
  return {
    policy: Object.fromEntries(entries.filter(isOld)),
    ...added.length > 0 && { addedPolicy: Object.fromEntries(added) }
  };
}
function accepts(shape, field, value) {
  return Object.hasOwn(shape, field) && shape[field]?.safeParse(value).success === true;
}
export {
  CheckoutSnapshots,
  GRAPH_IN_REPOSITORY,
  GraphHandle,
  LABELS_VARIABLE,
  MAX_CHOICE,
  ONLY_TIGHTENED,
  PluginTexts,
  Roles,
  SETTING_VARIABLES,
  Transcripts,
  WORKER_VARIABLE,
  checkoutFileName,
  checkoutKey,
  createContext,
  deadOwners,
  effectivePolicy,
  findCheckout,
  folderBesideGraph,
  folderKey,
  graphLocation,
  isCaseInsensitive,
  isDead,
  isInside,
  isServerDead,
  labelsHere,
  overlappingRoles,
  ownerOf,
  pathInside,
  placeOfCheckout,
  policyInput,
  policyWarnings,
  readPolicy,
  realScope,
  reportsFolder,
  repositoryName,
  sameOwner,
  settingsFromEnvironment,
  startFolder,
  storedPolicy,
  undefinedIfMissing,
  unknownRoles,
  userSettings,
  workflowCap
};
