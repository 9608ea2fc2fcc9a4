import type { PlanSlug } from "../../graph/task.ts";
import { untilFirstOf } from "../../host/until-first-of.ts";
import { GitFailed, type GitOptions, git } from "../git.ts";
import { commitAt, planBranch, RefMoved, refsAt } from "../plan-branch.ts";

/** The remote repository through which the clones of a plan exchange their work. */
export const REMOTE = "origin";

/** A connection that takes longer has failed, in milliseconds. */
const MAX_CONNECTION_MS = 60_000;
/** Asking where a branch stands moves no data, in milliseconds. */
const MAX_QUESTION_MS = 15_000;
/** A connection before which a hook of the user's runs,, which may test what is pushed, in milliseconds. */
const MAX_HOOK_MS = 10 * 60_000;

/** The ref in which a remote keeps a plan's branch, and where that stands; undefined: it is not there yet. */
export interface RemoteBranch {
  readonly ref: string;
  readonly at: string | undefined;
}

export interface ConnectionOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Where a remote takes it: no branch, so that nothing is started by it. */
export function ownRef(plan: PlanSlug): string {
  return `refs/parallel/${plan}`;
}

/** Where a remote takes nothing but branches and tags. */
function branchRef(plan: PlanSlug): string {
  return `refs/heads/${planBranch(plan)}`;
}

/** What was fetched of a plan's branch, kept from git's own clean-up. */
function fetchedRef(plan: PlanSlug): string {
  return `refs/parallel-fetched/${plan}`;
}

/** The folder of the refs that keep commits of attempts which are not on the plan's branch, here and on the remote. */
export function attemptRefs(plan: PlanSlug): string {
  return `refs/parallel-attempts/${plan}/`;
}

export function attemptRef(plan: PlanSlug, attempt: number): string {
  return `${attemptRefs(plan)}${attempt}`;
}

/**
 * Whether there is a remote to exchange work through: one, of the usual name, that has an address.
 */
export async function hasRemote(root: string): Promise<boolean> {
  return (await git(root, ["remote"])).split("\n").includes(REMOTE);
}

/**
 * Asks the remote where the plan's branch stands, and fetches it if that commit is not here.
 * @throws GitFailed when the remote cannot be reached.
 */
export async function fetchPlanBranch(
  root: string,
  plan: PlanSlug,
  options: ConnectionOptions = {},
): Promise<RemoteBranch> {
  const branch = await listed(root, plan, options);
  if (branch.at === undefined || branch.at === (await remoteHead(root, plan))) return branch;
  if ((await commitAt(root, branch.at)) !== undefined) {
    await noteRemoteHead(root, plan, branch.at);
    return branch;
  }
  await fetchRefs(root, [`+${branch.ref}:${fetchedRef(plan)}`], options);
  return { ref: branch.ref, at: await remoteHead(root, plan) };
}

/** Where the plan's branch stood on the remote when it was last fetched or pushed from here. */
export async function remoteHead(root: string, plan: PlanSlug): Promise<string | undefined> {
  return (await headsHereAndThere(root, plan)).there;
}

/** Where the plan's branch stands here, and where it stood on the remote when it was last fetched or pushed from here. */
export async function headsHereAndThere(
  root: string,
  plan: PlanSlug,
): Promise<{ readonly here: string | undefined; readonly there: string | undefined }> {
  const [here, there] = [branchRef(plan), fetchedRef(plan)];
  const at = await refsAt(root, [here, there]);
  return { here: at.get(here), there: at.get(there) };
}

/** Keeps in mind where the plan's branch stands on the remote. */
export async function noteRemoteHead(root: string, plan: PlanSlug, at: string): Promise<void> {
  await git(root, ["update-ref", fetchedRef(plan), at]);
}

/** Fetches the commit of an attempt that another clone could not merge. @throws GitFailed */
export async function fetchAttempt(
  root: string,
  plan: PlanSlug,
  attempt: number,
  options: ConnectionOptions = {},
): Promise<void> {
  const ref = attemptRef(plan, attempt);
  await fetchRefs(root, [`+${ref}:${ref}`], options);
}

/**
 * Moves the plan's branch of the remote to a commit that contains where it stands; the remote compares that when it
 * moves it. A remote that takes no refs but branches gets a branch. What was pushed is for the caller to note.
 * @param from where it stood when it was last seen.
 * @param runHooks whether the repository's `pre-push` hook is asked: once for each commit, however often it is tried.
 * @returns where the branch stands then.
 * @throws RefMoved when the commit does not contain where it stands by now; GitFailed when the remote cannot be reached or refuses.
 */
export async function pushPlanBranch(
  root: string,
  plan: PlanSlug,
  from: RemoteBranch,
  to: string,
  { runHooks, ...options }: ConnectionOptions & { readonly runHooks: boolean },
): Promise<RemoteBranch> {
  if (from.at === to) return from;
  const isNew = from.at === undefined && from.ref === ownRef(plan);
  try {
    await push(root, { ref: from.ref, to }, runHooks, options);
    return { ref: from.ref, at: to };
  } catch (error) {
    if (!isNew || !(error instanceof RefRefused)) throw error;
  }
  const ref = branchRef(plan);
  await push(root, { ref, to }, false, options);
  return { ref, at: to };
}

/**
 * Gives the remote a commit that is not on the plan's branch, so that other clones can have it.
 * @throws GitFailed when the remote cannot be reached or refuses.
 */
export async function pushAttempt(
  root: string,
  plan: PlanSlug,
  attempt: number,
  commit: string,
  options: ConnectionOptions = {},
): Promise<void> {
  try {
    await push(root, { ref: attemptRef(plan, attempt), to: commit }, false, options);
  } catch (error) {
    // It is there: an attempt has one commit.
    if (!(error instanceof RefMoved)) throw error;
  }
}

/**
 * Removes refs of attempts from the remote, whether it has them or not.
 * @param refs full names, at least one.
 * @throws GitFailed when the remote cannot be reached or refuses.
 */
export async function removeAttempts(
  root: string,
  refs: readonly string[],
  options: ConnectionOptions = {},
): Promise<void> {
  const removed = refs.map((ref) => `:${ref}`);
  await connect(root, ["push", "--quiet", "--no-verify", REMOTE, ...removed], options);
}

/** The remote does not take a ref of this name. */
class RefRefused extends GitFailed {}

async function listed(root: string, plan: PlanSlug, options: ConnectionOptions): Promise<RemoteBranch> {
  const refs = [ownRef(plan), branchRef(plan)];
  const limited = { timeoutMs: MAX_QUESTION_MS, ...options };
  const found = await connect(root, ["ls-remote", "--refs", REMOTE, ...refs], limited);
  const at = new Map(
    found
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([commit = "", ref = ""]) => [ref, commit]),
  );
  const ref = refs.find((one) => at.has(one)) ?? ownRef(plan);
  return { ref, at: at.get(ref) };
}

async function fetchRefs(root: string, refs: readonly string[], options: ConnectionOptions): Promise<void> {
  const command = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"];
  await connect(root, ["-c", "maintenance.auto=false", ...command, REMOTE, ...refs], options);
}

interface RemoteMove {
  readonly ref: string;
  readonly to: string;
}

async function push(
  root: string,
  { ref, to }: RemoteMove,
  runHooks: boolean,
  options: ConnectionOptions,
): Promise<void> {
  const command = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"];
  const hooks = runHooks ? [] : ["--no-verify"];
  try {
    // Without force: git refuses what does not contain what is there, and the remote compares that as it moves the ref.
    await connect(root, [...command, ...hooks, REMOTE, `${to}:${ref}`], { ...options, runHooks });
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const refusal = /^!\t[^\t]*\t\[(remote )?rejected\] \((.*)\)$/m.exec(error.output);
    if (!refusal) throw error;
    const [, isByRemote, why = ""] = refusal;
    if (!isByRemote || MOVED.test(why)) throw new RefMoved();
    const said = `${REMOTE} does not take ${ref}: ${why}. ${error.reason}`.slice(0, 400);
    throw new RefRefused("push", error.exitCode, said, error.output, error);
  }
}

/** How a remote says that a ref is not where it was said to be. */
const MOVED =
  /failed to update ref|cannot lock ref|incorrect old value|already exists|fetch first|stale info/;

/** Runs git with a connection to the remote: never with a question to anybody, and not for ever. */
async function connect(
  root: string,
  parameters: readonly string[],
  { timeoutMs, signal, runHooks = false }: ConnectionOptions & Pick<GitOptions, "runHooks">,
): Promise<string> {
  const limitMs = timeoutMs ?? (runHooks ? MAX_HOOK_MS : MAX_CONNECTION_MS);
  const limit = AbortSignal.timeout(limitMs);
  const end = untilFirstOf(limit, ...(signal ? [signal] : []));
  try {
    return await git(root, parameters, {
      env: await unattended(root),
      signal: end.signal,
      runHooks,
    });
  } catch (error) {
    ownSshCommand.delete(root);
    if (!limit.aborted) throw error;
    const why = `${REMOTE} did not answer within ${Math.ceil(limitMs / 1_000)} s`;
    throw new GitFailed(parameters[0] ?? "", undefined, why, "", error);
  } finally {
    end.forget();
  }
}

/** By clone, whether it has an ssh command of its own; asked again after a connection that failed. */
const ownSshCommand = new Map<string, boolean>();

/** Credentials are git's own: what it has stored is used, and nobody is asked for more. */
async function unattended(root: string): Promise<Record<string, string>> {
  const asks = { GIT_ASKPASS: "", SSH_ASKPASS_REQUIRE: "never" };
  if (process.env.GIT_SSH_COMMAND !== undefined || process.env.GIT_SSH !== undefined) return asks;
  const isOwn = ownSshCommand.get(root) ?? (await configured(root, "core.sshCommand"));
  ownSshCommand.set(root, isOwn);
  return isOwn ? asks : { ...asks, GIT_SSH_COMMAND: "ssh -o BatchMode=yes" };
}

async function configured(root: string, name: string): Promise<boolean> {
  try {
    return (await git(root, ["config", "--get", name])).trim() !== "";
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}
