import { Socket } from "node:net";
import type { TextOutput } from "./line-display.ts";

/** So soon it is noticed that nobody reads any more. */
const ASK_MS = 1_000;

/**
 * Lines for a program that may stop reading before the end, as `head` and `less` do. Only a write tells a writer that its
 * reader has gone, so after each second without a line a space is written; what the writer's user does on the failure is
 * his affair.
 */
export class PipeLines implements TextOutput {
  readonly #timer = setInterval(() => this.#ask(), ASK_MS);
  #isBegun = false;

  /** @param end what stands between the spaces and the next line: nothing where a line may begin with spaces, as JSON may. */
  constructor(
    private readonly output: NodeJS.WritableStream & { readonly writableLength: number },
    private readonly end: "" | "\n",
  ) {}

  write(line: string): void {
    this.#endSpaces();
    this.output.write(line);
    this.#timer.refresh();
  }

  /** Others write after it. */
  close(): void {
    clearInterval(this.#timer);
    this.#endSpaces();
  }

  #endSpaces(): void {
    if (this.#isBegun && this.end !== "") this.output.write(this.end);
    this.#isBegun = false;
  }

  #ask(): void {
    // Somebody who is slow has not gone, and is not to be given more.
    if (this.output.writableLength > 0) return;
    this.output.write(" ");
    this.#isBegun = true;
  }
}

/** Whether an output is read by another program, and no terminal or file. */
export function isPipe(output: NodeJS.WriteStream): boolean {
  return output instanceof Socket && !output.isTTY;
}
