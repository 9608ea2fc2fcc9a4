import { readBreakdown } from "../../breakdown/breakdown.ts";
import { descriptionWarnings } from "../../breakdown/stands-alone.ts";
import { sameMeaning } from "../../breakdown/task-fields.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { findCycle } from "../../graph/cycle.ts";
import type { Change } from "../../graph/event.ts";
import type { PlanSource } from "../../graph/plan.ts";
import { definitionOf, type Task, type TaskDefinition, type TaskId } from "../../graph/task.ts";
import { lastSteps } from "../../policy/review.ts";
import type { GraphReader } from "../../store/graph-store.ts";
import { sweep } from "../attempts/end-attempt.ts";
import { waitForWork } from "../plan/dependencies-on-work.ts";
import { type LoadedPlan, load, planSlug } from "../plan/load-plan.ts";
import { nextPosition } from "../plan/new-task.ts";
import { partsOf } from "../plan/replacements.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyInput, policyWarnings } from "../project/policy-input.ts";
import { unknownRoles } from "../project/role-warnings.ts";
import type { RunContext } from "../project/run-context.ts";
import { findBreakdown } from "../specification/breakdown-file.ts";
import {
  type Draft,
  draftOf,
  type Placed,
  placeDraft,
  predecessorOf,
  predecessorWarnings,
  removeDraft,
  sourceOf,
} from "../specification/draft.ts";

export interface CreatePlanInput {
  readonly plan: string;
  readonly title?: string | undefined;
  /** Path of a breakdown inside the checkout, or of a draft of one, which is put in place. */
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
  readonly draft?: Draft;
}

/** What an import did, or a dry run would do. */
export interface CreatedPlan extends PlanChanges {
  readonly loaded: LoadedPlan | undefined;
  /** The draft, where it has become the breakdown. */
  readonly placed?: Placed;
}

/**
 * Imports a breakdown, or brings a plan up to date with it. Completed tasks are never touched, running ones
 * only reported. Nothing is written unless the whole import is valid. A `03-tasks.draft.json` that is valid becomes
 * the `03-tasks.json` beside it; one that is refused stays where it is.
 * @throws CallerError, BreakdownError
 */
export async function createPlan(
  ctx: RunContext,
  actor: string,
  input: CreatePlanInput,
): Promise<CreatedPlan> {
  const slug = planSlug(input.plan);
  const policy = input.policy ?? {};
  const source = await readSource(ctx, input);
  const warnings = [
    ...source.warnings,
    ...policyWarnings(ctx.settings, policy),
    ...roleWarnings(ctx, source.tasks),
    ...(await checkWorktrees(ctx, source.tasks, effectivePolicy(ctx.settings, policy))),
  ];

  const { draft } = source;
  const dryRun = input.dryRun === true;
  const store = dryRun ? await ctx.graph() : await ctx.createGraph();
  const read = async (reader: GraphReader) => {
    const stored = await reader.plan(ctx.repository, slug);
    return stored && load(ctx, reader, stored);
  };
  if (dryRun || !store) {
    const existing = await store?.read(read);
    const { changes, ...result } = compare(existing, source, input);
    const found = draft && (await predecessorOf(ctx, draft, existing?.stored.source));
    const ofDraft = draft ? predecessorWarnings(draft, found, undefined) : [];
    return { ...result, warnings: [...ofDraft, ...warnings, ...result.warnings], loaded: existing };
  }
  const created = await store.write(ctx.now, actor, async (tx): Promise<CreatedPlan> => {
    // A task whose agent is gone does not run any more, and takes over what the breakdown says now.
    await sweep(ctx, tx);
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
      const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
      // Tasks of a call come beside those of the plan's file: it stays the plan's file.
      const fromFile = source.source.kind === "file";
      const update = {
        ...(input.title !== undefined && input.title !== existing.stored.title && { title: input.title }),
        ...(fromFile && differs(source.source, existing.stored.source) && { source: source.source }),
        ...(differs(stated, existing.stored.policy) && { policy: stated }),
        ...(fromFile && differs(source.document, existing.stored.document) && { document: source.document }),
      };
      if (Object.keys(update).length > 0) await tx.append(planId, { type: "plan.updated", ...update });
      if (existing.stored.status === "stopped") {
        await tx.append(planId, { type: "plan.status", status: "open", cause: "executed again" });
      }
    }
    await tx.append(planId, ...changes);
    const loaded = await read(tx);
    if (!draft) return { ...result, warnings: [...warnings, ...result.warnings], loaded };
    // Last, because the file cannot be taken back: a crash behind it leaves what the next import brings in.
    const found = await predecessorOf(ctx, draft, existing?.stored.source);
    const placed = await placeDraft(ctx, tx, draft, found);
    const ofDraft = predecessorWarnings(draft, found, placed);
    return { ...result, warnings: [...ofDraft, ...warnings, ...result.warnings], loaded, placed };
  });
  if (draft) await removeDraft(ctx, store, draft);
  return created;
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
    const found = await findBreakdown(ctx.checkout.root, input.from);
    const { title, document, tasks, warnings } = found.breakdown;
    const draft = draftOf(found);
    if (!draft) return { source: found.source, title, document, tasks, warnings };
    // Whoever writes a draft is there to mend it.
    const ofTexts = descriptionWarnings(tasks);
    return { source: sourceOf(draft), title, document, tasks, warnings: [...ofTexts, ...warnings], draft };
  }
  const breakdown = readBreakdown(JSON.stringify({ tasks: input.tasks }), "tasks");
  return {
    source: { kind: "call" },
    title: input.title,
    document: {},
    tasks: breakdown.tasks.map((task) => ({ ...task, origin: "call" as const })),
    warnings: breakdown.warnings,
  };
}

function roleWarnings(ctx: RunContext, tasks: readonly TaskDefinition[]): string[] {
  return unknownRoles(ctx.roles, tasks).map(
    (role) => `No agent has the role ${role}; general-purpose stands in.`,
  );
}

/**
 * No file knows of the tasks that the server made, so none takes back that a task waits for them. For one that failed
 * nobody waits any more: whoever changed the text has looked at it.
 */
function keepServersOwn(
  definition: TaskDefinition,
  old: Task | undefined,
  known: ReadonlyMap<TaskId, Task>,
): TaskDefinition {
  if (!old || (definition.needs !== "all" && definition.needs !== "settled")) return definition;
  const own = old.dependencies.filter((id) => {
    const before = known.get(id);
    return before?.origin === "server" && before.status !== "failed" && before.status !== "cancelled";
  });
  return { ...definition, dependencies: [...new Set([...definition.dependencies, ...own])] };
}

/** What an import would change, by the rules of the design: see the comments. */
function compare(
  existing: LoadedPlan | undefined,
  source: Source,
  input: CreatePlanInput,
): PlanChanges & { changes: Change[] } {
  const changes: Change[] = [];
  const result: PlanChanges = { created: [], updated: [], unchanged: [], removed: [], warnings: [] };
  const known: ReadonlyMap<TaskId, Task> = existing?.graph.tasks ?? new Map();
  const steps = lastSteps(known.values());
  let position = existing ? nextPosition(existing) : 1;
  const running = new Set(existing?.graph.live.map((claim) => claim.task));
  // A file that says the same as before takes nothing back that was changed by a call or a blocked report since.
  const sameFile =
    source.source.kind === "file" &&
    JSON.stringify(source.source) === JSON.stringify(existing?.stored.source);
  for (const written of source.tasks) {
    const old = known.get(written.id);
    const definition = keepServersOwn(waitForWork(written, known, steps), old, known);
    if (!old) {
      changes.push({ type: "task.created", task: definition.id, definition, position });
      position += 1;
      result.created.push(definition.id);
      continue;
    }
    if (old.origin === "server") throw idOfServer(old);
    const parts = partsOf(old);
    const revived = old.status === "cancelled" && old.cause === "removed";
    const same = sameFile || sameMeaning(definition, definitionOf(old));
    if (old.status === "completed" || parts || (same && !revived)) {
      result.unchanged.push(definition.id);
      if (!same && parts)
        result.warnings.push(
          `${definition.id} was ${old.cause} and stays so; what the file says of it is not used.`,
        );
      else if (!same)
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
  if (input.from !== undefined) {
    const named = new Set<TaskId>(source.tasks.map((task) => task.id));
    for (const old of known.values()) {
      if (named.has(old.id) || old.origin !== "file" || ["completed", "cancelled"].includes(old.status))
        continue;
      if (running.has(old.id)) {
        result.warnings.push(`${old.id} is no longer in the file but running; it is left alone.`);
        continue;
      }
      changes.push({ type: "task.status", task: old.id, status: "cancelled", cause: "removed" });
      result.removed.push(old.id);
    }
  }
  refuseCycle(known, changes);
  return { ...result, changes };
}

/** What the server made of its own, a review for instance, must not become something else by having its id. */
function idOfServer({ id, subject }: Task): CallerError {
  return new CallerError(
    "bad_input",
    `The id ${id} belongs to a task that the server made ("${subject}"). Nothing was changed.`,
    "Give your task another id.",
    `tasks.${id}`,
  );
}

/** Tasks that keep their dependencies, because they run or came from a call, may close a cycle with the new ones. */
function refuseCycle(known: ReadonlyMap<TaskId, Task>, changes: readonly Change[]): void {
  const edges = new Map<string, readonly string[]>(
    [...known.values()].map((task) => [task.id, task.dependencies]),
  );
  for (const change of changes) {
    if (change.type === "task.created" || change.type === "task.defined")
      edges.set(change.task, change.definition.dependencies);
  }
  const cycle = findCycle(edges);
  if (!cycle) return;
  throw new CallerError(
    "bad_input",
    `Together with the tasks that stay as they are, the dependencies form a cycle: ${cycle.join(" → ")}. Nothing was changed.`,
    "Remove one of these dependencies, in the file or with task_update {removeBlockedBy}.",
    "dependencies",
  );
}
