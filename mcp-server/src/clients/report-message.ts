import * as z from "zod";
import { REVIEW_VERDICTS, type Report, SEVERITIES } from "../graph/attempt.ts";

const MAX_TEXT = 4_000;
const MAX_ENTRIES = 200;
const text = z.string().max(MAX_TEXT);

/** A report as the last message of an agent that has no tool to hand it in with. */
const reportMessage = z.object({
  outcome: z.enum(["completed", "failed"]),
  verdict: z.enum(REVIEW_VERDICTS).optional(),
  summary: text.min(1),
  filesChanged: z.array(z.string().max(1_000)).max(1_000).default([]),
  evidence: z
    .array(
      z.object({
        criterion: text.optional(),
        command: text.optional(),
        exitCode: z.number().int().optional(),
        result: text.optional(),
        inspected: text.optional(),
        notVerified: text.optional(),
      }),
    )
    .max(MAX_ENTRIES)
    .default([]),
  findings: z
    .array(
      z.object({ severity: z.enum(SEVERITIES), text: text.min(1), file: z.string().max(1_000).optional() }),
    )
    .max(MAX_ENTRIES)
    .default([]),
  notes: z.array(text).max(50).default([]),
});

/** Its JSON schema, for clients that have their model keep to one. */
export const REPORT_SCHEMA = z.toJSONSchema(reportMessage, { io: "input" });

/** The report that a message is; undefined for one in words. */
export function reportInMessage(message: string): Report | undefined {
  const json = /^\s*(?:```(?:json)?\s*)?(\{[\s\S]*\})\s*(?:```\s*)?$/.exec(message)?.[1];
  if (json === undefined) return undefined;
  const read = reportMessage.safeParse(parsed(json));
  if (!read.success) return undefined;
  const { verdict, evidence, findings, ...rest } = read.data;
  return {
    ...rest,
    ...(verdict !== undefined && { verdict }),
    evidence: evidence.map(({ criterion, command, exitCode, result, inspected, notVerified }) => ({
      ...(criterion !== undefined && { criterion }),
      ...(command !== undefined && exitCode !== undefined
        ? { command, exitCode, result: result ?? "" }
        : inspected !== undefined
          ? { inspected }
          : { notVerified: notVerified ?? "" }),
    })),
    findings: findings.map(({ file, ...finding }) => ({ ...finding, ...(file !== undefined && { file }) })),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
