import { isDraining, takesPlace } from "../../graph/attempt.ts";
import { scopeMayWrite } from "../../graph/scope/scope.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { CommandRunHere } from "../approval/command-runner.ts";
import type { EndingClaim } from "../checkout-watch/record-changes.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { variablesOfWorktree } from "../worktrees/setup/set-up-record.ts";
import type { CommandToSee } from "./objection.ts";

/** What came of the commands by which a task is accepted, where the server is to run them. */
export interface AcceptanceRun {
  readonly ran: ReadonlyMap<string, CommandRunHere>;
  /** Why others were not run, in a phrase. */
  readonly notRun: ReadonlyMap<string, string>;
  /** Those of them that can be run when nobody writes. */
  readonly later: readonly string[];
}

const OTHERS_WRITE = "others were writing";

/**
 * Runs the acceptance commands of an attempt that reports, where the policy says `verify: run`, outside of any
 * transaction. In a shared checkout what came of them only counts if no other attempt could write there meanwhile.
 * @param place the checkout or worktree of the attempt; undefined where it is gone.
 */
export async function runAcceptance(
  ctx: RunContext,
  store: GraphStore,
  { claim, work }: Pick<EndingClaim, "claim" | "work">,
  due: readonly CommandToSee[],
  place: string | undefined,
): Promise<AcceptanceRun> {
  const ran = new Map<string, CommandRunHere>();
  const notRun = new Map<string, string>();
  const wanted = due.filter(({ exitCode }) => exitCode === 0).map(({ command }) => command);
  if (work?.policy.verify !== "run" || place === undefined || wanted.length === 0) {
    return { ran, notRun, later: [] };
  }
  const isAlone = async (sinceMs: number) =>
    claim.isolation === "worktree" || !(await mayOthersWrite(ctx, store, claim, sinceMs));
  const startMs = ctx.now();
  const env = claim.isolation === "worktree" ? await variablesOfWorktree(place) : {};
  const results = (await isAlone(startMs)) ? await ctx.commands.run(wanted, place, { env }) : undefined;
  const counts = results !== undefined && (await isAlone(startMs));
  for (const command of wanted) {
    const result = results?.get(command) ?? { whyNot: await ctx.commands.whyNot(command) };
    if ("exitCode" in result && counts) ran.set(command, result);
    else notRun.set(command, ("whyNot" in result ? result.whyNot : undefined) ?? OTHERS_WRITE);
  }
  const later = [...notRun].flatMap(([command, why]) => (why === OTHERS_WRITE ? [command] : []));
  return { ran, notRun, later };
}

/** Whether another attempt may write in the claim's checkout, or one that began after a moment could have. */
function mayOthersWrite(
  ctx: RunContext,
  store: GraphStore,
  { id, checkout }: EndingClaim["claim"],
  sinceMs: number,
): Promise<boolean> {
  return readGraph(ctx, store, async ({ reader }) => {
    const holding = (await reader.held(checkout)).filter(
      ({ claim }) => takesPlace(claim) || isDraining(claim, ctx.now()),
    );
    return [...holding, ...(await reader.claimsOfferedSince(checkout, sinceMs))].some(
      ({ claim }) => claim.id !== id && claim.isolation === "shared" && scopeMayWrite(widenedScope(claim)),
    );
  });
}
