import { CallerError } from "../../errors/caller-error.ts";
import type { SessionFile } from "../session/find-sessions.ts";
import { readSession } from "../session/read-session.ts";
import type { Session } from "../session/session.ts";
import { type AuditReport, reportOf } from "./audit-report.ts";
import { auditSession, type SessionAudit } from "./session-audit.ts";

/**
 * Judges the sessions of these files, one after another, so that never more than one is held.
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
  const launches = new Set<string>();
  for (const [i, { path }] of files.entries()) {
    onProgress(i + 1);
    const session = await readSession(path, nowMs).catch((error: NodeJS.ErrnoException) => {
      // A file that may not be read, or has just gone.
      if (error.code === undefined) throw error;
      return undefined;
    });
    if (session !== undefined) audits.push(auditSession(withoutCopies(session, launches)));
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
  return reportOf(audits, files.length - audits.length);
}

/** A session that went on from another one begins with a copy of it: its launches count once, in the newest. */
function withoutCopies(session: Session, known: Set<string>): Session {
  const runs = session.runs.filter(({ launch }) => {
    if (launch === undefined) return true;
    const key = `${launch.callId} ${launch.atMs}`;
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
  return { ...session, runs };
}
