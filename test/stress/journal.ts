import { openSync, readFileSync, writeSync } from "node:fs";

/**
 * What a client did and what it was told, written line by line before anything else happens, so that a kill
 * loses at most the line of a call that was never answered.
 */
export type Entry =
  /** A claim was handed out: by batch_next, or (already running) by task_claim. */
  | { readonly kind: "given"; readonly task: string; readonly token: string; readonly by: string }
  /** A call was sent that, if it is let through, leaves `nonce` in the log. */
  | {
      readonly kind: "sent";
      readonly call: "report" | "note";
      readonly nonce: string;
      readonly task: string;
      readonly token: string;
    }
  | {
      readonly kind: "answered";
      readonly nonce: string;
      readonly accepted: boolean;
      /** Kind of the error, when the call was refused. */
      readonly error?: string;
    }
  /** From now on until its report the agent works inside the scope that it was given. */
  | { readonly kind: "works"; readonly task: string; readonly token: string }
  /** The token is known to be dead, because the client itself ended its attempt with it. */
  | { readonly kind: "spent"; readonly token: string }
  /** An answer that no call may ever get. */
  | { readonly kind: "unexpected"; readonly tool: string; readonly text: string }
  | { readonly kind: "server"; readonly pid: number };

/** Entry with the time of the machine's steady clock, which all of its processes share. */
export type Timed = Entry & { readonly t: number };

/** The steady clock in milliseconds. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Appends to the file; what was written is in the system's hands even when the process is killed. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify({ t: steadyMs(), ...entry })}\n`);
  }
}

/** The entries of a journal; a last line that was cut off by a kill is left out. */
export function readJournal(path: string): Timed[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Timed);
}
