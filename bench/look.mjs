// What both looks of a tool call at the files that live claims hold cost, against the limits: five claims hold 500 and
// 5,000 of 10,000 files, and git has 100 branches. On a busy machine the clock measures the others as well: there, give it priority
// (Linux: chrt -r 1 node bench/look.mjs).
//   npm run bench:look
// Exit code 1 when a median is over its limit, or when a process was started.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/look/main.ts");
