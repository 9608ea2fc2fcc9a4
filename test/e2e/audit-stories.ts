import { agentsToldOf, arrivals, type Conversation, turnsTaken } from "./harness/conversation.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import type { Scenario } from "./harness/scenario.ts";
import { calls, callsTogether, says, type Turn } from "./harness/turn.ts";
import { edits, hangs, runs, type Step, stopsSilently, uses, type Work, writes } from "./harness/worker.ts";

/**
 * Sessions of people who do without the plugin, as the audit meets them: the main conversation launches agents by
 * itself, well or badly. One story for each anti-pattern, and some without any.
 */

export interface AuditStory {
  name: string;
  /** The rules that find something in it. */
  rules: string[];
  scenario: Scenario;
  /** How many times slower the session is made at most before it is read: a scripted agent needs less than a second. */
  slower: number;
}

/** A minute or more for an agent that takes two turns. */
const SLOWER = 180;
const LATENCY = { main: 20, agent: 200 };

interface Wanted {
  id: string;
  name: string;
  prompt?: string;
  type?: string;
  background?: boolean;
}

/** The launch of an agent; the first lines of its prompt tell the scripted worker whose work to do. */
function launch({ id, name, prompt = name, type = "general-purpose", background = false }: Wanted) {
  const told = `Task: audit/${id}\nToken: none\n\n${prompt}`;
  const input = { description: name, prompt: told, subagent_type: type, run_in_background: background };
  return { tool: "Agent", input };
}

function together(...wanted: Wanted[]): Turn {
  return callsTogether(wanted.map(launch));
}

/** Takes one step after another; past the last it has nothing to say. */
function steps(...turns: Turn[]): Orchestrator {
  return (conversation) => turns[turnsTaken(conversation)] ?? says("That was it.");
}

/** Launches in the background, ends its turn, and takes the next step when it is woken by what it waits for. */
function wakesUp(...turns: Turn[]): Orchestrator {
  return (conversation) => {
    const next = turns[agentsToldOf(conversation).size];
    return isJustLaunched(conversation) ? says("It is on its way.") : (next ?? says("That was it."));
  };
}

function isJustLaunched(conversation: Conversation): boolean {
  return arrivals(conversation).some((block) => block.kind === "result" && block.tool === "Agent");
}

function story(
  name: string,
  rules: string[],
  orchestrator: Orchestrator,
  workers: Record<string, Work>,
  parts: Partial<Scenario> = {},
  slower = SLOWER,
): AuditStory {
  const scenario: Scenario = {
    name,
    files: { "README.md": "# Demo\n", "src/config.js": "export const limit = 1;\n" },
    plugins: [],
    settings: { permissions: { allow: ["Bash", "Write", "Edit", "Read"] } },
    latencyMs: LATENCY,
    workers,
    runs: [{ prompt: "Please do the work.", orchestrator }],
    ...parts,
  };
  return { name, rules, scenario, slower };
}

const notes = (id: string): Work => [writes({ [`notes/${id}.md`]: `${id}\n` }), stopsSilently("Written.")];
const code = (id: string): Work => [
  writes({ [`src/${id}.js`]: `export const ${id} = 1;\n` }),
  stopsSilently("Written."),
];

/** The works of agents of which one goes on for three times as long as the others took, when they have ended. */
function worksOnAlone(id: string, others: readonly string[]): Record<string, Work> {
  const ended = new Set<string>();
  let lastEndMs = 0;
  const alone: Step = (assignment) => {
    const startMs = Date.now();
    const isOver = () =>
      ended.size === others.length && Date.now() - lastEndMs >= 1_000 + 3 * (lastEndMs - startMs);
    return { ...runs("ls")(assignment), when: isOver };
  };
  const ends =
    (other: string): Step =>
    (assignment) => {
      ended.add(other);
      lastEndMs = Date.now();
      return stopsSilently("Written.")(assignment);
    };
  return {
    ...Object.fromEntries(
      others.map((other) => [other, [writes({ [`notes/${other}.md`]: `${other}\n` }), ends(other)]]),
    ),
    [id]: [alone, stopsSilently("Written.")],
  };
}

/** What one agent waits for until another has begun a step of its work, so that both are at work at that moment. */
class Moment {
  #isThere = false;

  get isThere(): boolean {
    return this.#isThere;
  }

  /** The step, with which the moment is there. */
  begins(step: Step): Step {
    return (assignment) => {
      this.#isThere = true;
      return step(assignment);
    };
  }

  /** The step, but not before the moment is there. */
  awaitedBy(step: Step): Step {
    return (assignment) => ({ ...step(assignment), when: () => this.#isThere });
  }
}

/** Ends its turn, after which the host waits for five seconds, when the agent has done something and goes on. */
function leavesAtWork(wanted: Wanted): [Orchestrator, Record<string, Work>] {
  const isAtWork = new Moment();
  return [
    (conversation) =>
      turnsTaken(conversation) === 0
        ? together(wanted)
        : { ...says("It is on its way."), when: () => isAtWork.isThere },
    { [wanted.id]: [runs("echo looking"), isAtWork.begins(hangs())] },
  ];
}

/** Two agents of which the second edits the file when the first has, and before that one ends. */
function editOneFile(): Record<string, Work> {
  const [firstHasEdited, bothHaveEdited] = [new Moment(), new Moment()];
  return {
    a: [
      edits("src/config.js", "limit = 1", "limit = 2"),
      firstHasEdited.begins(bothHaveEdited.awaitedBy(stopsSilently("Added."))),
    ],
    b: [
      firstHasEdited.awaitedBy(edits("src/config.js", "limit", "bound")),
      bothHaveEdited.begins(stopsSilently("Added.")),
    ],
  };
}

/** Two agents of which one looks for a file in vain and is still at work when the other writes it. */
function readBeforeItIsWritten(): Record<string, Work> {
  const [hasLooked, isWritten] = [new Moment(), new Moment()];
  return {
    schema: [
      hasLooked.awaitedBy(writes({ "notes/schema.md": "{}\n" })),
      isWritten.begins(stopsSilently("Designed.")),
    ],
    client: [
      ({ directory }) => calls("Read", { file_path: `${directory}/notes/schema.md` }),
      hasLooked.begins(isWritten.awaitedBy(stopsSilently("Generated."))),
    ],
  };
}

const three = ["auth", "billing", "search"].map((id) => ({ id, name: `Document ${id}` }));
const threeNotes = Object.fromEntries(three.map(({ id }) => [id, notes(id)]));
const crowd = Array.from({ length: 7 }, (_, i) => ({ id: `part${i}`, name: `Describe part ${i}` }));
const parts = ["one", "two"].map((id) => ({ id, name: `Build ${id}` }));

export const auditStories: AuditStory[] = [
  story(
    "agents launched together and checked",
    [],
    steps(
      together(...parts),
      calls("Bash", { command: "node --check src/one.js && node --check src/two.js", description: "Check" }),
      says("All parts are written and checked."),
    ),
    { one: code("one"), two: code("two") },
  ),
  story(
    "an implementation and then its review",
    [],
    steps(
      together({ id: "one", name: "Build one" }),
      together({ id: "review", name: "Review one", prompt: "Review src/one.js." }),
      says("Both are done."),
    ),
    { one: code("one"), review: [uses("Read", { file_path: "src/one.js" }), stopsSilently("It is fine.")] },
  ),
  story(
    "a failure that is repaired",
    [],
    steps(
      together(...three),
      together({ id: "again", name: "Document search" }),
      says("All three documents are done."),
    ),
    { ...threeNotes, search: [stopsSilently("FAILED: no such folder")], again: notes("search") },
  ),
  story(
    "launches and waits, one agent after the other, in the foreground",
    ["waited-for-each"],
    steps(...three.map((one) => together(one)), says("The documents are there.")),
    threeNotes,
  ),
  story(
    "launches and waits, one agent after the other, in the background",
    ["waited-for-each"],
    wakesUp(...three.map((one) => together({ ...one, background: true })), says("The documents are there.")),
    threeNotes,
  ),
  story(
    "ends while an agent is at work",
    ["lost-agents"],
    ...leavesAtWork({ id: "slow", name: "Explore the past", background: true }),
    { environment: { CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS: "5000" } },
  ),
  story(
    "two agents edit one file",
    ["same-file"],
    steps(
      together({ id: "a", name: "Add feature A" }, { id: "b", name: "Add feature B" }),
      calls("Bash", { command: "git diff", description: "Look at the changes" }),
      says("Both features are in the file."),
    ),
    editOneFile(),
  ),
  story(
    "seven agents at once",
    ["too-many-at-once"],
    steps(together(...crowd), says("The descriptions are there.")),
    Object.fromEntries(crowd.map(({ id }) => [id, notes(id)])),
  ),
  story(
    "goes on after a failure as if nothing had been",
    ["failures-ignored"],
    steps(together(...three), says("Now to the second part of the plan.")),
    { ...threeNotes, search: [runs("ls"), stopsSilently("FAILED: no such folder")] },
  ),
  story(
    "one agent needs what the other is about to write",
    ["dependent-together"],
    steps(
      together(
        { id: "schema", name: "Design the schema" },
        { id: "client", name: "Generate the client", prompt: "Generate it from schema.json." },
      ),
      says("It is there."),
    ),
    readBeforeItIsWritten(),
  ),
  story(
    "two agents for seconds of work",
    ["short-work"],
    steps(together(...three.slice(0, 2)), says("The documents are there.")),
    threeNotes,
    {},
    1,
  ),
  story(
    "one agent has nearly all the work",
    ["overloaded-agent"],
    steps(together(...three), says("The documents are there.")),
    worksOnAlone("search", ["auth", "billing"]),
  ),
  story(
    "nobody checks what was built",
    ["validation-skipped"],
    steps(together(...parts), says("The parts are there.")),
    { one: code("one"), two: code("two") },
  ),
  story(
    "claims that all is done after a failure",
    ["contradicted-claim"],
    steps(together(...three), says("All three documents are completed successfully.")),
    { ...threeNotes, search: [runs("ls"), stopsSilently("FAILED: no such folder")] },
  ),
];
