// mcp-server/src/text/cell-width.ts
var WIDE = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
var NARROW = /^[\uff61-\uffdc\p{Regional_Indicator}]$/u;
var MARK = new RegExp("^\\p{M}$", "u");
function cellWidth(text) {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}
function fitCells(text, cells) {
  const width = cellWidth(text);
  if (width <= cells) return text + " ".repeat(cells - width);
  let kept = "";
  let used = 0;
  for (const character of text) {
    if (used + cellsOf(character) > cells - 1) break;
    kept += character;
    used += cellsOf(character);
  }
  return cells === 0 ? "" : `${kept}…${" ".repeat(cells - 1 - used)}`;
}
function cellsOf(character) {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) && !NARROW.test(character) ? 2 : 1;
}

// mcp-server/src/text/tags.ts
var HOST_WORDS = "system|task-notification|local-command|command-|user-prompt|tool_|function_|antml|invoke|parameter|tools-used";
var TAG = new RegExp(String.raw`<(?=[/!?]?[\p{L}_]|\s*/?\s*(?:${HOST_WORDS}))`, "giu");
var ESCAPED_TAG = new RegExp(String.raw`\\<(?=[/!?]?\\?[\p{L}_]|\s*/?\s*(?:${HOST_WORDS}))`, "giu");
function escapeTags(text) {
  return text.replace(TAG, "&lt;");
}
function escapeTagsInMarkdown(line) {
  return line.replace(ESCAPED_TAG, "&lt;");
}
function escapeTagsInJson(json) {
  return json.replace(TAG, "\\u003c");
}

// mcp-server/src/text/visible-json.ts
var INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
function visibleJson(value) {
  return escapeTagsInJson(JSON.stringify(value)).replace(INVISIBLE, escaped);
}
function escaped(character) {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i)).map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

// mcp-server/src/text/display-path.ts
var MAX_PATH = 4096;
var ODD = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"`<]/u;
function shownPath(path) {
  const kept = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  return ODD.test(kept) ? visibleJson(kept).replaceAll("<", "\\u003c") : kept;
}

// mcp-server/src/text/format.ts
var SECOND = 1e3;
var MINUTE = 60 * SECOND;
var HOUR = 60 * MINUTE;
var DAY = 24 * HOUR;
function formatDuration(ms) {
  if (ms === 0) return "0 s";
  if (ms < 995) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${Number((ms / SECOND).toFixed(1))} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return inTwoUnits(seconds * SECOND, [MINUTE, "min"], [SECOND, "s"]);
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 24 * 60) return inTwoUnits(minutes * MINUTE, [HOUR, "h"], [MINUTE, "min"]);
  return inTwoUnits(Math.round(ms / HOUR) * HOUR, [DAY, "d"], [HOUR, "h"]);
}
function inTwoUnits(ms, [large, largeName], [small, smallName]) {
  const rest = Math.round(ms % large / small);
  const first = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
function formatCount(count) {
  return count.toLocaleString("en-US");
}
function formatPercent(share) {
  return `${Math.round(share * 100)} %`;
}
function formatFactor(factor) {
  if (factor === 0 || factor >= 0.05) return `${factor.toFixed(1)}×`;
  return factor < 1e-3 ? "under 0.001×" : `${Number(factor.toPrecision(1))}×`;
}
function formatMoment(ms) {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
function formatDay(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}

// mcp-server/src/text/markdown-lines.ts
var OPENING = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}(?=[^`]*$)|~{3,})/;
var CLOSING = /^[\s>]*(`{3,}|~{3,})\s*$/;
function markdownLines(text, comments = true) {
  const texts = text.split(/\r\n?|\n/);
  const fenceAt = fencesIn(texts);
  const lines = [];
  let fence;
  let comment = false;
  const add = (at, kind, content, lead = "") => lines.push({ number: at + 1, text: texts[at] ?? "", kind, content, lead });
  for (const [at, line] of texts.entries()) {
    if (fence !== void 0 && at >= fence.end) fence = void 0;
    if (fence !== void 0) {
      const closes = fence.closed && at === fence.end - 1;
      add(at, closes ? "closing" : "code", insideOf(fence, line));
    } else if (comment) {
      comment = !line.includes("-->");
      add(at, "comment", line);
    } else {
      const lead = OPENING.exec(line)?.[1];
      fence = lead === void 0 ? void 0 : fenceAt(at);
      if (fence && lead !== void 0) {
        add(at, "opening", line.slice(lead.length), lead.trim());
        continue;
      }
      comment = comments && line.lastIndexOf("<!--") > line.lastIndexOf("-->");
      add(at, comment && line.trimStart().startsWith("<!--") ? "comment" : "prose", line);
    }
  }
  return lines;
}
function fencesIn(texts) {
  const closing = texts.map((line) => CLOSING.exec(line)?.[1] ?? "");
  const neverClosed = /* @__PURE__ */ new Set();
  return (at) => {
    const [, lead = "", mark = ""] = OPENING.exec(texts[at] ?? "") ?? [];
    const quoted = lead.includes(">");
    const isOutside = (line) => quoted ? !/^\s*>/.test(line) : line.trim() !== "" && indentOf(line) < lead.length;
    const fence = { mark, indent: lead.length, quoted };
    const search = (stop) => {
      for (let i = at + 1; i < texts.length; i++) if (stop(texts[i] ?? "", i)) return i;
      return texts.length;
    };
    if (!quoted && neverClosed.has(mark)) return { ...fence, end: search(isOutside), closed: false };
    const closes = (at2) => (closing[at2] ?? "").startsWith(mark) && /^\s*>/.test(texts[at2] ?? "") === quoted;
    const last = search((line, i) => closes(i) || quoted && isOutside(line));
    if (closes(last)) return { ...fence, end: last + 1, closed: true };
    if (!quoted) neverClosed.add(mark);
    return { ...fence, end: search(isOutside), closed: false };
  };
}
function insideOf({ quoted, indent }, line) {
  const unquoted = quoted ? line.replace(/^\s*(?:>\s?)+/, "") : line;
  return unquoted.slice(Math.min(indentOf(unquoted), quoted ? 0 : indent));
}
function indentOf(line) {
  return line.length - line.trimStart().length;
}
function inlineCode(line) {
  const runs = [...line.matchAll(/(\\*)(`+)/g)].map(({ index, 1: slashes = "", 2: ticks = "" }) => ({
    at: index + slashes.length,
    length: ticks.length,
    escaped: slashes.length % 2 === 1
  }));
  const spans = [];
  const withoutPartner = /* @__PURE__ */ new Set();
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    const length = run.escaped ? run.length - 1 : run.length;
    if (length === 0 || withoutPartner.has(length)) continue;
    const start = run.escaped ? run.at + 1 : run.at;
    let close = i + 1;
    while (close < runs.length && runs[close]?.length !== length) close += 1;
    const partner = runs[close];
    if (!partner) {
      withoutPartner.add(length);
      continue;
    }
    const code = line.slice(start + length, partner.at);
    spans.push({ start, end: partner.at + length, code: code.trim() === "" ? code : code.trim() });
    i = close;
  }
  return { spans, open: withoutPartner.size > 0 };
}

// import:node:util in text.mjs
import { stripVTControlCharacters } from "node:util";

// mcp-server/src/text/sanitize.ts
var LINE_LIMIT = 240;
var FINDING_LIMIT = 1500;
var NAME_LIMIT = 120;
var STACKED_MARKS = new RegExp("(\\p{M}{4})\\p{M}+", "gu");
var INVISIBLE2 = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
var INVISIBLE_IN_LINES = new RegExp(`(?![\\n\\t])${INVISIBLE2.source}`, "gu");
var PLAIN_LINE = /^[ -~]*$/;
var PLAIN_LINES = /^[ -~\n\t]*$/;
function cleanText(text, limit) {
  const seen = PLAIN_LINE.test(text) ? text : stripVTControlCharacters(text).replace(/[\s\p{Z}]+/gu, " ").replace(INVISIBLE2, "").replace(STACKED_MARKS, "$1");
  const line = seen.replace(/ {2,}/g, " ").trim();
  if (line.length <= limit) return line;
  const characters = [...line.slice(0, 2 * (limit + 1))];
  if (characters.length <= limit) return line;
  const kept = characters.slice(0, limit - 1).join("");
  return `${kept.trimEnd()}…`;
}
function cleanLines(text) {
  if (PLAIN_LINES.test(text)) return text;
  return stripVTControlCharacters(text.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n")).replace(INVISIBLE_IN_LINES, "").replace(STACKED_MARKS, "$1");
}
var LABELS_AND_MARKS = /(?<![!\]\\])\[[\p{L}\p{N}][\p{L}\p{N} ._/-]+\](?![([:])|[\\`*[\]<>|~$]/gu;
function escapeMarkdown(text, limit = LINE_LIMIT) {
  return escapeBlocks(escapeMarks(cleanText(text, limit)));
}
function escapeMarks(line) {
  return escapeTagsInMarkdown(
    line.replace(/:\/\//g, ": //").replace(/\bwww\./gi, "www .").replace(/(?<=[\w.+-])@(?=[\w.-]*\.[a-z]{2})/gi, " @").replace(LABELS_AND_MARKS, (found) => found.length > 1 ? found : `\\${found}`).replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_").replace(/&(?=[#\w])/g, "\\&")
  );
}
function escapeBlocks(line) {
  return line.replace(/^[#+=-]/, "\\$&").replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\");
}

// mcp-server/src/text/untrusted-text.ts
var MAX_OWN_WORDS = 6e4;
var MAX_LINE = 500;
var MAX_EXACT = 2e4;
var FRAME = /^(?=[ \t]{0,3}(?:#[ \t]|(?:Task|Token):))/gim;
function foreignLine(text, limit = MAX_LINE) {
  return escapeTags(cleanText(text, limit));
}
function exactLine(text) {
  const kept = text.length > MAX_EXACT ? `${text.slice(0, MAX_EXACT)}…` : text;
  const isPlain = kept === cleanLines(kept) && !kept.includes("\n") && kept === escapeTags(kept);
  return isPlain ? kept : visibleJson(kept);
}
function quotation(text, limit = MAX_OWN_WORDS) {
  const kept = text.length > limit ? `${text.slice(0, limit)} …` : text;
  return escapeTags(cleanLines(kept)).replace(/^/gm, "> ");
}
function ownWords(text) {
  const kept = escapeTags(cleanLines(text.slice(0, MAX_OWN_WORDS)));
  const framed = kept.replace(FRAME, "> ");
  return text.length > MAX_OWN_WORDS ? `${framed}
… (cut; task_get tells the rest)` : framed;
}

// mcp-server/src/text/inline-code.ts
var CODE_LIMIT = 1e3;
function codeSpan(text, limit = CODE_LIMIT) {
  const characters = [...exactLine(text.trim()).slice(0, 2 * (limit + 1))];
  const code = characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : characters.join("");
  const runs = [...code.matchAll(/`+/g)].map(([run]) => run.length);
  const ticks = "`".repeat(Math.max(0, ...runs) + 1);
  if (code === "") return `${ticks}""${ticks}`;
  return runs.length > 0 ? `${ticks} ${code} ${ticks}` : `${ticks}${code}${ticks}`;
}
function escapeProse(text, limit = LINE_LIMIT) {
  const line = cleanText(text, limit);
  let from = 0;
  let result = "";
  for (const { start, end } of inlineCode(line).spans) {
    result += escapeMarks(line.slice(from, start)) + escapeTags(line.slice(start, end));
    from = end;
  }
  return escapeBlocks(result + escapeMarks(line.slice(from)));
}

// mcp-server/src/text/normalise.ts
function normaliseText(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim().replace(/[.!;:,]+$/, "");
}
function normalisePath(path) {
  return path.trim().replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "");
}
function isDeclared(declared, path) {
  return declared.some((name) => name === path || path.startsWith(name.endsWith("/") ? name : `${name}/`));
}

// mcp-server/src/text/wrap-text.ts
function wrapText(text, width) {
  const room = Math.max(1, width);
  const lines = [];
  let line = "";
  for (const word of text.split(" ").flatMap((one) => pieces(one, room))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (cellWidth(longer) <= room) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}
function pieces(word, room) {
  if (cellWidth(word) <= room) return [word];
  const parts = [];
  let part = "";
  for (const character of word) {
    if (part !== "" && cellWidth(part + character) > room) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part];
}
export {
  FINDING_LIMIT,
  LINE_LIMIT,
  NAME_LIMIT,
  cellWidth,
  cleanLines,
  cleanText,
  codeSpan,
  escapeBlocks,
  escapeMarkdown,
  escapeMarks,
  escapeProse,
  escapeTags,
  escapeTagsInJson,
  escapeTagsInMarkdown,
  exactLine,
  fitCells,
  foreignLine,
  formatCount,
  formatDay,
  formatDuration,
  formatFactor,
  formatMoment,
  formatPercent,
  inlineCode,
  isDeclared,
  markdownLines,
  normalisePath,
  normaliseText,
  ownWords,
  plural,
  quotation,
  shownPath,
  visibleJson,
  wrapText
};
