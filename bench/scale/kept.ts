import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetRow, LimitRow } from "./fleets.ts";
import type { Measurement } from "./measurement.ts";

/** A measurement with what was simulated from its times: of it the tables of docs/scale.md are made. */
export interface Kept {
  readonly measurement: Measurement;
  readonly fleets: readonly FleetRow[];
  readonly limits: readonly LimitRow[];
}

const FILE = ["bench", "scale", "measured.json"];

/** @param root of the repository. */
export function kept(root: string): Kept {
  return JSON.parse(readFileSync(join(root, ...FILE), "utf8")) as Kept;
}

export function keep(root: string, all: Kept): void {
  writeFileSync(join(root, ...FILE), `${JSON.stringify(all, undefined, 2)}\n`);
}
