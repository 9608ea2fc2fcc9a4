import { openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Calls that only the holder of a live token may make. */
export type TokenCall = "brief" | "report" | "note";

/** A call with a token. If it is let through, reports and notes leave `nonce` in the log. */
export interface Sent {
  readonly kind: "sent";
  readonly call: TokenCall;
  readonly nonce: string;
  /** `<plan>/<id>`. */
  readonly task: string;
  readonly token: string;
  /** Of a report. */
  readonly outcome?: string;
}

/** What a client did and what it was told. */
export type Entry =
  /** A claim was handed out, by batch_next or task_claim. */
  | { readonly kind: "given"; readonly task: string; readonly token: string }
  /** Again for every time that it is repeated because the server ended before it answered. */
  | Sent
  | {
      readonly kind: "answered";
      readonly nonce: string;
      readonly accepted: boolean;
    }
  /** An agent found its worktree at this commit when it began. */
  | { readonly kind: "began"; readonly task: string; readonly token: string; readonly head: string }
  /** It made a commit of its own. */
  | { readonly kind: "committed"; readonly task: string; readonly token: string; readonly commit: string }
  /** The agent of the claim ends with this line, by itself or killed; or it was told to end. */
  | { readonly kind: "ends"; readonly task: string; readonly token: string }
  /** An answer that no call may ever get, or an end that nobody caused. */
  | { readonly kind: "unexpected"; readonly text: string }
  | { readonly kind: "server"; readonly pid: number };

/** What one process of a client wrote; its next life has the next number. */
export interface Journal {
  readonly client: number;
  readonly life: number;
  /** The process that owns its claims. */
  readonly pid: number;
  readonly entries: readonly Entry[];
}

/** Appends lines to a file; what was written is in the system's hands even when the process is killed. */
export class JournalFile {
  readonly #file: number;

  /** @param owner the process that owns its claims. */
  constructor(folder: string, client: number, life: number, owner = process.pid) {
    this.#file = openSync(join(folder, `${client}-${life}-${owner}.ndjson`), "a");
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** The journals of all clients, or of one, in the order of their lives. */
export function readJournals(folder: string, client?: number): Journal[] {
  return readdirSync(folder)
    .map((name) => {
      const [of, life, pid] = name.split(/[-.]/).map(Number) as [number, number, number];
      return { client: of, life, pid, name };
    })
    .filter((journal) => client === undefined || journal.client === client)
    .sort((a, b) => a.client - b.client || a.life - b.life)
    .map(({ name, ...journal }) => ({ ...journal, entries: entriesOf(join(folder, name)) }));
}

/** A last line that was cut off by a kill is left out: nobody was answered on account of it. */
function entriesOf(path: string): Entry[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Entry);
}
