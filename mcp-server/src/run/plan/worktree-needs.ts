import { existsSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { changedFiles, git } from "../../git/git.ts";
import { submoduleFolders } from "../../git/inner-repositories.ts";
import { commitAt, planBranch, planHead, refuseTakenNames } from "../../git/plan-branch.ts";
import { literalGlob } from "../../graph/scope/glob.ts";
import { overlap } from "../../graph/scope/globs-meet.ts";
import { parseGlob } from "../../graph/scope/parse-glob.ts";
import type { PlanSlug, TaskOutline } from "../../graph/task.ts";
import { WORKTREE_FOLDER } from "../../host/folders.ts";
import { asksForWorktree } from "../../policy/isolation.ts";
import type { Policy } from "../../policy/policy.ts";
import { shownPath } from "../../text/display-path.ts";
import type { RunContext } from "../project/run-context.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { planStartNotes } from "./plan-start.ts";
import { missingFromWorktrees } from "./worktree-contents.ts";

/** The first version that can merge without a checkout. */
const MIN_GIT = [2, 38] as const;

/**
 * Looks whether worktrees can be cut here, if one of the tasks needs one.
 * @returns what the user should know before they are.
 * @throws CallerError when they cannot.
 */
export async function checkWorktrees(
  ctx: RunContext,
  plan: PlanSlug,
  tasks: readonly TaskOutline[],
  policy: Pick<Policy, "unscoped" | "isolation">,
): Promise<string[]> {
  const first = tasks.find((task) => asksForWorktree(task, policy));
  if (!first) return [];
  const { root, gitCommonDir } = ctx.checkout;
  const refuse = (problem: string, remedy: string) =>
    new CallerError(
      "bad_input",
      `Task ${first.id} needs a worktree, ${problem}.`,
      remedy,
      `tasks.${first.id}`,
    );
  if (gitCommonDir === undefined) {
    throw refuse(
      "and this is no git repository",
      'Leave out isolation and alternatives, or run "git init" and commit.',
    );
  }
  const [major = 0, minor = 0] = ((await git(root, ["version"])).match(/\d+/g) ?? []).map(Number);
  if (major < MIN_GIT[0] || (major === MIN_GIT[0] && minor < MIN_GIT[1])) {
    throw refuse(
      `which takes git ${MIN_GIT.join(".")} or newer; this is ${major}.${minor}`,
      "Ask the user to update git.",
    );
  }
  if ((await commitAt(root, "HEAD")) === undefined) {
    throw refuse("which is cut from a commit, and there is none yet", "Ask the user to make a first commit.");
  }
  await refuseNoRoom(root, plan);
  const changed = await changedFiles(root);
  const warnings = await submoduleWarnings(
    ctx,
    tasks.filter((task) => asksForWorktree(task, policy)),
  );
  warnings.push(...(await planStartNotes(ctx, plan)));
  warnings.push(...(await missingFromWorktrees(root)));
  if (changed.length > 0) {
    warnings.push(
      `${changed.length} uncommitted ${changed.length === 1 ? "file" : "files"} of this checkout will not be in the worktrees: commit first what the tasks need.`,
    );
  }
  return warnings;
}

/**
 * Looks whether worktrees of a plan can be made; nothing is. There must be a commit.
 * @throws CallerError when their branches, or the folder in which they lie, cannot be.
 */
export async function refuseNoRoom(root: string, plan: PlanSlug): Promise<void> {
  await refuseTakenNames(root, plan);
  let folder = join(root, WORKTREE_FOLDER);
  while (!existsSync(folder)) folder = dirname(folder);
  const isFolder = (await stat(folder)).isDirectory();
  const isOurs = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (isFolder && isOurs) return;
  throw new CallerError(
    "wrong_state",
    `Worktrees cannot be made: ${folder} ${isFolder ? "cannot be written" : "is no folder"}.`,
    `Ask the user ${isFolder ? "for write access to it" : "to rename it"}, or leave out isolation and alternatives.`,
  );
}

/**
 * Where the policy is the only reason for worktrees, tasks that are known to write in a submodule work in the checkout,
 * because the plan's branch cannot hold that, and so do those before them, whose work they need there.
 */
export async function shareSubmoduleTasks<Planned extends TaskOutline>(
  ctx: RunContext,
  tasks: readonly Planned[],
  policy: Pick<Policy, "isolation">,
): Promise<{ tasks: readonly Planned[]; warnings: string[] }> {
  const { caseInsensitive, checkout } = ctx;
  if (policy.isolation !== "worktree" || checkout.gitCommonDir === undefined) return { tasks, warnings: [] };
  const folders = [...(await submoduleFolders(checkout.root))];
  const below = folders.map((folder) => parseGlob(`${literalGlob(folder)}/**`, caseInsensitive));
  const writesThere = ({ writes = [] }: TaskOutline) =>
    writes
      .map((glob) => parseGlob(glob, caseInsensitive))
      .some((glob) => below.some((one) => overlap(glob, one)));
  const inSubmodules = tasks.filter(writesThere).map(({ id }) => id);
  if (inSubmodules.length === 0) return { tasks, warnings: [] };
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const shared = new Set(inSubmodules);
  for (const id of shared) for (const before of byId.get(id)?.dependencies ?? []) shared.add(before);
  const others = [...shared].filter((id) => !inSubmodules.includes(id));
  const alsoText =
    others.length === 0
      ? ""
      : `; so ${others.length === 1 ? "does" : "do"} ${others.join(", ")}, on which that builds`;
  return {
    tasks: tasks.map((task) =>
      shared.has(task.id) && task.isolation === undefined ? { ...task, isolation: "shared" } : task,
    ),
    warnings: [
      `${inSubmodules.join(", ")} ${inSubmodules.length === 1 ? "writes" : "write"} in a submodule, which no worktree's commit can hold, and ${inSubmodules.length === 1 ? "works" : "work"} in the checkout${alsoText}.`,
    ],
  };
}

/** Tasks that are to write where the plan's branch cannot hold it. */
async function submoduleWarnings(ctx: RunContext, tasks: readonly TaskOutline[]): Promise<string[]> {
  const { caseInsensitive, checkout } = ctx;
  const folders = [...(await submoduleFolders(checkout.root))];
  return folders.flatMap((folder) => {
    const below = parseGlob(`${literalGlob(folder)}/**`, caseInsensitive);
    const writing = tasks.filter(({ writes = [] }) =>
      writes.some((glob) => overlap(parseGlob(glob, caseInsensitive), below)),
    );
    if (writing.length === 0) return [];
    const ids = writing.map(({ id }) => id).join(", ");
    return [
      `${shownPath(folder)} is a submodule: what ${ids} ${writing.length === 1 ? "writes" : "write"} there in a worktree cannot come onto the plan's branch, and would be refused when it is reported. Let ${writing.length === 1 ? "it" : "them"} run in the checkout (isolation "shared"), or plan that work in the submodule's own repository.`,
    ];
  });
}

/**
 * What the user should know of a branch that has the name of the plan's, if one of the tasks needs a worktree: it is
 * cut from that branch and merged into it.
 * @param existing the plan as it is; one that never ran has made no branch.
 */
export async function foreignBranchWarnings(
  ctx: RunContext,
  plan: PlanSlug,
  tasks: readonly TaskOutline[],
  policy: Pick<Policy, "unscoped" | "isolation">,
  existing: LoadedPlan | undefined,
): Promise<string[]> {
  if ((existing?.graph.claims.length ?? 0) > 0 || !tasks.some((task) => asksForWorktree(task, policy)))
    return [];
  if ((await planHead(ctx.checkout.root, plan)) === undefined) return [];
  return [
    `The branch ${planBranch(plan)} exists already and was not made by this plan: its worktrees are cut from there and merged into it. If it is not meant, ask the user to rename it, or give the plan another name.`,
  ];
}
