// The server's own figures: the text of /metrics, and what has happened between two readings of it.

/** `name{label="value"}` to its value. */
export type Reading = {
  at: number; values: Map<string, number>
};

/** **Source**: Prometheus, exposition formats 0.0.4. */
export function readMetrics(text: string, at: number): Reading {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf('}');
    const blank = line.indexOf(' ', end < 0 ? 0 : end);
    values.set(line.slice(0, blank), Number(line.slice(blank + 1).split(' ')[0]));
  }
  return {at, values};
}

function all(reading: Reading, name: string, wanted: (labels: string) => boolean): number {
  let sum = 0;
  for (const [key, value] of reading.values) {
    const brace = key.indexOf('{');
    if ((brace < 0 ? key : key.slice(0, brace)) === name &&
      wanted(brace < 0 ? '' : key.slice(brace)))
      sum += value;
  }
  return sum;
}

/** The sum over all labels that `part` is in. */
export function sum(reading: Reading, name: string, part = ''): number {
  return all(reading, name, (labels) => labels.includes(part));
}

export function has(reading: Reading, name: string): boolean {
  return [...reading.values.keys()].some((key) => key === name || key.startsWith(`${name}{`));
}

/** How much a counter grows in a second; a server that began anew counts from 0. */
export function rate(before: Reading, after: Reading, name: string, part = ''): number {
  const seconds = (after.at - before.at) / 1000;
  return seconds <= 0 ? 0 : Math.max(0, sum(after, name, part) - sum(before, name, part)) / seconds;
}

/** Below this many seconds were 99 of 100 observations between two readings; null without any. */
export function p99(before: Reading, after: Reading, name: string): number|null {
  const bounds = new Map<number, number>();
  for (const [key, value] of after.values) {
    if (!key.startsWith(`${name}_bucket{`)) continue;
    const bound = /le="([^"]+)"/.exec(key)?.[1];
    if (bound === undefined) continue;
    const at = bound === '+Inf' ? Infinity : Number(bound);
    bounds.set(at, (bounds.get(at) ?? 0) + value - (before.values.get(key) ?? 0));
  }
  const sorted = [...bounds].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  return sorted.find(([, seen]) => seen >= total * 0.99)?.[0] ?? null;
}
