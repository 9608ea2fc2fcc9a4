import { join } from "node:path";
import { act } from "../../run/live/act.ts";
import { taskDetail } from "../../run/live/task-detail.ts";
import { existingGraph } from "../../run/plan/load-plan.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import type { DisplayActions } from "./live-display.ts";

/** What the keys of a display do to the plans of a graph, with the page that they may have opened. */
export class KeyActions implements DisplayActions {
  #page: Promise<{ link(plan: string): string; close(): Promise<void> }> | undefined;

  /** @param ends what is done when the user leaves, and with Ctrl-C. */
  constructor(
    private readonly ctx: RunContext,
    private readonly pluginRoot: string,
    private readonly ends: Pick<DisplayActions, "leave" | "interrupt" | "ending">,
  ) {}

  get ending(): DisplayActions["ending"] {
    return this.ends.ending;
  }

  act: DisplayActions["act"] = (plan, request) => act(this.ctx, plan, request);

  details: DisplayActions["details"] = async (plan, task) =>
    taskDetail(this.ctx, await existingGraph(this.ctx, plan), plan, task, true);

  async openPage(plan: string): Promise<string> {
    this.#page ??= this.#servePage();
    const { openPage } = await import("../../host/desktop/open-page.ts");
    const link = (await this.#page).link(plan);
    const isOpened = openPage(link, { platform: process.platform, env: process.env });
    return isOpened ? `the page opens; or open ${link}` : `open ${link} (once, within two minutes)`;
  }

  leave(): void {
    this.ends.leave();
  }

  interrupt(): void {
    this.ends.interrupt();
  }

  /** Ends the page that was opened, if one was. */
  async close(): Promise<void> {
    await (await this.#page)?.close();
  }

  async #servePage() {
    const [{ PageServer }, { readPageFiles }, { usualEditor }] = await Promise.all([
      import("../../serve/http-server.ts"),
      import("../../serve/page-files.ts"),
      import("../../serve/editor-link.ts"),
    ]);
    const files = readPageFiles(join(this.pluginRoot, "mcp-server", "dist", "page"));
    return PageServer.start({
      contexts: [this.ctx],
      files,
      port: 0,
      allowedHosts: new Set(),
      readOnly: false,
      editor: usualEditor(process.env),
    });
  }
}
