import * as z from "zod";
import { type ExportedFile, exportPlan } from "../run/edits/export-plan.ts";
import { isDone } from "../run/plan/progress.ts";
import { reportPlan } from "../run/reporting/report-plan.ts";
import { writeReport } from "../run/reporting/write-report.ts";
import { shownPath } from "../text/display-path.ts";
import { afterExport } from "./answer/after-export.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

/** Longer ones a hook of the host may not say. */
const MAX_SHOWN = 9_000;

export const planReport = defineTool({
  name: "plan_report",
  title: "Report on a plan",
  description:
    "Use at the end of a run, or when asked how it stands: verdict, figures, and the file with the whole.",
  input: z.strictObject({
    plan,
    format: z.enum(["markdown", "json"]).optional().describe("json: the whole"),
    export: z.boolean().optional().describe("As plan_update does"),
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input, { run, session, actor, agentId, client }) {
    const { loaded, report } = await reportPlan(run, actor, input.plan);
    const { slug } = loaded.stored;
    session.told.set(slug, loaded.stored.version);
    const files = input.export ? await exportPlan(run, actor, input.plan) : undefined;
    const done = isDone(loaded);
    if (input.format === "json")
      return { data: { plan: input.plan, report, ...noted(files), next: nextFor(done, false, files) } };
    const { brief, markdown, file, line } = await writeReport(run, slug, report);
    const isShown = agentId === undefined && session.interactive && client.isClaudeCode;
    if (isShown) session.toShow = markdown.length <= MAX_SHOWN ? `${markdown}\n${line}` : `${brief}\n${line}`;
    const place = client.isClaudeCode ? "" : ` It is about the checkout ${shownPath(run.checkout.root)}.`;
    const next = nextFor(done, isShown, files);
    return {
      data: { plan: input.plan, report: brief, ...(file !== undefined && { file }), ...noted(files), next },
      text: `${brief}\n${line}\n\n${next}${place}`,
    };
  },
});

/** What became of the files of the specification's folder, where that is worth a word. */
function noted(files: readonly ExportedFile[] | undefined) {
  const worth = (files ?? []).filter((file) => file.how === "left alone" || "keptAside" in file);
  return worth.length > 0 ? { files: worth } : {};
}

function nextFor(done: boolean, isShown: boolean, files: readonly ExportedFile[] | undefined): string {
  const exported = files === undefined ? "" : `${afterExport(files)} `;
  if (!done) return `${exported}The plan is not finished: say so, and how it stands.`;
  const shown = isShown ? " The user is shown the report when your turn ends." : "";
  return `${exported}Answer in a few lines: how it ended, what waits for the user, where the whole report is. Do not repeat the rest.${shown}`;
}
