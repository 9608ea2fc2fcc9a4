import { describe, expect, it } from "vitest";
import type { Block, Conversation } from "./conversation.ts";
import * as orchestrator from "./orchestrator.ts";
import { taskTool } from "./task-tools.ts";
import type { Turn } from "./turn.ts";

/** A main conversation that has just typed `/spec:execute demo`, to which turns and answers are added. */
class Talk {
  readonly conversation: Conversation = {
    sessionId: "s",
    model: "m",
    tools: ["Agent"],
    blocks: [text("<command-args>specs/demo/03-tasks.json</command-args>", 0)],
  };
  #message = 0;

  /** Lets the orchestrator take its turn, and answers each of its calls in order. */
  plays(turn: Turn, ...answers: (Record<string, unknown> | string | Error)[]): this {
    const { blocks } = this.conversation;
    const message = ++this.#message;
    turn.outputs.forEach((output, index) => {
      const id = `${message}-${index}`;
      if ("text" in output) blocks.push({ kind: "text", role: "assistant", message, text: output.text });
      else
        blocks.push({ kind: "call", role: "assistant", message, id, tool: output.tool, input: output.input });
    });
    const after = ++this.#message;
    turn.outputs.forEach((output, index) => {
      if ("text" in output) return;
      const answer = answers[index] ?? {};
      const isError = answer instanceof Error;
      blocks.push({
        kind: "result",
        role: "user",
        message: after,
        callId: `${message}-${index}`,
        tool: output.tool,
        text: isError ? answer.message : typeof answer === "string" ? answer : JSON.stringify(answer),
        isError,
      });
    });
    return this;
  }

  hears(words: string): this {
    this.conversation.blocks.push(text(words, ++this.#message));
    return this;
  }
}

function text(words: string, message: number): Block {
  return { kind: "text", role: "user", message, text: words };
}

const NOTIFICATION = "<task-notification>…</task-notification>";

function batch(ids: string[], running = ids.length, done = false): Record<string, unknown> {
  const launch = ids.map((id) => ({
    task: id,
    subagent_type: "parallel:feature-implementer",
    description: `${id} Do it`,
    prompt: `demo/${id} 1-aaaaaaaaaaaaaaaaaaaaaaaaaa`,
  }));
  return { plan: "demo", launch, stop: [], counts: { running }, done };
}

/** What the hook says with the notification of an agent that ended. */
function launchLine(id: string): string {
  const { launch } = batch([id]);
  return `UserPromptSubmit hook additional context: plan demo: 1/2 done, 0 running; stop with TaskStop: a1; launch with Agent, as given: ${JSON.stringify(launch)}.`;
}

function called(turn: Turn): string[] {
  return turn.outputs.map((output) => ("tool" in output ? output.tool.replace(taskTool(""), "") : "text"));
}

function collected(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return { stop: [], decision: "proceed", reason: "", counts: { running: 0 }, done: false, ...parts };
}

/** A conversation in which the plan has been analysed. */
function analysed(decide: orchestrator.Orchestrator): Talk {
  const talk = new Talk();
  talk.plays(decide(talk.conversation));
  return talk.plays(decide(talk.conversation));
}

/** A conversation in which this batch has just been offered. */
function offered(decide: orchestrator.Orchestrator, ids: string[]): Talk {
  const talk = analysed(decide);
  return talk.plays(decide(talk.conversation), batch(ids, 0));
}

describe("the obedient orchestrator", () => {
  const decide = orchestrator.executesThePlan;

  it("the obedient orchestrator imports the breakdown of the named folder, analyses it, and asks for a batch", () => {
    const talk = new Talk();
    const create = decide(talk.conversation);
    expect(create.outputs).toEqual([
      { tool: taskTool("plan_create"), input: { plan: "demo", from: "specs/demo/03-tasks.json" } },
    ]);
    talk.plays(create);
    expect(called(decide(talk.conversation))).toEqual(["plan_analyze"]);
    talk.plays(decide(talk.conversation));
    expect(called(decide(talk.conversation))).toEqual(["batch_next"]);
  });

  it("the obedient orchestrator launches a whole batch in one message, waits, and launches what the wait brings", () => {
    const talk = offered(decide, ["1", "2"]);
    expect(called(decide(talk.conversation))).toEqual(["Agent", "Agent"]);
    talk.plays(decide(talk.conversation));
    const wait = decide(talk.conversation);
    expect(wait.outputs).toEqual([
      { tool: taskTool("batch_collect"), input: { plan: "demo", launch: true } },
    ]);
    talk.plays(wait, batch(["3"], 1));
    expect(called(decide(talk.conversation))).toEqual(["Agent"]);
    talk.plays(decide(talk.conversation));
    expect(decide(talk.conversation).outputs).toEqual(wait.outputs);
  });

  it("the obedient orchestrator reports and exports in one call, and answers with what it got, when the plan is done", () => {
    const talk = analysed(decide);
    talk.plays(decide(talk.conversation), batch([], 0, true));
    expect(called(decide(talk.conversation))).toEqual(["plan_report"]);
    talk.plays(decide(talk.conversation), { report: "# All done" });
    expect(decide(talk.conversation).outputs).toEqual([{ text: "# All done" }]);
  });

  it("the obedient orchestrator says why when nothing runs and nothing can start", () => {
    const talk = offered(decide, []);
    talk.plays(decide(talk.conversation), collected({ decision: "wait", reason: "2 waits for 1." }));
    expect(decide(talk.conversation).outputs).toEqual([{ text: "Nothing can go on. 2 waits for 1." }]);
  });

  it("the obedient orchestrator stops the agents that an answer names before it goes on", () => {
    const talk = offered(decide, ["1"]);
    talk.plays(decide(talk.conversation));
    talk.plays(
      decide(talk.conversation),
      collected({ stop: [{ task: "1", agentId: "a1" }], decision: "stop" }),
    );
    const stop = decide(talk.conversation);
    expect(stop.outputs).toEqual([{ tool: "TaskStop", input: { task_id: "a1" } }]);
    talk.plays(stop);
    expect(called(decide(talk.conversation))).toEqual(["plan_report"]);
  });

  it("the obedient orchestrator loads the skill that the command names and imports the plan in one message", () => {
    const talk = new Talk().hears("Load the skill `parallel:executing-specs` with the Skill tool.");
    const turn = decide(talk.conversation);
    expect(turn.outputs[0]).toEqual({ tool: "Skill", input: { skill: "parallel:executing-specs" } });
    expect(called(turn)).toEqual(["Skill", "plan_create"]);
    talk.plays(turn);
    expect(called(decide(talk.conversation))).toEqual(["plan_analyze"]);
  });

  it("the obedient orchestrator works off a direct plan by itself", () => {
    const talk = new Talk().hears(" - Primary working directory: /project");
    talk.plays(decide(talk.conversation));
    talk.plays(decide(talk.conversation), { strategy: "direct" });
    const claim = { task: "1", token: "1-aaaaaaaaaaaaaaaaaaaaaaaaaa", brief: "You may write `a.ts`." };
    talk.plays(decide(talk.conversation), { claim });
    const seen: string[][] = [];
    for (const answer of [{}, {}, { claim: null }]) {
      seen.push(called(decide(talk.conversation)));
      talk.plays(decide(talk.conversation), answer);
    }
    expect(seen).toEqual([["Write"], ["task_report"], ["task_claim"]]);
    expect(called(decide(talk.conversation))).toEqual(["plan_report"]);
  });

  it("the obedient orchestrator asks once and ends its turn instead of waiting where the user can be asked", () => {
    const talk = new Talk();
    talk.conversation.tools.push("AskUserQuestion");
    talk.plays(decide(talk.conversation));
    talk.plays(decide(talk.conversation));
    expect(called(decide(talk.conversation))).toEqual(["AskUserQuestion"]);
    talk.plays(decide(talk.conversation), '"Shall I run this plan?"="Run it"');
    talk.plays(decide(talk.conversation), batch(["1"], 0));
    talk.plays(decide(talk.conversation));
    expect(called(decide(talk.conversation))).toEqual(["text"]);
  });

  it("the obedient orchestrator launches what the line with a notification names, and calls nothing to look", () => {
    const talk = offered(decide, ["1"]);
    talk.plays(decide(talk.conversation)).plays({ outputs: [{ text: "Waiting." }] });
    talk.hears(NOTIFICATION);
    expect(called(decide(talk.conversation))).toEqual(["text"]);
    talk.plays(decide(talk.conversation)).hears(`${NOTIFICATION}\n${launchLine("2")}`);
    expect(decide(talk.conversation).outputs).toMatchObject([
      { tool: "TaskStop", input: { task_id: "a1" } },
      { tool: "Agent", input: { description: "2 Do it" } },
    ]);
  });

  it("the obedient orchestrator says what went wrong when a tool answers with an error", () => {
    const talk = new Talk();
    talk.plays(decide(talk.conversation), new Error("cycle: 1 -> 2 -> 1"));
    expect(decide(talk.conversation).outputs).toEqual([
      { text: "Stopped. plan_create answered: cycle: 1 -> 2 -> 1" },
    ]);
  });

  it("the obedient orchestrator gives up after three messages whose launches were all refused", () => {
    const talk = offered(decide, ["1"]);
    for (const expected of ["batch_next", "batch_next", "plan_report"]) {
      talk.plays(decide(talk.conversation), new Error("no"));
      expect(called(decide(talk.conversation))).toEqual([expected]);
      talk.plays(decide(talk.conversation), batch(["1"], 0));
    }
  });

  it("the obedient orchestrator begins anew when the user types the command again", () => {
    const talk = offered(decide, ["1"]).hears("<command-args>other</command-args>");
    expect(decide(talk.conversation).outputs).toEqual([
      { tool: taskTool("plan_create"), input: { plan: "other", from: "specs/other/03-tasks.json" } },
    ]);
  });
});

describe("the habits of a disobedient orchestrator", () => {
  const having = (...habits: orchestrator.Habit[]) =>
    orchestrator.withHabits(orchestrator.executesThePlan, ...habits);

  it("a disobedient orchestrator launches one by one until the batch is used up", () => {
    const decide = having(orchestrator.launchesOneByOne);
    const talk = offered(decide, ["1", "2"]);
    for (let launched = 0; launched < 2; launched += 1) {
      expect(called(decide(talk.conversation))).toEqual(["Agent"]);
      talk.plays(decide(talk.conversation));
    }
    expect(called(decide(talk.conversation))).toEqual(["batch_collect"]);
  });

  it("a disobedient orchestrator waits for each task before it launches the next", () => {
    const decide = having(orchestrator.waitsAfterEachLaunch);
    const talk = offered(decide, ["1", "2"]);
    talk.plays(decide(talk.conversation));
    const wait = decide(talk.conversation);
    expect(wait.outputs).toEqual([
      { tool: taskTool("batch_collect"), input: { plan: "demo", until: "all", tasks: ["1"] } },
    ]);
    talk.plays(wait, collected());
    expect(called(decide(talk.conversation))).toEqual(["Agent"]);
  });

  it("a disobedient orchestrator drops two of five, and none where there are only two", () => {
    const decide = having(orchestrator.dropsLaunches(2));
    expect(called(decide(offered(decide, ["1", "2", "3", "4", "5"]).conversation))).toHaveLength(3);
    expect(called(decide(offered(decide, ["1", "2"]).conversation))).toHaveLength(2);
  });

  it("a disobedient orchestrator rewrites prompts with the token, or without it until it is told off", () => {
    const prompts = (turn: Turn) =>
      turn.outputs.map((output) => ("tool" in output ? output.input.prompt : ""));
    const rewriting = having(orchestrator.rewritesPrompts);
    expect(prompts(rewriting(offered(rewriting, ["1"]).conversation))[0]).toMatch(/engineer.*1-a{26}/);
    const losing = having(orchestrator.losesTokens);
    const talk = offered(losing, ["1"]);
    expect(prompts(losing(talk.conversation))[0]).not.toMatch(/1-a{26}/);
    talk.plays(losing(talk.conversation), new Error("no token"));
    talk.plays(losing(talk.conversation), batch(["1"], 0));
    expect(prompts(losing(talk.conversation))[0]).toMatch(/1-a{26}/);
  });

  it("a disobedient orchestrator claims success once, and goes on when it is sent back", () => {
    const decide = having(orchestrator.claimsSuccessEarly);
    const talk = offered(decide, ["1"]);
    talk.plays(decide(talk.conversation));
    expect(called(decide(talk.conversation))).toEqual(["text"]);
    talk.plays(decide(talk.conversation)).hears("Stop hook feedback:\nTasks are ready.");
    expect(called(decide(talk.conversation))).toEqual(["batch_next"]);
  });

  it("a disobedient orchestrator never comes back, whatever it hears", () => {
    const decide = having(orchestrator.neverComesBack);
    const talk = offered(decide, ["1"]);
    talk.plays(decide(talk.conversation));
    talk.plays(decide(talk.conversation)).hears(NOTIFICATION);
    expect(called(decide(talk.conversation))).toEqual(["text"]);
  });

  it("a disobedient orchestrator overlooks exactly the notification with the given number", () => {
    const decide = having(orchestrator.overlooksNotification(2), orchestrator.waitsForNotifications);
    const talk = offered(decide, ["1", "2", "3"]);
    talk.plays(decide(talk.conversation));
    talk.plays(decide(talk.conversation)).hears(`${NOTIFICATION}\n${launchLine("4")}`);
    expect(called(decide(talk.conversation))).toEqual(["TaskStop", "Agent"]);
    talk.plays(decide(talk.conversation));
    talk.plays(decide(talk.conversation)).hears(`${NOTIFICATION}\n${launchLine("5")}`);
    expect(called(decide(talk.conversation))).toEqual(["text"]);
    talk.plays(decide(talk.conversation)).hears(`${NOTIFICATION}\n${launchLine("6")}`);
    expect(called(decide(talk.conversation))).toEqual(["TaskStop", "Agent"]);
  });
});
