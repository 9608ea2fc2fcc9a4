import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { Prompts } from "../../mcp-server/src/prompts/prompts.ts";
import { buildServer } from "../../mcp-server/src/server.ts";
import { Service } from "../../mcp-server/src/service.ts";

const PLUGIN_ROOT = join(import.meta.dirname, "..", "..");

/** The product's server, reachable over HTTP. */
export interface HttpEntry {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the checkout `directory` on a free port of the loopback interface. The product speaks stdio only; the
 * conformance scenarios speak HTTP only, and behind the transport both reach the same server.
 */
export async function serveHttp(directory: string): Promise<HttpEntry> {
  const service = new Service({
    directory,
    env: {},
    parentPid: process.pid,
    pluginRoot: PLUGIN_ROOT,
    now: Date.now,
  });
  const handler = createMcpHandler(() =>
    buildServer({ service: async () => service, prompts: async () => new Prompts(PLUGIN_ROOT) }, false),
  );
  const answer = toNodeHandler(handler) as RequestListener;
  const [hostAllowed, originAllowed] = [localhostHostValidation(), localhostOriginValidation()];
  const http = createServer((request, response) => {
    if (hostAllowed(request, response) && originAllowed(request, response)) answer(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    close: async () => {
      await handler.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
