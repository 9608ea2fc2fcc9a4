// What the write guard costs inside the server: the time from a hook's call to its answer, as a tool call begins and as
// it ends, in the committed bundle, on a graph of 1,000 tasks of which 16 run. Counts the processes that are started meanwhile; there must be none. On a busy machine the clock measures
// the others as well: there, give it priority (Linux: chrt -r 1 node bench/guard.mjs).
//   node bench/guard.mjs
import childProcess, { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TASKS = 1_000;
const AGENTS = 16;
const WARM_UP = 50;
const RUNS = 500;
/** What a guarded call may take at the 95th percentile, in milliseconds. */
const LIMIT_MS = 5;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-guard-")));

/** The calls that are measured, by what they stand for. Those of each run differ, so that nothing is answered twice. */
const CALLS = {
  "no claim: Bash": () => bash("somebody", "npm test && git status"),
  "Edit in scope": (run) => edit(`src/m0/file-${run}.ts`),
  "Edit through a link": (run) => edit(`src/m0/link/file-${run}.ts`),
  "Edit of another's file: denied": (run) => edit(`src/m1/file-${run}.ts`),
  "Edit of nobody's file: recorded": (run) => edit(`docs/page-${run}.md`),
  "Bash that reads": (run) => bash("agent-0", `npm test -- --seed ${run} 2>&1 | tail -20 && git diff --stat`),
  "Bash in scope": (run) =>
    bash("agent-0", `cd src/m0 && sed -i 's/a/b/' *.ts && rm -f old-${run}.ts && mv a.ts b.ts`),
  "Bash with a long here document": (run) =>
    bash("agent-0", `cat > src/m0/big.ts <<'EOF'\n${`const line${run} = "x";\n`.repeat(1_000)}EOF\n`),
  "Bash on another's file: denied": (run) =>
    bash("agent-0", `for f in 1 2 3; do echo ${run} >> src/m1/$f.ts; done`),
  "git stash: denied": () => bash("agent-0", "npm run lint && git stash"),
};

function edit(path) {
  return {
    agent: "agent-0",
    tool: "Edit",
    input: { file_path: join(folder, path), old_string: "a", new_string: "b" },
  };
}

function bash(agent, command) {
  return { agent, tool: "Bash", input: { command } };
}

function prepareRepository() {
  for (const module of ["m0", "m1"]) mkdirSync(join(folder, "src", module), { recursive: true });
  for (let file = 0; file < 50; file++) writeFileSync(join(folder, "src", "m0", `${file}.ts`), "");
  symlinkSync(join(folder, "src", "m0"), join(folder, "src", "m0", "link"));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
}

/** A service in this process, with agents bound to their tasks as hooks and tokens do it. */
async function serviceAtWork() {
  const { Service } = await import(join(root, "mcp-server", "dist", "service.mjs"));
  const env = { PARALLEL_MAX_PARALLEL: String(AGENTS), CLAUDE_CODE_ENTRYPOINT: "sdk-cli" };
  const service = new Service({
    directory: folder,
    env,
    parentPid: process.pid,
    pluginRoot: root,
    now: Date.now,
  });
  const request = (meta) => ({
    _meta: meta,
    signal: new AbortController().signal,
    notify: async () => undefined,
  });
  const call = async (tool, input, toolUseId) => {
    const answer = await service.callTool(
      tool,
      input,
      request(toolUseId && { "claudecode/toolUseId": toolUseId }),
      { hasForms: false },
    );
    if (answer.isError) throw new Error(answer.content[0].text);
    return answer;
  };
  const tasks = Array.from({ length: TASKS }, (_, n) => ({
    id: `${n}`,
    subject: `Task ${n}`,
    writes: [`src/m${n}/**`, `test/m${n}.test.ts`],
    ...(n >= AGENTS && { dependencies: [`${n - AGENTS}`] }),
  }));
  await call("plan_create", { plan: "bench", tasks });
  const { launch } = (await call("batch_next", { plan: "bench" })).structuredContent;
  if (launch.length !== AGENTS) throw new Error(`${launch.length} tasks were offered, not ${AGENTS}`);
  for (const { task, prompt } of launch) {
    const use = `use-${task}`;
    await call("hook", { event: "PreToolUse", agent: `agent-${task}`, use, tool: "task_get" });
    await call("task_get", { task: `bench/${task}`, token: /\d+-[a-z2-7]{26}/.exec(prompt)[0] }, use);
  }
  return call;
}

/** Counts the processes that are started from now on. */
function watchProcesses() {
  const started = { count: 0 };
  const watch = (owner, name) => {
    const original = owner[name];
    owner[name] = function (...parameters) {
      started.count++;
      return original.apply(this, parameters);
    };
  };
  // Every asynchronous way leads through this method.
  watch(childProcess.ChildProcess.prototype, "spawn");
  for (const name of ["spawnSync", "execFileSync", "execSync"]) watch(childProcess, name);
  syncBuiltinESMExports();
  return started;
}

function at(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function measure(call, name, make) {
  const times = [];
  const ends = [];
  for (let run = -WARM_UP; run < RUNS; run++) {
    const { agent, tool, input } = make(run + WARM_UP);
    const facts = {
      agent,
      tool,
      cwd: folder,
      use: `${name}-${run}`,
      input: JSON.stringify(input),
    };
    const began = performance.now();
    const answer = await call("hook", { ...facts, event: "PreToolUse" });
    const tookMs = performance.now() - began;
    const isDenied = answer.content[0].text.includes('"deny"');
    if (isDenied !== name.endsWith("denied")) throw new Error(`${name}: ${answer.content[0].text}`);
    const ended = performance.now();
    if (!isDenied) await call("hook", { ...facts, event: "PostToolUse", response: "{}" });
    const endMs = performance.now() - ended;
    if (run < 0) continue;
    times.push(tookMs);
    ends.push(endMs);
  }
  const [p50Ms, p95Ms, maxMs] = [0.5, 0.95, 1].map((share) => at(times, share));
  const endP50Ms = at(ends, 0.5);
  return {
    benchmark: "guard",
    call: name,
    tasks: TASKS,
    agents: AGENTS,
    runs: RUNS,
    p50Ms,
    p95Ms,
    maxMs,
    endP50Ms,
  };
}

try {
  prepareRepository();
  const started = watchProcesses();
  const call = await serviceAtWork();
  if (started.count === 0) throw new Error("the server asks git where it is, and that was not noticed");
  started.count = 0;
  const results = [];
  for (const [name, make] of Object.entries(CALLS)) results.push(await measure(call, name, make));
  const columns = ["p50Ms", "p95Ms", "maxMs", "endP50Ms"];
  const heads = ["p50", "p95", "max", "its end"];
  console.log(["guarded call".padEnd(34), ...heads.map((head) => head.padStart(10))].join(""));
  for (const result of results) {
    const cells = columns.map((column) => `${result[column].toFixed(2)} ms`.padStart(10));
    console.log([result.call.padEnd(34), ...cells].join(""));
  }
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors`);
  console.log(`processes started: ${started.count}`);
  for (const result of results) console.log(JSON.stringify(result));
  console.log(JSON.stringify({ benchmark: "guard", processesStarted: started.count }));
  if (started.count > 0 || results.some(({ p95Ms }) => p95Ms > LIMIT_MS)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
