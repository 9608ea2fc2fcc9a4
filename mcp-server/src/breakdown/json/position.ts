import { type ParseError, parse } from "jsonc-parser";

/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/**
 * Where a text stops being JSON; undefined if it is JSON, or nested too deep to be followed. The host's own parser
 * says so in words that differ from version to version and often without a position.
 */
export function jsonErrorPosition(text: string): Position | undefined {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, STRICT);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return errors[0] && positionOf(text, errors[0].offset);
}

/** @param offset in UTF-16 units, as JavaScript counts. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
