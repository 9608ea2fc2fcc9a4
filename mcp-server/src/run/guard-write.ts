import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { type AnyClaim, isDraining, isLive } from "../graph/attempt.ts";
import type { PlanGraph } from "../graph/plan-graph.ts";
import { taskName } from "../graph/task.ts";
import { areAlternatives } from "../policy/alternatives.ts";
import { judgeWrite, type Verdict } from "../policy/guard.ts";
import type { Policy } from "../policy/policy.ts";
import type { GraphReader, GraphWriter, HeldClaim } from "../store/graph-store.ts";
import type { RunContext } from "./context.ts";
import { loadPlan } from "./plan-access.ts";
import { worktreeOf } from "./work-record.ts";

/** What is to happen with a write; `pass` leaves it to the host's own permissions. */
export type WriteAnswer =
  | { readonly kind: "pass" }
  | { readonly kind: "allow" }
  | { readonly kind: "deny"; readonly reason: string };

const WAIT =
  "Your worktree is still being made. Try again in a few seconds; if it stays so, end your turn with one line that says so.";

const PASS: WriteAnswer = { kind: "pass" };

/** Files that steer git, the host or this plugin: approving a plan's scope never approves these. */
const PROTECTED =
  /^(\.git|\.claude|\.claude-plugin|\.parallel|\.vscode|\.idea)(\/|$)|(^|\/)(\.mcp\.json|CLAUDE\.md)$/i;

/**
 * Judges a file write of an agent. The main conversation, agents without a claim and paths outside the checkout
 * are left alone.
 */
export async function guardWrite(ctx: RunContext, agentId: string, target: string): Promise<WriteAnswer> {
  const store = await ctx.graph();
  if (!store) return PASS;
  const { root, path, seen } = await store.read(async (reader) => {
    const place = await workplaceOf(ctx, reader, agentId);
    const inside = place && insideCheckout(place, target);
    return { root: place, path: inside, seen: inside && (await look(ctx, reader, agentId, inside)) };
  });
  if (root === undefined) return { kind: "deny", reason: WAIT };
  if (path === undefined) return root === ctx.checkout.root ? PASS : outsideWorktree(ctx, root, target);
  if (!seen || seen.verdict.kind === "granted") return PASS;
  if (seen.verdict.kind === "covered" || (seen.verdict.kind === "widen" && mayWriteFreely(seen.own.claim)))
    return approved(seen.policy.approve, path);
  // Judged again where it is recorded, so that two agents are never granted the same path.
  return store.write(ctx.now(), `agent ${agentId}`, async (tx) => {
    const now = await look(ctx, tx, agentId, path);
    return now === undefined ? PASS : record(tx, now, path);
  });
}

interface Look {
  readonly own: HeldClaim;
  readonly others: readonly HeldClaim[];
  readonly policy: Policy;
  readonly verdict: Verdict;
}

/** The guard's view of a write; undefined for agents that hold no claim and where the guard is off. */
async function look(
  ctx: RunContext,
  reader: GraphReader,
  agentId: string,
  path: string,
): Promise<Look | undefined> {
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
  const verdict = judgeWrite(
    path,
    own.claim,
    others.map(({ claim }) => claim),
    policy,
    ctx.caseInsensitive,
  );
  return { own, others, policy, verdict };
}

/** Several approaches to one thing write the same files, each in its own worktree; only one of them is merged. */
function isAlternative(own: AnyClaim, other: AnyClaim, graph: PlanGraph): boolean {
  return areAlternatives(graph.tasks.get(own.task), graph.tasks.get(other.task));
}

/** Where nobody declared what a task writes, a worktree keeps its files apart and merging brings them together. */
function mayWriteFreely({ isolation, scope }: AnyClaim): boolean {
  return isolation === "worktree" && scope.basis !== "declared";
}

/** Where the agent works; undefined while a worktree that it should have is not cut and checked. */
async function workplaceOf(
  ctx: RunContext,
  reader: GraphReader,
  agentId: string,
): Promise<string | undefined> {
  const own = await reader.claimOfAgent(agentId);
  if (own?.claim.isolation !== "worktree" || !isLive(own.claim)) return ctx.checkout.root;
  return (await worktreeOf(reader, own.planId, own.claim.id))?.path;
}

/** What lies in the main checkout is not the agent's to change, wherever it stands; elsewhere the host decides. */
function outsideWorktree(ctx: RunContext, worktree: string, target: string): WriteAnswer {
  const path = insideCheckout(ctx.checkout.root, target);
  if (path === undefined) return PASS;
  return {
    kind: "deny",
    reason: `Your task has the worktree ${worktree}: write ${join(worktree, path)} instead.`,
  };
}

/** Logs a grant or a refusal and gives the answer for it. */
async function record(
  tx: GraphWriter,
  { own, others, policy, verdict }: Look,
  path: string,
): Promise<WriteAnswer> {
  const { task, id: attempt } = own.claim;
  const refuse = async (heldBy: string, reason: string): Promise<WriteAnswer> => {
    await tx.append(own.planId, { type: "write.denied", task, attempt, path, heldBy });
    return policy.guard === "warn" ? PASS : { kind: "deny", reason };
  };
  switch (verdict.kind) {
    case "covered":
      return approved(policy.approve, path);
    case "granted":
      return PASS;
    case "widen":
      await tx.append(own.planId, { type: "attempt.widened", task, attempt, path });
      return verdict.covers ? approved(policy.approve, path) : PASS;
    case "held": {
      const holder = others.find(({ claim }) => claim === verdict.by);
      const name = holder ? taskName(holder.plan, holder.claim.task) : "another task";
      return refuse(
        name,
        `${path} is held by ${name}. Do what you can without it, then call task_report with outcome blocked and blockedOn {writes: ["${path}"]}.`,
      );
    }
    case "outside-scope":
      return refuse(
        "nobody",
        `${path} is outside the files of your task. Call task_report with outcome blocked and blockedOn {writes: ["${path}"]}.`,
      );
    case "claim-ended":
      return refuse(
        "nobody",
        "Your attempt at this task has ended, so you may not write any more. End your turn.",
      );
  }
}

function approved(approve: "tools" | "scope", path: string): WriteAnswer {
  return approve === "scope" && !PROTECTED.test(path) ? { kind: "allow" } : PASS;
}

/** The path relative to the checkout, links resolved; undefined when it lies outside. */
function insideCheckout(root: string, target: string): string | undefined {
  const real = realPath(resolve(root, target));
  const inside = relative(root, real);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside)
    ? undefined
    : inside.split(sep).join("/");
}

/** Like realpath for a file that does not exist yet: the nearest existing folder is resolved. */
function realPath(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  return join(realPath(dirname(path)), basename(path));
}
