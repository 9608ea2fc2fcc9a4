import { existsSync } from "node:fs";
import { join } from "node:path";
import { type InstalledPlugin, ownPlugins, readInstalledPlugins } from "../host/installed-plugins.ts";
import { type HostSettings, readHostSettings, variablesOf } from "../host/settings.ts";
import { type Checkout, findCheckout } from "../run/project/checkout.ts";
import type { GraphLocation } from "../run/project/graph-handle.ts";
import { graphLocation } from "../run/project/graph-location.ts";
import { estimatesFrom } from "../schedule/estimate.ts";
import type { GraphInspection } from "../store/inspection.ts";
import { failure } from "../tools/answer/failure.ts";
import type { DoctorInput } from "./doctor-input.ts";

/** What went wrong, and what to do. */
export interface Trouble {
  readonly problem: string;
  readonly remedy: string;
}

/** The graph of the checkout, as far as it can be looked at. */
export type ExaminedGraph =
  | { readonly state: "open"; readonly location: GraphLocation; readonly inspection: GraphInspection }
  | { readonly state: "none"; readonly location: GraphLocation }
  | { readonly state: "unusable"; readonly location: GraphLocation; readonly trouble: Trouble }
  /** There is no way to look, for a reason that another check tells. */
  | { readonly state: "inaccessible"; readonly why: string };

/** What several checks need, looked up once. */
export interface Examination {
  readonly place: DoctorInput;
  readonly checkout: Checkout;
  /** Why git does not open the repository that the folder belongs to; the folder then stands for the checkout. */
  readonly hidden: Trouble | undefined;
  /** The folder in which Claude Code is started, as far as can be told. */
  readonly projectFolder: string;
  readonly settings: HostSettings;
  readonly plugins: readonly InstalledPlugin[];
  /** The plugin's folder that Claude Code uses; where it is not installed, the one that this command belongs to. */
  readonly pluginRoot: string;
  /** The environment that a session started here would have. */
  readonly environment: NodeJS.ProcessEnv;
  readonly graph: ExaminedGraph;
}

/** Looks up what the checks need. The caller closes the graph. */
export async function prepareExamination(place: DoctorInput): Promise<Examination> {
  const { checkout, hidden } = await lookForCheckout(place.directory);
  const projectFolder = existsSync(join(place.directory, ".claude")) ? place.directory : checkout.root;
  const settings = await readHostSettings(projectFolder, place.hostFolder, place.managedSettings);
  const plugins = await readInstalledPlugins(place.hostFolder, settings);
  const loaded = ownPlugins(plugins).find(({ name, enabled }) => name === "parallel" && enabled)?.folder;
  const environment = { ...place.env, ...variablesOf(settings) };
  return {
    place,
    checkout,
    hidden,
    projectFolder,
    settings,
    plugins,
    pluginRoot: loaded !== undefined && existsSync(loaded) ? loaded : place.pluginRoot,
    environment,
    graph: hidden
      ? { state: "inaccessible", why: "git does not open the repository" }
      : await lookAtGraph(checkout, environment.PARALLEL_DATABASE_URL || undefined),
  };
}

async function lookForCheckout(
  directory: string,
): Promise<{ readonly checkout: Checkout; readonly hidden: Trouble | undefined }> {
  try {
    return { checkout: await findCheckout(directory), hidden: undefined };
  } catch (error) {
    return { checkout: { root: directory, gitCommonDir: undefined }, hidden: troubleOf(error) };
  }
}

async function lookAtGraph(checkout: Checkout, url: string | undefined): Promise<ExaminedGraph> {
  const location = await graphLocation(checkout, url).catch(() => undefined);
  if (!location) return { state: "inaccessible", why: "PARALLEL_DATABASE_URL cannot be used" };
  try {
    if (location.engine === "sqlite") {
      if (!existsSync(location.path)) return { state: "none", location };
      const driver = await import("../store/engines/inspect-sqlite.ts").catch(() => undefined);
      if (!driver) return { state: "inaccessible", why: "SQLite's native driver does not load" };
      const { inspectSqlite } = driver;
      return { state: "open", location, inspection: await inspectSqlite(location.path, estimatesFrom) };
    }
    const { inspectPostgres } = await import("../store/engines/inspect-postgres.ts");
    return {
      state: "open",
      location,
      inspection: await inspectPostgres(location.url, location.repository, estimatesFrom),
    };
  } catch (error) {
    return { state: "unusable", location, trouble: troubleOf(error) };
  }
}

/** Whatever was thrown, as a person can read it. */
export function troubleOf(error: unknown): Trouble {
  const { message, remedy } = failure(error).structuredContent.error;
  return { problem: message, remedy };
}
