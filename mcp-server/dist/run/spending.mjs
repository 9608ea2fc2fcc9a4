// mcp-server/src/run/spending/main-usage.ts
var used = /* @__PURE__ */ new WeakMap();
function mainUsageOf(graph) {
  return used.get(graph);
}
function noteMainUsage(graph, usage) {
  if (usage) used.set(graph, usage);
}
export {
  mainUsageOf,
  noteMainUsage
};
