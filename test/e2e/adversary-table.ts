import { readFileSync, writeFileSync } from "node:fs";
import { markdownTable } from "../../scripts/docs/markdown-table.ts";

/** One thing that a worker tried, and what came of it. */
export interface AdversaryRow {
  readonly story: string;
  readonly tried: string;
  readonly happened: string;
}

/** What was seen when the table was last recorded; `npm run docs` makes the table of `docs/reliability.md` from it. */
const RECORD = new URL("adversary-table.json", import.meta.url);

/** The table of what was tried and what came of it. */
export class AdversaryTable {
  readonly #rows: AdversaryRow[] = [];

  /** Adds a row and gives back what happened, to be judged. */
  add(story: string, tried: string, happened: string): string {
    this.#rows.push({ story, tried, happened });
    return happened;
  }

  get rows(): readonly AdversaryRow[] {
    return this.#rows;
  }

  /** As Markdown. */
  toString(): string {
    const rows = this.#rows.map(({ story, tried, happened }) => [story, tried, happened]);
    return markdownTable(["case", "tried", "what happened"], rows);
  }
}

export function recordedRows(): readonly AdversaryRow[] {
  return JSON.parse(readFileSync(RECORD, "utf8")) as AdversaryRow[];
}

export function recordRows(rows: readonly AdversaryRow[]): void {
  writeFileSync(RECORD, `${JSON.stringify(rows, null, 2)}\n`);
}

/** How a row ended, without the words that quote a message: those may be rewritten, the ending may not change. */
export function endingOf({ story, tried, happened }: AdversaryRow): AdversaryRow {
  return { story, tried, happened: happened.replace(/“[^”]*”|\([^)]*\)/g, "…") };
}
