import { expect, test } from 'vitest';
import { USUAL_CALLS } from './config-calls.ts';
import { readConfig } from './config.ts';

const callsOf = (environment: Record<string, string>) => {
  const read = readConfig(environment);
  return read.ok ? read.value.calls : read.error;
};

test('without a word of the operator’s there are many calls at once, and no end to a month', () => {
  expect(callsOf({})).toEqual(USUAL_CALLS);
  expect(USUAL_CALLS).toMatchObject({ monthlyCalls: null, monthlyCredits: null, waitSeconds: 10 });
  expect(USUAL_CALLS).toMatchObject({ perMinutePerKey: 600, perMinutePerOrganisation: 6000 });
  // One organisation alone does not fill a node, nor one key its organisation.
  expect(USUAL_CALLS.atOncePerOrganisation).toBeLessThan(USUAL_CALLS.atOnce);
  expect(USUAL_CALLS.atOncePerKey).toBeLessThan(USUAL_CALLS.atOncePerOrganisation);
});

test('each is read from a variable of its own', () => {
  expect(
    callsOf({
      LATCHKEY_CALLS_PER_MINUTE_PER_KEY: '12',
      LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION: '1000000',
      LATCHKEY_CALLS_AT_ONCE: '10',
      LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION: '9',
      LATCHKEY_CALLS_AT_ONCE_PER_KEY: '8',
      LATCHKEY_CALLS_WAITING: '7',
      LATCHKEY_CALLS_WAIT_SECONDS: '6',
      LATCHKEY_MONTHLY_CALLS: '500',
      LATCHKEY_MONTHLY_CREDITS: '400',
    }),
  ).toEqual({
    perMinutePerKey: 12,
    perMinutePerOrganisation: 1_000_000,
    atOnce: 10,
    atOncePerOrganisation: 9,
    atOncePerKey: 8,
    waiting: 7,
    waitSeconds: 6,
    monthlyCalls: 500,
    monthlyCredits: 400,
  });
});

test.each([
  ['LATCHKEY_CALLS_PER_MINUTE_PER_KEY', '0', '1 to 1000000'],
  ['LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION', '1000001', '1 to 1000000'],
  ['LATCHKEY_CALLS_AT_ONCE', '0', '1 to 100000'],
  ['LATCHKEY_CALLS_AT_ONCE_PER_KEY', 'many', '1 to 100000'],
  ['LATCHKEY_CALLS_WAIT_SECONDS', '301', '1 to 300'],
  ['LATCHKEY_MONTHLY_CREDITS', '1.5', '1 to 1000000000000'],
])('%s=%s is a fault that names it, and says that it goes from %s', (name, value, range) => {
  expect(callsOf({ [name]: value })).toEqual([`${name}: must be a whole number from ${range}`]);
});
