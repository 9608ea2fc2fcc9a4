// The SessionStart and SessionEnd hooks: say in one line what a session, or its user, should know, and nothing
// in a repository without plans. Written for any Node, because the first job is to notice one that is too old.
"use strict";
var fs = require("fs");
var path = require("path");
var childProcess = require("child_process");

var NEEDED = 20;

function startFolder() {
  try {
    return process.env.CLAUDE_PROJECT_DIR || process.cwd();
  } catch (_deleted) {
    // The tools tell it, with the remedy.
    return null;
  }
}

function databaseOf(directory) {
  if (process.env.PARALLEL_DATABASE_URL) return directory;
  for (var folder = directory; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, ".parallel", "graph.sqlite"))) return folder;
    var git = path.join(folder, ".git");
    // In a worktree .git is a file; whether there is a graph is then cheaper to ask than to find out here.
    if (fs.existsSync(git)) {
      return !fs.statSync(git).isDirectory() || fs.existsSync(path.join(git, "parallel", "graph.sqlite"))
        ? folder
        : null;
    }
    if (path.dirname(folder) === folder) return null;
  }
}

var event = process.argv[2] === "end" ? "session-end" : "session-start";
// Of a plan that its runner executes, an agent needs to know its task alone.
var directory = process.env.PARALLEL_ATTEMPT_TOKEN ? null : startFolder();

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  if (event === "session-start") {
    process.stdout.write(
      JSON.stringify({
        systemMessage:
          "parallel: needs Node.js " +
          NEEDED +
          " or newer and found " +
          process.versions.node +
          ". Install it from https://nodejs.org and restart Claude Code; until then this plugin does nothing.",
      }),
    );
  }
} else if (directory !== null && databaseOf(directory)) {
  var result = childProcess.spawnSync(process.execPath, [path.join(__dirname, "parallel.mjs"), event], {
    cwd: directory,
    encoding: "utf8",
  });
  // A database that cannot be read is told by the tools, with the remedy; a session must start all the same.
  if (result.status === 0) process.stdout.write(result.stdout);
  // The host shows what a hook says that fails, and nothing of one that is content.
  if (event === "session-end" && result.status === 1) {
    process.stderr.write(result.stderr);
    process.exitCode = 2;
  }
}
