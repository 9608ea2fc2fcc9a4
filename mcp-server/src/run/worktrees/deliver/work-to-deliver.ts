import { filesNow, stagedNow } from "../../../git/apply/file-states.ts";
import {
  type FileVersion,
  SUBMODULE,
  sameVersion,
  treeChanges,
  versionsBetween,
} from "../../../git/apply/tree-changes.ts";
import { git } from "../../../git/git.ts";
import { commitTree, isAncestor, mergedTree } from "../../../git/merge-tree.ts";
import { matches } from "../../../graph/scope/globs-meet.ts";
import { parseScope } from "../../../graph/scope/scope.ts";
import { taskName } from "../../../graph/task.ts";
import { widenedScope } from "../../../policy/exclusivity.ts";
import { type FileToDeliver, type Hindrance, judgeDelivery } from "../../../policy/worktrees/delivery.ts";
import type { HeldClaim } from "../../../store/tables/held-claim.ts";
import type { RunContext } from "../../project/run-context.ts";

/** What the checkout would become. */
export interface WantedTree {
  /** The commit of the checkout. */
  readonly head: string;
  /** The tree that its files are to be. */
  readonly tree: string;
}

/** A delivery that cannot be: nothing was touched. */
export interface DeliveryRefused {
  readonly kind: "refused";
  readonly reason: string;
  /** Those that are in the way; of conflicts git may name none. */
  readonly files: readonly string[];
}

/**
 * What the checkout's commit and the plan's branch make together, in the object database alone.
 * @param start the commit at which the branch began, if only what was done since is wanted: it may have begun elsewhere,
 *   and what others did there is none of the plan's work.
 */
export async function wantedTree(
  root: string,
  head: string,
  branch: string,
  start: string | undefined,
): Promise<WantedTree | DeliveryRefused> {
  const isElsewhere = start !== undefined && !(await isAncestor(root, start, head));
  if (!isElsewhere && (await isAncestor(root, head, branch)))
    return { head, tree: await treeOf(root, branch) };
  const { tree, conflicts } = isElsewhere
    ? await mergedSince(root, start, head, branch)
    : await mergedTree(root, head, branch);
  if (conflicts === undefined) return { head, tree };
  return {
    kind: "refused",
    reason: "the checkout's branch has other changes since, with which the work conflicts",
    files: conflicts,
  };
}

/** A merge of two commits as if both had been made on top of `base` alone. */
async function mergedSince(root: string, base: string, ours: string, theirs: string) {
  const common = await commitTree(root, await treeOf(root, base), [], "base");
  const [one, other] = [
    await commitTree(root, await treeOf(root, ours), [common], "ours"),
    await commitTree(root, await treeOf(root, theirs), [common], "theirs"),
  ];
  return mergedTree(root, one, other);
}

async function treeOf(root: string, commit: string): Promise<string> {
  return (await git(root, ["rev-parse", `${commit}^{tree}`])).trim();
}

/** A file that is to be written, with what tells whether it was touched since it was looked at. */
export interface FileToWrite {
  readonly path: string;
  readonly from: FileVersion | undefined;
  readonly to: FileVersion | undefined;
  readonly stamp: string;
}

/** All files that the checkout gets, and those of them that are to be written yet. */
export interface Writable {
  readonly kind: "writable";
  readonly files: readonly string[];
  readonly toWrite: readonly FileToWrite[];
}

/**
 * Looks whether every file that the work changes may be written into the checkout.
 * @param branch the commit of the plan's branch.
 * @param delivered the tree that an earlier delivery left in this checkout.
 * @param held claims that hold their scope, of all plans.
 */
export async function lookAtCheckout(
  ctx: RunContext,
  { head, tree }: WantedTree,
  branch: string,
  delivered: string | undefined,
  held: readonly HeldClaim[],
): Promise<Writable | DeliveryRefused> {
  const { root } = ctx.checkout;
  const wanted = new Map((await treeChanges(root, head, tree)).map((change) => [change.path, change]));
  const before = delivered === undefined ? [] : await treeChanges(root, delivered, tree);
  // What was delivered and the branch has taken back since: it is to be as in the commit again.
  for (const { path, to } of before) if (!wanted.has(path)) wanted.set(path, { path, from: to, to });
  const submodules = [...wanted.values()].filter(({ from, to }) =>
    [from, to].some((one) => one?.mode === SUBMODULE),
  );
  if (submodules.length > 0) {
    const files = submodules.map(({ path }) => path);
    return { kind: "refused", reason: "the work moves a submodule to another commit", files };
  }
  const paths = [...wanted.keys()];
  const [now, staged] = [await filesNow(root, paths), await stagedNow(root, paths)];
  const own = new Map(await versionsBetween(root, head, branch, paths));
  for (const { path, from } of before) if (from) own.set(path, [...(own.get(path) ?? []), from]);
  const holderOf = holders(ctx, held);
  const files = [...wanted.values()].map(
    ({ path, from, to }): FileToDeliver => ({
      path,
      committed: from ?? "absent",
      wanted: to ?? "absent",
      own: own.get(path) ?? [],
      inWorkTree: now.get(path)?.state ?? "elsewhere",
      inIndex: staged.get(path) ?? "elsewhere",
      heldBy: holderOf(path),
    }),
  );
  const modes =
    (await git(root, ["config", "--bool", "--default", "true", "--get", "core.fileMode"])).trim() === "true";
  const verdict = judgeDelivery(files, (a, b) => sameVersion(a, b, modes));
  if (verdict.kind === "refuse") {
    const hindered = verdict.files.map(({ path }) => path);
    return { kind: "refused", reason: reasonOf(verdict.files, hindered.map(holderOf)), files: hindered };
  }
  return {
    kind: "writable",
    files: paths,
    toWrite: verdict.files.map(({ path, inWorkTree, wanted: to }) => ({
      path,
      from: versionOf(inWorkTree),
      to: versionOf(to),
      stamp: now.get(path)?.stamp ?? "",
    })),
  };
}

function versionOf(state: FileToDeliver["wanted"]): FileVersion | undefined {
  return typeof state === "string" ? undefined : state;
}

/** By path, the task that works in this checkout and holds it. @param held claims of all plans. */
export function holders({ checkoutKey, caseInsensitive }: RunContext, held: readonly HeldClaim[]) {
  const scopes = held
    .filter(({ claim }) => claim.checkout === checkoutKey && claim.isolation === "shared")
    .map(({ plan, claim }) => ({
      task: taskName(plan, claim.task),
      scope: parseScope(widenedScope(claim), caseInsensitive),
    }));
  return (path: string) =>
    scopes.find(({ scope }) => [...scope.writes, ...scope.reads].some((glob) => matches(glob, path)))?.task;
}

const WORDS: Readonly<Record<Hindrance, string>> = {
  changed: "were changed by somebody else",
  staged: "are staged with other content",
  held: "are held by a task that works in the checkout",
  elsewhere: "have something else in their place, or are left out of the checkout",
};

/** @param holding the tasks that hold some of the files. */
export function reasonOf(
  files: readonly { readonly why: Hindrance }[],
  holding: readonly (string | undefined)[],
): string {
  const kinds = [...new Set(files.map(({ why }) => why))];
  const tasks = [...new Set(holding.flatMap((task) => task ?? []))];
  const by = kinds.includes("held") ? ` (${tasks.join(", ")})` : "";
  return `files that the work changes ${kinds.map((kind) => WORDS[kind]).join(", or ")}${by}`;
}
