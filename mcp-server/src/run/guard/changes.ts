import { isAbsolute, relative, resolve } from "node:path";
import { type AnyClaim, isDraining, isLive } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { taskName } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { guardedClaim, hasEnded, judge, type Target, type Verdict } from "../../policy/guard.ts";
import type { Policy } from "../../policy/policy.ts";
import type { GraphReader, GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { shownPath } from "../../text/display-path.ts";
import { visibleJson } from "../../text/visible-json.ts";
import { loadPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { worktreeOf } from "../worktrees/work-record.ts";
import type { Place } from "./place.ts";

/** What is to happen with a tool call; `pass` leaves it to the host's own permissions. */
export type WriteAnswer =
  | { readonly kind: "pass" }
  | { readonly kind: "allow" }
  /** It goes on, and the agent is told. */
  | { readonly kind: "warn"; readonly reason: string }
  | { readonly kind: "deny"; readonly reason: string };

/** One thing that a tool call is about to do. */
export type Change =
  | { readonly kind: "change"; readonly target: Target }
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
  "Your worktree is still being made. Try again in a few seconds; if it stays so, end your turn with one line that says so.";

/** Files that steer git, the host or this plugin: approving a plan's scope never approves these. */
const PROTECTED =
  /^(\.git|\.claude|\.claude-plugin|\.parallel|\.vscode|\.idea)(\/|$)|(^|\/)(\.mcp\.json|CLAUDE\.md)$/i;

/**
 * Judges one tool call of an agent: the first change that is refused refuses the call; else what nobody holds is
 * granted and recorded. Agents without a claim are left alone, and so are those of a plan whose guard is off.
 * @param tool only a file tool is approved; of a shell command, what is recognised is not all that it does.
 * @param changesOf looked up only for agents that hold a claim, outside of any transaction; told the worktree that
 *   the agent was given, if it was given one, and whether its attempt still runs.
 */
export async function guardChanges(
  ctx: RunContext,
  agentId: string,
  tool: "file-tool" | "shell",
  changesOf: (
    worktree: string | undefined,
    mayWrite: boolean,
  ) => readonly Change[] | Promise<readonly Change[]>,
): Promise<WriteAnswer> {
  const store = await ctx.graph();
  if (!store) return PASS;
  const standing = await store.read((reader) => standingOf(ctx, reader, agentId));
  if (standing === undefined) return PASS;
  const changes = await changesOf(standing.worktree, !hasEnded(standing.own.claim));
  if (changes.length === 0) return PASS;
  if (standing.waitsForWorktree) return { kind: "deny", reason: WAIT };
  const judged = judgeAll(ctx, standing, changes);
  if (judged.every(({ verdict }) => verdict.kind === "covered" || verdict.kind === "granted")) {
    return approval(judged, standing.policy, tool);
  }
  const isRefused = judged.some(({ change, verdict }) => refusalOf(change, verdict, standing.others));
  return store.write(ctx.now, `agent ${agentId}`, async (tx) => {
    if (isRefused) return record(tx, standing, judged, tool);
    // Grants are judged again where they are recorded, so that two agents are never granted the same path.
    const now = await standingOf(ctx, tx, agentId);
    return now === undefined ? PASS : record(tx, now, judgeAll(ctx, now, changes), tool);
  });
}

/** The refusal of a path that is none of the agent's work tree; undefined if it may pass. */
export function describePlace(place: Place, path: string, home: string): Change | undefined {
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

/** What the verdict on an agent's changes depends on. */
interface Standing {
  readonly own: HeldClaim;
  readonly others: readonly HeldClaim[];
  readonly policy: Policy;
  /** The worktree that the agent was given. */
  readonly worktree: string | undefined;
  /** It should have one that is not cut and checked yet. */
  readonly waitsForWorktree: boolean;
}

async function standingOf(
  ctx: RunContext,
  reader: GraphReader,
  agentId: string,
): Promise<Standing | undefined> {
  const own = await reader.claimOfAgent(agentId);
  if (!own) return undefined;
  const { policy, graph } = await loadPlan(ctx, reader, own.plan);
  if (policy.guard === "off") return undefined;
  const others = (await reader.held(ctx.checkoutKey)).filter(
    ({ claim, planId }) =>
      claim.id !== own.claim.id &&
      (isLive(claim) || isDraining(claim, ctx.now())) &&
      !(planId === own.planId && isAlternative(own.claim, claim, graph)),
  );
  const isIsolated = own.claim.isolation === "worktree" && isLive(own.claim);
  const worktree = isIsolated ? (await worktreeOf(reader, own.planId, own.claim.id))?.path : undefined;
  return { own, others, policy, worktree, waitsForWorktree: isIsolated && worktree === undefined };
}

/** Several approaches to one thing write the same files, each in its own worktree; only one of them is merged. */
function isAlternative(own: AnyClaim, other: AnyClaim, graph: PlanGraph): boolean {
  return areAlternatives(graph.tasks.get(own.task), graph.tasks.get(other.task));
}

/** Where nobody declared what a task writes, a worktree keeps its files apart and merging brings them together. */
function mayWriteFreely({ isolation, scope }: AnyClaim): boolean {
  return isolation === "worktree" && scope.basis !== "declared";
}

interface Judged {
  readonly change: Change;
  readonly verdict: Verdict | { readonly kind: "forbidden" };
}

function judgeAll(ctx: RunContext, { own, others, policy }: Standing, changes: readonly Change[]): Judged[] {
  const guarded = ({ claim }: HeldClaim) => guardedClaim(claim, ctx.caseInsensitive);
  const [mine, theirs] = [guarded(own), others.map(guarded)];
  return changes.map((change) => {
    if (change.kind === "change") {
      const verdict = judge(change.target, mine, theirs, policy);
      const isFree = verdict.kind === "widen" && mayWriteFreely(own.claim);
      return { change, verdict: isFree ? { kind: "covered" } : verdict };
    }
    return { change, verdict: { kind: hasEnded(own.claim) ? "claim-ended" : "forbidden" } };
  });
}

/** Logs a refusal, or the grants, and gives the answer. */
async function record(
  tx: GraphWriter,
  { own, others, policy }: Standing,
  judged: readonly Judged[],
  tool: "file-tool" | "shell",
): Promise<WriteAnswer> {
  const { task, id: attempt } = own.claim;
  for (const { change, verdict } of judged) {
    const refusal = refusalOf(change, verdict, others);
    if (refusal === undefined) continue;
    const warned = policy.guard === "warn";
    await tx.append(own.planId, {
      type: "write.denied",
      task,
      attempt,
      path: pathOf(change),
      heldBy: refusal.heldBy,
      ...(change.kind === "forbidden" && change.command !== undefined && { command: change.command }),
      ...(warned && { warned }),
    });
    return { kind: warned ? "warn" : "deny", reason: refusal.reason };
  }
  const widened = new Set(judged.flatMap(({ verdict }) => (verdict.kind === "widen" ? [verdict.path] : [])));
  await tx.append(
    own.planId,
    ...[...widened].map((path) => ({ type: "attempt.widened" as const, task, attempt, path })),
  );
  return approval(judged, policy, tool);
}

/** Who holds it and what the agent is told; undefined if the change may happen. */
function refusalOf(
  change: Change,
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
      const holder = others.find(({ claim }) => claim === verdict.by);
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
      !PROTECTED.test(pathOf(change)),
  );
  return tool === "file-tool" && approve === "scope" && isInScope ? { kind: "allow" } : PASS;
}

function pathOf(change: Change): string {
  if (change.kind === "forbidden") return change.path;
  return change.target.kind === "glob" ? change.target.glob : change.target.path;
}
