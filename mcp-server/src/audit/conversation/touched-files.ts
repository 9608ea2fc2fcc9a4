import type { FileReads, FileWrites, TranscriptPlace } from "./conversation.ts";
import { transcriptPathKey } from "./transcript-path.ts";

/** So many are kept of one conversation. */
const MAX_FILES = 2_000;

/** The files that one conversation wrote and read, by `transcriptPathKey`. */
export class TouchedFiles {
  readonly writes = new Map<string, FileWrites>();
  readonly reads = new Map<string, FileReads>();

  /** @param replacesAll whether it wrote the whole file, and not a part of it */
  noteWrite(path: string, { line, atMs }: TranscriptPlace, replacesAll: boolean): void {
    const key = transcriptPathKey(path);
    const known = this.writes.get(key);
    const writes = known ?? { path, line, firstMs: atMs, lastMs: atMs };
    writes.lastMs = atMs;
    if (replacesAll) writes.replacedMs = atMs;
    if (known !== undefined || this.writes.size < MAX_FILES) this.writes.set(key, writes);
  }

  noteRead(path: string, { line, atMs }: TranscriptPlace, isMissing: boolean): void {
    const key = transcriptPathKey(path);
    const known = this.reads.get(key);
    const reads = known ?? { path, line, lastLine: line, firstMs: atMs };
    reads.lastLine = line;
    if (isMissing) reads.missingMs ??= atMs;
    if (known !== undefined || this.reads.size < MAX_FILES) this.reads.set(key, reads);
  }
}
