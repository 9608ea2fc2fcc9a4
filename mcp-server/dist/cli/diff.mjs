// import:run/effects/versions.mjs in cli/diff.mjs
import { taskDiff } from "../run/effects/versions.mjs";

// import:text.mjs in cli/diff.mjs
import { cleanLines, shownPath, visibleJson } from "../text.mjs";

// mcp-server/src/cli/diff.ts
async function diffCommand(ctx, plan, task, options) {
  const diff = await taskDiff(ctx, plan, task);
  if (options.json) {
    process.stdout.write(`${visibleJson(diff)}
`);
    return;
  }
  const text = diff.files.map(textOf).join("");
  process.stdout.write(process.stdout.isTTY ? cleanLines(text) : text);
  const notes = [
    ...diff.files.length === 0 ? ["No change of a file was seen that is this task's for certain."] : [],
    ...diff.uncertain.length > 0 ? [`Changed by this task or by another call: ${diff.uncertain.map(shownPath).join(", ")}.`] : [],
    ...diff.unlisted > 0 ? [`${diff.unlisted} more files changed in this plan than were listed.`] : []
  ];
  process.stderr.write(notes.map((note) => `${note}
`).join(""));
}
function textOf({ path, kind, hunks, instead }) {
  const before = kind === "added" ? "/dev/null" : shownPath(`a/${path}`);
  const after = kind === "removed" ? "/dev/null" : shownPath(`b/${path}`);
  const heading = `diff --git ${shownPath(`a/${path}`)} ${shownPath(`b/${path}`)}
`;
  const mode = kind === "added" ? "new file mode 100644\n" : kind === "removed" ? "deleted file mode 100644\n" : "";
  if (hunks === void 0) return `${heading}${shownPath(path)}: ${cleanLines(instead ?? "")}
`;
  if (hunks === "") return `${heading}${mode}`;
  return `${heading}${mode}--- ${before}
+++ ${after}
${hunks}`;
}
export {
  diffCommand
};
