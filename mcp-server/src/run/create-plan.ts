import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { readBreakdown } from "../breakdown/breakdown.ts";
import type { Change } from "../graph/event.ts";
import type { PlanSource } from "../graph/plan.ts";
import { definitionOf, type TaskDefinition, type TaskId } from "../graph/task.ts";
import type { GraphReader } from "../store/graph-store.ts";
import type { RunContext } from "./context.ts";
import { CallerError } from "./errors.ts";
import { type LoadedPlan, load, planSlug } from "./plan-access.ts";
import { type PolicyInput, policyInput, policyWarnings, refuseUnserved } from "./policy-input.ts";

/** A breakdown is read whole; a larger file is something else. */
const MAX_BREAKDOWN_BYTES = 20 * 1024 * 1024;

export interface CreatePlanInput {
  readonly plan: string;
  readonly title?: string | undefined;
  /** Path of a breakdown inside the checkout. */
  readonly from?: string | undefined;
  /** Or the tasks themselves, in the same format as the file's. */
  readonly tasks?: readonly unknown[] | undefined;
  readonly policy?: PolicyInput | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface PlanChanges {
  readonly created: string[];
  readonly updated: string[];
  readonly unchanged: string[];
  readonly removed: string[];
  readonly warnings: string[];
}

interface Source {
  readonly source: PlanSource;
  readonly title: string | undefined;
  readonly document: Readonly<Record<string, unknown>>;
  readonly tasks: readonly TaskDefinition[];
  readonly warnings: readonly string[];
}

/**
 * Imports a breakdown, or brings a plan up to date with it. Completed tasks are never touched, running ones
 * only reported. Nothing is written unless the whole import is valid.
 * @throws CallerError, BreakdownError
 */
export async function createPlan(
  ctx: RunContext,
  actor: string,
  input: CreatePlanInput,
): Promise<PlanChanges & { readonly loaded: LoadedPlan | undefined }> {
  const slug = planSlug(input.plan);
  const policy = input.policy ?? {};
  refuseUnserved(policy);
  const source = await readSource(ctx, input);
  const warnings = [
    ...source.warnings,
    ...policyWarnings(ctx.settings, policy),
    ...roleWarnings(ctx, source.tasks),
  ];

  const dryRun = input.dryRun === true;
  const store = dryRun ? await ctx.graph() : await ctx.createGraph();
  const read = async (reader: GraphReader) => {
    const stored = await reader.plan(ctx.repository, slug);
    return stored && load(ctx, reader, stored);
  };
  if (dryRun || !store) {
    const existing = await store?.read(read);
    const { changes, ...result } = compare(existing, source, input);
    return { ...result, warnings: [...warnings, ...result.warnings], loaded: existing };
  }
  return store.write(ctx.now(), actor, async (tx) => {
    const existing = await read(tx);
    const { changes, ...result } = compare(existing, source, input);
    const planId = existing?.stored.id ?? (await tx.nextPlanId());
    if (!existing) {
      await tx.append(planId, {
        type: "plan.created",
        repository: ctx.repository,
        slug,
        title: input.title ?? source.title ?? slug,
        source: source.source,
        policy,
        document: source.document,
      });
    } else {
      const stated = { ...policyInput.parse(existing.stored.policy), ...policy };
      const update = {
        ...(input.title !== undefined && input.title !== existing.stored.title && { title: input.title }),
        ...(JSON.stringify(source.source) !== JSON.stringify(existing.stored.source) && {
          source: source.source,
        }),
        ...(JSON.stringify(stated) !== JSON.stringify(existing.stored.policy) && { policy: stated }),
        ...(JSON.stringify(source.document) !== JSON.stringify(existing.stored.document) && {
          document: source.document,
        }),
      };
      if (Object.keys(update).length > 0) await tx.append(planId, { type: "plan.updated", ...update });
      if (existing.stored.status === "stopped") {
        await tx.append(planId, { type: "plan.status", status: "open", cause: "executed again" });
      }
    }
    await tx.append(planId, ...changes);
    const loaded = await read(tx);
    return { ...result, warnings: [...warnings, ...result.warnings], loaded };
  });
}

async function readSource(ctx: RunContext, input: CreatePlanInput): Promise<Source> {
  if ((input.from === undefined) === (input.tasks === undefined)) {
    throw new CallerError(
      "bad_input",
      input.from === undefined ? "Neither from nor tasks is given." : "Both from and tasks are given.",
      'Give exactly one: from: "specs/<slug>/03-tasks.json", or tasks: [...].',
      "from",
    );
  }
  if (input.from !== undefined) {
    const file = await breakdownInside(ctx.checkout.root, input.from);
    const text = await readFile(file.absolute, "utf8");
    const breakdown = readBreakdown(text, file.relative);
    refuseUnservedTasks(breakdown.tasks);
    return {
      source: { kind: "file", path: file.relative, sha256: createHash("sha256").update(text).digest("hex") },
      title: breakdown.title,
      document: breakdown.document,
      tasks: breakdown.tasks,
      warnings: breakdown.warnings,
    };
  }
  const breakdown = readBreakdown(JSON.stringify({ tasks: input.tasks }), "tasks");
  refuseUnservedTasks(breakdown.tasks);
  return {
    source: { kind: "call" },
    title: input.title,
    document: {},
    tasks: breakdown.tasks.map((task) => ({ ...task, origin: "call" as const })),
    warnings: breakdown.warnings,
  };
}

/** @throws CallerError for tasks that ask for what this version does not serve. */
export function refuseUnservedTasks(tasks: readonly TaskDefinition[]): void {
  for (const task of tasks) {
    const field = task.isolation === "worktree" ? "isolation" : task.review ? "review" : undefined;
    if (field !== undefined) {
      throw new CallerError(
        "not_served",
        `Task ${task.id}: ${field} ${JSON.stringify(task[field])} is not served by this version.`,
        `Remove ${field} from the task.`,
        `tasks.${task.id}.${field}`,
      );
    }
  }
}

/**
 * Finds the breakdown for what a user names: the file, its folder, or another file of that folder.
 * @throws CallerError when it is missing, no file, too large, or outside the checkout (links resolved).
 */
async function breakdownInside(root: string, from: string): Promise<{ absolute: string; relative: string }> {
  const wanted = isAbsolute(from) ? from : resolve(root, from);
  let absolute: string;
  try {
    absolute = await realpath(wanted);
    if ((await stat(absolute)).isDirectory()) absolute = await realpath(resolve(absolute, "03-tasks.json"));
  } catch {
    throw new CallerError(
      "bad_input",
      `from: there is no file ${JSON.stringify(from)} in the checkout.`,
      "Give the path of a 03-tasks.json relative to the repository's top level. If the specification has none yet, make it with /spec:decompose.",
      "from",
    );
  }
  const inside = relative(root, absolute);
  if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) {
    throw new CallerError(
      "bad_input",
      `from: ${JSON.stringify(from)} lies outside the checkout.`,
      "Copy the file into the repository and give its path there.",
      "from",
    );
  }
  const info = await stat(absolute);
  if (!info.isFile() || info.size > MAX_BREAKDOWN_BYTES) {
    throw new CallerError(
      "bad_input",
      `from: ${JSON.stringify(from)} is not a readable breakdown (a file of at most 20 MB).`,
      `Give the path of ${basename(from) === "03-tasks.json" ? "a valid" : "the"} 03-tasks.json.`,
      "from",
    );
  }
  return { absolute, relative: inside.split(sep).join("/") };
}

function roleWarnings(ctx: RunContext, tasks: readonly TaskDefinition[]): string[] {
  const unknown = new Set(
    tasks.map((task) => task.agent).filter((role) => role !== undefined && ctx.roles.resolve(role).unknown),
  );
  return [...unknown].map((role) => `No agent has the role ${role}; general-purpose stands in.`);
}

/** What an import would change, by the rules of the design: see the comments. */
function compare(
  existing: LoadedPlan | undefined,
  source: Source,
  input: CreatePlanInput,
): PlanChanges & { changes: Change[] } {
  const changes: Change[] = [];
  const result: PlanChanges = { created: [], updated: [], unchanged: [], removed: [], warnings: [] };
  let position = Math.max(0, ...[...(existing?.graph.tasks.values() ?? [])].map((task) => task.position));
  const running = new Set(existing?.graph.live.map((claim) => claim.task));
  // A file that says the same as before takes nothing back that was changed by a call or a blocked report since.
  const sameFile =
    source.source.kind === "file" &&
    JSON.stringify(source.source) === JSON.stringify(existing?.stored.source);
  for (const definition of source.tasks) {
    const old = existing?.graph.tasks.get(definition.id);
    if (!old) {
      position += 1;
      changes.push({ type: "task.created", task: definition.id, definition, position });
      result.created.push(definition.id);
      continue;
    }
    const revived = old.status === "cancelled" && old.cause === "removed";
    const same =
      sameFile || JSON.stringify(definitionOf(old)) === JSON.stringify({ ...definition, origin: old.origin });
    if (old.status === "completed" || (same && !revived)) {
      result.unchanged.push(definition.id);
      if (!same)
        result.warnings.push(`${definition.id} is completed and stays as it was; the file has changed it.`);
      continue;
    }
    if (running.has(definition.id) || old.status === "in_progress") {
      result.unchanged.push(definition.id);
      result.warnings.push(`${definition.id} is running and keeps its text; import again when it has ended.`);
      continue;
    }
    changes.push({
      type: "task.defined",
      task: definition.id,
      definition: { ...definition, origin: old.origin },
    });
    // A task that came back, or whose text was mended after it failed, is to be done.
    if (old.status !== "pending")
      changes.push({ type: "task.status", task: definition.id, status: "pending" });
    result.updated.push(definition.id);
  }
  if (existing && input.from !== undefined) {
    const named = new Set<TaskId>(source.tasks.map((task) => task.id));
    for (const old of [...existing.graph.tasks.values()]) {
      if (
        named.has(old.id) ||
        old.origin !== "file" ||
        old.status === "completed" ||
        old.status === "cancelled"
      )
        continue;
      if (running.has(old.id)) {
        result.warnings.push(`${old.id} is no longer in the file but running; it is left alone.`);
        continue;
      }
      changes.push({ type: "task.status", task: old.id, status: "cancelled", cause: "removed" });
      result.removed.push(old.id);
    }
  }
  return { ...result, changes };
}
