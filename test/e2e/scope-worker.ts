import { type Assignment, reportsByTheBrief, type Work, writes } from "./harness/worker.ts";

/**
 * A worker that takes its scope at its word: it writes into every path that its brief keeps for it, and into a file
 * of its own name where nothing is known of what its task writes.
 */
export const writesItsScope: Work = [
  (assignment) => {
    const content = `${assignment.task}\n`;
    return writes(Object.fromEntries(filesOf(assignment).map((path) => [path, content])))(assignment);
  },
  (assignment) => {
    const turn = reportsByTheBrief(assignment);
    const filesChanged = filesOf(assignment);
    return {
      ...turn,
      outputs: turn.outputs.map((output) =>
        "tool" in output ? { tool: output.tool, input: { ...output.input, filesChanged } } : output,
      ),
    };
  },
];

/** The files that the worker of this brief writes, relative to its directory. */
export function filesOf({ task, brief }: Pick<Assignment, "task" | "brief">): string[] {
  const name = task.replaceAll(/[^\w.-]/g, "-");
  const sentence =
    brief.match(/^You may write (`.*?`)\./m)?.[1] ?? brief.match(/ (`.*`) (?:is|are) kept free for you/)?.[1];
  const globs = [...(sentence?.matchAll(/`([^`]+)`/g) ?? [])].map((match) => match[1] ?? "");
  const files = globs.filter((glob) => !STEERING.test(glob)).map((glob) => fileIn(glob, name));
  return files.length === 0 ? [`notes/${name}.md`] : [...new Set(files)];
}

/** What steers the host is the user's to allow, path by path; no scope does. */
const STEERING = /^(\.claude|\.claude-plugin|\.vscode|\.git)(\/|$)|(^|\/)(\.mcp\.json|CLAUDE\.md)$/;

/** A file that the glob covers: a path without an ending is taken for a folder. */
function fileIn(glob: string, name: string): string {
  const plain = glob
    .replace(/\{([^,{}]*),[^{}]*\}/g, "$1")
    .replace(/\*\*\/(?=.)/g, "")
    .replace(/(^|\/)\*\*$/, `$1${name}.txt`)
    .replaceAll("*", name);
  return /\.\w+$|(^|\/)\.\w+$/.test(plain) ? plain : `${plain}/${name}.txt`;
}
