import { isTooDeep, MAX_DEPTH } from "../depth.ts";
import { BreakdownError } from "../errors.ts";
import { jsonErrorPosition } from "./position.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text without the mark that some editors put before it. */
export function withoutByteOrderMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

/** The object that the text holds, or a `BreakdownError`. `file` names it in messages. */
export function parseDocument(text: string, file: string): JsonObject {
  const json = withoutByteOrderMark(text);
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
  if (isObject(value)) return value;
  throw new BreakdownError(
    file,
    "",
    `the file holds ${Array.isArray(value) ? "a list" : `the value ${JSON.stringify(value)}`}, not an object`,
    'Write {"tasks": […]}',
  );
}
