// Who is said to have changed a held file, judged by the times of a real run: writes are injected into the calls that
// transcripts of Claude Code recorded, and attributed as the server does.
//   npm run bench:replay -- FOLDER [--agents N] [--together N]
// Exit code 1 when a call was named for certain that did not write.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/replay/main.ts");
