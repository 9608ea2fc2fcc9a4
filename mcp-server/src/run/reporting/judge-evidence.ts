import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { changedFiles, GitFailed } from "../../git/git.ts";
import type { AnyClaim, Evidence, Report } from "../../graph/attempt.ts";
import type { CommandRun } from "../../graph/command-run.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { commandRuns } from "../../host/transcripts/command-runs.ts";
import type { FileChange, Judgement } from "../../policy/evidence-standing.ts";
import { type CommandEvidence, isCommand, NO_TEST } from "../../policy/evidence-text.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { normalisePath } from "../../text/normalise.ts";
import { cleanText } from "../../text/sanitize.ts";
import type { CommandRunHere } from "../approval/command-runner.ts";
import type { EndingClaim } from "../checkout-watch/record-changes.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { WRITTEN_AFTER_MS } from "../usage/agent-usage.ts";
import { worktreeOf } from "../worktrees/work-record.ts";
import {
  type CommandToSee,
  commandsToSee,
  type Objection,
  objectionTo,
  objectionToRun,
  unseenCommand,
} from "./objection.ts";
import { type AcceptanceRun, runAcceptance } from "./run-acceptance.ts";

/** After so many looks, six seconds and more, what is not written is not on its way any more. */
const MAX_LOOKS = 20;

/** What hooks saw run with Bash, in any order. */
export type BashRuns = readonly CommandRun[];

/** More files are not asked when they changed. */
const MAX_FILES = 2_000;
/** So much of the end of what a command printed stands as its result, in characters. */
const MAX_RESULT = 1_000;

/** An attempt whose report is judged. */
interface Judged extends EndingClaim {
  /** Who reports; undefined: the main conversation, or nobody knows. */
  readonly agentId: string | undefined;
  readonly ran: BashRuns | undefined;
  /** The call that brings the report, as the host names it; undefined: the client does not tell. */
  readonly toolUseId: string | undefined;
}

/** A report with the standing of each command in it, and whether it can be believed. */
export interface JudgedReport {
  readonly report: Report;
  /** Absent: nothing speaks against it. */
  readonly objection?: Objection;
  /** Acceptance commands that are to be run when nobody writes. */
  readonly runLater?: readonly string[];
}

/**
 * Compares the commands of a report, and those of its task's acceptance that have to be seen, with what the host ran
 * for the attempt. What hooks saw comes first; the transcript is asked where they have not seen all of it. What the
 * policy wants run is then run here, unless the report is contradicted already.
 */
export async function judgeEvidence(
  ctx: RunContext,
  store: GraphStore,
  report: Report,
  at: Judged,
): Promise<JudgedReport> {
  const due = at.work ? commandsToSee(at.work, report) : [];
  if (due.length === 0 && !report.evidence.some(isCommand)) return { report };
  const isApart = at.claim.isolation === "worktree";
  const place = isApart ? await worktreePath(ctx, store, at.claim) : ctx.checkout.root;
  const lastChange = await lastChangeOf(ctx, report, at, place);
  const fromHooks = at.ran?.filter(({ atMs }) => atMs >= at.claim.offeredAtMs);
  // The shell's grammar is loaded with the first report, not with every session.
  const { standingOf } = await import("../../policy/evidence-standing.ts");
  const judge = (runs: BashRuns | undefined) => {
    const judged = withStandings(report, (item) => standingOf(item, runs, lastChange));
    // An agent that hooks know and that ran nothing was seen as well.
    const visible = runs ?? (at.agentId === undefined ? undefined : []);
    const unseen = visible
      ? due.flatMap((command) => {
          const why = unseenCommand(command, standingOf(command, visible, lastChange));
          return why === undefined ? [] : [{ command: command.command, why }];
        })
      : [];
    return { judged, unseen };
  };
  let { judged, unseen } = judge(fromHooks && inOrder(fromHooks));
  if (!fromHooks || unseen.length > 0 || !judged.evidence.every(wasSeen)) {
    const written = await writtenRuns(ctx, at);
    if (written) ({ judged, unseen } = judge(inOrder(mergedRuns(fromHooks ?? [], written))));
  }
  const contradicted = objectionTo(judged, []);
  if (contradicted) return { report: judged, objection: contradicted };
  const run = await runAcceptance(ctx, store, at, due, place);
  const stillUnseen = unseen.flatMap(({ command, why }) => (run.ran.has(command) ? [] : [why]));
  const objection = objectionToRun(due, run.ran) ?? objectionTo(judged, stillUnseen);
  return {
    report: withRuns(judged, due, run),
    ...(objection && { objection }),
    ...(run.later.length > 0 && { runLater: run.later }),
  };
}

/** The report with what came of running its task's acceptance commands; those that its agent did not report are added. */
function withRuns(report: Report, due: readonly CommandToSee[], { ran, notRun }: AcceptanceRun): Report {
  const evidence = report.evidence.map((item): Evidence => {
    if (!isCommand(item) || item.exitCode !== 0) return item;
    const result = ran.get(item.command.trim());
    const why = notRun.get(item.command.trim());
    if (why !== undefined) return { ...item, seen: item.seen ?? `the server did not run it: ${why}` };
    if (result === undefined || result.exitCode !== 0) return item;
    const { seen: _seen, ...reported } = item;
    return { ...reported, standing: "run", ...(result.ranNoTest && { seen: NO_TEST }) };
  });
  const reported = new Set(report.evidence.filter(isCommand).map(({ command }) => command.trim()));
  const added = due.flatMap(({ criterion, command }): Evidence[] => {
    const result = reported.has(command) ? undefined : ran.get(command);
    return result?.exitCode === 0 ? [{ criterion, ...evidenceOfRun(command, result), added: true }] : [];
  });
  return { ...report, evidence: [...evidence, ...added] };
}

/** A command that the server ran, as evidence. */
export function evidenceOfRun(
  command: string,
  { exitCode, output, ranNoTest }: CommandRunHere,
): CommandEvidence {
  const result = cleanText(output.slice(-MAX_RESULT), MAX_RESULT);
  return { command, exitCode, result, standing: "run", ...(ranNoTest && { seen: NO_TEST }) };
}

/** The report as its agent gave it. */
export function withoutStandings(report: Report): Report {
  const evidence = report.evidence.flatMap((item): Evidence[] => {
    if (!isCommand(item)) return [item];
    const { standing: _standing, seen: _seen, added, ...given } = item;
    return added ? [] : [given];
  });
  return { ...report, evidence };
}

function wasSeen(item: Evidence): boolean {
  return !isCommand(item) || item.standing === "seen" || item.standing === "stale";
}

function withStandings(report: Report, standingOf: (item: CommandEvidence) => Judgement): Report {
  const evidence = report.evidence.map((item) => (isCommand(item) ? { ...item, ...standingOf(item) } : item));
  return { ...report, evidence };
}

/** What the transcript tells; undefined where there is none. The graph and the host go by one clock. */
async function writtenRuns(
  ctx: RunContext,
  { claim, agentId, toolUseId }: Judged,
): Promise<readonly CommandRun[] | undefined> {
  const session = claim.owner.session;
  const agent = agentId ?? agentOf(claim);
  if (session === undefined) return undefined;
  const find = () =>
    agent === undefined ? ctx.transcripts.ofSession(session) : ctx.transcripts.ofAgent(agent, [session]);
  if ((await find()) === undefined) return undefined;
  for (let looks = 1; ; looks += 1) {
    // The host writes a moment after it has answered, a busy one later.
    await sleep(WRITTEN_AFTER_MS, undefined, { ref: false });
    const file = await find();
    if (file === undefined) return undefined;
    const of = agent === undefined ? "main" : "agent";
    const written = await commandRuns(file, of, claim.offeredAtMs, toolUseId);
    if (!written) return undefined;
    const { runs, isComplete } = written;
    if (looks === MAX_LOOKS || (toolUseId === undefined ? !runs.some(isUnfinished) : isComplete)) return runs;
  }
}

/** Its beginning is written, and its end not yet, though it has one before its caller reports. */
function isUnfinished({ end }: CommandRun): boolean {
  return end.kind === "unknown" && !end.inBackground;
}

function agentOf(claim: AnyClaim): string | undefined {
  return "agentId" in claim ? claim.agentId : undefined;
}

/** Of a run that both know, the one whose end is known; else what the transcript says, which is all that the host knows. */
function mergedRuns(fromHooks: BashRuns, written: BashRuns): CommandRun[] {
  const runs = new Map(fromHooks.map((run) => [run.use, run]));
  for (const run of written) {
    const known = runs.get(run.use);
    if (known === undefined || known.end.kind === "unknown") runs.set(run.use, run);
  }
  return [...runs.values()];
}

function inOrder(runs: BashRuns): CommandRun[] {
  return [...runs].sort((a, b) => a.atMs - b.atMs);
}

/**
 * The last change of a file of the task: one that it reports, or one that differs from the last commit and lies where it
 * declared to write. That a file was removed is not seen.
 */
async function lastChangeOf(
  ctx: RunContext,
  report: Report,
  { claim, look }: Judged,
  root: string | undefined,
): Promise<FileChange | undefined> {
  if (root === undefined) return undefined;
  const isApart = claim.isolation === "worktree";
  const differing = isApart ? await changedIn(root) : look && "files" in look ? [...look.files.keys()] : [];
  const scope = parseScope(widenedScope(claim), ctx.caseInsensitive);
  const own = differing.filter(
    (path) => isApart || (scope.basis === "declared" && scope.writes.some((glob) => matches(glob, path))),
  );
  const paths = [...new Set([...report.filesChanged.map(normalisePath), ...own])].slice(0, MAX_FILES);
  const changes = await Promise.all(paths.map((path) => changeOf(root, path)));
  return changes
    .flatMap((change) => change ?? [])
    .reduce<FileChange | undefined>(
      (last, change) => (last === undefined || change.atMs > last.atMs ? change : last),
      undefined,
    );
}

async function worktreePath(
  ctx: RunContext,
  store: GraphStore,
  claim: AnyClaim,
): Promise<string | undefined> {
  return readGraph(ctx, store, async (view) => {
    const held = await view.reader.claimById(claim.id);
    const plan = held && (await view.planOf(held));
    return plan && (await worktreeOf(plan, claim))?.path;
  });
}

async function changedIn(root: string): Promise<string[]> {
  try {
    return await changedFiles(root);
  } catch (error) {
    // A worktree that is gone says so where its work is taken.
    if (!(error instanceof GitFailed)) throw error;
    return [];
  }
}

/** When the system last noted a change of the file; nothing of folders and of what is not there. */
async function changeOf(root: string, path: string): Promise<FileChange | undefined> {
  try {
    const found = await lstat(join(root, path));
    return found.isFile() ? { path, atMs: found.ctimeMs } : undefined;
  } catch {
    return undefined;
  }
}
