import { defineConfig } from "vitest/config";

/** Apart from `npm test`: it downloads 2 GB of clients and a newer Node for some of them. */
export default defineConfig({
  test: {
    include: ["test/clients/one-graph.ts", "test/clients/runner.ts", "test/clients/specifications.ts"],
  },
});
