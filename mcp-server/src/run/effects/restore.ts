import { lstatSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { CallerError } from "../../errors/caller-error.ts";
import { gitSays } from "../../git/git.ts";
import { ABSENT } from "../../graph/effect.ts";
import { type Overwritten, overwrittenVersions } from "../../report/files/overwritten.ts";
import { planSlug } from "../plan/load-plan.ts";
import { pathInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { keptFolder } from "./effects-folder.ts";
import { type FileContent, readContent } from "./file-content.ts";
import { KeptFiles } from "./kept-files.ts";
import { readSeenPlan } from "./seen-versions.ts";

/** Which of the versions that others have overwritten. */
export interface WantedVersion {
  /** Relative to the checkout's top level. */
  readonly file?: string | undefined;
  readonly task?: string | undefined;
}

/** A file that was restored, and where what stood in it went. */
export interface Restored {
  readonly path: string;
  readonly task: string;
  /** Undefined: there was no file. */
  readonly putAside: string | undefined;
}

/** The versions of a plan's files that others have overwritten, oldest first. @throws CallerError for an unknown plan. */
export async function listOverwritten(
  ctx: RunContext,
  slug: string,
  wanted: WantedVersion,
): Promise<Overwritten[]> {
  const { plan, seen } = await readSeenPlan(ctx, slug);
  const all = overwrittenVersions(seen, (attempt) => plan.graph.claim(attempt)?.task);
  return all.filter(
    ({ path, task }) =>
      (wanted.file === undefined || path === wanted.file) &&
      (wanted.task === undefined || task === wanted.task),
  );
}

/**
 * Puts what a holder had in a file, before others changed it, back into the file. What stands there now is kept as well.
 * @param force also where the file was changed since.
 * @throws CallerError where there is no such version, where its bytes are gone, or where the file was changed since.
 */
export async function restoreFile(
  ctx: RunContext,
  slug: string,
  wanted: WantedVersion & { readonly file: string },
  force: boolean,
): Promise<Restored> {
  const lost = (await listOverwritten(ctx, slug, wanted)).at(-1);
  if (!lost) {
    const whose = wanted.task === undefined ? "" : ` of task ${wanted.task}`;
    throw refusal(
      `Nobody was seen to change ${wanted.file}${whose} while it was held.`,
      `parallel restore ${slug} lists what can be had back.`,
    );
  }
  const kept = new KeptFiles(keptFolder(ctx.checkout));
  const { root } = ctx.checkout;
  const file = await pathInside(root, lost.path).catch(() => {
    throw refusal(
      `${lost.path} leads out of the checkout now, or is a link.`,
      "Remove the link, and restore again.",
    );
  });
  const now = readContent(file, lstatSync(file, { throwIfNoEntry: false }));
  if (now.id !== lost.after && !force) {
    throw refusal(
      `${lost.path} was changed again since.`,
      "Look at it first; --force restores it all the same, and keeps what stands there now.",
    );
  }
  const bytes = lost.before === undefined ? undefined : kept.read(planSlug(slug), lost.before);
  const notKept = kept.keep(planSlug(slug), now);
  if (notKept !== undefined) {
    throw refusal(
      `What stands in ${lost.path} now could not be kept: ${notKept}.`,
      "Copy the file elsewhere, remove it, and restore again.",
    );
  }
  if (bytes) await writeFile(file, bytes);
  else await restoreCommitted(root, file, lost, now);
  return { path: lost.path, task: lost.task, putAside: now.id === ABSENT ? undefined : now.id };
}

/**
 * What was as in the last commit was not kept: git has it, and knows best how it is written.
 * @throws CallerError where the last commit has something else by now; the file is then as it was.
 */
async function restoreCommitted(
  root: string,
  file: string,
  { path, before }: Overwritten,
  now: FileContent,
): Promise<void> {
  const command = ["--literal-pathspecs", "restore", "--source=HEAD", "--worktree", "--", path];
  const isDone = await gitSays(root, command).catch(() => false);
  if (isDone && (before === undefined || readContent(file, lstatSync(file)).id === before)) return;
  if (isDone && now.bytes) await writeFile(file, now.bytes);
  throw refusal(
    `What stood in ${path} was not kept, or is gone, and the last commit does not have it.`,
    "Look into the repository's other commits.",
  );
}

function refusal(problem: string, remedy: string): CallerError {
  return new CallerError("wrong_state", problem, remedy, "file");
}
