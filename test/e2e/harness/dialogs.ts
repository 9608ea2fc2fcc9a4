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

/** How long a key may take to show on the screen before it counts as not taken. */
const KEY_MS = 1_000;

/** Says yes to whatever the session asks, once and for nothing else, until this holds. */
export async function consents(session: InteractiveClaudeCode, isOver: () => boolean): Promise<void> {
  const goesOn = async () => {
    const asked = questionOn(await session.screen());
    if (asked !== undefined) {
      await session.press(asked.key);
      const isTaken = async () => questionOn(await session.screen())?.text !== asked.text;
      await eventually(isTaken, KEY_MS);
    }
    return isOver();
  };
  if (!(await eventually(goesOn))) throw new Error(`it came to no end:\n${await session.screen()}`);
}

/** What a screen asks, and the key that comes nearer to a yes; undefined: it asks nothing. */
export function questionOn(screen: string): { text: string; key: string } | undefined {
  const lines = screen.trimEnd().split("\n");
  if (/requests your input/.test(screen)) return { text: screen, key: keyInForm(screen) };
  const choices = lines.flatMap((line, at) => {
    const [, cursor, number, words = ""] = /^\s*(❯?) +(\d)\. (.+?)\s*$/.exec(line.replace("❯", "❯ ")) ?? [];
    return number === undefined ? [] : [{ at, isChosen: cursor === "❯", number: Number(number), words }];
  });
  const chosen = choices.findLastIndex(({ isChosen }) => isChosen);
  if (chosen === -1) return undefined;
  // What is numbered above the first choice is no choice: a list in the text that is asked about.
  const first = choices.findLastIndex(({ number }, index) => number === 1 && index <= chosen);
  const offered = choices.slice(first);
  const wanted = YES.flatMap((yes) => offered.findIndex(({ words }) => yes.test(words))).find(
    (at) => at >= 0,
  );
  if (wanted === undefined) return undefined;
  const steps = wanted - (chosen - first);
  const text = lines.slice(Math.max(0, (offered[0]?.at ?? 0) - 2)).join("\n");
  return { text, key: steps === 0 ? "Enter" : steps > 0 ? "Down" : "Up" };
}

/** The words of a yes that grants nothing more, best first. */
const YES = [/^Yes$/, /^Run /, /^Yes, (?!.*(?:don't ask|always|switch|allow all|during this session))/];

function keyInForm(screen: string): string {
  if (/❯ Accept/.test(screen)) return "Enter";
  return /Approve: (?!☐|not set)\S/.test(screen) ? "Down" : "Space";
}
