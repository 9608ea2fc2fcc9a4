import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { git } from "../../mcp-server/src/git/git.ts";
import { HEADER } from "./measured.ts";
import { measureTasks } from "./per-task.ts";
import { measurePool } from "./pool.ts";
import { makeRepository, write } from "./repository.ts";
import { measureSetUp, SET_UP_SCRIPT } from "./set-up.ts";

const MAX_RATIO = 1.5;
/** Of worktrees that are set up; a plan runs no more tasks at once. */
const MAX_SET_UPS = 8;

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
  },
});
const [files, rounds] = [Number(values.files), Number(values.rounds)];

async function main(folder: string): Promise<boolean> {
  const root = join(folder, "repository");
  const remote = join(folder, "remote.git");
  mkdirSync(root);
  mkdirSync(join(folder, "home"));
  write(root, SET_UP_SCRIPT.name, SET_UP_SCRIPT.text);
  const bases = await makeRepository(root, files);
  await git(folder, ["clone", "--quiet", "--bare", root, remote]);
  const load = loadavg()[0] ?? 0;
  console.log(
    `${files} files, ${rounds} rounds, medians in milliseconds, load ${load.toFixed(1)}\n\n${HEADER}`,
  );
  const isWanted = (part: string) => values.only === undefined || values.only === part;
  const print = (lines: readonly string[]) => console.log(lines.join("\n"));
  if (isWanted("pool")) print(await measurePool(root, bases, rounds));
  if (isWanted("set-up")) print(await measureSetUp(root, folder, Math.min(rounds, MAX_SET_UPS)));
  if (!isWanted("tasks")) return true;
  const tasks = await measureTasks(remote, folder, rounds);
  print(tasks.lines);
  return tasks.ratio <= MAX_RATIO;
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-worktrees-")));
let isFine = false;
try {
  isFine = await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isFine ? 0 : 1;
