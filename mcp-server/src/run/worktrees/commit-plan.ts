import { commitFiles, refreshIndex } from "../../git/commit-files.ts";
import { planCommitMessage } from "../../git/commit-message.ts";
import { changedFiles } from "../../git/git.ts";
import { commitAt, moveRefs, RefMoved } from "../../git/plan-branch.ts";
import { operationUnderWay } from "../../git/work-tree.ts";
import type { Change } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import { ownFilesInOrder } from "../../policy/own-files.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { filesOfOthers, type WorkRecord, workRecord } from "./work-record.ts";

/**
 * With `commit: end`, the one commit of what the plan's completed tasks changed in the shared checkout, once nothing
 * is left to run. What is committed no longer differs, so calling it again does nothing.
 */
export async function commitPlan(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  if (ctx.checkout.gitCommonDir === undefined) return;
  const { root } = ctx.checkout;
  const toDo = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    if (plan.policy.commit !== "end" || !isDone(plan)) return undefined;
    return { loaded: plan, record: await workRecord(plan), ofOthers: await filesOfOthers(plan) };
  });
  if (!toDo) return;
  const { loaded, record, ofOthers } = toDo;
  const head = await commitAt(root, "HEAD");
  const parts = filesOfPlan(loaded, record, ofOthers, await changedFiles(root));
  const files = [...new Set(parts.flatMap((part) => part.files))];
  if (head === undefined || files.length === 0) return;
  const { title } = loaded.stored;
  const underWay = await operationUnderWay(root);
  if (underWay !== undefined) {
    const reason = `The plan was not committed: ${underWay} is under way in the checkout.`;
    await changePlan(ctx, store, "server", slug, (plan) => plan.append({ type: "commit.skipped", reason }));
    return;
  }
  const tasks = parts.flatMap((part) => loaded.graph.tasks.get(part.attempt.task) ?? []);
  const message = planCommitMessage(loaded.stored.slug, title, [...new Set(tasks)]);
  const commit = await commitFiles(root, head, files, message);
  if (commit === undefined) return;
  // What another task of the plan brings is in the commit all the same.
  const isLeftOut = (path: string) => !files.includes(path);
  const logged = parts.map(({ attempt, files: own, ...without }): Change => {
    const at = { task: attempt.task, attempt: attempt.id };
    const [leftOut, byOthers] = [without.leftOut.filter(isLeftOut), without.byOthers.filter(isLeftOut)];
    const others = byOthers.length > 0 && { byOthers };
    return { type: "work.committed", ...at, commit, files: own, leftOut, ...others };
  });
  try {
    await moveRefs(root, [{ ref: "HEAD", from: head, to: commit }], `parallel: ${slug}`);
  } catch (error) {
    // The user committed at the same moment: the next call sees what is left.
    if (error instanceof RefMoved) return;
    throw error;
  }
  await refreshIndex(root, files);
  // After the move: what ends between the two leaves a commit that the log does not name, and none that is not there.
  await changePlan(ctx, store, "server", slug, (plan) => plan.append(...logged));
}

/** What the completed tasks changed. */
function filesOfPlan(
  { graph, caseInsensitive }: LoadedPlan,
  record: WorkRecord,
  ofOthers: (task: TaskId) => ReadonlySet<string>,
  changed: readonly string[],
) {
  const ended = graph.claims.filter((claim) => claim.state === "ended");
  return ownFilesInOrder(ended, changed, record.seen, ofOthers, caseInsensitive).filter(
    ({ attempt, files, leftOut }) => attempt.outcome === "completed" && files.length + leftOut.length > 0,
  );
}
