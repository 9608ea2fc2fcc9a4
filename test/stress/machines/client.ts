/**
 * A client on one of several machines, as a process of its own: it is the owner of its claims, its agents are promises.
 * Started with its orders as JSON in the only argument.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Given } from "../agent.ts";
import { Connection } from "../connection.ts";
import { JournalFile } from "../journal.ts";
import type { ClientOrders, Command, Message } from "../orders.ts";
import { Random } from "../random.ts";
import type { KnownPlan, KnownTask } from "../workload.ts";
import { type MachineWorld, workInWorktree } from "./agent.ts";
import { linesOf } from "./workload.ts";

export interface MachineOrders extends ClientOrders {
  readonly plans: readonly KnownPlan[];
  /** So many agents work for it at once, at most. */
  readonly hands: number;
  /** Whether it sends failed tasks back in the end: several would take from each other what they sent back. */
  readonly isLast: boolean;
}

const orders: MachineOrders = JSON.parse(process.argv[2] ?? "");
const random = new Random(orders.seed);
const journal = new JournalFile(orders.journals, orders.client, orders.life);
const connection = new Connection(orders, journal);
/** Claims that agents of this process work on now, by token. */
const inHand = new Map<string, Given>();
/** Claims whose agents have no more use for them. */
const spent = new Set<string>();
let behaving = false;
let leaving = false;
let nonces = 0;

const tasks: ReadonlyMap<string, KnownTask> = new Map(
  orders.plans.flatMap(({ slug, tasks }) => tasks.map((task) => [`${slug}/${task.file.id}`, task] as const)),
);
const world: MachineWorld = {
  connection,
  journal,
  random,
  nonce: () => `${orders.client}.${orders.life}.${++nonces}`,
  leaseMs: orders.leaseMs,
  workMs: orders.workMs,
  behaving: () => behaving,
  spent: ({ token }) => spent.add(token),
  filesOf: (name, nonce) => {
    const task = tasks.get(name);
    return task ? linesOf(task, nonce) : [];
  },
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

function launch(given: Given, work: () => Promise<void>): void {
  if (inHand.has(given.token) || spent.has(given.token)) return;
  journal.write({ kind: "given", ...given });
  inHand.set(given.token, given);
  void work().finally(() => {
    inHand.delete(given.token);
    world.spent(given);
  });
}

/** A claim whose worktree cannot be made now ends. */
const NO_WORKTREE = ["wrong_state"];

async function pull(plan: string): Promise<number> {
  const input = { plan, worker: `client ${orders.client}` };
  const { isError, data } = await connection.call("task_claim", input, NO_WORKTREE);
  if (isError || !data.claim) return 0;
  const { task, token, brief } = data.claim;
  launch({ task, token }, () => workInWorktree(world, { task, token }, brief));
  return 1;
}

async function orchestrate(plan: string): Promise<number> {
  const { data } = await connection.call("batch_next", { plan, max: orders.hands - inHand.size });
  for (const { task, prompt } of data.launch ?? []) {
    const token = /\b\d+-[a-z2-7]{26}\b/.exec(prompt)?.[0];
    if (token === undefined) throw new Error(`no token in: ${prompt}`);
    const given = { task: `${plan}/${task}`, token };
    launch(given, async () => {
      const sent = { call: "brief", nonce: world.nonce(), ...given } as const;
      const answer = await connection.useToken(sent, {}, ["refused_token", ...NO_WORKTREE]);
      if (!answer.isError) await workInWorktree(world, given, answer.data.brief ?? answer.text);
    });
  }
  return data.launch?.length ?? 0;
}

/** Does what may keep a plan from its end when nothing could be launched. */
async function helpOn(plan: string): Promise<void> {
  if (!behaving || orders.isLast) await revive(plan);
  if (behaving && (await isAllCompleted())) process.send?.("done" satisfies Message);
}

/** Sends failed tasks back, as somebody does who wants the plan to come to its end. */
async function revive(plan: string): Promise<void> {
  const { data } = await connection.call("task_list", { plan, status: "failed", limit: 20 });
  for (const { task } of data.tasks ?? []) {
    await connection.call("task_update", { task, status: "pending" }, ["wrong_state"]);
  }
}

async function isAllCompleted(): Promise<boolean> {
  const { data } = await connection.call("task_list", { limit: 0 });
  return (data.plans ?? []).every(
    ({ counts }: { counts: { completed?: number; total: number } }) => counts.completed === counts.total,
  );
}

async function main(): Promise<void> {
  let idle = 0;
  while (!leaving) {
    const { slug } = random.pick(orders.plans);
    if (inHand.size < orders.hands) {
      const launched = random.chance(0.5) ? await pull(slug) : await orchestrate(slug);
      idle = launched > 0 ? 0 : Math.min(idle + 1, 5);
      if (idle > 2) await helpOn(slug);
    }
    // Each look asks git, and the remote: whoever finds nothing leaves the machine to those that work.
    await sleep(random.between(100, 800) * (1 + idle));
  }
  while (inHand.size > 0) await sleep(20);
  await connection.end();
  process.exit(0);
}

main().catch((error) => {
  journal.write({ kind: "unexpected", text: `the client ended: ${error}` });
  process.exit(1);
});
