import { CallerError } from "../errors/caller-error.ts";
import type { PlanSlug } from "../graph/task.ts";
import { shownPath } from "../text/display-path.ts";
import { GitFailed, git } from "./git.ts";

/** The branch on which the work of a plan's worktrees comes together. The user's own branch is never moved. */
export function planBranch(plan: PlanSlug): string {
  return `parallel/${plan}`;
}

/** What the branches of the plan's worktrees begin with; one is there as long as its work is not merged. */
export function workBranches(plan: PlanSlug): string {
  return `parallel-work/${plan}`;
}

/** The commit that the plan's branch points at; undefined while it does not exist. */
export async function planHead(root: string, plan: PlanSlug): Promise<string | undefined> {
  return commitAt(root, `refs/heads/${planBranch(plan)}`);
}

/** Where refs (full names) of commits point; those that do not exist are missing. */
export async function refsAt(root: string, refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const lines = (await git(root, ["for-each-ref", "--format=%(objectname) %(refname)", ...refs])).split("\n");
  return new Map(
    lines.filter(Boolean).map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ")[0] ?? ""]),
  );
}

/** The commit that a name stands for; undefined when there is none. */
export async function commitAt(root: string, name: string): Promise<string | undefined> {
  try {
    return (await git(root, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`])).trim();
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return undefined;
    throw error;
  }
}

/**
 * The plan's branch, begun where it does not exist yet.
 * @param from names the commit at which it begins.
 * @returns the commit that it points at.
 * @throws CallerError when there is nothing to begin at, or the name is taken.
 */
export async function ensurePlanBranch(root: string, plan: PlanSlug, from = "HEAD"): Promise<string> {
  const existing = await planHead(root, plan);
  if (existing !== undefined) return existing;
  const start = await commitAt(root, from);
  if (start === undefined) {
    throw new CallerError(
      "wrong_state",
      "A worktree is cut from a commit, and this repository has none yet.",
      "Ask the user to make a first commit.",
    );
  }
  try {
    await git(root, [
      "update-ref",
      "--create-reflog",
      "-m",
      `parallel: ${plan}`,
      `refs/heads/${planBranch(plan)}`,
      start,
      "",
    ]);
  } catch (error) {
    const made = await planHead(root, plan);
    if (made !== undefined) return made;
    throw cannotBeMade(planBranch(plan), error);
  }
  return start;
}

/**
 * Asks git whether it could make the plan's branch and those of its worktrees; nothing is made. There must be a commit.
 * @throws CallerError that names what is in the way, such as a branch that is named like one of their folders.
 */
export async function refuseTakenNames(root: string, plan: PlanSlug): Promise<void> {
  // Attempts are numbered from 1, so no worktree ever has this branch. The plan's own may be there, so it comes last.
  const names = [`${workBranches(plan)}/0`, planBranch(plan)];
  const input = names.map((name) => `start\ncreate refs/heads/${name} HEAD\nprepare\nabort\n`).join("");
  try {
    await git(root, ["update-ref", "--stdin"], { input });
  } catch (error) {
    const reason = error instanceof GitFailed ? error.reason : "";
    if (isThere(reason)) return;
    const refused = names.find((name) => reason.includes(`'refs/heads/${name}'`));
    throw cannotBeMade(refused ?? planBranch(plan), error);
  }
}

/** Whether git refused to make a ref because it has been made. */
function isThere(reason: string): boolean {
  return reason.includes("reference already exists");
}

function cannotBeMade(branch: string, error: unknown): CallerError {
  const reason = error instanceof GitFailed ? error.reason : String(error);
  const inTheWay = /'refs\/heads\/([^']+)' exists/.exec(reason)?.[1];
  if (inTheWay === undefined) {
    return new CallerError(
      "wrong_state",
      `The branch ${branch} cannot be made: ${reason}.`,
      "Ask the user to make the repository's refs writable, or leave out isolation and alternatives.",
    );
  }
  // Only a plain name is part of a command that somebody may copy.
  const command = /^[\w./-]+$/.test(inTheWay) ? ` (git branch -m ${inTheWay} <new name>)` : "";
  return new CallerError(
    "wrong_state",
    `The branch ${branch} cannot be made: there is a branch ${shownPath(inTheWay)}, and git takes one name for a branch or for a folder of branches.`,
    `Ask the user to rename that branch${command}, or leave out isolation and alternatives.`,
  );
}

/** A branch, as git knows it. */
export interface BranchFacts {
  readonly commit: string;
  readonly tree: string;
  /** When the commit was made, in seconds since 1970. */
  readonly seconds: number;
  /** Whether it is checked out in the folder that git was asked in. */
  readonly isHere: boolean;
  /** The work tree in which it is checked out, wherever that is. */
  readonly workTree: string | undefined;
}

const BRANCH_FIELDS = [
  "refname:lstrip=2",
  "objectname",
  "tree",
  "committerdate:unix",
  "HEAD",
  "worktreepath",
] as const;

/** What git knows of branches, all in one question; those that do not exist are missing. */
export async function branchFacts(
  folder: string,
  branches: readonly string[],
): Promise<ReadonlyMap<string, BranchFacts>> {
  const format = BRANCH_FIELDS.map((field) => `%(${field})%00`).join("");
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const fields = (await git(folder, ["for-each-ref", `--format=${format}`, ...refs])).split("\0");
  const facts = new Map<string, BranchFacts>();
  for (let at = 0; at + BRANCH_FIELDS.length < fields.length; at += BRANCH_FIELDS.length) {
    const [name = "", commit = "", tree = "", seconds, head, workTree = ""] = fields.slice(at);
    facts.set(name.trimStart(), {
      ...{ commit, tree, seconds: Number(seconds), isHere: head === "*" },
      workTree: workTree === "" ? undefined : workTree,
    });
  }
  return facts;
}

/** @throws CallerError when somebody has the plan's branch checked out: moving it would undo their files' state. */
export async function refuseCheckedOut(root: string, plan: PlanSlug): Promise<void> {
  const branch = planBranch(plan);
  refuseHeld(plan, (await branchFacts(root, [branch])).get(branch));
}

/**
 * @param branch the plan's, as it was found just now.
 * @throws CallerError as `refuseCheckedOut`
 */
export function refuseHeld(plan: PlanSlug, branch: BranchFacts | undefined): void {
  if (branch?.workTree === undefined) return;
  throw new CallerError(
    "wrong_state",
    `The branch ${planBranch(plan)} is checked out in ${branch.workTree}, so nothing can be merged into it now. Your work is safe.`,
    "Try again later; if it stays so, report blocked with blockedOn {question: ask the user to check out another branch there}.",
  );
}

/** A ref that moves from one commit to another. */
export interface RefMove {
  /** Full name, or HEAD for the branch that is checked out. */
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/** Somebody else moved a ref first: what was built on its old commit has to be built again. */
export class RefMoved extends Error {
  override readonly name = "RefMoved";
  constructor() {
    super("a branch was moved by somebody else");
  }
}

/**
 * Moves all refs or none, and has git write down why, whatever is configured: who watches git knows the move by it.
 * @param removed refs that go with it, as far as they are there.
 * @throws RefMoved
 */
export async function moveRefs(
  root: string,
  moves: readonly RefMove[],
  reason: string,
  removed: readonly string[] = [],
): Promise<void> {
  if (moves.length + removed.length === 0) return;
  const lines = moves.map(({ ref, from, to }) => `update ${ref} ${to} ${from}\n`);
  lines.push(...removed.map((ref) => `delete ${ref}\n`));
  try {
    await git(root, ["update-ref", "--create-reflog", "-m", reason, "--stdin"], { input: lines.join("") });
  } catch (error) {
    if (error instanceof GitFailed && (isThere(error.reason) || error.reason.includes("but expected")))
      throw new RefMoved();
    throw error;
  }
}
