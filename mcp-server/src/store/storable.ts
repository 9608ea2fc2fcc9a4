/** A value as both databases can hold it: text without the character NUL, which a model may well write. */
export function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}
