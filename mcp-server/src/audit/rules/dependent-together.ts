import { pathWithin } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { burstsOf, overlapInTime } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { namesFile } from "./independence.ts";
import { phrase } from "./phrase.ts";

const ORDER =
  /\b(?:after|once|when|as soon as|wait (?:for|until))\b[^.\n]{3,120}?\b(?:finish(?:es|ed)?|complete[ds]?|(?:is|are) (?:done|ready|available|in place)|has (?:run|finished|completed))\b/gi;
/** Words that two descriptions share without being about the same thing. */
const COMMON =
  /^(?:task|agent|create|write|implement|update|test|tests|code|file|files|module|review|build|with|from|that|this)$/;

export const dependentTogether: AuditRule = {
  id: "dependent-together",
  title: "Dependent tasks launched together",
  criterion:
    "Of two agents that were launched in one message and worked at the same moment, one looked for a file that was not there yet and that the other wrote afterwards; or it read a file that its prompt names before the other wrote it; or its prompt says to wait for what the other's description names.",
  instead: "Launch what needs a result when the result is there, and hand it over in the prompt.",
  find: (session) =>
    burstsOf(session).flatMap(({ runs }) =>
      runs.flatMap((later) =>
        runs
          .filter((earlier) => earlier !== later && overlapInTime(earlier, later))
          .flatMap((earlier) => judge(earlier, later))
          .slice(0, 1),
      ),
    ),
};

function judge(earlier: AgentRun, later: AgentRun): AuditFinding[] {
  const why = readTooEarly(earlier, later) ?? saysToWait(earlier, later);
  return why === undefined ? [] : [{ ...why, lostMs: 0, agents: [earlier, later], wasted: [later] }];
}

type Reason = Pick<AuditFinding, "file" | "place" | "what">;

function readTooEarly(earlier: AgentRun, later: AgentRun): Reason | undefined {
  const { conversation } = later;
  for (const [key, { path, line, firstMs, missingMs }] of conversation?.reads ?? []) {
    const written = earlier.conversation?.writes.get(key);
    if (conversation === undefined || written === undefined || conversation.writes.has(key)) continue;
    const wasMissing = missingMs !== undefined && missingMs < written.lastMs;
    if (!wasMissing && !(namesFile(later.prompt, path) && firstMs < written.firstMs)) continue;
    const how = wasMissing ? "looked for" : "read";
    return {
      file: conversation.file,
      place: { line, atMs: missingMs ?? firstMs },
      what: phrase`${{ quoted: later.name }} ${how} ${{ quoted: pathWithin(later.by, path) }} before ${{ quoted: earlier.name }}, launched in the same message, had written it`,
    };
  }
  return undefined;
}

function saysToWait(earlier: AgentRun, later: AgentRun): Reason | undefined {
  const { launch } = later;
  if (launch === undefined || later.isFromPlan) return undefined;
  const names = wordsOf(earlier.name).filter((word) => !wordsOf(later.name).includes(word));
  const order = [...launch.prompt.matchAll(ORDER)].find(([sentence]) => {
    const said = wordsOf(sentence);
    return names.length > 0 && names.every((word) => said.includes(word));
  });
  if (order === undefined) return undefined;
  return {
    file: later.by.file,
    place: { line: launch.line, atMs: launch.atMs },
    what: phrase`${{ quoted: later.name }} was told ${{ quoted: order[0] }}, and launched in the same message as ${{ quoted: earlier.name }}`,
  };
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  return words.filter((word) => !COMMON.test(word));
}
