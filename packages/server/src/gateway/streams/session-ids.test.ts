import { expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import { deriveKey } from '../../kernel/seal.ts';
import { createSessionIds, isSameOwner } from './session-ids.ts';

const key = deriveKey('a master secret', 'session ids');
const [here, there] = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB'].map((nodeId) =>
  createSessionIds({ nodeId, key }),
) as [ReturnType<typeof createSessionIds>, ReturnType<typeof createSessionIds>];

const owner: Principal = {
  orgId: newId('org'),
  orgSlug: 'acme',
  actor: { kind: 'user', id: newId('usr') },
  role: 'member',
  access: 'full',
  clientId: newId('cli'),
  grantId: newId('grt'),
  keyId: newId('key'),
};

test('every node knows on which node a session is that another gave its owner', () => {
  const id = here.issue(owner);
  expect(id).toMatch(/^AAAAAAAAAAAAAAAA\.[\w-]{44}$/);
  expect([here.nodeOf(id, owner), there.nodeOf(id, owner)]).toEqual(['AAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAA']);
  expect(here.issue(owner)).not.toBe(id);
});

test('with another token, role or access the owner is the same', () => {
  const later: Principal = { ...owner, role: 'viewer', access: 'read', actingClients: [newId('cli')] };
  expect(there.nodeOf(here.issue(owner), later)).toBe('AAAAAAAAAAAAAAAA');
  expect(isSameOwner(owner, later)).toBe(true);
});

test.each<[string, Partial<Principal>]>([
  ['organisation', { orgId: newId('org') }],
  ['person', { actor: { kind: 'user', id: newId('usr') } }],
  ['agent', { actor: { kind: 'agent', id: newId('agt') } }],
  ['key', { keyId: newId('key') }],
  ['grant', { grantId: newId('grt') }],
  ['client', { clientId: newId('cli') }],
  ['way in, without a grant', { grantId: undefined, clientId: undefined }],
])('for another %s there is no such session', (_, other) => {
  const stranger = { ...owner, ...other };
  expect(there.nodeOf(here.issue(owner), stranger)).toBeUndefined();
  expect(isSameOwner(owner, stranger)).toBe(false);
});

test('an id that was made up or changed, at whichever place, is nobody’s', () => {
  const id = here.issue(owner);
  const changed = Array.from(id, (character, at) => {
    return id.slice(0, at) + (character === 'x' ? 'y' : 'x') + id.slice(at + 1);
  });
  for (const other of [...changed, '', '.', id.slice(0, -1), `${id}A`, ` ${id}`, `${id}\n`, id.slice(17)])
    expect(there.nodeOf(other, owner)).toBeUndefined();
  const forger = createSessionIds({ nodeId: 'AAAAAAAAAAAAAAAA', key: deriveKey('another', 'session ids') });
  expect(there.nodeOf(forger.issue(owner), owner)).toBeUndefined();
});
