import type { AttemptDetail, TaskDetail } from "../../live/snapshot.ts";
import { formatDuration } from "../../text/format.ts";
import { wrapText } from "../../text/wrap-text.ts";
import type { Piece, StyledLine } from "./styled-line.ts";

/** More than this does not fit above the block; the page and the report show it all. */
const MAX_LINES = 30;
const MAX_FILES = 8;
const MAX_EVIDENCE = 5;
const MAX_FINDINGS = 5;
const LABEL_CELLS = 11;

/** What there is to say of one task, as lines that stay. */
export function taskDetails(detail: TaskDetail, columns: number): StyledLine[] {
  const { row, attempts, files, unlisted, notes, dependents, acceptance } = detail;
  const facts: [label: string, texts: readonly string[]][] = [
    ["status", [`${row.status.replace("_", " ")}${row.reason === undefined ? "" : `: ${row.reason}`}`]],
    ["role", row.role === undefined ? [] : [`${row.role}${row.model === undefined ? "" : `, ${row.model}`}`]],
    ["writes", detail.writes === undefined ? ["not declared"] : [detail.writes.join(", ") || "nothing"]],
    ["waits for", row.waitsFor.length === 0 ? [] : [row.waitsFor.join(", ")]],
    ["needed by", dependents.length === 0 ? [] : [dependents.join(", ")]],
    [
      "accepted by",
      acceptance.map(({ criterion, command }) =>
        command === undefined ? criterion : `${criterion}: ${command}`,
      ),
    ],
    ["attempts", attempts.map((attempt) => attemptWords(attempt, detail.atMs))],
    [
      "evidence",
      attempts[0]?.evidence.slice(0, MAX_EVIDENCE).map(({ standing, text }) => `${standing}: ${text}`) ?? [],
    ],
    [
      "findings",
      attempts[0]?.findings.slice(0, MAX_FINDINGS).map(({ severity, text }) => `${severity}: ${text}`) ?? [],
    ],
    [
      "changed",
      cutList(
        files.map(({ path }) => path),
        unlisted,
      ),
    ],
    ["notes", notes],
  ];
  const room = Math.max(20, columns - 3 - LABEL_CELLS);
  const lines = facts.flatMap(([label, texts]) =>
    texts.flatMap((text, n) =>
      wrapText(text, room).map((part, line): StyledLine => {
        const name: Piece = { text: `  ${(n + line === 0 ? label : "").padEnd(LABEL_CELLS)}`, look: "dim" };
        return [name, { text: part }];
      }),
    ),
  );
  const title: StyledLine = [{ text: `${row.id} ${row.subject}`, look: "bold" }];
  const more: StyledLine = [{ text: `  … ${lines.length - MAX_LINES} more lines`, look: "dim" }];
  return [title, ...lines.slice(0, MAX_LINES), ...(lines.length > MAX_LINES ? [more] : [])];
}

function attemptWords(attempt: AttemptDetail, nowMs: number): string {
  const { number, state, startMs, endMs, machine, summary, cause } = attempt;
  const took = formatDuration((endMs ?? nowMs) - startMs);
  const where = machine === undefined ? "" : ` on ${machine}`;
  const said = summary ?? cause;
  return `${number === 0 ? "offered" : `${number}: ${state}`}, ${took}${where}${said === undefined ? "" : `: ${said}`}`;
}

function cutList(paths: readonly string[], unlisted: number): string[] {
  if (paths.length === 0) return [];
  const more = paths.length - MAX_FILES + unlisted;
  return [`${paths.slice(0, MAX_FILES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}
