import type { OfferedTool, Request, ToolCall, Turn } from "./wires.ts";

/** What a scripted model does that knows nothing but what its client shows it: the steps of docs/clients.md. */
export interface Instructions {
  readonly plan: string;
  /** The breakdown, relative to the project. */
  readonly from: string;
  readonly worker: string;
  readonly project: string;
  /** Whether answers name the checkout, which they do to all but Claude Code. */
  readonly isToldCheckout: boolean;
}

/** Said when the plan has ended and the report was read. */
export const FINISHED = "Finished.";

/** What the shell says once a file is written. */
const WRITTEN = "file-is-written";

/** Said when the client shows no tools of the server: some begin without them on a busy machine. */
export const NO_TOOLS = "The server's tools are not among";

/** The next turn. Whatever it cannot go on with ends the run, with what it was shown. */
export function nextTurn({ tools, calls, results }: Request, to: Instructions): Turn {
  const last = calls.at(-1);
  const shown = results.at(-1) ?? "";
  const stuck: Turn = { say: `Stuck after ${last?.name}: ${shown.slice(0, 2_000)}` };
  const call = (name: string, input: Record<string, unknown>): Turn => {
    const tool = tools.find((offered) => offered.name.endsWith(name));
    if (tool) return { call: callOf(tool, input) };
    // What a search has found can be called, whether it is listed or not.
    const found = new RegExp(`"name":"([\\w-]*${name})"`).exec(results.join("\n"))?.[1];
    if (found !== undefined) return { call: { name: found, input } };
    return last && isSearch(last.name) ? stuck : searchFor(tools);
  };
  if (calls.length !== results.length) return stuck;
  const claim = () => call("task_claim", { plan: to.plan, worker: to.worker });
  if (
    last === undefined ||
    (isSearch(last.name) && !calls.some(({ name }) => name.endsWith("plan_create")))
  ) {
    return call("plan_create", { plan: to.plan, from: to.from });
  }
  if (last.name.endsWith("plan_create")) {
    const isRight = !to.isToldCheckout || shown.includes(to.project);
    return isRight && /\bcreated\b/.test(shown) ? claim() : stuck;
  }
  if (last.name.endsWith("task_claim")) {
    const brief = briefIn(shown);
    if (brief) return write(tools, [brief.path], `${to.worker} ${brief.task}`);
    if (!/\bclaim\W+null/.test(shown)) return stuck;
    return /\bdone\W+true/.test(shown)
      ? call("plan_report", { plan: to.plan })
      : call("batch_collect", { plan: to.plan });
  }
  if (last.name.endsWith("task_report")) return /\bDONE\b/.test(shown) ? claim() : stuck;
  if (last.name.endsWith("batch_collect")) return /\bsatisfied\W/.test(shown) ? claim() : stuck;
  if (last.name.endsWith("plan_report")) return { say: /# /.test(shown) ? FINISHED : stuck.say };
  const brief = briefIn(results.findLast((text) => briefIn(text)) ?? "");
  if (!brief || !shown.includes(WRITTEN)) return stuck;
  return call("task_report", {
    task: brief.task,
    token: brief.token,
    outcome: "completed",
    summary: "Written.",
    evidence: [{ inspected: brief.path }],
    filesChanged: [brief.path],
  });
}

/**
 * The next turn of an agent that was started for one task, with its brief as its prompt.
 * @param pathsIn the files that it writes, by its task and what it was told; the one that it may write where absent.
 */
export function nextAgentTurn(
  { tools, calls, results, prompts }: Request,
  worker: string,
  pathsIn?: (task: string, told: string) => readonly string[],
): Turn {
  const last = calls.at(-1);
  const shown = results.at(-1) ?? "";
  const told = prompts.join("\n");
  const own = assignmentIn(told);
  const paths = own ? (pathsIn?.(own.task, told) ?? [pathIn(told)].filter((path) => path !== undefined)) : [];
  const isReader = told.includes("You write no files.");
  if (!own || !(isReader || paths.length > 0)) return { say: `No brief in ${told.slice(0, 1_000)}` };
  if (last?.name.endsWith("task_report"))
    return { say: /\bDONE\b/.test(shown) ? FINISHED : `Stuck after ${last.name}: ${shown.slice(0, 2_000)}` };
  if (isReader || results.some((text) => text.includes(WRITTEN))) {
    const report = tools.find(({ name }) => name.endsWith("task_report"));
    const found = /"name":"([\w-]*task_report)"/.exec(results.join("\n"))?.[1];
    const input = {
      ...own,
      outcome: "completed",
      summary: isReader ? "Read." : "Written.",
      evidence: evidenceFor(told, paths),
      filesChanged: paths,
      ...(told.includes(" And verdict: accepted, or rejected") && { verdict: "accepted" }),
    };
    if (report) return { call: callOf(report, input) };
    if (found !== undefined) return { call: { name: found, input } };
    return last && isSearch(last.name)
      ? { say: `${NO_TOOLS} ${shown}` }
      : searchFor(tools, "parallel", ["task_report"]);
  }
  return last === undefined
    ? write(tools, paths, `${worker} ${own.task}`)
    : { say: `Stuck after ${last.name}: ${shown.slice(0, 2_000)}` };
}

/** One piece for each criterion of the brief. */
function evidenceFor(told: string, paths: readonly string[]): Record<string, string>[] {
  const section = /^# Acceptance\n((?:\d+\. .*(?:\n|$))+)/m.exec(told)?.[1] ?? "";
  const criteria = [...section.matchAll(/^\d+\. (.*?)(?: \(verify by: `.*`\))?$/gm)].map(
    ([, one = ""]) => one,
  );
  const inspected = paths.join(", ") || "what it is about";
  return criteria.length === 0 ? [{ inspected }] : criteria.map((criterion) => ({ criterion, inspected }));
}

/** What a worker needs of a brief; some clients show it inside JSON, where line ends are escaped. */
export function briefIn(text: string): { task: string; token: string; path: string } | undefined {
  const [own, path] = [assignmentIn(text), pathIn(text)];
  return own && path ? { ...own, path } : undefined;
}

export function assignmentIn(text: string): { task: string; token: string } | undefined {
  const task = /Task: ([\w-]+\/[\w.-]+)/.exec(text)?.[1];
  const token = /Token: (\d+-[a-z2-7]{26})/.exec(text)?.[1];
  return task && token ? { task, token } : undefined;
}

function pathIn(text: string): string | undefined {
  return /You may write `([^`]+)`/.exec(text)?.[1];
}

/** Writes files with the client's shell: tools that write files want some to be read before, each in its own way. */
export function write(tools: readonly OfferedTool[], paths: readonly string[], content: string): Turn {
  const command = [
    ...paths.flatMap((path) => [
      `mkdir -p '${path.replace(/[^/]*$/, "") || "."}'`,
      `echo '${content}' > '${path}'`,
    ]),
    `echo ${WRITTEN}`,
  ].join(" && ");
  for (const tool of tools.filter(({ name }) => /bash|shell|exec|command|terminal/i.test(name))) {
    const property = Object.keys(tool.properties).find((name) => /^(?:cmd|commands?)$/.test(name));
    if (property === undefined) continue;
    const isList = tool.properties[property]?.type === "array";
    return { call: callOf(tool, { [property]: isList ? [command] : command }) };
  }
  return { say: `No shell among ${tools.map(({ name }) => name).join(", ")}.` };
}

/** A call with what else the tool insists on. */
function callOf(
  { name, namespace, properties, required }: OfferedTool,
  input: Record<string, unknown>,
): ToolCall {
  const filled = Object.fromEntries(
    required
      .filter((key) => !(key in input))
      .map((key) => [key, FILLERS[String(properties[key]?.type)] ?? "create"]),
  );
  return { name, ...(namespace !== undefined && { namespace }), input: { ...filled, ...input } };
}

const FILLERS: Readonly<Record<string, unknown>> = {
  boolean: false,
  number: 1,
  integer: 1,
  array: [],
  object: {},
};

/** Some clients show a server's tools only to a model that searches for them. */
function searchFor(tools: readonly OfferedTool[], server = "tasks", wanted = ORCHESTRATORS): Turn {
  const search = tools.find((tool) => isSearch(tool.name));
  if (!search) return { say: `${NO_TOOLS} ${tools.map((tool) => tool.name).join(", ")}.` };
  return {
    call: callOf(search, { query: `select:${wanted.map((tool) => `mcp__${server}__${tool}`).join(",")}` }),
  };
}

const ORCHESTRATORS = ["plan_create", "task_claim", "task_report", "batch_collect", "plan_report"];

const isSearch = (name: string) => /tool_?search/i.test(name);
