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
export async function untilWritten(path: string, call: string): Promise<boolean> {
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    if (await endsWith(path, call)) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

async function endsWith(path: string, text: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.includes(text);
  } finally {
    await file.close();
  }
}
