import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { runProgram } from "../host/run-program.ts";
import { type Check, type DoctorFinding, wrong } from "./finding.ts";
import { reinstallation } from "./install-command.ts";

/** What Claude Code or a user starts, and what tells Claude Code of it. */
const ENTRIES = ["server.js", "service.mjs", "parallel.mjs", "session-hook.cjs", "package.json"];
const PLUGIN_FILES = [".claude-plugin/plugin.json", "hooks/hooks.json", "agents", "skills", "commands"];

/** How a part of the bundle names another. */
const REFERENCE = /["'](\.{1,2}\/[\w./-]+\.m?js)["']/g;

/** Whether the plugin's folder has everything that it starts from, and its native driver loads. */
export const bundle: Check = {
  name: "Plugin files",
  async look(examination) {
    const { pluginRoot, environment } = examination;
    const remedy = await reinstallation(examination);
    const missing = missingFiles(pluginRoot);
    if (missing.length > 0) {
      const shown =
        missing.slice(0, 5).join(", ") + (missing.length > 5 ? ` and ${missing.length - 5} more` : "");
      return {
        seen: `incomplete in ${pluginRoot}`,
        findings: [wrong(`Files of the plugin are missing: ${shown}.`, remedy)],
      };
    }
    const driver = await driverTrouble(join(pluginRoot, "mcp-server", "dist"), environment, remedy);
    return { seen: `complete in ${pluginRoot}`, findings: driver };
  },
};

function missingFiles(pluginRoot: string): string[] {
  const dist = join(pluginRoot, "mcp-server", "dist");
  const seen = new Set([
    ...PLUGIN_FILES.map((file) => join(pluginRoot, file)),
    ...ENTRIES.map((file) => join(dist, file)),
  ]);
  // The set grows while it is walked: what a part names is looked at as well.
  for (const file of seen) {
    if (/\.m?js$/.test(file) && existsSync(file)) {
      for (const [, part = ""] of readFileSync(file, "utf8").matchAll(REFERENCE)) {
        seen.add(join(dirname(file), part));
      }
    }
  }
  return [...seen].filter((file) => !existsSync(file)).map((file) => relative(pluginRoot, file));
}

/** Loads the driver as the server does, in a process of its own because it may take that down. */
async function driverTrouble(dist: string, env: NodeJS.ProcessEnv, remedy: string): Promise<DoctorFinding[]> {
  const driver = pathToFileURL(join(dist, "store", "engines", "sqlite.mjs")).href;
  try {
    await runProgram("node", ["--input-type=module", "-e", `await import(${JSON.stringify(driver)})`], {
      env,
    });
    return [];
  } catch (error) {
    // Without Node there is nothing to load it with, and its own check says so.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    return [
      wrong(
        `SQLite's native driver for ${process.platform}-${process.arch} does not load: ${reasonIn(error)}.`,
        `${remedy} Where no driver fits (the plugin brings those for Linux, macOS on ARM and Intel, and Windows), use PostgreSQL with PARALLEL_DATABASE_URL.`,
      ),
    ];
  }
}

/** The line of a crash that says what happened. */
function reasonIn(error: unknown): string {
  const { stderr = "" } = error as { stderr?: string };
  return /^(?:\w*Error)(?: \[\w+\])?: (.+)$/m.exec(stderr)?.[1]?.replace(/\.$/, "") ?? "it ends the process";
}
