import { CallerError } from "../../errors/caller-error.ts";
import type { SessionFile } from "../session/find-sessions.ts";
import { readFamily } from "../session/read-session.ts";
import { sessionFamilies } from "../session/session-families.ts";
import { type AuditReport, reportOf } from "./audit-report.ts";
import { auditSession, type SessionAudit } from "./session-audit.ts";

/**
 * Judges the sessions of these files, one after another, so that never more is held than one with those that were
 * forked or resumed from it.
 * @param files the newest first
 * @param onProgress told the number of each file, from 1, before it is read
 * @throws CallerError when no file can be opened, or none holds a conversation
 */
export async function auditFiles(
  files: readonly SessionFile[],
  nowMs: number,
  onProgress: (number: number) => void,
): Promise<AuditReport> {
  const audits: SessionAudit[] = [];
  let unreadable = 0;
  let number = 0;
  for (const family of await sessionFamilies(files)) {
    number += family.length;
    onProgress(number);
    const paths = family.map(({ path }) => path);
    const sessions = await readFamily(paths, nowMs, () => unreadable++);
    const withAgents = sessions.some(({ runs, agents }) => runs.length > 0 || agents.length > 0);
    audits.push(...sessions.map((session) => auditSession(session, withAgents)));
  }
  if (audits.length === 0) {
    throw new CallerError(
      "bad_input",
      "No transcript could be opened.",
      "Check who may read them.",
      "session",
    );
  }
  if (audits.every(({ endMs }) => endMs === 0)) {
    throw new CallerError(
      "bad_input",
      files.length === 1 ? "The file holds no conversation." : "None of the files holds a conversation.",
      "Give a transcript that Claude Code wrote, or a folder of those.",
      "session",
    );
  }
  return reportOf(audits, unreadable);
}
