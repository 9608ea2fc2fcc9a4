import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import matter from "gray-matter";

/** The top level of this repository, which is also the root plugin. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The three plugins by name that are installed together. */
export const PLUGIN_FOLDERS: Readonly<Record<string, string>> = {
  parallel: CHECKOUT,
  spec: join(CHECKOUT, "commands", "spec"),
  debug: join(CHECKOUT, "commands", "debug"),
};

/** All that the marketplace lists: what shows plans in Claude Code is installed by itself. */
export const LISTED_FOLDERS: Readonly<Record<string, string>> = {
  ...PLUGIN_FOLDERS,
  "parallel-view": join(CHECKOUT, "view"),
};

/** The tools of the server, by the contract. */
export const TASK_TOOLS = [
  "plan_create",
  "plan_update",
  "plan_analyze",
  "plan_report",
  "batch_next",
  "batch_collect",
  "task_create",
  "task_list",
  "task_get",
  "task_update",
  "task_claim",
  "task_report",
];

/** How Claude Code names the server's tools. */
export const TOOL_PREFIX = "mcp__plugin_parallel_tasks__";

/** The tools that an agent has: an entry of the whole server is all of its tools but those that are taken away. */
export function toolsOfAgent({ data }: Pick<Text, "data">): string[] {
  const listed = (field: unknown) => (field === undefined ? [] : String(field).split(", "));
  const server = TOOL_PREFIX.replace(/__$/, "");
  const all = listed(data.tools).flatMap((tool) =>
    tool === server ? TASK_TOOLS.map((own) => TOOL_PREFIX + own) : [tool],
  );
  return all.filter((tool) => !listed(data.disallowedTools).includes(tool));
}

/** A Markdown file that a model reads. */
export interface Text {
  readonly kind: "command" | "skill" | "agent";
  /** As a user or a launch names it: `spec:execute`, `parallel:feature-implementer`. */
  readonly name: string;
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export function readJson(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(CHECKOUT, ...path), "utf8")) as Record<string, unknown>;
}

/** Every command, skill and agent of the three plugins, by the files that are there. */
export function pluginTexts(): Text[] {
  const commands = [
    ...markdown("commands").map((file) => read("command", "parallel", "commands", file)),
    ...markdown("commands/spec").map((file) => read("command", "spec", "commands/spec", file)),
    ...markdown("commands/debug").map((file) => read("command", "debug", "commands/debug", file)),
  ];
  const agents = markdown("agents").map((file) => read("agent", "parallel", "agents", file));
  const skills = readdirSync(join(CHECKOUT, "skills")).map((folder) =>
    read("skill", "parallel", `skills/${folder}`, "SKILL.md", folder),
  );
  return [...commands, ...agents, ...skills];
}

/** A script for the host's workflow engine, which users call by its name like a command. */
export interface Workflow {
  readonly name: string;
  readonly description: string;
  readonly whenToUse: string;
}

/** Every workflow of the root plugin, by what its own head says: the host reads nothing else before it is called. */
export function workflows(): Workflow[] {
  return readdirSync(join(CHECKOUT, "workflows")).map((file) => {
    const text = readFileSync(join(CHECKOUT, "workflows", file), "utf8");
    const field = (name: string) => new RegExp(`^  ${name}: '([^']*)',$`, "m").exec(text)?.[1] ?? "";
    return {
      name: `parallel:${field("name")}`,
      description: field("description"),
      whenToUse: field("whenToUse"),
    };
  });
}

/** The text of a command or skill as it reaches the model of a session that loads the plugins from this checkout. */
export function bodyAsGiven(name: string, given = ""): string {
  const text = pluginTexts().find((candidate) => candidate.name === name);
  if (text === undefined) throw new Error(`there is no text ${name}`);
  const root = dirname(join(CHECKOUT, "package.json"));
  return text.body.replace("$ARGUMENTS", given).replaceAll(`\${CLAUDE_PLUGIN_ROOT}`, root);
}

/** A page in a skill's folder, which the skill tells to read when it is needed. */
export interface SkillPage {
  readonly skill: string;
  readonly path: string;
  readonly body: string;
}

/** Every page of every skill. */
export function skillPages(): SkillPage[] {
  return readdirSync(join(CHECKOUT, "skills")).flatMap((skill) =>
    readdirSync(join(CHECKOUT, "skills", skill), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md") && file !== "SKILL.md")
      .map((file) => join("skills", skill, file))
      .map((path) => ({ skill, path, body: readFileSync(join(CHECKOUT, path), "utf8") })),
  );
}

function markdown(folder: string): string[] {
  return readdirSync(join(CHECKOUT, folder)).filter((file) => file.endsWith(".md"));
}

function read(
  kind: Text["kind"],
  plugin: string,
  folder: string,
  file: string,
  name = file.slice(0, -3),
): Text {
  const path = join(CHECKOUT, folder, file);
  // With options, gray-matter parses afresh instead of answering from its cache, which hides broken front matter.
  const { data, content } = matter(readFileSync(path, "utf8"), {});
  return {
    kind,
    name: `${plugin}:${name}`,
    path: relative(CHECKOUT, path),
    data,
    body: content.trim(),
  };
}
