import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LaunchAnswer } from "./answers.ts";
import { git } from "./git.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { ToolClient } from "./tool-client.ts";

/** A task as a breakdown writes it. */
export type TaskInput = { readonly id: string } & Readonly<Record<string, unknown>>;

/** A task with a subject, that writes one file of its own unless it says something else. */
export function task(id: string, fields: Readonly<Record<string, unknown>> = {}): TaskInput {
  return { id, subject: `Do ${id}`, writes: [`src/${id}.ts`], ...fields };
}

/** A git repository with these files, all committed. */
export async function repository(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = temporaryFolder();
  await git(folder, "init", "--quiet");
  put(folder, { "README.md": "# Example\n", ...files });
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "Start");
  return folder;
}

/** Writes files below the folder. */
export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A breakdown file with these tasks. */
export function breakdown(tasks: readonly TaskInput[]): string {
  return `${JSON.stringify({ slug: "example", tasks }, null, 2)}\n`;
}

/** The token in a launch line. */
export function tokenIn(text: string): string {
  const token = /\b\d+-[a-z2-7]{26}\b/.exec(text)?.[0];
  if (token === undefined) throw new Error(`no token in ${JSON.stringify(text)}`);
  return token;
}

/** Ids of a batch, in order. */
export function idsOf(launch: readonly LaunchAnswer[]): string[] {
  return launch.map((item) => item.task);
}

/** Hands in a report as the agent of a launched task would. */
export function report(
  server: ToolClient,
  plan: string,
  launch: Pick<LaunchAnswer, "task" | "prompt">,
  fields: Readonly<Record<string, unknown>> = {},
) {
  return server.call("task_report", {
    task: `${plan}/${launch.task}`,
    token: tokenIn(launch.prompt),
    outcome: "completed",
    summary: `${launch.task} is done.`,
    evidence: [{ inspected: "the result" }],
    ...fields,
  });
}

/** The one item of a batch that is for this task. */
export function launchFor(launch: readonly LaunchAnswer[], id: string): LaunchAnswer {
  const found = launch.find((item) => item.task === id);
  if (!found) throw new Error(`${id} was not offered, but ${idsOf(launch).join(", ") || "nothing"}`);
  return found;
}
