import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { median } from "../store/figures.ts";
import { complete, contextOf, openGraph } from "../store/product.ts";
import { timed } from "../store/timed.ts";
import { writeLargeBreakdown } from "./large-plan.ts";
import { LockTimer } from "./lock-timer.ts";
import type { PlanTimes } from "./measurement.ts";
import { narrowRead } from "./narrow-read.ts";

/** Of loads, the first of which warms up; and of claims with their reports. */
const LOADS = 3;
const CLAIMS = 40;

/** One database of an engine, and the checkout whose graph it holds. */
export interface Place {
  readonly engine: string;
  readonly url: string;
  readonly root: string;
}

/** Imports a plan of that many tasks, loads it, and claims and reports some of them. */
export async function planTimes(place: Place, tasks: number, characters: number): Promise<PlanTimes> {
  const { engine, url, root } = place;
  const slug = `of-${tasks}`;
  const fileMb = writeLargeBreakdown(join(root, fileOf(slug)), slug, tasks, characters);
  const imported = await importApart(place, slug);
  const narrow = await narrowRead(url);
  const [narrowMs, loadMs]: [number[], number[]] = [[], []];
  for (let round = 0; round <= LOADS; round++) {
    const { result, ms } = await timed(() => narrow.read(slug));
    if (result.length !== tasks) throw new Error(`${result.length} tasks were read`);
    narrowMs.push(ms);
    loadMs.push(await firstLoad(place, slug, tasks));
  }
  await narrow.close();
  return {
    ...{ engine, tasks, fileMb },
    ...imported,
    narrowMs: median(narrowMs.slice(1)),
    loadMs: median(loadMs.slice(1)),
    ...(await writes(url, root, slug)),
  };
}

const fileOf = (slug: string) => `specs/${slug}/03-tasks.json`;

/** By a process that knows nothing yet, after its connection is there. */
async function firstLoad({ url, root }: Place, slug: string, tasks: number): Promise<number> {
  const store = await openGraph(url, root);
  const { repository } = await contextOf(store, root);
  await store.read((reader) => reader.plans("no repository"));
  const load = () => store.read((reader) => reader.mirror({ repository, slug }));
  const { result, ms } = await timed(load);
  if (result?.graph.tasks.size !== tasks) throw new Error(`${result?.graph.tasks.size} tasks were loaded`);
  await store.close();
  return ms;
}

/** In a process of its own, whose memory is the import's alone. */
async function importApart({ url, root }: Place, slug: string) {
  const child = spawn(process.execPath, [process.argv[1] as string, "import", url, root, slug], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the import of ${slug} ended with ${code}`);
  return JSON.parse(said) as Pick<PlanTimes, "importMs" | "importMb">;
}

/** What that process does. */
export async function importHere(url: string, root: string, slug: string): Promise<void> {
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  const policy = { maxParallel: 20 };
  const { ms } = await timed(() => createPlan(context, "bench", { plan: slug, from: fileOf(slug), policy }));
  await store.close();
  // Of this process, in KB.
  const importMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ importMs: ms, importMb }));
}

/** The first claim, which loads the plan, does not count. */
async function writes(url: string, root: string, slug: string) {
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  const lock = new LockTimer(store);
  const [claims, claimLocks, reports, reportLocks, renewals] = [[], [], [], [], []] as number[][] as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  for (let round = 0; round <= CLAIMS; round++) {
    const claimed = await lock.timed(() =>
      claimTask(context, "bench", undefined, { plan: slug, worker: "bench" }),
    );
    const { claim } = claimed.result;
    if (!claim) throw new Error("nothing to claim");
    const attempt = Number(claim.token.split("-")[0]) as AttemptId;
    const renewed = await lock.timed(() =>
      store.write(context.now, "bench", async (tx) => tx.prolong(attempt, context.now() + 2 * 3_600_000)),
    );
    const task = claim.task.replace(`${slug}/`, "");
    const reported = await lock.timed(() => complete(context, slug, task, claim.token));
    if (round === 0) continue;
    claims.push(claimed.ms);
    claimLocks.push(claimed.lockMs);
    renewals.push(renewed.lockMs);
    reports.push(reported.ms);
    reportLocks.push(reported.lockMs);
  }
  await store.close();
  return {
    claimMs: median(claims),
    claimLockMs: median(claimLocks),
    reportMs: median(reports),
    reportLockMs: median(reportLocks),
    renewMs: median(renewals),
  };
}
