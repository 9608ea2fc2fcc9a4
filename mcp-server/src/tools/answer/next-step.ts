import { planBranch } from "../../git/plan-branch.ts";
import { raiseLimit, type SpentLimit, spentText } from "../../policy/spending/limits.ts";
import { type LoadedPlan, pauseSeconds } from "../../run/plan/load-plan.ts";
import type { Counts } from "../../run/plan/progress.ts";
import { beforeReport } from "../../run/review/review-due.ts";
import type { SessionMemory } from "../../run/session/session.ts";
import { waitForWorkflow } from "../../run/session/workflow-runs.ts";

/**
 * The one sentence that says what the orchestrator should do now.
 * @param waited it has waited, and what it waited for did not come.
 */
export function nextStep(
  session: SessionMemory,
  loaded: LoadedPlan,
  counts: Counts,
  done: boolean,
  waited = false,
): string {
  const { slug, status, cause } = loaded.stored;
  if (status === "paused")
    return `The plan is paused${because(cause)}. Say so; plan_update {plan: "${slug}", action: "resume"} goes on.${counts.running > 0 ? ` What runs may finish. ${waitFor(session, slug)}` : ""}`;
  if (status === "stopped") {
    return `The plan is stopped${because(cause)}. Stop the agents that stop[] of batch_next names, then plan_report {plan: "${slug}"}.`;
  }
  if (session.isToldEndOf(slug)) return runsBeside(session, slug);
  if (session.workflows.idOf(slug) !== undefined)
    return done ? "The workflow's result comes by itself." : waitForWorkflow(session, slug);
  if (done) {
    const how =
      counts.failed > 0
        ? "Nothing more can run, and what failed is for the user to decide"
        : "Nothing is left to run";
    const then = beforeReport(loaded) ?? `finish with plan_report {plan: "${slug}"}`;
    return `${how}: ${then}.${onBranch(loaded)}`;
  }
  if (loaded.spent) return afterLimit(session, loaded, loaded.spent, counts);
  if (loaded.pauseMs > 0 && counts.running === 0) {
    return `A rate or usage limit was reached: nothing starts for ${pauseSeconds(loaded)} s. ${waitInServer(slug)}`;
  }
  if (counts.ready > 0 && counts.running < loaded.cap && loaded.pauseMs === 0) {
    return session.pulls.has(slug) ? claimNext(session, slug) : "Call batch_next.";
  }
  if (counts.running === 0 && counts.delivering > 0) {
    // Its end wakes nobody.
    return `What was reported last is on its way onto a branch. ${waitInServer(slug)}`;
  }
  if (counts.running === 0) {
    // Nobody would be woken.
    return waited
      ? "Nothing runs and nothing can start: tell the user what why names, and end."
      : `Nothing runs and nothing can start now. ${waitInServer(slug)}`;
  }
  return waitFor(session, slug);
}

/** What is to be done while a plan runs beside the conversation: Claude Code ends a headless one soon after its turn. */
export function runsBeside({ interactive }: Pick<SessionMemory, "interactive">, slug: string): string {
  return interactive
    ? "It runs beside this conversation: say so in one line and end your turn; you are told its end."
    : `It runs beside this conversation. Call batch_collect {plan: "${slug}", until: "all"}: it waits for the end.`;
}

/** What runs is asked to report; then it is for the user to decide. */
function afterLimit(
  session: SessionMemory,
  { stored: { slug } }: LoadedPlan,
  spent: SpentLimit,
  { running }: Counts,
): string {
  const then =
    running > 0 ? waitFor(session, slug) : `Call plan_report {plan: "${slug}"}, and tell the user:`;
  return `${spentText(spent)} ${then} ${raiseLimit(slug, spent)}`;
}

/** What whoever does one task after the other calls for the next one. */
export function claimNext(session: SessionMemory, slug: string): string {
  return `For the next task: ${nextClaim(session, slug)}.`;
}

export function nextClaim(session: SessionMemory, slug: string): string {
  return `task_claim {plan: "${slug}", worker: ${JSON.stringify(session.pulls.get(slug) ?? "main")}}, until claim is null`;
}

/** How to wait: somebody may talk to an interactive session, a headless one would end. */
export function waitFor(session: SessionMemory, slug: string): string {
  return session.interactive
    ? "End your turn: you are woken, and told what to launch."
    : `Wait with batch_collect {plan: "${slug}", launch: true}.`;
}

/** Where nobody would be woken. */
function waitInServer(slug: string): string {
  return `Call batch_collect {plan: "${slug}", launch: true}: it waits for that.`;
}

/** Where the work is, if it is not in the checkout: what did not complete is merged nowhere. */
function onBranch({ stored, graph, policy }: LoadedPlan): string {
  const isThere = graph.claims.some(
    (claim) => claim.isolation === "worktree" && claim.state === "ended" && claim.outcome === "completed",
  );
  if (!isThere) return "";
  if (policy.deliver === "checkout")
    return ` The work is on the branch ${planBranch(stored.slug)}; plan_report says whether it is in the checkout, too, as uncommitted changes, and else what keeps it from that.`;
  return ` The work is on the branch ${planBranch(stored.slug)}: tell the user that git merge ${planBranch(stored.slug)} takes it over; do not run it unasked.`;
}

function because(cause: string | undefined): string {
  return cause === undefined ? "" : ` (${cause})`;
}
