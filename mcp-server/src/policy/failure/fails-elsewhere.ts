import { matches } from "../../graph/scope/globs-meet.ts";
import type { ParsedGlob } from "../../graph/scope/parse-glob.ts";
import type { ParsedScope } from "../../graph/scope/scope.ts";

/** What an attempt may have broken itself, or was to look at. */
export interface OwnPart {
  /** What it may write and what it reads, which nobody else may write meanwhile. */
  readonly globs: readonly ParsedGlob[];
  /** Files that it reports to have changed, wherever they are. */
  readonly files: readonly string[];
}

/** What is needed to tell whose files a command's output names. */
export interface FailureFacts {
  /** The command's output, as the agent quotes it. */
  readonly output: string;
  readonly own: OwnPart;
  /** Scopes of others who wrote in the same checkout while the attempt ran. */
  readonly others: readonly ParsedScope[];
  /** The checkout's top level: a compiler may name files from the root of the file system. */
  readonly root: string;
}

/**
 * Whether a command seems to have failed in what others were writing, and not in the attempt's own work: what it
 * printed names no file of the attempt, and names one that somebody else was writing at the time. Where somebody
 * wrote whose files nobody declared, any other file counts as theirs. Whatever cannot be told is the attempt's own.
 */
export function failsElsewhere({ output, own, others, root }: FailureFacts): boolean {
  const paths = pathsIn(output, root);
  const within = (globs: readonly ParsedGlob[], path: string) => globs.some((glob) => matches(glob, path));
  if (paths.some((path) => own.files.includes(path) || within(own.globs, path))) return false;
  const isUndeclared = others.some(({ basis }) => basis !== "declared");
  return paths.some(
    (path) => (isUndeclared && isFile(path)) || others.some(({ writes }) => within(writes, path)),
  );
}

/** Words of the text that may be paths, relative to the root, without the line and column behind them. */
function pathsIn(output: string, root: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "").replaceAll("\\", "/");
  const words = plain.split(/[\s"'`<>|,;()]+/).map((word) => {
    const path = word.replace(/^file:\/\//, "").replace(/(?::\d+)*[:.]*$/, "");
    return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path.replace(/^(?:\.\/)+/, "");
  });
  return [...new Set(words.filter((word) => /[./]/.test(word)))];
}

function isFile(path: string): boolean {
  return /^[^/].*\/[^/]+\.\w+$/.test(path) && !path.includes("node_modules/") && !path.startsWith("..");
}
