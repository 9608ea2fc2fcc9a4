import { existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Check, notice } from "./finding.ts";

/** Other programs are called `parallel` too, GNU parallel first of all; nothing else has the second name. */
const [NAME, SECOND_NAME] = ["parallel", "parallel-tasks"];

/** What runs when one types the command line's name, and where it is when that does not find it. */
export const commandLine: Check = {
  name: "Command line",
  async look({ pluginRoot, environment }) {
    const found = programAt(NAME, environment);
    if (found !== undefined && isOfThisPlugin(found)) return { seen: `${NAME} runs ${found}`, findings: [] };
    const second = programAt(SECOND_NAME, environment);
    const toType = second ?? join(pluginRoot, "bin", SECOND_NAME);
    const seen = second === undefined ? `not on the search path: ${toType}` : `${SECOND_NAME} runs ${second}`;
    if (found === undefined) return { seen, findings: [] };
    return {
      seen,
      findings: [
        notice(
          `${NAME} runs ${found}, another program of that name.`,
          `Type ${second === undefined ? toType : SECOND_NAME} instead.`,
        ),
      ],
    };
  },
};

/** The first program of that name on the search path. */
function programAt(name: string, { PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  return PATH.split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Whichever copy of the plugin it belongs to; a link to it counts. */
function isOfThisPlugin(file: string): boolean {
  return existsSync(join(dirname(dirname(realpathSync(file))), "mcp-server", "dist", "parallel.mjs"));
}
