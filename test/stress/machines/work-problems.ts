import type { Entry, Journal } from "../journal.ts";
import { attemptOf, type Replay, type ReplayedClaim } from "../replay.ts";
import type { KnownPlan, KnownTask } from "../workload.ts";
import type { FinalBranch, GitEvidence } from "./git-evidence.ts";
import { linesOf } from "./workload.ts";

/**
 * Compares what the log says was done with what git has of it: the work of each completed task is on its plan's branch of
 * the remote, once, and nobody else's is; and no commit is lost.
 */
export function workProblems(
  git: GitEvidence,
  plans: readonly KnownPlan[],
  journals: readonly Journal[],
  replay: Replay,
): string[] {
  const entries = journals.flatMap((journal) => journal.entries);
  return [
    ...plans.flatMap((plan) => branchProblems(plan, git.branches.get(plan.slug), replay)),
    ...[...replay.claims.values()].flatMap((claim) => lostCommits(claim, git)),
    ...entries.flatMap((entry) => testimonyOfWork(entry, git, replay)),
  ];
}

function branchProblems(plan: KnownPlan, branch: FinalBranch | undefined, replay: Replay): string[] {
  const completed = replay.completed().filter(({ task }) => task.startsWith(`${plan.slug}/`));
  if (!branch) return completed.length > 0 ? [`git: the remote has no branch of ${plan.slug}`] : [];
  const known = new Map<string, KnownTask>(plan.tasks.map((task) => [`${plan.slug}/${task.file.id}`, task]));
  const left = new Map<string, number>();
  for (const { path, task, nonce } of branch.lines) {
    const key = `${path} ${task} ${nonce}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  const problems: string[] = [];
  for (const claim of completed) {
    const { task, nonce = "" } = claim;
    const definition = known.get(task);
    const expected = replay.isDelivered(claim) ? 1 : 0;
    for (const path of definition ? linesOf(definition, nonce) : []) {
      const times = left.get(`${path} ${task} ${nonce}`) ?? 0;
      if (times !== expected)
        problems.push(`git: the work of ${task} is ${times} times in ${path}, not ${expected}`);
    }
  }
  const wanted = new Set(completed.map(({ task, nonce }) => `${task} ${nonce}`));
  for (const { path, task, nonce } of branch.lines) {
    if (!wanted.has(`${task} ${nonce}`))
      problems.push(`git: ${path} holds work of ${task} (${nonce}) by which it was not completed`);
  }
  return [...problems, ...broughtProblems(plan.slug, branch, completed, replay)];
}

/** Each delivery is one commit of the branch's first-parent line. A conflict is delivered by the task that merges it. */
function broughtProblems(
  plan: string,
  { brought }: FinalBranch,
  completed: readonly ReplayedClaim[],
  replay: Replay,
): string[] {
  const times = new Map<string, number>();
  for (const name of brought) times.set(name, (times.get(name) ?? 0) + 1);
  const problems = [...times].flatMap(([name, count]) =>
    count > 1 ? [`git: the branch of ${plan} says ${count} times that it holds ${name}`] : [],
  );
  const expected = new Set(
    completed
      .filter((claim) => claim.commit !== undefined && !replay.isConflict(claim))
      .map(({ task, attempt }) => `${task}#${attempt}`),
  );
  for (const name of expected)
    if (!times.has(name)) problems.push(`git: the branch of ${plan} lacks ${name}`);
  for (const name of times.keys())
    if (!expected.has(name))
      problems.push(`git: the branch of ${plan} holds ${name}, which did not complete`);
  return problems;
}

/** What is not on the plan's branch has a name. */
function lostCommits({ task, attempt, commit }: ReplayedClaim, git: GitEvidence): string[] {
  if (commit === undefined || git.named.has(commit)) return [];
  return [`git: commit ${commit} of ${task}#${attempt} stands under no ref`];
}

function testimonyOfWork(entry: Entry, git: GitEvidence, replay: Replay): string[] {
  if (entry.kind === "committed" && !git.named.has(entry.commit))
    return [`git: commit ${entry.commit}, which an agent of ${entry.task} made, stands under no ref`];
  if (entry.kind !== "began") return [];
  const base = replay.claims.get(attemptOf(entry.token))?.base;
  if (base === entry.head) return [];
  return [`invariant 11: an agent of ${entry.task} began at ${entry.head}, and the log says ${base}`];
}
