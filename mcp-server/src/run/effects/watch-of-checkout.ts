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

/** The watch of this process over its checkout, by the real clocks, files and processes. */
export function watchOfCheckout({ checkout, caseInsensitive, owner, clock }: RunContext): EffectWatch {
  const { now } = new FileSystemClock(clockFile(checkout), Date.now);
  return new EffectWatch({
    ...(checkout.gitCommonDir !== undefined && { git: new GitWatch(checkout.root, now) }),
    heldFiles: new HeldFiles(checkout.root, caseInsensitive, now),
    kept: new KeptFiles(keptFolder(checkout)),
    shared: new SharedCalls(callsFolder(checkout), owner),
    lastLook: new LastLook(callsFolder(checkout), owner),
    outlived: new OutlivedProcesses(checkout.root, runningProcesses),
    now: Date.now,
    isDead,
    beats: clock.isLooking,
  });
}
