import type { GitMoved } from "../../graph/effect.ts";
import { callerText, gitMovedNote } from "../../policy/effects/git-move-text.ts";
import type { GraphTransaction } from "../plan/plan-transaction.ts";

/**
 * Logs what has moved in git in every plan with a live claim in the checkout, and leaves a note for each of its agents,
 * whoever moved it: their files lie in it. Servers of several sessions see the same
 * move: the first that logs it does.
 */
export async function logGitMoves(tx: GraphTransaction, checkoutKey: string, moved: GitMoved): Promise<void> {
  const { sinceMs, untilMs } = moved;
  const held = (await tx.writer.held(checkoutKey)).filter(({ claim }) => claim.isolation === "shared");
  const first = new Map(held.map((one) => [one.planId, one]));
  for (const one of first.values()) {
    const plan = await tx.planOf(one);
    if (!plan) continue;
    const events = await plan.reader.events(plan.id, { types: ["git.moved"], sinceMs });
    const told = new Set(
      events.flatMap(({ change }) =>
        change.type === "git.moved" && change.sinceMs <= untilMs && change.untilMs >= sinceMs
          ? change.moves.map((move) => JSON.stringify(move))
          : [],
      ),
    );
    const moves = moved.moves.filter((move) => !told.has(JSON.stringify(move)));
    if (moves.length === 0) continue;
    const news = { ...moved, moves };
    plan.append({ type: "git.moved", ...news });
    const { slug } = plan.stored;
    const note = gitMovedNote(news, slug);
    const by = [...new Set(moved.calls.map(({ caller }) => callerText(caller, slug)))];
    for (const { planId, claim } of held) {
      if (planId === one.planId)
        plan.append({ type: "scope.touched", task: claim.task, paths: [], by, note });
    }
  }
}
