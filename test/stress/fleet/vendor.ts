import type { ServerPlace, TokenCalls } from "../connection.ts";
import type { JournalFile } from "../journal.ts";

/** How a vendor's client was started. */
export interface Started {
  readonly parameters: readonly string[];
  readonly stdin: string;
  readonly journal: JournalFile;
}

/** A vendor's client at work. */
export interface VendorAgent {
  readonly brief: string;
  readonly calls: TokenCalls;
  /** How it changes files where others judge that; absent: it just does. */
  readonly byTool?: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  /** Whether it may commit by itself. */
  readonly commits: boolean;
  /** Says what it says last, and lets its server go. */
  end(): Promise<void>;
}

/** Prints an event, one a line, as all of them do. */
export function tell(event: unknown): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** The value behind an option. */
export function optionValue(parameters: readonly string[], option: string): string {
  const value = parameters[parameters.indexOf(option) + 1];
  if (!parameters.includes(option) || value === undefined) throw new Error(`there is no ${option}`);
  return value;
}

/** What a bad network answers is tried again; a busy machine makes calls wait. */
export const PATIENT: Pick<ServerPlace, "repeated" | "answerWithinMs"> = {
  repeated: ["store_unreachable", "store_busy"],
  answerWithinMs: 300_000,
};
