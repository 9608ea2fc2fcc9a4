/** How the plugin's texts name the server's tools; other clients put another prefix before them, or none. */
const TOOL_PREFIX = "mcp__plugin_parallel_tasks__";

/**
 * What stands for the words of Claude Code where another client's model reads them.
 * @param skillsFolder where the plugin's skills lie.
 */
export const otherClients = (
  skillsFolder: string,
) => `This text was written for Claude Code and is read in another client here. Take its words so:
- **Tools of the server** (\`plan_…\`, \`batch_…\`, \`task_…\`) stand without the prefix that your client puts before their names. Some clients list them only in answer to a search for tools.
- **The Agent tool** is whatever starts an agent of its own here. Launch all items of one answer at once, give each agent its \`prompt\` as it is, and take your general agent where you have none of the \`subagent_type\`. No hook hands agents their brief here: each fetches it with \`task_get\`, as its prompt says, keeps to the files that the brief names, and reports with \`task_report\`.
- **Nothing here that starts agents,** or only agents without this server's tools? Then never call \`batch_next\`. Take one task after another: \`task_claim {"plan":"<plan>","worker":"main"}\`, do what its \`brief\` says, report with \`task_report\`, until \`claim\` is null. A second session can do the same beside you; the server keeps you apart.
- **Nobody wakes you** when an agent ends: take the way without AskUserQuestion, which waits in \`batch_collect\`, as long as this client lets a call wait. Nothing to launch and not \`done\` yet: call it again, nothing is lost.
- **AskUserQuestion**: ask in your answer and end your turn; where nobody can answer, do what the text says for that case.
- **The Skill tool**: the skills that this text names follow below it; any other is in \`${skillsFolder}/NAME/SKILL.md\`.
- **The checkout** that an answer names is where the server works. If that is another project than yours, stop and say so: the client has started the server in another folder.
- **TaskStop**: end that agent if you can; if not, go on: the server no longer accepts what it reports.
- **Commands** such as \`/spec-execute\` are prompts of this server.`;

/** What a text is translated with. */
export interface ClientContext {
  /** The names of all commands, as a user of Claude Code types them. */
  readonly commands: readonly string[];
  readonly pluginRoot: string;
  /** The folder of the skill whose text it is. */
  readonly skillFolder?: string;
}

/** The text of a command or a skill in the words of a client that is not Claude Code. */
export function inOtherWords(
  text: string,
  { commands, pluginRoot, skillFolder = "" }: ClientContext,
): string {
  const names = new Set(commands);
  return text
    .replace(/\$\{CLAUDE_PLUGIN_ROOT\}/g, () => pluginRoot)
    .replace(/\$\{CLAUDE_SKILL_DIR\}/g, () => skillFolder)
    .replaceAll(`\`${TOOL_PREFIX}*\``, "the server's tools")
    .replaceAll(`\`${TOOL_PREFIX}\``, "(your client's own)")
    .replaceAll(TOOL_PREFIX, "")
    .replace(/\/((?:parallel|spec|debug):[a-z-]+)/g, (all, name: string) =>
      names.has(name) ? `/${promptName(name)}` : all,
    );
}

/** Clients turn prompts into commands of their own, and not each accepts a colon there. */
export function promptName(command: string): string {
  return command.replace(":", "-");
}
