// What running a plan costs the main conversation, and how near it comes to the ideal: bursts, the host's script engine
// and level chunks, by the real Claude Code with a scripted model.
//   npm run bench:engines -- [--tasks 5,20,60,200] [--engines burst,workflow,chunks] [--specs DIR] [--json]
// It takes a quarter of an hour, and wants the machine for itself.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/engines/main.ts");
