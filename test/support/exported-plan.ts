import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./checkout.ts";
import { git } from "./git.ts";
import { ParallelServer } from "./parallel-server.ts";

export const SPEC = "specs/example";

export const TASKS = `${SPEC}/03-tasks.json`;

export const PAGE = `${SPEC}/03-tasks.md`;

export const LEDGER = `${SPEC}/04-implementation.md`;

/** As people and models write it: lists on one line, keys in an order of their own. */
export const FILE = `{
  "spec": "specs/example/02-specification.md",
  "slug": "example",
  "generatedAt": "2026-03-02T10:00:00Z",
  "mode": "full",
  "tasks": [
    {
      "id": "1.1", "phase": 1, "phaseName": "Base",
      "subject": "[example] [P1] Lay the base",
      "writes": ["src/base.ts"],
      "dependencies": [],
      "team": "blue"
    },
    {
      "id": "1.2",
      "subject": "[example] [P1] Build on it",
      "files": ["src/top.ts", "test/top.test.ts"],
      "dependsOn": ["1.1"]
    }
  ]
}
`;

export type File = { file: string; how: string; why?: string; keptAside?: string };

export async function importedPlan(
  files: Readonly<Record<string, string>> = { [TASKS]: FILE },
  from: string | null = SPEC,
) {
  const folder = await repository(files);
  const server = await ParallelServer.start(folder);
  if (from !== null) await server.call("plan_create", { plan: "example", from });
  const exported = async () => {
    const answer = await server.call("plan_update", { plan: "example", action: "export" });
    return answer as unknown as { files: File[]; next: string };
  };
  return {
    folder,
    server,
    exported,
    /** How each file ended, by name. */
    hows: async () => Object.fromEntries((await exported()).files.map(({ file, how }) => [file, how])),
    read: (path: string) => readFileSync(join(folder, path), "utf8"),
    status: () => git(folder, "status", "--porcelain", "--untracked-files=all"),
    again: () => server.call("plan_create", { plan: "example", from: TASKS }),
  };
}
