// What the planner makes of real breakdowns, beside what levels cut into chunks of the cap would take.
//   npm run bench:breakdowns -- [DIR] [--max N] [--json]
// DIR holds folders with a 03-tasks.json each. Exit code 1 when a schedule is not valid.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/breakdowns/main.ts");
