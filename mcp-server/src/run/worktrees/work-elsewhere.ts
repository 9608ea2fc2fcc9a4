import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { ignoredFiles } from "../../git/checkout-state.ts";
import { changedFiles } from "../../git/git.ts";
import type { AnyClaim, Report } from "../../graph/attempt.ts";
import { pathKey } from "../../graph/scope/glob.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { shownPath } from "../../text/display-path.ts";
import { isDeclared, normalisePath } from "../../text/normalise.ts";
import { isInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import type { WorktreeCommit } from "./commit-worktree.ts";
import type { AttemptAtWork, CutWorktree } from "./work-record.ts";

/** A worktree with the attempt that worked in it, or should have. */
export interface AttemptInWorktree {
  readonly worktree: CutWorktree;
  readonly attempt: AttemptAtWork;
  readonly offeredAtMs: number;
  /** The claims of the plan: what others may write in the main checkout is theirs. */
  readonly claims: readonly AnyClaim[];
}

/**
 * Refuses to take a task for completed whose files are not in the commit of its worktree: they were written in the main
 * checkout, git ignores them, or nobody wrote anything.
 * @throws CallerError
 */
export async function refuseWorkElsewhere(
  ctx: RunContext,
  at: AttemptInWorktree,
  report: Report,
  work: WorktreeCommit,
): Promise<void> {
  const { worktree } = at;
  const reported = reportedFiles(ctx, worktree, report);
  const missing = reported.filter((name) => !work.files.some((file) => isSame(ctx, name, file)));
  const hasNothing = work.commit === worktree.base;
  if (missing.length === 0 && !(hasNothing && reported.length === 0)) return;
  const beside = await writtenBeside(ctx, at, missing);
  if (beside !== undefined) {
    throw elsewhere(
      `${shownPath(beside)} is not changed in your worktree ${worktree.path}, but was written in the main checkout ${ctx.checkout.root} since you began.`,
      "Make your changes in your worktree, take back those that you made in the main checkout, and report again. If they are not yours, leave that file out of filesChanged; if the work is there alone and cannot be moved, report failed and say so.",
    );
  }
  if (missing.length === 0) return;
  const [ignored] = await ignoredFiles(worktree.path, missing);
  if (ignored !== undefined) {
    throw elsewhere(
      `${shownPath(ignored)} is ignored by git, so it cannot come onto the plan's branch and goes with your worktree.`,
      "If it belongs to the work, stage it in your worktree with git add -f; if it is only made from other files, leave it out of filesChanged. Then report again.",
    );
  }
  if (hasNothing) {
    throw elsewhere(
      `Your report names ${shownPath(missing[0] ?? "")}, but nothing is changed in your worktree ${worktree.path}.`,
      "Make the changes there and report again; if the task needed none, leave filesChanged empty.",
    );
  }
}

/** The files of a report relative to the top level of the worktree; those outside of the repository are left out. */
function reportedFiles({ checkout }: RunContext, { path }: CutWorktree, { filesChanged }: Report): string[] {
  return filesChanged.flatMap((name) => {
    const absolute = isAbsolute(name) ? name : join(checkout.root, name);
    const inWorktree = isInside(path, absolute) ? relative(path, absolute).split(sep).join("/") : name;
    const plain = normalisePath(inWorktree);
    return plain === "" || isAbsolute(plain) || plain.split("/").includes("..") ? [] : [plain];
  });
}

/** Whether a name, which may be a folder's, stands for the file. */
function isSame({ caseInsensitive }: RunContext, name: string, file: string): boolean {
  return isDeclared([pathKey(name, caseInsensitive)], pathKey(file, caseInsensitive));
}

/**
 * A file of the main checkout that was written since the attempt was offered, and that its report names; where it names
 * none, one that its declared scope covers.
 */
async function writtenBeside(
  ctx: RunContext,
  { attempt, offeredAtMs, claims }: AttemptInWorktree,
  missing: readonly string[],
): Promise<string | undefined> {
  const { root } = ctx.checkout;
  const declaredBy = (claim: Pick<AnyClaim, "scope">) => {
    const scope = parseScope(claim.scope, ctx.caseInsensitive);
    return scope.basis === "declared" ? scope.writes : [];
  };
  const declared = declaredBy(attempt);
  const ofOthers = claims.filter(({ isolation }) => isolation === "shared").flatMap(declaredBy);
  const isMeant = (file: string) =>
    missing.length > 0
      ? missing.some((name) => isSame(ctx, name, file))
      : declared.some((glob) => matches(glob, file)) && !ofOthers.some((glob) => matches(glob, file));
  for (const file of (await changedFiles(root)).filter(isMeant)) {
    const info = await stat(join(root, file)).catch(() => undefined);
    // A file that is gone does not say since when.
    if (info === undefined ? missing.length > 0 : info.mtimeMs >= offeredAtMs) return file;
  }
  return undefined;
}

function elsewhere(problem: string, remedy: string): CallerError {
  return new CallerError("wrong_state", problem, remedy, "filesChanged");
}
