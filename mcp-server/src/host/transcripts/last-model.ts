import { open } from "node:fs/promises";
import { parseRecord } from "./transcript-record.ts";

/** A message of the model stands among the last lines, in bytes. */
const TAIL = 512 * 1024;

/** The model that spoke last in a transcript, as its provider names it; undefined where none is found. */
export async function lastModel(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    for (const line of buffer.toString("utf8").split("\n").reverse()) {
      if (!line.includes('"assistant"')) continue;
      const record = parseRecord(Buffer.from(line));
      if (record === undefined || record === "broken" || record.role !== "assistant" || record.isSidechain)
        continue;
      // What the host says in a model's place is no model's.
      if (record.model !== "" && !record.model.startsWith("<")) return record.model;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
