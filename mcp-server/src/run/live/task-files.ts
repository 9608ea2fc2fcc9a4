import { git } from "../../git/git.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { TaskFile } from "../../live/snapshot.ts";
import { shownPath } from "../../text/display-path.ts";
import { cleanLines } from "../../text/sanitize.ts";
import { listOverwritten } from "../effects/versions/restore.ts";
import { taskDiff } from "../effects/versions/task-diff.ts";
import type { RunContext } from "../project/run-context.ts";

/** A diff of more characters is told by its length alone, and so is all that comes after so many in one answer. */
const MAX_DIFF = 60_000;
const MAX_DIFFS = 400_000;
const MAX_FILES = 300;
const COMMIT = /^[0-9a-f]{40,64}$/;
const PATCH = ["--no-commit-id", "-r", "-p", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"];

/** What a task has changed: as it was seen in held files, or as it was committed in its worktree. */
export async function taskFiles(
  ctx: RunContext,
  slug: string,
  task: string,
  events: readonly GraphEvent[],
): Promise<{ files: TaskFile[]; unlisted: number }> {
  const { files, uncertain, unlisted } = await taskDiff(ctx, slug, task);
  const overwritten = new Set((await listOverwritten(ctx, slug, { task })).map(({ path }) => path));
  const seen = files.map(
    ({ path, kind, hunks, instead }): TaskFile => ({
      path,
      kind,
      ...(hunks !== undefined && { hunks }),
      ...(instead !== undefined && { instead }),
    }),
  );
  const unsure = uncertain.map(
    (path): TaskFile => ({
      ...{ path, kind: "changed", uncertain: true },
      instead: "this task or another call has changed it",
    }),
  );
  const known = new Set([...seen, ...unsure].map(({ path }) => path));
  const lost = [...overwritten]
    .filter((path) => !known.has(path))
    .map((path): TaskFile => ({ path, kind: "changed", instead: "somebody else has changed it" }));
  const committed = seen.length > 0 ? [] : await committedFiles(ctx, events);
  const all = [...seen, ...unsure, ...lost, ...committed];
  let left = MAX_DIFFS;
  const shown = all.slice(0, MAX_FILES).map((file): TaskFile => {
    const restorable = overwritten.has(file.path) && { restorable: true as const };
    const { hunks, ...rest } = { ...file, ...restorable };
    if (hunks === undefined) return rest;
    if (hunks.length > Math.min(left, MAX_DIFF)) {
      const how = `parallel diff ${slug} ${shownPath(task)}`;
      return { ...rest, instead: `too long to be shown here: ${how}` };
    }
    left -= hunks.length;
    return { ...rest, hunks: cleanLines(hunks) };
  });
  return { files: shown, unlisted: unlisted + Math.max(0, all.length - MAX_FILES) };
}

async function committedFiles(ctx: RunContext, events: readonly GraphEvent[]): Promise<TaskFile[]> {
  const last = events.findLast(({ change }) => change.type === "work.committed")?.change;
  if (last?.type !== "work.committed" || !COMMIT.test(last.commit)) return [];
  const { commit, files } = last;
  try {
    return filesIn(await git(ctx.checkout.root, ["diff-tree", "--raw", "-z", ...PATCH, commit]));
  } catch {
    const instead = "this clone does not have its commit";
    return files.map((path): TaskFile => ({ path, kind: "changed", instead }));
  }
}

const KINDS: Readonly<Record<string, TaskFile["kind"]>> = { A: "added", D: "removed" };

/** Git prints the list, each part ended by a NUL, one more NUL, and the patch in the same order. */
function filesIn(output: string): TaskFile[] {
  const end = output.indexOf("\0\0");
  const list = (end < 0 ? output : output.slice(0, end)).split("\0");
  const patches = end < 0 ? [] : output.slice(end + 2).split(/^(?=diff --git )/m);
  return list.flatMap((part, i): TaskFile[] => {
    const path = list[i + 1];
    if (i % 2 !== 0 || path === undefined) return [];
    const patch = patches[i / 2] ?? "";
    const start = patch.search(/^@@ /m);
    const kind = KINDS[part.at(-1) ?? ""] ?? "changed";
    return [
      start < 0 ? { path, kind, instead: "no text differs" } : { path, kind, hunks: patch.slice(start) },
    ];
  });
}
