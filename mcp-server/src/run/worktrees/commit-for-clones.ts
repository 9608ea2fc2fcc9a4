import { CallerError } from "../../errors/caller-error.ts";
import { commitFiles } from "../../git/commit-files.ts";
import { planCommitMessage } from "../../git/commit-message.ts";
import { changedFiles } from "../../git/git.ts";
import { prepareMerge } from "../../git/merge-tree.ts";
import { commitAt, moveRefs, planHead } from "../../git/plan-branch.ts";
import { forgetCommitsIn, keepCommit } from "../../git/remote/kept-commits.ts";
import type { EndedAttempt } from "../../graph/attempt.ts";
import { isGated } from "../../policy/gate/is-gated.ts";
import { ownFilesInOrder } from "../../policy/own-files.ts";
import { completingAttempt } from "../../policy/work-location/completed-work.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { shownPath } from "../../text/display-path.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { UntestedJoin } from "../remote/untested-join.ts";
import { filesOfOthers, workRecord } from "./work-record.ts";

/** Work that was completed in the files of this checkout and is not on the plan's branch. */
interface LateWork {
  readonly attempt: EndedAttempt;
  readonly files: readonly string[];
  /** Undefined: it is to be committed. */
  readonly commit: string | undefined;
}

/**
 * Puts on the plan's branch what its tasks completed in the files of this checkout before another clone took part:
 * from then on work travels by that. The files stay as they are, and nothing of the user's is in it.
 * @throws RefMoved when somebody else moved the branch; UntestedJoin where a gate has to pass the work first, which then
 *   is committed and kept; CallerError when the work does not go together with the branch.
 */
export async function commitForClones(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  const { root } = ctx.checkout;
  const seen = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const record = await workRecord(plan);
    const isDone = new Set([...record.merged.keys(), ...record.conflicted.map(({ attempt }) => attempt)]);
    const late = [...plan.graph.tasks.values()].flatMap((task): EndedAttempt[] => {
      const attempt = task.status === "completed" && completingAttempt(plan.graph.claimsOf(task.id));
      const isHere = attempt && attempt.checkout === ctx.checkoutKey && attempt.isolation === "shared";
      return isHere && !isDone.has(attempt.id) ? [attempt] : [];
    });
    return late.length === 0 ? undefined : { plan, record, late, ofOthers: await filesOfOthers(plan) };
  });
  const head = await commitAt(root, "HEAD");
  if (!seen || head === undefined) return;
  const { plan, record, late, ofOthers } = seen;
  const changed = await changedFiles(root);
  const ended = plan.graph.claims.filter((claim) => claim.state === "ended");
  const own = ownFilesInOrder(ended, changed, record.seen, ofOthers, ctx.caseInsensitive);
  const works = late.flatMap((attempt): LateWork[] => {
    const committed = record.committed.get(attempt.id);
    if (committed) {
      const { commit, files } = committed;
      return files.length > 0 ? [{ attempt, commit, files }] : [];
    }
    const files = own.find((one) => one.attempt.id === attempt.id)?.files ?? [];
    if (files.length > 0) return [{ attempt, files, commit: undefined }];
    // What was changed and does not differ any more was committed by the user.
    const reported = attempt.report?.filesChanged ?? [];
    const isInHead = reported.length > 0 && reported.every((path) => !changed.includes(path));
    return isInHead ? [{ attempt, files: reported, commit: head }] : [];
  });
  if (works.length === 0) return;
  const { slug: name, title } = plan.stored;
  const files = new Set(works.flatMap((work) => (work.commit === undefined ? work.files : [])));
  const tasks = works.flatMap(({ attempt }) => plan.graph.tasks.get(attempt.task) ?? []);
  const message = planCommitMessage(name, title, tasks);
  const made = files.size > 0 ? await commitFiles(root, head, [...files], message) : undefined;
  const commitOf = (work: LateWork) => work.commit ?? made ?? head;
  const log = async (isMerged: boolean) => {
    const at = (await planHead(root, name)) ?? head;
    await changePlan(ctx, store, "server", slug, (tx) => {
      for (const work of works) {
        const of = { task: work.attempt.task, attempt: work.attempt.id, commit: commitOf(work) };
        if (!record.committed.has(work.attempt.id))
          tx.append({ type: "work.committed", ...of, files: work.files, leftOut: [] });
        if (isMerged) tx.append({ type: "work.merged", ...of, head: at });
      }
    });
  };
  for (const commit of new Set(works.map(commitOf))) {
    const merge = await prepareMerge(root, name, commit, `Merge ${message}`);
    if (merge.kind === "conflict") throw doesNotFit(root, merge.files);
    if (merge.kind !== "clean") continue;
    if (isGated(plan.policy)) {
      // What the gate said of it is found again by the commit, so that must not be made anew.
      for (const work of works) await keepCommit(root, name, work.attempt.id, commitOf(work));
      await log(false);
      throw new UntestedJoin(merge.move);
    }
    await moveRefs(root, [merge.move], `parallel: ${name}`);
  }
  await log(true);
  if (isGated(plan.policy)) await forgetCommitsIn(root, name, (await planHead(root, name)) ?? head, false);
}

function doesNotFit(root: string, files: readonly string[]): CallerError {
  return new CallerError(
    "wrong_state",
    `What was done in ${shownPath(root)} is not on the plan's branch: it does not go together with it: ${files.map(shownPath).join(", ")}.`,
    "Ask the user to merge it.",
  );
}
