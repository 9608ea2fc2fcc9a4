import type { Word, WordPart } from "unbash";
import { expandBraces } from "../graph/scope/brace-expansion.ts";
import { type Glob, literalGlob } from "../graph/scope/glob.ts";
import type { NamedFiles } from "./command-effect.ts";

/**
 * One argument of a command as the shell would pass it; undefined if only the running shell knows it. Wildcards for
 * which names of files stand in are kept as private characters, so that neither quotes nor nested shells change them.
 */
export type Value = string | undefined;
export type Words = readonly Value[];

/** What an expansion in a word stands for: none or several fields. */
type Expansion = (part: WordPart) => Words;

/** More arguments from one word, or more characters, are not followed: no path is as long, and doubling costs nothing. */
const MAX_FIELDS = 256;
const MAX_TEXT = 65_536;
const PRIVATE = 0xe000;
const WILD = /[\ue000-\ue07f]/g;

/** The value that any file may stand for whose name matches the glob. */
export function foundBy(glob: Glob): string {
  return glob.replace(/[ -~]/g, (char) => String.fromCharCode(PRIVATE + char.charCodeAt(0)));
}

export function isPattern(value: Value): boolean {
  return value !== undefined && value.search(WILD) >= 0;
}

/** The value as a path, or as a glob if it has wildcards. */
export function pathOrGlob(value: string): NamedFiles {
  if (!isPattern(value)) return { path: value, isPattern: false };
  const literal = value.replace(/[^\ue000-\ue07f]+/g, literalGlob);
  const path = literal.replace(WILD, (char) => String.fromCharCode(char.charCodeAt(0) - PRIVATE));
  return { path, isPattern: true };
}

/** The path that an argument names in a folder; undefined where the argument or the folder is not known. */
export function absolutePath(value: Value, folder: Value): Value {
  if (value === undefined || value === "" || value.includes("\0")) return undefined;
  if (/^(?:\/|[a-z]:[\\/])/i.test(value)) return value;
  return folder === undefined ? undefined : `${folder}/${value}`;
}

/**
 * The fields that a word becomes: braces, variables, quotes and field splitting are resolved.
 * @param splits whether unquoted text is split at blanks, and its wildcards are wildcards; not in an assignment.
 */
export function expandWord(word: Word, home: string, valuesOf: Expansion, splits = true): Words {
  const { value, text, pos, end } = word;
  const parts = word.parts ?? [{ type: "Literal" as const, value, text, pos, end }];
  let alternatives: (readonly WordPart[])[] = [[]];
  for (const part of parts) {
    const isBrace = part.type === "BraceExpansion" && splits && !/["'`$\\]/.test(part.text);
    const choices: readonly WordPart[] | undefined = isBrace
      ? expandBraces(part.text)?.map((text) => ({ ...part, text }))
      : [part];
    if (choices === undefined || alternatives.length * choices.length > MAX_FIELDS) return [undefined];
    alternatives = alternatives.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  const fields = alternatives.flatMap((alternative) => fieldsOf(alternative, valuesOf, splits));
  const [first] = fields;
  if (!word.text.startsWith("~") || first === undefined) return fields;
  return [/^~(?:\/|$)/.test(first) ? home + first.slice(1) : undefined, ...fields.slice(1)];
}

function fieldsOf(parts: readonly WordPart[], valuesOf: Expansion, splits: boolean): Words {
  const fields: Value[] = [""];
  const quoted = new Set<number>();
  const append = (text: Value) => {
    const before = fields.pop();
    const isKnown = before !== undefined && text !== undefined && before.length + text.length <= MAX_TEXT;
    fields.push(isKnown ? before + text : undefined);
  };
  const appendAll = (values: Words, isSplit: boolean) => {
    const all = isSplit ? values.flatMap((value) => value?.split(/[ \t\n]+/)) : values;
    for (const [at, value] of all.entries()) {
      if (at > 0 && fields.length < MAX_FIELDS) fields.push("");
      append(isSplit ? value?.replace(/[*?]|\[[^\]]*\]/g, foundBy) : value);
    }
  };
  const add = (part: WordPart, isQuoted: boolean): void => {
    if (isQuoted || /Quoted$|^Locale/.test(part.type)) quoted.add(fields.length - 1);
    if (part.type === "DoubleQuoted" || part.type === "LocaleString")
      for (const one of part.parts) add(one, true);
    else if (/Glob$/.test(part.type)) append(splits ? foundBy(part.text) : part.text);
    else if ("value" in part) append(part.value);
    else appendAll(part.type === "BraceExpansion" ? [part.text] : valuesOf(part), splits && !isQuoted);
  };
  for (const part of parts) add(part, false);
  return fields.filter((field, at) => field !== "" || quoted.has(at));
}
