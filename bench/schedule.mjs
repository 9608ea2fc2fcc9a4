// How good and how fast the planner's schedules are.
//   npm run bench:schedule -- DIR [--schedules N] [--seed N] [--dump FILE] [--json]
// A schedule is one pass that places all activities, in either direction, whoever asks for it: priority rule,
// forward-backward improvement or genetic search. Exit code 1 when a schedule is infeasible.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/schedule/main.ts");
