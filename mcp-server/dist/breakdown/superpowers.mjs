// import:text.mjs in breakdown/superpowers.mjs
import { inlineCode } from "../text.mjs";

// mcp-server/src/breakdown/superpowers/interfaces.ts
var COMMON = new Set(
  `any args array async await bool boolean byte char class const ctx def error false float fn func function int
  interface let list map nil none null number object option promise record result return self set str string struct
  super this true tuple type undefined unknown var vec void`.split(/\s+/)
);
var DECLARED = /\b(?:fn|func|function|def|class|struct|enum|trait|type|interface|const|let|var|record|module|protocol)\s+([A-Za-z_$][\w$]*)/g;
var CALLED = /^(?:new\s+|async\s+|export\s+|\*|&)*([A-Za-z_$][\w$.]*)\s*(?:[([:<{]|\??\[\]|$)/;
var EXISTING = /\b(?:existing|exists|already|current(?:ly)?|built-?in|standard|stdlib|librar(?:y|ies)|external|third-party|unchanged|upstream|installed)\b|现有|既有|既存/i;
function codeIn(text) {
  return inlineCode(text).spans.map(({ code }) => code);
}
function namesIn(code) {
  const declared = [...code.matchAll(DECLARED)].map(([, name = ""]) => name);
  const called = CALLED.exec(code)?.[1];
  const parts = called === void 0 ? [] : [called, called.split(".").at(-1) ?? ""];
  return [.../* @__PURE__ */ new Set([...declared, ...parts])].filter(
    (name) => name.length > 1 && !COMMON.has(name.toLowerCase())
  );
}
function identifiersIn(code) {
  return [...code.matchAll(/[A-Za-z_$][\w$]*/g)].map(([name]) => name).filter((name) => !COMMON.has(name.toLowerCase()));
}
var Produced = class {
  #byName = /* @__PURE__ */ new Map();
  /** Who writes what, by path and by the folders above it. */
  #byPath = /* @__PURE__ */ new Map();
  /** Who writes whole folders. */
  #byFolder = /* @__PURE__ */ new Map();
  #byPackage = /* @__PURE__ */ new Map();
  add({ id, produces, writes }) {
    for (const name of codeIn(produces).flatMap(identifiersIn)) noteIn(this.#byName, name, id);
    for (const path of writes) {
      const segments = path.replace(/\/(?:\*\*)?$/, "").split("/");
      for (const at of segments.keys()) noteIn(this.#byPath, segments.slice(0, at + 1).join("/"), id);
      if (/\/(?:\*\*)?$/.test(path)) noteIn(this.#byFolder, segments.join("/"), id);
      for (const folder of segments.slice(0, -1)) noteIn(this.#byPackage, folder, id);
    }
  }
  /** @param namesTask whether a clause says from which task its names come. */
  consumedBy(text, namesTask) {
    const producers = /* @__PURE__ */ new Set();
    const unmatched = /* @__PURE__ */ new Set();
    for (const clause of text.split(/;\s|\.\s|；|。/)) {
      const explained = namesTask(clause) || EXISTING.test(clause);
      for (const code of codeIn(clause)) {
        const names = namesIn(code);
        const makers = this.#makersOf(code, names);
        for (const id of makers) producers.add(id);
        const isName = names.length > 0 && !/[/\\]|\.\w{1,5}$/.test(code);
        if (makers.length === 0 && isName && !explained) unmatched.add(names[0] ?? "");
      }
    }
    return { producers: [...producers], unmatched: [...unmatched] };
  }
  /** By name, by file or folder, or by the package in whose folder it is: `wind.New` with `pkg/wind/new.go`. */
  #makersOf(code, names) {
    const found = names.flatMap((name) => [...this.#byName.get(name) ?? []]);
    if (code.includes("/")) {
      const segments = code.replace(/\/(?:\*\*)?$/, "").split("/");
      const above = segments.map((_, at) => segments.slice(0, at + 1).join("/"));
      const folders = above.flatMap((folder) => [...this.#byFolder.get(folder) ?? []]);
      return [...found, ...folders, ...this.#byPath.get(segments.join("/")) ?? []];
    }
    const packageName = /^([a-z_]\w*)\.[A-Za-z_]/.exec(code)?.[1] ?? "";
    return [...found, ...this.#byPackage.get(packageName) ?? []];
  }
};
function noteIn(map, key, id) {
  map.set(key, (map.get(key) ?? /* @__PURE__ */ new Set()).add(id));
}

// import:breakdown/markdown.mjs in breakdown/superpowers.mjs
import { alongTheFile, bodyOf, doneHeadingWarnings, filesIn, firstCell, headingOf, isMarkedItem, itemText, listPattern, listReader, markBefore, markOfHeading, orderStatements, titleOf } from "./markdown.mjs";

// import:breakdown.mjs in breakdown/superpowers.mjs
import { OrderEdges, fileStatus, listed, unreadWarnings } from "../breakdown.mjs";

// mcp-server/src/breakdown/superpowers/references.ts
var NOTHING = /^\W*(?:nothing|none|no dependenc\w*|n\/a|[-–—]|无|無|なし)(?=\W|$)/i;
var EVERYTHING = /\b(?:everything|all)\b(?![^.;]*\b(?:from|of|in)\s+tasks?\s+#?\d)(?=[^.;`]*\b(?:above|before|earlier|previous|preceding|prior|other|so far|tasks?)\b|\s*[.;]|\s*$)|\b(?:all|every)\s+(?:the\s+)?(?:previous|earlier|prior|preceding|other|above)\b|以上所有|前面所有/i;
var PREVIOUS = /\b(?:the\s+)?(?:previous|preceding)\s+task\b|\bthe one (?:above|before)\b/i;
var EXCEPT = /\b(?:except|besides|beyond|other than|but|apart from)\b/i;
function namesNothing(text) {
  return NOTHING.test(text) && !EXCEPT.test(text);
}
function isEverything(text) {
  return !NOTHING.test(text) && EVERYTHING.test(text);
}
function taskReferences(ids) {
  const one = idPattern(ids);
  const members = listReader(one, ids);
  const list = new RegExp(
    `(?:\\b[Tt]asks?|TASKS?|任务|任務|タスク)\\s*#?(${listPattern(one, "(?:[Tt]asks?\\s+)?#?")})`,
    "g"
  );
  return (text) => [...text.matchAll(list)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    units: members(found[1] ?? "")
  }));
}
function consumedTasks(text, earlier, find) {
  const rest = NOTHING.test(text) ? text.split(EXCEPT)[1] ?? "" : text;
  const named = find(rest).flatMap(({ units }) => units);
  return [...named.filter((id) => earlier.has(id)), ...PREVIOUS.test(rest) ? [...earlier].slice(-1) : []];
}
function dependencyReader(ids) {
  const one = idPattern(ids);
  const members = listReader(`(?<![\\w.])${one}`, ids);
  const known = new RegExp(`(?<![\\w.])${one}`, "g");
  return (text, before) => {
    if (namesNothing(text)) return { named: [], outside: [] };
    if (isEverything(text)) return { named: ids.slice(0, before), outside: [] };
    if (PREVIOUS.test(text)) return { named: ids.slice(Math.max(0, before - 1), before), outside: [] };
    const plain = text.replace(/\([^()]*\)|（[^（）]*）/g, " ").replace(/\s[—–-]\s(?!\s*(?:task\s*)?\d).*$/i, " ");
    const rest = plain.replace(known, " ");
    const others = [...rest.matchAll(UNKNOWN_ID)].map(([id]) => id);
    const words = rest.replace(UNKNOWN_ID, "").replace(/\b(?:tasks?|and|or|to|completed?|done|all|of)\b/gi, "");
    const outside = others.filter((id) => !new RegExp("\\p{L}", "u").test(words) || /^[A-Z].*-/.test(id));
    return { named: members(plain), outside: [...new Set(outside)] };
  };
}
var UNKNOWN_ID = /(?<![\w-])(?:(?:[A-Z][A-Za-z0-9]*-)?\d+(?:\.\d+)*[a-z]?(?![\w.])|[A-Z][A-Za-z0-9]*-\d+(?!\w))/g;
var MAX_ALTERNATIVES = 500;
function idPattern(ids) {
  if (ids.length > MAX_ALTERNATIVES) return "(?:[A-Za-z]{0,4}-?\\d+(?:\\.[A-Za-z0-9]+)*)(?!\\w|\\.\\w)";
  const escaped = [...ids].sort((a, b) => b.length - a.length).map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return `(?:${escaped.join("|")})(?!\\w|\\.\\w)`;
}

// mcp-server/src/breakdown/superpowers/order.ts
function planOrder(tasks, order) {
  const warnings = [];
  const ids = tasks.map(({ id }) => id);
  const isOpen = new Set(tasks.filter(({ done }) => !done).map(({ id }) => id));
  const partsOf = new Map(tasks.map((task) => [task.id, task.parts]));
  const openOf = (id) => {
    const parts = partsOf.get(id) ?? [];
    return parts.length > 0 ? parts.flatMap(openOf) : isOpen.has(id) ? [id] : [];
  };
  const find = taskReferences(ids);
  const dependenciesIn = dependencyReader(ids);
  const edges = new OrderEdges(ids);
  const isStated = /* @__PURE__ */ new Set();
  for (const [at, task] of tasks.entries()) {
    for (const text of [task.dependsOn, notesOf(task)]) {
      if (text === void 0) continue;
      const { named, outside } = dependenciesIn(text, at);
      const speaks = named.length > 0 || outside.length > 0 || namesNothing(text);
      for (const one of openOf(task.id)) {
        if (speaks) isStated.add(one);
        edges.state(one, named.flatMap(openOf));
      }
      for (const name of outside) {
        const what = `task ${task.id} depends on ${name}, which is not in the file: nothing waits for it`;
        warnings.push(`line ${task.line}: ${what}`);
      }
    }
  }
  const suggest = (id, others, line) => {
    for (const one of openOf(id)) {
      const contradicted = edges.suggest(one, others.flatMap(openOf), true);
      for (const other of contradicted) {
        warnings.push(`line ${line}: ${one} cannot wait for ${other}, which waits for it`);
      }
    }
  };
  const position = new Map(ids.map((id, at) => [id, at]));
  const lines = order.map(({ number, text }) => ({ number, text }));
  for (const { line, units, waitFor, complete } of alongTheFile(
    orderStatements(lines, find),
    (id) => position.get(id) ?? -1
  )) {
    for (const unit of units) {
      suggest(unit, waitFor, line);
      if (complete) for (const one of openOf(unit)) isStated.add(one);
    }
  }
  for (const [at, { id, produces }] of tasks.entries()) {
    const users = find(produces).flatMap(({ units }) => units);
    for (const user of users.filter((one) => (position.get(one) ?? -1) > at)) {
      for (const one of openOf(user)) edges.suggest(one, openOf(id), true);
    }
  }
  addByPlace(tasks, edges, { isStated, find, openOf, warnings });
  return {
    dependencies: new Map(ids.map((id) => [id, edges.of(id)])),
    inferred: new Map(ids.map((id) => [id, edges.inferredOf(id)])),
    warnings
  };
}
function addByPlace(tasks, edges, { isStated, find, openOf, warnings }) {
  const lastWriter = /* @__PURE__ */ new Map();
  let leaves = [];
  const awaited = /* @__PURE__ */ new Set();
  const before = /* @__PURE__ */ new Set();
  const produced = new Produced();
  for (const { id, done, parts, consumes, produces, files } of tasks) {
    if (parts.length > 0) continue;
    if (!done) {
      if (consumes === void 0 && !isStated.has(id)) edges.suggest(id, leaves);
      else if (consumes !== void 0 && !namesNothing(consumes)) {
        const { producers, unmatched } = produced.consumedBy(consumes, (clause) => find(clause).length > 0);
        const named = isEverything(consumes) ? leaves : consumedTasks(consumes, before, find);
        edges.suggest(id, named.flatMap(openOf), true);
        edges.suggest(id, producers.flatMap(openOf));
        if (unmatched.length > 0 && leaves.length > 0) {
          edges.suggest(id, leaves);
          const names = unmatched.slice(0, MAX_NAMES).join(", ");
          warnings.push(
            `task ${id} consumes ${names}, which no task before it says it produces: it waits for all before it`
          );
        }
      }
      for (const path of files?.writes ?? []) edges.suggest(id, openOf(lastWriter.get(path) ?? ""));
      for (const other of edges.of(id)) awaited.add(other);
      leaves = [...leaves, id].filter((leaf) => !awaited.has(leaf));
    }
    for (const path of files?.writes ?? []) lastWriter.set(path, id);
    before.add(id);
    produced.add({ id, produces, writes: files?.writes ?? [] });
  }
}
var MAX_NAMES = 5;
function notesOf({ name, notes }) {
  return /[([（][^)\]）]*\b(?:depends\s+on|after|blocked\s+by|requires|needs)\s*:?\s*((?:tasks?\s*)?[^)\]）]*\d[^)\]）]*)/i.exec(
    `${notes} ${name}`
  )?.[1];
}
var ORDER_HEADING = /\b(?:dependenc|execution order|order of (?:execution|work|tasks)|task order|sequenc|prerequisites)|依赖|依賴/i;
function orderLines(lines, tasks) {
  const inTask = new Set(tasks.flatMap(({ body }) => body.map(({ number }) => number)));
  let level = 0;
  return lines.filter((line) => {
    const heading = headingOf(line);
    if (heading && ORDER_HEADING.test(heading.text)) level = heading.level;
    else if (heading && heading.level <= level) level = 0;
    return level > 0 && !inTask.has(line.number);
  });
}

// mcp-server/src/breakdown/superpowers/task-heading.ts
var ID = "[A-Za-z]{0,4}(?:-[A-Za-z]{1,4})?-?\\d+(?:[.-][A-Za-z0-9]+)*[a-z]?|[A-Z]|[IVX]{2,5}";
var TASK = new RegExp(
  `^(?:[^\\p{L}\\p{N}]{1,6}\\s+)?(?:\\*\\*|__)?(?:[Tt]ask|TASK|任务|任務|タスク)\\s*[#№]?\\s*[-_]?(${ID})(?![\\p{L}\\p{N}])(?:\\*\\*|__)?(?:\\s*/\\s*\\d+|\\s+of\\s+\\d+)?\\s*((?:[([（【][^)\\]）】]*[)\\]）】]\\s*)*)(?:\\*\\*|__)?([:：.．—–|-]*)\\s*(.*)$`,
  "u"
);
var NUMBERED = /^(?:\*\*)?(\d+(?:\.\d+)*[a-z]?|[A-Z]\.?\d+(?:\.\d+)*|[A-Z]{1,6}\d*-[A-Z]{0,3}\d+)(?:\*\*)?\s*[.:：)—–·-]*\s+(\S.*)$/u;
function taskHeading(text) {
  const mark = markOfHeading(text);
  const [, id, notes = "", separator = "", name = ""] = TASK.exec(mark.text) ?? [];
  if (id === void 0 || separator === "" && (!/\d/.test(id) || /^[/&]/.test(name))) return void 0;
  const inside = markBefore(name);
  const noted = markOfHeading(`${id} ${notes}`);
  const title = (inside.marked ? inside.text : name).replace(/^[:：.—–|\s*-]+|\*\*$/g, "").trim();
  return {
    id,
    name: title || `Task ${id}`,
    mark: [mark, inside, noted].find(({ marked }) => marked) ?? mark,
    notes: notes.trim()
  };
}
function numberedHeading(text) {
  const mark = markOfHeading(text);
  const [, id, name = ""] = NUMBERED.exec(mark.text) ?? [];
  return id === void 0 ? void 0 : { id, name: name.replace(/\*\*$/, "").trim(), mark, notes: "" };
}
function looksLikeTask(text) {
  return /^\W*tasks?\s*[#-]?\s*[A-Za-z]?\d/i.test(text) && taskHeading(text) === void 0;
}

// mcp-server/src/breakdown/superpowers/tasks.ts
var LABELS = /(?:^|[\s|·•*])(?:dependencies|depends on|files?|size|acceptance criteria)(?:\*\*|__)?\s*[:：]/i;
var STEP = /^\s*[-*+]\s+\[[ xX]\]\s+(?:\*\*)?step\s+\d/i;
function headingReader(lines) {
  const headings = lines.flatMap((line) => headingOf(line) ?? []);
  if (headings.some(({ text }) => taskHeading(text) !== void 0)) return taskHeading;
  const numbered = sectionsOf(lines, numberedHeading).filter(
    ({ heading, body }) => numberedHeading(heading) !== void 0 && body.some(({ text, literal }) => !literal && (LABELS.test(text) || STEP.test(text)))
  );
  const [first] = numbered;
  if (first === void 0 || numbered.length < 2) return void 0;
  const levels = new Set(numbered.map(({ level }) => level));
  const texts = new Set(
    headings.filter(({ level, text }) => levels.has(level) && numberedHeading(text)).map(({ text }) => text)
  );
  return (text) => texts.has(text) ? numberedHeading(text) : void 0;
}
function tasksOf(lines, read) {
  const sections = sectionsOf(lines, read).flatMap((section) => {
    const found = read(section.heading);
    return found ? [{ ...section, found }] : [];
  });
  return sections.map(({ body, line, level, found }, at) => {
    const below = sections.slice(at + 1);
    const end = below.findIndex((next) => next.level <= level);
    const inside = (end < 0 ? below : below.slice(0, end)).filter(
      ({ found: { id } }) => isPart(id, found.id)
    );
    const steps = body.filter((one) => !one.literal && isMarkedItem(one.text));
    const open = steps.filter((step) => markBefore(step.text).state !== "done");
    const files = filesIn(body);
    const isHead = inside.length > 0 && steps.length === 0 && files === void 0;
    const stated = labelled(body, "Status") ?? "";
    const status = statusIn(stated);
    const isOver = status === "done" || status === "given up";
    const marked = found.mark.marked || isOver;
    const done = found.mark.marked ? found.mark.state === "done" : isOver || steps.length > 0 && open.length === 0;
    return {
      id: found.id,
      name: found.name,
      notes: found.notes,
      line,
      body,
      done,
      unclearStatus: !done && (status === "put off" || /done|complet|finish|\d\s*%/i.test(stated)) ? stated : void 0,
      openSteps: done && marked && open.length < steps.length ? open.map(({ number }) => number) : [],
      files,
      consumes: labelled(body, "Consumes"),
      produces: labelled(body, "Produces") ?? "",
      dependsOn: [
        "Depends on",
        "Dependencies",
        "Dependency",
        "Blocked by",
        "Prerequisites?",
        "Requires",
        "依赖",
        "依賴"
      ].map((label) => labelled(body, label)).find((text) => text !== void 0),
      parts: isHead ? inside.map((part) => part.found.id) : []
    };
  });
}
function isPart(id, of) {
  return id.startsWith(`${of}.`);
}
function statusIn(text) {
  if (/^(?:✅\s*)?(?:done|completed?|finished|closed)\b|^✅\s*$/i.test(text)) return "done";
  const [words = ""] = text.split(/\s*[([,;:.|—–]|\s-\s/u);
  return fileStatus(words);
}
function sectionsOf(lines, read) {
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line);
    return heading ? [{ ...heading, at, isTask: read(heading.text) !== void 0 }] : [];
  });
  const ends = [];
  let end = [];
  for (let i = headings.length - 1; i >= 0; i--) {
    const { level = 1, at = 0, isTask = false } = headings[i] ?? {};
    ends[i] = end[level] ?? lines.length;
    end = Array.from({ length: 7 }, (_, l) => isTask || l >= level ? at : end[l] ?? lines.length);
  }
  return headings.map(({ level, text, at }, i) => ({
    heading: text,
    level,
    line: lines[at]?.number ?? 0,
    body: lines.slice(at + 1, ends[i])
  }));
}
function labelled(body, label) {
  const start = new RegExp(
    `^\\s*(?:[-*]\\s+)?(?:\\*\\*|__)?(?:${label})(?:\\s*\\([^)]*\\))?(?:\\*\\*|__)?(?:\\s*[:：](?:\\*\\*|__)?|\\s+(?=\`))\\s*(.*)$`,
    "i"
  );
  for (const [at, line] of body.entries()) {
    if (line.literal) continue;
    const pieces = line.text.split(/\s+[|·•]\s+/);
    const found = pieces.map((piece) => start.exec(piece)?.[1]).find((text) => text !== void 0);
    if (found === void 0) continue;
    return pieces.length > 1 ? found : [found, ...continuation(body, at, found === "")].join(" ");
  }
  return void 0;
}
function* continuation(body, at, list) {
  const indent = indentOf(body[at]?.text ?? "");
  for (const line of body.slice(at + 1)) {
    const isItem = list && /^\s*[-*]\s+(?!\[)/.test(line.text);
    if (line.literal || line.text.trim() === "" || indentOf(line.text) <= indent && !isItem) return;
    yield line.text.trim().replace(/^[-*]\s+/, "; ");
  }
}
function indentOf(text) {
  return text.length - text.trimStart().length;
}
var RANGE = /^\d+-\d+$/;
function unreadIn(lines, tasks) {
  const ids = new Set(tasks.map(({ id }) => id));
  const inTask = new Set(tasks.flatMap(({ body, line }) => [line, ...body.map(({ number }) => number)]));
  return lines.flatMap((line) => {
    const heading = headingOf(line);
    if (heading) {
      if (looksLikeTask(heading.text) && !inTask.has(line.number))
        return [{ line: line.number, reason: "a heading of several tasks or without a number of its own" }];
      return [];
    }
    if (line.literal) {
      const inside = /^[\s>]*#{1,6}\s+(.*)$/.exec(line.text)?.[1];
      const isTask = inside !== void 0 && taskHeading(inside) !== void 0;
      return isTask ? [{ line: line.number, reason: "in code or a comment" }] : [];
    }
    if (inTask.has(line.number)) return [];
    if (isMarkedItem(line.text.replace(/^[\s>]+/, "")))
      return [{ line: line.number, reason: "a box outside of every task" }];
    const named = taskHeading(itemText(line.text) ?? firstCell(line.text) ?? "");
    if (named === void 0 || ids.has(named.id) || RANGE.test(named.id)) return [];
    return [{ line: line.number, reason: "a task without a heading" }];
  });
}

// mcp-server/src/breakdown/superpowers/superpowers.ts
function isSuperpowers({ lines }) {
  return headingReader(lines) !== void 0;
}
function readSuperpowers(document, file) {
  const { lines } = document;
  const read = headingReader(lines) ?? (() => void 0);
  const all = tasksOf(lines, read);
  const { dependencies, inferred, warnings } = planOrder(all, orderLines(lines, all));
  const context = contextOf(lines, read);
  const heads = all.filter(({ parts }) => parts.length > 0);
  return {
    title: titleOf(document, /\s*Implementation Plan$/i) ?? file,
    done: all.filter((task) => task.done).map(({ id, line }) => ({ id, place: `line ${line}` })),
    warnings: [
      ...unreadWarnings(unreadIn(lines, all)),
      ...doneHeadingWarnings(
        lines,
        new Map(all.map(({ id, line, done, parts }) => [line, { id, isOpen: !done && parts.length === 0 }]))
      ),
      ...all.flatMap(
        ({ id, unclearStatus }) => unclearStatus === void 0 ? [] : [`task ${id}: the status ${JSON.stringify(unclearStatus)} counts as not done`]
      ),
      ...heads.flatMap(({ id, done, parts }) => {
        const open = all.filter((task) => parts.includes(task.id) && !task.done);
        return done && open.length > 0 ? [
          `task ${id} is marked as done; these parts of it are not, and are imported: ${listed(open.map((part) => part.id))}`
        ] : [];
      }),
      ...heads.map(({ id, parts }) => `task ${id} is its parts: ${listed(parts)}`),
      ...all.filter(({ openSteps }) => openSteps.length > 0).map(
        ({ id, openSteps }) => `task ${id} is marked as done; its open steps (line ${listed(openSteps.map(String))}) are left out with it`
      ),
      ...all.filter(({ done }) => !done).flatMap(
        ({ id, files }) => (files?.writes ? files.pathless : []).map(
          (item) => `task ${id}: no path in its list of files under ${JSON.stringify(item.trim())}: what is meant is missing from its scope`
        )
      ),
      ...warnings
    ],
    tasks: all.filter(({ done, parts }) => !done && parts.length === 0).map((task) => ({
      place: `line ${task.line}`,
      scopeText: [task.name, bodyOf(task.body)].join("\n\n"),
      inferredDependencies: inferred.get(task.id) ?? [],
      fields: fieldsOf(task, dependencies.get(task.id) ?? [], context, heads)
    }))
  };
}
function fieldsOf(task, dependencies, context, heads) {
  const head = heads.find(({ parts }) => parts.includes(task.id));
  const description = [
    bodyOf(task.body),
    ...head ? [`This is a part of task ${head.id}, ${head.name}.

${bodyOf(head.body)}`.trim()] : [],
    context,
    "Leave out steps that stage or commit: other agents work in the same checkout, and what you changed is committed later."
  ];
  const priority = /\bP([0-4])\b/.exec(task.notes)?.[1];
  return {
    id: task.id,
    subject: task.name,
    description: description.filter((part) => part !== "").join("\n\n"),
    dependencies,
    ...priority !== void 0 && {
      priority: priority < "2" ? "high" : priority === "2" ? "medium" : "low"
    },
    ...head && { phaseName: head.name },
    ...task.files?.writes && { writes: task.files.writes },
    ...task.files && task.files.reads.length > 0 && { reads: task.files.reads }
  };
}
function contextOf(lines, read) {
  const goal = lines.find((line) => !line.literal && /^\*\*Goal:?\*\*/i.test(line.text));
  const constraints = sectionsOf(lines, read).find(({ heading }) => /^global constraints$/i.test(heading));
  return [
    ...goal ? [`Goal of the whole plan: ${goal.text.replace(/^\*\*Goal:?\*\*:?\s*/i, "")}`] : [],
    ...constraints ? [`# ${constraints.heading}

${bodyOf(constraints.body)}`] : []
  ].join("\n\n");
}
export {
  Produced,
  consumedTasks,
  dependencyReader,
  headingReader,
  isEverything,
  isSuperpowers,
  looksLikeTask,
  namesNothing,
  numberedHeading,
  orderLines,
  planOrder,
  readSuperpowers,
  sectionsOf,
  taskHeading,
  taskReferences,
  tasksOf,
  unreadIn
};
