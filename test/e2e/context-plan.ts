import type { SpecTask } from "./harness/scenario.ts";

/** A plan of forty tasks in four levels, with the subjects, sizes and paths of an ordinary web project. */

const PARTS = [
  { name: "profile", what: "the profile page with avatar upload and display name" },
  { name: "billing", what: "the billing page with invoices and payment methods" },
  { name: "sessions", what: "the list of signed-in devices with remote sign-out" },
  { name: "passkeys", what: "passkey registration and the fallback to passwords" },
  { name: "exports", what: "the export of personal data as a signed archive" },
  { name: "webhooks", what: "outgoing webhooks with signatures and redelivery" },
  { name: "teams", what: "team invitations with expiry and role assignment" },
  { name: "audit", what: "the audit trail with filters and pagination by cursor" },
  { name: "quotas", what: "usage quotas with soft limits and e-mail warnings" },
  { name: "themes", what: "the theme chooser with contrast checks and preview" },
];

const LEVELS = [
  { verb: "Define the schema of", path: (name: string) => `packages/shared/src/${name}/schema.ts` },
  { verb: "Serve", path: (name: string) => `apps/server/src/routes/${name}/handlers.ts` },
  { verb: "Build", path: (name: string) => `apps/client/src/features/${name}/ui/page.tsx` },
  { verb: "Test", path: (name: string) => `apps/client/src/features/${name}/__tests__/page.test.tsx` },
];

const SIZES = ["small", "medium", "large"] as const;

/** Each task needs the one of its part in the level before, every third one also that of the next part. */
export function fortyTasks(): SpecTask[] {
  return LEVELS.flatMap(({ verb, path }, level) =>
    PARTS.map(({ name, what }, part): SpecTask => {
      const before = [part, ...(part % 3 === 0 ? [(part + 1) % PARTS.length] : [])];
      return {
        id: `${level + 1}.${part + 1}`,
        phase: level + 1,
        title: `${verb} ${what}`,
        description: `${verb} ${what}. Keep to the conventions of the neighbouring files.`,
        size: SIZES[(level + part) % SIZES.length] ?? "medium",
        dependencies: level === 0 ? [] : before.map((other) => `${level}.${other + 1}`),
        writes: [path(name)],
        acceptance: [`The file covers ${name} and its tests pass.`],
      };
    }),
  );
}
