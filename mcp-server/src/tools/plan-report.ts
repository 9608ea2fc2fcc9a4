import * as z from "zod";
import { renderMarkdown } from "../report/render/markdown/report.ts";
import { isDone } from "../run/plan/progress.ts";
import { reportPlan } from "../run/reporting/report-plan.ts";
import { shownPath } from "../text/display-path.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const planReport = defineTool({
  name: "plan_report",
  title: "Report on a plan",
  description:
    "Use at the end of a run, or when asked how it stands: results, findings, and what was measured.",
  input: z.strictObject({
    plan,
    format: z.enum(["markdown", "json"]).optional().describe("Default markdown"),
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input, { run, session, actor, client }) {
    const { loaded, report } = await reportPlan(run, actor, input.plan);
    session.told.set(loaded.stored.slug, loaded.stored.version);
    const next = isDone(loaded)
      ? "Show the report as it is."
      : "The plan is not finished: say so, and show what there is.";
    if (input.format === "json") return { data: { plan: input.plan, report, next } };
    const markdown = renderMarkdown(report);
    const place = client.isClaudeCode ? "" : ` It is about the checkout ${shownPath(run.checkout.root)}.`;
    return { data: { plan: input.plan, report: markdown, next }, text: `${markdown}\n\n${next}${place}` };
  },
});
