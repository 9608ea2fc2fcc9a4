// What becomes of commands by which one agent writes into another's files: each is run for real, in a project in which
// the other has uncommitted work, with the plugin's server asked as the host does. Printed by group: refused before,
// undone, named (alone, or in a set of the calls that ran), missed, and whose bytes cannot be had back. Programs that
// are not installed are listed; for formatters, --packages names a node_modules that has them.
//   npm run build && npm run bench:intrusions -- [FOLDER] [--plugin CHECKOUT] [--packages NODE_MODULES]
// Exit code 1 when one is missed or something is lost.
import { runTypescript } from "./run-typescript.mjs";

runTypescript("bench/intrusions/main.ts");
