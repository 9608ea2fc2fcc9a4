import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { AgentWorld, Given } from "../agent.ts";
import type { JournalFile } from "../journal.ts";
import { idOf, numberOf } from "../workload.ts";
import { lineOf } from "./workload.ts";

const run = promisify(execFile);

export interface MachineWorld extends AgentWorld {
  readonly journal: JournalFile;
  /** The files that an attempt of the task adds its line to; none for a task that the server made. */
  readonly filesOf: (task: string, nonce: string) => readonly string[];
  /** Where it was started; absent: its brief says where it works. */
  readonly folder?: string;
  /** Does something in the worktree as the client's own tools do it; undefined: the client was told not to. Absent: at once. */
  readonly byTool?: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  /** Whether such agents commit now and then by themselves; absent: they do. */
  readonly commits?: boolean;
}

type Outcome = "completed" | "failed" | "blocked";

/** One execution of a task in a worktree, as well or badly as real agents do it. */
export async function workInWorktree(world: MachineWorld, given: Given, brief: string): Promise<void> {
  const { random, journal, leaseMs, workMs } = world;
  const folder = world.folder ?? /Work in `([^`]+)` and nowhere else/.exec(brief)?.[1];
  if (folder === undefined) {
    journal.write({ kind: "unexpected", text: `the brief of ${given.task} names no folder: ${brief}` });
    return;
  }
  const isBehaving = world.behaving();
  const kind = isBehaving ? 1 : random.next();
  const nonce = world.nonce();
  try {
    journal.write({ kind: "began", ...given, head: (await git(folder, "rev-parse", "HEAD")).trim() });
    await sleep(workMs * (isBehaving ? 0.2 : 0.2 + 1.6 * random.next()));
    if (kind < 0.05) await sleep(leaseMs * (0.8 + random.next()));
    const files = world.filesOf(given.task, nonce);
    const doing = () => change(folder, given.task, nonce, files);
    const changed = await (world.byTool ? world.byTool(doing) : doing());
    if (!changed) return;
    // Nobody hears of it any more.
    if (kind > 0.05 && kind < 0.08) return;
    if (files.length > 0 && world.commits !== false && random.chance(0.15))
      await commit(world, given, folder);
    const outcome = isBehaving || kind < 0.9 ? "completed" : random.pick(["failed", "blocked"] as const);
    const isFirst = numberIn(given.task) === 1;
    await report(world, given, isFirst && outcome === "blocked" ? "failed" : outcome, nonce, changed);
  } catch (error) {
    // Its worktree may be another task's by now, but only if its claim has ended.
    const alive = world.nonce();
    const note = { call: "note", nonce: alive, ...given } as const;
    const { isError } = await world.connection.useToken(note, { note: `nonce ${alive}` });
    if (!isError)
      journal.write({ kind: "unexpected", text: `the worktree of ${given.task} failed: ${error}` });
  }
}

/** @returns the files that it changed. */
async function change(
  folder: string,
  task: string,
  nonce: string,
  files: readonly string[],
): Promise<string[]> {
  const conflicts = await git(folder, "diff", "--name-only", "--diff-filter=U");
  const solved = conflicts.split("\n").filter(Boolean);
  for (const path of solved) {
    const text = readFileSync(join(folder, path), "utf8");
    // Both sides only added lines.
    writeFileSync(join(folder, path), text.replace(/^(<{7}|={7}|>{7}|\|{7}).*\n/gm, ""));
  }
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    appendFileSync(join(folder, path), `${lineOf(task, nonce)}\n`);
  }
  return [...solved, ...files];
}

/** As agents do that are used to it. */
async function commit({ journal }: MachineWorld, given: Given, folder: string): Promise<void> {
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--no-verify", "-m", `Work at ${given.task}`);
  journal.write({ kind: "committed", ...given, commit: (await git(folder, "rev-parse", "HEAD")).trim() });
}

async function report(
  { connection, random }: MachineWorld,
  given: Given,
  outcome: Outcome,
  nonce: string,
  filesChanged: readonly string[],
): Promise<void> {
  const result = {
    outcome,
    summary: `nonce ${nonce}`,
    filesChanged,
    ...(outcome === "completed" && {
      evidence: [{ criterion: "1", inspected: "what was asked for is there" }],
    }),
    ...(outcome === "blocked" && { blockedOn: { tasks: [earlier(random, given.task)] } }),
  };
  const sent = { call: "report", nonce, outcome, ...given } as const;
  const { isError } = await connection.useToken(sent, result);
  // The host may deliver a call twice; the second gets the first answer again.
  if (!isError && random.chance(0.1)) await connection.useToken(sent, result);
}

/** A task before this one, so that no cycle can come of it; what the server made is before none. */
function earlier(random: MachineWorld["random"], task: string): string {
  const number = numberIn(task);
  return idOf(number > 1 ? random.between(1, number - 1) : 1);
}

function numberIn(task: string): number {
  return numberOf(task.slice(task.indexOf("/") + 1));
}

async function git(folder: string, ...parameters: string[]): Promise<string> {
  return (await run("git", parameters, { cwd: folder })).stdout;
}
