import { CallerError } from "../errors/caller-error.ts";
import { expireClaims } from "../run/attempts/expire-claims.ts";
import { existingGraph } from "../run/plan/load-plan.ts";
import { changePlan } from "../run/plan/plan-transaction.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { type CheckoutDelivery, deliverPlan } from "../run/worktrees/deliver/deliver-plan.ts";
import { shownPath } from "../text/display-path.ts";
import { plural } from "../text/format.ts";
import { visibleJson } from "../text/visible-json.ts";

export interface DeliverOptions {
  readonly merge?: boolean;
  readonly json?: boolean;
}

/**
 * Puts the merged work of a plan into the checkout.
 * @returns 1 where something is in the way, else 0.
 * @throws CallerError while tasks of the plan run: their work would be missing.
 */
export async function deliverCommand(
  ctx: RunContext,
  slug: string,
  { merge = false, json = false }: DeliverOptions,
): Promise<number> {
  const store = await existingGraph(ctx, slug);
  const running = await changePlan(ctx, store, "cli", slug, async (plan, tx) => {
    await expireClaims(tx);
    return plan.graph.live.length;
  });
  if (running > 0) {
    throw new CallerError(
      "wrong_state",
      `Nothing was delivered: ${plural(running, "task")} of ${slug} still ${running === 1 ? "runs" : "run"}.`,
      "Wait for the end, or stop the plan first.",
      "plan",
    );
  }
  const delivery = await deliverPlan(ctx, store, slug, { how: merge ? "merge" : "changes", again: true });
  process.stdout.write(json ? `${visibleJson(delivery)}\n` : textOf(slug, delivery));
  return delivery.kind === "refused" ? 1 : 0;
}

function textOf(slug: string, delivery: CheckoutDelivery): string {
  switch (delivery.kind) {
    case "nothing":
      return `Nothing of ${slug} is to be delivered: ${delivery.why}.\n`;
    case "delivered": {
      const files = plural(delivery.files.length, "file");
      return delivery.how === "merge"
        ? `The work of ${slug} is merged into the branch that is checked out: ${files}.\n`
        : `The work of ${slug} is in the checkout, as uncommitted changes of ${files}.\n`;
    }
    case "refused": {
      const { reason, files } = delivery;
      const listed = files.map((file) => `  ${shownPath(file)}\n`).join("");
      return `Nothing was touched: ${reason}.\n${listed}When that is settled, run this again, or git merge parallel/${slug}.\n`;
    }
  }
}
