import { join } from "node:path";
import { CallerError } from "../errors/caller-error.ts";
import type { AgentClient, AgentStart } from "./agent-client.ts";
import { serverEntry, withInstructions } from "./prompt.ts";
import { REPORT_SCHEMA } from "./report-message.ts";

const BRIEF = "brief.md";
const SCHEMA = "report.schema.json";
const SERVERS = "mcp.json";
const PLACEHOLDERS = ["brief", "briefFile", "folder", "model", "effort", "schema", "mcpConfig"] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/**
 * Any program with a prompt, as the user writes it: `my-agent --cd {folder} --file {briefFile}`. It is started without a
 * shell; quotation marks keep words together. Without `{brief}` or `{briefFile}` it reads its brief from its standard
 * input. With `{mcpConfig}` it gets this server; else what it prints is its report.
 * @throws CallerError for an empty command, an open quotation mark, or a placeholder that there is none of.
 */
export function commandClient(command: string): AgentClient {
  const words = wordsOf(command);
  const used = new Set(
    words.flatMap((word) => [...word.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)),
  );
  const unknown = [...used].find((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw wrong(`{${unknown}} is no placeholder.`, `There are {${PLACEHOLDERS.join("}, {")}}.`);
  const [program] = words;
  if (program === undefined) throw wrong("The command is empty.", "Name a program.");
  const callsTools = used.has("mcpConfig");
  return {
    name: "command",
    programs: program.includes("{") ? [] : [program],
    callsTools,
    hasHooks: false,
    permissions: "What your command gives it. It works in a worktree of its own, in which it is started.",
    start(start) {
      const [name = "", ...args] = words.map((word) => filled(word, start));
      const brief = withInstructions(start.instructions, start.brief);
      return {
        program: name,
        args,
        env: {},
        stdin: used.has("brief") || used.has("briefFile") ? "" : brief,
        files: {
          [BRIEF]: brief,
          [SCHEMA]: JSON.stringify(REPORT_SCHEMA),
          [SERVERS]: JSON.stringify({ mcpServers: { parallel: serverEntry(start.server) } }),
        },
      };
    },
    read: (line) => [{ kind: "started" }, { kind: "message", text: `${line}\n`, goesOn: true }],
  };
}

function filled(
  word: string,
  { brief, instructions, folder, model, effort, stateFolder }: AgentStart,
): string {
  const values: Record<Placeholder, string> = {
    brief: withInstructions(instructions, brief),
    briefFile: join(stateFolder, BRIEF),
    folder,
    model: model ?? "",
    effort: effort ?? "",
    schema: join(stateFolder, SCHEMA),
    mcpConfig: join(stateFolder, SERVERS),
  };
  return word.replace(/\{(\w+)\}/g, (_, name: Placeholder) => values[name]);
}

/** The words of a command, as a shell would read it without looking further: nothing is replaced. */
function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
  const left = command.replace(/"[^"]*"|'[^']*'/g, "");
  if (/["']/.test(left)) throw wrong("A quotation mark is not closed.", "Close it.");
  return words;
}

function wrong(problem: string, remedy: string): CallerError {
  return new CallerError("bad_input", `--command: ${problem}`, remedy, "command");
}
