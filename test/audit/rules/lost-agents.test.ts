import { describe, expect, it } from "vitest";
import { lostAgents } from "../../../mcp-server/src/audit/rules/lost-agents.ts";
import { type Agent, call, found, notice, only, result, say, sessionOf } from "../../support/transcript.ts";

const lost: Agent = { id: "a1", name: "Explore auth", from: 10, to: 110, untold: true };

describe("lost agents are found", () => {
  it("an agent is lost when it ended and nobody collected it", () => {
    const finding = only(lostAgents, sessionOf([lost], [say(200, "Here is the summary.")]));
    expect(finding.wasted).toHaveLength(1);
    expect(found(lostAgents, sessionOf([lost], [say(200, "Here is the summary.")]))).toEqual([
      "Explore auth ended, and its result never reached its launcher",
    ]);
  });

  it("an agent is lost when its notification was queued and never delivered", () => {
    const { timestamp, message } = notice(110, "a1") as { timestamp: string; message: { content: string } };
    const queued = { type: "queue-operation", operation: "enqueue", timestamp, content: message.content };
    expect(found(lostAgents, sessionOf([lost], [queued, say(200, "Bye.")]))).toHaveLength(1);
  });

  it("an agent is lost when the session ended first", () => {
    expect(
      found(lostAgents, sessionOf([{ ...lost, unfinished: true }], [say(12, "It is running.")])),
    ).toEqual(["Explore auth was cut off: its launcher ended first"]);
  });

  it("an agent is lost when a result was asked for under an id that no launch returned", () => {
    const asked = [
      call(120, "c", "TaskOutput", { task_id: "a999", block: true }),
      result(121, "c", "No task found with ID: a999", {}, true),
    ];
    expect(found(lostAgents, sessionOf([{ ...lost, untold: false }], asked))).toEqual([
      "A result was asked for under the id a999, which no launch had returned",
    ]);
  });
});

describe("an agent is not lost", () => {
  it("an agent is not lost when it was collected by a notification", () => {
    expect(found(lostAgents, sessionOf([{ ...lost, untold: false }]))).toEqual([]);
  });

  it("an agent is not lost when the notification came in beside the next prompt", () => {
    const { timestamp, message } = notice(110, "a1") as { timestamp: string; message: { content: string } };
    const attachment = { type: "queued_command", prompt: message.content };
    expect(found(lostAgents, sessionOf([lost], [{ type: "attachment", timestamp, attachment }]))).toEqual([]);
  });

  it("an agent is not lost when its output file was read", () => {
    const read = call(120, "c", "Bash", { command: "cat /tmp/host/tasks/a1.output" });
    expect(found(lostAgents, sessionOf([lost], [read, result(121, "c", "…")]))).toEqual([]);
  });

  it("an agent is not lost when it was stopped on purpose", () => {
    const stop = call(50, "c", "TaskStop", { task_id: "a1" });
    const session = sessionOf([{ ...lost, unfinished: true }], [stop, result(51, "c", "Stopped.")]);
    expect(found(lostAgents, session)).toEqual([]);
  });

  it("an agent is not lost when its launcher was cut off in the middle of its work", () => {
    expect(found(lostAgents, sessionOf([lost], [call(200, "c", "WebFetch", {})]))).toEqual([]);
  });

  it("an agent is not lost when it is a teammate, which has no end of its own", () => {
    const spawned = [
      call(10, "t", "Agent", { description: "Build", prompt: "Do Build", name: "nav" }),
      result(11, "t", "Spawned.", { toolUseResult: { status: "teammate_spawned", agent_id: "nav@site" } }),
    ];
    const nav: Agent = { id: "nav1", name: "Build", from: 12, to: 100, launchedBy: "" };
    expect(found(lostAgents, sessionOf([], [...spawned, say(200, "Bye.")], false, [nav]))).toEqual([]);
  });

  it("an agent is not lost while the session still goes on", () => {
    expect(found(lostAgents, sessionOf([{ ...lost, unfinished: true }], [], true))).toEqual([]);
  });

  it("an agent is not lost because a shell of an unknown id was asked for", () => {
    const asked = [
      call(5, "c", "TaskOutput", { task_id: "b123" }),
      result(6, "c", "No task found with ID: b123", {}, true),
    ];
    expect(found(lostAgents, sessionOf([], asked))).toEqual([]);
  });
});
