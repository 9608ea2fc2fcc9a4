import rows from "../../test/e2e/adversary-table.json" with { type: "json" };
import { markdownTable } from "./markdown-table.ts";

/** What workers were seen to try, and what came of it, as the end-to-end test recorded it. */
export function misbehavingWorkers(): string {
  return markdownTable(
    ["case", "tried", "what happened"],
    rows.map(({ story, tried, happened }) => [story, tried, happened]),
  );
}
