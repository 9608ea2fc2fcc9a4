import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { onTestFinished, vi } from "vitest";

/** A machine that is busy with other tests takes its time. */
const PATIENCE = { timeout: 60_000, interval: 50 };

/** Whether there is a terminal that tests can look at. */
export const hasTmux = isThere();

function isThere(): boolean {
  try {
    execFileSync("tmux", ["-V"]);
    return true;
  } catch {
    return false;
  }
}

let count = 0;

/** A terminal with a shell in it, by tmux; it is ended with the test. */
export class Tmux {
  readonly #socket = `parallel-test-${process.pid}-${++count}`;

  constructor(folder: string, env: Readonly<Record<string, string>>, columns = 100, rows = 24) {
    const size = ["-x", String(columns), "-y", String(rows)];
    this.#run(
      [
        "-u",
        "-f",
        "/dev/null",
        "new-session",
        "-d",
        ...size,
        "-c",
        folder,
        "exec env PS1='$ ' bash --norc --noprofile -i",
      ],
      {
        ...env,
        LC_ALL: "C.UTF-8",
        TERM: "xterm-256color",
        SHELL: "/bin/bash",
      },
    );
    onTestFinished(() => void this.#run(["kill-server"]));
  }

  /** The lines of the pane, without empty ones at the end. */
  get lines(): string[] {
    return this.#run(["capture-pane", "-p"]).trimEnd().split("\n");
  }

  /** The same with what has scrolled away. */
  get history(): string[] {
    return this.#run(["capture-pane", "-p", "-S", "-"]).trimEnd().split("\n");
  }

  get isCursorShown(): boolean {
    return this.#ask("cursor_flag") === "1";
  }

  /** In which column the cursor is, from 0 on. */
  get column(): number {
    return Number(this.#ask("cursor_x"));
  }

  /** The process that the shell runs. */
  get child(): number {
    const shell = this.#ask("pane_pid");
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim());
  }

  /** Keys as tmux names them; what is no name is typed. */
  press(...keys: readonly string[]): void {
    this.#run(["send-keys", ...keys]);
  }

  type(text: string): void {
    this.#run(["send-keys", "-l", text]);
  }

  resize(columns: number, rows: number): void {
    this.#run(["resize-window", "-x", String(columns), "-y", String(rows)]);
  }

  /** Waits until the lines of the pane are as they should be. */
  async until(isMeant: (lines: readonly string[]) => boolean): Promise<void> {
    await vi.waitFor(() => {
      const { lines } = this;
      if (!isMeant(lines)) throw new Error(`the terminal shows\n${lines.join("\n")}`);
    }, PATIENCE);
  }

  #ask(format: string): string {
    return this.#run(["display-message", "-p", `#{${format}}`]).trim();
  }

  #run(parameters: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    return execFileSync("tmux", ["-L", this.#socket, ...parameters], {
      env: { PATH: process.env.PATH ?? "", ...env },
      encoding: "utf8",
    });
  }
}
