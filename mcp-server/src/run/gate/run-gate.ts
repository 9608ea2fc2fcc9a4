import { CallerError } from "../../errors/caller-error.ts";
import { fileRefusal } from "../../errors/file-refusal.ts";
import { GitFailed } from "../../git/git.ts";
import type { PlanSlug } from "../../graph/task.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { cleanLines } from "../../text/sanitize.ts";
import type { RunContext } from "../project/run-context.ts";
import { PORT_VARIABLE } from "../worktrees/setup/port.ts";
import { SetUpFailed, setUpWorktree } from "../worktrees/setup/set-up-worktree.ts";
import { claimGateRun, endGateRun, type GateTest, SERVER_ENDED } from "./gate-claim.ts";
import type { GateResult, HeldGateRun } from "./gate-record.ts";
import { type GatePlace, inGateWorktree } from "./gate-worktree.ts";

/** How long the command may run, in milliseconds. */
const MAX_GATE_MS = 30 * 60_000;
/** How much longer making the worktree, and removing it, may take. */
const MAX_WORKTREE_MS = 15 * 60_000;
/** So much of what a red gate printed is kept: its end, in characters. */
const MAX_KEPT_OUTPUT = 4_000;

/**
 * Runs the plan's gate on a commit, in a worktree of its own, if no other server does. What it came to is in the log
 * then.
 * @param setup makes the worktree able to run; empty: none.
 * @param stop ends it without a verdict.
 * @returns undefined, or the run of another server that has to end first.
 */
export async function runGate(
  ctx: RunContext,
  store: GraphStore,
  plan: PlanSlug,
  test: GateTest,
  setup: string,
  stop: AbortSignal,
): Promise<HeldGateRun | undefined> {
  const claimed = await claimGateRun(ctx, store, plan, test, MAX_GATE_MS + MAX_WORKTREE_MS);
  if ("busy" in claimed) return claimed.busy;
  const { held, claims } = claimed;
  const place: GatePlace = { plan, run: held.run, commit: held.commit, setup, claims };
  let result: GateResult = { verdict: "none", why: "it was given up" };
  try {
    result = await resultOf(ctx, place, held.command, stop);
  } finally {
    await endGateRun(ctx, store, plan, held, result);
  }
  return undefined;
}

async function resultOf(
  ctx: RunContext,
  place: GatePlace,
  command: string,
  stop: AbortSignal,
): Promise<GateResult> {
  try {
    return await inGateWorktree(ctx, place, async (folder) => {
      const { port } = await setUpWorktree(ctx, folder, place.setup);
      return verdictOf(ctx, command, folder, port, stop);
    });
  } catch (error) {
    const refused = fileRefusal(error) ?? error;
    const isExpected = [SetUpFailed, GitFailed, CallerError].some((kind) => refused instanceof kind);
    if (!isExpected || !(refused instanceof Error)) throw error;
    return { verdict: "none", why: `there was no worktree for it: ${refused.message}` };
  }
}

async function verdictOf(
  ctx: RunContext,
  command: string,
  folder: string,
  port: number,
  stop: AbortSignal,
): Promise<GateResult> {
  const startedMs = performance.now();
  const limits = { limitMs: MAX_GATE_MS, signal: stop, env: { [PORT_VARIABLE]: String(port) } };
  const result = (await ctx.commands.run([command], folder, limits)).get(command);
  const durationMs = Math.round(performance.now() - startedMs);
  if (!result) throw new Error("the runner did not answer for the gate");
  if (stop.aborted) return { verdict: "none", why: SERVER_ENDED };
  const output = cleanLines(result.output ?? "")
    .slice(-MAX_KEPT_OUTPUT)
    .trim();
  if ("exitCode" in result) {
    const { exitCode } = result;
    return exitCode === 0
      ? { verdict: "green", durationMs, exitCode }
      : { verdict: "red", durationMs, exitCode, output };
  }
  const { whyNot } = result;
  // What a change makes hang is red like what it makes fail.
  return result.output === undefined
    ? { verdict: "none", why: whyNot }
    : { verdict: "red", durationMs, output, why: whyNot };
}
