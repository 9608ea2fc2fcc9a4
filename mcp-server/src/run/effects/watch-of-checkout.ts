import { runningProcesses } from "../../host/processes.ts";
import { isDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { EffectWatch } from "./effect-watch.ts";
import { callsFolder, clockFile, keptFolder } from "./effects-folder.ts";
import { GitWatch } from "./git-watch.ts";
import { HeldFiles } from "./held-files.ts";
import { KeptFiles } from "./kept-files.ts";
import { FileSystemClock } from "./look/file-system-clock.ts";
import { LastLook } from "./look/last-look.ts";
import { OutlivedProcesses } from "./look/outlived-processes.ts";
import { SharedCalls } from "./shared-calls.ts";
import { Undo } from "./undo.ts";

/** The watch of this process over its checkout, by the real clocks, files and processes. */
export function watchOfCheckout(run: RunContext): EffectWatch {
  const { checkout, caseInsensitive, owner, clock } = run;
  const { now } = new FileSystemClock(clockFile(checkout), Date.now);
  const heldFiles = new HeldFiles(checkout.root, caseInsensitive, now);
  const kept = new KeptFiles(keptFolder(checkout));
  return new EffectWatch({
    ...(checkout.gitCommonDir !== undefined && { git: new GitWatch(checkout.root, now) }),
    heldFiles,
    kept,
    shared: new SharedCalls(callsFolder(checkout), owner),
    lastLook: new LastLook(callsFolder(checkout), owner),
    outlived: new OutlivedProcesses(checkout.root, runningProcesses),
    undo: new Undo(run, heldFiles, kept),
    now: Date.now,
    isDead,
    beats: clock.isLooking,
  });
}
