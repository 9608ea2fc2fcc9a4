import fc from "fast-check";
import { expect, it } from "vitest";
import { type CommandEnd, commandRun } from "../../mcp-server/src/graph/command-run.ts";
import { standingOf } from "../../mcp-server/src/policy/evidence-standing.ts";

/** Commands, one of which begins like another. */
const COMMANDS = ["npm test", "npm test -w a", "make check", "node check.mjs > out.log"];
const OPERATORS = ["&&", "||", ";", "|", "&"] as const;

interface Line {
  readonly commands: readonly { readonly text: string; readonly exitCode: number }[];
  readonly operators: readonly (typeof OPERATORS)[number][];
  /** The host was told not to wait for it. */
  readonly inBackground: boolean;
}

const line: fc.Arbitrary<Line> = fc
  .record({
    commands: fc.array(
      fc.record({
        text: fc.constantFrom(...COMMANDS, "cd a", "true"),
        exitCode: fc.constantFrom(0, 0, 0, 1, 2),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    operators: fc.array(fc.constantFrom(...OPERATORS, "&&" as const, "&&" as const), {
      minLength: 3,
      maxLength: 3,
    }),
    inBackground: fc.integer({ max: 9 }).map((n) => n === 0),
  })
  .map((drawn) => ({ ...drawn, operators: drawn.operators.slice(0, drawn.commands.length - 1) }));

interface Execution {
  readonly text: string;
  readonly exitCode: number;
}

/** Which commands of the line really run, and the exit code that the shell ends with. */
function execute({ commands, operators }: Line): { executed: Execution[]; exitCode: number } {
  const executed: Execution[] = [];
  let exitCode = 0;
  let isSkipped = false;
  commands.forEach(({ text, exitCode: own }, i) => {
    const before = operators[i - 1];
    // A pipe belongs together: what is skipped before it is skipped in it.
    if (before === "&&") isSkipped = exitCode !== 0;
    else if (before === "||") isSkipped = exitCode === 0;
    else if (before !== "|") isSkipped = false;
    if (isSkipped) return;
    executed.push({ text, exitCode: own });
    exitCode = operators[i] === "&" ? 0 : own;
  });
  return { executed, exitCode };
}

function textOf({ commands, operators }: Line): string {
  return commands.map(({ text }, i) => `${text} ${operators[i] ?? ""}`.trim()).join(" ");
}

function endOf(one: Line): CommandEnd {
  if (one.inBackground) return { kind: "unknown", inBackground: true };
  return { kind: "exited", exitCode: execute(one).exitCode };
}

const runsOf = (lines: readonly Line[]) =>
  lines.map((one, i) => commandRun({ use: `u${i}`, command: textOf(one), atMs: i, end: endOf(one) }));

const attempts = fc.array(line, { maxLength: 8 });

it("a report that tells how a command last ended is never called contradicted", () => {
  fc.assert(
    fc.property(attempts, fc.constantFrom(...COMMANDS), (lines, command) => {
      const last = lines.flatMap((one) => execute(one).executed).findLast(({ text }) => text === command);
      if (last === undefined) return;
      const reported = { command, exitCode: last.exitCode };
      expect(standingOf(reported, runsOf(lines), undefined).standing).not.toBe("contradicted");
    }),
    { numRuns: 10_000, seed: 20_261_130 },
  );
});

it("a success that is called seen is that of an execution that succeeded, after which the command by itself never failed", () => {
  fc.assert(
    fc.property(attempts, fc.constantFrom(...COMMANDS), (lines, command) => {
      const runs = runsOf(lines);
      if (standingOf({ command, exitCode: 0 }, runs, undefined).standing !== "seen") return;
      const succeeded = lines.findLastIndex((one) =>
        execute(one).executed.some(({ text, exitCode }) => text === command && exitCode === 0),
      );
      const failedAlone = lines.findLastIndex(
        (one) => !one.inBackground && textOf(one) === command && execute(one).exitCode !== 0,
      );
      expect(succeeded).toBeGreaterThan(failedAlone);
    }),
    { numRuns: 10_000, seed: 20_261_130 },
  );
});

it("a run that succeeded by itself is seen, and one that failed by itself contradicts a success", () => {
  fc.assert(
    fc.property(
      attempts,
      fc.constantFrom(...COMMANDS),
      fc.constantFrom(0, 1, 2),
      (lines, command, exitCode) => {
        const alone: Line = { commands: [{ text: command, exitCode }], operators: [], inBackground: false };
        const { standing } = standingOf({ command, exitCode: 0 }, runsOf([...lines, alone]), undefined);
        expect(standing).toBe(exitCode === 0 ? "seen" : "contradicted");
      },
    ),
    { numRuns: 2_000, seed: 20_261_130 },
  );
});
