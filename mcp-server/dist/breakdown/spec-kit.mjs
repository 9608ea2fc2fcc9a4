// import:breakdown/markdown.mjs in breakdown/spec-kit.mjs
import { alongTheFile, continuesParagraph, doneHeadingWarnings, firstCell, firstSentence, headingOf, isMarkedItem, itemText, listPattern, listReader, markBefore, markOfHeading, mentionedUnits, orderStatements, saysDone, titleOf } from "./markdown.mjs";

// import:breakdown.mjs in breakdown/spec-kit.mjs
import { OrderEdges, listed, unreadWarnings } from "../breakdown.mjs";

// mcp-server/src/breakdown/spec-kit/tasks.ts
var ID = "T(?:-?|-[A-Z]{1,4})\\d+[A-Za-z]?(?:[.-](?!T-?\\d)[A-Za-z0-9]+)*";
var TASK = new RegExp(
  `^(?:[Tt]ask\\s+)?(?:\\*\\*|__)?[[(]?(?:\\*\\*|__)?(${ID})(?:\\*\\*|__)?[\\])]?(?:\\*\\*|__)?(?:\\s*[:：.—–|]|\\s+-(?=\\s))?(?:\\*\\*|__)?(?=\\s|$|[\\p{Script=Han}])\\s*(.*)$`,
  "u"
);
var MARK = /^(?:\*\*)?\[([^\][]{1,40})\](?!\()(?:\*\*)?[:,]?\s*/;
var TRACKER = /^\(?#?[\w./-]*\d[\w./-]*\)?\s+(?=(?:\*\*)?\[P\])/;
var PHASE = /^(?:\S{1,2}\s+)?Phase\s+(\d+(?:\.\d+)*|[A-Z])(?![\w.])\s*[:：.—–-]?\s*(.*)$/iu;
function taskAt(line, title) {
  const heading = headingOf(line);
  if (line.literal || line === title && heading?.level === 1) return void 0;
  if (heading || isMarkedItem(line.text)) {
    const mark2 = heading ? markOfHeading(heading.text) : markBefore(line.text);
    const [, id2, rest = ""] = TASK.exec(mark2.text) ?? [];
    return id2 === void 0 ? void 0 : { id: id2, rest, mark: mark2, level: heading?.level ?? 0 };
  }
  const [, id, behind = ""] = TASK.exec(itemText(line.text) ?? "") ?? [];
  const mark = markBefore(behind);
  return id === void 0 || !mark.marked ? void 0 : { id, rest: mark.text, mark, level: 0 };
}
function hasTasks(lines) {
  const title = titleLine(lines);
  return lines.some((line) => taskAt(line, title) !== void 0);
}
function titleLine(lines) {
  const title = lines.find((line) => headingOf(line) !== void 0);
  const candidates = lines.filter((line) => {
    const heading = headingOf(line);
    return heading?.level === 1 && TASK.test(markOfHeading(heading.text).text);
  });
  return candidates.every((line) => line === title) ? title : void 0;
}
var ORDER_HEADING = /\b(?:dependenc|execution order|order of (?:execution|work)|prerequisites|sequenc)|依赖|依賴/i;
var SUMMARY = /\b(?:checklist|summary|progress|status|overview|tracking|tracker|milestones?|release|index|recap)\b/i;
var NO_ORDER_HEADING = /\bparallel (?:opportunit|example|execution)/i;
function readDocument(lines) {
  const phases = [];
  const order = [];
  const unread = [];
  const repeated = [];
  const unmarked = [];
  const seen = /* @__PURE__ */ new Map();
  const hasPhases = lines.some((line) => PHASE.test(headingOf(line)?.text ?? ""));
  let phase;
  let nextPhase = "Tasks";
  let current;
  let taskLevel = 0;
  let orderLevel = 0;
  let section = 0;
  let paragraph = false;
  const begin = (label, name) => {
    const index = phases.length + 1;
    const number = /^\d+$/.test(label) ? Number(label) : index;
    phase = { index, label, number, name, about: [], tasks: [] };
    phases.push(phase);
    return phase;
  };
  const title = titleLine(lines);
  for (const line of lines) {
    const found = taskAt(line, title);
    const heading = headingOf(line);
    const before = found && seen.get(found.id);
    const again = before !== void 0 && ((found?.level ?? 0) > 0 !== before.heading || phase === void 0 && hasPhases || phase?.tasks.length !== 0 && SUMMARY.test(phase?.name ?? nextPhase) || phase === void 0 && SUMMARY.test(nextPhase));
    if (found && !again) {
      const holder = phase ?? begin("", nextPhase);
      paragraph = !heading;
      current = { ...taskFrom(found.rest, line), id: found.id, mark: found.mark, section };
      taskLevel = found.level;
      orderLevel = 0;
      if (before === void 0) seen.set(found.id, { task: current, heading: found.level > 0 });
      holder.tasks.push(current);
      continue;
    }
    if (found && before) {
      repeated.push({ line: line.number, id: found.id, ticked: found.mark.state === "done" });
      if (!before.task.mark.marked) before.task.mark = found.mark;
      if (!heading) {
        if (taskLevel === 0) current = void 0;
        continue;
      }
    }
    if (heading) {
      paragraph = false;
      if (current && taskLevel > 0 && heading.level > taskLevel && !PHASE.test(heading.text)) {
        current.own.push(line.text);
        continue;
      }
      current = void 0;
      taskLevel = 0;
      section += 1;
      const [, label, name] = PHASE.exec(markOfHeading(heading.text).text) ?? [];
      if (ORDER_HEADING.test(heading.text) && label === void 0) orderLevel = heading.level;
      else if (heading.level <= orderLevel || orderLevel > 0 && NO_ORDER_HEADING.test(heading.text))
        orderLevel = 0;
      if (orderLevel > 0) order.push(line);
      if (label !== void 0) begin(label, name === void 0 || name === "" ? `Phase ${label}` : name);
      else if (heading.level <= 2 || phase === void 0) [phase, nextPhase] = [void 0, heading.text];
      continue;
    }
    if (orderLevel > 0) order.push(line);
    if (current && belongs(line, current, taskLevel, paragraph)) {
      paragraph = taskLevel === 0 && paragraph && !line.literal && continuesParagraph(line.text);
      addTo(current, line, paragraph);
      continue;
    }
    current = void 0;
    if (phase?.tasks.length === 0) phase.about.push(line);
    const reason = looksLikeTask(line);
    if (reason !== void 0) unread.push({ line: line.number, reason });
    const id = unmarkedId(line);
    if (id !== void 0) unmarked.push({ line: line.number, id });
  }
  for (const { line, id } of unmarked) {
    if (!seen.has(id)) unread.push({ line, reason: "an id without a box" });
  }
  const withTasks = phases.filter(({ tasks }) => tasks.length > 0);
  return { phases: withTasks.map((one, at) => ({ ...one, index: at + 1 })), order, unread, repeated };
}
function taskFrom(rest, line) {
  let text = rest.trim();
  let parallel = false;
  let story;
  text = text.replace(TRACKER, "");
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    const name = mark[1]?.trim() ?? "";
    if (name === "P") parallel = true;
    else if (/^(?:US-?\d+|[A-Z][A-Z0-9]*)$/.test(name)) story ??= name;
    else if (!/^[A-Za-z]*[-#]?[\w.-]*\d[\w.-]*$/.test(name)) break;
    text = text.slice(mark[0].length).replace(TRACKER, "");
  }
  const behind = /\s*\[P\]\s*$/.exec(text);
  if (behind !== null) [parallel, text] = [true, text.slice(0, behind.index)];
  return { line: line.number, parallel, story, text, wrapped: false, own: [text], parts: [], openParts: [] };
}
function belongs(line, task, level, paragraph) {
  if (level > 0) return true;
  if (line.literal || /^\s+\S/.test(line.text) || line.text.trim() === "") return true;
  return paragraph && task.own.at(-1)?.trim() !== "" && continuesParagraph(line.text);
}
function addTo(task, line, ofParagraph) {
  if (ofParagraph) {
    task.text = `${task.text} ${line.text.trim()}`;
    task.wrapped = true;
  }
  if (!line.literal && isMarkedItem(line.text)) {
    task.parts.push(line.number);
    if (markBefore(line.text).state !== "done") task.openParts.push(line.number);
  }
  task.own.push(line.text);
}
function unmarkedId({ text, literal }) {
  const plain = literal || isMarkedItem(text) ? void 0 : itemText(text) ?? firstCell(text);
  return plain === void 0 ? void 0 : TASK.exec(plain)?.[1];
}
function looksLikeTask({ text, literal }) {
  const unquoted = text.replace(/^[\s>]+/, "");
  if (!isMarkedItem(unquoted)) return void 0;
  const named = TASK.test(markBefore(unquoted).text);
  if (literal) return named ? "in code or a comment" : void 0;
  if (/^\s*>/.test(text)) return named ? "in a quotation" : void 0;
  return "a box without the number of a task";
}

// mcp-server/src/breakdown/spec-kit/references.ts
var MAX_NAMES = 40;
var NUMBER = "\\d+(?:\\.\\d+)*|[A-Z]\\b";
function referencesIn(phases) {
  const ids = phases.flatMap((phase) => phase.tasks.map(({ id }) => id));
  const known = new Set(ids);
  const labels = phases.map(({ label }) => label);
  const stories = storyPhases(phases);
  const isStoryPhase = new Set([...stories.values()].flat());
  const tagged = new Set(phases.flatMap((phase) => phase.tasks.flatMap(({ story }) => story ?? [])));
  const storyNames = [.../* @__PURE__ */ new Set([...stories.keys(), ...[...tagged].map((tag) => tag.replace(/\D/g, ""))])];
  const names = phases.slice(0, MAX_NAMES).flatMap((phase) => namePatterns(phase).map((pattern) => ({ phase, pattern })));
  const phasesOf = listReader(NUMBER, labels);
  const storiesOf = listReader("\\d+", storyNames);
  const tasksOf = listReader(ID, ids);
  const taskList = new RegExp(`(?<![\\w-])${listPattern(ID)}(?![\\w])`, "g");
  const phaseList = new RegExp(`\\bphases?\\s+(${listPattern(NUMBER, "(?:phases?\\s+)?")})(\\s*\\+)?`, "gi");
  const storyList = new RegExp(
    `\\b(?:(?:user\\s+)?stor(?:y|ies)\\s+(?:US-?)?|US-?\\s?)(${listPattern("\\d+", "(?:US-?|(?:user\\s+)?story\\s+)?")})`,
    "gi"
  );
  const allStories = /\b(?:user\s+)?stories\b(?!\s+(?:US-?)?\d)/gi;
  const at = (found, units) => ({
    start: found.index,
    end: found.index + found[0].length,
    units
  });
  return (text) => {
    const references = [];
    for (const found of text.matchAll(phaseList)) {
      const members = phasesOf(found[1] ?? "");
      const first = labels.indexOf(members.at(-1) ?? "");
      const named = found[2] === void 0 || first < 0 ? members : [...members, ...labels.slice(first)];
      references.push(
        at(
          found,
          phases.filter(({ label }) => label !== "" && named.includes(label)).map(({ index }) => `phase ${index}`)
        )
      );
    }
    for (const found of text.matchAll(storyList)) {
      const numbers = storiesOf(found[1] ?? "");
      references.push(
        at(
          found,
          numbers.flatMap((number) => storyUnits(number, stories, tagged))
        )
      );
    }
    for (const found of text.matchAll(allStories))
      references.push(
        at(
          found,
          [...isStoryPhase].map((index) => `phase ${index}`)
        )
      );
    for (const found of text.matchAll(taskList)) {
      const members = tasksOf(found[0]).filter((id) => known.has(id));
      references.push(
        at(
          found,
          members.map((id) => `task ${id}`)
        )
      );
    }
    const taken = (start) => references.some((other) => start >= other.start && start < other.end);
    for (const { phase, pattern } of names) {
      for (const found of text.matchAll(pattern)) {
        if (!taken(found.index)) references.push(at(found, [`phase ${phase.index}`]));
      }
    }
    return references.filter(({ units }) => units.length > 0).sort((a, b) => a.start - b.start);
  };
}
function storyUnits(number, stories, tagged) {
  const phases = stories.get(number);
  if (phases) return phases.map((index) => `phase ${index}`);
  return tagged.has(`US${number}`) ? [`story ${number}`] : [];
}
function storyPhases(phases) {
  const found = /* @__PURE__ */ new Map();
  for (const { name: whole, index } of phases) {
    const [name = ""] = whole.split(/\b(?:depends|after|requires|needs|blocked)\b/i);
    const numbers = [...name.matchAll(/\b(?:user\s+story\s+|story\s+|US-?)(\d+)\b/gi)].map(
      ([, number = ""]) => number
    );
    for (const number of new Set(numbers)) found.set(number, [...found.get(number) ?? [], index]);
  }
  return found;
}
function namePatterns({ name }) {
  const plain = name.replace(/[(（].*$/, "").replace(/[^\p{L}\p{N})]+$/u, "").trim();
  if (plain.length < 3 || /^(?:phase|tasks?|user stor)/i.test(plain)) return [];
  const escaped = plain.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const word = /^foundation/i.test(plain) ? `${escaped}|foundation(?:al)?` : escaped;
  return [
    new RegExp(
      `(?<=^|[,+&>→:]|\\b(?:on|and|the|by|for|after|all|before|to|blocks?|requires?|needs?|of)\\s)\\s*(?:${word})(?=\\s*(?:$|[,+&→.:-]|\\(|and\\b|phase\\b|layer\\b|complet|being\\b|is\\b|are\\b|has\\b|tasks?\\b|done\\b|finish))`,
      "gi"
    )
  ];
}

// mcp-server/src/breakdown/spec-kit/phase-order.ts
function phasesAfter(phases, statements) {
  const stated = /* @__PURE__ */ new Map();
  for (const { units, waitFor, complete } of statements) {
    const others = waitFor.flatMap((unit) => unit.startsWith("phase ") ? [Number(unit.slice(6))] : []);
    for (const unit of units) {
      if (!unit.startsWith("phase ") || others.length === 0) continue;
      const one = stated.get(Number(unit.slice(6))) ?? { waitFor: /* @__PURE__ */ new Set(), complete: true };
      for (const other of others) one.waitFor.add(other);
      one.complete &&= complete && others.length === waitFor.length;
      stated.set(Number(unit.slice(6)), one);
    }
  }
  const layers = new Set([...storyPhases(phases).values()].filter(({ length }) => length > 1).flat());
  const isLayer = ({ index }) => layers.has(index);
  const edges = new OrderEdges(phases.map(({ index }) => index));
  const awaited = /* @__PURE__ */ new Set();
  let leaves = [];
  let barrier = [];
  for (const [index, { waitFor }] of stated) edges.suggest(index, [...waitFor], true);
  for (const phase of phases) {
    const { index } = phase;
    const story = isStory(phase) && !isLayer(phase);
    if (story || !stated.get(index)?.complete) edges.suggest(index, story ? barrier : leaves);
    for (const other of edges.of(index)) awaited.add(other);
    leaves = [...leaves, index].filter((leaf) => !awaited.has(leaf));
    if (!story) barrier = [...barrier, index].filter((leaf) => !awaited.has(leaf));
  }
  return {
    after: new Map(phases.map(({ index }) => [index, edges.of(index)])),
    inferred: new Map(phases.map(({ index }) => [index, new Set(edges.inferredOf(index))]))
  };
}
function isStory(phase) {
  const name = phase.name.replace(/[(（][^()（）]*\bUS-?\d+\b[^()（）]*[)）]/gi, "");
  return /\buser stor(?:y|ies)\b|\bstory \d|\bUS-?\d+\b/i.test(name) || /\bpriority:?\s*P\d/i.test(phase.name) || phase.about.some(({ text, literal }) => !literal && /^\*\*Independent Test/i.test(text));
}
function endsOf(phases, after, open) {
  const byIndex = new Map(phases.map((phase) => [phase.index, phase]));
  const known = /* @__PURE__ */ new Map();
  const ends = (index) => {
    const before = known.get(index);
    if (before) return before;
    known.set(index, []);
    const groups = groupsOf(byIndex.get(index)?.tasks.filter(open) ?? []);
    const last = groups.at(-1)?.map(({ id }) => id);
    const result = last ?? [...new Set((after.get(index) ?? []).flatMap(ends))];
    known.set(index, result);
    return result;
  };
  return ends;
}
function groupsOf(tasks) {
  const groups = [];
  for (const task of tasks) {
    const last = groups.at(-1)?.at(-1);
    if (last && task.parallel && last.parallel && last.section === task.section) groups.at(-1)?.push(task);
    else groups.push([task]);
  }
  return groups;
}

// mcp-server/src/breakdown/spec-kit/order.ts
function specKitOrder(document, open) {
  const { phases } = document;
  const find = referencesIn(phases);
  const tasks = phases.flatMap((phase) => phase.tasks);
  const place = placeIn(phases);
  const statements = [
    ...alongTheFile(orderStatements(linesOf(document.order), find), place),
    ...phases.flatMap((phase) => ofPhase(phase, find))
  ];
  const { after, inferred } = phasesAfter(phases, statements);
  const ends = endsOf(phases, after, open);
  const tasksOf = tasksByUnit(tasks);
  const openOf = (units) => units.flatMap((unit) => {
    const phase = phaseOf(unit);
    return phase === void 0 ? tasksOf(unit).filter(open).map(({ id }) => id) : ends(phase);
  });
  const edges = new OrderEdges(tasks.map(({ id }) => id));
  const warnings = [];
  const suggest = (id, others, line) => {
    for (const other of edges.suggest(id, others, true)) {
      warnings.push(`line ${line}: ${id} cannot wait for ${other}, which waits for it`);
    }
  };
  const ownLines = (task) => task.own.map((text, at) => ({ number: task.line + at, text }));
  const ofOthers = [];
  for (const task of tasks.filter(open)) {
    const own = `task ${task.id}`;
    for (const said of alongTheFile(orderStatements(ownLines(task), find, [own]), place)) {
      if (said.units.includes(own)) edges.state(task.id, openOf(said.waitFor));
      ofOthers.push({ ...said, units: said.units.filter((unit) => unit !== own) });
    }
    for (const id of unknownIn(task, tasksOf)) {
      warnings.push(`line ${task.line} names ${id}, which is not in the file: nothing waits for it`);
    }
  }
  for (const { line, units, waitFor } of [...statements, ...ofOthers]) {
    for (const unit of units) {
      const phase = phaseOf(unit);
      const others = phase === void 0 ? waitFor : waitFor.filter((other) => phaseOf(other) === void 0);
      const first = phase === void 0 ? tasksOf(unit) : groupsOf(phases[phase - 1]?.tasks.filter(open) ?? [])[0];
      for (const task of first ?? []) if (open(task)) suggest(task.id, openOf(others), line);
    }
  }
  const position = new Map(tasks.map(({ id }, at) => [id, at]));
  for (const [at, task] of tasks.entries()) {
    if (!open(task)) continue;
    const mentioned = ownLines(task).flatMap(({ text }) => mentionedUnits(text, find)).flatMap(tasksOf);
    edges.suggest(
      task.id,
      mentioned.filter((other) => open(other) && (position.get(other.id) ?? at) < at).map(({ id }) => id)
    );
  }
  for (const phase of phases) {
    const [first = [], ...others] = groupsOf(phase.tasks.filter(open));
    for (const before of after.get(phase.index) ?? []) {
      const isSaid = inferred.get(phase.index)?.has(before) === false;
      for (const { id } of first) edges.suggest(id, ends(before), isSaid);
    }
    let previous = first;
    for (const group of others) {
      for (const { id } of group) edges.suggest(id, idsOf(previous));
      previous = group;
    }
  }
  return {
    dependencies: new Map(tasks.map(({ id }) => [id, edges.of(id)])),
    inferred: new Map(tasks.map(({ id }) => [id, edges.inferredOf(id)])),
    warnings
  };
}
function idsOf(tasks) {
  return tasks.map(({ id }) => id);
}
function placeIn(phases) {
  const places = /* @__PURE__ */ new Map();
  for (const { index, tasks } of phases) {
    places.set(`phase ${index}`, index);
    for (const [at, { id }] of tasks.entries())
      places.set(`task ${id}`, index + (at + 1) / (tasks.length + 1));
  }
  return (unit) => places.get(unit) ?? 0;
}
function phaseOf(unit) {
  return unit.startsWith("phase ") ? Number(unit.slice("phase ".length)) : void 0;
}
function tasksByUnit(tasks) {
  const found = /* @__PURE__ */ new Map();
  for (const task of tasks) {
    found.set(`task ${task.id}`, [task]);
    const number = /^US-?(\d+)$/.exec(task.story ?? "")?.[1];
    const story = `story ${number}`;
    if (number !== void 0) found.set(story, [...found.get(story) ?? [], task]);
  }
  return (unit) => found.get(unit) ?? [];
}
function linesOf(lines) {
  return lines.map(({ number, text }) => ({ number, text }));
}
function ofPhase(phase, find) {
  const about = phase.about.filter((line) => !headingOf(line) && !line.literal);
  const name = { number: 0, text: phase.name };
  return orderStatements([name, ...linesOf(about)], find, [`phase ${phase.index}`]).filter(
    ({ units }) => units.includes(`phase ${phase.index}`)
  );
}
function unknownIn(task, tasksOf) {
  const text = task.own.join(" ").replace(/\*\*|`/g, "");
  const list = new RegExp(
    `\\b(?:depends\\s+on|blocked\\s+by|dependencies|requires)\\s*:?\\s*(${listPattern(ID)})`,
    "gi"
  );
  const outside = /\b(?:depends\s+on|blocked\s+by|requires)\s*:?\s*((?!T-\d)[A-Z][A-Z0-9]*-\d+|#\d+)(?![\w-])/gi;
  return [
    ...[...text.matchAll(list)].flatMap(
      ([, ids = ""]) => [...ids.matchAll(new RegExp(ID, "g"))].map(([id]) => id)
    ),
    ...[...text.matchAll(outside)].map(([, id = ""]) => id)
  ].filter((id) => tasksOf(`task ${id}`).length === 0);
}

// mcp-server/src/breakdown/spec-kit/spec-kit.ts
var MAX_SUBJECT = 160;
function isSpecKit({ lines }) {
  return hasTasks(lines);
}
function readSpecKit(document, file) {
  const read = readDocument(document.lines);
  const { phases } = read;
  const all = phases.flatMap((phase) => phase.tasks);
  const open = (task) => task.mark.state !== "done";
  const { dependencies, inferred, warnings } = specKitOrder(read, open);
  return {
    title: titleOf(document, /^Tasks:\s*/i) ?? file,
    done: all.filter((task) => !open(task)).map(({ id, line }) => ({ id, place: `line ${line}` })),
    warnings: [
      ...warningsOf(read, open),
      ...doneHeadingWarnings(
        document.lines,
        new Map(all.map((task) => [task.line, { id: task.id, isOpen: open(task) }]))
      ),
      ...warnings
    ],
    tasks: phases.flatMap(
      (phase) => phase.tasks.filter(open).map((task) => ({
        place: `line ${task.line}`,
        scopeText: task.own.join("\n"),
        inferredDependencies: inferred.get(task.id) ?? [],
        fields: {
          id: task.id,
          subject: subjectOf(task),
          description: descriptionOf(task, phase, file),
          dependencies: dependencies.get(task.id) ?? [],
          phase: phase.number,
          phaseName: phase.name,
          ...priorityOf(phase) !== void 0 && { priority: priorityOf(phase) },
          ...task.story !== void 0 && { story: task.story }
        }
      }))
    )
  };
}
function warningsOf({ phases, unread, repeated }, open) {
  const tasks = phases.flatMap((phase) => phase.tasks);
  const unclear = tasks.filter(({ mark }) => mark.state === "unclear");
  const contradicted = tasks.filter((task) => open(task) && task.mark.marked && saysDone(task.text));
  const isOpen = new Set(tasks.filter(open).map(({ id }) => id));
  const ticked = repeated.filter((one) => one.ticked && isOpen.has(one.id));
  const allPartsDone = tasks.filter(
    (task) => open(task) && task.parts.length > 0 && task.openParts.length === 0
  );
  const openUnderDone = tasks.filter((task) => !open(task) && task.openParts.length > 0);
  return [
    ...unreadWarnings(unread),
    ...unclear.length > 0 ? [`read as not done: ${listed(unclear.map(({ id, mark }) => `${id} [${mark.sign}]`))}`] : [],
    ...contradicted.length > 0 ? [`read as not done by their boxes, although they say so: ${listed(contradicted.map(({ id }) => id))}`] : [],
    ...ticked.length > 0 ? [
      `ticked there and not where they stand, so read as not done: ${listed(ticked.map(({ id, line }) => `${id} in line ${line}`))}`
    ] : [],
    ...allPartsDone.length > 0 ? [`not done, although all boxes below them are: ${listed(allPartsDone.map(({ id }) => id))}`] : [],
    ...repeated.length > 0 ? [
      `named once more, as in a summary: ${listed(repeated.map(({ line, id }) => `${id} in line ${line}`))}`
    ] : [],
    ...openUnderDone.map(
      ({ id, openParts }) => `${id} is marked as done; open boxes below it (line ${listed(openParts.map(String))}) are left out with it`
    )
  ];
}
function subjectOf({ text, wrapped, id }) {
  const whole = (wrapped ? firstSentence(text) : text) || id;
  if (whole.length <= MAX_SUBJECT) return whole;
  return `${whole.slice(0, MAX_SUBJECT).replace(/\s+\S*$/, "")} …`;
}
function priorityOf(phase) {
  const level = /\bpriority:?\s*P(\d)/i.exec(phase.name)?.[1];
  return level === void 0 ? void 0 : { "1": "high", "2": "medium" }[level] ?? "low";
}
function descriptionOf(task, phase, file) {
  const folder = file.split("/").slice(0, -1).join("/");
  const about = phase.about.flatMap(({ text, literal }) => {
    const [, what, rest] = (literal ? null : /^\*\*(Goal|Purpose|Independent Test)\s*:?\*\*\s*:?\s*(.+)$/i.exec(text)) ?? [];
    return what === void 0 ? [] : [`${what}: ${rest}`];
  });
  return [
    task.own.join("\n").trimEnd(),
    [`Phase ${phase.number}: ${phase.name}`, ...about].join("\n"),
    `The specification and its plan are the other documents in ${folder === "" ? "the repository's top folder" : folder}. Ticking the task off in ${file} is not part of it.`
  ].join("\n\n");
}
export {
  ID,
  endsOf,
  groupsOf,
  hasTasks,
  isSpecKit,
  phasesAfter,
  readDocument,
  readSpecKit,
  referencesIn,
  specKitOrder,
  storyPhases
};
