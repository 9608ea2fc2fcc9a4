import { type FileDiff, taskDiff } from "../run/effects/versions/task-diff.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { shownPath } from "../text/display-path.ts";
import { cleanLines } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";

/** Prints what a task changed as a unified diff; what is no part of it goes to the error output. */
export async function diffCommand(
  ctx: RunContext,
  plan: string,
  task: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const diff = await taskDiff(ctx, plan, task);
  if (options.json) {
    process.stdout.write(`${visibleJson(diff)}\n`);
    return;
  }
  const text = diff.files.map(textOf).join("");
  // A patch keeps each byte; on a terminal what a file holds gives no orders.
  process.stdout.write(process.stdout.isTTY ? cleanLines(text) : text);
  const notes = [
    ...(diff.files.length === 0 ? ["No change of a file was seen that is this task's for certain."] : []),
    ...(diff.uncertain.length > 0
      ? [`Changed by this task or by another call: ${diff.uncertain.map(shownPath).join(", ")}.`]
      : []),
    ...(diff.unlisted > 0 ? [`${diff.unlisted} more files changed in this plan than were listed.`] : []),
  ];
  process.stderr.write(notes.map((note) => `${note}\n`).join(""));
}

function textOf({ path, kind, hunks, instead }: FileDiff): string {
  const before = kind === "added" ? "/dev/null" : shownPath(`a/${path}`);
  const after = kind === "removed" ? "/dev/null" : shownPath(`b/${path}`);
  const heading = `diff --git ${shownPath(`a/${path}`)} ${shownPath(`b/${path}`)}\n`;
  const mode =
    kind === "added" ? "new file mode 100644\n" : kind === "removed" ? "deleted file mode 100644\n" : "";
  if (hunks === undefined) return `${heading}${shownPath(path)}: ${cleanLines(instead ?? "")}\n`;
  if (hunks === "") return `${heading}${mode}`;
  return `${heading}${mode}--- ${before}\n+++ ${after}\n${hunks}`;
}
