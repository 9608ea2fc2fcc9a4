import type { AuditRule } from "./audit-rule.ts";
import { contradictedClaim } from "./contradicted-claim.ts";
import { dependentTogether } from "./dependent-together.ts";
import { failuresIgnored } from "./failures-ignored.ts";
import { lostAgents } from "./lost-agents.ts";
import { overloadedAgent } from "./overloaded-agent.ts";
import { sameFile } from "./same-file.ts";
import { shortWork } from "./short-work.ts";
import { tooManyAtOnce } from "./too-many-at-once.ts";
import { validationSkipped } from "./validation-skipped.ts";
import { waitedForEach } from "./waited-for-each.ts";

/** In the order in which people are told, the gravest first. */
export const rules: readonly AuditRule[] = [
  contradictedClaim,
  failuresIgnored,
  sameFile,
  lostAgents,
  waitedForEach,
  dependentTogether,
  overloadedAgent,
  validationSkipped,
  tooManyAtOnce,
  shortWork,
];
