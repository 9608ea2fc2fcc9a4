import { clearScreenDown, moveCursor } from "node:readline";
import pc from "picocolors";
import { renderTimeline } from "../../mcp-server/src/report/timeline/timeline.ts";
import { plural } from "../../mcp-server/src/text/format.ts";
import type { Look } from "./run-watch.ts";

/** Progress in a terminal: a timeline that is drawn anew in its place and goes when the run is over. */
export class ProgressTimeline {
  #drawn = 0;
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  show(look: Look): void {
    const { completed, total, running } = look.counts;
    const seconds = Math.round((Date.now() - this.#startMs) / 1000);
    const agents = `${plural(running, "agent")} at work`;
    const lines = [
      pc.bold(`${completed} of ${total} tasks completed, ${agents}, ${seconds} s`),
      ...timeline(look).split("\n"),
    ];
    this.#erase();
    process.stdout.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }

  end(): void {
    this.#erase();
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    moveCursor(process.stdout, 0, -this.#drawn);
    clearScreenDown(process.stdout);
    this.#drawn = 0;
  }
}

/** The timeline at the terminal's width; where there is none, at the width of a report. */
export function timeline(look: Look): string {
  return renderTimeline(look.rows, { width: process.stdout.columns ?? 96, colour: pc.isColorSupported });
}
