/**
 * A vendor's client without its model, as a process of its own: it is started as that is, tells what it does in the
 * vendor's format, and calls the tools of the server that it was given. Its name is the first argument, what the runner
 * gave it follows.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { JournalFile } from "../journal.ts";
import { workInWorktree } from "../machines/agent.ts";
import { linesOf } from "../machines/workload.ts";
import { Random } from "../random.ts";
import { attemptOf } from "../replay.ts";
import type { KnownPlan, KnownTask } from "../workload.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { ownProgram } from "./own-program.ts";

/** What the agents of a fleet know of their run, in the file that `FLEET_ORDERS` names. */
export interface FleetOrders {
  readonly plan: KnownPlan;
  readonly journals: string;
  readonly leaseMs: number;
  readonly workMs: number;
  readonly seed: number;
  /** A file that is there once agents are to do what they should. */
  readonly behave: string;
}

const VENDORS = { "claude-code": claudeCode, codex, "own-program": ownProgram };
export type Vendor = keyof typeof VENDORS;

const [vendor = "", ...parameters] = process.argv.slice(2);
const orders: FleetOrders = JSON.parse(readFileSync(process.env.FLEET_ORDERS ?? "", "utf8"));
const runner = Number.parseInt(process.env.PARALLEL_RUNNER ?? "", 10);
const attempt = attemptOf(process.env.PARALLEL_ATTEMPT_TOKEN ?? "");
// An attempt that is started twice leaves two of them.
const journal = new JournalFile(orders.journals, attempt, process.pid, runner);
const random = new Random(orders.seed * 7_919 + attempt);
const known: ReadonlyMap<string, KnownTask> = new Map(
  orders.plan.tasks.map((task) => [`${orders.plan.slug}/${task.file.id}`, task] as const),
);
const behaving = () => existsSync(orders.behave);
let nonces = 0;

async function main(): Promise<void> {
  const agent = await VENDORS[vendor as Vendor]({ parameters, journal, stdin: readFileSync(0, "utf8") });
  const { brief } = agent;
  const token = /^Token: (\S+)$/m.exec(brief)?.[1] ?? "";
  const task = /^Task: (\S+)$/m.exec(brief)?.[1] ?? "";
  const given = { task, token };
  journal.write({ kind: "given", ...given });
  const ends = () => journal.write({ kind: "ends", ...given });
  process.on("SIGTERM", () => {
    ends();
    process.exit(143);
  });
  if (!behaving() && random.chance(0.04)) {
    await sleep(orders.workMs);
    ends();
    process.kill(process.pid, "SIGKILL");
  }
  await workInWorktree(
    {
      connection: agent.calls,
      folder: process.cwd(),
      journal,
      random,
      behaving,
      nonce: () => `${attempt}.${process.pid}.${++nonces}`,
      leaseMs: orders.leaseMs,
      workMs: orders.workMs,
      spent: () => undefined,
      filesOf: (name, nonce) => {
        const definition = known.get(name);
        return definition ? linesOf(definition, nonce) : [];
      },
      ...(agent.byTool && { byTool: agent.byTool }),
      commits: agent.commits,
    },
    given,
    brief,
  );
  await agent.end();
  ends();
  process.exit(0);
}

main().catch((error) => {
  journal.write({ kind: "unexpected", text: `${vendor} ended: ${error?.stack ?? error}` });
  process.exit(1);
});
