// import:graph.mjs in cli/restore.mjs
import { callerName } from "../graph.mjs";

// import:run/effects.mjs in cli/restore.mjs
import { forgetKept } from "../run/effects.mjs";

// import:run/effects/versions.mjs in cli/restore.mjs
import { listOverwritten, restoreFile } from "../run/effects/versions.mjs";

// import:text.mjs in cli/restore.mjs
import { LINE_LIMIT, cleanText, visibleJson } from "../text.mjs";

// mcp-server/src/cli/restore.ts
async function restoreCommand(ctx, plan, files, { task, content, force = false, forget = false, json }) {
  const print = (text) => process.stdout.write(text);
  if (forget) {
    forgetKept(ctx, plan);
    print(json ? `${visibleJson({ forgotten: plan })}
` : `Nothing is kept for ${plan} any more.
`);
    return 0;
  }
  if (files.length === 0 && content === void 0) {
    const overwritten = await listOverwritten(ctx, plan, { task });
    if (json) print(`${visibleJson({ overwritten })}
`);
    else if (overwritten.length === 0) print("Nobody was seen to overwrite a file that a task held.\n");
    else print(overwritten.map(lineOf).join(""));
    return 0;
  }
  const restored = [];
  for (const file of files.length === 0 ? [void 0] : files) {
    const one = await restoreFile(ctx, plan, { file, task, content }, force);
    restored.push(one);
    if (!json) print(lineOfRestored(one, content !== void 0));
  }
  if (json) print(`${visibleJson({ restored })}
`);
  return 0;
}
function lineOfRestored({ path, task, content, putAside }, isNamed) {
  const aside = putAside === void 0 ? "" : ` What stood there is kept as ${putAside}.`;
  if (isNamed) return `${cleanText(path, LINE_LIMIT)} is again ${content}.${aside}
`;
  return `${cleanText(path, LINE_LIMIT)} is again what task ${cleanText(task, LINE_LIMIT)} had in it.${aside}
`;
}
function lineOf({ path, task, holder, atMs, by, calls, before }) {
  const names = [...new Set(calls.map((call) => `${callerName(call)} (${call.tool})`))];
  const who = by === "nobody" ? "a person or another program" : names.join(" or ");
  const what = before === void 0 ? "as in the last commit" : "kept";
  const mayBeOwn = calls.some(({ caller }) => caller.attempt === holder);
  const lost = mayBeOwn ? "; what its own call may have written there before is possibly lost" : "";
  const line = `${new Date(atMs).toISOString()}  ${path}: of task ${task} (${what}), overwritten by ${who}${lost}`;
  return `${cleanText(line, LINE_LIMIT)}
`;
}
export {
  restoreCommand
};
