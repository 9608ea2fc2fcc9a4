import * as z from "zod";

/** What a tool's schema says about one value. */
export interface KnownField {
  /** Absent: nobody described it. */
  readonly description?: string;
  /** The fields of an object, by name; none for another value. */
  readonly fields: ReadonlyMap<string, KnownField>;
}

/** What the schema says about the value at a path; undefined where it says nothing about it. */
export function knownField(schema: z.core.$ZodType, path: readonly PropertyKey[]): KnownField | undefined {
  const [step, ...rest] = path;
  if (step !== undefined) {
    return insides(schema, step)
      .map((inner) => knownField(inner, rest))
      .find((known) => known !== undefined);
  }
  const description = descriptionOf(schema);
  const fields = objectsIn(schema).flatMap(({ shape }) => Object.entries(shape));
  return {
    ...(description !== undefined && { description }),
    fields: new Map(fields.map(([name, field]) => [name, describedField(field)])),
  };
}

function describedField(schema: z.core.$ZodType): KnownField {
  const description = descriptionOf(schema);
  return { ...(description !== undefined && { description }), fields: new Map() };
}

/** A schema without what only says that it may be absent, or that another one looks first. */
function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodPipe) return alternatives(schema.out);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

function objectsIn(schema: z.core.$ZodType): z.ZodObject[] {
  return alternatives(schema).filter((one) => one instanceof z.ZodObject);
}

function insides(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType[] {
  return alternatives(schema).flatMap((one): z.core.$ZodType[] => {
    if (one instanceof z.ZodArray) return [one.element];
    if (one instanceof z.ZodRecord) return [one.valueType];
    const fields: Readonly<Record<string, z.core.$ZodType>> = one instanceof z.ZodObject ? one.shape : {};
    return typeof step === "string" && Object.hasOwn(fields, step) ? [fields[step] as z.core.$ZodType] : [];
  });
}

/** A description may stand outside or inside of `optional`. */
function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== undefined) return own;
  return schema instanceof z.ZodOptional ? descriptionOf(schema.unwrap()) : undefined;
}
