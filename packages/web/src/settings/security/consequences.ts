import type { SecurityEffects, SecuritySettings } from '../../api/security.ts';
import { securityText as text } from '../../text/security.ts';
import { isSame, SETTINGS } from './merge-settings.ts';

const { question } = text;

/** What comes of a change, a sentence for each, before it is saved. */
export function consequencesOf(
  was: SecuritySettings,
  becomes: SecuritySettings,
  effects: SecurityEffects,
): string[] {
  const changed = new Set(SETTINGS.filter((name) => !isSame(was, becomes, name)));
  const said: string[] = [];
  if (changed.has('second_factor_required')) {
    const without = effects.people.without_second_factor;
    said.push(becomes.second_factor_required ? question.required({ without }) : question.notRequired);
  }
  if (changed.has('session_hours'))
    said.push(question.session(nameOf(text.session.options, becomes.session_hours)));
  if (changed.has('client_policy')) {
    said.push(question.clients(nameOf(text.clients.options, becomes.client_policy)));
    if (becomes.client_policy !== 'any') {
      const { unapproved_apps, unknown_apps } = effects.connections;
      said.push(question.clientsEnd(becomes.client_policy === 'known' ? unknown_apps : unapproved_apps));
    }
  }
  if (changed.has('max_access')) {
    const held = { connections: effects.connections.full, keys: effects.keys.full };
    said.push(becomes.max_access === 'read' ? question.readOnly(held) : question.full);
  }
  if (changed.has('addresses') || changed.has('address_scope'))
    said.push(...ofAddresses(becomes, changed, effects));
  if (changed.has('token_mode')) said.push(question.tokens(nameOf(text.tokens.options, becomes.token_mode)));
  return said;
}

function ofAddresses(
  { address_scope: scope, addresses }: SecuritySettings,
  changed: ReadonlySet<keyof SecuritySettings>,
  effects: SecurityEffects,
): string[] {
  if (addresses.length === 0) return [changed.has('addresses') ? question.addressesNone : question.scope];
  if (scope === 'own') return [question.addressesOwn, question.recover];
  return [question.addressesAll, question.hosted(effects.connections.all), question.recover];
}

function nameOf<Value>(
  options: readonly { readonly value: Value; readonly name: string }[],
  value: Value,
): string {
  return options.find((option) => option.value === value)?.name ?? '';
}
