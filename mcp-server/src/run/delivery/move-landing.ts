import { refreshIndex } from "../../git/commit-files.ts";
import { git } from "../../git/git.ts";
import { moveRefs, planBranch, planHead } from "../../git/plan-branch.ts";
import {
  attemptRef,
  noteRemoteHead,
  pushAttempt,
  pushPlanBranch,
  type RemoteBranch,
} from "../../git/remote/remote-branch.ts";
import { taskName } from "../../graph/task.ts";
import type { Landing } from "./delivery.ts";

/**
 * Moves the refs of a landing, all or none, by compare-and-swap; the user's index then shows what was committed as
 * committed. What was moved before is not moved again, and the index is brought up to date all the same.
 * The refs that kept the commits go with the move.
 * @param runHooks whether the repository's `pre-push` hook is asked where something is pushed.
 * @returns where the plan's branch of the remote stands then, if the plan's work goes through one.
 * @throws RefMoved when a branch stands elsewhere by now: all has to be merged again.
 */
export async function moveLanding(landing: Landing, runHooks: boolean): Promise<RemoteBranch | undefined> {
  const { plan, root, merged, moves, remote } = landing;
  // What other clones build on is there before anything here says so.
  const pushed = remote && (await pushLanding(landing, remote, runHooks));
  const names = merged.map(({ delivery }) => taskName(plan, delivery.task.id)).join(", ");
  const kept = merged.flatMap(({ kind, delivery }) =>
    kind === "merged" ? [attemptRef(plan, delivery.attempt.id)] : [],
  );
  await Promise.all([
    moveRefs(root, moves, `parallel: ${names}`, kept),
    pushed?.at !== undefined && pushed.at !== remote?.at && noteRemoteHead(root, plan, pushed.at),
  ]);
  for (const one of merged) {
    if (one.kind === "gone" || one.kind === "red" || !one.checkout || "skipped" in one.checkout) continue;
    await refreshIndex(root, await filesOf(root, one.checkout.commit));
  }
  return pushed;
}

/** Gives the remote the plan's branch as it will stand, and what does not go together with it. */
async function pushLanding(
  { plan, root, merged, moves }: Landing,
  remote: RemoteBranch,
  runHooks: boolean,
): Promise<RemoteBranch> {
  for (const one of merged) {
    if (one.kind === "conflict") await pushAttempt(root, plan, one.delivery.attempt.id, one.commit);
  }
  const to =
    moves.find(({ ref }) => ref === `refs/heads/${planBranch(plan)}`)?.to ?? (await planHead(root, plan));
  return to === undefined ? remote : pushPlanBranch(root, plan, remote, to, { runHooks });
}

/** The files that a commit changes. */
async function filesOf(root: string, commit: string): Promise<string[]> {
  const command = [
    "diff-tree",
    "-r",
    "--no-commit-id",
    "--name-only",
    "--no-renames",
    "-z",
    "--root",
    commit,
  ];
  return (await git(root, command)).split("\0").filter(Boolean);
}
