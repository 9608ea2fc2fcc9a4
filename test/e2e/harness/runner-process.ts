import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { claudeCodeBinary, type Exit, environmentOf, type Place, type StreamEvent } from "./claude-code.ts";

/** One `parallel run` of the place's first plugin, in whose search path Claude Code is called `claude`. */
export class RunnerProcess {
  readonly pid: number;
  /** The lines of JSON that it printed, with the event's name as their type. */
  readonly events: StreamEvent[] = [];
  /** Everything that it printed. */
  output = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;

  constructor(place: Place, parameters: readonly string[]) {
    const [plugin] = place.plugins;
    if (plugin === undefined) throw new Error("there is no plugin whose parallel run could be started");
    const programs = join(place.home, "bin");
    mkdirSync(programs, { recursive: true });
    try {
      symlinkSync(claudeCodeBinary(), join(programs, "claude"));
    } catch {
      // An earlier run has made it.
    }
    const environment = environmentOf(place);
    this.#child = spawn(process.execPath, [join(plugin, "bin", "parallel"), "run", ...parameters], {
      cwd: place.project,
      env: { ...environment, PATH: `${programs}${delimiter}${environment.PATH}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid === undefined) throw new Error("parallel run did not start");
    this.pid = this.#child.pid;
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    });
    if (this.#child.stdout)
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.#read(line));
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => resolve({ code, signal, timedOut: false }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for its end; past the limit it is killed. */
  async wait(limitMs: number): Promise<Exit> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const exit = await Promise.race([this.#exited, limit]);
    clearTimeout(timer);
    if (exit !== undefined) return exit;
    this.kill("SIGKILL");
    return { ...(await this.#exited), timedOut: true };
  }

  #read(line: string): void {
    this.output += `${line}\n`;
    try {
      const value = JSON.parse(line) as { event: string };
      this.events.push({ ...value, type: value.event });
    } catch {
      // Words for people.
    }
  }
}
