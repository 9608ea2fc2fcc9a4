import type { MachineNow } from "../live/snapshot.ts";
import { formatDuration } from "../text/format.ts";

/** One line for each process that executes plans; empty where there is none but conversations. */
export function machinesText(machines: readonly MachineNow[], nowMs: number): string {
  if (!machines.some(({ kind }) => kind !== "session")) return "";
  const names = machines.map(({ machine, pid }) => `${machine} (${pid})`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = machines.map((one, i) => `  ${(names[i] ?? "").padEnd(width)}  ${standing(one, nowMs)}\n`);
  return `Machines:\n${lines.join("")}`;
}

function standing(
  { state, lastSeenMs, clients, labels, roles, runs, kind }: MachineNow,
  nowMs: number,
): string {
  const slots = clients.reduce((sum, client) => sum + client.slots, 0);
  const at = runs.length === 0 ? "" : `: ${runs.join(", ")}`;
  if (state === "gone") {
    const silence = formatDuration(nowMs - (lastSeenMs ?? nowMs));
    const holds = runs.length === 0 ? "" : `; ${runs.join(", ")} until its lease ends`;
    return `gone, not heard of for ${silence}${holds}`;
  }
  const words = [
    kind === "session" ? `${runs.length} running${at}` : `${runs.length} of ${slots} slots${at}`,
    ...(clients.length === 0 ? [] : [clients.map((client) => `${client.name}=${client.slots}`).join(", ")]),
    ...(labels.length === 0 ? [] : [labels.join(", ")]),
    ...(roles.length === 0 ? [] : [`only ${roles.join(", ")}`]),
    ...(state === "draining" ? ["draining"] : []),
  ];
  return words.join(" · ");
}
