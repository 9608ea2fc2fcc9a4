import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AcceptedCommit, DeliveringAttempt } from "../../graph/attempt.ts";
import { folderKey, placeOfCheckout } from "../project/checkout.ts";
import { GRAPH_IN_REPOSITORY } from "../project/graph-location.ts";
import type { RunContext } from "../project/run-context.ts";

/** The clone of the repository that a server works in: all its worktrees have the same commits and branches. */
export function cloneOf({ checkout }: Pick<RunContext, "checkout">): string {
  return folderKey(checkout.gitCommonDir ?? checkout.root);
}

type Here = Pick<RunContext, "checkout" | "repository">;

/**
 * The folder that a name stands for; undefined where it is another machine's. A graph inside the repository is of no
 * other clone: there a machine had another name then, or is another container that shares the clone.
 */
function folderHere({ repository }: Here, key: string): string | undefined {
  const { path } = placeOfCheckout(key);
  return repository === GRAPH_IN_REPOSITORY || folderKey(path) === key ? path : undefined;
}

/**
 * Whether an accepted commit is this clone's to deliver: it was made here, or in a clone of this machine that is there
 * no more, because its folder was moved or removed.
 */
export function isFromHere(ctx: Here, { clone }: AcceptedCommit): boolean {
  if (clone === cloneOf(ctx) || ctx.repository === GRAPH_IN_REPOSITORY) return true;
  const folder = folderHere(ctx, clone);
  return folder !== undefined && !existsSync(folder);
}

/**
 * The checkout in which an attempt's work is delivered: the one in which it was done, for it may be its branch that
 * moves. Where that is gone, this server's.
 */
export function rootOf(ctx: Here, { checkout: key }: DeliveringAttempt): string {
  const folder = folderHere(ctx, key);
  return folder !== undefined && existsSync(join(folder, ".git")) ? folder : ctx.checkout.root;
}
