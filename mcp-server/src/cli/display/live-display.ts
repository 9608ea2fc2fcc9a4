import { emitKeypressEvents } from "node:readline";
import type { ActionRequest, ActionResult, PlanSnapshot, TaskDetail } from "../../live/snapshot.ts";
import { cleanText } from "../../text/sanitize.ts";
import { type ControlState, type KeyCommand, type PressedKey, pressKey, promptWords } from "./controls.ts";
import type { PlanDisplay } from "./line-display.ts";
import { newsBetween, newsText } from "./news.ts";
import { planBlock } from "./plan-block.ts";
import { belowBlock, type DrawnBlock, NOTHING_DRAWN, redraw } from "./redraw.ts";
import { paintLine, type StyledLine } from "./styled-line.ts";
import { taskDetails } from "./task-details.ts";
import { terminalHeight, terminalWidth } from "./terminal.ts";

/** Times go on without an event. */
const TICK_MS = 1_000;
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** What is pasted comes marked, so that its line ends are not taken for the key. */
const MARK_PASTES = "\x1b[?2004h";
const MARK_NO_PASTES = "\x1b[?2004l";
const ENDING = ["SIGHUP", "SIGTERM"] as const;

/** The longest line of this program's own, in characters: a link is whole. */
const MAX_SAID = 500;

/** What can be done from the keys. */
export interface DisplayActions {
  act(plan: string, request: ActionRequest): Promise<ActionResult>;
  details(plan: string, task: string): Promise<TaskDetail>;
  /** Opens the page of a plan. @returns words for the user. Absent: there is none. */
  openPage?(plan: string): Promise<string>;
  /** The user has seen enough. */
  leave(): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Leaving ends the run: that it is about to end, and how. Absent: the run goes on without the display. */
  readonly ending?: (() => string | undefined) | undefined;
}

/**
 * Plans in a terminal: lines that stay scroll up as history, and below them a block is drawn anew whenever something has
 * changed. However the process ends but by SIGKILL, the terminal is left as it was.
 */
export class LiveDisplay implements PlanDisplay {
  readonly #plans = new Map<string, PlanSnapshot>();
  /** When each came, by this process's own clock. */
  readonly #cameAtMs = new Map<string, number>();
  #focus: string | undefined;
  #controls: ControlState = {};
  #drawn: DrawnBlock = NOTHING_DRAWN;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;

  /** @param input where keys come from; absent: none are read. */
  constructor(
    private readonly output: NodeJS.WriteStream,
    private readonly input: NodeJS.ReadStream | undefined,
    private readonly colour: boolean,
    private readonly actions: DisplayActions,
  ) {}

  show(snapshot: PlanSnapshot): void {
    if (!this.#isOpen) this.#open();
    const news = newsBetween(this.#plans.get(snapshot.plan), snapshot);
    this.#plans.set(snapshot.plan, snapshot);
    this.#cameAtMs.set(snapshot.plan, performance.now());
    const focused = this.#focused;
    if (!focused || focused.done) this.#focus = this.#next()?.plan ?? snapshot.plan;
    this.#draw(news.flatMap((one) => newsText(one, this.#plans.size > 1, this.#cells)));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.output.off("resize", this.#onResize);
    this.input?.off("keypress", this.#onKey).pause();
    for (const signal of ENDING) process.off(signal, this.#onEnding);
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTSTP", this.#suspend).off("SIGCONT", this.#onContinue).off("exit", this.#restore);
    this.#write({ lines: [], columns: this.#columns });
    this.#restore();
  }

  /** A line that stays, by this program itself. */
  say(text: string): void {
    const plan = this.#focus ?? "";
    const line = { atMs: this.#nowMs(plan), plan, mark: "·", look: "dim" as const };
    const lines = newsText({ ...line, text: cleanText(text, MAX_SAID) }, false, this.#cells);
    // Before the first plan and after the last one there is no block.
    if (this.#isOpen) this.#draw(lines);
    else for (const one of lines) this.output.write(`${this.#paint(one)}\n`);
  }

  get #focused(): PlanSnapshot | undefined {
    return this.#plans.get(this.#focus ?? "");
  }

  get #columns(): number {
    return terminalWidth(this.output);
  }

  /** The last column stays free: a terminal would begin a new line behind it. */
  get #cells(): number {
    return Math.max(1, this.#columns - 1);
  }

  /** The plan after the focused one that is not done. */
  #next(): PlanSnapshot | undefined {
    const plans = [...this.#plans.values()];
    const at = plans.findIndex(({ plan }) => plan === this.#focus);
    return [...plans.slice(at + 1), ...plans.slice(0, at + 1)].find(({ done }) => !done);
  }

  /** By the graph's clock. */
  #nowMs(plan: string): number {
    const snapshot = this.#plans.get(plan);
    return snapshot === undefined
      ? Date.now()
      : snapshot.atMs + performance.now() - (this.#cameAtMs.get(plan) ?? performance.now());
  }

  #open(): void {
    this.#isOpen = true;
    this.#prepare();
    this.output.on("resize", this.#onResize);
    if (this.input) {
      emitKeypressEvents(this.input);
      this.input.on("keypress", this.#onKey).resume();
    }
    for (const signal of ENDING) process.on(signal, this.#onEnding);
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTSTP", this.#suspend).on("SIGCONT", this.#onContinue).on("exit", this.#restore);
    this.#timer = setInterval(() => this.#draw(), TICK_MS);
  }

  #prepare(): void {
    this.input?.setRawMode(true);
    this.output.write(`${HIDE_CURSOR}${this.input ? MARK_PASTES : ""}`);
  }

  readonly #restore = (): void => {
    this.output.write(`${belowBlock(this.#drawn)}${this.input ? MARK_NO_PASTES : ""}${SHOW_CURSOR}`);
    this.input?.setRawMode(false);
  };

  readonly #onResize = (): void => this.#draw();

  /** Ctrl-C is a key here; this is a signal that somebody sends. */
  readonly #onInterrupt = (): void => {
    if (process.listenerCount("SIGINT") === 1) this.actions.interrupt();
  };

  /** Whoever else listens decides what follows; where nobody does, the signal ends the process as it would have anyway. */
  readonly #onEnding = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    this.close();
    process.kill(process.pid, signal);
  };

  /** The shell gets its terminal back as it was, and this process stops as it would have without a display. */
  readonly #suspend = (): void => {
    // Windows stops no process.
    if (process.platform === "win32") return;
    this.#restore();
    process.kill(process.pid, "SIGSTOP");
  };

  /** Whatever was done with the terminal meanwhile: the block comes anew below it. */
  readonly #onContinue = (): void => {
    this.#drawn = NOTHING_DRAWN;
    this.#prepare();
    this.#draw();
  };

  readonly #onKey = (text: string | undefined, { name, ctrl }: Omit<PressedKey, "text">): void => {
    const snapshot = this.#focused;
    if (!snapshot) return;
    const { state, command } = pressKey(this.#controls, { text, name, ctrl }, snapshot);
    this.#controls = state;
    this.#draw();
    if (command) void this.#do(command, snapshot);
  };

  async #do(command: KeyCommand, { plan, seq }: PlanSnapshot): Promise<void> {
    try {
      switch (command.kind) {
        case "act":
          return this.say(`you: ${(await this.actions.act(plan, { ...command.request, seq })).text}`);
        case "details":
          return this.#draw(taskDetails(await this.actions.details(plan, command.task), this.#columns));
        case "page":
          return this.actions.openPage && this.say(await this.actions.openPage(plan));
        case "next-plan":
          this.#focus = this.#next()?.plan ?? this.#focus;
          return this.#draw();
        case "say":
          return this.say(command.text);
        case "suspend":
          return this.#suspend();
        case "leave":
          return this.actions.leave();
        case "interrupt":
          return this.actions.interrupt();
      }
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  #draw(staying: readonly StyledLine[] = []): void {
    const snapshot = this.#focused;
    if (!this.#isOpen || !snapshot) return;
    const columns = this.#columns;
    const lines = planBlock(snapshot, {
      columns,
      rows: terminalHeight(this.output),
      nowMs: this.#nowMs(snapshot.plan),
      hasKeys: this.input !== undefined,
      hasPage: this.actions.openPage !== undefined,
      leaving: this.actions.ending && "ends",
      ending: this.actions.ending?.(),
      selected: this.#controls.selected,
      prompt: promptWords(this.#controls, snapshot),
      others: [...this.#plans.values()].filter((other) => other !== snapshot && !other.done),
    });
    this.#write(
      { lines: lines.map((line) => this.#paint(line)), columns },
      staying.map((line) => this.#paint(line)),
    );
  }

  #paint(line: StyledLine): string {
    return paintLine(line, this.#cells, this.colour);
  }

  #write(block: DrawnBlock, staying: readonly string[] = []): void {
    const text = redraw(this.#drawn, block, staying);
    if (text !== "") this.output.write(text);
    this.#drawn = block;
  }
}
