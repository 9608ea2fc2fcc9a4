// mcp-server/src/cli/display/terminal.ts
var DEFAULT_WIDTH = 100;
var DEFAULT_HEIGHT = 24;
function terminalWidth({ columns }) {
  return columns || DEFAULT_WIDTH;
}
function terminalHeight({ rows }) {
  return rows || DEFAULT_HEIGHT;
}
function canRedraw({ isTTY }, env) {
  return isTTY === true && !isSet(env.CI) && env.TERM !== "dumb";
}
function hasColours({ isTTY }, env) {
  if (env.NO_COLOR !== void 0 && env.NO_COLOR !== "") return false;
  return isSet(env.FORCE_COLOR) || isTTY === true && env.TERM !== "dumb";
}
function isSet(value) {
  return value !== void 0 && value !== "" && value !== "0" && value !== "false";
}
export {
  canRedraw,
  hasColours,
  terminalHeight,
  terminalWidth
};
