// import:breakdown/markdown.mjs in breakdown/superpowers.mjs
import { bodyOf, headingOf, titleOf } from "./markdown.mjs";

// mcp-server/src/breakdown/superpowers/superpowers.ts
var TASK_HEADING = /^Task\s+([A-Za-z]?\d+(?:\.\d+)*[a-z]?)\s*[:.—–-]\s*(\S.*)$/;
var STEP = /^\s*[-*]\s+\[([ xX])\]\s+/;
function isSuperpowers({ lines }) {
  return lines.some((line) => TASK_HEADING.test(headingOf(line)?.text ?? ""));
}
function readSuperpowers(document, file) {
  const all = tasksOf(document.lines);
  const open = all.filter((task) => !task.done);
  const context = contextOf(document.lines);
  return {
    title: titleOf(document, /\s*Implementation Plan$/i) ?? file,
    done: all.filter((task) => task.done).map((task) => task.id),
    warnings: [],
    tasks: open.map((task, at) => ({
      place: `line ${task.line}`,
      scopeText: bodyOf(task.body),
      fields: fieldsOf(task, dependenciesOf(task, open.slice(0, at), all), context)
    }))
  };
}
function fieldsOf(task, dependencies, context) {
  const description = [
    bodyOf(task.body),
    context,
    "Leave out steps that stage or commit: other agents work in the same checkout, and what you changed is committed later."
  ];
  return {
    id: task.id,
    subject: task.name,
    description: description.filter((part) => part !== "").join("\n\n"),
    dependencies,
    ...task.files && { writes: task.files.writes },
    ...task.files && task.files.reads.length > 0 && { reads: task.files.reads }
  };
}
function tasksOf(lines) {
  return sectionsOf(lines).flatMap(({ heading, line, body }) => {
    const [, id, name] = TASK_HEADING.exec(heading) ?? [];
    if (id === void 0 || name === void 0) return [];
    const steps = body.flatMap((one) => one.literal ? [] : STEP.exec(one.text)?.[1] ?? []);
    return [
      {
        id,
        name,
        line,
        body,
        done: steps.length > 0 && !steps.includes(" "),
        files: filesIn(body),
        consumes: labelled(body, "Consumes"),
        produces: labelled(body, "Produces") ?? "",
        dependsOn: labelled(body, "Depends on") ?? labelled(body, "Dependencies")
      }
    ];
  });
}
function sectionsOf(lines) {
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line);
    return heading ? [{ ...heading, at, isTask: TASK_HEADING.test(heading.text) }] : [];
  });
  return headings.map(({ level, text, at }, i) => {
    const end = headings.slice(i + 1).find((next) => next.level <= level || next.isTask);
    return {
      heading: text,
      line: lines[at]?.number ?? 0,
      body: lines.slice(at + 1, end?.at ?? lines.length)
    };
  });
}
function contextOf(lines) {
  const goal = lines.find((line) => !line.literal && /^\*\*Goal:?\*\*/i.test(line.text));
  const constraints = sectionsOf(lines).find(({ heading }) => /^global constraints$/i.test(heading));
  return [
    ...goal ? [`Goal of the whole plan: ${goal.text.replace(/^\*\*Goal:?\*\*:?\s*/i, "")}`] : [],
    ...constraints ? [`# ${constraints.heading}

${bodyOf(constraints.body)}`] : []
  ].join("\n\n");
}
function labelled(body, label) {
  const start = new RegExp(`^\\s*(?:[-*]\\s+)?(?:\\*\\*)?${label}(?:\\*\\*)?\\s*:(?:\\*\\*)?\\s*(.*)$`, "i");
  const at = body.findIndex((line) => !line.literal && start.test(line.text));
  if (at < 0) return void 0;
  const text = [start.exec(body[at]?.text ?? "")?.[1] ?? ""];
  const indent = /^\s*/.exec(body[at]?.text ?? "")?.[0].length ?? 0;
  for (const line of body.slice(at + 1)) {
    const deeper = (/^\s*/.exec(line.text)?.[0].length ?? 0) > indent;
    if (line.text.trim() === "" || !deeper) break;
    text.push(line.text.trim());
  }
  return text.join(" ");
}
function filesIn(body) {
  const at = body.findIndex((line) => !line.literal && /^\*\*Files\s*:?\*\*\s*:?\s*$/i.test(line.text));
  if (at < 0) return void 0;
  const writes = [];
  const reads = [];
  for (const line of body.slice(at + 1)) {
    const [, item] = /^\s*[-*]\s+(?!\[)(.*)$/.exec(line.text) ?? [];
    if (item === void 0) {
      if (line.text.trim() === "" && writes.length + reads.length === 0) continue;
      break;
    }
    const [, verb = "", rest = item] = /^(?:\*\*)?([A-Za-z][A-Za-z ,/&]*?)(?:\*\*)?\s*:(?:\*\*)?\s*(.*)$/.exec(item) ?? [];
    const reading = /^(?:read|verify|reference|see|check|inspect|unchanged)/i.test(verb);
    (reading ? reads : writes).push(...pathsAt(rest));
  }
  return writes.length + reads.length === 0 ? void 0 : { writes, reads };
}
function pathsAt(text) {
  const paths = [];
  let rest = text;
  for (; ; ) {
    const match = /^\s*(?:,|;|\+|&|and\b|→|->|to\b)?\s*(?:`([^`]+)`|([^\s`(),;]+\.\w+(?::[\d,-]+)?))/.exec(
      rest
    );
    const path = match?.[1] ?? match?.[2];
    if (match === null || path === void 0) return paths;
    paths.push(path.trim().replace(/(?::\d[\d,\s–-]*|#L\d.*)$/, ""));
    rest = rest.slice(match[0].length);
  }
}
function dependenciesOf(task, earlier, all) {
  const isEarlier = new Set(earlier.map(({ id }) => id));
  const touched = task.files?.writes ?? [];
  const lastWriters = touched.flatMap(
    (path) => earlier.findLast((other) => other.files?.writes.includes(path))?.id ?? []
  );
  const stated = statedDependencies(task, earlier, all);
  const before = stated ?? earlier.slice(-1).map(({ id }) => id);
  return [.../* @__PURE__ */ new Set([...before, ...lastWriters])].filter((id) => isEarlier.has(id));
}
function statedDependencies(task, earlier, all) {
  const { consumes, dependsOn } = task;
  if (consumes === void 0 && dependsOn === void 0) return void 0;
  const order = all.map(({ id }) => id);
  const named = [
    ...dependsOn === void 0 ? [] : idsIn(dependsOn, order),
    ...tasksNamedIn(consumes ?? "", order)
  ];
  const wanted = new Set(codeIn(consumes ?? "").flatMap(namesIn));
  const producers = earlier.filter(
    (other) => codeIn(other.produces).flatMap(namesIn).some((name) => wanted.has(name))
  );
  return [...named, ...producers.map(({ id }) => id)];
}
function tasksNamedIn(text, order) {
  if (/^\s*(?:nothing|none|n\/a|[-–—])(?:\W|$)/i.test(text)) return [];
  const lists = text.matchAll(
    /\btasks?\s+((?:#?[A-Za-z]?\d+(?:\.\d+)*[a-z]?(?:\s*(?:,|and|&|\+|-|–|—|to)\s*)?)+)/gi
  );
  return [...lists].flatMap(([, list = ""]) => idsIn(list, order));
}
function idsIn(list, order) {
  const id = "[A-Za-z]?\\d+(?:\\.\\d+)*[a-z]?";
  return [...list.matchAll(new RegExp(`(${id})(?:\\s*(?:-|–|—|\\bto\\b)\\s*(${id}))?`, "g"))].flatMap(
    ([, from = "", to]) => {
      const [first, last] = [order.indexOf(from), order.indexOf(to ?? from)];
      return first < 0 || last < 0 ? [] : order.slice(first, last + 1);
    }
  );
}
function codeIn(text) {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}
function namesIn(code) {
  const declared = code.matchAll(
    /\b(?:fn|func|function|def|class|struct|enum|trait|type|interface|const|let|var)\s+([A-Za-z_]\w*)/g
  );
  const names = [...declared].map(([, name = ""]) => name);
  const called = /^([A-Za-z_][\w.]*)\s*(?:[(:<]|$)/.exec(code)?.[1];
  return called === void 0 ? names : [...names, called];
}
export {
  isSuperpowers,
  readSuperpowers
};
