// What a worktree of a repository of 10,000 files costs: made, freed, and used again by a task that builds on a commit
// with 100 changed files, each beside the raw git commands in the same run.
//   npm run bench:worktrees [-- --files 10000 --rounds 7]
// Exit code 1 when making one, or using one again, takes more than 1.5 times as long as `git worktree add`.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/worktrees/main.ts");
