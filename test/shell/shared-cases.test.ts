import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { task } from "../support/checkout.ts";
import { twoAtWork } from "../support/two-at-work.ts";

/** Commands by which the guard was judged once. They lie beside the repository. */
const CASES = new URL("../../../shared/cases/guard/", import.meta.url);

/** A command that writes into what the second of two tasks holds, or looks as if it did. */
interface Intrusion {
  readonly group: string;
  readonly command: string;
  /** What the guard did when the case was written; `FALSE POSITIVE` was refused as well, in a clean checkout. */
  readonly today: "held" | "held*" | "FALSE POSITIVE" | "GAP" | "passes*" | "no effect";
}

interface Row {
  readonly group: string;
  readonly commands: number;
  readonly refusedBefore: number;
  readonly refusedNow: number;
}

/** Refused when the cases were written, and left to effects since: patches, and functions of the shell. */
const LEFT_TO_EFFECTS = /^(?:git apply|patch -p1) <<|^[fw]\(\) \{/;
const LISTS = /\b(?:grep -rl|find|git ls-files|git grep -l)\b/;
const FORMATTERS =
  /^(?:npx|npm exec|pnpm|yarn|bun|uvx|poetry run|python3 -m|ruff|black|gofmt -w|cargo (?:fix|clippy)|\.?\/?node_modules)\b.*(?:--write|--fix|-w|format|black|isort|fix)\b/;

const text = (name: string) => readFileSync(new URL(name, CASES), "utf8");

describe.skipIf(!existsSync(CASES))("the commands by which the guard was judged", () => {
  const intrusions = existsSync(CASES) ? (JSON.parse(text("into-a-sibling.json")) as Intrusion[]) : [];
  const everyday = existsSync(CASES) ? (JSON.parse(text("everyday.json")) as string[]) : [];
  const workers = (guard: string) => {
    const mine = task("1", { writes: ["src/a/**", "test/a.test.js"] });
    const theirs = task("2", { writes: ["src/b/**", "data.json", "test/b.test.js"] });
    return twoAtWork({ guard }, [mine, theirs], {}, JSON.parse(text("project.json")));
  };

  async function refusedOf(cases: readonly Intrusion[]): Promise<ReadonlySet<string>> {
    const { bash } = await workers("enforce");
    const refused = new Set<string>();
    for (const { command } of cases) if ((await bash(command)).startsWith("denied: ")) refused.add(command);
    return refused;
  }

  it("of the commands that were refused, at least nine tenths still are before they happen, and many more with them", async () => {
    const refused = await refusedOf(intrusions);
    const wasRefused = intrusions.filter(({ today }) => /^held|^FALSE/.test(today));
    const stillRefused = wasRefused.filter(({ command }) => refused.has(command));
    if (process.env.GUARD_TABLE) console.table(tableOf(intrusions, refused));
    expect(stillRefused.length / wasRefused.length).toBeGreaterThanOrEqual(0.9);
    expect({ commands: intrusions.length, before: wasRefused.length, now: refused.size }).toEqual({
      commands: 247,
      before: 115,
      now: 149,
    });
    const left = wasRefused.filter(({ command }) => !refused.has(command));
    expect(left.filter(({ command }) => !LEFT_TO_EFFECTS.test(command))).toEqual([]);
  });

  it("lists of files that a search finds, and formatters as people call them, are refused where they reach another's files", async () => {
    const plain = intrusions.filter(({ command }) => LISTS.test(command) || FORMATTERS.test(command));
    const refused = await refusedOf(plain);
    expect(plain.length).toBeGreaterThanOrEqual(30);
    expect(plain.filter(({ command }) => !refused.has(command))).toEqual([]);
  });

  it.each(["enforce", "strict"])("no everyday command is refused under %s", async (guard) => {
    const { bash } = await workers(guard);
    const answers = [];
    for (const command of everyday) answers.push({ command, answer: await bash(command) });
    expect(answers.length).toBeGreaterThan(180);
    expect(answers.filter(({ answer }) => answer !== "passes")).toEqual([]);
  });
});

function tableOf(intrusions: readonly Intrusion[], refused: ReadonlySet<string>): Row[] {
  const groups = [...new Set(intrusions.map(({ group }) => group)), "all"];
  return groups.map((group) => {
    const own = intrusions.filter((one) => group === "all" || one.group === group);
    return {
      group,
      commands: own.length,
      refusedBefore: own.filter(({ today }) => /^held|^FALSE/.test(today)).length,
      refusedNow: own.filter(({ command }) => refused.has(command)).length,
    };
  });
}
