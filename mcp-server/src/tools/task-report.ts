import * as z from "zod";
import { type BlockedOn, type Evidence, REVIEW_VERDICTS, type Report, SEVERITIES } from "../graph/attempt.ts";
import type { TaskId } from "../graph/task.ts";
import { toldInTurn } from "../run/claims/claim-in-turn.ts";
import { splitTaskName } from "../run/plan/load-plan.ts";
import { reportTask } from "../run/reporting/report-task.ts";
import { askForAgent } from "./answer/ask-user.ts";
import { claimNext } from "./answer/next-step.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { evidence, ids, paths, taskNameField, token } from "./input/fields.ts";

const input = z.strictObject({
  task: taskNameField,
  token,
  outcome: z.enum(["completed", "failed", "blocked"]).describe("completed needs evidence"),
  verdict: z.enum(REVIEW_VERDICTS).optional().describe("Of a review, with completed"),
  summary: z.string().min(1).max(4_000).describe("At most three sentences"),
  evidence: evidence
    .optional()
    .describe("Per criterion: command + exitCode + result, or inspected, or notVerified: why"),
  filesChanged: paths.optional().describe("Every file you wrote"),
  findings: z
    .array(
      z.strictObject({
        severity: z.enum(SEVERITIES).describe("How bad"),
        text: z.string().min(1).max(4_000).describe("What and why"),
        file: z.string().max(1_000).optional().describe("path:line"),
      }),
    )
    .max(200)
    .optional()
    .describe("What somebody should know or fix"),
  notes: z.array(z.string().max(4_000)).max(50).optional().describe("For agents of dependent tasks"),
  blockedOn: z
    .strictObject({
      writes: paths.optional().describe("Files held by others"),
      tasks: ids.optional().describe("To be done first"),
      question: z.string().max(4_000).optional().describe("For the user"),
    })
    .superRefine((need, { addIssue }) => {
      const given = Object.values(need).filter((value) => value !== undefined).length;
      if (given === 1) return;
      addIssue({
        code: "custom",
        message: `names ${given} needs`,
        params: { remedy: 'Give exactly one of {writes: ["path"]}, {tasks: ["id"]}, {question: "…"}.' },
      });
    })
    .optional()
    .describe("With blocked: exactly one"),
});

export const taskReport = defineTool({
  name: "task_report",
  title: "Report a task",
  description:
    "Use once, as the agent of a task, when it is done or cannot be: hands in the result with its evidence.",
  input,
  annotations: IDEMPOTENT,
  async handle(call, { run, session, actor, agentId, toolUseId, asking }) {
    const question = call.outcome === "blocked" ? call.blockedOn?.question : undefined;
    if (question !== undefined) {
      const asked = await askForAgent(run, agentId, { task: call.task, token: call.token, question }, asking);
      if (asked) return asked;
    }
    const isScripts = agentId !== undefined && session.workflows.hasAgent(agentId);
    const isWorkers = isScripts || session.isPull(call.token);
    const given = {
      ...{ task: call.task, token: call.token, report: reportOf(call) },
      mayGoOn: !isWorkers,
      toolUseId,
    };
    const result = await reportTask(run, actor, agentId, given, session.commands.of(agentId));
    const claim = result.goesOn && (await toldInTurn(run, result.goesOn));
    return {
      data: {
        task: result.task,
        outcome: result.outcome,
        status: result.status,
        reply: result.reply,
        ...(result.note !== undefined && { note: result.note }),
        ...(claim && { claim }),
        next: isScripts
          ? "Call StructuredOutput now."
          : isWorkers
            ? claimNext(session, splitTaskName(result.task).plan)
            : claim
              ? "Do not end: one more small task is yours. Carry out the brief in claim and report it with its token; reply only when a report brings no other."
              : `Reply with exactly: ${result.reply}`,
      },
    };
  },
});

function reportOf(call: z.infer<typeof input>): Report {
  const blockedOn = call.blockedOn && needOf(call.blockedOn);
  return {
    outcome: call.outcome,
    ...(call.verdict !== undefined && { verdict: call.verdict }),
    summary: call.summary,
    evidence: (call.evidence ?? []).map(evidenceOf),
    filesChanged: call.filesChanged ?? [],
    findings: (call.findings ?? []).map(({ severity, text, file }) => ({
      severity,
      text,
      ...(file !== undefined && { file }),
    })),
    notes: call.notes ?? [],
    ...(blockedOn && { blockedOn }),
  };
}

/** The schema has seen to it that one of the three is there. */
function evidenceOf(entry: z.infer<typeof evidence>[number]): Evidence {
  const criterion = entry.criterion === undefined ? {} : { criterion: entry.criterion };
  if (entry.command !== undefined && entry.exitCode !== undefined) {
    return { ...criterion, command: entry.command, exitCode: entry.exitCode, result: entry.result ?? "" };
  }
  if (entry.inspected !== undefined) return { ...criterion, inspected: entry.inspected };
  return { ...criterion, notVerified: entry.notVerified ?? "" };
}

/** The schema has seen to it that exactly one is there. */
function needOf(need: NonNullable<z.infer<typeof input>["blockedOn"]>): BlockedOn {
  if (need.writes) return { writes: need.writes };
  if (need.tasks) return { tasks: need.tasks as TaskId[] };
  return { question: need.question ?? "" };
}
