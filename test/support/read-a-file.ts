import type { BreakdownError } from "../../mcp-server/src/breakdown/errors.ts";
import { type FileBreakdown, readFileBreakdown } from "../../mcp-server/src/breakdown/file/read-file.ts";

/** The breakdown that the text holds; a test of something else fails where there is none. */
export async function readText(text: string, file: string, part?: string): Promise<FileBreakdown> {
  const breakdown = await readFileBreakdown(text, file, part);
  if (!breakdown) throw new Error("the text was not recognised");
  return breakdown;
}

/** What each task waits for, by id. */
export function edgesOf({ tasks }: Pick<FileBreakdown, "tasks">): Record<string, readonly string[]> {
  return Object.fromEntries(tasks.map((task) => [task.id, task.dependencies]));
}

/** Why the text is refused. */
export async function refusalOf(text: string, file: string, part?: string): Promise<BreakdownError> {
  try {
    await readFileBreakdown(text, file, part);
  } catch (error) {
    return error as BreakdownError;
  }
  throw new Error("the text was accepted");
}
