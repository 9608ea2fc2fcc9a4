// import:node:fs in doctor.mjs
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";

// import:node:path in doctor.mjs
import { basename, delimiter, dirname, join, relative } from "node:path";

// import:node:url in doctor.mjs
import { pathToFileURL } from "node:url";

// import:host.mjs in doctor.mjs
import { PLUGIN_NAMES, dataOf, hostFolder, managedFolder, marketplacesWithPlugins, namesakes, ownPlugins, readHostSettings, readInstalledPlugins, runProgram, variablesOf, versionIn } from "./host.mjs";

// mcp-server/src/doctor/finding.ts
function wrong(problem, remedy) {
  return { level: "wrong", problem, remedy };
}
function notice(problem, remedy) {
  return { level: "notice", problem, remedy };
}
function skipped(seen) {
  return { seen, findings: [], skipped: true };
}

// import:git.mjs in doctor.mjs
import { git, originOf, publicAddress } from "./git.mjs";

// mcp-server/src/doctor/install-command.ts
async function installCommand({ place, plugins: plugins2 }) {
  const marketplace = ownPlugins(plugins2)[0]?.marketplace ?? (await marketplacesWithPlugins(place.hostFolder))[0];
  if (marketplace !== void 0) return `claude plugin install parallel@${marketplace}`;
  const origin = existsSync(join(place.pluginRoot, ".git")) ? await originOf(place.pluginRoot) : void 0;
  const address = origin === void 0 ? void 0 : publicAddress(origin);
  return address === void 0 ? void 0 : `claude plugin install parallel --marketplace ${address}`;
}
async function reinstallation(examination) {
  const install = await installCommand(examination);
  const again = install ?? "install it again from where you have it";
  return `Install the plugin anew: claude plugin uninstall parallel --prune -y, then ${again}. In a checkout of its repository: npm run build.`;
}

// mcp-server/src/doctor/bundle.ts
var ENTRIES = ["server.js", "service.mjs", "parallel.mjs", "session-hook.cjs", "package.json"];
var PLUGIN_FILES = [".claude-plugin/plugin.json", "hooks/hooks.json", "agents", "skills", "commands"];
var REFERENCE = /["'](\.{1,2}\/[\w./-]+\.m?js)["']/g;
var bundle = {
  name: "Plugin files",
  async look(examination) {
    const { pluginRoot, environment } = examination;
    const remedy = await reinstallation(examination);
    const missing = missingFiles(pluginRoot);
    if (missing.length > 0) {
      const shown = missing.slice(0, 5).join(", ") + (missing.length > 5 ? ` and ${missing.length - 5} more` : "");
      return {
        seen: `incomplete in ${pluginRoot}`,
        findings: [wrong(`Files of the plugin are missing: ${shown}.`, remedy)]
      };
    }
    const driver = await driverTrouble(join(pluginRoot, "mcp-server", "dist"), environment, remedy);
    return { seen: `complete in ${pluginRoot}`, findings: driver };
  }
};
function missingFiles(pluginRoot) {
  const dist = join(pluginRoot, "mcp-server", "dist");
  const seen = /* @__PURE__ */ new Set([
    ...PLUGIN_FILES.map((file) => join(pluginRoot, file)),
    ...ENTRIES.map((file) => join(dist, file))
  ]);
  for (const file of seen) {
    if (/\.m?js$/.test(file) && existsSync(file)) {
      for (const [, part = ""] of readFileSync(file, "utf8").matchAll(REFERENCE)) {
        seen.add(join(dirname(file), part));
      }
    }
  }
  return [...seen].filter((file) => !existsSync(file)).map((file) => relative(pluginRoot, file));
}
async function driverTrouble(dist, env, remedy) {
  const driver = pathToFileURL(join(dist, "store", "engines", "sqlite.mjs")).href;
  try {
    await runProgram("node", ["--input-type=module", "-e", `await import(${JSON.stringify(driver)})`], {
      env
    });
    return [];
  } catch (error) {
    if (error.code === "ENOENT") return [];
    return [
      wrong(
        `SQLite's native driver for ${process.platform}-${process.arch} does not load: ${reasonIn(error)}.`,
        `${remedy} Where no driver fits (the plugin brings those for Linux, macOS on ARM and Intel, and Windows), use PostgreSQL with PARALLEL_DATABASE_URL.`
      )
    ];
  }
}
function reasonIn(error) {
  const { stderr = "" } = error;
  return /^(?:\w*Error)(?: \[\w+\])?: (.+)$/m.exec(stderr)?.[1]?.replace(/\.$/, "") ?? "it ends the process";
}

// mcp-server/src/doctor/command-line.ts
var [NAME, SECOND_NAME] = ["parallel", "parallel-tasks"];
var commandLine = {
  name: "Command line",
  async look({ pluginRoot, environment }) {
    const found = programAt(NAME, environment);
    if (found !== void 0 && isOfThisPlugin(found)) return { seen: `${NAME} runs ${found}`, findings: [] };
    const second = programAt(SECOND_NAME, environment);
    const toType = second ?? join(pluginRoot, "bin", SECOND_NAME);
    const seen = second === void 0 ? `not on the search path: ${toType}` : `${SECOND_NAME} runs ${second}`;
    if (found === void 0) return { seen, findings: [] };
    return {
      seen,
      findings: [
        notice(
          `${NAME} runs ${found}, another program of that name.`,
          `Type ${second === void 0 ? toType : SECOND_NAME} instead.`
        )
      ]
    };
  }
};
function programAt(name, { PATH = "" }) {
  return PATH.split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, name)).find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
function isOfThisPlugin(file) {
  return existsSync(join(dirname(dirname(realpathSync(file))), "mcp-server", "dist", "parallel.mjs"));
}

// import:lib/zod.mjs in doctor.mjs
import * as z from "./lib/zod.mjs";

// mcp-server/src/doctor/commands.ts
var manifest = z.object({ name: z.string(), commands: z.array(z.string()) });
var commands = {
  name: "Commands",
  async look(examination) {
    const names = await commandNames(examination.pluginRoot);
    const folders = foldersOf(examination);
    const shadows = names.flatMap((name) => shadowsOf(name, folders));
    return {
      seen: `${names.length} names`,
      findings: [...shadows, ...namesakes(examination.plugins).map(({ id, name }) => namesake(id, name))]
    };
  }
};
async function commandNames(pluginRoot) {
  const names = [];
  for (const folder of [
    pluginRoot,
    join(pluginRoot, "commands", "spec"),
    join(pluginRoot, "commands", "debug")
  ]) {
    const data = await dataOf(join(folder, ".claude-plugin", "plugin.json"), manifest);
    for (const file of data?.commands ?? []) {
      const command = file.replace(/^.*\//, "").replace(/\.md$/, "");
      names.push(`${data?.name}:${command}`);
      if (command === "ideate") names.push(command);
    }
  }
  return names;
}
function foldersOf({ place, projectFolder, checkout }) {
  const folders = [place.hostFolder];
  for (let at = projectFolder; ; at = dirname(at)) {
    folders.push(join(at, ".claude"));
    if (at === checkout.root || at === dirname(at)) return [...new Set(folders)];
  }
}
function shadowsOf(name, folders) {
  return folders.flatMap((folder) => [
    join(folder, "commands", `${join(...name.split(":"))}.md`),
    join(folder, "skills", name, "SKILL.md")
  ]).filter((file) => existsSync(file)).map(
    (file) => wrong(
      `/${name} is answered by ${file}, not by this plugin.`,
      `Give that file another name${name === "ideate" ? ", or type /parallel:ideate" : name === "spec:execute" ? ", or type /parallel:run, which does the same" : ""}.`
    )
  );
}
function namesake(id, name) {
  return wrong(
    `The plugin ${id} has the name of one of this plugin's, and answers /${name}:… if it is loaded first.`,
    `claude plugin disable ${id}${name === "spec" ? "; without that, /parallel:run does what /spec:execute does" : ""}.`
  );
}

// import:node:fs/promises in doctor.mjs
import { access, constants, readdir, stat, statfs } from "node:fs/promises";

// mcp-server/src/doctor/database.ts
var FREE_BYTES_NEEDED = 100 * 2 ** 20;
var OTHERS = 63;
var database = {
  name: "Database",
  async look(examination) {
    const { graph } = examination;
    if (graph.state === "inaccessible") return skipped(graph.why);
    const path = graph.location.engine === "sqlite" ? graph.location.path : void 0;
    const hidden = path === void 0 ? [] : await forbidden([dirname(path), path]);
    if (hidden.length > 0) return { seen: "out of reach", findings: hidden };
    const files = path === void 0 ? [] : await fileFindings(examination, path);
    if (graph.state === "none") return { ...skipped("none yet: the first plan makes it"), findings: files };
    if (graph.state === "unusable") {
      return {
        seen: "cannot be used",
        findings: [wrong(graph.trouble.problem, graph.trouble.remedy), ...files]
      };
    }
    const { seen, findings } = contents(graph.inspection);
    return { seen, findings: [...findings, ...files] };
  }
};
function contents(inspection) {
  const { place, version } = inspection;
  const holds = version === void 0 ? "no graph yet" : `graph ${version}`;
  if (inspection.engine === "postgres") {
    const { serverVersion, readOnly } = inspection;
    return {
      seen: `PostgreSQL ${serverVersion}, ${holds}, at ${place}`,
      findings: readOnly ? [
        wrong(
          `The PostgreSQL server at ${place} is read-only, for example a standby.`,
          "Name the primary server in PARALLEL_DATABASE_URL, then restart Claude Code."
        )
      ] : []
    };
  }
  return { seen: `SQLite, ${holds}, at ${place}`, findings: [] };
}
async function fileFindings({ place }, path) {
  const folder = dirname(path);
  const [main, log] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)]);
  if (main === void 0) return log === void 0 ? [] : [abandonedLog(path)];
  return [...await openToOthers(path), ...spaceFindings(folder, await place.freeBytes(folder))];
}
async function sizeOf(path) {
  return stat(path).then(
    ({ size }) => size,
    () => void 0
  );
}
function abandonedLog(path) {
  return wrong(
    `${path}-wal holds the last changes of a graph, but ${basename(path)} is not there any more.`,
    "Move the database back beside it. If that is lost, move the -wal and -shm files to another folder before the next plan."
  );
}
function spaceFindings(folder, free) {
  if (free >= FREE_BYTES_NEEDED) return [];
  return [
    wrong(
      `Only ${megabytes(free)} are free on the disk of ${folder}.`,
      `Make room (at least ${megabytes(FREE_BYTES_NEEDED)}), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place on another disk.`
    )
  ];
}
async function forbidden(paths) {
  for (const path of paths) {
    const refusal = await access(path, constants.R_OK | constants.W_OK).catch(
      (error) => error.code
    );
    if (refusal === void 0 || refusal === "ENOENT") continue;
    return [
      wrong(
        `This user may not read and write ${path} (${refusal}).`,
        "Give it to the user who runs Claude Code (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own."
      )
    ];
  }
  return [];
}
async function openToOthers(path) {
  if (process.platform === "win32") return [];
  const folder = dirname(path);
  const isOurs = ["parallel", ".parallel"].includes(basename(folder));
  const findings = [];
  for (const file of [...isOurs ? [folder] : [], path, `${path}-wal`, `${path}-shm`]) {
    const mode = await stat(file).then(
      (found) => found.mode,
      () => void 0
    );
    if (mode === void 0 || (mode & OTHERS) === 0) continue;
    findings.push(
      wrong(
        `Other users of this machine can reach ${file} (mode ${(mode & 511).toString(8)}).`,
        `chmod ${file === folder ? "700" : "600"} ${JSON.stringify(file)}`
      )
    );
  }
  return findings;
}
function megabytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}

// import:graph.mjs in doctor.mjs
import { isAttempt, isDraining, isLive } from "./graph.mjs";

// mcp-server/src/doctor/hooks.ts
var MINUTE_MS = 6e4;
var WITHOUT = "Without its hooks the plugin cannot tell which agent works on what, and cannot guard files.";
var hooks = {
  name: "Hooks",
  async look(examination) {
    const off = switchedOff(examination.settings);
    if (off) return { seen: "switched off", findings: [off] };
    const run = await lastRun(examination);
    return run === void 0 ? NO_RUN : judge(examination, run);
  }
};
var NO_RUN = {
  seen: "not switched off; no run of a Claude Code session to judge by",
  findings: []
};
function switchedOff({ files }) {
  const file = files.find(({ settings: settings2 }) => settings2.disableAllHooks !== void 0);
  if (file?.settings.disableAllHooks === true) {
    return wrong(
      `disableAllHooks in ${file.path} switches all hooks off. ${WITHOUT}`,
      `${file.managed ? "Ask this machine's administrator to take" : "Take"} disableAllHooks out of that file, then restart Claude Code.`
    );
  }
  const managed = files.find(
    ({ managed: isManaged, settings: settings2 }) => isManaged && settings2.allowManagedHooksOnly
  );
  return managed && wrong(
    `allowManagedHooksOnly in ${managed.path} switches the hooks of plugins off. ${WITHOUT}`,
    "Ask this machine's administrator to allow this plugin's hooks, then restart Claude Code."
  );
}
async function lastRun({ graph }) {
  if (graph.state !== "open" || graph.inspection.version === void 0) return void 0;
  const { repository: repository2 } = graph.location;
  return graph.inspection.read(async (reader) => {
    const runs = /* @__PURE__ */ new Map();
    const launches = /* @__PURE__ */ new Set();
    for (const plan of await reader.plans(repository2)) {
      for (const claim of (await reader.graph(plan)).claims) {
        const { session } = claim.owner;
        if (session === void 0 || !isAttempt(claim)) continue;
        const known = runs.get(session);
        runs.set(session, {
          session,
          lastStartMs: Math.max(known?.lastStartMs ?? 0, claim.startedAtMs),
          attempts: (known?.attempts ?? 0) + 1,
          bound: (known?.bound ?? 0) + (claim.agentId === void 0 ? 0 : 1),
          launchesSeen: false
        });
      }
      for (const { change } of await reader.events(plan.id, { types: ["batch.launched"] })) {
        if (change.type === "batch.launched") launches.add(change.session);
      }
    }
    const newest = [...runs.values()].sort((a, b) => b.lastStartMs - a.lastStartMs)[0];
    return newest && { ...newest, launchesSeen: launches.has(newest.session) };
  });
}
async function judge({ place }, run) {
  const ago = agoOf(place.nowMs - run.lastStartMs);
  if (run.bound > 0 || run.launchesSeen) {
    return {
      seen: `firing: in the last run, ${ago}, they told the agents of ${run.bound} of ${run.attempts} attempts`,
      findings: []
    };
  }
  const launched = await agentsLaunched(place.hostFolder, run.session);
  if (launched === 0) {
    return { seen: `not switched off; the last run, ${ago}, launched no agents to judge by`, findings: [] };
  }
  return {
    seen: `silent in the last run, ${ago}`,
    findings: [
      wrong(
        `In the last run (${ago}) Claude Code launched agents of this plugin (${launched}), attempts began (${run.attempts}), and no hook told of any. ${WITHOUT}`,
        "See in Claude Code that /hooks lists those of the plugin and that /mcp shows plugin:parallel:tasks as connected, because it answers them; then restart Claude Code. If that was fixed since, the next run shows it."
      )
    ]
  };
}
var agentMeta = z.object({ agentType: z.string() });
async function agentsLaunched(hostFolder2, session) {
  if (!/^[\w-]+$/.test(session)) return 0;
  const projects = join(hostFolder2, "projects");
  let launched = 0;
  for (const project of await namesIn(projects)) {
    const folder = join(projects, project, session, "subagents");
    for (const name of await namesIn(folder)) {
      if (!name.endsWith(".meta.json")) continue;
      const meta = await dataOf(join(folder, name), agentMeta);
      if (meta?.agentType.startsWith("parallel:")) launched += 1;
    }
  }
  return launched;
}
async function namesIn(folder) {
  return readdir(folder).catch(() => []);
}
function agoOf(ms) {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 2) return "just now";
  if (minutes < 120) return `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}

// mcp-server/src/doctor/node.ts
var NEEDED = 20;
var INSTALL = "from https://nodejs.org, so that `node --version` says so in the shell that starts Claude Code; then restart it";
var answer = z.tuple([z.string(), z.string()]);
var node = {
  name: "Node.js",
  async look({ environment }) {
    try {
      const script = "JSON.stringify([process.versions.node, process.execPath])";
      const printed = await runProgram("node", ["-p", script], { env: environment });
      const [version, path] = answer.parse(JSON.parse(printed));
      return { seen: `${version} at ${path}`, findings: findingsFor(version) };
    } catch (error) {
      const isMissing = error.code === "ENOENT";
      const problem = isMissing ? "The search path holds no program `node`, which Claude Code starts the server with." : "The program `node` on the search path does not run.";
      return {
        seen: isMissing ? "not found" : "does not run",
        findings: [wrong(problem, `Install Node.js ${NEEDED} or newer ${INSTALL}.`)]
      };
    }
  }
};
function findingsFor(version) {
  if (Number(version.split(".")[0]) >= NEEDED) return [];
  return [
    wrong(
      `Node.js ${version} is too old: the plugin needs ${NEEDED} or newer.`,
      `Install Node.js ${NEEDED} or newer ${INSTALL}.`
    )
  ];
}

// import:policy.mjs in doctor.mjs
import { newerParts } from "./policy.mjs";

// import:run/project.mjs in doctor.mjs
import { findCheckout, graphLocation, readPolicy, settingsFromEnvironment } from "./run/project.mjs";

// mcp-server/src/doctor/plans.ts
var plans = {
  name: "Plans",
  async look({ graph }) {
    if (graph.state !== "open" || graph.inspection.version === void 0)
      return skipped("no graph to look at");
    const { repository: repository2 } = graph.location;
    const { all, newer } = await graph.inspection.read(async (reader) => {
      const all2 = await reader.plans(repository2);
      const newer2 = [];
      for (const plan of all2) newer2.push(...await newerPartsOf(reader, plan));
      return { all: all2, newer: newer2 };
    });
    return {
      seen: all.length === 1 ? "1 plan" : `${all.length} plans`,
      findings: [
        ...all.filter(({ status, unrecognised }) => status === "paused" && !unrecognised).map(
          ({ slug, cause }) => notice(
            `The plan ${slug} is paused${cause === void 0 ? "" : ` (${cause})`}: it launches nothing.`,
            `Ask Claude Code to resume it (plan_update with action "resume"), then /parallel:run ${slug}.`
          )
        ),
        ...newer.map(
          (text) => notice(
            text,
            "Update the plugin here too: claude plugin update parallel, then restart Claude Code."
          )
        )
      ]
    };
  }
};
async function newerPartsOf(reader, plan) {
  const { tasks, claims } = await reader.graph(plan);
  const unknownSettings = readPolicy(plan.policy).unknown;
  return newerParts(
    { plan, tasks: [...tasks.values()], claims, unknownSettings },
    await reader.events(plan.id)
  );
}

// mcp-server/src/doctor/plugins.ts
var plugins = {
  name: "Claude Code",
  async look(examination) {
    if (!existsSync(examination.place.hostFolder)) return skipped("not set up for this user");
    const own = ownPlugins(examination.plugins);
    const unreadable = examination.settings.unreadable.map(
      ({ path, why }) => wrong(
        `Claude Code's settings in ${path} do not count: ${why}.`,
        "Correct that file, then restart Claude Code."
      )
    );
    if (own.length === 0) {
      const findings = [...unreadable, notInstalled(await installCommand(examination))];
      return { seen: "the plugin is not installed", findings };
    }
    return {
      seen: own.map(({ name, version, enabled }) => `${name} ${version ?? "?"}${enabled ? "" : " (off)"}`).join(", "),
      findings: [...unreadable, ...findingsFor2(own), ...versionsApart(own)]
    };
  }
};
function notInstalled(command) {
  return notice(
    "Claude Code's settings name no plugin parallel.",
    `${command === void 0 ? "Install it from where you have it" : `Install it: ${command}`}. A session that was started with --plugin-dir has it all the same.`
  );
}
function findingsFor2(own) {
  const marketplace = own[0]?.marketplace ?? "parallel";
  return PLUGIN_NAMES.flatMap((name) => {
    const plugin = own.find((candidate) => candidate.name === name);
    const id = plugin?.id ?? `${name}@${marketplace}`;
    if (plugin && !plugin.enabled) {
      return [
        wrong(`The plugin ${id} is not enabled.`, `claude plugin enable ${id}, then restart Claude Code.`)
      ];
    }
    if (plugin?.folder === void 0 || plugin.version === void 0) {
      const what = plugin?.folder === void 0 ? "is not installed" : `has no manifest in ${plugin.folder}`;
      return [wrong(`The plugin ${id} ${what}.`, `claude plugin install ${id}, then restart Claude Code.`)];
    }
    return updateOf(plugin);
  });
}
function updateOf({ id, version, offered }) {
  if (offered === void 0 || offered === version) return [];
  return [
    notice(
      `${id} is installed in version ${version}; its marketplace has ${offered}.`,
      `claude plugin update ${id}, then restart Claude Code.`
    )
  ];
}
function versionsApart(own) {
  const loaded = own.filter(({ version }) => version !== void 0);
  if (new Set(loaded.map(({ version }) => version)).size <= 1) return [];
  return [
    wrong(
      `The three plugins are of different versions: ${loaded.map(({ name, version }) => `${name} ${version}`).join(", ")}.`,
      `claude plugin marketplace update ${own[0]?.marketplace}, then claude plugin update for each of ${loaded.map(({ id }) => id).join(", ")}, then restart Claude Code.`
    )
  ];
}

// mcp-server/src/doctor/repository.ts
var repository = {
  name: "Repository",
  async look({ checkout, hidden }) {
    if (hidden) return { seen: "out of reach", findings: [wrong(hidden.problem, hidden.remedy)] };
    if (checkout.gitCommonDir === void 0) return skipped("not a git repository");
    return { seen: checkout.root, findings: [] };
  }
};

// import:node:child_process in doctor.mjs
import { spawn } from "node:child_process";

// import:node:events in doctor.mjs
import { once } from "node:events";

// import:node:readline in doctor.mjs
import { createInterface } from "node:readline";

// mcp-server/src/doctor/server.ts
var START_LIMIT_MS = 3e4;
var END_LIMIT_MS = 2e3;
var PROTOCOL = "2025-06-18";
var initialized = z.object({ result: z.object({ serverInfo: z.object({ version: z.string() }) }) });
var listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })).min(1) }) });
var NoNode = class extends Error {
};
var server = {
  name: "Server",
  async look(examination) {
    const { pluginRoot, environment } = examination;
    const dist = join(pluginRoot, "mcp-server", "dist");
    const began = performance.now();
    try {
      const { version, tools } = await askServer(join(dist, "server.js"), {
        ...environment,
        // A server that starts tidies up after dead sessions; this one must not find a graph to do it in.
        PARALLEL_DATABASE_URL: `sqlite:${join(dist, "no-graph")}`
      });
      const ms = Math.round(performance.now() - began);
      const expected = await versionIn(pluginRoot);
      return {
        seen: `version ${version} answers with ${tools} tools after ${ms} ms`,
        findings: expected === void 0 || expected === version ? [] : [
          wrong(
            `The server is of version ${version}, the plugin around it of ${expected}.`,
            await reinstallation(examination)
          )
        ]
      };
    } catch (error) {
      if (error instanceof NoNode) return skipped("not started: there is no program `node`");
      const why = error instanceof Error ? error.message : String(error);
      return {
        seen: "does not answer",
        findings: [
          wrong(
            `The server does not answer: ${why}.`,
            "Fix what the lines above name, then restart Claude Code; /mcp shows plugin:parallel:tasks and why it failed."
          )
        ]
      };
    }
  }
};
async function askServer(file, env) {
  const limitMs = Number(env.MCP_TIMEOUT) || START_LIMIT_MS;
  const child = spawn("node", [file], { env, stdio: ["pipe", "pipe", "pipe"] });
  const end = endOf(child, limitMs);
  child.stdin.on("error", () => void 0);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const ask = async (id, method, params, schema) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}
`);
    const line = await Promise.race([lines.next(), end]);
    if (line instanceof Error) throw line;
    if (line.done) throw await end;
    const answer2 = schema.safeParse(JSON.parse(line.value));
    if (!answer2.success) throw new Error(`what it answers to ${method} is not what the protocol says`);
    return answer2.data;
  };
  try {
    const clientInfo = { name: "parallel-doctor", version: "1" };
    const hello = await ask(
      1,
      "initialize",
      { protocolVersion: PROTOCOL, capabilities: {}, clientInfo },
      initialized
    );
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}
`);
    const { result } = await ask(2, "tools/list", {}, listed);
    return { version: hello.result.serverInfo.version, tools: result.tools.length };
  } finally {
    clearTimeout(limit);
    const patience = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
    child.stdin.end();
    await end;
    clearTimeout(patience);
  }
}
async function endOf(child, limitMs) {
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  try {
    const [code, signal] = await once(child, "close");
    if (signal) return new Error(`it was silent for ${limitMs / 1e3} s`);
    const reason = /^\w*Error(?: \[\w+\])?: .+$/m.exec(log)?.[0];
    return new Error(`it ended with ${code}${reason === void 0 ? "" : `: ${reason}`}`);
  } catch (error) {
    return error.code === "ENOENT" ? new NoNode() : new Error(String(error));
  }
}

// import:errors.mjs in doctor.mjs
import { CallerError } from "./errors.mjs";

// import:schedule.mjs in doctor.mjs
import { estimatesFrom } from "./schedule.mjs";

// import:tools.mjs in doctor.mjs
import { failure } from "./tools.mjs";

// mcp-server/src/doctor/examination.ts
async function prepareExamination(place) {
  const { checkout, hidden } = await lookForCheckout(place.directory);
  const projectFolder = existsSync(join(place.directory, ".claude")) ? place.directory : checkout.root;
  const settings2 = await readHostSettings(projectFolder, place.hostFolder, place.managedSettings);
  const plugins2 = await readInstalledPlugins(place.hostFolder, settings2);
  const loaded = ownPlugins(plugins2).find(({ name, enabled }) => name === "parallel" && enabled)?.folder;
  const environment = { ...place.env, ...variablesOf(settings2) };
  return {
    place,
    checkout,
    hidden,
    projectFolder,
    settings: settings2,
    plugins: plugins2,
    pluginRoot: loaded !== void 0 && existsSync(loaded) ? loaded : place.pluginRoot,
    environment,
    graph: hidden ? { state: "inaccessible", why: "git does not open the repository" } : await lookAtGraph(checkout, environment.PARALLEL_DATABASE_URL || void 0)
  };
}
async function lookForCheckout(directory) {
  try {
    return { checkout: await findCheckout(directory), hidden: void 0 };
  } catch (error) {
    return { checkout: { root: directory, gitCommonDir: void 0 }, hidden: troubleOf(error) };
  }
}
async function lookAtGraph(checkout, url) {
  const location = await graphLocation(checkout, url).catch(() => void 0);
  if (!location) return { state: "inaccessible", why: "PARALLEL_DATABASE_URL cannot be used" };
  try {
    if (location.engine === "sqlite") {
      if (!existsSync(location.path)) return { state: "none", location };
      const driver = await import("./store/engines/inspect-sqlite.mjs").catch(() => void 0);
      if (!driver) return { state: "inaccessible", why: "SQLite's native driver does not load" };
      const { inspectSqlite } = driver;
      return { state: "open", location, inspection: await inspectSqlite(location.path, estimatesFrom) };
    }
    const { inspectPostgres } = await import("./store/engines/inspect-postgres.mjs");
    return {
      state: "open",
      location,
      inspection: await inspectPostgres(location.url, location.repository, estimatesFrom)
    };
  } catch (error) {
    return { state: "unusable", location, trouble: troubleOf(error) };
  }
}
function troubleOf(error) {
  const { message, remedy } = failure(error).structuredContent.error;
  return { problem: message, remedy };
}

// mcp-server/src/doctor/settings.ts
var OPTIONS = {
  maxParallel: "PARALLEL_MAX_PARALLEL",
  guard: "PARALLEL_GUARD",
  approve: "PARALLEL_APPROVE",
  maxTokens: "PARALLEL_MAX_TOKENS"
};
var settings = {
  name: "Settings",
  async look(examination) {
    const env = withOptions(examination);
    const set = Object.keys(env).filter((name) => name.startsWith("PARALLEL_") && env[name] !== "");
    return {
      // Only names: an address may hold a password.
      seen: set.length === 0 ? "all as they come" : set.sort().join(", "),
      findings: [...await addressFindings(examination, env), ...policyFindings(env)]
    };
  }
};
function withOptions({ settings: { files }, plugins: plugins2, environment }) {
  const id = ownPlugins(plugins2).find(({ name }) => name === "parallel")?.id;
  const env = { ...environment };
  for (const file of files) {
    const options = (id === void 0 ? void 0 : file.settings.pluginConfigs?.[id]?.options) ?? {};
    for (const [option, name] of Object.entries(OPTIONS)) {
      if (options[option] !== void 0 && !env[name]) env[name] = String(options[option]);
    }
  }
  return env;
}
function policyFindings(env) {
  const rest = { ...env };
  const findings = [];
  for (; ; ) {
    try {
      settingsFromEnvironment(rest);
      return findings;
    } catch (error) {
      const { problem, remedy } = troubleOf(error);
      findings.push(wrong(problem, remedy));
      const field = error instanceof CallerError ? error.field : void 0;
      if (field === void 0 || rest[field] === void 0) return findings;
      delete rest[field];
    }
  }
}
async function addressFindings({ checkout }, env) {
  try {
    await graphLocation(checkout, env.PARALLEL_DATABASE_URL || void 0);
    return [];
  } catch (error) {
    const { problem, remedy } = troubleOf(error);
    return [wrong(problem, remedy)];
  }
}

// mcp-server/src/doctor/worktrees.ts
var worktrees = {
  name: "Worktrees",
  async look(examination) {
    const { checkout, graph } = examination;
    if (graph.state !== "open" || graph.inspection.version === void 0)
      return skipped("no graph to look at");
    if (checkout.gitCommonDir === void 0) return skipped("not a git repository");
    const list = ["worktree", "list", "--porcelain", "-z"];
    const listed2 = await git(checkout.root, list).catch(() => void 0);
    if (listed2 === void 0) return skipped("git does not list them; 2.36 or newer does");
    const [, ...linked] = parseWorktrees(listed2);
    const users = await usersOf(examination);
    const left = linked.flatMap((worktree) => leftOver(worktree, users));
    return { seen: linked.length === 0 ? "none" : `${linked.length} beside the main one`, findings: left };
  }
};
function parseWorktrees(text) {
  return text.split("\0\0").filter((record) => record !== "").map((record) => {
    const lines = new Map(
      record.split("\0").map((line) => {
        const [key = "", ...rest] = line.split(" ");
        return [key, rest.join(" ")];
      })
    );
    return {
      path: lines.get("worktree") ?? "",
      branch: lines.get("branch")?.replace(/^refs\/heads\//, ""),
      prunable: lines.has("prunable"),
      locked: lines.has("locked")
    };
  });
}
async function usersOf({ graph, place }) {
  const agents = /* @__PURE__ */ new Map();
  const attempts = /* @__PURE__ */ new Map();
  const plans2 = /* @__PURE__ */ new Map();
  if (graph.state !== "open") return { agents, attempts, plans: plans2 };
  const { repository: repository2 } = graph.location;
  await graph.inspection.read(async (reader) => {
    for (const plan of await reader.plans(repository2)) {
      const works = (claim) => isLive(claim) || isDraining(claim, place.nowMs);
      const { claims } = await reader.graph(plan);
      plans2.set(plan.slug, claims.some(works));
      for (const claim of claims) {
        attempts.set(claim.id, works(claim));
        if ("agentId" in claim && claim.agentId !== void 0) agents.set(claim.agentId, works(claim));
      }
    }
  });
  return { agents, attempts, plans: plans2 };
}
function isInUse({ path, branch = "" }, { agents, attempts, plans: plans2 }) {
  const attempt = /^parallel-work\/.+-(\d+)$/.exec(branch)?.[1];
  if (attempt !== void 0) return attempts.get(Number(attempt));
  const plan = /^parallel\/([a-z0-9-]+)$/.exec(branch)?.[1];
  if (plan !== void 0) return plans2.get(plan);
  const isAgents = dirname(path).endsWith(join(".claude", "worktrees"));
  return isAgents ? agents.get(basename(path).replace(/^agent-/, "")) : void 0;
}
function leftOver(worktree, users) {
  if (isInUse(worktree, users) !== false) return [];
  const { path, branch, prunable, locked } = worktree;
  const where = branch === void 0 ? "" : ` (branch ${branch})`;
  const unlock = locked ? `git worktree unlock ${JSON.stringify(path)}, then ` : "";
  return [
    prunable ? notice(
      `The folder of the worktree ${path}${where} is gone; git still knows it.`,
      "git worktree prune"
    ) : notice(
      `The worktree ${path}${where} is left over: nobody works in it any more.`,
      `Take over what is in it, then ${unlock}git worktree remove ${JSON.stringify(path)}; git refuses as long as it holds changes that are not committed.`
    )
  ];
}

// mcp-server/src/doctor/checks.ts
var CHECKS = [
  node,
  bundle,
  server,
  plugins,
  commands,
  hooks,
  settings,
  repository,
  database,
  plans,
  worktrees,
  commandLine
];

// mcp-server/src/doctor/doctor-input.ts
function doctorInputOf(directory, env, pluginRoot, nowMs) {
  return {
    directory,
    env,
    pluginRoot,
    hostFolder: hostFolder(env),
    managedSettings: join(managedFolder(), "managed-settings.json"),
    nowMs,
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    }
  };
}

// mcp-server/src/doctor/examine.ts
async function examine(place) {
  const examination = await prepareExamination(place);
  try {
    const checked = [];
    for (const check of CHECKS)
      checked.push({ check: check.name, ...await lookSafely(check, examination) });
    return checked;
  } finally {
    if (examination.graph.state === "open") await examination.graph.inspection.close();
  }
}
async function lookSafely(check, examination) {
  try {
    return await check.look(examination);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    return {
      seen: "could not be looked at",
      findings: [
        wrong(
          `${check.name} could not be looked at: ${why}.`,
          "Fix what the other lines name and ask again; if it stays so, tell the plugin's authors."
        )
      ]
    };
  }
}
export {
  CHECKS,
  bundle,
  commandLine,
  commands,
  database,
  doctorInputOf,
  examine,
  hooks,
  installCommand,
  node,
  notice,
  parseWorktrees,
  plans,
  plugins,
  prepareExamination,
  reinstallation,
  repository,
  server,
  settings,
  skipped,
  troubleOf,
  worktrees,
  wrong
};
