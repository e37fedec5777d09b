import { expect, test } from 'vitest';
import type { Standing } from '../../kernel/credential.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { createOnlyFrom } from '../../kernel/only-from.ts';
import { createPlayedUnderWay } from './under-way.ts';
import { createVisitors } from './visitor.ts';

const organisation = { id: 'org_1' as OrganisationId, slug: 'acme', role: 'member' as const };
const person = { id: 'usr_1' as UserId, name: 'Ada', address: '198.51.100.7' };

async function visit(standing: Standing) {
  let now: Standing | undefined = standing;
  const callerOf = createVisitors({ standingOf: async () => now });
  const called = await callerOf({ organisation, person, agent: undefined }, 'full');
  const become = (other: Standing | undefined) => {
    now = other;
  };
  return { called, become };
}

const standing = (...networks: string[]): Standing => ({
  orgSlug: 'acme',
  role: 'member',
  ceiling: 'full',
  onlyFrom: createOnlyFrom(networks, 'own'),
  limits: { perKey: null, perOrganisation: null },
});

test('nobody tries anything out from where the organisation does not answer', async () => {
  expect((await visit(standing('203.0.113.0/24'))).called.ok).toBe(false);
  expect((await visit(standing('198.51.100.0/24'))).called.ok).toBe(true);
});

test('a list of addresses that shuts somebody out ends what they try out', async () => {
  const { become, called } = await visit(standing());
  if (!called.ok) throw called.error;
  expect(await called.value.recheck()).toBeUndefined();
  become(standing('203.0.113.0/24'));
  expect(await called.value.recheck()).toBeDefined();
});

test('what ends a right before its call is under way cuts the call', async () => {
  const { become, called } = await visit(standing());
  if (!called.ok) throw called.error;
  const underWay = createPlayedUnderWay();
  become(undefined);
  underWay.changed('org_1:usr_1');
  const why = await underWay.follow(
    called.value,
    new AbortController().signal,
    (signal, reason) =>
      new Promise((done) => {
        signal.addEventListener('abort', () => done(reason()), { once: true });
        setTimeout(() => done(undefined), 2000).unref();
      }),
  );
  expect(why).toBe('no_longer');
});
