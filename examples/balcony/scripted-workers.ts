import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, edits, reports, runs, type Step, type Work, writes } from "../../test/e2e/harness/worker.ts";

/**
 * The story of the scripted run: what the worker of each task does, and how long its model takes. A worker writes
 * the files in `written/<task>/`, runs its test in the shell, and reports what the test really said.
 */

export const SLUG = "watering";

/** How the story ends; the demo fails when the run ends differently. */
export const ENDING = {
  completed: ["1.1", "1.2", "1.3", "1.4", "1.6", "2.1", "3.1", "3.2", "3.3"],
  failed: ["1.5"],
  notRun: ["2.2", "4.1"],
  attempts: { "1.5": 2, "2.1": 2 } as Record<string, number>,
};

/** The works by task id; two works are for the first and the second attempt. `written` is the folder of the files. */
export function scriptedWorkers(written: string): Record<string, Work | Work[]> {
  const writesFilesOf = (folder: string): Step => writes(filesBelow(join(written, folder)));
  return {
    "1.1": takes(3, [writesFilesOf("1.1"), tests("days")], says("Days are calculated in UTC.")),
    "1.2": takes(
      4,
      [writesFilesOf("1.2"), tests("forecast")],
      says("The forecast is read into a Map from day to millimetres.", {
        inspected: ["The error carries the number of the line; the second test asserts it."],
      }),
    ),
    "1.3": takes(
      8,
      [writesFilesOf("1.3"), tests("diary")],
      says("The diary appends one JSON object a line.", {
        notes: ["openDiary(data) reads the file at every last(); it keeps nothing in memory."],
      }),
    ),
    "1.4": takes(
      4.5,
      [writesFilesOf("1.4"), tests("pour")],
      says("Amounts are poured in whole strokes of 25 ml.", {
        inspected: ["The amount is checked before the loop; the second test asserts 0 strokes."],
      }),
    ),
    "1.6": takes(
      9,
      [writesFilesOf("1.6"), tests("words")],
      says("Names and days are said in words.", {
        findings: [
          {
            severity: "low",
            file: "src/commands/list.js",
            text: 'The list says "every 1 days" for the basil.',
          },
        ],
      }),
    ),

    // The task that fails, twice: most of the recorded frames do not match the documented checksum. Both it and 1.4
    // need the test bench, so they never run at the same time.
    "1.5": [
      takes(
        5,
        [writesFilesOf("1.5"), tests("sensor")],
        says("Four of the six recorded frames have a wrong checksum by docs/sensor.md.", {
          findings: [
            {
              severity: "high",
              file: "data/sensor.log",
              text: "Four of six frames do not match the CRC-8 of docs/sensor.md.",
            },
          ],
        }),
      ),
      takes(
        4,
        [writesFilesOf("1.5-again"), tests("sensor")],
        says(
          "A second implementation of the checksum refuses the same four frames, so the code is not the cause: either docs/sensor.md or data/sensor.log is wrong.",
        ),
      ),
    ],

    // The task that fails first: it forgets that it can rain on two days in a row. Its second attempt is told so.
    "2.1": [
      takes(
        3.5,
        [writesFilesOf("2.1"), tests("schedule")],
        says("Rain on two days in a row is not handled: only the first day is skipped."),
      ),
      takes(
        3,
        [writesFilesOf("2.1-again"), tests("schedule")],
        says("Every rainy day in a row now puts the watering off.", {
          notes: ["A day that the forecast does not have counts as dry."],
        }),
      ),
    ],

    // Two tasks that both edit src/cli.js, so they never run at the same time.
    "3.1": takes(
      4.5,
      [writesFilesOf("3.1"), registers("week"), tests("week")],
      says("The week is printed with who is due on which day.", {
        inspected: ["Both cases are 0 days ahead: no diary entry, and a due day before today."],
      }),
    ),
    "3.2": takes(
      4,
      [writesFilesOf("3.2"), registers("done"), tests("done")],
      says("A watering is noted and the next one said."),
    ),
    "3.3": takes(
      8,
      [writesFilesOf("3.3"), tests("calendar")],
      says("The calendar has one event of a whole day per plant."),
    ),
  };
}

/** What a worker reports beside the result of its test. */
interface Said {
  summary: string;
  /** For the criteria after the first, which is the test. */
  inspected?: string[];
  findings?: { severity: string; file: string; text: string }[];
  notes?: string[];
}

function says(summary: string, more: Omit<Said, "summary"> = {}): Said {
  return { summary, ...more };
}

function tests(name: string): Step {
  return runs(`node --test test/${name}.test.js`);
}

function registers(command: string): Step {
  const list = '  list: () => import("./commands/list.js"),\n';
  return edits("src/cli.js", list, list + list.replaceAll("list", command));
}

/** The steps and the report, over which the model's time is spread evenly. */
function takes(seconds: number, steps: Step[], said: Said): Work {
  const all = [...steps, reportsTheTest(said)];
  return all.map((step) => after((seconds * 1000) / all.length, step));
}

/** Reports what the last command said: completed or failed is not the script's to decide. */
function reportsTheTest({ summary, inspected = [], findings = [], notes = [] }: Said): Step {
  return (assignment) => {
    const { blocks } = assignment.conversation;
    const calls = blocks.flatMap((block) => (block.kind === "call" ? [block] : []));
    const command = String(calls.findLast(({ tool }) => tool === "Bash")?.input.command);
    const result = blocks.findLast((block) => block.kind === "result" && block.tool === "Bash");
    if (result?.kind !== "result") throw new Error(`${assignment.task} reports before it has tested`);
    const count = (what: string) =>
      Number(result.text.match(new RegExp(`^\\S+ ${what} (\\d+)`, "m"))?.[1] ?? 0);
    const criteria = criteriaOf(assignment.brief);
    const hasPassed = !result.isError && count("pass") > 0 && count("fail") === 0;
    const outcome = hasPassed ? "completed" : "failed";
    return reports({
      outcome,
      summary,
      evidence: [
        {
          criterion: criteria[0],
          command,
          exitCode: hasPassed ? 0 : 1,
          result: `${count("pass")} passed, ${count("fail")} failed`,
        },
        ...inspected.map((text, at) => ({ criterion: criteria[at + 1], inspected: text })),
      ],
      filesChanged: [
        ...new Set(
          calls
            .filter(({ tool }) => tool === "Write" || tool === "Edit")
            .map(({ input }) =>
              relative(assignment.directory, String(input.file_path)).replaceAll("\\", "/"),
            ),
        ),
      ],
      findings,
      notes,
    })(assignment);
  };
}

function criteriaOf(brief: string): (string | undefined)[] {
  const section = brief.match(/^# Acceptance\n((?:\d+\. .*\n)+)/m)?.[1] ?? "";
  return [...section.matchAll(/^\d+\. (.*?)(?: \(verify by: `.*`\))?$/gm)].map(([, criterion]) => criterion);
}

function filesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      return [relative(folder, path), readFileSync(path, "utf8")];
    }),
  );
}
