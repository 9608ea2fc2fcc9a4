// mcp-server/src/prompts/other-clients.ts
var TOOL_PREFIX = "mcp__plugin_parallel_tasks__";
var otherClients = (skillsFolder) => `This text was written for Claude Code and is read in another client here. Take its words so:
- **Tools of the server** (\`plan_…\`, \`batch_…\`, \`task_…\`) stand without the prefix that your client puts before their names. Some clients list them only in answer to a search for tools.
- **The Agent tool** is whatever starts an agent of its own here. Launch all items of one answer at once, give each agent its \`prompt\` as it is, and take your general agent where you have none of the \`subagent_type\`. No hook hands agents their brief here: each fetches it with \`task_get\`, as its prompt says, keeps to the files that the brief names, and reports with \`task_report\`.
- **Nothing here that starts agents,** or only agents without this server's tools? Then never call \`batch_next\`. Take one task after another: \`task_claim {"plan":"<plan>","worker":"main"}\`, do what its \`brief\` says, report with \`task_report\`, until \`claim\` is null. A second session can do the same beside you; the server keeps you apart.
- **Nobody wakes you** when an agent ends: take the way without AskUserQuestion, which waits in \`batch_collect\`, as long as this client lets a call wait. Nothing to launch and not \`done\` yet: call it again, nothing is lost.
- **AskUserQuestion**: ask in your answer and end your turn; where nobody can answer, do what the text says for that case.
- **The Skill tool**: the skills that this text names follow below it; any other is in \`${skillsFolder}/NAME/SKILL.md\`.
- **The checkout** that an answer names is where the server works. If that is another project than yours, stop and say so: the client has started the server in another folder.
- **TaskStop**: end that agent if you can; if not, go on: the server no longer accepts what it reports.
- **Commands** such as \`/spec-execute\` are prompts of this server.`;
function inOtherWords(text, { commands, pluginRoot, skillFolder = "" }) {
  const names = new Set(commands);
  return text.replace(/\$\{CLAUDE_PLUGIN_ROOT\}/g, () => pluginRoot).replace(/\$\{CLAUDE_SKILL_DIR\}/g, () => skillFolder).replaceAll(`\`${TOOL_PREFIX}*\``, "the server's tools").replaceAll(`\`${TOOL_PREFIX}\``, "(your client's own)").replaceAll(TOOL_PREFIX, "").replace(
    /\/((?:parallel|spec|debug):[a-z-]+)/g,
    (all, name) => names.has(name) ? `/${promptName(name)}` : all
  );
}
function promptName(command) {
  return command.replace(":", "-");
}

// import:node:fs/promises in prompts.mjs
import { readFile, readdir } from "node:fs/promises";

// import:node:path in prompts.mjs
import { join } from "node:path";

// import:host/front-matter.mjs in prompts.mjs
import { frontMatterOf } from "./host/front-matter.mjs";

// mcp-server/src/prompts/plugin-texts.ts
var COMMAND_FOLDERS = { parallel: "commands", spec: "commands/spec", debug: "commands/debug" };
async function readCommands(pluginRoot) {
  const found = await Promise.all(
    Object.entries(COMMAND_FOLDERS).map(async ([plugin, folder]) => {
      const files = await markdownFiles(join(pluginRoot, folder));
      return Promise.all(files.map((file) => readCommand(plugin, join(pluginRoot, folder), file)));
    })
  );
  return found.flat().sort((one, other) => one.name < other.name ? -1 : 1);
}
async function readSkill(pluginRoot, name) {
  try {
    return (await parse(join(pluginRoot, "skills", name, "SKILL.md"))).body;
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
async function readCommand(plugin, folder, file) {
  const { data, body } = await parse(join(folder, file));
  return {
    // A command that states its name is typed without its plugin's.
    name: String(data.name ?? `${plugin}:${file.slice(0, -3)}`),
    description: String(data.description ?? ""),
    argumentHint: String(data["argument-hint"] ?? ""),
    body
  };
}
async function markdownFiles(folder) {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith(".md"));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}
async function parse(path) {
  const text = (await readFile(path, "utf8")).replace(/\r\n/g, "\n");
  return { data: frontMatterOf(text) ?? {}, body: text.replace(/^---\n[\s\S]*?\n---[ \t]*\n/, "").trim() };
}
export {
  inOtherWords,
  otherClients,
  promptName,
  readCommands,
  readSkill
};
