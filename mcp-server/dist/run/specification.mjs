// import:node:crypto in run/specification.mjs
import { createHash, randomBytes } from "node:crypto";

// import:node:fs/promises in run/specification.mjs
import { lstat, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

// import:node:path in run/specification.mjs
import { basename, dirname, join, posix, relative, resolve, sep } from "node:path";

// import:breakdown.mjs in run/specification.mjs
import { READABLE, formatJson, readFileBreakdown } from "../breakdown.mjs";

// import:errors.mjs in run/specification.mjs
import { CallerError, fileRefusal } from "../errors.mjs";

// import:run/project.mjs in run/specification.mjs
import { isInside, pathInside, undefinedIfMissing } from "./project.mjs";

// mcp-server/src/run/specification/breakdown-file.ts
var MAX_BREAKDOWN_MB = 400;
var USUAL_NAMES = ["03-tasks.json", "tasks.md"];
async function findBreakdown(root, from, directory = root) {
  const [named, other] = await locate(root, directory, from);
  const file = await breakdownAt(root, named, from);
  if (other === void 0) return file;
  const { breakdown, source } = file;
  const warnings = [alsoAt(other.path, from, source.path), ...breakdown.warnings];
  return { ...file, breakdown: { ...breakdown, warnings } };
}
function alsoAt(other, from, read) {
  return `${JSON.stringify(from)} was read as ${read}, as it leads there from the folder of this session. From the top level it leads to another file: if that is meant, name ${JSON.stringify(other)}.`;
}
async function breakdownAt(root, named, from) {
  if (basename(named.path) === "03-tasks.md") {
    const beside = await besideOf(root, named.path, "03-tasks.json");
    if (beside) return found(root, beside, void 0, from);
  }
  return found(root, named.path, named.part, from);
}
async function found(root, path, part, from) {
  const inside = insideOf(root, path, from);
  const info = await stat(path);
  if (!info.isFile() || info.size > MAX_BREAKDOWN_MB * 1024 * 1024) {
    throw new CallerError(
      "bad_input",
      `from: ${JSON.stringify(from)} is not a readable breakdown (a file of at most ${MAX_BREAKDOWN_MB} MB).`,
      `Name ${READABLE}.`,
      "from"
    );
  }
  const text = await readFile(path, "utf8");
  const breakdown = await readFileBreakdown(text, inside, part);
  if (breakdown) {
    const name = part === void 0 ? inside : `${inside}#${part}`;
    return { breakdown, source: { kind: "file", path: name, sha256: sha256(text) }, text };
  }
  const { unreadTasks } = await import("../breakdown/file/markdown-file.mjs");
  const unread = unreadTasks(text, inside);
  for (const name of USUAL_NAMES) {
    const beside = basename(path) === name ? void 0 : await besideOf(root, path, name);
    if (!beside) continue;
    const other = await found(root, beside, void 0, from);
    if (unread === void 0) return other;
    const warning = `${inside} has ${unread}, which are not read as tasks; ${other.source.path} beside it was read`;
    return { ...other, breakdown: { ...other.breakdown, warnings: [warning, ...other.breakdown.warnings] } };
  }
  const problem = unread === void 0 ? "holds no tasks that can be read" : `has ${unread}, which cannot be read as tasks`;
  throw new CallerError(
    "bad_input",
    `from: ${inside} ${problem}, and there is no breakdown beside it.`,
    `Name ${READABLE}. If the specification has none yet, make it with /spec:decompose.`,
    "from"
  );
}
function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}
async function locate(root, directory, from) {
  const here = await locateFrom(root, directory, from);
  const atTop = await locateFrom(root, root, from).catch((error) => {
    if (here === void 0) throw error;
    return void 0;
  });
  if (here && atTop && here.path !== atTop.path) return [here, atTop];
  const only = here ?? atTop;
  if (only) return [only];
  const beside = await besideOf(root, resolve(directory, from), "03-tasks.json") ?? await besideOf(root, resolve(root, from), "03-tasks.json");
  const where = directory === root ? "relative to the repository's top level" : `relative to ${relative(root, directory).split(sep).join("/")} or to the repository's top level`;
  throw new CallerError(
    "bad_input",
    `from: there is no file ${JSON.stringify(from)} in the checkout.`,
    beside === void 0 ? `Name ${READABLE}, ${where}. If the specification has no breakdown yet, make it with /spec:decompose.` : `There is ${insideOf(root, beside, from)}, where a valid draft goes: name that, if it is what you mean.`,
    "from"
  );
}
async function locateFrom(root, base, from) {
  const [, before, part] = /^(.+)#([^#/\\]+)$/.exec(from) ?? [];
  for (const [name, list] of [[from, void 0], [before, part]]) {
    if (name === void 0) continue;
    const path = await existing(resolve(base, name));
    if (path !== void 0) {
      insideOf(root, path, from);
      if (!(await stat(path)).isDirectory()) return { path, part: list };
      for (const usual of USUAL_NAMES) {
        const file = await existing(join(path, usual));
        if (file !== void 0) return { path: file, part: list };
      }
    }
  }
  return void 0;
}
async function existing(path) {
  try {
    return await realpath(path);
  } catch {
    return void 0;
  }
}
async function besideOf(root, path, name) {
  const beside = await existing(join(dirname(path), name));
  return beside !== void 0 && isInside(root, beside) ? beside : void 0;
}
function insideOf(root, path, from) {
  if (isInside(root, path) || path === root) return relative(root, path).split(sep).join("/");
  throw new CallerError(
    "bad_input",
    `from: ${JSON.stringify(from)} lies outside the checkout.`,
    "Copy the file into the repository and give its path there.",
    "from"
  );
}

// import:git.mjs in run/specification.mjs
import { GitFailed, git } from "../git.mjs";

// import:run/checkout-watch.mjs in run/specification.mjs
import { adoptFiles } from "./checkout-watch.mjs";

// import:run/plan.mjs in run/specification.mjs
import { changeGraph } from "./plan.mjs";

// mcp-server/src/run/specification/rendered-file.ts
var SEAL = /\n<!-- parallel: written from the task graph, sha256 ([0-9a-f]{64}) -->\n$/;
async function writeRendered(root, path, text) {
  const file = await pathInside(root, path);
  const old = (await textOf(file))?.replace(/\r\n/g, "\n");
  const sealed = `${text}
<!-- parallel: written from the task graph, sha256 ${sha256(text)} -->
`;
  if (old === sealed) return { file: path, how: "unchanged" };
  const keptAside = old === void 0 || isSealed(old) ? void 0 : await setAside(root, path);
  await writeAtomically(file, sealed);
  return { file: path, how: "written", ...keptAside !== void 0 && { keptAside } };
}
async function textOf(file) {
  return readFile(file, "utf8").catch(undefinedIfMissing);
}
async function writeAtomically(file, text) {
  const temporary = join(
    dirname(file),
    `.${basename(file)}.${process.pid}-${randomBytes(4).toString("hex")}`
  );
  const mode = (await stat(file).catch(undefinedIfMissing))?.mode;
  try {
    await writeFile(temporary, text, {
      flag: "wx",
      flush: true,
      ...mode !== void 0 && { mode: mode & 511 }
    });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileRefusal(error, file) ?? error;
  }
}
function isSealed(text) {
  const seal = SEAL.exec(text);
  return seal !== null && seal[1] === sha256(text.slice(0, seal.index));
}
async function setAside(root, path) {
  for (let n = 1; ; n += 1) {
    const aside = path.replace(/(\.\w+)$/, `.edited-${n}$1`);
    const target = resolve(root, aside);
    if (await lstat(target).catch(undefinedIfMissing) !== void 0) continue;
    await rename(resolve(root, path), target);
    return aside;
  }
}

// mcp-server/src/run/specification/draft.ts
var DRAFT = "03-tasks.draft.json";
var BREAKDOWN = "03-tasks.json";
function draftOf({ breakdown, source, text }) {
  if (basename(source.path) !== DRAFT) return void 0;
  if (!breakdown.own) {
    throw new CallerError(
      "bad_input",
      `from: ${source.path} is not written as a ${BREAKDOWN}.`,
      "Import a file of another format under its own name.",
      "from"
    );
  }
  const target = posix.join(posix.dirname(source.path), BREAKDOWN);
  return { path: source.path, target, text, formatted: formatJson(text) };
}
function sourceOf({ target, formatted }) {
  return { kind: "file", path: target, sha256: sha256(formatted) };
}
async function predecessorOf(ctx, draft, imported) {
  const { root } = ctx.checkout;
  const text = await textOf(await pathInside(root, draft.target));
  if (text === void 0 || text === draft.text || text === draft.formatted) return void 0;
  const isSource = imported?.kind === "file" && imported.path === draft.target;
  return {
    text,
    isEdited: isSource && imported.sha256 !== sha256(text),
    isCommitted: await isCommitted(root, draft.target, text)
  };
}
async function placeDraft(tx, draft, predecessor) {
  const { root } = tx.ctx.checkout;
  const keptAside = predecessor && !predecessor.isCommitted ? await keepAside(root, draft.target, predecessor.text) : void 0;
  await writeAtomically(await pathInside(root, draft.target), draft.formatted);
  await adoptFiles(tx, [draft.target, ...keptAside === void 0 ? [] : [keptAside]]);
  return { file: draft.target, ...keptAside !== void 0 && { keptAside } };
}
async function removeDraft(ctx, store, draft) {
  const path = resolve(ctx.checkout.root, draft.path);
  if (await textOf(path) !== draft.text) return;
  await rm(path, { force: true }).catch(() => void 0);
  await changeGraph(ctx, store, "server", (tx) => adoptFiles(tx, [draft.path]));
}
function predecessorWarnings({ target, path }, predecessor, placed) {
  if (!predecessor) return [];
  const edited = predecessor.isEdited ? [`${target} was changed by hand after it was imported.`] : [];
  if (!placed && predecessor.isEdited) edited.push(`What is to stay of that has to be in ${path}.`);
  if (placed?.keptAside !== void 0) edited.push(`What ${target} said is kept in ${placed.keptAside}.`);
  else if (placed && predecessor.isEdited) edited.push("The last commit has what it said.");
  return edited.length > 0 ? [edited.join(" ")] : [];
}
async function keepAside(root, path, text) {
  for (let n = 1; ; n += 1) {
    const aside = path.replace(/\.json$/, `.replaced-${n}.json`);
    const file = await pathInside(root, aside);
    const there = await textOf(file);
    if (there === text) return aside;
    if (there !== void 0) continue;
    await writeAtomically(file, text);
    return aside;
  }
}
async function isCommitted(root, path, text) {
  const plain = (some) => some.replace(/\r\n/g, "\n");
  try {
    return plain(await git(root, ["show", `HEAD:./${path}`])) === plain(text);
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}
export {
  draftOf,
  findBreakdown,
  placeDraft,
  predecessorOf,
  predecessorWarnings,
  removeDraft,
  sha256,
  sourceOf,
  textOf,
  writeAtomically,
  writeRendered
};
