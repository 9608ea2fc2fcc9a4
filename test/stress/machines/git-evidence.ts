import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { LoggedEvent } from "../evidence.ts";

/** A line that an attempt left in a file. */
export interface LeftLine {
  readonly path: string;
  /** `<plan>/<id>`. */
  readonly task: string;
  readonly nonce: string;
}

/** The branch of a plan in the end. */
export interface FinalBranch {
  readonly lines: readonly LeftLine[];
  /** What the commits of its first-parent line say that they bring: `<plan>/<task>#<attempt>`. */
  readonly brought: readonly string[];
  /** Every commit that it contains. */
  readonly commits: ReadonlySet<string>;
}

/** What git alone tells of a run: read past the server. */
export interface GitEvidence {
  /** By plan; a plan that has none is missing. */
  readonly branches: ReadonlyMap<string, FinalBranch>;
  /** Every commit that some ref of the remote or of a clone holds, by whatever name. */
  readonly named: ReadonlySet<string>;
  /** By commit from which a worktree was cut, the nonces that stood in its files; undefined: there is no such commit. */
  readonly bases: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

/**
 * Reads the repositories of a run when nobody writes any more.
 * @param folder where a repository may be made in which all of their commits can be asked for.
 * @param remote the bare repository.
 * @param clones the work trees of the machines.
 * @param events of which those that cut worktrees name the commits to look at.
 */
export function readGit(
  folder: string,
  remote: string,
  clones: readonly string[],
  plans: readonly string[],
  events: readonly LoggedEvent[],
): GitEvidence {
  const all = join(folder, "all.git");
  git(folder, "init", "--quiet", "--bare", all);
  const stores = [remote, ...clones.map((clone) => join(clone, ".git"))].map((one) => join(one, "objects"));
  appendFileSync(join(all, "objects", "info", "alternates"), `${stores.join("\n")}\n`);
  const tips = [remote, ...clones].flatMap((one) =>
    linesOf(git(one, "for-each-ref", "--format=%(objectname)")),
  );
  const bases = new Set(
    events.filter(({ type }) => type === "worktree.cut").map(({ data }) => String(data.base)),
  );
  return {
    branches: new Map(
      plans.flatMap((plan) => branchOf(all, clones.length > 1 ? [remote] : [remote, ...clones], plan)),
    ),
    named: commitsOf(all, tips),
    bases: new Map([...bases].map((base) => [base, noncesAt(all, base)])),
  };
}

/** @param places where it may be, the first one that has it counts: who works alone leaves it in the only clone. */
function branchOf(all: string, places: readonly string[], plan: string): [string, FinalBranch][] {
  const names = [`refs/parallel/${plan}`, `refs/heads/parallel/${plan}`];
  const [tip] = places.flatMap((place) =>
    linesOf(git(place, "for-each-ref", "--format=%(objectname)", ...names)),
  );
  if (tip === undefined) return [];
  const trailers = "--format=%(trailers:key=Parallel-Attempt,valueonly)";
  const brought = linesOf(git(all, "log", "--first-parent", trailers, tip));
  return [[plan, { lines: leftLines(all, tip), brought, commits: commitsOf(all, [tip]) }]];
}

function noncesAt(all: string, base: string): ReadonlySet<string> | undefined {
  if (gitReading(all, `${base}\n`, "cat-file", "--batch-check").includes("missing")) return undefined;
  return new Set(leftLines(all, base).map(({ nonce }) => nonce));
}

function leftLines(all: string, commit: string): LeftLine[] {
  const files = linesOf(git(all, "ls-tree", "-r", "--name-only", commit));
  if (files.length === 0) return [];
  const input = files.map((path) => `${commit}:${path}\n`).join("");
  // One answer per file, each with its length in bytes before it.
  const bytes = Buffer.from(gitReading(all, input, "cat-file", "--batch"), "utf8");
  let at = 0;
  return files.flatMap((path) => {
    const end = bytes.indexOf("\n", at);
    const size = Number(bytes.toString("utf8", at, end).split(" ").at(-1));
    const text = bytes.toString("utf8", end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    return [...text.matchAll(/^nonce (\S+) (\S+)$/gm)].map(([, task = "", nonce = ""]) => ({
      path,
      task,
      nonce,
    }));
  });
}

function commitsOf(all: string, tips: readonly string[]): ReadonlySet<string> {
  if (tips.length === 0) return new Set();
  return new Set(linesOf(gitReading(all, `${tips.join("\n")}\n`, "rev-list", "--stdin")));
}

function git(folder: string, ...parameters: readonly string[]): string {
  return gitReading(folder, "", ...parameters);
}

function gitReading(folder: string, input: string, ...parameters: readonly string[]): string {
  return execFileSync("git", parameters, { cwd: folder, input, encoding: "utf8", maxBuffer: 2 ** 28 });
}

function linesOf(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
