// Writes the generated parts of the documents: `npm run docs`. A test fails when they are not what the code says.
import { runTypescript } from "../bench/run-typescript.mjs";

runTypescript("scripts/docs/main.ts");
