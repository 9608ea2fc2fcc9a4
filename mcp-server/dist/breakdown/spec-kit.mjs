// import:breakdown/markdown.mjs in breakdown/spec-kit.mjs
import { headingOf, titleOf } from "./markdown.mjs";

// mcp-server/src/breakdown/spec-kit/spec-kit.ts
var TASK = /^\s*[-*]\s+\[([ xX])\]\s+(?:\*\*)?(T\d+[A-Za-z]?)(?:\*\*)?[:.]?\s+(.*)$/;
var MARK = /^(?:\*\*)?\[(P|US\d+|[A-Z][A-Z0-9]*)\](?:\*\*)?\s*/;
var LONGEST_SUBJECT = 160;
function isSpecKit({ lines }) {
  return lines.some((line) => !line.literal && TASK.test(line.text));
}
function readSpecKit(document, file) {
  const phases = phasesOf(document.lines);
  const all = phases.flatMap((phase) => phase.tasks);
  const open = new Set(all.filter((task) => !task.done).map((task) => task.id));
  const order = orderOf(phases, open);
  return {
    title: titleOf(document, /^Tasks:\s*/i) ?? file,
    done: all.filter((task) => task.done).map((task) => task.id),
    warnings: [],
    tasks: phases.flatMap(
      (phase) => phase.tasks.filter((task) => !task.done).map((task) => ({
        place: `line ${task.line}`,
        scopeText: [task.text, ...task.more].join("\n"),
        fields: {
          id: task.id,
          subject: subjectOf(task.text),
          description: descriptionOf(task, phase, file),
          dependencies: [
            .../* @__PURE__ */ new Set([...order.get(task) ?? [], ...namedIn(task, all).filter((id) => open.has(id))])
          ],
          phase: phase.number,
          phaseName: phase.name,
          ...priorityOf(phase) !== void 0 && { priority: priorityOf(phase) },
          ...task.story !== void 0 && { story: task.story }
        }
      }))
    )
  };
}
function phasesOf(lines) {
  const phases = [];
  let phase;
  let current;
  let section = 0;
  const begin = (name, number) => {
    phase = { number: number ?? phases.length + 1, name, about: [], tasks: [] };
    phases.push(phase);
  };
  for (const line of lines) {
    const heading = headingOf(line);
    if (heading) {
      current = void 0;
      section += 1;
      const [, number, name] = /^Phase\s+([\d.]+|[A-Z])\s*[:.—–-]\s*(.*)$/.exec(heading.text) ?? [];
      if (name !== void 0) begin(name, /^\d+$/.test(number ?? "") ? Number(number) : void 0);
      else if (heading.level <= 2) phase = void 0;
      continue;
    }
    const [, box, id, rest] = (line.literal ? null : TASK.exec(line.text)) ?? [];
    if (id !== void 0 && rest !== void 0) {
      if (!phase) begin("Tasks", void 0);
      current = { ...taskFrom(rest), id, line: line.number, done: box !== " ", section, more: [] };
      phase?.tasks.push(current);
    } else if (current && (line.literal || /^\s+\S/.test(line.text) || line.text.trim() === "")) {
      current.more.push(line.text);
    } else {
      current = void 0;
      const [, what, text] = /^\*\*(Goal|Purpose|Independent Test)\s*:?\*\*\s*:?\s*(.+)$/i.exec(line.text) ?? [];
      if (what !== void 0) phase?.about.push(`${what}: ${text}`);
    }
  }
  return phases.filter(({ tasks }) => tasks.length > 0);
}
function taskFrom(rest) {
  let text = rest;
  let parallel = false;
  let story;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    if (mark[1] === "P") parallel = true;
    else story ??= mark[1];
    text = text.slice(mark[0].length);
  }
  return { parallel, story, text: text.trim() };
}
function orderOf(phases, open) {
  const order = /* @__PURE__ */ new Map();
  let before = [];
  let stories = [];
  for (const phase of phases) {
    const tasks = phase.tasks.filter((task) => open.has(task.id));
    if (tasks.length === 0) continue;
    const story = isStory(phase);
    let previous = story || stories.length === 0 ? before : stories;
    for (const group of groupsOf(tasks)) {
      for (const task of group) order.set(task, previous);
      previous = group.map((task) => task.id);
    }
    if (story) stories = [...stories, ...previous];
    else [before, stories] = [previous, []];
  }
  return order;
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
function isStory(phase) {
  return /\buser stor(?:y|ies)\b|\bUS\d+\b/i.test(phase.name) || phase.tasks.every((task) => task.story);
}
function namedIn(task, all) {
  const ids = all.map(({ id }) => id);
  const between = (from, to) => {
    const [first, last] = [ids.indexOf(from), ids.indexOf(to)];
    return first < 0 || last < 0 ? [from, to] : ids.slice(first, last + 1);
  };
  const text = [task.text, ...task.more].join(" ");
  const lists = [...text.matchAll(/\bdepends on:?\s+((?:T\d+[A-Za-z]?(?:\s*(?:,|and|&|\+|-|–|—)\s*)*)+)/gi)];
  return lists.flatMap(
    ([, list = ""]) => [...list.matchAll(/(T\d+[A-Za-z]?)(?:\s*[-–—]\s*(T\d+[A-Za-z]?))?/g)].flatMap(
      ([, from = "", to]) => to === void 0 ? [from] : between(from, to)
    )
  );
}
function subjectOf(text) {
  if (text.length <= LONGEST_SUBJECT) return text;
  return `${text.slice(0, LONGEST_SUBJECT).replace(/\s+\S*$/, "")} …`;
}
function priorityOf(phase) {
  const level = /\bpriority:?\s*P(\d)/i.exec(phase.name)?.[1];
  return level === void 0 ? void 0 : { "1": "high", "2": "medium" }[level] ?? "low";
}
function descriptionOf(task, phase, file) {
  const folder = file.split("/").slice(0, -1).join("/");
  const own = [task.text, ...task.more].join("\n").trimEnd();
  return [
    own,
    [`Phase ${phase.number}: ${phase.name}`, ...phase.about].join("\n"),
    `The specification and its plan are the other documents in ${folder === "" ? "the repository's top folder" : folder}. Ticking the task off in ${file} is not part of it.`
  ].join("\n\n");
}
export {
  isSpecKit,
  readSpecKit
};
