import { defineConfig } from "vitest/config";

/** Apart from `npm test`: its tools need Node 22, which is downloaded with them on an older one. */
export default defineConfig({
  test: { include: ["test/protocol/conformance.ts"], testTimeout: 60_000, hookTimeout: 600_000 },
});
