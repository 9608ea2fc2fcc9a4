import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BreakdownError } from "../../mcp-server/src/breakdown/errors.ts";
import { readBreakdown } from "../../mcp-server/src/breakdown/own-format/breakdown.ts";
import { type Task, type TaskDefinition, unstarted } from "../../mcp-server/src/graph/task.ts";

/** A breakdown with its tasks as they are before anything has run, or why it cannot be read. */
export type Read =
  | { readonly name: string; readonly tasks: readonly (Task & Pick<TaskDefinition, "description">)[] }
  | { readonly name: string; readonly refused: string };

/** What the product's reader makes of every `03-tasks.json` in the subfolders of a folder, by name. */
export function readBreakdowns(folder: string): Read[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, file: join(folder, name, "03-tasks.json") }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }): Read => {
      try {
        const { tasks } = readBreakdown(readFileSync(file, "utf8"), `${name}/03-tasks.json`);
        return {
          name,
          tasks: tasks.map((task, i) => ({ ...unstarted(task, i), description: task.description })),
        };
      } catch (error) {
        if (error instanceof BreakdownError) return { name, refused: error.message };
        throw error;
      }
    });
}
