import { describe, expect, it } from "vitest";
import { CallerError } from "../../../mcp-server/src/errors/caller-error.ts";
import { DEFAULT_POLICY } from "../../../mcp-server/src/policy/policy.ts";
import {
  effectivePolicy,
  policyInput,
  policyWarnings,
} from "../../../mcp-server/src/run/project/plan-settings.ts";
import { settingsFromEnvironment } from "../../../mcp-server/src/run/project/settings-from-environment.ts";

/** The error of a call that throws one for its caller. */
function refusalOf(call: () => unknown): CallerError {
  try {
    call();
  } catch (error) {
    if (error instanceof CallerError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the policy that holds", () => {
  it("the policy that holds is the contract's default where nobody says anything", () => {
    expect(effectivePolicy({}, {})).toEqual(DEFAULT_POLICY);
    expect(DEFAULT_POLICY).toMatchObject({
      maxParallel: 5,
      leaseMs: 20 * 60_000,
      maxLeaseMs: 4 * 3_600_000,
      failure: "best-effort",
      retries: 1,
      unscoped: "exclusive",
      barrier: "none",
      guard: "enforce",
      approve: "tools",
      review: "end",
      commit: "none",
      verify: "claimed",
    });
  });

  it("the policy that holds is the plan's over the user's over the default", () => {
    const policy = effectivePolicy({ retries: 3, leaseMinutes: 5 }, { retries: 0, failure: "fail-fast" });
    expect(policy).toMatchObject({ retries: 0, failure: "fail-fast", leaseMs: 300_000, maxParallel: 5 });
  });

  it("the policy that holds takes fractions of minutes and hours", () => {
    expect(effectivePolicy({}, { leaseMinutes: 0.5, maxLeaseHours: 0.25 })).toMatchObject({
      leaseMs: 30_000,
      maxLeaseMs: 900_000,
    });
  });

  it.each([
    ["maxParallel", { maxParallel: 4 }, { maxParallel: 2 }, { maxParallel: 9 }],
    ["guard", { guard: "enforce" }, { guard: "strict" }, { guard: "off" }],
    ["unscoped", { unscoped: "shared" }, { unscoped: "exclusive" }, undefined],
    ["unscoped", { unscoped: "exclusive" }, undefined, { unscoped: "shared" }],
    ["verify", { verify: "claimed" }, { verify: "seen" }, undefined],
    ["verify", { verify: "seen" }, undefined, { verify: "claimed" }],
  ] as const)(
    "the policy lets a plan tighten %s and not loosen it, which it says",
    (field, user, tighter, looser) => {
      if (tighter) {
        expect(effectivePolicy(user, tighter)).toMatchObject(tighter);
        expect(policyWarnings(user, tighter)).toEqual([]);
      }
      if (looser) {
        expect(effectivePolicy(user, looser)).toMatchObject(user);
        expect(policyWarnings(user, looser)).toEqual([expect.stringContaining(`policy.${field} stays`)]);
      }
    },
  );
});

describe("a policy as it is written", () => {
  it.each([
    { maxParallel: 0 },
    { maxParallel: 21 },
    { maxParallel: 1.5 },
    { leaseMinutes: 0 },
    { leaseMinutes: -1 },
    { retries: -1 },
    { failure: "never" },
    { capacity: { reviewer: 0 } },
    { maxTokens: -1 },
    { maxTokens: 0.5 },
    { verify: "always" },
    { cap: 3 },
  ])("a policy as it is written %j is not valid", (input) => {
    expect(policyInput.safeParse(input).success).toBe(false);
  });
});

describe("the settings of the environment", () => {
  it("the settings of the environment are read from their variables", () => {
    expect(
      settingsFromEnvironment({
        PARALLEL_MAX_PARALLEL: "8",
        PARALLEL_LEASE_MINUTES: "0.5",
        PARALLEL_FAILURE: "fail-fast",
        PARALLEL_GUARD: "warn",
        PARALLEL_VERIFY: "seen",
        PARALLEL_MAX_TOKENS: "2000000",
        PARALLEL_OTHER: "x",
      }),
    ).toEqual({
      maxParallel: 8,
      leaseMinutes: 0.5,
      failure: "fail-fast",
      guard: "warn",
      verify: "seen",
      maxTokens: 2_000_000,
    });
  });

  it("the settings of the environment are not set when they are empty, or their own unreplaced name", () => {
    expect(
      settingsFromEnvironment({
        PARALLEL_MAX_PARALLEL: "",
        PARALLEL_GUARD: `\${user_config.guard}`,
      }),
    ).toEqual({});
  });

  it.each([
    ["PARALLEL_MAX_PARALLEL", "many"],
    ["PARALLEL_MAX_PARALLEL", "0"],
    ["PARALLEL_RETRIES", "-1"],
    ["PARALLEL_MAX_TOKENS", "1M"],
    ["PARALLEL_GUARD", "sometimes"],
  ])("the setting of the environment %s=%s is refused by name", (name, value) => {
    const error = refusalOf(() => settingsFromEnvironment({ [name]: value }));
    expect(error.field).toBe(name);
    expect(error.message).toContain(`${name}=${value}`);
    expect(error.remedy).toContain(name);
  });

  it("the address of a webhook that is not valid is refused without being shown: it may be a secret", () => {
    const error = refusalOf(() => settingsFromEnvironment({ PARALLEL_NOTIFY: "http://example.com/secret" }));
    expect(error.field).toBe("PARALLEL_NOTIFY");
    expect(error.message).toContain("is not encrypted");
    expect(error.message).not.toContain("secret");
    expect(settingsFromEnvironment({ PARALLEL_NOTIFY: "https://example.com/x" })).toEqual({
      notify: "https://example.com/x",
    });
  });

  it("whom the user's own setting names is not the plan's to change", () => {
    expect(effectivePolicy({ notify: "https://example.com/x" }, {}).notify).toBe("");
    expect(effectivePolicy({ notify: "desktop" }, { notify: "sh tell.sh" }).notify).toBe("sh tell.sh");
  });
});
