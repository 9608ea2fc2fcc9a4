// What running a plan costs the main conversation, and how near it comes to the ideal: bursts, the host's script engine,
// `parallel run`, the plugin's module and level chunks, by the real Claude Code with a scripted model.
//   npm run bench:engines -- [--tasks 5,9,20,60,200] [--engines burst,workflow,run,mod,mod-terminal,mod-yes,chunks]
//     [--before CHECKOUT] [--shortest MS] [--specs DIR] [--json]
// It takes half an hour, and wants the machine for itself; with `--tasks 60,200` a quarter of one, and with
// `--tasks 12 --engines burst,workflow,run` two minutes.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/engines/main.ts");
