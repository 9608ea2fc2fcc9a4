import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pluginFolders } from "../../../examples/demo/plugin-folders.ts";
import { repositoryPlugins } from "./run-scenario.ts";

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

/** Writes a plugin that consists of a module. @returns its folder. */
export function pluginOfModule(folder: string, name: string, source: string): string {
  mkdirSync(join(folder, ".claude-plugin"), { recursive: true });
  mkdirSync(join(folder, "hooks"));
  writeFileSync(join(folder, ".claude-plugin", "plugin.json"), JSON.stringify({ name, version: "1.0.0" }));
  writeFileSync(join(folder, "hooks", "hooks.json"), JSON.stringify({ modules: ["./module.ts"], hooks: {} }));
  writeFileSync(join(folder, "hooks", "module.ts"), source);
  return folder;
}

const REGISTERS = `await $.command.register({ name: "wedge", description: "Hangs", immediate: true });`;
const HANGS = `on("command.run", { command: "wedge" }, async () => { for (;;) {} });`;

/** A module whose command `/wedge` never gives the host's worker back. */
export const WEDGER = `export const register = (on: any) => {
  on("session.start", async ($: any, e: any, next: any) => { ${REGISTERS} return next(e); });
  ${HANGS}
};`;

/** Gives our module that command. */
export function withWedge(source: string): string {
  return source
    .replace("await $.command.register(", `${REGISTERS}\n    await $.command.register(`)
    .replace('  on("command.run",', `  ${HANGS}\n\n  on("command.run",`);
}
