import type { GraphEvent } from "../../mcp-server/src/graph/event.ts";
import { formatDuration } from "../../mcp-server/src/text/format.ts";
import type { Look } from "./run-watch.ts";

/** Progress where nothing can be redrawn: a line for every agent that starts or ends. */
export class ProgressLines {
  #seen = 0;
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  show(look: Look): void {
    const news = look.events.filter(({ seq }) => seq > this.#seen);
    for (const event of news) {
      const line = lineOf(event, look);
      if (line === undefined) continue;
      const seconds = ((event.atMs - this.#startMs) / 1000).toFixed(1).padStart(5);
      process.stdout.write(`${seconds} s  ${line}\n`);
    }
    this.#seen = look.events.at(-1)?.seq ?? 0;
  }

  end(): void {
    process.stdout.write("\n");
  }
}

function lineOf({ change, seq, atMs }: GraphEvent, look: Look): string | undefined {
  if (change.type === "attempt.started") {
    const again = change.number > 1 ? `, attempt ${change.number}` : "";
    return `▶ ${change.task} ${look.subjectOf(change.task)}${again}`;
  }
  if (change.type !== "attempt.ended") return undefined;
  const started = look.events.find(
    (event) => event.change.type === "attempt.started" && event.change.attempt === change.attempt,
  );
  const took = started === undefined ? "" : `, ${formatDuration(atMs - started.atMs)}`;
  const name = `${change.task} ${look.subjectOf(change.task)}${took}`;
  if (change.outcome === "completed") return `✓ ${name}`;
  // What becomes of the task stands in the same transaction, right after the end of the attempt.
  const then = look.events.find(
    (event) => event.seq > seq && event.change.type === "task.status" && event.change.task === change.task,
  );
  const next =
    then?.change.type === "task.status" && then.change.status === "pending" ? "; it is tried again" : "";
  return `✗ ${name}, ${change.outcome}${next}`;
}
