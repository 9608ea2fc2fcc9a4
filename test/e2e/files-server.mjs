// Stands in for a project's own server that writes files: nothing tells the host which ones.
import { writeFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import * as z from "zod";

const server = new McpServer({ name: "files", version: "1" });

server.registerTool(
  "put",
  { description: "Writes a file", inputSchema: { name: z.string(), text: z.string() } },
  ({ name, text }) => {
    writeFileSync(name, text);
    return { content: [{ type: "text", text: `${name} is written` }] };
  },
);

await server.connect(new StdioServerTransport());
