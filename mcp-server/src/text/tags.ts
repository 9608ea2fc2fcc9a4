/** What the host and the model's provider put around their own words; they are known with spaces inside, too. */
const HOST_WORDS =
  "system|task-notification|local-command|command-|user-prompt|tool_|function_|antml|invoke|parameter|tools-used";
/** A `<` that might begin a tag: before a word, and before one that ends a tag or declares something. */
const TAG = new RegExp(String.raw`<(?=[/!?]?[\p{L}_]|\s*/?\s*(?:${HOST_WORDS}))`, "giu");
/** The same behind the backslash of Markdown, which may have escaped the underscore that the word begins with. */
const ESCAPED_TAG = new RegExp(String.raw`\\<(?=[/!?]?\\?[\p{L}_]|\s*/?\s*(?:${HOST_WORDS}))`, "giu");

/**
 * Foreign text in which nothing passes for a tag. Models know tags by which their host speaks to them; a list of those
 * would never be complete, so each `<` before a word is written as `&lt;`.
 */
export function escapeTags(text: string): string {
  return text.replace(TAG, "&lt;");
}

/** As `escapeTags`, for a line whose marks Markdown's backslashes have escaped. */
export function escapeTagsInMarkdown(line: string): string {
  return line.replace(ESCAPED_TAG, "&lt;");
}

/** As `escapeTags`, for JSON: the text that it stands for stays what it is. */
export function escapeTagsInJson(json: string): string {
  return json.replace(TAG, "\\u003c");
}
