import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { median } from "../store/figures.ts";
import { CloneAtWork } from "../worktrees/clone-at-work.ts";
import { makeRepository, write } from "../worktrees/repository.ts";
import { LockTimer } from "./lock-timer.ts";
import type { DeliveryTimes, LandingTimes } from "./measurement.ts";

const FILES = 1_000;
const ROUNDS = 3;
const [FEW, MANY] = [1, 8];
const PLAN = "landings";

/** What it takes to bring commits onto a plan's branch of a remote that two clones share, one and several at once. */
export async function deliveryTimes(engine: string, url: string, folder: string): Promise<DeliveryTimes> {
  const [root, remote, home] = ["repository", "remote.git", "home"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [root, home]) mkdirSync(made, { recursive: true });
  await makeRepository(root, FILES);
  await git(folder, ["clone", "--quiet", "--bare", root, remote]);
  const [clone, other] = [await openClone("own"), await openClone("other")];
  const count = 2 + (ROUNDS + 1) * (FEW + MANY);
  const tasks = Array.from({ length: count }, (_, n) => ({
    id: `t${n}`,
    subject: `Task ${n}`,
    writes: [`src/*/made-${n}.ts`],
  }));
  await createPlan(clone.context, "bench", {
    plan: PLAN,
    tasks,
    policy: { isolation: "worktree", unscoped: "worktree", maxParallel: 20 },
  });
  // From the second one's claim on both clones take part, and all work goes through the remote.
  for (const one of [clone, other]) {
    const done = await workOn(one, 1);
    for (const { atWork, file } of done) await one.report(atWork, [file]);
    await one.deliver();
  }
  const lock = new LockTimer(await clone.context.createGraph());
  const [few, many]: [Landed[], Landed[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    few.push(await land(clone, remote, FEW, lock));
    many.push(await land(clone, remote, MANY, lock));
  }
  return {
    engine,
    reportMs: median([...few, ...many].slice(2).flatMap(({ reportMs }) => reportMs)),
    few: timesOf(FEW, few.slice(1)),
    many: timesOf(MANY, many.slice(1)),
  };

  async function openClone(name: string): Promise<CloneAtWork> {
    const to = join(folder, name);
    await git(folder, ["clone", "--quiet", remote, to]);
    await git(to, ["config", "user.name", "B"]);
    await git(to, ["config", "user.email", "b@example.org"]);
    return CloneAtWork.open(to, url, home, PLAN);
  }
}

interface Landed {
  readonly reportMs: readonly number[];
  readonly ms: number;
  readonly lockMs: number;
}

/**
 * So many tasks claimed, done and reported, and then delivered together: while they are reported the remote is away, so
 * that none goes before the others.
 */
async function land(clone: CloneAtWork, remote: string, commits: number, timer: LockTimer): Promise<Landed> {
  const done = await workOn(clone, commits);
  renameSync(remote, `${remote}.away`);
  const reportMs: number[] = [];
  for (const { atWork, file } of done) {
    reportMs.push((await timer.timed(() => clone.report(atWork, [file]))).ms);
  }
  await clone.deliver();
  renameSync(`${remote}.away`, remote);
  const { ms, lockMs } = await timer.timed(() => clone.deliver());
  await clone.checkPushed();
  return { reportMs, ms, lockMs };
}

/** So many tasks claimed and done. */
async function workOn(clone: CloneAtWork, count: number) {
  const done = [];
  for (let n = 0; n < count; n++) {
    const atWork = await clone.claim();
    const file = `src/m0/made-${atWork.task.replace(/^.*\/t/, "")}.ts`;
    write(atWork.folder, file, "1\n");
    done.push({ atWork, file });
  }
  return done;
}

function timesOf(commits: number, landed: readonly Landed[]): LandingTimes {
  return {
    commits,
    ms: median(landed.map(({ ms }) => ms)),
    lockMs: median(landed.map(({ lockMs }) => lockMs)),
  };
}
