import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";

/** One problem to solve, with what is known of its solution. */
export interface Case {
  readonly family: string;
  readonly name: string;
  /** The number of processors, where the instance is solved for several. */
  readonly m?: number;
  readonly input: ProblemInput;
  readonly best?: number;
  readonly lowerBound?: number;
  readonly criticalPath: number;
}

const Activity = z.tuple([z.number(), z.array(z.number()), z.array(z.number()).optional()]);
const Known = z.object({ best: z.number().optional(), lb: z.number() });
const Instance = z.object({
  name: z.string(),
  family: z.string(),
  cpm: z.number(),
  caps: z.array(z.number()).optional(),
  best_known: z.number().optional(),
  lower_bound: z.number().optional(),
  by_m: z.record(z.string(), Known).optional(),
  t: z.array(Activity),
});
type Instance = z.infer<typeof Instance>;

/** Every case of the instance files of a folder. */
export function* casesOf(folder: string): Generator<Case> {
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".jsonl")) continue;
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (line.trim() !== "") yield* casesOfInstance(Instance.parse(JSON.parse(line)));
    }
  }
}

function* casesOfInstance(instance: Instance): Generator<Case> {
  const { name, family, cpm: criticalPath, caps } = instance;
  if (caps) {
    yield {
      family,
      name,
      input: problemOf(instance, caps),
      criticalPath,
      ...(instance.best_known === undefined ? {} : { best: instance.best_known }),
      ...(instance.lower_bound === undefined ? {} : { lowerBound: instance.lower_bound }),
    };
  }
  for (const [m, { best, lb }] of Object.entries(instance.by_m ?? {})) {
    yield {
      family,
      name,
      m: Number(m),
      input: problemOf(instance, [Number(m)]),
      criticalPath,
      lowerBound: lb,
      ...(best === undefined ? {} : { best }),
    };
  }
}

function problemOf({ t }: Instance, capacities: readonly number[]): ProblemInput {
  return {
    capacities,
    activities: t.map(([duration, predecessors, demands = [1]]) => ({
      duration,
      predecessors,
      demands: demands.map((amount, resource) => ({ resource, amount })),
    })),
  };
}
