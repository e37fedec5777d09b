import { expect, test } from 'vitest';
import { createSampler } from './sampler.ts';

function held(sampler: Parameters<typeof createSampler>[0], chance = 0.5) {
  let nowMs = 0;
  const made = createSampler(sampler, { clock: { nowMs: () => nowMs }, chance: () => chance });
  const granted = (asked: number) =>
    Array.from({ length: asked }, () => made.grants()).filter(Boolean).length;
  return {
    made,
    granted,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('by chance as many are sampled as the ratio says', () => {
  expect(held({ ratio: 0.1, followsCaller: true }, 0.0999).made.byChance()).toBe(true);
  expect(held({ ratio: 0.1, followsCaller: true }, 0.1).made.byChance()).toBe(false);
  expect(held({ ratio: 0, followsCaller: true }, 0).made.byChance()).toBe(false);
  expect(held({ ratio: 1, followsCaller: true }, 0.9999).made.byChance()).toBe(true);
});

test('callers who all want to be traced are followed fifty times at once and ten times a second', () => {
  const { granted, pass } = held({ ratio: 0, followsCaller: true });
  expect(granted(10_000)).toBe(50);
  pass(1000);
  expect(granted(10_000)).toBe(10);
  pass(3_600_000);
  expect(granted(10_000)).toBe(50);
});

test('where nobody is to be followed, nobody is', () => {
  expect(held({ ratio: 1, followsCaller: false }).granted(10)).toBe(0);
});
