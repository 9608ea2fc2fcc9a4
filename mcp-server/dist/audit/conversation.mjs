// import:report.mjs in audit/conversation.mjs
import { MAX_SILENCE_MS } from "../report.mjs";

// mcp-server/src/audit/conversation/activity.ts
var ConversationActivity = class {
  #spans = [];
  /** The stretches of work, in order and apart from each other. */
  get spans() {
    return this.#spans.filter(({ startMs, endMs }) => endMs > startMs);
  }
  /** @param endsWait whether nothing was done before it: it is the next prompt, or what an agent of its own answered. */
  note(atMs, endsWait) {
    const last = this.#spans.at(-1);
    if (last === void 0 || endsWait || atMs - last.endMs > MAX_SILENCE_MS) {
      this.#spans.push({
        startMs: Math.max(atMs, last?.endMs ?? atMs),
        endMs: Math.max(atMs, last?.endMs ?? atMs)
      });
    } else last.endMs = Math.max(last.endMs, atMs);
  }
};
function clipSpans(spans, fromMs, toMs) {
  return spans.map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, fromMs), endMs: Math.min(endMs, toMs) })).filter(({ startMs, endMs }) => endMs > startMs);
}

// mcp-server/src/audit/conversation/agent-message.ts
var MESSAGE = /<(teammate|agent)-message\b[^>]{0,500}?\b(?:teammate_id|from)="([^"]{1,200})"[^>]{0,500}>/g;
var FRAME = /^[^\S\n]*\[Subagent hand-back\][^\n]*(?:\n|$)/m;
function agentMessagesIn(text) {
  if (!text.includes("-message")) return [];
  return [...text.matchAll(MESSAGE)].map(({ 0: tag, 1: kind, 2: from = "", index }) => {
    const start = index + tag.length;
    const end = text.indexOf(`</${kind}-message>`, start);
    const whole = text.slice(start, end < 0 ? void 0 : end).trim();
    return { from, text: withoutFrame(whole), isHandBack: FRAME.test(whole) };
  });
}
function withoutFrame(text) {
  const frame = FRAME.exec(text);
  if (frame === null) return text;
  return text.slice(frame.index + frame[0].length).replace(/^ {2}/gm, "").trim();
}
function teammateName(id) {
  return id.replace(/@.*$/s, "");
}

// mcp-server/src/audit/conversation/command-segments.ts
var OPERATOR = /^(?:&&|\|\||\|&|[;|&\n])/;
var HEREDOC = /<<-?\s*(["']?)([A-Za-z_]\w*)\1([^\n]*\n)[\s\S]*?(?:^[ \t]*\2[ \t]*$|$(?![\s\S]))/gm;
var REDIRECTION = /^(\d?|&)(>{1,2}|<)(&\d|&-)?\s*/;
var ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;
function commandSegments(command) {
  const text = command.replace(HEREDOC, "$3").replace(/\\\r?\n/g, " ");
  const segments = [];
  let words = [];
  let isRedirected = false;
  let isPiped = false;
  const end = (operator) => {
    if (words.length > 0) segments.push({ words, isPiped, isRedirected, operator });
    isPiped = operator.startsWith("|") && operator !== "||";
    words = [];
    isRedirected = false;
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const operator = OPERATOR.exec(rest)?.[0];
    const redirection = REDIRECTION.exec(rest);
    if (/^[ \t\r(){}]/.test(rest)) at++;
    else if (rest.startsWith("#")) at += rest.search(/\n|$/);
    else if (redirection !== null) {
      at += redirection[0].length;
      const [, channel, direction, duplicate] = redirection;
      if (duplicate !== void 0) continue;
      const [target, length] = wordAt(text, at);
      isRedirected ||= direction !== "<" && channel !== "2" && target !== "/dev/null";
      at += length;
    } else if (operator !== void 0) {
      at += operator.length;
      end(operator.trim() === "" ? ";" : operator);
    } else {
      const [word, length] = wordAt(text, at);
      if (words.length > 0 || !ASSIGNMENT.test(word)) words.push(word);
      at += Math.max(1, length);
    }
  }
  end("");
  return segments;
}
function wordAt(text, from) {
  let word = "";
  let at = from;
  let quote = "";
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && /["\\$`]/.test(text.charAt(at + 1))) {
        word += text.charAt(++at);
      } else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "\\" && /[\s"'();&|]/.test(text.charAt(at + 1))) word += text.charAt(++at);
    else if (/[\s;|&()<>]/.test(character)) break;
    else word += character;
  }
  return [word, at - from];
}

// mcp-server/src/audit/conversation/check-command.ts
var MAX_COMMAND_LENGTH = 8e3;
var MAX_NESTING = 3;
var TEST_PROGRAM = /^(?:vitest|jest|mocha|ava|tap|tape|jasmine|karma|uvu|qunit|cypress|playwright|wdio|nightwatch|testcafe|cucumber(?:-js)?|wtr|py\.?test\d?|tox|nox|nose2?|nosetests|behave|unittest|doctest|stestr|rspec|minitest|phpunit|pest|behat|codecept|paratest|phpspec|ctest|bats|shellspec|busted|gotestsum|ginkgo|nextest|prove|eunit|proper|ct_run|xctest|xcodebuild-test|vstest(?:\.console)?|mstest|nunit3?(?:-console)?|xunit(?:\.console)?|pester|invoke-pester|testem|detox|maestro|artillery|k6|testament|kaocha|junit|surefire|failsafe|robot|jest-cli|mutmut|stryker|testonly|testquick)$/;
var TEST_WORD = /^(?:tests?|testing|specs?|e2e|(?:run|unit|integration|all|smoke|py|functional|acceptance|regression|system|api|ui|load|conformance|end-?to-?end)-?tests?|test-?(?:all|unit|suite|ci|run|runner|e2e|debug)|tst)$/;
var LOOK_WORD = /^(?:checks?|checking|verify|verification|validat(?:e|es|ion|or)|lint(?:s|er|ing)?|typecheck|typechecking|types|tsc|vet|analy[sz]e|analysis|build|builds|rebuild|compile|assemble|bundle|package|ci|coverage|cov|qa|quality|audit|doctor|diff|dialyzer|credo|clippy|fmt-check|format-check|precommit|pre-?flight|smoke|bench|benchmark|preview|storybook|prove|inspect|review|sanity|diagnostics?)$/;
var LINT_PROGRAM = /^(?:eslint(?:_d)?|oxlint|biome|prettier|standard|xo|stylelint|htmlhint|markdownlint(?:-cli2?)?|ruff|flake8|pylint|pycodestyle|pydocstyle|mypy|pyright|basedpyright|pytype|pyre|ty|bandit|black|isort|djlint|py_compile|compileall|tsc|vue-tsc|svelte-check|astro|attw|publint|knip|depcheck|madge|tsd|clang(?:\+\+|-tidy|-format)?|gcc|g\+\+|cc|c\+\+|javac|kotlinc|rustc|swiftc|scalac|ghc|rubocop|standardrb|sorbet|srb|brakeman|phpstan|psalm|php-cs-fixer|pint|phpcs|golangci-lint|staticcheck|gofmt|govulncheck|shellcheck|shfmt|hadolint|yamllint|actionlint|ansible-lint|tflint|tfsec|checkov|kubeconform|kubeval|sqlfluff|xmllint|jsonlint|ajv|vale|codespell|typos|swiftlint|swiftformat|ktlint|detekt|checkstyle|spotbugs|pmd|lint-staged|semgrep|trivy|lighthouse|pa11y|axe|invoke-scriptanalyzer|nginx)$/;
var BUILD_PROGRAM = /^(?:make|gmake|msbuild|xbuild|cmake|meson|ninja|webpack|rollup|esbuild|vite|parcel|tsup|pre-commit|lefthook)$/;
var READING_PROGRAM = /^(?:cat|bat|head|tail|less|more|nl|sed|awk|gawk|diff|colordiff|delta|cmp|comm|grep|egrep|fgrep|rg|ag|ack|jq|yq|xxd|od|hexdump|get-content|gc|select-string|sls|compare-object|fc|findstr)$/;
var RUNNING_PROGRAM = /^(?:node|deno|bun|tsx|ts-node|python\d?(?:\.\d+)?|py|ruby|php|perl|java|lua|rscript|julia|psql|sqlite3|mysql|docker-compose|act)$/;
var RUNS_ON_DEMAND = /^(?:go|cargo|dotnet|swift|deno|bun|elixir|mix|zig|stack|cabal)$/;
var HTTP_CLIENT = /^(?:curl|http|https|httpie|xh|wget|invoke-webrequest|invoke-restmethod|iwr|irm)$/;
var OWN_ADDRESS = /\blocalhost\b|\b127\.0\.0\.1\b|\b0\.0\.0\.0\b|\[::1\]|:\d{2,5}(?:\/|$)|\$\{?\w/;
var OTHER_PROGRAM = /^(?:cd|pushd|popd|ls|ll|dir|mkdir|md|rmdir|rd|rm|del|cp|copy|mv|move|ren|touch|chmod|chown|ln|echo|printf|export|set|unset|setx|source|\.|alias|sleep|wait|timeout\.exe|kill|pkill|killall|taskkill|which|where|whereis|type|command|hash|pwd|tree|find|fd|wc|du|df|stat|file|date|whoami|id|uname|hostname|open|start|code|vim?|nvim|nano|emacs|tee|tar|zip|unzip|gzip|gunzip|rsync|scp|sftp|ssh-keygen|jobs|fg|bg|clear|history|read|true|false|test|\[|\[\[|exit|return|break|continue|basename|dirname|realpath|readlink|mktemp|tr|cut|sort|uniq|paste|column|rev|ps|top|lsof|netstat|ss|printenv|man|help|brew|apt|apt-get|dnf|yum|apk|pacman|snap|choco|winget|scoop|(?:new|remove|copy|move|rename|set|out|write|add|clear|push|pop|get|test|start|stop|import|export|join|split|resolve|measure|format|where|foreach|convertto|convertfrom)-(?!content$)[a-z]+)$/;
var GIT_LOOK = /^(?:diff|difftool|show|log|status|blame|grep|bisect|range-diff|apply)$/;
var CODE_HOST_LOOK = /^(?:checks|watch|view|diff)$/;
var PACKAGE_MANAGER = /^(?:npm|pnpm|yarn|bun|deno|pip\d?|pipx|poetry|uv|pdm|rye|hatch|pipenv|conda|mamba|cargo|rustup|gem|bundle|composer|go|dotnet|nuget|flutter|dart|mix|rebar3|cabal|stack|opam|sbt|luarocks|pod|vcpkg|conan|volta|nvm|asdf|mise|rbenv|pyenv|sdk|terraform|helm)$/;
var PACKAGES = /^(?:install|i|ci|add|remove|rm|uninstall|un|update|upgrade|up|outdated|why|ls|list|link|unlink|init|create|new|publish|login|logout|search|view|info|show|get|mod|restore|deps\.get|fetch|vendor|sync|lock|dedupe|prune|cache|config|set|use|version|clean|import|require|dlx-cache)$/;
var SHORT_TEST = /* @__PURE__ */ new Set(["npm t", "pnpm t", "cargo t", "npm tst", "dotnet vstest"]);
var TAKES_COMMAND = /^(?:bash|sh|zsh|dash|ksh|fish|pwsh|powershell|cmd|wsl|su|ssh|env|eval|watch|nix-shell|nix|xargs|parallel|entr|script|docker|podman|kubectl|vagrant|sudo|timeout|time|if|then|do|while|until|else|!)$/;
var CONTAINER_COMMAND = /^(?:exec|run|compose|build|buildx|logs|up|start)$/;
var SELF = /^(?:--version|--help|-h|-V)$/;
var FILE = /\.(?!tests?$)\w{1,5}$/;
var LEAVES_OUT = /^(?:-x|--exclude(?:-task)?|--skip|--ignore|--without)$/;
var CONTAINER_OPTION = /^(?:-[tfvewpunl]|--(?:tag|name|file|volume|env|workdir|user|network|namespace))$/;
var NO_PROGRAM = /^(?:\/c|\d+(?:\.\d+)?[smhd]?|[A-Za-z_]\w*=.*)$/i;
var RUNS_ELSEWHERE = /^(?:docker|podman|kubectl|vagrant|ssh|su|nix|xargs)$/;
var PASSES_ON = /^(?:sudo|time|timeout|env|eval|if|then|do|while|until|else|!)$/;
var MAX_STARTS = 8;
var SHELL = /^(?:bash|sh|zsh|dash|ksh|fish|pwsh|powershell|cmd|wsl)$/;
var SYNTAX_ONLY = /^(?:--check|-n|-l|-c)$/;
var TEST_CODE = /\b(?:tests?|unittest|pytest)\b[^;]*\(|\.test\(/;
var SCRIPT = /\.(?:[cm]?[jt]sx?|py|rb|php|pl|sh|bash|zsh|ps1|bat|cmd|exe|lua|jl|exs?|kts?|groovy|fsx|csx|r)$/i;
function commandCheck(command) {
  return checkIn(command.slice(0, MAX_COMMAND_LENGTH), MAX_NESTING);
}
function toolCheck(tool) {
  const words = wordsIn(tool.replace(/^mcp__/, ""));
  if (words.some((word) => TEST_WORD.test(word))) return "test";
  if (words.some((word) => LOOK_WORD.test(word))) return "verify";
  return words.some((word) => /^(?:screenshot|snapshot|grep|lsp)$/.test(word)) ? "look" : void 0;
}
var WRITING_PROGRAM = /^(?:cp|copy|copy-item|mv|move|move-item|tee|patch|set-content|add-content|out-file|new-item)$/;
function isWritingCommand(command) {
  return commandSegments(command.slice(0, MAX_COMMAND_LENGTH)).some(({ words, isRedirected }) => {
    const [program = "", ...others] = words;
    return isRedirected || WRITING_PROGRAM.test(programOf(program)) || /^(?:sed|perl|ruby)$/.test(program) && others.some((word) => /^-\w*i|^--in-place/.test(word)) || program === "git" && /^(?:apply|mv|restore|checkout)$/.test(others[0] ?? "");
  });
}
var WEIGHT = { look: 0, verify: 1, test: 2 };
function checkIn(command, depth) {
  const segments = commandSegments(command);
  let found;
  segments.forEach((segment, i) => {
    const kind = kindOf(segment, depth);
    if (kind === void 0 || found !== void 0 && WEIGHT[kind] < WEIGHT[found.kind]) return;
    const isLast = i === segments.length - 1 && segment.operator !== "&" && !segment.words.some((word) => /[|;]/.test(word));
    found = { kind, hasOwnExitCode: isLast };
  });
  return found;
}
function kindOf(segment, depth) {
  const [first = "", ...others] = segment.words;
  const program = programOf(first);
  if (others.some((word) => SELF.test(word))) return void 0;
  if (SHELL.test(program) && others[0] === "-n") return "verify";
  if (TAKES_COMMAND.test(program)) {
    const nested = depth > 0 ? nestedCheck(program, others, depth) : void 0;
    if (nested !== void 0 || PASSES_ON.test(program)) return nested;
  }
  if (OTHER_PROGRAM.test(program) && !isOwnScript(first)) return void 0;
  const parameters = parametersOf(program, others);
  const [command = ""] = parameters;
  if (program === "git") return parameters.some((word) => GIT_LOOK.test(word)) ? "look" : void 0;
  if (/^(?:gh|glab)$/.test(program)) {
    return parameters.some((word) => CODE_HOST_LOOK.test(word)) ? "look" : void 0;
  }
  if (/^(?:docker|podman)$/.test(program) && !CONTAINER_COMMAND.test(command)) return void 0;
  if (PACKAGE_MANAGER.test(program)) {
    if (SHORT_TEST.has(`${program} ${command}`)) return "test";
    if (PACKAGES.test(command) || /^(?:pip|tool|self)$/.test(command)) return void 0;
  }
  if (READING_PROGRAM.test(program)) return isReading(program, segment) ? "look" : void 0;
  if (HTTP_CLIENT.test(program)) return others.some((word) => OWN_ADDRESS.test(word)) ? "verify" : void 0;
  return kindByWords(program, first, others, parameters);
}
function parametersOf(program, words) {
  const valued = /^(?:docker|podman|kubectl)$/.test(program) ? CONTAINER_OPTION : LEAVES_OUT;
  return words.filter((word, i) => !valued.test(words[i - 1] ?? "") && !word.startsWith("-"));
}
function kindByWords(program, first, others, parameters) {
  const isInterpreter = RUNNING_PROGRAM.test(program) || SHELL.test(program);
  const options = others.flatMap((word) => optionNames(word));
  if (isInterpreter && SYNTAX_ONLY.test(others[0] ?? "")) return "verify";
  const names = [first, ...parameters].filter((word, i) => isName(word, i < (isInterpreter ? 2 : 1)));
  const own = names.flatMap(namesIn);
  const says = PACKAGE_MANAGER.test(program) ? own.slice(2).flatMap(wordsIn) : own.flatMap(wordsIn);
  const deciding = own.find((name) => TEST_PROGRAM.test(name) || LINT_PROGRAM.test(name));
  if (deciding !== void 0 && TEST_PROGRAM.test(deciding)) {
    return parameters.some((word) => /^(?:install|init|codegen|open)$/.test(word)) ? void 0 : "test";
  }
  if (deciding !== void 0) return "verify";
  const isTest = [...own, ...says, ...options].some((word) => TEST_WORD.test(word));
  if (isTest || isInterpreter && others.some((word) => TEST_CODE.test(word))) return "test";
  if (program === "sbt" && parameters.some((word) => /^test/i.test(word))) return "test";
  if ([...own, ...says, ...options].some((word) => LOOK_WORD.test(word))) {
    const runsTests = isTaskRunner(program) && says.some((word) => /^(?:check|verify)$/.test(word));
    return runsTests ? "test" : "verify";
  }
  if (RUNS_ON_DEMAND.test(program)) return parameters[0] === "run" ? "verify" : void 0;
  const isRun = RUNNING_PROGRAM.test(program) || isOwnScript(first);
  return isRun || own.some((name) => BUILD_PROGRAM.test(name)) ? "verify" : void 0;
}
function isTaskRunner(program) {
  return /^(?:g?make|ninja|meson|just|task|mise|rake|mvnw?|mvnd|gradlew?|dune|npm|pnpm|yarn|bun|r|sbt|ant|invoke|inv)$/.test(
    program
  );
}
function nestedCheck(program, words, depth) {
  const whole = words.filter((word) => /\s/.test(word)).map((word) => checkIn(word, depth - 1)?.kind);
  if (whole.includes("test")) return "test";
  const rest = words.slice(firstOfCommand(program, words));
  const starts = RUNS_ELSEWHERE.test(program) ? Math.min(rest.length, MAX_STARTS) : 1;
  for (let i = 0; i < starts; i++) {
    const inner = { words: rest.slice(i), isPiped: false, isRedirected: false, operator: "" };
    const kind = inner.words.length === 0 ? void 0 : kindOf(inner, depth - 1);
    if (kind === "test" || kind !== void 0 && i === 0) return kind;
  }
  return whole.includes("verify") ? "verify" : void 0;
}
function firstOfCommand(program, words) {
  const isContainer = /^(?:docker|podman)$/.test(program);
  const from = isContainer ? words.findIndex((word) => /^(?:exec|run)$/.test(word)) + 1 || -1 : words.findIndex((word) => !word.startsWith("-") && !NO_PROGRAM.test(word));
  return from < 0 ? words.length : from;
}
function programOf(word) {
  const name = word.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1);
  return name.replace(/\.(?:exe|cmd|bat|ps1|sh)$/i, "").toLowerCase();
}
function isName(word, isRun) {
  if (word.length > 200 || word.includes("://")) return false;
  if (isRun || isOwnScript(word)) return !/\s/.test(word) || SCRIPT.test(word);
  return !/\s/.test(word) && !FILE.test(word);
}
function namesIn(word) {
  const parts = word.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "...");
  const last = (parts.at(-1) ?? "").replace(SCRIPT, "");
  const folder = parts.at(-2) ?? "";
  return [last, last.toLowerCase(), ...SCRIPT.test(word) && TEST_WORD.test(folder) ? [folder] : []];
}
function wordsIn(name) {
  return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z\d]+/).filter((word) => word !== "");
}
function optionNames(word) {
  const [, name, value] = /^--?(?:[A-Z]:)?([a-z][a-z\d]*)(?:=(.*))?$/.exec(word) ?? [];
  if (name === void 0) return [];
  return /^(?:targets?|tasks?|scripts?|goals?)$/.test(name) && value !== void 0 ? [value] : [name];
}
function isReading(program, { words, isPiped, isRedirected }) {
  if (isPiped || isRedirected) return false;
  return program !== "sed" || !words.some((word) => /^-\w*i|^--in-place/.test(word));
}
function isOwnScript(word) {
  return /^\.{1,2}[/\\]|^(?:bin|scripts?|tools?|build|dist|target|out)[/\\]/.test(word);
}

// import:host.mjs in audit/conversation.mjs
import { UsageCounter, countOf, hostFigure, objectOf, parseRecord, readLines, stringOf, taskNotificationsIn } from "../host.mjs";

// mcp-server/src/audit/conversation/launch-answer.ts
var ENDED_STATUS = /^(?:completed|failed|error|errored|timed_out|killed|stopped|cancelled|interrupted|rejected|read)$/;
var TEAMMATE = /^teammate/;
var LAUNCH_TEXT_LIMIT = 6e3;
var FIGURES_LENGTH = 300;
function launchAnswer(result, { toolResult }, place, textLimit) {
  const status = stringOf(toolResult.status);
  const end = result.text.slice(-FIGURES_LENGTH);
  return {
    ...place,
    isError: result.isError,
    isBackground: toolResult.isAsync === true || status !== "" && !ENDED_STATUS.test(status),
    isTeammate: TEAMMATE.test(status),
    agentId: stringOf(toolResult.agentId) || stringOf(toolResult.agent_id) || (/\bagent_?[iI]d: ([\w-]+(?:@[\w-]+)?)/.exec(result.text)?.[1] ?? ""),
    status,
    durationMs: countOf(toolResult.totalDurationMs) || hostFigure(end, "duration_ms"),
    tokens: countOf(toolResult.totalTokens) || hostFigure(end, "subagent_tokens"),
    text: withoutFrame(result.text).slice(0, textLimit)
  };
}

// import:node:path in audit/conversation.mjs
import { posix, win32 } from "node:path";

// mcp-server/src/audit/conversation/transcript-path.ts
var WINDOWS = /^(?:[A-Za-z]:[\\/]|\\\\)/;
var SHELL_DRIVE = /^\/([A-Za-z])(?=\/|$)/;
function transcriptPath(file, directory) {
  if (file === "" || file.includes("\0")) return void 0;
  if (!WINDOWS.test(file) && !WINDOWS.test(directory)) {
    return directory === "" ? posix.normalize(file) : posix.resolve(directory, file);
  }
  const native = file.replace(SHELL_DRIVE, "$1:");
  const absolute = directory === "" ? win32.normalize(native) : win32.resolve(directory, native);
  return absolute.replaceAll("\\", "/").replace(/^[a-z](?=:)/, (drive) => drive.toUpperCase());
}
function transcriptPathKey(path) {
  return WINDOWS.test(path) || path.startsWith("//") ? path.toLowerCase() : path;
}
function fileName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

// mcp-server/src/audit/conversation/touched-files.ts
var MAX_FILES = 2e3;
var TouchedFiles = class {
  writes = /* @__PURE__ */ new Map();
  reads = /* @__PURE__ */ new Map();
  /** @param replacesAll whether it wrote the whole file, and not a part of it */
  noteWrite(path, { line, atMs }, replacesAll) {
    const key = transcriptPathKey(path);
    const known = this.writes.get(key);
    const writes = known ?? { path, line, firstMs: atMs, lastMs: atMs };
    writes.lastMs = atMs;
    if (replacesAll) writes.replacedMs = atMs;
    if (known !== void 0 || this.writes.size < MAX_FILES) this.writes.set(key, writes);
  }
  noteRead(path, { line, atMs }, isMissing) {
    const key = transcriptPathKey(path);
    const known = this.reads.get(key);
    const reads = known ?? { path, line, lastLine: line, firstMs: atMs };
    reads.lastLine = line;
    if (isMissing) reads.missingMs ??= atMs;
    if (known !== void 0 || this.reads.size < MAX_FILES) this.reads.set(key, reads);
  }
};

// mcp-server/src/audit/conversation/wording.ts
var ENGLISH = /\b(?:the|and|is|are|was|were|to|of|it|now|all|done|have|has|launch\w*)\b/i;
var FAILURE = /\b(?:fail(?:s|ed|ure|ures|ing)?|errors?|errored|crash(?:ed|es)?|broken?|could ?n[o'’]t|cannot|can ?n[o'’]t|can['’]t|unable|did ?n[o'’]t|(?:is|are|was|were|has|have) not|not (?:complete|completed|finished|done|able|found|run|verified)|missing|retry|retries|retrying|again|problems?|issues?|blocked|incomplete|partial(?:ly)?|unfinished|tim(?:ed|e) ?out|killed|stopped|refused|denied|rejected|limit|skipped|remain(?:s|ing)?|except|instead|however|unfortunately)\b|[❌✗✘⚠]/iu;
var NO_FAILURE = /\b(?:no|0|zero|without(?: any)?) (?:\w{1,20} )?(?:errors?|failures?|failed|failing|problems?|issues?)\b|\berrors?[- ](?:handling|handlers?|messages?|states?|pages?|codes?|types?|boundar\w{1,5})\b|\b(?:fix(?:ed|es)?|resolve[ds]?|handle[ds]?) (?:\w{1,20} ){0,4}(?:fail\w{0,5}|errors?|issues?|problems?)\b/gi;
var UNFINISHED = /\b(?:still|waiting|wait|pending|running|in progress|so far|meanwhile|shortly|will|next|yet|todo|launch(?:ed|ing)?|start(?:ed|ing)|spawn(?:ed|ing)|in the background|working on|as soon as)\b/i;
var SUCCESS = /\b(?:all|every|both|everything)\b[^.!?\n]{0,80}\b(?:pass(?:es|ed|ing)?|complete[ds]?|done|succeed(?:s|ed)?|successful(?:ly)?|finished|green|work(?:s|ing)?|implemented|fixed)\b|\bsuccessfully (?:completed?|implemented|finished|fixed|built)\b|\b(?:is|are) (?:now )?(?:fully )?(?:complete|done|finished|implemented)\b|^[^\w\n]{0,10}(?:done|completed?|finished|success)\b/im;
var TESTS_PASS = /\b(?:tests?|checks?|suites?|specs?|builds?|lint(?:er|ing)?)\b[^.!?\n]{0,40}\b(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|green|clean)\b/i;
var FAILED_FIRST = /^[^\w\n]{0,10}(?:(?:failed|failure|error|blocked|aborted|incomplete)(?=\s*[.!\n]|\s*$|\s*:(?!\s*(?:(?:0|none|nothing|false|n\/a)\b|no\s*(?:[,.;\n]|$)))|\s+[—–-]\s)|(?:unfortunately,? |sorry,? |but )?(?:i |we |this agent )?(?:could ?n[o'’]t|could not|cannot|can['’]t|was unable|were unable|am unable|unable to|failed to|was ?n[o'’]t able|was not able)\b(?! (?:find|identify|detect|spot|see|confirm|observe|locate)\b[^.\n]{0,40}\b(?:issues?|problems?|bugs?|errors?|vulnerabilit\w+|regressions?|evidence|anything|violations?|conflicts?|duplicates?|leaks?|differences?|failures?|usages?|references?|occurrences?)\b)(?! reproduce)|api error\b|prompt is too long\b|credit balance is too low|(?:claude (?:ai )?)?(?:\S+ )?(?:usage|rate|session|weekly|5-hour) limit (?:reached|exceeded)|you['’]ve (?:hit|reached) your\b[^.\n]{0,30}\blimit|you['’]re out of (?:extra )?usage|request timed out|execution error)/i;
var FAILED_OUTCOME = /^[^\w\n]{0,10}(?:status|outcome|task status|result)[^\w\n]{1,5}(?:failed|failure|blocked|incomplete|error)\b/im;
var COUNTED_FAILURES = [
  /\b[1-9]\d{0,5} (?:tests? |specs? |checks? |suites? |examples? |assertions? |scenarios? )?(?:failed|failing|failures?|errored)\b/,
  /\b(?:failed|failures?|errors?): {0,3}[1-9]/i,
  /^# fail [1-9]/m,
  /^not ok \d/m,
  /^(?:--- )?FAIL(?:ED|URES!)?(?:$|[:\s!])/m,
  /\btest result: FAILED\b|\bBUILD FAIL(?:ED|URE)\b|\*\* TEST FAILED \*\*/
];
var NOT_RUN = /command not found|is not recognized as|no such file or directory|cannot find (?:the path|module)|missing script|unknown command|permission denied|requires approval|doesn['’]t want to proceed|timed out after|^exit code 1(?:2[4-7]|30|37|43)\b/im;
var IN_BACKGROUND = /^command running in background/i;
var AGENTS_DONE = /\b(\d{1,3}) (?:parallel |background |sub-?)?agents?\b[^.!?\n]{0,30}\b(?:completed?|finished|succeeded|done|returned|reported)\b/i;
function admitsFailure(text) {
  return namesFailure(text) || !ENGLISH.test(text);
}
function namesFailure(text) {
  return FAILURE.test(text.replace(NO_FAILURE, ""));
}
function isOpen(text) {
  return namesFailure(text) || UNFINISHED.test(text);
}
function claimsSuccess(text) {
  return SUCCESS.test(text) && !isOpen(text);
}
function claimsTestsPass(text) {
  return TESTS_PASS.test(text) && !isOpen(text);
}
function claimedAgents(text) {
  if (isOpen(text)) return void 0;
  const match = AGENTS_DONE.exec(text)?.[1];
  return match === void 0 ? void 0 : Number(match);
}
function reportsFailure(report) {
  return FAILED_FIRST.test(report.trim()) || FAILED_OUTCOME.test(report);
}
function countsFailures(output) {
  return COUNTED_FAILURES.some((pattern) => pattern.test(output));
}
function hasNotRun(output, isError) {
  return IN_BACKGROUND.test(output) || isError && NOT_RUN.test(output.slice(0, 600));
}

// mcp-server/src/audit/conversation/conversation-reader.ts
var MAX_STEPS = 2e4;
var MAX_AGENT_STEPS = 1e5;
var MAX_LAUNCHES = 2e4;
var MAX_WHOLE_LAUNCHES = 2e3;
var MAX_OPEN_CALLS = 2e4;
var PROMPT_LIMIT = 6e3;
var REPORT_LIMIT = 6e3;
var CLOSING_LIMIT = 4e3;
var OTHER_TEXT_LIMIT = 200;
var COMMAND_LIMIT = 8e3;
var NAME_LIMIT = 200;
var LAUNCHES = /* @__PURE__ */ new Set(["Agent", "Task"]);
var COLLECTS = /* @__PURE__ */ new Set(["TaskOutput", "AgentOutputTool", "AgentOutput"]);
var STOPS = /* @__PURE__ */ new Set(["TaskStop", "KillShell", "KillBash"]);
var WRITES = /* @__PURE__ */ new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);
var ASKS_USER = /* @__PURE__ */ new Set(["AskUserQuestion", "ExitPlanMode"]);
var BOOKKEEPING = /^(?:BashOutput|Todo(?:Write|Read)|Task(?:Create|Get|List|Update)|Team(?:Create|Delete)|ToolSearch|ListAgents|Skill|mcp__plugin_parallel_tasks__.*)$/;
var REPORT = /^mcp__.*__task_report$/;
var HOST_TEXT = /^\s*(?:<(?:system-reminder|local-command|bash-std|ide_|(?:cross-session|channel)-message)|Caveat: |Another Claude session sent|\[SYSTEM NOTIFICATION)/;
var OUTPUT_FILE = /\btasks[/\\]([\w-]+)\.output\b/;
var MISSING = /does not exist|no such file|not found/i;
var ConversationReader = class _ConversationReader {
  #file;
  #agentId;
  #isCopy;
  #usage = new UsageCounter();
  #activity = new ConversationActivity();
  #steps = [];
  #files = new TouchedFiles();
  #open = /* @__PURE__ */ new Map();
  /** Calls during which an agent of its own worked, and not this one. */
  #waits = /* @__PURE__ */ new Set();
  /** Of agents whose steps stand in this transcript, by the call that launched them. */
  #shown = /* @__PURE__ */ new Map();
  #directory = "";
  #startMs = 0;
  #endMs = 0;
  #nowMs = 0;
  #closing;
  #lastStatement;
  #hasUsage = false;
  #copied = 0;
  #broken = 0;
  #long = 0;
  #launches = 0;
  #droppedLaunches = 0;
  #dropped = 0;
  /** @param isCopy whether a record was read before, in this transcript or another one */
  constructor(file, agentId, isCopy = () => false) {
    this.#file = file;
    this.#agentId = agentId;
    this.#isCopy = isCopy;
  }
  noteBrokenLine() {
    this.#broken++;
  }
  noteLongLine() {
    this.#long++;
  }
  add(record, line) {
    if (record.isSidechain && record.agent === void 0 && this.#agentId === void 0) return;
    if (record.atMs !== void 0) this.#nowMs = record.atMs;
    const place = { line, atMs: this.#nowMs };
    if (this.#directory === "") this.#directory = transcriptPath(record.directory, "") ?? "";
    if (this.#isCopy(record)) {
      this.#copied++;
      return;
    }
    if (record.agent !== void 0) {
      this.#addShown(record.agent, { ...record, agent: void 0 }, line);
      return;
    }
    if (record.role !== "notification" && record.atMs !== void 0) {
      if (this.#startMs === 0) this.#startMs = record.atMs;
      this.#endMs = Math.max(this.#endMs, record.atMs);
      this.#activity.note(record.atMs, this.#endsWait(record));
    }
    if (record.role === "assistant") this.#addAssistant(record, place);
    else this.#addUser(record, place);
  }
  finish() {
    for (const step of this.#steps) {
      const shown = step.kind === "launch" ? this.#shown.get(step.callId) : void 0;
      if (step.kind === "launch" && shown !== void 0) step.shown = shown.finish();
    }
    return {
      file: this.#file,
      agentId: this.#agentId,
      directory: this.#directory,
      startMs: this.#startMs,
      endMs: this.#endMs,
      activity: this.#activity.spans,
      usage: this.#hasUsage ? this.#usage.total : void 0,
      copiedRecords: this.#copied,
      continuations: [],
      steps: this.#steps,
      writes: this.#files.writes,
      reads: this.#files.reads,
      closing: this.#closing,
      skipped: {
        brokenLines: this.#broken,
        longLines: this.#long,
        steps: this.#dropped,
        launches: this.#droppedLaunches
      }
    };
  }
  #addShown({ id, launchedBy }, record, line) {
    if (!this.#waits.has(launchedBy) || !this.#open.has(launchedBy)) return;
    const reader = this.#shown.get(launchedBy) ?? new _ConversationReader(this.#file, id || launchedBy);
    this.#shown.set(launchedBy, reader);
    reader.add(record, line);
  }
  /** The agent's last words are not among the steps that the host shows, but in its answer. */
  #endShown(launchedBy, { isError, isBackground, atMs }, isWhole) {
    const shown = this.#shown.get(launchedBy);
    if (isBackground || !isWhole) this.#shown.delete(launchedBy);
    else if (shown !== void 0 && !isError) {
      shown.#endMs = Math.max(shown.#endMs, atMs);
      shown.#activity.note(atMs, false);
    }
  }
  #endsWait({ role, blocks }) {
    if (role !== "user") return false;
    const results = blocks.filter((block) => block.kind === "result");
    return results.length === 0 || results.some(({ callId }) => this.#waits.has(callId));
  }
  #addAssistant(record, place) {
    this.#usage.add(record.messageId, record.usage, record.model);
    this.#hasUsage ||= Object.values(record.usage).some((tokens) => tokens > 0);
    for (const block of record.blocks) {
      if (block.kind === "call") {
        this.#closing = void 0;
        this.#call(block, record, place);
      } else if (block.kind === "text" && block.text.trim() !== "") {
        const kept = block.text.slice(0, CLOSING_LIMIT);
        const { isApiError } = record;
        const statement = {
          ...{ kind: "statement", ...place, text: kept, isApiError },
          admitsFailure: isApiError || admitsFailure(kept)
        };
        this.#step(statement);
        this.#closing = statement;
      }
    }
  }
  #addUser(record, place) {
    for (const block of record.blocks) {
      if (block.kind === "result") {
        this.#open.get(block.callId)?.(block, record, place);
        this.#open.delete(block.callId);
      } else if (block.kind === "text") {
        this.#addText(block.text, record, place);
      }
    }
  }
  #addText(said, record, place) {
    const { isDelivered, handBackFrom } = record;
    const notifications = taskNotificationsIn(said);
    for (const { summary, result, ...told } of notifications) {
      if (told.status === "") continue;
      const report = withoutFrame(result ?? summary).slice(0, REPORT_LIMIT);
      this.#step({ kind: "notice", ...place, ...told, summary, report, isDelivered });
    }
    const messages = agentMessagesIn(said);
    if (messages.length === 0 && handBackFrom !== "") {
      messages.push({ from: handBackFrom, text: withoutFrame(said), isHandBack: true });
    }
    for (const { from, text, isHandBack } of messages) {
      this.#step({
        ...{ kind: "notice", ...place, agentId: from, callId: "", isDelivered, summary: "" },
        ...{ status: isHandBack ? "completed" : "message", report: text.slice(0, REPORT_LIMIT) },
        ...{ durationMs: 0, tokens: 0 }
      });
    }
    const isUsers = record.role === "user" || isDelivered;
    const isHosts = notifications.length > 0 || messages.length > 0 || record.isFromHost || HOST_TEXT.test(said);
    if (!isUsers || isHosts || said.trim() === "") return;
    this.#step({ kind: "prompt", ...place, text: said.slice(0, PROMPT_LIMIT) });
  }
  #call(block, record, place) {
    const { tool, input } = block;
    if (LAUNCHES.has(tool)) this.#launch(block, record.messageId, place);
    else if (COLLECTS.has(tool)) this.#collect(block, place);
    else if (STOPS.has(tool) || tool === "SendMessage") {
      const agentId = stringOf(input.task_id) || stringOf(input.shell_id) || stringOf(input.to);
      this.#step({ kind: "message", ...place, agentId, isStop: STOPS.has(tool) });
    } else if (ASKS_USER.has(tool)) this.#step({ kind: "prompt", ...place, text: "" });
    else if (REPORT.test(tool))
      this.#check(block, "task_report", { kind: "verify", hasOwnExitCode: true }, place);
    else if (tool === "Skill" && toolCheck(stringOf(input.skill)) !== void 0) {
      this.#check(block, stringOf(input.skill), { kind: "verify", hasOwnExitCode: true }, place);
    } else if (!BOOKKEEPING.test(tool)) this.#act(block, place);
  }
  #act(block, place) {
    const { tool } = block;
    if (WRITES.has(tool)) this.#write(block, place);
    if (tool === "Read") this.#read(block, place);
    if (WRITES.has(tool) || tool === "Read") this.#work(WRITES.has(tool), place);
    else this.#run(block, place);
  }
  /** A shell by whatever name, Bash, PowerShell or one of a server, or any other tool. */
  #run(block, place) {
    const { tool, input } = block;
    const command = stringOf(input.command).slice(0, COMMAND_LIMIT);
    const agentId = OUTPUT_FILE.exec(command)?.[1];
    const kind = command === "" ? toolCheck(tool) : void 0;
    const check = kind === void 0 ? commandCheck(command) : { kind, hasOwnExitCode: true };
    if (agentId !== void 0) this.#readOutput(agentId, place);
    else if (check === void 0) this.#work(isWritingCommand(command), place);
    else this.#check(block, command || tool, check, place);
  }
  #launch({ id, input }, messageId, place) {
    if (++this.#launches > MAX_LAUNCHES) {
      this.#droppedLaunches++;
      return;
    }
    const limit = this.#launches > MAX_WHOLE_LAUNCHES ? OTHER_TEXT_LIMIT : PROMPT_LIMIT;
    const launch = {
      kind: "launch",
      ...place,
      callId: id,
      messageId,
      description: stringOf(input.description).slice(0, NAME_LIMIT),
      prompt: stringOf(input.prompt).slice(0, limit),
      agentType: stringOf(input.subagent_type).slice(0, NAME_LIMIT),
      teammate: stringOf(input.name).slice(0, NAME_LIMIT)
    };
    this.#step(launch);
    this.#waits.add(id);
    const broken = this.#broken;
    this.#await(id, (result, record, at) => {
      launch.answer = launchAnswer(result, record, at, Math.min(limit, LAUNCH_TEXT_LIMIT));
      this.#endShown(id, launch.answer, this.#broken === broken);
    });
  }
  #collect({ id, input }, place) {
    const agentId = stringOf(input.task_id) || stringOf(input.agentId);
    const collect = { kind: "collect", ...place, agentId };
    this.#step(collect);
    this.#waits.add(id);
    this.#await(id, (result, record, at) => {
      const task = objectOf(record.toolResult.task);
      const report = stringOf(task.result) || stringOf(task.output) || result.text;
      const status = stringOf(task.status) || (/<status>(\w+)<\/status>/.exec(result.text)?.[1] ?? "");
      collect.answer = { ...at, isError: result.isError, status, text: report.slice(0, REPORT_LIMIT) };
    });
  }
  #check({ id }, command, found, place) {
    const check = {
      kind: "check",
      ...place,
      command: command.slice(0, NAME_LIMIT),
      of: found.kind
    };
    this.#step(check);
    this.#await(id, (result, { toolResult }) => {
      const isUnknown = toolResult.interrupted === true || toolResult.backgroundTaskId !== void 0 || hasNotRun(result.text, result.isError);
      if (isUnknown) return;
      if (found.hasOwnExitCode) check.failed = result.isError;
      else if (found.kind === "test" && countsFailures(result.text.slice(-REPORT_LIMIT))) check.failed = true;
      else if (!result.isError) check.failed = false;
    });
  }
  #write({ id, tool, input }, place) {
    const path = this.#pathOf(stringOf(input.file_path) || stringOf(input.notebook_path));
    if (path === void 0) return;
    this.#await(id, (result) => {
      if (!result.isError) this.#files.noteWrite(path, place, tool === "Write");
    });
  }
  #read({ id, input }, place) {
    const file = stringOf(input.file_path);
    const agentId = OUTPUT_FILE.exec(file)?.[1];
    if (agentId !== void 0) this.#readOutput(agentId, place);
    const path = this.#pathOf(file);
    if (path === void 0) return;
    this.#await(id, ({ isError, text }) => {
      const isMissing = isError && MISSING.test(text.slice(0, NAME_LIMIT));
      this.#files.noteRead(path, place, isMissing);
    });
  }
  #readOutput(agentId, place) {
    const answer = { ...place, isError: false, status: "read", text: "" };
    this.#step({ kind: "collect", ...place, agentId, answer });
  }
  #work(isWrite, place) {
    this.#endStatement();
    const last = this.#steps.at(-1);
    if (last?.kind !== "work") this.#step({ kind: "work", ...place, writes: isWrite ? 1 : 0 });
    else if (isWrite) last.writes++;
  }
  #step(step) {
    if (step.kind !== "prompt" && step.kind !== "notice") this.#endStatement();
    if (step.kind !== "notice") this.#lastStatement = step.kind === "statement" ? step : void 0;
    const isOfAgents = step.kind === "launch" || step.kind === "notice" || step.kind === "collect";
    if (this.#steps.length < (isOfAgents ? MAX_AGENT_STEPS : MAX_STEPS)) this.#steps.push(step);
    else this.#dropped++;
  }
  /**
   * More follows on what was said, so that it did not end a turn: only its beginning is kept, and nothing of it
   * when it says no more than what was said before the same work. Long sessions are mostly that.
   */
  #endStatement() {
    const statement = this.#lastStatement;
    if (statement === void 0) return;
    statement.text = statement.text.slice(0, OTHER_TEXT_LIMIT);
    const [before, work, last] = this.#steps.slice(-3);
    const isMoreOfTheSame = last === statement && work?.kind === "work" && before?.kind === "statement" && (before.admitsFailure || !statement.admitsFailure);
    if (isMoreOfTheSame) this.#steps.pop();
    this.#lastStatement = void 0;
  }
  #await(callId, onResult) {
    this.#open.set(callId, onResult);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN_CALLS && oldest !== void 0) this.#open.delete(oldest);
  }
  #pathOf(file) {
    return transcriptPath(file, this.#directory);
  }
};

// mcp-server/src/audit/conversation/conversation.ts
function stepsBetween({ steps }, afterLine, beforeLine) {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = low + high >> 1;
    if ((steps[middle]?.line ?? 0) > afterLine) high = middle;
    else low = middle + 1;
  }
  const found = [];
  for (let i = low; i < steps.length; i++) {
    const step = steps[i];
    if (step === void 0 || step.line >= beforeLine) break;
    found.push(step);
  }
  return found;
}
function allSteps({ steps, continuations }) {
  return continuations.length === 0 ? steps : [...steps, ...continuations.flatMap((later) => later.steps)];
}
function wasReadAfter({ reads, continuations }, key, line) {
  return [reads, ...continuations.map((later) => later.reads)].some(
    (some) => (some.get(key)?.lastLine ?? 0) > line
  );
}
function launchesOf(conversation) {
  return conversation.steps.filter((step) => step.kind === "launch");
}
function pathWithin({ directory }, path) {
  const prefix = `${directory}/`;
  const isBelow = directory !== "" && transcriptPathKey(path).startsWith(transcriptPathKey(prefix));
  return isBelow ? path.slice(prefix.length) : path;
}

// mcp-server/src/audit/conversation/seen-records.ts
var SIGNATURE_LENGTH = 200;
var SeenRecords = class {
  /** Hashes, because a long session has a hundred thousand records. */
  #moments = /* @__PURE__ */ new Set();
  /**
   * For one more transcript, which may copy from all others of these.
   * @param agentId of an agent's transcript: agents of one message may be told the same at the same moment
   */
  ofFile(agentId = "") {
    const messages = /* @__PURE__ */ new Set();
    return (record) => {
      const message = hashOf(messageOf(record));
      const moment = hashOf(momentOf(record), agentId);
      const isRepeated = message !== void 0 && messages.has(message);
      const isCopied = moment !== void 0 && this.#moments.has(moment);
      if (message !== void 0) messages.add(message);
      if (moment !== void 0) this.#moments.add(moment);
      return isRepeated || isCopied;
    };
  }
};
function momentOf(record) {
  const { atMs, role, isDelivered, messageId, blocks } = record;
  if (atMs === void 0) return void 0;
  return `${role} ${isDelivered} ${atMs} ${messageId} ${signatureOf(blocks)}`;
}
function messageOf({ messageId, blocks }) {
  return messageId === "" || blocks.length === 0 ? void 0 : `${messageId}
${signatureOf(blocks)}`;
}
function signatureOf(blocks) {
  return blocks.map((block) => {
    if (block.kind === "call") return block.id;
    if (block.kind === "result") return `of ${block.callId}`;
    return `${block.text.length} ${block.text.slice(0, SIGNATURE_LENGTH)}`;
  }).join("\n");
}
function hashOf(text, of = "") {
  if (text === void 0) return void 0;
  let high = 3735928559;
  let low = 1103547991;
  for (const part of [of, "\n", text]) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
  }
  high = Math.imul(high ^ high >>> 16, 2246822507) ^ Math.imul(low ^ low >>> 13, 3266489909);
  low = Math.imul(low ^ low >>> 16, 2246822507) ^ Math.imul(high ^ high >>> 13, 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

// mcp-server/src/audit/conversation/read-conversation.ts
async function readConversation(file, agentId, isCopy = new SeenRecords().ofFile()) {
  const reader = new ConversationReader(file, agentId, isCopy);
  for await (const { number, bytes } of readLines(file)) {
    if (bytes === void 0) {
      reader.noteLongLine();
      continue;
    }
    const record = parseRecord(bytes);
    if (record === "broken") reader.noteBrokenLine();
    else if (record !== void 0) reader.add(record, number);
  }
  return reader.finish();
}
export {
  ConversationActivity,
  ConversationReader,
  ENDED_STATUS,
  LAUNCH_TEXT_LIMIT,
  MAX_LAUNCHES,
  MAX_STEPS,
  SeenRecords,
  TouchedFiles,
  admitsFailure,
  agentMessagesIn,
  allSteps,
  claimedAgents,
  claimsSuccess,
  claimsTestsPass,
  clipSpans,
  commandCheck,
  commandSegments,
  countsFailures,
  fileName,
  hasNotRun,
  isWritingCommand,
  launchAnswer,
  launchesOf,
  momentOf,
  pathWithin,
  readConversation,
  reportsFailure,
  stepsBetween,
  teammateName,
  toolCheck,
  transcriptPath,
  transcriptPathKey,
  wasReadAfter,
  withoutFrame
};
