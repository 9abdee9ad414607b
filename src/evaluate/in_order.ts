/**
 * Works on items several at once and gives the results in the items' order.
 *
 * @param parallel Items under way at once, at least 1.
 */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  parallel: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited later: until then a failure of it is nobody's surprise.
    result.catch(() => {});
    running.push(result);
    if (running.length >= parallel) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}
