import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AcceptedCommit, DeliveringAttempt } from "../../graph/attempt.ts";
import type { RunContext } from "../project/run-context.ts";

/** The clone of the repository that a server works in: all its worktrees have the same commits and branches. */
export function cloneOf({ checkout }: Pick<RunContext, "checkout">): string {
  return cloneAt(checkout.gitCommonDir ?? checkout.root);
}

function cloneAt(folder: string): string {
  return `${hostname()}:${folder}`;
}

/**
 * Whether an accepted commit is this clone's to deliver: it was made here, or in a clone of this machine that is there
 * no more, because its folder was moved or removed.
 */
export function isFromHere(ctx: Pick<RunContext, "checkout">, { clone }: AcceptedCommit): boolean {
  if (clone === cloneOf(ctx)) return true;
  const here = cloneAt("");
  return clone.startsWith(here) && !existsSync(clone.slice(here.length));
}

/**
 * The checkout in which an attempt's work is delivered: the one in which it was done, for it may be its branch that
 * moves. Where that is gone, this server's.
 */
export function rootOf(
  { checkout }: Pick<RunContext, "checkout">,
  { checkout: key }: DeliveringAttempt,
): string {
  const here = cloneAt("");
  const folder = key.startsWith(here) ? key.slice(here.length) : "";
  return existsSync(join(folder, ".git")) ? folder : checkout.root;
}
