import { join } from "node:path";
import { type Checkout, checkoutFileName, folderBesideGraph } from "../project/checkout.ts";

/** Bytes that stood in held files, for each plan. */
export function keptFolder(checkout: Checkout): string {
  return join(folderBesideGraph(checkout), "kept");
}

/** Tool calls that are in flight, for each server of this checkout. */
export function callsFolder(checkout: Checkout): string {
  return join(folderBesideGraph(checkout), "calls", checkoutFileName(checkout));
}

/** A file on the file system of what is kept, which is mostly that of the checkout: touched to ask for its time. */
export function clockFile(checkout: Checkout): string {
  return join(folderBesideGraph(checkout), "calls", "clock");
}
