import { setTimeout as sleep } from "node:timers/promises";
import type { TokenCalls } from "./connection.ts";
import type { TokenCall } from "./journal.ts";
import type { Random } from "./random.ts";
import { anyFile, idOf, numberOf } from "./workload.ts";

/** A claim that somebody was given. */
export interface Given {
  /** `<plan>/<id>`. */
  readonly task: string;
  readonly token: string;
}

export interface AgentWorld {
  readonly connection: TokenCalls;
  readonly random: Random;
  readonly nonce: () => string;
  readonly leaseMs: number;
  readonly workMs: number;
  /** From now on agents do what they should. */
  readonly behaving: () => boolean;
  /** Called with the claim when the agent has no more use for its token. */
  readonly spent: (given: Given) => void;
}

/** What makes several tasks fail alike, so that the server looks for the one cause first. */
const SHARED_CAUSES = ["the table orders does not exist", "cannot find module express"].map((result) => ({
  command: "npm test",
  exitCode: 1,
  result: `Error: ${result}`,
}));

type Outcome = "completed" | "failed" | "blocked";

/** One execution of a task by an agent, as well or badly as real ones do it, from its launch on. */
export async function runAgent(world: AgentWorld, given: Given, isStarted: boolean): Promise<void> {
  const { random } = world;
  if (world.behaving()) {
    if (isStarted || (await use(world, "brief", given))) await workAndReport(world, given, "completed");
    return world.spent(given);
  }
  // Never takes up its offer; the next batch_next of this client gets it again, with the same token.
  if (!isStarted && random.chance(0.04)) return;
  if (!isStarted && !(await use(world, "brief", given))) return world.spent(given);
  const kind = random.next();
  if (kind < 0.02) return world.spent(given);
  if (kind < 0.06) await sleep(world.leaseMs * (0.8 + random.next()));
  if (kind > 0.98) await workLong(world, given);
  if (random.chance(0.02)) await use(world, "report", { ...given, task: elsewhere(random, given.task) });
  const outcome = random.chance(0.86) ? "completed" : random.pick(["failed", "blocked"] as const);
  await workAndReport(world, given, outcome);
  world.spent(given);
  if (random.chance(0.1)) await use(world, random.pick(["brief", "report", "note"]), given);
}

async function workAndReport(world: AgentWorld, given: Given, outcome: Outcome): Promise<void> {
  const { random, nonce } = world;
  await sleep(world.workMs * (world.behaving() ? 0.2 : 0.2 + 1.6 * random.next()));
  if (random.chance(0.15)) await use(world, "note", given);
  const own = nonce();
  const report = reportOf(random, given.task, outcome, own);
  const { isError } = await world.connection.useToken(
    { call: "report", nonce: own, outcome, ...given },
    report,
  );
  // The host may deliver a call twice; the second gets the first answer again.
  if (!isError && random.chance(0.1)) {
    await world.connection.useToken({ call: "report", nonce: own, outcome, ...given }, report);
  }
}

/** Longer than a lease, kept alive by notes. */
async function workLong(world: AgentWorld, given: Given): Promise<void> {
  for (let quarters = 0; quarters < 6; quarters++) {
    await sleep(world.leaseMs / 4);
    if (!(await use(world, "note", given))) return;
  }
}

/** Uses a token, which may be dead or another task's, in one of the ways there are. */
export async function use(world: AgentWorld, call: TokenCall, given: Given): Promise<boolean> {
  const nonce = world.nonce();
  const sent = { call, nonce, ...given };
  const answer =
    call === "report"
      ? await world.connection.useToken(
          { ...sent, outcome: "completed" },
          reportOf(world.random, given.task, "completed", nonce),
        )
      : await world.connection.useToken(sent, call === "note" ? { note: `nonce ${nonce}` } : {});
  return !answer.isError;
}

function reportOf(random: Random, task: string, outcome: Outcome, nonce: string) {
  return {
    outcome,
    summary: `nonce ${nonce}`,
    filesChanged: ["src/changed.ts"],
    ...(outcome === "completed" && {
      evidence: [{ criterion: "1", command: "true", exitCode: 0, result: "passed" }],
    }),
    ...(outcome === "failed" && random.chance(0.3) && { evidence: [random.pick(SHARED_CAUSES)] }),
    ...(outcome === "blocked" && { blockedOn: needOf(random, task) }),
  };
}

function needOf(random: Random, task: string): Readonly<Record<string, unknown>> {
  const own = numberOf(task.slice(task.indexOf("/") + 1)) || 1;
  const kind = random.next();
  if (kind < 0.2) return { question: "Which of the two?" };
  // Only earlier ones, so that no cycle can come of it.
  if (kind < 0.5 && own > 1) return { tasks: [idOf(random.between(1, own - 1))] };
  return { writes: [anyFile(random)] };
}

/** Another task of the plan. */
function elsewhere(random: Random, task: string): string {
  const [plan, id = ""] = task.split("/");
  const number = numberOf(id);
  return `${plan}/${idOf(number > 1 ? random.between(1, number - 1) : 2)}`;
}
