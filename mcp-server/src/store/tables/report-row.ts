import {
  type Evidence,
  type Finding,
  REVIEW_VERDICTS,
  type Report,
  SEVERITIES,
  STANDINGS,
} from "../../graph/attempt.ts";

/**
 * The report of an attempt. What only a newer version knows of it is shown as text and weighed with care; it stays
 * stored as it is, because a report is never written back.
 */
export function reportFromRow(json: string): Report {
  const stored = JSON.parse(json) as Report;
  // The order of the fields stays: a report that comes twice is known by its text.
  const report = {
    ...stored,
    evidence: stored.evidence.map(readEvidence),
    findings: stored.findings.map(readFinding),
  };
  if (report.verdict === undefined || REVIEW_VERDICTS.includes(report.verdict)) return report;
  // A word that neither accepts nor rejects is no verdict.
  const { verdict: _verdict, ...rest } = report;
  return rest;
}

function readEvidence(stored: Evidence): Evidence {
  if ("command" in stored && stored.standing !== undefined && !STANDINGS.includes(stored.standing)) {
    return { ...stored, standing: "claimed", seen: `a newer version calls it "${stored.standing}"` };
  }
  if ("command" in stored || "inspected" in stored || "notVerified" in stored) return stored;
  const { criterion, ...proof } = stored as { readonly criterion?: string };
  return {
    ...(criterion !== undefined && { criterion }),
    notVerified: `A newer version of this plugin stored this evidence: ${JSON.stringify(proof)}`,
  };
}

function readFinding(finding: Finding): Finding {
  if (SEVERITIES.includes(finding.severity)) return finding;
  return { ...finding, severity: "high", text: `(${finding.severity}) ${finding.text}` };
}
