import type { Word, WordPart } from "unbash";
import { expandBraces } from "../graph/scope/brace-expansion.ts";
import { literalGlob } from "../graph/scope/glob.ts";

/**
 * One argument of a command as the shell would pass it. `pattern` is there when names of files may take its
 * place: the same text as a glob, in which whatever was quoted stands for itself.
 */
export interface Field {
  readonly text: string;
  readonly pattern?: string;
}

/** What is known of a variable's value; `undefined` is a value that only the running shell knows. */
export type Value = Field | undefined;

/** What a word may refer to. */
export interface WordFacts {
  readonly variable: (name: string) => Value;
  readonly substitution: (script: Extract<WordPart, { type: "CommandExpansion" }>["script"]) => Value;
  readonly home: string;
}

/** More arguments than this from one word are not told apart any more. */
const MAX_FIELDS = 256;

/** A text that grows beyond this is not followed any more: no path is as long, and doubling it costs nothing. */
const MAX_TEXT = 65_536;

/** A field in the making: `text` is undefined as soon as a part of it is unknown. */
interface Draft {
  text: string | undefined;
  pattern: string;
  hasGlob: boolean;
  /** A quoted part makes a field even where nothing is in it. */
  isQuoted: boolean;
}

/**
 * The fields that a word becomes: braces, variables, quotes and field splitting are resolved; patterns are left
 * for whoever knows the files. `undefined` stands for a field that cannot be known without running the command.
 */
export function expandWord(word: Word, facts: WordFacts): readonly Value[] {
  const parts = word.parts ?? [literalPart(word)];
  const alternatives = withoutBraces(parts);
  if (alternatives === undefined) return [undefined];
  const isTilde = word.text.startsWith("~");
  return alternatives.flatMap((alternative) => fieldsOf(alternative, facts, isTilde));
}

/** The word's value as an assignment takes it: neither split nor replaced by names of files. */
export function valueOfWord(word: Word, facts: WordFacts): Value {
  const drafts = [newDraft()];
  for (const part of word.parts ?? [literalPart(word)]) {
    if (part.type === "DoubleQuoted" || part.type === "LocaleString") addQuoted(drafts, part.parts, facts);
    else addPart(drafts, part, facts, true);
  }
  const [draft] = drafts;
  if (draft?.text === undefined) return undefined;
  return word.text.startsWith("~") ? atHome({ text: draft.text }, facts.home) : { text: draft.text };
}

type Part = WordPart | { readonly type: "Pattern"; readonly text: string };

function literalPart({ value, text, pos, end }: Word): WordPart {
  return { type: "Literal", value, text, pos, end };
}

/** Every choice of the braces as a list of parts of its own; undefined where there are too many. */
function withoutBraces(parts: readonly WordPart[]): readonly (readonly Part[])[] | undefined {
  let alternatives: (readonly Part[])[] = [[]];
  for (const part of parts) {
    const choices: readonly Part[] | undefined =
      part.type !== "BraceExpansion" || /["'`$\\]/.test(part.text)
        ? [part]
        : expandBraces(part.text)?.map((text) => ({ type: "Pattern", text }));
    if (choices === undefined || alternatives.length * choices.length > MAX_FIELDS) return undefined;
    alternatives = alternatives.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  return alternatives;
}

function fieldsOf(parts: readonly Part[], facts: WordFacts, isTilde: boolean): readonly Value[] {
  const drafts = [newDraft()];
  for (const part of parts) addPart(drafts, part, facts, false);
  const fields = drafts.filter(({ text, isQuoted }) => text !== "" || isQuoted).map(finish);
  const [first] = fields;
  if (!isTilde || first === undefined) return fields;
  return [atHome(first, facts.home), ...fields.slice(1)];
}

function newDraft(): Draft {
  return { text: "", pattern: "", hasGlob: false, isQuoted: false };
}

function finish({ text, pattern, hasGlob }: Draft): Value {
  if (text === undefined) return undefined;
  return hasGlob ? { text, pattern } : { text };
}

/** @param isWhole the value stays one field, as in an assignment. */
function addPart(drafts: Draft[], part: Part, facts: WordFacts, isWhole: boolean): void {
  switch (part.type) {
    case "Literal":
      addText(drafts, part.value);
      break;
    case "SingleQuoted":
    case "AnsiCQuoted":
      addText(drafts, part.value, true);
      break;
    case "DoubleQuoted":
    case "LocaleString":
      addQuoted(drafts, part.parts, facts);
      break;
    case "Pattern":
    case "Glob":
    case "ExtendedGlob":
      addUnquoted(drafts, part.text, isWhole);
      break;
    default: {
      const value = valueOfPart(part, facts);
      if (value === undefined) last(drafts).text = undefined;
      else if (value.pattern !== undefined) addValue(drafts, value);
      else addUnquoted(drafts, value.text, isWhole);
    }
  }
}

function addQuoted(drafts: Draft[], parts: readonly WordPart[], facts: WordFacts): void {
  last(drafts).isQuoted = true;
  for (const part of parts) {
    if (part.type === "Literal") {
      addText(drafts, part.value, true);
      continue;
    }
    const value = valueOfPart(part, facts);
    if (value === undefined) last(drafts).text = undefined;
    else addValue(drafts, value);
  }
}

function valueOfPart(part: Part, facts: WordFacts): Value {
  if (part.type === "SimpleExpansion") return facts.variable(part.text.slice(1));
  if (part.type === "CommandExpansion") return facts.substitution(part.script);
  if (part.type !== "ParameterExpansion") return undefined;
  const isPlain = part.operation === undefined && part.prefix === undefined && part.index === undefined;
  return isPlain ? facts.variable(part.parameter) : undefined;
}

function addText(drafts: Draft[], text: string, isQuoted = false): void {
  if (isQuoted) last(drafts).isQuoted = true;
  append(last(drafts), text, literalGlob(text));
}

function append(draft: Draft, text: string, pattern: string): void {
  if (draft.text === undefined) return;
  draft.text = draft.text.length + text.length > MAX_TEXT ? undefined : draft.text + text;
  draft.pattern += pattern;
}

/** A loop's variable that stands for names of files goes on standing for them, quoted or not. */
function addValue(drafts: Draft[], { text, pattern }: Field): void {
  const draft = last(drafts);
  append(draft, text, pattern ?? literalGlob(text));
  if (pattern !== undefined) draft.hasGlob = true;
}

/** Unquoted text is split at blanks, and its wildcards are wildcards. */
function addUnquoted(drafts: Draft[], text: string, isWhole: boolean): void {
  const pieces = isWhole ? [text] : text.split(/[ \t\n]+/);
  for (const [at, piece] of pieces.entries()) {
    if (at > 0 && drafts.length < MAX_FIELDS) drafts.push(newDraft());
    const isGlob = !isWhole && /[*?[]/.test(piece);
    append(last(drafts), piece, isGlob ? piece : literalGlob(piece));
    if (isGlob) last(drafts).hasGlob = true;
  }
}

/**
 * The absolute path (of a pattern: the glob) that an argument names in a folder; links and `..` are not resolved.
 * Undefined when the argument, or the folder that it would be relative to, is not known.
 */
export function absolutePath(value: Value, folder: string | undefined): string | undefined {
  if (value === undefined || value.text === "" || value.text.includes("\0")) return undefined;
  const path = value.pattern ?? value.text;
  if (/^(?:\/|[a-z]:[\\/])/i.test(value.text)) return path;
  if (folder === undefined) return undefined;
  return `${value.pattern === undefined ? folder : literalGlob(folder)}/${path}`;
}

/** `~` and what is below it; undefined for another user's home. */
function atHome({ text, pattern }: Field, home: string): Value {
  if (text !== "~" && !text.startsWith("~/")) return undefined;
  return {
    text: home + text.slice(1),
    ...(pattern !== undefined && { pattern: literalGlob(home) + pattern.slice(1) }),
  };
}

function last(drafts: readonly Draft[]): Draft {
  const draft = drafts.at(-1);
  if (draft === undefined) throw new Error("a word has at least one field");
  return draft;
}
