// import:audit/report.mjs in cli/audit.mjs
import { auditFiles, auditJson, renderAuditMarkdown, renderTerminal } from "../audit/report.mjs";

// import:audit/session.mjs in cli/audit.mjs
import { findSessions } from "../audit/session.mjs";

// import:run/project.mjs in cli/audit.mjs
import { startFolder } from "../run/project.mjs";

// import:cli/display.mjs in cli/audit.mjs
import { hasColours, terminalWidth } from "./display.mjs";

// mcp-server/src/cli/audit.ts
async function auditCommand(asked, options) {
  const files = await findSessions(asked, { directory: startFolder(), env: process.env });
  const report = await auditFiles(files, Date.now(), (number) => showProgress(number, files.length));
  process.stdout.write(print(report, options));
  return report.findings.length > 0 ? 1 : 0;
}
function showProgress(number, all) {
  if (!process.stderr.isTTY || all < 2) return;
  process.stderr.write(number === all ? "\r\x1B[K" : `\rReading session ${number} of ${all} …`);
}
function print(report, options) {
  if (options.json) return `${auditJson(report)}
`;
  if (options.markdown) return renderAuditMarkdown(report);
  return renderTerminal(report, {
    width: terminalWidth(process.stdout),
    colour: hasColours(process.stdout, process.env)
  });
}
export {
  auditCommand
};
