import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AcceptedCommit, DeliveringAttempt } from "../../graph/attempt.ts";
import { folderKey, placeOfCheckout } from "../project/checkout.ts";
import type { RunContext } from "../project/run-context.ts";

/** The clone of the repository that a server works in: all its worktrees have the same commits and branches. */
export function cloneOf({ checkout }: Pick<RunContext, "checkout">): string {
  return folderKey(checkout.gitCommonDir ?? checkout.root);
}

/** The folder that a name stands for; undefined where it is another machine's. */
function folderHere(key: string): string | undefined {
  const { path } = placeOfCheckout(key);
  return folderKey(path) === key ? path : undefined;
}

/**
 * Whether an accepted commit is this clone's to deliver: it was made here, or in a clone of this machine that is there
 * no more, because its folder was moved or removed.
 */
export function isFromHere(ctx: Pick<RunContext, "checkout">, { clone }: AcceptedCommit): boolean {
  if (clone === cloneOf(ctx)) return true;
  const folder = folderHere(clone);
  return folder !== undefined && !existsSync(folder);
}

/**
 * The checkout in which an attempt's work is delivered: the one in which it was done, for it may be its branch that
 * moves. Where that is gone, this server's.
 */
export function rootOf(
  { checkout }: Pick<RunContext, "checkout">,
  { checkout: key }: DeliveringAttempt,
): string {
  const folder = folderHere(key);
  return folder !== undefined && existsSync(join(folder, ".git")) ? folder : checkout.root;
}
