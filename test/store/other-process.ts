import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..", "..");
let bundle: Promise<string> | undefined;

/** Node runs no TypeScript, so the process's script is bundled; inside node_modules, where it finds its packages. */
async function bundled(): Promise<string> {
  const folder = join(root, "node_modules", ".cache", "parallel-tests");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `store-process-${process.pid}.mjs`);
  process.once("exit", () => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [join(import.meta.dirname, "store-process.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return outfile;
}

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
    bundle ??= bundled();
    return new OtherProcess(
      spawn(process.execPath, [await bundle, url, action, argument], { stdio: ["pipe", "pipe", "inherit"] }),
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
