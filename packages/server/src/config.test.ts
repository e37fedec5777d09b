import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const valueOf = (environment: Record<string, string>) => {
  const read = readConfig(environment);
  if (!read.ok) throw new Error(read.error.join('\n'));
  return read.value;
};

describe('TRUSTED_PROXIES and SHARED_EGRESS_CIDRS', () => {
  test('unset, or empty as compose files write it: no proxy is believed, and the shared egress is Claude’s', () => {
    for (const environment of [{}, { TRUSTED_PROXIES: '', SHARED_EGRESS_CIDRS: '' }]) {
      expect(valueOf(environment)).toMatchObject({ trustedProxies: [], sharedEgress: ['160.79.104.0/21'] });
    }
  });

  test('are addresses and networks, separated by commas', () => {
    expect(
      valueOf({ TRUSTED_PROXIES: '10.0.0.0/8, ::1,', SHARED_EGRESS_CIDRS: '203.0.113.0/24,2001:db8::/32' }),
    ).toMatchObject({
      trustedProxies: ['10.0.0.0/8', '::1'],
      sharedEgress: ['203.0.113.0/24', '2001:db8::/32'],
    });
  });

  test('each fault is a sentence that names the variable and what is wrong', () => {
    expect(readConfig({ TRUSTED_PROXIES: '10.0.0.0/33,0.0.0.0/0', SHARED_EGRESS_CIDRS: 'claude' })).toEqual({
      ok: false,
      error: [
        'TRUSTED_PROXIES: "10.0.0.0/33" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32',
        'TRUSTED_PROXIES: "0.0.0.0/0" is everybody: name the networks that are meant',
        'SHARED_EGRESS_CIDRS: "claude" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32',
      ],
    });
  });
});

test.each([
  ['PORT', '65536', '0 to 65535'],
  ['PORT', 'any', '0 to 65535'],
  ['LATCHKEY_DRAIN_SECONDS', '-1', '0 to 600'],
  ['LATCHKEY_DRAIN_SECONDS', '1.5', '0 to 600'],
])('%s=%s is a fault that says that it goes from %s', (name, value, range) => {
  expect(readConfig({ [name]: value })).toEqual({
    ok: false,
    error: [`${name}: must be a whole number from ${range}`],
  });
});

describe('LATCHKEY_AUDIT_DAYS', () => {
  test('unset or empty: what belongs to no organisation is kept for ever', () => {
    for (const environment of [{}, { LATCHKEY_AUDIT_DAYS: '' }])
      expect(valueOf(environment).unownedAuditDays).toBeUndefined();
  });

  test.each([30, 365, 3650])('is a number of days (%i)', (days) => {
    expect(valueOf({ LATCHKEY_AUDIT_DAYS: String(days) }).unownedAuditDays).toBe(days);
  });

  test.each(['29', '3651', '90.5', 'ever'])('and not %s', (days) => {
    expect(readConfig({ LATCHKEY_AUDIT_DAYS: days })).toEqual({
      ok: false,
      error: [expect.stringMatching(/^LATCHKEY_AUDIT_DAYS: /)],
    });
  });
});
