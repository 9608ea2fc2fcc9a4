import { readFileSync } from "node:fs";
import type { TokenCalls } from "../connection.ts";
import type { Started, VendorAgent } from "./vendor.ts";

/** A program of the user's own without this server's tools: what it prints is its report, in the form of the schema. */
export async function ownProgram({ parameters, journal }: Started): Promise<VendorAgent> {
  const [briefFile = ""] = parameters;
  let message = "";
  const calls: TokenCalls = {
    async useToken(sent, args) {
      // It cannot be asked for anything: it is done or it failed.
      const outcome = sent.outcome === "completed" ? "completed" : "failed";
      if (sent.call === "report" && message === "") {
        const { blockedOn: _, ...report } = args as Record<string, unknown>;
        journal.write({ kind: "sent", ...sent, outcome });
        message = JSON.stringify({ ...report, outcome });
      }
      // Nobody tells it whether its attempt still counts.
      return { isError: sent.call !== "report", text: "", data: {} };
    },
  };
  return {
    brief: readFileSync(briefFile, "utf8"),
    calls,
    commits: true,
    async end() {
      // Written to the end before the process leaves.
      await new Promise<void>((resolve) => process.stdout.write(`${message}\n`, () => resolve()));
    },
  };
}
