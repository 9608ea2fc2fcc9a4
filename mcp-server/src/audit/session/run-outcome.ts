import type { Conversation, TranscriptPlace } from "../conversation/conversation.ts";
import { reportsFailure } from "../conversation/wording.ts";
import type { RunOutcome } from "./agent-run.ts";

/** The end of an agent as its launcher was told. */
export interface RunEnd extends TranscriptPlace {
  readonly isError: boolean;
  readonly status: string;
  readonly text: string;
  /** What the host says of the end beside the agent's own words. */
  readonly summary: string;
  readonly durationMs: number;
  readonly tokens: number;
  readonly isDelivered: boolean;
}

/** What is known of a run when its outcome is judged. */
export interface OutcomeFacts {
  readonly launchedMs: number;
  readonly end: RunEnd | undefined;
  readonly conversation: Conversation | undefined;
  readonly report: string;
  /** Whether the launcher had it stopped. */
  readonly wasStopped: boolean;
}

const FAILED_STATUS = /^(?:failed|error|errored|timed_out|killed)$/;
const STOPPED_STATUS = /^(?:stopped|cancelled|interrupted|rejected)$/;
const BY_THE_USER =
  /user (?:doesn['’]t want|rejected|declined|interrupted|stopped|cancell?ed)|(?:interrupted|stopped|killed|cancell?ed|rejected) by (?:the )?user|request interrupted/i;

/** A host that refuses a launch does so at once, or when the whole message has been written. */
const MAX_REFUSAL_MS = 10_000;
const REFUSAL = /^\s*(?:<tool_use_error>|InputValidationError|Agent type .{1,200} not found)/;

/** How a run ended, by what its launcher was told and what its own transcript says. */
export function outcomeOf({ launchedMs, end, conversation, report, wasStopped }: OutcomeFacts): RunOutcome {
  const closing = conversation?.closing;
  if (end === undefined) {
    if (closing === undefined) return wasStopped ? "stopped" : "unfinished";
    return closing.isApiError || reportsFailure(report) ? "failed" : "completed";
  }
  if (end.isError) {
    if (BY_THE_USER.test(end.text)) return "stopped";
    const isLate = end.atMs - launchedMs > MAX_REFUSAL_MS && !REFUSAL.test(end.text);
    const hasStarted = conversation !== undefined || end.durationMs > 0 || isLate;
    return hasStarted ? "failed" : "refused";
  }
  const isKilled = end.status === "killed" && (wasStopped || BY_THE_USER.test(end.summary));
  if (STOPPED_STATUS.test(end.status) || isKilled) return "stopped";
  if (FAILED_STATUS.test(end.status) || closing?.isApiError || reportsFailure(report)) return "failed";
  const said = report.trim() !== "" || end.text.trim() !== "";
  return said || end.status === "read" ? "completed" : "failed";
}

/** Why an agent failed or was refused. */
export function causeOf(end: RunEnd | undefined, report: string): string {
  if (end?.isError) return end.text.replace(/<\/?tool_use_error>/g, "");
  if (report.trim() === "") return end?.text.trim() || "it reported nothing";
  return report;
}
