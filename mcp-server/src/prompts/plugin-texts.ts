import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { frontMatterOf } from "../host/front-matter.ts";

/** A command of this plugin or of the two that come with it, as its file states it. */
export interface Command {
  /** As a user of Claude Code types it, without the slash: `ideate`, `spec:execute`. */
  readonly name: string;
  readonly description: string;
  /** What is to be typed behind the name; in angle brackets if it must be there, in square ones if it may. */
  readonly argumentHint: string;
  readonly body: string;
}

/** The folder of each plugin's commands, by the plugin's name. */
const COMMAND_FOLDERS = { parallel: "commands", spec: "commands/spec", debug: "commands/debug" };

/** @returns the commands by name; none where the server was started without the plugin around it. */
export async function readCommands(pluginRoot: string): Promise<Command[]> {
  const found = await Promise.all(
    Object.entries(COMMAND_FOLDERS).map(async ([plugin, folder]) => {
      const files = await markdownFiles(join(pluginRoot, folder));
      return Promise.all(files.map((file) => readCommand(plugin, join(pluginRoot, folder), file)));
    }),
  );
  return found.flat().sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** @returns the text of the skill without its front matter, or undefined if the plugin has none of this name. */
export async function readSkill(pluginRoot: string, name: string): Promise<string | undefined> {
  try {
    return (await parse(join(pluginRoot, "skills", name, "SKILL.md"))).body;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readCommand(plugin: string, folder: string, file: string): Promise<Command> {
  const { data, body } = await parse(join(folder, file));
  return {
    // A command that states its name is typed without its plugin's.
    name: String(data.name ?? `${plugin}:${file.slice(0, -3)}`),
    description: String(data.description ?? ""),
    argumentHint: String(data["argument-hint"] ?? ""),
    body,
  };
}

async function markdownFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith(".md"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function parse(path: string): Promise<{ data: Readonly<Record<string, unknown>>; body: string }> {
  // git may have checked it out with the line ends of Windows.
  const text = (await readFile(path, "utf8")).replace(/\r\n/g, "\n");
  return { data: frontMatterOf(text) ?? {}, body: text.replace(/^---\n[\s\S]*?\n---[ \t]*\n/, "").trim() };
}
