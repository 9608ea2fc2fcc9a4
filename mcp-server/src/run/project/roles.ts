import { readFile } from "node:fs/promises";
import { distance } from "fastest-levenshtein";
import type { Agent } from "../../host/agent.ts";

/** Agent types that the host brings along, by the role that a breakdown would write. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ["explore", "Explore"],
  ["plan", "Plan"],
  ["general-purpose", "general-purpose"],
]);
const STAND_IN = "general-purpose";
const OWN = "parallel:";

/** The role of a task that names none: this plugin's, whatever else has that name. */
const DEFAULT_ROLE = `${OWN}feature-implementer`;

const MAX_NEAR = 3;
const MAX_COMPARED = 100;
/** Names that differ by a larger part of their letters are different words. */
const NEAR = 0.34;
/** A shorter part of a name (`api`, `code`) says too little. */
const SHORTEST_WORD = 5;

/** What a role is called for the scheduler and for the host's Agent tool. */
export interface Role {
  /** The same for every way of writing it; the role of its own that nobody has is kept as it was written. */
  readonly role: string;
  readonly agentType: string;
  /** Set when nobody has this role and a general agent stands in. */
  readonly unknown: boolean;
}

/** Knows which agent types exist. */
export class Roles {
  #agents: readonly Agent[] = [];
  #byType: ReadonlyMap<string, Agent> = new Map();

  /**
   * @param agents those that the host can launch beside its own, in the order in which it prefers them; without it only
   * the host's own are known.
   */
  constructor(private readonly agents: { current(): Promise<readonly Agent[]> } = NONE) {}

  /** Looks which agents exist now; all else here answers from the last look. */
  async refresh(): Promise<void> {
    this.#agents = await this.agents.current();
    this.#byType = new Map([...this.#agents].reverse().map((agent) => [agent.type, agent]));
  }

  /** Another object after each look. */
  get look(): object {
    return this.#byType;
  }

  /**
   * The agent for a role: of one name, a user's own stands before this plugin's, the host's and another plugin's.
   * `<plugin>:<name>` is that plugin's and nobody else's.
   */
  resolve(wanted: string | undefined): Role {
    const name = wanted ?? DEFAULT_ROLE;
    const type = this.#typeOf(name);
    if (type !== undefined) return { role: this.#roleOf(type), agentType: type, unknown: false };
    return { role: name.replace(OWN, ""), agentType: STAND_IN, unknown: wanted !== undefined };
  }

  /** Names that somebody who wrote this one may have meant, the nearest first. */
  near(unknown: string): string[] {
    const wanted = plainName(unknown).slice(0, MAX_COMPARED);
    const names = [...new Set([...this.#agents.map(({ type }) => this.#roleOf(type)), ...BUILT_IN.keys()])];
    return names
      .map((name) => ({ name, apart: apart(wanted, plainName(name)) }))
      .filter(({ apart }) => apart <= NEAR)
      .sort((a, b) => a.apart - b.apart || (a.name < b.name ? -1 : 1))
      .slice(0, MAX_NEAR)
      .map(({ name }) => name);
  }

  /** Where else there is an agent of the name by which a role was written; empty where there is no doubt. */
  alsoIn(wanted: string): string[] {
    const { agentType, unknown } = this.resolve(wanted);
    if (unknown || wanted.includes(":")) return [];
    const used = this.#byType.get(agentType);
    const others = this.#agents.filter(
      (agent) => agent !== used && plainName(agent.type) === plainName(wanted),
    );
    return [...new Set(others.map(({ origin }) => origin))];
  }

  /** Where the agent of a role is defined, for people. */
  originOf(wanted: string): string {
    return this.#byType.get(this.resolve(wanted).agentType)?.origin ?? "Claude Code";
  }

  /**
   * How many agents of each role may run at once: as their files say, unless it is stated otherwise.
   * @param stated by role, however it is written.
   */
  capacities(stated: Readonly<Record<string, number>>): Record<string, number> {
    const own = [...this.#byType.values()].flatMap(({ type, instances }) =>
      instances === undefined ? [] : [[this.#roleOf(type), instances] as const],
    );
    const wanted = Object.entries(stated).map(([name, most]) => [this.resolve(name).role, most] as const);
    return Object.fromEntries([...new Map([...own, ...wanted])].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The model and effort that the file of a role's agent names, as they stand there. */
  inFile(wanted: string | undefined): { readonly model?: string; readonly effort?: string } {
    const { model, effort } = this.#byType.get(this.resolve(wanted).agentType) ?? {};
    return { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) };
  }

  /** What an agent of this type is told beside its brief; empty where no file says it. */
  async instructionsOf(agentType: string): Promise<string> {
    const file = this.#byType.get(agentType)?.file;
    if (file === undefined) return "";
    const text = await readFile(file, "utf8").catch(() => "");
    return text.replace(/^\uFEFF?---[ \t]*\r?\n[\s\S]*?\n---[ \t]*(?:\r?\n|$)/, "").trim();
  }

  /** Whether an agent of this type can call task_report; of an unknown one that is taken for granted. */
  canReport(agentType: string): boolean {
    return this.#byType.get(agentType)?.canReport ?? true;
  }

  #typeOf(name: string): string | undefined {
    if (this.#byType.has(name)) return name;
    if (this.#byType.has(OWN + name)) return OWN + name;
    const builtIn = BUILT_IN.get(name.toLowerCase());
    if (builtIn !== undefined) return builtIn;
    const [only, another] = this.#agents.filter(({ type }) => type.endsWith(`:${name}`));
    return another === undefined ? only?.type : undefined;
  }

  /** This plugin's own roles go by their plain names, as long as nobody else has them. */
  #roleOf(type: string): string {
    const name = type.startsWith(OWN) ? type.slice(OWN.length) : type;
    return this.#byType.has(name) ? type : name;
  }
}

const NONE = { current: async () => [] };

function plainName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1).toLowerCase();
}

/** 0 for the same name, 1 for one that has nothing in common; names that share a word are near. */
function apart(a: string, b: string): number {
  const share = distance(a, b) / Math.max(a.length, b.length, 1);
  const words = a.split(/[-_ ]/).filter((word) => word.length >= SHORTEST_WORD);
  return words.some((word) => b.split(/[-_ ]/).includes(word)) ? Math.min(share, NEAR) : share;
}
