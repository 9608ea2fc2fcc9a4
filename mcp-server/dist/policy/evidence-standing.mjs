// import:shell/lists.mjs in policy/evidence-standing.mjs
import { andList } from "../shell/lists.mjs";

// import:policy.mjs in policy/evidence-standing.mjs
import { NO_TEST } from "../policy.mjs";

// mcp-server/src/policy/evidence-standing.ts
var MAX_QUOTED = 200;
function standingOf(reported, runs, lastChange) {
  if (runs === void 0) return { standing: "claimed" };
  const wanted = commandText(reported.command);
  const related = runs.flatMap((run) => {
    const relation = relationOf(wanted, run);
    return relation === void 0 ? [] : [{ run, relation }];
  });
  const decisive = related.findLast(isDecisive);
  if (related.length === 0)
    return { standing: "claimed", seen: ranInParts(wanted, runs) ? IN_PARTS : NEVER_RUN };
  if (decisive?.run.end.kind !== "exited") return claimed(related.at(-1));
  const { exitCode, timedOut } = decisive.run.end;
  if (exitCode === reported.exitCode) return seen(decisive.run, wanted, lastChange);
  const isLast = related.slice(related.indexOf(decisive) + 1).every(({ run }) => run.end.kind === "stopped");
  const isOtherSignal = timedOut && reported.exitCode !== 0;
  if (!isLast || exitCode === 0 || isOtherSignal) return claimed(isLast ? decisive : related.at(-1));
  return { standing: "contradicted", seen: endOf(decisive.run) };
}
function isDecisive({ run: { end }, relation }) {
  if (end.kind !== "exited") return false;
  return relation === "same" || relation === "part" && end.exitCode === 0;
}
function seen(run, wanted, lastChange) {
  if (lastChange !== void 0 && lastChange.atMs > run.atMs) {
    return { standing: "stale", seen: `${lastChange.path} changed after it ran` };
  }
  const isSuccess = run.end.kind === "exited" && run.end.exitCode === 0;
  if (isSuccess && run.ranNoTest) return { standing: "seen", seen: NO_TEST };
  if (isSuccess && !hasOwnExitCode(wanted)) {
    return { standing: "seen", seen: "the exit code is that of the last command in it" };
  }
  return { standing: "seen" };
}
function claimed(last) {
  if (last === void 0) return { standing: "claimed" };
  const { run, relation } = last;
  if (relation === "same") return { standing: "claimed", seen: endOf(run) };
  return { standing: "claimed", seen: `seen only within \`${quoted(run.command)}\`: ${endOf(run)}` };
}
var NEVER_RUN = "it was not seen to run";
var IN_PARTS = "only commands of it were seen to run, each by itself";
function ranInParts({ list = [] }, runs) {
  return list.length > 1 && list.some(({ text }) => runs.some(({ command }) => mentions(command, text)));
}
function endOf({ end }) {
  switch (end.kind) {
    case "exited":
      return end.timedOut ? `it was ended at its time limit (exit code ${end.exitCode})` : `it ended with exit code ${end.exitCode}`;
    case "stopped":
      return "it was refused or interrupted";
    case "unknown":
      return end.inBackground ? "it ran in the background and its end was not seen" : "its end was not seen";
  }
}
function quoted(command) {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)} …` : line;
}
function commandText(command) {
  return { line: command.trim(), list: andList(command) };
}
function hasOwnExitCode({ list }) {
  return list?.every(({ isPipeline }) => !isPipeline) ?? false;
}
function relationOf(wanted, run) {
  if (wanted.line === "") return void 0;
  const ran = commandText(run.command);
  if (!run.isCut) {
    if (ran.line === wanted.line) return "same";
    if (ran.list && wanted.list) {
      if (isEqual(ran.list, wanted.list)) return "same";
      if (isPartOf(wanted.list, ran.list)) return "part";
    }
  }
  return mentions(ran.line, wanted.line) ? "within" : void 0;
}
function isEqual(some, others) {
  return some.length === others.length && some.every(({ text }, i) => text === others[i]?.text);
}
function isPartOf(part, list) {
  return list.some(
    (_, from) => part.every(({ text }, i) => {
      const there = list[from + i];
      return there !== void 0 && (there.text === text || there.bare === text);
    })
  );
}
function mentions(whole, part) {
  const [text, wanted] = [whole, part].map((line) => line.replace(/\s+/g, " "));
  const isWord = (character) => character !== void 0 && /[\w./-]/.test(character);
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const isWhole = !(isWord(text[at - 1]) && isWord(wanted[0])) && !(isWord(text[at + wanted.length]) && isWord(wanted.at(-1)));
    if (isWhole) return true;
  }
  return false;
}
export {
  NEVER_RUN,
  standingOf
};
