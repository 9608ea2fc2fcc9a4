import { isAbsolute, relative, resolve } from "node:path";
import type { AnyClaim } from "../../graph/attempt.ts";
import { taskName } from "../../graph/task.ts";
import {
  claimHasEnded,
  type GuardedClaim,
  type GuardVerdict,
  guardedClaim,
  judgeWrite,
  type Target,
} from "../../policy/may-write.ts";
import type { Policy } from "../../policy/policy.ts";
import { isSteeringFile } from "../../policy/steering-files.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { shownPath } from "../../text/display-path.ts";
import { visibleJson } from "../../text/visible-json.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import type { AgentCall, Standing } from "./agent-call.ts";
import type { Place } from "./place.ts";

/** What is to happen with a tool call; `pass` leaves it to the host's own permissions. */
export type WriteAnswer =
  | { readonly kind: "pass" }
  | { readonly kind: "allow" }
  /** It goes on, and the agent is told. */
  | { readonly kind: "warn"; readonly reason: string }
  | { readonly kind: "deny"; readonly reason: string };

/** One thing that a tool call is about to do. */
export type GuardedChange =
  | {
      readonly kind: "change";
      readonly target: Target;
      /** It may not happen, or not there: only who holds it can object. */
      readonly isPossible?: true;
    }
  /** What no claim gives a right to. */
  | {
      readonly kind: "forbidden";
      /** What the event log keeps: a path, and for a git command its name. */
      readonly path: string;
      readonly command?: string;
      readonly reason: string;
    };

const PASS: WriteAnswer = { kind: "pass" };
const WAIT =
  "Your worktree is still being set up. Try again in a few seconds; if it stays so, end your turn with one line that says so.";

/**
 * Judges one tool call of an agent: the first change that is refused refuses the call; else what nobody holds is
 * granted and recorded. Agents without a claim are left alone, and so are those of a plan whose guard is off.
 * @param tool only a file tool is approved; of a shell command, what is recognised is not all that it does.
 * @param changesOf looked up only for agents that hold a claim, outside of any transaction; told the worktree that
 *   the agent was given, if it was given one, and whether its attempt still runs.
 */
export async function guardChanges(
  call: AgentCall,
  tool: "file-tool" | "shell",
  changesOf: (
    worktree: string | undefined,
    mayWrite: boolean,
  ) => readonly GuardedChange[] | Promise<readonly GuardedChange[]>,
): Promise<WriteAnswer> {
  const { standing } = call;
  if (standing.plan.policy.guard === "off") return PASS;
  const changes = await changesOf(standing.worktree, !claimHasEnded(standing.own.claim));
  if (changes.length === 0) return PASS;
  if (standing.waitsForWorktree) return { kind: "deny", reason: WAIT };
  const known: KnownToGit = new Map();
  const judged = await judge(standing, changes, known);
  if (judged.every(({ verdict }) => verdict.kind === "covered" || verdict.kind === "granted")) {
    return approval(judged, standing.plan.policy, tool);
  }
  const refused = refusalIn(judged, standing);
  const kind = standing.plan.policy.guard === "warn" ? "warn" : "deny";
  try {
    for (;;) {
      const answer = await call.change((plan, now) => {
        // A refusal stands as it was judged. Grants are judged again where they are recorded, so that two agents are
        // never granted the same path.
        if (refused) return logRefusal(plan, standing, refused);
        if (now.plan.policy.guard === "off") return PASS;
        const again = judgeAll(now, changes, known);
        const paths = unaskedIn(again, known);
        return paths.length > 0 ? { kind: "ask" as const, paths } : record(plan, now, again, tool);
      });
      if (answer?.kind !== "ask") return answer ?? PASS;
      await askGit(call.ctx, answer.paths, known);
    }
  } catch (error) {
    // The host lets a call through whose hook fails: a refusal stands without its log, and what cannot be recorded is
    // not granted, because another agent may be granted it meanwhile.
    return { kind, reason: refused?.reason ?? notRecorded(error) };
  }
}

function notRecorded(error: unknown): string {
  const why = error instanceof Error ? ` ${error.message}` : "";
  return `The task graph cannot be written now, so this cannot be granted to you.${why} Change the files of your own task, or try again in a moment.`;
}

/** The refusal of a path that is none of the agent's work tree; undefined if it may pass. */
export function describePlace(place: Place, path: string, home: string): GuardedChange | undefined {
  const named = nameFor(path, home);
  switch (place.kind) {
    case "internal":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is git's or this plugin's own. Leave it as it is; if it is in your way, report blocked with a question.`,
      };
    case "elsewhere":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is in another work tree, ${shownPath(place.topLevel)}. Yours is ${shownPath(home)}: write there.`,
      };
    case "whole":
      return {
        kind: "forbidden",
        path: named,
        reason: `${shownPath(named)} is or holds a whole work tree, with the files of every task. Name the files of your own task.`,
      };
    case "inside":
    case "outside":
      return undefined;
  }
}

/** Relative to the agent's work tree where it lies in it. */
function nameFor(path: string, home: string): string {
  const inside = relative(home, resolve(home, path));
  if (inside === "") return ".";
  return inside.startsWith("..") || isAbsolute(inside) ? resolve(home, path) : inside;
}

/** Where nobody declared what a task writes, a worktree keeps its files apart and merging brings them together. */
function mayWriteFreely({ isolation, scope }: AnyClaim): boolean {
  return isolation === "worktree" && scope.basis !== "declared";
}

interface Judged {
  readonly change: GuardedChange;
  readonly verdict: GuardVerdict | { readonly kind: "forbidden" };
}

/** By path, whether git ignores it: mostly logs and caches, which agents share. They are nobody's by a grant. */
type KnownToGit = Map<string, boolean>;

/** Git is asked only of what would be refused because of a grant, so that what nobody objects to waits for no process. */
async function judge(
  standing: Standing,
  changes: readonly GuardedChange[],
  known: KnownToGit,
): Promise<Judged[]> {
  for (;;) {
    const judged = judgeAll(standing, changes, known);
    const paths = unaskedIn(judged, known);
    if (paths.length === 0) return judged;
    await askGit(standing.plan.ctx, paths, known);
  }
}

/** Of what another holds: paths of the change and of what its holder was granted, of which git was not asked yet. */
function unaskedIn(judged: readonly Judged[], known: KnownToGit): string[] {
  const paths = judged.flatMap(({ change, verdict }) => {
    if (verdict.kind !== "held" || verdict.by.widened.length === 0) return [];
    const isPath = change.kind === "change" && change.target.kind !== "glob";
    return [...(isPath ? [change.target.path] : []), ...verdict.by.widened];
  });
  return [...new Set(paths)].filter((path) => !known.has(path));
}

async function askGit({ ignoredFiles }: RunContext, paths: readonly string[], known: KnownToGit) {
  const ignored = await ignoredFiles.among(paths);
  for (const path of paths) known.set(path, ignored.has(path));
}

function judgeAll(
  { own, others, plan }: Standing,
  changes: readonly GuardedChange[],
  known: KnownToGit,
): Judged[] {
  const guarded = ({ claim }: HeldClaim) => guardedClaim(claim, plan.ctx.caseInsensitive);
  const [mine, theirs] = [guarded(own), others.map(guarded)];
  return changes.map((change) => {
    if (change.kind === "change") {
      const { target } = change;
      const isIgnored = target.kind !== "glob" && known.get(target.path) === true;
      const holding = known.size === 0 ? theirs : theirs.map((one) => withoutIgnored(one, isIgnored, known));
      const verdict = judgeWrite(target, mine, holding, plan.policy);
      if (verdict.kind === "widen" && (mayWriteFreely(own.claim) || (isIgnored && verdict.covers)))
        return { change, verdict: { kind: "covered" } };
      const isLeft = change.isPossible && /^(?:widen|outside-scope|not-yours)$/.test(verdict.kind);
      const isShared = verdict.kind === "widen" && isIgnored;
      return { change, verdict: isShared || isLeft ? { kind: "granted" } : verdict };
    }
    return { change, verdict: { kind: claimHasEnded(own.claim) ? "claim-ended" : "forbidden" } };
  });
}

function withoutIgnored(guarded: GuardedClaim, isIgnored: boolean, known: KnownToGit): GuardedClaim {
  const { claim } = guarded;
  const widened = isIgnored ? [] : claim.widened.filter((path) => known.get(path) !== true);
  return { ...guarded, claim: { ...claim, widened } };
}

/** A change that is refused, and why. */
interface Refused {
  readonly change: GuardedChange;
  readonly heldBy: string;
  readonly reason: string;
}

/** The first change that is refused. */
function refusalIn(judged: readonly Judged[], { others }: Standing): Refused | undefined {
  for (const { change, verdict } of judged) {
    const refusal = refusalOf(change, verdict, others);
    if (refusal) return { change, ...refusal };
  }
  return undefined;
}

function logRefusal(plan: PlanTransaction, { own }: Standing, refused: Refused): WriteAnswer {
  const { change, heldBy, reason } = refused;
  const warned = plan.policy.guard === "warn";
  plan.append({
    type: "write.denied",
    task: own.claim.task,
    attempt: own.claim.id,
    path: pathOf(change),
    heldBy,
    ...(change.kind === "forbidden" && change.command !== undefined && { command: change.command }),
    ...(warned && { warned }),
  });
  return { kind: warned ? "warn" : "deny", reason };
}

/** Logs a refusal, or the grants, and gives the answer. */
function record(
  plan: PlanTransaction,
  standing: Standing,
  judged: readonly Judged[],
  tool: "file-tool" | "shell",
): WriteAnswer {
  const refused = refusalIn(judged, standing);
  if (refused) return logRefusal(plan, standing, refused);
  const { task, id: attempt } = standing.own.claim;
  const widened = new Set(judged.flatMap(({ verdict }) => (verdict.kind === "widen" ? [verdict.path] : [])));
  plan.append(...[...widened].map((path) => ({ type: "attempt.widened" as const, task, attempt, path })));
  return approval(judged, plan.policy, tool);
}

/** Who holds it and what the agent is told; undefined if the change may happen. */
function refusalOf(
  change: GuardedChange,
  verdict: Judged["verdict"],
  others: readonly HeldClaim[],
): { readonly heldBy: string; readonly reason: string } | undefined {
  const path = pathOf(change);
  const blocked = `blockedOn {writes: [${visibleJson(path)}]}`;
  switch (verdict.kind) {
    case "covered":
    case "granted":
    case "widen":
      return undefined;
    case "held": {
      const holder = others.find(({ claim }) => claim.id === verdict.by.id);
      const heldBy = holder ? taskName(holder.plan, holder.claim.task) : "another task";
      return {
        heldBy,
        reason: `${shownPath(path)} is held by ${heldBy}. Do what you can without it, then call task_report with outcome blocked and ${blocked}.`,
      };
    }
    case "outside-scope":
      return {
        heldBy: "nobody",
        reason: `${shownPath(path)} is outside the files of your task. Call task_report with outcome blocked and ${blocked}.`,
      };
    case "not-yours":
      return {
        heldBy: "nobody",
        reason: `${shownPath(path)} may hold uncommitted work of other tasks, which this would throw away. Undo only your own edits, by hand.`,
      };
    case "claim-ended":
      return {
        heldBy: "nobody",
        reason: "Your attempt at this task has ended, so you may not write any more. End your turn.",
      };
    case "forbidden":
      return { heldBy: "nobody", reason: change.kind === "forbidden" ? change.reason : "" };
  }
}

function approval(
  judged: readonly Judged[],
  { approve }: Pick<Policy, "approve">,
  tool: "file-tool" | "shell",
): WriteAnswer {
  const isInScope = judged.every(
    ({ change, verdict }) =>
      (verdict.kind === "covered" || (verdict.kind === "widen" && verdict.covers)) &&
      !isSteeringFile(pathOf(change)),
  );
  return tool === "file-tool" && approve === "scope" && isInScope ? { kind: "allow" } : PASS;
}

function pathOf(change: GuardedChange): string {
  if (change.kind === "forbidden") return change.path;
  return change.target.kind === "glob" ? change.target.glob : change.target.path;
}
