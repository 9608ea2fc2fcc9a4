// Loaded before anything else of a process: what it asks its system for is answered as on a machine of its own, with
// its own name and a clock that is ahead of the others' or behind.
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { MACHINE_NAME: name = os.hostname(), MACHINE_AHEAD_MS: ahead = "0" } = process.env;

os.hostname = () => name;
syncBuiltinESMExports();

const SystemDate = Date;
const now = () => SystemDate.now() + Number(ahead);
globalThis.Date = new Proxy(SystemDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, property) => (property === "now" ? now : Reflect.get(target, property)),
});

// Git asks the system itself, so it is told, by every process that starts it.
function tellGit() {
  process.env.GIT_AUTHOR_DATE = `@${Math.floor(now() / 1000)} +0000`;
  process.env.GIT_COMMITTER_DATE = process.env.GIT_AUTHOR_DATE;
}
tellGit();
setInterval(tellGit, 1_000).unref();
