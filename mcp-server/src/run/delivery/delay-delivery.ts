import { CallerError } from "../../errors/caller-error.ts";
import { fileRefusal } from "../../errors/file-refusal.ts";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import { GitFailed } from "../../git/git.ts";
import { RefMoved } from "../../git/plan-branch.ts";
import { attemptRef } from "../../git/remote/remote-branch.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { returnDelivery } from "./complete-landing.ts";
import type { Delivery } from "./delivery.ts";

/** What cannot be delivered for so long since it was first noted is given up, and waits for the user. */
const MAX_DELAY_MS = 10 * 60_000;

/**
 * Notes why a delivery could not be made, once per cause; after a while it is given up. Its commit stays under the ref
 * that keeps it.
 * @returns whether it was given up, so that those behind it may go on.
 */
export async function delayDelivery(
  ctx: RunContext,
  store: GraphStore,
  delivery: Delivery,
  error: unknown,
): Promise<boolean> {
  // The graph does not take it: then it cannot be told that, either.
  if (error instanceof StoreUnusable) return false;
  const { attempt, plan: slug } = delivery;
  const at = { task: attempt.task, attempt: attempt.id };
  const cause = causeOf(error);
  const events = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return plan.reader.events(plan.id, { types: ["delivery.delayed"] });
  });
  const noted = events.filter(
    ({ change }) => change.type === "delivery.delayed" && change.attempt === attempt.id,
  );
  const [first] = noted;
  if (first && first.atMs + MAX_DELAY_MS <= ctx.now()) {
    const kept = `its commit is kept as ${attemptRef(slug, attempt.id)}`;
    await returnDelivery(ctx, store, {
      delivery,
      outcome: "blocked",
      cause: `not delivered: ${cause}; ${kept}`,
    });
    return true;
  }
  const last = noted.at(-1)?.change;
  if (last?.type === "delivery.delayed" && last.cause === cause) return false;
  await changePlan(ctx, store, "server", slug, (tx) => {
    if (tx.graph.claim(attempt.id)?.state === "delivering")
      tx.append({ type: "delivery.delayed", ...at, cause });
  });
  return false;
}

function causeOf(error: unknown): string {
  if (error instanceof RefMoved) return "others moved the branch each time";
  const known = fileRefusal(error) ?? error;
  if (known instanceof CallerError || known instanceof GitFailed) return known.message;
  return "an error in this program";
}
