import { purposeOf } from "../../graph/purpose.ts";
import { taskName } from "../../graph/task.ts";
import { findToken } from "../../graph/token.ts";
import { getTask } from "../briefs/get-task.ts";
import type { Candidate } from "../claims/candidate.ts";
import { type Batch, nextBatch, type OffersAgain } from "../claims/next-batch.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { commandsOf } from "../review/rerun-commands.ts";
import { evidenceOfRun } from "./judge-evidence.ts";
import { reportTask } from "./report-task.ts";

const ACTOR = "server";

/** A verification that was offered, and that the server may run itself. */
interface Verification {
  /** With its plan. */
  readonly task: string;
  readonly token: string;
  readonly commands: readonly string[];
}

/**
 * As `nextBatch`, but a verification whose commands the server may run is given to nobody: the server runs it, while the
 * claim keeps writers away, and reports it; then the next batch is chosen. Nothing else that writes could start before.
 */
export async function nextBatchToLaunch(
  ctx: RunContext,
  actor: string,
  slug: string,
  limit: number | undefined,
  again?: OffersAgain,
  only?: (candidate: Candidate) => boolean,
): Promise<Batch> {
  for (;;) {
    const batch = await nextBatch(ctx, actor, slug, limit, again, only);
    const verification = await verificationIn(ctx, batch);
    if (verification === undefined) return batch;
    await runVerification(ctx, verification);
  }
}

/** Whether the next batch may have one that the server runs, which takes as long as its commands. */
export function mayRunVerification({ policy, graph }: LoadedPlan): boolean {
  return policy.verify === "run" && graph.ready.some((task) => purposeOf(task)?.kind === "verify");
}

async function verificationIn(ctx: RunContext, { loaded, launch }: Batch): Promise<Verification | undefined> {
  if (loaded.policy.verify !== "run") return undefined;
  for (const item of launch) {
    const task = [...loaded.graph.tasks.values()].find(({ id }) => id === item.task);
    const token = findToken(item.prompt);
    if (task === undefined || token === undefined || purposeOf(task)?.kind !== "verify") continue;
    const commands = commandsOf(task);
    const whys = await Promise.all(commands.map((command) => ctx.commands.whyNot(command)));
    // An agent runs all of them, or the server does.
    if (whys.some((why) => why !== undefined)) continue;
    return { task: taskName(loaded.stored.slug, task.id), token, commands };
  }
  return undefined;
}

async function runVerification(ctx: RunContext, { task, token, commands }: Verification): Promise<void> {
  await getTask(ctx, ACTOR, undefined, { task, token });
  const results = await ctx.commands.run(commands, ctx.checkout.root);
  const evidence = [...results].flatMap(([command, result]) =>
    "exitCode" in result ? [evidenceOfRun(command, result)] : [],
  );
  const notRun = [...results].flatMap(([command, result]) =>
    "whyNot" in result ? [`${command}: ${result.whyNot}`] : [],
  );
  await reportTask(ctx, ACTOR, undefined, {
    task,
    token,
    isServers: true,
    report: {
      outcome: notRun.length === 0 ? "completed" : "failed",
      summary:
        notRun.length === 0
          ? `The server ran ${commands.length === 1 ? "the command" : `${commands.length} commands`}.`
          : `The server could not run all of it. ${notRun.join("; ")}`,
      evidence,
      filesChanged: [],
      findings: [],
      notes: [],
    },
  });
}
