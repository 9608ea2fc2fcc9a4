// import:node:crypto in run/approval.mjs
import { createHash } from "node:crypto";

// import:node:fs in run/approval.mjs
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";

// import:node:path in run/approval.mjs
import { dirname, isAbsolute, join, relative, sep } from "node:path";

// import:errors.mjs in run/approval.mjs
import { CallerError } from "../errors.mjs";

// import:host.mjs in run/approval.mjs
import { commandsAllowedByUser, readHostSettings, runShellCommand, sandboxOf, saysNoTestRan } from "../host.mjs";

// mcp-server/src/run/approval/approved-commands.ts
var MAX_COMMAND = 4e3;
var ApprovedCommands = class {
  constructor(place) {
    this.place = place;
    this.#folder = join(place.hostFolder, "parallel", "approved");
  }
  place;
  #folder;
  /** Real path of the folder in which approvals lie, which may not be there yet. */
  get realFolder() {
    return realPathOf(this.#folder);
  }
  /** Whether the user has approved the command here, or allows it word for word in his own settings. */
  async has(command) {
    if (this.#whyNot(command) !== void 0) return false;
    const text = command.trim();
    if (existsSync(this.#fileOf(text))) return true;
    return (await commandsAllowedByUser(this.place.hostFolder)).includes(text);
  }
  /** @throws CallerError for a command that is too long, or where an approval cannot be kept. */
  add(command) {
    const why = this.#whyNot(command);
    if (why !== void 0)
      throw new CallerError("wrong_state", `Nothing was approved: ${why.problem}`, why.remedy);
    mkdirSync(this.#folder, { recursive: true, mode: 448 });
    writeFileSync(this.#fileOf(command.trim()), "", { mode: 384 });
  }
  /** Takes an approval back; one in the user's settings stays. */
  remove(command) {
    rmSync(this.#fileOf(command.trim()), { force: true });
  }
  /** Whether the user's folder is nobody's who works in the checkout. */
  get isOutsideCheckout() {
    const inside = relative(this.place.root, this.realFolder);
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  }
  #fileOf(text) {
    const { gitCommonDir, root } = this.place;
    const hash = createHash("sha256").update(`${gitCommonDir ?? root}\0${text}`);
    return join(this.#folder, hash.digest("hex"));
  }
  #whyNot(command) {
    if (command.length > MAX_COMMAND) {
      return {
        problem: `a command of more than ${MAX_COMMAND} characters cannot be approved.`,
        remedy: "Put it into a script, and make the script the command."
      };
    }
    if (this.isOutsideCheckout) return void 0;
    return {
      problem: `approvals are kept in ${this.#folder}, which lies in this checkout.`,
      remedy: "Set CLAUDE_CONFIG_DIR to a folder outside of it."
    };
  }
};
function realPathOf(folder) {
  if (existsSync(folder) || dirname(folder) === folder) return realpathSync(folder);
  return join(realPathOf(dirname(folder)), relative(dirname(folder), folder));
}

// import:text.mjs in run/approval.mjs
import { formatDuration } from "../text.mjs";

// mcp-server/src/run/approval/command-runner.ts
var MAX_RUNNING_MS = 10 * 6e4;
var WITHHELD = /^(?:PARALLEL_|CLAUDE)/i;
var NOT_APPROVED = "the user has not approved it";
var CommandRunner = class {
  constructor(place) {
    this.place = place;
    this.approved = new ApprovedCommands(place);
  }
  place;
  approved;
  /** Why the server does not run the command, in a phrase; undefined: it may. */
  async whyNot(command) {
    return await this.approved.has(command) ? this.#whyNone() : NOT_APPROVED;
  }
  /**
   * Runs commands one after the other, each that may run.
   * @param folder top level of the checkout or worktree.
   */
  async run(commands, folder, { env = {}, input, limitMs: allMs = MAX_RUNNING_MS, signal } = {}) {
    const results = /* @__PURE__ */ new Map();
    const endMs = performance.now() + allMs;
    for (const command of commands) {
      const limitMs = endMs - performance.now();
      const whyNot = limitMs <= 0 ? "the time for commands was over" : await this.whyNot(command);
      results.set(
        command,
        whyNot === void 0 ? await this.#run(command, {
          ...{ folder, env, limitMs },
          ...input !== void 0 && { input },
          ...signal && { signal }
        }) : { whyNot }
      );
    }
    return results;
  }
  async #run(command, { env, ...limits }) {
    const given = Object.entries(this.place.env).filter(([name]) => !WITHHELD.test(name));
    try {
      const result = await runShellCommand(command, {
        ...limits,
        env: { ...Object.fromEntries(given), ...env }
      });
      const { exitCode, output, timedOut } = result;
      if (timedOut) {
        const whyNot = `it did not end within ${formatDuration(limits.limitMs)}, which was left of the time for commands`;
        return { whyNot, output };
      }
      return { exitCode, output, ranNoTest: exitCode === 0 && saysNoTestRan(output) };
    } catch (error) {
      return { whyNot: `it could not be started (${error.code})` };
    }
  }
  /**
   * What the user's own settings give a variable. A file of the project, or whatever started this process, says nothing of
   * that: whoever works in the project may have written it.
   */
  async setByUser(variable) {
    const own = join(this.place.hostFolder, "settings.json");
    const { files } = await this.hostSettings();
    const isOutside = this.approved.isOutsideCheckout;
    return isOutside ? files.find(({ path }) => path === own)?.settings.env?.[variable] : void 0;
  }
  /** Claude Code's settings for this project, as they are now. */
  hostSettings() {
    const { directory, hostFolder, managedFolder } = this.place;
    return readHostSettings(directory, hostFolder, join(managedFolder, "managed-settings.json"));
  }
  async #whyNone() {
    const isClaudeCode = Boolean(this.place.env.CLAUDE_CODE_SESSION_ID);
    if (!isClaudeCode) return "only of Claude Code is it known whether its sandbox is on";
    return sandboxOf(await this.hostSettings());
  }
};
export {
  ApprovedCommands,
  CommandRunner,
  NOT_APPROVED
};
