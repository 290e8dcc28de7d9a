/** Times jobs and sums up rounds. */

/** What the optimizer must believe somebody wants. */
export const wanted = { total: 0 };

/** How often a second `job` is done, from about `milliseconds` of doing it; it gets its number. */
export function rate(job, milliseconds = 20, batch = 10) {
  for (let i = 0; i < batch; i += 1) wanted.total += job(i);
  let times = 0;
  let elapsed = 0;
  const start = performance.now();
  do {
    for (let i = 0; i < batch; i += 1) wanted.total += job(times + i);
    times += batch;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (times / elapsed) * 1000;
}

/** {median, low, high} of some numbers. */
export function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted.at(-1) };
}
