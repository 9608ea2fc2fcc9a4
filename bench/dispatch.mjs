// What it costs not to know how long tasks will take: executions in which they take other times than estimated.
//   npm run bench:dispatch -- [DIR] [--family NAME] [--specs DIR] [--runs N] [--seed N] [--json]
// Carries out the instances of a family, plans with roles, files and tasks that run alone, and real breakdowns. Every way
// of dispatching meets the same attempts, and so does the schedule that knew them beforehand.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/dispatch/main.ts");
