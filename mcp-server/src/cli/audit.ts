import { auditSession } from "../audit/audit.ts";
import { auditJson } from "../audit/audit-json.ts";
import { type AuditReport, reportOf } from "../audit/audit-report.ts";
import { findSessions, type SessionFile } from "../audit/find-sessions.ts";
import { readSession } from "../audit/read-session.ts";
import { renderAuditMarkdown } from "../audit/render-markdown.ts";
import { renderTerminal } from "../audit/render-terminal.ts";
import type { Session } from "../audit/session.ts";
import { CallerError } from "../run/errors.ts";

const DEFAULT_WIDTH = 100;

/**
 * Judges past sessions by their transcripts.
 * @param asked a transcript, a folder, a session's id; the current project's sessions where absent
 * @returns 1 when anything was found, else 0
 */
export async function auditCommand(
  asked: string | undefined,
  options: { json?: boolean; markdown?: boolean },
): Promise<number> {
  const files = await findSessions(asked, { directory: process.cwd(), env: process.env });
  const report = await audit(files);
  process.stdout.write(print(report, options));
  return report.findings.length > 0 ? 1 : 0;
}

async function audit(files: readonly SessionFile[]): Promise<AuditReport> {
  const audits = [];
  const launches = new Set<string>();
  for (const [i, { path }] of files.entries()) {
    showProgress(i + 1, files.length);
    const session = await readSession(path, Date.now()).catch((error: NodeJS.ErrnoException) => {
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

function showProgress(number: number, all: number): void {
  if (!process.stderr.isTTY || all < 2) return;
  process.stderr.write(number === all ? "\r\x1b[K" : `\rReading session ${number} of ${all} …`);
}

function print(report: AuditReport, options: { json?: boolean; markdown?: boolean }): string {
  if (options.json) return `${auditJson(report)}\n`;
  if (options.markdown) return renderAuditMarkdown(report);
  return renderTerminal(report, {
    width: process.stdout.columns ?? DEFAULT_WIDTH,
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  });
}
