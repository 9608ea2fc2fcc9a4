/** What of a report was measured: two runs of one plan may differ in this and in nothing else. */

const DURATION = /\d+(\.\d+)? (ms|s|min|h|d)( \d+ (s|min|h))?(?![\w])/g;
const TOKENS = /[\d.,]+k? tokens?|^- Tokens .*$/gm;
/** What is measured, in the JSON form, wherever it stands. */
const MEASURED = new Set([
  "figures",
  "timeline",
  "session",
  "atMs",
  "endedAtMs",
  "startedAtMs",
  "createdAtMs",
  "lastChangedAtMs",
  "durationMs",
  "tokens",
]);

/**
 * A Markdown report or ledger without its measured figures: their table, the timeline, the line to share, moments,
 * durations, tokens and the seal, which is made of all these.
 */
export function markdownWithoutFigures(report: string): string {
  return report
    .replace(/\| Figure \| Value \|\n(\|.*\n)*/, "(figures)\n")
    .replace(/^```text\n[\s\S]*?^```$/m, "(timeline)")
    .replace(/\n\*\*[^\n]*\*\*\n*$/, "\n(share line)\n")
    .replace(/sha256 [0-9a-f]{64}/, "(seal)")
    .replace(/^(As of|Ended) \d{4}-.* UTC\.$/gm, "$1 (moment).")
    .replace(/^Tokens without cache reads: .*$/gm, "(spent)")
    .replace(/^\d+ tasks, .* agents? at once, .*$/gm, "(share line)")
    .replace(/\\?\$\d+(\.\d+)?/g, "(money)")
    .replace(/^\|.*\(money\) \|$/gm, "(spent)")
    .replace(TOKENS, "(tokens)")
    .replace(DURATION, "(time)");
}

/** A JSON report without its measured figures. */
export function jsonWithoutFigures(report: unknown): unknown {
  return JSON.parse(JSON.stringify(report), (key, value) => (MEASURED.has(key) ? undefined : value));
}
