import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { CHOICE_WORDS, EFFORTS, INHERIT, MODELS, modelChoiceFrom } from "../graph/model/model-choice.ts";
import { InvalidGlob, normaliseGlob } from "../graph/scope/parse-glob.ts";
import {
  type AcceptanceCriterion,
  MAX_TASK_ID,
  PRIORITIES,
  SIZES,
  type Size,
  type TaskDefinition,
  type TaskId,
} from "../graph/task.ts";

/**
 * How each field of a task is written in a breakdown and read from it. The two directions stand side by
 * side, because a breakdown that was read and not changed must be written as it was.
 */

/** Tells the reader of the breakdown what was not taken as it stands. */
export type Warn = (text: string) => void;

/** A field of a task that a breakdown can state, by its name in a task's definition. */
export type FieldName = keyof FileFields;

type FileFields = Omit<TaskDefinition, "inferredWrites" | "origin" | "extra">;

interface Field<Value> {
  /** The keys that mean this field, the one that is written first. */
  readonly keys: readonly string[];
  /** What a value must be, to complete "… must be". */
  readonly expects: string;
  /** A wrong value would change what may run when or where: it is refused. Others are left out. */
  readonly essential: boolean;
  /** What holds when the file says nothing. */
  readonly standard?: Value;
  /** The value that the keys' values, in their order, mean; undefined: nothing was said. */
  read(values: readonly unknown[], warn: Warn): Value | undefined;
  render(value: Value): unknown;
}

const asIs = (value: unknown): unknown => value;

/** An id stands in prompts, on command lines and in file names: it has nothing that could pass for their own marks. */
const ID = /^[^\s\p{C}\p{Z}<>`"\\]*$/u;
const written = z.union([z.string(), z.number().transform(String)]).transform((text) => text.trim());
const id = written.pipe(z.string().min(1).max(MAX_TASK_ID).regex(ID)).transform((text) => text as TaskId);
/** The id of another task; one that no task has is named as such. */
const reference = written.pipe(z.string().min(1)).transform((text) => text as TaskId);
const text = z.string();
const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*\d+(?:\.\d+)?\s*$/)
    .transform(Number),
]);
const wholeNumber = numeric.pipe(z.int().min(0));
const minutes = numeric.transform((value) => Math.round(value * 60_000)).pipe(z.int().min(1));
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));

const SIZE_NAMES: Readonly<Record<string, Size>> = {
  ...Object.fromEntries(SIZES.map((size) => [size, size])),
  s: "small",
  sm: "small",
  m: "medium",
  md: "medium",
  l: "large",
  lg: "large",
};
const size = z
  .string()
  .transform((name) => SIZE_NAMES[name.trim().toLowerCase()])
  .pipe(z.enum(SIZES));
const priority = z
  .string()
  .transform((name) => name.trim().toLowerCase())
  .pipe(z.enum(PRIORITIES));
const word = z.string().transform((name) => name.trim().toLowerCase());
const acceptance = listOf(
  z.union([
    z.string().transform((criterion): AcceptanceCriterion => ({ criterion })),
    z
      .object({ criterion: z.string(), command: z.string().optional() })
      .transform(
        ({ criterion, command }): AcceptanceCriterion =>
          command === undefined ? { criterion } : { criterion, command },
      ),
  ]),
);

/** The first value that is there, judged by the schema. */
function first<Value>(schema: z.ZodType<Value>): Field<Value>["read"] {
  return (values) => (values.length === 0 ? undefined : schema.parse(values[0]));
}

/** The valid ones of the first list of globs, normalised; a list of which nothing is left says nothing. */
function globs(values: readonly unknown[], warn: Warn): readonly string[] | undefined {
  if (values.length === 0) return undefined;
  const named = listOf(text).parse(pathsOf(values[0]));
  const valid: string[] = [];
  for (const one of named) {
    try {
      valid.push(normaliseGlob(one));
    } catch (error) {
      if (!(error instanceof InvalidGlob)) throw error;
      warn(`the glob ${error.message} (left out)`);
    }
  }
  return valid.length === 0 && named.length > 0 ? undefined : [...new Set(valid)];
}

/** The keys that say what a task depends on; all that are given hold. */
export const DEPENDENCY_KEYS: readonly string[] = [
  "dependencies",
  "dependsOn",
  "blockedBy",
  "depends_on",
  "blocked_by",
];

/** Paths as people list them: one text of several, records of a path, or lists by what is done with them. */
function pathsOf(value: unknown): unknown[] {
  if (typeof value === "string") return value.split(/,\s+/);
  if (Array.isArray(value)) return value.map(pathOf);
  if (typeof value !== "object" || value === null) return [value];
  const lists = Object.entries(value).filter(([key]) => !/^(?:reads?|reference)/i.test(key));
  return lists.every(([, list]) => Array.isArray(list))
    ? lists.flatMap(([, list]) => pathsOf(list))
    : [value];
}

function pathOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "path" in item ? item.path : item;
}

const FIELDS: { readonly [Name in keyof Required<FileFields>]: Field<Required<FileFields>[Name]> } = {
  id: {
    keys: ["id"],
    expects: `a number, or a text of 1 to ${MAX_TASK_ID} characters without spaces, quotes, < and >`,
    essential: true,
    read: first(id),
    render: asIs,
  },
  subject: {
    keys: ["subject", "title", "name"],
    expects: "a text that is not empty",
    essential: true,
    read: first(text.refine((subject) => subject.trim() !== "")),
    render: asIs,
  },
  description: {
    keys: ["description"],
    expects: "a text",
    essential: true,
    standard: "",
    read: first(text),
    render: asIs,
  },
  activeForm: { keys: ["activeForm"], expects: "a text", essential: false, read: first(text), render: asIs },
  phase: { keys: ["phase"], expects: "a number", essential: false, read: first(wholeNumber), render: asIs },
  phaseName: { keys: ["phaseName"], expects: "a text", essential: false, read: first(text), render: asIs },
  size: {
    keys: ["size"],
    expects: `one of ${SIZES.join(", ")}`,
    essential: false,
    read: first(size),
    render: asIs,
  },
  priority: {
    keys: ["priority"],
    expects: `one of ${PRIORITIES.join(", ")}`,
    essential: false,
    standard: "medium",
    read: first(priority),
    render: asIs,
  },
  dependencies: {
    keys: DEPENDENCY_KEYS,
    expects: "a list of task ids",
    essential: true,
    standard: [],
    // All of them hold: leaving one out would start the task too early.
    read: (values) =>
      values.length === 0
        ? undefined
        : [...new Set(values.flatMap((value) => listOf(reference).parse(value)))],
    render: asIs,
  },
  needs: {
    keys: ["needs"],
    expects: '"all", "any", "settled" or {"atLeast": n}',
    essential: true,
    standard: "all",
    read: first(z.union([z.enum(["all", "any", "settled"]), z.strictObject({ atLeast: z.int().min(1) })])),
    render: asIs,
  },
  writes: {
    keys: ["writes", "files", "owns", "file"],
    expects: "a list of globs",
    essential: true,
    read: globs,
    render: asIs,
  },
  reads: {
    keys: ["reads"],
    expects: "a list of globs",
    essential: true,
    standard: [],
    read: globs,
    render: asIs,
  },
  resources: {
    keys: ["resources"],
    expects: "a list of names",
    essential: true,
    standard: [],
    read: first(listOf(text)),
    render: asIs,
  },
  agent: {
    keys: ["agent"],
    expects: "the name of an agent type",
    essential: false,
    read: first(text.min(1).transform((name) => name.replace(/^parallel:/, ""))),
    render: asIs,
  },
  model: {
    keys: ["model"],
    expects: `one of ${[...MODELS, INHERIT].join(", ")}`,
    essential: false,
    read: first(word.pipe(z.enum([...MODELS, INHERIT]))),
    render: asIs,
  },
  effort: {
    keys: ["effort"],
    expects: `one of ${[...EFFORTS, INHERIT].join(", ")}`,
    essential: false,
    read: first(word.pipe(z.enum([...EFFORTS, INHERIT]))),
    render: asIs,
  },
  escalate: {
    keys: ["escalate"],
    expects: `a list, one for each further attempt, of ${CHOICE_WORDS}`,
    essential: false,
    read: first(listOf(word.refine((step) => modelChoiceFrom(step) !== undefined))),
    render: asIs,
  },
  isolation: {
    keys: ["isolation"],
    expects: '"shared" or "worktree"',
    essential: true,
    read: first(z.enum(["shared", "worktree"])),
    render: asIs,
  },
  alternatives: {
    keys: ["alternatives"],
    expects: "the name of a group of tasks",
    essential: true,
    read: first(text.transform((name) => name.trim()).pipe(text.min(1))),
    render: asIs,
  },
  estimateMs: {
    keys: ["estimateMinutes"],
    expects: "a number of minutes above 0",
    essential: false,
    read: first(minutes),
    render: (ms) => ms / 60_000,
  },
  timeoutMs: {
    keys: ["timeoutMinutes"],
    expects: "a number of minutes above 0",
    essential: false,
    read: first(minutes),
    render: (ms) => ms / 60_000,
  },
  maxTokens: {
    keys: ["maxTokens"],
    expects: "a whole number of tokens",
    essential: true,
    read: first(wholeNumber),
    render: asIs,
  },
  maxCost: {
    keys: ["maxCost"],
    expects: "an amount of money, from 0",
    essential: true,
    read: first(numeric.pipe(z.number().min(0))),
    render: asIs,
  },
  maxTurns: {
    keys: ["maxTurns"],
    expects: "a whole number of turns",
    essential: true,
    read: first(wholeNumber),
    render: asIs,
  },
  maxMs: {
    keys: ["maxMinutes"],
    expects: "a number of minutes above 0",
    essential: true,
    read: first(minutes),
    render: (ms) => ms / 60_000,
  },
  retries: {
    keys: ["retries"],
    expects: "a whole number from 0",
    essential: false,
    read: first(wholeNumber),
    render: asIs,
  },
  acceptance: {
    keys: ["acceptance", "acceptanceCriteria", "acceptance_criteria"],
    expects: "a list of texts or of {criterion, command}",
    essential: false,
    standard: [],
    read: first(acceptance),
    render: (criteria) =>
      criteria.map(({ criterion, command }) => (command === undefined ? criterion : { criterion, command })),
  },
  review: {
    keys: ["review"],
    expects: "true or false",
    essential: false,
    read: first(z.boolean()),
    render: asIs,
  },
};

type AnyField = Field<unknown>;
const TABLE = Object.entries(FIELDS) as unknown as readonly (readonly [keyof FileFields, AnyField])[];
const INTERPRETED = new Set(TABLE.flatMap(([, { keys }]) => keys));

/** What the documents tell of a field: how it is written, what it must be, and what holds without it. */
export type FieldRule = Pick<AnyField, "keys" | "expects" | "essential" | "standard"> & {
  readonly name: FieldName;
};

/** Every field of a task, in the order in which a breakdown is written. */
export function fieldRules(): readonly FieldRule[] {
  return TABLE.map(([name, { keys, expects, essential, standard }]) => ({
    name,
    keys,
    expects,
    essential,
    standard,
  }));
}

/** A field of a task that has a value which it cannot have. */
export class WrongField extends Error {
  readonly key: string;
  readonly expects: string;

  constructor(key: string, expects: string) {
    super(`${key} must be ${expects}`);
    this.key = key;
    this.expects = expects;
  }
}

/** The part of an object that has the given keys; null counts as a key that says nothing. */
function pick(raw: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(raw, key)).map((key) => [key, raw[key]]));
}

function readField(field: AnyField, raw: Readonly<Record<string, unknown>>, warn: Warn): unknown {
  const said = Object.entries(raw).filter(([, value]) => value !== null && value !== undefined);
  try {
    return (
      field.read(
        said.map(([, value]) => value),
        warn,
      ) ?? field.standard
    );
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const key = said[0]?.[0] ?? field.keys[0] ?? "";
    if (field.essential)
      throw new WrongField(said.length > 1 ? said.map(([name]) => name).join("/") : key, field.expects);
    warn(`${key} must be ${field.expects} (left out)`);
    return field.standard;
  }
}

/** The object's fields as a definition has them, or a `WrongField`. `id` and `subject` may be absent. */
export function readFields(
  raw: Readonly<Record<string, unknown>>,
  warn: Warn,
): Partial<FileFields> & Pick<TaskDefinition, "priority" | "dependencies" | "needs" | "extra"> {
  const fields: Record<string, unknown> = {};
  // What is not interpreted, and the raw form of every field that would be written differently from how it
  // was found (`dependsOn`, `"size": "md"`, an explicit default): `renderFields` prefers the raw form for as
  // long as it still means the field's value.
  const extra = Object.entries(raw).filter(([key]) => !INTERPRETED.has(key));
  for (const [name, field] of TABLE) {
    const found = pick(raw, field.keys);
    const value = readField(field, found, warn);
    if (value !== undefined) fields[name] = value;
    if (!isDeepStrictEqual(found, renderField(field, value, "file"))) extra.push(...Object.entries(found));
  }
  return { ...fields, extra: Object.fromEntries(extra) } as ReturnType<typeof readFields>;
}

/** The definition as the object that stands for it in a breakdown. */
export function renderFields(definition: TaskDefinition): Record<string, unknown> {
  const parts: Record<string, unknown>[] = [];
  for (const [name, field] of TABLE) {
    const value = definition[name];
    const raw = pick(definition.extra, field.keys);
    const unchanged =
      Object.keys(raw).length > 0 &&
      isDeepStrictEqual(
        readField(field, raw, () => {}),
        value,
      );
    parts.push(unchanged ? raw : renderField(field, value, definition.origin));
  }
  const rest = Object.entries(definition.extra).filter(([key]) => !INTERPRETED.has(key));
  return Object.fromEntries([...parts.flatMap((part) => Object.entries(part)), ...rest]);
}

/** A task that came from a file is written without the defaults that the file left out. */
function renderField(
  field: AnyField,
  value: unknown,
  origin: TaskDefinition["origin"],
): Record<string, unknown> {
  const [key = ""] = field.keys;
  if (value === undefined || (origin === "file" && isDeepStrictEqual(value, field.standard))) return {};
  return { [key]: field.render(value) };
}

/**
 * Whether two definitions mean the same, however they were written and wherever they came from. Inferred paths do
 * not count: they follow from the description, and a run may have added to them.
 */
export function sameMeaning(a: TaskDefinition, b: TaskDefinition): boolean {
  return isDeepStrictEqual(meaningOf(a), meaningOf(b));
}

function meaningOf({
  extra,
  origin: _origin,
  inferredWrites: _inferred,
  ...fields
}: TaskDefinition): unknown {
  return {
    ...fields,
    extra: Object.fromEntries(Object.entries(extra).filter(([key]) => !INTERPRETED.has(key))),
  };
}
