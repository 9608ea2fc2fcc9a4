import * as z from "zod";
import { createPlan } from "../run/edits/create-plan.ts";
import { countsOf, shortCounts } from "../run/plan/progress.ts";
import { policyInput } from "../run/project/plan-settings.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { plan, tasks } from "./input/fields.ts";

const MAX_WARNINGS = 10;

export const planCreate = defineTool({
  name: "plan_create",
  title: "Create or update a plan",
  description:
    "Use to import a breakdown (from) or a list of tasks as a plan, or to bring a plan up to date with its file; what is completed stays.",
  input: z.strictObject({
    plan,
    title: z.string().max(200).optional().describe("For people"),
    from: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe(
        "Path of a 03-tasks.json (a valid 03-tasks.draft.json takes its place), or of a plan of spec-kit, Task Master (#tag) or superpowers",
      ),
    tasks: tasks.optional(),
    policy: policyInput.optional().describe("Only what differs from the settings"),
    dryRun: z.boolean().optional().describe("Check, write nothing"),
  }),
  annotations: IDEMPOTENT,
  async handle(input, { run, session, actor }) {
    const { created, updated, unchanged, removed, warnings, isolation, remote, loaded, placed, interrupted } =
      await createPlan(run, actor, input);
    if (!input.dryRun && loaded) {
      session.plans.add(loaded.stored.slug);
      session.told.set(loaded.stored.slug, loaded.stored.version);
    }
    // Ids of what changed are told, of what did not only the number: answers grow with the change.
    return {
      data: {
        plan: input.plan,
        created,
        updated,
        unchanged: unchanged.length,
        removed,
        warnings:
          warnings.length > MAX_WARNINGS
            ? [...warnings.slice(0, MAX_WARNINGS), `and ${warnings.length - MAX_WARNINGS} more`]
            : warnings,
        ...(isolation !== undefined && { isolation }),
        ...(remote !== undefined && { remote }),
        ...(placed && { placed }),
        ...(interrupted && interrupted.length > 0 && { interrupted }),
        ...(loaded && { counts: shortCounts(countsOf(loaded)) }),
        next: input.dryRun ? "Nothing was written." : `Call plan_analyze {plan: "${input.plan}"}.`,
      },
    };
  },
});
