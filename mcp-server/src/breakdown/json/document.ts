import { isTooDeep, MAX_DEPTH } from "../depth.ts";
import { BreakdownError } from "../errors.ts";
import { isJsonLines } from "./json-lines.ts";
import { numberIds, numberIdWarnings, withIdsAsTexts } from "./number-ids.ts";
import { jsonErrorPosition } from "./position.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text without the mark that some editors put before it. */
export function withoutByteOrderMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

/**
 * The object that the text holds, with its ids as they are written.
 * @param file names it in messages.
 * @returns and what is to be said about it. @throws BreakdownError
 */
export function parseDocument(
  text: string,
  file: string,
): { readonly document: JsonObject; readonly warnings: readonly string[] } {
  const json = withoutByteOrderMark(text);
  if (isJsonLines(json, file)) {
    throw new BreakdownError(
      file,
      "",
      "it is JSON Lines (one object on each line), not one document with all tasks",
      'Put its records into one list {"tasks": […]}, each with id, subject and dependencies',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const { line, column } = jsonErrorPosition(json) ?? { line: 1, column: 1 };
    throw new BreakdownError(
      file,
      "",
      `not valid JSON at line ${line}, column ${column}`,
      "Correct the file there; nothing was changed",
    );
  }
  if (isTooDeep(value)) {
    throw new BreakdownError(
      file,
      "",
      `the file is nested more than ${MAX_DEPTH} levels deep`,
      "Flatten it; nothing was changed",
    );
  }
  const ids = numberIds(json);
  if (ids.length > 0) value = JSON.parse(withIdsAsTexts(json, ids));
  if (isObject(value)) return { document: value, warnings: numberIdWarnings(json, ids) };
  throw new BreakdownError(
    file,
    "",
    `the file holds ${Array.isArray(value) ? "a list" : `the value ${JSON.stringify(value)}`}, not an object`,
    'Write {"tasks": […]}',
  );
}
