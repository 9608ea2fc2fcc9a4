// Workers on one machine: sixty tasks of known durations beside the best possible, and what the whole path of a task
// takes by its parts (claim, worktree, client, commit, merge and push) beside git alone, on both databases.
//   npm run bench:fleet [-- --only makespan|path --tasks 60 --seconds 4]
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/fleet/main.ts");
