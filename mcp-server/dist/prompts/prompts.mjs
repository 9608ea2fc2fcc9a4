// import:node:path in prompts/prompts.mjs
import { dirname, join } from "node:path";

// import:node:url in prompts/prompts.mjs
import { fileURLToPath } from "node:url";

// import:prompts.mjs in prompts/prompts.mjs
import { inOtherWords, otherClients, promptName, readCommands, readSkill } from "../prompts.mjs";

// mcp-server/src/prompts/prompts.ts
var PROMPTS_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
var ARGUMENT = "arguments";
var Prompts = class {
  #pluginRoot;
  /** @param pluginRoot the folder that holds `commands/` and `skills/`; without them there are no prompts. */
  constructor(pluginRoot) {
    this.#pluginRoot = pluginRoot;
  }
  async list() {
    const commands = await readCommands(this.#pluginRoot);
    return {
      prompts: commands.map((command) => ({
        name: promptName(command.name),
        description: command.description,
        arguments: [
          {
            name: ARGUMENT,
            description: command.argumentHint,
            required: needsArgument(command)
          }
        ]
      }))
    };
  }
  /** The prompt's text with the argument in it, or why there is none. */
  async get(name, given = {}) {
    const commands = await readCommands(this.#pluginRoot);
    const command = commands.find((candidate) => promptName(candidate.name) === name);
    if (command === void 0) {
      const names = commands.map((candidate) => promptName(candidate.name)).join(", ");
      return { refused: `There is no prompt ${JSON.stringify(name.slice(0, 80))}. Use one of ${names}.` };
    }
    const argument = given[ARGUMENT]?.trim() ?? "";
    if (argument === "" && needsArgument(command)) {
      return { refused: `${ARGUMENT}: missing. Give ${command.argumentHint}.` };
    }
    const text = await this.#textOf(command, commands, argument);
    const content = { type: "text", text };
    return { prompt: { description: command.description, messages: [{ role: "user", content }] } };
  }
  async #textOf(command, commands, argument) {
    const client = { commands: commands.map(({ name }) => name), pluginRoot: this.#pluginRoot };
    const skills = join(this.#pluginRoot, "skills");
    const body = inOtherWords(command.body, client).replaceAll("$ARGUMENTS", () => argument);
    const parts = [otherClients(skills), body];
    for (const skill of skillsNamedIn(command.body)) {
      const text = await readSkill(this.#pluginRoot, skill);
      if (text === void 0) continue;
      const skillFolder = join(skills, skill);
      const said = inOtherWords(text, { ...client, skillFolder });
      parts.push(`# Skill parallel:${skill}

Files that it names lie in ${skillFolder}.

${said}`);
    }
    return parts.join("\n\n---\n\n");
  }
};
function needsArgument(command) {
  return command.argumentHint.startsWith("<");
}
function skillsNamedIn(text) {
  return [...new Set([...text.matchAll(/(?<!\/)\bparallel:([a-z-]+)/g)].map(([, name = ""]) => name))];
}
export {
  PROMPTS_ROOT,
  Prompts
};
