/**
 * A client of the server as a process of its own: it is the owner of the claims, its agents are promises. It
 * behaves as badly as real ones do. Started with its orders as JSON in the only argument.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Entry, Journal, readJournal } from "./journal.ts";
import { Random } from "./random.ts";
import { ServerGone, StdioServer, type ToolAnswer } from "./stdio-server.ts";

export interface Orders {
  readonly slot: number;
  readonly generation: number;
  readonly seed: number;
  readonly plan: string;
  readonly taskCount: number;
  readonly entry: string;
  readonly checkout: string;
  readonly env: NodeJS.ProcessEnv;
  readonly journals: string;
  readonly leaseMs: number;
  readonly workMs: readonly [number, number];
}

/** What the controller says: end the server, end both, behave from now on, or go. */
export type Command = "kill-server" | "kill-both" | "behave" | "leave";
/** What the client says: the plan is done. */
export type Message = "done";

const orders: Orders = JSON.parse(process.argv[2] ?? "");
const random = new Random(orders.seed);
const journal = new Journal(join(orders.journals, `${orders.slot}-${orders.generation}.ndjson`));
const note = (entry: Entry) => journal.write(entry);

let behaving = false;
let leaving = false;
let nonces = 0;
/** Tokens that agents of this process work with now. */
const inHand = new Set<string>();
/** Tokens that earlier clients of this slot were given and those that this one has spent. */
const oldTokens = tokensOfBefore();
let server = start();

process.on("message", (command: Command) => {
  if (command === "kill-server") server.kill();
  if (command === "kill-both") {
    server.kill();
    process.kill(process.pid, "SIGKILL");
  }
  if (command === "behave") behaving = true;
  if (command === "leave") leaving = true;
});

function tokensOfBefore(): { task: string; token: string }[] {
  const own = readdirSync(orders.journals).filter((name) => name.startsWith(`${orders.slot}-`));
  return own
    .flatMap((name) => readJournal(join(orders.journals, name)))
    .flatMap((entry) => (entry.kind === "given" ? [{ task: entry.task, token: entry.token }] : []));
}

function start(): StdioServer {
  const started = new StdioServer(orders.entry, orders.checkout, orders.env);
  note({ kind: "server", pid: started.pid });
  return started;
}

/** Errors that a client may get when others were quicker or its token is dead. Any other is a defect. */
const EXPECTED = new Set(["refused_token", "wrong_state"]);

/** Calls the tool, with a new server when the old one was killed before it answered. */
async function call(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolAnswer> {
  for (;;) {
    const used = server;
    try {
      const answer = await used.call(tool, args);
      if (answer.isError && !EXPECTED.has(answer.data.error?.kind)) {
        note({ kind: "unexpected", tool, text: answer.text });
      }
      return answer;
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error;
      if (used === server) server = start();
      // A report that may have got through is repeated by a real client as well; the checker counts.
    }
  }
}

const nameOf = (id: string) => `${orders.plan}/${id}`;
const newNonce = () => `${orders.slot}.${orders.generation}.${++nonces}`;

type Outcome = "completed" | "failed" | "blocked";

async function report(task: string, token: string, outcome: Outcome, nonce = newNonce()): Promise<boolean> {
  note({ kind: "sent", call: "report", nonce, task, token });
  const answer = await call("task_report", {
    task: nameOf(task),
    token,
    outcome,
    summary: `nonce ${nonce}`,
    ...(outcome === "completed" && {
      evidence: [{ criterion: "1", command: "true", exitCode: 0, result: "passed" }],
      filesChanged: ["src/changed.ts"],
    }),
    ...(outcome === "blocked" && { blockedOn: needOf(nonce) }),
  });
  note({
    kind: "answered",
    nonce,
    accepted: !answer.isError,
    ...(answer.isError && { error: String(answer.data.error?.kind) }),
  });
  return !answer.isError;
}

/** The same nonce asks for the same, so that a repeated report is identical. */
function needOf(nonce: string): Readonly<Record<string, unknown>> {
  const choice = Number(nonce.split(".").at(-1)) % 4;
  if (choice === 0) return { question: "Which of the two?" };
  return { writes: [`src/m${choice}/f${choice}.ts`] };
}

async function leaveNote(task: string, token: string): Promise<boolean> {
  const nonce = newNonce();
  note({ kind: "sent", call: "note", nonce, task, token });
  const answer = await call("task_update", { task: nameOf(task), token, note: `nonce ${nonce}` });
  note({
    kind: "answered",
    nonce,
    accepted: !answer.isError,
    ...(answer.isError && { error: String(answer.data.error?.kind) }),
  });
  return !answer.isError;
}

/** One execution of a task by an agent, from the moment that it was launched. */
async function agent(task: string, token: string, started: boolean): Promise<void> {
  const isIdle = !behaving && !started && random.chance(0.04);
  // Never takes up its offer; the next batch_next of this client gets it again, with the same token.
  if (isIdle) return;
  if (!started) {
    const answer = await call("task_get", { task: nameOf(task), token });
    if (answer.isError) return;
  }
  note({ kind: "works", task, token });
  await sleep(random.between(...orders.workMs));
  if (random.chance(0.15)) await leaveNote(task, token);
  if (!behaving) {
    // Tries its token on somebody else's task.
    if (random.chance(0.02)) await report(anyTask(task), token, "completed");
    if (random.chance(0.04)) {
      oldTokens.push({ task, token });
      await sleep(orders.leaseMs * (0.8 + random.next()));
    }
  }
  const nonce = newNonce();
  const outcome = behaving || random.chance(0.86) ? "completed" : random.pick(["failed", "blocked"] as const);
  const accepted = await report(task, token, outcome, nonce);
  note({ kind: "spent", token });
  oldTokens.push({ task, token });
  if (accepted && random.chance(0.1)) await report(task, token, outcome, nonce);
  if (random.chance(0.08)) await report(task, token, random.pick(["completed", "failed"]));
  if (random.chance(0.04)) await leaveNote(task, token);
}

function anyTask(but: string): string {
  for (;;) {
    const id = `t${String(random.between(1, orders.taskCount)).padStart(5, "0")}`;
    if (id !== but) return id;
  }
}

function launch(task: string, token: string, started: boolean, by: string): void {
  if (inHand.has(token)) return;
  note({ kind: "given", task, token, by });
  inHand.add(token);
  void agent(task, token, started)
    .catch((error) => note({ kind: "unexpected", tool: "agent", text: String(error) }))
    .finally(() => inHand.delete(token));
}

function tokenIn(prompt: string): string {
  const token = /\b\d+-[a-z2-7]{26}\b/.exec(prompt)?.[0];
  if (token === undefined) note({ kind: "unexpected", tool: "batch_next", text: `no token in: ${prompt}` });
  return token ?? "";
}

/** What orchestrators and people do now and then beside launching. */
async function disturb(): Promise<void> {
  const kind = random.next();
  if (kind < 0.15) {
    await call("plan_update", { plan: orders.plan, action: "pause" });
    await sleep(random.between(20, 200));
    await call("plan_update", { plan: orders.plan, action: "resume" });
  } else if (kind < 0.3) {
    await call("task_update", { task: nameOf(anyTask("")), status: "cancelled" });
  } else if (kind < 0.35) {
    await call("plan_update", { plan: orders.plan, action: "stop" });
    await call("plan_update", { plan: orders.plan, action: "reopen" });
  } else if (kind < 0.4) {
    await call("plan_create", { plan: orders.plan, from: "03-tasks.json" });
  } else if (kind < 0.75) {
    const old = oldTokens.length > 0 ? random.pick(oldTokens) : undefined;
    if (old && !inHand.has(old.token)) await report(old.task, old.token, "completed");
  } else {
    await revive(3);
  }
}

/** Sends failed and cancelled tasks back, as somebody does who wants the plan to come to its end. */
async function revive(limit: number): Promise<void> {
  for (const status of ["failed", "cancelled"]) {
    const { data } = await call("task_list", { plan: orders.plan, status, limit });
    for (const row of data.tasks ?? []) {
      await call("task_update", { task: nameOf(bare(row.task ?? row.id)), status: "pending" });
    }
  }
}

function bare(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

async function pull(): Promise<boolean> {
  const { data } = await call("task_claim", { plan: orders.plan, worker: `worker ${orders.slot}` });
  if (!data.claim) return false;
  launch(bare(data.claim.task), data.claim.token, true, "task_claim");
  return true;
}

async function orchestrate(): Promise<{ launched: number; done: boolean }> {
  const { data } = await call("batch_next", {
    plan: orders.plan,
    ...(random.chance(0.3) && { max: random.between(1, 4) }),
  });
  for (const item of data.launch ?? []) launch(bare(item.task), tokenIn(item.prompt), false, "batch_next");
  return { launched: data.launch?.length ?? 0, done: data.done === true };
}

async function main(): Promise<void> {
  let idle = 0;
  while (!leaving) {
    if (!behaving && random.chance(0.08)) await disturb();
    if (random.chance(0.3)) {
      idle = (await pull()) ? 0 : idle + 1;
    } else {
      const { launched, done } = await orchestrate();
      idle = launched > 0 ? 0 : idle + 1;
      if (behaving && done) {
        const { data } = await call("task_list", { plan: orders.plan, limit: 0 });
        if (isComplete(data)) process.send?.("done" satisfies Message);
        else await revive(20);
      }
    }
    if (idle > 4) {
      // A client that was killed between pause and resume has left the plan paused.
      await call("plan_update", { plan: orders.plan, action: "resume" });
      if (behaving) await revive(20);
      idle = 0;
    }
    await sleep(random.between(5, 60));
  }
  server.endInput();
  await server.exited;
  process.disconnect();
}

function isComplete(data: ToolAnswer["data"]): boolean {
  const counts = data.plans?.find((plan: { plan: string }) => plan.plan === orders.plan)?.counts;
  return counts !== undefined && counts.completed === counts.total;
}

await main();
