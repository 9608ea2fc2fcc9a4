/** Ways in which test runners say that they ran none; the number is theirs, so that it is 0 for some reason. */
const NONE = [
  /\bno tests? (?:files? )?(?:were |was )?(?:found|ran|executed|collected|to run|is available|matches?)\b/i,
  /\bno test (?:files?|suites?|specs?|cases?) (?:were |was )?found\b/i,
  /\bno (?:specs|examples) found\b/i,
  /\[no test files\]/,
  /\bcollected 0 items\b/,
  /\bran 0 tests?\b/i,
  /\brunning 0 tests\b/,
  /\b0 (?:tests?|specs?|examples?|passing|passed|scenarios?)\b/i,
  /^[^\S\n]*(?:#|ℹ)? ?tests:?[ \t]+0\b/im,
  /^1\.\.0\b/m,
  /:test NO-SOURCE\b/,
];
/** What only a run of at least one test prints. */
const SOME = [
  /\b[1-9]\d* (?:tests?|specs?|examples?|scenarios?|passing|passed|pass|failing|failed|failures?|ok)\b/i,
  /\btests?(?: run| passed| suites)?:? +[1-9]\d*\b/i,
  /\bran [1-9]\d* /i,
  /^ok[ \t]+\S+[ \t]+(?:\d|\(cached\))/m,
  /^(?:not )?ok [1-9]\d*\b/m,
  /^--- (?:PASS|FAIL)\b/m,
  /\b(?:pass|fail):? [1-9]\d*\b/i,
];
const END = 20_000;

/** Whether the output of a command says that it looked for tests and ran none. Only the end of a long one is read. */
export function saysNoTestRan(output: string): boolean {
  const end = output.slice(-END);
  return NONE.some((pattern) => pattern.test(end)) && !SOME.some((pattern) => pattern.test(end));
}
