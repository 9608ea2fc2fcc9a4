import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A command by which the agent of task 1 writes, or seems to write, into what task 2 holds. */
export interface Intrusion {
  readonly group: string;
  readonly command: string;
}

/** The files of the project in which they run, by path. */
export type Project = Readonly<Record<string, string>>;

/** What the agents' tasks write, by the tasks' ids. */
export const SCOPES = {
  1: ["src/a/**", "test/a.test.js"],
  2: ["src/b/**", "data.json", "test/b.test.js"],
} as const;

export function readProject(folder: string): Project {
  return read(folder, "project.json") as Project;
}

export function readIntrusions(folder: string): Intrusion[] {
  return read(folder, "into-a-sibling.json") as Intrusion[];
}

/** Commands of task 1's agent that harm nobody. */
export function readEveryday(folder: string): string[] {
  return read(folder, "everyday.json") as string[];
}

function read(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}
