import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { commitAt } from "../../../git/plan-branch.ts";
import { containedIn } from "../../../git/remote/commits-there.ts";
import type { AttemptId } from "../../../graph/attempt.ts";
import type { ContentId } from "../../../graph/effect.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import type { PlanGraph } from "../../../graph/plan-graph.ts";
import type { TaskId } from "../../../graph/task.ts";
import { effectsInOrder } from "../../../policy/effects/effects-in-order.ts";
import { completingAttempt, type KnownWork, workOf } from "../../../policy/work-location/completed-work.ts";
import { type AskingCheckout, WorkInReach } from "../../../policy/work-location/work-in-reach.ts";
import { FILE_EVENTS, filesOfTasks } from "../../../report/files/files-of-tasks.ts";
import type { GraphStore } from "../../../store/graph-store.ts";
import { readContent } from "../../effects/file-content.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { type PlanView, readGraph } from "../../plan/plan-view.ts";
import { placeOfCheckout } from "../../project/checkout.ts";
import { GRAPH_IN_REPOSITORY } from "../../project/graph-location.ts";
import type { RunContext } from "../../project/run-context.ts";
import { lookWhetherShared } from "../../remote/shared-plans.ts";
import { bringWork, sendWork } from "../../worktrees/exchange-work.ts";
import { type WorkRecord, workRecord } from "../../worktrees/work-record.ts";
import { commitsInReach } from "./commits-in-reach.ts";
import { reachRemote } from "./reach-remote.ts";

/** What was seen of a plan's work from this checkout, and when it was looked at last. */
interface Look {
  readonly asking: Omit<AskingCheckout, "names">;
  readonly known: ReadonlyMap<AttemptId, KnownWork>;
  /** Why the remote gave or took nothing; undefined where it did, or was not asked. */
  readonly trouble: { readonly why: string; readonly atMs: number } | undefined;
}

/** After a failure the remote is left alone for this time: each call would wait for it, in milliseconds. */
const REMOTE_PAUSE_MS = 15_000;

const NOTHING_SEEN: Look = {
  asking: { headHas: new Set(), repositoryHas: new Set(), sameFiles: new Set() },
  known: new Map(),
  trouble: undefined,
};

/** By plan, the last look. What has completed since counts as where it was done. */
const looks = new WeakMap<PlanGraph, Look>();

/**
 * Which of the plan's work is in reach of this checkout, by the last look.
 * @returns undefined where all of it was done here, so that there is nothing to ask.
 */
export function workInReach(plan: PlanView): WorkInReach | undefined {
  const { ctx, graph } = plan;
  const names = ownNames(ctx, graph.checkouts);
  if (isAllHere(graph, names)) return undefined;
  const { asking, known } = looks.get(graph) ?? NOTHING_SEEN;
  const work = (id: TaskId) => {
    const attempt = completingAttempt(graph.claimsOf(id));
    return attempt && workOf(attempt, known.get(attempt.id));
  };
  return new WorkInReach(graph.tasks, work, { ...asking, names });
}

/**
 * Looks which of the plan's work is here, if some of it was done in another checkout: too slow for a transaction that
 * others wait for.
 */
export async function lookForWork(
  ctx: RunContext,
  store: GraphStore,
  { graph, stored: { slug } }: LoadedPlan,
): Promise<void> {
  if (isAllHere(graph, ownNames(ctx, graph.checkouts))) return;
  const isShared = await lookWhetherShared(ctx, graph);
  const last = looks.get(graph)?.trouble;
  const recent = isShared && last && ctx.now() < last.atMs + REMOTE_PAUSE_MS ? last : undefined;
  const isAsked = isShared && !recent;
  const sent = isAsked ? await reachRemote(ctx, store, slug, () => sendWork(ctx, store, slug)) : undefined;
  const { plan, record, events } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const events = await plan.reader.events(plan.id, { types: FILE_EVENTS });
    return { plan, record: await workRecord(plan), events };
  });
  const known = knownWork(plan, record, events);
  const commits = [...new Set([...known.values()].flatMap(({ commit }) => commit ?? []))];
  const { root } = ctx.checkout;
  const look = () => commitsInReach(ctx, plan, record, commits);
  const before = await look();
  const isMissing = isAsked && before.size < commits.length;
  const brought = isMissing
    ? await reachRemote(ctx, store, slug, () => bringWork(ctx, plan, record))
    : undefined;
  const repositoryHas = isMissing ? await look() : before;
  const head = repositoryHas.size > 0 ? await commitAt(root, "HEAD") : undefined;
  const headHas = head === undefined ? new Set<string>() : await containedIn(root, head, [...repositoryHas]);
  const sameFiles = tasksWithSameFiles(root, known, events);
  const why = sent ?? brought;
  const trouble = why === undefined ? recent : { why, atMs: ctx.now() };
  looks.set(plan.graph, { asking: { headHas, repositoryHas, sameFiles }, known, trouble });
}

/** Why the remote gave or took nothing of the plan's work when it was asked last. */
export function troubleWithRemote({ graph }: LoadedPlan): string | undefined {
  return looks.get(graph)?.trouble?.why;
}

function isAllHere(graph: PlanGraph, names: ReadonlySet<string>): boolean {
  return names.size === graph.checkouts.size;
}

/**
 * Those of the checkouts that are this one. A graph inside the repository is of no other clone: there a machine may
 * have another name by now, and a checkout that is gone was moved here, or nobody can work in it any more.
 */
function ownNames(ctx: RunContext, checkouts: ReadonlySet<string>): ReadonlySet<string> {
  const isGraphInside = ctx.repository === GRAPH_IN_REPOSITORY;
  const own = [...checkouts].filter((name) => {
    if (name === ctx.checkoutKey) return true;
    const { path } = placeOfCheckout(name);
    return isGraphInside && (path === ctx.checkout.root || !existsSync(path));
  });
  return new Set(own);
}

/** A task's work with its files, as the log tells it. */
interface LoggedWork extends KnownWork {
  readonly task: TaskId;
  readonly files: readonly string[];
}

function knownWork(
  plan: LoadedPlan,
  record: WorkRecord,
  events: readonly GraphEvent[],
): Map<AttemptId, LoggedWork> {
  const { graph } = plan;
  const filesOf = filesOfTasks({ claims: graph.claims, claimOf: (id) => graph.claim(id) }, events);
  const known = new Map<AttemptId, LoggedWork>();
  for (const task of graph.tasks.values()) {
    const attempt = task.status === "completed" ? completingAttempt(graph.claimsOf(task.id)) : undefined;
    if (!attempt) continue;
    const committed = record.committed.get(attempt.id);
    const files =
      attempt.isolation === "shared"
        ? (filesOf(task.id)?.filesChanged ?? attempt.report?.filesChanged ?? [])
        : (committed?.files ?? []);
    const commit = committed && committed.files.length > 0 ? committed.commit : undefined;
    known.set(attempt.id, {
      task: task.id,
      files,
      wrote: commit !== undefined || files.length > 0,
      commit,
    });
  }
  return known;
}

/** The tasks of whose files each has the bytes that were seen in it last, in whatever checkout that was. */
function tasksWithSameFiles(
  root: string,
  known: ReadonlyMap<AttemptId, LoggedWork>,
  events: readonly GraphEvent[],
): Set<TaskId> {
  const seen = events.flatMap(({ change }) =>
    change.type === "files.changed" && change.atWork === undefined ? [change] : [],
  );
  const last = new Map<string, ContentId>();
  for (const { file } of effectsInOrder(seen)) {
    last.set(file.path, (file.undone && file.before) || file.after);
  }
  const isHere = new Map<string, boolean>();
  const isSame = (path: string) => {
    const content = last.get(path);
    if (content === undefined) return false;
    const known = isHere.get(path) ?? readContent(join(root, path), statOf(join(root, path))).id === content;
    isHere.set(path, known);
    return known;
  };
  const same = [...known.values()].filter(({ files }) => files.length > 0 && files.every(isSame));
  return new Set(same.map(({ task }) => task));
}

function statOf(file: string) {
  return lstatSync(file, { throwIfNoEntry: false });
}
