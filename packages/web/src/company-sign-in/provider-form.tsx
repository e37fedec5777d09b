import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import {
  companySignInQuery,
  setProvider,
  type CompanyProvider,
  type WantedProvider,
} from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { forgetKept, useKept } from '../ui/use-kept.ts';
import { GroupRoles } from './group-roles.tsx';
import { IssuerField } from './issuer-field.tsx';
import { SecretField, type SecretChoice } from './secret-field.tsx';

const text = companySignInText.provider;
const CLIENT_ID_CHARACTERS_MAX = 255;
const SCOPES_CHARACTERS_MAX = 500;

/** What is typed, all but the secret: it outlives a visit to the sign-in page. */
type Draft = Omit<WantedProvider, 'client_secret' | 'version'>;

const NEW: Draft = {
  issuer: '',
  client_id: '',
  scopes: 'openid email profile',
  default_role: 'member',
  groups_claim: null,
  group_roles: [],
};

interface ProviderFormProps {
  provider: CompanyProvider | null;
  linked: number;
  onSaved: () => void;
}

export function ProviderForm({ linked, onSaved, provider }: ProviderFormProps) {
  const { role, slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [seen, setSeen] = useState(provider);
  const kept = `company-sign-in:${org}:${provider?.version ?? 'new'}`;
  const [draft, setDraft] = useKept<Draft>(kept, provider === null ? NEW : draftOf(provider));
  const [secret, setSecret] = useState<SecretChoice>({ kind: initialSecret(provider), value: '' });
  const change = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const saving = useMutation({
    mutationFn: () =>
      setProvider(org, {
        ...draft,
        issuer: draft.issuer.trim(),
        client_id: draft.client_id.trim(),
        scopes: draft.scopes.trim().replaceAll(/\s+/g, ' '),
        version: seen?.version ?? null,
        ...(secret.kind === 'keep' ? {} : { client_secret: secret.kind === 'none' ? null : secret.value }),
      }),
    onSuccess: async () => {
      forgetKept(kept);
      const now = await queryClient.fetchQuery({ ...companySignInQuery(org), staleTime: 0 });
      setSeen(now.provider);
      setSecret({ kind: initialSecret(now.provider), value: '' });
      if (now.provider !== null) setDraft(draftOf(now.provider));
      onSaved();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; saved again, it takes the place of what is there now.
      const now = await queryClient.fetchQuery({ ...companySignInQuery(org), staleTime: 0 });
      setSeen(now.provider);
    },
  });
  const makesOwners = (seen?.group_roles ?? []).some((one) => one.role === 'owner');
  const locked = makesOwners && role !== 'owner';
  const isOther = seen !== null && seen.issuer !== draft.issuer.trim();
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      {locked ? <p className="notice">{text.ownersOnly}</p> : null}
      <IssuerField
        issuer={draft.issuer}
        hasSecret={secret.kind !== 'none'}
        onChange={(issuer) => change({ issuer })}
      />
      {isOther && linked > 0 ? <p className="hint">{text.otherIssuer(linked)}</p> : null}
      <div className="field">
        <label htmlFor="client-id">{text.clientId}</label>
        <input
          id="client-id"
          className="input"
          required
          maxLength={CLIENT_ID_CHARACTERS_MAX}
          autoComplete="off"
          spellCheck={false}
          value={draft.client_id}
          onChange={(event) => change({ client_id: event.target.value })}
        />
      </div>
      <SecretField secret={secret} stored={seen?.has_secret === true} onChange={setSecret} />
      <div className="field">
        <label htmlFor="scopes">{text.scopes}</label>
        <input
          id="scopes"
          className="input"
          required
          maxLength={SCOPES_CHARACTERS_MAX}
          autoComplete="off"
          spellCheck={false}
          aria-describedby="scopes-hint"
          value={draft.scopes}
          onChange={(event) => change({ scopes: event.target.value })}
        />
        <p id="scopes-hint" className="hint">
          {text.scopesHint}
        </p>
      </div>
      <fieldset className="field">
        <legend>{text.defaultRole}</legend>
        {(['member', 'viewer', null] as const).map((value) => (
          <Option
            key={value ?? 'none'}
            name="default_role"
            value={value ?? 'none'}
            checked={draft.default_role === value}
            onChoose={() => change({ default_role: value })}
          >
            {text.defaults[value ?? 'none']}
          </Option>
        ))}
      </fieldset>
      <GroupRoles
        claim={draft.groups_claim}
        groups={draft.group_roles}
        mayMakeOwners={role === 'owner'}
        onChange={change}
      />
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        <button type="submit" className="button" disabled={saving.isPending || locked}>
          {saving.isPending ? text.saving : text.save}
        </button>
      </div>
    </form>
  );
}

function draftOf(provider: CompanyProvider): Draft {
  const { client_id, default_role, group_roles, groups_claim, issuer, scopes } = provider;
  return { issuer, client_id, scopes, default_role, groups_claim, group_roles };
}

function initialSecret(provider: CompanyProvider | null): SecretChoice['kind'] {
  if (provider === null) return 'new';
  return provider.has_secret ? 'keep' : 'none';
}
