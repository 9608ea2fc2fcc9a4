// import:graph.mjs in breakdown.mjs
import { CHOICE_WORDS, EFFORTS, INHERIT, InvalidGlob, MAX_TASK_ID, MODELS, PRIORITIES, SIZES, findCycle, inferWrites, modelChoiceFrom, normaliseGlob, orderedDespiteParallelWith } from "./graph.mjs";

// mcp-server/src/breakdown/errors.ts
var MAX_TOLD = 5;
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
  /** All that is wrong with a file as one error, as far as somebody fixes it in one go; the field is the first's. */
  static together(file, errors) {
    const [first2, ...rest] = errors.slice(0, MAX_TOLD);
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

// mcp-server/src/breakdown/description-warnings.ts
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

// mcp-server/src/breakdown/file-status.ts
var WORDS = {
  open: `pending|open|todo|to do|new|ready|planned|not started|unstarted|queued|backlog|draft|proposed|in progress|inprogress|doing|started|active|wip|ongoing|review|in review|testing|blocked|waiting|failed|paused`,
  done: "done|complete|completed|closed|finished|resolved|merged|shipped|implemented|verified",
  "given up": "cancelled|canceled|skipped|dropped|abandoned|obsolete|rejected|removed|superseded|duplicate|wontfix|wont fix|won't fix|won't do",
  "put off": "deferred|postponed"
};
var MEANINGS = new Map(
  Object.entries(WORDS).flatMap(
    ([status, words]) => words.split("|").map((word2) => [word2, status])
  )
);
var DONE_SIGN = /^(?:\[?[xX✓✔]\]?|[✅☑✔]|100 ?%(?: (?:done|complete))?)\uFE0F?$/iu;
var TICKED = /^\s*(?:\[[xX✓✔✅]\](?=\s)|[✅☑✔✓])|[✅☑✔]\uFE0F?\s*$/u;
var DONE_KEYS = ["done", "completed", "complete", "finished", "isDone", "isCompleted", "passes", "checked"];
function recordStatus(record) {
  if (DONE_KEYS.some((key) => record[key] === true)) return "done";
  const stated = fileStatus(record.status) ?? fileStatus(record.state);
  if (stated !== void 0) return stated;
  const name = record.subject ?? record.title ?? record.name;
  return typeof name === "string" && TICKED.test(name) ? "done" : void 0;
}
function fileStatus(value) {
  if (value === true) return "done";
  if (typeof value !== "string") return void 0;
  if (DONE_SIGN.test(value.trim())) return "done";
  return MEANINGS.get(
    value.trim().toLowerCase().replace(/[\s_-]+/g, " ").replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")
  );
}

// mcp-server/src/breakdown/json/json-lines.ts
function isJsonLines(text2, file) {
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return true;
  const lines = firstLines(text2, 2);
  return lines.length > 1 && lines.every(isObjectText);
}
function firstLines(text2, count) {
  const lines = [];
  for (let start = 0; start < text2.length && lines.length < count; ) {
    const found = text2.indexOf("\n", start);
    const end = found < 0 ? text2.length : found;
    const line = text2.slice(start, end);
    if (line.trim() !== "") lines.push(line);
    start = end + 1;
  }
  return lines;
}
function isObjectText(line) {
  if (!/^\s*\{.*\}\s*$/s.test(line)) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

// import:lib/jsonc-parser.mjs in breakdown.mjs
import { parse, parseTree } from "./lib/jsonc-parser.mjs";

// import:node:util in breakdown.mjs
import { isDeepStrictEqual } from "node:util";

// import:lib/zod.mjs in breakdown.mjs
import * as z from "./lib/zod.mjs";

// mcp-server/src/breakdown/task-fields.ts
var asIs = (value) => value;
var ID = /^[^\s\p{C}\p{Z}<>`"\\]*$/u;
var written = z.union([z.string(), z.number().transform(String)]).transform((text2) => text2.trim());
var id = written.pipe(z.string().min(1).max(MAX_TASK_ID).regex(ID)).transform((text2) => text2);
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
var word = z.string().transform((name) => name.trim().toLowerCase());
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
  const named = listOf(text).parse(pathsOf(values[0]));
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
var DEPENDENCY_KEYS = [
  "dependencies",
  "dependsOn",
  "blockedBy",
  "depends_on",
  "blocked_by"
];
function pathsOf(value) {
  if (typeof value === "string") return value.split(/,\s+/);
  if (Array.isArray(value)) return value.map(pathOf);
  if (typeof value !== "object" || value === null) return [value];
  const lists = Object.entries(value).filter(([key]) => !/^(?:reads?|reference)/i.test(key));
  return lists.every(([, list]) => Array.isArray(list)) ? lists.flatMap(([, list]) => pathsOf(list)) : [value];
}
function pathOf(item) {
  return typeof item === "object" && item !== null && "path" in item ? item.path : item;
}
var FIELDS = {
  id: {
    keys: ["id"],
    expects: `a number, or a text of 1 to ${MAX_TASK_ID} characters without spaces, quotes, < and >`,
    essential: true,
    read: first(id),
    render: asIs
  },
  subject: {
    keys: ["subject", "title", "name"],
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
    keys: DEPENDENCY_KEYS,
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
    keys: ["writes", "files", "owns", "file"],
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
  model: {
    keys: ["model"],
    expects: `one of ${[...MODELS, INHERIT].join(", ")}`,
    essential: false,
    read: first(word.pipe(z.enum([...MODELS, INHERIT]))),
    render: asIs
  },
  effort: {
    keys: ["effort"],
    expects: `one of ${[...EFFORTS, INHERIT].join(", ")}`,
    essential: false,
    read: first(word.pipe(z.enum([...EFFORTS, INHERIT]))),
    render: asIs
  },
  escalate: {
    keys: ["escalate"],
    expects: `a list, one for each further attempt, of ${CHOICE_WORDS}`,
    essential: false,
    read: first(listOf(word.refine((step) => modelChoiceFrom(step) !== void 0))),
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
  maxTokens: {
    keys: ["maxTokens"],
    expects: "a whole number of tokens",
    essential: true,
    read: first(wholeNumber),
    render: asIs
  },
  maxCost: {
    keys: ["maxCost"],
    expects: "an amount of money, from 0",
    essential: true,
    read: first(numeric.pipe(z.number().min(0))),
    render: asIs
  },
  maxTurns: {
    keys: ["maxTurns"],
    expects: "a whole number of turns",
    essential: true,
    read: first(wholeNumber),
    render: asIs
  },
  maxMs: {
    keys: ["maxMinutes"],
    expects: "a number of minutes above 0",
    essential: true,
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
    keys: ["acceptance", "acceptanceCriteria", "acceptance_criteria"],
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

// mcp-server/src/breakdown/unread-lines.ts
var MAX_NAMED = 20;
function unreadWarnings(unread) {
  const reasons = [...new Set(unread.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const lines = unread.filter((one) => one.reason === reason).map(({ line }) => line);
    return `not read as tasks, ${reason}: line ${rangesOf(lines)}`;
  });
}
function listed(names) {
  const different = [...new Set(names)];
  const more = different.length - MAX_NAMED;
  return more > 0 ? `${different.slice(0, MAX_NAMED).join(", ")} and ${more} more` : different.join(", ");
}
function rangesOf(lines) {
  const ranges = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last && line === last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`).join(", ");
}

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

// mcp-server/src/breakdown/json/number-ids.ts
var KEYS = /* @__PURE__ */ new Set(["id", ...DEPENDENCY_KEYS]);
var SUSPECT = /[[\s:,]-?(?:\d+\.\d*0|\d+(?:\.\d+)?[eE]|\d[\d.]{15})/;
function numberIds(text2) {
  if (!SUSPECT.test(text2)) return [];
  const found = [];
  const root = parseTree(text2);
  const left = root ? [root] : [];
  for (let node = left.pop(); node; node = left.pop()) {
    const { type, children = [] } = node;
    if (type === "property" && KEYS.has(String(children[0]?.value))) {
      for (const id2 of [children[1], ...children[1]?.children ?? []]) {
        if (id2?.type !== "number") continue;
        const written2 = text2.slice(id2.offset, id2.offset + id2.length);
        if (written2 !== String(id2.value)) found.push({ offset: id2.offset, written: written2, read: String(id2.value) });
      }
    }
    for (const child of children.toReversed()) left.push(child);
  }
  return found;
}
function withIdsAsTexts(text2, ids = numberIds(text2)) {
  let [result, at] = ["", 0];
  for (const { offset, written: written2 } of ids) {
    result += `${text2.slice(at, offset)}"${written2}"`;
    at = offset + written2.length;
  }
  return result + text2.slice(at);
}
function numberIdWarnings(text2, ids) {
  const [first2] = ids;
  if (!first2) return [];
  const places = ids.map(({ offset, written: written2 }) => `${written2} (line ${positionOf(text2, offset).line})`);
  return [
    `ids written as numbers are taken as they stand: ${listed(places)}. Write them as texts, such as "${first2.written}": most programs read this number as ${first2.read}`
  ];
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
  if (isJsonLines(json, file)) {
    throw new BreakdownError(
      file,
      "",
      "it is JSON Lines (one object on each line), not one document with all tasks",
      'Put its records into one list {"tasks": […]}, each with id, subject and dependencies'
    );
  }
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
  const ids = numberIds(json);
  if (ids.length > 0) value = JSON.parse(withIdsAsTexts(json, ids));
  if (isObject(value)) return { document: value, warnings: numberIdWarnings(json, ids) };
  throw new BreakdownError(
    file,
    "",
    `the file holds ${Array.isArray(value) ? "a list" : `the value ${JSON.stringify(value)}`}, not an object`,
    'Write {"tasks": […]}'
  );
}

// mcp-server/src/breakdown/task-dependencies.ts
var OUTSIDE = /^(?:[A-Za-z][\w.]*-\d[\w.]*|#\d+|[\w.-]+\/[\w./#-]+|https?:\S+)$/;
function withoutOutside(tasks, warn) {
  const known = new Set(tasks.map(({ id: id2 }) => id2));
  const forms = new Set([...known].map(formOf));
  const outside = /* @__PURE__ */ new Set();
  const kept = tasks.map((task) => {
    const out = task.dependencies.filter(
      (id2) => !known.has(id2) && OUTSIDE.test(id2) && !forms.has(formOf(id2))
    );
    if (out.length === 0) return task;
    for (const id2 of out) outside.add(id2);
    warn(
      `task ${task.id}: ${out.join(", ")} ${out.length === 1 ? "is" : "are"} outside of the file: it does not wait for ${out.length === 1 ? "it" : "them"}`
    );
    return { ...task, dependencies: task.dependencies.filter((id2) => !out.includes(id2)) };
  });
  return { tasks: kept, outside };
}
function formOf(id2) {
  return id2.replace(/\d+/g, "9");
}

// mcp-server/src/breakdown/own-format/left-out.ts
function refuseDoubled(tasks, file) {
  const byId = /* @__PURE__ */ new Map();
  readEach(file, tasks, (task) => {
    const before = byId.get(task.id);
    byId.set(task.id, before && !isOver(before) ? before : task);
    if (before === void 0 || isOver(before) && isOver(task)) return;
    const problem = `the id ${task.id} stands twice, in ${before.place} and ${task.place}`;
    throw new BreakdownError(file, `${task.place}.id`, problem, "Give one of the two another id");
  });
}
function isOver({ status }) {
  return status === "done" || status === "given up";
}
function leftOut(tasks) {
  const known = new Set(tasks.map(({ id: id2 }) => id2));
  const putOff = new Set(tasks.filter(({ status }) => status === "put off").map(({ id: id2 }) => id2));
  for (let before = -1; before !== putOff.size; ) {
    before = putOff.size;
    for (const task of tasks) {
      if (isOver(task)) continue;
      const waits = task.dependencies.some((id2) => putOff.has(id2) && known.has(id2));
      if (waits || task.parent !== void 0 && putOff.has(task.parent)) putOff.add(task.id);
    }
  }
  return { over: new Set(tasks.filter(isOver).map(({ id: id2 }) => id2)), putOff };
}
function doneWarnings(done) {
  return done.length === 0 ? [] : [`marked as done and left out, so that nothing waits for them: ${listed(done)}`];
}
function putOffWarnings(putOff) {
  if (putOff.size === 0) return [];
  return [
    `${[...putOff].join(", ")} ${putOff.size === 1 ? "is" : "are"} deferred, or wait for what is: left out`
  ];
}
function refuseEmpty(file, done) {
  const problem = done > 0 ? `all of its ${done} tasks are marked as done or given up` : "there is no task in it";
  const remedy = "Nothing is left to run; take the mark from a task that is to be done again";
  throw new BreakdownError(file, "tasks", problem, remedy);
}

// mcp-server/src/breakdown/order-edges.ts
var OrderEdges = class {
  #edges = /* @__PURE__ */ new Map();
  /** Those of them that the file says in words. */
  #said = /* @__PURE__ */ new Map();
  #position;
  /** Whether something waits for what comes later in the file: without that there is no cycle. */
  #backwards = false;
  /** @param order all ids as they stand in the file. */
  constructor(order) {
    this.#position = new Map(order.map((id2, at) => [id2, at]));
  }
  /** What it waits for, in the order of the file. */
  of(id2) {
    const place = (one) => this.#position.get(one) ?? -1;
    return [...this.#edges.get(id2) ?? []].sort((a, b) => place(a) - place(b));
  }
  /** What of that no words of the file say, in no order: it follows from the place of things, their files or names. */
  inferredOf(id2) {
    const said = this.#said.get(id2);
    return [...this.#edges.get(id2) ?? []].filter((other) => !said?.has(other));
  }
  /** The author says that it waits for these. */
  state(id2, others) {
    for (const other of others) this.#add(id2, other, true);
  }
  /**
   * It waits for these as far as none of them waits for it.
   * @param isSaid whether the file says so of what they belong to, such as their phases.
   * @returns those that wait for it.
   */
  suggest(id2, others, isSaid = false) {
    return others.filter((other) => {
      if (other === id2) return false;
      if ((this.#backwards || this.#isLater(other, id2)) && this.#reaches(other, id2)) return true;
      this.#add(id2, other, isSaid);
      return false;
    });
  }
  #add(id2, other, isSaid) {
    if (id2 === other) return;
    if (isSaid) this.#said.set(id2, (this.#said.get(id2) ?? /* @__PURE__ */ new Set()).add(other));
    this.#backwards ||= this.#isLater(other, id2);
    const waiting = this.#edges.get(id2) ?? /* @__PURE__ */ new Set();
    this.#edges.set(id2, waiting.add(other));
  }
  #isLater(a, b) {
    return (this.#position.get(a) ?? -1) > (this.#position.get(b) ?? -1);
  }
  #reaches(from, to) {
    const left = [from];
    const seen = new Set(left);
    for (let at = left.pop(); at !== void 0; at = left.pop()) {
      if (at === to) return true;
      for (const next of this.#edges.get(at) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        left.push(next);
      }
    }
    return false;
  }
};

// mcp-server/src/breakdown/own-format/nested-tasks.ts
var MAX_LEVELS = 4;
var WORDS_FOR = {
  open: "pending",
  done: "done",
  "given up": "cancelled",
  "put off": "deferred"
};
function taskGroups(document, place = "", level = 0) {
  if (level > MAX_LEVELS) return [];
  return Object.entries(document).flatMap(([key, value]) => {
    if (key === "tasks" || !Array.isArray(value)) return [];
    return value.flatMap((fields, at) => {
      if (!isObject(fields)) return [];
      const here = `${place}${key}[${at}]`;
      const { tasks } = fields;
      const own = Array.isArray(tasks) && tasks.some(isObject) ? [{ place: here, fields, tasks }] : [];
      return [...own, ...taskGroups(fields, `${here}.`, level + 1)];
    });
  });
}
function tasksOfGroups(groups, file) {
  const members = groups.map(
    ({ tasks }) => tasks.filter(isObject).map(idOf).filter((id2) => id2 !== "")
  );
  const edges = new OrderEdges(members.flat());
  for (const task of groups.flatMap(({ tasks }) => tasks)) {
    if (isObject(task)) edges.state(idOf(task), statedIn(task));
  }
  const byName = new Map(
    groups.flatMap((group, at) => namesOf(group.fields).map((name) => [name, at]))
  );
  const byPlace = [];
  const openInDone = [];
  const raw = groups.flatMap((group, at) => {
    const named = statedIn(group.fields).map((name) => {
      const found = byName.get(name);
      if (found !== void 0) return found;
      const problem = `${group.place} depends on ${name}, which is no group of the file`;
      throw new BreakdownError(file, `${group.place}.dependencies`, problem, "Correct the name");
    });
    const before = named.flatMap((one) => members[one] ?? []);
    const previous = members.slice(0, at).findLast((ids) => ids.length > 0) ?? [];
    return group.tasks.map((task, i) => {
      const place = `${group.place}.tasks[${i}]`;
      if (!isObject(task)) return { fields: task, place };
      const id2 = idOf(task);
      const says = DEPENDENCY_KEYS.some((key) => Object.hasOwn(task, key));
      edges.state(id2, before);
      if (!says && named.length === 0 && previous.length > 0) {
        edges.suggest(id2, previous);
        byPlace.push(id2);
      }
      const stated = recordStatus(group.fields);
      if (stated === "done" && recordStatus(task) === "open") openInDone.push(`${id2} (${group.place})`);
      const fields = inGroup(task, group.fields, at + 1, edges.of(id2));
      const isSilent = stated !== void 0 && recordStatus(task) === void 0;
      return {
        fields: isSilent ? { ...fields, status: WORDS_FOR[stated] } : fields,
        place,
        inferredDependencies: edges.inferredOf(id2)
      };
    });
  });
  const warnings = [];
  if (byPlace.length > 0) {
    const waiting = byPlace.join(", ");
    warnings.push(`without dependencies of their own, so they wait for the group before theirs: ${waiting}`);
  }
  if (openInDone.length > 0) {
    const named = listed(openInDone);
    warnings.push(
      `not done, although the group in which they stand is marked as done, and imported: ${named}`
    );
  }
  return { raw, warnings };
}
function inGroup(task, group, phase, dependencies) {
  const rest = Object.fromEntries(Object.entries(task).filter(([key]) => !DEPENDENCY_KEYS.includes(key)));
  const name = [group.title, group.name, group.subject, group.id].find((value) => typeof value === "string");
  return { phase, ...name !== void 0 && { phaseName: name }, ...rest, dependencies };
}
function idOf(task) {
  return typeof task.id === "string" || typeof task.id === "number" ? String(task.id).trim() : "";
}
function namesOf(group) {
  return [group.id, group.name, group.title].filter((value) => typeof value === "string" || typeof value === "number").map(String);
}
function statedIn(fields) {
  return DEPENDENCY_KEYS.flatMap((key) => fields[key] ?? []).filter((id2) => typeof id2 === "string" || typeof id2 === "number").map((id2) => String(id2).trim());
}
function isNested(document) {
  return !Array.isArray(document.tasks) && taskGroups(document).length > 0;
}

// mcp-server/src/breakdown/own-format/breakdown.ts
function readBreakdown(text2, file) {
  return breakdownIn(parseDocument(text2, file), file);
}
function breakdownIn(parsed, file) {
  const { tasks: found, ...document } = parsed.document;
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
  const raw = found.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  return breakdownOf(raw, document, file, [...parsed.warnings, ...unreadWarnings2(document, found)]);
}
function breakdownOf(raw, document, file, found) {
  const { open, over, putOff } = openTasks(raw, file);
  if (open.length === 0) refuseEmpty(file, over.size);
  const warnings = [...doneWarnings([...over]), ...putOffWarnings(putOff), ...found];
  const away = /* @__PURE__ */ new Set([...over, ...putOff]);
  const { tasks, outside, inferredDependencies } = readFileTasks(open, file, warnings, away);
  const leftOut2 = /* @__PURE__ */ new Set([...away, ...outside]);
  return { title: titleOf(document, file), document, tasks, warnings, inferredDependencies, leftOut: leftOut2 };
}
function openTasks(raw, file) {
  const stated = raw.flatMap(({ fields, place }) => {
    if (!isObject(fields)) return [];
    const lists = DEPENDENCY_KEYS.flatMap((key) => fields[key] ?? []);
    const status = recordStatus(fields) ?? "open";
    return [{ id: idOf2(fields), place, status, dependencies: lists.map(String) }];
  });
  refuseDoubled(
    stated.filter(({ id: id2 }) => id2 !== ""),
    file
  );
  const { over, putOff } = leftOut(stated);
  const isAway = ({ fields }) => isObject(fields) && [over, putOff].some((ids) => ids.has(idOf2(fields)));
  return { over, putOff, open: raw.filter((task) => !isAway(task)) };
}
function unreadWarnings2(document, tasks) {
  const known = new Set(tasks.flatMap((task) => isObject(task) ? [String(task.id)] : []));
  const nested = taskGroups(document).flatMap(
    ({ place, tasks: inside }) => inside.filter((task) => isObject(task) && !known.has(String(task.id))).length > 0 ? [`${place}.tasks`] : []
  );
  const parts = tasks.flatMap(
    (task, at) => isObject(task) ? ["subtasks", "children", "tasks"].flatMap((key) => {
      const list = task[key];
      return Array.isArray(list) && list.some(isObject) ? [`tasks[${at}].${key}`] : [];
    }) : []
  );
  const places = [...nested, ...parts];
  return places.length === 0 ? [] : [`not read as tasks, because they are not in the list "tasks": ${listed(places)}`];
}
function readTasks(raw, file, warnings, around) {
  const tasks = readEach(file, raw, (task) => readTask(task, file, warnings));
  return checked(tasks, raw, file, warnings, around);
}
function readFileTasks(raw, file, warnings, away) {
  const read = readEach(file, raw, (task) => readTask(task, file, warnings)).map((task) => ({
    ...task,
    dependencies: task.dependencies.filter((id2) => !away.has(id2))
  }));
  const { tasks, outside } = withoutOutside(withFolders(read), (text2) => void warnings.push(text2));
  const inferredDependencies = new Map(
    tasks.flatMap(({ id: id2, dependencies }, at) => {
      const inferred = new Set(raw[at]?.inferredDependencies);
      const kept = dependencies.filter((other) => inferred.has(other));
      return kept.length > 0 ? [[id2, kept]] : [];
    })
  );
  return { tasks: checked(tasks, raw, file, warnings, /* @__PURE__ */ new Map()), outside, inferredDependencies };
}
function withFolders(tasks) {
  const folders = /* @__PURE__ */ new Set();
  for (const glob of tasks.flatMap(({ writes, inferredWrites }) => writes ?? inferredWrites)) {
    for (let at = glob.indexOf("/"); at >= 0; at = glob.indexOf("/", at + 1)) folders.add(glob.slice(0, at));
  }
  const whole = (glob) => folders.has(glob) && !glob.endsWith("*") ? `${glob}/**` : glob;
  return tasks.map((task) => ({ ...task, inferredWrites: task.inferredWrites.map(whole) }));
}
function checked(tasks, raw, file, warnings, around) {
  const places = raw.map(({ place }) => place);
  warnings.push(...checkDependencies(tasks, places, file, around));
  return tasks;
}
function readTask({ fields: raw, place, scopeText }, file, warnings) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, subject, …}");
  }
  const id2 = idOf2(raw);
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
  if (![void 0, null, ""].includes(raw.status) && fileStatus(raw.status) === void 0) {
    warn(`status ${JSON.stringify(raw.status)} is not known; it counts as not done`);
  }
  const lists = DEPENDENCY_KEYS.filter((key) => Object.hasOwn(raw, key));
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
function idOf2({ id: id2 }) {
  return typeof id2 === "string" || typeof id2 === "number" ? String(id2).trim() : "";
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

// mcp-server/src/breakdown/own-format/to-breakdown.ts
function toBreakdown(foreign, file) {
  const done = foreign.done.map(({ id: id2 }) => id2);
  if (foreign.tasks.length === 0) refuseEmpty(file, done.length);
  const open = foreign.tasks.map(({ fields, place }) => ({
    id: String(fields.id),
    place,
    status: "open"
  }));
  refuseDoubled([...foreign.done.map((task) => ({ ...task, status: "done" })), ...open], file);
  const warnings = [];
  const { tasks, outside, inferredDependencies } = readFileTasks(foreign.tasks, file, warnings, /* @__PURE__ */ new Set());
  return {
    title: foreign.title,
    document: {},
    tasks,
    warnings: [...doneWarnings(done), ...foreign.warnings, ...warnings],
    inferredDependencies,
    leftOut: /* @__PURE__ */ new Set([...done, ...outside])
  };
}

// mcp-server/src/breakdown/task-master/items.ts
function itemsOf(raw, place, file, warnings) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, title, …}");
  }
  const task = itemOf(raw, place, void 0, numberOf(raw, place, file), (id2) => [id2], file);
  return [task, ...partsOf(task, file, warnings)];
}
function partsOf(parent, file, warnings) {
  const { subtasks } = parent.raw;
  if (!Array.isArray(subtasks)) return [];
  const parts = subtasks.map((raw, at) => {
    const place = `${parent.place}.subtasks[${at}]`;
    if (!isObject(raw)) {
      throw new BreakdownError(file, place, `${place} is not an object`, "Write it as {id, title, …}");
    }
    return { raw, place, number: numberOf(raw, place, file) };
  });
  const isDoubled = new Set(parts.map(({ number }) => number)).size < parts.length;
  const ids = parts.map(({ number }, at) => {
    if (isDoubled) return `${parent.id}.${at + 1}`;
    return number.startsWith(`${parent.id}.`) ? number : `${parent.id}.${number}`;
  });
  if (isDoubled) {
    warnings.push(
      `the parts of ${parent.id} have a number more than once: numbered by their place (${ids[0]} to ${ids.at(-1)})`
    );
  }
  const siblings = /* @__PURE__ */ new Map();
  for (const [at, { number }] of parts.entries()) {
    siblings.set(number, [...siblings.get(number) ?? [], ids[at] ?? number]);
  }
  return parts.flatMap(({ raw, place }, at) => {
    const id2 = ids[at] ?? "";
    const resolve = (named) => (siblings.get(named) ?? [named]).filter((one) => !isDoubled || one !== id2);
    const item = itemOf(raw, place, parent, id2, resolve, file);
    return [item, ...partsOf(item, file, warnings)];
  });
}
function numberOf(raw, place, file) {
  const number = typeof raw.id === "string" || typeof raw.id === "number" ? String(raw.id).trim() : "";
  if (number !== "") return number;
  throw new BreakdownError(file, `${place}.id`, `${place} has no id`, "Give it a number");
}
function itemOf(raw, place, parent, id2, resolve, file) {
  if (typeof raw.title !== "string" || raw.title.trim() === "") {
    throw new BreakdownError(file, `${place}.title`, `${place} has no title`, "Say in one line what it does");
  }
  const found = raw.dependencies ?? [];
  if (!Array.isArray(found) || !found.every((one) => typeof one === "string" || typeof one === "number")) {
    const field = `${place}.dependencies`;
    throw new BreakdownError(file, field, `${field} is not a list of task numbers`, "Write it as [1, 2]");
  }
  return {
    id: id2,
    place,
    raw,
    parent,
    status: recordStatus(raw) ?? "open",
    dependencies: found.flatMap((one) => resolve(String(one).trim())),
    text: [raw.description, raw.details].filter((part) => typeof part === "string" && part !== "").join("\n\n")
  };
}

// mcp-server/src/breakdown/task-master/list.ts
var USUAL_TAG = "master";
var LIST_KEYS = ["details", "testStrategy", "subtasks"];
function tagsOf(document) {
  return Object.entries(document).filter(([, value]) => isObject(value) && Array.isArray(value.tasks) || isList(value)).map(([tag]) => tag);
}
function isList(value) {
  return Array.isArray(value) && value.every((task) => isObject(task) && "id" in task && "title" in task && !("tasks" in task)) && value.some((task) => LIST_KEYS.some((key) => key in task));
}
function listOf2(document, file, tag, warnings) {
  const named = (value2) => {
    const name = isObject(value2) ? value2.projectName : void 0;
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
  const value = document[chosen];
  const { tasks, metadata } = value;
  return {
    list: isList(value) ? value : tasks,
    name: named(metadata) ?? (chosen === USUAL_TAG ? void 0 : chosen),
    place: isList(value) ? chosen : `${chosen}.tasks`
  };
}

// mcp-server/src/breakdown/task-master/task-master.ts
function isTaskMaster(document) {
  const { tasks } = document;
  if (!Array.isArray(tasks)) return tagsOf(document).length > 0;
  return tasks.every((task) => isObject(task) && !("subject" in task)) && tasks.some((task) => LIST_KEYS.some((key) => key in task));
}
function readTaskMaster(document, file, tag) {
  const warnings = [];
  const { list, name, place } = listOf2(document, file, tag, warnings);
  const items = list.flatMap((raw, at) => itemsOf(raw, `${place}[${at}]`, file, warnings));
  const byId = new Map(items.map((item) => [item.id, item]));
  const { putOff } = leftOut(items.map((item) => ({ ...item, parent: item.parent?.id })));
  warnings.push(...putOffWarnings(putOff));
  const over = ({ status }) => status === "done" || status === "given up";
  const underOver = ({ parent }) => parent !== void 0 && (over(parent) || underOver(parent));
  const isOpen = (item) => !over(item) && !underOver(item) && !putOff.has(item.id);
  const openParts = /* @__PURE__ */ new Map();
  for (const part of items) {
    if (part.parent && isOpen(part))
      openParts.set(part.parent, [...openParts.get(part.parent) ?? [], part]);
  }
  const unknown = items.filter(
    ({ raw }) => ![void 0, null, ""].includes(raw.status) && fileStatus(raw.status) === void 0
  );
  if (unknown.length > 0) {
    const named = unknown.map(({ id: id2, raw }) => `${id2} (${JSON.stringify(raw.status)})`);
    warnings.push(`a status that is not known counts as not done: ${listed(named)}`);
  }
  const allDone = [...new Set(items.flatMap(({ parent }) => parent ?? []))].filter(
    (item) => isOpen(item) && !openParts.has(item)
  );
  if (allDone.length > 0) {
    warnings.push(`not done, although all of their parts are: ${listed(allDone.map(({ id: id2 }) => id2))}`);
  }
  const lost = items.filter((item) => !over(item) && underOver(item) && !putOff.has(item.id));
  if (lost.length > 0) {
    warnings.push(
      `not done, but parts of what is done, and left out with it: ${listed(lost.map(({ id: id2 }) => id2))}`
    );
  }
  const standIns = (id2) => {
    const item = byId.get(id2);
    if (item === void 0) return [id2];
    const parts = openParts.get(item) ?? [];
    if (isOpen(item) && parts.length > 0) return parts.flatMap((part) => standIns(part.id));
    return isOpen(item) ? [id2] : [];
  };
  const tasks = items.filter((item) => isOpen(item) && !openParts.has(item)).map((item) => ({
    place: item.place,
    scopeText: [item.raw.title, item.text].join("\n\n"),
    fields: fieldsOf(item, [...new Set(dependenciesWithAbove(item).flatMap(standIns))])
  }));
  return {
    title: name ?? file,
    tasks,
    warnings,
    done: items.filter((item) => over(item) && item.parent === void 0)
  };
}
function dependenciesWithAbove({ parent, dependencies }) {
  return parent ? [...dependenciesWithAbove(parent), ...dependencies] : dependencies;
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

// mcp-server/src/breakdown/file/read-file.ts
var READABLE = "a 03-tasks.json, a JSON file with tasks inside phases, a tasks.md of spec-kit, a tasks.json of Task Master, or a Markdown plan with headings `### Task N: name` (superpowers)";
async function readFileBreakdown(text2, file, part) {
  if (!isJson(text2, file)) {
    const { readMarkdownBreakdown } = await import("./breakdown/file/markdown-file.mjs");
    const breakdown = readMarkdownBreakdown(text2, file);
    return breakdown && { ...breakdown, own: false };
  }
  const parsed = parseDocument(text2, file);
  const { document, warnings } = parsed;
  if (isTaskMaster(document)) {
    const read = readTaskMaster(document, file, part);
    return { ...toBreakdown({ ...read, warnings: [...warnings, ...read.warnings] }, file), own: false };
  }
  if (part !== void 0) {
    throw new BreakdownError(
      file,
      "",
      `it has no lists of tasks by name, so ${JSON.stringify(part)} cannot be one`,
      "Give the path without #"
    );
  }
  if (isNested(document)) {
    const { raw, warnings: found } = tasksOfGroups(taskGroups(document), file);
    return { ...breakdownOf(raw, document, file, [...warnings, ...found]), own: false };
  }
  return { ...breakdownIn(parsed, file), own: true };
}
function isOwnFormat(text2, file) {
  const { document } = parseDocument(text2, file);
  return !isTaskMaster(document) && !isNested(document);
}
function isJson(text2, file) {
  return file.endsWith(".json") || /^\s*[[{]/.test(withoutByteOrderMark(text2));
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

// import:text.mjs in breakdown.mjs
import { cellWidth } from "./text.mjs";

// mcp-server/src/breakdown/json/format-json.ts
var MAX_WIDTH = 80;
var EMPTY_LINE = /[ \t,]*\r?\n[ \t]*\r?\n/y;
function formatJson(text2) {
  const root = parseTree(text2);
  if (!root) return text2;
  const indentation = /\n([ \t]+)\S/.exec(text2)?.[1] ?? "";
  const layout = {
    step: ["	", "    "].includes(indentation) ? indentation : "  ",
    newline: text2.includes("\r\n") ? "\r\n" : "\n"
  };
  const mark = text2.startsWith("\uFEFF") ? "\uFEFF" : "";
  return `${mark}${render(root, text2, layout, "", 0, 0)}${layout.newline}`;
}
function render(node, text2, layout, indent, column, after) {
  const flat = flatOf(node, text2);
  if (flat !== void 0 && column + cellWidth(flat) + after <= MAX_WIDTH) return flat;
  const children = node.children ?? [];
  if (children.length === 0) return flat ?? rawOf(node, text2);
  const inner = indent + layout.step;
  const [open, close] = node.type === "object" ? "{}" : "[]";
  const body = node.type === "array" && isOfNumbers(children) ? filled(children, text2, layout, inner) : children.map((child, at) => {
    const isLast = at === children.length - 1;
    const item = renderMember(child, text2, layout, inner, isLast ? 0 : 1);
    return `${item}${isLast ? "" : `,${blankAfter(child, text2) ? layout.newline : ""}`}`;
  }).join(layout.newline + inner);
  return `${open}${layout.newline}${inner}${body}${layout.newline}${indent}${close}`;
}
function renderMember(node, text2, layout, indent, after) {
  const [key, value] = node.children ?? [];
  if (node.type !== "property" || !key || !value)
    return render(node, text2, layout, indent, widthOf(indent), after);
  const label = `${rawOf(key, text2)}: `;
  return label + render(value, text2, layout, indent, widthOf(indent) + cellWidth(label), after);
}
function flatOf(node, text2) {
  const children = node.children ?? [];
  if (node.type === "object") {
    if (children.length === 0) return "{}";
    if (beginsOnNewLine(node, text2) || isDivided(children, text2)) return void 0;
    const members = children.map(({ children: [key, value] = [] }) => {
      const flat = value && flatOf(value, text2);
      return key && flat !== void 0 ? `${rawOf(key, text2)}: ${flat}` : void 0;
    });
    return members.includes(void 0) ? void 0 : `{ ${members.join(", ")} }`;
  }
  if (node.type === "array") {
    if (isOfGroups(children) || isOfNumbers(children) && isDivided(children, text2)) return void 0;
    const elements = children.map((child) => flatOf(child, text2));
    return elements.includes(void 0) ? void 0 : `[${elements.join(", ")}]`;
  }
  return node.type === "number" ? numberOf2(rawOf(node, text2)) : rawOf(node, text2);
}
function filled(numbers, text2, { newline }, indent) {
  let [written2, line] = ["", ""];
  for (const [at, node] of numbers.entries()) {
    const before = numbers[at - 1];
    const item = `${numberOf2(rawOf(node, text2))}${at === numbers.length - 1 ? "" : ","}`;
    const isDivision = before !== void 0 && blankAfter(before, text2);
    if (before === void 0) line = item;
    else if (!isDivision && widthOf(indent) + line.length + 1 + item.length <= MAX_WIDTH) line += ` ${item}`;
    else {
      written2 += `${line}${isDivision ? newline : ""}${newline}${indent}`;
      line = item;
    }
  }
  return written2 + line;
}
function isOfGroups(elements) {
  const [first2] = elements;
  return elements.length > 1 && (first2?.type === "object" || first2?.type === "array") && elements.every(({ type, children = [] }) => type === first2.type && children.length > 1);
}
function isOfNumbers(elements) {
  return elements.length > 1 && elements.every(({ type }) => type === "number");
}
function beginsOnNewLine({ offset, children: [first2] = [] }, text2) {
  return first2 !== void 0 && text2.slice(offset, first2.offset).includes("\n");
}
function isDivided(members, text2) {
  return members.slice(0, -1).some((member) => blankAfter(member, text2));
}
function blankAfter({ offset, length }, text2) {
  EMPTY_LINE.lastIndex = offset + length;
  return EMPTY_LINE.test(text2);
}
function rawOf({ offset, length }, text2) {
  return text2.slice(offset, offset + length);
}
function numberOf2(raw) {
  return raw.toLowerCase().replace("e+", "e").replace(/(\.\d+?)0+(?=e|$)/, "$1");
}
function widthOf(indent) {
  return indent.replaceAll("	", "  ").length;
}

// mcp-server/src/breakdown/file/write-breakdown.ts
function writeBreakdown(document, tasks) {
  return formatJson(JSON.stringify({ ...document, tasks: tasks.map(renderFields) }, null, 2));
}
function updateBreakdown(text2, file, tasks) {
  const list = listUnder("tasks", text2);
  if (!list) throw new Error("the text is no breakdown");
  const style = styleOf(text2, list.start, list.elements[0]?.start ?? list.start);
  const before = list.elements.map(({ start, end }) => text2.slice(start, end));
  const inFile = before.map((as) => ({ as, raw: JSON.parse(withIdsAsTexts(as)) }));
  const { tasks: read, leftOut: leftOut2 } = readBreakdown(text2, file);
  const elements = new Map(inFile.map((element2) => [idOf3(element2.raw), element2]));
  const written2 = new Map(read.map((task) => [task.id, task]));
  const pieces = tasks.map((task) => {
    const old = written2.get(task.id);
    const element2 = elements.get(task.id);
    if (!old || !element2) return { id: task.id, piece: renderTask(renderFields(task), style) };
    if (sameMeaning(old, task)) return { id: task.id, piece: element2.as };
    const fields = withOutside(renderFields(task), element2.raw, leftOut2);
    return { id: task.id, piece: renderTask(inOrderOf(element2.raw, fields), style) };
  });
  for (const [at, { as, raw }] of inFile.entries()) {
    if (!leftOut2.has(idOf3(raw)) || written2.has(idOf3(raw))) continue;
    const above = new Set(inFile.slice(0, at).map((other) => idOf3(other.raw)));
    pieces.splice(pieces.findLastIndex(({ id: id2 }) => above.has(id2)) + 1, 0, { id: idOf3(raw), piece: as });
  }
  const after = pieces.map(({ piece }) => piece);
  if (before.length === after.length && before.every((piece, at) => piece === after[at])) return text2;
  const { newline, element, close } = style;
  const inner = after.join(`,${newline}${element}`);
  const next = `${text2.slice(0, list.start)}[${newline}${element}${inner}${newline}${close}]${text2.slice(list.end)}`;
  return formatJson(text2) === text2 ? formatJson(next) : next;
}
function idOf3(raw) {
  return String(raw.id).trim();
}
function withOutside(fields, raw, leftOut2) {
  const named = DEPENDENCY_KEYS.flatMap((key) => raw[key] ?? []).map(String);
  const kept = named.filter((id2) => leftOut2.has(id2));
  if (kept.length === 0) return fields;
  const others = Array.isArray(fields.dependencies) ? fields.dependencies : [];
  return { ...fields, dependencies: [.../* @__PURE__ */ new Set([...kept, ...others])] };
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

// mcp-server/src/breakdown/file/write-scopes.ts
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
  DEPENDENCY_KEYS,
  LIST_KEYS,
  MAX_DEPTH,
  OrderEdges,
  READABLE,
  WrongField,
  breakdownIn,
  breakdownOf,
  checkDependencies,
  descriptionWarnings,
  doneWarnings,
  fieldRules,
  fileStatus,
  formatJson,
  isJsonLines,
  isNested,
  isObject,
  isOwnFormat,
  isTaskMaster,
  isTooDeep,
  itemsOf,
  jsonErrorPosition,
  leftOut,
  listOf2 as listOf,
  listUnder,
  listed,
  numberIdWarnings,
  numberIds,
  parseDocument,
  positionOf,
  putOffWarnings,
  readBreakdown,
  readEach,
  readFields,
  readFileBreakdown,
  readFileTasks,
  readTaskMaster,
  readTasks,
  recordStatus,
  refuseDoubled,
  refuseEmpty,
  renderFields,
  sameMeaning,
  tagsOf,
  taskGroups,
  tasksOfGroups,
  toBreakdown,
  unreadWarnings,
  updateBreakdown,
  withIdsAsTexts,
  withoutByteOrderMark,
  withoutOutside,
  writeBreakdown,
  writeScopes
};
