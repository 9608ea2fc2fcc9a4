/** The table of what was tried and what came of it, as it is printed and as it stands in the README. */
export class AdversaryTable {
  readonly #rows: { story: string; tried: string; happened: string }[] = [];

  /** Adds a row and gives back what happened, to be judged. */
  add(story: string, tried: string, happened: string): string {
    this.#rows.push({ story, tried, happened });
    return happened;
  }

  /** As Markdown. */
  toString(): string {
    const rows = this.#rows.map(({ story, tried, happened }) => [story, tried, happened]);
    return [["case", "tried", "what happened"], ["---", "---", "---"], ...rows]
      .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
      .join("\n");
  }
}
