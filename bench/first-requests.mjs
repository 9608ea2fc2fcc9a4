// What the plugin adds to the first request of a session: in a session that only says hello, and where each of its
// commands is typed. By the real Claude Code against an endpoint that only listens. Takes a minute.
//   npm run bench:first-requests
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/first-requests/main.ts");
