const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|__mocks__|__snapshots__|e2e|cypress)\//i;
const TEST_NAME =
  /(?:[._-](?:test|spec|tests|specs)\.[^/]+|(?:^|\/)(?:test_[^/]+|conftest)\.py|Tests?\.(?:java|kt|cs|swift|php|scala))$/;
const DOCUMENT =
  /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|pdf|docx?|odt)$|(?:^|\/)(?:LICEN[CS]E|NOTICE|AUTHORS|COPYING|README|CHANGELOG|CODEOWNERS)$/i;
/** By ending, by name, or by the dot that hides it. */
const CONFIGURATION =
  /\.(?:json[5c]?|ya?ml|toml|ini|cfg|conf|properties|env|lock|lockb|sum|mod|gradle|csproj|sln|plist|editorconfig|tfvars)$|(?:^|\/)\.[^/]|[.-](?:config|rc)\.[cm]?[jt]s$|(?:^|\/)(?:Makefile|Dockerfile[^/]*|Procfile|Gemfile|Pipfile|Jenkinsfile|Vagrantfile|pom\.xml|requirements[^/]*\.txt)$/i;
const MEDIA =
  /\.(?:png|jpe?g|gif|webp|avif|ico|svg|bmp|mp[34]|wav|ogg|webm|woff2?|ttf|otf|zip|gz|csv|tsv|sqlite|db|map|log|snap)$/i;

/** What a file is for, by the customs of the common languages: by its name alone, because it may be gone. */
export function fileKind(path: string): "source" | "test" | "other" {
  if (isTestFile(path)) return "test";
  return [DOCUMENT, CONFIGURATION, MEDIA].some((names) => names.test(path)) ? "other" : "source";
}

/** Whether a path is a test by the customs of the common languages. */
function isTestFile(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_NAME.test(path);
}
