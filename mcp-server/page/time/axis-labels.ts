import { axisMarks, axisStep, type TimeScale } from "./time-scale.ts";
import { moment } from "./words.ts";

/** A mark of an axis: its moment, its share of the width, and what stands there. */
export interface AxisLabel {
  readonly ms: number;
  readonly at: number;
  readonly text: string;
}

/** The labels of an axis, at full steps of the reader's clock. @param most how many fit. */
export function labelsOf(scale: TimeScale, most: number): AxisLabel[] {
  const offsetMs = -new Date(scale.startMs).getTimezoneOffset() * 60_000;
  const withSeconds = axisStep(scale, most) < 60_000;
  return axisMarks(scale, most, offsetMs).map((ms) => ({
    ms,
    at: scale.at(ms),
    text: moment(ms, scale.endMs, withSeconds),
  }));
}
