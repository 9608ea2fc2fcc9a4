import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandIn, environmentOf, isOldHost, type Place } from "./claude-code.ts";
import { descendantsOf, endAll, eventually, isAlive, killServersOf, PATIENCE_MS } from "./processes.ts";

const run = promisify(execFile);

/** How long a session may take to leave by itself. */
const LEAVING_MS = 120_000;

/** Whether interactive sessions can be driven on this machine. */
export async function hasTmux(): Promise<boolean> {
  return run("tmux", ["-V"]).then(
    () => true,
    () => false,
  );
}

/** An interactive session of Claude Code in a terminal that nobody looks at. */
export class InteractiveClaudeCode {
  /** tmux keeps its socket here; a path of its own keeps it apart from the user's, a short one fits the limit. */
  readonly #sockets = mkdtempSync(join(tmpdir(), "tmux-"));
  readonly #place: Place;
  #pid = 0;
  #below: number[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  /** The process id of Claude Code. */
  get pid(): number {
    return this.#pid;
  }

  /** Starts the session and waits until it takes input. */
  async start(): Promise<void> {
    const environment = { ...environmentOf(this.#place), TERM: "xterm-256color" };
    const plugins = this.#place.plugins.flatMap((folder) => ["--plugin-dir", folder]);
    const command = commandIn(this.#place, plugins);
    const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    await this.#tmux(
      ["-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "120", "-c", this.#place.project],
      ["env", "-i", ...pairs, ...command],
    );
    const { stdout } = await this.#tmux(["list-panes", "-F", "#{pane_pid}"]);
    this.#pid = Number(stdout.trim());
    await this.waitFor(/❯/);
    if (this.#place.plugins.length > 0 && isOldHost()) await this.#waitForServers();
  }

  /** Types a line and sends it off. */
  async type(line: string): Promise<void> {
    // An interrupted prompt comes back into the input box.
    await this.#tmux(["send-keys", "C-u"]);
    await this.#tmux(["send-keys", "-l", line]);
    const isTyped = async () => (await this.#inputLine()).includes(line.slice(0, 40));
    if (!(await eventually(isTyped))) throw new Error(`the session took no input:\n${await this.screen()}`);
    // Enter that comes too soon after the text counts as part of a paste, or closes the menu of commands.
    const isSent = async () => {
      await this.#tmux(["send-keys", "Enter"]);
      return eventually(async () => !(await isTyped()), 500);
    };
    if (!(await eventually(isSent))) throw new Error(`the line was not sent:\n${await this.screen()}`);
  }

  /** Presses a key by its tmux name, for instance `Escape` or `Enter`. */
  async press(key: string): Promise<void> {
    await this.#tmux(["send-keys", key]);
  }

  /** Takes the first choice of the dialog that shows this pattern. */
  async accept(pattern: RegExp): Promise<void> {
    const isDialog = (screen: string) => /Enter to (select|confirm)/.test(screen);
    // What the dialog asks may stand further up already, from the last time.
    await this.#waitForScreen((screen) => pattern.test(screen) && isDialog(screen), `to ask ${pattern}`);
    const isGone = async () => !isDialog(await this.screen());
    // A dialog that has just appeared takes no keys, so that nobody answers it by accident.
    const isAccepted = await eventually(async () => {
      await this.press("Enter");
      return eventually(isGone, 500);
    });
    if (!isAccepted) throw new Error(`the dialog stayed:\n${await this.screen()}`);
  }

  /** Presses a key until the screen shows what it is to bring about; a form that has just appeared takes none. */
  async pressUntil(key: string, goal: RegExp): Promise<void> {
    const isReached = async () => goal.test(await this.screen());
    const isDone = await eventually(async () => {
      if (await isReached()) return true;
      await this.press(key);
      return eventually(isReached, 1_000);
    });
    if (!isDone) throw new Error(`${key} brought no ${goal}:\n${await this.screen()}`);
  }

  /** Types text into whatever has the keys. */
  async write(text: string): Promise<void> {
    await this.#tmux(["send-keys", "-l", text]);
  }

  /** What stands on the screen. */
  async screen(): Promise<string> {
    const { stdout } = await this.#tmux(["capture-pane", "-p"]);
    return stdout;
  }

  /** Waits until the screen shows a pattern. */
  async waitFor(pattern: RegExp): Promise<void> {
    await this.#waitForScreen((screen) => pattern.test(screen), `to show ${pattern}`);
  }

  /** Waits until the screen no longer shows a pattern. */
  async waitUntilGone(pattern: RegExp): Promise<void> {
    await this.#waitForScreen((screen) => !pattern.test(screen), `to lose ${pattern}`);
  }

  /** Sends a signal to Claude Code. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#below = await descendantsOf(this.#pid);
    process.kill(this.#pid, signal);
  }

  /** Stops Claude Code for so long, with the processes below it or alone, as a machine that sleeps or a debugger does. */
  async pause(ms: number, what: "all" | "Claude Code alone"): Promise<void> {
    const stopped = [this.#pid, ...(what === "all" ? await descendantsOf(this.#pid) : [])].filter(isAlive);
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (const pid of stopped.toReversed()) process.kill(pid, "SIGCONT");
  }

  /** Ends the plugin's server from outside. */
  async killServer(): Promise<void> {
    await killServersOf(this.#pid);
  }

  /** Leaves with `/exit`, and makes sure that nothing is left. */
  async end(): Promise<void> {
    if (isAlive(this.#pid)) {
      this.#below.push(...(await descendantsOf(this.#pid)));
      await this.type("/exit").catch(() => undefined);
    }
    const isGone = () => [this.#pid, ...this.#below].every((pid) => !isAlive(pid));
    if (!(await eventually(isGone, LEAVING_MS))) endAll([this.#pid, ...this.#below].filter(isAlive));
    await this.#tmux(["kill-server"]).catch(() => undefined);
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  /** An old host takes input before its servers are connected; its hooks then fail. */
  async #waitForServers(): Promise<void> {
    const isMenu = (screen: string) => /Esc to (cancel|back)/.test(screen);
    const areConnected = async () => {
      await this.type("/mcp");
      // A second Enter opens the entry of a server, which goes on showing what was true then.
      await this.#waitForScreen((screen) => isMenu(screen) && /[✔◯✘]/.test(screen), "to list the servers");
      const screen = await this.screen();
      const isClosed = await eventually(async () => {
        await this.press("Escape");
        return eventually(async () => !isMenu(await this.screen()), 500);
      });
      return isClosed && /✔ connected/.test(screen);
    };
    if (!(await eventually(areConnected))) throw new Error("the servers were never connected");
  }

  async #waitForScreen(holds: (screen: string) => boolean, wish: string): Promise<void> {
    let seen = "";
    const isSo = await eventually(async () => {
      seen = await this.screen();
      return holds(seen);
    });
    if (!isSo) throw new Error(`waited ${PATIENCE_MS} ms for the screen ${wish}:\n${seen.trimEnd()}`);
  }

  /** The input box stands below everything else that begins with its sign. */
  async #inputLine(): Promise<string> {
    return (await this.screen()).split("\n").findLast((line) => line.startsWith("❯")) ?? "";
  }

  #tmux(options: string[], command: string[] = []): Promise<{ stdout: string; stderr: string }> {
    return run("tmux", [...options, ...command], {
      env: {
        PATH: process.env.PATH ?? "",
        TMUX_TMPDIR: this.#sockets,
        TERM: "xterm-256color",
        LANG: "C.UTF-8",
      },
    });
  }
}
