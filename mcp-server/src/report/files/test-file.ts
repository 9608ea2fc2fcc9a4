const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|e2e)\//i;
const TEST_NAME =
  /(?:[._-](?:test|spec|tests|specs)\.[^/]+|(?:^|\/)test_[^/]+\.py|Tests?\.(?:java|kt|cs|swift))$/;

/** Whether a path is a test by the customs of the common languages. */
export function isTestFile(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_NAME.test(path);
}
