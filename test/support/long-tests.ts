/** Whether everything is tried of what takes minutes and of which `npm test` tries a part: `npm run test:long`. */
export const isLong = process.env.PARALLEL_LONG_TESTS !== undefined;
