import { bundle } from "./bundle.ts";
import { commandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import { database } from "./database.ts";
import type { Check } from "./finding.ts";
import { hooks } from "./hooks.ts";
import { node } from "./node.ts";
import { plans } from "./plans.ts";
import { plugins } from "./plugins.ts";
import { repository } from "./repository.ts";
import { server } from "./server.ts";
import { settings } from "./settings.ts";
import { worktrees } from "./worktrees.ts";

/** All checks, in the order in which an installation works: what comes first breaks what follows. */
export const CHECKS: readonly Check[] = [
  node,
  bundle,
  server,
  plugins,
  commands,
  hooks,
  settings,
  repository,
  database,
  plans,
  worktrees,
  commandLine,
];
