import * as z from "zod";
import { TOOLS } from "../../mcp-server/src/tools/index.ts";
import { markdownTable } from "./markdown-table.ts";

type Schema = z.core.JSONSchema.JSONSchema;

/** Every tool with its parameters, by name, as the schemas that check a call have them. */
export function toolReference(): string {
  return TOOLS.map(({ name, title, description, input, annotations }) => {
    const schema = z.toJSONSchema(input, { io: "input" });
    const kind = annotations.readOnlyHint
      ? "Only reads."
      : annotations.idempotentHint
        ? "The same call again changes nothing more."
        : "Every call may change something.";
    const table = markdownTable(["parameter", "type", "required", "meaning"], [...rowsOf(schema, "")]);
    return `### \`${name}\`: ${title.toLowerCase()}\n\n${plain(description)} ${kind}\n\n${table}`;
  }).join("\n\n");
}

/** One row for each property, and below an object those of its own. */
function* rowsOf(schema: Schema, prefix: string): Generator<string[]> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === "boolean") continue;
    const path = prefix + name;
    const isRequired = schema.required?.includes(name) === true;
    yield [`\`${path}\``, typeOf(property), isRequired ? "yes" : "", plain(property.description ?? "")];
    const item = itemOf(property);
    if (item.properties) yield* rowsOf(item, item === property ? `${path}.` : `${path}[].`);
  }
}

/** The text with nothing in it that Markdown would take for a tag. */
function plain(text: string): string {
  return text.replaceAll("<", "\\<");
}

function itemOf(schema: Schema): Schema {
  return typeof schema.items === "object" && !Array.isArray(schema.items) ? (schema.items as Schema) : schema;
}

function typeOf(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => typeOf(choice as Schema)).join(" or ");
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") return `list of ${typeOf(itemOf(schema))}`;
  if (schema.type === "object" && schema.properties && schema.additionalProperties === false) {
    return `{${Object.keys(schema.properties).join(", ")}}`;
  }
  return `${schema.type ?? "any"}${rangeOf(schema)}`;
}

/** The bounds of a number, as far as it has any of its own. */
function rangeOf({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum !== undefined)
    return ` above ${exclusiveMinimum}${to === undefined ? "" : `, to ${to}`}`;
  if (from === undefined && to === undefined) return "";
  if (to === undefined) return ` from ${from}`;
  return ` ${from ?? ""} to ${to}`;
}
