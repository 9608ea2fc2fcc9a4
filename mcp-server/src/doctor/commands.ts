import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { namesakes } from "../host/installed-plugins.ts";
import { dataOf } from "../host/json-file.ts";
import type { Examination } from "./examination.ts";
import { type Check, type DoctorFinding, wrong } from "./finding.ts";

const manifest = z.object({ name: z.string(), commands: z.array(z.string()) });

/** Whether something of the user's or of the project's answers in place of a command of this plugin. */
export const commands: Check = {
  name: "Commands",
  async look(examination) {
    const names = await commandNames(examination.pluginRoot);
    const folders = foldersOf(examination);
    const shadows = names.flatMap((name) => shadowsOf(name, folders));
    return {
      seen: `${names.length} names`,
      findings: [...shadows, ...namesakes(examination.plugins).map(({ id, name }) => namesake(id, name))],
    };
  },
};

/** What a user can type, without the slash: the bare names, which plugins may lend, come after their own. */
async function commandNames(pluginRoot: string): Promise<string[]> {
  const names: string[] = [];
  for (const folder of [
    pluginRoot,
    join(pluginRoot, "commands", "spec"),
    join(pluginRoot, "commands", "debug"),
  ]) {
    const data = await dataOf(join(folder, ".claude-plugin", "plugin.json"), manifest);
    for (const file of data?.commands ?? []) {
      const command = file.replace(/^.*\//, "").replace(/\.md$/, "");
      names.push(`${data?.name}:${command}`);
      if (command === "ideate") names.push(command);
    }
  }
  return names;
}

/** Claude Code looks in the user's folder, and in the project from where it is started up to its top level. */
function foldersOf({ place, projectFolder, checkout }: Examination): string[] {
  const folders = [place.hostFolder];
  for (let at = projectFolder; ; at = dirname(at)) {
    folders.push(join(at, ".claude"));
    if (at === checkout.root || at === dirname(at)) return [...new Set(folders)];
  }
}

/** A command file or a skill's folder of that name wins; a name in its front matter does not. */
function shadowsOf(name: string, folders: readonly string[]): DoctorFinding[] {
  return folders
    .flatMap((folder) => [
      join(folder, "commands", `${join(...name.split(":"))}.md`),
      join(folder, "skills", name, "SKILL.md"),
    ])
    .filter((file) => existsSync(file))
    .map((file) =>
      wrong(
        `/${name} is answered by ${file}, not by this plugin.`,
        `Give that file another name${name === "ideate" ? ", or type /parallel:ideate" : name === "spec:execute" ? ", or type /parallel:run, which does the same" : ""}.`,
      ),
    );
}

function namesake(id: string, name: string): DoctorFinding {
  return wrong(
    `The plugin ${id} has the name of one of this plugin's, and answers /${name}:… if it is loaded first.`,
    `claude plugin disable ${id}${name === "spec" ? "; without that, /parallel:run does what /spec:execute does" : ""}.`,
  );
}
