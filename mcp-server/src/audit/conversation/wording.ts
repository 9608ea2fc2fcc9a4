/**
 * What the audit reads out of what models say. It reads English; of other languages it says nothing, which
 * is why each rule that needs these words takes their absence for an answer only where the text is English.
 */

const ENGLISH = /\b(?:the|and|is|are|was|were|to|of|it|now|all|done|have|has|launch\w*)\b/i;

const FAILURE =
  /\b(?:fail(?:s|ed|ure|ures|ing)?|errors?|errored|crash(?:ed|es)?|broken?|could ?n[o'’]t|cannot|can ?n[o'’]t|can['’]t|unable|did ?n[o'’]t|(?:is|are|was|were|has|have) not|not (?:complete|completed|finished|done|able|found|run|verified)|missing|retry|retries|retrying|again|problems?|issues?|blocked|incomplete|partial(?:ly)?|unfinished|tim(?:ed|e) ?out|killed|stopped|refused|denied|rejected|limit|skipped|remain(?:s|ing)?|except|instead|however|unfortunately)\b|[❌✗✘⚠]/iu;

/** These boast, or name what was built; they admit nothing. */
const NO_FAILURE =
  /\b(?:no|0|zero|without(?: any)?) (?:\w{1,20} )?(?:errors?|failures?|failed|failing|problems?|issues?)\b|\berrors?[- ](?:handling|handlers?|messages?|states?|pages?|codes?|types?|boundar\w{1,5})\b|\b(?:fix(?:ed|es)?|resolve[ds]?|handle[ds]?) (?:\w{1,20} ){0,4}(?:fail\w{0,5}|errors?|issues?|problems?)\b/gi;

/** Words of somebody who does not say that it is over. */
const UNFINISHED =
  /\b(?:still|waiting|wait|pending|running|in progress|so far|meanwhile|shortly|will|next|yet|todo|launch(?:ed|ing)?|start(?:ed|ing)|spawn(?:ed|ing)|in the background|working on|as soon as)\b/i;

const SUCCESS =
  /\b(?:all|every|both|everything)\b[^.!?\n]{0,80}\b(?:pass(?:es|ed|ing)?|complete[ds]?|done|succeed(?:s|ed)?|successful(?:ly)?|finished|green|work(?:s|ing)?|implemented|fixed)\b|\bsuccessfully (?:completed?|implemented|finished|fixed|built)\b|\b(?:is|are) (?:now )?(?:fully )?(?:complete|done|finished|implemented)\b|^[^\w\n]{0,10}(?:done|completed?|finished|success)\b/im;

const TESTS_PASS =
  /\b(?:tests?|checks?|suites?|specs?|builds?|lint(?:er|ing)?)\b[^.!?\n]{0,40}\b(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|green|clean)\b/i;

/** The first words of a report that failed: it says so, or the host does in its place. */
const FAILED_FIRST =
  /^[^\w\n]{0,10}(?:(?:failed|failure|error|blocked|aborted|incomplete)(?=\s*[.!\n]|\s*$|\s*:(?!\s*(?:(?:0|none|nothing|false|n\/a)\b|no\s*(?:[,.;\n]|$)))|\s+[—–-]\s)|(?:unfortunately,? |sorry,? |but )?(?:i |we |this agent )?(?:could ?n[o'’]t|could not|cannot|can['’]t|was unable|were unable|am unable|unable to|failed to|was ?n[o'’]t able|was not able)\b(?! (?:find|identify|detect|spot|see|confirm|observe|locate)\b[^.\n]{0,40}\b(?:issues?|problems?|bugs?|errors?|vulnerabilit\w+|regressions?|evidence|anything|violations?|conflicts?|duplicates?|leaks?|differences?|failures?|usages?|references?|occurrences?)\b)(?! reproduce)|api error\b|prompt is too long\b|credit balance is too low|(?:claude (?:ai )?)?(?:\S+ )?(?:usage|rate|session|weekly|5-hour) limit (?:reached|exceeded)|you['’]ve (?:hit|reached) your\b[^.\n]{0,30}\blimit|you['’]re out of (?:extra )?usage|request timed out|execution error)/i;
/** A line that states how the agent's own work went; a verdict is about the work of others. */
const FAILED_OUTCOME =
  /^[^\w\n]{0,10}(?:status|outcome|task status|result)[^\w\n]{1,5}(?:failed|failure|blocked|incomplete|error)\b/im;

/** How test runners sum up a run in which something failed. */
const COUNTED_FAILURES = [
  /\b[1-9]\d{0,5} (?:tests? |specs? |checks? |suites? |examples? |assertions? |scenarios? )?(?:failed|failing|failures?|errored)\b/,
  /\b(?:failed|failures?|errors?): {0,3}[1-9]/i,
  /^# fail [1-9]/m,
  /^not ok \d/m,
  /^(?:--- )?FAIL(?:ED|URES!)?(?:$|[:\s!])/m,
  /\btest result: FAILED\b|\bBUILD FAIL(?:ED|URE)\b|\*\* TEST FAILED \*\*/,
];
/** The end of a command that did not do what it was called for. */
const NOT_RUN =
  /command not found|is not recognized as|no such file or directory|cannot find (?:the path|module)|missing script|unknown command|permission denied|requires approval|doesn['’]t want to proceed|timed out after|^exit code 1(?:2[4-7]|30|37|43)\b/im;
const IN_BACKGROUND = /^command running in background/i;

const AGENTS_DONE =
  /\b(\d{1,3}) (?:parallel |background |sub-?)?agents?\b[^.!?\n]{0,30}\b(?:completed?|finished|succeeded|done|returned|reported)\b/i;

/** Whether a text names anything that did not go well; also true of texts that cannot be judged. */
export function admitsFailure(text: string): boolean {
  return namesFailure(text) || !ENGLISH.test(text);
}

function namesFailure(text: string): boolean {
  return FAILURE.test(text.replace(NO_FAILURE, ""));
}

/** Whether a text leaves open how it all went: it names a failure, or that something goes on. */
function isOpen(text: string): boolean {
  return namesFailure(text) || UNFINISHED.test(text);
}

/** Whether a text claims that the work as a whole succeeded, with no word of anything else. */
export function claimsSuccess(text: string): boolean {
  return SUCCESS.test(text) && !isOpen(text);
}

/** Whether a text claims that tests, checks or a build pass, with no word of anything else. */
export function claimsTestsPass(text: string): boolean {
  return TESTS_PASS.test(text) && !isOpen(text);
}

/** How many agents a text claims to have finished, with no word of anything else. */
export function claimedAgents(text: string): number | undefined {
  if (isOpen(text)) return undefined;
  const match = AGENTS_DONE.exec(text)?.[1];
  return match === undefined ? undefined : Number(match);
}

/** Whether an agent's report says by its first words, or by a line about its outcome, that it failed. */
export function reportsFailure(report: string): boolean {
  return FAILED_FIRST.test(report.trim()) || FAILED_OUTCOME.test(report);
}

/** Whether the output of a check counts failures, whatever its exit code was made to be. */
export function countsFailures(output: string): boolean {
  return COUNTED_FAILURES.some((pattern) => pattern.test(output));
}

/** Whether a command's result says that it never ran, or not to its end. */
export function hasNotRun(output: string, isError: boolean): boolean {
  return IN_BACKGROUND.test(output) || (isError && NOT_RUN.test(output.slice(0, 600)));
}
