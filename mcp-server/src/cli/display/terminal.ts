const DEFAULT_WIDTH = 100;
const DEFAULT_HEIGHT = 24;

/** What an output says of itself. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** In how many columns an answer is set. A pipe has none, and some terminals say 0: they do not know. */
export function terminalWidth({ columns }: Pick<OutputStream, "columns">): number {
  return columns || DEFAULT_WIDTH;
}

/** How many lines are seen at once. */
export function terminalHeight({ rows }: Pick<OutputStream, "rows">): number {
  return rows || DEFAULT_HEIGHT;
}

/**
 * Whether lines of this output may be drawn anew. The log of a build is read later, line by line, whatever it is written
 * to; and a dumb terminal cannot move its cursor.
 */
export function canRedraw({ isTTY }: Pick<OutputStream, "isTTY">, env: Variables): boolean {
  return isTTY === true && !isSet(env.CI) && env.TERM !== "dumb";
}

/** Whether text of this output may have colours (no-color.org, force-color.org). */
export function hasColours({ isTTY }: Pick<OutputStream, "isTTY">, env: Variables): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  return isSet(env.FORCE_COLOR) || (isTTY === true && env.TERM !== "dumb");
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
