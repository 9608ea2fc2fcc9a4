import { kept } from "../../bench/scale/kept.ts";
import {
  deliveriesTable,
  fleetsTable,
  limitsTable,
  plansTable,
  postgresTable,
} from "../../bench/scale/tables.ts";

/** The tables of docs/scale.md, from what `npm run bench:scale -- --write` kept. */
export const SCALE = {
  plans: () => {
    const { measurement } = kept(process.cwd());
    return `${measurement.machine}; descriptions of ${measurement.characters.toLocaleString("en-US")} characters; medians.\n\n${plansTable(measurement)}`;
  },
  postgres: () => postgresTable(kept(process.cwd()).measurement),
  deliveries: () => deliveriesTable(kept(process.cwd()).measurement),
  fleets: () => fleetsTable(kept(process.cwd()).fleets),
  limits: () => limitsTable(kept(process.cwd()).limits),
};
