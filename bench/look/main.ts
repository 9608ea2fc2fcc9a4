import childProcess from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { GitWatch } from "../../mcp-server/src/run/effects/git-watch.ts";
import { HeldFiles, type HeldScope } from "../../mcp-server/src/run/effects/held-files.ts";
import { FileSystemClock } from "../../mcp-server/src/run/effects/look/file-system-clock.ts";
import { LastLook } from "../../mcp-server/src/run/effects/look/last-look.ts";

const FOLDERS = 200;
const FILES_PER_FOLDER = 50;
const CLAIMS = 5;
/** Each in a file of its own. */
const BRANCHES = 100;
const RUNS = 200;
/** Longer than the clock of a file system ticks: a call takes longer than that. */
const CALL_MS = 25;
/** Files that the call changes. */
const CASES = [
  { folders: 10, changed: 0, limitMs: 10 },
  { folders: 10, changed: 1, limitMs: 10 },
  { folders: 100, changed: 0, limitMs: 40 },
  { folders: 100, changed: 1, limitMs: 40 },
];

const root = realpathSync(mkdtempSync(join(tmpdir(), "parallel-look-")));
const fileAt = (folder: number, file: number) => join(root, `src/m${folder}`, `file-${file}.ts`);

interface Costs {
  /** Both looks of each call, in milliseconds. */
  readonly wallMs: readonly number[];
  /** Of this process, which is what is left when the machine is busy with others. */
  readonly processorMs: readonly number[];
}

async function measure(folders: number, changed: number): Promise<Costs> {
  const perClaim = folders / CLAIMS;
  const held: HeldScope[] = Array.from({ length: CLAIMS }, (_, claim) => ({
    attempt: claim as AttemptId,
    writes: Array.from({ length: perClaim }, (_, n) => `src/m${claim * perClaim + n}/**`),
  }));
  const clock = new FileSystemClock(join(root, "clock"), Date.now);
  const heldFiles = new HeldFiles(root, false, clock.now);
  const lastLook = new LastLook(join(root, "calls"), { host: "h", pid: process.pid, startedAt: "0" });
  const look = () => {
    const lookedMs = Date.now();
    const found = heldFiles.look(held);
    lastLook.note(found, () => heldFiles.seen, lookedMs);
    return found;
  };
  look();
  const gitWatch = new GitWatch(root, Date.now);
  gitWatch.look();
  await heldFiles.readUnread(
    () => true,
    () => undefined,
  );
  const wallMs: number[] = [];
  const processorMs: number[] = [];
  const timed = () => {
    const [began, used] = [performance.now(), process.cpuUsage()];
    const { changes } = look();
    if (gitWatch.look(heldFiles.repositories).moves.length > 0) throw new Error("nothing moved in git");
    const { user, system } = process.cpuUsage(used);
    return { tookMs: performance.now() - began, usedMs: (user + system) / 1_000, found: changes.length };
  };
  for (let run = 0; run < RUNS; run++) {
    const before = timed();
    await pause(CALL_MS);
    for (let file = 0; file < changed; file++)
      writeFileSync(fileAt(run % folders, file), `${run} ${folders}`);
    const after = timed();
    if (after.found !== changed) throw new Error(`${after.found} changes were found, not ${changed}`);
    wallMs.push(before.tookMs + after.tookMs);
    processorMs.push(before.usedMs + after.usedMs);
  }
  return { wallMs, processorMs };
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

try {
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(root, `src/m${folder}`), { recursive: true });
    for (let file = 0; file < FILES_PER_FOLDER; file++) {
      writeFileSync(fileAt(folder, file), `export const value = ${file};\n`.repeat(50));
    }
  }
  const git = (...parameters: string[]) =>
    childProcess.execFileSync(
      "git",
      ["-C", root, "-c", "user.name=b", "-c", "user.email=b@b", ...parameters],
      {
        encoding: "utf8",
      },
    );
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Start");
  for (let n = 0; n < BRANCHES; n++) git("branch", `some/branch-${n}`);
  let processes = 0;
  const { spawn } = childProcess.ChildProcess.prototype as unknown as {
    spawn: (...all: unknown[]) => unknown;
  };
  Object.assign(childProcess.ChildProcess.prototype, {
    spawn(...all: unknown[]) {
      processes++;
      return spawn.apply(this, all);
    },
  });
  console.log("held files   changed        p50        p95  processor      limit of the median");
  for (const { folders, changed, limitMs } of CASES) {
    const { wallMs, processorMs } = await measure(folders, changed);
    const [p50Ms, p95Ms, usedMs] = [at(wallMs, 0.5), at(wallMs, 0.95), at(processorMs, 0.5)];
    const cells = [p50Ms, p95Ms, usedMs, limitMs].map((ms) => `${ms.toFixed(2)} ms`.padStart(11));
    console.log(
      `${String(folders * FILES_PER_FOLDER).padStart(10)}${String(changed).padStart(10)}${cells.join("")}`,
    );
    console.log(
      JSON.stringify({ benchmark: "look", held: folders * FILES_PER_FOLDER, changed, p50Ms, p95Ms, usedMs }),
    );
    if (p50Ms > limitMs) process.exitCode = 1;
  }
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`);
  console.log(`processes started: ${processes}`);
  if (processes > 0) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
