import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GetPromptResult, ListPromptsResult } from "@modelcontextprotocol/server";
import { inOtherWords, otherClients, promptName } from "./other-clients.ts";
import { type Command, readCommands, readSkill } from "./plugin-texts.ts";

/** The folder of the plugin, from here: `mcp-server/src/prompts`, or `mcp-server/dist/prompts` of the bundle. */
export const PROMPTS_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The only argument of every prompt: what a user of Claude Code types behind the command. */
const ARGUMENT = "arguments";

/**
 * The prompt, or what is wrong with the request and what to do. No error is thrown: the server's entry, which
 * answers, is another bundle than this, and an error would not keep its class on the way.
 */
export type PromptAnswer =
  | { readonly prompt: GetPromptResult; readonly refused?: undefined }
  | { readonly prompt?: undefined; readonly refused: string };

/** The plugin's commands as prompts, for clients that have no commands of this plugin. */
export class Prompts {
  readonly #pluginRoot: string;

  /** @param pluginRoot the folder that holds `commands/` and `skills/`; without them there are no prompts. */
  constructor(pluginRoot: string) {
    this.#pluginRoot = pluginRoot;
  }

  async list(): Promise<ListPromptsResult> {
    const commands = await readCommands(this.#pluginRoot);
    return {
      prompts: commands.map((command) => ({
        name: promptName(command.name),
        description: command.description,
        arguments: [
          {
            name: ARGUMENT,
            description: command.argumentHint,
            required: needsArgument(command),
          },
        ],
      })),
    };
  }

  /** The prompt's text with the argument in it, or why there is none. */
  async get(name: string, given: Readonly<Record<string, string>> = {}): Promise<PromptAnswer> {
    const commands = await readCommands(this.#pluginRoot);
    const command = commands.find((candidate) => promptName(candidate.name) === name);
    if (command === undefined) {
      const names = commands.map((candidate) => promptName(candidate.name)).join(", ");
      return { refused: `There is no prompt ${JSON.stringify(name.slice(0, 80))}. Use one of ${names}.` };
    }
    const argument = given[ARGUMENT]?.trim() ?? "";
    if (argument === "" && needsArgument(command)) {
      return { refused: `${ARGUMENT}: missing. Give ${command.argumentHint}.` };
    }
    const text = await this.#textOf(command, commands, argument);
    const content = { type: "text" as const, text };
    return { prompt: { description: command.description, messages: [{ role: "user", content }] } };
  }

  async #textOf(command: Command, commands: readonly Command[], argument: string): Promise<string> {
    const client = { commands: commands.map(({ name }) => name), pluginRoot: this.#pluginRoot };
    const skills = join(this.#pluginRoot, "skills");
    // The argument is put in last, so that nothing in it is taken for a word of the text.
    const body = inOtherWords(command.body, client).replaceAll("$ARGUMENTS", () => argument);
    const parts = [otherClients(skills), body];
    for (const skill of skillsNamedIn(command.body)) {
      const text = await readSkill(this.#pluginRoot, skill);
      if (text === undefined) continue;
      const skillFolder = join(skills, skill);
      const said = inOtherWords(text, { ...client, skillFolder });
      parts.push(`# Skill parallel:${skill}\n\nFiles that it names lie in ${skillFolder}.\n\n${said}`);
    }
    return parts.join("\n\n---\n\n");
  }
}

function needsArgument(command: Command): boolean {
  return command.argumentHint.startsWith("<");
}

/** Each once, in the order in which the text names them. */
function skillsNamedIn(text: string): string[] {
  return [...new Set([...text.matchAll(/(?<!\/)\bparallel:([a-z-]+)/g)].map(([, name = ""]) => name))];
}
