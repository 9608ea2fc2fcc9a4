// How long after an event the page knows of it, beside the store's own wake-up: another process commits, on SQLite and on
// PostgreSQL, with plans of 12 to 3,000 tasks. And what a look at a plan costs.
//   npm run bench:live [-- 12 3000]     plans of these sizes only
// Exit code 1 when a page learns of an event later than after 300 ms at the median.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/live/main.ts");
