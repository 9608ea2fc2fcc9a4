import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LineDisplay } from "../../../mcp-server/src/cli/display/line-display.ts";
import { type DisplayActions, LiveDisplay } from "../../../mcp-server/src/cli/display/live-display.ts";
import type { ActionRequest, Need, PlanSnapshot, TaskDetail } from "../../../mcp-server/src/live/snapshot.ts";
import { simulatedPlan } from "../../live/simulated-plan.ts";
import { Screen } from "./screen.ts";

const simulated = simulatedPlan({ tasks: 60, trouble: 0 });
const at = (share: number) =>
  simulated.snapshotAt(simulated.startMs + (simulated.endMs - simulated.startMs) * share);
const question: Need = { task: "9.9", kind: "question", text: "Which?", holdsUp: [], actions: ["answer"] };

/** Waits as long as a busy machine needs. */
const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 60_000 });

/** A terminal with somebody at its keys, who is shown plans. */
function terminal({
  columns = 100,
  rows = 24,
  keys = true,
  ending,
}: {
  columns?: number;
  rows?: number;
  keys?: boolean;
  ending?: DisplayActions["ending"];
} = {}) {
  const screen = new Screen(columns, rows);
  const output = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const sent: string[] = [];
  output.write = ((text: string) => {
    sent.push(text);
    screen.write(text);
    return true;
  }) as typeof output.write;
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const acted: [string, ActionRequest][] = [];
  const ends: string[] = [];
  const display = new LiveDisplay(
    output as unknown as NodeJS.WriteStream,
    keys ? (input as unknown as NodeJS.ReadStream) : undefined,
    false,
    {
      act: async (plan, request) => {
        acted.push([plan, request]);
        return { done: true, text: "It is so." };
      },
      details: async (_plan, task) =>
        ({
          row: at(0.5).tasks.find(({ id }) => id === task) ?? { ...at(0.5).tasks[0], id: task },
          attempts: [],
          files: [],
          unlisted: 0,
          notes: ["Mind the gap."],
          dependents: [],
          acceptance: [],
        }) as unknown as TaskDetail,
      leave: () => ends.push("leave"),
      interrupt: () => ends.push("interrupt"),
      ending,
    },
  );
  onTestFinished(() => display.close());
  return {
    ...{ screen, output, sent, modes, acted, ends, display },
    show: (snapshot: PlanSnapshot) => display.show(snapshot),
    type: (text: string) => input.write(text),
  };
}

describe("a plan in a terminal", () => {
  it("a plan in a terminal has its news above the block, and the terminal is left as it was", () => {
    const { screen, show, display, modes } = terminal();
    show(at(0.4));
    show(at(0.5));
    expect(screen.isCursorHidden).toBe(true);
    const block = screen.lines.findIndex((line) => line.startsWith("orders  ▶ running"));
    expect(block).toBeGreaterThan(1);
    expect(screen.lines.slice(0, block).every((line) => /^\d\d:\d\d:\d\d {2}[▶✓✗·] /.test(line))).toBe(true);
    expect(screen.lines.at(-1)).toMatch(/^p pause/);
    display.close();
    expect([screen.isCursorHidden, modes]).toEqual([false, [true, false]]);
    expect(screen.lines, "the block is gone, the lines stay").toHaveLength(block);
    expect(process.listenerCount("SIGTSTP")).toBe(0);
  });

  it("a plan that has not changed sends only what the clock changes", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { sent, show } = terminal();
    show(at(0.5));
    const before = sent.join("").length;
    vi.advanceTimersByTime(1_000);
    const ticked = sent.join("").length - before;
    expect(ticked).toBeGreaterThan(0);
    expect(ticked, "of the block's lines those with a time").toBeLessThan(before);
    expect(sent.at(-1)).not.toContain("tokens");
  });

  it("a plan is drawn to the size that the terminal has now", () => {
    const { screen, output, show } = terminal({ columns: 120 });
    show(at(0.5));
    expect(screen.lines.length).toBeGreaterThan(6);
    output.columns = 50;
    output.emit("resize");
    expect(screen.lines.at(-1)).toMatch(/^orders {2}▶ running/);
    output.columns = 120;
    output.emit("resize");
    expect(screen.lines.at(-1)).toMatch(/q leave$/);
  });

  it("a key does what the tools do, by what was seen, and the answer stays as a line", async () => {
    const { screen, show, type, acted } = terminal();
    const snapshot = { ...at(0.5), needs: [question] };
    show(snapshot);
    type("p");
    await eventually(() => expect(acted).toHaveLength(1));
    type("aThe second\r");
    await eventually(() => expect(acted).toHaveLength(2));
    expect(acted).toEqual([
      ["orders", { do: "pause", seq: snapshot.seq }],
      ["orders", { do: "answer", task: "9.9", text: "The second", seq: snapshot.seq }],
    ]);
    await eventually(() =>
      expect(screen.lines.filter((line) => line.endsWith("you: It is so."))).toHaveLength(2),
    );
  });

  it("a question is there in full above the block, however long it is", async () => {
    const { screen, show } = terminal({ columns: 80 });
    show(at(0.5));
    const text = `${"word ".repeat(60)}end?`;
    show({ ...at(0.5), needs: [{ ...question, text }] });
    const block = screen.lines.findLastIndex((line) => line.startsWith("orders  "));
    const said = screen.lines.slice(0, block).join(" ").replaceAll(/\s+/g, " ");
    expect(said).toContain(`? 9.9 asks: ${text}`);
  });

  it("what is typed is seen while it is typed, in place of the keys", async () => {
    const { screen, show, type } = terminal();
    show({ ...at(0.5), needs: [question] });
    type("aThe sec");
    await eventually(() => expect(screen.lines.at(-1)).toBe("Answer to 9.9: The sec█"));
  });

  it("Enter shows what there is to say of the selected task, above the block", async () => {
    const { screen, show, type } = terminal();
    show({ ...at(0.5), needs: [question] });
    type("j\r");
    await eventually(() => expect(screen.lines.join("\n")).toContain("notes      Mind the gap."));
    expect(screen.lines.at(-1)).toMatch(/q leave$/);
  });

  it("what the program says before the first plan and after the last one is a line too", () => {
    const { screen, show, display } = terminal();
    display.say("Taking part.");
    show(at(0.5));
    display.close();
    display.say("Ended.");
    expect(screen.lines.at(0)).toMatch(/ · Taking part\.$/);
    expect(screen.lines.at(-1)).toMatch(/ · Ended\.$/);
  });

  it("a signal at which the program has something to do is left to it", () => {
    const { screen, show } = terminal();
    // What else listens in this process, as the package of a database does, would end it.
    const others = process.listeners("SIGTERM");
    process.removeAllListeners("SIGTERM");
    const heard: string[] = [];
    const listener = (signal: string) => heard.push(signal);
    process.on("SIGTERM", listener);
    onTestFinished(() => {
      process.off("SIGTERM", listener);
      for (const other of others) process.on("SIGTERM", other);
    });
    show(at(0.5));
    process.emit("SIGTERM", "SIGTERM");
    expect(heard).toEqual(["SIGTERM"]);
    expect(screen.lines.at(-1)).toMatch(/q leave$/);
  });

  it("an interruption from outside is heard once: by the program, or where it listens to none by the display", () => {
    const { show, ends } = terminal();
    const others = process.listeners("SIGINT");
    process.removeAllListeners("SIGINT");
    const heard: string[] = [];
    const listener = () => heard.push("program");
    onTestFinished(() => {
      process.off("SIGINT", listener);
      for (const other of others) process.on("SIGINT", other);
    });
    show(at(0.5));
    process.emit("SIGINT", "SIGINT");
    process.on("SIGINT", listener);
    process.emit("SIGINT", "SIGINT");
    expect([ends, heard]).toEqual([["interrupt"], ["program"]]);
  });

  it("q leaves and Ctrl-C interrupts; the run goes on", async () => {
    const { show, type, ends, acted } = terminal();
    show(at(0.5));
    type("q");
    type("\x03");
    await eventually(() => expect(ends).toEqual(["leave", "interrupt"]));
    expect(acted).toEqual([]);
  });

  it("a plan whose display ends the run says so, and by what it is about to end", () => {
    let ending: string | undefined;
    const { screen, show } = terminal({ ending: () => ending });
    show(at(0.4));
    expect(screen.lines.at(-1)).toMatch(/q end$/);
    ending = "nothing more is started";
    show(at(0.5));
    expect(screen.lines).toContain("‖ nothing more is started");
  });

  it("after the process was stopped and goes on, the block is drawn anew below whatever was written meanwhile", () => {
    const { screen, output, show } = terminal();
    show(at(0.5));
    output.write("\x1b[20B\r\n\x1b[?25h$ fg\r\n");
    process.emit("SIGCONT", "SIGCONT");
    expect(screen.isCursorHidden).toBe(true);
    const after = screen.lines.slice(screen.lines.indexOf("$ fg") + 1);
    expect(after[0]).toMatch(/^orders/);
    expect(after.at(-1)).toMatch(/q leave$/);
  });

  it("where no keys are read none are named, and nothing of the terminal is changed but the cursor", () => {
    const { screen, show, modes } = terminal({ keys: false });
    show(at(0.5));
    expect(screen.lines.at(-1)).not.toContain("q leave");
    expect(modes).toEqual([]);
  });

  it("of several plans one is shown, the others have a line each, and Tab goes on to the next", async () => {
    const { screen, show, type } = terminal();
    show(at(0.5));
    show({ ...at(0.4), plan: "second" });
    expect(screen.lines.filter((line) => /^(orders|second) {2}▶/.test(line))).toHaveLength(2);
    expect(screen.lines.findIndex((line) => line.startsWith("orders  "))).toBeLessThan(
      screen.lines.findIndex((line) => line.startsWith("second  ")),
    );
    type("\t");
    await eventually(() =>
      expect(screen.lines.findIndex((line) => line.startsWith("second  "))).toBeLessThan(
        screen.lines.findIndex((line) => line.startsWith("orders  ")),
      ),
    );
  });
});

describe("a plan where nothing can be drawn anew", () => {
  it("a plan where nothing can be drawn anew is a line for each event, and one after a minute of silence", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const lines: string[] = [];
    const display = new LineDisplay({ write: (text: string) => lines.push(text) }, false);
    onTestFinished(() => display.close());
    display.show(at(0.4));
    display.show(at(0.5));
    expect(lines.every((line) => /^\d\d:\d\d:\d\d {2}\S+ .+\n$/.test(line))).toBe(true);
    const before = lines.length;
    expect(before).toBeGreaterThan(3);
    vi.advanceTimersByTime(59_000);
    display.show({ ...at(0.5), seq: 1_000_000 });
    expect(lines).toHaveLength(before);
    vi.advanceTimersByTime(1_000);
    expect(lines.slice(before)).toEqual([expect.stringMatching(/ · \d+ run, longest .* for .*\n$/)]);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(before + 2);
    expect(lines.join("")).not.toContain("\x1b");
  });
});
