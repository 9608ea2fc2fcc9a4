// mcp-server/src/shell/powershell.ts
function asPosix(command) {
  return command.replaceAll("\\", "/").replaceAll("`", "\\");
}
export {
  asPosix
};
