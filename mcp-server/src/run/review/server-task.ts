export const serverTask = {
  priority: "high",
  needs: "all",
  reads: [],
  resources: [],
  inferredWrites: [],
  origin: "server",
} as const;
