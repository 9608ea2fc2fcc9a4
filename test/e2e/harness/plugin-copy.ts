import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pluginFolders } from "../../../examples/demo/plugin-folders.ts";
import { repositoryPlugins, viewPlugin } from "./run-scenario.ts";

const PARTS = [
  ".claude-plugin",
  "agents",
  "bin",
  "commands",
  "hooks",
  "mcp-server/dist",
  "skills",
  "workflows",
];

/** Copies the plugins with a change of the module in the host. @returns the folders, as `--plugin-dir` takes them. */
export function pluginsWithModule(folder: string, change: (source: string) => string): string[] {
  const [root = ""] = repositoryPlugins();
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  const module = join(folder, "hooks", "dispatch.ts");
  writeFileSync(module, change(readFileSync(module, "utf8")));
  return pluginFolders(folder);
}

/** Copies the plugin of the view with a change of its module. @returns its folder. */
export function viewWithModule(folder: string, change: (source: string) => string): string {
  cpSync(viewPlugin(), folder, { recursive: true });
  const module = join(folder, "hooks", "view.ts");
  writeFileSync(module, change(readFileSync(module, "utf8")));
  return folder;
}

const REGISTERS = `await $.command.register({ name: "wedge", description: "Hangs", immediate: true });`;
const HANGS = `on("command.run", { command: "wedge" }, async () => { for (;;) {} });`;

/** Gives a module of ours the command `/wedge`, which never gives the host's worker back. */
export function withWedge(source: string): string {
  return source
    .replace("await $.command.register(", `${REGISTERS}\n    await $.command.register(`)
    .replace('  on("command.run",', `  ${HANGS}\n\n  on("command.run",`);
}

const TELLS = `await $.command.register({ name: "times", description: "Tells when it began", immediate: true });`;
const TIMES = `on("command.run", { command: "times" }, async () => ({ text: "began " + began }));`;

/** Gives our module the command `/times`, which says when the host started it last, in milliseconds since 1970. */
export function withTimes(source: string): string {
  return source
    .replace("await $.command.register(", `began = Date.now();\n    ${TELLS}\n    await $.command.register(`)
    .replace('  on("command.run",', `  ${TIMES}\n\n  on("command.run",`)
    .replace('let key = "";', 'let key = "";\nlet began = 0;');
}

const COUNTS = `await $.command.register({ name: "thrown", description: "Counts what it threw", immediate: true });`;
const COUNTED = `on("command.run", { command: "thrown" }, async () => ({ text: "thrown: " + JSON.stringify(thrown) }));`;
const THROWS = `const thrown = { render: 0, timer: 0, command: 0 };
function fails(where: keyof typeof thrown): never {
  thrown[where] += 1;
  throw new Error("thrown on purpose");
}`;

/**
 * Makes the view throw whenever it is drawn, looks and is called by its command, and catch nothing of it. Its command
 * `/thrown` says how often that was.
 */
export function withThrows(source: string): string {
  return source
    .replace("export const register", `${THROWS}\n\nexport const register`)
    .replace("await $.command.register(", `${COUNTS}\n    await $.command.register(`)
    .replace("() => look($))", '() => { void look($); fails("timer"); })')
    .replace(/(\{ component: "AbovePrompt" \}, async .*\n)/, '$1    fails("render");\n')
    .replace("}).catch((_, event, next) => next(event));", "});")
    .replace(/(\{ command: "parallel-view" \}, async .*\n)/, '$1    fails("command");\n')
    .replace('  on("command.run",', `  ${COUNTED}\n\n  on("command.run",`);
}
