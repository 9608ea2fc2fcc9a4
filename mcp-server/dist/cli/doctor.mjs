// import:lib/picocolors.mjs in cli/doctor.mjs
import { createColors } from "../lib/picocolors.mjs";

// import:doctor.mjs in cli/doctor.mjs
import { doctorInputOf, examine } from "../doctor.mjs";

// import:run/project.mjs in cli/doctor.mjs
import { startFolder } from "../run/project.mjs";

// import:text.mjs in cli/doctor.mjs
import { cleanText, visibleJson } from "../text.mjs";

// import:cli/display.mjs in cli/doctor.mjs
import { hasColours } from "./display.mjs";

// mcp-server/src/cli/doctor.ts
var MAX_LINE = 1e4;
async function doctorCommand(pluginRoot, options) {
  const checks = await examine(doctorInputOf(startFolder(), process.env, pluginRoot, Date.now()));
  const findings = checks.flatMap((check) => check.findings);
  const isWrong = findings.some(({ level }) => level === "wrong");
  process.stdout.write(
    options.json ? `${visibleJson({ ok: !isWrong, checks })}
` : asText(checks, findings)
  );
  return isWrong ? 1 : 0;
}
function asText(checks, findings) {
  const colours = createColors(hasColours(process.stdout, process.env));
  const marks = {
    wrong: colours.red("✗"),
    notice: colours.yellow("!"),
    fine: colours.green("✓"),
    skipped: colours.dim("–")
  };
  const width = Math.max(...checks.map(({ check }) => check.length));
  const indent = " ".repeat(width + 4);
  const lines = checks.flatMap((checked) => [
    `${marks[stateOf(checked)]} ${checked.check.padEnd(width)}  ${printable(checked.seen)}`,
    ...checked.findings.flatMap(({ level, problem, remedy }) => [
      `${indent}${marks[level]} ${printable(problem)}`,
      `${indent}  ${colours.bold("Remedy:")} ${printable(remedy)}`
    ])
  ]);
  return `${lines.join("\n")}

${summary(findings)}
`;
}
function stateOf({ findings, skipped }) {
  if (findings.some(({ level }) => level === "wrong")) return "wrong";
  if (findings.length > 0) return "notice";
  return skipped ? "skipped" : "fine";
}
function summary(findings) {
  const count = (level) => findings.filter((finding) => finding.level === level).length;
  const [bad, noted] = [count("wrong"), count("notice")];
  if (bad === 0) return noted === 0 ? "Nothing is wrong." : `Nothing is wrong; ${noted} worth knowing.`;
  return `${bad} wrong${noted === 0 ? "" : `, ${noted} worth knowing`}.`;
}
function printable(text) {
  return cleanText(text, MAX_LINE);
}
export {
  doctorCommand
};
