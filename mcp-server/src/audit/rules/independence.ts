import type { Prompt } from "../conversation/conversation.ts";
import { fileName } from "../conversation/transcript-path.ts";
import type { AgentRun } from "../session/agent-run.ts";

/** Work that needs what others did before it, as the description of a launch names it. */
const AFTERWORK =
  /\b(?:review|verif\w*|validat\w*|check|fix\w*|debug\w*|retry|integrat\w*|merg\w*|combin\w*|synthesi[sz]\w*|summari[sz]\w*|finali[sz]\w*|follow|continu\w*|address|apply|implement\w*|execut\w*)\b/gi;
/** Words of a prompt that point to what came before. */
const POINTS_BACK =
  /\b(?:based on|previous(?:ly)?|earlier|above|findings|as (?:found|identified|described|established)|results? (?:of|from)|output (?:of|from)|the (?:first|other|last|prior) (?:agent|task|step)|already (?:done|created|implemented|written|exists?|added)|now that|after the)\b/i;
/** Paths, dotted and compound names: what a prompt has from a report and not out of the air. */
const IDENTIFIER = /[\w@-]*\w[./_:-][\w./_:@-]*\w|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z]+[A-Z]\w+\b/g;
const MIN_IDENTIFIER = 6;

/**
 * Whether one agent could not have started before another had ended, as far as a transcript shows. When in
 * doubt it could not: it is the same task once more, or work on top of the other's by its name; its prompt
 * points back, or names something that only the other's report had brought up; or it read or wrote a file
 * that the other wrote.
 */
export function isPrerequisite(
  earlier: AgentRun,
  later: AgentRun,
  promptsOfUser: readonly Prompt[],
): boolean {
  return (
    isSameTask(earlier, later) ||
    isAfterwork(earlier, later) ||
    POINTS_BACK.test(later.prompt) ||
    touchesWorkOf(earlier, later) ||
    knowsFromReport(earlier, later, promptsOfUser)
  );
}

/** Whether two launches are for the same task, so that the later one is another try. */
export function isSameTask(a: AgentRun, b: AgentRun): boolean {
  const normal = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
  const [one, other] = [normal(a.name), normal(b.name)];
  if (one === other) return true;
  const promptOfA = a.launch?.prompt ?? "";
  return promptOfA !== "" && promptOfA === b.launch?.prompt;
}

/** Reviews after one another are alike; a review after an implementation is not. */
function isAfterwork(earlier: AgentRun, later: AgentRun): boolean {
  const before = new Set(words(`${earlier.name} ${earlier.agentType}`));
  return words(`${later.name} ${later.agentType}`).some((word) => !before.has(word));
}

function words(text: string): string[] {
  return [...text.matchAll(AFTERWORK)].map(([word]) => word.toLowerCase().slice(0, 5));
}

/** Whether the later agent read or wrote what the earlier one wrote, or was told of it. */
export function touchesWorkOf(earlier: AgentRun, later: AgentRun): boolean {
  return [...(earlier.conversation?.writes ?? [])].some(
    ([key, { path }]) =>
      later.conversation?.writes.has(key) ||
      later.conversation?.reads.has(key) ||
      namesFile(later.prompt, path),
  );
}

/** Whether a text names a file, by its path or by its bare name. */
export function namesFile(text: string, path: string): boolean {
  const name = fileName(path);
  return name.length >= MIN_IDENTIFIER - 1 && text.includes(name);
}

function knowsFromReport(earlier: AgentRun, later: AgentRun, promptsOfUser: readonly Prompt[]): boolean {
  const known = [earlier.prompt, ...promptsOfUser.map((prompt) => prompt.text)].join("\n");
  return [...later.prompt.matchAll(IDENTIFIER)].some(
    ([name]) => name.length >= MIN_IDENTIFIER && earlier.report.includes(name) && !known.includes(name),
  );
}
