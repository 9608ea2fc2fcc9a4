import { createColors } from "picocolors";
import { doctorInputOf } from "../doctor/doctor-input.ts";
import { type Checked, examine } from "../doctor/examine.ts";
import type { DoctorFinding } from "../doctor/finding.ts";
import { startFolder } from "../run/project/start-folder.ts";
import { cleanText } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";
import { hasColours } from "./display/terminal.ts";

/** Longer than any path that a remedy names. */
const MAX_LINE = 10_000;

/** Says what is wrong with the installation, and the remedy. @returns 1 if something is wrong. */
export async function doctorCommand(pluginRoot: string, options: { json?: boolean }): Promise<number> {
  const checks = await examine(doctorInputOf(startFolder(), process.env, pluginRoot, Date.now()));
  const findings = checks.flatMap((check) => check.findings);
  const isWrong = findings.some(({ level }) => level === "wrong");
  process.stdout.write(
    options.json ? `${visibleJson({ ok: !isWrong, checks })}\n` : asText(checks, findings),
  );
  return isWrong ? 1 : 0;
}

function asText(checks: readonly Checked[], findings: readonly DoctorFinding[]): string {
  const colours = createColors(hasColours(process.stdout, process.env));
  const marks = {
    wrong: colours.red("✗"),
    notice: colours.yellow("!"),
    fine: colours.green("✓"),
    skipped: colours.dim("–"),
  };
  const width = Math.max(...checks.map(({ check }) => check.length));
  const indent = " ".repeat(width + 4);
  const lines = checks.flatMap((checked) => [
    `${marks[stateOf(checked)]} ${checked.check.padEnd(width)}  ${printable(checked.seen)}`,
    ...checked.findings.flatMap(({ level, problem, remedy }) => [
      `${indent}${marks[level]} ${printable(problem)}`,
      `${indent}  ${colours.bold("Remedy:")} ${printable(remedy)}`,
    ]),
  ]);
  return `${lines.join("\n")}\n\n${summary(findings)}\n`;
}

function stateOf({ findings, skipped }: Checked): "wrong" | "notice" | "fine" | "skipped" {
  if (findings.some(({ level }) => level === "wrong")) return "wrong";
  if (findings.length > 0) return "notice";
  return skipped ? "skipped" : "fine";
}

function summary(findings: readonly DoctorFinding[]): string {
  const count = (level: DoctorFinding["level"]) =>
    findings.filter((finding) => finding.level === level).length;
  const [bad, noted] = [count("wrong"), count("notice")];
  if (bad === 0) return noted === 0 ? "Nothing is wrong." : `Nothing is wrong; ${noted} worth knowing.`;
  return `${bad} wrong${noted === 0 ? "" : `, ${noted} worth knowing`}.`;
}

/** Paths and names are what others chose: they must not steer the terminal. */
function printable(text: string): string {
  return cleanText(text, MAX_LINE);
}
