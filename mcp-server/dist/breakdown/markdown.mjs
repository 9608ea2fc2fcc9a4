// import:lib/gray-matter.mjs in breakdown/markdown.mjs
import { default as default2 } from "../lib/gray-matter.mjs";

// import:text.mjs in breakdown/markdown.mjs
import { inlineCode, markdownLines } from "../text.mjs";

// import:breakdown.mjs in breakdown/markdown.mjs
import { BreakdownError, listed, withoutByteOrderMark } from "../breakdown.mjs";

// mcp-server/src/breakdown/markdown/document.ts
function parseMarkdown(text, file) {
  const whole = withoutByteOrderMark(text).replace(/\r\n?/g, "\n");
  const { data, content } = readFrontMatter(whole, file);
  const before = whole.split("\n").length - content.split("\n").length;
  const lines = markdownLines(content).map(({ number, text: text2, kind }) => ({
    number: before + number,
    text: text2,
    literal: kind !== "prose"
  }));
  return { frontMatter: data, lines };
}
function headingOf(line) {
  const match = line.literal ? null : /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line.text);
  return match === null ? void 0 : { level: match[1]?.length ?? 1, text: match[2] ?? "" };
}
function bodyOf(lines) {
  const blank = (line) => !line.literal && /^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,})?$/.test(line.text);
  let start = 0;
  let end = lines.length;
  while (start < end && blank(lines[start])) start += 1;
  while (end > start && blank(lines[end - 1])) end -= 1;
  return lines.slice(start, end).map((line) => line.text).join("\n");
}
function titleOf({ frontMatter, lines }, noise) {
  if (typeof frontMatter.title === "string" && frontMatter.title.trim() !== "") return frontMatter.title;
  const heading = lines.map(headingOf).find((found) => found?.level === 1);
  const title = heading?.text.replace(noise, "").trim();
  return title === "" ? void 0 : title;
}
function readFrontMatter(whole, file) {
  const language = /^---[ \t]*([^\s-]\S*)?[ \t]*\n/.exec(whole)?.[1] ?? "yaml";
  if (language !== "yaml" && language !== "yml") {
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is ${language.slice(0, 40)}`,
      "Write it as YAML between two lines ---"
    );
  }
  try {
    return default2(whole, { language: "yaml" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is not valid YAML: ${reason}`,
      "Correct it, or leave it out"
    );
  }
}

// mcp-server/src/breakdown/markdown/task-mark.ts
var LIST_MARK = new RegExp("^\\s*(?:[-*+•]|\\d{1,9}[.)](?=\\s+(?:\\[[^\\]]?\\]|\\p{S})))\\s+", "u");
var BOX = /^\[([^\]]?)\](?=\s|$|\*)\s*/u;
var DONE_SIGN = /^[xX✓✔✅√☑✗]$/u;
var TICK = /^(?:✅|☑|✔|✓|🗹)\uFE0F?\s*/u;
var OPEN_SIGN = /^(?:⬜|☐|🔲|◻|⏳|🚧|🔄|🔜|📋)\uFE0F?\s*/u;
var DONE_BEHIND = /\s*(?:[-–—:|,]\s*)?(?:(?:✅|☑|✔|✓|🗹)\uFE0F?\s*(?:\*\*)?(?:COMPLETED?|DONE|FINISHED|IMPLEMENTED)?(?:\*\*)?|[([](?:✅\s*)?(?:completed?|done|finished|implemented)[)\]]|[-–—|]\s+(?:completed|done|finished)|\b(?:COMPLETED|DONE|FINISHED))\s*(?:✅)?\s*$/iu;
var WORD_IN_CAPITALS = /(?:COMPLETED|DONE|FINISHED)\s*$/;
var GIVEN_UP_BEHIND = /\s*(?:[([](?:cancell?ed|skipped|dropped|obsolete|superseded|won['’]t do)[)\]]|❌\s*(?:CANCELL?ED|SKIPPED|DROPPED)?)\s*$/iu;
function markBefore(line) {
  let text = line.replace(LIST_MARK, "").trim();
  let state = "open";
  let marked = false;
  let sign = "";
  for (; ; ) {
    const box = BOX.exec(text);
    const found = box ?? TICK.exec(text) ?? OPEN_SIGN.exec(text);
    if (found === null) break;
    if (!marked || box) {
      const inside = box?.[1]?.trim();
      sign = "";
      if (inside === void 0) state = TICK.test(text) ? "done" : "open";
      else if (inside === "") state = "open";
      else if (DONE_SIGN.test(inside)) state = "done";
      else [state, sign] = ["unclear", inside];
    }
    marked = true;
    text = text.slice(found[0].length);
  }
  const struck = /^~~(.+?)~~\s*(.*)$/.exec(text);
  if (struck !== null) [state, marked, text] = ["done", true, `${struck[1]} ${struck[2]}`];
  return { state, marked, sign, text: text.trim() };
}
function markOfHeading(heading) {
  const before = markBefore(heading);
  const behind = GIVEN_UP_BEHIND.exec(before.text) ?? doneBehind(before.text);
  if (behind === null) return before;
  const text = before.text.slice(0, behind.index).trim();
  return text === "" ? before : { ...before, state: before.marked ? before.state : "done", marked: true, text };
}
function doneBehind(text) {
  const found = DONE_BEHIND.exec(text);
  if (found === null) return null;
  const words = /^\s*\w+\s*$/.test(found[0]);
  return words && !WORD_IN_CAPITALS.test(found[0]) ? null : found;
}
function saysDone(text) {
  return TICK.test(text) || /^\*\*(?:DONE|COMPLETED?)\b/.test(text) || doneBehind(text) !== null;
}
function isMarkedItem(line) {
  return LIST_MARK.test(line) && markBefore(line).marked;
}
function itemText(line) {
  return /^\s*(?:[-*+•]|\d{1,9}[.)])\s+(.*)$/.exec(line)?.[1];
}
function firstCell(line) {
  return /^\s*\|\s*([^|]*?)\s*\|/.exec(line)?.[1];
}

// mcp-server/src/breakdown/markdown/done-headings.ts
function doneHeadingWarnings(lines, tasks) {
  let above = [];
  const found = [];
  for (const line of lines) {
    const task = tasks.get(line.number);
    const heading = headingOf(line);
    if (heading) above = above.filter(({ level }) => level < heading.level);
    if (task?.isOpen) {
      for (const { isDone, open } of above) if (isDone) open.push(task.id);
    }
    if (!heading || task) continue;
    const { marked, state, text } = markOfHeading(heading.text);
    const one = {
      level: heading.level,
      text,
      line: line.number,
      isDone: marked && state === "done",
      open: []
    };
    above.push(one);
    found.push(one);
  }
  return found.filter(({ open }) => open.length > 0).map(
    ({ text, line, open }) => `line ${line} marks ${JSON.stringify(text)} as done; below it these are not, and are imported: ${listed(open)}`
  );
}

// import:graph.mjs in breakdown/markdown.mjs
import { isBareFile, isKnownFile, pathIn, useIn } from "../graph.mjs";

// mcp-server/src/breakdown/markdown/listed-paths.ts
function listedPaths(item, test) {
  const found = pathsIn(withoutNotes(item), item, test);
  return found.length > 0 ? found : pathsIn(item, item, test);
}
var COMMAND = /^(?:\$\s*)?(?:\.\/)?(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|pytest|python3?|uv|poetry|tox|cargo|go|make|mvnw?|gradlew?|dotnet|php|phpunit|composer|bundle|rspec|rake|mix|swift|xcodebuild|flutter|dart|jest|vitest|playwright|cypress|mocha|tsc|eslint|biome|ruff|mypy|bash|sh|git|docker|cd|echo|curl|just|task|nx|turbo|mise)(?:\s|$)/;
var BETWEEN = /^(?:[\s`,;&+、，；：:→⇒|*]|->|\b(?:and|or|to|new|with)\b)*$/i;
var WORDS = /[^\s`,;，、；：]+/g;
function pathsIn(text, whole, test) {
  const paths = [];
  let folder = "";
  let sibling = "";
  let last = 0;
  const add = (word, code, start, end) => {
    const located = withoutLines(word);
    if (located === void 0) return;
    const bare = isBareFile(located) && !isKnownFile(located);
    const folderWord = /^\s*(?:folder|directory|dir)\b/i.test(text.slice(end));
    const named = folderWord && !located.endsWith("/") ? `${located}/` : located;
    const listed2 = BETWEEN.test(text.slice(last, start));
    const isPath = code && listed2 ? isPathInCode(named) : pathIn(named, named.includes("/") ? "code" : "plain") !== void 0 || bare && listed2;
    if (!isPath) return;
    last = end;
    const use = useIn(whole, start, end, false);
    const beside = bare && folder !== "" ? placeOf(named, sibling) : "top";
    if (beside !== "top") paths.push({ path: `${folder}${named}`, use });
    if (beside !== "beside") paths.push({ path: named, use });
    if (named.includes("/")) [folder, sibling] = [named.slice(0, named.lastIndexOf("/") + 1), named];
  };
  const words = (from2, to) => {
    for (const found of text.slice(from2, to).matchAll(WORDS)) {
      const word = found[0].replace(/^[*(<[（]+|[*)>.!?\]）]+$/g, "");
      add(word, false, from2 + found.index, from2 + found.index + found[0].length);
    }
  };
  let from = 0;
  for (const { start, end, code } of inlineCode(text).spans) {
    words(from, start);
    from = end;
    if (!isCommand(code)) add(code, true, start, end);
    else if (test) {
      for (const [word] of code.matchAll(/[^\s"']+/g)) if (pathIn(word, "plain")) add(word, true, start, end);
    }
  }
  if (COMMAND.test(text.trim())) return paths;
  words(from, void 0);
  return paths;
}
function isCommand(code) {
  return COMMAND.test(code) || /\s(?:&&|\|\|?|--?\w)|;\s/.test(code);
}
var PLACEHOLDER = /<[\p{L}\p{N}_. -]{1,40}>/gu;
function withoutLines(word) {
  const path = word.trim().replace(/(?:::.*|:L?\d[\d,:\sL–-]*|#L?\d.*)$/, "").replace(PLACEHOLDER, "*");
  return path === "" || /^(?:L?\d[\d,\s–-]*|lines?)$/i.test(path) ? void 0 : path;
}
function isPathInCode(code) {
  if (/[()=<>;"']|^\W*$|::/.test(code.replace(/\([\w.-]+\)\//g, ""))) return false;
  return /[/\\]/.test(code) || /^\.?[\p{L}\p{N}_*{][^\s]*\.[\p{L}\p{N}{*][^\s]*$/u.test(code) || /^\.?[\p{L}\p{N}_-]+$/u.test(code) && isFileName(code);
}
function isFileName(name) {
  return isKnownFile(name) || /^(?:\.[a-z]|[A-Z][a-z]*file$)/.test(name);
}
function placeOf(name, path) {
  const partsOf = (file) => /^(.*?)((?:\.[^.]*)?)$/.exec(file.slice(file.lastIndexOf("/") + 1)) ?? [];
  const [, stem = "", ending] = partsOf(name);
  const [, other = "", otherEnding] = partsOf(path);
  if (stem === stem.toUpperCase() && /\.(?:md|txt|rst)$/i.test(name)) return "top";
  const isAlike = ending === otherEnding || stem.split(".")[0] === other.split(".")[0];
  return path.endsWith("/") || isAlike ? "beside" : "either";
}
var MOVED_FROM = /^(?:was|were|moved|renamed|extracted|split|migrated|ported|relocated|formerly|previously|ex)\b/i;
function withoutNotes(text) {
  const pieces = [];
  let from = 0;
  for (const { start, end } of inlineCode(text).spans) {
    pieces.push(text.slice(from, start), "x".repeat(end - start));
    from = end;
  }
  const masked = pieces.join("") + text.slice(from);
  let result = "";
  let depth = 0;
  let kept = false;
  for (let at = 0; at < text.length; at++) {
    const opens = /[(（]/.test(masked[at] ?? "");
    if (opens) depth += 1;
    if (opens && depth === 1) kept = MOVED_FROM.test(text.slice(at + 1));
    result += depth > 0 && !kept ? " " : text[at];
    if (/[)）]/.test(masked[at] ?? "") && depth > 0) depth -= 1;
  }
  return result;
}

// mcp-server/src/breakdown/markdown/file-list.ts
var LABEL = /^\s*(?:[-*+]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)?(?:(?:new|affected|changed|modified|target|related|key|source|test)\s+)?(files?(?:\s+(?:changes|changed|touched|affected|involved|list|to\s+(?:[a-z/]+(?:\s+or\s+[a-z]+)?)))?|文件|檔案|ファイル)(?:\s*\([^)]*\))?\s*(?:\*\*|__)?\s*(?:[:：]\s*(?:\*\*|__)?\s*(.*))?$/iu;
var READING = /^(?:read|verify|verified|reference|see|check|inspect|unchanged|consult|context|no changes?|do not|don['’]t|existing|review)/i;
var VERB = /^(?:\*\*|__|\[)?([A-Za-z][A-Za-z ,/&+-]{1,40}?)(?:\s*[(（][^)）]*[)）])?(?:\*\*|__|\])?\s*(?:[:：]|\s[-–—]\s)(?:\*\*|__)?\s*(.*)$/;
var BARE_VERB = /^(?:\*\*|__|\[)?(new|create[sd]?|add(?:ed)?|modif(?:y|ied)|update[ds]?|change[ds]?|edit(?:ed)?|delete[ds]?|remove[ds]?|rename[ds]?|move[ds]?|extend|test|read|verify|reference|see|check)(?:\*\*|__|\])?\s+(.*)$/i;
var CHANGING = /^(?:new|creat|add|modif|updat|chang|edit|delet|remov|renam|mov|extend|refactor)/i;
var NONE = /^(?:none|n\/a|nothing|no files?\b|[-–—]\s*$|无|無|なし)/i;
function filesIn(body) {
  const files = { writes: /* @__PURE__ */ new Set(), reads: /* @__PURE__ */ new Set(), pathless: [] };
  let found = false;
  for (const [at, line] of body.entries()) {
    if (line.literal) continue;
    const [, label = "", inline] = LABEL.exec(line.text) ?? [];
    const heading = /^\s*#/.test(line.text) || /\*\*|__/.test(line.text);
    if (label === "" || inline === void 0 && !heading) continue;
    const items = inline ? [{ text: inline, verb: label }] : itemsBelow(body.slice(at + 1));
    const ofLabel = /\bto\s+(read|verify|reference|check|review)/i.exec(label)?.[1] ?? "";
    for (const { text, verb } of items) {
      if (NONE.test(text)) found = true;
      addItem(files, text, verb === label ? ofLabel : verb || ofLabel);
    }
  }
  const { writes, reads, pathless } = files;
  if (writes.size + reads.size === 0 && !found) return void 0;
  return {
    ...(writes.size > 0 || found) && { writes: [...writes] },
    reads: [...reads].filter((path) => !writes.has(path)),
    pathless
  };
}
function itemsBelow(lines) {
  const items = [];
  let blank = false;
  for (const { text, literal } of lines) {
    if (literal) break;
    if (text.trim() === "") {
      blank = true;
      continue;
    }
    const cells = /^\s*\|(.*)\|\s*$/.exec(text)?.[1]?.split("|").map((cell) => cell.trim());
    if (cells) {
      items.push({ text: cells[0] ?? "", verb: cells.find((cell) => READING.test(cell)) ?? "", indent: 0 });
      continue;
    }
    const [, space = "", item] = /^(\s*)(?:[-*+•]|\d+[.)])\s+(?!\[[^\]]?\]\s)(.*)$/.exec(text) ?? [];
    const last = items.at(-1);
    if (item === void 0) {
      if (blank || !last || !/^\s/.test(text) || /^\s*(?:\d+[.)]|[-*+])\s/.test(text)) break;
      last.text = `${last.text} ${text.trim()}`;
      continue;
    }
    if (blank && last && LIST_LABEL.test(item)) break;
    blank = false;
    const above = items.findLast(({ indent }) => indent < space.length);
    items.push({ text: item, verb: above ? verbOf(above.text) || above.verb : "", indent: space.length });
  }
  return items.map(({ text, verb }) => ({ text, verb }));
}
var LIST_LABEL = /^(?:\*\*)?(?:consumes|produces|acceptance|depends|dependencies|steps?|interfaces?|notes?)\b/i;
function verbOf(text) {
  return (VERB.exec(text)?.[1] ?? BARE_VERB.exec(text)?.[1] ?? "").trim();
}
function addItem(files, item, inherited) {
  const [, verb = "", text = item] = VERB.exec(item) ?? BARE_VERB.exec(item) ?? [];
  const said = verb.trim() || inherited;
  const test = /^(?:test|verify)/i.test(said);
  const reading = READING.test(said);
  const paths = listedPaths(text, test);
  if (paths.length === 0 && CHANGING.test(said) && !NONE.test(text)) files.pathless.push(item);
  for (const { path, use } of paths) {
    (reading || use !== "maybe-written" ? files.reads : files.writes).add(path);
  }
}

// mcp-server/src/breakdown/markdown/order-statements.ts
var WAITS = /\b(?:depend(?:s|ent|ing)?(?:\s+(?:up)?on)?|dependenc(?:y|ies)|prerequisites?|requires?|needs?|builds?\s+(?:up)?on|based\s+on|blocked\s+by|waits?\s+(?:for|on|until)|relies\s+on|rely\s+on|follows?|after|once|extends|consumes|assumes|starts?\s+when)\b(?!\s+to\b)|依赖于?|依賴於?|前置条件|前置任务|需要|取决于|depende[mn]?\s+d(?:e|el|a|o|as|os)\b|benötigt|hängt\s+ab\s+von|dépend\s+de/iu;
var BLOCKS = /\b(?:blocks?|blocking|unblocks?|before|precedes?|prerequisites?\s+(?:for|of|to)|enables?|required\s+(?:by|for)|needed\s+(?:by|for)|used\s+by|consumed\s+by|must\s+(?:be\s+)?(?:complete|completed|done|finished?)\s+before)\b/iu;
var NO_ORDER = /\b(?:no\s+(?:\w+\s+)?dependenc|not\s+depend|n['’]t\s+depend|independent(?:ly)?\b|without\s+waiting|in\s+parallel|concurrently|parallel\s+(?:with|to)|alongside|may\s+integrate|can\s+integrate|optional(?:ly)?\s+(?:uses|integrates)|unrelated)/i;
var ARROW = /\s*(?:→|⟶|➔|➜|⇒|-{1,3}>|=>)\s*/;
var SMALL_WORDS = /\b(?:all|and|or|the|of|on|phases?|stages?|completion|complete[ds]?|completing|being|is|are|be|to|tasks?|done|finish(?:ed|es)?|desired|user|stor(?:y|ies)|only|both|having|been|has|have|work|layers?|first|must|ends?|it|from|in|this|groups?|level|none)\b/gi;
var CLAUSES = /[;；。|]|\.(?=\s|$)|\s[-–—]\s(?!>)|\b(?:but|then|mas|pero|mais|aber)\b/;
function orderStatements(lines, find, context = []) {
  return withoutTables(lines).flatMap(({ number, text }) => {
    const plain = text.replace(/\*\*|__|`/g, "").replace(/^\s*(?:[-*+•]|\d{1,9}[.)])\s+/, "");
    const [, label = "", rest = plain] = /^([^:：]{1,120}?)\s*[:：](?!\/)\s*(.*)$/.exec(plain) ?? [];
    return statementsOf(label, rest, find, context).map((statement2) => ({ line: number, ...statement2 }));
  });
}
function withoutTables(lines) {
  let column = -1;
  return lines.map(({ number, text }) => {
    const cells = /^\s*\|(.*?)\|?\s*$/.exec(text)?.[1]?.split("|");
    if (!cells) {
      column = -1;
      return { number, text };
    }
    const [subject = "", objects = ""] = [cells[0], cells[column]];
    if (column > 0) return { number, text: `${subject}: depends on ${objects}` };
    column = cells.findIndex((cell, at) => at > 0 && cell.length < 40 && WAITS.test(cell));
    return { number, text: cells.join(" | ") };
  });
}
function statementsOf(label, rest, find, context) {
  const labelled = unitsOf(find(label));
  const isVerb = label !== "" && (WAITS.test(label) || BLOCKS.test(label)) && !NO_ORDER.test(label);
  if (isVerb && labelled.length === 0 && !ARROW.test(rest)) {
    const plain = rest.replace(/\([^()]*\)/g, "");
    const named = find(plain);
    return BLOCKS.test(label) ? statement(unitsOf(named), context, true) : statement(context, unitsOf(named), isAll(plain, named));
  }
  const clauses = clausesOf(isVerb ? `${label} ${rest}` : rest);
  if (!isVerb && labelled.length > 0) return clauses.flatMap((one) => clauseStatements(one, find, labelled));
  const [first = ""] = clauses;
  const before = clauses.length > 1 && !WAITS.test(first) && !BLOCKS.test(first) ? unitsOf(find(first)) : [];
  return clauses.flatMap((one) => clauseStatements(one, find, before.length > 0 ? before : context));
}
function clausesOf(text) {
  const brackets = /[(（]([^()（）]*)[)）]/g;
  const inside = [...text.matchAll(brackets)].map(([, content = ""]) => content);
  return [text.replace(brackets, " "), ...inside].flatMap((part) => part.split(CLAUSES));
}
function clauseStatements(clause, find, subject) {
  if (NO_ORDER.test(clause)) return [];
  const blocks = BLOCKS.exec(clause);
  const waits = WAITS.exec(clause);
  if (blocks === null && waits === null && ARROW.test(clause)) return chain(clause, find);
  const verb = blocks !== null && (waits === null || blocks.index <= waits.index) ? blocks : waits;
  if (verb === null) return [];
  const own = unitsOf(find(clause.slice(0, verb.index)));
  const objectText = clause.slice(verb.index + verb[0].length);
  const objects = find(objectText);
  const units = own.length > 0 ? own : subject;
  if (verb === blocks) return statement(unitsOf(objects), units, true);
  return statement(units, unitsOf(objects), isAll(objectText, objects));
}
function chain(text, find) {
  const steps = text.split(ARROW).map((step) => unitsOf(find(step)));
  return steps.slice(1).flatMap((units, at) => statement(units, steps[at] ?? [], true, true));
}
function statement(units, waitFor, complete, byArrow = false) {
  const others = waitFor.filter((unit) => !units.includes(unit));
  return units.length > 0 && others.length > 0 ? [{ units, waitFor: others, complete, byArrow }] : [];
}
function alongTheFile(statements, place) {
  return statements.map((one) => {
    const last = (units) => Math.max(...units.map(place));
    const turned = one.byArrow && last(one.waitFor) > last(one.units);
    return turned ? { ...one, units: one.waitFor, waitFor: one.units } : one;
  });
}
function mentionedUnits(text, find) {
  const clauses = clausesOf(text.replace(/\*\*|__|`/g, ""));
  return clauses.filter((clause) => !NO_ORDER.test(clause)).flatMap((clause) => unitsOf(find(clause)));
}
function unitsOf(references) {
  return [...new Set(references.flatMap(({ units }) => units))];
}
function isAll(text, references) {
  let rest = text;
  for (const { start, end } of [...references].sort((a, b) => b.start - a.start)) {
    rest = `${rest.slice(0, start)} ${rest.slice(end)}`;
  }
  return !/[\p{L}\p{N}]/u.test(rest.replace(SMALL_WORDS, ""));
}

// mcp-server/src/breakdown/markdown/paragraph.ts
var BEGINS_ANEW = /^\s*(?:[-*+•]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||(?:\*\*|__)[^*_]+(?:\*\*|__)|(?:-\s*){3,}$|(?:\*\s*){3,}$|```|~~~|<)/;
function continuesParagraph(line) {
  return line.trim() !== "" && !BEGINS_ANEW.test(line);
}
var ABBREVIATION = new RegExp("(?:\\b(?:e\\.g|i\\.e|etc|vs|cf|approx|incl|resp|no|fig|st|dr|mr|ms)|\\b\\p{Lu})\\.$", "iu");
function firstSentence(text) {
  const code = text.replace(/`[^`]*`/g, (span) => "x".repeat(span.length));
  for (const { index, 0: stop } of code.matchAll(/[.!?](?=\s)|[。！？]/g)) {
    const end = index + stop.length;
    if (!ABBREVIATION.test(code.slice(0, end))) return text.slice(0, end);
  }
  return text;
}

// mcp-server/src/breakdown/markdown/references.ts
var SEPARATOR = "\\s*(?:,\\s*and\\b|,|;|&|\\+|/|、|，|\\band\\b|\\bor\\b|和|及|与|與)\\s*";
var RANGE = "\\s*(?:-|–|—|~|\\.\\.|\\bto\\b|\\bthrough\\b|\\bthru\\b|至|到)\\s*";
function listPattern(item, again = "") {
  return `(?:${item})(?:(?:${SEPARATOR}|${RANGE})${again}(?:${item}))*`;
}
function listReader(item, order) {
  const position = new Map(order.map((name, at) => [name, at]));
  const one = new RegExp(`(${item})(?:${RANGE}(?:[A-Za-z]+\\s+)?(${item}))?`, "g");
  return (list) => [...list.matchAll(one)].flatMap(([, from = "", to]) => {
    if (to === void 0) return [from];
    const [first, last] = [position.get(from), position.get(to)];
    return first === void 0 || last === void 0 ? [from, to] : order.slice(first, last + 1);
  });
}

// mcp-server/src/breakdown/markdown/single-task.ts
var DEPENDENCY_KEYS = [
  "depends_on",
  "depends-on",
  "dependsOn",
  "dependencies",
  "blocked_by",
  "blocked-by",
  "blockedBy",
  "conflicts_with"
];
function singleTaskKeys({ frontMatter }) {
  const keys = Object.keys(frontMatter);
  const dependencies = keys.filter((key) => DEPENDENCY_KEYS.includes(key));
  const isRecord = keys.includes("status") && ["id", "task", "task_id", "parallel", "epic"].some((key) => keys.includes(key));
  return dependencies.length > 0 || isRecord ? keys.filter((key) => dependencies.includes(key) || /^(?:id|status|files|task|task_id|epic)$/.test(key)) : [];
}

// mcp-server/src/breakdown/markdown/task-like-lines.ts
var KINDS = [
  {
    name: "boxes with a number and no id, as Kiro and OpenSpec write them",
    is: ({ text }) => isMarkedItem(text) && /^\d+(?:\.\d+)*[.)]?\s/.test(markBefore(text).text)
  },
  { name: "boxes without an id", is: ({ text }) => isMarkedItem(text) },
  {
    name: "rows of a table with an id",
    is: ({ text }) => /^\W*[A-Z]{1,6}-?\d+(?:\.\d+)*\W*$/.test(firstCell(text) ?? "")
  },
  {
    name: "numbered headings",
    is: (line) => {
      const heading = headingOf(line);
      return heading !== void 0 && heading.level > 1 && /^\W*(?:[A-Z]{1,6}-?)?\d+(?:\.\d+)*\b/.test(heading.text);
    }
  }
];
function taskLikeLines({ lines }) {
  const found = /* @__PURE__ */ new Map();
  for (const line of lines) {
    const kind = line.literal ? void 0 : KINDS.find(({ is }) => is(line));
    if (kind) found.set(kind.name, [...found.get(kind.name) ?? [], line.number]);
  }
  const said = [...found].filter(([, { length }]) => length > 1);
  if (said.length === 0) return void 0;
  return said.map(([name, at]) => `${at.length} ${name} (lines ${at[0]} to ${at.at(-1)})`).join(", ");
}
export {
  alongTheFile,
  bodyOf,
  continuesParagraph,
  doneHeadingWarnings,
  filesIn,
  firstCell,
  firstSentence,
  headingOf,
  isMarkedItem,
  itemText,
  listPattern,
  listReader,
  listedPaths,
  markBefore,
  markOfHeading,
  mentionedUnits,
  orderStatements,
  parseMarkdown,
  saysDone,
  singleTaskKeys,
  taskLikeLines,
  titleOf
};
