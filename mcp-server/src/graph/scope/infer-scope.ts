import { inlineCode, markdownLines } from "../../text/markdown-lines.ts";
import type { Glob } from "./glob.ts";
import { InvalidGlob, normaliseGlob } from "./globs.ts";

/**
 * Which paths a task's description names as places to work in. A path that is only perhaps written counts
 * as written, because a scope that is too wide costs some parallelism and one that is too narrow costs work.
 */

const MOST_PATHS = 60;

/** Endings of files that people write in repositories; anything else after a dot is more often code. */
const EXTENSIONS = new Set(
  `astro bash bat c cc cfg cjs clj cmake conf cpp cs css csv cts dart ejs env erl ex exs fish gif go gql gradle
  graphql h hbs hpp hs htm html ico ini ipynb java jl jpeg jpg js json json5 jsonc jsonl jsx kt kts less lock
  lua md mdx mjs ml mod mts php plist png prisma properties proto ps1 py pyi r rb rs rst sass scala scss sh
  snap sql sum svelte svg swift tf tfvars tmpl toml ts tsv tsx txt vue wasm webp xml yaml yml zig zsh`.split(
    /\s+/,
  ),
);

/** Files that are known by their name alone. */
const KNOWN_FILES = new Set(
  `package.json package-lock.json pnpm-lock.yaml pnpm-workspace.yaml yarn.lock bun.lock turbo.json nx.json
  lerna.json tsconfig.json tsconfig.base.json jsconfig.json biome.json eslint.config.js eslint.config.mjs
  eslint.config.ts .eslintrc .eslintrc.json .prettierrc .prettierignore .editorconfig .npmrc .nvmrc .gitignore
  .gitattributes .dockerignore .env .env.example .env.local .mcp.json vite.config.ts vite.config.js
  vitest.config.ts vitest.workspace.ts jest.config.js jest.config.ts playwright.config.ts next.config.js
  next.config.mjs next.config.ts tailwind.config.js tailwind.config.ts postcss.config.js drizzle.config.ts
  Dockerfile docker-compose.yml docker-compose.yaml compose.yaml Makefile Procfile README.md CHANGELOG.md
  CONTRIBUTING.md AGENTS.md CLAUDE.md LICENSE CODEOWNERS Cargo.toml Cargo.lock go.mod go.sum pyproject.toml
  requirements.txt setup.py setup.cfg poetry.lock Gemfile Gemfile.lock Rakefile composer.json pom.xml
  build.gradle build.gradle.kts CMakeLists.txt mix.exs`.split(/\s+/),
);

/** First names of paths that are believed to be paths even without an ending. */
const TOP_FOLDERS = new Set(
  `.claude .claude-plugin .github .husky .vscode app apps assets bench benches bin cmd config configs crates
  deploy doc docs e2e examples infra internal lib libs migrations packages pkg plugins prisma public scripts
  skills src test tests web workflows`.split(/\s+/),
);

/** The path as a scope holds it and whether this place in the text asks for reading it only. */
interface Mention {
  readonly glob: Glob;
  readonly use: "maybe-written" | "read" | "forbidden";
}

/** The globs that the description names as written: normalised, sorted, each once, at most 60. */
export function inferWrites(description: string): Glob[] {
  const mentions = mentionsIn(description);
  const forbidden = new Set(mentions.filter(({ use }) => use === "forbidden").map(({ glob }) => glob));
  const named = new Set(mentions.filter(({ use }) => use === "maybe-written").map(({ glob }) => glob));
  const written = [...named].filter((glob) => !forbidden.has(glob));
  return written
    .filter((glob) => !written.some((other) => other !== glob && saysMore(other, glob)))
    .slice(0, MOST_PATHS)
    .sort();
}

/** A file below a named folder says which part of it is meant; a full path says which `ui/x.ts` is meant. */
function saysMore(other: Glob, glob: Glob): boolean {
  if (other.endsWith(`/${glob}`)) return true;
  if (!glob.endsWith("/**")) return other.startsWith(`${glob}/`);
  const folder = glob.slice(0, -"**".length);
  return other.startsWith(folder) || other.includes(`/${folder}`);
}

function mentionsIn(description: string): Mention[] {
  const mentions: Mention[] = [];
  let atFenceStart = false;
  let section: Mention["use"] = "maybe-written";
  for (const { text, kind, content } of markdownLines(description)) {
    if (kind === "opening") atFenceStart = true;
    else if (kind === "code" && content.trim() !== "") {
      mentions.push(...mentionsInCode(content, atFenceStart));
      atFenceStart = false;
    } else if (kind === "prose" || kind === "comment") {
      section = sectionAfter(text, section);
      mentions.push(...mentionsInProse(text, section));
    }
  }
  return mentions;
}

/** In code only a first line that is nothing but a path in a comment, and commands that move or make files. */
function mentionsInCode(line: string, first: boolean): Mention[] {
  const comment = first ? /^\s*(?:\/\/|\/\*+|#|--|<!--)\s*([^\s:*]+\/[^\s:*]+)(?=$|[\s:*])/.exec(line) : null;
  const command = /^\s*\$?\s*(?:git\s+(?:mv|rm|add)|mv|cp|rm|touch|mkdir)\s+(.+)$/.exec(line);
  const texts = [...(comment?.[1] === undefined ? [] : [comment[1]]), ...(command?.[1]?.split(/\s+/) ?? [])];
  return texts.flatMap((text) => {
    const glob = pathIn(text, true);
    return glob === undefined ? [] : [{ glob, use: "maybe-written" as const }];
  });
}

const READ_SECTION =
  /\b(?:references?|read first|files? to read|pre-?reading|read[- ]only|see also|out of scope|non-goals)\b/i;
const FORBIDDEN_SECTION = /\b(?:do not|don't|must not|never) (?:touch|modify|edit|change)\b/i;
const WRITE_WORD =
  /\b(?:add|change|create|delete|edit|extend|fix|implement|modify|move|refactor|remove|rename|replace|rewrite|update|write)\b/i;

function sectionAfter(line: string, section: Mention["use"]): Mention["use"] {
  const heading = /^\s*(?:#{1,6}\s+(.*)|\*\*([^*]+)\*\*:?\s*|([A-Z][A-Z ()&/-]{3,}):?\s*)$/.exec(line);
  const title = heading?.[1] ?? heading?.[2] ?? heading?.[3];
  if (title === undefined) return section;
  if (FORBIDDEN_SECTION.test(title)) return "forbidden";
  return READ_SECTION.test(title) && !WRITE_WORD.test(title) ? "read" : "maybe-written";
}

function mentionsInProse(line: string, section: Mention["use"]): Mention[] {
  const mentions: Mention[] = [];
  for (const { text, quoted, start, end } of piecesOf(line)) {
    const glob = pathIn(text, quoted);
    if (glob === undefined) continue;
    const before = clauseBefore(line.slice(0, start));
    const after = line.slice(end);
    mentions.push({ glob, use: section === "maybe-written" ? useIn(before, after) : section });
  }
  return mentions;
}

/** Inline code, targets of links, and words; code that has spaces is no path. */
function* piecesOf(line: string): Generator<{ text: string; quoted: boolean; start: number; end: number }> {
  const { spans } = inlineCode(line);
  let from = 0;
  for (const span of [...spans, undefined]) {
    const prose = line.slice(from, span?.start);
    for (const found of prose.matchAll(/\]\(([^)\s]+)\)|(?:(?!\]\()[^\s`"'“”‘’|])+/g)) {
      const target = found[1];
      const text = target ?? found[0].replace(/^[*(<]+|[*)>.,;!?]+$/g, "");
      const start = from + found.index;
      yield { text, quoted: target !== undefined, start, end: start + found[0].length };
    }
    if (span) yield { text: span.code, quoted: true, start: span.start, end: span.end };
    from = span?.end ?? line.length;
  }
}

const LONGEST_CLAUSE = 300;

/** What stands before the path in its own clause; the dots of paths and numbers end no clause. */
function clauseBefore(text: string): string {
  const near = text.slice(-LONGEST_CLAUSE);
  return near.split(/[.;!?]\s|[—–]|\s-\s|\b(?:then|but)\b/).at(-1) ?? "";
}

/** Nothing but other paths and small words between the words that forbid and the path. */
const FORBIDDEN_BEFORE =
  /\b(?:do not|don['’]t|must not|never)\s+(?:touch|modify|edit|change)(?:[\s,:*]|\b(?:and|any|either|file|files|in|or|the)\b|`[^`]*`)*$/i;
const READ_BEFORE =
  /(?:\b(?:see(?: also)?|refer(?:ring)? to|cf\.?|consult)\b|\breferences?:|^[\s\d.*-]*read\b|\b(?:first|to) read\b|\bpattern (?:in|of|from)\b)([^`]|`[^`]*`){0,80}$|\b(?:against|as in|consistent with|per|follow(?:s|ing)?|according to|(?:patterns?|rules?|conventions?) (?:from|in|of))\s+$/i;
const UNCHANGED_AFTER =
  /^[\s*]*(?:[—–:-]\s*)?(?:\((?:read[- ]only|(?:for )?reference(?: only)?|unchanged|untouched|do not (?:modify|touch|edit|change))\b|(?:is|are|stays?|remains?) (?:unchanged|untouched)\b)/i;

function useIn(before: string, after: string): Mention["use"] {
  if (FORBIDDEN_BEFORE.test(before)) return "forbidden";
  if (/\bleave\b[^.;]*$/i.test(before) && /^[\s,*]*(?:alone|unchanged|untouched|as[- ]is)\b/i.test(after)) {
    return "forbidden";
  }
  if (UNCHANGED_AFTER.test(after)) return "read";
  const reading = READ_BEFORE.exec(before);
  return reading !== null && !WRITE_WORD.test(reading[0]) ? "read" : "maybe-written";
}

/** The path that a word is, or undefined. `quoted`: the author set it apart, so less proof is needed. */
function pathIn(word: string, quoted: boolean): Glob | undefined {
  const located = word
    .trim()
    .replace(/^\.\/(?=([^/]+)\/)/, (dots, folder: string) => (TOP_FOLDERS.has(folder) ? "" : dots))
    .replace(/(?:::|[:#])[^/]*$/, "")
    .replace(/\.{3}(?=\/)|…(?=\/)/g, "**")
    .replace(/<[^<>/]+>|\$?\{[^{}/,.]+\}/g, "*");
  const segments = located.replace(/\/$/, "").split("/");
  const [first = ""] = segments;
  const last = segments.at(-1) ?? "";
  // A path of this checkout begins with a plain name: no root, home, scope, relative import or host.
  if (!/^\.?[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*$/u.test(first)) return undefined;
  if (!segments.every(isName)) return undefined;
  if (segments.length === 1) return !located.endsWith("/") && KNOWN_FILES.has(first) ? first : undefined;
  if (/\.(?:ai|app|com|dev|io|net|org)$/i.test(first) || segments.includes("node_modules")) return undefined;
  if (first === ".git" || segments.every((segment) => /^\d+$/.test(segment))) return undefined;
  // `a.ts/b.ts` lists two files.
  if (segments.slice(0, -1).some(hasExtension)) return undefined;
  const isFile = hasExtension(last) || KNOWN_FILES.has(last);
  const isFolder = quoted
    ? located.endsWith("/") || TOP_FOLDERS.has(first)
    : located.endsWith("/") && TOP_FOLDERS.has(first) && segments.length > 2;
  if (!isFile && !isFolder) return undefined;
  try {
    return normaliseGlob(located);
  } catch (error) {
    if (error instanceof InvalidGlob) return undefined;
    throw error;
  }
}

function isName(segment: string): boolean {
  return (
    /^(?:[\p{L}\p{N}_.@+$*~,{}[\]-]+|\([\p{L}\p{N}_.-]+\))$/u.test(segment) && !/^\.{1,2}$/.test(segment)
  );
}

function hasExtension(segment: string): boolean {
  const extension = /[^.]\.([a-z0-9]+|\{[a-z0-9,]+\})$/i.exec(segment)?.[1];
  return extension?.startsWith("{") || EXTENSIONS.has(extension?.toLowerCase() ?? "");
}
