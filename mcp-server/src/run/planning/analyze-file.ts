import { realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Task, type TaskId, unstarted } from "../../graph/task.ts";
import type { Analysis } from "../../report/analysis.ts";
import { Estimates } from "../../schedule/estimate.ts";
import { estimatesByModel, modelOf } from "../plan/estimates-by-model.ts";
import { policyOf } from "../plan/load-plan.ts";
import { startFolderWarnings } from "../plan/start-folder-paths.ts";
import { isInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { findBreakdown } from "../specification/breakdown-file.ts";
import { lookAtModels } from "../spending/models-used.ts";
import { analyse, NOT_BEGUN } from "./analysis.ts";
import { expectedMoney } from "./expected-money.ts";

/** What a breakdown would be as a plan, without one being made. */
export interface FileAnalysis {
  /** The file that was read, relative to the checkout where it lies in it. */
  readonly file: string;
  /** As the breakdown says, else the name of its folder. */
  readonly slug: string;
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly analysis: Analysis;
  readonly warnings: readonly string[];
  /** Dependencies that none of the file's words say, by task. */
  readonly inferredDependencies: ReadonlyMap<TaskId, readonly TaskId[]>;
}

/**
 * Looks at a file of any format that can be read, wherever it lies. Nothing is written.
 * @param path relative to the folder of the process or to the checkout's top level, or absolute.
 * @throws CallerError, BreakdownError as an import would.
 */
export async function analyzeFile(
  ctx: RunContext,
  path: string,
  maxParallel: number | undefined,
): Promise<FileAnalysis> {
  const root = rootFor(ctx, path);
  const { breakdown, source } = await findBreakdown(root, path, ctx.directory);
  const store = await ctx.graph();
  const policy = policyOf(ctx, {});
  const estimates = estimatesByModel(
    store ? await store.read((reader) => reader.currentEstimates(ctx.repository)) : new Estimates(),
    (task) => modelOf(ctx.roles, task, policy),
  );
  await lookAtModels(ctx);
  const slug = String(breakdown.document.slug ?? basename(dirname(source.path)));
  const tasks = breakdown.tasks.map(unstarted);
  const cap = maxParallel ?? policy.maxParallel;
  return {
    file: source.path,
    slug,
    title: breakdown.title,
    tasks,
    analysis: analyse(ctx, {
      ...{ slug, tasks, total: tasks.length, progress: NOT_BEGUN },
      ...{ policy, estimates, cap, isFromFile: true },
      money: expectedMoney(ctx, policy, estimates, tasks),
    }),
    warnings: [
      ...breakdown.warnings,
      ...(root === ctx.checkout.root ? startFolderWarnings(ctx, breakdown.tasks) : []),
    ],
    inferredDependencies: breakdown.inferredDependencies,
  };
}

/** A file outside the checkout is read as if its own folder were one. */
function rootFor({ checkout: { root }, directory }: RunContext, path: string): string {
  try {
    const real = realpathSync(resolve(directory, path));
    return isInside(root, real) ? root : dirname(real);
  } catch {
    // Reading it says what is wrong with the path.
    return root;
  }
}
