// How close a run in real Claude Code comes to the best possible, with a scripted model whose agents take known times.
//   npm run bench:speedup -- [--scale X] [--json]
// Exit code 1 when a run was not correct.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/speedup/main.ts");
