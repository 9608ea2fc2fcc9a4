/** Tools of the host that change no file, whatever they are told; what agents that they start do are calls of their own. */
const READING_TOOLS = new Set([
  "Agent",
  "AskUserQuestion",
  "BashOutput",
  "EnterPlanMode",
  "ExitPlanMode",
  "Glob",
  "Grep",
  "KillShell",
  "LS",
  "ListMcpResourcesTool",
  "NotebookRead",
  "Read",
  "ReadMcpResourceTool",
  "SendMessage",
  "Skill",
  "StructuredOutput",
  "Task",
  "TaskCreate",
  "TaskGet",
  "TaskList",
  "TaskOutput",
  "TaskStop",
  "TaskUpdate",
  "TodoWrite",
  "ToolSearch",
  "WebFetch",
  "WebSearch",
  "Workflow",
]);
/** This plugin's own: what they write into the checkout is no agent's work. */
const OWN_TOOL = /^mcp__plugin_parallel_tasks__/;

/** Whether a call of the tool may change files: every tool that is not known to leave them alone. */
export function couldWrite(tool: string): boolean {
  return !READING_TOOLS.has(tool) && !OWN_TOOL.test(tool);
}
