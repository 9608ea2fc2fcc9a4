// How much memory and time the audit takes for transcripts of growing size, with short, long and huge lines in them.
// Builds the bundle from the sources and runs its command line as a user does. Prints a table, then JSON lines.
//   node bench/audit.mjs [largest size in MB, 500 where absent]
// Exits with 1 when the largest transcript takes more than LIMIT_MB, or markedly more than one a tenth of its size.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildTo } from "../scripts/build.mjs";

const MB = 1024 * 1024;
const LARGEST = Number(process.argv[2] ?? 500);
const SIZES = [LARGEST / 100, LARGEST / 10, LARGEST];
/** The whole process, Node itself included. */
const LIMIT_MB = 400;
const GROWTH = 1.5;
const AGENTS = 40;

/** Lines of a long session: turns with tool calls, images of a megabyte, now and then a line that nobody can hold. */
function* linesUntil(bytes) {
  let written = 0;
  let second = 0;
  const line = (fields) => {
    const text = `${JSON.stringify({ timestamp: new Date(1.7e12 + 1000 * second++).toISOString(), cwd: "/home/someone/project", ...fields })}\n`;
    written += text.length;
    return text;
  };
  const assistant = (id, block) =>
    line({
      type: "assistant",
      message: { id, content: [block], usage: { input_tokens: 9, output_tokens: 5 } },
    });
  const user = (content) => line({ type: "user", message: { role: "user", content } });
  yield user("Please do the work.");
  for (let turn = 0; written < bytes; turn++) {
    if (turn < AGENTS) yield launchOf(assistant, turn);
    yield assistant(`m${turn}`, {
      type: "text",
      text: `Step ${turn}: this is what I do now. ${"Words. ".repeat(40)}`,
    });
    yield assistant(`m${turn}`, {
      type: "tool_use",
      id: `t${turn}`,
      name: "Read",
      input: { file_path: `src/${turn}.ts` },
    });
    yield user([{ type: "tool_result", tool_use_id: `t${turn}`, content: "x".repeat(6_000) }]);
    if (turn % 500 === 499) {
      const data = "A".repeat(MB);
      yield user([
        { type: "tool_result", tool_use_id: "image", content: [{ type: "image", source: { data } }] },
      ]);
    }
    if (turn === 3 || turn % 20_000 === 19_999) yield* hugeLine(bytes / 20, (length) => (written += length));
  }
}

function launchOf(assistant, i) {
  const input = { description: `Part ${i}`, prompt: `Do part ${i}`, subagent_type: "general-purpose" };
  return assistant(`launch${i}`, { type: "tool_use", id: `call${i}`, name: "Agent", input });
}

/** One line of that many bytes, in pieces. */
function* hugeLine(bytes, count) {
  const piece = "y".repeat(MB);
  yield '{"type":"user","message":{"role":"user","content":"';
  for (let written = 0; written < bytes; written += MB) {
    count(MB);
    yield piece;
  }
  yield '"}}\n';
}

function generate(file, bytes) {
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, "w");
  for (const text of linesUntil(bytes)) writeSync(handle, text);
  closeSync(handle);
}

/** Runs the audit and has it tell its highest use of memory when it ends. */
async function measure(commandLine, file) {
  const tell = `process.on("exit",()=>process.stderr.write("\\npeak "+process.resourceUsage().maxRSS));await import(${JSON.stringify(commandLine)});`;
  const began = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", tell, "audit", file, "--json"], {
    env: { HOME: dirname(file) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const [code] = await once(child, "close");
  const peakKb = Number(/peak (\d+)$/.exec(stderr)?.[1]);
  if ((code !== 0 && code !== 1) || !(peakKb > 0)) throw new Error(`the audit failed: ${stderr}`);
  const { skipped } = JSON.parse(stdout);
  return { seconds: (performance.now() - began) / 1000, peakMb: peakKb / 1024, longLines: skipped.longLines };
}

const folder = mkdtempSync(join(tmpdir(), "parallel-bench-audit-"));
try {
  const dist = join(folder, "dist");
  await buildTo(dist);
  const rows = [];
  for (const size of SIZES) {
    const file = join(folder, "transcripts", `${size}.jsonl`);
    generate(file, size * MB);
    const megabytes = statSync(file).size / MB;
    rows.push({ megabytes, ...(await measure(join(dist, "parallel.mjs"), file)) });
    rmSync(file);
  }
  console.log("transcript   time     MB/s   peak memory   lines too long");
  for (const { megabytes, seconds, peakMb, longLines } of rows) {
    console.log(
      `${megabytes.toFixed(0).padStart(7)} MB ${seconds.toFixed(1).padStart(6)} s ${(megabytes / seconds).toFixed(0).padStart(7)} ${peakMb.toFixed(0).padStart(10)} MB ${String(longLines).padStart(16)}`,
    );
  }
  for (const row of rows) console.log(JSON.stringify({ bench: "audit", ...row }));
  const [, tenth, largest] = rows;
  if (largest.peakMb > LIMIT_MB || largest.peakMb > GROWTH * tenth.peakMb) {
    console.error(`Memory grows with the transcript: ${largest.peakMb.toFixed(0)} MB at the end.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
