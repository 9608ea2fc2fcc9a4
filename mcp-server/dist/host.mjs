// import:node:fs in host.mjs
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, statSync } from "node:fs";

// import:node:path in host.mjs
import { basename, dirname, join, relative, resolve } from "node:path";

// mcp-server/src/host/agent.ts
var REPORT_TOOL = "mcp__plugin_parallel_tasks__task_report";
var SERVER = "mcp__plugin_parallel_tasks";
var MAX_INSTANCES = 20;
var MAX_NAME = 100;
function agentFrom(data, path, { origin, plugin }) {
  const folders = path.split("/");
  const file = folders.pop()?.replace(/\.md$/, "") ?? "";
  const named = text(data?.name);
  if (plugin === void 0 && (named === void 0 || text(data?.description) === void 0))
    return void 0;
  const name = named ?? file;
  if (!isName(name)) return void 0;
  const instances = data?.instances;
  return {
    type: plugin === void 0 ? name : [plugin, ...folders, name].join(":"),
    origin,
    ...isCount(instances) && { instances },
    ...ownWord("model", data?.model),
    ...ownWord("effort", data?.effort),
    canReport: canReport(data?.tools, data?.disallowedTools)
  };
}
function canReport(tools, disallowed) {
  const allowed = toolNames(tools);
  const refused = toolNames(disallowed) ?? [];
  const isRefused = refused.some((tool) => includesReport(tool) || tool === "mcp__*");
  return (allowed === void 0 || allowed.some(includesReport)) && !isRefused;
}
function includesReport(tool) {
  return tool === "*" || tool === REPORT_TOOL || tool === SERVER || tool === `${SERVER}__*`;
}
function toolNames(field2) {
  const listed = Array.isArray(field2) ? field2.filter((entry) => typeof entry === "string") : text(field2);
  if (listed === void 0) return void 0;
  const texts = typeof listed === "string" ? listed.replace(/^\[|\]$/g, "").split(",") : listed;
  return texts.map((tool) => tool.trim().replace(/^["']|["']$/g, "")).filter((tool) => tool !== "");
}
function text(field2) {
  return typeof field2 === "string" && field2.trim() !== "" ? field2.trim() : void 0;
}
function ownWord(field2, value) {
  const word = text(value);
  const isOwn = word !== void 0 && word !== "inherit" && isName(word);
  return isOwn ? { [field2]: word } : {};
}
function isName(name) {
  return name.length <= MAX_NAME && /^[^:\p{Cc}\p{Cf}]+$/u.test(name);
}
function isCount(value) {
  return Number.isInteger(value) && value >= 1 && value <= MAX_INSTANCES;
}

// mcp-server/src/host/stamp.ts
function stampOf(paths) {
  return paths.map((path) => `${path} ${stampOfFile(path) ?? "-"}`).join("\n");
}
function stampOfFile(path) {
  try {
    const info = statSync(path);
    return info.isFile() ? `${info.mtimeMs} ${info.size}` : void 0;
  } catch {
    return void 0;
  }
}

// mcp-server/src/host/agent-files.ts
var MAX_FILES = 500;
var MAX_FOLDER_DEPTH = 5;
var AgentFiles = class {
  constructor(places) {
    this.places = places;
  }
  places;
  #known = /* @__PURE__ */ new Map();
  /** In the order of the places; files that define no agent are left out. */
  async current() {
    const known = /* @__PURE__ */ new Map();
    for (const file of (await this.places.current()).flatMap(filesOf)) {
      const key = `${file.place.plugin ?? ""} ${file.file}`;
      const before = this.#known.get(key);
      known.set(key, before?.stamp === file.stamp ? before : await readAgent(file));
    }
    this.#known = known;
    return [...known.values()].flatMap(({ agent }) => agent ?? []);
  }
};
function filesOf(place) {
  if (place.path.endsWith(".md")) return fileAt(place, place.path, basename(place.path));
  const files = [];
  for (const file of filesIn(place, "", 1)) {
    if (files.push(file) === MAX_FILES) break;
  }
  return files;
}
function* filesIn(place, folder, depth) {
  for (const { name, isFolder } of entriesOf(join(place.path, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.endsWith(".md")) yield* fileAt(place, join(place.path, path), path);
    else if (isFolder && depth < MAX_FOLDER_DEPTH) yield* filesIn(place, path, depth + 1);
  }
}
function fileAt(place, file, path) {
  const stamp = stampOfFile(file);
  return stamp === void 0 ? [] : [{ file, path, place, stamp }];
}
function entriesOf(folder) {
  const entries = quietly(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })).sort((a, b) => a.name < b.name ? -1 : 1);
}
async function readAgent({ file, path, place, stamp }) {
  const { frontMatterOf, MAX_FRONT_MATTER } = await import("./host/front-matter.mjs");
  const text2 = quietly(() => beginningOf(file, MAX_FRONT_MATTER));
  const agent = text2 === void 0 ? void 0 : agentFrom(frontMatterOf(text2), path, place);
  return { stamp, agent: agent && { ...agent, file } };
}
function beginningOf(file, bytes) {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
function quietly(look) {
  try {
    return look();
  } catch {
    return void 0;
  }
}

// import:lib/zod.mjs in host.mjs
import * as z from "./lib/zod.mjs";

// import:node:fs/promises in host.mjs
import { open, readFile, stat } from "node:fs/promises";

// mcp-server/src/host/json-file.ts
async function readJsonFile(path, schema) {
  let text2;
  try {
    text2 = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error;
    return code === "ENOENT" || code === "ENOTDIR" ? { state: "absent" } : { state: "unreadable", why: code ?? "it cannot be read" };
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text2));
    return parsed.success ? { state: "read", data: parsed.data } : { state: "unreadable", why: "it is not what such a file holds" };
  } catch {
    return { state: "unreadable", why: "it is not valid JSON" };
  }
}
async function dataOf(path, schema) {
  const file = await readJsonFile(path, schema);
  return file.state === "read" ? file.data : void 0;
}

// mcp-server/src/host/settings.ts
var OWN_VARIABLE = /^PARALLEL_/;
var settingsFile = z.object({
  disableAllHooks: z.boolean().optional().catch(void 0),
  allowManagedHooksOnly: z.boolean().optional().catch(void 0),
  enabledPlugins: z.record(z.string(), z.unknown()).optional().catch(void 0),
  pluginConfigs: z.record(
    z.string(),
    z.object({ options: z.record(z.string(), z.unknown()).optional().catch(void 0) }).catch({})
  ).optional().catch(void 0),
  sandbox: z.object({ enabled: z.boolean().optional().catch(void 0) }).optional().catch(void 0),
  worktree: z.object({
    symlinkDirectories: z.array(z.string()).optional().catch(void 0),
    baseRef: z.enum(["fresh", "head"]).optional().catch(void 0)
  }).optional().catch(void 0),
  permissions: z.object({
    allow: z.array(z.unknown()).optional().catch(void 0),
    ask: z.array(z.unknown()).optional().catch(void 0),
    deny: z.array(z.unknown()).optional().catch(void 0)
  }).optional().catch(void 0),
  env: z.record(z.string(), z.unknown()).transform(
    (all) => Object.fromEntries(
      Object.entries(all).flatMap(
        ([name, value]) => OWN_VARIABLE.test(name) && typeof value === "string" ? [[name, value]] : []
      )
    )
  ).optional().catch(void 0)
});
async function readHostSettings(projectFolder, hostFolder2, managedSettings) {
  const files = [];
  const unreadable = [];
  for (const path of [
    managedSettings,
    join(projectFolder, ".claude", "settings.local.json"),
    join(projectFolder, ".claude", "settings.json"),
    join(hostFolder2, "settings.json")
  ]) {
    const file = await readJsonFile(path, settingsFile);
    if (file.state === "read") files.push({ path, managed: path === managedSettings, settings: file.data });
    if (file.state === "unreadable") unreadable.push({ path, why: file.why });
  }
  return { files, unreadable };
}
function enabledPlugins({ files }) {
  const enabled = /* @__PURE__ */ new Map();
  for (const { settings } of files) {
    for (const [id, value] of Object.entries(settings.enabledPlugins ?? {})) {
      if (!enabled.has(id)) enabled.set(id, value === true || Array.isArray(value));
    }
  }
  return enabled;
}
function sandboxOf({ files, unreadable }) {
  const on = files.find(({ settings }) => settings.sandbox?.enabled === true);
  if (on) return `${on.path} turns Claude Code's sandbox on`;
  const [first] = unreadable;
  return first && `${first.path} cannot be read (${first.why}), so its sandbox may be on`;
}
async function commandsAllowedByUser(hostFolder2) {
  const settings = await dataOf(join(hostFolder2, "settings.json"), settingsFile);
  return (settings?.permissions?.allow ?? []).flatMap((rule) => {
    const command = typeof rule === "string" ? /^Bash\(([\s\S]+)\)$/.exec(rule)?.[1] : void 0;
    return command === void 0 || /[*\\]/.test(command) ? [] : [command];
  });
}
function worktreeSettings({ files }) {
  const said = files.map(({ settings }) => settings.worktree ?? {});
  return {
    linkedFolders: [...new Set(said.flatMap(({ symlinkDirectories = [] }) => symlinkDirectories))],
    baseRef: said.find(({ baseRef }) => baseRef !== void 0)?.baseRef
  };
}
function variablesOf({ files }) {
  return Object.assign({}, ...files.map(({ settings }) => settings.env ?? {}).reverse());
}

// mcp-server/src/host/installed-plugins.ts
var PLUGIN_NAMES = ["parallel", "spec", "debug"];
var installedFile = z.object({
  plugins: z.record(z.string(), z.array(z.object({ installPath: z.string() })).catch([]))
});
var marketplacesFile = z.record(
  z.string(),
  z.object({ source: z.object({ source: z.string() }), installLocation: z.string() }).optional().catch(void 0)
);
var marketplaceFile = z.object({
  plugins: z.array(z.object({ name: z.string(), source: z.unknown() }))
});
var manifest = z.object({ name: z.string(), version: z.string().optional() });
async function readInstalledPlugins(hostFolder2, settings) {
  const enabled = enabledPlugins(settings);
  const installed = (await dataOf(join(hostFolder2, "plugins", "installed_plugins.json"), installedFile))?.plugins ?? {};
  const ids = [.../* @__PURE__ */ new Set([...Object.keys(installed), ...enabled.keys()])].sort();
  return Promise.all(
    ids.map(async (id) => {
      const at = id.lastIndexOf("@");
      const [name, marketplace] = [id.slice(0, at), id.slice(at + 1)];
      const copy = installed[id]?.at(-1)?.installPath;
      const offer = await offerOf(hostFolder2, marketplace, name);
      const folder = offer?.readInPlace ? offer.folder : copy;
      return {
        id,
        name,
        marketplace,
        enabled: enabled.get(id) === true,
        folder,
        version: folder === void 0 ? void 0 : await versionIn(folder),
        offered: offer && await versionIn(offer.folder)
      };
    })
  );
}
function ownPlugins(plugins) {
  const roots = plugins.filter(({ name }) => name === "parallel");
  const root = roots.find(({ enabled }) => enabled) ?? roots[0];
  return PLUGIN_NAMES.flatMap(
    (name) => plugins.filter((plugin) => plugin.name === name && plugin.marketplace === root?.marketplace)
  );
}
function namesakes(plugins) {
  const own = ownPlugins(plugins);
  const isNamedAlike = ({ name }) => PLUGIN_NAMES.some((ours) => ours === name);
  return plugins.filter((plugin) => plugin.enabled && isNamedAlike(plugin) && !own.includes(plugin));
}
async function marketplacesWithPlugins(hostFolder2) {
  const known = Object.entries(await dataOf(marketplacesPath(hostFolder2), marketplacesFile) ?? {});
  const listed = await Promise.all(
    known.map(async ([name, place]) => {
      if (!place || !/^\w[\w.-]*$/.test(name)) return [];
      const names = (await listOf(place.installLocation))?.plugins.map((plugin) => plugin.name) ?? [];
      return PLUGIN_NAMES.every((own) => names.includes(own)) ? [name] : [];
    })
  );
  return listed.flat().sort();
}
async function offerOf(hostFolder2, marketplace, plugin) {
  const known = await dataOf(marketplacesPath(hostFolder2), marketplacesFile);
  const place = known?.[marketplace];
  if (!place) return void 0;
  const list = await listOf(place.installLocation);
  const source = list?.plugins.find(({ name }) => name === plugin)?.source;
  if (typeof source !== "string") return void 0;
  return { folder: resolve(place.installLocation, source), readInPlace: place.source.source === "directory" };
}
function marketplacesPath(hostFolder2) {
  return join(hostFolder2, "plugins", "known_marketplaces.json");
}
function listOf(marketplaceFolder) {
  return dataOf(join(marketplaceFolder, ".claude-plugin", "marketplace.json"), marketplaceFile);
}
async function versionIn(folder) {
  const path = join(folder, ".claude-plugin", "plugin.json");
  return existsSync(path) ? (await dataOf(path, manifest))?.version : void 0;
}

// mcp-server/src/host/agent-places.ts
var MAX_LEVELS = 64;
var manifest2 = z.object({
  agents: z.union([z.string().transform((path) => [path]), z.array(z.string())]).optional().catch(void 0)
});
var AgentPlaces = class {
  constructor(host) {
    this.host = host;
  }
  host;
  #stamp;
  #plugins = [];
  /** Reads which plugins are enabled anew only when one of the files that say so has changed. */
  async current() {
    const { directory, hostFolder: hostFolder2, managedFolder: managedFolder2, pluginRoot } = this.host;
    const stamp = stampOf([
      join(managedFolder2, "managed-settings.json"),
      join(directory, ".claude", "settings.local.json"),
      join(directory, ".claude", "settings.json"),
      join(hostFolder2, "settings.json"),
      join(hostFolder2, "plugins", "installed_plugins.json"),
      join(hostFolder2, "plugins", "known_marketplaces.json")
    ]);
    if (stamp !== this.#stamp) {
      this.#plugins = await this.#enabledPlugins();
      this.#stamp = stamp;
    }
    return [
      { path: join(managedFolder2, ".claude", "agents"), origin: "the machine's settings" },
      ...foldersUp(directory, this.host.root).map((folder) => ({
        path: join(folder, ".claude", "agents"),
        origin: "the project's .claude/agents"
      })),
      { path: join(hostFolder2, "agents"), origin: "the user's agents" },
      { path: join(pluginRoot, "agents"), origin: "this plugin", plugin: "parallel" },
      ...this.#plugins
    ];
  }
  async #enabledPlugins() {
    const { directory, hostFolder: hostFolder2, managedFolder: managedFolder2 } = this.host;
    const settings = await readHostSettings(
      directory,
      hostFolder2,
      join(managedFolder2, "managed-settings.json")
    );
    const plugins = await readInstalledPlugins(hostFolder2, settings);
    const places = plugins.map(async ({ name, enabled, folder }) => {
      if (!enabled || folder === void 0 || name === "parallel") return [];
      const paths = (await dataOf(join(folder, ".claude-plugin", "plugin.json"), manifest2))?.agents;
      return (paths ?? ["agents"]).map((path) => resolve(folder, path)).filter((path) => !relative(folder, path).startsWith("..")).map((path) => ({ path, origin: `the plugin ${name}`, plugin: name }));
    });
    return (await Promise.all(places)).flat();
  }
};
function foldersUp(directory, top) {
  const folders = [directory];
  for (let at = directory; at !== top && folders.length < MAX_LEVELS; at = dirname(at)) {
    if (dirname(at) === at) return [directory];
    folders.push(dirname(at));
  }
  return folders;
}

// import:node:os in host.mjs
import { homedir, uptime } from "node:os";

// mcp-server/src/host/folders.ts
function hostFolder(env) {
  return env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), ".claude");
}
function managedFolder() {
  if (process.platform === "darwin") return "/Library/Application Support/ClaudeCode";
  if (process.platform === "win32") return "C:\\Program Files\\ClaudeCode";
  return "/etc/claude-code";
}
var WORKTREE_FOLDER = ".claude/worktrees";

// mcp-server/src/host/keep-newest.ts
function keepNewest(map, max) {
  const oldest = map.keys().next();
  if (map.size > max && !oldest.done) map.delete(oldest.value);
}

// mcp-server/src/host/launching-tools.ts
function launchesAgent(tool) {
  return tool === "Agent" || tool === "Task";
}
var STARTED = /^Async agent launched/;
var AGENT_ID = /\bagentId"?: *"?([\w-]+)/;
function launchResult(response) {
  if (response === void 0 || response === null) return { kind: "unknown" };
  const text2 = textOf(response);
  const agentId = AGENT_ID.exec(text2)?.[1];
  if (agentId === void 0) return { kind: "refused" };
  return STARTED.test(text2) ? { kind: "started", agentId } : { kind: "unknown" };
}
function textOf(response) {
  if (typeof response === "string") return response;
  if (!Array.isArray(response)) return JSON.stringify(response);
  return response.map((block) => String(block?.text ?? "")).join("\n");
}

// mcp-server/src/host/module-calls.ts
var MODULE_CALL = "toolu_plugin_";
function isModulesCall(toolUseId) {
  return toolUseId?.startsWith(MODULE_CALL) === true;
}

// mcp-server/src/host/permission-rules.ts
var ALL_EDITS = /^Edit(?:\((?:\.\/|\/)?\*\*\))?$/;
var SEVERAL = /[;&|<>()`$\n\\]/;
function permittedByRules({ files, unreadable }) {
  const rulesOf = (kind) => files.flatMap(({ settings }) => settings.permissions?.[kind] ?? []).filter((rule) => typeof rule === "string");
  const restricted = [...rulesOf("ask"), ...rulesOf("deny")];
  const isOpen = (tools) => unreadable.length === 0 && !restricted.some((rule) => tools.test(rule));
  const allow = rulesOf("allow");
  const commands = isOpen(/^Bash\b/) ? allow.flatMap((rule) => patternOf(rule) ?? []) : [];
  return {
    edits: isOpen(/^(?:Edit|Write)\b/) && allow.some((rule) => ALL_EDITS.test(rule)),
    runs: (command) => {
      const text2 = command.trim();
      return !SEVERAL.test(text2) && commands.some((pattern) => pattern.test(text2));
    }
  };
}
function patternOf(rule) {
  if (rule === "Bash") return /^/;
  const text2 = /^Bash\(([^\\]+)\)$/.exec(rule)?.[1];
  if (text2 === void 0) return void 0;
  const [, start] = /^(.*?)(?::\*| \*)$/.exec(text2) ?? [];
  const quoted = (part) => part.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]]/g, "\\$&")).join(".*");
  return new RegExp(start === void 0 ? `^${quoted(text2)}$` : `^${quoted(start)}(?: .*)?$`, "s");
}

// import:node:child_process in host.mjs
import { execFile, spawn } from "node:child_process";

// import:node:util in host.mjs
import { promisify } from "node:util";

// mcp-server/src/host/run-program.ts
var run = promisify(execFile);
var DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024;
async function runProgram(program, parameters, {
  folder,
  env,
  input = "",
  maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES,
  signal,
  encoding
} = {}) {
  const running = run(program, [...parameters], {
    ...folder !== void 0 && { cwd: folder },
    ...env !== void 0 && { env },
    ...signal !== void 0 && { signal },
    ...encoding !== void 0 && { encoding },
    maxBuffer: maxOutputBytes,
    killSignal: "SIGKILL",
    windowsHide: true
  });
  running.child.stdin?.on("error", () => void 0).end(input);
  return (await running).stdout;
}

// mcp-server/src/host/processes.ts
var TICK_MS = 10;
var SLACK_MS = 100;
var MARK = /(?:^|\0)CLAUDE_PID=(\d+)(?:\0|$)/;
var START_FOLDER = /(?:^|\0)PWD=([^\0]+)/;
async function runningProcesses(platform = process.platform) {
  if (platform === "linux") return linuxProcesses();
  if (platform === "win32") throw new Error("Windows does not tell the group of a process");
  const environment = { ...process.env, LC_ALL: "C" };
  const text2 = await runProgram("ps", ["-A", "-o", "pid=,ppid=,pgid=,lstart="], { env: environment });
  return text2.split("\n").flatMap(processInLine);
}
function linuxProcesses() {
  const own = statOf(process.pid);
  if (!own) throw new Error("/proc cannot be read");
  const boots = [Date.now() - uptime() * 1e3, performance.timeOrigin - own.startTicks * TICK_MS];
  const earliestMs = Math.min(...boots) - SLACK_MS;
  const latestMs = Math.max(...boots) + SLACK_MS;
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const stat2 = Number.isInteger(pid) ? statOf(pid) : void 0;
    if (!stat2) return [];
    const { startTicks, ...place } = stat2;
    const startedMs = startTicks * TICK_MS;
    const environment = read(() => readFileSync(`/proc/${pid}/environ`, "latin1")) ?? "";
    const mark = MARK.exec(environment)?.[1];
    const startFolder = START_FOLDER.exec(environment)?.[1];
    const user = read(() => statSync(`/proc/${pid}`).uid);
    const folder = read(() => readlinkSync(`/proc/${pid}/cwd`));
    return [
      {
        ...{ pid, ...place },
        ...{ startedFromMs: earliestMs + startedMs, startedToMs: latestMs + startedMs },
        ...mark !== void 0 && { markedBy: Number(mark) },
        ...folder !== void 0 && { folder },
        // Read byte by byte, since a name need not be UTF-8.
        ...startFolder !== void 0 && { startFolder: Buffer.from(startFolder, "latin1").toString() },
        ...user !== void 0 && { isOwn: user === process.getuid?.() }
      }
    ];
  });
}
function statOf(pid) {
  const text2 = read(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (text2 === void 0) return void 0;
  const fields = text2.slice(text2.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return void 0;
  const [parent = 0, group = 0, session = 0, terminal = 0] = fields.slice(1, 5).map(Number);
  return { parent, group, session, hasTerminal: terminal !== 0, startTicks: Number(fields[19]) };
}
function read(what) {
  try {
    return what();
  } catch {
    return void 0;
  }
}
function processInLine(line) {
  const [, pid, parent, group, started = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
  const startedMs = Date.parse(started);
  if (Number.isNaN(startedMs)) return [];
  const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
  return [{ ...numbers, startedFromMs: startedMs - 1e3, startedToMs: startedMs + 2e3 }];
}

// mcp-server/src/host/run-shell-command.ts
var MAX_OUTPUT = 2e4;
function runShellCommand(command, { folder, env, input, limitMs, signal: stop }) {
  return new Promise((resolve2, reject) => {
    const isGroup = process.platform !== "win32";
    const child = spawn("bash", ["-c", command], {
      cwd: folder,
      env,
      detached: isGroup,
      windowsHide: true,
      stdio: [input === void 0 ? "ignore" : "pipe", "pipe", "pipe"]
    });
    child.stdin?.on("error", () => void 0).end(input);
    const endAll = () => endProcesses(child, isGroup);
    let output = "";
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text2) => {
        output = (output + text2).slice(-MAX_OUTPUT);
      });
    }
    const limit = setTimeout(() => {
      timedOut = true;
      endAll();
    }, limitMs);
    stop?.addEventListener("abort", endAll);
    if (stop?.aborted) endAll();
    const forget = () => {
      clearTimeout(limit);
      stop?.removeEventListener("abort", endAll);
      process.off("exit", endAll);
    };
    process.on("exit", endAll);
    child.on("error", (error) => {
      forget();
      reject(error);
    });
    child.on("exit", endAll);
    child.on("close", (code, signal) => {
      forget();
      resolve2({ exitCode: code ?? 128 + (SIGNALS[signal ?? ""] ?? 0), timedOut, output });
    });
  });
}
var SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15
};
function endProcesses({ pid }, isGroup) {
  if (pid === void 0) return;
  try {
    process.kill(isGroup ? -pid : pid, "SIGKILL");
  } catch {
  }
}

// mcp-server/src/host/task-notification.ts
var START = "<task-notification>";
var END = "</task-notification>";
var RESULT = "<result>";
var RESULT_END = "</result>";
var NEXT = /<\/task-notification>(?=(?:[^<]|<\/?system-reminder>){0,600}<task-notification>\s*<task-id>)/g;
function isTaskNotification(text2) {
  return text2.trimStart().startsWith(START);
}
function taskNotificationsIn(text2) {
  const found = [];
  let from = 0;
  for (const { index } of text2.matchAll(NEXT)) {
    found.push(...notificationIn(text2.slice(from, index + END.length)));
    from = index + END.length;
  }
  return [...found, ...notificationIn(text2.slice(from))];
}
function notificationIn(text2) {
  const start = text2.indexOf(START);
  const end = text2.lastIndexOf(END);
  if (start < 0 || end < start) return [];
  const body = text2.slice(start + START.length, end);
  const resultAt = body.indexOf(RESULT);
  const head = resultAt < 0 ? body : body.slice(0, resultAt);
  const tail = resultAt < 0 ? body : body.slice(body.lastIndexOf(RESULT_END));
  return [
    {
      agentId: field(head, "task-id"),
      callId: field(head, "tool-use-id"),
      status: field(head, "status"),
      summary: field(head, "summary"),
      durationMs: hostFigure(tail, "duration_ms"),
      tokens: hostFigure(tail, "total_tokens") || hostFigure(tail, "subagent_tokens"),
      result: resultAt < 0 ? void 0 : resultIn(body.slice(resultAt + RESULT.length))
    }
  ];
}
function hostFigure(text2, name) {
  const found = [...text2.matchAll(new RegExp(`(?:<${name}>|\\b${name}: )(\\d{1,15})`, "g"))].at(-1)?.[1];
  return found === void 0 ? 0 : Number(found);
}
function resultIn(rest) {
  const end = rest.lastIndexOf(RESULT_END);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}
function field(head, name) {
  const tag = `<${name}>`;
  const start = head.indexOf(tag);
  if (start < 0) return "";
  const end = head.indexOf(`</${name}>`, start);
  return end < 0 ? "" : head.slice(start + tag.length, end).trim();
}

// import:graph.mjs in host.mjs
import { LONG_PROMPT, NO_USAGE, UNNAMED_MODEL, addModelUsage, allTokens, commandRun } from "./graph.mjs";

// mcp-server/src/host/transcripts/transcript-record.ts
var WORTH_PARSING = ['"assistant"', '"user"', "task-notification"].map((text2) => Buffer.from(text2));
var COPIES = Buffer.from('{"type":"api-request');
function parseRecord(line) {
  if (line.length === 0 || line.subarray(0, COPIES.length).equals(COPIES)) return void 0;
  if (!WORTH_PARSING.some((text2) => line.includes(text2))) return void 0;
  let value;
  try {
    value = JSON.parse(line.toString("utf8"));
  } catch {
    return "broken";
  }
  if (!isJson(value)) return "broken";
  if (value.type === "assistant" || value.type === "user") return spoken(value, value.type);
  const data = objectOf(value.data);
  if (value.type === "progress" && data.type === "agent_progress") return shown(value, data);
  const announced2 = announcement(value);
  return announced2 === void 0 ? void 0 : notification(value, announced2);
}
function spoken(value, role) {
  const message = objectOf(value.message);
  const isNotification = objectOf(value.origin).kind === "task-notification";
  return {
    ...common(value),
    role,
    blocks: blocksOf(message.content),
    toolResult: objectOf(value.toolUseResult),
    handBackFrom: handBackFrom(objectOf(value.origin)),
    isApiError: value.isApiErrorMessage === true,
    isFromHost: (value.isMeta === true || value.isCompactSummary === true) && !isNotification,
    messageId: stringOf(message.id),
    usage: usageOf(objectOf(message.usage)),
    model: stringOf(message.model),
    isDelivered: true
  };
}
function shown(value, data) {
  const said = objectOf(data.message);
  if (said.type !== "assistant" && said.type !== "user") return void 0;
  const timestamp = stringOf(said.timestamp) || value.timestamp;
  return {
    ...spoken({ ...said, timestamp, cwd: value.cwd, isSidechain: true }, said.type),
    usage: NO_USAGE,
    agent: { id: stringOf(data.agentId), launchedBy: stringOf(value.parentToolUseID) }
  };
}
function handBackFrom({ kind, handback, senderTaskId, from }) {
  return kind === "peer" && handback === true ? stringOf(senderTaskId) || stringOf(from) : "";
}
function announcement(value) {
  if (value.type === "queue-operation" && value.operation === "enqueue") {
    return { text: stringOf(value.content), isDelivered: false };
  }
  const attachment = objectOf(value.attachment);
  if (value.type !== "attachment" || attachment.type !== "queued_command") return void 0;
  return { text: contentText(attachment.prompt), isDelivered: true };
}
function notification(value, { text: text2, isDelivered }) {
  return {
    ...common(value),
    role: "notification",
    blocks: [{ kind: "text", text: text2 }],
    toolResult: {},
    isFromHost: false,
    handBackFrom: "",
    isApiError: false,
    messageId: "",
    usage: NO_USAGE,
    model: UNNAMED_MODEL,
    isDelivered
  };
}
function common(value) {
  const atMs = Date.parse(stringOf(value.timestamp));
  return {
    atMs: Number.isNaN(atMs) ? void 0 : atMs,
    isSidechain: value.isSidechain === true,
    agent: void 0,
    directory: stringOf(value.cwd)
  };
}
function blocksOf(content) {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => {
    const block = objectOf(part);
    if (block.type === "text") return [{ kind: "text", text: stringOf(block.text) }];
    if (block.type === "tool_use") {
      return [
        { kind: "call", id: stringOf(block.id), tool: stringOf(block.name), input: objectOf(block.input) }
      ];
    }
    if (block.type === "tool_result") {
      const callId = stringOf(block.tool_use_id);
      return [{ kind: "result", callId, isError: block.is_error === true, text: contentText(block.content) }];
    }
    return [];
  });
}
function contentText(content) {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => stringOf(objectOf(part).text)).join("\n");
}
function usageOf(usage) {
  const hour = countOf(objectOf(usage.cache_creation).ephemeral_1h_input_tokens);
  return {
    ...hour > 0 && { cacheWriteHour: hour },
    input: countOf(usage.input_tokens),
    cacheWrite: countOf(usage.cache_creation_input_tokens),
    cacheRead: countOf(usage.cache_read_input_tokens),
    output: countOf(usage.output_tokens)
  };
}
function objectOf(value) {
  return isJson(value) ? value : {};
}
function stringOf(value) {
  return typeof value === "string" ? value : "";
}
function countOf(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
function isJson(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// mcp-server/src/host/transcripts/bash-result.ts
var FAILED = /^(?:Error: )?Exit code (\d+)(?:\n|$)/;
var TIMED_OUT = /^Command timed out after /;
function endOfAnswer(response) {
  if (stringOf(response.backgroundTaskId) !== "") return { kind: "unknown", inBackground: true };
  if (response.interrupted === true) return { kind: "stopped" };
  return { kind: "exited", exitCode: stringOf(response.returnCodeInterpretation) === "" ? 0 : 1 };
}
var ANSWERS_WITH_ONE = /(?:^|[;&|\n({!`]|\b(?:if|elif|while|until|then|do|else|time|command|env|sudo)\s)\s*(?:\w+=\S*\s+)*(?:\S*\/)?(?:(?:[ef]?grep|rg|find|diff|test|\[)(?=\s|$)|git\s[^;&|\n]*\b(?:diff|grep)\b)/;
var TO_BACKGROUND = /^Command .*\bbackground\b.*\bID: /m;
function endOfText(command, text2) {
  const inBackground = TO_BACKGROUND.test(text2);
  if (inBackground || ANSWERS_WITH_ONE.test(command)) return { kind: "unknown", inBackground };
  return { kind: "exited", exitCode: 0 };
}
function endOfError(error) {
  const failed = FAILED.exec(error);
  if (failed === null) return { kind: "stopped" };
  const timedOut = TIMED_OUT.test(error.slice(failed[0].length));
  return { kind: "exited", exitCode: Number(failed[1]), ...timedOut && { timedOut: true } };
}
function outputOf(response) {
  return `${stringOf(response.stdout)}
${stringOf(response.stderr)}`;
}

// mcp-server/src/host/transcripts/no-tests.ts
var NONE = [
  /\bno tests? (?:files? )?(?:were |was )?(?:found|ran|executed|collected|to run|is available|matches?)\b/i,
  /\bno test (?:files?|suites?|specs?|cases?) (?:were |was )?found\b/i,
  /\bno (?:specs|examples) found\b/i,
  /\[no test files\]/,
  /\bcollected 0 items\b/,
  /\bran 0 tests?\b/i,
  /\brunning 0 tests\b/,
  /\b0 (?:tests?|specs?|examples?|passing|passed|scenarios?)\b/i,
  /^[^\S\n]*(?:#|ℹ)? ?tests:?[ \t]+0\b/im,
  /^1\.\.0\b/m,
  /:test NO-SOURCE\b/
];
var SOME = [
  /\b[1-9]\d* (?:tests?|specs?|examples?|scenarios?|passing|passed|pass|failing|failed|failures?|ok)\b/i,
  /\btests?(?: run| passed| suites)?:? +[1-9]\d*\b/i,
  /\bran [1-9]\d* /i,
  /^ok[ \t]+\S+[ \t]+(?:\d|\(cached\))/m,
  /^(?:not )?ok [1-9]\d*\b/m,
  /^--- (?:PASS|FAIL)\b/m,
  /\b(?:pass|fail):? [1-9]\d*\b/i
];
var END2 = 2e4;
function saysNoTestRan(output) {
  const end = output.slice(-END2);
  return NONE.some((pattern) => pattern.test(end)) && !SOME.some((pattern) => pattern.test(end));
}

// mcp-server/src/host/transcripts/read-lines.ts
var MAX_LINE_BYTES = 8 * 1024 * 1024;
var CHUNK_BYTES = 1024 * 1024;
var SMALL_CHUNK_BYTES = 64 * 1024;
var NEWLINE = 10;
async function* readLines(file, chunkBytes = CHUNK_BYTES) {
  let number = 1;
  let parts = [];
  let length = 0;
  const take = () => {
    const bytes = length > MAX_LINE_BYTES ? void 0 : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return { number: number++, bytes };
  };
  const keep = (part) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    const bytes = chunk;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      keep(bytes.subarray(from, end));
      yield take();
      from = end + 1;
    }
    keep(bytes.subarray(from));
  }
  if (length > 0) yield take();
}

// mcp-server/src/host/transcripts/command-runs.ts
var MAX_BYTES = 64 * 1024 * 1024;
var MAX_RUNS = 2e3;
var CALLS = ['"tool_use"', '"tool_result"'].map((text2) => Buffer.from(text2));
async function commandRuns(file, of, sinceMs, until) {
  const runs = /* @__PURE__ */ new Map();
  let isComplete = false;
  try {
    if ((await stat(file)).size > MAX_BYTES) return void 0;
    for await (const { bytes } of readLines(file)) {
      if (!bytes || !CALLS.some((text2) => bytes.includes(text2))) continue;
      const record = parseRecord(bytes);
      if (record === void 0 || record === "broken" || of === "main" && record.isSidechain) continue;
      note(runs, record);
      isComplete ||= record.blocks.some((block) => block.kind === "call" && block.id === until);
      const oldest = runs.keys().next();
      if (runs.size > MAX_RUNS && !oldest.done) runs.delete(oldest.value);
    }
  } catch (error) {
    if (error.code === void 0) throw error;
    return void 0;
  }
  return { runs: [...runs.values()].filter(({ atMs }) => atMs >= sinceMs), isComplete };
}
function note(runs, record) {
  const atMs = record.atMs ?? 0;
  for (const block of record.blocks) {
    if (block.kind === "call" && block.tool === "Bash" && typeof block.input.command === "string") {
      const end = { kind: "unknown", inBackground: false };
      runs.set(block.id, commandRun({ use: block.id, command: block.input.command, atMs, end }));
    }
    const run2 = block.kind === "result" ? runs.get(block.callId) : void 0;
    if (run2 && block.kind === "result") runs.set(run2.use, { ...run2, atMs, ...ended(run2, block, record) });
  }
}
function ended({ command }, { isError, text: text2 }, { toolResult }) {
  if (isError) return { end: endOfError(text2), ranNoTest: false };
  const isWhole = typeof toolResult.stdout === "string";
  return {
    end: isWhole ? endOfAnswer(toolResult) : endOfText(command, text2),
    ranNoTest: saysNoTestRan(isWhole ? outputOf(toolResult) : text2)
  };
}

// mcp-server/src/host/transcripts/ended-work.ts
var FIRST_BYTES = 64 * 1024;
var MAX_BYTES2 = 8 * 1024 * 1024;
var NEWLINE2 = 10;
var announced = z.object({
  type: z.literal("queue-operation"),
  operation: z.literal("enqueue"),
  content: z.string().startsWith("<task-notification>")
});
var ENDED = /* @__PURE__ */ new Set(["completed", "failed", "killed"]);
var EndedWork = class {
  /** @param file the transcript of the session's main conversation. */
  constructor(file) {
    this.file = file;
  }
  file;
  #readTo;
  /** The ids of what has ended since the last question. Nothing, where the transcript cannot be read. */
  async next() {
    try {
      return (await this.#added()).flatMap(endedIn);
    } catch {
      return [];
    }
  }
  /** The whole lines that were added. */
  async #added() {
    const handle = await open(this.file);
    try {
      const { size } = await handle.stat();
      const from = Math.max(this.#readTo ?? size - FIRST_BYTES, size - MAX_BYTES2, 0);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE2) + 1;
      this.#readTo = from + end;
      return buffer.toString("utf8", 0, end).split("\n");
    } finally {
      await handle.close();
    }
  }
};
function endedIn(line) {
  if (!line.includes("<task-notification>")) return [];
  try {
    const { data } = announced.safeParse(JSON.parse(line));
    const notifications = data ? taskNotificationsIn(data.content) : [];
    return notifications.flatMap(({ agentId, status }) => ENDED.has(status) ? [agentId] : []);
  } catch {
    return [];
  }
}

// import:node:timers/promises in host.mjs
import { setTimeout as setTimeout2 } from "node:timers/promises";

// mcp-server/src/host/transcripts/until-written.ts
var MAX_LOOKS = 40;
var LOOK_MS = 25;
var TAIL = 256 * 1024;
function untilWritten(path, call) {
  return untilEnd(path, MAX_LOOKS, (end) => end.includes(call));
}
async function untilEnd(path, looks, holds) {
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await setTimeout2(LOOK_MS);
    if (holds(await endOf(path))) return true;
  }
  return false;
}
async function endOf(path) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

// mcp-server/src/host/transcripts/interruption.ts
var INTERRUPTED = /^\s*\[Request interrupted by user/;
var MAX_LOOKS2 = 20;
function isInterrupted(transcript) {
  return untilEnd(transcript, MAX_LOOKS2, endsInterrupted);
}
function endsInterrupted(end) {
  for (let to = end.length; to > 0; ) {
    const from = end.lastIndexOf("\n", to - 1) + 1;
    const text2 = spokenIn(end.subarray(from, to));
    if (text2 !== void 0 && !isTaskNotification(text2)) return INTERRUPTED.test(text2);
    to = from - 1;
  }
  return false;
}
function spokenIn(line) {
  const record = parseRecord(line);
  if (record === void 0 || record === "broken") return void 0;
  if (record.role === "notification" || record.isSidechain || record.isFromHost) return void 0;
  const [block] = record.blocks;
  return block?.kind === "text" ? block.text : "";
}

// mcp-server/src/host/transcripts/last-model.ts
var TAIL2 = 512 * 1024;
async function lastModel(path) {
  const file = await open(path).catch(() => void 0);
  if (!file) return void 0;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL2);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    for (const line of buffer.toString("utf8").split("\n").reverse()) {
      if (!line.includes('"assistant"')) continue;
      const record = parseRecord(Buffer.from(line));
      if (record === void 0 || record === "broken" || record.role !== "assistant" || record.isSidechain)
        continue;
      if (record.model !== "" && !record.model.startsWith("<")) return record.model;
    }
    return void 0;
  } finally {
    await file.close();
  }
}

// mcp-server/src/host/transcripts/projects-folder.ts
function projectsFolder(env) {
  return join(hostFolder(env), "projects");
}

// mcp-server/src/host/transcripts/usage-counter.ts
var REMEMBERED_MESSAGES = 64;
var UsageCounter = class {
  #total = NO_USAGE;
  #requests = 0;
  #models = /* @__PURE__ */ new Map();
  #recent = /* @__PURE__ */ new Map();
  get total() {
    return this.#total;
  }
  /** The same with the requests, and by model. */
  get usage() {
    return { ...this.#total, requests: this.#requests, byModel: Object.fromEntries(this.#models) };
  }
  /** @param model as its provider names it; `UNNAMED_MODEL` where that is not told. */
  add(messageId, usage, model) {
    const known = this.#recent.get(messageId);
    const before = known ?? NO_USAGE;
    const most = {
      input: Math.max(before.input, usage.input),
      cacheWrite: Math.max(before.cacheWrite, usage.cacheWrite),
      cacheRead: Math.max(before.cacheRead, usage.cacheRead),
      output: Math.max(before.output, usage.output),
      cacheWriteHour: Math.max(before.cacheWriteHour ?? 0, usage.cacheWriteHour ?? 0)
    };
    if (!known) this.#requests += 1;
    const added = addedSince(before, most);
    this.#total = {
      input: this.#total.input + added.input,
      cacheWrite: this.#total.cacheWrite + added.cacheWrite,
      cacheRead: this.#total.cacheRead + added.cacheRead,
      output: this.#total.output + added.output
    };
    const isLong = allTokens({ ...most, output: 0 }) > LONG_PROMPT;
    const ofModel = isLong ? { ...added, longPrompts: added } : added;
    const soFar = this.#models.get(model);
    this.#models.set(model, soFar ? addModelUsage(soFar, ofModel) : ofModel);
    this.#recent.delete(messageId);
    this.#recent.set(messageId, most);
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > REMEMBERED_MESSAGES && oldest !== void 0) this.#recent.delete(oldest);
  }
};
function addedSince(before, most) {
  const hour = (most.cacheWriteHour ?? 0) - (before.cacheWriteHour ?? 0);
  return {
    input: most.input - before.input,
    cacheWrite: most.cacheWrite - before.cacheWrite,
    cacheRead: most.cacheRead - before.cacheRead,
    output: most.output - before.output,
    ...hour > 0 && { cacheWriteHour: hour }
  };
}

// mcp-server/src/host/transcripts/transcript-usage.ts
var USAGE = Buffer.from('"usage"');
var REMEMBERED_MESSAGES2 = 64;
async function transcriptUsage(file, of, periods) {
  const counters = periods.map(() => new UsageCounter());
  const begins = /* @__PURE__ */ new Map();
  let lastMs = Number.NEGATIVE_INFINITY;
  let isCounted = false;
  try {
    const bytes = (await stat(file)).size;
    for await (const line of readLines(file)) {
      if (!line.bytes?.includes(USAGE)) continue;
      const record = parseRecord(line.bytes);
      if (record === void 0 || record === "broken" || record.role !== "assistant") continue;
      if (of === "main" && record.isSidechain) continue;
      const { messageId, usage, model, atMs = lastMs } = record;
      if (Object.values(usage).every((tokens) => tokens === 0)) continue;
      isCounted = true;
      lastMs = atMs;
      const beganMs = begins.get(messageId) ?? atMs;
      remember(begins, messageId, beganMs);
      periods.forEach(({ fromMs, toMs }, i) => {
        if (beganMs >= fromMs && beganMs <= toMs) counters[i]?.add(messageId, usage, model);
      });
    }
    return isCounted ? { usage: counters.map(({ usage }) => usage), bytes } : void 0;
  } catch (error) {
    if (error.code === void 0) throw error;
    return void 0;
  }
}
function remember(begins, messageId, beganMs) {
  begins.delete(messageId);
  begins.set(messageId, beganMs);
  const oldest = begins.keys().next().value;
  if (begins.size > REMEMBERED_MESSAGES2 && oldest !== void 0) begins.delete(oldest);
}

// mcp-server/src/host/until-first-of.ts
function untilFirstOf(...signals) {
  const first = new AbortController();
  const abort = () => first.abort();
  if (signals.some(({ aborted }) => aborted)) abort();
  for (const signal of signals) signal.addEventListener("abort", abort);
  const forget = () => {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  };
  return { signal: first.signal, forget };
}
export {
  AgentFiles,
  AgentPlaces,
  EndedWork,
  MAX_LINE_BYTES,
  PLUGIN_NAMES,
  SMALL_CHUNK_BYTES,
  UsageCounter,
  WORKTREE_FOLDER,
  agentFrom,
  commandRuns,
  commandsAllowedByUser,
  countOf,
  dataOf,
  enabledPlugins,
  endOfAnswer,
  endOfError,
  endOfText,
  endsInterrupted,
  hostFigure,
  hostFolder,
  isInterrupted,
  isModulesCall,
  isTaskNotification,
  keepNewest,
  lastModel,
  launchResult,
  launchesAgent,
  managedFolder,
  marketplacesWithPlugins,
  namesakes,
  objectOf,
  outputOf,
  ownPlugins,
  parseRecord,
  permittedByRules,
  projectsFolder,
  readHostSettings,
  readInstalledPlugins,
  readJsonFile,
  readLines,
  runProgram,
  runShellCommand,
  runningProcesses,
  sandboxOf,
  saysNoTestRan,
  stampOf,
  stampOfFile,
  stringOf,
  taskNotificationsIn,
  transcriptUsage,
  untilEnd,
  untilFirstOf,
  untilWritten,
  variablesOf,
  versionIn,
  worktreeSettings
};
