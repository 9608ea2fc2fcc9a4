import { question } from "./state/actions.ts";
import { address, goTo, openTask } from "./state/address.ts";
import { applyOrder, cursor, find, moveCursor } from "./state/list-state.ts";
import { plan, replay } from "./state/plan-state.ts";
import { stopReplay } from "./state/replay.ts";
import { showsHelp } from "./views/help.tsx";
import { togglePlay } from "./views/strip.tsx";
import { focusPanel, hasPanel } from "./views/task-panel.tsx";

/** What each key does where no field has the focus. */
const KEYS: Readonly<Record<string, () => void>> = {
  ArrowDown: () => moveCursor(1),
  ArrowUp: () => moveCursor(-1),
  j: () => moveCursor(1),
  k: () => moveCursor(-1),
  Enter: openCursor,
  Escape: leave,
  "/": () => document.getElementById("find")?.focus(),
  n: nextNeed,
  g: () => goTo({ ...address.peek(), view: "graph" }),
  r: () => goTo({ ...address.peek(), view: "run" }),
  o: applyOrder,
  " ": togglePlay,
  "?": () => {
    showsHelp.value = true;
  },
};

/** Keys of controls stay theirs: an arrow moves a slider, a space presses a button. */
function isTheirs(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog")) return true;
  if (target instanceof HTMLInputElement && target.type === "checkbox") return key === " ";
  if (target.closest("input, textarea, select")) return key !== "Escape";
  if (target.closest("button, a, summary")) return key === " " || key === "Enter";
  // Where something else scrolls, arrows scroll it.
  return key.startsWith("Arrow") && target.closest(".side, pre, .canvas") !== null;
}

/** Lets the keys of the page work. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (address.peek().of === undefined || plan.peek() === undefined || question.peek() !== undefined) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTheirs(event.target, event.key)) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function openCursor(): void {
  const task = cursor.peek();
  if (task === undefined) return;
  openTask(task);
  // After it has been drawn.
  setTimeout(focusPanel);
}

function leave(): void {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement) {
    if (field.id === "find") find.value = "";
    field.blur();
  } else if (hasPanel()) openTask(undefined);
  else if (replay.peek()) stopReplay();
  else return;
  document.getElementById("list")?.focus();
}

/** Opens the next task that needs somebody, after the one that is open. */
function nextNeed(): void {
  const tasks = plan.peek()?.needs.flatMap(({ task }) => task ?? []) ?? [];
  if (tasks.length === 0) return;
  const next = tasks[(tasks.indexOf(address.peek().task ?? "") + 1) % tasks.length];
  cursor.value = next;
  openTask(next);
}
