import { JsonDisplay } from "./json-display.ts";
import { LineDisplay, type PlanDisplay, type TextOutput } from "./line-display.ts";
import { type DisplayActions, LiveDisplay } from "./live-display.ts";
import { canRedraw, hasColours } from "./terminal.ts";

/** A program's ends to its user. */
export interface UserStreams {
  readonly output: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The display that fits where the output goes.
 * @param lines where lines are written to that nothing draws anew.
 */
export function displayFor(
  { output, input, env }: UserStreams,
  json: boolean,
  actions: DisplayActions,
  lines: TextOutput = output,
): PlanDisplay {
  if (json) return new JsonDisplay(lines);
  const colour = hasColours(output, env);
  if (!canRedraw(output, env)) return new LineDisplay(lines, colour);
  return new LiveDisplay(output, input.isTTY ? input : undefined, colour, actions);
}
