import { InvalidArgumentError } from "commander";

/** Reads an argument that is a whole number from 1 up. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("It must be a whole number from 1 up.");
  }
  return value;
}
