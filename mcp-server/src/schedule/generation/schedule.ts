/** When each activity starts, in the unit of the durations, and when the last one ends. */
export interface Schedule {
  readonly start: Float64Array;
  readonly makespan: number;
}
