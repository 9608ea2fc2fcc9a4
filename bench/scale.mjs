// How far the graph and the remote carry a fleet: a plan of up to 100,000 tasks imported and loaded beside a narrow read
// of the same rows in the same run, claims and reports at that size, deliveries; and from the times of these steps a
// simulation of 10, 100 and 1,000 workers, which says where the first limit is and what moves it.
//   npm run bench:scale [-- --tasks 100000 --characters 3600 --write]
//     --characters: length of a description; --write: keeps the times in bench/scale/measured.json, from which
//     `npm run docs` makes the tables of docs/scale.md
//   npm run bench:scale -- --simulate        the simulation alone, with the times that were kept
// Exit code 1 when a load takes more than 3 times as long as the narrow read.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/scale/main.ts");
