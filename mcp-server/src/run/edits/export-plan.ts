import { posix } from "node:path";
import { BreakdownError } from "../../breakdown/errors.ts";
import { isOwnFormat } from "../../breakdown/file/read-file.ts";
import { updateBreakdown, writeBreakdown } from "../../breakdown/file/write-breakdown.ts";
import { readBreakdown } from "../../breakdown/own-format/breakdown.ts";
import type { Change } from "../../graph/event.ts";
import type { PlanSource } from "../../graph/plan.ts";
import {
  outlineOf,
  type Task,
  type TaskDefinition,
  type TaskId,
  type TaskOutline,
} from "../../graph/task.ts";
import { workBehind } from "../../policy/review.ts";
import { aggregate } from "../../report/aggregate.ts";
import { renderLedger } from "../../report/render/ledger.ts";
import { renderTasks } from "../../report/render/tasks-markdown.ts";
import { adoptFiles } from "../checkout-watch/record-changes.ts";
import { existingGraph, type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { dependOnParts, partsOf } from "../plan/replacements.ts";
import { pathInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { withIgnoredFiles } from "../reporting/ignored-by-git.ts";
import { sha256 } from "../specification/breakdown-file.ts";
import { textOf, type Written, writeAtomically, writeRendered } from "../specification/rendered-file.ts";

/** What became of each file, by its path in the checkout. */
export type ExportedFile = Written | LeftAlone;

/** A breakdown that the graph has changed and that was not written. */
export interface LeftAlone {
  readonly file: string;
  readonly how: "left alone";
  readonly why: string;
}

/**
 * Writes a plan into its specification's folder: the breakdown where the graph has changed it, `03-tasks.md` and
 * the ledger. A file in which nothing changes is not touched; what somebody edited is never overwritten.
 *
 * What the breakdown says then is the file's: a task that a call added and that is later taken out of the file is
 * removed by the next import. A plan that came from a call has the written file as its source from then on; one
 * that came from a file of another format keeps that file, which is only read.
 * @throws CallerError when the folder leads out of the checkout.
 */
export async function exportPlan(ctx: RunContext, actor: string, slug: string): Promise<ExportedFile[]> {
  const store = await existingGraph(ctx, slug);
  const { root } = ctx.checkout;
  const { table } = await ctx.prices.refresh();
  // In one transaction, so that nobody changes the plan between reading it and noting what was written.
  return changePlan(ctx, store, actor, slug, async (plan, tx) => {
    const own = await ownBreakdown(root, plan);
    const outlines = tasksToWrite(plan.graph.tasks, own?.tasks ?? []);
    const tasks = await withDescriptions(plan, outlines);
    const breakdown = own && (await exportBreakdown(root, plan, own, tasks));
    plan.append(...(breakdown?.changes ?? []));
    const { document } = plan.stored;
    const events = await plan.reader.events(plan.id);
    const report = await withIgnoredFiles(ctx, aggregate(stateOf(plan), events, ctx.now(), table));
    const added = [...plan.graph.tasks.values()].flatMap(({ id, origin }) =>
      origin === "server" ? [id] : [],
    );
    const folder = own ? posix.dirname(own.path) : `specs/${slug}`;
    const files = [
      ...(breakdown ? [breakdown.file] : []),
      await writeRendered(
        root,
        posix.join(folder, "03-tasks.md"),
        renderTasks({ report, document, tasks, added, caseInsensitive: ctx.caseInsensitive }),
      ),
      await writeRendered(root, posix.join(folder, "04-implementation.md"), renderLedger(report)),
    ];
    await adoptFiles(tx, files.flatMap(writtenPaths));
    return files;
  });
}

function writtenPaths(exported: ExportedFile): string[] {
  if (exported.how !== "written") return [];
  return "keptAside" in exported ? [exported.file, exported.keptAside] : [exported.file];
}

/** The `03-tasks.json` that an export may write, as it is now. */
interface OwnBreakdown {
  readonly path: string;
  readonly text: string | undefined;
  /** In the order of the file; none if it cannot be read. */
  readonly tasks: readonly TaskId[];
  /** Why it cannot be read. */
  readonly mistake?: string;
}

/** Undefined when the plan came from a file of another format. */
async function ownBreakdown(root: string, { stored }: LoadedPlan): Promise<OwnBreakdown | undefined> {
  const { source, slug } = stored;
  const path = source.kind === "file" ? source.path : `specs/${slug}/03-tasks.json`;
  if (!path.endsWith(".json")) return undefined;
  const text = await textOf(await pathInside(root, path));
  if (text === undefined) {
    // Nobody can tell any more what a vanished file was, except by the name that only a breakdown has.
    const isBreakdown = source.kind === "call" || posix.basename(path) === "03-tasks.json";
    return isBreakdown ? { path, text, tasks: [] } : undefined;
  }
  try {
    if (!isOwnFormat(text, path)) return undefined;
    return { path, text, tasks: readBreakdown(text, path).tasks.map((task) => task.id) };
  } catch (error) {
    if (!(error instanceof BreakdownError)) throw error;
    return { path, text, tasks: [], mistake: error.message };
  }
}

/**
 * The tasks that make up the breakdown now: in the order of the file, parts where the task stood that they
 * replace, the others behind. What the file has dropped and what a call has made and given up is no part of it;
 * a task of the file that was cancelled in the run stays in the file.
 */
function tasksToWrite(tasks: ReadonlyMap<TaskId, Task>, inFile: readonly TaskId[]): TaskOutline[] {
  const written = new Map<TaskId, TaskOutline>();
  const open = [...inFile, ...tasks.keys()].reverse();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const task = tasks.get(id);
    // What the server made of its own is the run's and not the breakdown's.
    if (!task || written.has(id) || task.origin === "server") continue;
    const parts = partsOf(task);
    if (parts) open.push(...parts.reverse());
    else if (task.status !== "cancelled" || (task.origin === "file" && task.cause?.kind !== "removed"))
      written.set(id, withoutSplit(outlineOf(task), tasks));
  }
  return [...written.values()];
}

async function withDescriptions(plan: PlanView, outlines: readonly TaskOutline[]): Promise<TaskDefinition[]> {
  const descriptions = await plan.descriptions();
  return outlines.map((outline) => ({ ...outline, description: descriptions.get(outline.id) ?? "" }));
}

/** A task that had ended or ran when one of its dependencies was split still names that one. */
function withoutSplit(task: TaskOutline, tasks: ReadonlyMap<TaskId, Task>): TaskOutline {
  const taskOf = (id: TaskId) => tasks.get(id);
  const { dependencies } = dependOnParts({ ...task, needs: "all" }, taskOf);
  // A review may stand for the work that it is about.
  const works = new Set(dependencies.map((id) => workBehind(id, taskOf)));
  return { ...task, dependencies: [...works].filter((id) => taskOf(id)?.origin !== "server") };
}

async function exportBreakdown(
  root: string,
  loaded: LoadedPlan,
  { path, text, mistake }: OwnBreakdown,
  tasks: readonly TaskDefinition[],
): Promise<{ file: ExportedFile; changes: Change[] }> {
  const { source, slug, title, document } = loaded.stored;
  const leave = (why: string) => ({ file: { file: path, how: "left alone", why } as const, changes: [] });
  if (mistake !== undefined) return leave(`it cannot be read: ${mistake}`);
  if (tasks.length === 0) return leave("the plan has no tasks left");
  const top = Object.keys(document).length > 0 ? document : { slug, title };
  const next = text === undefined ? writeBreakdown(top, tasks) : updateBreakdown(text, path, tasks);
  const edited = text !== undefined && (source.kind !== "file" || sha256(text) !== source.sha256);
  if (edited && next !== text) {
    return leave(
      `it is not what was imported. Import it (plan_create {plan: "${slug}", from: "${path}"}), then export again`,
    );
  }
  try {
    const changes = adoption(loaded, { kind: "file", path, sha256: sha256(next) }, next);
    if (next === text) return { file: { file: path, how: "unchanged" }, changes };
    await writeAtomically(await pathInside(root, path), next);
    return { file: { file: path, how: "written" }, changes };
  } catch (error) {
    // A task may wait for one that is no part of the breakdown any more.
    if (error instanceof BreakdownError) return leave(`it could not be read again: ${error.message}`);
    throw error;
  }
}

/** What the graph notes of a written breakdown, so that importing it changes nothing. @throws BreakdownError */
function adoption({ stored, graph }: LoadedPlan, source: PlanSource, text: string): Change[] {
  const { document, tasks } = readBreakdown(text, source.kind === "file" ? source.path : "tasks");
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const update = {
    ...(differs(source, stored.source) && { source }),
    ...(differs(document, stored.document) && { document }),
  };
  return [
    ...(Object.keys(update).length > 0 ? [{ type: "plan.updated" as const, ...update }] : []),
    ...tasks.flatMap(({ id }): Change[] => {
      const task = graph.tasks.get(id);
      if (!task || task.origin === "file" || task.status === "completed") return [];
      return [{ type: "task.defined", task: id, definition: { ...outlineOf(task), origin: "file" } }];
    }),
  ];
}
