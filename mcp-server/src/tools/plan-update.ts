import * as z from "zod";
import { exportPlan } from "../run/edits/export-plan.ts";
import { updatePlan } from "../run/edits/update-plan.ts";
import { countsOf, isDone, shortCounts } from "../run/plan/progress.ts";
import { policyInput } from "../run/project/plan-settings.ts";
import { afterExport } from "./answer/after-export.ts";
import { approveCommands } from "./answer/approve-commands.ts";
import { nextStep } from "./answer/next-step.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { plan } from "./input/fields.ts";
import { runBeside } from "./module-call.ts";

export const planUpdate = defineTool({
  name: "plan_update",
  title: "Change a plan",
  description:
    "Use to change a plan's policy, to pause, resume, stop or reopen it, or to write its breakdown and ledger (export) into the specification's folder.",
  input: z.strictObject({
    plan,
    policy: z.looseObject({}).pipe(policyInput).optional().describe("Fields as in plan_create"),
    action: z
      .enum(["pause", "resume", "stop", "reopen", "export", "approve", "run"])
      .optional()
      .describe("pause lets running agents finish, stop does not"),
  }),
  annotations: IDEMPOTENT,
  async handle(input, { run, session, actor, asking }) {
    if (input.action === "approve") {
      const changed = input.policy && (await updatePlan(run, actor, input.plan, input.policy, undefined));
      return approveCommands(run, input.plan, asking, changed?.warnings);
    }
    const { action: wanted } = input;
    const action = wanted === "export" || wanted === "run" ? undefined : wanted;
    const { warnings, loaded } = await updatePlan(run, actor, input.plan, input.policy, action);
    if (wanted === "run") await runBeside(run, session, loaded.stored.slug);
    const files = input.action === "export" ? await exportPlan(run, actor, input.plan) : undefined;
    const counts = countsOf(loaded);
    session.told.set(loaded.stored.slug, loaded.stored.version);
    return {
      data: {
        plan: loaded.stored.slug,
        status: loaded.stored.status,
        ...(input.policy && { policy: loaded.policy }),
        ...(files && { files }),
        ...(warnings.length > 0 && { warnings }),
        counts: shortCounts(counts),
        next: files ? afterExport(files) : nextStep(session, loaded, counts, isDone(loaded)),
      },
    };
  },
});
