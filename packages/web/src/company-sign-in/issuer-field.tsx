import { useMutation } from '@tanstack/react-query';
import { testProvider } from '../api/company-sign-in.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Problem } from '../ui/problem.tsx';

const text = companySignInText.provider;
const ISSUER_CHARACTERS_MAX = 400;
const TONES = { error: 'warning', warning: 'quiet', ok: 'good' } as const;

interface IssuerFieldProps {
  issuer: string;
  hasSecret: boolean;
  onChange: (issuer: string) => void;
}

/** The issuer, and a test that reads what it says of itself. */
export function IssuerField({ hasSecret, issuer, onChange }: IssuerFieldProps) {
  const { slug: org } = useOrganisation();
  const testing = useMutation({ mutationFn: () => testProvider(org, issuer.trim(), hasSecret) });
  const report = testing.data;
  return (
    <div className="field">
      <label htmlFor="issuer">{text.issuer}</label>
      <div className="with-button">
        <input
          id="issuer"
          type="url"
          className="input"
          required
          maxLength={ISSUER_CHARACTERS_MAX}
          autoComplete="off"
          spellCheck={false}
          aria-describedby="issuer-hint"
          value={issuer}
          onChange={(event) => {
            testing.reset();
            onChange(event.target.value);
          }}
        />
        <button
          type="button"
          className="button secondary"
          disabled={testing.isPending || issuer.trim() === ''}
          onClick={() => testing.mutate()}
        >
          {testing.isPending ? text.testing : text.test}
        </button>
      </div>
      <p id="issuer-hint" className="hint">
        {text.issuerHint}
      </p>
      {testing.isError ? <Problem error={testing.error} /> : null}
      <div role="status">
        {report === undefined ? null : (
          <ul className="findings" aria-label={text.findings}>
            {report.findings.map((finding) => (
              <li key={finding.text}>
                <StatusBadge tone={TONES[finding.level]}>{text.levels[finding.level]}</StatusBadge>{' '}
                <Foreign text={finding.text} max={600} />
              </li>
            ))}
          </ul>
        )}
      </div>
      {report?.issuer_in_metadata == null ? null : (
        <button
          type="button"
          className="button secondary small-button"
          onClick={() => {
            onChange(report.issuer_in_metadata ?? issuer);
            testing.reset();
          }}
        >
          {text.useThis(report.issuer_in_metadata)}
        </button>
      )}
    </div>
  );
}
