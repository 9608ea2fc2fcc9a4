import { type CommandSegment, commandSegments } from "./command-segments.ts";

/**
 * A test run; another way to find out whether work is right: a build, a linter, a run of the program; or only a look at
 * it: a file shown, a comparison.
 */
export type CheckKind = "test" | "verify" | "look";

export interface CommandCheck {
  readonly kind: CheckKind;
  /** Whether the exit code of the whole command is that of the check. */
  readonly hasOwnExitCode: boolean;
}

const MAX_COMMAND_LENGTH = 8_000;
const MAX_NESTING = 3;

/** Programs that run tests whatever they are told. */
const TEST_PROGRAM =
  /^(?:vitest|jest|mocha|ava|tap|tape|jasmine|karma|uvu|qunit|cypress|playwright|wdio|nightwatch|testcafe|cucumber(?:-js)?|wtr|py\.?test\d?|tox|nox|nose2?|nosetests|behave|unittest|doctest|stestr|rspec|minitest|phpunit|pest|behat|codecept|paratest|phpspec|ctest|bats|shellspec|busted|gotestsum|ginkgo|nextest|prove|eunit|proper|ct_run|xctest|xcodebuild-test|vstest(?:\.console)?|mstest|nunit3?(?:-console)?|xunit(?:\.console)?|pester|invoke-pester|testem|detox|maestro|artillery|k6|testament|kaocha|junit|surefire|failsafe|robot|jest-cli|mutmut|stryker|testonly|testquick)$/;
/** Words by which people and tools name what runs tests. */
const TEST_WORD =
  /^(?:tests?|testing|specs?|e2e|(?:run|unit|integration|all|smoke|py|functional|acceptance|regression|system|api|ui|load|conformance|end-?to-?end)-?tests?|test-?(?:all|unit|suite|ci|run|runner|e2e|debug)|tst)$/;
/** Words that name a check of any kind. */
const LOOK_WORD =
  /^(?:checks?|checking|verify|verification|validat(?:e|es|ion|or)|lint(?:s|er|ing)?|typecheck|typechecking|types|tsc|vet|analy[sz]e|analysis|build|builds|rebuild|compile|assemble|bundle|package|ci|coverage|cov|qa|quality|audit|doctor|diff|dialyzer|credo|clippy|fmt-check|format-check|precommit|pre-?flight|smoke|bench|benchmark|preview|storybook|prove|inspect|review|sanity|diagnostics?)$/;
/** Linters, formatters and compilers: what they are given is looked at, also where it is a test. */
const LINT_PROGRAM =
  /^(?:eslint(?:_d)?|oxlint|biome|prettier|standard|xo|stylelint|htmlhint|markdownlint(?:-cli2?)?|ruff|flake8|pylint|pycodestyle|pydocstyle|mypy|pyright|basedpyright|pytype|pyre|ty|bandit|black|isort|djlint|py_compile|compileall|tsc|vue-tsc|svelte-check|astro|attw|publint|knip|depcheck|madge|tsd|clang(?:\+\+|-tidy|-format)?|gcc|g\+\+|cc|c\+\+|javac|kotlinc|rustc|swiftc|scalac|ghc|rubocop|standardrb|sorbet|srb|brakeman|phpstan|psalm|php-cs-fixer|pint|phpcs|golangci-lint|staticcheck|gofmt|govulncheck|shellcheck|shfmt|hadolint|yamllint|actionlint|ansible-lint|tflint|tfsec|checkov|kubeconform|kubeval|sqlfluff|xmllint|jsonlint|ajv|vale|codespell|typos|swiftlint|swiftformat|ktlint|detekt|checkstyle|spotbugs|pmd|lint-staged|semgrep|trivy|lighthouse|pa11y|axe|invoke-scriptanalyzer|nginx)$/;
const BUILD_PROGRAM =
  /^(?:make|gmake|msbuild|xbuild|cmake|meson|ninja|webpack|rollup|esbuild|vite|parcel|tsup|pre-commit|lefthook)$/;
/** These show files, unless they only filter what another command prints, or write a file. */
const READING_PROGRAM =
  /^(?:cat|bat|head|tail|less|more|nl|sed|awk|gawk|diff|colordiff|delta|cmp|comm|grep|egrep|fgrep|rg|ag|ack|jq|yq|xxd|od|hexdump|get-content|gc|select-string|sls|compare-object|fc|findstr)$/;
/** Running what was written shows whether it works. */
const RUNNING_PROGRAM =
  /^(?:node|deno|bun|tsx|ts-node|python\d?(?:\.\d+)?|py|ruby|php|perl|java|lua|rscript|julia|psql|sqlite3|mysql|docker-compose|act)$/;
/** These run it when they are told to. */
const RUNS_ON_DEMAND = /^(?:go|cargo|dotnet|swift|deno|bun|elixir|mix|zig|stack|cabal)$/;
const HTTP_CLIENT = /^(?:curl|http|https|httpie|xh|wget|invoke-webrequest|invoke-restmethod|iwr|irm)$/;
/** The address of something that runs here, and not of a download. */
const OWN_ADDRESS = /\blocalhost\b|\b127\.0\.0\.1\b|\b0\.0\.0\.0\b|\[::1\]|:\d{2,5}(?:\/|$)|\$\{?\w/;
/** These neither test nor look, whatever their parameters are called. */
const OTHER_PROGRAM =
  /^(?:cd|pushd|popd|ls|ll|dir|mkdir|md|rmdir|rd|rm|del|cp|copy|mv|move|ren|touch|chmod|chown|ln|echo|printf|export|set|unset|setx|source|\.|alias|sleep|wait|timeout\.exe|kill|pkill|killall|taskkill|which|where|whereis|type|command|hash|pwd|tree|find|fd|wc|du|df|stat|file|date|whoami|id|uname|hostname|open|start|code|vim?|nvim|nano|emacs|tee|tar|zip|unzip|gzip|gunzip|rsync|scp|sftp|ssh-keygen|jobs|fg|bg|clear|history|read|true|false|test|\[|\[\[|exit|return|break|continue|basename|dirname|realpath|readlink|mktemp|tr|cut|sort|uniq|paste|column|rev|ps|top|lsof|netstat|ss|printenv|man|help|brew|apt|apt-get|dnf|yum|apk|pacman|snap|choco|winget|scoop|(?:new|remove|copy|move|rename|set|out|write|add|clear|push|pop|get|test|start|stop|import|export|join|split|resolve|measure|format|where|foreach|convertto|convertfrom)-(?!content$)[a-z]+)$/;
/** What git shows of the work; its other commands are no look at it. */
const GIT_LOOK = /^(?:diff|difftool|show|log|status|blame|grep|bisect|range-diff|apply)$/;
const CODE_HOST_LOOK = /^(?:checks|watch|view|diff)$/;

const PACKAGE_MANAGER =
  /^(?:npm|pnpm|yarn|bun|deno|pip\d?|pipx|poetry|uv|pdm|rye|hatch|pipenv|conda|mamba|cargo|rustup|gem|bundle|composer|go|dotnet|nuget|flutter|dart|mix|rebar3|cabal|stack|opam|sbt|luarocks|pod|vcpkg|conan|volta|nvm|asdf|mise|rbenv|pyenv|sdk|terraform|helm)$/;
/** What a package manager does with packages and not with the work. */
const PACKAGES =
  /^(?:install|i|ci|add|remove|rm|uninstall|un|update|upgrade|up|outdated|why|ls|list|link|unlink|init|create|new|publish|login|logout|search|view|info|show|get|mod|restore|deps\.get|fetch|vendor|sync|lock|dedupe|prune|cache|config|set|use|version|clean|import|require|dlx-cache)$/;
/** `go test` is checked before: these are names of its other commands. */
const SHORT_TEST: ReadonlySet<string> = new Set(["npm t", "pnpm t", "cargo t", "npm tst", "dotnet vstest"]);

/** Shells and wrappers that get a whole command as one of their parameters. */
const TAKES_COMMAND =
  /^(?:bash|sh|zsh|dash|ksh|fish|pwsh|powershell|cmd|wsl|su|ssh|env|eval|watch|nix-shell|nix|xargs|parallel|entr|script|docker|podman|kubectl|vagrant|sudo|timeout|time|if|then|do|while|until|else|!)$/;
/** What docker does with images and containers, beside running something in one. */
const CONTAINER_COMMAND = /^(?:exec|run|compose|build|buildx|logs|up|start)$/;
/** Only tells of itself. */
const SELF = /^(?:--version|--help|-h|-V)$/;
/** A file that is worked on; `web.test` is the name of a task. */
const FILE = /\.(?!tests?$)\w{1,5}$/;
/** What follows these is left out of a run: `gradle build -x test`. */
const LEAVES_OUT = /^(?:-x|--exclude(?:-task)?|--skip|--ignore|--without)$/;
const CONTAINER_OPTION = /^(?:-[tfvewpunl]|--(?:tag|name|file|volume|env|workdir|user|network|namespace))$/;
/** A time limit, an assignment, `cmd /c`. */
const NO_PROGRAM = /^(?:\/c|\d+(?:\.\d+)?[smhd]?|[A-Za-z_]\w*=.*)$/i;
/** The command follows a name of the place where it runs. */
const RUNS_ELSEWHERE = /^(?:docker|podman|kubectl|vagrant|ssh|su|nix|xargs)$/;
/** The command is all that follows. */
const PASSES_ON = /^(?:sudo|time|timeout|env|eval|if|then|do|while|until|else|!)$/;
const MAX_STARTS = 8;
const SHELL = /^(?:bash|sh|zsh|dash|ksh|fish|pwsh|powershell|cmd|wsl)$/;
/** Reads a script and does not run it. */
const SYNTAX_ONLY = /^(?:--check|-n|-l|-c)$/;
/** A call of tests in code that an interpreter is given. */
const TEST_CODE = /\b(?:tests?|unittest|pytest)\b[^;]*\(|\.test\(/;
const SCRIPT =
  /\.(?:[cm]?[jt]sx?|py|rb|php|pl|sh|bash|zsh|ps1|bat|cmd|exe|lua|jl|exs?|kts?|groovy|fsx|csx|r)$/i;

/**
 * Whether a shell command tests or looks at work, by what its words say and whatever runs them; `undefined` where it
 * does neither. Of several commands in a line a test run counts more than a look.
 */
export function commandCheck(command: string): CommandCheck | undefined {
  return checkIn(command.slice(0, MAX_COMMAND_LENGTH), MAX_NESTING);
}

/** Whether a tool other than a shell tests or looks at work, by its name: an editor's diagnostics, a browser's snapshot. */
export function toolCheck(tool: string): CheckKind | undefined {
  const words = wordsIn(tool.replace(/^mcp__/, ""));
  if (words.some((word) => TEST_WORD.test(word))) return "test";
  if (words.some((word) => LOOK_WORD.test(word))) return "verify";
  return words.some((word) => /^(?:screenshot|snapshot|grep|lsp)$/.test(word)) ? "look" : undefined;
}

const WRITING_PROGRAM =
  /^(?:cp|copy|copy-item|mv|move|move-item|tee|patch|set-content|add-content|out-file|new-item)$/;

/** Whether a shell command writes files, as far as its words say so. */
export function isWritingCommand(command: string): boolean {
  return commandSegments(command.slice(0, MAX_COMMAND_LENGTH)).some(({ words, isRedirected }) => {
    const [program = "", ...others] = words;
    return (
      isRedirected ||
      WRITING_PROGRAM.test(programOf(program)) ||
      (/^(?:sed|perl|ruby)$/.test(program) && others.some((word) => /^-\w*i|^--in-place/.test(word))) ||
      (program === "git" && /^(?:apply|mv|restore|checkout)$/.test(others[0] ?? ""))
    );
  });
}

/** Of several commands in a line the one that says most counts. */
const WEIGHT: Readonly<Record<CheckKind, number>> = { look: 0, verify: 1, test: 2 };

function checkIn(command: string, depth: number): CommandCheck | undefined {
  const segments = commandSegments(command);
  let found: CommandCheck | undefined;
  segments.forEach((segment, i) => {
    const kind = kindOf(segment, depth);
    if (kind === undefined || (found !== undefined && WEIGHT[kind] < WEIGHT[found.kind])) return;
    const isLast =
      i === segments.length - 1 &&
      segment.operator !== "&" &&
      !segment.words.some((word) => /[|;]/.test(word));
    found = { kind, hasOwnExitCode: isLast };
  });
  return found;
}

function kindOf(segment: CommandSegment, depth: number): CheckKind | undefined {
  const [first = "", ...others] = segment.words;
  const program = programOf(first);
  if (others.some((word) => SELF.test(word))) return undefined;
  if (SHELL.test(program) && others[0] === "-n") return "verify";
  if (TAKES_COMMAND.test(program)) {
    const nested = depth > 0 ? nestedCheck(program, others, depth) : undefined;
    if (nested !== undefined || PASSES_ON.test(program)) return nested;
  }
  if (OTHER_PROGRAM.test(program) && !isOwnScript(first)) return undefined;
  const parameters = parametersOf(program, others);
  const [command = ""] = parameters;
  if (program === "git") return parameters.some((word) => GIT_LOOK.test(word)) ? "look" : undefined;
  if (/^(?:gh|glab)$/.test(program)) {
    return parameters.some((word) => CODE_HOST_LOOK.test(word)) ? "look" : undefined;
  }
  if (/^(?:docker|podman)$/.test(program) && !CONTAINER_COMMAND.test(command)) return undefined;
  if (PACKAGE_MANAGER.test(program)) {
    if (SHORT_TEST.has(`${program} ${command}`)) return "test";
    if (PACKAGES.test(command) || /^(?:pip|tool|self)$/.test(command)) return undefined;
  }
  if (READING_PROGRAM.test(program)) return isReading(program, segment) ? "look" : undefined;
  if (HTTP_CLIENT.test(program)) return others.some((word) => OWN_ADDRESS.test(word)) ? "verify" : undefined;
  return kindByWords(program, first, others, parameters);
}

/** What is neither an option nor the value of one that is known to have a value. */
function parametersOf(program: string, words: readonly string[]): string[] {
  const valued = /^(?:docker|podman|kubectl)$/.test(program) ? CONTAINER_OPTION : LEAVES_OUT;
  return words.filter((word, i) => !valued.test(words[i - 1] ?? "") && !word.startsWith("-"));
}

function kindByWords(
  program: string,
  first: string,
  others: readonly string[],
  parameters: readonly string[],
): CheckKind | undefined {
  const isInterpreter = RUNNING_PROGRAM.test(program) || SHELL.test(program);
  const options = others.flatMap((word) => optionNames(word));
  if (isInterpreter && SYNTAX_ONLY.test(others[0] ?? "")) return "verify";
  const names = [first, ...parameters].filter((word, i) => isName(word, i < (isInterpreter ? 2 : 1)));
  const own = names.flatMap(namesIn);
  const says = PACKAGE_MANAGER.test(program) ? own.slice(2).flatMap(wordsIn) : own.flatMap(wordsIn);
  const deciding = own.find((name) => TEST_PROGRAM.test(name) || LINT_PROGRAM.test(name));
  if (deciding !== undefined && TEST_PROGRAM.test(deciding)) {
    return parameters.some((word) => /^(?:install|init|codegen|open)$/.test(word)) ? undefined : "test";
  }
  if (deciding !== undefined) return "verify";
  const isTest = [...own, ...says, ...options].some((word) => TEST_WORD.test(word));
  if (isTest || (isInterpreter && others.some((word) => TEST_CODE.test(word)))) return "test";
  if (program === "sbt" && parameters.some((word) => /^test/i.test(word))) return "test";
  if ([...own, ...says, ...options].some((word) => LOOK_WORD.test(word))) {
    const runsTests = isTaskRunner(program) && says.some((word) => /^(?:check|verify)$/.test(word));
    return runsTests ? "test" : "verify";
  }
  if (RUNS_ON_DEMAND.test(program)) return parameters[0] === "run" ? "verify" : undefined;
  const isRun = RUNNING_PROGRAM.test(program) || isOwnScript(first);
  return isRun || own.some((name) => BUILD_PROGRAM.test(name)) ? "verify" : undefined;
}

/** `make check` and `mvn verify` run the tests; `cargo check` and `deno check` only compile. */
function isTaskRunner(program: string): boolean {
  return /^(?:g?make|ninja|meson|just|task|mise|rake|mvnw?|mvnd|gradlew?|dune|npm|pnpm|yarn|bun|r|sbt|ant|invoke|inv)$/.test(
    program,
  );
}

/** The command that a shell, or what stands for one, is given as one parameter or as all of them. */
function nestedCheck(program: string, words: readonly string[], depth: number): CheckKind | undefined {
  const whole = words.filter((word) => /\s/.test(word)).map((word) => checkIn(word, depth - 1)?.kind);
  if (whole.includes("test")) return "test";
  const rest = words.slice(firstOfCommand(program, words));
  // Of `docker exec app npm test` any later word may be the program.
  const starts = RUNS_ELSEWHERE.test(program) ? Math.min(rest.length, MAX_STARTS) : 1;
  for (let i = 0; i < starts; i++) {
    const inner = { words: rest.slice(i), isPiped: false, isRedirected: false, operator: "" };
    const kind = inner.words.length === 0 ? undefined : kindOf(inner, depth - 1);
    if (kind === "test" || (kind !== undefined && i === 0)) return kind;
  }
  return whole.includes("verify") ? "verify" : undefined;
}

function firstOfCommand(program: string, words: readonly string[]): number {
  const isContainer = /^(?:docker|podman)$/.test(program);
  const from = isContainer
    ? words.findIndex((word) => /^(?:exec|run)$/.test(word)) + 1 || -1
    : words.findIndex((word) => !word.startsWith("-") && !NO_PROGRAM.test(word));
  return from < 0 ? words.length : from;
}

function programOf(word: string): string {
  const name = word.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1);
  return name.replace(/\.(?:exe|cmd|bat|ps1|sh)$/i, "").toLowerCase();
}

/** A word that can name a task or a program: no text, no address, and no file that is only worked on. */
function isName(word: string, isRun: boolean): boolean {
  if (word.length > 200 || word.includes("://")) return false;
  if (isRun || isOwnScript(word)) return !/\s/.test(word) || SCRIPT.test(word);
  return !/\s/.test(word) && !FILE.test(word);
}

/** The last part of a path without its ending, and its folder where that says that a test lies in it. */
function namesIn(word: string): string[] {
  const parts = word.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "...");
  const last = (parts.at(-1) ?? "").replace(SCRIPT, "");
  const folder = parts.at(-2) ?? "";
  return [last, last.toLowerCase(), ...(SCRIPT.test(word) && TEST_WORD.test(folder) ? [folder] : [])];
}

/** `testDebugUnitTest`, `web:test`, `run-tests`, `+test`, `foo.test` in words. */
function wordsIn(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
}

/** `--test`, `--check`, `-M:test` say what is done; `--test-timeout`, `--no-test` and `-DskipTests` do not. */
function optionNames(word: string): string[] {
  const [, name, value] = /^--?(?:[A-Z]:)?([a-z][a-z\d]*)(?:=(.*))?$/.exec(word) ?? [];
  if (name === undefined) return [];
  return /^(?:targets?|tasks?|scripts?|goals?)$/.test(name) && value !== undefined ? [value] : [name];
}

function isReading(program: string, { words, isPiped, isRedirected }: CommandSegment): boolean {
  if (isPiped || isRedirected) return false;
  return program !== "sed" || !words.some((word) => /^-\w*i|^--in-place/.test(word));
}

/** A program of the project, called by its path. */
function isOwnScript(word: string): boolean {
  return /^\.{1,2}[/\\]|^(?:bin|scripts?|tools?|build|dist|target|out)[/\\]/.test(word);
}
