import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundledScript } from "../support/bundled-script.ts";

const SCRIPT = join(import.meta.dirname, "store-process.ts");

/** A process of its own that works on the graph. */
export class OtherProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (!child.stdout) throw new Error("no output");
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async start(url: string, action: string, argument = ""): Promise<OtherProcess> {
    return new OtherProcess(
      spawn(process.execPath, [await bundledScript(SCRIPT), url, action, argument], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
  }

  /** What it says next. */
  async said(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the process ended without a word");
    return JSON.parse(value);
  }

  tell(): void {
    this.#child.stdin?.write("\n");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends its input and waits for its end. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once("exit", resolve));
  }
}
