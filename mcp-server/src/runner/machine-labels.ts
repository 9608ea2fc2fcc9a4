import { platform } from "node:os";

const SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: "windows", darwin: "macos" };

/** What is on this machine that tasks may ask for: its system, and what the user names. */
export function machineLabels(named: readonly string[]): readonly string[] {
  return [...new Set([`os=${SYSTEMS[platform()] ?? platform()}`, ...named])];
}
