// How good and how fast the planner's schedules are.
//   npm run bench:schedule -- DIR [--dump FILE] [--json]
// Exit code 1 when a schedule is infeasible.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/schedule/main.ts");
