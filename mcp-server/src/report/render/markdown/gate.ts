import { formatDuration, plural } from "../../../text/format.ts";
import { codeSpan } from "../../../text/inline-code.ts";
import type { RunReport } from "../../aggregate.ts";
import { bold } from "./names.ts";

/** What the gate cost and said; whose merge was red stands with the commits. */
export function gateLines({ work: { gate } }: RunReport): string[] {
  if (!gate) return [];
  const { commands, runs, green, red, withoutVerdict, ranMs, merged, mostTogether, flaky, redBases, blamed } =
    gate;
  const none = withoutVerdict === 0 ? "" : `, ${plural(withoutVerdict, "more run")} without a verdict`;
  const named = blamed.flatMap(({ task, runsUntilNamed }) =>
    runsUntilNamed === undefined ? [] : [`${bold(task)} named after ${plural(runsUntilNamed, "run")}`],
  );
  return [
    `- ${commands.map((command) => codeSpan(command)).join(", then ")}: ${plural(runs, "run")} (${green} green, ${red} red) in ${formatDuration(ranMs)}${none}`,
    `- ${plural(merged, "merge")} landed, at most ${mostTogether} tested together`,
    ...(named.length === 0 ? [] : [`- ${named.join(", ")}`]),
    ...flaky.map(
      (commit) => `- **Flaky**: red and green on the same commit ${commit.slice(0, 12)}; nobody is blamed`,
    ),
    ...redBases.map(
      (commit) =>
        `- **Red on the branch itself** (${commit.slice(0, 12)}), before anything was merged; nobody is blamed`,
    ),
  ];
}
