import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Recording } from "./harness/recording.ts";

/** The specifications of other projects, where the folder with them is beside the repository. */
export const SPECIFICATIONS = fileURLToPath(new URL("../../../shared/data/specs/", import.meta.url));

/** What `approve: scope` leaves to the user, who lets it pass here: files that steer git, a host or this plugin. */
const STEERING_FILES = [
  "AGENTS.md",
  "CLAUDE.md",
  ".gitignore",
  ".gitattributes",
  ".mcp.json",
  ".claude-plugin/**",
  ".claude/**",
  ".husky/**",
  ".vscode/**",
].map((pattern) => `Edit(**/${pattern})`);

/** The project of a run: the specification's folder, and the user's permissions. */
export function filesOfSpecification(slug: string): Record<string, string> {
  return {
    ...filesBelow(join(SPECIFICATIONS, slug), `specs/${slug}`),
    ".claude/settings.json": JSON.stringify({ permissions: { allow: STEERING_FILES } }),
  };
}

/** Both pages are written; what somebody else wrote in their place before is kept beside them, word for word. */
export function renderedFiles(slug: string, tasks: number, project: string, written: string[]): string[] {
  const text = (path: string) => readFileSync(join(project, path), "utf8");
  expect(text(`specs/${slug}/04-implementation.md`)).toContain(`**Tasks Completed:** ${tasks} / ${tasks}`);
  return ["03-tasks", "04-implementation"].flatMap((name) => {
    const page = `specs/${slug}/${name}.md`;
    const kept = `specs/${slug}/${name}.edited-1.md`;
    const original = join(SPECIFICATIONS, slug, `${name}.md`);
    if (written.includes(page)) expect(text(kept)).toMatch(new RegExp(`^${slug}/\\S+\n$`));
    else if (existsSync(original)) expect(text(kept)).toBe(readFileSync(original, "utf8"));
    else return [page];
    return [page, kept];
  });
}

/** The files of a folder, by the path at which the project has them; a copy of it would be as read-only as it is. */
function filesBelow(folder: string, at: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Object.fromEntries(paths.map((path) => [`${at}/${path}`, readFileSync(join(folder, path), "utf8")]));
}

/** The tasks of its breakdown, by name, sorted. */
export function tasksInFile(slug: string): string[] {
  const file = readFileSync(join(SPECIFICATIONS, slug, "03-tasks.json"), "utf8");
  const { tasks } = JSON.parse(file) as { tasks: { id: string; status?: string }[] };
  // What its authors have put off is no task of the plan.
  const planned = tasks.filter(({ status }) => status !== "deferred");
  return planned.map(({ id }) => `${slug}/${id}`).sort();
}

/** A file that an agent wrote with the tool Write. */
interface AgentWrite {
  agentId: string;
  path: string;
}

export function writes(recording: Recording): AgentWrite[] {
  return recording.requests.flatMap(({ conversation: { agentId }, outputs }) =>
    outputs.flatMap((output) =>
      agentId !== undefined && "tool" in output && output.tool === "Write"
        ? [{ agentId, path: String(output.input.file_path) }]
        : [],
    ),
  );
}

/** Paths that differ from the last commit, sorted. */
export function changedFiles(project: string): string[] {
  const status = execFileSync("git", ["status", "--porcelain", "-z", "--untracked-files=all"], {
    cwd: project,
    encoding: "utf8",
  });
  return status
    .split("\0")
    .filter(Boolean)
    .map((line) => line.slice("XY ".length))
    .sort();
}
