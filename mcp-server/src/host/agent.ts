/** The tool with which an agent hands in its report, as Claude Code names it. */
const REPORT_TOOL = "mcp__plugin_parallel_tasks__task_report";
const SERVER = "mcp__plugin_parallel_tasks";
/** The largest number of agents that a policy can ask for, too. */
const MAX_INSTANCES = 20;
const MAX_NAME = 100;

/** An agent that Claude Code can launch, as far as its file tells. */
export interface Agent {
  /** As the Agent tool takes it: `my-specialist`, `parallel:code-reviewer`. */
  readonly type: string;
  /** Where it is defined, for people. */
  readonly origin: string;
  /** How many of it may run at once, where its file says so. */
  readonly instances?: number;
  /** The model that its file names, as it stands there; absent: as the conversation that launches it. */
  readonly model?: string;
  /** The same for the effort. */
  readonly effort?: string;
  /** Whether it can call task_report. */
  readonly canReport: boolean;
  /** Where it was read; absent for one that was not read from a file. */
  readonly file?: string;
}

/** Where agents are defined. */
export interface AgentOrigin {
  readonly origin: string;
  /** The plugin whose agents they are; absent for a user's own. */
  readonly plugin?: string;
}

/**
 * The agent of a file, by the rules of Claude Code: a user's own needs a name and a description, a plugin's is named
 * like its file where it has no name, and carries the names of its plugin and of the folders that it lies in.
 * @param path relative to the folder of agents, with forward slashes.
 * @returns undefined for a file that defines none.
 */
export function agentFrom(
  data: Readonly<Record<string, unknown>> | undefined,
  path: string,
  { origin, plugin }: AgentOrigin,
): Agent | undefined {
  const folders = path.split("/");
  const file = folders.pop()?.replace(/\.md$/, "") ?? "";
  const named = text(data?.name);
  if (plugin === undefined && (named === undefined || text(data?.description) === undefined))
    return undefined;
  const name = named ?? file;
  if (!isName(name)) return undefined;
  const instances = data?.instances;
  return {
    type: plugin === undefined ? name : [plugin, ...folders, name].join(":"),
    origin,
    ...(isCount(instances) && { instances }),
    ...ownWord("model", data?.model),
    ...ownWord("effort", data?.effort),
    canReport: canReport(data?.tools, data?.disallowedTools),
  };
}

function canReport(tools: unknown, disallowed: unknown): boolean {
  const allowed = toolNames(tools);
  const refused = toolNames(disallowed) ?? [];
  // Claude Code takes `mcp__*` for every server's tools where it refuses, and for none where it allows.
  const isRefused = refused.some((tool) => includesReport(tool) || tool === "mcp__*");
  return (allowed === undefined || allowed.some(includesReport)) && !isRefused;
}

function includesReport(tool: string): boolean {
  return tool === "*" || tool === REPORT_TOOL || tool === SERVER || tool === `${SERVER}__*`;
}

/** The tools that a field lists, as text or as a list; undefined where it says nothing. */
function toolNames(field: unknown): string[] | undefined {
  const listed = Array.isArray(field) ? field.filter((entry) => typeof entry === "string") : text(field);
  if (listed === undefined) return undefined;
  const texts = typeof listed === "string" ? listed.replace(/^\[|\]$/g, "").split(",") : listed;
  return texts.map((tool) => tool.trim().replace(/^["']|["']$/g, "")).filter((tool) => tool !== "");
}

function text(field: unknown): string | undefined {
  return typeof field === "string" && field.trim() !== "" ? field.trim() : undefined;
}

/** What a file says of the model or the effort, unless that is what holds without it. */
function ownWord<Field extends string>(field: Field, value: unknown): Partial<Record<Field, string>> {
  const word = text(value);
  const isOwn = word !== undefined && word !== "inherit" && isName(word);
  return (isOwn ? { [field]: word } : {}) as Partial<Record<Field, string>>;
}

/** A colon would make a user's agent look like a plugin's, and control characters have no place in a message. */
function isName(name: string): boolean {
  return name.length <= MAX_NAME && /^[^:\p{Cc}\p{Cf}]+$/u.test(name);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_INSTANCES;
}
