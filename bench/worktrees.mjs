// What worktrees cost in a repository of 10,000 files, each step beside the raw git commands in the same run: made, freed
// and used again; set up for the first time and again; and for each task worktree, commit, merge and push.
//   npm run bench:worktrees [-- --files 10000 --rounds 7 --only pool|set-up|tasks]
// Exit code 1 when worktree, commit, merge and push take more than 1.5 times as long as by git alone.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/worktrees/main.ts");
