import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The waterings so far, one JSON object a line in `diary.jsonl` of a folder. */
export function openDiary(data) {
  const path = join(data, "diary.jsonl");
  return {
    /** Notes that a plant was watered on a day. */
    add(plant, day) {
      appendFileSync(path, `${JSON.stringify({ plant, day })}\n`);
    },
    /** The last day on which a plant was watered, if it ever was. */
    last(plant) {
      if (!existsSync(path)) return undefined;
      const entries = readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      return entries
        .filter((entry) => entry.plant === plant)
        .map((entry) => entry.day)
        .sort()
        .at(-1);
    },
  };
}
