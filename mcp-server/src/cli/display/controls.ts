import type { ActionName, ActionRequest, Need, PlanSnapshot } from "../../live/snapshot.ts";
import { runningRows } from "./plan-words.ts";

/** A key as Node's `readline` tells it. */
export interface PressedKey {
  /** What it types; absent for keys that type nothing. */
  readonly text?: string | undefined;
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What the one at the keys has begun. */
export interface ControlState {
  /** The task on which keys act. */
  readonly selected?: string;
  readonly prompt?: Prompt;
}

interface Prompt {
  readonly asks: "answer" | "retry" | "stop";
  /** Absent: it is about the plan. */
  readonly task?: string;
  readonly typed: string;
  /** Between the beginning and the end of something pasted, in which a line's end is a space. */
  readonly isPasting?: boolean;
}

/** What is to be done after a key. */
export type KeyCommand =
  | { readonly kind: "act"; readonly request: Omit<ActionRequest, "seq"> }
  | { readonly kind: "details"; readonly task: string }
  | { readonly kind: "page" | "leave" | "interrupt" | "next-plan" | "suspend" }
  /** Why nothing can be done, for the one at the keys. */
  | { readonly kind: "say"; readonly text: string };

interface Pressed {
  readonly state: ControlState;
  readonly command?: KeyCommand;
}

/** What a key does, by what is seen of the plan. */
export function pressKey(state: ControlState, key: PressedKey, snapshot: PlanSnapshot): Pressed {
  if (key.ctrl && key.name === "c")
    return { state: without(state, "prompt"), command: { kind: "interrupt" } };
  if (key.ctrl && key.name === "z") return { state, command: { kind: "suspend" } };
  if (state.prompt) return typeInto(state, state.prompt, key);
  if (key.name === "up" || key.text === "k") return { state: moved(state, snapshot, -1) };
  if (key.name === "down" || key.text === "j") return { state: moved(state, snapshot, 1) };
  if (key.name === "escape") return { state: without(state, "selected") };
  if (key.name === "tab") return { state: {}, command: { kind: "next-plan" } };
  if (key.name === "return" || key.name === "enter") return details(state);
  return letter(state, key.text, snapshot);
}

function letter(state: ControlState, text: string | undefined, snapshot: PlanSnapshot): Pressed {
  const act = (request: Omit<ActionRequest, "seq">): Pressed => ({
    state,
    command: { kind: "act", request },
  });
  const { status, cap } = snapshot;
  switch (text) {
    case "p":
      return act({ do: status === "open" ? "pause" : "resume" });
    case "s":
      return { state: { ...state, prompt: { asks: "stop", typed: "" } } };
    case "+":
    case "=":
      return act({ do: "cap", value: cap.allowed + 1 });
    case "-":
    case "−":
      return act({ do: "cap", value: Math.max(1, cap.allowed - 1) });
    case "a":
      return ask(state, snapshot, "answer", "No agent asks anything.");
    case "r":
      return ask(state, snapshot, "retry", "Nothing has failed that could be tried again.");
    case "o":
      return { state, command: { kind: "page" } };
    case "q":
      return { state, command: { kind: "leave" } };
    default:
      return { state };
  }
}

/** For the selected task if it can be done there, else for the one that holds up most. */
function ask(state: ControlState, { needs }: PlanSnapshot, asks: "answer" | "retry", none: string): Pressed {
  const can = needs.filter((need): need is Need & { task: string } => isFor(need, asks));
  const { task } = can.find((need) => need.task === state.selected) ?? can[0] ?? {};
  if (task === undefined) return { state, command: { kind: "say", text: none } };
  return { state: { ...state, selected: task, prompt: { asks, task, typed: "" } } };
}

function isFor({ task, actions }: Need, action: ActionName): boolean {
  return task !== undefined && actions.includes(action);
}

function details(state: ControlState): Pressed {
  const { selected } = state;
  return selected === undefined ? { state } : { state, command: { kind: "details", task: selected } };
}

function typeInto(state: ControlState, prompt: Prompt, { text = "", name, ctrl }: PressedKey): Pressed {
  const typing = (changed: Partial<Prompt>): Pressed => ({
    state: { ...state, prompt: { ...prompt, ...changed } },
  });
  if (name === "paste-start") return typing({ isPasting: true });
  if (name === "paste-end") return typing({ isPasting: false });
  if (name === "escape") return { state: without(state, "prompt") };
  if (prompt.asks === "stop") {
    const isMeant = text === "y" || text === "Y";
    return {
      state: without(state, "prompt"),
      ...(isMeant && { command: { kind: "act", request: { do: "stop" } } }),
    };
  }
  if (name === "return" || name === "enter")
    return prompt.isPasting ? typing({ typed: `${prompt.typed} ` }) : submit(state, prompt);
  if (name === "backspace") return typing({ typed: [...prompt.typed].slice(0, -1).join("") });
  if (ctrl && name === "u") return typing({ typed: "" });
  // Arrows and the like type nothing.
  const isText = text !== "" && !ctrl && !/\p{Cc}/u.test(text);
  return isText ? typing({ typed: prompt.typed + text }) : { state };
}

function submit(state: ControlState, { asks, task, typed }: Prompt): Pressed {
  const text = typed.trim();
  const closed = without(state, "prompt");
  if (asks === "answer" && text === "") return { state: closed };
  const request = {
    do: asks,
    ...(task !== undefined && { task }),
    ...(text !== "" && { text }),
  };
  return { state: closed, command: { kind: "act", request } };
}

/** What stands before what is typed. */
export function promptWords({ prompt }: ControlState, { cap }: PlanSnapshot): string | undefined {
  if (!prompt) return undefined;
  const { asks, task, typed } = prompt;
  if (asks === "stop")
    return `Stop the plan? ${cap.running === 0 ? "Nothing runs." : `${cap.running} running would be cancelled.`} y stops, any other key does not `;
  return asks === "answer"
    ? `Answer to ${task}: ${typed}`
    : `Try ${task} again; a note for its agent: ${typed}`;
}

/** The tasks in the order in which they are selected: what needs a person, what runs, what is to come, what cannot run. */
function selectable(snapshot: PlanSnapshot): string[] {
  const inGroup = (wanted: string) =>
    snapshot.tasks.filter(({ group }) => group === wanted).map(({ id }) => id);
  const needs = snapshot.needs.flatMap(({ task }) => (task === undefined ? [] : [task]));
  const running = runningRows(snapshot).map(({ id }) => id);
  return [...new Set([...needs, ...running, ...["couldStart", "waits", "cannotRun"].flatMap(inGroup)])];
}

function moved(state: ControlState, snapshot: PlanSnapshot, by: 1 | -1): ControlState {
  const order = selectable(snapshot);
  const at = order.indexOf(state.selected ?? "");
  const next =
    at === -1 ? (by === 1 ? 0 : order.length - 1) : Math.max(0, Math.min(order.length - 1, at + by));
  const selected = order[next];
  return selected === undefined ? without(state, "selected") : { ...state, selected };
}

function without(state: ControlState, part: keyof ControlState): ControlState {
  const { [part]: _, ...rest } = state;
  return rest;
}
