/**
 * A client of the server as a process of its own: it is the owner of its claims, its agents are promises. Started
 * with its orders as JSON in the only argument.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type AgentWorld, type Given, runAgent, use } from "./agent.ts";
import { Connection } from "./connection.ts";
import { JournalFile, readJournals } from "./journal.ts";
import type { ClientOrders, Command, Message } from "./orders.ts";
import { Random } from "./random.ts";
import { idOf } from "./workload.ts";

export interface Orders extends ClientOrders {
  readonly plans: readonly { readonly slug: string; readonly from: string; readonly tasks: number }[];
}

const orders: Orders = JSON.parse(process.argv[2] ?? "");
const random = new Random(orders.seed);
/** Tokens of this client's earlier lives and of its own ended attempts. */
const oldTokens = tokensOfBefore();
const journal = new JournalFile(orders.journals, orders.client, orders.life);
const connection = new Connection(orders, journal);
/** Claims that agents of this process work on now, by token. */
const inHand = new Map<string, Given>();
let behaving = false;
let leaving = false;
let nonces = 0;

const world: AgentWorld = {
  connection,
  random,
  nonce: () => `${orders.client}.${orders.life}.${++nonces}`,
  leaseMs: orders.leaseMs,
  workMs: orders.workMs,
  behaving: () => behaving,
  spent: (given) => oldTokens.push(given),
};

process.on("message", (command: Command) => {
  if (command === "kill-server") connection.killServer();
  if (command === "kill-both") {
    connection.killServer();
    process.kill(process.pid, "SIGKILL");
  }
  if (command === "behave") behaving = true;
  if (command === "leave") leaving = true;
});
process.on("disconnect", () => process.exit(1));
// Whoever started this process may have ended before it could listen.
if (!process.connected) process.exit(1);

function tokensOfBefore(): Given[] {
  return readJournals(orders.journals, orders.client).flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === "given" ? [{ task: entry.task, token: entry.token }] : [])),
  );
}

function launch(given: Given, isStarted: boolean): void {
  if (inHand.has(given.token)) return;
  journal.write({ kind: "given", ...given });
  inHand.set(given.token, given);
  void runAgent(world, given, isStarted).finally(() => inHand.delete(given.token));
}

async function pull(plan: string): Promise<number> {
  const { data } = await connection.call("task_claim", { plan, worker: `client ${orders.client}` });
  if (!data.claim) return 0;
  launch({ task: data.claim.task, token: data.claim.token }, true);
  return 1;
}

async function orchestrate(plan: string): Promise<number> {
  const max = random.between(1, 4);
  const { data } = await connection.call("batch_next", { plan, ...(random.chance(0.7) && { max }) });
  for (const { task, prompt } of data.launch ?? []) {
    const token = /\b\d+-[a-z2-7]{26}\b/.exec(prompt)?.[0];
    if (token === undefined) throw new Error(`no token in: ${prompt}`);
    launch({ task: `${plan}/${task}`, token }, false);
  }
  return data.launch?.length ?? 0;
}

/** What orchestrators and people do now and then beside launching. */
async function disturb({ slug: plan, from, tasks }: Orders["plans"][number]): Promise<void> {
  const kind = random.next();
  if (kind < 0.06) {
    await connection.call("plan_update", { plan, action: "pause" });
    await sleep(random.between(20, 200));
    await connection.call("plan_update", { plan, action: "resume" });
  } else if (kind < 0.08) {
    await connection.call("plan_update", { plan, action: "stop" });
    await connection.call("plan_update", { plan, action: "reopen" });
  } else if (kind < 0.3) {
    const anywhere = `${plan}/${idOf(random.between(1, tasks))}`;
    const task = inHand.size > 0 && random.chance(0.5) ? random.pick([...inHand.values()]).task : anywhere;
    await connection.call("task_update", { task, status: "cancelled" }, ["wrong_state"]);
  } else if (kind < 0.34) {
    await connection.call("plan_create", { plan, from });
  } else if (kind < 0.7 && oldTokens.length > 0) {
    await use(world, random.pick(["brief", "report", "note"]), random.pick(oldTokens));
  } else {
    await revive(plan, 3);
  }
}

/** Sends failed and cancelled tasks back, as somebody does who wants the plan to come to its end. */
async function revive(plan: string, limit: number): Promise<void> {
  for (const status of ["failed", "cancelled"]) {
    const { data } = await connection.call("task_list", { plan, status, limit });
    for (const { task } of data.tasks ?? []) {
      // Another client may have sent it back and completed it in the meantime.
      await connection.call("task_update", { task, status: "pending" }, ["wrong_state"]);
    }
  }
}

async function isAllCompleted(): Promise<boolean> {
  const { data } = await connection.call("task_list", { limit: 0 });
  return (data.plans ?? []).every(
    ({ counts }: { counts: { completed?: number; total: number } }) => counts.completed === counts.total,
  );
}

/** Does what may keep a plan from its end when nothing could be launched. */
async function helpOn(plan: string): Promise<void> {
  await connection.call("plan_update", { plan, action: "resume" });
  // In the end one of them does it: several would take from each other what they sent back.
  if (!behaving) await revive(plan, 5);
  else if (orders.client === 1) await revive(plan, 50);
  if (behaving && (await isAllCompleted())) process.send?.("done" satisfies Message);
}

async function main(): Promise<void> {
  /** By plan: how often in a row it had nothing to do for this client. */
  const idle = new Map(orders.plans.map(({ slug }) => [slug, 0]));
  // A client that was killed between pause and resume has left the plan paused.
  for (const { slug } of orders.plans) await connection.call("plan_update", { plan: slug, action: "resume" });
  while (!leaving) {
    const plan = random.pick(orders.plans);
    const { slug } = plan;
    if (!behaving && random.chance(0.08)) await disturb(plan);
    const launched = random.chance(0.3) ? await pull(slug) : await orchestrate(slug);
    idle.set(slug, launched > 0 ? 0 : (idle.get(slug) ?? 0) + 1);
    if ((idle.get(slug) ?? 0) > 2) {
      await helpOn(slug);
      idle.set(slug, 0);
    }
    // Whoever finds nothing to do asks less often, so that the graph's time goes to those that work.
    await sleep(random.between(20, 200) * (1 + Math.min(...idle.values())));
  }
  while (inHand.size > 0) await sleep(20);
  await connection.end();
  process.exit(0);
}

main().catch((error) => {
  journal.write({ kind: "unexpected", text: `the client ended: ${error}` });
  process.exit(1);
});
