// Bundles the server and the command line into mcp-server/dist, which is committed: a plugin installed from git
// gets no build and no node_modules. A file of the bundle holds one folder of the sources or one library and is
// called like it, so that what a change of a source does to the bundle is a change of one file, which can be read.
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleParts, fileOf } from "./bundle-parts.mjs";
import { trimSdk } from "./trim-sdk.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** CommonJS for the server's start, because Node starts it faster than modules, and every session starts it. */
const FORMATS = [
  { extension: ".js", format: "cjs" },
  { extension: ".mjs", format: "esm" },
];

/** CommonJS libraries in a module call `require` for Node's own modules. */
const REQUIRE = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

/** The page of `parallel serve`: three files that the server holds in memory. */
const PAGE = "mcp-server/page";

/** Writes the bundle to `outdir`; equal sources give equal bytes. */
export async function buildTo(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  const parts = bundleParts(root);
  const libraries = parts.libraries();
  for (const { extension, format } of FORMATS) {
    const shared = {
      absWorkingDir: root,
      outdir,
      outExtension: { ".js": extension },
      format,
      bundle: true,
      platform: "node",
      target: "node20",
      legalComments: "none",
      // Its entry for Node loads its parts in a way that the bundler cannot follow.
      alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
      logLevel: "warning",
    };
    // Not minified: reviewers read what a change of a source does to the bundle.
    await build({
      ...shared,
      charset: "utf8",
      entryPoints: entries(parts.names.map(fileOf), extension, "part"),
      plugins: [ownCode(parts)],
    });
    await build({
      ...shared,
      minify: true,
      entryPoints: entries([...libraries.keys()], extension, "library"),
      plugins: [libraryCode(libraries), ...trimSdk],
      banner: { js: format === "esm" ? REQUIRE : "" },
    });
  }
  writeFileSync(join(outdir, "package.json"), '{ "type": "commonjs" }\n');
  cpSync(join(root, "mcp-server/src/cli/session-hook.cjs"), join(outdir, "session-hook.cjs"));
  await buildPageTo(join(outdir, "page"));
  const prebuilds = join(dirname(require.resolve("@photostructure/sqlite/package.json")), "prebuilds");
  for (const platform of readdirSync(prebuilds)) {
    cpSync(join(prebuilds, platform), join(outdir, "prebuilds", platform), { recursive: true });
  }
}

/** Writes the page to `outdir`: its markup as it is, and its code and its style without what only readers need. */
export async function buildPageTo(outdir) {
  await build({
    absWorkingDir: root,
    outdir,
    entryPoints: [
      { in: `${PAGE}/main.tsx`, out: "page" },
      { in: `${PAGE}/page.css`, out: "page" },
    ],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    inject: [join(root, PAGE, "jsx.ts")],
    tsconfigRaw: {},
    logLevel: "warning",
  });
  cpSync(join(root, PAGE, "index.html"), join(outdir, "index.html"));
}

/** The files with this extension, by their names without it, each with the module to start from. */
function entries(files, extension, namespace) {
  return Object.fromEntries(
    files
      .filter((file) => file.endsWith(extension))
      .map((file) => [file.slice(0, -extension.length), `${namespace}:${file}`]),
  );
}

/** Each part from its sources; what belongs to other files of the bundle stays there and is imported once. */
function ownCode(parts) {
  const partIn = new Map(parts.names.map((part) => [fileOf(part), part]));
  return {
    name: "own-code",
    setup(bundle) {
      virtual(bundle, "part", (file) =>
        parts
          .sourcesOf(partIn.get(file))
          .map((source) => `${file === "server.js" ? "import" : "export * from"} "./${source}";\n`)
          .join(""),
      );
      bundle.onLoad({ filter: /[\\/]mcp-server[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
        contents: parts.codeOf(sourceAt(path)),
        loader: "js",
      }));
      bundle.onResolve({ filter: /(?:)/, namespace: "file" }, ({ path, importer, kind }) => {
        if (kind === "entry-point") return undefined;
        const source = sourceAt(importer);
        const part = parts.partOf(source);
        const target = parts.target(source, path);
        if (target === undefined) return undefined;
        if (kind === "dynamic-import") return { path: reference(fileOf(part), target), external: true };
        return { path: `${target} in ${fileOf(part)}`, namespace: "import" };
      });
      bundle.onLoad({ filter: /(?:)/, namespace: "import" }, ({ path }) => {
        const [target, file] = path.split(" in ");
        const from = JSON.stringify(reference(file, target));
        const names = parts.namesUsed(partIn.get(file), target);
        const wholes = names.filter((name) => name.startsWith("* as "));
        const named = names.filter((name) => !wholes.includes(name));
        return {
          contents: [
            ...wholes.map(
              (name) => `import ${name} from ${from};\nexport { ${name.slice("* as ".length)} };\n`,
            ),
            ...(named.length > 0 ? [`export { ${named.join(", ")} } from ${from};\n`] : []),
          ].join(""),
        };
      });
      bundle.onResolve({ filter: /(?:)/, namespace: "import" }, ({ path }) => ({ path, external: true }));
    },
  };
}

function libraryCode(libraries) {
  return {
    name: "library-code",
    setup: (bundle) => virtual(bundle, "library", (file) => libraries.get(file)),
  };
}

/** Modules that are no files: `namespace:name`. */
function virtual(bundle, namespace, contentsOf) {
  const filter = new RegExp(`^${namespace}:`);
  bundle.onResolve({ filter }, ({ path }) => ({ path: path.slice(namespace.length + 1), namespace }));
  bundle.onLoad({ filter: /(?:)/, namespace }, ({ path }) => ({
    contents: contentsOf(path),
    resolveDir: root,
  }));
}

function sourceAt(path) {
  return relative(root, path).replaceAll(sep, "/");
}

/** How a file of the bundle names another, or a module of Node. */
function reference(from, to) {
  if (to.startsWith("node:")) return to;
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTo(join(root, "mcp-server", "dist"));
