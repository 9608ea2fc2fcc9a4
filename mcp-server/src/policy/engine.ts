/** `run`: `parallel run`, a process beside the conversation or without one. */
export type RunEngine = "burst" | "workflow" | "mod" | "run";

/** What the choice of an engine looks at. */
export interface EngineFacts {
  /** Tasks that are left to do. */
  readonly open: number;
  /** The largest number of agents that the plan can use at once. */
  readonly cap: number;
  /** How many agents the host's script engine runs at once. */
  readonly workflowCap: number;
  /** Clients of other vendors that open tasks are for. */
  readonly otherClients: readonly string[];
  readonly module: ModuleFacts;
}

/** What is known of the plugin's module in the host, and of what its agents would ask the user. */
export interface ModuleFacts {
  /** It is loaded and answers. */
  readonly isHere: boolean;
  /** Somebody sits before the session and could be asked. */
  readonly isAttended: boolean;
  /** The host's permission mode, as it names it. */
  readonly mode: string | undefined;
  /** Commands by which the plan's tasks are accepted, and that neither the user's rules nor an approval cover. */
  readonly unapproved: number;
  /** Whether edits inside the tasks' scopes are allowed without a question. */
  readonly areEditsApproved: boolean;
}

export interface EngineChoice {
  readonly use: RunEngine;
  readonly why: string;
  /** The better one, once the user has approved edits inside scopes and the plan's commands. */
  readonly afterApproval?: "mod";
}

/** With a burst, a plan of so many tasks puts more than 50,000 characters into the main conversation. */
const MIN_WORKFLOW_TASKS = 20;
/** With so many, an empty conversation is worth a longer run. */
const WORKFLOW_TASK_THRESHOLD = 60;

/** Modes in which the host asks nobody: it decides by itself, allows all, or refuses. */
const SILENT_MODES: ReadonlySet<string> = new Set(["auto", "bypassPermissions", "dontAsk"]);

/** Whether approvals make no difference, because the host asks nobody. */
export function asksNobody(mode: string | undefined): boolean {
  return mode !== undefined && SILENT_MODES.has(mode);
}

/** Which engine is the better one for what is left of a plan, where the user has not named one. */
export function chooseEngine(facts: EngineFacts): EngineChoice {
  const { isHere } = facts.module;
  const { otherClients } = facts;
  if (otherClients.length > 0)
    return { use: "run", why: `only parallel run starts what tasks are for: ${otherClients.join(", ")}` };
  const whyAsked = questionsOf(facts.module);
  if (isHere && whyAsked === undefined)
    return {
      use: "mod",
      why: "it launches the agents beside this conversation, which pays nothing for them",
    };
  const { use, why } = withoutModule(facts);
  return isHere
    ? { use, why: `${why}; not mod: ${whyAsked}`, afterApproval: "mod" }
    : { use, why: `${why}; not mod: this Claude Code has not loaded the plugin's module` };
}

/**
 * What agents of the module would ask the user. They cannot offer him not to be asked again, as agents can that the model
 * launches.
 * @returns undefined: nothing.
 */
function questionsOf({
  isAttended,
  mode = "default",
  unapproved,
  areEditsApproved,
}: ModuleFacts): string | undefined {
  if (!isAttended || asksNobody(mode)) return undefined;
  const asked = [
    ...(mode === "acceptEdits" || areEditsApproved ? [] : ["each edit"]),
    ...(unapproved > 0 ? [`${unapproved} ${unapproved === 1 ? "command" : "commands"}`] : []),
  ];
  if (asked.length === 0) return undefined;
  return `its agents would ask about ${asked.join(" and ")}, with Yes and No only`;
}

function withoutModule({ open, cap, workflowCap }: EngineFacts): EngineChoice {
  if (open < MIN_WORKFLOW_TASKS) return { use: "burst", why: "so few tasks fit into this conversation" };
  if (workflowCap < Math.min(cap, open) && open < WORKFLOW_TASK_THRESHOLD)
    return { use: "burst", why: `a workflow runs ${workflowCap} agents at once here, not ${cap}` };
  return { use: "workflow", why: "so many tasks would fill this conversation" };
}
