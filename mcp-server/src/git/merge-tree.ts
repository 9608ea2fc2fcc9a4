import type { PlanSlug } from "../graph/task.ts";
import { GitFailed, git, gitSays } from "./git.ts";
import { ensurePlanBranch, planBranch, type RefMove } from "./plan-branch.ts";

/** What merging a commit into the plan's branch would come to. Nothing of it is visible before the ref moves. */
export type Merge =
  | { readonly kind: "contained"; readonly head: string }
  | { readonly kind: "clean"; readonly move: RefMove }
  | { readonly kind: "conflict"; readonly head: string; readonly files: readonly string[] };

/**
 * Looks first, in the object database alone: no checkout is touched, and a conflict leaves nothing behind. The same
 * commit and branch always come to the same merge.
 */
export async function prepareMerge(
  root: string,
  plan: PlanSlug,
  commit: string,
  message: string,
): Promise<Merge> {
  const head = await ensurePlanBranch(root, plan);
  if (await isAncestor(root, commit, head)) return { kind: "contained", head };
  const ref = `refs/heads/${planBranch(plan)}`;
  if (await isAncestor(root, head, commit)) {
    return { kind: "clean", move: { ref, from: head, to: commit } };
  }
  const { tree, conflicts } = await mergedTree(root, head, commit);
  if (conflicts !== undefined) return { kind: "conflict", head, files: conflicts };
  const sides = [...(await commitFacts(root, [head, commit])).values()];
  const time = Math.max(...sides.map(({ seconds }) => seconds));
  const merged = await commitTree(root, tree, [head, commit], message, time);
  return { kind: "clean", move: { ref, from: head, to: merged } };
}

export async function isAncestor(root: string, commit: string, of: string): Promise<boolean> {
  return gitSays(root, ["merge-base", "--is-ancestor", commit, of]);
}

/**
 * A commit of a tree; its author is whom the repository is configured for.
 * @param seconds the time that it bears, since 1970; now where absent.
 */
export async function commitTree(
  root: string,
  tree: string,
  parents: readonly string[],
  message: string,
  seconds?: number,
): Promise<string> {
  const command = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  const time = seconds === undefined ? undefined : `${seconds} +0000`;
  const dates: Record<string, string> = time ? { GIT_AUTHOR_DATE: time, GIT_COMMITTER_DATE: time } : {};
  const make = async (who: Readonly<Record<string, string>>) =>
    (await git(root, command, { input: message, env: { ...dates, ...who } })).trim();
  try {
    return await make({});
  } catch (error) {
    // Only where git refuses it is asked whether that is because nobody is configured.
    const who = error instanceof GitFailed ? await gitIdentity(root) : {};
    if (Object.keys(who).length === 0) throw error;
    return make(who);
  }
}

/**
 * Who commits, as environment for git: whom the repository is configured for. Where nobody is, git would refuse to
 * commit, and the plugin signs for itself.
 */
export async function gitIdentity(root: string): Promise<Record<string, string>> {
  try {
    await git(root, ["var", "GIT_AUTHOR_IDENT"]);
    await git(root, ["var", "GIT_COMMITTER_IDENT"]);
    return {};
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const [name, email] = ["Parallel", "parallel@localhost"];
    return {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    };
  }
}

/** What is to be known of a commit to merge it. */
export interface CommitFacts {
  /** When it was made, in seconds since 1970. */
  readonly seconds: number;
  readonly parents: readonly string[];
}

/** Those of the commits (whole names) that the repository has. */
export async function commitFacts(
  root: string,
  commits: readonly string[],
): Promise<ReadonlyMap<string, CommitFacts>> {
  if (commits.length === 0) return new Map();
  const command = ["log", "--no-walk=unsorted", "--ignore-missing", "--format=%H %ct %P", "--stdin"];
  const lines = (await git(root, command, { input: `${commits.join("\n")}\n` })).split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [commit = "", seconds, ...parents] = line.split(" ");
      return [commit, { seconds: Number(seconds), parents: parents.filter(Boolean) }];
    }),
  );
}

/** What git makes of a merge by itself. */
interface MergedTree {
  /** Holds conflicts as the merge leaves them in the files. */
  readonly tree: string;
  /** Undefined when there is none. A conflict of folders may name no file. */
  readonly conflicts: readonly string[] | undefined;
}

export async function mergedTree(root: string, ours: string, theirs: string): Promise<MergedTree> {
  const command = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  try {
    return { tree: (await git(root, command)).split("\0")[0] ?? "", conflicts: undefined };
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
    const [tree = "", ...conflicts] = error.output.split("\0");
    return { tree, conflicts: conflicts.filter(Boolean) };
  }
}
