import { describe, expect, it } from "vitest";
import {
  type ControlState,
  type PressedKey,
  pressKey,
  promptWords,
} from "../../../mcp-server/src/cli/display/controls.ts";
import type { Need, PlanSnapshot } from "../../../mcp-server/src/live/snapshot.ts";
import { simulatedPlan } from "../../live/simulated-plan.ts";

const simulated = simulatedPlan({ tasks: 60 });
const base = simulated.snapshotAt((simulated.startMs + simulated.endMs) / 2);
const question: Need = {
  task: "4.3",
  kind: "question",
  text: "Which?",
  holdsUp: [],
  actions: ["answer", "retry"],
};
const failed: Need = { task: "3.8", kind: "failed", text: "no key", holdsUp: [], actions: ["retry"] };
const plan: PlanSnapshot = { ...base, needs: [question, failed] };
const enter: PressedKey = { name: "return", text: "\r" };
const typed = (text: string): PressedKey[] => [...text].map((one) => ({ text: one }));

/** Presses keys one after the other. @returns the last command, and what was begun. */
function press(keys: readonly PressedKey[], snapshot = plan, from: ControlState = {}) {
  let state = from;
  let command: ReturnType<typeof pressKey>["command"];
  for (const key of keys) ({ state, command } = pressKey(state, key, snapshot));
  return { state, command };
}

describe("the keys of a display", () => {
  it("p pauses a plan that is open, and resumes one that is not", () => {
    expect(press(typed("p")).command).toEqual({ kind: "act", request: { do: "pause" } });
    expect(press(typed("p"), { ...plan, status: "paused" }).command).toEqual({
      kind: "act",
      request: { do: "resume" },
    });
  });

  it("s asks before it stops a plan, and any key but y is no", () => {
    const asked = press(typed("s"));
    expect(asked.command).toBeUndefined();
    expect(promptWords(asked.state, plan)).toMatch(/^Stop the plan\? \d+ running would be cancelled/);
    expect(press(typed("sy")).command).toEqual({ kind: "act", request: { do: "stop" } });
    expect(press(typed("sn"))).toEqual({ state: {}, command: undefined });
    expect(press([...typed("s"), enter])).toEqual({ state: {}, command: undefined });
  });

  it("+ and − move the cap by one, and not below one", () => {
    const capped = { ...plan, cap: { running: 1, now: 1, allowed: 1 } };
    expect(press(typed("+"), capped).command).toEqual({ kind: "act", request: { do: "cap", value: 2 } });
    expect(press(typed("-"), capped).command).toEqual({ kind: "act", request: { do: "cap", value: 1 } });
  });

  it("a answers what holds up most, or the selected question, with what is typed or pasted in one line", () => {
    const pasted = [
      { name: "paste-start" },
      ...typed("two"),
      enter,
      ...typed("lines"),
      { name: "paste-end" },
    ];
    expect(press([...typed("aShip, "), ...pasted, ...typed("x"), { name: "backspace" }, enter])).toEqual({
      state: { selected: "4.3" },
      command: { kind: "act", request: { do: "answer", task: "4.3", text: "Ship, two lines" } },
    });
    const second = { ...question, task: "5.1" };
    const chosen = press(
      [...typed("aYes"), enter],
      { ...plan, needs: [question, second] },
      { selected: "5.1" },
    );
    expect(chosen.command).toMatchObject({ request: { do: "answer", task: "5.1", text: "Yes" } });
  });

  it("an empty answer and Escape send nothing, and what was typed there does nothing else", () => {
    expect(press([...typed("a"), enter]).command).toBeUndefined();
    expect(press([...typed("aqsp"), { name: "escape" }])).toEqual({
      state: { selected: "4.3" },
      command: undefined,
    });
  });

  it("r tries again what has failed, with a note if one is typed", () => {
    const only = { ...plan, needs: [failed] };
    expect(press([...typed("r"), enter], only).command).toEqual({
      kind: "act",
      request: { do: "retry", task: "3.8" },
    });
    expect(press([...typed("rUse the other key"), enter], only).command).toMatchObject({
      request: { text: "Use the other key" },
    });
    expect(press(typed("r"), { ...plan, needs: [] }).command).toMatchObject({ kind: "say" });
  });

  it("the arrows select what needs somebody, then what runs, then the rest; Enter shows its details", () => {
    const { state } = press([{ name: "down" }]);
    expect(state.selected).toBe("4.3");
    expect(press([{ name: "down" }, { name: "down" }, enter]).command).toEqual({
      kind: "details",
      task: "3.8",
    });
    const all = press(Array.from({ length: 80 }, () => ({ name: "down" })));
    const last = plan.tasks.find(({ id }) => id === all.state.selected);
    expect(["waits", "cannotRun"]).toContain(last?.group);
    expect(press([{ name: "up" }], plan, { selected: "4.3" }).state.selected).toBe("4.3");
  });

  it("the selection stays with its task when the plan changes", () => {
    const running = plan.tasks.find(({ group }) => group === "running");
    const { state } = press([{ name: "down" }], { ...plan, needs: [] }, { selected: running?.id ?? "" });
    expect(state.selected).not.toBe(running?.id);
    expect(press(typed("x"), { ...plan, tasks: [...plan.tasks].reverse() }, state).state.selected).toBe(
      state.selected,
    );
  });

  it.each([
    ["q", {}, "leave"],
    ["o", {}, "page"],
    ["c", { ctrl: true, name: "c" }, "interrupt"],
    ["z", { ctrl: true, name: "z" }, "suspend"],
    ["\t", { name: "tab" }, "next-plan"],
  ])("the key %j is a command", (text, key, kind) => {
    expect(press([{ text, ...key }]).command).toEqual({ kind });
  });

  it("Ctrl-C is one in the middle of an answer too", () => {
    expect(press([...typed("aYes"), { name: "c", ctrl: true }]).command).toEqual({ kind: "interrupt" });
  });
});
