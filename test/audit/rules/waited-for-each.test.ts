import { describe, expect, it } from "vitest";
import { waitedForEach } from "../../../mcp-server/src/audit/rules/waited-for-each.ts";
import {
  type Agent,
  call,
  found,
  only,
  prompt,
  result,
  runsCommand,
  sessionOf,
  writes,
} from "../../support/transcript.ts";

const modules = ["auth", "billing", "search"];

/** Three agents of 100 s, ten seconds apart. */
function oneByOne(change: (agent: Agent, i: number) => Partial<Agent> = () => ({})): Agent[] {
  return modules.map((module, i) => {
    const agent = { id: `a${i}`, name: `Document ${module}`, from: 10 + i * 110, to: 110 + i * 110 };
    return { ...agent, ...change(agent, i) };
  });
}

describe("waiting for each agent after launching it is found", () => {
  it("waiting for each agent after launching it is found, with what launching them together would have saved", () => {
    const finding = only(waitedForEach, sessionOf(oneByOne()));
    expect(finding.lostMs).toBe(220_000);
    expect(finding.agents).toHaveLength(3);
    expect(finding.place.line).toBe(2);
  });

  it("waiting for each agent after launching it is found in the foreground, and with the older tool Task", () => {
    expect(found(waitedForEach, sessionOf(oneByOne(() => ({ foreground: true, tool: "Task" }))))).toEqual([
      "3 agents ran one after another, though none needed another: Document auth, Document billing, Document search",
    ]);
  });

  it("waiting for each agent is found when each was collected by an older host's TaskOutput", () => {
    const agents = oneByOne(() => ({ untold: true, tool: "Task" as const }));
    const collects = agents.flatMap(({ id, from, to }) => [
      call(from + 1, `out-${id}`, "TaskOutput", { task_id: id, block: true }),
      result(to, `out-${id}`, "<status>completed</status>", {
        toolUseResult: {
          retrieval_status: "success",
          task: { task_id: id, status: "completed", result: "Done." },
        },
      }),
    ]);
    expect(found(waitedForEach, sessionOf(agents, collects))).toEqual([
      expect.stringMatching(/^3 agents ran one after another, in the background but each waited for at once/),
    ]);
  });
});

describe("agents one after another are no finding", () => {
  const reasons: [string, Agent[], Parameters<typeof sessionOf>[1]?][] = [
    ["when they ran together", oneByOne((_, i) => ({ from: 10 + i, to: 110 + i }))],
    [
      "when the next wrote what the one before had written",
      oneByOne(({ from }) => ({ does: writes(from + 5, "src/index.ts", "Edit") })),
    ],
    [
      "when the next was told of a file that the one before had written",
      oneByOne(({ from }, i) => ({
        does: writes(from + 5, `src/schema${i}.ts`),
        prompt: i === 0 ? "Design it" : `Continue with schema${i - 1}.ts`,
      })),
    ],
    [
      "when the next knew something that only a report had brought up",
      oneByOne((_, i) => ({
        report: `The culprit is parseHeader${i}.`,
        prompt: i === 0 ? "Look for it" : `Explain parseHeader${i - 1}`,
      })),
    ],
    [
      "when the prompt points back",
      oneByOne((_, i) => ({ prompt: i === 0 ? "Go" : "Go on, based on the plan" })),
    ],
    [
      "when the same task was tried again",
      oneByOne((_, i) => ({ name: "Write the parser", status: i < 2 ? "failed" : "completed" })),
    ],
    [
      "when a review follows the work",
      oneByOne((_, i) => ({ name: ["Build the page", "Review the page", "Fix the page"][i] ?? "" })),
    ],
    [
      "when a plan is executed after it was made",
      oneByOne((_, i) => ({ name: ["Plan the page", "Execute the plan"][i] ?? "Execute the plan" })).slice(
        0,
        2,
      ),
    ],
    ["when a night lay between", oneByOne((_, i) => ({ from: 10 + i * 40_000, to: 110 + i * 40_000 }))],
    ["when the user spoke between", oneByOne(), [prompt(115, "And billing"), prompt(225, "And search")]],
    [
      "when the main conversation worked between",
      oneByOne(),
      [...runsCommand(113, "x", "ls src"), ...runsCommand(223, "y", "ls lib")],
    ],
    [
      "when a plan handed them out",
      oneByOne((_, i) => ({ prompt: `Task demo/1.${i}, token ${i}-abcdefghijklmnopqrstuvwxyz.` })),
    ],
    [
      "when next to nothing would have been saved",
      oneByOne((_, i) => ({ from: 10 + i * 12, to: 20 + i * 12 })),
    ],
  ];
  it.each(reasons)("agents one after another are no finding %s", (_, agents, main) => {
    expect(found(waitedForEach, sessionOf(agents, main))).toEqual([]);
  });
});
