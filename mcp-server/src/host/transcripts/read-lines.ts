import { createReadStream } from "node:fs";

/** A longer line is passed over: it is an image or a tool's output, and it would have to be held whole. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** For those who only look at the beginning of a file. */
export const SMALL_CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface Line {
  /** 1 for the first. */
  readonly number: number;
  /** `undefined` when the line is longer than `MAX_LINE_BYTES`. */
  readonly bytes: Buffer | undefined;
}

/**
 * The lines of a file, one after another, however large the file or a line is: never more than one line and
 * one chunk are held. A last line without a line end is a line as well.
 */
export async function* readLines(file: string, chunkBytes = CHUNK_BYTES): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Line => {
    const bytes = length > MAX_LINE_BYTES ? undefined : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return { number: number++, bytes };
  };
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    const bytes = chunk as Buffer;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      keep(bytes.subarray(from, end));
      yield take();
      from = end + 1;
    }
    keep(bytes.subarray(from));
  }
  if (length > 0) yield take();
}
