/** What the host tells the main conversation when one of its agents has ended. */
export interface TaskNotification {
  readonly agentId: string;
  readonly finished: boolean;
  readonly cause: string;
  readonly lastMessage: string;
}

/**
 * Reads the notification that a prompt consists of; undefined for anything that a person wrote. The texts in it
 * are an agent's: nothing of them is trusted beyond which agent it is and how it ended.
 */
export function readTaskNotification(prompt: string): TaskNotification | undefined {
  if (!prompt.trimStart().startsWith("<task-notification>")) return undefined;
  const agentId = element(prompt, "task-id");
  const status = element(prompt, "status");
  if (agentId === undefined || !/^[\w-]+$/.test(agentId) || status === undefined) return undefined;
  const finished = status === "completed";
  return {
    agentId,
    finished,
    cause: finished
      ? "the agent ended without a report"
      : `the agent was ${status === "killed" ? "stopped" : "lost"}`,
    lastMessage: element(prompt, "result") ?? "",
  };
}

function element(text: string, name: string): string | undefined {
  const start = text.indexOf(`<${name}>`);
  const end = text.indexOf(`</${name}>`, start);
  return start < 0 || end < 0 ? undefined : text.slice(start + name.length + 2, end).trim();
}
