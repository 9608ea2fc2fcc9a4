import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real processes on a small machine. A test that waits leaves its processor to a third one.
    maxWorkers: 3,
    // Each file would load the program anew, which takes longer than most of them. No test changes what others see.
    isolate: false,
    // What runs side by side in one file starts a Claude Code each.
    maxConcurrency: 2,
    // Limits that only what hangs reaches, also where the machine is busy with other things.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    // It imports JSON as Node does not.
    server: { deps: { inline: ["@actions/workflow-parser"] } },
    // The settings of whoever runs the tests decide nothing.
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  },
});
