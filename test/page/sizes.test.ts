import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { simulatedPlan } from "../live/simulated-plan.ts";
import { isLong } from "../support/long-tests.ts";
import { hasNoBrowser, pageTests, picture } from "./browser.ts";

const WIDTHS = [320, 390, 700, 820, 1060, 1280, 1440, 2560];

const SIZES = [12, 60, 300, 3000];

/** Geometry at every width takes a while, and changes with the page alone. */
describe.skipIf(hasNoBrowser || !isLong)("the page's looks", () => {
  const { server, open } = pageTests();

  async function shown(tasks: number, options = {}, part = 0.45): Promise<Page> {
    const plan = simulatedPlan({ tasks, seed: 4 });
    const at = plan.startMs + Math.round((plan.endMs - plan.startMs) * part);
    server().show("orders", { snapshot: plan.snapshotAt(at), history: plan.history });
    const { page } = await open(server().link("orders"), options);
    await page.locator(".line").first().waitFor();
    return page;
  }

  it.each(SIZES)(
    "the page's looks at %i tasks fit every width, in both colours, with a panel and without",
    async (tasks) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await shown(tasks, { colorScheme });
        await picture(page, `${tasks}-run-${colorScheme}`);
        await page.locator(".row").first().click();
        await page.getByText("Brief").first().waitFor();
        await picture(page, `${tasks}-task-${colorScheme}`);
        await page.keyboard.press("Escape");
        await page.keyboard.press("g");
        await page.locator(".chip").first().waitFor();
        await picture(page, `${tasks}-graph-${colorScheme}`);
        await page.context().close();
      }
      const page = await shown(tasks);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overflow(page), `${width} px`).toEqual([]);
        expect(await strayBars(page), `${width} px`).toBe(0);
        if (tasks === 60) await picture(page, `width-${width}`);
        await page.locator(".row").first().click();
        await page.getByText("Brief").first().waitFor();
        expect(await overflow(page), `${width} px with a panel`).toEqual([]);
        if (tasks === 60) await picture(page, `width-${width}-task`);
        await page.keyboard.press("Escape");
      }
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.keyboard.press("g");
      await page.locator(".chip").first().waitFor();
      expect(await overlappingChips(page)).toBe(0);
      await page.context().close();
    },
  );

  it.runIf(isLong)(
    "the page's looks on paper, in forced colours, at the beginning and at the end",
    async () => {
      const page = await shown(300);
      await page.emulateMedia({ media: "print" });
      await expect.poll(() => page.locator(".row").count()).toBe(300);
      await picture(page, "print");
      await page.context().close();
      const forced = await shown(60, { forcedColors: "active" });
      await picture(forced, "forced-colours");
      await forced.context().close();
      for (const [name, part] of [
        ["beginning", 0.001],
        ["end", 1],
      ] as const) {
        const other = await shown(60, {}, part);
        await picture(other, name);
        await other.context().close();
      }
    },
  );
});

/** Elements that stand out of the window to the right. */
function overflow(page: Page): Promise<string[]> {
  return page.evaluate(`
    document.documentElement.scrollWidth <= innerWidth
      ? []
      : [...document.querySelectorAll("body *")]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.tagName + "." + element.className)
  `);
}

/** Bars that do not lie within their row's time. */
function strayBars(page: Page): Promise<number> {
  return page.evaluate(`
    [...document.querySelectorAll(".row .bar")].filter((bar) => {
      const [own, whole] = [bar.getBoundingClientRect(), bar.parentElement.getBoundingClientRect()];
      return own.width > 0 && (own.left < whole.left - 1 || own.right > whole.right + 4);
    }).length
  `);
}

function overlappingChips(page: Page): Promise<number> {
  return page.evaluate(`
    (() => {
      const boxes = [...document.querySelectorAll(".chip")].map((chip) => chip.getBoundingClientRect());
      return boxes.filter((a, n) =>
        boxes.some((b, m) => m > n && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
      ).length;
    })()
  `);
}
