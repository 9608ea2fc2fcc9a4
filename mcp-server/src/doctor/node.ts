import * as z from "zod";
import { runProgram } from "../host/run-program.ts";
import { type Check, type DoctorFinding, wrong } from "./finding.ts";

/** The oldest major version that this plugin runs on. */
const NEEDED = 20;
const INSTALL =
  "from https://nodejs.org, so that `node --version` says so in the shell that starts Claude Code; then restart it";

const answer = z.tuple([z.string(), z.string()]);

/** Node.js as Claude Code finds it when it was started from a shell with this search path. */
export const node: Check = {
  name: "Node.js",
  async look({ environment }) {
    try {
      const script = "JSON.stringify([process.versions.node, process.execPath])";
      const printed = await runProgram("node", ["-p", script], { env: environment });
      const [version, path] = answer.parse(JSON.parse(printed));
      return { seen: `${version} at ${path}`, findings: findingsFor(version) };
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const problem = isMissing
        ? "The search path holds no program `node`, which Claude Code starts the server with."
        : "The program `node` on the search path does not run.";
      return {
        seen: isMissing ? "not found" : "does not run",
        findings: [wrong(problem, `Install Node.js ${NEEDED} or newer ${INSTALL}.`)],
      };
    }
  },
};

function findingsFor(version: string): DoctorFinding[] {
  if (Number(version.split(".")[0]) >= NEEDED) return [];
  return [
    wrong(
      `Node.js ${version} is too old: the plugin needs ${NEEDED} or newer.`,
      `Install Node.js ${NEEDED} or newer ${INSTALL}.`,
    ),
  ];
}
