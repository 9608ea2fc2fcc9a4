import { closeSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a breakdown: chains of ten, each task also waiting for one of an earlier chain; every task writes a file of its
 * own. It is written piece by piece, because it may be larger than a text should be.
 * @param characters length of a description.
 * @returns its size in MB.
 */
export function writeLargeBreakdown(file: string, slug: string, tasks: number, characters: number): number {
  mkdirSync(dirname(file), { recursive: true });
  const out = openSync(file, "w");
  writeSync(out, `{"slug":"${slug}","title":"A plan of ${tasks} tasks","tasks":[`);
  for (let from = 0; from < tasks; from += 1_000) {
    const part = Array.from({ length: Math.min(1_000, tasks - from) }, (_, i) =>
      JSON.stringify(taskAt(from + i, slug, characters)),
    );
    writeSync(out, `${from === 0 ? "" : ","}\n${part.join(",\n")}`);
  }
  writeSync(out, "]}\n");
  closeSync(out);
  return statSync(file).size / 2 ** 20;
}

const SENTENCE =
  "Make the module follow the new interface, extend its tests, and say in its documentation what callers have to change. ";

function taskAt(n: number, slug: string, characters: number) {
  const earlier = n < 20 ? -1 : (n * 7_919) % (n - 10);
  return {
    id: String(n),
    subject: `Change module ${n}`,
    description: SENTENCE.repeat(Math.ceil(characters / SENTENCE.length)).slice(0, characters),
    size: "medium",
    dependencies: n % 10 === 0 ? [] : [String(n - 1), ...(earlier >= 0 ? [String(earlier)] : [])],
    writes: [`${slug}/m${n % 97}/f${n}.ts`],
  };
}
