import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BundledServer, type BundleOptions } from "./bundled-server.ts";
import { tokenIn } from "./checkout.ts";
import { delivered } from "./delivered.ts";
import { git } from "./git.ts";
import { ParallelServer, type StartOptions } from "./parallel-server.ts";
import type { ToolClient } from "./tool-client.ts";

/** A task that a worker holds, with the folder that its brief names. */
export interface Claimed {
  readonly task: string;
  readonly id: string;
  readonly token: string;
  readonly brief: string;
  readonly folder: string;
}

/** A server on whose plans tasks of unknown files run in worktrees. */
export function startServer(folder: string, options: StartOptions = {}): Promise<ParallelServer> {
  return ParallelServer.start(folder, { ...options, env: { PARALLEL_UNSCOPED: "worktree", ...options.env } });
}

/** As `startServer`, but the bundle in a process of its own. */
export function startBundle(folder: string, options: BundleOptions = {}): Promise<BundledServer> {
  return BundledServer.start(folder, { ...options, env: { PARALLEL_UNSCOPED: "worktree", ...options.env } });
}

/** Claims a task as a worker without hooks does; undefined when there is none now. */
export async function claim(server: ToolClient, plan: string, task?: string): Promise<Claimed | undefined> {
  const answer = await server.call("task_claim", { plan, worker: "w", ...(task && { task }) });
  if (!answer.claim) return undefined;
  const { task: name, brief } = answer.claim;
  return {
    task: name,
    id: name.slice(name.indexOf("/") + 1),
    token: tokenIn(answer.claim.token),
    brief,
    folder: folderIn(brief) ?? "",
  };
}

/** Claims a task that must be there. */
export async function claimNow(server: ToolClient, plan: string, task: string): Promise<Claimed> {
  const claimed = await claim(server, plan, task);
  if (!claimed) throw new Error(`${task} cannot be claimed`);
  return claimed;
}

/** The folder that a brief tells its reader to work in. */
export function folderIn(brief: string): string | undefined {
  return /Work in `([^`]+)` and nowhere else/.exec(brief)?.[1];
}

/** Reports a task as completed, and waits until its work is where it belongs. */
export async function done(
  server: ToolClient,
  { task, token }: Pick<Claimed, "task" | "token">,
  fields: Readonly<Record<string, unknown>> = {},
) {
  const answer = await server.call("task_report", {
    task,
    token,
    outcome: "completed",
    summary: `${task} is done.`,
    evidence: [{ criterion: "1", inspected: "the result" }],
    ...fields,
  });
  await delivered(server, task.slice(0, task.indexOf("/")));
  return answer;
}

/** A file as a commit or a branch has it; undefined where it does not. */
export async function fileAt(folder: string, commit: string, path: string): Promise<string | undefined> {
  const listed = await git(folder, "ls-tree", "--name-only", commit, "--", path);
  return listed === "" ? undefined : git(folder, "show", `${commit}:${path}`);
}

/** Solves conflicts by keeping the lines of both sides. */
export function bothSides(text: string): string {
  return text.replace(/^(<{7}|={7}|>{7}|\|{7}).*\n/gm, "");
}

export function read(folder: string, path: string): string | undefined {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** The folders of all worktrees but the main one. */
export async function worktreesOf(folder: string): Promise<string[]> {
  const list = await git(folder, "worktree", "list", "--porcelain");
  return [...list.matchAll(/^worktree (.*)$/gm)]
    .map((match) => match[1] ?? "")
    .filter((path) => path !== folder);
}
