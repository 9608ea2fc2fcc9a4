import type { PlanSnapshot, SnapshotUpdate } from "../../live/snapshot.ts";
import { visibleJson } from "../../text/visible-json.ts";
import type { PlanDisplay, TextOutput } from "./line-display.ts";

/** Plans for a program: a line of JSON for every update, the first of each plan with all of it. */
export class JsonDisplay implements PlanDisplay {
  constructor(private readonly output: TextOutput) {}

  show(_snapshot: PlanSnapshot, update: SnapshotUpdate): void {
    this.output.write(`${visibleJson(update)}\n`);
  }

  say(text: string): void {
    this.output.write(`${visibleJson({ said: text })}\n`);
  }

  close(): void {}
}
