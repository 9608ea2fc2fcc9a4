// How long the server takes from being spawned to its answer to `initialize`, against a Node that does nothing.
// Both are started in turn, so that a busy moment of the machine hits both. Runs the committed bundle from a folder
// where no node_modules can be reached.
//   node bench/start-up.mjs [--matrix]     --matrix: also Node 22, 24 and 26, from the registry
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNS = 21;
const MATRIX = [22, 24, 26];
/** What the server may take at most, as a multiple of a Node that does nothing. */
const LIMIT = 3;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const INITIALIZE = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bench", version: "1.0.0" },
  },
})}\n`;

/** Milliseconds until the server has answered. */
async function handshake(node, server, cwd) {
  const began = performance.now();
  const child = spawn(node, [server], { cwd, env: {}, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write(INITIALIZE);
  const [answer] = await once(child.stdout, "data");
  const tookMs = performance.now() - began;
  if (!JSON.parse(String(answer)).result?.serverInfo) throw new Error(`no handshake: ${answer}`);
  child.stdin.end();
  await once(child, "close");
  return tookMs;
}

/** Milliseconds until `node -e 0` has ended. */
async function nothing(node, cwd) {
  const began = performance.now();
  const child = spawn(node, ["-e", "0"], { cwd, env: {}, stdio: "ignore" });
  await once(child, "close");
  return performance.now() - began;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** The real binary: a launcher of the package manager would be measured otherwise. */
function binaryOf(major) {
  const command = ["-y", "-p", `node@${major}`, "node", "-p", "process.execPath"];
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 120_000 };
  return execFileSync("npx", command, options).trim();
}

async function measure(node, server, cwd) {
  await nothing(node, cwd);
  await handshake(node, server, cwd);
  const base = [];
  const started = [];
  for (let run = 0; run < RUNS; run++) {
    base.push(await nothing(node, cwd));
    started.push(await handshake(node, server, cwd));
  }
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const [nodeMs, initializeMs] = [median(base), median(started)];
  return {
    benchmark: "start-up",
    node: version,
    runs: RUNS,
    nodeMs,
    initializeMs,
    ratio: initializeMs / nodeMs,
  };
}

const folder = mkdtempSync(join(tmpdir(), "parallel-start-up-"));
try {
  for (const part of [".claude-plugin", "agents", "mcp-server/dist"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  const nodes = [process.execPath, ...(process.argv.includes("--matrix") ? MATRIX.map(binaryOf) : [])];
  const results = [];
  for (const node of nodes) {
    results.push(await measure(node, join(folder, "mcp-server", "dist", "server.js"), folder));
  }
  console.log(
    `${"Node".padEnd(12)}${"node -e 0".padStart(12)}${"initialize".padStart(12)}${"ratio".padStart(8)}`,
  );
  for (const { node, nodeMs, initializeMs, ratio } of results) {
    const ms = (value) => `${value.toFixed(1)} ms`.padStart(12);
    console.log(`${node.padEnd(12)}${ms(nodeMs)}${ms(initializeMs)}${ratio.toFixed(2).padStart(8)}`);
  }
  for (const result of results) console.log(JSON.stringify(result));
  if (results.some(({ ratio }) => ratio > LIMIT)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
