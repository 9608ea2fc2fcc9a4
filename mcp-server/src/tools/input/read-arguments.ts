import type * as z from "zod";
import { CallerError } from "../../errors/caller-error.ts";
import { knownField } from "./known-field.ts";
import { nearestField } from "./nearest-field.ts";

/** More than these in one answer are no help. */
const MAX_PROBLEMS = 5;
/** A key of the caller's, or a description of ours, longer than this is cut or left out. */
const MAX_TEXT = 80;
const CORRECT = "Correct this and call again.";

interface Problem {
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * The arguments of a call as its tool takes them.
 * @throws CallerError that names all wrong fields at once (at most five), so that one more call is enough.
 */
export function readArguments<Input extends z.ZodType>(schema: Input, given: unknown): z.infer<Input> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.flatMap((issue) => problemsOf(schema, given, issue));
  const told = problems.slice(0, MAX_PROBLEMS);
  const more = problems.length - told.length;
  const messages = [...told.map(({ message }) => message), ...(more > 0 ? [`And ${more} more.`] : [])];
  // What holds for all of them comes last and once.
  const remedies = new Set(told.map(({ remedy }) => remedy));
  const isGeneral = remedies.delete(CORRECT);
  throw new CallerError(
    "bad_input",
    messages.join(" "),
    [...remedies, ...(isGeneral ? [CORRECT] : [])].join(" "),
    told[0]?.field,
  );
}

function problemsOf(schema: z.ZodType, given: unknown, issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue;
  const field = pathText(path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(schema, path, key));
  if (issue.code === "custom" && typeof issue.params?.remedy === "string") {
    return [{ field, message: `${field} ${issue.message}.`, remedy: issue.params.remedy }];
  }
  if (valueAt(given, path) === undefined) {
    const description = described(knownField(schema, path)?.description);
    return [{ field, message: `${field} is missing${description}.`, remedy: CORRECT }];
  }
  // Of several kinds the one that was meant is the one of which only a part is wrong.
  const inside =
    issue.code === "invalid_union" ? issue.errors.find((kind) => kind.every(isInside)) : undefined;
  if (inside) {
    return inside.flatMap((inner) => problemsOf(schema, given, { ...inner, path: [...path, ...inner.path] }));
  }
  const where = field === "" ? "The arguments" : field;
  return [{ field, message: `${where}: ${expectationOf(issue)}.`, remedy: CORRECT }];
}

function isInside({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return issue.errors.flatMap((kind) => kind.slice(0, 1).map(expectationOf)).join(", or ");
  }
  return issue.message.replace(/^Invalid (?:input|option): /, "");
}

function unknownField(schema: z.ZodType, path: readonly PropertyKey[], key: string): Problem {
  const name = key.slice(0, MAX_TEXT);
  const fields = knownField(schema, path)?.fields ?? new Map();
  const known = [...fields.keys()];
  const nearest = nearestField(name, known);
  return {
    field: pathText([...path, name]),
    message: path.length === 0 ? `Unknown field ${name}.` : `${pathText(path)}: unknown field ${name}.`,
    remedy:
      nearest === undefined
        ? `Leave it out: the fields${path.length === 0 ? "" : ` of ${pathText(path)}`} are ${known.join(", ")}.`
        : `For ${name} use ${nearest}${described(fields.get(nearest)?.description)}.`,
  };
}

function described(text: string | undefined): string {
  return text === undefined || text.length > MAX_TEXT ? "" : ` (${text})`;
}

/** As people write it: `findings[0].file`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step).slice(0, MAX_TEXT)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return valueAt((value as Record<PropertyKey, unknown>)[step], rest);
}
