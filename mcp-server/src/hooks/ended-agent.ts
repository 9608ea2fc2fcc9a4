import { isTaskNotification, taskNotificationsIn } from "../host/task-notification.ts";

/** How an agent ended, as the host tells the main conversation. */
export interface EndNotice {
  readonly agentId: string;
  readonly finished: boolean;
  readonly cause: string;
  readonly lastMessage: string;
}

/**
 * Reads the notification that a prompt consists of; undefined for anything that a person wrote. The texts in it
 * are an agent's: nothing of them is trusted beyond which agent it is and how it ended.
 */
export function endedAgentIn(prompt: string): EndNotice | undefined {
  if (!isTaskNotification(prompt)) return undefined;
  const [notification] = taskNotificationsIn(prompt);
  if (notification === undefined) return undefined;
  const { agentId, status, result = "" } = notification;
  if (!/^[\w-]+$/.test(agentId) || status === "") return undefined;
  const finished = status === "completed";
  return {
    agentId,
    finished,
    cause: finished
      ? "the agent ended without a report"
      : `the agent was ${status === "killed" ? "stopped" : "lost"}`,
    lastMessage: result,
  };
}
