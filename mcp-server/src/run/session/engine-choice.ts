import { hasEnded } from "../../graph/readiness.ts";
import { permittedByRules } from "../../host/permission-rules.ts";
import { chooseEngine, type EngineChoice } from "../../policy/engine.ts";
import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { commandsOfPlan } from "../edits/commands-of-plan.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import type { SessionMemory } from "./session.ts";

/** @param open tasks that are left to do. @param cap agents at once. */
export async function engineFor(
  run: RunContext,
  session: SessionMemory,
  { stored, policy, graph }: LoadedPlan,
  open: number,
  cap: number,
): Promise<EngineChoice> {
  const commands = await commandsOfPlan(run, stored.slug);
  const permitted = permittedByRules(await run.commands.hostSettings());
  return chooseEngine({
    open,
    cap,
    workflowCap: run.workflowCap,
    otherClients: otherClients(graph),
    module: {
      isHere: session.module.isHere(run.clock),
      isAttended: session.interactive,
      mode: session.permissionMode,
      unapproved: commands.filter(
        ({ command, isApproved, tasks }) => tasks.length > 0 && !isApproved && !permitted.runs(command),
      ).length,
      areEditsApproved: policy.approve === "scope" || permitted.edits,
    },
  });
}

/** Of the tasks that are left; each once, in their order. */
function otherClients({ tasks }: LoadedPlan["graph"]): string[] {
  const left = [...tasks.values()].filter(({ status }) => !hasEnded(status));
  const named = left
    .map(({ extra }) => extra.client)
    .filter((name): name is string => typeof name === "string");
  return [...new Set(named)].filter((name) => name !== "claude").map((name) => cleanText(name, NAME_LIMIT));
}
