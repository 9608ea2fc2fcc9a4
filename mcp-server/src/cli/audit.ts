import { auditFiles } from "../audit/report/audit-files.ts";
import { auditJson } from "../audit/report/audit-json.ts";
import type { AuditReport } from "../audit/report/audit-report.ts";
import { renderAuditMarkdown } from "../audit/report/render-markdown.ts";
import { renderTerminal } from "../audit/report/render-terminal.ts";
import { findSessions } from "../audit/session/find-sessions.ts";
import { startFolder } from "../run/project/start-folder.ts";
import { hasColours, terminalWidth } from "./display/terminal.ts";

/**
 * Judges past sessions by their transcripts.
 * @param asked a transcript, a folder, a session's id; the current project's sessions where absent
 * @returns 1 when anything was found, else 0
 */
export async function auditCommand(
  asked: string | undefined,
  options: { json?: boolean; markdown?: boolean },
): Promise<number> {
  const files = await findSessions(asked, { directory: startFolder(), env: process.env });
  const report = await auditFiles(files, Date.now(), (number) => showProgress(number, files.length));
  process.stdout.write(print(report, options));
  return report.findings.length > 0 ? 1 : 0;
}

function showProgress(number: number, all: number): void {
  if (!process.stderr.isTTY || all < 2) return;
  process.stderr.write(number === all ? "\r\x1b[K" : `\rReading session ${number} of ${all} …`);
}

function print(report: AuditReport, options: { json?: boolean; markdown?: boolean }): string {
  if (options.json) return `${auditJson(report)}\n`;
  if (options.markdown) return renderAuditMarkdown(report);
  return renderTerminal(report, {
    width: terminalWidth(process.stdout),
    colour: hasColours(process.stdout, process.env),
  });
}
