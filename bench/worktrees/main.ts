import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { git } from "../../mcp-server/src/git/git.ts";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { PlanSlug, TaskId } from "../../mcp-server/src/graph/task.ts";
import { ownerOf } from "../../mcp-server/src/run/project/owner.ts";
import { makeOwnWorktree } from "../../mcp-server/src/run/worktrees/own-worktree.ts";
import { freeWorktree } from "../../mcp-server/src/run/worktrees/pool/free-worktree.ts";
import { knownServers } from "../../mcp-server/src/run/worktrees/pool/left-processes.ts";
import { inState, pooledWorktrees } from "../../mcp-server/src/run/worktrees/pool/pooled-worktrees.ts";

/** Of which another commit has other contents, and ignored files that a task leaves. */
const CHANGED = 100;
const MAX_RATIO = 1.5;
const PLAN = "p" as PlanSlug;

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
  },
});
const [files, rounds] = [Number(values.files), Number(values.rounds)];
const root = realpathSync(mkdtempSync(join(tmpdir(), "parallel-worktrees-")));
const nameOf = (n: number) => `src/m${n % 100}/n${n % 10}/file-${n}.ts`;
const textOf = (n: number) => `export const value${n} = ${n};\n`.repeat(40 + (n % 80));

function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

async function commit(message: string): Promise<string> {
  await git(root, ["add", "--all"]);
  const identity = ["-c", "user.name=B", "-c", "user.email=b@example.org"];
  await git(root, [...identity, "commit", "--quiet", "--message", message]);
  return (await git(root, ["rev-parse", "HEAD"])).trim();
}

async function timed(into: number[], work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  into.push(performance.now() - began);
}

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

async function main(): Promise<boolean> {
  await git(root, ["init", "--quiet"]);
  write(root, ".gitignore", "build/\n");
  for (let n = 0; n < files; n++) write(root, nameOf(n), textOf(n));
  const bases = [await commit("First")];
  for (let n = 0; n < CHANGED; n++) write(root, nameOf(n * 7), textOf(n * 7 + 1));
  bases.push(await commit("Second"));
  const [, head = ""] = bases;
  const ctx = {
    checkout: { root, gitCommonDir: join(root, ".git"), directory: root },
    owner: await ownerOf(process.ppid, undefined),
  };
  const raw: number[] = [];
  const made: number[] = [];
  const freed: number[] = [];
  const again: number[] = [];
  const rawRemoved: number[] = [];
  let id = 0;
  const make = (base: string) => {
    id++;
    const claim = { id: id as AttemptId, task: `t${id}` as TaskId, tokenHash: `hash-${id}` };
    return makeOwnWorktree(ctx, { plan: PLAN, claim }, base, {
      graph: { claims: [] },
      policy: { setup: "" },
    });
  };
  const free = async () => {
    const [held] = inState(await pooledWorktrees(ctx), "held");
    if (!held) throw new Error("nothing is held");
    const outcome = await freeWorktree(ctx, held, head, knownServers(ctx, []), async () => undefined);
    if (outcome !== "freed") throw new Error(`it is ${outcome}`);
  };
  for (let round = 0; round < rounds; round++) {
    const [from = "", to = ""] = round % 2 === 0 ? bases : [...bases].reverse();
    const plain = join(root, `.claude/worktrees/raw-${round}`);
    await timed(raw, () =>
      git(root, ["worktree", "add", "--quiet", "--no-track", "-B", `raw-${round}`, plain, to]),
    );
    await timed(rawRemoved, () => git(root, ["worktree", "remove", "--force", plain]));
    let place = "";
    await timed(made, async () => {
      place = (await make(from)).path;
    });
    for (let n = 0; n < CHANGED; n++) write(place, `build/out-${n}.js`, "1");
    await timed(freed, free);
    await timed(again, async () => {
      if ((await make(to)).path !== place) throw new Error("another one was made");
    });
    await git(root, ["worktree", "remove", "--force", "--force", place]);
  }
  const line = (what: string, all: readonly number[], beside: readonly number[]) => {
    const [ms, rawMs] = [median(all), median(beside)];
    return `| ${what} | ${ms.toFixed(0)} | ${rawMs.toFixed(0)} | ${(ms / rawMs).toFixed(2)} |`;
  };
  console.log(
    `${files} files, ${CHANGED} of them other than before, ${rounds} rounds, medians in milliseconds\n`,
  );
  console.log("| what | here | raw git | ratio |\n| --- | --- | --- | --- |");
  console.log(line("made (beside git worktree add)", made, raw));
  console.log(line("used again, cleaned (beside git worktree add)", again, raw));
  console.log(line("freed (beside git worktree remove)", freed, rawRemoved));
  return Math.max(median(made), median(again)) <= MAX_RATIO * median(raw);
}

let isFine = false;
try {
  isFine = await main();
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = isFine ? 0 : 1;
