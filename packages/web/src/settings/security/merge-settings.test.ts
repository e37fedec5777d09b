import { expect, test } from 'vitest';
import type { SecuritySettings } from '../../api/security.ts';
import { mergeSettings, readAddresses } from './merge-settings.ts';

const WAS: SecuritySettings = {
  second_factor_required: false,
  session_hours: 168,
  client_policy: 'any',
  max_access: 'full',
  addresses: [],
  address_scope: 'own',
  token_mode: 'token',
};

test('what somebody touched stays theirs, and the rest becomes what others made it', () => {
  const wanted: SecuritySettings = { ...WAS, session_hours: 12, addresses: ['10.0.0.1'] };
  const now: SecuritySettings = { ...WAS, session_hours: 24, max_access: 'read', addresses: ['10.0.0.2'] };
  expect(mergeSettings(wanted, WAS, now)).toEqual({
    ...WAS,
    session_hours: 12,
    max_access: 'read',
    addresses: ['10.0.0.1'],
  });
});

test('addresses stand in lines or between commas, and what is empty is none', () => {
  expect(readAddresses(' 10.0.0.1 \n\n2001:DB8::/32, 10.0.0.2;\r\n')).toEqual([
    '10.0.0.1',
    '2001:db8::/32',
    '10.0.0.2',
  ]);
});
