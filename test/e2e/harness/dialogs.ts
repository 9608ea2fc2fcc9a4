import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InteractiveClaudeCode } from "./interactive.ts";
import { eventually } from "./processes.ts";

/** Something that Claude Code asked its user. */
export interface Dialog {
  readonly kind: "permission" | "question" | "form";
  /** What it was about: a tool, and of a shell the command. */
  readonly about: string;
}

const FOLDER = "asked";
const NOTE = { type: "command", command: `mkdir -p "$HOME/${FOLDER}" && cat > "$HOME/${FOLDER}/$$.json"` };

/** Settings of a user whose Claude Code notes each dialog before it shows it. */
export const NOTES_DIALOGS = {
  hooks: { PermissionRequest: [{ hooks: [NOTE] }], Elicitation: [{ hooks: [NOTE] }] },
};

/** The dialogs that were noted below a home. */
export function dialogsIn(home: string): Dialog[] {
  const folder = join(home, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) =>
    dialogOf(JSON.parse(readFileSync(join(folder, file), "utf8")) as Noted),
  );
}

interface Noted {
  readonly hook_event_name: string;
  readonly tool_name?: string;
  readonly tool_input?: { readonly command?: string; readonly file_path?: string };
}

function dialogOf({ hook_event_name, tool_name = "", tool_input = {} }: Noted): Dialog {
  if (hook_event_name === "Elicitation") return { kind: "form", about: "approval" };
  const what = tool_input.command ?? tool_input.file_path;
  const about = what === undefined ? tool_name : `${tool_name} ${what}`;
  return { kind: tool_name === "AskUserQuestion" ? "question" : "permission", about };
}

const LOOK_MS = 300;

/** Answers whatever the session asks with its first choice, and forms with their consent, until this holds. */
export async function consents(
  session: InteractiveClaudeCode,
  isOver: () => boolean,
  limitMs?: number,
): Promise<void> {
  const goesOn = async () => {
    const key = keyFor(await session.screen());
    if (key !== undefined) await session.press(key);
    return isOver();
  };
  const isDone = await eventually(
    async () => (await goesOn()) || eventually(isOver, LOOK_MS),
    ...(limitMs === undefined ? [] : [limitMs]),
  );
  if (!isDone) throw new Error(`it came to no end:\n${await session.screen()}`);
}

function keyFor(screen: string): string | undefined {
  if (/requests your input/.test(screen)) {
    if (/❯ Accept/.test(screen)) return "Enter";
    return /Approve: (?!☐|not set)\S/.test(screen) ? "Down" : "Space";
  }
  return /❯ 1\. |Enter to (?:select|confirm)/.test(screen) ? "Enter" : undefined;
}
