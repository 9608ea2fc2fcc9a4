import type { ChangedFile } from "../graph/effect.ts";
import type { ProgramFailure } from "../host/run-program.ts";
import { type Fingerprint, type Fingerprints, GONE } from "./fingerprint.ts";
import { GitFailed, git } from "./git.ts";

/** A look at a checkout takes at most this long; else it is given up. */
export const LOOK_LIMIT_MS = 3_000;
/** More files than these that differ from the commit are not followed. */
const MAX_FILES = 10_000;
/** Where Claude Code's `Write` puts a file for a moment, before it gets its name. */
const HALF_WRITTEN = /\.tmp\.\d+\.[\da-f]{6,}$/;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** A checkout at one moment, as far as it differs from its commit. Times are milliseconds since the epoch. */
export interface CheckoutState {
  /** When the look began and ended: what was written in between may be in it or not. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Commit that is checked out; empty before the first one. */
  readonly head: string;
  /** Files that differ from that commit. Files that git ignores are not looked at. */
  readonly files: ReadonlyMap<string, Fingerprint>;
  /** Files that differ no more, but did in the state before. */
  readonly settled: ReadonlyMap<string, Fingerprint>;
  /** With another commit than in the state before: that commit, and the files that differ from it. */
  readonly moved?: { readonly from: string; readonly files: ReadonlySet<string> };
}

/** What is kept of a state to compare the next one with. */
export type KeptState = Pick<CheckoutState, "head" | "files">;

/** Nobody can say how the checkout is. */
export interface Unmeasured {
  readonly why: string;
}

/**
 * Looks at the checkout without changing anything in it, git's index included.
 * @param before the state that the new one will be compared with.
 * @param limitMs after so long the look is given up.
 */
export async function checkoutState(
  root: string,
  before: KeptState | undefined,
  prints: Fingerprints,
  now: () => number,
  limitMs: number = LOOK_LIMIT_MS,
): Promise<CheckoutState | Unmeasured> {
  const signal = AbortSignal.timeout(limitMs);
  const fromMs = now();
  try {
    const { head, differing, untracked } = await gitStatus(root, signal);
    const moved =
      before && before.head !== head ? await differingFrom(root, before.head, untracked, signal) : undefined;
    const settled = [...(before?.files.keys() ?? []), ...(moved ?? [])].filter(
      (path) => !differing.has(path),
    );
    if (differing.size + settled.length > MAX_FILES) {
      return { why: `more than ${MAX_FILES} files differ from the commit` };
    }
    const all = await prints.of(root, [...differing, ...settled], signal);
    const of = (paths: Iterable<string>) =>
      new Map([...paths].map((path) => [path, all.get(path) ?? GONE] as const));
    return {
      fromMs,
      toMs: now(),
      head,
      files: of(differing),
      settled: of(settled),
      ...(before && moved && { moved: { from: before.head, files: moved } }),
    };
  } catch (error) {
    if (signal.aborted) return { why: `the look at the checkout took longer than ${limitMs / 1_000} s` };
    return { why: whyNot(error) };
  }
}

/**
 * What changed between two states, sorted by path; undefined when it cannot be told. A commit of what was there
 * before changes nothing.
 */
export function changesBetween(before: KeptState, after: CheckoutState): ChangedFile[] | undefined {
  const moved = before.head === after.head ? undefined : after.moved;
  if (before.head !== after.head && moved?.from !== before.head) return undefined;
  const changed = new Set<string>();
  for (const [path, print] of after.files) {
    const old = before.files.get(path);
    const differs = old === undefined ? (moved?.files.has(path) ?? true) : old !== print;
    if (differs) changed.add(path);
  }
  for (const [path, old] of before.files) {
    if (after.files.has(path)) continue;
    const print = after.settled.get(path);
    // Without a fingerprint: it was as in no commit before, and is as in the same commit now.
    if (print === undefined ? moved === undefined : print !== old) changed.add(path);
  }
  for (const path of moved?.files ?? []) if (!before.files.has(path)) changed.add(path);
  const isGone = (path: string) => (after.files.get(path) ?? after.settled.get(path)) === GONE;
  return [...changed]
    .sort(compareText)
    .map((path) => ({ path, how: isGone(path) ? ("removed" as const) : ("written" as const) }));
}

/** Those of the paths, all inside the checkout, that git ignores; all of them where git cannot say. */
export async function ignoredFiles(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  return (await knownIgnoredFiles(root, paths)) ?? new Set(paths);
}

/**
 * Those of the paths, all inside the checkout, that git ignores. A tracked file is not ignored, and one that is gone
 * may be.
 * @param limitMs after so long git is asked no more.
 * @returns undefined where git cannot say: without a repository, and where a path leads through a link or a submodule.
 */
export async function knownIgnoredFiles(
  root: string,
  paths: readonly string[],
  limitMs: number = LOOK_LIMIT_MS,
): Promise<ReadonlySet<string> | undefined> {
  if (paths.length === 0) return new Set();
  const signal = AbortSignal.timeout(limitMs);
  try {
    // `./` keeps a name that begins with a colon from being read as a pattern.
    const input = paths.map((path) => `./${path}\0`).join("");
    const text = await read(root, ["check-ignore", "-z", "--stdin"], signal, input);
    return new Set(text.split("\0").map((path) => path.slice("./".length)));
  } catch (error) {
    const noneIsIgnored = error instanceof GitFailed && error.exitCode === 1;
    return noneIsIgnored ? new Set() : undefined;
  }
}

interface Status {
  readonly head: string;
  readonly differing: ReadonlySet<string>;
  readonly untracked: ReadonlySet<string>;
}

async function gitStatus(root: string, signal: AbortSignal): Promise<Status> {
  const text = await read(
    root,
    [
      "status",
      "--porcelain=v2",
      "-z",
      "--branch",
      "--untracked-files=all",
      "--no-renames",
      "--ignore-submodules=dirty",
    ],
    signal,
  );
  let head = "";
  const differing = new Set<string>();
  const untracked = new Set<string>();
  for (const line of text.split("\0")) {
    const oid = /^# branch\.oid ([0-9a-f]+)$/.exec(line)?.[1];
    if (oid !== undefined) head = oid;
    const path = pathOf(line);
    if (path === undefined || (line.startsWith("?") && HALF_WRITTEN.test(path))) continue;
    differing.add(path);
    if (line.startsWith("?")) untracked.add(path);
  }
  return { head, differing, untracked };
}

/** How many fields stand before the path in each kind of line of `git status --porcelain=v2`. */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { "1": 8, u: 10, "?": 1 };

function pathOf(line: string): string | undefined {
  const fields = FIELDS_BEFORE_PATH[line.slice(0, 1)];
  if (fields === undefined || line[1] !== " ") return undefined;
  const path = line.split(" ").slice(fields).join(" ");
  // A folder is a repository inside this one, or a worktree of it: what happens there is not looked at.
  return path.endsWith("/") ? undefined : path;
}

/** Files of the work tree that differ from an earlier commit. */
async function differingFrom(
  root: string,
  commit: string,
  untracked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const text =
    commit === ""
      ? await read(root, ["ls-files", "-z"], signal)
      : await read(
          root,
          ["diff", "--name-only", "-z", "--no-renames", "--ignore-submodules=dirty", commit],
          signal,
        );
  return new Set([...text.split("\0").filter((path) => path !== ""), ...untracked]);
}

function read(root: string, parameters: readonly string[], signal: AbortSignal, input = ""): Promise<string> {
  return git(root, parameters, {
    ...{ input, signal },
    maxOutputBytes: MAX_OUTPUT_BYTES,
  });
}

function whyNot(error: unknown): string {
  const { code }: ProgramFailure = error instanceof GitFailed ? (error.cause ?? {}) : {};
  if (code === "ENOENT") return "git cannot be started";
  return code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER"
    ? "too many files differ from the commit"
    : "git could not tell the state of the checkout";
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
