import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** So often it is looked, at most: the host takes a tenth of a second to write down what was said. */
const MAX_LOOKS = 40;
const LOOK_MS = 25;
/** The end of a transcript in which a turn that was just written down is found, in bytes. */
const TAIL = 256 * 1024;

/**
 * Waits until the end of a transcript has a call, by its id, for a second at most.
 * @returns whether it has: the host may have lost it.
 */
export function untilWritten(path: string, call: string): Promise<boolean> {
  return untilEnd(path, MAX_LOOKS, (end) => end.includes(call));
}

/**
 * Looks at the end of a transcript until something holds of it.
 * @param looks how often, at most, each 25 ms after the one before.
 * @returns whether it does.
 */
export async function untilEnd(
  path: string,
  looks: number,
  holds: (end: Buffer) => boolean,
): Promise<boolean> {
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await sleep(LOOK_MS);
    if (holds(await endOf(path))) return true;
  }
  return false;
}

async function endOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
