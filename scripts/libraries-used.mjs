// What the sources use of each library, so that the bundle carries no more of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "acorn";
import { transformSync } from "esbuild";

/**
 * The packages that sources import, sorted by name, each with a module that exports what they use of it.
 * @param root the folder of the checkout.
 * @param sources TypeScript files, relative to it.
 * @throws Error when a source uses a library in a way that does not show what of it is used.
 */
export function librariesUsed(root, sources) {
  const used = new Map();
  for (const source of sources) {
    const { code } = transformSync(readFileSync(join(root, source), "utf8"), {
      loader: "ts",
      target: "node20",
    });
    const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module" });
    for (const statement of body) {
      if (statement.type !== "ImportDeclaration" || !/^(?!node:)[^./]/.test(statement.source.value)) continue;
      const names = used.get(statement.source.value) ?? new Set();
      used.set(statement.source.value, names);
      for (const specifier of statement.specifiers) {
        for (const name of namesIn(specifier, body, source)) names.add(name);
      }
    }
  }
  return [...used]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([specifier, names]) => ({
      package: specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
      code: `export { ${[...names].sort().join(", ")} } from "${specifier}";`,
    }));
}

function namesIn(specifier, body, source) {
  if (specifier.type === "ImportDefaultSpecifier") return ["default"];
  if (specifier.type === "ImportSpecifier") return [specifier.imported.name];
  const names = [];
  visit(body, (node, parent, key) => {
    if (node.type !== "Identifier" || node.name !== specifier.local.name || parent.type === specifier.type)
      return;
    if (parent.type === "MemberExpression" && key === "object" && !parent.computed)
      names.push(parent.property.name);
    else if (parent.type === "MemberExpression" && key === "property" && !parent.computed) return;
    else throw new Error(`${source} uses ${node.name} as a whole: name what is used of it`);
  });
  return names;
}

function visit(node, seen, parent, key) {
  if (Array.isArray(node)) for (const item of node) visit(item, seen, parent, key);
  else if (node && typeof node.type === "string") {
    if (parent) seen(node, parent, key);
    for (const [name, value] of Object.entries(node))
      if (typeof value === "object") visit(value, seen, node, name);
  }
}
