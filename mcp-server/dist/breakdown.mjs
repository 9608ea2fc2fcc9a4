// import:graph.mjs in breakdown.mjs
import { InvalidGlob, PRIORITIES, SIZES, findCycle, inferWrites, normaliseGlob, orderedDespiteParallelWith } from "./graph.mjs";

// mcp-server/src/breakdown/errors.ts
var MOST_TOLD = 5;
var BreakdownError = class _BreakdownError extends Error {
  name = "BreakdownError";
  /** Path of the value in the file, such as `tasks[3].dependencies`; empty for the file as a whole. */
  field;
  remedy;
  #problem;
  constructor(file, field, problem, remedy) {
    super(`${file}: ${problem}.`);
    this.field = field;
    this.remedy = `${remedy}.`;
    this.#problem = problem;
  }
  /** All that is wrong with a file as one error, as far as somebody mends it in one go; the field is the first's. */
  static together(file, errors) {
    const [first2, ...rest] = errors.slice(0, MOST_TOLD);
    if (rest.length === 0) return first2;
    const more = errors.length - 1 - rest.length;
    const all = [first2, ...rest];
    const problems = [...all.map((error) => error.#problem), ...more > 0 ? [`and ${more} more`] : []];
    const remedies = new Set(all.map(({ remedy }) => remedy.replace(/\.$/, "")));
    return new _BreakdownError(file, first2.field, problems.join(". "), [...remedies].join(". "));
  }
};
function readEach(file, items, read) {
  const results = [];
  const errors = [];
  for (const item of items) {
    try {
      results.push(read(item));
    } catch (error) {
      if (!(error instanceof BreakdownError)) throw error;
      errors.push(error);
    }
  }
  const [first2, ...rest] = errors;
  if (first2) throw BreakdownError.together(file, [first2, ...rest]);
  return results;
}

// mcp-server/src/breakdown/dependencies.ts
function checkDependencies(tasks, places, file, around) {
  const positions = /* @__PURE__ */ new Map();
  readEach(file, tasks.entries(), ([at, { id: id2 }]) => {
    const before = positions.get(id2);
    if (before !== void 0 || around.has(id2)) {
      const where = before === void 0 ? "the plan" : places[before];
      const problem = `the id ${id2} stands twice, in ${where} and ${places[at]}`;
      throw new BreakdownError(file, `${places[at]}.id`, problem, "Give one of the two another id");
    }
    positions.set(id2, at);
  });
  readEach(file, tasks.entries(), ([at, { id: id2, dependencies }]) => {
    for (const dependency of dependencies) {
      const field = `${places[at]}.dependencies`;
      if (dependency === id2) {
        throw new BreakdownError(file, field, `task ${id2} depends on itself`, "Remove that dependency");
      }
      if (!positions.has(dependency) && !around.has(dependency)) {
        const where = around.size > 0 ? "plan" : "file";
        const problem = `task ${id2} depends on ${dependency}, which is not in the ${where}`;
        throw new BreakdownError(file, field, problem, "Correct the id, or add that task");
      }
    }
  });
  const cycle = findCycle(
    new Map([...tasks.map((task) => [task.id, task.dependencies]), ...around])
  );
  if (cycle !== void 0) {
    const place = places[positions.get(cycle.find((id2) => positions.has(id2))) ?? 0];
    const problem = `tasks depend on each other in a cycle: ${cycle.join(" → ")}`;
    throw new BreakdownError(file, `${place}.dependencies`, problem, "Remove one of these dependencies");
  }
  return orderedDespiteParallelWith(tasks).map(
    ({ task, others }) => `task ${task}: parallelWith names ${others.join(", ")}, but dependencies put them in order`
  );
}

// mcp-server/src/breakdown/depth.ts
var MAX_DEPTH = 64;
function isTooDeep(value) {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((item) => typeof item === "object" && item !== null ? Object.values(item) : []);
  }
  return false;
}

// import:lib/jsonc-parser.mjs in breakdown.mjs
import { parse, parseTree } from "./lib/jsonc-parser.mjs";

// mcp-server/src/breakdown/json/position.ts
var STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
function jsonErrorPosition(text2) {
  const errors = [];
  try {
    parse(text2, errors, STRICT);
  } catch (error) {
    if (error instanceof RangeError) return void 0;
    throw error;
  }
  return errors[0] && positionOf(text2, errors[0].offset);
}
function positionOf(text2, offset) {
  const before = text2.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

// mcp-server/src/breakdown/json/document.ts
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function withoutByteOrderMark(text2) {
  return text2.replace(/^\uFEFF/, "");
}
function parseDocument(text2, file) {
  const json = withoutByteOrderMark(text2);
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    const { line, column } = jsonErrorPosition(json) ?? { line: 1, column: 1 };
    throw new BreakdownError(
      file,
      "",
      `not valid JSON at line ${line}, column ${column}`,
      "Correct the file there; nothing was changed"
    );
  }
  if (isTooDeep(value)) {
    throw new BreakdownError(
      file,
      "",
      `the file is nested more than ${MAX_DEPTH} levels deep`,
      "Flatten it; nothing was changed"
    );
  }
  if (isObject(value)) return value;
  throw new BreakdownError(
    file,
    "",
    `the file holds ${Array.isArray(value) ? "a list" : `the value ${JSON.stringify(value)}`}, not an object`,
    'Write {"tasks": […]}'
  );
}

// import:node:util in breakdown.mjs
import { isDeepStrictEqual } from "node:util";

// import:lib/zod.mjs in breakdown.mjs
import * as z from "./lib/zod.mjs";

// mcp-server/src/breakdown/task-fields.ts
var asIs = (value) => value;
var ID = /^[^\s\p{C}\p{Z}<>`"\\]{1,200}$/u;
var written = z.union([z.string(), z.number().transform(String)]).transform((text2) => text2.trim());
var id = written.pipe(z.string().regex(ID)).transform((text2) => text2);
var reference = written.pipe(z.string().min(1)).transform((text2) => text2);
var text = z.string();
var numeric = z.union([
  z.number(),
  z.string().regex(/^\s*\d+(?:\.\d+)?\s*$/).transform(Number)
]);
var wholeNumber = numeric.pipe(z.int().min(0));
var minutes = numeric.transform((value) => Math.round(value * 6e4)).pipe(z.int().min(1));
var listOf = (item) => z.preprocess((value) => Array.isArray(value) ? value : [value], z.array(item));
var SIZE_NAMES = {
  ...Object.fromEntries(SIZES.map((size2) => [size2, size2])),
  s: "small",
  sm: "small",
  m: "medium",
  md: "medium",
  l: "large",
  lg: "large"
};
var size = z.string().transform((name) => SIZE_NAMES[name.trim().toLowerCase()]).pipe(z.enum(SIZES));
var priority = z.string().transform((name) => name.trim().toLowerCase()).pipe(z.enum(PRIORITIES));
var acceptance = listOf(
  z.union([
    z.string().transform((criterion) => ({ criterion })),
    z.object({ criterion: z.string(), command: z.string().optional() }).transform(
      ({ criterion, command }) => command === void 0 ? { criterion } : { criterion, command }
    )
  ])
);
function first(schema) {
  return (values) => values.length === 0 ? void 0 : schema.parse(values[0]);
}
function globs(values, warn) {
  if (values.length === 0) return void 0;
  const named = listOf(text).parse(values[0]);
  const valid = [];
  for (const one of named) {
    try {
      valid.push(normaliseGlob(one));
    } catch (error) {
      if (!(error instanceof InvalidGlob)) throw error;
      warn(`the glob ${error.message} (left out)`);
    }
  }
  return valid.length === 0 && named.length > 0 ? void 0 : [...new Set(valid)];
}
var FIELDS = {
  id: {
    keys: ["id"],
    expects: "a number, or a text of 1 to 200 characters without spaces, quotes, < and >",
    essential: true,
    read: first(id),
    render: asIs
  },
  subject: {
    keys: ["subject", "title"],
    expects: "a text that is not empty",
    essential: true,
    read: first(text.refine((subject) => subject.trim() !== "")),
    render: asIs
  },
  description: {
    keys: ["description"],
    expects: "a text",
    essential: true,
    standard: "",
    read: first(text),
    render: asIs
  },
  activeForm: { keys: ["activeForm"], expects: "a text", essential: false, read: first(text), render: asIs },
  phase: { keys: ["phase"], expects: "a number", essential: false, read: first(wholeNumber), render: asIs },
  phaseName: { keys: ["phaseName"], expects: "a text", essential: false, read: first(text), render: asIs },
  size: {
    keys: ["size"],
    expects: `one of ${SIZES.join(", ")}`,
    essential: false,
    read: first(size),
    render: asIs
  },
  priority: {
    keys: ["priority"],
    expects: `one of ${PRIORITIES.join(", ")}`,
    essential: false,
    standard: "medium",
    read: first(priority),
    render: asIs
  },
  dependencies: {
    keys: ["dependencies", "dependsOn", "blockedBy"],
    expects: "a list of task ids",
    essential: true,
    standard: [],
    // All of them hold: leaving one out would start the task too early.
    read: (values) => values.length === 0 ? void 0 : [...new Set(values.flatMap((value) => listOf(reference).parse(value)))],
    render: asIs
  },
  needs: {
    keys: ["needs"],
    expects: '"all", "any", "settled" or {"atLeast": n}',
    essential: true,
    standard: "all",
    read: first(z.union([z.enum(["all", "any", "settled"]), z.strictObject({ atLeast: z.int().min(1) })])),
    render: asIs
  },
  writes: {
    keys: ["writes", "files"],
    expects: "a list of globs",
    essential: true,
    read: globs,
    render: asIs
  },
  reads: {
    keys: ["reads"],
    expects: "a list of globs",
    essential: true,
    standard: [],
    read: globs,
    render: asIs
  },
  resources: {
    keys: ["resources"],
    expects: "a list of names",
    essential: true,
    standard: [],
    read: first(listOf(text)),
    render: asIs
  },
  agent: {
    keys: ["agent"],
    expects: "the name of an agent type",
    essential: false,
    read: first(text.min(1).transform((name) => name.replace(/^parallel:/, ""))),
    render: asIs
  },
  isolation: {
    keys: ["isolation"],
    expects: '"shared" or "worktree"',
    essential: true,
    read: first(z.enum(["shared", "worktree"])),
    render: asIs
  },
  alternatives: {
    keys: ["alternatives"],
    expects: "the name of a group of tasks",
    essential: true,
    read: first(text.transform((name) => name.trim()).pipe(text.min(1))),
    render: asIs
  },
  estimateMs: {
    keys: ["estimateMinutes"],
    expects: "a number of minutes above 0",
    essential: false,
    read: first(minutes),
    render: (ms) => ms / 6e4
  },
  timeoutMs: {
    keys: ["timeoutMinutes"],
    expects: "a number of minutes above 0",
    essential: false,
    read: first(minutes),
    render: (ms) => ms / 6e4
  },
  retries: {
    keys: ["retries"],
    expects: "a whole number from 0",
    essential: false,
    read: first(wholeNumber),
    render: asIs
  },
  acceptance: {
    keys: ["acceptance"],
    expects: "a list of texts or of {criterion, command}",
    essential: false,
    standard: [],
    read: first(acceptance),
    render: (criteria) => criteria.map(({ criterion, command }) => command === void 0 ? criterion : { criterion, command })
  },
  review: {
    keys: ["review"],
    expects: "true or false",
    essential: false,
    read: first(z.boolean()),
    render: asIs
  }
};
var TABLE = Object.entries(FIELDS);
var INTERPRETED = new Set(TABLE.flatMap(([, { keys }]) => keys));
function fieldRules() {
  return TABLE.map(([name, { keys, expects, essential, standard }]) => ({
    name,
    keys,
    expects,
    essential,
    standard
  }));
}
var WrongField = class extends Error {
  key;
  expects;
  constructor(key, expects) {
    super(`${key} must be ${expects}`);
    this.key = key;
    this.expects = expects;
  }
};
function pick(raw, keys) {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(raw, key)).map((key) => [key, raw[key]]));
}
function readField(field, raw, warn) {
  const said = Object.entries(raw).filter(([, value]) => value !== null && value !== void 0);
  try {
    return field.read(
      said.map(([, value]) => value),
      warn
    ) ?? field.standard;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const key = said[0]?.[0] ?? field.keys[0] ?? "";
    if (field.essential)
      throw new WrongField(said.length > 1 ? said.map(([name]) => name).join("/") : key, field.expects);
    warn(`${key} must be ${field.expects} (left out)`);
    return field.standard;
  }
}
function readFields(raw, warn) {
  const fields = {};
  const extra = Object.entries(raw).filter(([key]) => !INTERPRETED.has(key));
  for (const [name, field] of TABLE) {
    const found = pick(raw, field.keys);
    const value = readField(field, found, warn);
    if (value !== void 0) fields[name] = value;
    if (!isDeepStrictEqual(found, renderField(field, value, "file"))) extra.push(...Object.entries(found));
  }
  return { ...fields, extra: Object.fromEntries(extra) };
}
function renderFields(definition) {
  const parts = [];
  for (const [name, field] of TABLE) {
    const value = definition[name];
    const raw = pick(definition.extra, field.keys);
    const unchanged = Object.keys(raw).length > 0 && isDeepStrictEqual(
      readField(field, raw, () => {
      }),
      value
    );
    parts.push(unchanged ? raw : renderField(field, value, definition.origin));
  }
  const rest = Object.entries(definition.extra).filter(([key]) => !INTERPRETED.has(key));
  return Object.fromEntries([...parts.flatMap((part) => Object.entries(part)), ...rest]);
}
function renderField(field, value, origin) {
  const [key = ""] = field.keys;
  if (value === void 0 || origin === "file" && isDeepStrictEqual(value, field.standard)) return {};
  return { [key]: field.render(value) };
}
function sameMeaning(a, b) {
  return isDeepStrictEqual(meaningOf(a), meaningOf(b));
}
function meaningOf({
  extra,
  origin: _origin,
  inferredWrites: _inferred,
  ...fields
}) {
  return {
    ...fields,
    extra: Object.fromEntries(Object.entries(extra).filter(([key]) => !INTERPRETED.has(key)))
  };
}

// mcp-server/src/breakdown/breakdown.ts
function readBreakdown(text2, file) {
  const { tasks: found, ...document } = parseDocument(text2, file);
  if (!Array.isArray(found)) {
    const keys = Object.keys(document);
    throw new BreakdownError(
      file,
      "tasks",
      `there is no list "tasks"${keys.length > 0 ? ` (found ${keys.join(", ")})` : ""}`,
      'Put all tasks into one list "tasks", each with id, subject, description and dependencies'
    );
  }
  if (found.length === 0) {
    throw new BreakdownError(file, "tasks", '"tasks" is empty', "Add at least one task");
  }
  const warnings = [];
  const raw = found.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  const tasks = readTasks(raw, file, warnings);
  return { title: titleOf(document, file), document, tasks, warnings };
}
function readTasks(raw, file, warnings, around = /* @__PURE__ */ new Map()) {
  const tasks = readEach(file, raw, (task) => readTask(task, file, warnings));
  const places = raw.map(({ place }) => place);
  warnings.push(...checkDependencies(tasks, places, file, around));
  return tasks;
}
function readTask({ fields: raw, place, scopeText }, file, warnings) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, subject, …}");
  }
  const id2 = typeof raw.id === "string" || typeof raw.id === "number" ? String(raw.id).trim() : "";
  const name = id2 === "" ? place : `task ${id2}`;
  const warn = (text2) => void warnings.push(`${name}: ${text2}`);
  const { extra, ...fields } = readWith(raw, warn, (wrong) => {
    const problem = `${name}: ${wrong.message}`;
    return new BreakdownError(file, `${place}.${wrong.key}`, problem, `Correct ${wrong.key} of ${name}`);
  });
  if (fields.id === void 0) {
    throw new BreakdownError(file, `${place}.id`, `${place} has no id`, 'Give it one, such as "1.1"');
  }
  if (fields.subject === void 0) {
    throw new BreakdownError(
      file,
      `${place}.subject`,
      `${name} has no subject`,
      "Say in one line what it does"
    );
  }
  if (typeof fields.needs === "object" && fields.needs.atLeast > fields.dependencies.length) {
    throw new BreakdownError(
      file,
      `${place}.needs`,
      `${name} needs at least ${fields.needs.atLeast} of ${fields.dependencies.length} dependencies`,
      "Lower the number or add dependencies"
    );
  }
  if (Object.hasOwn(raw, "status")) warn(`status ${JSON.stringify(raw.status)} is not imported`);
  const lists = ["dependencies", "dependsOn", "blockedBy"].filter((key) => Object.hasOwn(raw, key));
  if (lists.length > 1) warn(`${lists.join(" and ")} are both given; all of them are respected`);
  const description = fields.description ?? "";
  const task = {
    ...fields,
    id: fields.id,
    subject: fields.subject,
    description,
    reads: fields.reads ?? [],
    resources: fields.resources ?? [],
    acceptance: fields.acceptance ?? [],
    inferredWrites: fields.writes === void 0 ? inferWrites(scopeText ?? description) : [],
    origin: "file",
    extra
  };
  return task;
}
function readWith(raw, warn, refusal) {
  try {
    return readFields(raw, warn);
  } catch (error) {
    throw error instanceof WrongField ? refusal(error) : error;
  }
}
function titleOf(document, file) {
  const candidates = [document.title, document.slug, document.spec];
  const title = candidates.find((value) => typeof value === "string" && value.trim() !== "");
  return typeof title === "string" ? title : file;
}

// mcp-server/src/breakdown/foreign-breakdown.ts
var NAMED_TASKS = 20;
function toBreakdown(foreign, file) {
  const { done } = foreign;
  if (foreign.tasks.length === 0) {
    throw new BreakdownError(
      file,
      "tasks",
      done.length > 0 ? `all of its ${done.length} tasks are marked as done or given up` : "there is no task in it",
      "Nothing is left to run; take the mark from a task that is to be done again"
    );
  }
  const warnings = [];
  const tasks = readTasks(foreign.tasks, file, warnings);
  const skipped = done.length === 0 ? [] : [`marked as done and left out, so that nothing waits for them: ${listed(done)}`];
  return {
    title: foreign.title,
    document: {},
    tasks,
    warnings: [...skipped, ...foreign.warnings, ...warnings]
  };
}
function listed(ids) {
  const names = [...new Set(ids)];
  const more = names.length - NAMED_TASKS;
  return more > 0 ? `${names.slice(0, NAMED_TASKS).join(", ")} and ${more} more` : names.join(", ");
}

// mcp-server/src/breakdown/json/elements.ts
function listUnder(key, text2) {
  const property = parseTree(text2)?.children?.findLast(({ children }) => children?.[0]?.value === key);
  const list = property?.children?.[1];
  return list?.type === "array" ? { ...spanOf(list), elements: (list.children ?? []).map(spanOf) } : void 0;
}
function spanOf({ offset, length }) {
  return { start: offset, end: offset + length };
}

// mcp-server/src/breakdown/task-master/task-master.ts
var DONE = /* @__PURE__ */ new Set(["done", "completed"]);
var GIVEN_UP = /* @__PURE__ */ new Set(["cancelled"]);
var PUT_OFF = /* @__PURE__ */ new Set(["deferred"]);
var USUAL_TAG = "master";
function isTaskMaster(document) {
  const { tasks } = document;
  if (!Array.isArray(tasks)) return tagsOf(document).length > 0;
  return tasks.every((task) => isObject(task) && !("subject" in task)) && tasks.some((task) => ["details", "testStrategy", "subtasks"].some((key) => key in task));
}
function readTaskMaster(document, file, tag) {
  const warnings = [];
  const { list, name, place } = listOf2(document, file, tag, warnings);
  const items = list.flatMap((raw, at) => itemsOf(raw, `${place}[${at}]`, file));
  const byId = new Map(items.map((item) => [item.id, item]));
  const leftOut = closure(items, byId, (item) => PUT_OFF.has(item.status));
  if (leftOut.size > 0) {
    warnings.push(
      `${[...leftOut].join(", ")} ${leftOut.size === 1 ? "is" : "are"} deferred, or wait for what is: left out`
    );
  }
  const over = (item) => DONE.has(item.status) || GIVEN_UP.has(item.status);
  const isOpen = (item) => !over(item) && !leftOut.has(item.id);
  const openParts = (item) => items.filter((part) => part.parent === item && isOpen(part));
  const standIns = (id2) => {
    const item = byId.get(id2);
    if (item === void 0) return [id2];
    const parts = openParts(item);
    if (parts.length > 0) return parts.map((part) => part.id);
    return isOpen(item) ? [id2] : [];
  };
  const tasks = items.filter((item) => isOpen(item) && (item.parent === void 0 || !over(item.parent))).filter((item) => openParts(item).length === 0).map((item) => {
    const inherited = item.parent?.dependencies ?? [];
    const dependencies = [...new Set([...inherited, ...item.dependencies].flatMap(standIns))];
    return {
      place: item.place,
      scopeText: item.text,
      fields: fieldsOf(item, dependencies)
    };
  });
  return {
    title: name ?? file,
    tasks,
    warnings,
    done: items.filter((item) => over(item) && item.parent === void 0).map((item) => item.id)
  };
}
function tagsOf(document) {
  return Object.entries(document).filter(([, value]) => isObject(value) && Array.isArray(value.tasks)).map(([tag]) => tag);
}
function listOf2(document, file, tag, warnings) {
  const named = (value) => {
    const name = isObject(value) ? value.projectName : void 0;
    return typeof name === "string" && name !== "" ? name : void 0;
  };
  if (Array.isArray(document.tasks)) {
    const name = named(document.meta) ?? named(document.metadata);
    return { list: document.tasks, name, place: "tasks" };
  }
  const tags = tagsOf(document);
  const chosen = tag ?? (tags.length === 1 ? tags[0] : tags.find((one) => one === USUAL_TAG));
  if (chosen === void 0 || !tags.includes(chosen)) {
    throw new BreakdownError(
      file,
      "tasks",
      chosen === void 0 ? `it has several lists of tasks (${tags.join(", ")}) and none of them is ${USUAL_TAG}` : `it has no list of tasks ${JSON.stringify(chosen)} (only ${tags.join(", ")})`,
      `Name one behind the path, such as "${file}#${tags[0]}"`
    );
  }
  const others = tags.filter((one) => one !== chosen);
  if (tag === void 0 && others.length > 0) {
    warnings.push(
      `the list ${chosen} was taken; the file also has ${others.join(", ")} (name one behind the path: "…#${others[0]}")`
    );
  }
  const { tasks, metadata } = document[chosen];
  return {
    list: tasks,
    name: named(metadata) ?? (chosen === USUAL_TAG ? void 0 : chosen),
    place: `${chosen}.tasks`
  };
}
function itemsOf(raw, place, file) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, title, …}");
  }
  const task = itemOf(raw, place, void 0, /* @__PURE__ */ new Set(), file);
  const subtasks = Array.isArray(raw.subtasks) ? raw.subtasks : [];
  const siblings = new Set(subtasks.map((subtask) => isObject(subtask) ? String(subtask.id) : ""));
  return [
    task,
    ...subtasks.map((subtask, at) => {
      const inside = `${place}.subtasks[${at}]`;
      if (!isObject(subtask)) {
        throw new BreakdownError(file, inside, `${inside} is not an object`, "Write it as {id, title, …}");
      }
      return itemOf(subtask, inside, task, siblings, file);
    })
  ];
}
function itemOf(raw, place, parent, siblings, file) {
  if (typeof raw.id !== "string" && typeof raw.id !== "number" || String(raw.id).trim() === "") {
    throw new BreakdownError(file, `${place}.id`, `${place} has no id`, "Give it a number");
  }
  if (typeof raw.title !== "string" || raw.title.trim() === "") {
    throw new BreakdownError(file, `${place}.title`, `${place} has no title`, "Say in one line what it does");
  }
  const own = String(raw.id).trim();
  const found = raw.dependencies ?? [];
  if (!Array.isArray(found) || !found.every((id2) => typeof id2 === "string" || typeof id2 === "number")) {
    const field = `${place}.dependencies`;
    throw new BreakdownError(file, field, `${field} is not a list of task numbers`, "Write it as [1, 2]");
  }
  return {
    id: parent === void 0 || own.startsWith(`${parent.id}.`) ? own : `${parent.id}.${own}`,
    place,
    raw,
    parent,
    status: typeof raw.status === "string" ? raw.status.trim().toLowerCase() : "pending",
    dependencies: found.map(
      (id2) => parent !== void 0 && siblings.has(String(id2)) ? `${parent.id}.${id2}` : String(id2).trim()
    ),
    text: [raw.description, raw.details].filter((part) => typeof part === "string" && part !== "").join("\n\n")
  };
}
function closure(items, byId, condition) {
  const found = new Set(items.filter(condition).map((item) => item.id));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const item of items) {
      if (DONE.has(item.status) || GIVEN_UP.has(item.status)) continue;
      const waits = item.dependencies.some((id2) => found.has(id2) && byId.has(id2));
      if (waits || item.parent !== void 0 && found.has(item.parent.id)) found.add(item.id);
    }
  }
  return found;
}
function fieldsOf(item, dependencies) {
  const { raw, parent } = item;
  const strategy = textIn(raw.testStrategy);
  const criteria = textIn(raw.acceptanceCriteria).split("\n").map((line) => line.replace(/^\s*[-*]\s*/, "").trim()).filter((line) => line !== "");
  return {
    id: item.id,
    subject: raw.title,
    description: [
      item.text,
      ...parent === void 0 ? [] : [partOf(parent)],
      ...strategy === "" ? [] : [`Test strategy: ${strategy}`]
    ].join("\n\n"),
    dependencies,
    ...parent !== void 0 && { phaseName: parent.raw.title },
    // It knows one more step than the breakdown does.
    ...raw.priority !== void 0 && { priority: raw.priority === "critical" ? "high" : raw.priority },
    ...criteria.length > 0 && { acceptance: criteria }
  };
}
function partOf(parent) {
  const strategy = textIn(parent.raw.testStrategy);
  return [
    `This is a part of task ${parent.id}, ${parent.raw.title}:`,
    ...[parent.text, ...strategy === "" ? [] : [`Test strategy of the whole: ${strategy}`]].join("\n\n").split("\n").map((line) => `> ${line}`)
  ].join("\n");
}
function textIn(value) {
  return typeof value === "string" ? value.trim() : "";
}

// mcp-server/src/breakdown/read-file.ts
var READABLE = "a 03-tasks.json, a tasks.md of spec-kit, a tasks.json of Task Master, or a Markdown plan with headings `### Task N: name` (superpowers)";
async function readFileBreakdown(text2, file, part) {
  if (!isJson(text2, file)) {
    const { readMarkdownBreakdown } = await import("./breakdown/markdown/breakdown.mjs");
    const breakdown = readMarkdownBreakdown(text2, file);
    return breakdown && { ...breakdown, own: false };
  }
  const document = parseDocument(text2, file);
  if (isTaskMaster(document)) {
    return { ...toBreakdown(readTaskMaster(document, file, part), file), own: false };
  }
  if (part !== void 0) {
    throw new BreakdownError(
      file,
      "",
      `it has no lists of tasks by name, so ${JSON.stringify(part)} cannot be one`,
      "Give the path without #"
    );
  }
  return { ...readBreakdown(text2, file), own: true };
}
function isOwnFormat(text2, file) {
  return !isTaskMaster(parseDocument(text2, file));
}
function isJson(text2, file) {
  return file.endsWith(".json") || /^\s*[[{]/.test(withoutByteOrderMark(text2));
}

// mcp-server/src/breakdown/stands-alone.ts
var ELSEWHERE = [
  /\bas (?:specified|described|explained|defined)(?: (?:above|earlier|in the spec\w*)|(?=[.,;)]|$))/im,
  /\b(?:from|see|according to) the spec(?:ification)?\b/i,
  /\b(?:same as|like|as) (?:in )?task \d[\w.]*\w/i
];
function descriptionWarnings(tasks) {
  const empty = tasks.filter(({ description }) => description.trim() === "").map(({ id: id2 }) => id2);
  const elsewhere = tasks.flatMap(({ id: id2, description }) => {
    const found = ELSEWHERE.flatMap((words) => words.exec(description)?.[0] ?? []);
    return found.length === 0 ? [] : [`${id2} ("${found[0]}")`];
  });
  return [
    ...empty.length > 0 ? [`Without a description: ${empty.join(", ")}.`] : [],
    ...elsewhere.length > 0 ? [`These may send their agent to a text that it does not have: ${elsewhere.join(", ")}.`] : []
  ];
}

// mcp-server/src/breakdown/write-breakdown.ts
function writeBreakdown(document, tasks) {
  return `${JSON.stringify({ ...document, tasks: tasks.map(renderFields) }, null, 2)}
`;
}
function updateBreakdown(text2, file, tasks) {
  const list = listUnder("tasks", text2);
  if (!list) throw new Error("the text is no breakdown");
  const style = styleOf(text2, list.start, list.elements[0]?.start ?? list.start);
  const written2 = new Map(
    readBreakdown(text2, file).tasks.map((task, at) => [task.id, { task, span: list.elements[at] }])
  );
  const pieces = tasks.map((task) => {
    const old = written2.get(task.id);
    if (!old?.span) return renderTask(renderFields(task), style);
    const as = text2.slice(old.span.start, old.span.end);
    if (sameMeaning(old.task, task)) return as;
    return renderTask(inOrderOf(JSON.parse(as), renderFields(task)), style);
  });
  const before = list.elements.map(({ start, end }) => text2.slice(start, end));
  if (before.length === pieces.length && before.every((piece, at) => piece === pieces[at])) return text2;
  const { newline, element, close } = style;
  const inner = pieces.join(`,${newline}${element}`);
  return `${text2.slice(0, list.start)}[${newline}${element}${inner}${newline}${close}]${text2.slice(list.end)}`;
}
function styleOf(text2, listStart, firstStart) {
  const gap = text2.slice(listStart + 1, firstStart);
  if (!gap.includes("\n")) return { newline: "", element: "", step: "", close: "" };
  const step = /\n([ \t]+)\S/.exec(withoutByteOrderMark(text2))?.[1] ?? "  ";
  const element = gap.slice(gap.lastIndexOf("\n") + 1);
  return {
    newline: gap.includes("\r\n") ? "\r\n" : "\n",
    element,
    step,
    close: element.endsWith(step) ? element.slice(0, -step.length) : ""
  };
}
function renderTask(fields, { newline, element, step }) {
  if (newline === "") return JSON.stringify(fields);
  const inner = `${newline}${element}${step}`;
  const lines = Object.entries(fields).map(([key, value]) => {
    const plain = Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null);
    const text2 = plain ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value, null, step).replaceAll("\n", inner);
    return `${JSON.stringify(key)}: ${text2}`;
  });
  return `{${inner}${lines.join(`,${inner}`)}${newline}${element}}`;
}
function inOrderOf(raw, fields) {
  const known = Object.keys(raw).filter((key) => Object.hasOwn(fields, key));
  return Object.fromEntries([...known, ...Object.keys(fields)].map((key) => [key, fields[key]]));
}

// mcp-server/src/breakdown/write-scopes.ts
function writeScopes(text2, file, scopes) {
  const writes = new Map(scopes.map((scope) => [scope.task, scope.writes]));
  const tasks = readBreakdown(text2, file).tasks.map((task) => {
    const suggested = writes.get(task.id);
    return suggested ? { ...task, writes: suggested } : task;
  });
  return updateBreakdown(text2, file, tasks);
}
export {
  BreakdownError,
  MAX_DEPTH,
  READABLE,
  WrongField,
  checkDependencies,
  descriptionWarnings,
  fieldRules,
  isObject,
  isOwnFormat,
  isTaskMaster,
  isTooDeep,
  jsonErrorPosition,
  listUnder,
  parseDocument,
  positionOf,
  readBreakdown,
  readEach,
  readFields,
  readFileBreakdown,
  readTaskMaster,
  readTasks,
  renderFields,
  sameMeaning,
  toBreakdown,
  updateBreakdown,
  withoutByteOrderMark,
  writeBreakdown,
  writeScopes
};
