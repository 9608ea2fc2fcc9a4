import type { Glob } from "./glob.ts";
import { InvalidGlob, normaliseGlob } from "./parse-glob.ts";

/** Which words of a text are paths of the checkout. */

/** Endings of files that people write in repositories; anything else after a dot is more often code. */
const EXTENSIONS = new Set(
  `astro bash bat c cc cfg cjs clj cmake conf cpp cs css csv cts cxx dart ejs env erl ex exs fish gif go gql gradle
  graphql h hbs hpp hs htm html ico ini ipynb java jl jpeg jpg js json json5 jsonc jsonl jsx kt kts less lock
  lua m md mdx mjs ml mm mod mts php plist png prisma properties proto ps1 py pyi r rb rs rst sass scala scss sh
  snap sol sql sum svelte svg swift tf tfvars tmpl toml ts tsv tsx txt vue wasm webp xml yaml yml zig
  zsh`.split(/\s+/),
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

/** `application/vnd.api` has the form of a path and is none. */
const MEDIA_TYPES = new Set(["application", "audio", "font", "image", "multipart", "text", "video"]);

/** How the author wrote a word: set apart as code, behind a word such as "in" that a place follows, or plainly. */
export type Setting = "code" | "place" | "plain";

/** The path that a word is, as a scope holds it, or undefined. The less it is set apart the more proof it needs. */
export function pathIn(word: string, setting: Setting): Glob | undefined {
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
  if (/^localhost$|\.(?:ai|app|com|dev|io|net|org)$/i.test(first) || segments.includes("node_modules"))
    return undefined;
  if (first === ".git" || segments.every((segment) => /^\d+$/.test(segment))) return undefined;
  // `a.ts/b.ts` lists two files.
  if (segments.slice(0, -1).some(hasExtension)) return undefined;
  const isFile = segments.length === 1 ? KNOWN_FILES.has(first) : isFileName(last, first, setting);
  if (!isFile && !isFolder(located, segments, setting)) return undefined;
  try {
    return normaliseGlob(located);
  } catch (error) {
    if (error instanceof InvalidGlob) return undefined;
    throw error;
  }
}

/** Whether the word is a file's name without its folder. */
export function isBareFile(word: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*$/u.test(word) && hasExtension(word) && !word.endsWith(".env");
}

/** Whether a file is known by this name at the checkout's top level. */
export function isKnownFile(word: string): boolean {
  return KNOWN_FILES.has(word);
}

function isFileName(last: string, first: string, setting: Setting): boolean {
  if (hasExtension(last) || KNOWN_FILES.has(last)) return true;
  const anyEnding = /^[\p{L}\p{N}_*][^/]*\.[a-z][a-z0-9]{1,11}$/iu.test(last);
  if (MEDIA_TYPES.has(first)) return false;
  return anyEnding && (setting !== "plain" || TOP_FOLDERS.has(first));
}

function isFolder(located: string, segments: readonly string[], setting: Setting): boolean {
  const [first = ""] = segments;
  const top = TOP_FOLDERS.has(first);
  if (located.endsWith("/")) {
    const isNamed = setting !== "plain" && !/[^.]\./.test(first);
    return segments.length > 1 || isNamed || top;
  }
  return setting !== "plain" && segments.length > 1 && top;
}

function isName(segment: string): boolean {
  // In a text without spaces a word may stand directly behind a glob.
  if (/\*[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(segment)) return false;
  return (
    /^(?:[\p{L}\p{N}_.@+$*~,{}[\]-]+|\([\p{L}\p{N}_.-]+\))$/u.test(segment) && !/^\.{1,2}$/.test(segment)
  );
}

function hasExtension(segment: string): boolean {
  const extension = /[^.]\.([a-z0-9]+|\{[a-z0-9,]+\})$/i.exec(segment)?.[1];
  return extension?.startsWith("{") || EXTENSIONS.has(extension?.toLowerCase() ?? "");
}
