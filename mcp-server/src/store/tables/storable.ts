/** A value as both databases can hold it: text without the character NUL, which a model may well write. */
export function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/** What JSON writes of NUL and of half a character, neither of which a database takes for text. */
const UNSTORABLE = /\\u(0000|d[89a-f])/;

/** Rows as one JSON text that both databases can take apart again; half a character is replaced like NUL. */
export function storableJson(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === "string" ? value.replace(/\0|\p{Surrogate}/gu, "\uFFFD") : value,
  );
}
