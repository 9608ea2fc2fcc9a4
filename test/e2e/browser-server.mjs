// Stands in for a server that drives a browser: it knows one page of the project, and what its script would log.
import { readFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const server = new McpServer({ name: "playwright", version: "1" });
const text = (value) => ({ content: [{ type: "text", text: value }] });
const page = () => readFileSync("page/index.html", "utf8");

server.registerTool("browser_snapshot", { description: "Snapshot of the page" }, () => text(page()));
server.registerTool("browser_console_messages", { description: "What the console says" }, () => {
  const wanted = /getElementById\("([^"]+)"\)/.exec(readFileSync("page/basket.js", "utf8"))?.[1] ?? "";
  const isThere = page().includes(`id="${wanted}"`);
  return text(isThere ? "nothing" : "TypeError: Cannot set properties of null at basket.js:1");
});

await server.connect(new StdioServerTransport());
