import { descriptionWarnings } from "../../breakdown/description-warnings.ts";
import { readBreakdown } from "../../breakdown/own-format/breakdown.ts";
import { CallerError } from "../../errors/caller-error.ts";
import type { PlanSource } from "../../graph/plan.ts";
import type { TaskDefinition } from "../../graph/task.ts";
import type { PolicyInput } from "../project/plan-settings.ts";
import type { RunContext } from "../project/run-context.ts";
import { findBreakdown } from "../specification/breakdown-file.ts";
import { type Draft, draftOf, sourceOf } from "../specification/draft.ts";

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

export interface PlanInput {
  readonly source: PlanSource;
  readonly title: string | undefined;
  readonly document: Readonly<Record<string, unknown>>;
  readonly tasks: readonly TaskDefinition[];
  readonly warnings: readonly string[];
  readonly draft?: Draft;
}

export async function readSource(ctx: RunContext, input: CreatePlanInput): Promise<PlanInput> {
  if ((input.from === undefined) === (input.tasks === undefined)) {
    throw new CallerError(
      "bad_input",
      input.from === undefined ? "Neither from nor tasks is given." : "Both from and tasks are given.",
      'Give exactly one: from: "specs/NAME/03-tasks.json", or tasks: [...].',
      "from",
    );
  }
  if (input.from !== undefined) {
    const found = await findBreakdown(ctx.checkout.root, input.from, ctx.directory);
    const { title, document, tasks, warnings } = found.breakdown;
    const draft = draftOf(found);
    if (!draft) return { source: found.source, title, document, tasks, warnings };
    // Whoever writes a draft is there to fix it.
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
