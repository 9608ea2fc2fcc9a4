/** What a text asks for where it names a path. */
export type Use = "maybe-written" | "read" | "forbidden";

export const WRITE_WORD =
  /\b(?:add|change|create|delete|edit|extend|fix|implement|modify|move|refactor|remove|rename|replace|rewrite|update|write)\b/i;

const MAX_CLAUSE = 300;

/** Nothing but other paths and small words between the words that forbid and the path. */
const FORBIDDEN_BEFORE =
  /\b(?:do not|don['’]t|must not|never)\s+(?:touch|modify|edit|change)(?:[\s,:*]|\b(?:and|any|either|file|files|in|or|the)\b|`[^`]*`)*$/i;
const READ_BEFORE =
  /(?:\b(?:see(?: also)?|refer(?:ring)? to|cf\.?|consult)\b|\breferences?:|^[\s\d.*-]*read\b|\b(?:first|to) read\b|\bpattern (?:in|of|from)\b|\bimport(?:s|ed|ing)? from\b)([^`]|`[^`]*`){0,80}$|\b(?:against|as in|consistent with|per|follow(?:s|ing)?|similar to|like|mirror(?:s|ing)?|modell?ed (?:on|after)|based on|same as|analogous to|inspired by|match(?:es)?|adapted from|according to|(?:patterns?|rules?|conventions?) (?:from|in|of))\s+$/i;
const UNCHANGED_AFTER =
  /^[\s*]*(?:[—–:-]\s*)?(?:\((?:read[- ]only|(?:for )?reference(?: only)?|unchanged|untouched|do not (?:modify|touch|edit|change))\b|(?:is|are|stays?|remains?) (?:unchanged|untouched)\b)/i;
/** The words of a command that ends with the path; a command runs what it names. */
const COMMAND_BEFORE =
  /(?:^|[\s(:])(?:\.\/)?(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|pytest|python3?|uv|poetry|tox|cargo|go (?:test|run|vet)|make|mvnw?|gradlew?|dotnet|php|phpunit|bundle|rspec|jest|vitest|playwright|mocha|tsc|eslint|ruff|mypy|bash|sh)\s+(?:[\w@./:=-]+\s+)*$/;
/** What a document is named after that is only consulted. */
const CITED_BEFORE =
  /\b(?:based on|defined (?:in|by)|described in|documented in|listed in|outlined in|required by|shown in|specified (?:in|by)|stated in|matching|from|satisf(?:y|ies|ying)|conform(?:s|ing)? to|validate[sd]? against)\s+(?:the\s+)?$|(?:^|[\s(*])(?:refs?|specs?|source|design|contract)(?:\*\*)?\s*[:：](?:\*\*)?\s*$/i;
/** A place in a document behind its name. */
const PLACE_AFTER =
  /^[`*\])]*[\s,:]*(?:["“'‘「『§#]|(?:section|chapter|line|lines|FR|NFR|SC|AC|US|req)\b[\s-]*\S)/i;

/** Whether the path is of a text for people. */
export function isDocument(path: string): boolean {
  return /\.(?:md|mdx|markdown|rst|adoc|txt|pdf|docx?)(?:[:#].*)?$/i.test(path);
}

/**
 * What the line asks for at this place.
 * @param start,end where the path stands in the line, its marks included.
 * @param document it is a text for people, which tasks more often cite than write.
 */
export function useIn(line: string, start: number, end: number, document: boolean): Use {
  const before = clauseBefore(line.slice(0, start));
  const after = line.slice(end);
  if (FORBIDDEN_BEFORE.test(before)) return "forbidden";
  if (/\bleave\b[^.;]*$/i.test(before) && /^[\s,*]*(?:alone|unchanged|untouched|as[- ]is)\b/i.test(after)) {
    return "forbidden";
  }
  if (UNCHANGED_AFTER.test(after) || COMMAND_BEFORE.test(before)) return "read";
  if (document && isCited(before, after)) return "read";
  const reading = READ_BEFORE.exec(before);
  return reading !== null && !WRITE_WORD.test(reading[0]) ? "read" : "maybe-written";
}

function isCited(before: string, after: string): boolean {
  if (CITED_BEFORE.test(before)) return true;
  const [, outside = "", parenthesis] = /^(.*)[(（[]([^)）\]]*)$/.exec(before) ?? [];
  if (parenthesis === undefined || WRITE_WORD.test(parenthesis)) return false;
  // In "Document it (docs/a.md)" the document is what is written.
  return PLACE_AFTER.test(after) || /\S\/\S|`/.test(outside);
}

/** What stands before the path in its own clause; the dots of paths and numbers end no clause. */
export function clauseBefore(text: string): string {
  const near = text.slice(-MAX_CLAUSE);
  return near.split(/[.;!?]\s|[。；！？]|[—–]|\s-\s|\b(?:then|but)\b/).at(-1) ?? "";
}
