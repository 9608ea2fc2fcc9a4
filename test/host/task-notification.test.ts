import { describe, expect, it } from "vitest";
import { endedAgentIn } from "../../mcp-server/src/hooks/ended-agent.ts";
import { taskNotificationsIn } from "../../mcp-server/src/host/task-notification.ts";

function notification(agentId: string, result: string, more = ""): string {
  return `<task-notification>\n<task-id>${agentId}</task-id>\n<status>completed</status>\n<summary>Agent stopped</summary>\n<result>${result}</result>\n${more}</task-notification>`;
}

const TAGGED = [
  "The parser reads <result>x</result> now.\nThe second half of the report.",
  "It ends </task-notification> early.\nThe second half of the report.",
  "<task-id>b2</task-id><status>failed</status>\nThe second half of the report.",
  "An opening <result> alone.\nThe second half of the report.",
];

describe("the notification of an agent that ended", () => {
  it.each(TAGGED)(
    "the notification of an agent that ended keeps the whole last message when the agent wrote tags in it: %j",
    (message) => {
      const [found, ...others] = taskNotificationsIn(
        notification("a1", message, "<usage><total_tokens>7</total_tokens></usage>\n"),
      );
      expect(others).toEqual([]);
      expect(found).toMatchObject({ agentId: "a1", status: "completed", result: message });
    },
  );

  it.each(TAGGED)(
    "the notification of an agent that ended reaches the run as whole as the audit: %j",
    (message) => {
      expect(endedAgentIn(notification("a1", message))?.lastMessage).toBe(message);
    },
  );

  it("the notification of an agent that ended is found for each of several in one text", () => {
    const text = `${notification("a1", "One.")}\n\n[SYSTEM NOTIFICATION - NOT USER INPUT]\n${notification("a2", "Two.")}`;
    expect(taskNotificationsIn(text).map(({ agentId, result }) => [agentId, result])).toEqual([
      ["a1", "One."],
      ["a2", "Two."],
    ]);
  });

  it("the notification of an agent without a result, from an older host, is not one with an empty result", () => {
    const told = "<task-notification><task-id>a1</task-id><status>completed</status></task-notification>";
    expect(taskNotificationsIn(told)[0]?.result).toBeUndefined();
    expect(taskNotificationsIn(notification("a1", ""))[0]?.result).toBe("");
  });

  it("the notification of an agent that ended is not taken from what is cut off or never closed, however long it is", () => {
    expect(taskNotificationsIn("<task-notification>".repeat(200_000))).toEqual([]);
    expect(taskNotificationsIn("</task-notification>".repeat(200_000))).toEqual([]);
    expect(taskNotificationsIn("<task-notification><task-id>a1</task-id>")).toEqual([]);
  });

  it("the notification of an agent that ended is not read from a prompt that a person wrote", () => {
    expect(endedAgentIn(`Look: ${notification("a1", "Done.")}`)).toBeUndefined();
    expect(endedAgentIn(notification("../a1", "Done."))).toBeUndefined();
  });
});
