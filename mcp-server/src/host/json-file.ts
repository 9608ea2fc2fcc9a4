import { readFile } from "node:fs/promises";
import type * as z from "zod";

/** What a JSON file holds of what is asked for: nothing else of it is kept. */
export type JsonFile<T> =
  | { readonly state: "read"; readonly data: T }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly why: string };

export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<JsonFile<T>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? { state: "absent" }
      : { state: "unreadable", why: code ?? "it cannot be read" };
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success
      ? { state: "read", data: parsed.data }
      : { state: "unreadable", why: "it is not what such a file holds" };
  } catch {
    // The parser's own message would quote the file, which may hold anything.
    return { state: "unreadable", why: "it is not valid JSON" };
  }
}

/** The data of a file, or undefined where there is none that can be read. */
export async function dataOf<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const file = await readJsonFile(path, schema);
  return file.state === "read" ? file.data : undefined;
}
