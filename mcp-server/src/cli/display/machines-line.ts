import type { MachineNow } from "../../live/snapshot.ts";
import { cellWidth, fitCells } from "../../text/cell-width.ts";
import type { Piece, StyledLine } from "./styled-line.ts";

const TITLE = "Machines: ";
const BETWEEN = " · ";
/** A name takes no more than this of the line. */
const MAX_NAME_CELLS = 24;

/**
 * Who executes plans, with slots: in one line, as far as there is room for it, what is gone first.
 * @returns none where there is nothing but conversations.
 */
export function machinesLine(machines: readonly MachineNow[], columns: number): StyledLine[] {
  if (!machines.some(({ kind }) => kind !== "session")) return [];
  const isGone = ({ state }: MachineNow) => state === "gone";
  const ordered = [...machines.filter(isGone), ...machines.filter((one) => !isGone(one))];
  const line: Piece[] = [{ text: TITLE, look: "dim" }];
  let cells = cellWidth(TITLE);
  for (const [i, one] of ordered.entries()) {
    const text = `${i === 0 ? "" : BETWEEN}${wordsOf(one, machines)}`;
    const left = ordered.length - i;
    const more = `${i === 0 ? "" : BETWEEN}${left} more`;
    const behind = left === 1 ? 0 : cellWidth(`${BETWEEN}${left - 1} more`);
    if (cells + cellWidth(text) + behind > columns - 1) return [[...line, { text: more, look: "dim" }]];
    line.push({ text, look: isGone(one) ? "yellow" : "dim" });
    cells += cellWidth(text);
  }
  return [line];
}

function wordsOf(
  { machine, pid, kind, state, clients, runs }: MachineNow,
  all: readonly MachineNow[],
): string {
  const short = cellWidth(machine) > MAX_NAME_CELLS ? fitCells(machine, MAX_NAME_CELLS).trimEnd() : machine;
  const name = all.filter((one) => one.machine === machine).length > 1 ? `${short} (${pid})` : short;
  if (state === "gone") return `${name} gone`;
  if (kind === "session") return `${name} ${runs.length} running`;
  const slots = clients.reduce((sum, client) => sum + client.slots, 0);
  return `${name} ${runs.length} of ${slots}${state === "draining" ? ", draining" : ""}`;
}
