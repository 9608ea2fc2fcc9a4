import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "./checkout.ts";

interface Row {
  readonly id: string;
  readonly says: string;
  readonly coveredBy: string;
  readonly test: string;
}

/** A file, and the words that must stand in it: ``` `path` “words” ```. */
interface Reference {
  readonly file: string;
  readonly words: string | undefined;
}

const HEADER = "| # | says | covered by | test |";
const REFERENCE = /`([^`]+)`(?: “([^”]+)”)?/g;

const lines = readFileSync(join(CHECKOUT, "docs", "coverage.md"), "utf8").split("\n");
const rows: Row[] = lines.filter((line) => /^\| [A-Z]\d/.test(line)).map(readRow);
const named = rows.map((row): [string, Row] => [row.id, row]);

function readRow(line: string): Row {
  const cells = line.slice(1, -1).split("|");
  if (cells.length !== 4) throw new Error(`four cells are expected: ${line}`);
  const [id = "", says = "", coveredBy = "", test = ""] = cells.map((cell) => cell.trim());
  return { id, says, coveredBy, test };
}

/** The references of a cell; anything that stands between them but separators is an error. */
function references(cell: string, separator: string): Reference[] {
  const found = [...cell.matchAll(REFERENCE)].map(([text, file = "", words]) => ({ text, file, words }));
  expect(found.map(({ text }) => text).join(separator)).toBe(cell);
  return found;
}

function expectToHold({ file, words }: Reference): void {
  const path = join(CHECKOUT, file);
  expect(existsSync(path) && statSync(path).isFile(), file).toBe(true);
  if (words !== undefined) expect(readFileSync(path, "utf8"), file).toContain(words);
}

describe("the table of what the three documents say and what covers it", () => {
  it("has three parts whose rows are numbered without a gap", () => {
    expect(lines.filter((line) => line === HEADER)).toHaveLength(3);
    const counted: Record<string, number> = {};
    for (const { id } of rows) {
      const part = id.charAt(0);
      counted[part] = (counted[part] ?? 0) + 1;
      expect(id).toBe(`${part}${counted[part]}`);
    }
    expect(Object.keys(counted)).toEqual(["S", "G", "D"]);
    // Every line of a table but its two lines of header is a row.
    expect(rows).toHaveLength(lines.filter((line) => line.startsWith("|")).length - 6);
  });

  it("says nothing twice in one part", () => {
    const sayings = rows.map(({ id, says }) => `${id.charAt(0)} ${says}`);
    expect(sayings.filter((saying, at) => sayings.indexOf(saying) !== at)).toEqual([]);
  });

  it.each(named)("%s names files that are there", (_, { says, coveredBy }) => {
    expect(says).not.toBe("");
    const files = references(coveredBy, ", ");
    expect(files).not.toEqual([]);
    files.forEach(expectToHold);
  });

  it.each(named)("%s names tests that are there, by their names", (_, { test }) => {
    const tests = references(test, "; ");
    expect(tests).not.toEqual([]);
    for (const reference of tests) {
      expect(reference.file).toMatch(/^test\/.+\.test\.ts$/);
      expect(reference.words, reference.file).toBeDefined();
      expectToHold(reference);
    }
  });
});
