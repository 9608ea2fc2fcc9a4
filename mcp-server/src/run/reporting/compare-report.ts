import { existsSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { ignoredFiles } from "../../git/checkout-state.ts";
import type { AnyClaim, AttemptId, Report } from "../../graph/attempt.ts";
import type { AtWork } from "../../graph/effect.ts";
import type { GraphEvent } from "../../graph/event.ts";
import { taskName } from "../../graph/task.ts";
import { checkoutLooks, type SeenChange, seenChanges } from "../../policy/effects/seen-changes.ts";
import { writersOf } from "../../report/files/actual-writes.ts";
import { declaredFiles } from "../../report/tasks/attempt-files.ts";
import { isDeclared, normalisePath } from "../../text/normalise.ts";
import { fileNames, notifyAffectedTasks } from "../checkout-watch/scope-notes.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import type { PlanView } from "../plan/plan-view.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";

/** The report with its files named as scopes name them, however the agent wrote them. */
export function withRelativeFiles(ctx: RunContext, report: Report): Report {
  const { directory, checkout } = ctx;
  return {
    ...report,
    filesChanged: report.filesChanged.map((path) => {
      // An agent works in the folder of its session, which may be a package of the repository.
      const isFromHere =
        !isAbsolute(path) && !existsSync(join(checkout.root, path)) && existsSync(join(directory, path));
      const whole = isFromHere ? join(directory, path) : path;
      const inside = isAbsolute(whole) ? relative(checkout.root, whole) : "..";
      return inside.startsWith("..") || isAbsolute(inside) ? path : inside.split(sep).join("/");
    }),
  };
}

/**
 * Those of the reported files that no look can see change, because git ignores them or they lie elsewhere. Git is
 * asked only about files that the look does not show.
 */
export async function unseenFiles(ctx: RunContext, report: Report, look: Look): Promise<ReadonlySet<string>> {
  if ("why" in look) return new Set();
  const files = report.filesChanged.map(normalisePath);
  const outside = files.filter((path) => isAbsolute(path) || path.split("/").includes("..") || path === "");
  const inside = files.filter((path) => !outside.includes(path) && !look.files.has(path));
  return new Set([...outside, ...(await ignoredFiles(ctx.checkout.root, inside))]);
}

/**
 * Compares the report of an attempt that has ended with what was seen meanwhile. What differs is logged, and whoever's
 * scope was touched is told.
 * @param unseen reported files that are not looked at.
 * @returns one sentence for the agent, or undefined when all is as reported or nothing was seen.
 */
export async function compareReport(
  plan: PlanTransaction,
  claim: AnyClaim,
  unseen: ReadonlySet<string>,
): Promise<string | undefined> {
  const { graph, stored } = plan;
  const attempts = graph.claimsOf(claim.task);
  const sinceMs = Math.min(...attempts.map(({ offeredAtMs }) => offeredAtMs));
  const events = await plan.reader.events(plan.id, { types: COMPARED_EVENTS, sinceMs });
  const looks = checkoutLooks(events).filter(({ atWork }) => attempts.some(({ id }) => isIn(atWork, id)));
  if (!looks.some(({ atWork }) => isIn(atWork, claim.id)) || startedUnseen(events, claim)) return undefined;
  const declared = declaredFiles(graph.claim(claim.id));
  const isOfTask = (attempt: AttemptId | undefined) => attempts.some(({ id }) => id === attempt);
  const changes = seenChanges(events).filter(
    ({ holder, suspects }) => isOfTask(holder) || suspects.some(({ attempt }) => isOfTask(attempt)),
  );
  const found = differences(claim, declared, changes, (attempt) => graph.claim(attempt));
  const isWhole = looks.every(({ unlisted }) => unlisted === undefined);
  const unchanged = declared.filter(
    (name) => isWhole && !unseen.has(name) && !changes.some(({ path }) => isDeclared([name], path)),
  );
  await notifyAffectedTasks([plan], found.outside, taskName(stored.slug, claim.task));
  const note = sentenceOf({ ...found, unchanged });
  if (note !== undefined) {
    plan.append({ type: "attempt.compared", task: claim.task, attempt: claim.id, unchanged, note });
  }
  return note;
}

/** The events that a comparison reads, from the first offer of the task on. */
export const COMPARED_EVENTS = ["files.changed", "checkout.observed", "checkout.unmeasured"] as const;

/** What the agent of an attempt was told when its report came first. */
export async function noteOfFirstReport(plan: PlanView, claim: AnyClaim): Promise<string | undefined> {
  const sinceMs = claim.offeredAtMs;
  const compared = await plan.reader.events(plan.id, { types: ["attempt.compared"], sinceMs });
  return compared
    .flatMap(({ change }) => (change.type === "attempt.compared" ? [change] : []))
    .find(({ attempt }) => attempt === claim.id)?.note;
}

function isIn(atWork: readonly AtWork[], id: AttemptId): boolean {
  return atWork.some(({ attempt }) => attempt === id);
}

/** Whether nobody looked at the checkout before the attempt started. */
function startedUnseen(events: readonly GraphEvent[], { id, offeredAtMs }: AnyClaim): boolean {
  return events.some(
    ({ atMs, change }) =>
      change.type === "checkout.unmeasured" && atMs >= offeredAtMs && isIn(change.atWork, id),
  );
}

interface Differences {
  /** Reported, and outside the attempt's scope. */
  readonly outside: readonly string[];
  /** In the attempt's scope and in no report. */
  readonly undeclared: readonly string[];
  /** In the attempt's scope, and somebody else changed it or reports it. */
  readonly byOthers: readonly string[];
  /** In the scope of nobody who was at work, and in no report. */
  readonly strays: readonly string[];
}

/** What the attempt made or may have made, and what others did in its scope. */
function differences(
  claim: AnyClaim,
  declared: readonly string[],
  changes: readonly SeenChange[],
  claimOf: (attempt: AttemptId) => AnyClaim | undefined,
): Differences {
  const found = {
    outside: new Set<string>(),
    undeclared: new Set<string>(),
    byOthers: new Set<string>(),
    strays: new Set<string>(),
  };
  for (const change of changes) {
    const { path, holder, suspects } = change;
    const isInScope = holder === claim.id;
    if (!isInScope && suspects.every(({ attempt }) => attempt !== claim.id)) continue;
    const { writers, isReported } = writersOf(change, claimOf);
    if (isDeclared(declared, path)) {
      if (!isInScope && claim.scope.basis === "declared") found.outside.add(path);
    } else if (isInScope) {
      const isOwn = writers.some(({ id }) => id === claim.id);
      found[isOwn ? "undeclared" : "byOthers"].add(path);
    } else if (holder === undefined && !isReported) {
      found.strays.add(path);
    }
  }
  return {
    outside: [...found.outside],
    undeclared: [...found.undeclared],
    byOthers: [...found.byOthers],
    strays: [...found.strays],
  };
}

function sentenceOf(found: Differences & { readonly unchanged: readonly string[] }): string | undefined {
  const parts = [
    ["written outside your scope", found.outside],
    ["changed but not in your report", found.undeclared],
    ["in your scope but not written by you", found.byOthers],
    ["in your report but unchanged", found.unchanged],
    ["changed in nobody's scope while you ran", found.strays],
  ] as const;
  const said = parts.flatMap(([what, paths]) => (paths.length === 0 ? [] : [`${what}: ${fileNames(paths)}`]));
  return said.length === 0 ? undefined : `Noted: ${said.join("; ")}.`;
}
