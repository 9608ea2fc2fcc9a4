/** The part of JSON Schema in which the server describes its tools. */
export interface InputSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, InputSchema>>;
  readonly required?: readonly string[];
  readonly items?: InputSchema;
  readonly anyOf?: readonly InputSchema[];
  readonly enum?: readonly unknown[];
}

/** One value inside a tool's input, with what the schema says of it. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: InputSchema;
}

/** The JSON types that a value may have; none: the schema does not say. */
export function typesOf(schema: InputSchema): ReadonlySet<string> {
  if (schema.anyOf) return new Set(schema.anyOf.flatMap((one) => [...typesOf(one)]));
  if (schema.type === undefined) return new Set();
  return new Set([schema.type === "integer" ? "number" : schema.type]);
}

/** All values of an input that its schema describes, the input itself first. */
export function placesOf(schema: InputSchema, input: unknown, path: Place["path"] = []): Place[] {
  const meant = schema.anyOf?.find((one) => typesOf(one).has(typeOf(input))) ?? schema;
  const below = Array.isArray(input)
    ? input.flatMap((item, at) => (meant.items ? placesOf(meant.items, item, [...path, at]) : []))
    : Object.entries(meant.properties ?? {}).flatMap(([key, property]) => {
        const value = (input as Readonly<Record<string, unknown>>)[key];
        return value === undefined ? [] : placesOf(property, value, [...path, key]);
      });
  // Of a value that may be one thing or another, the types of both are allowed, the fields of the one that it is.
  return [{ path, schema: schema.anyOf ? { ...meant, anyOf: schema.anyOf } : schema }, ...below];
}

/** A copy of the input with one value replaced; undefined leaves it out. */
export function replaceAt(input: unknown, path: Place["path"], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(input)) {
    return input.map((item, at) => (at === step ? replaceAt(item, rest, value) : item));
  }
  const object = { ...(input as Readonly<Record<string, unknown>>) };
  object[step] = replaceAt(object[step], rest, value);
  return object;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
