import { type FindReferences, listPattern, listReader, type Reference } from "../markdown/references.ts";
import { ID, type Phase } from "./tasks.ts";

/**
 * Finds the phases, stories and tasks that a text names. Units are `phase 2` (its index), `task T003` and `story 1`
 * (the tasks with its tag, where no phase is named after it).
 */
export type Unit = string;

/** Phases that are found by their names; files have a dozen. */
const MAX_NAMES = 40;
const NUMBER = "\\d+(?:\\.\\d+)*|[A-Z]\\b";

export function referencesIn(phases: readonly Phase[]): FindReferences {
  const ids = phases.flatMap((phase) => phase.tasks.map(({ id }) => id));
  const known = new Set(ids);
  const labels = phases.map(({ label }) => label);
  const stories = storyPhases(phases);
  const isStoryPhase = new Set([...stories.values()].flat());
  const tagged = new Set(phases.flatMap((phase) => phase.tasks.flatMap(({ story }) => story ?? [])));
  const storyNames = [...new Set([...stories.keys(), ...[...tagged].map((tag) => tag.replace(/\D/g, ""))])];
  const names = phases
    .slice(0, MAX_NAMES)
    .flatMap((phase) => namePatterns(phase).map((pattern) => ({ phase, pattern })));
  const phasesOf = listReader(NUMBER, labels);
  const storiesOf = listReader("\\d+", storyNames);
  const tasksOf = listReader(ID, ids);
  const taskList = new RegExp(`(?<![\\w-])${listPattern(ID)}(?![\\w])`, "g");
  const phaseList = new RegExp(`\\bphases?\\s+(${listPattern(NUMBER, "(?:phases?\\s+)?")})(\\s*\\+)?`, "gi");
  const storyList = new RegExp(
    `\\b(?:(?:user\\s+)?stor(?:y|ies)\\s+(?:US-?)?|US-?\\s?)(${listPattern("\\d+", "(?:US-?|(?:user\\s+)?story\\s+)?")})`,
    "gi",
  );
  const allStories = /\b(?:user\s+)?stories\b(?!\s+(?:US-?)?\d)/gi;
  const at = (found: RegExpExecArray, units: Unit[]): Reference => ({
    start: found.index,
    end: found.index + found[0].length,
    units,
  });
  return (text) => {
    const references: Reference[] = [];
    for (const found of text.matchAll(phaseList)) {
      const members = phasesOf(found[1] ?? "");
      const first = labels.indexOf(members.at(-1) ?? "");
      const named = found[2] === undefined || first < 0 ? members : [...members, ...labels.slice(first)];
      references.push(
        at(
          found,
          phases
            .filter(({ label }) => label !== "" && named.includes(label))
            .map(({ index }) => `phase ${index}`),
        ),
      );
    }
    for (const found of text.matchAll(storyList)) {
      const numbers = storiesOf(found[1] ?? "");
      references.push(
        at(
          found,
          numbers.flatMap((number) => storyUnits(number, stories, tagged)),
        ),
      );
    }
    for (const found of text.matchAll(allStories))
      references.push(
        at(
          found,
          [...isStoryPhase].map((index) => `phase ${index}`),
        ),
      );
    for (const found of text.matchAll(taskList)) {
      const members = tasksOf(found[0]).filter((id) => known.has(id));
      references.push(
        at(
          found,
          members.map((id) => `task ${id}`),
        ),
      );
    }
    const taken = (start: number) => references.some((other) => start >= other.start && start < other.end);
    for (const { phase, pattern } of names) {
      for (const found of text.matchAll(pattern)) {
        if (!taken(found.index)) references.push(at(found, [`phase ${phase.index}`]));
      }
    }
    return references.filter(({ units }) => units.length > 0).sort((a, b) => a.start - b.start);
  };
}

function storyUnits(
  number: string,
  stories: ReadonlyMap<string, readonly number[]>,
  tagged: ReadonlySet<string>,
): Unit[] {
  const phases = stories.get(number);
  if (phases) return phases.map((index) => `phase ${index}`);
  return tagged.has(`US${number}`) ? [`story ${number}`] : [];
}

/** The phases that are named after a story. */
export function storyPhases(phases: readonly Phase[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { name: whole, index } of phases) {
    const [name = ""] = whole.split(/\b(?:depends|after|requires|needs|blocked)\b/i);
    const numbers = [...name.matchAll(/\b(?:user\s+story\s+|story\s+|US-?)(\d+)\b/gi)].map(
      ([, number = ""]) => number,
    );
    for (const number of new Set(numbers)) found.set(number, [...(found.get(number) ?? []), index]);
  }
  return found;
}

/** How a text names a phase without its number: by its name, at the beginning or end of a clause or list. */
function namePatterns({ name }: Phase): RegExp[] {
  const plain = name
    .replace(/[(（].*$/, "")
    .replace(/[^\p{L}\p{N})]+$/u, "")
    .trim();
  if (plain.length < 3 || /^(?:phase|tasks?|user stor)/i.test(plain)) return [];
  const escaped = plain.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const word = /^foundation/i.test(plain) ? `${escaped}|foundation(?:al)?` : escaped;
  return [
    new RegExp(
      `(?<=^|[,+&>→:]|\\b(?:on|and|the|by|for|after|all|before|to|blocks?|requires?|needs?|of)\\s)\\s*(?:${word})(?=\\s*(?:$|[,+&→.:-]|\\(|and\\b|phase\\b|layer\\b|complet|being\\b|is\\b|are\\b|has\\b|tasks?\\b|done\\b|finish))`,
      "gi",
    ),
  ];
}
