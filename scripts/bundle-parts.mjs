// Which file of the bundle a source belongs to, and what it uses of the others.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "acorn";
import { transformSync } from "esbuild";

const SOURCES = "mcp-server/src";

/** What is started by its name, with the sources that it is made of. */
const STARTED = {
  server: [
    `${SOURCES}/main.ts`,
    `${SOURCES}/server.ts`,
    `${SOURCES}/stdio.ts`,
    `${SOURCES}/message-lines.ts`,
  ],
  service: [`${SOURCES}/service.ts`],
  parallel: [`${SOURCES}/cli/main.ts`],
};

/**
 * The parts of the bundle: each is a folder of the sources with all below it, or a room of `run/`, of which a session's
 * start needs few. What is loaded late, by `import()`, is a part of its own, and so is an inner folder of which nothing
 * is loaded at the start, so that the rest is loaded without it. Files are few, because each one costs every start
 * about half a millisecond.
 * @param root the folder of the checkout.
 * @throws Error when two sources of a part export the same name, or one uses a library in a way that does not show what
 *   of it is used.
 */
export function bundleParts(root) {
  const sources = reachableSources(root);
  const loadedLate = new Set([...sources.values()].flatMap(({ late }) => late));
  const foldersAtStart = new Set(loadedAtStart(sources).map((source) => posix.dirname(source)));
  const partOf = new Map(
    [...sources.keys()].sort().map((source) => {
      const started = Object.keys(STARTED).find((part) => STARTED[part].includes(source));
      return [source, started ?? nameOf(source, loadedLate, foldersAtStart)];
    }),
  );
  const parts = new Map();
  for (const [source, part] of partOf) parts.set(part, [...(parts.get(part) ?? []), source]);
  for (const ofPart of parts.values()) refuseEqualNames(ofPart, sources);

  /** Where the bundle has what a source imports; undefined for what lies in the part of the source itself. */
  function target(source, specifier) {
    const part = partOf.get(source);
    if (isLibrary(specifier)) return libraryFile(part, packageOf(specifier));
    if (specifier.startsWith("node:")) return specifier;
    const to = partOf.get(resolved(source, specifier));
    return to === undefined || to === part ? undefined : fileOf(to);
  }

  return {
    names: [...parts.keys()],
    sourcesOf: (part) => parts.get(part),
    partOf: (source) => partOf.get(source),
    codeOf: (source) => sources.get(source).code,
    target,
    /** What the sources of a part import of a target; `* as z` where it is imported as a whole. */
    namesUsed(part, file) {
      const used = parts
        .get(part)
        .flatMap((source) => sources.get(source).imports.map((found) => ({ source, ...found })))
        .filter(({ source, specifier }) => target(source, specifier) === file);
      return [...new Set(used.flatMap(({ names }) => names))].sort();
    },
    /** The files with libraries, each with a module that exports what the sources use of them. */
    libraries() {
      const used = new Map();
      for (const [source, { imports }] of sources) {
        for (const { specifier, members } of imports.filter((found) => isLibrary(found.specifier))) {
          const file = target(source, specifier);
          const ofFile = used.get(file) ?? new Map();
          used.set(file, ofFile.set(specifier, new Set([...(ofFile.get(specifier) ?? []), ...members])));
        }
      }
      return new Map(
        [...used].map(([file, ofFile]) => [
          file,
          [...ofFile]
            .map(
              ([specifier, members]) => `export { ${[...members].sort().join(", ")} } from "${specifier}";\n`,
            )
            .sort()
            .join(""),
        ]),
      );
    },
  };
}

/** A part exports what its sources export, and of two with one name it would export neither. */
function refuseEqualNames(ofPart, sources) {
  const exporters = new Map();
  for (const source of ofPart) {
    for (const name of sources.get(source).exports) {
      const other = exporters.get(name);
      if (other !== undefined) throw new Error(`${other} and ${source} both export ${name}: rename one`);
      exporters.set(name, source);
    }
  }
}

/** Where the bundle has a part, relative to its folder. */
export function fileOf(part) {
  return part === "server" ? "server.js" : `${part}.mjs`;
}

/** The server's libraries are one: the SDK's copy of zod is the one that the server configures. */
function libraryFile(part, name) {
  return part === "server" ? "lib/protocol.js" : `lib/${name.replace(/^@/, "").replaceAll("/", "-")}.mjs`;
}

/** The file of a source, without its extension: see `bundleParts`. */
function nameOf(source, loadedLate, foldersAtStart) {
  if (loadedLate.has(source)) return belowSources(source).replace(/\.ts$/, "");
  const folder = belowSources(posix.dirname(source));
  const isApart = folder.startsWith("run/") || !foldersAtStart.has(posix.dirname(source));
  return isApart ? folder : folder.split("/")[0];
}

function belowSources(path) {
  return path.slice(SOURCES.length + 1);
}

function isLibrary(specifier) {
  return !/^(?:\.|node:)/.test(specifier);
}

function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function resolved(source, specifier) {
  return posix.join(posix.dirname(source), specifier);
}

/** The sources that are loaded with what is started, and not late. */
function loadedAtStart(sources) {
  const loaded = new Set(Object.values(STARTED).flat());
  // The set grows while it is walked.
  for (const source of loaded) {
    for (const { specifier } of sources.get(source).imports) {
      const to = resolved(source, specifier);
      if (sources.has(to)) loaded.add(to);
    }
  }
  return [...loaded];
}

/** The sources that what is started reaches, as JavaScript, each with what it imports. */
function reachableSources(root) {
  const sources = new Map();
  const waiting = Object.values(STARTED).flat();
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (sources.has(source)) continue;
    const read = readSource(source, readFileSync(join(root, source), "utf8"));
    sources.set(source, read);
    const own = read.imports
      .map(({ specifier }) => specifier)
      .filter((specifier) => /^\..*\.ts$/.test(specifier));
    waiting.push(...own.map((specifier) => resolved(source, specifier)), ...read.late);
  }
  return sources;
}

function readSource(source, text) {
  const { code } = transformSync(text, { loader: "ts", target: "node20", charset: "utf8" });
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const imports = [];
  const exports = [];
  const late = [];
  const edits = [];
  visit(program, (node) => {
    if (node.type === "ImportExpression") late.push(resolved(source, node.source.value));
    if (node.type === "ExportAllDeclaration") throw new Error(`${source}: name what is exported`);
    if (node.type === "ExportNamedDeclaration" && node.source) {
      const names = node.specifiers.map(({ local }) => local.name);
      imports.push({ specifier: node.source.value, names, members: names });
    }
    if (node.type === "ExportNamedDeclaration") exports.push(...namesExported(node));
    if (node.type !== "ImportDeclaration") return;
    const specifier = node.source.value;
    for (const { type, imported, local, start, end } of node.specifiers) {
      if (type !== "ImportNamespaceSpecifier") {
        const names = [type === "ImportDefaultSpecifier" ? "default" : imported.name];
        imports.push({ specifier, names, members: names });
      } else {
        const members = membersUsed(program, local.name, source);
        imports.push({ specifier, names: [`* as ${local.name}`], members });
        edits.push({ start, end, text: `{ ${local.name} }` });
      }
    }
  });
  return { code: edited(code, edits), imports, exports, late };
}

function namesExported({ declaration, specifiers }) {
  if (declaration === null) return specifiers.map(({ exported }) => exported.name);
  return (declaration.declarations ?? [declaration]).map(({ id }) => id.name);
}

/** What a module uses of another that it has imported as a whole. */
function membersUsed(program, name, source) {
  const members = [];
  visit(program, (node, parent, key) => {
    if (node.type !== "Identifier" || node.name !== name || parent.type === "ImportNamespaceSpecifier")
      return;
    const isMember = parent.type === "MemberExpression" && !parent.computed;
    if (isMember && key === "object") members.push(parent.property.name);
    else if (!isMember) throw new Error(`${source} uses ${name} as a whole: name what is used of it`);
  });
  return members;
}

function visit(node, seen, parent, key) {
  if (Array.isArray(node)) for (const item of node) visit(item, seen, parent, key);
  else if (typeof node?.type === "string") {
    seen(node, parent, key);
    for (const [name, value] of Object.entries(node))
      if (typeof value === "object") visit(value, seen, node, name);
  }
}

function edited(code, edits) {
  let result = "";
  let at = 0;
  for (const { start, end, text } of edits) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}
